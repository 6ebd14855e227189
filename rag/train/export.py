"""Makes what ships from a checkpoint: ``python -m rag.train.export --checkpoint FILE --data DIR --out DIR``.

Writes ``reader.safetensors`` (differences to the packaged MiniLM, heads) and ``reader.json`` (its sha256, calibration,
thresholds for error budgets, provenance, figures). Calibrates on held-out titles alone; the goal rows are measured
afterwards, with the packed weights as they ship.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from tokenizers import Tokenizer

from rag.decode import Reading, sigmoid
from rag.train import ir, pairs
from rag.train.data import Builder, Example, Paragraph, Question, held_out, load_squad
from rag.train.measure import Figure, Reads, attribution, auroc, calibration_error, measure
from rag.train.model import Reader, merge, packaged_model
from rag.train.nearmiss import Relations, content_words
from rag.weights import file_sha256

BUDGETS = (0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3)  # shares of wrong among the answers shown
_SEED = 99  # of the calibration examples
_RIGHT_F1 = 0.5  # a shown span counts as right from here on
_PAIRS = 4000
_TRUE_REFUSED = 0.02  # of true claims, by the least entailment logit that serving accepts
_ANSWERABLE_ODDS = 3  # an assumption: three of four questions have an answer in the documents
_SEARCHES = 300  # questions asked over several passages
_PASSAGES = 8  # each

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Platt:
    """Probability from log-odds: sigmoid(scale * odds + shift) (Platt 1999)."""

    scale: float
    shift: float

    def __call__(self, odds: Floats) -> Floats:
        """Return calibrated probabilities."""
        return sigmoid(self.scale * odds + self.shift)


def fit_platt(odds: Floats, truth: npt.NDArray[np.bool_], weight: Floats | None = None) -> Platt:
    """Fit by least cross-entropy, with the pull of one pseudo-example against infinite slopes."""
    from scipy.optimize import minimize

    w = np.ones_like(odds) if weight is None else weight
    sign = np.where(truth, 1.0, -1.0)

    def cost(theta: Floats) -> float:
        return float((w * np.logaddexp(0, -sign * (theta[0] * odds + theta[1]))).sum() + 0.5 * (theta**2).sum())

    scale, shift = minimize(cost, np.array([0.5, 0.0]), method="BFGS").x
    return Platt(float(scale), float(shift))


def calibration_set(data: Path, seed: int = _SEED) -> tuple[list[Example], list[Paragraph]]:
    """Make questions over windows of the titles that were kept from training: positives, siblings, near-misses."""
    squad = load_squad(data)
    kept = [p for p in squad if held_out(p.title)]
    model = packaged_model()
    vectors = load_file(model / "model.safetensors")["embeddings.word_embeddings.weight"].astype(np.float32)
    vectors -= vectors.mean(0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    vocabulary = Tokenizer.from_file(str(model / "tokenizer.json")).get_vocab()
    relations = Relations([q.text for p in squad for q in p.questions], vocabulary, vectors)
    return list(Builder(kept, relations).epoch(seed)), kept


def budgets(chance: Floats, right: npt.NDArray[np.bool_]) -> list[dict[str, float]]:
    """Return for each error budget the lowest threshold that keeps it, and the share of questions that it shows.

    ``right`` tells whether showing the answer would be right; wrong is an answer to an unanswerable question or a
    wrong answer. The error among the shown is what is budgeted.
    """
    order = np.argsort(-chance)
    ends = np.append(np.diff(chance[order]) < 0, True)  # equal scores are shown together or not at all
    wrong = np.cumsum(~right[order]) / np.arange(1, len(order) + 1)
    table = []
    for budget in BUDGETS:
        fits = np.flatnonzero((wrong <= budget) & ends)
        last = int(fits[-1]) if len(fits) else -1
        threshold = float(chance[order[last]]) if last >= 0 else 1.0
        table.append({"budget": budget, "threshold": threshold, "coverage": (last + 1) / len(order), "n": len(order)})
    return table


def reliability(chance: Floats, truth: npt.NDArray[np.bool_], bins: int = 10) -> list[dict[str, float]]:
    """Return the rows of a reliability diagram: bin, mean probability, share true, count."""
    which = np.minimum((chance * bins).astype(int), bins - 1)
    return [
        {"bin": b / bins, "mean": float(chance[which == b].mean()), "true": float(truth[which == b].mean()),
         "n": int((which == b).sum())}
        for b in range(bins) if (which == b).any()
    ]  # fmt: skip


def pack_checkpoint(checkpoint: Path, target: Path, metadata: dict[str, Any]) -> None:
    """Write the shipped file from a checkpoint: packed differences, float16 vectors and heads."""
    base = load_file(packaged_model() / "model.safetensors")
    tensors: dict[str, npt.NDArray[Any]] = {}
    with safe_open(checkpoint, "np") as opened:
        for key in opened.keys():  # noqa: SIM118
            if not key.startswith("weight."):
                continue
            name, value = key.removeprefix("weight."), opened.get_tensor(key).astype(np.float32)
            if not name.startswith("bert."):
                tensors[name] = value.astype(np.float16)
                continue
            change = value - base[name.removeprefix("bert.")].astype(np.float32)
            if change.ndim > 1:
                tensors[f"{name}.planes"], tensors[f"{name}.scales"] = ir.pack(change)
            else:
                tensors[name] = change.astype(np.float16)
    meta = {"bits": ir.BITS, "group": ir.GROUP, "base": "all-MiniLM-L6-v2", **metadata}
    temporary = target.with_suffix(".tmp")
    save_file(tensors, temporary, {"reader": json.dumps(meta)})
    os.replace(temporary, target)


def load_shipped(path: Path, model: Reader) -> None:
    """Merge shipped weights into a fresh reader."""
    merge(model, ir.load(path)[0])


@dataclass(frozen=True, slots=True)
class Searched:
    """What showing the best sentence of several passages would be: its score, right or not, answerable or not."""

    score: float
    right: bool
    answerable: bool


def search_held_out(reader: Reads, kept: Sequence[Paragraph], platt: Platt, seed: int = _SEED) -> list[Searched]:
    """Ask questions of held-out titles over several passages of their article, as after a search.

    Each question is asked twice: with its paragraph among the passages, and without. Passages that hold an answer
    elsewhere are left out. The score is that of serving: P(answer) times the sentence's share, the best of all.
    """
    rng = random.Random(seed)
    builder = Builder(kept, Relations([]))
    jobs: list[tuple[str, str, Sequence[tuple[int, int]]]] = []
    asked: list[tuple[Question, int]] = []
    everything = [(p, q) for p in kept for q in p.questions]
    for paragraph, question in rng.sample(everything, min(_SEARCHES, len(everything))):
        words = content_words(question.text)
        others = [
            p for p in kept
            if p.title == paragraph.title and p is not paragraph
            and not any(a.lower() in p.text.lower() for a in question.answers)
        ]  # fmt: skip
        others = sorted(others, key=lambda p: -builder.weight(words, p.words))[: _PASSAGES - 1]
        jobs += [(question.text, p.text, p.sentences) for p in (paragraph, *others)]
        asked.append((question, 1 + len(others)))
    readings = iter(zip(reader.read(jobs), jobs, strict=True))
    found = []
    for question, n in asked:
        best = [_best_sentence(reading, job, platt) for reading, job in (next(readings) for _ in range(n))]
        for answerable, pieces in ((True, best), (False, best[1:])):
            if pieces:
                score, text = max(pieces)
                holds = any(a.lower() in text.lower() for a in question.answers)
                found.append(Searched(score, answerable and holds, answerable))
    return found


def _best_sentence(
    reading: Reading, job: tuple[str, str, Sequence[tuple[int, int]]], platt: Platt
) -> tuple[float, str]:
    """Return the score and text of the passage's best sentence."""
    chance = float(platt(np.array([reading.odds]))[0])
    share, (a, b) = max(zip(reading.sentences, job[2], strict=True))
    return chance * share, job[1][a:b]


def best_threshold(found: Sequence[Searched]) -> float:
    """Return the threshold with the most right outcomes: a right sentence shown, or nothing where there is none.

    The set asks each question once with and once without its answer; people ask their own documents mostly what these
    can answer, so that an answerable question weighs ``_ANSWERABLE_ODDS`` times.
    """
    found = sorted(found, key=lambda f: -f.score)
    outcome = np.array([_ANSWERABLE_ODDS * f.right - (not f.answerable) for f in found])
    total = np.cumsum(outcome)
    return found[int(total.argmax())].score


def calibrate(reader: Reads, data: Path) -> dict[str, Any]:
    """Fit answerability, error budgets and the entailment threshold on held-out titles."""
    from rag.train.measure import word_f1

    examples, kept = calibration_set(data)
    readings = reader.read([(e.question, e.passage, [(0, len(e.passage))]) for e in examples])
    odds = np.array([r.odds for r in readings])
    truth = np.array([e.answerable for e in examples])
    even = np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))  # half and half, whatever was drawn
    platt = fit_platt(odds, truth, even)
    right = np.array(
        [
            e.answerable and word_f1(e.passage[r.start : r.end], [e.passage[a:b] for a, b in e.spans]) >= _RIGHT_F1
            for e, r in zip(examples, readings, strict=True)
        ]
    )
    chance = platt(odds)
    searched = search_held_out(reader, kept, platt)
    scores = np.array([f.score for f in searched])
    proper = np.array([f.right for f in searched])
    real = np.array([f.answerable for f in searched])
    kinds = sorted({e.kind for e in examples})
    by_kind = {}
    for kind in kinds:
        here = np.array([e.kind == kind for e in examples])
        if not truth[here].any():
            both = here | truth
            by_kind[kind] = {"auroc": auroc(odds[both], truth[both]), "n": int(here.sum())}
    made = list(pairs.from_squad(kept, _SEED))[:_PAIRS]
    logits = reader.entail([(p.claim, p.quote) for p in made])
    holds = np.array([p.holds for p in made])
    even = np.where(holds, 0.5 / holds.mean(), 0.5 / (1 - holds.mean()))
    entail = fit_platt(logits, holds, even)
    return {
        "answerable": asdict(platt),
        "entail": asdict(entail) | {"least": float(np.quantile(logits[holds], _TRUE_REFUSED))},
        "threshold": best_threshold(searched),
        "budgets": budgets(scores, proper),
        "budgets_one_passage": budgets(chance, right),
        "searched": {"n": len(searched), "passages": _PASSAGES, "auroc": auroc(scores, real)},
        "held_out": {
            "n": len(examples), "auroc": auroc(odds, truth), "ece": calibration_error(chance, truth),
            "by_kind": by_kind, "reliability": reliability(chance, truth),
            "pairs": {"n": len(made), "auroc": auroc(logits, holds)},
        },
    }  # fmt: skip


def export(checkpoint: Path, data: Path, out: Path, goal_rows: bool = True,
           limit: int = 0, say: Callable[[str], None] = print) -> dict[str, Any]:  # fmt: skip
    """Pack, calibrate, measure, write; returns the manifest."""
    from rag.train.run import TorchReader

    out.mkdir(parents=True, exist_ok=True)
    with safe_open(checkpoint, "np") as opened:
        origin = opened.metadata()
    provenance = {"plan": json.loads(origin["plan"]), "state": json.loads(origin["state"])}
    target = out / "reader.safetensors"
    pack_checkpoint(checkpoint, target, provenance)
    model = Reader()
    load_shipped(target, model)
    reader = TorchReader(model)
    calibration = calibrate(reader, data)
    say(json.dumps(calibration, indent=1))
    platt = Platt(**calibration["answerable"])
    figures: Sequence[Figure] = ()
    if goal_rows:
        figures = measure(reader, data, platt, limit=limit)
        threshold = -calibration["entail"]["shift"] / calibration["entail"]["scale"]
        figures = [*figures, *attribution(reader, data.parent / "dev", threshold)]
        for f in figures:
            say(f"{f.name:40s} {f.value:.3f}  [{f.low:.3f}, {f.high:.3f}]  n = {f.n}")
    manifest = {
        "file": target.name, "sha256": file_sha256(target), "bytes": target.stat().st_size,
        "base": {"name": "all-MiniLM-L6-v2", "sha256": file_sha256(packaged_model() / "model.safetensors")},
        **provenance,
        "data": {p.name: file_sha256(p) for p in sorted(data.glob("*.jsonl.gz")) if not p.name.startswith("cast")},
        "calibration": calibration,
        "figures": [asdict(f) for f in figures],
    }  # fmt: skip
    (out / "reader.json").write_text(json.dumps(manifest, indent=1) + "\n")
    return manifest


def main() -> None:
    """Parse, export."""
    parser = argparse.ArgumentParser(description="Make the shipped reader from a checkpoint.")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--fast", action="store_true", help="calibrate, but leave the goal rows out")
    parser.add_argument("--limit", type=int, default=0, help="about so many questions of each goal set")
    args = parser.parse_args()
    export(args.checkpoint, args.data, args.out, not args.fast, args.limit)


if __name__ == "__main__":
    main()
