"""Does a quote tell its value of what is asked: of that thing, by that rate, for that time? Pure rules.

"We spent 612 euros, not counting the flights" prices no flight; "6.8 kilometres were in the ground" is no weekly rate;
"last year we sold 212" tells nothing of this year. The reader weighs the words that are alike and misses these.
"""

from __future__ import annotations

import re

from rag import words
from rag.records import Evidence, Span

_LEFT_OUT = re.compile(
    r"\b(?:not\s+(?:counting|including)|excluding|exclusive\s+of|apart\s+from|aside\s+from|except(?:\s+for)?|other\s+than|leaving\s+(?:out|aside))\s+"
    r"(?P<what>[^,.;:()]+)",
    re.IGNORECASE,
)
_LEAVES_OUT = re.compile(
    r"\bnot\s+(?:count|includ)|\bexclud|\b(?:apart|aside|except|besides?|without|other\s+than)\b", re.IGNORECASE
)
_RATE = re.compile(
    r"\bhow\s+(?:much|many|far|often)\b.*\b(?:per|an?|each|every|in\s+an?|in\s+one)\s+(?P<unit>hour|day|night|week|month|year)\W*$",
    re.IGNORECASE,
)
_BY = {
    "hour": r"hour(?:s|ly)?|mph|kph|km/h",
    "day": r"days?|daily",
    "night": r"nights?|nightly",
    "week": r"weeks?|weekly",
    "month": r"months?|monthly",
    # A figure for one year, told by its number or its neighbours, is one a year.
    "year": r"years?|yearly|annual(?:ly)?|(?:1[5-9]|20)\d\d|annum|season",
}
_HOW_MANY = re.compile(
    r"\bhow\s+many\s+(?:of\s+the\s+|other\s+|more\s+|different\s+)?"
    r"(?P<what>[a-z][\w-]*(?:\s+(?:members?|people|persons?)\b)?)",
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"^(?:(?:only|about|around|nearly|almost|some|over|exactly)\s+)?(?:[\d,.]+|[a-z]+(?:-[a-z]+)?)\s+"
    r"(?P<what>[a-z]{3,}s|people|men|women|children)\b",
    re.IGNORECASE,
)
# Words under which anything may be counted.
_ANYTHING = frozenset(
    words.stem(word)
    for word in "people person member times things items ways kinds types pieces others units individuals".split()
)
_NOW = re.compile(
    r"\bso\s+far\b|\bto\s+date\b|\bthis\s+(?:year|month|season|term)\b|\b(?:currently|nowadays|at\s+present|at\s+the\s+moment|right\s+now|yet)\b",
    re.IGNORECASE,
)
_THEN = re.compile(
    r"\b(?:last|the\s+previous|the\s+preceding)\s+(?:year|month|season|term|time)\b|\bthe\s+year\s+before\b|\ba\s+year\s+(?:earlier|ago)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"[;:]|,\s+(?:but|and|while|whereas|although|against|compared)\b|\b(?:than|while|whereas)\b", re.IGNORECASE
)


def outside(question: str, piece: Evidence, near: str = "") -> str:
    """Say what the value of a piece is not told of, "" where nothing speaks against it.

    ``near`` is what is known of the document.
    """
    return (
        _left_out(question, piece) or _rate(question, piece) or _time(question, piece) or _count(question, piece, near)
    )


def _count(question: str, piece: Evidence, near: str) -> str:
    """Say that a quote counts something else than the document calls what is asked about.

    A document that speaks of passengers and of crew members means two things by them: 86 passengers are no crew.
    """
    asked = _HOW_MANY.search(question)
    counted = _COUNTED.match(piece.passage.quote(Span(piece.answer.start, piece.span.end)))
    if not asked or not counted or piece.answer == piece.span:
        return ""
    what = [word for word in words.content_words(asked["what"]) if word not in _ANYTHING]
    told = words.content_words(piece.quote)
    if not what or words.stem(words.fold(counted["what"])) in words.content_words(question):
        return ""
    known = set(words.content_words(near))
    if any(word in told for word in what) or not all(word in known for word in what):
        return ""
    return f"The nearest number counts “{counted['what']}”, not “{asked['what'].strip()}”."


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
    if not match or re.search(rf"\b(?:{_BY[match['unit'].casefold()]})\b", piece.quote, re.IGNORECASE):
        return ""
    return f"The nearest value is not one by the {match['unit'].casefold()}."


def _time(question: str, piece: Evidence) -> str:
    """Say that the clause with the answer tells of an earlier year than the one that is asked about."""
    asked = _NOW.search(question)
    if not asked or _THEN.search(question) or piece.answer == piece.span:
        return ""
    before = piece.passage.text[piece.span.start - piece.passage.start : piece.answer.start - piece.passage.start]
    told = _THEN.search(_CLAUSE.split(before)[-1])
    return f"The nearest value is that of “{told.group().casefold()}”." if told else ""
