"""A true sentence to wrong ones: each differs from it in one value. Knows nothing of the gate that is to notice."""

# ruff: noqa: E501 - a pattern is read in one line
from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from rag.words import FUNCTION_WORDS

_MONTHS = "January February March April May June July August September October November December".split()
_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w]|[.,]\d)")
_WORDS = "two three four five six seven eight nine ten eleven twelve".split()
_NAME = re.compile(r"\b[A-Z][a-zà-ÿ'’-]+(?:\s[A-Z][a-zà-ÿ-]+)*")
_BE = re.compile(r"\b(is|are|was|were|has|have|had|will|can)\b")
_PAST = re.compile(r"(?<=\s)([a-z]{3,}ed)\b(?=\s(?!by\b))")
# Each pair is swapped in both directions.
_PAIRS = {
    "scale": "thousand/million million/billion billion/trillion hundred/thousand",
    "currency": "$/€ $/£ dollars/euros euros/pounds US$/A$ €/£ rubles/yuan yen/yuan",
    "unit": "kilometers/miles kilometres/miles km/miles meters/feet metres/feet kilograms/pounds kg/pounds tons/kilograms "
    "tonnes/kilograms hectares/acres liters/gallons litres/gallons hours/minutes days/weeks weeks/months months/years "
    "years/days °C/°F minutes/seconds percent/percentage_points %/_percentage_points",
    "bound": "at_least/at_most more_than/less_than over/under fewer/more nearly/over up_to/at_least about/exactly "
    "above/below before/after until/since",
    "quantifier": "some/all most/all many/few every/some all/most only/also both/neither",
    "superlative": "largest/smallest first/last first/second second/third highest/lowest oldest/youngest most/least "
    "largest/second-largest longest/shortest only/first",
    "modality": "will/may may/must can/must plans_to/refused_to must/may should/must",
    "antonym": "accepted/rejected rose/fell bought/sold won/lost opened/closed increased/decreased approved/rejected "
    "north/south northern/southern east/west eastern/western",
    "preposition": "from/to by/for to/by",
}
_SURE = re.compile(
    r"\b(?:plans? to|planned to|is expected to|are expected to|was expected to|is said to|is reported to|reportedly |allegedly |"
    r"may(?= [a-z])|might|hopes to|wants to|according to [^,.]+,?|,? (?:the )?\w+ said)\s*",
    re.I,
)


def spoilt(sentence: str, quote: str, names: list[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield (kind of change, wrong sentence). ``names`` are names of the same document; the quote's own come first."""
    for kind, change in _CHANGES.items():
        options = [text for text in change(sentence, quote, names, rng) if text != sentence]
        options = [text for text in options if _plain(text) not in _plain(quote)]
        if options:
            yield kind, rng.choice(options)


def _plain(text: str) -> str:
    return re.sub(r"[^\w%$€£-]", "", text).casefold()


def _digits(sentence: str, quote: str, names: list[str], rng: random.Random) -> list[str]:
    found = []
    for match in _NUMBER.finditer(sentence):
        digits = [at for at in range(match.start(), match.end()) if sentence[at].isdigit()]
        at = rng.choice(digits)
        new = rng.choice([d for d in "123456789" if d != sentence[at]])
        found.append(sentence[:at] + new + sentence[at + 1 :])
    for word in _WORDS:
        if re.search(rf"\b{word}\b", sentence):
            found.append(re.sub(rf"\b{word}\b", rng.choice([w for w in _WORDS if w != word]), sentence, count=1))
    return found


def _other_number(sentence: str, quote: str, names: list[str], rng: random.Random) -> list[str]:
    """Put another number of the quote in a number's place; years for years only."""
    mine = _NUMBER.findall(sentence)
    others = [n for n in _NUMBER.findall(quote) if n.replace(",", "") not in {one.replace(",", "") for one in mine}]
    return [
        re.sub(rf"(?<![\w.,]){re.escape(one)}(?![\w]|[.,]\d)", other, sentence, count=1)
        for one in mine
        for other in others
        if _year(one) == _year(other)
    ]


def _year(number: str) -> bool:
    return len(number) == 4 and number.isdigit() and 1000 < int(number) < 2100


def _month(sentence: str, quote: str, names: list[str], rng: random.Random) -> list[str]:
    return [
        re.sub(rf"\b{month}\b", rng.choice([m for m in _MONTHS if m != month and m != "May"]), sentence, count=1)
        for month in _MONTHS
        if re.search(rf"\b{month} \d|\d {month}\b|\bin {month}\b", sentence)
    ]


def _named(sentence: str) -> list[str]:
    return [m.group() for m in _NAME.finditer(sentence) if m.start() > 0 or " " in m.group()]


def _foreign_name(sentence: str, quote: str, names: list[str], rng: random.Random) -> list[str]:
    others = [name for name in names if len(name) > 3 and not any(_akin(word, quote) for word in name.split())]
    return [sentence.replace(name, rng.choice(others), 1) for name in _named(sentence)] if others else []


def _akin(word: str, text: str) -> bool:
    """Tell whether a text has a word that begins like this one: "Israel" stands for "Israeli"."""
    return bool(re.search(rf"\b{re.escape(word[:4])}", text, re.IGNORECASE)) or word in {"It", "US", "U.S."}


def _quote_name(sentence: str, quote: str, names: list[str], rng: random.Random) -> list[str]:
    """Put another name of the quote in a name's place."""
    mine = _named(sentence)
    others = [n for n in _named(quote) if not any(_akin(word, sentence) for word in n.split()) and n not in _MONTHS]
    others = [
        n
        for n in others
        if not re.search(rf"(?:,|\band|\bor|\()\s(?:the )?{re.escape(n)}|{re.escape(n)}(?:,| and| or|\))", quote)
    ]
    return [sentence.replace(one, other, 1) for one in mine for other in others if one not in _MONTHS]


def _roles(sentence: str, quote: str, names: list[str], rng: random.Random) -> list[str]:
    """Swap two names around a verb; around "and" or "is" the swap would say the same."""
    mine = [
        m
        for m in _NAME.finditer(sentence)
        if m.group().split()[0].lower() not in FUNCTION_WORDS
        and not set(m.group().split()) & set(_MONTHS)
        and sentence[m.end() : m.end() + 1] not in "'’-"
    ]
    found = []
    for one, other in pairwise(mine):
        between = sentence[one.end() : other.start()]
        if re.search(r"[a-z]{2,}(?:ed|s)\b|\b(?:met|beat|sold|paid|owes)\b", between) and not re.search(
            r"\band\b|,|\b(?:is|was|are|were)\s(?:the|a|an)\b|'s", between
        ):
            found.append(sentence[: one.start()] + other.group() + between + one.group() + sentence[other.end() :])
    return found


def _negated(sentence: str, quote: str, names: list[str], rng: random.Random) -> list[str]:
    if re.search(r"\b(?:not|never|no)\b", sentence):
        return [re.sub(r"\b(?:not|never) ", "", sentence, count=1)]
    match = _BE.search(sentence)
    return [f"{sentence[: match.end()]} not{sentence[match.end() :]}"] if match else []


def _hedged(sentence: str, quote: str, names: list[str], rng: random.Random) -> list[str]:
    found = [
        sentence[: m.start()] + rng.choice(["reportedly ", "allegedly "]) + sentence[m.start() :]
        for m in _PAST.finditer(sentence)
    ]
    found += [
        sentence[: m.start()] + "may have been" + sentence[m.end() :]
        for m in re.finditer(r"\b(?:was|were)\b", sentence)
    ]
    found += [
        sentence[: m.start()] + "is expected to be" + sentence[m.end() :] for m in re.finditer(r"\bis\b", sentence)
    ]
    return found[:2]


def _unhedged(sentence: str, quote: str, names: list[str], rng: random.Random) -> list[str]:
    match = _SURE.search(sentence)
    if not match or match.group().startswith("May"):
        return []
    bare = sentence[: match.start()] + sentence[match.end() :]
    return [bare[0].upper() + bare[1:]]


def _pairs(kind: str) -> Callable[[str, str, list[str], random.Random], list[str]]:
    pairs = [tuple(part.replace("_", " ") for part in pair.split("/")) for pair in _PAIRS[kind].split() if "/" in pair]
    both = [*pairs, *((b, a) for a, b in pairs)]

    def change(sentence: str, quote: str, names: list[str], rng: random.Random) -> list[str]:
        found = []
        for old, new in both:
            edge = r"(?<![\w-]){}(?![\w-])" if old[0].isalpha() and old[-1].isalpha() else "{}"
            match = re.search(edge.format(re.escape(old)), sentence)
            if match and not (kind == "preposition" and not re.match(r"\s[A-Z\d]", sentence[match.end() :])):
                found.append(sentence[: match.start()] + new + sentence[match.end() :])
        return found

    return change


_CHANGES: dict[str, Callable[[str, str, list[str], random.Random], list[str]]] = {
    "digit": _digits,
    "other number of the quote": _other_number,
    "month": _month,
    "foreign name": _foreign_name,
    "other name of the quote": _quote_name,
    "roles": _roles,
    "negation": _negated,
    "hedge added": _hedged,
    "hedge dropped": _unhedged,
    **{kind: _pairs(kind) for kind in _PAIRS},
}
