"""FAISS over the vectors of the store: a cache, made again whenever its manifest does not match the store.

Readers hold a ``Snapshot``, which never changes; who wants newer results asks for a newer snapshot.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import BadStore
from rag.store import Store

# Raise it with every change to how the file is made, so that caches of earlier versions are not taken for ours.
_LAYOUT = 1
_FILE, _MANIFEST = "vectors.faiss", "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a saved index was made from, and the sha256 of its file. FAISS itself does not notice damage."""

    layout: int
    generation: int
    embedder: str
    revision: str
    dim: int
    count: int
    sha256: str


class Snapshot:
    """The vectors of one generation of the store, ready to be searched from any number of threads."""

    def __init__(self, generation: int, index: Any) -> None:
        self.generation = generation
        self._index = index

    def __len__(self) -> int:
        return 0 if self._index is None else int(self._index.ntotal)

    def search(
        self, vector: npt.NDArray[np.float32], k: int, allowed: Iterable[int] | None = None
    ) -> list[tuple[int, float]]:
        """Return (number, cosine) of the ``k`` nearest passages, best first; only ``allowed`` ones unless None."""
        only = None if allowed is None else np.fromiter(allowed, dtype=np.int64)
        count = min(k, len(self) if only is None else len(only))
        if count < 1 or not len(self):
            return []
        faiss = _faiss()
        limits = None if only is None else faiss.SearchParameters(sel=faiss.IDSelectorBatch(only))
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        scores, numbers = self._index.search(query, count, params=limits)
        # FAISS fills up with -1 where fewer are allowed than asked for.
        return [(int(n), float(s)) for n, s in zip(numbers[0], scores[0], strict=True) if n >= 0]


def open_index(folder: Path, store: Store) -> Snapshot:
    """Return a snapshot of the store's present generation: the saved one if it matches, else made anew and saved.

    Raises:
        BadStore: the store cannot be read. A cache that cannot be written is no error: the next start makes it again.
    """
    with store.frozen() as generation:
        made_by = store.embedded_by()
        if made_by is None:
            return Snapshot(generation, None)
        wanted = Manifest(_LAYOUT, generation, made_by.name, made_by.revision, made_by.dim, 0, "")
        index = _load(folder, wanted)
        if index is not None:
            return Snapshot(generation, index)
        index = _build(store, made_by.dim)
    _save(folder, index, wanted)
    return Snapshot(generation, index)


def _build(store: Store, dim: int) -> Any:
    """Return an index of all vectors. Which kind, by how many there are, is decided here and nowhere else."""
    faiss = _faiss()
    index = faiss.IndexIDMap2(faiss.IndexFlatIP(dim))
    for numbers, vectors in store.vectors():
        if vectors.shape[1] != dim:
            raise BadStore(f"the vectors in the store have {vectors.shape[1]} dimensions, not {dim}; it is damaged")
        index.add_with_ids(vectors, numbers)
    return index


def _load(folder: Path, wanted: Manifest) -> Any:
    """Return the saved index, or None if it is missing, damaged, or of another generation or embedder."""
    try:
        found = Manifest(**json.loads((folder / _MANIFEST).read_bytes()))
        if wanted != Manifest(**{**asdict(found), "count": 0, "sha256": ""}):
            return None
        # The bytes that are checked are the bytes that are used.
        data = (folder / _FILE).read_bytes()
    except (OSError, ValueError, TypeError):
        return None
    if hashlib.sha256(data).hexdigest() != found.sha256:
        return None
    return _faiss().deserialize_index(np.frombuffer(data, dtype=np.uint8))


def _save(folder: Path, index: Any, wanted: Manifest) -> None:
    data = _faiss().serialize_index(index).tobytes()
    manifest = asdict(wanted) | {"count": int(index.ntotal), "sha256": hashlib.sha256(data).hexdigest()}
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(folder / _FILE, data)
        _replace(folder / _MANIFEST, json.dumps(manifest, indent=1).encode())
    except OSError:
        # A full disk or a read-only folder costs a rebuild at the next start, never an answer now.
        return


def _replace(path: Path, data: bytes) -> None:
    """Put a whole new file in the place of the old one: after a crash there is one or the other."""
    # One fixed name, so that killed processes leave no trail; two at once only spoil a sha256, which is checked.
    temporary = path.with_suffix(".new")
    with temporary.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there, and renames are journalled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _faiss() -> Any:
    import faiss

    # Its threads spin while they wait and take the cores from the models (design/speed.md); one searches fast enough.
    faiss.omp_set_num_threads(1)
    return faiss
