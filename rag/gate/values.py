"""Text to quantities: what number, of what unit, and how it is bounded. Pure rules, no model, offsets kept.

Two spellings of one quantity come out equal ("1.2 million km" and "1,200,000 kilometres"); two quantities that differ
in anything, be it "about" or "percentage points" for "percent", do not.
"""

# ruff: noqa: E501 - a pattern is read in one line
from __future__ import annotations

import re
from dataclasses import dataclass, replace
from fractions import Fraction

from rag import words

_SMALL_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: number for number, word in enumerate(_SMALL_WORDS)} | {
    word: 10 * number for number, word in enumerate(_TENS, start=2)
}
_ORDINALS = {
    word: number
    for number, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        start=1,
    )
} | {f"{word[:-1]}ieth": number for word, number in _SMALL.items() if word in _TENS}
_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12}
_GLUED_SCALES = {"k": 10**3, "m": 10**6, "mn": 10**6, "bn": 10**9, "b": 10**9, "tn": 10**12}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}

_DOLLARS = {"us": "$", "american": "$", "australian": "a$", "canadian": "c$", "hong kong": "hk$", "singapore": "s$"}
_SIGNS = {"$": "$", "us$": "$", "u.s.$": "$", "a$": "a$", "au$": "a$", "c$": "c$", "ca$": "c$", "hk$": "hk$",
          "cad$": "c$", "usd$": "$", "aud$": "a$", "s$": "s$", "nz$": "nz$", "r$": "r$", "€": "€", "£": "£", "¥": "¥", "₽": "₽", "₹": "₹", "₩": "₩",
          "usd": "$", "eur": "€", "gbp": "£", "jpy": "¥", "rub": "₽", "inr": "₹", "krw": "₩", "chf": "chf",
          "sek": "sek", "nok": "nok", "dkk": "dkk", "cny": "cny", "rmb": "cny", "aud": "a$", "cad": "c$",
          "pln": "pln"}  # fmt: skip
_CURRENCY_WORDS = {"dollar": "$", "euro": "€", "yen": "¥", "rubl": "₽", "roubl": "₽", "rupe": "₹", "rupee": "₹",
                   "won": "₩", "franc": "franc", "yuan": "cny", "renminbi": "cny"}  # fmt: skip
_CURRENCIES = frozenset((*_SIGNS.values(), *_CURRENCY_WORDS.values()))
_SPELLED_UNITS = (
    "kilometer km kilometre kilometers kilometres kms|meter m metre meters metres|centimeter cm centimetre centimeters "
    "centimetres|millimeter mm millimetre millimeters millimetres|mile mi miles|foot ft feet|inch in. inches"
    "|yard yd yards|kilogram kg kilo kilograms kilos kilogramme kilogrammes|gram g grams gramme grammes|milligram mg "
    "milligrams|tonne t tonnes|ton tons|ounce oz ounces|pound pounds|lb lbs|liter l litre liters litres"
    "|milliliter ml millilitre milliliters millilitres|gallon gal gallons|hectare ha hectares|acre acres"
    "|hour h hr hrs hours|minute min mins minutes|second s sec secs seconds|day days|week weeks|month months"
    "|year yr yrs years|decade decades|century centuries|kilowatt kw kilowatts|megawatt mw megawatts|gigawatt gw "
    "gigawatts|watt w watts|volt v volts|kmh km/h kph|mph|degree degrees ° deg|°c celsius|°f fahrenheit|byte bytes"
    "|kilobyte kb kilobytes|megabyte mb megabytes|gigabyte gb gigabytes|terabyte tb terabytes|hertz hz|kilohertz khz"
    "|bc bce|ad ce|megahertz mhz|gigahertz ghz|cent cents|pence p|nanometer nm|micrometer µm"
)
_SQUARES = {f"{unit}{mark}": unit for unit in ("km", "m", "mi", "ft", "cm") for mark in "2²"}
_UNITS = {spelling: words.stem(group.split()[0]) for group in _SPELLED_UNITS.split("|") for spelling in group.split()}
MEASURES = frozenset((*_UNITS.values(), *(f"square {u}" for u in _UNITS.values()), *_CURRENCIES, "%", "%pt", "th", "s"))
# A single letter behind a space is as likely a word or a name: "5 m" is taken, "a 5 V" and "vitamin 12 B" are not.
_SPACED = frozenset("m g t l h s ° p".split())

_BOUNDS = (
    ("least", r"at least|no (?:less|fewer) than|not less than|a minimum of|minimum of"),
    ("most", r"at most|no more than|not more than|up to|a maximum of|maximum of|as (?:much|many) as"),
    ("over", r"more than|greater than|larger than|higher than|over|above|in excess of|exceeding|upwards of|beyond"),
    ("under", r"less than|fewer than|lower than|smaller than|under|below|just under"),
    ("almost", r"nearly|almost|close to|just short of"),
    ("about", r"about|around|approximately|approx\.?|roughly|some|circa|c\.|ca\.|an estimated|estimated|or so|~"),
    ("only", r"only|just|merely"),
)
_BOUND = re.compile(
    r"(?:^|(?<![^\s(]))(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _BOUNDS)
    + r")\s*(?:(?:a|an|the|another)\s+)?$",
    re.IGNORECASE,
)
_BOUND_AFTER = re.compile(r"^\s*(?:[\w%]+\s+)?(?:(?P<least>or more|or over|or above)|(?P<most>or less|or fewer|or under)"
                          r"|(?P<about>or so))\b", re.IGNORECASE)  # fmt: skip

_SIGN = r"(?:(?:USD?|U\.S\.|AUD?|A|CAD?|C|HK|S|NZ|R)?\$|[€£¥₽₹₩]|\b(?:usd|eur|gbp|jpy|rub|inr|krw|chf|sek|nok|dkk|cny|rmb|aud|cad|pln)\s?)"
_DIGITS = re.compile(
    rf"(?P<minus>(?<![\w.)])[-−])?(?P<sign>(?<!\w){_SIGN}\s?)?(?<![\w.,])(?<!\d/)"
    r"(?P<digits>\d{1,3}(?:[,\u00a0\u202f]\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![.,]?\d|[/:]\d)"
    r"(?:(?P<ordinal>st|nd|rd|th)\b|(?P<decade>['’]?s)\b|(?P<glued>[a-zµ°]{1,4}(?:/h)?[2²]?)(?!\w))?"
    r"(?:[\s-](?P<scale>hundred|thousand|million|billion|trillion|dozen)s?\b)?"
    r"(?P<second>\s(?:thousand|million|billion)s?\b)?",
    re.IGNORECASE,
)
_CARDINAL = "|".join(sorted({*_SMALL, *_SCALES}, key=len, reverse=True))
_ORDINAL = "|".join(sorted(_ORDINALS, key=len, reverse=True))
_WORDED = re.compile(
    rf"(?<![\w-])(?:(?:an?|half an?|several|few)\s(?=hundred|thousand|million|billion|dozen))?"
    rf"(?:(?:{_CARDINAL})s?(?:(?:-|\s|\sand\s|-and-)(?:{_CARDINAL})s?)*(?:[\s-](?:and\s)?(?:{_ORDINAL}))?|(?:{_ORDINAL}))(?!\w)",
    re.IGNORECASE,
)
_PART = re.compile(
    r"(?<![\w-])(?:(?P<half>half)|(?P<count>an?|one|two|three|four|five|seven|nine)[\s-]"
    r"(?P<part>half|third|quarter|fifth|tenth)s?)(?=\s(?:of|the)\b|\W*$|[,.;])(?!-)",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"^(?:\s?%|[\s-]per\s?cent(?:age)?\b)(?P<points>[\s-]points?\b)?|^[\s-](?P<only>percentage points?)\b",
                      re.IGNORECASE)  # fmt: skip
_NEXT = re.compile(r"[\s-]([^\W\d_][\w'’]*)\.?")
_TIME_SECOND = re.compile(r"\b(?:a|per|each|every|split)\s$", re.IGNORECASE)
# "45 km/h", "20 euros a month": the rate is part of the unit.
_RATE = re.compile(
    r"^(?:\s?/\s?|\sper\s|\san?\s)(?P<per>h|hours?|s|seconds?|minutes?|days?|nights?|weeks?|months?|years?|person|km|kg)\b",
    re.IGNORECASE,
)
_AFTER_SIGN = re.compile(rf"\s?({_SIGN})(?!\w)", re.IGNORECASE)
_DEGREES = re.compile(r"^\s?(?:°\s?|degrees?\s)(?P<scale>c|f|celsius|fahrenheit)\b|^\s?°", re.IGNORECASE)
_TO = re.compile(r"^\s?(?:[-–—]\s?|to\s|or\s)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number at ``start`` to ``end``: its unit ("" for none known), its bound, and the words counted.

    ``unit`` is canonical: a currency sign, ``%``, ``%pt``, a measure, ``th`` for an ordinal, ``s`` for a decade.
    ``bound`` is "", "about", "over", "least", "low" (of a range) and so on. ``counted`` are up to three words behind.
    """

    number: Fraction
    unit: str
    bound: str
    counted: tuple[str, ...]
    start: int
    end: int

    @property
    def year(self) -> bool:
        """Tell whether this may be a year."""
        whole = self.number.denominator == 1 and 1000 <= self.number.numerator < 2200
        return whole and not self.unit and self.bound not in {"most", "least"}

    def agrees(self, other: Quantity) -> bool:
        """Tell whether two quantities say the same; counted things are compared only where both name one."""
        return self.number == other.number and self.bound == other.bound and _same_unit(self.unit, other.unit)


def _same_unit(one: str, other: str) -> bool:
    return one == other or ("pound" in (one, other) and {one, other} <= {"pound", "£", "lb"})


def quantities(text: str) -> list[Quantity]:
    """Return the quantities of a text in order, ranges as a "low" and a "high" one."""
    taken: list[tuple[int, int]] = []
    found = []
    for pattern, read in ((_PART, _part), (_DIGITS, _digits), (_WORDED, _worded)):
        for match in pattern.finditer(text):
            if all(match.end() <= start or match.start() >= end for start, end in taken):
                quantity = read(match, text)
                if quantity:
                    found.append(quantity)
                    taken.append((quantity.start, quantity.end))
    return _ranges(text, sorted(found, key=lambda one: one.start))


def _digits(match: re.Match[str], text: str) -> Quantity | None:
    number = Fraction(re.sub(r"[,\u00a0\u202f]", "", match["digits"]))
    for scale in (match["scale"], match["second"]):
        number *= _SCALES.get((scale or "").strip().casefold().removesuffix("s"), 1)
    number = -number if match["minus"] else number
    if match["ordinal"] or match["decade"]:
        return _made(number, "th" if match["ordinal"] else "s", match.start(), match.end(), text)
    sign = (match["sign"] or "").strip().casefold()
    glued = match["glued"] or ""
    if sign:
        number *= _GLUED_SCALES.get(glued.casefold(), 1)
        return _made(number, _SIGNS[sign], match.start(), match.end(), text)
    if glued.casefold() in _SQUARES:
        return _made(number, f"square {_UNITS[_SQUARES[glued.casefold()]]}", match.start(), match.end(), text)
    if glued.casefold() in _UNITS:
        return _made(number, _UNITS[glued.casefold()], match.start(), match.end(), text)
    if glued.casefold() in _GLUED_SCALES:
        return _made(number * _GLUED_SCALES[glued.casefold()], "", match.start(), match.end(), text)
    return _made(number, words.fold(glued), match.start(), match.end(), text)


def _worded(match: re.Match[str], text: str) -> Quantity | None:
    said = re.split(r"[\s-]+", match.group().casefold())
    if said[0] in {"several", "few"} or said[-1] == "seconds":
        return None
    if said == ["second"] and _TIME_SECOND.search(text[: match.start()]):
        return None
    total, current, ordinal = Fraction(0), Fraction(0), False
    for word in said:
        word = word if word in _SMALL or word in _ORDINALS else word.removesuffix("s")
        if word in _SCALES:
            current = (current or Fraction(1)) * _SCALES[word]
            if _SCALES[word] >= 1000:
                total, current = total + current, Fraction(0)
        elif word in _ORDINALS:
            current, ordinal = current + _ORDINALS[word], True
        elif word in _SMALL:
            current += _SMALL[word]
        elif word == "half":
            current = Fraction(1, 2)
    made = _made(total + current, "th" if ordinal else "", match.start(), match.end(), text)
    # "One" alone is as often a pronoun as a number.
    return made if said != ["one"] or made.unit or made.counted else None


def _part(match: re.Match[str], text: str) -> Quantity | None:
    count = (
        1 if match["half"] else {"a": 1, "an": 1}.get(match["count"].casefold()) or _SMALL[match["count"].casefold()]
    )
    part = Fraction(count, _PARTS["half" if match["half"] else match["part"].casefold()])
    return _made(part * 100, "%", match.start(), match.end(), text)


def _made(number: Fraction, unit: str, start: int, end: int, text: str) -> Quantity:
    """Return a quantity with the unit and the bound that stand around it."""
    if unit in {"", "th"} and (percent := _PERCENT.match(text[end : end + 24])):
        points = percent["points"] or percent["only"]
        unit, end = "%pt" if points else "%", end + percent.end()
    elif unit in {"", "degre", "°"} and (degrees := _DEGREES.match(text[end : end + 24])):
        unit = f"°{degrees['scale'][0].casefold()}" if degrees["scale"] else "degre"
        end += degrees.end()
    elif not unit and (sign := _AFTER_SIGN.match(text, end)):
        unit, end = _SIGNS[sign[1].strip().casefold()], sign.end()
    counted = _following(text, end)
    if not unit and counted:
        unit, used, end = _unit(counted, text, end)
        counted = counted[used:]
    if unit in MEASURES and (rate := _RATE.match(text[end : end + 16])):
        unit, end = f"{unit}/{_UNITS.get(rate['per'].casefold(), rate['per'].casefold())}", end + rate.end()
        counted = _following(text, end)
    before = _BOUND.search(text[max(0, start - 24) : start])
    after = _BOUND_AFTER.match(text[end : end + 30])
    bound = next((m.lastgroup or "" for m in (before, after) if m), "")
    return Quantity(number, unit, "" if unit == "th" else bound, counted, start, end)


def _unit(counted: tuple[str, ...], text: str, end: int) -> tuple[str, int, int]:
    """Return the known unit that the words behind a number name, how many of them that takes, and where it ends."""
    first, second = counted[0], counted[1] if len(counted) > 1 else ""
    unit, used = "", 0
    if words.stem(second) == "dollar" and first in _DOLLARS:
        unit, used = _DOLLARS[first], 2
    elif first in {"square", "cubic"} and second in _UNITS:
        unit, used = f"{first} {_UNITS[second]}", 2
    elif first in _SQUARES:
        unit, used = f"square {_UNITS[_SQUARES[first]]}", 1
    elif words.stem(first) in _CURRENCY_WORDS:
        unit, used = _CURRENCY_WORDS[words.stem(first)], 1
    elif first in _SIGNS:
        unit, used = _SIGNS[first], 1
    elif first in _UNITS and (len(first) > 1 or first in _SPACED):
        unit, used = _UNITS[first], 1
    unit = "" if unit == "ad" else unit  # 628 AD is 628
    for _ in range(used):
        end = next(_NEXT.finditer(text, end)).end(1)
    return unit, used, end


def _following(text: str, end: int) -> tuple[str, ...]:
    found: list[str] = []
    while len(found) < 3 and (match := _NEXT.match(text, end)):
        word = words.fold(words.bare(match[1]))
        if word in words.FUNCTION_WORDS and match[1] != "US":
            break
        found.append(word)
        end = match.end(1)
    return tuple(found)


def _ranges(text: str, found: list[Quantity]) -> list[Quantity]:
    """Mark "5 to 7 days" and "between 5 and 7 days" as the ends of a range, which share a unit."""
    for at in range(len(found) - 1):
        low, high = found[at], found[at + 1]
        between, before = text[low.end : high.start], text[max(0, low.start - 9) : low.start].casefold()
        if low.unit and high.unit and low.unit != high.unit:
            continue
        ranged = _TO.match(between) and not before.endswith("from ")
        if ranged or (between.strip() == "and" and before.endswith("between ")):
            found[at] = replace(low, bound="low", unit=low.unit or high.unit, counted=low.counted or high.counted)
            found[at + 1] = replace(high, bound="high", unit=high.unit or low.unit)
    return found
