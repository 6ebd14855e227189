"""The vectors of the store, ready to be searched: a FAISS base that is kept in a file, and what changed since it.

Readers hold a ``Snapshot``, which never changes. A change of the store gives a new snapshot that shares the base and
adds the changed passages: it costs their vectors, not a rebuild. What changed since is never written down: the store
knows it (``changes_since``). When it has grown large, it is worked into a new base.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag import indexfile, nearest
from rag.indexfile import LAYOUT, Manifest
from rag.nearest import Batches, Numbers, Vectors
from rag.store import EmbeddedBy, Store

# A new base is made once this many passages, or this share of the base, have changed. Until then the new ones are
# compared one by one: 20,000 at a million, 2 ms here.
_LEAST_CHANGED, _SHARE_CHANGED = 1000, 1 / 50

_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Base:
    """A FAISS index as it is in its file: of one store at one generation, with numbers up to ``last``."""

    made_by: EmbeddedBy
    store: str
    generation: int
    last: int
    index: Any


class Snapshot:
    """The vectors of one generation of the store, to be searched from any number of threads."""

    def __init__(
        self, generation: int, base: Base | None, gone: Numbers = _NONE, numbers: Numbers = _NONE, vectors: Any = None
    ) -> None:
        """``gone`` are numbers of the base that are no more, ``numbers`` and ``vectors`` what came after it."""
        self.generation = generation
        self.base = base
        self.gone = gone
        self._without = nearest.bitmap(gone)
        self._numbers, self._vectors = numbers, vectors

    def __len__(self) -> int:
        return 0 if self.base is None else int(self.base.index.ntotal) - len(self.gone) + len(self._numbers)

    def search(self, vector: Vectors, k: int, allowed: Iterable[int] | None = None) -> list[tuple[int, float]]:
        """Return (number, cosine) of the ``k`` nearest passages, best first; only ``allowed`` ones unless None.

        Exact up to ``nearest.EXACT_UP_TO`` passages in the base; beyond, some of the nearest may be missed and
        the cosines of the base are those of vectors in half precision.
        """
        if self.base is None or k < 1:
            return []
        only = None if allowed is None else np.unique(np.fromiter(allowed, dtype=np.int64))
        numbers, scores = nearest.search(self.base.index, vector, k, self._without, only)
        if len(self._numbers):
            there = slice(None) if only is None else np.isin(self._numbers, only)
            numbers = np.concatenate([numbers, self._numbers[there]])
            scores = np.concatenate([scores, self._vectors[there] @ vector])
        best = np.lexsort((numbers, -scores))[:k]
        return list(zip(numbers[best].tolist(), scores[best].tolist(), strict=True))

    def moved(self, store: Store, generation: int) -> Snapshot | None:
        """Return the snapshot of a later generation; None where the store cannot tell what changed.

        Call it inside ``store.frozen``. It reads the vectors that were added since this snapshot and no others.
        """
        changes = None if self.base is None else store.changes_since(self.generation)
        if self.base is None or changes is None:
            return None
        removed, added = (np.unique(np.fromiter(numbers, dtype=np.int64)) for numbers in changes)
        gone = np.union1d(self.gone, removed[removed <= self.base.last])
        kept = ~np.isin(self._numbers, removed)
        numbers, vectors = self._numbers[kept], None if self._vectors is None else self._vectors[kept]
        fresh = np.setdiff1d(added, numbers)
        if len(fresh):
            found, new = store.vectors_of(fresh)
            numbers = np.concatenate([numbers, found])
            vectors = new if vectors is None else np.concatenate([vectors, new])
        return Snapshot(generation, self.base, gone, numbers, vectors)

    def is_far_from_base(self) -> bool:
        """Tell whether so much has changed that a new base is due."""
        if self.base is None:
            return True
        changed = len(self.gone) + len(self._numbers)
        return changed > max(_LEAST_CHANGED, int(self.base.index.ntotal) * _SHARE_CHANGED)

    def rebased(self, count: int) -> Base | None:
        """Return a new base with what changed worked in; None where ``count`` passages need another kind of index."""
        if self.base is None or not nearest.suits(self.base.index, count):
            return None
        index = nearest.copied(self.base.index)
        nearest.change(index, self.gone, self._numbers, self._vectors)
        last = int(self._numbers[-1]) if len(self._numbers) else self.base.last
        return Base(self.base.made_by, self.base.store, self.generation, last, index)


def open_index(folder: Path, store: Store, held: Snapshot | None = None) -> Snapshot:
    """Return a snapshot of the store's present generation.

    It is made from the one that is ``held``, else from the file in ``folder``, with what changed since; where neither
    fits, from all vectors of the store. A new base is saved.

    Raises:
        BadStore: the store cannot be read. A cache that cannot be written is no error: the next start makes it again.
    """
    with store.frozen() as generation:
        made_by = store.embedded_by()
        if made_by is None:
            return Snapshot(generation, None)
        home, count = store.identity(), store.count()
        snapshot = _moved(held, made_by, home, store, generation, count)
        if snapshot is None:
            snapshot = _moved(_saved(folder), made_by, home, store, generation, count)
        if snapshot is not None and not snapshot.is_far_from_base():
            return snapshot
        base = (snapshot and snapshot.rebased(count)) or _built(store, made_by, home, generation, count)
    manifest = Manifest(
        **asdict(made_by), store=home, generation=base.generation, last=base.last, count=count, layout=LAYOUT, sha256=""
    )
    indexfile.save(folder, base.index, manifest)
    return Snapshot(generation, base)


def _moved(
    start: Snapshot | None, made_by: EmbeddedBy, home: str, store: Store, generation: int, count: int
) -> Snapshot | None:
    """Return the snapshot that a former one becomes; None if it is of other vectors, or does not come out right."""
    if start is None or start.base is None or (start.base.made_by, start.base.store) != (made_by, home):
        return None
    moved = start.moved(store, generation)
    return moved if moved is not None and len(moved) == count else None


def _saved(folder: Path) -> Snapshot | None:
    found = indexfile.load(folder)
    if found is None:
        return None
    manifest, index = found
    made_by = EmbeddedBy(manifest.name, manifest.revision, manifest.dim)
    return Snapshot(manifest.generation, Base(made_by, manifest.store, manifest.generation, manifest.last, index))


def _built(store: Store, made_by: EmbeddedBy, home: str, generation: int, count: int) -> Base:
    """Return a base of all vectors. This is what everything else here saves us from."""
    last = 0

    def batches() -> Batches:
        nonlocal last
        for numbers, vectors in store.vectors():
            last = max(last, int(numbers[-1]))
            yield numbers, vectors

    index = nearest.build(made_by.dim, count, batches)
    return Base(made_by, home, generation, last, index)
