"""A run as Markdown and as one self-contained HTML page. Derives everything from the run's files.

The same rows give the same bytes. What differs from run to run (times, date, machine load) stands in one last
section that can be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from eval import plots, tables
from eval.calibrate import LENDS, Calibration, read_calibration
from eval.compare import Comparison
from eval.labels import labelled_faithfulness
from eval.rows import Row, Run
from eval.summary import Summary, by_kind, corrected_faithfulness, peak_memory, summarise
from eval.tables import spread
from eval.thresholds import Verdict

_LEAD = ("right", "quotes_valid", "quote_hit", "faithfulness", "refusal_recall", "refusal_balanced_accuracy")
_INTERVALS = (
    "Intervals are 95 %; n is the number of cases a figure applies to. The last three columns are systems that need no "
    "engine."
)
_BASELINES = (
    "Always answer: the measured system with the top sentence in place of its refusals. Always refuse: refuses "
    "everything. Top sentence: shows the sentence of the documents that shares most words with the question."
)
_VALUES = "Errors in numbers, dates and names are counted by rules, apart from each other and from faithfulness."
_KINDS_SHOW = (
    "The thin line is the interval, the upright mark what always refusing gets, the ring what the top sentence gets."
)
_CURVE_SHOWS = (
    "Answers from the surest down: how many of those given so far are wrong. An order that knows nothing lies on the "
    "dashed line."
)
_BINS_SHOW = "How many answers are right at each confidence; on the dashed line the two agree."

_PAGE = Environment(
    loader=PackageLoader("eval"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def markdown(run: Run, with_timings: bool = True) -> str:
    """Return the report for a terminal or a README."""
    summary, calibration = summarise(run), _calibration(run)
    blocks = [
        f"# Evaluation: {run.identity['suite']}",
        _outcome(run),
        *(f"Unreadable line, not run: {problem}" for problem in run.identity["problems"]),
        _table(("what", "value"), tables.provenance_rows(run)),
        f"{_INTERVALS} {_BASELINES} {_VALUES}",
        _table(tables.FIGURES_HEAD, tables.figure_rows(summary, _beside(calibration))),
        *_instrument(run, summary, calibration),
        "## Right answers by kind",
        _table(tables.KINDS_HEAD, tables.kind_rows(summary)),
        "## Refusals",
        _table(tables.REFUSALS_HEAD, tables.refusal_rows(summary.refusals)),
        *_confidence(summary),
        "## Cases that are not right",
        *(f"- `{row.case.id}` ({row.case.kind}, {row.outcome}): {row.case.question}" for row in not_right(run)),
    ]
    if with_timings:
        times = _table(tables.TIMES_HEAD, tables.time_rows(run))
        blocks += ["## Times (these differ from run to run)", times, _when_and_where(run)]
    return "\n\n".join(block for block in blocks if block).replace("\n\n- ", "\n- ") + "\n"


def html(run: Run, with_timings: bool = True) -> str:
    """Return the report as a page that needs no other file: plots inline, every failing case one click away."""
    summary, calibration = summarise(run), _calibration(run)
    figures = {one.name: one.interval for one in summary.figures}
    return _PAGE.get_template("report.html").render(
        run=run,
        tables=tables,
        outcome=_outcome(run),
        summary=summary,
        beside=_beside(calibration),
        lead=[(name, figures[name]) for name in _LEAD if name in figures],
        notes=(_INTERVALS, _BASELINES, _VALUES),
        instrument=_instrument(run, summary, calibration)[1:],
        agreement=tables.agreement_rows(calibration) if calibration else [],
        drawings=_drawings(summary),
        confidence=_confidence(summary)[1:],
        failing=by_kind(not_right(run)),
        count=len(not_right(run)),
        with_timings=with_timings,
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
    trivial = summarise(found.run).baselines
    alone = f" Only in A: {found.only_a}, only in B: {found.only_b}." if found.only_a or found.only_b else ""
    return "\n\n".join(
        [
            f"{found.cases} cases in both.{alone}",
            _table(tables.DIFFERENCES_HEAD, [tables.difference_row(one, trivial) for one in found.differences]),
            (verdict or "no difference shown") + " (95 % confidence over all figures together)",
        ]
    )


def verdicts_markdown(verdicts: Sequence[Verdict]) -> str:
    """Return a table of thresholds with what was found."""
    return _table(("figure", "wanted", "found", "n", ""), tables.verdict_rows(verdicts))


def calibration_markdown(found: Calibration) -> str:
    """Return how the instrument agrees with people."""
    return _table(tables.AGREEMENT_HEAD, tables.agreement_rows(found))


def not_right(run: Run) -> list[Row]:
    """Return the rows whose answer is wrong or missing, in the order of the suite."""
    return [row for row in run.rows if row.outcome != "right"]


def _calibration(run: Run) -> Calibration | None:
    """Return the calibration of the instrument that scored a run; None if it is another's."""
    found = read_calibration()
    return found if found.sha256 == run.identity.get("instrument_sha256") else None


def _beside(calibration: Calibration | None) -> dict[str, str]:
    return tables.beside_instrument(calibration.sets if calibration else ())


def _instrument(run: Run, summary: Summary, calibration: Calibration | None) -> list[str]:
    """Return what is to be known of the figures that a model gives; nothing without such a figure."""
    if not any(one.name == "faithfulness" for one in summary.figures):
        return []
    heading = "## How far the entailment instrument is to be trusted"
    lent = calibration and calibration.agreement(LENDS)
    if calibration is None or not lent:
        return [heading, "The instrument that scored this run is not the one calibrated here: run it again."]
    corrected = corrected_faithfulness(run, lent.bias)
    own = labelled_faithfulness(run)
    if own is not None:
        interval, count = own
        return [
            heading,
            f"Set right by {count} labels of this run's own answers, faithfulness is {spread(interval)} over "
            f"{interval.n} answers (prediction-powered interval, tuned). It assumes nothing of the instrument.",
        ]
    words = [row.scores["worded"] for row in run.rows if "worded" in row.scores]
    return [
        heading,
        "A sentence that stands word for word in its quote is entailed without a model; for the other "
        f"{sum(words) / len(words):.1%} the instrument decides. On {LENDS} it calls {lent.bias.mean:+.1%} more pairs "
        f"entailed than people do (n = {lent.bias.n}). Set right by that, faithfulness is {spread(corrected)} "
        "(prediction-powered interval). This assumes that the instrument errs on this run's sentences as it does on "
        "those pairs, in size and to the same side; labels of this run's own answers, given with python -m eval "
        "label, assume nothing.",
    ]


def _outcome(run: Run) -> str:
    counts = {name: sum(row.outcome == name for row in run.rows) for name in ("right", "wrong", "failed")}
    return f"{len(run.rows)} cases: " + ", ".join(f"{count} {name}" for name, count in counts.items()) + "."


def _confidence(summary: Summary) -> list[str]:
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


def _when_and_where(run: Run) -> str:
    machine = run.context["machine"]
    where = f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}"
    peak = peak_memory(run)
    memory = "" if peak is None else f" At most {peak:.0f} MiB held by the process that asked."
    return f"{run.context['date']}, {where}.{memory}"


def _time_plot(run: Run) -> Markup | None:
    seconds = [run.timings[row.case.id].wall_ms / 1000 for row in run.rows if row.case.id in run.timings]
    return plots.histogram("Wall time", seconds) if seconds else None


def _drawings(summary: Summary) -> list[tuple[str, str, Markup]]:
    """Return each plot with its heading and what it shows."""
    kinds = plots.bars("Right answers by kind", summary.kinds, summary.baseline_kinds)
    drawn = [("Right answers by kind", _KINDS_SHOW, kinds)]
    if summary.curve:
        drawn.append(("Risk and coverage", _CURVE_SHOWS, plots.risk_coverage_plot(summary.curve)))
    if summary.bins:
        drawn.append(("Reliability", _BINS_SHOW, plots.reliability_plot(summary.bins)))
    return drawn


def _table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)
