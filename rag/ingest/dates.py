"""The day a document says it was published or written: read where documents say so, and nowhere else.

A date in the middle of a story is when something happened; a wrong date is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = (
    r"(?P<month{0}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATE = (
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,?\s+)?(?:"
    rf"{_MONTH.format(1)}\s+(?P<day1>\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?P<year1>\d{{4}})"
    rf"|(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+{_MONTH.format(2)},?\s+(?P<year2>\d{{4}})"
    r"|(?P<year3>\d{4})-(?P<number3>\d\d)-(?P<day3>\d\d)"
    r"|(?P<day4>\d{1,2})\.(?P<number4>\d{1,2})\.(?P<year4>\d{4}))(?!\d)"
)
_LABELS = r"(?:first\s+)?(?:published|posted|released|issued|written|date|dated|publication\s+date|date\s+of\s+issue)"
# "Published on Monday, June 3, 2019 at 10:00", "Date: 2019-06-03".
_LABELLED = re.compile(rf"[\s*_>#|(]*{_LABELS}(?:\s+on)?[\s*_]*:?[\s*_]*{_DATE}", re.IGNORECASE)
# "LONDON, June 3, 2019 (Reuters) - ", "WASHINGTON (AP) — 3 June 2019 — ", "SEOUL, South Korea, June 3, 2019 —".
_PLACE = r"[\s*_]*(?-i:[A-Z][A-Z.'’\-]+(?:[ /][A-Z][A-Z.'’\-]+)*)(?:,\s*(?-i:[A-Z])[a-z.]+(?:\s(?-i:[A-Z])[a-z.]+)?)?"
_DATELINE = re.compile(rf"{_PLACE}\s*(?:\([\w .&]{{2,30}}\)\s*)?[,—–-]?\s*{_DATE}\s*(?:[—–:(-]|\Z)", re.IGNORECASE)
# "By Ann Lee | June 3, 2019", and a line below the headline that is nothing but a date and a time.
_BYLINE = re.compile(
    rf"[\s*_]*(?:by\s.{{2,60}}?[\s,|·•—–-]+)?{_DATE}[\s,|·•—–\d:.]*(?:[ap]\.?m\.?)?[\sA-Z]{{0,5}}[*_]*", re.IGNORECASE
)
# Where the head of a document ends: dates below stand in its story.
_HEAD_LINES = 12
_LONGEST_LINE = 400
_YEARS = range(1900, 2101)


def stated(text: str) -> str | None:
    """Return the day (ISO 8601) that the head of a text gives as its own; None where it gives none."""
    for number, line in enumerate(_head(text)):
        # A date that stands above everything is that of the page, the day it was printed or saved.
        patterns = (_LABELLED.match, _DATELINE.match, *((_BYLINE.fullmatch,) if number else ()))
        for match in (pattern(line) for pattern in patterns):
            day = match and _day(match)
            if day:
                return day
    return None


def iso_day(year: int, month: int, day: int) -> str | None:
    """Return a day as ISO 8601, None for one that is in no calendar or no lifetime of documents."""
    try:
        return date(year, month, day).isoformat() if year in _YEARS else None
    except ValueError:
        return None


def _head(text: str) -> Iterator[str]:
    lines = (line.strip() for line in text[: _HEAD_LINES * 1000].split("\n"))
    for _, line in zip(range(_HEAD_LINES), filter(None, lines), strict=False):
        yield line[:_LONGEST_LINE]


def _day(match: re.Match[str]) -> str | None:
    found = {name: value for name, value in match.groupdict().items() if value is not None}
    year, day = (int(value) for prefix in ("year", "day") for name, value in found.items() if name.startswith(prefix))
    named = next((value for name, value in found.items() if name.startswith("month")), None)
    if named is not None:
        return iso_day(year, 1 + _MONTHS.index(named[:3].lower()), day)
    return iso_day(year, int(next(value for name, value in found.items() if name.startswith("number"))), day)
