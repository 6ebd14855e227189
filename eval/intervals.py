"""How sure a figure is: an interval on every mean, and paired tests for two runs. Numbers in, numbers out."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

CONFIDENCE = 0.95
SIGNIFICANCE = 1 - CONFIDENCE
# Enough that the ends of a 95 % interval move by less than a hundredth of its width from seed to seed.
RESAMPLES = 10_000
# Flips of whole cases, for all figures at once: a p of 0.01 is known to 0.002.
_FLIPS = 4_000

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate, the ends of its 95 % confidence interval, and on how many cases it stands."""

    value: float
    low: float
    high: float
    n: int


def wilson(hits: int, n: int) -> Interval:
    """Return a proportion with Wilson's score interval (Wilson 1927; Brown, Cai & DasGupta 2001).

    Unlike the normal interval it stays inside 0 to 1 and is honest where all or none of few cases hit.
    """
    if not 0 <= hits <= n or n == 0:
        raise ValueError(f"{hits} hits in {n} cases is not a proportion")
    z = float(stats.norm.ppf(1 - SIGNIFICANCE / 2))
    share, spread = hits / n, z * z / n
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return Interval(share, min(share, max(0.0, middle - half)), max(share, min(1.0, middle + half)), n)


def share_interval(values: Sequence[float], seed: int) -> Interval:
    """Return the mean of values in 0 to 1: Wilson's interval if all are 0 or 1, else a bootstrap."""
    if set(values) <= {0.0, 1.0}:
        return wilson(int(sum(values)), len(values))
    if len(values) == 1:
        return Interval(values[0], 0.0, 1.0, 1)  # one case tells nothing of its spread
    return bootstrap_mean(values, seed)


def bootstrap(
    values: Sequence[float], figure: Callable[[Floats], Floats], seed: int, resamples: int = RESAMPLES
) -> Interval:
    """Return a figure of the values with its percentile bootstrap interval (Efron 1979).

    ``figure`` takes (samples, n) and returns (samples,); the same seed gives the same interval.
    """
    given = np.asarray(values, dtype=np.float64)
    draws = np.random.default_rng(seed).integers(0, len(given), (resamples, len(given)))
    low, high = _ends(figure(given[draws]))
    return Interval(float(figure(given[None, :])[0]), low, high, len(given))


def bootstrap_mean(values: Sequence[float], seed: int) -> Interval:
    """Return the mean as ``bootstrap`` would, by drawing how often each distinct value comes: the same, faster."""
    given, counts = np.unique(np.asarray(values, dtype=np.float64), return_counts=True)
    n = len(values)
    draws = np.random.default_rng(seed).multinomial(n, counts / n, RESAMPLES)
    low, high = _ends((draws * given).sum(axis=1) / n)
    return Interval(math.fsum(values) / n, low, high, n)


def percentile(values: Sequence[float], percent: float, seed: int) -> Interval:
    """Return a percentile (0 to 100, linear between neighbours) with its bootstrap interval."""
    return bootstrap(values, lambda rows: np.percentile(rows, percent, axis=1), seed)


def paired_difference(a: Sequence[float], b: Sequence[float], seed: int) -> Interval:
    """Return the mean of b minus a over the same cases, with a paired bootstrap interval (Koehn 2004)."""
    return bootstrap_mean(np.subtract(b, a).tolist(), seed)


def mcnemar(a: Sequence[float], b: Sequence[float]) -> float:
    """Return the exact two-sided p that changed cases went either way by chance (McNemar 1947)."""
    worse = sum(1 for before, after in zip(a, b, strict=True) if before > after)
    better = sum(1 for before, after in zip(a, b, strict=True) if before < after)
    if worse + better == 0:
        return 1.0
    return float(stats.binomtest(better, worse + better, 0.5).pvalue)


def sign_flip(a: Sequence[float], b: Sequence[float], seed: int) -> float:
    """Return the two-sided p of a randomisation test on paired means (Smucker, Allan & Carterette 2007)."""
    difference = np.subtract(b, a)
    if not difference.any():
        return 1.0
    signs = np.random.default_rng(seed).choice((-1.0, 1.0), size=(RESAMPLES, len(difference)))
    # The tolerance counts flips that equal the observed mean up to rounding.
    extreme = np.abs((signs * difference).mean(axis=1)) >= abs(difference.mean()) - 1e-12
    return float((extreme.sum() + 1) / (RESAMPLES + 1))


def jointly(differences: Floats, seed: int) -> list[float]:
    """Return a p value for each figure, adjusted for looking at all: step-down maximum test (Westfall & Young 1993).

    ``differences`` is (cases, figures), b minus a, 0 where a figure does not apply. If the runs are equally good, a
    case might as well have come out the other way round in all its figures at once, so cases are flipped whole: figures
    that move together cost no more than one. Each is scaled to its own spread, sum over root of the sum of squares.
    """
    scale = np.sqrt((differences**2).sum(axis=0))
    moved = np.flatnonzero(scale)
    adjusted = np.ones(differences.shape[1])
    if not len(moved):
        return adjusted.tolist()
    scaled = differences[:, moved] / scale[moved]
    scaled = scaled[scaled.any(axis=1)]
    signs = np.random.default_rng(seed).integers(0, 2, (_FLIPS, len(scaled)), dtype=np.int8) * np.float64(2) - 1
    observed, flipped = np.abs(scaled.sum(axis=0)), np.abs(signs @ scaled)
    order = np.argsort(-observed, kind="stable")
    # From the clearest figure down, each against the greatest of those that are left; rounding makes no difference.
    greatest = np.maximum.accumulate(flipped[:, order[::-1]], axis=1)[:, ::-1]
    extreme = (greatest >= observed[order] - 1e-9).sum(axis=0)
    adjusted[moved[order]] = np.maximum.accumulate((extreme + 1) / (_FLIPS + 1))
    return adjusted.tolist()


def _ends(samples: Floats) -> tuple[float, float]:
    low, high = np.percentile(samples, [100 * SIGNIFICANCE / 2, 100 * (1 - SIGNIFICANCE / 2)])
    return float(low), float(high)
