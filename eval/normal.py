"""Text to comparable tokens, so that "10,000", "10000" and "ten thousand" are the same answer.

Pure. ``tokens`` is ours and keeps what changes a meaning (minus signs, currencies, percent); ``squad`` is the
normalisation of the SQuAD evaluation script (Rajpurkar et al. 2016), to compare with published figures.
"""

from __future__ import annotations

import re
import string
import unicodedata
from decimal import Decimal

_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "−": "-", "–": " ", "—": " "})
# A thousands separator: comma, thin or no-break space or apostrophe before exactly three digits.
_THOUSANDS = re.compile(r"(?<=\d)[,\u00a0\u202f\u2009'](?=\d{3}(?!\d))")
_TOKEN = re.compile(r"(?<!\S)-(?=\d)\d+(?:\.\d+)?|\d+(?:[.:]\d+)*|[$€£¥%]|[^\W\d_]+(?:'[^\W\d_]+)?")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
# "China's cooperation" has "China" in it; "it's" is "it" on both sides.
_POSSESSIVE = re.compile(r"(?<=[^\W\d_])'s\b", re.IGNORECASE)
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_PER_CENT = re.compile(r"\bper cent\b|%")

# fmt: off
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
# fmt: on
_SMALL = {word: number for number, word in enumerate(_ONES)} | {
    word: 10 * number for number, word in enumerate(_TENS, start=2)
}
_MAGNITUDES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}

_ARTICLES = re.compile(r"\b(a|an|the)\b")


def tokens(text: str) -> list[str]:
    """Return a text's words, numbers and currency signs; case, accents, spacing and number forms are levelled."""
    text = _POSSESSIVE.sub("", _THOUSANDS.sub("", text.translate(_PLAIN)))
    text = _INITIALS.sub(lambda found: found[0].replace(".", "") + " ", text)
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = _PER_CENT.sub(" percent ", text)
    return _scaled(_digits(_TOKEN.findall(text)))


def numbers(text: str) -> set[str]:
    """Return the values in a text, as ``tokens`` writes them."""
    return {token for token in tokens(text) if token[-1].isdigit()}


def holds(text: list[str], wanted: list[str]) -> bool:
    """Tell whether the wanted tokens stand in the text in a row. Tokens are whole: 45 is not in 145."""
    length = len(wanted)
    return length > 0 and any(text[at : at + length] == wanted for at in range(len(text) - length + 1))


def squad(text: str) -> str:
    """Lower the case, drop punctuation and articles, level spaces (SQuAD's ``normalize_answer``)."""
    text = "".join(letter for letter in text.lower() if letter not in string.punctuation)
    return " ".join(_ARTICLES.sub(" ", text).split())


def _digits(words: list[str]) -> list[str]:
    """Write number words below one hundred in digits: "twenty one" becomes "21"."""
    found: list[str] = []
    tens = 0  # the value of the number word just before, if it was one of the tens
    for word in words:
        value = _SMALL.get(word)
        if value is None:
            found.append(_canonical(word))
        elif tens and 0 < value < len(_ONES) // 2:
            found[-1] = str(tens + value)
        else:
            found.append(str(value))
        tens = value if value is not None and value >= len(_ONES) else 0
    return found


def _scaled(words: list[str]) -> list[str]:
    """Multiply a number by the magnitude that follows it: "1.5 million" becomes "1500000"."""
    found: list[str] = []
    for word in words:
        if word in _MAGNITUDES and found and _NUMBER.fullmatch(found[-1]):
            found[-1] = _canonical(str(Decimal(found[-1]) * _MAGNITUDES[word]))
        else:
            found.append(word)
    return found


def _canonical(word: str) -> str:
    """Drop leading zeros and the trailing zeros of a fraction; leave everything else as it is."""
    if not _NUMBER.fullmatch(word):
        return word
    if word.isdigit():
        return word.lstrip("0") or "0"  # Decimal would round beyond 28 digits
    return format(Decimal(word).normalize(), "f")
