"""How the SQLite file is laid out, opened and recognised, and what its failures are called."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from rag import checksums
from rag.errors import BadStore

VERSION = 2
# "Vou2" in the header of the file: other programs' SQLite files are told apart from ours.
_APPLICATION = 0x566F7532
# "Vou1": pages without checksums.
_EARLIER = 0x566F7531
# Sixteen MB: lists and full text of tens of thousands of passages stay in memory.
_CACHE_KIB = 16 << 10

# A source (a file, an upload) goes by a name, its ``id``; sources that hold the same share one content. A content is
# what can be found now; what a source held before stands in ``earlier``, readable and not found.
# ``number`` of a passage is its key in FAISS too: AUTOINCREMENT never gives one out again, so a stale index cannot
# confuse two passages. ``text`` of a content comes last, so that lists read the row without it. ``words`` holds no
# text of its own (contentless): what was said stands once, in ``passages``.
# ``steps`` and ``gone`` tell an index what changed since it was made; ``quoted`` which turn needs which revision.
# ``words`` has blocks of 4000 bytes, which fit a page with a checksum. The usual 4050 do not: each would spill into a
# second page, which SQLite reads from the file every time, past its cache.
_TABLES = """
CREATE TABLE meta(name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('generation', 0), ('identity', lower(hex(randomblob(16))));
CREATE TABLE contents(
    number INTEGER PRIMARY KEY, key BLOB NOT NULL UNIQUE, title TEXT NOT NULL, media_type TEXT NOT NULL,
    revision TEXT NOT NULL, date TEXT, passages INTEGER NOT NULL, pages TEXT NOT NULL, sketch BLOB NOT NULL,
    text TEXT NOT NULL) STRICT;
CREATE TABLE sources(
    place INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, id TEXT NOT NULL UNIQUE,
    content INTEGER NOT NULL REFERENCES contents(number), bytes INTEGER NOT NULL, digest TEXT NOT NULL,
    stamp TEXT NOT NULL, added TEXT NOT NULL, updated TEXT NOT NULL) STRICT;
CREATE INDEX sources_of ON sources(content);
CREATE TABLE earlier(
    id TEXT NOT NULL, revision TEXT NOT NULL, title TEXT NOT NULL, media_type TEXT NOT NULL, date TEXT,
    bytes INTEGER NOT NULL, pages TEXT NOT NULL, source TEXT NOT NULL, kept INTEGER NOT NULL, until TEXT NOT NULL,
    text TEXT NOT NULL, UNIQUE(id, revision)) STRICT;
CREATE TABLE passages(
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    content INTEGER NOT NULL REFERENCES contents(number) ON DELETE CASCADE,
    start INTEGER NOT NULL, stop INTEGER NOT NULL, sentences TEXT NOT NULL, embedded BLOB NOT NULL,
    prints BLOB NOT NULL, text TEXT NOT NULL) STRICT;
CREATE INDEX passages_of ON passages(content);
CREATE INDEX passages_embedded ON passages(embedded);
CREATE TABLE vectors(
    number INTEGER PRIMARY KEY REFERENCES passages(number) ON DELETE CASCADE, vector BLOB NOT NULL) STRICT;
CREATE VIRTUAL TABLE words USING fts5(
    title, text, content='', contentless_delete=1, tokenize='porter unicode61 remove_diacritics 2');
INSERT INTO words(words, rank) VALUES ('pgsz', 4000);
CREATE TABLE bands(
    band INTEGER NOT NULL, content INTEGER NOT NULL REFERENCES contents(number) ON DELETE CASCADE,
    PRIMARY KEY(band, content)) STRICT, WITHOUT ROWID;
CREATE INDEX bands_of ON bands(content);
CREATE TABLE steps(generation INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT;
INSERT INTO steps VALUES (0, 0);
CREATE TABLE gone(
    generation INTEGER NOT NULL, number INTEGER NOT NULL, PRIMARY KEY(generation, number)) STRICT, WITHOUT ROWID;
CREATE TABLE conversations(id TEXT PRIMARY KEY, title TEXT NOT NULL, started TEXT NOT NULL) STRICT;
CREATE TABLE turns(
    conversation TEXT NOT NULL REFERENCES conversations(id) ON DELETE CASCADE, position INTEGER NOT NULL,
    question TEXT NOT NULL, answer TEXT NOT NULL, asked TEXT NOT NULL,
    PRIMARY KEY(conversation, position)) STRICT, WITHOUT ROWID;
CREATE TABLE quoted(
    document TEXT NOT NULL, revision TEXT NOT NULL, conversation TEXT NOT NULL, position INTEGER NOT NULL,
    PRIMARY KEY(document, revision, conversation, position),
    FOREIGN KEY(conversation, position) REFERENCES turns(conversation, position) ON DELETE CASCADE)
    STRICT, WITHOUT ROWID;
CREATE INDEX quoted_by ON quoted(conversation, position);
CREATE TABLE receipts(number INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT;
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
    connection = apsw.Connection(str(path), vfs=checksums.vfs(_APPLICATION))
    try:
        connection.set_busy_timeout(busy_ms)
        # Both count only for a file that is still empty.
        connection.pragma("page_size", checksums.PAGE)
        connection.reserve_bytes(None, checksums.RESERVED)
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
        BadStore: another program's file, or another layout.
    """
    # One state for all three reads: another process may be laying the file out just now.
    with one_state(connection):
        application, found = connection.pragma("application_id"), int(connection.pragma("user_version"))
        empty = not connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone()
    if empty and not found:
        return 0
    if application == _EARLIER:
        raise BadStore(f"{path} was made by an earlier version; move it away and run: vouch index PATH")
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
        undo(connection)
        raise


def undo(connection: apsw.Connection) -> None:
    """Undo what a transaction did so far. Where the disk was full or failed, SQLite has done so by itself."""
    if connection.in_transaction:
        connection.execute("ROLLBACK")


@contextmanager
def one_state(connection: apsw.Connection) -> Iterator[None]:
    """Let a connection read one and the same state for the length of the block; one inside another is the outer one."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN")
    try:
        yield
    finally:
        undo(connection)


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
