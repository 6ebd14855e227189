"""The file of a FAISS index and its manifest: a cache, taken only if both are whole and made for this store.

FAISS does not notice damage, so the manifest holds a sha256 of the file. Each index has a file name of its own: a
reader that maps the one before keeps it, and a writer that is killed leaves the one before in place.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from rag import nearest

# Raise it with every change to how the file is made, so that caches of earlier versions are not taken for ours.
LAYOUT = 2
_MANIFEST = "manifest.json"
_FILES = "vectors*.faiss"
_SHA = re.compile(r"[0-9a-f]{64}")
# Another process may put a newer index in place between our reading the manifest and opening the file it names.
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a saved index was made from, and the sha256 of its file.

    ``store`` is the identity of the store, ``name``, ``revision`` and ``dim`` are its embedder's, ``last`` is the
    highest number in the index.
    """

    layout: int
    store: str
    generation: int
    name: str
    revision: str
    dim: int
    count: int
    last: int
    sha256: str

    @property
    def file(self) -> str:
        """The name of the index's file."""
        return f"vectors-{self.generation}-{self.sha256[:16]}.faiss"

    def is_ours(self) -> bool:
        """Tell whether this version wrote it, as far as its fields say: a damaged one must not name a path."""
        numbers = (self.layout, self.generation, self.dim, self.count, self.last)
        return (
            self.layout == LAYOUT
            and all(type(one) is int for one in numbers)
            and bool(_SHA.fullmatch(str(self.sha256)))
        )


def load(folder: Path) -> tuple[Manifest, Any] | None:
    """Return the saved index with its manifest; None if there is none, or it is damaged or of another version."""
    for _ in range(_TRIES):
        manifest = _read_manifest(folder / _MANIFEST)
        if manifest is None:
            return None
        try:
            with (folder / manifest.file).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != manifest.sha256:
                    return None
            index = nearest.read(folder / manifest.file)
        except FileNotFoundError:
            continue
        except OSError:
            return None
        return (manifest, index) if int(index.ntotal) == manifest.count else None
    return None


def save(folder: Path, index: Any, made_from: Manifest) -> None:
    """Write an index and its manifest, whose count and sha256 are filled in here; then drop the files of others.

    A full disk or a read-only folder costs a rebuild at the next start, never an answer now: nothing is raised.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        # One fixed name, so that killed processes leave no trail; two at once only spoil a sha256, which is checked.
        temporary = folder / "vectors.new"
        nearest.write(index, temporary)
        with temporary.open("rb+") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        manifest = replace(made_from, count=int(index.ntotal), sha256=digest)
        temporary.replace(folder / manifest.file)
        _sync_folder(folder)
        _write_manifest(folder, manifest)
        for other in folder.glob(_FILES):
            if other.name != manifest.file:
                other.unlink(missing_ok=True)
    except OSError:
        return


def _read_manifest(path: Path) -> Manifest | None:
    try:
        manifest = Manifest(**json.loads(path.read_bytes()))
    except (OSError, ValueError, TypeError):
        return None
    return manifest if manifest.is_ours() else None


def _write_manifest(folder: Path, manifest: Manifest) -> None:
    temporary = folder / "manifest.new"
    with temporary.open("w", encoding="utf-8") as file:
        json.dump(asdict(manifest), file, indent=1)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(folder / _MANIFEST)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there, and renames are journalled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
