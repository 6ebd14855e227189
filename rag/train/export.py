"""Makes what ships from a checkpoint: ``python -m rag.train.export --checkpoint FILE --data DIR --out DIR``.

Writes ``reader.safetensors`` (differences to the packaged MiniLM, heads) and ``reader.json`` (its sha256, calibration,
thresholds for error budgets, provenance, figures). Calibrates on held-out titles alone; the goal rows are measured
afterwards, with the packed weights as they ship.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from rag.decode import sigmoid
from rag.train import ir, pairs
from rag.train.asking import held_out_builder
from rag.train.measure import Figure, Reads, attribution, auroc, calibration_error, measure
from rag.train.model import Reader, merge, packaged_model
from rag.weights import file_sha256

MANIFEST = Path(__file__).parents[1] / "reader" / "reader.json"
_SEED = 99  # of the calibration examples
_PAIRS = 4000
_TRUE_REFUSED = 0.02  # of true claims, by the least entailment logit that serving accepts

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


def reliability(chance: Floats, truth: npt.NDArray[np.bool_], bins: int = 10) -> list[dict[str, float]]:
    """Return the rows of a reliability diagram: bin, mean probability, share true, count."""
    which = np.minimum((chance * bins).astype(int), bins - 1)
    return [
        {"bin": b / bins, "mean": float(chance[which == b].mean()), "true": float(truth[which == b].mean()),
         "n": int((which == b).sum())}
        for b in range(bins) if (which == b).any()
    ]  # fmt: skip


def pack_checkpoint(
    checkpoint: Path, target: Path, metadata: dict[str, Any], mean_with: Path | None = None, share: float = 0.5
) -> None:
    """Write the shipped file from a checkpoint: packed differences, float16 vectors and heads.

    ``mean_with``: shipped weights whose mean with the checkpoint is written, the checkpoint counting for ``share``.
    The mean of a model before and after it was trained further keeps what either knows (Wortsman et al. 2022, "Robust
    fine-tuning of zero-shot models").
    """
    base = load_file(packaged_model() / "model.safetensors")
    before = ir.load(mean_with)[0] if mean_with else {}
    tensors: dict[str, npt.NDArray[Any]] = {}
    with safe_open(checkpoint, "np") as opened:
        for key in opened.keys():  # noqa: SIM118
            if not key.startswith("weight."):
                continue
            name, value = key.removeprefix("weight."), opened.get_tensor(key).astype(np.float32)
            packaged = base[name.removeprefix("bert.")].astype(np.float32) if name.startswith("bert.") else 0.0
            change = value - packaged
            if before:
                change = share * change + (1 - share) * before[name].reshape(change.shape)
            if not name.startswith("bert."):
                tensors[name] = change.astype(np.float16)
                continue
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


def calibrate(reader: Reads, data: Path) -> dict[str, Any]:
    """Fit answerability and the entailment threshold on held-out titles."""
    builder = held_out_builder(data)
    examples, kept = list(builder.epoch(_SEED)), builder.paragraphs
    readings = reader.read([(e.question, e.passage, [(0, len(e.passage))]) for e in examples])
    odds = np.array([r.odds for r in readings])
    truth = np.array([e.answerable for e in examples])
    even = np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))  # half and half, whatever was drawn
    platt = fit_platt(odds, truth, even)
    chance = platt(odds)
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
        # The passage alone, until ``rag.train.weigh`` has weighed all looks at a sentence.
        "looks": {"set": "not weighed", "weights": [platt.scale, 1.0, 0.0, 0.0, 0.0], "bias": platt.shift},
        "entail": asdict(entail) | {"least": float(np.quantile(logits[holds], _TRUE_REFUSED))},
        "held_out": {
            "n": len(examples), "auroc": auroc(odds, truth), "ece": calibration_error(chance, truth),
            "by_kind": by_kind, "reliability": reliability(chance, truth),
            "pairs": {"n": len(made), "auroc": auroc(logits, holds)},
        },
    }  # fmt: skip


def export(checkpoint: Path, data: Path, out: Path, goal_rows: bool = True, limit: int = 0,
           mean_with: Path | None = None, share: float = 0.5,
           say: Callable[[str], None] = print) -> dict[str, Any]:  # fmt: skip
    """Pack, calibrate, measure, write; returns the manifest."""
    from rag.train.run import TorchReader

    out.mkdir(parents=True, exist_ok=True)
    with safe_open(checkpoint, "np") as opened:
        origin = opened.metadata()
    provenance = {"plan": json.loads(origin["plan"]), "state": json.loads(origin["state"])}
    if mean_with:
        provenance |= {"mean_with": file_sha256(mean_with), "share": share}
    target = out / "reader.safetensors"
    pack_checkpoint(checkpoint, target, provenance, mean_with, share)
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
    parser.add_argument("--mean-with", type=Path, help="shipped weights to take the mean with, such as it started from")
    parser.add_argument("--share", type=float, default=0.5, help="of the checkpoint in that mean")
    args = parser.parse_args()
    export(args.checkpoint, args.data, args.out, not args.fast, args.limit, args.mean_with, args.share)


if __name__ == "__main__":
    main()
