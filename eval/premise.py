"""What does the check of a question's premises refuse, and what does it cost? ``python -m eval.premise --data DATA``.

Questions of SQuAD 2.0's development half over their one paragraph, half of them worded by people so that it does not
answer. Counted are the answers that the reader would show: how many wrong ones the check refuses, and how many right
ones are lost, with the rules alone and with rivals at several margins. Articles are split by turns: every
second one was developed on, the others are reported. With ``--f1`` instead the overall F1 of the words that would be
shown, refusal being right where nothing answers, at several thresholds, with the check and without it.
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
from rag.train.measure import Asked, mean, squad2, word_f1

_SEED = 5
_LEAST = (0.04, 0.2, 0.4, 0.5, 0.6)
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
        chosen = _chosen(reader, one)
        if not chosen:
            continue
        right = one.answerable and chosen[0].passage.sentences.index(chosen[0].span) in one.gold
        if right or not one.answerable:
            denied = bool(premise.denied(one.question, chosen[0]))
            found.append(Shown(right, denied, 0.0 if denied else _margin(reader, one.question, chosen[0])))
    return found


def _margin(reader: TrainedReader, question: str, piece: Evidence) -> float:
    """Return by how much, in log-odds, the surest rival question is surer of the same sentence; 0 without rivals."""
    return max((doubts.surer(reader, rival, piece) for rival in premise.rivals(question, piece)), default=0.0)


def _chosen(reader: TrainedReader, one: Asked) -> list[Evidence]:
    """Return the evidence that would be shown for a question over its one passage."""
    spans = tuple(Span(start, end) for start, end in one.sentences)
    passage = Passage(0, one.title, "", one.title, 0, len(one.passage), one.passage, spans)
    return rerank.choose(one.question, reader.read(one.question, [passage]), reader.threshold)


def overall(reader: TrainedReader, asked: Sequence[Asked]) -> list[dict[str, tuple[float, float, float]]]:
    """Return for each question, unchecked and checked, the best score, the F1 of its words, and that of saying none."""
    found = []
    for one in asked:
        chosen = _chosen(reader, one)
        ways = {"unchecked": chosen, "checked": doubts.kept(reader, one.question, chosen).evidence}
        answers = one.answers if one.answerable else ()
        found.append(
            {
                way: (pieces[0].score if pieces else 0.0, word_f1(_words(pieces), answers), word_f1("", answers))
                for way, pieces in ways.items()
            }
        )
    return found


def _words(pieces: Sequence[Evidence]) -> str:
    return pieces[0].passage.quote(pieces[0].answer) if pieces else ""


def _print_overall(found: Sequence[dict[str, tuple[float, float, float]]]) -> None:
    for least in _LEAST:
        for way in ("unchecked", "checked"):
            scored = [shown if score >= least else silent for score, shown, silent in (one[way] for one in found)]
            figure = mean(way, scored)
            told = f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}] n = {figure.n}"
            print(f"{way:9s} from {least:.2f}: overall F1 {told}")


def main() -> None:
    """Measure and print one line for each way."""
    threads.calm()
    parser = argparse.ArgumentParser(description="Measure the check of a question's premises.")
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds train and dev")
    parser.add_argument("--tuned", action="store_true", help="the articles that were developed on")
    parser.add_argument("--f1", action="store_true", help="overall F1 with refusal instead")
    parser.add_argument("--limit", type=int, default=0, help="about so many questions")
    args = parser.parse_args()
    everything = squad2(args.data / "dev")
    titles = sorted({one.title for one in everything})[0 if args.tuned else 1 :: 2]
    asked = [one for one in everything if one.title in titles]
    random.Random(_SEED).shuffle(asked)
    settings = load()[0]
    embedder = MiniLM(settings.models_path, settings.threads)
    reader = TrainedReader.shipped(settings.models_path, embedder, settings.threads)
    asked = asked[: args.limit or None]
    if args.f1:
        _print_overall(overall(reader, asked))
        return
    found = shown(reader, asked)
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
