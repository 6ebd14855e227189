"""Ask every case once and write down what came back. Knows the order; targets answer, metrics judge, rows keep."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval import provenance
from eval.cases import Case
from eval.corpus import Corpus
from eval.errors import AskFailed
from eval.metrics import score
from eval.reply import read_reply
from eval.rows import Outcome, Row, Run, Timing, append, open_run, read_run
from eval.suites import Suite
from eval.targets import Target

# Fixed so that a run can be repeated; any other number would do.
SEED = 20240229


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run asks: all cases of a suite, or a seeded sample of ``limit`` of them, in the suite's order."""

    suite: Suite
    limit: int | None = None
    seed: int = SEED

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases to ask. A sample, not the head of the file: suites are sorted by kind."""
        every = self.suite.cases
        if self.limit is None or self.limit >= len(every):
            return every
        chosen = sorted(random.Random(self.seed).sample(range(len(every)), self.limit))
        return tuple(every[at] for at in chosen)


def identity(plan: Plan, target: Target) -> dict[str, Any]:
    """Return what decides the rows: two runs with the same identity must have the same rows."""
    return {
        "suite": plan.suite.name,
        "suite_sha256": plan.suite.sha256,
        "corpus_sha256": plan.suite.corpus.sha256,
        "problems": [str(problem) for problem in plan.suite.problems],
        "limit": plan.limit,
        "seed": plan.seed,
        **target.describe(),
        **provenance.code(),
    }


def run(plan: Plan, target: Target, folder: Path, tick: Callable[[int, int], None] = lambda *_: None) -> Run:
    """Ask what has not been asked yet and return the whole run; ``tick`` hears (done, all) after each case.

    Raises:
        BadRun: the folder cannot be used, or holds a run of something else.
    """
    context = {"date": provenance.now(), "machine": provenance.machine()}
    begun = open_run(folder, identity(plan, target), context)
    cases = plan.cases
    done = {row.case.id for row in begun.rows}
    for count, case in enumerate(cases, start=1):
        if case.id not in done:
            append(folder, *_ask_case(case, target, plan.suite.corpus))
        tick(count, len(cases))
    return read_run(folder)


def _ask_case(case: Case, target: Target, corpus: Corpus) -> tuple[Row, Timing]:
    """Return the row of a case and how long its last question took (0 when an earlier one failed)."""
    started, reported = time.perf_counter(), {}
    try:
        history = play(case, target)
        started = time.perf_counter()
        found = target.ask(case.question, history)
        taken = time.perf_counter() - started
        reported = _times(found)
        reply = read_reply(found)
    except AskFailed as error:
        taken = time.perf_counter() - started
        return Row(case=case, outcome="failed", error=str(error)), _timing(case, taken, reported)
    scores = score(case, reply, corpus)
    outcome: Outcome = "right" if scores["right"] else "wrong"
    return Row(case=case, outcome=outcome, reply=reply, scores=scores), _timing(case, taken, reported)


def play(case: Case, target: Target) -> Sequence[tuple[str, str]]:
    """Return the turns before the last; one whose answer the case does not give is asked."""
    history: list[tuple[str, str]] = []
    for turn in case.turns[:-1]:
        answer = turn.answer
        if answer is None:
            answer = read_reply(target.ask(turn.question, tuple(history))).answer
        history.append((turn.question, answer))
    return tuple(history)


def _times(found: dict[str, Any]) -> dict[str, float]:
    """Return the times that a system reports of itself, in milliseconds; whatever is no number is left out."""
    times = found.get("timings_ms")
    if not isinstance(times, dict):
        return {}
    return {str(name): float(value) for name, value in times.items() if isinstance(value, int | float)}


def _timing(case: Case, seconds: float, reported: dict[str, float]) -> Timing:
    return Timing(id=case.id, wall_ms=round(seconds * 1000, 1), peak_mib=provenance.peak_mib(), reported_ms=reported)
