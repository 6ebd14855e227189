"""What a quote says piece by piece: each clause for itself, and what a part without a verb leaves unsaid. Pure.

Such a part has the verb of the first: with a subject of its own ("setting I works at 0.4 bar, setting II at 0.8"), or
with the first's subject and the same prepositions again ("rose by 41 per cent in Lund and by 6 in Graz").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.gate.items import VERB
from rag.gate.stance import marks

_PART = re.compile(r",?\s(?:and|but|while|whereas)\s|[,;]\s(?:and\s|but\s)?")
_BRACKETS = re.compile(r"\s?\([^()]*\)")
_NUMBER = (
    r"(?:about |some |nearly |over |under |only )?(?:[$€£]\s?)?\d[\d.,]*"
    r"|(?:half|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
)
_PLACE = re.compile(
    rf"\s(?:(?P<governor>in|at|on|by|for|with|from|to|of|after|before|under|over)(?=\s)|(?={_NUMBER}))", re.IGNORECASE
)
# Values of one kind are told of each, so that "five in hospital" has not died there.
_VALUE = re.compile(rf"\s(?:[a-z]+\s)?(?:{_NUMBER})", re.IGNORECASE)
_VERB = re.compile(rf"^(?:{VERB}|costs?|pays?|may|must)$")
_ENDS_IN_S = re.compile(r"[a-z]{2,}[a-rt-z]s$")
# "9 crowns, 2 more than last year": such a part tells a difference, not a value of its own.
_COMPARES = re.compile(
    r"\b(?:more|less|fewer|than|up|down|which|them|each|including|among|not|no|from|against)\b", re.I
)
_UNIT = re.compile(r"\d[\d.,]*(?P<unit>\s(?:per cent|percent|million|billion|[a-z]{1,12})|\s?[%°€$£]\w?)?")
# Words of a part that could be one without a verb.
_MOST = 8
# What stands before a clause and may be about it, too: who says it, and on what condition.
_REACHES = frozenset("say according hearsay whether seem".split())
_OPENS = re.compile(r"\W*(?:if|unless|when|where|in case|as long as)\b", re.IGNORECASE)
# "But only if both sign": the clause before it does not stand alone.
_LIMITS = re.compile(r"(?:(?:but|and|yet)\s)?(?:only|if|unless|except|not|provided|until|when)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"\s?;\s|,\s(?=(?:yet|but|whereas)\s)")


def unfolded(quote: str) -> Iterator[str]:
    """Yield what a quote's clauses say each for itself, and its later parts with the verb of its first."""
    clauses = _CLAUSE.split(quote.strip().rstrip("."))
    if (
        ":" not in quote
        and len(clauses) > 1
        and not _OPENS.match(quote)
        and not any(_reaches(clause) for clause in clauses[:-1])
    ):
        for clause, following in zip(clauses, [*clauses[1:], ""], strict=True):
            if not _LIMITS.match(following):
                yield re.sub(r"^(?:yet|but|whereas|and)\s", "", clause)
    for clause in clauses:
        yield from _gapped(clause)


def _reaches(clause: str) -> bool:
    return any(mark.name in _REACHES for mark in marks(clause))


def _gapped(quote: str) -> Iterator[str]:
    first, *others = _PART.split(_BRACKETS.sub("", quote.strip()).rstrip("."))
    for other in filter(_verbless, others):
        for place in _PLACE.finditer(first):
            head, rest = first[: place.start()].split(), first[place.start() :]
            if verb := _verb(head):
                yield from _of_its_own(verb, rest, other)
                if _again(rest, other):
                    yield f"{' '.join(head)} {other}"


def _verbless(part: str) -> bool:
    """Tell whether a part could have the verb of another: short, without one, and no difference to something."""
    words = part.split()
    return len(words) <= _MOST and not any(map(_VERB.search, words)) and not _COMPARES.search(part)


def _of_its_own(verb: str, rest: str, other: str) -> Iterator[str]:
    """Give the other's subject the first's verb: "setting II" "works" "at 0.8 bar"."""
    governor = _governors(rest)[0]
    for at in _PLACE.finditer(other) if _VALUE.match(rest) else ():
        if at["governor"] == governor and _VALUE.match(other[at.start() :]):
            yield f"{other[: at.start()]} {verb} {other[at.start() :].strip()}{_unit(rest, other)}"


def _again(rest: str, other: str) -> bool:
    """Tell whether a part's phrases have the first's prepositions: "by 6 per cent in Graz", of the same prices."""
    mine = _governors(f" {other}")
    return None in mine and len(mine) > 1 and mine == _governors(rest) and bool(_PLACE.match(f" {other}"))


def _governors(text: str) -> list[str | None]:
    return [place["governor"] for place in _PLACE.finditer(text)]


def _verb(head: list[str]) -> str:
    """Return the words from the verb to the end of a part's head, "" where it has none, or a value among them."""
    for form in (_VERB, _ENDS_IN_S):
        for at in range(len(head) - 1, 0, -1):
            if form.search(head[at]):
                found = " ".join(head[at:])
                return "" if re.search(r"\d", found) else found
    return ""


def _unit(first: str, other: str) -> str:
    """Return the unit that the first part's number has, where the other part ends with a bare number."""
    told = _UNIT.search(first)
    return (told["unit"] or "") if told and re.search(r"\d[\d.,]*$", other) else ""
