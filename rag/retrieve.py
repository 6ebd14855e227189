"""Question (and history) to passages: dense and lexical search, fused by rank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from rag.embed import Embedder
from rag.library import Library
from rag.records import Hit

# Cormack, Clarke, Büttcher 2009: "k = 60 was fixed during a pilot investigation".
_RRF_K = 60
# What each search contributes before fusing; the reader sees only the best few of them.
_DEPTH = 40


def retrieve(
    library: Library,
    embedder: Embedder,
    questions: Sequence[str],
    limit: int,
    documents: Sequence[str] | None = None,
) -> list[Hit]:
    """Return at most ``limit`` passages for one question in one or more wordings, best first.

    Each wording is searched by meaning and by words; all lists count alike. ``documents`` restricts the search.
    """
    store, index = library.store, library.index()
    allowed = None if documents is None else store.numbers(documents)
    ranked = []
    for question, vector in zip(questions, embedder.encode(questions), strict=True):
        ranked.append([number for number, _ in index.search(vector, _DEPTH, allowed)])
        ranked.append([number for number, _ in store.lexical(question, _DEPTH, documents)])
    scores = fuse(ranked)
    best = sorted(scores, key=lambda number: (-scores[number], number))[:limit]
    passages = store.passages(best, documents or ())
    return [Hit(passages[number], scores[number]) for number in best if number in passages]


def searched(library: Library, documents: Sequence[str] | None = None) -> int:
    """Return how many passages a search looks at; ``documents`` restricts it."""
    return len(library.index()) if documents is None else len(library.store.numbers(documents))


def fuse(rankings: Iterable[Sequence[int]]) -> dict[int, float]:
    """Return each number's sum of 1 / (k + rank) over the rankings that hold it (reciprocal rank fusion)."""
    scores: defaultdict[int, float] = defaultdict(float)
    for ranking in rankings:
        for rank, number in enumerate(ranking, start=1):
            scores[number] += 1 / (_RRF_K + rank)
    return scores
