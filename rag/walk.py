"""Paths that a user named to the files that are meant, in an order that does not depend on the disk."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.errors import Refused

# A file changed this shortly before it was looked at may change again without its time changing (FAT counts in 2 s).
_SETTLED_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Found:
    """A file: where it is, by which name it goes below the folder that was named, and what its stat said.

    ``problem`` says why it (or a folder) cannot be looked at. ``named`` is True for a file that the user gave itself.
    """

    path: str
    name: str
    stamp: str = ""
    named: bool = False
    problem: str = ""


def walk(paths: Sequence[Path], now_ns: int) -> Iterator[Found]:
    """Yield each file once, folders in sorted order, hidden ones left out; links are followed, but not in circles.

    ``stamp`` changes with the file; it is empty where that cannot be relied on at ``now_ns`` (since 1970).
    """
    seen: set[tuple[int, int]] = set()
    given: set[str] = set()
    for path in paths:
        root = os.path.abspath(path)
        if os.path.isdir(root):
            found = _folder(root, "", seen, now_ns)
        else:
            found = iter([_file(root, os.path.basename(root), now_ns, named=True)])
        for file in found:
            if file.path not in given:
                given.add(file.path)
                yield file


def check_prunable(paths: Sequence[Path]) -> None:
    """Raise Refused unless each path is a folder with something in it.

    A disk that is not mounted looks like a folder that is missing or empty; its documents must not be dropped.
    """
    for path in paths:
        try:
            with os.scandir(path) as entries:
                empty = not any(entries)
        except NotADirectoryError:
            continue
        except OSError as error:
            raise Refused(f"{path} cannot be looked into ({error.strerror}); nothing was pruned or added") from None
        if empty:
            raise Refused(
                f"{path} is empty, perhaps not mounted; nothing was pruned or added: remove documents with vouch docs"
            )


def _folder(folder: str, below: str, seen: set[tuple[int, int]], now_ns: int) -> Iterator[Found]:
    try:
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in seen:
            return
        seen.add((status.st_dev, status.st_ino))
        with os.scandir(folder) as entries:
            listed = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield Found(folder, below or folder, problem=f"this folder cannot be read: {error.strerror}")
        return
    for entry in listed:
        if entry.name.startswith("."):
            continue
        name = f"{below}{entry.name}"
        if entry.is_dir():
            yield from _folder(entry.path, f"{name}/", seen, now_ns)
        else:
            yield _file(entry.path, name, now_ns)


def _file(path: str, name: str, now_ns: int, named: bool = False) -> Found:
    try:
        status = os.stat(path)
    except OSError as error:
        return Found(path, name, named=named, problem=f"it cannot be read: {error.strerror}")
    if not stat.S_ISREG(status.st_mode):
        return Found(path, name, named=named, problem="not a document: it is not a regular file")
    changed = max(status.st_mtime_ns, status.st_ctime_ns)
    # The time of change of the inode is there for copies that keep the time of the file.
    stamp = f"{status.st_size}-{status.st_mtime_ns}-{status.st_ctime_ns}" if changed + _SETTLED_NS < now_ns else ""
    return Found(path, name, stamp, named)
