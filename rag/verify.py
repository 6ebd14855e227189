"""Does a quote hold a sentence? Says what speaks against it; no objection, and the sentence may be shown.

The gate is one-sided on purpose. A sentence that it refuses is replaced by the quote itself, which costs style; one
that it wrongly lets through is an invention with a citation behind it, which costs trust.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from rag import words

_NUMBER = re.compile(
    r"(?P<minus>(?<![\w.])[-−])?(?P<sign>[$€£¥₽]|\b(?:usd|eur|gbp|rub)\s?)?"
    r"(?<![\w.])(?P<digits>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?:(?P<ordinal>st|nd|rd|th)\b|(?P<glued>bn|[a-zµ°]{1,4})\b)?"
    r"(?:[\s-](?P<scale>hundred|thousand|million|billion|trillion|dozen)s?\b)?"
    r"(?P<percent>\s?(?:%|percent\b|per\s?cent\b))?(?:\s?(?P<after>[$€£¥₽°]))?",
    re.IGNORECASE,
)
# A number as it is written, with all that is glued to it: what a reader would see changed.
_WRITTEN = re.compile(r"(?:(?<![\w.])[-−])?\d[\w.,:/]*(?:\s?[%°])?")
_SMALL_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: number for number, word in enumerate(_SMALL_WORDS)} | {
    word: 10 * number for number, word in enumerate(_TENS, start=2)
}
_SCALES = {
    "hundred": 100,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "dozen": 12,
}
_SMALL_NUMBER = re.compile(r"\b(" + "|".join(word for word in _SMALL if word != "one") + r")\b", re.IGNORECASE)
_NEXT_WORD = re.compile(r"[\s-]([^\W\d_]+)")
_GLUED_SCALES = {"k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12}
_CURRENCY = {"$": "$", "usd": "$", "€": "€", "eur": "€", "£": "£", "gbp": "£", "¥": "¥", "₽": "₽", "rub": "₽"}
_CURRENCY_WORDS = {"dollar": "$", "euro": "€", "pound": "£", "yen": "¥", "rubl": "₽", "roubl": "₽"}

_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nor|neither|without|cannot|nothing|nobody|deny|denie[sd]|refus\w+|fail\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
# What makes a statement less than a fact, a fact of the future, or a fact about some only. Dropping or adding one
# changes what is said.
_QUALIFIERS = re.compile(
    r"\b(?:plan\w*|propos\w+|expect\w*|likely|unlikely|may|might|could|would|should|will|if|reported\w*|allege\w*"
    r"|believe\w*|suggest\w*|claim\w*|consider\w*|estimat\w+|approximately|about|almost|nearly|around|at least|at most"
    r"|possibl\w+|probabl\w+|potential\w*|appear\w*|seem\w*|aim\w*|intend\w*|slated|warn\w*|predict\w*|unless|except"
    r"|only|other\w*|instead|all|some|most|many|few|fewer|less|more|above|below|before|after|until|must|can|former\w*"
    r"|yet|partly|half|up to)\b",
    re.IGNORECASE,
)
# Words that tie a sentence together and may come and go.
_GLUE = frozenset(
    "a an the is are was were be been being am do does did has have had it its that which who this these those and "
    "also there s".split()
)
# Words of a question that name the kind of answer, not a fact: with a price in the quote, "costs" adds nothing to it.
_FRAME = {words.stem(word) for word in "cost price worth amount name called located share percentage date year".split()}


@dataclass(frozen=True, slots=True)
class Value:
    """A number in a text, with what it counts: a currency sign, ``%``, or the next word's stem ("" for none)."""

    number: Fraction
    unit: str

    def agrees(self, other: Value) -> bool:
        """Tell whether two values may be the same: equal numbers, and units equal where both have one."""
        return self.number == other.number and (not self.unit or not other.unit or self.unit == other.unit)


def values(text: str) -> list[Value]:
    """Return the numbers of a text: ``$100 million``, ``69%``, ``10,000-kilometer``, ``two dozen``, ``June 24``."""
    found = [_value(match, text) for match in _NUMBER.finditer(text)]
    for match in _SMALL_NUMBER.finditer(text):
        number = Fraction(_SMALL[match.group().casefold()])
        following = _next_word(text, match.end())
        scale = _SCALES.get(following.removesuffix("s"), 1)
        found.append(Value(number * scale, "" if scale != 1 else _unit(following)))
    return found


def _value(match: re.Match[str], text: str) -> Value:
    number = Fraction(match["digits"].replace(",", "")) * _SCALES.get((match["scale"] or "").casefold(), 1)
    number = -number if match["minus"] else number
    glued = (match["glued"] or "").casefold()
    sign = (match["sign"] or match["after"] or "").strip().casefold()
    if match["percent"]:
        return Value(number, "%")
    if sign in _CURRENCY:
        return Value(number * _GLUED_SCALES.get(glued, 1), _CURRENCY[sign])
    if glued or sign:
        return Value(number, glued or sign)
    return Value(number, _unit(_next_word(text, match.end())))


def _next_word(text: str, start: int) -> str:
    match = _NEXT_WORD.match(text, start)
    return words.fold(match[1]) if match else ""


def _unit(word: str) -> str:
    if word in words.FUNCTION_WORDS:
        return ""
    stem = words.stem(word)
    return _CURRENCY_WORDS.get(stem, stem)


def names(text: str) -> list[str]:
    """Return the words of a text that are written with a capital although no sentence begins with them, folded."""
    found = []
    for word, start, end in words.words(text):
        before = text[:start].rstrip(" \t\"'“‘(")
        begins = not before or before[-1] in ".!?:\n"
        if text[start:end][0].isupper() and not begins and word not in words.FUNCTION_WORDS:
            found.append(word)
    return found


def objections(sentence: str, quote: str, question: str) -> list[str]:
    """Say what in a sentence the quote does not hold; an empty list lets it pass.

    Numbers stand in the quote as they are written, in the same order and with the same units; so do names and all other
    words but glue, since a small model that re-orders or adds words changes who did what to whom. Words that only the
    question brings are allowed where they name the kind of answer. Negation and qualifiers are neither dropped nor
    added.
    """
    found = []
    theirs = values(quote)
    found += [
        f"number {value.number} {value.unit}".strip()
        for value in values(sentence)
        if not any(value.agrees(other) for other in theirs)
    ]
    if not _in_order(_written(sentence), _written(quote)):
        found.append("numbers that the quote does not have in this order")
    quoted_words = {word for word, _, _ in words.words(quote)}
    found += [f"name {name}" for name in names(sentence) if name not in quoted_words]
    if bool(_NEGATION.search(sentence)) != bool(_NEGATION.search(quote)):
        found.append("negation")
    found += [f"qualifier {word}" for word in sorted(_qualifiers(sentence) ^ _qualifiers(quote))]
    frame = _FRAME & set(words.content_words(question))
    if not _in_order([word for word in _wording(sentence) if word not in frame], _wording(quote)):
        found.append("words that the quote does not have in this order")
    return found


def _written(text: str) -> list[str]:
    """Return the numbers of a text as they are written, but for thousands separators and the point behind them."""
    return [match.group().replace(",", "").replace("−", "-").rstrip(".:/") for match in _WRITTEN.finditer(text)]


def _qualifiers(text: str) -> set[str]:
    return {words.stem(match.group().casefold()) for match in _QUALIFIERS.finditer(text)}


def _wording(text: str) -> list[str]:
    """Return the words of a text, stemmed, but for glue and for values, which are compared on their own."""
    stems = [words.stem(word) for word, _, _ in words.words(text) if word not in _GLUE]
    return [
        stem
        for stem in stems
        if not any(c.isdigit() for c in stem)
        and stem not in _SMALL
        and stem not in _SCALES
        and stem not in _CURRENCY_WORDS
    ]


def _in_order(needles: Sequence[str], haystack: Sequence[str]) -> bool:
    rest = iter(haystack)
    return all(needle in rest for needle in needles)
