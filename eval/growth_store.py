"""Fills a store with passages for the growth bench, and finds the true nearest of its questions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from eval.growth import Maker
from rag.embed import MiniLM, Vectors
from rag.entries import EmbeddedBy, Entry
from rag.records import Document, Span
from rag.store import Store

MADE_BY = EmbeddedBy(MiniLM.name, MiniLM.revision, MiniLM.dim)

_PASSAGES_IN_DOCUMENT = 100
_DOCUMENTS_IN_COMMIT = 20
_BLOCK = _PASSAGES_IN_DOCUMENT * _DOCUMENTS_IN_COMMIT


def fill(home: Path, maker: Maker, size: int, say: Callable[[str], None]) -> None:
    """Put ``size`` passages into the store of a data folder; one that was cut off goes on after its last commit."""
    home.mkdir(parents=True, exist_ok=True)
    store = Store(home / "vouch.db", create=True)
    try:
        for start in range(store.count(), size, _BLOCK):
            texts, vectors = maker.block(start, min(_BLOCK, size - start))
            entries = [
                _entry(start + at, texts[at : at + _PASSAGES_IN_DOCUMENT], vectors[at : at + _PASSAGES_IN_DOCUMENT])
                for at in range(0, len(texts), _PASSAGES_IN_DOCUMENT)
            ]
            store.put_all(entries, MADE_BY)
            if start % (25 * _BLOCK) == 0:
                say(f"filling the store of {size:,}: {start:,}")
    finally:
        store.close()


def true_nearest(home: Path, queries: Vectors, k: int, kept: Path) -> npt.NDArray[np.int64]:
    """Return the numbers of the ``k`` passages of highest cosine for each query, by comparing all; (queries, k).

    They are kept in a file, for queries that are the same.
    """
    digest = hashlib.sha256(queries.tobytes()).hexdigest()[:16]
    path = kept.with_name(f"{kept.name}-{digest}-{k}.npy")
    if path.exists():
        return np.asarray(np.load(path))
    store = Store(home / "vouch.db")
    numbers = np.zeros((len(queries), 0), dtype=np.int64)
    scores = np.zeros((len(queries), 0), dtype=np.float32)
    for more, vectors in store.vectors(1 << 14):
        scores = np.concatenate([scores, queries @ vectors.T], axis=1)
        numbers = np.concatenate([numbers, np.broadcast_to(more, (len(queries), len(more)))], axis=1)
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        scores, numbers = np.take_along_axis(scores, best, 1), np.take_along_axis(numbers, best, 1)
    store.close()
    np.save(path, numbers)
    return numbers


def _entry(first: int, texts: Sequence[str], vectors: Vectors) -> Entry:
    """Return a document whose every passage is one sentence."""
    name = f"{first:09d}.txt"
    text = "\n".join(texts)
    ends = np.cumsum([len(piece) + 1 for piece in texts]).tolist()
    runs = [(Span(end - len(piece) - 1, end - 1),) for piece, end in zip(texts, ends, strict=True)]
    revision = hashlib.sha256(text.encode()).hexdigest()
    document = Document(name, f"/growth/{name}", f"Part {first}", "text/plain", text, revision, bytes=len(text))
    return Entry(document, runs, vectors, content=json.dumps(first), stamp="1")
