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
    r"(?P<sign>[$€£¥₽]|\b(?:usd|eur|gbp|rub)\s?)?"
    r"(?P<digits>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<ordinal>st|nd|rd|th)?\b"
    r"(?:[\s-](?P<scale>hundred|thousand|million|billion|trillion|dozen)s?\b)?"
    r"(?P<percent>\s?(?:%|percent\b|per\s?cent\b))?",
    re.IGNORECASE,
)
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
_CURRENCY = {"$": "$", "usd": "$", "€": "€", "eur": "€", "£": "£", "gbp": "£", "¥": "¥", "₽": "₽", "rub": "₽"}
_CURRENCY_WORDS = {"dollar": "$", "euro": "€", "pound": "£", "yen": "¥", "rubl": "₽", "roubl": "₽"}

_NEGATION = re.compile(
    r"\b(?:no|not|never|none|nor|neither|without|cannot|nothing|nobody|deny|denie[sd]|refus\w+|fail\w*)\b|n['’]t\b",
    re.IGNORECASE,
)
# What makes a statement less than a fact, or a fact of the future. Dropping one changes what is said.
_HEDGES = re.compile(
    r"\b(?:plan\w*|propos\w+|expect\w*|likely|unlikely|may|might|could|would|should|will|if|reported\w*|allege\w*"
    r"|believe\w*|suggest\w*|claim\w*|consider\w*|estimat\w+|approximately|about|almost|nearly|around|at least"
    r"|possibl\w+|probabl\w+|potential\w*|appear\w*|seem\w*|aim\w*|intend\w*|slated|warn\w*|predict\w*)\b",
    re.IGNORECASE,
)


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
    if match["percent"]:
        return Value(number, "%")
    if match["sign"]:
        return Value(number, _CURRENCY[match["sign"].strip().casefold()])
    return Value(number, _unit(_next_word(text, match.end())))


def _next_word(text: str, start: int) -> str:
    match = re.compile(r"[\s-]([^\W\d_]+)").match(text, start)
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

    Checked are numbers with their units, names, negation, hedges, and that the words that the question did not bring
    stand in the quote in the same order: a small model that re-orders or adds words changes who did what to whom.
    """
    found = []
    theirs = values(quote)
    found += [
        f"number {value.number} {value.unit}".strip()
        for value in values(sentence)
        if not any(value.agrees(other) for other in theirs)
    ]
    quoted_words = {word for word, _, _ in words.words(quote)}
    found += [f"name {name}" for name in names(sentence) if name not in quoted_words]
    if bool(_NEGATION.search(sentence)) != bool(_NEGATION.search(quote)):
        found.append("negation")
    hedges = {words.stem(match.group().casefold()) for match in _HEDGES.finditer(quote)}
    kept = {words.stem(match.group().casefold()) for match in _HEDGES.finditer(sentence)}
    found += [f"hedge {hedge}" for hedge in sorted(hedges ^ kept)]
    given = set(words.content_words(question))
    new = [word for word in _wording(sentence) if word not in given]
    if not _in_order(new, _wording(quote)):
        found.append("words that the quote does not have in this order")
    return found


def _wording(text: str) -> list[str]:
    """Return the content words of a text that are no part of a value: values are compared on their own."""
    return [
        word
        for word in words.content_words(text)
        if not any(c.isdigit() for c in word)
        and word not in _SMALL
        and word not in _SCALES
        and word not in _CURRENCY_WORDS
    ]


def _in_order(needles: Sequence[str], haystack: Sequence[str]) -> bool:
    rest = iter(haystack)
    return all(needle in rest for needle in needles)
