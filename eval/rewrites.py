"""A quote to shorter or otherwise written sentences that it holds, as a good small writer makes them. Rules, no model.

Each rewrite keeps what is said: a clause is picked, an insertion left out, a phrase moved, a value written another way.
Knows nothing of the gate.
"""

# ruff: noqa: E501 - a pattern is read in one line
from __future__ import annotations

import re
from collections.abc import Callable

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve".split()
_VERB = r"(?:is|are|was|were|has|have|had|did|[a-z]{3,}ed|became|began|won|made|took|led|held|wrote|built|sold|gave)"


def rewrites(quote: str) -> dict[str, str]:
    """Return the rewrites that can be made of one sentence, by kind; at most one a kind."""
    quote = re.sub(r"\s*\[[^\]]{1,20}\]", "", " ".join(quote.split()))
    found = {}
    for kind, rule in _RULES.items():
        made = rule(quote)
        if made and made != quote and len(made.split()) >= 4:
            found[kind] = made[0].upper() + made[1:]
    return found


def _swap(pattern: str, new: str | Callable[[re.Match[str]], str], flags: int = 0) -> Callable[[str], str]:
    compiled = re.compile(pattern, flags)
    return lambda text: compiled.sub(new, text, count=1)


def _clause(text: str) -> str:
    """Return what stands before ", and he ..." or ", but the ...": a whole statement of its own."""
    match = re.search(rf",\s(?:and|but|while|whereas)\s(?=(?:[\w'’]+\s){{1,4}}?{_VERB}\b)", text)
    head = text[: match.start()] if match else ""
    return (
        f"{head}."
        if re.search(rf"\b{_VERB}\b", head) and not re.search(r"[“\"(;]|^(?:While|Although|If|When)", head)
        else ""
    )


def _front_moved(text: str) -> str:
    """Move "In 1990, ..." to the end."""
    match = re.match(r"((?:In|On|During|At) [^,;]{3,24}), ((?:the|[A-Z])[^,;:()“\"]+)\.$", text)
    if not match or " and " in match[2]:
        return ""
    return f"{match[2][0].upper()}{match[2][1:]} {match[1][0].lower()}{match[1][1:]}."


def _tail_moved(text: str) -> str:
    """Move "... in 1990." to the front."""
    match = re.match(r"([^,;:()“\"]+?) (in (?:1[5-9]|20)\d\d)\.$", text)
    if not match or re.search(r"\b(?:and|that|which|who|since|from|before|after|between)\b", match[1]):
        return ""
    return f"In{match[2][2:]}, {_lowered(match[1])}."


def _lowered(text: str) -> str:
    first = text.split()[0]
    return (
        text[0].lower() + text[1:]
        if first in {"The", "A", "An", "This", "His", "Her", "It", "He", "She", "They"}
        else text
    )


def _active(text: str) -> str:
    match = re.match(
        r"((?:The |A |An )?[\w'’ -]{3,50}?) (?:was|were) ([a-z]+ed|built|led|written|sold|won) by ((?:the )?[A-Z][\w'’ -]+?)( in \d{4})?\.$", text
    )  # fmt: skip
    if not match or " and " in match[1] + match[3] or re.search(r" (?:in|on|at|for|as|to) ", match[3]):
        return ""
    verb = {"written": "wrote"}.get(match[2], match[2])
    return f"{match[3][0].upper()}{match[3][1:]} {verb} {_lowered(match[1])}{match[4] or ''}."


def _thousands(text: str) -> str:
    match = re.search(r"(?<![\d.,])(\d{1,3}),(\d{3})(?![\d,.]\d)", text)
    return text[: match.start()] + match[1] + match[2] + text[match.end() :] if match else ""


def _spelled(text: str) -> str:
    match = re.search(r"(?<=\s)([2-9]|1[0-2])(?=\s[a-z]{3,}s\b)(?! of)", text)
    return text[: match.start()] + _SMALL[int(match[1])] + text[match.end() :] if match else ""


def _figures(text: str) -> str:
    match = re.search(r"(?<=\s)(" + "|".join(_SMALL[2:]) + r")(?=\s[a-z]{3,}s\b)", text)
    return text[: match.start()] + str(_SMALL.index(match[1])) + text[match.end() :] if match else ""


_RULES: dict[str, Callable[[str], str]] = {
    "the quote": lambda text: text if text[-1] == "." else "",
    "clause picked": _clause,
    "parenthesis dropped": _swap(r"\s\((?![^)]*\d{3,} ?[–-])[^()]{2,60}\)", ""),
    "relative clause dropped": _swap(r", (?:which|who|where) [^,;()]{5,80},(?= [a-z])", ""),
    "trailing clause dropped": _swap(r", (?:which|where|making|including|such as|with) [^,;()“\"]{5,90}\.$", "."),
    "opening phrase moved": _front_moved,
    "closing phrase moved": _tail_moved,
    "active voice": _active,
    "day before month": _swap(rf"\b({_MONTHS}) (\d\d?), (\d{{4}})\b,?", r"\2 \1 \3"),
    "month before day": _swap(rf"\b(\d\d?) ({_MONTHS}) (\d{{4}})\b", r"\2 \1, \3"),
    "thousands joined": _thousands,
    "number in words": _spelled,
    "number in figures": _figures,
    "percent sign": _swap(r"(?<=\d) (?:percent|per cent)\b", "%"),
    "percent in words": _swap(r"(?<=\d)%(?!\w)", " percent"),
    "currency in words": _swap(
        r"(?<![A-Z])\$(\d[\d.,]*(?: (?:million|billion|trillion))?)(?=[ .,])(?![.,]\d)", r"\1 dollars"
    ),
    "unit spelled": _swap(r"(?<=\d) ?km(?![\w²2/])", " kilometres"),
    "unit short": _swap(r"(?<=\d) (?:kilometers|kilometres)\b", " km"),
    "country in full": _swap(r"\bU\.S\.(?= [a-z])", "United States"),
    "country short": _swap(r"\bthe United States\b(?! of| [A-Z])", "the U.S."),
}
