"""What threshold keeps an error budget, as served? ``python -m rag.train.budget --data DATA [--manifest FILE]``.

Asks questions of the titles and of our own documents that were kept from training over passages as a search would bring
them up, each once with its passage among them and once without, those that nothing answers once, through the reader
exactly as it serves. Writes the table that ``--max-wrong`` reads into the manifest beside the weights.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag import rerank, threads
from rag.embed import MiniLM
from rag.rerank import TrainedReader
from rag.settings import load
from rag.train.asking import answers, askings, kept_builders
from rag.train.data import Builder
from rag.train.export import MANIFEST
from rag.train.measure import Floats

_SEED = 99
_QUESTIONS = 500
BUDGETS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)  # shares of wrong among the answers shown


@dataclass(frozen=True, slots=True)
class Searched:
    """What showing the best evidence of an asking would be: its score, and whether it would be right."""

    score: float
    right: bool


def searched(reader: TrainedReader, builder: Builder, questions: int) -> list[Searched]:
    """Return, for each asking, what showing the best evidence would be."""
    found = []
    for paragraph, question, passages in askings(builder, questions, _SEED):
        read = reader.read(question.text, passages)
        for answerable in (True, False) if question.tempts is None else (True,):
            pieces = [piece for piece in read if answerable or piece.passage.number]
            best = rerank.choose(question.text, pieces, 0.0)
            if best:
                found.append(Searched(best[0].score, answerable and answers(best[0], paragraph, question)))
    return found


def budgets(chance: Floats, right: npt.NDArray[np.bool_]) -> list[dict[str, float]]:
    """Return for each error budget the lowest threshold that keeps it, and the share of questions that it shows.

    ``right`` tells whether showing the answer would be right; wrong is an answer to an unanswerable question or a
    wrong answer. The error among the shown is what is budgeted. A budget counts as kept only on so many shown answers
    that one wrong one would not exceed it: 5 % on 20, 1 % on 100.
    """
    order = np.argsort(-chance)
    ends = np.append(np.diff(chance[order]) < 0, True)  # equal scores are shown together or not at all
    shown = np.arange(1, len(order) + 1)
    wrong = np.cumsum(~right[order]) / shown
    table = []
    for budget in BUDGETS:
        fits = np.flatnonzero((wrong <= budget) & ends & (shown * budget >= 1))
        last = int(fits[-1]) if len(fits) else -1
        threshold = float(chance[order[last]]) if last >= 0 else 1.0
        table.append({"budget": budget, "threshold": threshold, "coverage": (last + 1) / len(order), "n": len(order)})
    return table


def main() -> None:
    """Measure, print, write."""
    threads.calm()
    parser = argparse.ArgumentParser(description="Find the thresholds that keep error budgets, as served.")
    parser.add_argument("--data", type=Path, required=True, help="the folder train")
    parser.add_argument("--questions", type=int, default=_QUESTIONS, help="of each set; each is asked twice")
    parser.add_argument("--manifest", type=Path, default=MANIFEST)
    args = parser.parse_args()
    settings = load()[0]
    embedder = MiniLM(settings.models_path, settings.threads)
    reader = TrainedReader.shipped(settings.models_path, embedder, settings.threads)
    found = [one for builder in kept_builders(args.data) for one in searched(reader, builder, args.questions)]
    table = budgets(np.array([one.score for one in found]), np.array([one.right for one in found]))
    for row in table:
        print(f"wrong {row['budget']:.2f}  threshold {row['threshold']:.3f}  answered {row['coverage']:.3f}")
    manifest = json.loads(args.manifest.read_text(encoding="utf-8"))
    about = (
        "SQuAD titles and own documents kept from training, those with an answer also without the passage that has it"
    )
    manifest["calibration"]["served"] = {"set": about, "n": len(found), "budgets": table}
    args.manifest.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
