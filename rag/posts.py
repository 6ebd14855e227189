"""Who holds a post? Tells where a quote names somebody whom nothing near it calls by the post that is asked about.

Asked for the head of an agency, the reader points at whoever is named beside the agency. The post must be told in the
quote or beside it, or of the same name elsewhere in the document. Pure rules; only for posts, since "the author" is
also told by "wrote".
"""

from __future__ import annotations

import re

from rag import words
from rag.records import Evidence, Span

# Words for whoever leads: each may be told by another.
_HEADS = frozenset(
    """head chief boss chair chairman chairwoman chairperson director president manager leader lead led leads leading
    run runs ran ceo executive principal superintendent commander headed heads heading commands founder""".split()
)
_POSTS = _HEADS | frozenset(
    """captain mayor minister ambassador spokesman spokeswoman spokesperson secretary treasurer helmsman pilot coach
    conductor nurse doctor surgeon vet judge lawyer inspector sheriff bishop priest gardener caretaker landlord landlady
    tenant deputy governor chancellor envoy colonel general major sergeant editor woman man girl boy child patient
    passenger victim
    witness driver firefighter officer clerk receptionist librarian accountant plumber electrician""".split()
)
_ASKED = re.compile(
    r"^\W*(?:and\s+|so\s+)?(?:who(?:['’]s|\s+(?:is|was|are|were))|what(?:['’]s|\s+(?:is|was|are|were))\s+the\s+(?:[a-z]+\s+)?names?\s+of"
    r"|whats?\s+the\s+names?\s+of)\s+(?:the|an?|its|their|his|her|our|my)\s+(?:[\w’'-]+\s+){0,3}?"
    rf"(?P<post>{'|'.join(sorted(_POSTS, key=len, reverse=True))})s?\b(?![’'-])",
    re.IGNORECASE,
)
_POINTING = re.compile(r"\b(?:he|his|him|she|her|they|their)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+|\n+")
_CAPITAL = re.compile(r"\b[^\W\d_a-z][\w’'-]+")
_AKIN = 5  # letters: "chairs" and "chaired" tell of a chair


def another(question: str, piece: Evidence, near: str) -> str:
    """Say that nothing calls whom a piece names by the post that is asked about, "" where it may.

    ``near`` is what is known of the document.
    """
    match = _ASKED.search(question)
    if not match:
        return ""
    post = match["post"].casefold()
    told = _HEADS if post in _HEADS else frozenset({post})
    beside = _beside(piece)
    if _tells(told, beside) or _POINTING.search(piece.quote):
        return ""
    named = {word.group() for word in _CAPITAL.finditer(piece.passage.quote(piece.answer))}
    if any(_tells(told, text) and named & set(_CAPITAL.findall(text)) for text in _SENTENCE.split(near)):
        return ""
    return f"No sentence that could answer names the {match['post']}."


def _tells(told: frozenset[str], text: str) -> bool:
    return any(
        word in told or any(len(post) >= _AKIN and word.startswith(post[:_AKIN]) for post in told)
        for word, _, _ in words.words(text)
    )


def _beside(piece: Evidence) -> str:
    """Return a quote with the sentence before and the one after it."""
    spans = piece.passage.sentences
    at = spans.index(piece.span) if piece.span in spans else -1
    if at < 0:
        return piece.quote
    return piece.passage.quote(Span(spans[max(0, at - 1)].start, spans[min(len(spans) - 1, at + 1)].end))
