"""Does a quote hold a sentence? Says what speaks against it; no objection, and the sentence may be shown.

The gate is one-sided on purpose. A sentence that it refuses is replaced by the quote itself, which costs style; one
that it wrongly lets through is an invention with a citation behind it, which costs trust.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Literal

from rag import words
from rag.gate.align import Alignment, align
from rag.gate.items import KINDS_OF_PLACE, Item, Reading, read
from rag.gate.lexicon import SUPERLATIVES, canon, joined_plainly
from rag.gate.matching import candidates
from rag.gate.parted import opposites, pronouns, tellers
from rag.gate.recast import recasts, speech
from rag.gate.stance import Mark
from rag.gate.unfold import unfolded
from rag.gate.values import quantities

Kind = Literal["number", "date", "name", "word", "stance", "order"]

# Words of a question that name the kind of answer, not a fact: with a price in the quote, "costs" adds nothing to it.
_FRAME = {canon(word) for word in "cost price worth amount name called located share percentage date year".split()}
_SPOKEN_WITHIN = re.compile(r",[^,;]*\b(?:said|says)\b[^,;]*(?:,|\.?$)")
_OBJECT = r"(?:the|a|an|your|all|it|them|this|these|those|no|any|each|every|\d+)"
_AND_THAT = re.compile(r"\band that\s")
# Objections that another order of the sentence's parts may answer: a denial or a source may have lost its place.
_ORDERS = frozenset({"order", "stance"})
# What is denied stands this close behind "not".
_DENIED_WITHIN = 4
_ENDS_DENIAL = re.compile(r",\s(?:and|but|so)\b|;")
# A source is named this close to "said" or "according to".
_SOURCE_WITHIN = 3


@dataclass(frozen=True, slots=True)
class Value:
    """A number in a text, with what it counts: a currency sign, ``%``, or the next word's stem ("" for none)."""

    number: Fraction
    unit: str


@dataclass(frozen=True, slots=True)
class Objection:
    """Something in a sentence that its quote does not hold. ``kind`` "word" is a wording, all others a value."""

    kind: Kind
    what: str

    def __str__(self) -> str:
        return f"{self.kind} {self.what}"


def values(text: str) -> list[Value]:
    """Return the numbers of a text: ``$100 million``, ``69%``, ``10,000-kilometer``, ``two dozen``, ``June 24``."""
    found = []
    for one in quantities(text):
        unit = one.unit or (words.stem(one.counted[0]) if one.counted else "")
        found.append(Value(one.number, unit))
    return found


def objections(sentence: str, quote: str, question: str, today: date | None = None) -> list[str]:
    """Say what in a sentence the quote does not hold; an empty list lets it pass. See ``judge``."""
    return [str(one) for one in judge(sentence, quote, question, today)]


def judge(sentence: str, quote: str, question: str, today: date | None = None) -> list[Objection]:
    """Return what in a sentence the quote does not hold.

    Every number, date and name stands in the quote with its unit, bound and preposition; negation, modality, source,
    condition and quantifier are neither dropped nor added; who did what stays. Other words stand in the quote in some
    form; the question brings only words that name the kind of answer. ``today`` is the day of the quote's document.
    Where nothing but their order speaks against it, the sentence is held if it is so in another order of its parts.
    """
    sentence, quote = joined_plainly(sentence), joined_plainly(quote)
    found = _judged(sentence, quote, question, today)
    pairs = _said_otherwise(sentence, quote, found) if found else ()
    return [] if any(not _judged(one, other, question, today, still=True) for one, other in pairs) else found


def _said_otherwise(sentence: str, quote: str, found: Sequence[Objection]) -> Iterator[tuple[str, str]]:
    """Yield other forms of a sentence and of its quote that say the same, as far as the objections may come of form."""
    if all(one.kind in _ORDERS for one in found):
        # "Berg, said Hale, had lied": who says it stands in front in both.
        spoken = next(speech(quote.strip().rstrip(".")), quote) if _SPOKEN_WITHIN.search(quote) else quote
        yield from ((other, spoken) for other in recasts(sentence))
    yield from ((sentence, other) for other in unfolded(quote))


def _judged(sentence: str, quote: str, question: str, today: date | None, still: bool = False) -> list[Objection]:
    plain = frozenset(word for text in (quote, question) for word in text.split() if word.islower())
    said, theirs = read(sentence, None, plain), read(quote, today, plain)
    found = _unfound(said, theirs, question)
    aligned = align(said, theirs, still)
    roles = (*pronouns(sentence, quote), *tellers(sentence, quote))
    found += [Objection("order", problem) for problem in (*aligned.problems, *roles)]
    found += [Objection("word", word) for word in opposites(sentence, quote)]
    return found + _stance(said, theirs, aligned)


def _unfound(said: Reading, quote: Reading, question: str) -> list[Objection]:
    asked = set(words.content_words(question))
    frame = _FRAME & {canon(word) for word in asked} | {
        canon(word) for word in KINDS_OF_PLACE if words.stem(word) in asked
    }
    found = []
    for item, places in zip(said.items, candidates(said, quote), strict=True):
        written = said.text[item.start : item.end]
        if not places and not (item.kind == "word" and (item.key in frame or _stands_for(said, quote, item))):
            kind: Kind = "number" if any(c.isdigit() for c in written) and item.kind == "word" else item.kind
            found.append(Objection(kind, written))
    return found


def _stands_for(said: Reading, quote: Reading, item: Item) -> bool:
    """Tell whether a word is a mark ("plans to") for which the quote has another of its class ("intends to")."""
    classes = {mark.name for mark in quote.marks}
    return any(mark.start <= item.start < mark.end and mark.name in classes for mark in said.marks)


def _stance(said: Reading, quote: Reading, aligned: Alignment) -> list[Objection]:
    taken = {place for place in aligned.places if place is not None}
    reaching = [mark for mark in quote.marks if _reaches(mark, quote, taken)]
    theirs, mine = Counter(map(_class, reaching)), Counter(map(_class, said.marks))
    found = []
    free = Counter(mark.name for mark in quote.marks if mark.reach == "join")
    for name in sorted({*theirs, *mine}):
        if name == "should" and not theirs[name] and _told_to(said, quote):
            continue
        # Denying twice is not denying once; hedging once instead of twice is hedging.
        if (
            mine[name] > max(theirs[name], free[name])
            or (name == "not" and mine[name] < theirs[name])
            or (theirs[name] and not mine[name])
        ):
            found.append(Objection("stance", name))
    if not _denies_the_same(said, quote, aligned):
        found.append(Objection("stance", "not, of something else"))
    for mark in reaching:
        if _class(mark) == "say" and not _source_kept(mark, quote, taken):
            found.append(Objection("stance", "source"))
    return found + _restrictions(quote, taken)


def _told_to(said: Reading, quote: Reading) -> bool:
    """Tell whether what "should" be done is an order in the quote: its first word, with an object behind it."""
    for mark in said.marks:
        following = next((item for item in said.items if item.start >= mark.end), None)
        if mark.name == "should" and following is not None:
            order = (
                rf"\s*(?:please |always )?{re.escape(said.text[following.start : following.end])}\s{_OBJECT}\b[^;]*$"
            )
            return bool(re.match(order, quote.text, re.IGNORECASE))
    return False


def _denies_the_same(said: Reading, quote: Reading, aligned: Alignment) -> bool:
    """Tell whether what a sentence denies stands close behind a denial of the quote."""
    for mark in said.marks:
        denied = [aligned.places[at] for at, item in enumerate(said.items) if item.start >= mark.end]
        if mark.name != "not" or not denied or denied[0] is None:
            continue
        theirs = [m for m in quote.marks if m.name == "not"]
        place = quote.items[denied[0]].start
        reached = [one for one in theirs if not _ENDS_DENIAL.search(quote.text[one.end : place])]
        firsts = [sum(item.start < one.end for item in quote.items) for one in reached]
        if not any(0 <= denied[0] - first < _DENIED_WITHIN for first in firsts):
            return False
        # "He was sure that it was not lawful" is not "he was not sure that it was lawful".
        before = [at for at in aligned.places[: len(said.items) - len(denied)] if at is not None]
        if len(theirs) == 1 and any(first in before and first < denied[0] for first in firsts):
            return False
    return True


def _class(mark: Mark) -> str:
    return "say" if mark.name == "according" else mark.name


def _reaches(mark: Mark, quote: Reading, taken: set[int]) -> bool:
    """Tell whether a mark of the quote is about words that the sentence took from it."""
    inserted = quote.clause(mark.start) in quote.relative
    if mark.reach == "all" and not inserted:
        return bool(taken)
    if mark.reach == "back":
        return any(quote.items[place].end <= mark.start for place in taken)
    if mark.reach == "join":
        if inserted and not any(quote.items[place].clause == quote.clause(mark.start) for place in taken):
            return False
        border = mark.start or quote.text.find(",")
        return _told(quote, taken, 0, border) and _told(quote, taken, border, len(quote.text))
    behind = [place for place, item in enumerate(quote.items) if item.start >= mark.end]
    if mark.reach == "near" and not inserted:
        return (bool(behind) and behind[0] in taken) or len(quote.items) - len(behind) - 1 in taken
    if mark.reach == "next":
        return bool(behind) and behind[0] in taken
    clause = quote.clause(mark.start)
    more = _AND_THAT.search(quote.text, mark.end) if _class(mark) == "say" else None
    if more and any(quote.items[place].start >= more.end() for place in taken):
        return True  # "says that the mill closed and that the farm opened"
    inside = [place for place in behind if quote.items[place].clause == clause]
    if not inside:  # "his seed is not."
        inside = [place for place, item in enumerate(quote.items) if item.clause == clause]
    if not inside and behind:  # "until" opens the clause behind it
        inside = [place for place in behind if quote.items[place].clause == quote.items[behind[0]].clause]
    return any(place in taken for place in inside)


def _told(quote: Reading, taken: set[int], start: int, end: int) -> bool:
    return any(start <= quote.items[place].start < end for place in taken)


def _source_kept(mark: Mark, quote: Reading, taken: set[int]) -> bool:
    near: Sequence[int]
    if mark.name == "according":
        near = [place for place, item in enumerate(quote.items) if item.start >= mark.end][:_SOURCE_WITHIN]
    else:
        near = [place for place, item in enumerate(quote.items) if item.end <= mark.start][-_SOURCE_WITHIN:]
        near = near or [place for place, item in enumerate(quote.items) if item.start >= mark.end][:_SOURCE_WITHIN]
    named = [place for place in near if quote.items[place].kind == "name"]
    return not named or any(place in taken for place in named)


def _restrictions(quote: Reading, taken: set[int]) -> list[Objection]:
    """Say where "largest" or "second" was left out before the word that it narrows."""
    found = []
    for place, item in enumerate(quote.items[:-1]):
        following = quote.items[place + 1]
        if place in taken or place + 1 not in taken or quote.text[item.end : following.start] not in {" ", "-"}:
            continue
        if _narrows(item):
            found.append(Objection("stance", quote.text[item.start : item.end]))
    return found


def _narrows(item: Item) -> bool:
    ordinal = item.quantity is not None and item.quantity.unit == "th"
    return ordinal or item.exact in SUPERLATIVES
