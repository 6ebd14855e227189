"""The same statement with its parts in another order: who said it, appositions, clauses, phrases, members. Pure.

The gate wants the words of a sentence in the order of its quote. A writer may open with the reason, name the mayor
before her office, or tell the second half first, and change nothing in what is said. Each way below keeps the meaning,
so an untrue sentence stays untrue in all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.gate.stance import marks

_SPEAKER = r"(?P<who>[^,;]{2,60}(?:, [^,;]{2,50})?)"
_SAYS = r"(?P<says>said|says|has said|have said)"
_SAID_BEHIND = re.compile(rf"^(?P<what>.{{8,}}?),?[\"”]?,\s(?:{_SAYS}\s{_SPEAKER})$")
_SAID_THERE = re.compile(rf"^(?P<what>.{{8,}}),\s(?P<who>[^,;]{{2,60}})\s{_SAYS}$")
_SAID_WITHIN = re.compile(rf"^(?P<what>[^,]{{2,60}}),\s{_SAYS}\s(?P<who>[^,;]{{2,60}}),\s(?P<rest>.{{4,}})$")
_SAID_ASIDE = re.compile(rf"^(?P<what>[^,]{{2,60}}),\s(?P<who>[^,;]{{2,60}})\s{_SAYS},\s(?P<rest>.{{4,}})$")
_SAID_BEFORE = re.compile(rf"^{_SPEAKER},?\s{_SAYS}\sthat\s(?P<what>.{{8,}})$")
# "Rosa Marten, the mayor, ..." and "the mayor, Rosa Marten, ...", at most seven words each.
_SHORT = r"(?:[^\s,;]+\s){0,6}[^\s,;]+"
_APPOSITION = re.compile(rf"^(?P<one>{_SHORT}),\s(?P<other>{_SHORT}),\s(?P<rest>.+)$")
_SPOKEN = re.compile(r"\b(?:said|says?|told|added|claim(?:s|ed)|according)\b")
# What is said of one half may be said of the other, too, or one half comes before the other.
_BOUND = re.compile(
    r"\b(?:that|who|whom|whose|which|where|because|as|when|while|than|then|later|afterwards|once|respectively|first|result"
    r"|so|therefore|hop\w+|fear\w*|alleg\w+|claim\w*|found|feel|felt|know|knew|think|thought|hears?|heard|sees?|saw)\b",
    re.IGNORECASE,
)
_REFERS = re.compile(r"(?:he|she|it|they|his|her|its|their|this|these|those|such)\b", re.IGNORECASE)
_JOINED = re.compile(r"(?P<mark>;\s(?:and\s|but\s)?|,?\s(?:and|but|while|whereas)\s)")
_AND = re.compile(r",?\sand\s")
# What opens a phrase that may as well close the sentence, and the other way round.
_OPENER = (
    r"(?:in|on|at|by|for|from|after|before|under|with|without|during|since|until|because|as|if|when|unless|once|provided"
    r"|except|despite|although|though|thanks|on account|owing|of|through|within|against|begun|held|built)"
)
_OPENS = re.compile(rf"{_OPENER}\b", re.I)
_OPENING = re.compile(rf"^(?P<phrase>{_OPENER}\b[^,;]{{2,90}}),\s(?P<rest>[^,;].+)$", re.I)
_CLOSING = re.compile(
    r"\s(?P<phrase>(?:after|before|because|as|if|when|unless|once|provided|since|until)\b[^,;]{8,90})$"
)
_STARTS = re.compile(r"[A-Z0-9]|(?:the|a|an|its|his|her|their|he|she|it|they|no|nobody|nothing|all)\b")
_FINITE = re.compile(
    r"(?:(?P<aux>is|are|was|were|has|have|had|will|would|may|can|could|must)|(?P<s>[a-z]{3,}s)|(?P<ed>[a-z]{2,}ed))\b"
)


def recasts(sentence: str) -> Iterator[str]:
    """Yield the same statement in other orders, without its full stop, as far as its form allows."""
    text = sentence.strip().rstrip(".").strip()
    said = list(speech(text))
    seen = {text}
    for one in (*said, *(other for start in (text, *said) for other in _once(start))):
        if one not in seen:
            seen.add(one)
            yield one


def _once(text: str) -> Iterator[str]:
    yield from _appositions(text)
    yield from _moved(text)
    # Each half or member must stand for itself: no denial, source, plan or condition, no order in time.
    if not marks(text) and not _BOUND.search(text):
        yield from _halves(text)
        yield from _members(text)


def speech(text: str) -> Iterator[str]:
    """Yield a statement with who says it in front, or behind where it is in front, as far as its form allows."""
    for pattern in (_SAID_BEHIND, _SAID_THERE):
        if match := pattern.match(text):
            yield f"{match['who']} {match['says']} that {match['what']}"
    for pattern in (_SAID_WITHIN, _SAID_ASIDE):
        if match := pattern.match(text):
            yield f"{match['who']} {match['says']} that {match['what']} {match['rest']}"
    if match := _SAID_BEFORE.match(text):
        yield f"{match['what']}, {match['says']} {match['who']}"


def _appositions(text: str) -> Iterator[str]:
    match = _APPOSITION.match(text)
    if (
        match
        and not _SPOKEN.search(f"{match['one']} {match['other']}")
        and not match["rest"].startswith(("and ", "or "))
    ):
        yield f"{match['other']}, {match['one']}, {match['rest']}"


def _moved(text: str) -> Iterator[str]:
    if _JOINED.search(text):
        return  # a phrase moved into the other half would be told of that
    if match := _OPENING.match(text):
        yield f"{match['rest']} {match['phrase']}"
    if _OPENS.match(text):  # "On the spit nine were counted"
        words = text.split()
        for cut in range(2, min(9, len(words) - 2)):
            if "," not in " ".join(words[:cut]) and _STARTS.match(words[cut]):
                yield f"{' '.join(words[cut:])} {' '.join(words[:cut])}"
    for match in _CLOSING.finditer(text):
        yield f"{match['phrase']}, {text[: match.start()].rstrip(',')}"


def _halves(text: str) -> Iterator[str]:
    for match in _JOINED.finditer(text):
        first, second = text[: match.start()], text[match.end() :]
        if min(len(first.split()), len(second.split())) >= 2 and not _REFERS.match(second):
            yield f"{second}{match['mark']}{first}"


def _members(text: str) -> Iterator[str]:
    """Yield what one subject has, or does, in the other order: "the caber weighs 150 pounds and is 19 feet long"."""
    for match in _AND.finditer(text):
        second = text[match.end() :]
        words = text[: match.start()].split()
        for cut in range(1, len(words)):
            if _alike(words[cut], second) and not any(map(_FINITE.match, words[:cut])):
                yield f"{' '.join(words[:cut])} {second} and {' '.join(words[cut:])}"


def _alike(first: str, second: str) -> bool:
    if first[0].isdigit() and second[0].isdigit():
        return True
    one, other = _FINITE.match(first), _FINITE.match(second)
    return bool(one and other and (one.lastgroup == other.lastgroup or "aux" in {one.lastgroup, other.lastgroup}))
