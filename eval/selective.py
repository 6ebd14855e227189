"""Does the system know when to be silent? Refusals, and what is risked at each coverage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from eval.intervals import Floats, Interval, bootstrap, wilson

Indices = npt.NDArray[np.int64]

# Fewer than for a mean: each sample is computed by itself.
_RESAMPLES = 2_000
# A question that should be refused is coded 2, a refusal 1 more: 0 and 3 are right, 1 and 2 wrong.
_WANTED = 2
BINS = 10  # of equal width, as in Guo et al. 2017


@dataclass(frozen=True, slots=True)
class Refusals:
    """How well refusals and unanswerable questions agree; None where there is nothing to divide by."""

    precision: Interval | None
    recall: Interval | None
    balanced_accuracy: Interval | None


def refusals(should: Sequence[bool], did: Sequence[bool], seed: int) -> Refusals:
    """Score refusing as a classification: precision and recall of "refused", and balanced accuracy.

    Balanced accuracy is the mean of the shares judged rightly among the questions that should be refused and
    among those that should not (Brodersen et al. 2010): always answering and always refusing both get 0.5.
    """
    pairs = list(zip(should, did, strict=True))
    both = sum(wanted and refused for wanted, refused in pairs)
    return Refusals(
        precision=wilson(both, sum(did)) if any(did) else None,
        recall=wilson(both, sum(should)) if any(should) else None,
        balanced_accuracy=_balanced(pairs, seed) if any(should) and not all(should) else None,
    )


def _balanced(pairs: Sequence[tuple[bool, bool]], seed: int) -> Interval:
    """Return balanced accuracy; the bootstrap resamples all questions, a sample without one class is left out."""
    codes = [float(_WANTED * wanted + refused) for wanted, refused in pairs]

    def figure(rows: Floats) -> Floats:
        wanted = (rows >= 2).sum(axis=1)
        free = rows.shape[1] - wanted
        kept = (wanted > 0) & (free > 0)
        right_wanted, right_free = (rows == 3).sum(axis=1)[kept], (rows == 0).sum(axis=1)[kept]
        return np.asarray((right_wanted / wanted[kept] + right_free / free[kept]) / 2)

    return bootstrap(codes, figure, seed)


@dataclass(frozen=True, slots=True)
class RiskCoverage:
    """Risk (share wrong) among the most confident answers, for each number of answers given.

    ``coverage[k]`` is over all questions, so a system that refuses ends before 1. ``area`` is the mean risk over the
    answers given (AURC, Geifman & El-Yaniv 2017; lower is better), ``best`` the area if the same answers had been
    ordered perfectly, ``random`` the area of an order that knows nothing: the overall share wrong.
    """

    coverage: tuple[float, ...]
    risk: tuple[float, ...]
    area: Interval
    best: Interval
    random: Interval


def risk_coverage(confidence: Sequence[float], right: Sequence[bool], questions: int, seed: int) -> RiskCoverage | None:
    """Return the curve over the answers given; None without one. Answers that tie share their mean error."""
    if not confidence:
        return None
    scores, errors = np.asarray(confidence, dtype=np.float64), 1.0 - np.asarray(right, dtype=np.float64)
    n = len(errors)
    return RiskCoverage(
        coverage=tuple((k + 1) / questions for k in range(n)),
        risk=tuple(float(risk) for risk in _risks(scores, errors)),
        area=_over_samples(lambda rows: float(_risks(scores[rows], errors[rows]).mean()), n, seed),
        best=_over_samples(lambda rows: float(_risks(-errors[rows], errors[rows]).mean()), n, seed),
        random=wilson(int(errors.sum()), n),
    )


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers whose confidence lies in one tenth: their mean confidence and how many of them were right."""

    confidence: float
    right: Interval


def reliability(confidence: Sequence[float], right: Sequence[bool]) -> list[Bin]:
    """Return the filled bins of a reliability diagram, by rising confidence (Guo et al. 2017)."""
    filled: dict[int, list[tuple[float, bool]]] = {}
    for score, hit in sorted(zip(confidence, right, strict=True)):
        filled.setdefault(min(BINS - 1, int(score * BINS)), []).append((score, hit))
    return [
        Bin(sum(score for score, _ in inside) / len(inside), wilson(sum(hit for _, hit in inside), len(inside)))
        for inside in filled.values()
    ]


def calibration_error(confidence: Sequence[float], right: Sequence[bool], seed: int) -> Interval | None:
    """Return the expected calibration error: the gap of confidence and accuracy, weighted by bin (Guo et al. 2017)."""
    if not confidence:
        return None
    scores, hits = np.asarray(confidence, dtype=np.float64), np.asarray(right, dtype=np.float64)
    bins = np.minimum(BINS - 1, (scores * BINS).astype(np.int64))

    def figure(rows: Indices) -> float:
        # Weighting by bin size cancels the division by it: the sum of gaps, not of means, over n.
        gaps = np.bincount(bins[rows], weights=scores[rows] - hits[rows], minlength=BINS)
        return float(np.abs(gaps).sum() / len(rows))

    return _over_samples(figure, len(scores), seed)


def _risks(scores: Floats, errors: Floats) -> Floats:
    """Return the share wrong among the first 1, 2, ... answers from the surest down.

    In a tie each answer counts with the tie's mean error: what a random order of the tied is expected to give.
    """
    _, group, sizes = np.unique(-scores, return_inverse=True, return_counts=True)
    means = np.bincount(group, weights=errors) / sizes
    return np.asarray(np.cumsum(np.repeat(means, sizes)) / np.arange(1, len(errors) + 1))


def _over_samples(figure: Callable[[Indices], float], n: int, seed: int) -> Interval:
    """Bootstrap a figure that has to be computed sample by sample, from the rows that a sample holds."""

    def each(samples: Floats) -> Floats:
        return np.asarray([figure(sample) for sample in samples.astype(np.int64)])

    return bootstrap(list(range(n)), each, seed, _RESAMPLES)
