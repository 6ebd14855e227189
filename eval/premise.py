"""What does the check of a question's premises refuse, and what does it cost? ``python -m eval.premise --data DATA``.

Questions of SQuAD 2.0's development half over their one paragraph, half of them worded by people so that it does not
answer. Counted are the answers that the reader would show: how many wrong ones the check refuses, and how many right
ones are lost, with the rules alone and with rivals at several margins. Articles are split by turns: every
second one was developed on, the others are reported.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.intervals import wilson
from rag import doubts, premise, rerank, threads
from rag.embed import MiniLM
from rag.records import Evidence, Passage, Span
from rag.rerank import TrainedReader
from rag.settings import load
from rag.train.measure import Asked, squad2

_SEED = 5
_MARGINS = (0.5, 1.0, 1.5, 2.0, 3.0)


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer that the reader would show: right or not, whether the rules deny it, by how much a rival is surer."""

    right: bool
    denied: bool
    margin: float


def shown(reader: TrainedReader, asked: Sequence[Asked]) -> list[Shown]:
    """Return what would be shown for each question that gets an answer."""
    found = []
    for one in asked:
        spans = tuple(Span(start, end) for start, end in one.sentences)
        passage = Passage(0, one.title, "", one.title, 0, len(one.passage), one.passage, spans)
        chosen = rerank.choose(one.question, reader.read(one.question, [passage]), reader.threshold)
        if not chosen:
            continue
        right = one.answerable and spans.index(chosen[0].span) in one.gold
        if right or not one.answerable:
            denied = bool(premise.denied(one.question, chosen[0]))
            found.append(Shown(right, denied, 0.0 if denied else _margin(reader, one.question, chosen[0])))
    return found


def _margin(reader: TrainedReader, question: str, piece: Evidence) -> float:
    """Return by how much, in log-odds, the surest rival question is surer of the same sentence; 0 without rivals."""
    return max((doubts.surer(reader, rival, piece) for rival in premise.rivals(question, piece)), default=0.0)


def main() -> None:
    """Measure and print one line for each way."""
    threads.calm()
    parser = argparse.ArgumentParser(description="Measure the check of a question's premises.")
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds train and dev")
    parser.add_argument("--tuned", action="store_true", help="the articles that were developed on")
    parser.add_argument("--limit", type=int, default=0, help="about so many questions")
    args = parser.parse_args()
    everything = squad2(args.data / "dev")
    titles = sorted({one.title for one in everything})[0 if args.tuned else 1 :: 2]
    asked = [one for one in everything if one.title in titles]
    random.Random(_SEED).shuffle(asked)
    settings = load()[0]
    embedder = MiniLM(settings.models_path, settings.threads)
    found = shown(TrainedReader.shipped(settings.models_path, embedder, settings.threads), asked[: args.limit or None])
    for name, margin in [("rules", float("inf")), *((f"rules, rivals at {each}", each) for each in _MARGINS)]:
        told = []
        for right, what in ((False, "wrong refused"), (True, "right lost")):
            of = [one for one in found if one.right == right]
            hit = sum(one.denied or one.margin > margin for one in of)
            interval = wilson(hit, len(of))
            told.append(f"{what} {hit}/{len(of)} = {interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]")
        print(f"{name:22s} {', '.join(told)}")


if __name__ == "__main__":
    main()
