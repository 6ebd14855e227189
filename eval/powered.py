"""Prediction-powered intervals: an instrument's many readings, set right by a few hundred human labels.

Angelopoulos, Bates, Fannjiang, Jordan & Zrnic 2023 ("Prediction-powered inference"); the tuned weight is that of
Angelopoulos, Duchi & Zrnic 2023 ("PPI++", section 6, for the mean). Numbers in, numbers out.

The method assumes that the labelled pairs are drawn as the run's sentences are. That holds for labels given to a
random sample of the run itself (``tuned``). Labels borrowed from another set can only lend the instrument's
bias, and only if it errs as much, and to the same side, on both (``borrowed``).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from eval.intervals import SIGNIFICANCE, Interval


@dataclass(frozen=True, slots=True)
class Bias:
    """How far an instrument's yes/no readings lie above human labels: mean of the differences, its variance, n.

    ``variance`` is that of one difference, so that the mean's is ``variance / n``.
    """

    mean: float
    variance: float
    n: int

    @classmethod
    def of(cls, readings: Sequence[float], labels: Sequence[float]) -> Bias:
        """Measure it on labelled pairs, at least two."""
        differences = np.subtract(readings, labels)
        return cls(float(differences.mean()), float(differences.var(ddof=1)), len(differences))


def borrowed(readings: Sequence[float], weights: Sequence[float], bias: Bias) -> Interval:
    """Return the mean of the readings less the bias, with the interval of plain prediction-powered inference.

    ``weights`` says what part of each reading the instrument decided (the rest is certain): only that part carries the
    bias. With weights of 1 this is the mean estimator of the first paper. The interval is cut to 0 to 1.
    """
    given, carried = np.asarray(readings, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    n = len(given)
    each = given - carried * bias.mean
    spread = float(each.var(ddof=1)) / n if n > 1 else 0.25
    return _normal(float(each.mean()), spread + float(carried.mean()) ** 2 * bias.variance / bias.n, n)


def tuned(readings: Sequence[float], labelled: Sequence[float], labels: Sequence[float]) -> Interval:
    """Return the mean of what humans would say of all, from readings of all and labels of a random sample.

    ``readings`` are those of the units without label, ``labelled`` those of the units with one. The weight of the
    readings is the one with the least variance: useless readings get none, and cost nothing.
    """
    f, g, y = (np.asarray(values, dtype=np.float64) for values in (readings, labelled, labels))
    n, others = len(y), len(f)
    both = np.concatenate([f, g])
    variance = float(both.var())
    weight = 0.0
    if variance > 0 and n > 1:
        weight = float(np.cov(g, y)[0, 1]) / ((1 + n / others) * variance)
    value = weight * float(f.mean()) + float((y - weight * g).mean())
    spread = weight**2 * float(f.var()) / others + float((y - weight * g).var(ddof=1)) / n
    return _normal(value, spread, n + others)


def _normal(value: float, variance: float, n: int) -> Interval:
    half = float(stats.norm.ppf(1 - SIGNIFICANCE / 2)) * math.sqrt(variance)
    middle = min(1.0, max(0.0, value))
    return Interval(middle, max(0.0, min(middle, value - half)), min(1.0, max(middle, value + half)), n)
