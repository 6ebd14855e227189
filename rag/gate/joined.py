"""Does a sentence keep what belongs together in its quote? Says where it joins what the quote says of two things. Pure.

Takes the places of the sentence's items in the quote as given, and looks at what governs a value, whose it is, what
stands beside it, and which clause it is in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from rag.gate.items import OWNER, Item, Reading
from rag.gate.lexicon import COUNTRIES, canon
from rag.gate.matching import alike

_PRONOUN = re.compile(
    r"^(?:and|but|while|when|as|because|that|so|if|,|\s)*(?:he|she|it|they|its|his|her|their)\b", re.I
)
_SPEAKER = re.compile(r"^(?:and|but|while|,|\s)*(?:I|we)\b")
_PRONOUN_SAID = re.compile(r"\b(?:he|she|it|they)\b", re.I)
_SUBJECTLESS = re.compile(
    r"^(?:and|but|or|then|also|later|,|\s)*(?:[a-z]{2,}(?:ed|s)|[a-z]*(?:on|ot|ew|ook|ave|ade|old|ame|uilt|ent))\b"
)
_NARROWS = re.compile(r"\s(?:under|over|above|below|without|except|aged|with (?:more|less|fewer|at) \w+)\s", re.I)
_SMALL_WORDS = re.compile(
    r"\s(?:(?:the|a|an|and|or|in|on|at|of|to|from|by|for|with|during|within|across|under|over|near|against|through|as"
    r"|is|are|was|were)\s){0,3}"
)
# "in Rome, Oslo and Bern", "5, 7 and 9": the later ones have the first one's preposition.
_LISTED = re.compile(r"\b[A-Z][\w.'’-]*(?:,|,?\s(?:and|or)|\s?\()\s*(?:the\s)?(?:[A-Z][\w.'’-]*\s)*$")
_LISTED_NUMBER = re.compile(r"\d[\w%]*(?:,|,?\s(?:and|or))\s*$")
_TELLS = re.compile(
    r"\b(?:sa(?:id|ys?)|told [\w ]{2,30}?|add(?:s|ed)|claim(?:s|ed)|believes?d?|warn(?:s|ed)) that\s", re.I
)
_PLACES = frozenset("in on at within during".split())


def problems(said: Reading, quote: Reading, chosen: Sequence[int | None]) -> list[str]:
    """Return what a sentence joins wrongly; ``chosen`` are the places of its items in the quote, None for none."""
    taken = sorted(place for place in chosen if place is not None)
    found = []
    for at, place in enumerate(chosen):
        if place is not None:
            found += _governed(said, quote, at, place, taken)
    found += _names_apart(said, chosen, quote)
    found += _clauses_mixed(quote, taken)
    found += _told_of_another(said, quote, taken)
    found += _passed_over(said, quote, taken)
    found += _slots(said, quote, chosen)
    return found


def _governed(said: Reading, quote: Reading, at: int, place: int, taken: Sequence[int]) -> list[str]:
    """Say where a preposition that matters was changed, or a number counts another thing."""
    mine, theirs = said.items[at], quote.items[place]
    found = []
    if mine.kind == "name" and _belongs(said, quote, at, place, taken):
        found.append("who is meant")
    if mine.kind != "word" and _governed_anew(said, quote, mine, theirs):
        found.append(f"{mine.governor or 'no preposition'} for {theirs.governor or 'no preposition'}")
    elif mine.kind != "word":
        one, other = mine.preposition.strip("~"), theirs.preposition.strip("~")
        ranged = _ranged(mine) or _ranged(theirs)
        if _ranged(mine) and one and one != other:
            ranged = False  # "rose to 5 to 7" from "rose from 5 to 7"
        if mine.kind == "name" and {one, other} & {"until", "since"}:
            one = other = ""  # a clause follows: "until Moses led"
        if one != other and not ranged and not _voices(said, quote, mine, theirs):
            found.append(f"{one or 'no preposition'} for {other or 'no preposition'}")
    return found + _counted(said, quote, at, place)


def _counted(said: Reading, quote: Reading, at: int, place: int) -> list[str]:
    """Say where a number counts another thing than in the quote."""
    mine, theirs = said.items[at], quote.items[place]
    found: list[str] = []
    if mine.quantity and not mine.quantity.unit and _label(quote, place) and not _label(said, at):
        found.append("number of another thing")
    if (
        mine.quantity
        and theirs.quantity
        and theirs.quantity.counted
        and not mine.quantity.counted
        and not mine.quantity.unit
        and mine.governor != theirs.governor
    ):
        found.append("number of another thing")
    if mine.quantity and theirs.quantity and mine.quantity.counted and theirs.quantity.counted:
        counted = {canon(word) for word in mine.quantity.counted}
        if not counted & {canon(word) for word in theirs.quantity.counted}:
            others = {canon(w) for o in quote.items if o.quantity and o is not theirs for w in o.quantity.counted}
            if counted & others:
                found.append("number of another thing")
    return found


def _belongs(said: Reading, quote: Reading, at: int, place: int, taken: Sequence[int]) -> bool:
    """Tell whether a name stands alone where the quote speaks of "Anna's rival" or "the rival of Anna"."""
    mine, theirs = said.items[at], quote.items[place]
    if _owner(quote, theirs):
        return not _owner(said, mine) and mine.governor != "of"
    first = next(back for back, item in enumerate(quote.items) if item.run == theirs.run)
    return (
        theirs.governor == "of"
        and not mine.governor
        and not _owner(said, mine)
        and bool(first)
        and first - 1 not in taken
    )


def _label(reading: Reading, at: int) -> bool:
    """Tell whether a number is part of a name: "Resolution 82"."""
    if at == 0 or reading.items[at - 1].kind != "name":
        return False
    between = reading.text[reading.items[at - 1].end : reading.items[at].start]
    return between == " " and not reading.text.startswith(" of ", reading.items[at].end)  # "in Lund 46 of 80 guests"


def _ranged(item: Item) -> bool:
    return item.quantity is not None and item.quantity.bound in {"low", "high"}


def _voices(said: Reading, quote: Reading, mine: Item, theirs: Item) -> bool:
    """Tell whether "by" comes and goes with the passive."""
    return {mine.governor, theirs.governor} == {"by", ""} and bool(said.passives ^ quote.passives)


def _governed_anew(said: Reading, quote: Reading, mine: Item, theirs: Item) -> bool:
    """Tell whether a value got another preposition although the quote has further ones that it could have."""
    if mine.governor == theirs.governor or _voices(said, quote, mine, theirs):
        return False
    if {mine.governor, theirs.governor} <= {"of", ""} and (_owner(said, mine) or _owner(quote, theirs)):
        return False
    if {mine.governor, theirs.governor} <= _PLACES or {mine.governor, theirs.governor} == {"as", ""}:
        return False
    if {mine.governor, theirs.governor} == {"of", "in"} and mine.kind == "name":
        return any(
            item.governor in {"of", "in"} for item in quote.items if item.kind == "name" and item.run != theirs.run
        )
    listed = _LISTED if mine.kind == "name" else _LISTED_NUMBER
    if not theirs.governor and listed.search(quote.text[: theirs.start]):
        return False
    if not mine.governor and listed.search(said.text[: mine.start]):
        return False
    if mine.kind != "name":
        rivals = (item for item in quote.items if item is not theirs and item.kind == theirs.kind)
        return not _ranged(mine) and not _ranged(theirs) and any(item.date or alike(item, theirs) for item in rivals)
    return any(item.kind == "name" and item.run != theirs.run for item in quote.items)


def _owner(reading: Reading, item: Item) -> bool:
    run = [one for one in reading.items if one.run == item.run]
    return bool(OWNER.search(reading.text[run[-1].start : run[-1].end]))


def _names_apart(said: Reading, chosen: Sequence[int | None], quote: Reading) -> list[str]:
    """Say where the words of one name come from two names."""
    for at in range(1, len(chosen)):
        one, other = chosen[at - 1], chosen[at]
        if said.items[at].run != said.items[at - 1].run or one is None or other is None:
            continue
        if quote.items[one].kind == quote.items[other].kind == "name" and not _one_name(quote, one, other):
            return ["a name made of two"]
    for at, place in enumerate(chosen):
        if place is not None and quote.items[place].exact in COUNTRIES and place + 1 < len(quote.items):
            following = quote.items[place + 1]
            if (
                following.kind == "name"
                and following.run == quote.items[place].run
                and chosen[at + 1 : at + 2] != [place + 1]
            ):
                return ["a part of a name"]  # "the American West" is not the United States
    return []


def _one_name(quote: Reading, one: int, other: int) -> bool:
    """Tell whether two words of a quote belong to one name, which parentheses may break."""
    first, last = quote.items[one], quote.items[other]
    between = re.sub(r"\s\([^)]*\)", "", quote.text[first.end : last.start])
    return first.run == last.run or between in {" ", " of ", " of the "}


def _clauses_mixed(quote: Reading, taken: Sequence[int]) -> list[str]:
    """Say where a sentence joins what two clauses say of different things."""
    used = {quote.items[place].clause for place in taken}
    for clause in used - {0}:
        before = [at for at, item in enumerate(quote.items) if item.clause == clause - 1]
        inside = [at for at, item in enumerate(quote.items) if item.clause == clause]
        if not before or not any(quote.items[at].clause < clause for at in taken):
            continue
        if clause in quote.relative:
            run = quote.items[before[-1]].run
            heads = [at for at in before if quote.items[at].run == run] + before[-2:]
            if not set(heads) & set(taken):
                return ["who is meant"]
        else:
            start = quote.items[inside[0]].start
            opening = quote.text[quote.items[before[-1]].end : start + 24].lstrip(" ,;:.—–-")
            if _SPEAKER.match(opening):
                return ["who is meant"]  # "she held the lamp and I set the bone"
            if _PRONOUN.match(opening):
                continue
            if clause - 1 in quote.relative:  # the clause that the relative one broke goes on
                inside = [at for at, item in enumerate(quote.items) if item.clause == clause - 2]
            elif _SUBJECTLESS.match(opening):
                inside = before
            subject = _subject(quote, inside)
            if subject and not set(subject) & set(taken):
                return ["who is meant"]
    return []


def _told_of_another(said: Reading, quote: Reading, taken: Sequence[int]) -> list[str]:
    """Say where what somebody says of one thing is told without it: "said that the quay had sunk"."""
    for match in _TELLS.finditer(quote.text):
        if _PRONOUN.match(quote.text, match.end()) or _PRONOUN_SAID.search(said.text):
            continue
        inside = [at for at, item in enumerate(quote.items) if item.start >= match.end()]
        inside = [at for at in inside if quote.items[at].clause == quote.items[inside[0]].clause]
        subject = _subject(quote, inside)
        if subject and not set(subject) & set(taken) and set(inside) & set(taken):
            return ["who is meant"]
    return []


def _subject(quote: Reading, places: Sequence[int]) -> list[int]:
    """Return the places of a clause's subject: its first words that no preposition governs."""
    found: list[int] = []
    for place in places:
        item = quote.items[place]
        if item.kind == "date" or (item.preposition and not found):
            continue
        if found and quote.text[quote.items[found[-1]].end : item.start].strip():
            break
        found.append(place)
    return found[:4]


def _passed_over(said: Reading, quote: Reading, taken: Sequence[int]) -> list[str]:
    """Say where a value was taken that belongs to another name, or a possessor for what it possesses."""
    for one, other in pairwise(taken):
        between = [quote.items[at] for at in range(one + 1, other)]
        target = quote.items[other]
        if target.kind in {"number", "date"}:
            rivals = [item for item in between if item.kind == target.kind and (item.date or alike(item, target))]
            strangers = [item for item in between if item.kind == "name" and not item.preposition]
            if rivals and strangers:
                return ["order"]
        if any(alike(item, quote.items[one]) for item in between) and any(alike(item, target) for item in between):
            return ["order"]  # "5 in 1990 and 7 in 2000" does not hold "5 in 2000"
        if one == taken[0] and other > one + 1 and _narrowed(quote, one):
            return ["a condition"]
    return []


def _narrowed(quote: Reading, place: int) -> bool:
    """Tell whether "under 12" or "without a card" narrows the words at a place."""
    following = quote.items[place + 1]
    match = _NARROWS.match(quote.text, quote.items[place].end)
    return match is not None and match.end() <= following.end


def _slots(said: Reading, quote: Reading, chosen: Sequence[int | None]) -> list[str]:
    """Say where a value stands beside a word that has another one beside it in the quote.

    "A million visited Rome" is not held by "A million visited Oslo, whose most popular site is Rome".
    """
    for at in range(1, len(chosen)):
        one, other = chosen[at - 1], chosen[at]
        if one is None or other is None or other <= one + 1 or not _beside(said, at):
            continue
        before, after = said.items[at - 1], said.items[at]
        behind, ahead = quote.items[one + 1], quote.items[other - 1]
        if after.kind != "word" and _beside(quote, one + 1) and _another(behind, quote.items[other], after):
            wrong = not _in_list(quote, one + 1, other)
        elif before.kind == "name" and after.kind == "word" and _beside(quote, other) and not ahead.preposition:
            wrong = _another(ahead, quote.items[one], before) and not _in_list(quote, one, other - 1)
        else:
            wrong = False
        if wrong:
            return ["another stands there"]
        if (
            before.quantity
            and after.preposition
            and any(alike(item, quote.items[one]) for item in quote.items[one + 1 : other])
        ):
            return ["another stands there"]
    return []


def _another(rival: Item, mine: Item, said: Item) -> bool:
    return rival.kind == mine.kind == said.kind and rival.run != mine.run and rival.preposition == said.preposition


def _beside(reading: Reading, at: int) -> bool:
    """Tell whether only small words stand between an item and the one before it."""
    between = reading.text[reading.items[at - 1].end : reading.items[at].start]
    return bool(_SMALL_WORDS.fullmatch(between))


def _in_list(quote: Reading, one: int, other: int) -> bool:
    """Tell whether two items are members of one list, whatever is counted in it."""
    first, last = quote.items[one], quote.items[other]
    counted = {canon(word) for word in (first.quantity.counted if first.quantity else ())}
    between = quote.items[one + 1 : other]
    if any(item.kind == "word" and item.key not in counted for item in between):
        return False
    joined = quote.text[first.end : last.start]
    return bool(re.search(r",|\b(?:and|or)\b", joined)) and not re.search(
        r"\b(?:is|are|was|were|who|which|that|with|but)\b", joined
    )
