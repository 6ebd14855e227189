"""Text to dates and times of day: what year, month, day, hour they name. Pure rules, offsets kept.

A date that is written in another way is the same date. One that leaves a part out is coarser and agrees with the
finer one, not the other way round. Words such as "yesterday" become dates where the document's own date is known.
"""

# ruff: noqa: E501 - a pattern is read in one line
from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_MONTH_NAMES = "january february march april may june july august september october november december".split()
_MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_MONTHS |= {name[:3]: number for name, number in _MONTHS.items()} | {"sept": 9}
_DAY_NAMES = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTH = r"(?P<month>january|february|march|april|may|june|july|august|september|october|november|december|(?:jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b\.?)"
_DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>1[0-9]\d\d|20\d\d|21\d\d)(?!\d|,\d{3}|\.\d)"
_CENTURY_FREE = r"(?!\w)"

# "may" is a word as well: as a month it needs a day or a year beside it, or a capital and "in", "of" before it.
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?<![\w.,/-])(?P<year>\d{4})-(?P<nmonth>1[0-2]|0[1-9])-(?P<day>3[01]|[12]\d|0[1-9])(?![\w-])",
        r"(?<![\w.,/-])(?P<day>3[01]|[12]\d|0?[1-9])\.(?P<nmonth>1[0-2]|0?[1-9])\.(?P<year>\d{4})(?![\w])",
        r"(?<![\w.,/-])(?P<first>\d{1,2})/(?P<other>\d{1,2})/(?P<year>\d{4})(?![\w/])",
        rf"\b{_MONTH}\s(?:the\s)?{_DAY}{_CENTURY_FREE}(?:,?\s(?:of\s)?{_YEAR})?",
        rf"(?<![\w.,$€£-])(?:the\s)?{_DAY}\s(?:day\s)?(?:of\s)?{_MONTH}{_CENTURY_FREE}(?:,?\s(?:of\s)?{_YEAR})?",
        rf"\b{_MONTH},?\s(?:of\s)?{_YEAR}",
    )
)
_ALONE = re.compile(r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b")
_MAY_BEFORE = re.compile(
    r"\b(?:in|of|since|until|by|from|to|during|last|next|this|early|late|mid|through|and|after|before)[\s-]$",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"\b(?:(?P<way>last|next|this)\s)?(?P<weekday>" + "|".join(_DAY_NAMES) + r")\b", re.IGNORECASE)
_RELATIVE = re.compile(
    r"\b(?P<day>today|yesterday|tomorrow)\b|\b(?P<way>last|next|this)\s(?P<unit>month|year)\b", re.IGNORECASE
)
_TIME = re.compile(
    r"(?<![\w.,$€£-])(?P<hour>2[0-3]|1\d|0?\d)(?:[:.](?P<minute>[0-5]\d))?(?::[0-5]\d)?\s?(?P<half>[ap])\.?m\b\.?"
    r"|(?<![\w.,:$€£])(?P<hour24>2[0-3]|[01]?\d):(?P<minute24>[0-5]\d)(?![\d:])"
    r"|\b(?P<named>noon|midnight|midday)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Date:
    """A date or a part of one, at ``start`` to ``end`` of a text; ``key`` for what only equals itself (a weekday).

    ``minute`` counts from midnight and stands alone.
    """

    start: int
    end: int
    year: int | None = None
    month: int | None = None
    day: int | None = None
    minute: int | None = None
    key: str = ""

    def within(self, other: Date) -> bool:
        """Tell whether ``other`` says all that this date says."""
        mine = (self.year, self.month, self.day, self.minute, self.key or None)
        theirs = (other.year, other.month, other.day, other.minute, other.key or None)
        return all(part is None or part == their for part, their in zip(mine, theirs, strict=True))


_Read = Callable[[re.Match[str], date | None], Date | None]


def dates(text: str, today: date | None = None) -> list[Date]:
    """Return the dates and times of a text in order; ``today`` is the day on which it was written, if known."""
    found: list[Date] = []
    for match, read in _matches(text):
        if all(match.end() <= one.start or match.start() >= one.end for one in found):
            made = read(match, today)
            if made:
                found.append(made)
    return sorted(found, key=lambda one: one.start)


def _matches(text: str) -> Iterator[tuple[re.Match[str], _Read]]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield match, _date
    for match in _TIME.finditer(text):
        yield match, _time
    for match in _ALONE.finditer(text):
        if match.group() not in {"May", "March"} or _MAY_BEFORE.search(text[: match.start()]):
            yield match, _month
    for match in _WEEKDAY.finditer(text):
        yield match, _weekday
    for match in _RELATIVE.finditer(text):
        yield match, _relative


def _month(match: re.Match[str], today: date | None) -> Date:
    return Date(match.start(), match.end(), month=_MONTHS[match.group().casefold()])


def _date(match: re.Match[str], today: date | None) -> Date | None:
    given = match.groupdict()
    year = int(given["year"]) if given.get("year") else None
    if given.get("first"):
        first, other = int(given["first"]), int(given["other"])
        if first <= 12 and other <= 12 and first != other:
            return Date(match.start(), match.end(), key=match.group())  # 3/6/2019: which of the two is the month?
        month, day = min(first, other) if first != other else first, max(first, other)
        return Date(match.start(), match.end(), year, month, day) if month <= 12 and day <= 31 else None
    if given.get("nmonth"):
        return Date(match.start(), match.end(), year, int(given["nmonth"]), int(given["day"]))
    name = given["month"].casefold().rstrip(".")
    if name in {"may", "mar", "march"} and given["month"][0].islower():
        return None
    named = int(given["day"]) if given.get("day") else None
    return Date(match.start(), match.end(), year, _MONTHS[name], named)


def _time(match: re.Match[str], today: date | None) -> Date:
    if match["named"]:
        return Date(match.start(), match.end(), minute=0 if match["named"].casefold() == "midnight" else 720)
    if match["hour24"]:
        hour = int(match["hour24"])
        # Before 13:00 nobody can tell morning from evening.
        return Date(match.start(), match.end(), minute=hour * 60 + int(match["minute24"]), key="" if hour > 12 else ":")
    hour = int(match["hour"]) % 12 + (12 if match["half"].casefold() == "p" else 0)
    return Date(match.start(), match.end(), minute=hour * 60 + int(match["minute"] or 0))


def _weekday(match: re.Match[str], today: date | None) -> Date:
    wanted, way = _DAY_NAMES.index(match["weekday"].casefold()), (match["way"] or "").casefold()
    if today and way in {"last", "next"}:
        away = (today.weekday() - wanted - 1) % 7 + 1 if way == "last" else -((wanted - today.weekday() - 1) % 7 + 1)
        then = today - timedelta(days=away)
        return Date(match.start(), match.end(), then.year, then.month, then.day, key=match["weekday"].casefold())
    return Date(match.start(), match.end(), key=match["weekday"].casefold())


def _relative(match: re.Match[str], today: date | None) -> Date:
    if today is None:
        return Date(match.start(), match.end(), key=match.group().casefold())
    if match["day"]:
        then = today + timedelta(days={"today": 0, "yesterday": -1, "tomorrow": 1}[match["day"].casefold()])
        return Date(match.start(), match.end(), then.year, then.month, then.day)
    step = {"last": -1, "this": 0, "next": 1}[match["way"].casefold()]
    if match["unit"].casefold() == "year":
        return Date(match.start(), match.end(), today.year + step)
    months = today.year * 12 + today.month - 1 + step
    return Date(match.start(), match.end(), months // 12, months % 12 + 1)
