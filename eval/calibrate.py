"""Calibrate the instrument that scores: fit its regression, then measure it on human labels it has not seen.

Fitted on the part of WiCE and the paragraphs kept for it; measured on AttributionBench dev (nothing of it is
trained on, chosen on or shipped) and on the part of WiCE that is kept from everything.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.stats import rankdata

from eval.encoder import PairEncoder
from eval.entail import CALIBRATION, FEATURES, FOLDER, HOLDS, MANIFEST, WEIGHTS, Regression, counted, fit_hash
from eval.errors import BadInstrument
from eval.intervals import Floats, Interval, bootstrap, wilson
from eval.powered import Bias

BENCH, KEPT = "AttributionBench dev", "WiCE dev, kept out"
# The set whose labels correct a run's faithfulness: claims that answer engines really made.
LENDS = BENCH
SEED = 5
_MADE = 600  # pairs made from paragraphs, to fit on beside WiCE's
_PULL = 1.0  # of the regression's weights towards 0, in examples
_RESAMPLES = 2_000

Labelled = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How the instrument agrees with human labels of one set: AUROC, balanced accuracy, its parts, and bias."""

    name: str
    auroc: Interval
    balanced_accuracy: Interval
    sensitivity: Interval
    specificity: Interval
    bias: Bias


@dataclass(frozen=True, slots=True)
class Calibration:
    """What ``calibration.json`` holds: the instrument by its hash, and how it agrees with people."""

    sha256: str
    sets: tuple[Agreement, ...]

    def agreement(self, name: str) -> Agreement | None:
        """Return one set's figures; None if it was not measured."""
        return next((one for one in self.sets if one.name == name), None)


def calibrate(data: Path, folder: Path = FOLDER, say: Callable[[str], None] = lambda _: None) -> Calibration:
    """Fit, measure and write ``calibration.json``; ``data`` holds ``train`` and ``dev``.

    Raises:
        BadInstrument: the data or the weights are missing.
    """
    weights_sha256 = _weights_sha256(folder)
    encoder = PairEncoder(folder / WEIGHTS)
    try:
        fitting, sets = list(_fitting(data / "train")), _measured(data)
    except OSError as error:
        raise BadInstrument(f"the labelled data cannot be read: {error}; name its folder with --data") from None
    say(f"fitting on {len(fitting)} pairs")
    fit = fit_regression(_features(encoder, fitting), [holds for *_, holds in fitting])
    found = []
    for name, labelled in sets.items():
        say(f"measuring on {len(labelled)} pairs of {name}")
        odds = [fit.odds(row) for row in _features(encoder, labelled)]
        found.append(agreement(name, odds, [holds for *_, holds in labelled]))
    made = Calibration(fit_hash(weights_sha256, fit), tuple(found))
    written = {
        "sha256": made.sha256,
        "fit": {"shift": fit.shift, "weights": dict(zip(FEATURES, fit.weights, strict=True)), "n": len(fitting)},
        "sets": [asdict(one) for one in found],
    }
    (folder / CALIBRATION).write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    return made


def read_calibration(folder: Path = FOLDER) -> Calibration:
    """Return the shipped calibration.

    Raises:
        BadInstrument: it is missing or damaged.
    """
    try:
        found = json.loads((folder / CALIBRATION).read_text(encoding="utf-8"))
        return Calibration(found["sha256"], tuple(_read_agreement(one) for one in found["sets"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInstrument(f"{folder / CALIBRATION} cannot be used ({error!r}); reinstall vouch-rag") from None


def agreement(name: str, odds: Sequence[float], labels: Sequence[bool]) -> Agreement:
    """Measure log-odds against labels; both classes must be there."""
    said = [one >= 0 for one in odds]  # HOLDS as log-odds
    held = [one for one, label in zip(said, labels, strict=True) if label]
    not_held = [one for one, label in zip(said, labels, strict=True) if not label]
    return Agreement(
        name,
        auroc=_over_pairs(odds, labels, auroc),
        balanced_accuracy=_over_pairs([float(one) for one in said], labels, _balanced),
        sensitivity=wilson(sum(held), len(held)),
        specificity=wilson(len(not_held) - sum(not_held), len(not_held)),
        bias=Bias.of([float(one) for one in said], [float(one) for one in labels]),
    )


def auroc(scores: Floats, labels: Floats) -> float:
    """Return the chance that a true pair scores above a false one, ties half (Mann & Whitney 1947)."""
    true = labels > HOLDS
    above = rankdata(scores)[true].sum() - true.sum() * (true.sum() + 1) / 2
    return float(above / (true.sum() * (~true).sum()))


def fit_regression(features: Sequence[Sequence[float]], labels: Sequence[bool]) -> Regression:
    """Fit a logistic regression, both classes of equal weight, weights pulled gently towards 0 (ridge)."""
    rows, truth = np.asarray(features, dtype=np.float64), np.asarray(labels)
    middle, spread = rows.mean(0), rows.std(0) + 1e-9
    scaled = np.column_stack([np.ones(len(rows)), (rows - middle) / spread])
    sign = np.where(truth, 1.0, -1.0)
    even = np.where(truth, 0.5 / truth.mean(), 0.5 / (1 - truth.mean()))

    def cost(theta: Floats) -> float:
        fits = (even * np.logaddexp(0, -sign * (scaled @ theta))).sum()
        return float(fits + 0.5 * _PULL * (theta[1:] ** 2).sum())

    theta = minimize(cost, np.zeros(scaled.shape[1]), method="L-BFGS-B").x
    weights = theta[1:] / spread
    return Regression(float(theta[0] - (weights * middle).sum()), tuple(float(one) for one in weights))


def _balanced(said: Floats, labels: Floats) -> float:
    true = labels > HOLDS
    return float((said[true].mean() + 1 - said[~true].mean()) / 2)


def _over_pairs(values: Sequence[float], labels: Sequence[bool], figure: Callable[[Floats, Floats], float]) -> Interval:
    """Bootstrap a figure of (value, label) pairs; a sample without one of the classes counts as no better than luck."""
    given, truth = np.asarray(values, dtype=np.float64), np.asarray(labels, dtype=np.float64)

    def each(samples: Floats) -> Floats:
        rows = samples.astype(np.int64)
        return np.asarray([figure(given[row], truth[row]) if 0 < truth[row].mean() < 1 else HOLDS for row in rows])

    return bootstrap(list(range(len(given))), each, SEED, _RESAMPLES)


def _features(encoder: PairEncoder, labelled: Sequence[Labelled]) -> list[tuple[float, ...]]:
    pairs = [(claim, quote) for claim, quote, _ in labelled]
    return [(logit, *counted(*pair)) for pair, logit in zip(pairs, encoder.logits(pairs), strict=True)]


def _fitting(train: Path) -> Iterator[Labelled]:
    from eval.instrument import pairs

    texts = pairs.paragraphs(train, fit=True)
    random.Random(SEED).shuffle(texts)
    made = [pair for pair, _ in zip(pairs.made(texts, SEED), range(_MADE), strict=False)]
    for pair in [*pairs.wice(train, "fit"), *made]:
        yield pair.claim, pair.quote, pair.holds


def _measured(data: Path) -> dict[str, list[Labelled]]:
    from eval.instrument import pairs
    from rag.train.data import rows

    bench = [
        (row["claim"], "\n".join(row["references"]), row["attribution_label"] == "attributable")
        for row in rows(data / "dev" / "attributionbench_dev.jsonl.gz")
    ]
    return {BENCH: bench, KEPT: [(one.claim, one.quote, one.holds) for one in pairs.wice(data / "train", "kept")]}


def _weights_sha256(folder: Path) -> str:
    try:
        return str(json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError) as error:
        raise BadInstrument(f"{folder} holds no instrument ({error!r}); make train-instrument makes it") from None


def _read_agreement(found: Mapping[str, Any]) -> Agreement:
    intervals = {name: Interval(**found[name]) for name in ("auroc", "balanced_accuracy", "sensitivity", "specificity")}
    return Agreement(found["name"], **intervals, bias=Bias(**found["bias"]))
