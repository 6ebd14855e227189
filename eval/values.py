"""Numbers, dates and names in a text, and which of them a quote lacks: compared as text, no model.

Written apart from ``rag.verify``: an instrument that shared the gate's rules would share its blind spots. It
compares values, a screen that needs no model, not a proof of what it passes.
"""

from __future__ import annotations

import re

from eval.normal import tokens
from rag.words import FUNCTION_WORDS

_MONTHS = "january february march april may june july august september october november december".split()
_MONTH_OF = {name: number for number, name in enumerate(_MONTHS, start=1)} | {
    name[:3]: number for number, name in enumerate(_MONTHS, start=1)
} | {"sept": 9}  # fmt: skip
_DAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_MONTH = "(?P<{0}>" + "|".join(sorted(_MONTH_OF, key=len, reverse=True)) + r")\b\.?"
_DAY = r"(?P<{0}>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<{0}>1\d{{3}}|20\d\d)"
# Longest forms first: what one has taken, the next does not see.
_DATES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b{_YEAR.format('year')}-(?P<number>[01]\d)-(?P<day>[0-3]\d)\b",
        rf"\b{_DAY.format('day')}(?: of)? {_MONTH.format('month')}(?:,? {_YEAR.format('year')}\b)?",
        rf"\b{_MONTH.format('month')} {_DAY.format('day')}\b(?!\d|[.,]\d)(?:,? {_YEAR.format('year')}\b)?",
        rf"\b{_MONTH.format('month')},? (?:of )?{_YEAR.format('year')}\b",
    )
]
# A month by itself is written out and in capitals: "may", "march" and "sec" are words.
_MONTH_ALONE = re.compile(r"\b(" + "|".join(name.capitalize() for name in _MONTHS) + r")\b")
_AMBIGUOUS = {"may", "march"}
_BEFORE_MONTH = re.compile(r"\b(?:in|since|until|till|by|last|next|this|early|late|mid|from|to|of|between|and) $", re.I)
_YEAR_ALONE = re.compile(
    r"(?<![\w.,:$€£¥-])(1[1-9]\d\d|20\d\d)(s?)(?![\w%]|[.,:]\d| (?:percent|per cent|million|billion|dollars|euros)\b)"
)
_DAY_ALONE = re.compile(r"\b(" + "|".join(_DAYS) + r")s?\b", re.IGNORECASE)

_SIGNS = {"dollar": "$", "dollars": "$", "euro": "€", "euros": "€", "pounds": "£", "yen": "¥", "percent": "%"}
_CURRENCIES = "$€£¥"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_OPENS = re.compile(r"(?:^|[.!?:\n])[\s\"'“‘(]*$")
_POSSESSIVE = re.compile(r"['’]s?$")
# Written with a capital and no name.
_NO_NAMES = {"i", *_MONTHS, *_DAYS, *FUNCTION_WORDS}


def dates(text: str) -> set[str]:
    """Return the dates of a text in parts: year ``2019``, decade ``1990s``, month ``m6``, its day ``m6d24``, weekday.

    In parts, so that "24 June" is held by "June 24, 2019".
    """
    return _split(text)[0]


def numbers(text: str) -> set[tuple[str, str]]:
    """Return the numbers of a text that belong to no date, each with ``%``, a currency sign, or "" for neither."""
    found = set()
    words = tokens(_split(text)[1])
    for at, word in enumerate(words):
        if word[-1].isdigit():
            before, after = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
            sign = before if before and before in _CURRENCIES else _SIGNS.get(after, "")
            found.add((word, sign or (after if after and after in _CURRENCIES else "")))
    return found


def names(text: str) -> set[str]:
    """Return the words written with a capital that no sentence opens with, folded; openers of a name too.

    A sentence's first word is taken for a name where another name or a possessive ending follows at once.
    """
    found: set[str] = set()
    for match in _WORD.finditer(text):
        word = _POSSESSIVE.sub("", match[0])
        if len(word) < 2 or not word[0].isupper() or word.casefold() in _NO_NAMES:
            continue
        if _OPENS.search(text[: match.start()]) and not _begins_name(match, text):
            continue
        found |= folded(word)
    return found


def folded(text: str) -> set[str]:
    """Return the words of a text without case, accents and possessive endings."""
    return {part for word in tokens(text) for part in _WORD.findall(word)}


def lacks_number(said: str, quotes: str) -> bool:
    """Tell whether a number is said that the quotes do not have with the same sign."""
    theirs = numbers(quotes) | {(part, "") for part in dates(quotes)}  # "1905" reads as a year, "1,905" does not
    return not all(any(_agree(one, other) for other in theirs) for one in numbers(said))


def lacks_date(said: str, quotes: str) -> bool:
    """Tell whether a part of a date is said that the quotes do not have."""
    return not dates(said) <= dates(quotes) | {number for number, _ in numbers(quotes)}


def lacks_name(said: str, quotes: str) -> bool:
    """Tell whether a name is said that the quotes do not have."""
    return not names(said) <= folded(quotes)


def _agree(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one[0] == other[0] and (not one[1] or not other[1] or one[1] == other[1])


def _split(text: str) -> tuple[set[str], str]:
    """Return the dates of a text, and the text with spaces in their place."""
    found: set[str] = set()

    def take(match: re.Match[str]) -> str:
        parts = match.groupdict()
        month = int(parts["number"]) if parts.get("number") else _MONTH_OF[parts["month"].casefold()]
        found.add(f"m{month}")
        if parts.get("day"):
            found.add(f"m{month}d{int(parts['day'])}")
        if parts.get("year"):
            found.add(parts["year"])
        return " "

    for pattern in _DATES:
        text = pattern.sub(take, text)
    for match in _MONTH_ALONE.finditer(text):
        word = match[1].casefold()
        if word not in _AMBIGUOUS or _BEFORE_MONTH.search(text[: match.start()]):
            found.add(f"m{_MONTH_OF[word]}")
    found |= {match[1].casefold() for match in _DAY_ALONE.finditer(text)}
    found |= {match[1] + match[2] for match in _YEAR_ALONE.finditer(text)}
    return found, _YEAR_ALONE.sub(" ", text)


def _begins_name(match: re.Match[str], text: str) -> bool:
    if _POSSESSIVE.search(match[0]):
        return True
    following = re.match(r" ([^\W\d_]+)", text[match.end() :])
    return bool(following and following[1][0].isupper() and len(following[1]) > 1)
