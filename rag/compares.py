"""Which of two is longer? A comparison asks for two values; code compares them, if both are told in one unit. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag import verify, words
from rag.records import Evidence, Span

# (what is asked, the adjective to ask each by, whether the greater value wins)
_DEGREES = {
    "longer": ("long", True), "shorter": ("long", False), "older": ("old", True), "younger": ("old", False),
    "taller": ("tall", True), "higher": ("high", True), "lower": ("high", False), "bigger": ("big", True),
    "larger": ("large", True), "smaller": ("large", False), "heavier": ("heavy", True), "lighter": ("heavy", False),
    "faster": ("fast", True), "slower": ("fast", False), "wider": ("wide", True), "deeper": ("deep", True),
    "more expensive": ("", True), "cheaper": ("", False), "costlier": ("", True),
}  # fmt: skip
_DEGREE = "|".join(sorted(_DEGREES, key=len, reverse=True))
_WHICH = re.compile(
    rf"^\W*(?:which|what|who)(?:\s+(?:one|of the two))?\s+(?P<helps>is|was|are|were)\s+(?:the\s+)?(?P<degree>{_DEGREE})"
    r"\s*[,:]?\s+(?P<one>[^,?]+?),?\s+or\s+(?P<other>[^?]+?)\W*$",
    re.IGNORECASE,
)
_THAN = re.compile(
    rf"^\W*(?P<helps>is|was|are|were)\s+(?P<one>[^,?]+?)\s+(?P<degree>{_DEGREE})\s+than\s+(?P<other>[^?]+?)\W*$",
    re.IGNORECASE,
)
# Characters behind an answer in which its unit may stand.
_UNIT_WITHIN = 16


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two things, how they are compared, and the question for the value of each."""

    one: str
    other: str
    helps: str
    degree: str
    greater: bool
    questions: tuple[str, str]


def comparison(question: str) -> Comparison | None:
    """Return what a question compares, None where it compares nothing that has a value."""
    match = _WHICH.match(question) or _THAN.match(question)
    if not match:
        return None
    helps = match["helps"].casefold()
    degree = " ".join(match["degree"].casefold().split())
    adjective, greater = _DEGREES[degree]
    one, other = match["one"].strip(), match["other"].strip()
    ask = f"How {adjective} {helps} {{}}?" if adjective else "How much does {} cost?"
    return Comparison(one, other, helps, degree, greater, (ask.format(one), ask.format(other)))


def verdict(
    compared: Comparison, one: Sequence[Evidence], other: Sequence[Evidence]
) -> tuple[str, list[Evidence]] | None:
    """Return the sentence that says which it is, with the two quotes behind it; None where units differ."""
    if not one or not other:
        return None
    mine, theirs = _value(one[0]), _value(other[0])
    if mine is None or theirs is None or mine.unit != theirs.unit or mine.number == theirs.number:
        return None
    first = (mine.number > theirs.number) == compared.greater
    winner = compared.one if first else compared.other
    told, against = (one[0], other[0]) if first else (other[0], one[0])
    found = f"{words.begun(winner)} {compared.helps} {compared.degree}"
    return f"{found}: “{_said(told)}” against “{_said(against)}”.", [one[0], other[0]]


def _value(piece: Evidence) -> verify.Value | None:
    """Return the only value that answers, with its unit; None where there are several or it has no unit."""
    end = min(piece.answer.end + _UNIT_WITHIN, piece.span.end)
    found = verify.values(piece.passage.quote(Span(piece.answer.start, end)))
    return found[0] if found and found[0].unit and len(verify.values(piece.passage.quote(piece.answer))) == 1 else None


def _said(piece: Evidence) -> str:
    return " ".join(piece.passage.quote(piece.answer).split())
