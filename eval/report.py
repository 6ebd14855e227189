"""A run as Markdown and as one self-contained HTML page. Derives everything from the run's files.

The same rows give the same bytes. What differs from run to run (times, date, machine load) stands in one last
section that can be left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eval import plots
from eval.compare import Comparison, Difference
from eval.intervals import Interval
from eval.rows import Run
from eval.selective import Refusals
from eval.summary import Summary, latencies, summarise
from eval.thresholds import Verdict

NONE = "–"
_HASH_SHOWN = 12  # characters of a hash that tell runs apart by eye

_CARD = ("right", "quotes_valid", "quote_hit", "refusal_recall", "refusal_balanced_accuracy")
_TIME_HEAD = ("time (ms)", "percentile", "value", "n")

_PAGE = Environment(
    loader=PackageLoader("eval"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def markdown(run: Run, with_timings: bool = True) -> str:
    """Return the report for a terminal or a README."""
    summary = summarise(run)
    blocks = [
        f"# Evaluation: {run.identity['suite']}",
        _outcome(run),
        *(f"Unreadable line, not run: {problem}" for problem in run.identity["problems"]),
        _table(("what", "value"), provenance_rows(run)),
        "Intervals are 95 %; n is the number of cases a figure applies to.",
        _table(("figure", "meaning", "mean", "n"), _figure_rows(summary)),
        "## Right answers by kind",
        _table(("kind", "right", "n"), [(kind, spread(one), str(one.n)) for kind, one in summary.kinds.items()]),
        "## Refusals beside trivial baselines",
        _table(("system", "precision", "recall", "balanced accuracy"), refusal_rows(summary.refusals)),
        *_confidence_lines(summary),
        "## Cases that are not right",
        *(f"- `{row.case.id}` ({row.case.kind}, {row.outcome}): {row.case.question}" for row in not_right(run)),
    ]
    if with_timings:
        times = _table(_TIME_HEAD, _time_rows(run))
        blocks += ["## Times (these differ from run to run)", times, _when_and_where(run)]
    return "\n\n".join(block for block in blocks if block).replace("\n\n- ", "\n- ") + "\n"


def html(run: Run, with_timings: bool = True) -> str:
    """Return the report as a page that needs no other file: plots inline, every failing case one click away."""
    summary = summarise(run)
    return _PAGE.get_template("report.html").render(
        run=run,
        outcome=_outcome(run),
        provenance=provenance_rows(run),
        figures=_figure_rows(summary),
        refusals=refusal_rows(summary.refusals),
        confidence=_confidence_lines(summary)[1:],
        drawings=_drawings(summary),
        failing=not_right(run),
        with_timings=with_timings,
        time_head=_TIME_HEAD,
        times=_time_rows(run),
        when=_when_and_where(run),
        time_plot=_time_plot(run),
    )


def comparison_markdown(found: Comparison) -> str:
    """Return a table of every figure of two runs, and one sentence on what was shown."""
    shown = [one for one in found.differences if one.shown]
    better = ", ".join(one.name for one in shown if one.better)
    worse = ", ".join(one.name for one in shown if not one.better)
    verdict = "; ".join(
        words for words in (better and f"B is better in {better}", worse and f"B is worse in {worse}") if words
    )
    alone = f" Only in A: {found.only_a}, only in B: {found.only_b}." if found.only_a or found.only_b else ""
    return "\n\n".join(
        [
            f"{found.cases} cases in both.{alone}",
            _table(("figure", "A", "B", "B - A", "n", "p (Holm)"), [_difference_row(d) for d in found.differences]),
            (verdict or "no difference shown") + " (95 % confidence over all figures together)",
        ]
    )


def card(runs: Sequence[Run]) -> str:
    """Return a table with one row a run: the figures that decide whether to trust it, and its median answer."""
    rows = []
    for run in runs:
        found = {figure.name: figure.interval for figure in summarise(run).figures}
        median = latencies(run).get("wall", {}).get(50)
        figures = [_with_n(found.get(name)) for name in _CARD]
        seconds = NONE if median is None else f"{median.value / 1000:.2f} n={median.n}"
        rows.append((run.identity["suite"], run.identity["model"], *figures, seconds))
    return _table(("suite", "model", *_CARD, "median answer (s)"), rows)


def verdicts_markdown(verdicts: Sequence[Verdict]) -> str:
    """Return a table of thresholds with what was found."""
    rows = [
        (one.name, one.bound, spread(one.found), str(one.found.n if one.found else 0), "ok" if one.passed else "FAILED")
        for one in verdicts
    ]
    return _table(("figure", "wanted", "found", "n", ""), rows)


def spread(interval: Interval | None, digits: int = 3) -> str:
    """Return an estimate with its interval, or a dash where there is none."""
    if interval is None:
        return NONE
    return f"{interval.value:.{digits}f} [{interval.low:.{digits}f}, {interval.high:.{digits}f}]"


def provenance_rows(run: Run) -> list[tuple[str, str]]:
    """Return what was measured, hashes cut short."""
    return [
        (name, _short(name, value))
        for name, value in sorted(run.identity.items())
        if name not in ("suite", "problems") and value not in (None, "", {})
    ]


def refusal_rows(found: Mapping[str, Refusals]) -> list[tuple[str, ...]]:
    """Return one row a system, each figure with its interval and n."""
    return [
        (name, *(_with_n(one) for one in (scores.precision, scores.recall, scores.balanced_accuracy)))
        for name, scores in found.items()
    ]


def not_right(run: Run) -> list[Any]:
    """Return the rows whose answer is wrong or missing, in the order of the suite."""
    return [row for row in run.rows if row.outcome != "right"]


def _outcome(run: Run) -> str:
    counts = {name: sum(row.outcome == name for row in run.rows) for name in ("right", "wrong", "failed")}
    return f"{len(run.rows)} cases: " + ", ".join(f"{count} {name}" for name, count in counts.items()) + "."


def _figure_rows(summary: Summary) -> list[tuple[str, ...]]:
    return [(one.name, one.label, spread(one.interval), str(one.interval.n)) for one in summary.figures]


def _confidence_lines(summary: Summary) -> list[str]:
    """Return the figures of risk, coverage and calibration under their heading; nothing without confidences."""
    curve = summary.curve
    if curve is None or summary.calibration_error is None:
        return []
    return [
        "## Confidence",
        f"Risk–coverage area {spread(curve.area)} (lower is better; the best order of the same answers gives "
        f"{spread(curve.best)}, an order that knows nothing {spread(curve.random)}). Expected calibration error "
        f"{spread(summary.calibration_error)}. n = {curve.area.n} answers.",
    ]


def _time_rows(run: Run) -> list[tuple[str, ...]]:
    return [
        (name, f"{percent}th", spread(one, 0), str(one.n))
        for name, found in latencies(run).items()
        for percent, one in found.items()
    ]


def _when_and_where(run: Run) -> str:
    machine = run.context["machine"]
    where = f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}"
    return f"{run.context['date']}, {where}."


def _time_plot(run: Run) -> Markup | None:
    seconds = [run.timings[row.case.id].wall_ms / 1000 for row in run.rows if row.case.id in run.timings]
    return plots.histogram("Wall time", seconds) if seconds else None


def _drawings(summary: Summary) -> list[tuple[str, Markup]]:
    drawn = [("Right answers by kind", plots.bars("Right answers by kind", summary.kinds))]
    if summary.curve:
        drawn.append(("Risk and coverage", plots.risk_coverage_plot(summary.curve)))
    if summary.bins:
        drawn.append(("Reliability", plots.reliability_plot(summary.bins)))
    return drawn


def _difference_row(one: Difference) -> tuple[str, ...]:
    return (
        one.name,
        f"{one.a:.3f}",
        f"{one.b:.3f}",
        spread(one.interval),
        str(one.interval.n),
        f"{one.p:.3g}" + (" *" if one.shown else ""),
    )


def _with_n(interval: Interval | None) -> str:
    return NONE if interval is None else f"{spread(interval)} n={interval.n}"


def _short(name: str, value: Any) -> str:
    if name.endswith("sha256") or name == "commit":
        return str(value)[:_HASH_SHOWN]
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={value[key]}" for key in sorted(value))
    return str(value)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
