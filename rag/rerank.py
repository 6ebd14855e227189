"""Question and passages to evidence: which sentences answer, which words in them, and how surely.

(Similarity for now; the trained reader takes this place.)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from rag import words
from rag.embed import Embedder
from rag.records import Evidence, Passage


class Reader(Protocol):
    """Reads passages for a question. Evidence below ``threshold`` is not taken for an answer."""

    name: str
    threshold: float

    def read(self, question: str, passages: Sequence[Passage]) -> list[Evidence]:
        """Return one piece of evidence for each sentence read, best first, scores between 0 and 1."""
        ...


class SimilarityReader:
    """Ranks sentences by likeness to the question, in meaning and in words. It cannot tell when there is no answer."""

    name = "similarity"
    threshold = 0.35

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def read(self, question: str, passages: Sequence[Passage]) -> list[Evidence]:
        """Return one piece of evidence for each sentence read, best first."""
        pairs = [(passage, span) for passage in passages for span in passage.sentences]
        if not pairs:
            return []
        quotes = [passage.quote(span) for passage, span in pairs]
        vectors = self._embedder.encode([question, *quotes])
        asked = set(words.content_words(question))
        found = []
        for (passage, span), quote, likeness in zip(pairs, quotes, vectors[1:] @ vectors[0], strict=True):
            shared = len(asked & set(words.content_words(quote))) / len(asked) if asked else 0.0
            score = min(1.0, max(0.0, 0.5 * float(likeness) + 0.5 * shared))
            found.append(Evidence(passage, span, score, span))
        return sorted(found, key=lambda piece: -piece.score)


# Sentences that score less than this share of the best one are not shown beside it.
_BESIDE_BEST = 0.75
_MOST = 4


def choose(found: Sequence[Evidence], threshold: float) -> list[Evidence]:
    """Return the one to four pieces of evidence to answer from, best first; none where nothing reaches the threshold.

    A sentence that stands word for word in several places is taken once for each document.
    """
    chosen: list[Evidence] = []
    seen: set[tuple[str, str]] = set()
    for piece in found:
        key = (piece.passage.document, piece.quote)
        if piece.score < threshold or piece.score < _BESIDE_BEST * found[0].score or len(chosen) == _MOST:
            break
        if key not in seen:
            seen.add(key)
            chosen.append(piece)
    return chosen
