"""Connections to the SQLite file: one for each thread that reads, one for all that write. Knows no table."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import apsw

from rag import mark, schema
from rag.errors import NoIndex

_NO_INDEX = "nothing has been indexed yet; run: vouch index PATH"


class Database:
    """One file. Safe to use from many threads: each reads on its own connection, writers take turns.

    ``is_vouched_for`` tells whether a note beside it says that it had no more commits than it knows of.
    """

    def __init__(self, path: Path, *, create: bool = False, busy_seconds: float = 10.0) -> None:
        """Open the file.

        Raises:
            NoIndex: there is none, and ``create`` was not asked for.
            BadStore: it cannot be used; one line that says why and what to do.
        """
        self._path = path
        self._busy_ms = int(busy_seconds * 1000)
        self._local = threading.local()
        self._open: weakref.WeakSet[apsw.Connection] = weakref.WeakSet()
        self._writing = threading.RLock()
        self.is_vouched_for = False
        with schema.told(path):
            if not schema.exists(path):
                if not create:
                    raise NoIndex(_NO_INDEX)
                schema.prepare_folder(path.parent)
                mark.forget(path)
            self._writer = self._connect()
            try:
                self._prepare(create)
            except BaseException:
                self._writer.close()
                raise

    def close(self) -> None:
        """Close every connection, of all threads; the last one folds the WAL into the file.

        Where the disk fails just then, nothing is lost: what was committed stays in the WAL, for the next start.
        """
        with self._writing:
            for connection in [*self._open]:
                with suppress(apsw.Error):
                    connection.close()

    def _prepare(self, create: bool) -> None:
        # The note first: another process may commit, and note it, between the two.
        noted = mark.read(self._path)
        if schema.version(self._writer, self._path) == 0:
            mark.check(self._path, noted, None)
            if not create:
                raise NoIndex(_NO_INDEX)
            schema.create(self._writer)
        there = mark.counted(self._writer.execute)
        mark.check(self._path, noted, there)
        self.is_vouched_for = noted is not None and noted.identity == there.identity

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
    def _one_state(self) -> Iterator[None]:
        """Let this thread read one and the same state for the length of the block."""
        reader = self._reader()
        with self._told(), schema.one_state(reader):
            yield

    @contextmanager
    def _transaction(self) -> Iterator[Any]:
        """Give ``execute`` of the one writing connection; commit at the end of the block, or undo all of it."""
        with self._writing, self._told():
            try:
                # Takes the write lock at once; a plain BEGIN could fail later, with half of the work done.
                self._writer.execute("BEGIN IMMEDIATE")
                yield self._writer.execute
                commits = mark.count(self._writer.execute)
                self._writer.execute("COMMIT")
                mark.write(self._path, commits)
            except BaseException as error:
                schema.undo(self._writer)
                if isinstance(error, apsw.ReadOnlyError | apsw.IOError | apsw.CantOpenError):
                    self._renew()
                raise

    def _renew(self) -> None:
        """Open the writing connection again: where the system fails one open, SQLite takes to reading, for good."""
        with suppress(apsw.Error):
            fresh = self._connect()
            self._writer.close()
            self._writer = fresh

    def _told(self) -> Any:
        return schema.told(self._path)
