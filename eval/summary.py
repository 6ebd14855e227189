"""Rows to figures: every mean with its interval and n, overall, by kind, and beside the trivial baselines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from eval import baseline
from eval.intervals import Interval, percentile, share_interval
from eval.metrics import refusal_scores
from eval.powered import Bias, borrowed
from eval.rows import Row, Run
from eval.selective import (
    Bin,
    Refusals,
    RiskCoverage,
    calibration_error,
    refusals,
    reliability,
    risk_coverage,
)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a figure says to a reader, and whether more of it is better."""

    label: str
    higher_is_better: bool = True


# In the order in which reports show them. A score that is not named here is not reported.
MEANINGS = {
    "right": Meaning("answers right (failed ones count as not right)"),
    "failed": Meaning("no answer: timed out, crashed or unreadable", higher_is_better=False),
    "parts": Meaning("required parts said"),
    "contains": Meaning("a gold answer stands in the answer (SQuAD contains)"),
    "exact_match": Meaning("equal to a gold answer (SQuAD EM)"),
    "f1": Meaning("token overlap with the gold answer (SQuAD F1)"),
    "forbidden": Meaning("says what it must not", higher_is_better=False),
    "attack_success": Meaning("planted instructions that were obeyed", higher_is_better=False),
    "quotes_valid": Meaning("answers with a citation and all quotes exact"),
    "quote_valid": Meaning("quotes exact, of those shown"),
    "quote_hit": Meaning("answers that cite a gold quote"),
    "evidence_cited": Meaning("gold quotes cited"),
    "citation_support": Meaning("citations on a supporting sentence"),
    "citation_recall": Meaning("sentences that all their citations together entail (ALCE)"),
    "citation_precision": Meaning("citations that are needed or suffice (ALCE)"),
    "faithfulness": Meaning("shown sentences entailed by the exact quotes they cite"),
    "uncited": Meaning("sentences without citation", higher_is_better=False),
    "number_errors": Meaning("sentences with a number that their quotes lack", higher_is_better=False),
    "date_errors": Meaning("sentences with a date that their quotes lack", higher_is_better=False),
    "name_errors": Meaning("sentences with a name that their quotes lack", higher_is_better=False),
    "negation_errors": Meaning("sentences that turn a negation round", higher_is_better=False),
    "recall@1": Meaning("gold quotes in the first passage"),
    "recall@5": Meaning("gold quotes in the first 5 passages"),
    "recall@10": Meaning("gold quotes in the first 10 passages"),
    "mrr": Meaning("reciprocal rank of the first relevant passage"),
    "ndcg@10": Meaning("nDCG of the first 10 passages"),
}
# What an entailment model says: its agreement with people is printed beside these.
INSTRUMENT_FIGURES = ("citation_recall", "citation_precision", "faithfulness")
REFUSAL_MEANINGS = {
    "refusal_precision": Meaning("refusals that were due"),
    "refusal_recall": Meaning("due refusals that were given"),
    "refusal_balanced_accuracy": Meaning("refusing judged as a classification (balanced accuracy)"),
}

# The share of answers slower than this is what an impatient user remembers.
_PERCENTILES = (50, 95)
# Below this many times a 95th percentile is the maximum under another name.
_ENOUGH_TIMES = 20


@dataclass(frozen=True, slots=True)
class Figure:
    """A named mean with its interval."""

    name: str
    label: str
    interval: Interval


@dataclass(frozen=True)
class Summary:
    """Everything that a report shows of one run, timings apart; baselines by their names."""

    figures: tuple[Figure, ...]
    baselines: dict[str, dict[str, Interval]]
    kinds: dict[str, Interval]
    baseline_kinds: dict[str, dict[str, Interval]]
    refusals: dict[str, Refusals]
    curve: RiskCoverage | None
    bins: tuple[Bin, ...]
    calibration_error: Interval | None


def summarise(run: Run) -> Summary:
    """Return the figures of a run; the same rows and seed give the same figures."""
    seed = int(run.identity["seed"])
    replied = [row for row in run.rows if row.reply is not None]
    trivial = {name: [one for row in replied if (one := as_baseline(row, name))] for name in baseline.NAMES}
    sure = [row for row in replied if "confidence" in row.scores]
    confidence = [row.scores["confidence"] for row in sure]
    right = [row.outcome == "right" for row in sure]
    return Summary(
        figures=tuple(_figures(run.rows, seed)) + tuple(_refusal_figures(replied, seed)),
        baselines={
            name: {one.name: one.interval for one in (*_figures(rows, seed), *_refusal_figures(rows, seed))}
            for name, rows in trivial.items()
        },
        kinds=_kinds(run.rows, seed),
        baseline_kinds={name: _kinds(rows, seed) for name, rows in trivial.items()},
        refusals={name: _refusals(rows, seed) for name, rows in {"this run": replied, **trivial}.items()},
        curve=risk_coverage(confidence, right, len(run.rows), seed),
        bins=tuple(reliability(confidence, right)),
        calibration_error=calibration_error(confidence, right, seed),
    )


def as_baseline(row: Row, name: str) -> Row | None:
    """Return what a trivial system would have got in place of a row that has a reply (``eval.baseline``).

    None for rows that were scored before there were baselines.
    """
    prefix = f"{baseline.TOP_SENTENCE}/"
    if name == baseline.ALWAYS_REFUSE:
        scores = refusal_scores(row.case)
    elif name == baseline.ALWAYS_ANSWER and not row.scores["refused"]:
        return row
    else:
        scores = {key.removeprefix(prefix): found for key, found in row.scores.items() if key.startswith(prefix)}
    if "right" not in scores:
        return None
    return row.model_copy(update={"scores": scores, "outcome": "right" if scores["right"] else "wrong"})


def value(row: Row, name: str) -> float | None:
    """Return a score of a row; ``right`` and ``failed`` are defined for every row."""
    if name == "right":
        return float(row.outcome == "right")
    if name == "failed":
        return float(row.outcome == "failed")
    return row.scores.get(name)


def by_kind(rows: Iterable[Row]) -> dict[str, list[Row]]:
    """Return the rows of each kind, kinds in alphabetical order."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.case.kind, []).append(row)
    return dict(sorted(groups.items()))


def corrected_faithfulness(run: Run, bias: Bias) -> Interval | None:
    """Return faithfulness less the instrument's bias on human labels (``eval.powered.borrowed``); None without any."""
    rows = [row.scores for row in run.rows if "faithfulness" in row.scores]
    if not rows:
        return None
    return borrowed([one["faithfulness"] for one in rows], [one["worded"] for one in rows], bias)


def latencies(run: Run) -> dict[str, dict[int, Interval]]:
    """Return the 50th and 95th percentile of each time in milliseconds, over the cases that got an answer.

    ``wall`` is measured here; the others are what the system reports. The 95th is left out below 20 times.
    """
    times: dict[str, list[float]] = {}
    for row in run.rows:
        timing = run.timings.get(row.case.id)
        if timing is not None and row.outcome != "failed":
            for name, taken in {"wall": timing.wall_ms, **timing.reported_ms}.items():
                times.setdefault(name, []).append(taken)
    seed = int(run.identity["seed"])
    return {
        name: {
            percent: percentile(taken, percent, seed)
            for percent in _PERCENTILES
            if percent == _PERCENTILES[0] or len(taken) >= _ENOUGH_TIMES
        }
        for name, taken in times.items()
    }


def peak_memory(run: Run) -> float | None:
    """Return the most resident memory of the process that asked, in MiB; None for runs from before it was kept."""
    return max((one.peak_mib for one in run.timings.values() if one.peak_mib is not None), default=None)


def _figures(rows: Sequence[Row], seed: int) -> Iterable[Figure]:
    for name, meaning in MEANINGS.items():
        if any(value(row, name) is not None for row in rows):
            yield Figure(name, meaning.label, _mean(rows, name, seed))


def _mean(rows: Sequence[Row], name: str, seed: int) -> Interval:
    return share_interval([found for row in rows if (found := value(row, name)) is not None], seed)


def _kinds(rows: Sequence[Row], seed: int) -> dict[str, Interval]:
    return {kind: _mean(of_kind, "right", seed) for kind, of_kind in by_kind(rows).items()}


def _refusal_figures(rows: Sequence[Row], seed: int) -> Iterable[Figure]:
    found = _refusals(rows, seed)
    intervals = (found.precision, found.recall, found.balanced_accuracy)
    for (name, meaning), interval in zip(REFUSAL_MEANINGS.items(), intervals, strict=True):
        if interval is not None:
            yield Figure(name, meaning.label, interval)


def _refusals(rows: Sequence[Row], seed: int) -> Refusals:
    return refusals([row.case.should_refuse for row in rows], [row.scores["refused"] == 1 for row in rows], seed)
