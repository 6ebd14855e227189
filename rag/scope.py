"""Does a quote tell its value of what is asked: of that thing, by that rate, for that time? Pure rules.

"We spent 612 euros, not counting the flights" prices no flight; "by May 6.8 kilometres were laid" is no weekly rate;
"last year we sold 212" tells nothing of this year; 86 passengers are no crew. The reader weighs the words that are
alike and misses these. All of it is about values: what was done last year may hold today.
"""

from __future__ import annotations

import re

from rag import words
from rag.records import Evidence, Span

_ASKS_A_VALUE = re.compile(
    r"\bhow\s+(?:much|many)\b|\b(?:cost|costs|price|fee|fare|rent|salary|number|total|sum)\b", re.IGNORECASE
)
_LEFT_OUT = re.compile(
    r"\b(?:not\s+(?:counting|including)|excluding|exclusive\s+of|except(?:\s+for)?|leaving\s+(?:out|aside))\s+"
    r"(?P<what>(?:the\s+|any\s+|all\s+)?[\w’'-]+(?:\s+[\w’'-]+){0,3})",
    re.IGNORECASE,
)
_LEAVES_OUT = re.compile(
    r"\bnot\s+(?:count|includ)|\bexclud|\b(?:apart|aside|except|besides?|without|other\s+than|before|net|plus|minus)\b",
    re.IGNORECASE,
)
_RATE = re.compile(
    r"\bhow\s+(?:much|many|far)\b.*\b(?:per|an?|each|every|in\s+an?)\s+(?P<unit>hour|day|night|week|month|year)\W*$",
    re.IGNORECASE,
)
_BY = {
    "hour": r"hour(?:s|ly)?|mph|kph|km/h|p\.?h",
    "day": r"days?|daily|24\s?hours|p\.?d",
    "night": r"nights?|nightly|days?",
    "week": r"weeks?|weekly|p\.?w",
    "month": r"months?|monthly|p\.?m",
    # A figure for one year, told by its number or its neighbours, is one a year.
    "year": r"years?|yearly|annual(?:ly)?|(?:1[5-9]|20)\d\d|annum|season|p\.?a",
}
# What was reached by some day: a sum, not a rate.
_REACHED = re.compile(
    r"\b(?:by\s+(?:the\s+(?:end|start|middle)\s+of\s+)?(?:(?-i:[A-Z])\w+|\d)|so\s+far|to\s+date|in\s+(?:total|all)|altogether)\b",
    re.IGNORECASE,
)
# Things that a text counts beside each other, each with its synonyms: one of them is none of the others.
_APART = tuple(
    tuple(frozenset(words.stem(word) for word in names.split("/")) for names in group.split())
    for group in """
    passengers/travellers/travelers crew/sailors/seamen vehicles/cars/lorries/trucks
    employees/workers/staff customers/guests/visitors/patients
    pupils/students/children teachers/parents
    men/boys women/girls
    deaths/dead/killed injured/wounded/hurt missing arrested/detained
    cows/cattle pigs sheep goats horses hens/chickens/poultry bees moths butterflies
    cars buses trains trams bicycles/bikes ships/boats planes/aircraft
    tickets seats/places
    """.strip().splitlines()
)
_HOW_MANY = re.compile(
    r"\bhow\s+many\s+(?:of\s+the\s+|other\s+|more\s+|different\s+)?(?P<what>[a-z][\w-]*)", re.IGNORECASE
)
_COUNTED = re.compile(
    r"^(?:(?:only|about|around|nearly|almost|some|over|exactly)\s+)?(?:[\d,.]+|[a-z]+(?:-[a-z]+)?)\s+(?P<what>[a-z]{3,})\b",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\bso\s+far\b|\bto\s+date\b|\bthis\s+(?:year|month|season|term)\b"
    r"|\b(?:currently|nowadays|at\s+present|at\s+the\s+moment|right\s+now)\b",
    re.IGNORECASE,
)
_THEN = re.compile(
    r"(?<!since )\b(?:last|the\s+previous|the\s+preceding)\s+(?:year|month|season|term|time)\b"
    r"|\bthe\s+year\s+before\b|\ba\s+year\s+(?:earlier|ago)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[;:]|,\s+(?:but|and|while|whereas|although|against|compared)\b|\b(?:than|while|whereas)\b", re.IGNORECASE
)


def outside(question: str, piece: Evidence) -> str:
    """Say what the value of a piece is not told of, "" where nothing speaks against it."""
    if not _ASKS_A_VALUE.search(question):
        return ""
    return _left_out(question, piece) or _rate(question, piece) or _time(question, piece) or _count(question, piece)


def _left_out(question: str, piece: Evidence) -> str:
    """Say that a quote leaves out the very thing that is asked about."""
    if _LEAVES_OUT.search(question):
        return ""
    asked = words.content_words(question)
    for match in _LEFT_OUT.finditer(piece.quote):
        start, end = piece.span.start + match.start("what"), piece.span.start + match.end("what")
        inside = piece.answer != piece.span and start <= piece.answer.start and piece.answer.end <= end
        left_out = words.content_words(match["what"])
        rest = words.content_words(piece.quote.replace(match["what"], " "))
        if not inside and left_out and left_out[0] in asked and left_out[0] not in rest:
            return f"The nearest value leaves out “{match['what'].strip()}”."
    return ""


def _rate(question: str, piece: Evidence) -> str:
    match = _RATE.search(question)
    unit = match["unit"].casefold() if match else ""
    if not unit or re.search(rf"\b(?:{_BY[unit]})\b", piece.quote, re.IGNORECASE) or not _REACHED.search(piece.quote):
        return ""
    return f"The nearest value is not one by the {unit}."


def _time(question: str, piece: Evidence) -> str:
    """Say that the clause with the answer tells of an earlier year than the one that is asked about."""
    asked = _NOW.search(question)
    if not asked or _THEN.search(question) or piece.answer == piece.span:
        return ""
    before = piece.passage.quote(Span(piece.span.start, piece.answer.start))
    told = _THEN.search(_CLAUSE.split(before)[-1])
    return f"The nearest value is that of “{told.group().casefold()}”." if told else ""


def _count(question: str, piece: Evidence) -> str:
    """Say that a quote counts another of the things that are counted beside what is asked about."""
    asked = _HOW_MANY.search(question)
    counted = _COUNTED.match(piece.passage.quote(Span(piece.answer.start, piece.span.end)))
    if not asked or not counted or piece.answer == piece.span:
        return ""
    what, instead = (words.stem(words.fold(match["what"])) for match in (asked, counted))
    told = words.content_words(piece.quote)
    for group in _APART:
        mine = next((names for names in group if what in names), frozenset[str]())
        if mine and mine.isdisjoint(told) and any(instead in names for names in group if names != mine):
            return f"The nearest number counts “{counted['what']}”, not “{asked['what']}”."
    return ""
