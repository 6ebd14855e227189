"""What do the documents not say? The words for a question without an answer, and when not even to look. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag import words
from rag.records import Hit

_MEASURES = {
    "long": "length", "old": "age", "tall": "height", "high": "height", "wide": "width", "deep": "depth",
    "heavy": "weight", "far": "distance", "fast": "speed", "big": "size", "large": "size",
    "thick": "thickness", "often": "frequency",
}  # fmt: skip
_HOW = re.compile(rf"\bhow\s+(?P<how>{'|'.join(_MEASURES)})\b", re.IGNORECASE)
_HOW_MANY = re.compile(r"\bhow many\s+(?P<what>[a-z][\w’'-]*)", re.IGNORECASE)
_KINDS = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"\bhow much\b", "how much"),
        (r"^\W*(?:and\s+)?(?:since\s+|until\s+)?when\b|\b(?:what|which)\s+(?:year|date|day|month)\b", "when"),
        (r"^\W*(?:and\s+)?(?:by\s+|with\s+|for\s+)?who(?:m|se)?\b", "who"),
        (r"^\W*(?:and\s+)?(?:from\s+)?where\b", "where"),
        (r"^\W*(?:and\s+)?why\b", "why"),
    )
)
# Shorter words ("der", "1") tell nobody what is missing; short names do.
_LEAST_LETTERS = 4


def touches(question: str, hits: Sequence[Hit]) -> bool:
    """Tell whether any word of a question is spoken of at all; where none is, an answer must be surer of itself."""
    told = {stem for hit in hits for stem in words.content_words(f"{hit.passage.title} {hit.passage.text}")}
    return any(word in told for word in words.content_words(question))


def reason(question: str, hits: Sequence[Hit]) -> str:
    """Say, for a question without an answer, what the nearest passages do speak of and what they do not."""
    told = {stem for hit in hits for stem in words.content_words(hit.passage.text)}
    found, missing = _phrases(_HOW.sub("", question), told)
    measured = _HOW.search(question)
    if found and measured and not missing:
        return f"The documents speak of {_listed(found)}, but do not tell the {_MEASURES[measured['how'].casefold()]}."
    if not found:
        return "No document speaks of this."
    if missing:
        return f"The documents speak of {_listed(found)}, but say nothing of {_listed(missing)}."
    kind = asked_for(question)
    what = f"do not tell {kind}" if kind else "no sentence in them answers this"
    return f"The documents speak of {_listed(found)}, but {what}."


def asked_for(question: str) -> str:
    """Return in words what kind of answer a question wants, "" where its form does not tell."""
    many = _HOW_MANY.search(question)
    if many:
        return f"how many {many['what']}"
    return next((kind for pattern, kind in _KINDS if pattern.search(question)), "")


def _phrases(question: str, told: set[str]) -> tuple[list[str], list[str]]:
    """Return the things that a question names as it writes them: those that are told of, and those that are not."""
    runs: list[tuple[bool, int, int]] = []
    for word, start, end in words.words(question):
        short = len(word) < _LEAST_LETTERS and not question[start].isupper()
        if word in words.FUNCTION_WORDS or short:
            continue
        end = start + len(words.bare(question[start:end]))
        known = words.stem(word) in told
        if runs and runs[-1][0] == known and question[runs[-1][2] : start].strip(" -") == "":
            runs[-1] = (known, runs[-1][1], end)
        else:
            runs.append((known, start, end))
    phrases = [(known, question[start:end]) for known, start, end in runs]
    return [text for known, text in phrases if known], [text for known, text in phrases if not known]


def _listed(items: Sequence[str]) -> str:
    quoted = [f"“{item}”" for item in dict.fromkeys(items)]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
