"""The vectors of the passages, what made them, and what became of them since: all that an index asks the store."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from rag import contents, reading
from rag.database import Database
from rag.entries import EmbeddedBy, Vectors
from rag.errors import BadStore

Numbers = npt.NDArray[np.int64]


class Embedded(Database):
    """Vectors in the store's file."""

    def vectors(self, batch: int = 4096) -> Iterator[tuple[Numbers, Vectors]]:
        """Yield all numbers, ascending, with their vectors; at most ``batch`` rows at a time.

        Call it inside ``frozen``, or another thread's commit may show up between two batches.
        """
        last = 0
        while True:
            rows = self._read(
                "SELECT number, vector FROM vectors WHERE number > ? ORDER BY number LIMIT ?", (last, batch)
            )
            if not rows:
                return
            last = rows[-1][0]
            yield reading.matrix(rows)

    def vectors_of(self, numbers: Iterable[int]) -> tuple[Numbers, Vectors]:
        """Return the vectors of these passages, ascending by number; those that are gone are left out."""
        rows = self._read(
            "SELECT number, vector FROM vectors WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number",
            (json.dumps([int(number) for number in numbers]),),
        )
        return reading.matrix(rows)

    def embedded_before(self, digests: Iterable[bytes]) -> dict[bytes, npt.NDArray[np.float32]]:
        """Return the vectors of texts that are in the store already, by the digest that they were put with."""
        with self._one_state():
            return reading.embedded_before(self._read, digests)

    def changes_since(self, generation: int) -> tuple[list[int], list[int]] | None:
        """Return the numbers that went and those that came since a generation; None where it is too long ago.

        Call it inside ``frozen``, and the second list are numbers that have a vector at that generation.
        """
        start = self._read("SELECT last FROM steps WHERE generation = ?", (generation,))
        if not start:
            return None
        ((last,),) = start
        removed = self._read(
            "SELECT number FROM gone WHERE generation > ? AND number <= ? ORDER BY number", (generation, last)
        )
        added = self._read("SELECT number FROM passages WHERE number > ? ORDER BY number", (last,))
        return [number for (number,) in removed], [number for (number,) in added]

    def replace_vectors(self, batches: Iterable[tuple[Numbers, Vectors]], made_by: EmbeddedBy) -> None:
        """Put the vectors of another embedder in the place of all there are, in one transaction.

        Raises:
            ValueError: they are not those of all passages.
        """
        with self._transaction() as run:
            run("DELETE FROM vectors")
            for numbers, vectors in batches:
                check_vectors(vectors, len(numbers), made_by.dim)
                for number, vector in zip(numbers.tolist(), vectors, strict=True):
                    run("INSERT INTO vectors VALUES (?, ?)", (number, vector.astype("<f4").tobytes()))
            missing = run("SELECT count(*) FROM passages WHERE number NOT IN (SELECT number FROM vectors)")
            if missing.fetchone() != (0,):
                raise ValueError("not every passage has a new vector")
            set_embedder(run, made_by)
            # No index of before can be brought up to date: every vector is another.
            run("DELETE FROM steps")
            contents.next_generation(run)

    def embedded_by(self) -> EmbeddedBy | None:
        """Return what made the vectors; None while there never were any."""
        with self._told():
            return _embedder(self._reader().execute)


def _embedder(run: Any) -> EmbeddedBy | None:
    row = run("SELECT value FROM meta WHERE name = 'embedder'").fetchone()
    return EmbeddedBy(**json.loads(row[0])) if row else None


def set_embedder(run: Any, made_by: EmbeddedBy) -> None:
    """Note what made the vectors."""
    value = json.dumps({"name": made_by.name, "revision": made_by.revision, "dim": made_by.dim})
    run("INSERT OR REPLACE INTO meta VALUES ('embedder', ?)", (value,))


def check_embedder(run: Any, wanted: EmbeddedBy) -> None:
    """Raise BadStore where the vectors that are there were made by another embedder."""
    found = _embedder(run)
    if found is not None and found != wanted:
        raise BadStore(f"the index was made with {found}, this is {wanted}; run: vouch index PATH again")


def check_vectors(vectors: Vectors, count: int, dim: int) -> None:
    """Raise ValueError for what would poison every search: a wrong shape, not-a-number, a row that is not unit."""
    if vectors.shape != (count, dim) or vectors.dtype != np.float32:
        raise ValueError(f"expected float32 ({count}, {dim}), got {vectors.dtype} {vectors.shape}")
    if count and not np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3):
        raise ValueError("a vector is not of length 1")
