"""Has a store all of its commits? They are counted inside it, and the count is noted beside it.

SQLite goes back to the last whole commit where the WAL is damaged, cut or gone, without a word. The note is written
once a commit is durable, so it is never ahead of what a kill or a power cut leaves, and needs no sync of its own.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag.errors import BadStore

# The identity of the store, the number of its commits, and a checksum of both.
_NOTE = struct.Struct("<32sQI")


@dataclass(frozen=True, slots=True)
class Noted:
    """The identity of a store, and how many commits it has had."""

    identity: str
    commits: int


def path_of(store: Path) -> Path:
    """Return where the note of a store lies."""
    return store.with_suffix(".mark")


def count(run: Callable[..., Any]) -> Noted:
    """Count one more commit, inside the transaction; return what is to be noted once it is durable."""
    run("INSERT INTO meta VALUES ('commits', 1) ON CONFLICT(name) DO UPDATE SET value = value + 1")
    return counted(run)


def counted(run: Callable[..., Any]) -> Noted:
    """Return what the store itself says; ``run`` is ``execute`` of a connection."""
    found = dict(run("SELECT name, value FROM meta WHERE name IN ('identity', 'commits')").fetchall())
    return Noted(found["identity"], found.get("commits", 0))


def write(store: Path, noted: Noted) -> None:
    """Note a commit, unless another process has noted a later one. A failing disk only leaves less to go by."""
    there = read(store)
    if there and there.identity == noted.identity and there.commits >= noted.commits:
        return
    try:
        # In place and in one call: a kill leaves the note of before, or this one.
        handle = os.open(path_of(store), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            os.write(handle, _packed(noted))
            os.ftruncate(handle, _NOTE.size)
        finally:
            os.close(handle)
    except OSError:
        return


def read(store: Path) -> Noted | None:
    """Return what was noted; None for a note that is missing or damaged."""
    try:
        data = path_of(store).read_bytes()
        name, commits, _ = _NOTE.unpack(data)
        noted = Noted(name.decode(), commits)
    except (OSError, ValueError, struct.error):
        return None
    return noted if data == _packed(noted) else None


def forget(store: Path) -> None:
    """Drop the note of a store that is not there any more, before a new one is made in its place."""
    path_of(store).unlink(missing_ok=True)


def check(store: Path, noted: Noted | None, there: Noted | None) -> None:
    """Compare what was noted with what the store says, which is None for one in which nothing was ever made.

    Raises:
        BadStore: the store has lost commits.
    """
    commits = there.commits if there else 0
    if noted is None or (there and there.identity != noted.identity) or commits >= noted.commits:
        return
    raise BadStore(
        f"{store} lacks its last {noted.commits - commits} of {noted.commits} changes: {store.name}-wal is damaged or"
        f" gone, or {store.name} is an older copy; bring back the newer files, or delete {path_of(store)} to go on with"
        " what is left, then run: vouch index PATH"
    )


def _packed(noted: Noted) -> bytes:
    name = noted.identity.encode()
    return _NOTE.pack(name, noted.commits, zlib.crc32(noted.commits.to_bytes(8, "little"), zlib.crc32(name)))
