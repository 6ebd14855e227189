"""Figures as rows of text cells: what reports, the card and comparisons put into their tables. No layout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from eval.baseline import NAMES
from eval.calibrate import Agreement, Calibration
from eval.compare import Difference
from eval.intervals import Interval
from eval.rows import Run
from eval.selective import Refusals
from eval.summary import INSTRUMENT_FIGURES, Summary, latencies
from eval.thresholds import Verdict

Rows = list[tuple[str, ...]]

NONE = "–"
_HASH_SHOWN = 12  # characters of a hash that tell runs apart by eye

FIGURES_HEAD = ("figure", "meaning", "this run", "n", *NAMES)
KINDS_HEAD = ("kind", "right", "n", *NAMES)
REFUSALS_HEAD = ("system", "precision", "recall", "balanced accuracy")
TIMES_HEAD = ("time (ms)", "percentile", "value", "n")
AGREEMENT_HEAD = ("human labels", "n", "AUROC", "balanced accuracy", "of held ones called held", "of others called not")
DIFFERENCES_HEAD = ("figure", "A", "B", "B - A", "n", *NAMES, "p", "p (all figures)")


def figure_rows(summary: Summary, beside: Mapping[str, str]) -> Rows:
    """Return one row a figure with the trivial baselines; ``beside`` adds to a figure's meaning."""
    return [
        (
            one.name,
            one.label + beside.get(one.name, ""),
            spread(one.interval),
            str(one.interval.n),
            *(brief(summary.baselines[name].get(one.name)) for name in NAMES),
        )
        for one in summary.figures
    ]


def kind_rows(summary: Summary) -> Rows:
    """Return the share right of each kind with the trivial baselines."""
    return [
        (kind, spread(one), str(one.n), *(brief(summary.baseline_kinds[name].get(kind)) for name in NAMES))
        for kind, one in summary.kinds.items()
    ]


def refusal_rows(found: Mapping[str, Refusals]) -> Rows:
    """Return one row a system, each figure with its interval and n."""
    return [
        (name, *(with_n(one) for one in (scores.precision, scores.recall, scores.balanced_accuracy)))
        for name, scores in found.items()
    ]


def time_rows(run: Run) -> Rows:
    """Return the percentiles of every time."""
    return [
        (name, f"{percent}th", spread(one, 0), str(one.n))
        for name, found in latencies(run).items()
        for percent, one in found.items()
    ]


def agreement_rows(calibration: Calibration) -> Rows:
    """Return how the instrument agrees with people, one row a set of labels."""
    return [
        (one.name, str(one.auroc.n), *(spread(found) for found in (one.auroc, one.balanced_accuracy)),
         *(with_n(found) for found in (one.sensitivity, one.specificity)))
        for one in calibration.sets
    ]  # fmt: skip


def beside_instrument(sets: Sequence[Agreement]) -> dict[str, str]:
    """Return for each figure that the instrument gives, what is to be printed beside it."""
    words = "; ".join(
        f"{one.name} AUROC {spread(one.auroc, 2)}, balanced accuracy {spread(one.balanced_accuracy, 2)}, "
        f"n = {one.auroc.n}"
        for one in sets
    )
    return {name: f" (instrument against people: {words or 'not measured'})" for name in INSTRUMENT_FIGURES}


def difference_row(one: Difference, trivial: Mapping[str, Mapping[str, Interval]]) -> tuple[str, ...]:
    """Return a figure of two runs; an asterisk marks a difference that is shown."""
    return (
        one.name,
        f"{one.a:.3f}",
        f"{one.b:.3f}",
        spread(one.interval),
        str(one.interval.n),
        *(brief(trivial[name].get(one.name)) for name in NAMES),
        f"{one.p:.3g}",
        f"{one.adjusted:.3g}" + (" *" if one.shown else ""),
    )


def verdict_rows(verdicts: Sequence[Verdict]) -> Rows:
    """Return thresholds with what was found."""
    return [
        (one.name, one.bound, spread(one.found), str(one.found.n if one.found else 0), "ok" if one.passed else "FAILED")
        for one in verdicts
    ]


def provenance_rows(run: Run) -> Rows:
    """Return what was measured, hashes cut short."""
    return [
        (name, _short(name, value))
        for name, value in sorted(run.identity.items())
        if name not in ("suite", "problems") and value not in (None, "", {})
    ]


def spread(interval: Interval | None, digits: int = 3) -> str:
    """Return an estimate with its interval, or a dash where there is none."""
    if interval is None:
        return NONE
    return f"{interval.value:.{digits}f} [{interval.low:.{digits}f}, {interval.high:.{digits}f}]"


def brief(interval: Interval | None) -> str:
    """Return an estimate with its interval, in two digits."""
    return spread(interval, 2)


def with_n(interval: Interval | None) -> str:
    """Return an estimate with interval and n."""
    return NONE if interval is None else f"{spread(interval)} n={interval.n}"


def _short(name: str, value: Any) -> str:
    if name.endswith("sha256") or name == "commit":
        return str(value)[:_HASH_SHOWN]
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={value[key]}" for key in sorted(value))
    return str(value)
