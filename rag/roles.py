"""Who gives to whom? Tells where a quote has two countries the other way round than a question. Pure rules.

To the reader "What did Norway sell to Sweden?" and "Sweden sold ships to Norway" are much alike: it weighs words more
than their order. So the order is read by rule, where a verb of giving and the word "to" make it plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag import places, words

_GIVES = re.compile(
    r"\b(?:g[ai]v(?:e|es|ing|en)|sen[dt]\w*|ship\w*|export\w*|deliver\w*|s(?:ell|old)\w*|suppl\w+|provid\w+|donat\w+|lend|lent"
    r"|transfer\w*|launch\w*|fire[ds]?|float\w*|pa(?:y|id|ys)|hand\w*|aid)\b",
    re.IGNORECASE,
)
_POINT = r"(?:[Nn]orth|[Ss]outh|[Ee]ast|[Ww]est)"
_PLACE = re.compile(
    rf"(?P<to>\b(?:to|toward|towards|into|back|(?:intended|meant|destined|bound) for)\s+)?(?:\b[Tt]he\s+)?"
    rf"(?P<name>\b{_POINT}(?:ern)?\s[A-Z]\w+|\b{_POINT}\b(?!-)|\b[A-Z]\w+)"
)


@dataclass(frozen=True, slots=True)
class _Side:
    """A country by its compass point, "" for none, and its name, "" where only the point is told: "the North"."""

    point: str
    country: str

    def is_one_with(self, other: _Side) -> bool:
        if self.point and other.point and self.point != other.point:
            return False
        if self.country and other.country:
            return self.country == other.country and bool(self.point) == bool(other.point)
        return bool(self.point) and self.point == other.point


def turned(question: str, quote: str) -> str:
    """Say that a quote has giver and taker of a question exchanged, "" where it has not or nothing tells."""
    told = list(_given(quote))
    for giver, taker in _given(question):
        same = any(giver.is_one_with(a) and taker.is_one_with(b) for a, b in told)
        if not same and any(giver.is_one_with(b) and taker.is_one_with(a) for a, b in told):
            return "The nearest sentence has giver and taker the other way round."
    return ""


def _given(text: str) -> Iterator[tuple[_Side, _Side]]:
    """Yield who gives and who is given to: a country, and behind it one with "to" before it."""
    if not _GIVES.search(text):
        return
    before: _Side | None = None
    for match in _PLACE.finditer(text):
        side = _side(match["name"])
        if side is None:
            continue
        if match["to"] and before is not None and not before.is_one_with(side):
            yield before, side
        before = side


def _side(name: str) -> _Side | None:
    first, _, last = words.fold(name).rpartition(" ")
    point = places.point(first or last)
    if point and not first:
        return _Side(point, "")
    country = places.country(last)
    return _Side(point or places.side(last), country) if country else None
