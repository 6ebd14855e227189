"""A text to what it says, in order: names, numbers, dates and words, each with what governs it. Pure, no model.

An item's ``key`` is what two texts are compared by. Glue (articles, auxiliaries, pronouns) is left out; prepositions
are kept as the property of the item that they govern, clauses as a number.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal

from rag import words
from rag.gate.dates import Date, dates
from rag.gate.lexicon import aliases, canon, exact
from rag.gate.stance import Mark, marks
from rag.gate.values import Quantity, quantities

Kind = Literal["word", "name", "number", "date"]
# kind, key, start, end, and the value that it is
_Raw = tuple[Kind, str, int, int, Quantity | None, Date | None]

# What a preposition says; those of one group may stand for each other, "~" says nothing of its own.
_PREPOSITIONS = {
    word: group
    for group, members in {
        "~": "in on at of for with during within as via per throughout inside across along amid upon about like",
        "to": "to into toward towards onto",
        "from": "from",
        "by": "by",
        "before": "before prior",
        "after": "after following",
        "since": "since",
        "until": "until till through",
        "against": "against versus vs",
        "without": "without",
        "except": "except",
        "near": "near outside beside alongside",
        "under": "under below beneath",
        "over": "over above beyond",
        "between": "between",
    }.items()
    for word in members.split()
}
_GLUE = frozenset(
    "a an the is are was were be been being am do does did has have had having it its that which who whom whose this "
    "these those and or but also there s he she they him her his hers their them we our us i you your than then so "
    "while where when what how if because since although though however both either such own very just still now "
    "yet too well up out off down back away will would may might can could should must not no nor only some all any "
    "most more many much few other another each every several said says say told according one 's".split()
)
# Prepositions that a number's bound or range has taken in.
_OWN: frozenset[str] = frozenset()
_BOUNDING = {
    bound: frozenset(members.split())
    for bound, members in {
        "over": "over above", "under": "under below", "about": "about around", "almost": "to", "most": "to",
        "low": "between", "high": "between to",
    }.items()
}  # fmt: skip
# "The city of Lund" is Lund.
KINDS_OF_PLACE = frozenset(
    "city town village state country province region island river lake county year month".split()
)
# "Setting I", "Phase I"
_FIRST = re.compile(
    r"\b(?:setting|phase|part|stage|class|type|grade|level|group|model|lot|zone|war|act|staircase|section|chapter|volume|line)\s$",
    re.I,
)
# Small words that titles write with a capital; "Near" or "Will" with one are names.
_EVER_SMALL = frozenset(
    "the a an of and or in on at to for by with from is as it he she they we i his her their that this".split()
)
_NAMELESS = frozenset((*_PREPOSITIONS, *words.FUNCTION_WORDS))
_DETERMINERS = frozenset("such a an the its his her their our this that these those some any all both each".split())
# Commas that only list or insert do not end a clause; these words behind them do. ``which`` opens a relative clause.
VERB = (
    r"(?:is|are|was|were|has|have|had|will|would|can|could|did|does|[a-z]{3,}ed|won|lost|took|got|made|came|went|became"
    r"|gave|sold|bought|built|led|held|wrote|began|said|saw|rose|fell|grew|met|left|kept|paid|ran|sent|found|spent)\b"
)
_CLAUSE = re.compile(
    r"(?P<relative>,\s+(?=(?:which|who|whom|whose|where)\b))"
    r"|(?P<inserted>\()"
    r"|;\s+|\s[—–-]{1,2}\s|—|:\s+|(?<=[a-z0-9\])”\"])[.!?]+[”\")]*\s+(?=[\"“(]?[A-Z0-9])"
    r"|,?\s+(?=(?:while|whereas|although|though|because|but|until|when|if|unless)\b)"
    r"|,?\s+(?=and\s+(?:I|we|you|he|she|they|it)\s)"
    rf"|,?\s+(?=and\s+(?:(?:the|a|an|its|his|her|their)\s+)?(?:[\w'’-]+\s+){{0,3}}?{VERB})"
    rf"|,\s+(?=(?:[A-Z][\w'’-]*\s+){{1,3}}{VERB})"
)
OWNER = re.compile(r"['’]s?$")
_COMMA = re.compile(r",\s")
_BRACKET = re.compile(r"\)\s*")
_PARTICIPLE = (
    r"(?:[a-z]{2,}ed|[a-z]+wn|[a-z]+en|built|bought|brought|sold|made|held|led|won|lost|sung|hung|met|kept|paid|sent|"
    r"spent|found|taught|caught|fought|sought|told|shot|struck|cut|set|put|read|run|born|worn|torn|sworn|left|lent|lost|"
    r"laid|let|said|heard|hit|hurt|shut|fed|bred|done|gone|begun|bound|drawn|stuck|swept|won|wound|overthrown)"
)
_PASSIVE = re.compile(
    rf"\b(?:is|are|was|were|be|been|being|got)\s+(?:not\s+)?(?:\w+ly\s+)?(?P<verb>{_PARTICIPLE})\b"
    rf"|\b(?P<bare>{_PARTICIPLE})\s+(?:\w+ly\s+)?by\b"
    r"|\b(?P<noun>[a-z]+(?:ion|ment|ure|al|age|ance|ing|ery|ise|ase))\s+of\b[^.;,]{0,40}?\bby\b"
)
# "A bridge built in 1990": without an object behind it a participle may be of either voice.
_EITHER = re.compile(
    rf"\b(?P<verb>{_PARTICIPLE})\b(?=\s+(?:in|on|at|from|to|for|with|as|of|near|between|after|before|during|under)\b|[,.;)]|$)"
)
# "Mrs Berg asked for the minutes", "she offered to pay": who stands right before it did it.
_ACTS = re.compile(r"(?:\b[A-Z][\w’'-]*|\b(?:he|she|they|we|you|who|I))\s(?:\w+ly\s|also\s|then\s)?$")


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a text says. ``preposition`` governs it; ``clause`` numbers its clause, ``run`` its name."""

    kind: Kind
    key: str
    exact: str
    start: int
    end: int
    clause: int
    run: int
    preposition: str = ""
    governor: str = ""
    quantity: Quantity | None = None
    date: Date | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A text and what it says; ``relative`` are the clauses that speak of the words before their comma."""

    text: str
    items: tuple[Item, ...]
    marks: tuple[Mark, ...]
    passives: frozenset[str] = field(default_factory=frozenset)
    either: frozenset[str] = field(default_factory=frozenset)
    relative: frozenset[int] = field(default_factory=frozenset)
    borders: tuple[int, ...] = ()

    def clause(self, start: int) -> int:
        """Return the number of the clause at an offset."""
        return bisect_right(self.borders, start)


@lru_cache(maxsize=512)
def read(text: str, today: date | None = None, lower: frozenset[str] = frozenset()) -> Reading:
    """Read a text; ``today`` is the day on which it was written, ``lower`` words known not to be names."""
    clauses, relative = _clauses(text)
    taken: list[tuple[int, int]] = []
    raw: list[_Raw] = []
    for when in dates(text, today):
        raw.append(("date", "", when.start, when.end, None, when))
        taken.append((when.start, when.end))
    masked = _masked(text, taken)
    for quantity in quantities(masked):
        raw.append(("number", "", quantity.start, quantity.end, quantity, None))
        taken.append((quantity.start, quantity.end))
    for name, start, end in aliases(_masked(text, taken)):
        raw.append(("name", name, start, end, None, None))
        taken.append((start, end))
    for word, start, end in words.words(_masked(text, taken)):
        named = text[start].isupper() and not _begins(text, start) and word not in _EVER_SMALL
        named = named or (text[start:end] == "I" and bool(_FIRST.search(text[:start])))
        if (word in _GLUE or word in _PREPOSITIONS) and not named:
            continue
        small = _begins(text, start) and (word in words.FUNCTION_WORDS or word in lower)
        raw.append(("name" if text[start].isupper() and not small else "word", canon(word), start, end, None, None))
    raw.sort(key=lambda one: one[2])
    items, run = [], 0
    for at, (kind, key, start, end, counted, dated) in enumerate(raw):
        if at and not _continues(text, raw[at - 1], raw[at]):
            run += 1
        clause = bisect_right(clauses, start)
        says, governor = _preposition(text, start)
        if counted and governor in _BOUNDING.get(counted.bound, _OWN):
            says, governor = "", ""  # "over" of "over 60" is the number's own
        items.append(
            Item(kind, key, exact(key, text[start:end]), start, end, clause, run, says, governor, counted, dated)
        )
    passives = {canon(match["verb"] or match["bare"] or match["noun"]) for match in _PASSIVE.finditer(text)}
    either = {canon(match["verb"]) for match in _EITHER.finditer(text) if not _ACTS.search(text[: match.start()])}
    return Reading(
        text,
        tuple(items),
        tuple(marks(text)),
        frozenset(passives),
        frozenset(either),
        frozenset(relative),
        tuple(clauses),
    )


def _continues(text: str, one: _Raw, other: _Raw) -> bool:
    """Tell whether two words belong to one name: "St. Louis", "Bank of China", not "Rome's Julius"."""
    if one[0] != "name" or other[0] != "name" or OWNER.search(text[one[2] : one[3]]):
        return False
    between = text[one[3] : other[2]]
    return between in {" ", "-", " of ", " of the "} or (between == ". " and one[3] - one[2] <= 4)


def _clauses(text: str) -> tuple[list[int], set[int]]:
    """Return where clauses begin (but the first), and the numbers of those that speak of the words before them.

    Such a clause is a relative one or stands in parentheses; where it is closed, another border follows.
    """
    opened, borders = set(), set()
    for match in _CLAUSE.finditer(text):
        borders.add(match.end())
        if match.lastgroup in {"relative", "inserted"}:
            opened.add(match.end())
            closed = (_COMMA if match.lastgroup == "relative" else _BRACKET).search(text, match.end())
            if closed:
                borders.add(closed.end())
    ordered = sorted(borders)
    return ordered, {ordered.index(border) + 1 for border in opened}


def _masked(text: str, taken: list[tuple[int, int]]) -> str:
    for start, end in taken:
        text = f"{text[:start]}{'·' * (end - start)}{text[end:]}"
    return text


def _begins(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\"'“‘(")
    return not before or before[-1] in ".!?:\n"


def _preposition(text: str, start: int) -> tuple[str, str]:
    """Return what the preposition says that governs the word at ``start`` ("~" for "of" and the like), and itself."""
    before = re.findall(r"[\w'’%$€£-]+|[,;:.()]", text[max(0, start - 48) : start])
    for back, word in enumerate(reversed(before)):
        folded = word.casefold()
        if not back and word[0].isupper() and text[start].isdigit() and folded not in _NAMELESS:
            return "", ""  # "In Lund 46 of 80 guests"
        if folded == "to" and back and before[-back][0].islower() and before[-back] not in _DETERMINERS:
            return "", ""  # "to accept the offer"
        if folded == "to" and back + 1 < len(before) and before[-back - 2].casefold() == "according":
            return "~", ""  # a source, whatever verb the quote has for it
        if folded == "of" and back + 1 < len(before) and before[-back - 2].casefold() in KINDS_OF_PLACE:
            continue
        if folded in _PREPOSITIONS and (word == folded or back == len(before) - 1):
            return _PREPOSITIONS[folded], folded
        if back > 2 or not word[0].isalpha() or (folded in words.FUNCTION_WORDS and folded not in _DETERMINERS):
            return "", ""
        if back and (folded.endswith(("ed", "ing")) or (word[0].isupper() and before[-back][0].islower())):
            return "", ""  # "near Lund lies a bridge": the preposition has its name
    return "", ""
