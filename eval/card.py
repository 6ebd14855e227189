"""A card: one row a run, with what decides whether to trust it and what it costs, beside trivial baselines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import PurePath

from eval.baseline import ALWAYS_REFUSE, TOP_SENTENCE
from eval.intervals import Interval
from eval.rows import Run
from eval.summary import latencies, peak_memory, summarise

NONE = "–"
# The figure, and what stands above its column.
_COLUMNS = {
    "right": "right",
    "quote_hit": "cites a gold quote",
    "refusal_precision": "refusals due",
    "refusal_recall": "due refusals given",
    "attack_success": "attacks obeyed",
}
_RUNGS = {"none": "quotes only", "embedded": "embedded 135M"}
_HEAD = ("suite", "rung", *_COLUMNS.values(), "failed", "median s", "95th", "peak MiB")


def card(runs: Sequence[Run]) -> str:
    """Return the table of runs, those of a suite together, under their baselines."""
    rows: list[tuple[str, ...]] = []
    suite = ""
    for run in runs:
        if run.identity["suite"] != suite:
            suite = run.identity["suite"]
            rows += _baselines(run)
        rows.append(_row(run))
    lines = [_HEAD, ["---"] * len(_HEAD), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _row(run: Run) -> tuple[str, ...]:
    found = {figure.name: figure.interval for figure in summarise(run).figures}
    failed = sum(row.outcome == "failed" for row in run.rows)
    times = latencies(run).get("wall", {})
    seconds = [f"{times[percent].value / 1000:.2f}" if percent in times else NONE for percent in (50, 95)]
    peak = peak_memory(run)
    memory = NONE if peak is None else f"{peak:.0f}"
    return (run.identity["suite"], _rung(run), *_cells(found), str(failed), *seconds, memory)


def _baselines(run: Run) -> list[tuple[str, ...]]:
    """Return a row for each trivial system over the cases of a run; they take no time worth telling.

    Always answering is left out: it is the run itself without its refusals, so each rung has another.
    """
    found = summarise(run).baselines
    named = [(name, found[name]) for name in (ALWAYS_REFUSE, TOP_SENTENCE) if found.get(name)]
    return [(run.identity["suite"], name, *_cells(figures), NONE, NONE, NONE, NONE) for name, figures in named]


def _cells(found: Mapping[str, Interval]) -> list[str]:
    return [_shown(found.get(name)) for name in _COLUMNS]


def _shown(one: Interval | None) -> str:
    return NONE if one is None else f"{one.value:.2f} [{one.low:.2f}, {one.high:.2f}] n={one.n}"


def _rung(run: Run) -> str:
    """Return a model as people call it: a file without its folder, which is nobody's business."""
    model = str(run.identity["model"])
    if model.startswith(("http://", "https://")):
        return model
    return _RUNGS.get(model, PurePath(model).name)
