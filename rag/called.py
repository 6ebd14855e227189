"""Does an answer give a name where one is asked for, and is it that of whom it is asked for? Pure rules.

"Which company builds it?" is not answered by "a bridge", "the name of the ambassador" not by who opened the resort
with him among the guests. The rules speak up only where the question is plain; every other answer passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag import places, words

# Between "which" and its noun these are never: "In what year was the museum opened?" asks for no museum, "Which day at
# the museum is free?" neither.
NO_ADJECTIVE = (
    r"of|in|into|at|on|to|from|for|by|with|near|around|about|between|during|under|over|within|outside|inside|kinds?"
    r"|sorts?|types?|the|an?|this|that|these|those|his|her|its|their|our|your|my|do|does|did|will|would|can|could|should"
    r"|may|might|must|has|have|had|is|are|was|were|be|been|makes?|made|causes?|caused|led|keeps?|kept|gives?|gave"
    r"|happen\w*|drives?|drove|leads?|most|many|some|all|few|several|both"
)
_VERB = (
    r"(?:do|does|did|is|are|was|were|will|would|can|could|should|has|have|had|may|might|must|won|made|built|sold|bought"
    r"|wrote|led|ran|took|gave|found|sent|paid|held|began|went|came|got|said|told|lost|left|[a-z]+ed)"
)
# What asks ends in its noun: "What company data was stolen?" asks for no company.
ENDS_THERE = (
    rf"(?=\W*$|\s+(?:of|in|at|on|to|for|from|by|with|that|who|where|{_VERB})\b"
    r"|\s+[a-z]+s\s+(?:the|an?|its|his|her|their|it|him|them|more|less|most|(?-i:[A-Z]))|,)"
)


def _which(*passed_over: str) -> str:
    """Return the pattern of "which" and up to three words before its noun, none of them one of these."""
    words_before = "|".join((NO_ADJECTIVE, *passed_over))
    return (
        r"\b(?:what|which)\s+(?:of\s+(?:the|these|those|its|their|his|her)\s+)?"
        rf"(?:(?!(?:{words_before})\b)[\w’'-]+\s+){{0,3}}?"
    )


_BUSINESS = (
    r"banks?|compan(?:y|ies)|firms?|universit(?:y|ies)|colleges?|newspapers?|magazines?|websites?|airlines?|museums?"
    r"|hospitals?|brands?"
)
_BODY = r"group|gang|team|band|compan(?:y|ies)|firm|agency|organi[sz]ation|club|party|paper|ship|boat"
_OUTLAWS = r"(?:hack\w+|rebel|terror\w*|militant|armed|crime|criminal|rock|pop)\s+(?:groups?|gangs?)"
_GROUP = rf"^\W*what\s+(?:is|was|are|were)\s+(?:the|an?)\s+(?:\w+\s+){{0,2}}(?:{_BODY})s?\s+(?:called|named)\b"
# Things that have names. In SQuAD's training set 0.93 or more of the answers to "which" one of them have a capital, a
# number or a quotation mark, for every noun here asked for twelve times (counted once, by no command).
_NAMEABLE = (
    r"(?:country|countries|cit(?:y|ies)|towns?|villages?|rivers?|lakes?|islands?|count(?:y|ies)|provinces?|districts?"
    rf"|{_BUSINESS}|agenc(?:y|ies)|airports?|organi[sz]ations?|exchanges?|films?|movies?|plays?|songs?|albums?|operas?|novels?"
    r"|treat(?:y|ies)|ministers?|ambassadors?|presidents?|professors?|scholars?|historians?|journalists?|architects?|actors?"
    rf"|singers?|composers?|philosophers?|tribes?|leagues?|continents?|ports?|harbou?rs?|{_OUTLAWS})"
)
_OFFICE = (
    r"ambassador|minister|president|chairman|director|governor|mayor|secretary|chancellor|king|queen|envoy|general|colonel"
    r"|manager|owner|editor|judge|spokesman|spokeswoman|colleague|nurse|doctor|lawyer|agent"
)
_SOMEBODY = (
    rf"{_OFFICE}|captain|teacher|driver|author|founder|wife|husband|daughter|son|brother|sister|mother|father|man|woman|boy"
    r"|girl|child"
)
# What has a name of its own: a process or a dish may be called by any word.
_BEARER = rf"(?:{_NAMEABLE}|(?:{_BODY}|{_SOMEBODY})s?)"
_WHOSE = r"(?:the|an?|his|her|its|their|(?:[\w’'-]+\s+){0,3}[\w-]+['’]s)"
_NAME = r"(?:full\s+|first\s+|last\s+)?names?"
_NAMED = re.compile(
    rf"\b(?:what|which)(?:['’]s|\s+(?:is|was|are|were))\s+the\s+{_NAME}\s+of\s+{_WHOSE}\s+(?:[\w’'-]+\s+){{0,3}}?{_BEARER}"
    r"(?=\W*$|\s+(?:who|that|which|of|in|at|for|to|from|on|with|when|during)\b)"
    rf"|\bwhat(?:['’]s|\s+(?:is|was))\s+(?:[\w’'-]+\s+){{0,3}}?{_BEARER}['’]s?\s+{_NAME}\b"
    rf"|\bwhat(?:['’]s|\s+(?:is|was|are|were))\s+(?:his|her|their)\s+{_NAME}\b"
    rf"|{_GROUP}|{_which()}{_NAMEABLE}{ENDS_THERE}"
    rf"|\b(?:what|which)\s+(?:is|was|are|were)\s+the\s+(?:\w+\s+){{0,2}}?{_NAMEABLE}(?=\W*$|\s+(?:that|who|where)\b)",
    re.IGNORECASE,
)
# Asks which business it is, or which part of a country: a country is none.
_NAMED_BODY = re.compile(
    rf"{_GROUP}|{_which('countr(?:y|ies)', 'nations?', 'states?')}"
    rf"(?:{_BUSINESS}|{_OUTLAWS}|ports?|harbou?rs?|villages?|towns?|count(?:y|ies)|provinces?|districts?){ENDS_THERE}",
    re.IGNORECASE,
)
# Asks what something goes by: the answer may be made of the question's own words.
ASKS_A_NAME = re.compile(r"\b(?:names?|named|called|known\s+as|titled?|brands?)\b", re.IGNORECASE)
# A capital, also the one inside "easyJet", and what else is written like a name: "irs.gov", "3M".
_CAPITAL = re.compile(
    r"\b(?:[^\W\d_a-z]|[a-z]{1,6}[A-Z]|\d+[A-Z])[\w’'-]*|\b[a-z]\w*\.(?:com|org|net|gov|edu|info|[a-z]{2})\b"
)
_INNER_CAPITAL = re.compile(r"(?<=\w)\W+[A-Z]")
# Works whose name may be a number: "1984".
_MAY_BE_A_NUMBER = re.compile(
    r"\b(?:what|which)\s+(?:\w+\s+)?(?:albums?|songs?|films?|movies?|novels?|plays?)\b", re.IGNORECASE
)
# Several capitals in a row: the name of a company may be made of a country's and of what the question asks for.
_RUN = re.compile(r"\b[A-Z][\w’'&.-]*(?:\s+(?:(?:of\s+(?:the\s+)?|&\s+|and\s+)?[A-Z][\w’'&.-]*))+")
_NO_NAME = frozenset("the this that a an its their our".split())
_NOT_KNOWN = re.compile(
    r"\b(?:not|never|no|none|nobody|unknown|unnamed|undisclosed|anonymous)\b|n['’]t\b", re.IGNORECASE
)
_UNIONS = frozenset("eu europe european africa african asia asian".split())
# Of the longer names of countries.
_STATE = re.compile(r"\s+(?:Federation|Republic|Kingdom)\b")
# "This AI company" in a heading, all of whose words have a capital, names none.
_POINTS = re.compile(r"^\W*(?:this|these|that|those|some|another|such)\b", re.IGNORECASE)
# Asks for the name of someone by a role: "the name of the Russian ambassador who came".
_NAME_OF = re.compile(
    r"\bnames?\s+of\s+(?:the|a|an|his|her|their|(?:[\w’'-]+\s+){0,3}[\w-]+['’]s)\s+(?:[\w’'-]+\s+){0,3}?(?P<role>[a-z][\w’'-]*)"
    r"(?=\W*$|\s+(?:who|that|which|of|in|at|for|to|from|on|with|when|during)\b)"
)
# Roles that a sentence must name to name their holder; what else is named may go by another word.
_OFFICES = frozenset(words.stem(role) for role in _OFFICE.split("|"))
# Characters between a name and a role in one breath, and words that bring in somebody else.
_BESIDE = 60
_WITH = re.compile(r"\b(?:with|alongside|besides?|while|whose|after|before)\b", re.IGNORECASE)


def asks_for_one(question: str) -> bool:
    """Tell whether a question asks for something by its name."""
    return bool(_NAMED.search(question))


def names(question: str, answer: str) -> bool:
    """Tell whether an answer to a question that asks for a name has one that the question does not give, or says no.

    A country's is none where a business is asked for. Dates are to be taken out of the answer first.
    """
    if _NOT_KNOWN.search(answer):
        return True
    body = _NAMED_BODY.search(question)
    if body and _POINTS.search(answer):
        return False
    answer = _STATE.sub("", answer)
    if has_title(answer, question):
        return True
    if _MAY_BE_A_NUMBER.search(question) and any(character.isdigit() for character in answer):
        return True
    asked = set(words.content_words(question)) | _initials(body.group() if body else "")
    return any(
        stem not in asked
        for capital in _CAPITAL.findall(answer)
        if not (body and _is_country(capital))
        for stem in words.content_words(capital)
    )


def has_title(answer: str, question: str) -> bool:
    """Tell whether several capitals in a row have one that the question does not write so: "Mexico City"."""
    return any(
        part[0].isupper() and part not in question and part.lower() not in _NO_NAME and not _is_country(part)
        for run in _RUN.findall(answer)
        for part in run.split()
    )


def has_capitals(answer: str) -> bool:
    """Tell whether an answer has a capital behind its first word."""
    return bool(_INNER_CAPITAL.search(answer))


def someone_else(question: str, before: str, answer: str, following: str) -> bool:
    """Tell whether every name in an answer stands too far from the role whose holder's name is asked for.

    ``before`` and ``following`` are what its sentence has before and behind it. "Opened by Kim on June 24 alongside
    his wife, with the ambassador attending" names neither the wife nor the ambassador.
    """
    asked = _NAME_OF.search(question)
    if not asked:
        return False
    role = words.stem(words.fold(asked["role"]))
    text = f"{before}{answer}{following}"
    roles = [(start, end) for word, start, end in words.words(text) if words.stem(word) == role]
    if not roles:
        return role in _OFFICES
    return not any(
        _in_one_breath(text, first, last, start, end)
        for first, last in _new_names(question, answer, len(before))
        for start, end in roles
    )


def _new_names(question: str, answer: str, offset: int) -> Iterator[tuple[int, int]]:
    """Yield where the words with a capital stand that are no country's and not in the question."""
    known = set(words.content_words(question))
    for match in _CAPITAL.finditer(answer):
        if not _is_country(match.group()) and not known.issuperset(words.content_words(match.group())):
            yield offset + match.start(), offset + match.end()


def _in_one_breath(text: str, first: int, last: int, start: int, end: int) -> bool:
    gap = text[last:start] if last <= start else text[end:first]
    return len(gap) <= _BESIDE and not _WITH.search(gap)


def _is_country(name: str) -> bool:
    """Tell whether a capital is a country's, its people's or a union's: "Russia", "Russia-North"."""
    return all(places.is_one(part) and part not in _UNIONS for part in words.fold(words.bare(name)).split("-"))


def _initials(phrase: str) -> set[str]:
    """Return the short forms that words of a phrase may have, two to four each: "ai" of "artificial intelligence"."""
    first = [word[0] for word, _, _ in words.words(phrase)][1:]
    return {"".join(first[at : at + n]) for n in (2, 3, 4) for at in range(len(first) - n + 1)}
