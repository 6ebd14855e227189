"""What does the reader's threshold cost? Answers right and refusals given at each of several thresholds.

A table to choose by, so it is for suites that may be tuned on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from eval.correctness import is_right
from eval.local import LocalTarget
from eval.reply import read_reply
from eval.run import play
from eval.suites import Suite
from rag.records import Evidence, Passage

_Read = Callable[[str, Sequence[Passage]], list[Evidence]]


def sweep(suite: Suite, thresholds: Sequence[float]) -> str:
    """Return a Markdown table with a row for each threshold, quotes only; n is the number of cases."""
    lines = ["| threshold | right | due refusals given |", "| --- | --- | --- |"]
    due = sum(case.should_refuse for case in suite.cases)
    with LocalTarget(suite.corpus, {**suite.settings, "model": "none"}) as target:
        reader = target.engine.reader
        reader.read = _once(reader.read)  # type: ignore[method-assign, assignment]
        for threshold in thresholds:
            reader.threshold = threshold
            right = refused = 0
            for case in suite.cases:
                reply = read_reply(target.ask(case.question, play(case, target)))
                right += is_right(case, reply)
                refused += case.should_refuse and reply.refused
            lines.append(f"| {threshold:.2f} | {right} of {len(suite.cases)} | {refused} of {due} |")
    return "\n".join(lines)


def _once(read: _Read) -> _Read:
    """Read each question over the same passages once: what is read does not depend on the threshold."""
    made: dict[tuple[object, ...], list[Evidence]] = {}

    def once(question: str, passages: Sequence[Passage]) -> list[Evidence]:
        key = (question, *(passage.number for passage in passages))
        if key not in made:
            made[key] = read(question, passages)
        return made[key]

    return once
