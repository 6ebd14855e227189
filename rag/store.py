"""The one source of truth: documents, passages, vectors, full text and conversations in one SQLite file.

A document is in the store once ``put`` has returned: one transaction each, WAL, ``synchronous=FULL``. Everything
else (FAISS) is made from here and can be thrown away. apsw brings its own SQLite, because systems ship some that
can corrupt a WAL with two writers (before 3.51.3).
"""

from __future__ import annotations

import json
import threading
import uuid
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import apsw
import numpy as np
import numpy.typing as npt

from rag import schema
from rag.errors import BadStore, NoIndex, UnknownDocument
from rag.fulltext import match_any
from rag.records import Document, Passage, Span

Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

# The title stands on every passage of a document: it tells documents apart, not passages.
_TITLE_WEIGHT = 0.5
_DOCUMENT = "id, source, title, media_type, revision, date, bytes, passages"
_NO_INDEX = "nothing has been indexed yet; run: vouch index PATH"
_FORGET = (
    "DELETE FROM words WHERE rowid IN (SELECT number FROM passages WHERE document = ?)",
    "DELETE FROM documents WHERE id = ?",
)


@dataclass(frozen=True, slots=True)
class EmbeddedBy:
    """Which embedder made the vectors. Vectors of two embedders do not mix."""

    name: str
    revision: str
    dim: int


@dataclass(frozen=True, slots=True)
class Known:
    """What tells whether a source has changed: ``stamp`` is cheap to compare, ``content`` hashes its bytes."""

    document: str
    stamp: str
    content: str
    passages: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as a list shows it: ``title`` is its first question unless another was given."""

    id: str
    title: str
    started: str  # ISO 8601, UTC
    turns: int


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """An answered question of a conversation; ``answer`` is the JSON that was given."""

    question: str
    answer: str


class Store:
    """The store in one file. Safe to use from many threads: each reads on its own connection, writers take turns.

    Readers see the last committed state at the start of each call, or for a whole ``frozen`` block.

    Raises (from every method):
        BadStore: damaged, of a newer version, not permitted, disk full, or another process kept writing for
            ``busy_seconds``; one line that says which and what to do.
    """

    def __init__(self, path: Path, *, create: bool = False, busy_seconds: float = 10.0) -> None:
        """Open the store.

        Raises:
            NoIndex: there is none, and ``create`` was not asked for.
        """
        self._path = path
        self._busy_ms = int(busy_seconds * 1000)
        self._local = threading.local()
        self._open: weakref.WeakSet[apsw.Connection] = weakref.WeakSet()
        self._writing = threading.RLock()
        with schema.told(path):
            if not schema.exists(path):
                if not create:
                    raise NoIndex(_NO_INDEX)
                schema.prepare_folder(path.parent)
            self._writer = self._connect()
            try:
                self._prepare(create)
            except BaseException:
                self._writer.close()
                raise

    def close(self) -> None:
        """Close every connection, of all threads; the last one folds the WAL into the file."""
        with self._writing:
            for connection in [*self._open]:
                connection.close()

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
        """Add a document, or replace what came from the same source. It is durable when this returns.

        ``passages`` are the spans of their sentences, ``vectors`` float32 (len(passages), dim) in the same order.
        ``content`` and ``stamp`` come back from ``known``.
        """
        _check_vectors(vectors, len(passages), made_by.dim)
        now = _now()
        with self._transaction() as run:
            _check_embedder(_embedder(run), made_by)
            added = now
            for old, since in run("SELECT id, added FROM documents WHERE source = ?", (document.source,)).fetchall():
                added = since
                _forget(run, old)
            if run("SELECT 1 FROM documents WHERE id = ?", (document.id,)).fetchone():
                raise BadStore(f"two processes added '{document.id}' at the same time; run the command again")
            run(
                f"INSERT INTO documents({_DOCUMENT}, content, stamp, added, updated, text)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(document.id, document.source, document.title, document.media_type),
                    *(document.revision, document.date, document.bytes, len(passages)),
                    *(content, stamp, added, now, document.text),
                ),
            )
            for sentences, vector in zip(passages, vectors, strict=True):
                _insert_passage(run, document, sentences, vector)
            _set_embedder(run, made_by)
            _next_generation(run)

    def remove(self, document: str) -> None:
        """Forget a document with its passages, words and vectors.

        Raises:
            UnknownDocument: there is none with that id.
        """
        with self._transaction() as run:
            if not run("SELECT 1 FROM documents WHERE id = ?", (document,)).fetchone():
                raise _unknown(document)
            _forget(run, document)
            _next_generation(run)

    def touch(self, stamps: Mapping[str, str]) -> None:
        """Note new stamps of sources that hold the same bytes as before; the generation stays."""
        with self._transaction() as run:
            for source, stamp in stamps.items():
                run("UPDATE documents SET stamp = ? WHERE source = ?", (stamp, source))

    def known(self) -> dict[str, Known]:
        """Return what is known of every source."""
        rows = self._read("SELECT source, id, stamp, content, passages FROM documents")
        return {source: Known(*rest) for source, *rest in rows}

    def documents(self) -> list[Document]:
        """Return all documents by id, with an empty ``text``: a list must not read every word."""
        rows = self._read(f"SELECT {_DOCUMENT} FROM documents ORDER BY id")
        return [_document(row, text="") for row in rows]

    def document(self, document: str) -> Document:
        """Return one document with its text.

        Raises:
            UnknownDocument: there is none with that id.
        """
        rows = self._read(f"SELECT {_DOCUMENT}, text FROM documents WHERE id = ?", (document,))
        if not rows:
            raise _unknown(document)
        *row, text = rows[0]
        return _document(row, text=text)

    # Passages

    def passages(self, numbers: Iterable[int]) -> dict[int, Passage]:
        """Return the passages with these numbers; those that are gone are left out."""
        rows = self._read(
            "SELECT p.number, d.id, d.revision, d.title, p.start, p.stop, p.text, p.sentences"
            " FROM passages AS p JOIN documents AS d ON d.id = p.document"
            " WHERE p.number IN (SELECT value FROM json_each(?))",
            (json.dumps([int(number) for number in numbers]),),
        )
        return {row[0]: _passage(row) for row in rows}

    def numbers(self, documents: Iterable[str]) -> list[int]:
        """Return the numbers of all passages of these documents, ascending."""
        rows = self._read(
            "SELECT number FROM passages WHERE document IN (SELECT value FROM json_each(?)) ORDER BY number",
            (json.dumps(list(documents)),),
        )
        return [number for (number,) in rows]

    def lexical(self, question: str, limit: int, documents: Iterable[str] | None = None) -> list[tuple[int, float]]:
        """Return (number, score) of the passages that share words with a question, best first.

        The score is BM25 as FTS5 computes it, turned so that higher is better. Nothing in the question is syntax.
        """
        match = match_any(question)
        if not match:
            return []
        only, values = "", [match]
        if documents is not None:
            only = " AND rowid IN (SELECT number FROM passages WHERE document IN (SELECT value FROM json_each(?)))"
            values.append(json.dumps(list(documents)))
        return self._read(
            f"SELECT rowid, -bm25(words, {_TITLE_WEIGHT}, 1.0) AS score FROM words WHERE words MATCH ?{only}"
            " ORDER BY score DESC, rowid LIMIT ?",
            (*values, limit),
        )

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
            flat = np.frombuffer(b"".join(vector for _, vector in rows), dtype="<f4")
            yield np.array([number for number, _ in rows], dtype=np.int64), flat.reshape(len(rows), -1)

    def replace_vectors(self, batches: Iterable[tuple[Numbers, Vectors]], made_by: EmbeddedBy) -> None:
        """Put the vectors of another embedder in the place of all there are, in one transaction.

        Raises:
            ValueError: they are not those of all passages.
        """
        with self._transaction() as run:
            run("DELETE FROM vectors")
            for numbers, vectors in batches:
                _check_vectors(vectors, len(numbers), made_by.dim)
                for number, vector in zip(numbers.tolist(), vectors, strict=True):
                    run("INSERT INTO vectors VALUES (?, ?)", (number, vector.astype("<f4").tobytes()))
            missing = run("SELECT count(*) FROM passages WHERE number NOT IN (SELECT number FROM vectors)")
            if missing.fetchone() != (0,):
                raise ValueError("not every passage has a new vector")
            _set_embedder(run, made_by)
            _next_generation(run)

    def embedded_by(self) -> EmbeddedBy | None:
        """Return what made the vectors; None while there never were any."""
        with self._told():
            return _embedder(self._reader().execute)

    def generation(self) -> int:
        """Return a number that grows with every change to documents; conversations leave it alone."""
        return int(self._read("SELECT value FROM meta WHERE name = 'generation'")[0][0])

    def check(self) -> None:
        """Read every page and look for damage; raises BadStore with the first that is found."""
        found = self._read("PRAGMA quick_check(1)")[0][0]
        if found != "ok":
            raise BadStore(f"{self._path} is damaged ({found}); restore it from a copy, or index into a new folder")

    @contextmanager
    def frozen(self) -> Iterator[int]:
        """Let this thread read one and the same state for the length of the block; gives its generation."""
        reader = self._reader()
        with self._told(), reader:
            yield self.generation()

    # Conversations

    def new_conversation(self, title: str = "") -> str:
        """Make an empty conversation and return its id."""
        conversation = uuid.uuid4().hex
        with self._transaction() as run:
            run("INSERT INTO conversations VALUES (?, ?, ?)", (conversation, title, _now()))
        return conversation

    def add_turn(self, conversation: str, question: str, answer: str) -> bool:
        """Append an answered question, ``answer`` as JSON; False where the conversation was deleted meanwhile."""
        with self._transaction() as run:
            added = run(
                "INSERT INTO turns SELECT id, 1 + (SELECT count(*) FROM turns WHERE conversation = id), ?, ?, ?"
                " FROM conversations WHERE id = ? RETURNING position",
                (question, answer, _now(), conversation),
            ).fetchall()
        return bool(added)

    def conversations(self) -> list[Conversation]:
        """Return all conversations, newest first."""
        rows = self._read(
            "SELECT c.id, coalesce(nullif(c.title, ''), (SELECT question FROM turns WHERE conversation = c.id"
            " ORDER BY position LIMIT 1), ''), c.started,"
            " (SELECT count(*) FROM turns WHERE conversation = c.id)"
            " FROM conversations AS c ORDER BY c.started DESC, c.rowid DESC"
        )
        return [Conversation(*row) for row in rows]

    def turns(self, conversation: str) -> list[StoredTurn]:
        """Return the turns of a conversation in order; none for one that does not exist."""
        rows = self._read(
            "SELECT question, answer FROM turns WHERE conversation = ? ORDER BY position", (conversation,)
        )
        return [StoredTurn(*row) for row in rows]

    def delete_conversation(self, conversation: str) -> bool:
        """Forget a conversation; tell whether there was one."""
        with self._transaction() as run:
            gone = run("DELETE FROM conversations WHERE id = ? RETURNING id", (conversation,)).fetchall()
        return bool(gone)

    # Connections

    def _prepare(self, create: bool) -> None:
        if schema.version(self._writer, self._path) == 0:
            if not create:
                raise NoIndex(_NO_INDEX)
            schema.create(self._writer)

    def _connect(self) -> apsw.Connection:
        connection = schema.connect(self._path, self._busy_ms)
        self._open.add(connection)
        return connection

    def _reader(self) -> apsw.Connection:
        """Return this thread's own connection: apsw refuses two threads on one at the same time."""
        reader: apsw.Connection | None = getattr(self._local, "reader", None)
        if reader is None:
            with self._told():
                reader = self._local.reader = self._connect()
                reader.pragma("query_only", True)
        return reader

    def _read(self, statement: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[Any]:
        with self._told():
            return self._reader().execute(statement, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        """Give ``execute`` of the one writing connection; commit at the end of the block, or undo all of it."""
        with self._writing, self._told():
            # Takes the write lock at once; a plain BEGIN could fail later, with half of the work done.
            self._writer.execute("BEGIN IMMEDIATE")
            try:
                yield self._writer.execute
                self._writer.execute("COMMIT")
            except BaseException:
                if self._writer.in_transaction:
                    self._writer.execute("ROLLBACK")
                raise

    def _told(self) -> Any:
        return schema.told(self._path)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _unknown(document: str) -> UnknownDocument:
    return UnknownDocument(f"there is no document '{document}'; vouch docs lists them")


def _document(row: Sequence[Any], text: str) -> Document:
    identity, source, title, media_type, revision, date, size, passages = row
    return Document(identity, source, title, media_type, text, revision, date, size, passages)


def _passage(row: Sequence[Any]) -> Passage:
    number, document, revision, title, start, end, text, sentences = row
    return Passage(number, document, revision, title, start, end, text, _spans(sentences))


def _spans(stored: str) -> tuple[Span, ...]:
    flat = json.loads(stored)
    return tuple(map(Span, flat[::2], flat[1::2]))


def _insert_passage(run: Any, document: Document, sentences: tuple[Span, ...], vector: Vectors) -> None:
    start, end = sentences[0].start, sentences[-1].end
    text = document.text[start:end]
    flat = json.dumps([offset for span in sentences for offset in (span.start, span.end)])
    ((number,),) = run(
        "INSERT INTO passages(document, start, stop, sentences, text) VALUES (?, ?, ?, ?, ?) RETURNING number",
        (document.id, start, end, flat, text),
    ).fetchall()
    run("INSERT INTO words(rowid, title, text) VALUES (?, ?, ?)", (number, document.title, text))
    run("INSERT INTO vectors VALUES (?, ?)", (number, vector.astype("<f4").tobytes()))


def _forget(run: Any, document: str) -> None:
    for statement in _FORGET:
        run(statement, (document,))


def _next_generation(run: Any) -> None:
    run("UPDATE meta SET value = value + 1 WHERE name = 'generation'")


def _embedder(run: Any) -> EmbeddedBy | None:
    row = run("SELECT value FROM meta WHERE name = 'embedder'").fetchone()
    return EmbeddedBy(**json.loads(row[0])) if row else None


def _set_embedder(run: Any, made_by: EmbeddedBy) -> None:
    value = json.dumps({"name": made_by.name, "revision": made_by.revision, "dim": made_by.dim})
    run("INSERT OR REPLACE INTO meta VALUES ('embedder', ?)", (value,))


def _check_embedder(found: EmbeddedBy | None, wanted: EmbeddedBy) -> None:
    if found is not None and found != wanted:
        raise BadStore(f"the index was made with {found}, this is {wanted}; run: vouch index PATH again")


def _check_vectors(vectors: Vectors, count: int, dim: int) -> None:
    """Raise ValueError for what would poison every search: a wrong shape, not-a-number, a row that is not unit."""
    if vectors.shape != (count, dim) or vectors.dtype != np.float32:
        raise ValueError(f"expected float32 ({count}, {dim}), got {vectors.dtype} {vectors.shape}")
    if count and not np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3):
        raise ValueError("a vector is not of length 1")
