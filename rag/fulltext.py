"""What a user typed as a query that FTS5 cannot misread."""

from __future__ import annotations

import re

_WORD = re.compile(r"\w+")
# A pasted page must not become a query of a thousand posting lists; the words of a question fit many times over.
_MOST_WORDS = 64


def match_any(question: str) -> str:
    """Return an FTS5 expression for passages with any of the words; empty if there are none.

    Each word is quoted, so AND, NEAR, a column's name, a star or a quote mark are words or nothing.
    """
    words = dict.fromkeys(word.lower() for word in _WORD.findall(question))
    return " OR ".join(f'"{word}"' for word in list(words)[:_MOST_WORDS])
