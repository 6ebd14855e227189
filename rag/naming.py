"""The short name that a document goes by."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from rag.errors import Refused
from rag.ingest.clean import clean

UPLOAD = "upload:"
_LONGEST = 150
# Separators of all systems, and what Windows or a shell reads as something else.
_UNSAFE = re.compile(r'[/\\:*?"<>|\n\t]+')


def upload_name(name: str) -> str:
    """Return the last part of a foreign file name with nothing in it that acts: no path, control or hidden character.

    Raises:
        Refused: nothing is left.
    """
    last = re.split(r"[/\\]", clean(name))[-1]
    safe = _UNSAFE.sub("_", last).strip(" .")
    if not safe:
        raise Refused("the upload has no file name")
    stem, suffix = PurePath(safe).stem, PurePath(safe).suffix
    return stem[: _LONGEST - len(suffix)] + suffix[:_LONGEST]


def candidates(name: str, source: str) -> Iterator[str]:
    """Yield the ids that a source may have, best first: its name, then longer and longer tails of its path."""
    yield name
    if source.startswith(UPLOAD):
        yield f"uploads/{name}"
    else:
        parts = PurePath(source).parts
        for count in range(name.count("/") + 2, len(parts) + 1):
            tail = PurePath(*parts[-count:]).as_posix()
            yield tail.lstrip("/")
    yield source
