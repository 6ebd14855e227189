"""What is the state of this installation? Looks, changes nothing, and says how to mend what is wrong."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from rag import weights
from rag.errors import NoIndex, VouchError
from rag.settings import Settings

_PACKAGES = ("apsw", "faiss-cpu", "fastapi", "llama-cpp-python", "openvino", "sentence-transformers", "torch")
# The prepared models take 240 MB; documents and vectors come on top.
_LEAST_FREE = 1 << 30


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; ``mend`` says what to do when it is not well."""

    what: str
    found: str
    well: bool = True
    mend: str = ""


def examine(settings: Settings, origin: Mapping[str, str]) -> Iterator[Finding]:
    """Yield the findings one by one, the cheap ones first."""
    yield Finding("vouch", _version("vouch-rag"))
    yield Finding("python", f"{platform.python_version()} on {platform.machine()}, {os.cpu_count()} cores")
    for package in _PACKAGES:
        yield Finding(package, _version(package))
    yield from _sqlite()
    for name, value in settings:
        shown = "(set)" if name == "token" and value else str(value)
        yield Finding(f"setting {name}", f"{shown} (from {origin[name]})")
    yield from _disk(settings)
    for packaged in (weights.ENCODER, weights.TOKENIZER, weights.READER, weights.WRITER):
        yield _tried(f"weights {packaged.package}", lambda packaged=packaged: _known(packaged))  # type: ignore[misc]
    yield _tried("index", lambda: _index(settings))
    yield _tried("model", lambda: _model(settings))


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"


def _sqlite() -> Iterator[Finding]:
    import apsw

    yield Finding("sqlite", apsw.sqlite_lib_version())


def _disk(settings: Settings) -> Iterator[Finding]:
    place = settings.home
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    writable = os.access(place, os.W_OK)
    mend = "" if writable else f"choose another folder: VOUCH_HOME=... or allow writing to {place}"
    yield Finding("data folder", str(settings.home), writable, mend)
    enough = free >= _LEAST_FREE
    yield Finding("free disk", f"{free / 1e9:.1f} GB", enough, "" if enough else "free at least 1 GB")


def _tried(what: str, look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except NoIndex as error:
        return Finding(what, "none yet", True, str(error))
    except VouchError as error:
        return Finding(what, "not usable", False, str(error))


def _known(packaged: weights.Packaged) -> Finding:
    path = weights.locate(packaged)
    return Finding(f"weights {packaged.package}", f"{path.name}, {path.stat().st_size >> 20} MB, sha256 as known")


def _index(settings: Settings) -> Finding:
    from rag.engine import Engine

    with Engine(settings) as engine:
        engine.library.store.check()
        documents = engine.library.documents()
    passages = sum(document.passages for document in documents)
    return Finding("index", f"{len(documents)} documents, {passages} passages")


def _model(settings: Settings) -> Finding:
    from rag.models import Models

    writer = Models(settings).writer(None)
    return Finding("model", writer.name if writer else "none: quotes only")
