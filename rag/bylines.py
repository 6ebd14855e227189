"""Who wrote a document? Tells the question, the line that answers it, and which document is meant. Pure rules.

A byline is no sentence: to the reader "By Anna Berg" says nothing of the article that it stands over.
"""

from __future__ import annotations

import re

from rag import words
from rag.records import Passage, Span

_DOCUMENT = (
    r"(?:article|piece|story|report|note|text|document|post|protocol|memo|summary|paper|column|minutes|policy|briefing|draft"
    r"|review|essay|letter|analysis)"
)
_ASKED = re.compile(
    r"\b(?:byline|by-line)\b"
    rf"|\bwho\s+(?:wrote|authored|signed|penned|(?:is|was)\s+the\s+author\s+of)\b.*\b{_DOCUMENT}\b"
    rf"|\b(?:author|writer|journalist|reporter)\b.*\b(?:wrote|signed|of|behind)\b.*\b{_DOCUMENT}\b",
    re.IGNORECASE,
)
_LINE = re.compile(
    r"^\W*(?:(?:[Ww]ritten |[Rr]eported |[Tt]ext )?[Bb]y|[Aa]uthors?\s*:)\s+(?:our\s+\w+\s+)?"
    r"(?P<name>[A-Z][\w’'-]+(?:\s+(?:(?:van|von|de|al|bin|and)\s+)?[A-Z][\w’'.-]*){1,5})"
)
_MOST_WORDS = 14
# Words of the question that say nothing of what the document is about.
_OWN = frozenset(
    words.stem(word)
    for word in "who wrote author writer byline article piece story report note text document sign journalist".split()
)
# So many words a title must share with a question to be the one that is meant.
_LEAST_SHARED = 2


def asked_for(question: str) -> bool:
    """Tell whether a question asks who wrote a document."""
    return bool(_ASKED.search(question))


def name(passage: Passage, span: Span) -> Span | None:
    """Return where the name stands in a sentence that is a byline, None for what is none."""
    text = passage.quote(span)
    match = _LINE.match(text)
    if not match or len(text.split()) > _MOST_WORDS:
        return None
    start = span.start + match.start("name")
    return Span(start, start + len(match["name"].rstrip(".")))


def shared(question: str, passage: Passage) -> int:
    """Return how many words a question about a document shares with its title and name; 0 for too few."""
    about = set(words.content_words(question)) - _OWN
    told = set(words.content_words(f"{passage.title} {words.spaced(passage.document)} {passage.opening}"))
    found = len(about & told)
    return found if found >= _LEAST_SHARED else 0
