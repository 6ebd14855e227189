"""Plain text: all of it is the document."""

from __future__ import annotations

import re

from rag.ingest import dates, furniture
from rag.ingest.decode import decode
from rag.records import Parsed

_LONGEST_HEADLINE = 120
# A line that is only a date heads a page, it does not name it: "Saturday, December 6, 2025", "2025-07-20 14:05".
_DATE_LINE = re.compile(
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s*)?"
    r"(?:\d{1,2}\.?\s+)?(?:(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s*)?[\d\s,./:-]*",
    re.IGNORECASE,
)


def parse(data: bytes, name: str) -> Parsed:
    """Return the text as it stands; the title is its first line where that reads like a headline."""
    text = decode(data)
    return Parsed(text, headline(text) or name, "text/plain", dates.stated(text), aside=furniture.spans(text))


def headline(text: str) -> str | None:
    """Return the first line that is not blank if it can be a title: short, not a sentence, not a mere date."""
    first = text.lstrip().partition("\n")[0].strip()
    if len(first) > _LONGEST_HEADLINE or first.endswith((".", ",", ";", ":")) or _DATE_LINE.fullmatch(first):
        return None
    return first if any(character.isalpha() for character in first) else None
