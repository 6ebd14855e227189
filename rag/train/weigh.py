"""How much does each look at a sentence count? ``python -m rag.train.weigh --data DATA [--write] [--dev]``.

Fits ``rag.looks.Weights`` on questions of the titles and of our own documents that were kept from training, over
passages as after a search: each asked with its passage among them, without it, and changed so that nothing answers it;
those that nothing answers as they are. With ``--write`` the weights go into the manifest beside the reader; with
``--dev`` the AUROC of answerability on the development sets is printed, and how often a gold sentence is first, for
all looks together and with each left out. ``--shipped --dev`` fits nothing and measures the weights in the manifest.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag import threads
from rag.embed import MiniLM
from rag.looks import Look
from rag.records import Passage, Span
from rag.rerank import Calibration, TrainedReader
from rag.settings import load
from rag.train import measure
from rag.train.asking import answers, askings, kept_builders
from rag.train.data import Builder, Paragraph, Question
from rag.train.export import MANIFEST
from rag.train.measure import Asked, Floats

NAMES = ("passage", "share", "alone", "likeness", "between")
# 3 for likeness: of 0 to 6 the level stretch of answerability on SQuAD 2.0's and CLAPnq's development halves.
# 0.1 for the sentence alone, as it was fitted before there was "between": beside that the fit gives it -0.08, with
# which AUROC on SQuAD 2.0's development half is 0.827 instead of 0.834.
_GIVEN = {"share": 1.0, "likeness": 3.0, "alone": 0.1}
_SEED = 5
_QUESTIONS = 400
_TOP = 3  # sentences of each asking that are learned from: those among which serving chooses
_CHANGED = ("near", "near", "near", "attribute", "transplant")
_ABOUT = "SQuAD titles and own documents kept from training: each question with its passage, without it, and changed"
_SETS: tuple[tuple[str, Callable[[Path], list[Asked]], int], ...] = (
    ("SQuAD 2.0 half", measure.squad2, 800),
    ("CLAPnq half", measure.clapnq, 300),
    ("QED half", measure.qed, 678),
    ("own, held out", lambda _: measure.written_held_out(), 1500),
)

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Seen:
    """One sentence as it looked, whether it is right to show it, and how much it weighs in the fit."""

    features: tuple[float, ...]
    right: bool
    weight: float


def seen(reader: TrainedReader, builder: Builder, questions: int, seed: int = _SEED) -> Iterator[Seen]:
    """Ask held-out questions and yield the likeliest sentences of each asking."""
    rng = random.Random(seed)
    for paragraph, question, passages in askings(builder, questions, seed):
        found = reader.looked(question.text, passages)
        rights = [answers(piece, paragraph, question) for piece, _ in found]
        yield from _top([look for _, look in found], rights, 1.0)
        if question.tempts is not None:
            continue
        yield from _top([look for piece, look in found if piece.passage.number], [], 0.5)
        if changed := _changed(builder, paragraph, question, rng):
            yield from _top([look for _, look in reader.looked(changed, passages)], [], 0.5)


def _changed(builder: Builder, paragraph: Paragraph, question: Question, rng: random.Random) -> str:
    made = builder.null(rng.choice(_CHANGED), paragraph, question, rng)
    return made.question if made else ""


def _top(looks: Sequence[Look | None], rights: Sequence[bool], weight: float) -> Iterator[Seen]:
    for k, look in enumerate(looks[:_TOP]):
        if look:
            yield Seen(look.features(), bool(rights) and rights[k], weight)


def fit(rows: Sequence[Seen], left_out: int = -1) -> tuple[list[float], float]:
    """Fit a logistic model by least cross-entropy, with a weak pull to zero; a feature left out has weight 0.

    Three weights are given, not fitted. The share is a factor of a probability, so its logarithm counts once. Questions
    of held-out titles were worded with the paragraph in view: likeness counts for less there than it does elsewhere.
    """
    from scipy.optimize import minimize

    x = np.array([row.features for row in rows])
    fixed = np.array([0.0 if k == left_out else _GIVEN.get(name, 0.0) for k, name in enumerate(NAMES)])
    fitted = np.array([k != left_out and name not in _GIVEN for k, name in enumerate(NAMES)], np.float64)
    given = x @ fixed
    sign = np.array([1.0 if row.right else -1.0 for row in rows])
    weight = np.array([row.weight for row in rows])

    def cost(theta: Floats) -> float:
        each = np.logaddexp(0, -sign * ((x * fitted) @ theta[:-1] + given + theta[-1]))
        return float((weight * each).sum() + 0.5 * (theta**2).sum())

    theta = minimize(cost, np.zeros(x.shape[1] + 1), method="BFGS").x
    return [float(one) for one in theta[:-1] * fitted + fixed], float(theta[-1])


def dev_looks(reader: TrainedReader, asked: Sequence[Asked]) -> list[tuple[Floats, list[bool]]]:
    """Return, for each question over its one passage, the features of the sentences looked at, and which are gold."""
    found = []
    for one in asked:
        spans = tuple(Span(start, end) for start, end in one.sentences) or (Span(0, len(one.passage)),)
        passage = Passage(0, "", "", one.title, 0, len(one.passage), one.passage, spans)
        seen = [(piece, look) for piece, look in reader.looked(one.question, [passage]) if look]
        rows = [look.features() for _, look in seen] or [Look(-12, 0, -12, 0, -12).features()]
        found.append((np.array(rows), [spans.index(piece.span) in one.gold for piece, _ in seen] or [False]))
    return found


def _auroc(scores: Floats, truth: Bools, rows: npt.NDArray[np.intp]) -> float:
    return measure.auroc(scores[rows], truth[rows])


def _dev(reader: TrainedReader, data: Path, models: Sequence[tuple[str, tuple[list[float], float]]]) -> None:
    for name, read_set, most in _SETS:
        asked = read_set(data.parent / "dev")
        random.Random(_SEED).shuffle(asked)
        looks = dev_looks(reader, asked[:most])
        truth = np.array([one.answerable for one in asked[:most]])
        for label, (weights, bias) in models:
            scored = [rows @ np.array(weights) + bias for rows, _ in looks]
            best = np.array([float(scores.max()) for scores in scored])
            curve = measure.bootstrap(name, partial(_auroc, best, truth), len(truth))
            first = [
                float(gold[int(scores.argmax())])
                for scores, (_, gold), one in zip(scored, looks, asked, strict=False)
                if one.gold and len(one.sentences) > 1
            ]
            told = f"gold sentence first {sum(first) / len(first):.3f} n = {len(first)}" if first else ""
            interval = f"{curve.value:.3f} [{curve.low:.3f}, {curve.high:.3f}] n = {curve.n}"
            print(f"{name:15s} {label:18s} AUROC {interval}  {told}", flush=True)


def main() -> None:
    """Parse, fit, print, write."""
    threads.calm()
    parser = argparse.ArgumentParser(description="Find how much each look at a sentence counts.")
    parser.add_argument("--data", type=Path, required=True, help="the folder train; dev is read from beside it")
    parser.add_argument("--questions", type=int, default=_QUESTIONS)
    parser.add_argument("--write", action="store_true", help="put the weights into the manifest")
    parser.add_argument(
        "--dev", action="store_true", help="measure on the development sets, each look left out in turn"
    )
    parser.add_argument("--shipped", action="store_true", help="fit nothing, measure what the manifest has")
    parser.add_argument("--manifest", type=Path, default=MANIFEST)
    args = parser.parse_args()
    settings = load()[0]
    embedder = MiniLM(settings.models_path, settings.threads)
    reader = TrainedReader.shipped(settings.models_path, embedder, settings.threads)
    if args.shipped:
        kept = Calibration.shipped().looks
        _dev(reader, args.data, [("as shipped", (list(kept.weights), kept.bias))])
        return
    rows = [row for builder in kept_builders(args.data) for row in seen(reader, builder, args.questions)]
    weights, bias = fit(rows)
    for name, weight in zip(NAMES, weights, strict=True):
        print(f"{name:10s} {weight:7.3f}")
    print(f"bias       {bias:7.3f}   n = {len(rows)} sentences of {args.questions} questions", flush=True)
    if args.write:
        manifest = json.loads(args.manifest.read_text(encoding="utf-8"))
        found = {"set": _ABOUT, "questions": args.questions, "n": len(rows), "names": NAMES}
        manifest["calibration"]["looks"] = {**found, "weights": weights, "bias": bias}
        args.manifest.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    if args.dev:
        out = [(f"without {name}", fit(rows, k)) for k, name in enumerate(NAMES)]
        _dev(reader, args.data, [("all looks", (weights, bias)), *out])


if __name__ == "__main__":
    main()
