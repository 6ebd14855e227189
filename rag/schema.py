"""How the SQLite file is laid out, opened and recognised, and what its failures are called."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from rag.errors import BadStore

VERSION = 1
# "Vou1" in the header of the file: other programs' SQLite files are told apart from ours.
_APPLICATION = 0x566F7531
# Sixteen MB: lists and full text of tens of thousands of passages stay in memory.
_CACHE_KIB = 16 << 10

# ``number`` is the key in FAISS too: AUTOINCREMENT never gives one out again, so a stale index cannot confuse two
# passages. ``text`` of a document comes last, so that lists read the row without it. ``words`` holds no text of its
# own (contentless): what was said stands once, in ``passages``.
_TABLES = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('generation', 0);
CREATE TABLE documents(
    id TEXT PRIMARY KEY, source TEXT NOT NULL UNIQUE, title TEXT NOT NULL, media_type TEXT NOT NULL,
    revision TEXT NOT NULL, date TEXT, bytes INTEGER NOT NULL, passages INTEGER NOT NULL, content TEXT NOT NULL,
    stamp TEXT NOT NULL, added TEXT NOT NULL, updated TEXT NOT NULL, text TEXT NOT NULL) STRICT;
CREATE TABLE passages(
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    document TEXT NOT NULL REFERENCES documents(id) ON DELETE CASCADE,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, sentences TEXT NOT NULL, text TEXT NOT NULL) STRICT;
CREATE INDEX passages_of ON passages(document);
CREATE TABLE vectors(
    number INTEGER PRIMARY KEY REFERENCES passages(number) ON DELETE CASCADE, vector BLOB NOT NULL) STRICT;
CREATE VIRTUAL TABLE words USING fts5(
    title, text, content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2');
CREATE TABLE conversations(id TEXT PRIMARY KEY, title TEXT NOT NULL, started TEXT NOT NULL) STRICT;
CREATE TABLE turns(
    conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE, position INTEGER NOT NULL,
    question TEXT NOT NULL, answer TEXT NOT NULL, asked TEXT NOT NULL,
    PRIMARY KEY(conversation, position)) STRICT, WITHOUT ROWID;
"""


# Seconds between two tries to switch a file to WAL.
_PAUSE = 0.01


def exists(path: Path) -> bool:
    """Tell whether there is a file that may be a store."""
    return path.exists()


def prepare_folder(folder: Path) -> None:
    """Make the data folder, for its owner only: it holds the text of private documents."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def connect(path: Path, busy_ms: int) -> apsw.Connection:
    """Open a connection that waits up to ``busy_ms`` for a writer and makes every commit durable."""
    connection = apsw.Connection(str(path))
    try:
        connection.set_busy_timeout(busy_ms)
        _use_wal(connection, busy_ms)
        connection.pragma("synchronous", "full")
        connection.pragma("foreign_keys", True)
        connection.pragma("cache_size", -_CACHE_KIB)
    except BaseException:
        connection.close()
        raise
    return connection


def _use_wal(connection: apsw.Connection, busy_ms: int) -> None:
    """Switch a new file to WAL. SQLite does not wait for another process that does so too: it says busy at once."""
    end = time.monotonic() + busy_ms / 1000
    while connection.pragma("journal_mode") != "wal":
        try:
            connection.pragma("journal_mode", "wal")
        except (apsw.BusyError, apsw.LockedError):
            if time.monotonic() > end:
                raise
            time.sleep(_PAUSE)


def version(connection: apsw.Connection, path: Path) -> int:
    """Return the layout's version, 0 for a file in which nothing was made yet.

    Raises:
        BadStore: another program's file, or a newer layout.
    """
    # One state for all three reads: another process may be laying the file out just now.
    with connection:
        application, found = connection.pragma("application_id"), int(connection.pragma("user_version"))
        empty = not connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    if empty and not found:
        return 0
    if application != _APPLICATION:
        raise BadStore(f"{path} is another program's database; choose another folder with VOUCH_HOME")
    if found > VERSION:
        raise BadStore(f"{path} was made by a newer version (layout {found}, known is {VERSION}); update vouch")
    return found


def create(connection: apsw.Connection) -> None:
    """Lay out an empty file; where two processes do so at once, the second finds it done."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        if int(connection.pragma("user_version")) == 0:
            connection.execute(_TABLES)
            connection.pragma("application_id", _APPLICATION)
            connection.pragma("user_version", VERSION)
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn what SQLite and the system say about the file into one line that says what to do."""
    try:
        yield
    except (apsw.BusyError, apsw.LockedError):
        raise BadStore(f"another process is writing to {path}; wait for it to finish, then try again") from None
    except (apsw.NotADBError, apsw.CorruptError, apsw.FormatError, UnicodeDecodeError) as error:
        raise BadStore(
            f"{path} is damaged ({error}); bring it back from a backup, or move it away and run: vouch index PATH"
        ) from None
    except apsw.FullError:
        raise BadStore(f"no space left for {path}; what was indexed before is kept; free some and try again") from None
    except (apsw.CantOpenError, apsw.ReadOnlyError, apsw.PermissionsError, apsw.IOError, OSError) as error:
        raise BadStore(f"{path} cannot be read and written ({error}); check its permissions and its disk") from None
