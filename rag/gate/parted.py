"""Does a sentence give one thing what its quote gives to another? Numbers, prepositions and what is only to be. Pure.

Looks at the words of a sentence where the quote has them: at the number that stands in the same part of a list, at the
preposition that governs them, and at "to" before a verb.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag import words
from rag.gate.items import Item, Reading
from rag.gate.matching import alike

_JOINS = re.compile(r",\s|;|\b(?:and|or|but|while|whereas)\b")
_PRONOUN = re.compile(
    r"\b(?P<by>by|at|to|from|for|with|of|on|against|without|before|after|near)\s(?P<who>him|her|them|us|me|you)\b", re.I
)
_TO = re.compile(r"(?<!able )(?<!on )\bto\s(?:\w+ly\s)?$", re.I)
# What stands before "to" where the deed was done.
_DONE = re.compile(
    r"\b(?:manage|beg[au]n|start|continue|came|come|went|help|prove|turn(?:ed)? out|used)\w*\sto\s(?:\w+ly\s)?$", re.I
)
_OPPOSITES = tuple(
    tuple(frozenset(side.split()) for side in pair.split("/"))
    for pair in ("up upwards/down downwards", "more/less fewer", "much many/little few", "he his him/she her hers")
)
_WAS_TOLD = re.compile(r"\b(?:is|are|was|were|been|being) told\b", re.I)
_SAYS = re.compile(r"\b(?:said|says?)\b", re.I)
_TOLD = re.compile(
    r"\b(?P<by>[\w’'-]+) (?:had |has |have )?(?:told|asked|informed|warned)"
    r" (?:(?:the|a|an|his|her|its|their|our|my) )?(?P<to>[\w’'-]+)",
    re.IGNORECASE,
)
# Items between a word and the number that is its own.
_NEAR = 2


def problems(said: Reading, quote: Reading, chosen: Sequence[int | None]) -> list[str]:
    """Return what a sentence gives to the wrong one; ``chosen`` are the places of its items in the quote."""
    found = []
    taken = {place for place in chosen if place is not None}
    for own, (mine, place) in enumerate(zip(said.items, chosen, strict=True)):
        if place is None or mine.kind in {"number", "date"}:
            continue
        theirs = quote.items[place]
        if _number_of_another(quote, place, taken) or _paired_anew(said, own, quote, place, chosen):
            found.append("number of another thing")
        if _exchanged(said, own, quote, chosen):
            found.append("exchanged")
        if mine.kind == "word" and _governed_by_another(mine, theirs, quote, taken):
            found.append(f"{mine.governor} for {theirs.governor or 'no preposition'}")
        if mine.kind == "word" and _only_to_be(said.text, mine, quote.text, theirs):
            found.append("done for to be done")
    return found


def pronouns(said: str, quote: str) -> list[str]:
    """Return the pronouns that got another preposition: "by him" for "at him"."""
    theirs: dict[str, set[str]] = {}
    for match in _PRONOUN.finditer(quote):
        theirs.setdefault(match["who"].lower(), set()).add(match["by"].lower())
    return [
        f"{match['by']} {match['who']}"
        for match in _PRONOUN.finditer(said)
        if match["by"].lower() not in theirs.get(match["who"].lower(), {match["by"].lower()})
    ]


def tellers(said: str, quote: str) -> list[str]:
    """Say where who was told tells, or the other way round: "told his foreman" for "his foreman told"."""
    if _WAS_TOLD.search(quote) and _SAYS.search(said) and not _WAS_TOLD.search(said):
        return ["who is meant"]
    tells, told = ({match[side].casefold() for match in _TOLD.finditer(quote)} for side in ("by", "to"))
    mine = [(match["by"].casefold(), match["to"].casefold()) for match in _TOLD.finditer(said)]
    return ["who is meant"] if any((by in told - tells) or (to in tells - told) for by, to in mine) else []


def opposites(said: str, quote: str) -> list[str]:
    """Return the small words whose opposite alone stands in the quote: "down from 140" for "up from 140"."""
    mine, theirs = ({word for word, _, _ in words.words(text)} for text in (said, quote))
    found: list[str] = []
    for pair in _OPPOSITES:
        for one, other in (pair, pair[::-1]):
            if theirs & other and not theirs & one:
                found += sorted(mine & one)
    return found


def _number_of_another(quote: Reading, place: int, taken: set[int]) -> bool:
    """Tell whether a word has a number beside it that is not told, and one is told that stands in another part."""
    numbers = [at for at, item in enumerate(quote.items) if item.kind == "number"]
    own = [at for at in numbers if not _parted(quote, at, place)]
    if any(at in taken for at in own):
        return False
    beside = [at for at in own if abs(at - place) <= _NEAR]
    return any(_could_be(quote.items[at], quote.items[other]) for at in numbers if at in taken for other in beside)


def _paired_anew(said: Reading, own: int, quote: Reading, place: int, chosen: Sequence[int | None]) -> bool:
    """Tell whether a phrase stands with the number of another: "70 by the coast and 50 over the hill" turned round."""
    governor = said.items[own].governor
    if not governor:
        return False
    mates = {other for at, other in enumerate(chosen) if other is not None and not _parted(said, at, own)}
    told = {other for other in mates if quote.items[other].kind == "number"}
    before = {at for at in range(place) if quote.items[at].kind == "number" and not _parted(quote, at, place)}
    if told & before or not told or place < min(told):
        return False  # what stands before all numbers may be told of each
    return bool(before) or any(
        item.governor == governor
        and at not in mates
        and any(number < at and not _parted(quote, at, number) for number in told)
        for at, item in enumerate(quote.items)
    )


def _parted(reading: Reading, one: int, other: int) -> bool:
    first, last = sorted((reading.items[one], reading.items[other]), key=lambda item: item.start)
    return bool(_JOINS.search(reading.text[first.end : last.start])) or first.clause != last.clause


def _could_be(told: Item, other: Item) -> bool:
    """Tell whether a number could be taken for another, which may leave its unit to be understood."""
    plain = other.quantity is not None and not other.quantity.unit and not other.quantity.year
    return alike(told, other) or (plain and told.quantity is not None and not told.quantity.year)


def _governed_by_another(mine: Item, theirs: Item, quote: Reading, taken: set[int]) -> bool:
    """Tell whether a word has a preposition that says something else, or that the quote gives to another word."""
    if not mine.governor or mine.governor == theirs.governor:
        return False
    if theirs.governor:
        return mine.preposition != theirs.preposition
    return mine.governor not in {"by", "of"} and any(
        item.governor == mine.governor for at, item in enumerate(quote.items) if at not in taken and item.kind == "word"
    )


def _exchanged(said: Reading, own: int, quote: Reading, chosen: Sequence[int | None]) -> bool:
    """Tell whether a word took another's preposition, and that one lost it: "steel with gut" for "gut with steel"."""
    place = chosen[own]
    mine = said.items[own]
    if place is None or not mine.governor or quote.items[place].governor:
        return False
    return any(
        other is not None
        and not said.items[at].governor
        and said.items[at].kind == mine.kind
        and quote.items[other].governor == mine.governor
        and abs(other - place) <= _NEAR
        for at, other in enumerate(chosen)
    )


def _only_to_be(said: str, mine: Item, quote: str, theirs: Item) -> bool:
    """Tell whether a sentence tells as done what the quote has with "to": "ordered her to hand it in"."""
    before = quote[: theirs.start]
    if not _TO.search(before) or _DONE.search(before):
        return False
    written, base = said[mine.start : mine.end].lower(), quote[theirs.start : theirs.end].lower()
    past = written != base and not written.endswith(("ing", "s")) and not base.endswith(("ed", "ing"))
    return past and not _TO.search(said[: mine.start])
