"""Which questions is a question made of? "Who makes it, and what does it cost?" asks two. Pure rules."""

from __future__ import annotations

import re

from rag import words
from rag.topics import RELATIONAL

# Where a second question begins inside one: "Who makes it, and what does it cost?" With less than a verb and a thing
# behind the question word ("and when?") the two are one question; without a comma a helping verb has to tell.
_WH = r"(?:(?:in|on|at|by|for|from|to|with)\s+)?(?:who|what|which|when|where|why|how)\b"
_HELPS = r"(?:is|are|was|were|do|does|did|has|have|had|will|can|could|would)\b"
_SECOND = re.compile(
    rf",\s*and\s+(?={_WH}(?:\W+\w+){{3,}}|{_HELPS})"
    rf"|\s+and\s+(?={_WH}(?:\W+\w+){{0,3}}?\W+{_HELPS})"
    r"|(?<=\?)\s+(?=[A-Z])",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|can|will)\b", re.I
)
_OF_IT = re.compile(rf"^{_WH}\s+(?:\w+\s+)?{_HELPS}\s+(?:it|he|she|they)\s+\w", re.IGNORECASE)
_COMMA_AND = re.compile(r",?\s+and\s+|,\s+", re.IGNORECASE)
_DETERMINED = re.compile(r"^(?:the|its|their|his|her)\s+", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“”«»]")


_BARE = (
    r"(?:(?:in|on|at|by|for|from|to|with|since)\s+)?(?:who|whom|what|which|when|where|why|how)"
    r"(?:\s(?:much|many|long|often|far|exactly))?"
)
# "..., and when?", "..., when, and for how much?": questions that leave out all but the question word.
_TAIL = re.compile(rf"(?:\s*,\s*(?:and\s+)?|\s+and\s+)(?P<bare>{_BARE})(?=\s*(?:,|\band\b|[?.!]*$))", re.IGNORECASE)
# So do "... and how many of them?" and "..., and on what date?" behind a question that begins with its question word.
_NOUN = r"(?!(?:is|are|was|were|do|does|did|has|have|had|can|will|of)\b)[\w’'-]+"
_TAIL_WITH_NOUN = re.compile(
    rf"^(?P<head>{_WH}.*?)\s*,?\s+and\s+(?P<bare>how\s+many\s+of\s+(?:them|these|those)|(?:what|which)\s+(?:date|day|month|year)"
    rf"|(?:in|on|at|to|for|from|by|with|since|until)\s+(?:what|which|whose|how\s+(?:many|much))\s+{_NOUN}(?:\s+{_NOUN})?)\W*$"
    rf"|^(?P<other>how\s+(?P<how>many|much)\s+{_NOUN}\s+{_HELPS}.*?)\s*,?\s+(?P<how_many>and\s+how\s+(?P=how)\s+{_NOUN})\W*$",
    re.IGNORECASE,
)
_INDIRECT = re.compile(
    r"\b(?:know|knows|known|say|says|mention\w*|matter|matters|choose|tell|tells|told|ask|asks|asked)\b", re.IGNORECASE
)
_TWO_WORDS = re.compile(rf"^(?P<one>{_BARE})\s+and\s+(?P<other>{_BARE})\s+(?P<rest>{_HELPS}.*)$", re.IGNORECASE)
# "What are its cost and length?", "What is the height and the weight of the arch?"
_NOUNS = re.compile(
    r"^(?P<ask>(?:what|who)\s+(?:is|are|was|were)\s+)(?P<whose>the|its|their|his|her|[\w’'-]+['’]s)\s+"
    r"(?P<nouns>[a-z][\w-]*(?:,\s+(?:the\s+|its\s+|their\s+)?[a-z][\w-]*)*,?\s+and\s+(?:the\s+|its\s+|their\s+)?[a-z][\w-]*)"
    r"(?P<of>\s+(?:of|for)\s+.+)?\W*$",
    re.IGNORECASE,
)


def parts_of(question: str) -> list[str]:
    """Return the questions that a question is made of, in order; most are made of one.

    A later one may be as short as "When?": it leans on those before it, as a follow-up does.
    """
    if _QUOTED.search(question):
        return [question]  # a title in quotation marks may hold anything
    return [part for whole in _wholes(question) for part in _pieces(whole)]


def _wholes(question: str) -> list[str]:
    parts = [part.strip(" ,") for part in _SECOND.split(question) if part and part.strip(" ,")]
    # A part that names nothing, not even as "it", is no question of its own.
    whole = not all(_ASKS.search(part) and (words.content_words(part) or _OF_IT.match(part)) for part in parts)
    return [question] if len(parts) < 2 or whole else [_asked(part) for part in parts]


def _pieces(question: str) -> list[str]:
    for split in (_two_words, _nouns, _tails):
        found = split(question)
        if found:
            return found
    return [question]


def _two_words(question: str) -> list[str]:
    match = _TWO_WORDS.match(question)
    return [_asked(f"{match[which]} {match['rest']}") for which in ("one", "other")] if match else []


def _nouns(question: str) -> list[str]:
    match = _NOUNS.match(question)
    if not match:
        return []
    nouns = [_DETERMINED.sub("", noun) for noun in _COMMA_AND.split(match["nouns"]) if noun]
    if not all(words.stem(words.fold(noun)) in RELATIONAL for noun in nouns):
        return []
    return [_asked(f"{match['ask']}{match['whose']} {noun}{match['of'] or ''}") for noun in nouns]


def _tails(question: str) -> list[str]:
    match = _TAIL_WITH_NOUN.match(question)
    if match and not _INDIRECT.search(question):
        head, bare = match["head"] or match["other"], match["bare"] or match["how_many"]
        return [*_pieces(_asked(head)), _asked(bare)]
    found = list(_TAIL.finditer(question))
    head = question[: found[0].start()] if found else ""
    if not words.content_words(head) or re.search(rf"\b{_BARE}$", head, re.IGNORECASE):
        return []
    return [_asked(head), *(_asked(match["bare"]) for match in found)]


def _asked(part: str) -> str:
    return f"{words.begun(part).rstrip('?!. ')}?"
