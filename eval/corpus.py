"""The documents that a suite asks about: what quotes are checked against, whatever a system says.

A document's text is what the ingest room makes of its file: offsets count there. Everything after it is measured.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Self

from eval.errors import BadSuite
from eval.packing import PACKED, unpack
from rag.embed import MiniLM
from rag.errors import VouchError
from rag.ingest.formats import is_supported
from rag.ingest.parse import ParserProcess
from rag.library import Library
from rag.settings import Settings, load

EVERYTHING = ("*",)


@dataclass(frozen=True)
class Place:
    """A half-open range of characters of one document."""

    document: str
    start: int
    end: int

    def overlaps(self, other: Place) -> bool:
        """Tell whether the two share at least one character."""
        return self.document == other.document and self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Corpus:
    """Texts by document id (the file's path below the folder, with forward slashes) and one hash over all.

    ``home`` is the data folder in which they are indexed already, if they are.
    """

    folder: Path
    texts: dict[str, str]
    sha256: str
    home: Path | None = None

    @classmethod
    def of(cls, texts: dict[str, str], folder: Path = Path()) -> Self:
        """Return the corpus of these texts, their ids in alphabetical order."""
        digest = hashlib.sha256()
        for name in sorted(texts):
            digest.update(f"{name}\0{hashlib.sha256(texts[name].encode()).hexdigest()}\n".encode())
        return cls(folder, {name: texts[name] for name in sorted(texts)}, digest.hexdigest())

    @cached_property
    def revisions(self) -> dict[str, str]:
        """The sha256 of each document's text in UTF-8, by document id."""
        return {name: hashlib.sha256(text.encode()).hexdigest() for name, text in self.texts.items()}

    def link(self, into: Path) -> Path:
        """Make a folder that holds exactly these documents, under their ids, and return it.

        Files are linked; documents that come packed are written out.
        """
        packed = unpack(self.folder) if self.folder.is_file() else {}
        for name in self.texts:
            link = into / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            if name in packed:
                link.write_text(packed[name], encoding="utf-8", newline="")
            else:
                link.symlink_to((self.folder / name).resolve())
        return into

    def places(self, quote: str) -> list[Place]:
        """Return every place of the corpus where exactly these characters stand."""
        found = []
        for name, text in self.texts.items():
            start = text.find(quote)
            while start >= 0:
                found.append(Place(name, start, start + len(quote)))
                start = text.find(quote, start + 1)
        return found


def read_corpus(folder: Path, include: Sequence[str] = EVERYTHING) -> Corpus:
    """Return the texts of the documents below a folder that match one of the patterns; hidden files are left out.

    A file of packed documents stands for a folder of them.

    Raises:
        BadSuite: the folder is missing or has no document, or one cannot be read.
    """
    if folder.name.endswith(PACKED) and folder.is_file():
        return Corpus.of(_parsed(folder, unpack(folder)), folder)
    if not folder.is_dir():
        raise BadSuite(f"the corpus folder {folder} does not exist; name one with --corpus")
    settings = load()[0]
    texts: dict[str, str] = {}
    with ParserProcess(max_bytes=settings.max_file_mb << 20, seconds=settings.parse_seconds) as parser:
        for path in _documents(folder, include):
            try:
                texts[path.relative_to(folder).as_posix()] = parser.parse_file(path).text
            except (VouchError, OSError) as error:
                raise BadSuite(f"{path} of the corpus cannot be read: {error}") from None
    if not texts:
        raise BadSuite(f"the corpus folder {folder} has no document that matches {', '.join(include)}")
    return Corpus.of(texts, folder)


def _parsed(folder: Path, packed: dict[str, str]) -> dict[str, str]:
    settings = load()[0]
    texts: dict[str, str] = {}
    with ParserProcess(max_bytes=settings.max_file_mb << 20, seconds=settings.parse_seconds) as parser:
        for name, raw in packed.items():
            try:
                texts[name] = parser.parse_bytes(name, raw.encode()).text
            except VouchError as error:
                raise BadSuite(f"{name} in {folder} cannot be read: {error}") from None
    return texts


def read_indexed(settings: Settings) -> Corpus:
    """Return the documents that are indexed in a data folder, as they were indexed.

    Raises:
        BadSuite: nothing is indexed there, or the store cannot be read.
    """
    try:
        with Library(settings, lambda: MiniLM(settings.models_path, settings.threads)) as library:
            texts = {document.id: library.document(document.id).text for document in library.documents()}
    except VouchError as error:
        raise BadSuite(f"the documents in {settings.home} cannot be read: {error}") from None
    if not texts:
        raise BadSuite(f"nothing is indexed in {settings.home}; vouch index PATH adds documents")
    return replace(Corpus.of(texts), home=settings.home)


def _documents(folder: Path, include: Sequence[str]) -> list[Path]:
    found = {path for pattern in include for path in folder.rglob(pattern)}
    return sorted(path for path in found if path.is_file() and _is_document(path.relative_to(folder)))


def _is_document(path: Path) -> bool:
    return is_supported(path.name) and not any(part.startswith(".") for part in path.parts)
