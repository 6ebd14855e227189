"""Documents that are cut into passages get their vectors here, and keep them: equal texts are embedded once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from rag.embed import Embedder
from rag.intake import Ready, text_to_embed
from rag.naming import UPLOAD
from rag.store import EmbeddedBy, Entry, Store

# Small documents are embedded together until they fill this many passages, and committed together: a few seconds of
# work, which is what Ctrl-C or a crash can cost. More texts to sort by length mean less padding, and fewer commits.
BATCH = 256


def identity(embedder: Embedder) -> EmbeddedBy:
    """Return what the store writes down of an embedder."""
    return EmbeddedBy(embedder.name, embedder.revision, embedder.dim)


def entries(store: Store, embedder: Embedder, ready: Sequence[Ready]) -> list[Entry]:
    """Return documents with their vectors; only texts that were never embedded before cost any work."""
    texts = {_digest(text): text for item in ready for text in item.texts()}
    vectors = store.embedded_before(texts)
    new = [digest for digest in texts if digest not in vectors]
    vectors |= zip(new, _encode(embedder, [texts[digest] for digest in new]), strict=True)
    entries = []
    for item in ready:
        digests = [_digest(text) for text in item.texts()]
        rows = np.array([vectors[digest] for digest in digests], dtype=np.float32).reshape(-1, embedder.dim)
        entries.append(
            Entry(
                item.document,
                item.passages,
                rows,
                digests,
                item.content,
                item.stamp,
                item.moved_from,
                item.document.source.startswith(UPLOAD),
            )
        )
    return entries


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def _encode(embedder: Embedder, texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Embed any number of texts a batch at a time; (len(texts), dim)."""
    vectors = np.empty((len(texts), embedder.dim), dtype=np.float32)
    for start in range(0, len(texts), BATCH):
        vectors[start : start + BATCH] = embedder.encode(texts[start : start + BATCH])
    return vectors


def agree(store: Store, embedder: Embedder) -> None:
    """Embed all passages again if another embedder made their vectors: an update may bring a new one.

    The texts are in the store, so nobody has to find their files; the old vectors stay until all new ones are there.
    """
    wanted = identity(embedder)
    if store.embedded_by() in (None, wanted):
        return

    def batches() -> Iterator[tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]]:
        numbers = store.numbers()
        for start in range(0, len(numbers), BATCH):
            found = store.passages(numbers[start : start + BATCH])
            texts = [text_to_embed(p.document, p.title, p.text) for p in found.values()]
            yield np.fromiter(found, dtype=np.int64), embedder.encode(texts)

    store.replace_vectors(batches(), wanted)
