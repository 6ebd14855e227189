"""What a user typed as a query that FTS5 cannot misread, and that costs the same however large the store grows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

_WORD = re.compile(r"\w+")
# A pasted page must not become a query of a thousand posting lists; the words of a question fit many times over.
_MOST_WORDS = 64
# Passages that are scored, about: 2 µs each. The rarest words of a question are taken up to here. Among a million
# passages, 5,000 of them find 96 in 100 of the gold passages that scoring every one finds, in a sixth of the time.
_SCORED = 5_000
# Counting a word in more passages than this takes so long that it is worth remembering.
COMMON = 5_000
# A word in more passages than this is left out: FTS5 counts all of them for each query, and it tells little.
EVERYWHERE = 50_000


def match(question: str, passages_with: Callable[[str], int], *, narrow: bool = True) -> str:
    """Return an FTS5 expression for the passages that share words with a question; empty if no word tells any apart.

    ``passages_with`` takes an expression and counts up to ``EVERYWHERE``. Where all the words together are in more
    than ``_SCORED`` passages, only passages with one of the rarest are scored; the other words then count in
    their order. ``narrow=False`` leaves that out, for a search in few passages.
    """
    counts = {f'"{word}"': 0 for word in _words(question)}
    for word in counts:
        counts[word] = passages_with(word)
    telling = sorted((word for word in counts if 0 < counts[word] < EVERYWHERE), key=lambda word: counts[word])
    rare = telling[: _how_many([counts[word] for word in telling])] if narrow else telling
    others = telling[len(rare) :]
    if not others:
        return _any(rare)
    # BM25 adds up every mention of a word in the expression. The rare words stand in it twice, so the others do too.
    return f"({_any(rare)}) AND ({_any([*rare, *others, *others])})"


def _words(question: str) -> list[str]:
    """Return the words to quote, so that AND, NEAR, a column's name, a star or a quote mark are words or nothing."""
    return list(dict.fromkeys(word.lower() for word in _WORD.findall(question)))[:_MOST_WORDS]


def _any(quoted: Sequence[str]) -> str:
    return " OR ".join(quoted)


def _how_many(counts: Sequence[int]) -> int:
    """Return how many of the ascending counts sum up to at most ``_SCORED``; at least one."""
    total = 0
    for place, count in enumerate(counts):
        total += count
        if place and total > _SCORED:
            return place
    return len(counts)
