"""The one source of truth: documents, revisions, passages, vectors, full text and conversations in one SQLite file.

A document is in the store once ``put`` has returned: WAL, ``synchronous=FULL``, pages with checksums. Everything else
(FAISS) is made from here and can be thrown away. apsw brings its own SQLite, because systems ship some that can
corrupt a WAL with two writers (before 3.51.3).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from rag import contents, embedded, fulltext, reading, revisions, sources, voices
from rag.chats import Chats
from rag.embedded import Embedded
from rag.entries import Conversation, Earlier, EmbeddedBy, Entry, Known, Receipt, StoredTurn, Vectors
from rag.errors import BadStore
from rag.records import Document, Passage, Span

__all__ = ["Conversation", "Earlier", "EmbeddedBy", "Entry", "Known", "Receipt", "Store", "StoredTurn"]

Numbers = npt.NDArray[np.int64]

# The title stands on every passage of a document: it tells documents apart, not passages.
_TITLE_WEIGHT = 0.5
_OF_DOCUMENTS = (
    "SELECT p.number FROM passages AS p JOIN sources AS s ON s.content = p.content"
    " WHERE s.id IN (SELECT value FROM json_each(?))"
)


class Store(Chats, Embedded):
    """The store in one file. Safe to use from many threads: each reads on its own connection, writers take turns.

    Readers see the last committed state at the start of each call, or for a whole ``frozen`` block.

    Raises (from every method):
        BadStore: damaged, of another version, not permitted, disk full, or another process kept writing for
            ``busy_seconds``; one line that says which and what to do.
    """

    # A generation, and how many passages hold each common word asked for since it began.
    _common: tuple[int, dict[str, int]] = (-1, {})

    # Documents

    def put(
        self,
        document: Document,
        passages: Sequence[tuple[Span, ...]],
        vectors: Vectors,
        *,
        made_by: EmbeddedBy,
        content: str = "",
        stamp: str = "",
    ) -> None:
        """Add a document, or replace what came from the same source; see ``put_all``."""
        self.put_all([Entry(document, passages, vectors, content=content, stamp=stamp)], made_by)

    def put_all(self, entries: Sequence[Entry], made_by: EmbeddedBy) -> None:
        """Add documents, or replace what came from the same sources. They are durable when this returns, or none is.

        What a source held before stays readable while kept answers quote it; an upload's earlier revisions stay
        until the document is deleted, as there may be no other copy.
        """
        for entry in entries:
            embedded.check_vectors(entry.vectors, len(entry.passages), made_by.dim)
        with self._transaction() as run:
            embedded.check_embedder(run, made_by)
            for entry in entries:
                sources.put(run, entry)
            embedded.set_embedder(run, made_by)
            revisions.sweep(run, revisions.GRACE)
            contents.next_generation(run)

    def remove(self, document: str) -> Receipt:
        """Forget a document: passages, words, vectors, earlier revisions, and its quotes in kept answers.

        Where the same content goes by other names it stays under those, and what quotes it names one of them.

        Raises:
            UnknownDocument: there is none with that id.
        """
        with self._transaction() as run:
            return sources.forget(run, document)

    def receipts(self) -> list[Receipt]:
        """Return what was removed since there is a store, oldest first."""
        return [Receipt.of_json(body) for (body,) in self._read("SELECT body FROM receipts ORDER BY number")]

    def purge(self) -> None:
        """Write the file anew, so that nothing of what was removed is left in it, nor in the WAL.

        Raises:
            BadStore: another process reads or writes just now.
        """
        with self._transaction() as run:
            revisions.sweep(run, timedelta())
            # Deleted rows of a full-text index are only marked; merging all of it leaves them out.
            run("INSERT INTO words(words) VALUES ('optimize')")
        with self._writing, self._told():
            self._writer.execute("VACUUM")
            ((busy, *_),) = self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        if busy:
            raise BadStore(f"another process is reading {self._path}; stop it, then run: vouch docs purge")

    def touch(self, stamps: Mapping[str, str]) -> None:
        """Note new stamps of sources that hold the same bytes as before; the generation stays."""
        with self._transaction() as run:
            for source, stamp in stamps.items():
                run("UPDATE sources SET stamp = ? WHERE source = ?", (stamp, source))

    def known(self) -> dict[str, Known]:
        """Return what is known of every source."""
        rows = self._read(
            "SELECT s.source, s.id, s.stamp, s.digest, c.passages FROM sources AS s"
            " JOIN contents AS c ON c.number = s.content"
        )
        return {source: Known(*rest) for source, *rest in rows}

    def documents(self) -> list[Document]:
        """Return all documents by id, with an empty ``text``: a list must not read every word."""
        return reading.documents(self._read)

    def document(self, document: str, revision: str = "") -> Document:
        """Return one document with its text, in its present revision or in the one whose name begins so.

        Raises:
            UnknownDocument: there is none with that id, or none such revision can be read.
        """
        with self._one_state():
            return reading.document(self._read, document, revision)

    def earlier(self, document: str) -> list[Earlier]:
        """Return the earlier revisions of a document that can be read, newest first."""
        rows = self._read(
            "SELECT revision, until FROM earlier WHERE id = ? ORDER BY until DESC, rowid DESC", (document,)
        )
        return [Earlier(*row) for row in rows]

    def near_duplicates(self) -> dict[str, tuple[str, ...]]:
        """Return, for each document that shares about half of its words with others or more, the ids of those."""
        with self._one_state():
            return reading.near_duplicates(self._read)

    # Passages

    def passages(self, numbers: Iterable[int], under: Iterable[str] = ()) -> dict[int, Passage]:
        """Return the passages with these numbers; those that are gone are left out.

        A document with several names goes by the first of them that is in ``under``, else by the oldest.
        """
        with self._one_state():
            return reading.passages(self._read, numbers, frozenset(under))

    def numbers(self, documents: Iterable[str] | None = None) -> list[int]:
        """Return the numbers of all passages of these documents, or of all, ascending."""
        if documents is None:
            rows = self._read("SELECT number FROM passages ORDER BY number")
        else:
            rows = self._read(f"SELECT DISTINCT number FROM ({_OF_DOCUMENTS}) ORDER BY number", (_listed(documents),))
        return [number for (number,) in rows]

    def lexical(self, question: str, limit: int, documents: Iterable[str] | None = None) -> list[tuple[int, float]]:
        """Return (number, score) of the passages that share words with a question, best first.

        The score is BM25 as FTS5 computes it, turned so that higher is better. Nothing in the question is syntax.
        """
        match = fulltext.match(question, self._counting(), narrow=documents is None)
        if not match:
            return []
        only, values = "", [match]
        if documents is not None:
            only = f" AND rowid IN ({_OF_DOCUMENTS})"
            values.append(_listed(documents))
        return self._read(
            f"SELECT rowid, -bm25(words, {_TITLE_WEIGHT}, 1.0) AS score FROM words WHERE words MATCH ?{only}"
            " ORDER BY score DESC, rowid LIMIT ?",
            (*values, limit),
        )

    def _counting(self) -> Callable[[str], int]:
        """Return what counts the passages that match an FTS5 expression, up to ``EVERYWHERE``: the rest is too much.

        Counts of common words are remembered until documents change: most of a question's words are such, and each
        costs milliseconds in a large store.
        """
        generation = self.generation()
        known, common = self._common
        if known != generation:
            common = {}
            self._common = (generation, common)

        def passages_with(word: str) -> int:
            count = common.get(word)
            if count is None:
                statement = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
                count = int(self._read(statement, (word, fulltext.EVERYWHERE))[0][0])
                if count > fulltext.COMMON:
                    common[word] = count
            return count

        return passages_with

    def voices(self, numbers: Iterable[int]) -> list[list[int]]:
        """Return these passages in groups that say the same nearly word for word: each group is one voice."""
        rows = self._read(
            "SELECT number, prints FROM passages WHERE number IN (SELECT value FROM json_each(?)) ORDER BY number",
            (_listed(map(int, numbers)),),
        )
        grouped = voices.groups([np.frombuffer(prints, dtype="<u4") for _, prints in rows])
        return [[rows[place][0] for place in group] for group in grouped]

    # The whole

    def generation(self) -> int:
        """Return a number that grows with every change to documents; conversations leave it alone."""
        return int(self._read("SELECT value FROM meta WHERE name = 'generation'")[0][0])

    def identity(self) -> str:
        """Return what tells this store from another one that was made in its place."""
        return str(self._read("SELECT max(value) FROM meta WHERE name = 'identity'")[0][0])

    def count(self) -> int:
        """Return how many passages there are."""
        return int(self._read("SELECT coalesce(sum(passages), 0) FROM contents")[0][0])

    def check(self) -> None:
        """Read every page and look for damage; raises BadStore with the first that is found."""
        found = self._read("PRAGMA quick_check(1)")[0][0]
        with self._one_state():
            found = reading.disagreement(self._read) if found == "ok" else found
        if found:
            raise BadStore(f"{self._path} is damaged ({found}); restore it from a copy, or index into a new folder")

    @contextmanager
    def frozen(self) -> Iterator[int]:
        """Let this thread read one and the same state for the length of the block; gives its generation."""
        with self._one_state():
            yield self.generation()


def _listed(values: Iterable[Any]) -> str:
    return json.dumps(list(values))
