"""What threshold keeps an error budget, as served? ``python -m rag.train.budget --data DATA [--manifest FILE]``.

Asks questions of the titles that were kept from training over passages of their article, each once with its paragraph
among them and once without, through the reader exactly as it serves. Writes the table that ``--max-wrong`` reads into
the manifest beside the weights.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from rag import rerank, threads
from rag.embed import MiniLM
from rag.records import Evidence, Passage, Span
from rag.rerank import TrainedReader
from rag.settings import load
from rag.train.data import Builder, Paragraph, Question, held_out, load_squad
from rag.train.export import Searched, budgets
from rag.train.nearmiss import Relations, content_words

_SEED = 99
_QUESTIONS = 500
_PASSAGES = 8
_MANIFEST = Path(__file__).parents[1] / "reader" / "reader.json"


def searched(reader: TrainedReader, data: Path) -> list[Searched]:
    """Return, for each asking, what showing the best evidence would be."""
    kept = [paragraph for paragraph in load_squad(data) if held_out(paragraph.title)]
    found = []
    for question, passages in _askings(kept):
        read = reader.read(question.text, passages)
        for answerable in (True, False):
            pieces = [piece for piece in read if answerable or piece.passage.number]
            best = rerank.choose(question.text, pieces, 0.0)
            if best:
                found.append(Searched(best[0].score, answerable and _holds(best[0], question), answerable))
    return found


def _askings(kept: Sequence[Paragraph]) -> Iterator[tuple[Question, list[Passage]]]:
    """Yield questions with passages to look in; the one that answers is number 0."""
    builder = Builder(kept, Relations([]))
    everything = [(paragraph, question) for paragraph in kept for question in paragraph.questions]
    for paragraph, question in random.Random(_SEED).sample(everything, min(_QUESTIONS, len(everything))):
        words = content_words(question.text)
        others = [
            other
            for other in kept
            if other.title == paragraph.title
            and other is not paragraph
            and not any(answer.lower() in other.text.lower() for answer in question.answers)
        ]
        others = sorted(others, key=lambda other: -builder.weight(words, other.words))[: _PASSAGES - 1]
        yield question, [_passage(number, each) for number, each in enumerate([paragraph, *others])]


def _passage(number: int, paragraph: Paragraph) -> Passage:
    spans = tuple(Span(start, end) for start, end in paragraph.sentences)
    return Passage(number, paragraph.title, "", paragraph.title, 0, len(paragraph.text), paragraph.text, spans)


def _holds(piece: Evidence, question: Question) -> bool:
    return any(answer.lower() in piece.quote.lower() for answer in question.answers)


def main() -> None:
    """Measure, print, write."""
    threads.calm()
    parser = argparse.ArgumentParser(description="Find the thresholds that keep error budgets, as served.")
    parser.add_argument("--data", type=Path, required=True, help="the folder train")
    parser.add_argument("--manifest", type=Path, default=_MANIFEST)
    args = parser.parse_args()
    settings = load()[0]
    embedder = MiniLM(settings.models_path, settings.threads)
    found = searched(TrainedReader.shipped(settings.models_path, embedder, settings.threads), args.data)
    table = budgets(np.array([one.score for one in found]), np.array([one.right for one in found]))
    for row in table:
        print(f"wrong {row['budget']:.2f}  threshold {row['threshold']:.3f}  answered {row['coverage']:.3f}")
    manifest = json.loads(args.manifest.read_text(encoding="utf-8"))
    about = "SQuAD titles kept from training, half of the askings without the paragraph that answers"
    manifest["calibration"]["served"] = {"set": about, "n": len(found), "budgets": table}
    args.manifest.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
