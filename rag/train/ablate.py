"""What each kind of null is worth: ``python -m rag.train.ablate --data DIR --out DIR [--mined FILE] [--only KIND]``.

One trunk is trained on answerable windows and claims alone. From it, legs of one length are trained: one on every kind
of null, and one for each kind left out, the others taking its share. All are measured on SQuAD 2.0's half and on the
nulls of held-out titles; a difference to the leg with all kinds is paired, over the same questions. A leg whose
figures stand in the folder is not trained again, so the command goes on where it stopped, and several may share one.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.train.asking import held_out_builder
from rag.train.data import NEAR_KINDS, NULL_KINDS
from rag.train.export import pack_checkpoint
from rag.train.measure import Figure, auroc, bootstrap, first_is_gold, squad2
from rag.train.reader import Corpus, Plan, log, train
from rag.train.run import TorchReader
from rag.weights import file_sha256

ALL = "all"
# ``near`` leaves out every near-miss made in the question, the ``near_...`` of NEAR_KINDS one sort of them.
KINDS = (*NULL_KINDS, "mined", *(f"near_{kind}" for kind in NEAR_KINDS))
_WARMUP = 20  # steps: the legs are short
_SEED = 99  # of the held-out examples, as in ``rag.train.export``

Scores = dict[str, Any]
Floats = npt.NDArray[np.float64]
Truth = npt.NDArray[np.bool_]


def leg(name: str, start: Path | None, args: argparse.Namespace) -> Path:
    """Train one leg, or go on with it; returns its checkpoint. The trunk has no start and no nulls."""
    folder: Path = args.out / name
    folder.mkdir(parents=True, exist_ok=True)
    steps = args.steps if start else args.trunk_steps
    without = () if name == ALL else (name,) if start else KINDS
    mined = args.mined if start and name != "mined" else None
    plan = replace(Plan(), warmup=_WARMUP, threads=args.threads, start=file_sha256(start) if start else "",
                   mined=file_sha256(mined) if mined else "", without=without)  # fmt: skip
    train(Corpus(args.data, plan, mined), folder, plan, 0.0, steps, resume=True, start=start)
    return folder / "checkpoint.safetensors"


def scores_of(checkpoint: Path, data: Path) -> Scores:
    """Read SQuAD 2.0's half and the windows of held-out titles; every score is kept, for paired differences."""
    reader = TorchReader.load(checkpoint)
    asked = squad2(data.parent / "dev")
    readings = reader.read([(a.question, a.passage, a.sentences) for a in asked])
    examples = list(held_out_builder(data).epoch(_SEED))
    windows = reader.read([(e.question, e.passage, [(0, len(e.passage))]) for e in examples])
    return {
        "squad2": {"odds": [r.odds for r in readings], "truth": [a.answerable for a in asked]},
        "first": first_is_gold([r.sentences for r in readings], asked),
        "held_out": {"odds": [r.odds for r in windows], "truth": [e.answerable for e in examples],
                     "kind": [e.kind for e in examples]},
    }  # fmt: skip


def difference(name: str, these: Floats, those: Floats, truth: Truth) -> Figure:
    """Return AUROC by ``these`` scores less that by ``those``, resampled together."""
    return bootstrap(name, lambda i: auroc(these[i], truth[i]) - auroc(those[i], truth[i]), len(truth))


def of_kind(scores: Scores, kind: str) -> tuple[Floats, Truth]:
    """Return odds and truth over the answerable windows and the nulls of one kind (``near``: of every sort)."""
    odds, truth = (np.array(scores["held_out"][k]) for k in ("odds", "truth"))
    sorts = {f"near_{k}" for k in NEAR_KINDS} if kind == "near" else {kind}
    chosen = truth | np.array([k in sorts for k in scores["held_out"]["kind"]])
    return odds[chosen], truth[chosen]


def table(legs: Mapping[str, Scores]) -> str:
    """Print a line for each leg: SQuAD 2.0, gold sentence first, the left-out kind's own nulls; each less ``all``."""
    whole = legs[ALL]
    truth = np.array(whole["squad2"]["truth"])
    lines = [
        "| left out | SQuAD 2.0 AUROC | less all kinds | gold sentence first, less all kinds "
        "| on its own nulls | less all kinds | n |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, scores in legs.items():
        odds, other = (np.array(one["squad2"]["odds"]) for one in (scores, whole))
        first, other_first = (np.array(one["first"]) for one in (scores, whole))
        cells = [f"{auroc(odds, truth):.3f}"]
        if name != ALL:
            cells.append(_signed(difference(name, odds, other, truth)))
            cells.append(_signed(bootstrap(name, _mean_of(first - other_first), len(first))))
            here, true = of_kind(scores, name)
            if not true.all():
                cells += [f"{auroc(here, true):.3f}", _signed(difference(name, here, of_kind(whole, name)[0], true)),
                          str(int((~true).sum()))]  # fmt: skip
        lines.append(" | ".join([f"| {name}", *cells, *["-"] * (6 - len(cells))]) + " |")
    return "\n".join(lines)


def _mean_of(values: Floats) -> Any:
    return lambda i: float(values[i].mean())


def _signed(figure: Figure) -> str:
    return f"{figure.value:+.3f} [{figure.low:+.3f}, {figure.high:+.3f}]"


def run(names: Sequence[str], args: argparse.Namespace) -> None:
    """Train and measure what is missing."""
    trunk = args.out / "trunk.safetensors"
    if not trunk.exists():
        pack_checkpoint(leg("trunk", None, args), trunk, {})
    for name in names:
        target = args.out / f"{name}.json"
        if not target.exists():
            log(f"leg: {name}")
            temporary = target.with_suffix(".tmp")
            temporary.write_text(json.dumps(scores_of(leg(name, trunk, args), args.data)))
            os.replace(temporary, target)


def main() -> None:
    """Parse, train, measure, print the table of every leg that is there."""
    parser = argparse.ArgumentParser(description="Train the reader without each kind of null.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--mined", type=Path, help="nulls that rag.train.mine found")
    parser.add_argument("--only", nargs="*", choices=(ALL, *KINDS), default=(ALL, *KINDS))
    parser.add_argument("--trunk-steps", type=int, default=430)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--threads", type=int, default=Plan().threads)
    args = parser.parse_args()
    run(args.only, args)
    there = {n: args.out / f"{n}.json" for n in (ALL, *KINDS)}
    legs = {n: json.loads(path.read_text()) for n, path in there.items() if path.exists()}
    if ALL in legs:
        print(table(legs))


if __name__ == "__main__":
    main()
