"""Which words of a text carry its meaning, and which of two words are the same word. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_WORD = re.compile(r"[^\W_]+(?:[.,'’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_SEPARATOR = re.compile(r"[\W_]+")

# Closed classes of English: they hold sentences together and name nothing.
FUNCTION_WORDS = frozenset(
    """a about above after again against all also although am among an and any are aren't around as at be because
    been before being below between both but by can can't cannot could couldn't did didn't do does doesn't doing
    don't down during each either else ever every few for from further had hadn't has hasn't have haven't having
    he her here hers herself him himself his how however i if in into is isn't it its itself just least less let
    many may me might more most much must my myself near neither no nor not now of off often on once one only
    onto or other others otherwise ought our ours ourselves out over own per please rather same shall she should
    shouldn't since so some such than that the their theirs them themselves then there these they this those
    though through thus to too toward towards under until up upon us very was wasn't we were weren't what
    whatever when where whether which while who whom whose why will with within without won't would wouldn't yes
    yet you your yours yourself tell give show explain describe according say says said told state stated mention
    mentioned""".split()
)


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield each word of a text, case-folded and without a possessive ending, with the offsets of all of it."""
    for match in _WORD.finditer(text):
        yield fold(bare(match.group())), match.start(), match.end()


def bare(word: str) -> str:
    """Return a word without a possessive ending."""
    return _POSSESSIVE.sub("", word)


def spaced(name: str) -> str:
    """Return a file's name with spaces for all that is no letter or digit: it tells what a document is about."""
    return _SEPARATOR.sub(" ", name)


def begun(text: str) -> str:
    """Return a text with a capital, as a sentence begins."""
    return f"{text[:1].upper()}{text[1:]}"


def content_words(text: str) -> list[str]:
    """Return the words of a text that name something, stemmed, in order."""
    return [stem(word) for word, _, _ in words(text) if word not in FUNCTION_WORDS]


def fold(text: str) -> str:
    """Return a text without case, accents and typographic variants."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in decomposed if not unicodedata.combining(c)).replace("’", "'")


def stem(word: str) -> str:
    """Cut an English word's inflection: ``exports``, ``exported``, ``exporting`` become one.

    Deliberately light: endings of nouns and verbs only, so that two different words rarely meet.
    """
    for ending, put, least in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= least:
            word = word[: len(word) - len(ending)] + put
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
                word = word[:-1]
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


# (ending, replacement, letters that must remain before it); the first that fits is taken.
_ENDINGS = (
    ("ies", "y", 2),
    ("ied", "y", 2),
    ("sses", "ss", 1),
    ("ing", "", 3),
    ("ed", "", 3),
    ("ss", "ss", 1),
    ("us", "us", 1),
    ("s", "", 3),
)
