"""What has to be done for one file: nothing, because it did not change; a refusal; or a document to be embedded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from rag import chunk, naming
from rag.errors import Refused
from rag.ingest import formats
from rag.ingest.parse import ParserProcess, check_size, read_file
from rag.records import Document, Span
from rag.store import Known
from rag.walk import Found

State = Literal["added", "updated", "renamed", "unchanged", "refused", "skipped", "removed"]

# Raise it when parsers or sentence rules change: unchanged files are then read again instead of skipped.
_RECIPE = 2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file. ``document`` is its id where it has one, ``reason`` why it was not taken.

    ``replaced`` is the revision before, where that can still be read.
    """

    source: str
    state: State
    document: str | None = None
    passages: int = 0
    reason: str = ""
    replaced: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """A document that is parsed and cut, and waits for its vectors. ``moved_from`` is where its file was before."""

    document: Document
    passages: list[tuple[Span, ...]]
    content: str
    stamp: str
    state: State
    moved_from: str = ""

    def texts(self) -> list[str]:
        """Return what is embedded for each passage."""
        text = self.document.text
        return [
            text_to_embed(self.document.id, self.document.title, text[run[0].start : run[-1].end])
            for run in self.passages
        ]


def text_to_embed(document: str, title: str, passage: str) -> str:
    """Return a passage behind its document's title, which says what it is about.

    A title that is only the file's name says nothing; one that the passage opens with would count twice.
    """
    is_name = title == document.rpartition("/")[2]
    return passage if is_name or passage.lstrip("# ").startswith(title) else f"{title}\n{passage}"


class Intake:
    """Looks at files against what is ``known``, and gives new documents ids that are free.

    ``touched`` collects the sources that only look newer than they are: source to stamp; ``moved`` those that are
    files no more, because the same bytes lie elsewhere now.
    """

    def __init__(self, parser: ParserProcess, max_bytes: int, known: Mapping[str, Known]) -> None:
        self._parser = parser
        self._max_bytes = max_bytes
        self._known = known
        self._owners = {entry.document: source for source, entry in known.items()}
        self._holding: dict[str, list[str]] = {}
        for source, entry in known.items():
            self._holding.setdefault(entry.content, []).append(source)
        self.touched: dict[str, str] = {}
        self.moved: set[str] = set()

    def look_at(self, found: Found) -> Outcome | Ready:
        """Return what is to be done for a file; never raises Refused, that is an outcome."""
        known, stamp = self._known.get(found.path), _stamp(found)
        if not found.problem and known is not None and stamp and known.stamp == stamp:
            return Outcome(found.path, "unchanged", known.document, known.passages)
        try:
            if found.problem:
                raise Refused(found.problem)
            if not found.named and not formats.is_supported(found.name):
                return Outcome(found.path, "skipped", reason="not a document")
            formats.check_supported(found.name)
            return self.take(found.path, found.name, read_file(found.path, self._max_bytes), stamp)
        except Refused as error:
            return Outcome(found.path, "refused", known.document if known else None, reason=str(error))

    def take(self, source: str, name: str, data: bytes, stamp: str) -> Outcome | Ready:
        """Return what is to be done for the bytes of a source that goes by ``name``.

        Raises:
            Refused: they are no document, or too many, with the reason.
        """
        check_size(len(data), self._max_bytes)
        known, content = self._known.get(source), _content(data)
        if known is not None and known.content == content:
            if stamp and stamp != known.stamp:
                self.touched[source] = stamp
            return Outcome(source, "unchanged", known.document, known.passages)
        parsed = self._parser.parse_bytes(name.rpartition("/")[2], data)
        moved_from = "" if known else self._moved(source, content)
        document = Document(
            id=known.document if known else self._free_id(name, source),
            source=source,
            title=parsed.title,
            media_type=parsed.media_type,
            text=parsed.text,
            revision=hashlib.sha256(parsed.text.encode()).hexdigest(),
            date=parsed.date,
            bytes=len(data),
            pages=parsed.pages,
        )
        runs = chunk.cut(parsed.text, parsed.aside)
        state: State = "updated" if known else "renamed" if moved_from else "added"
        return Ready(document, runs, content, stamp, state, moved_from)

    def _moved(self, source: str, content: str) -> str:
        """Return the known file whose bytes a new file has, if it is there no more; its name is free again."""
        for old in self._holding.get(content, []) if os.path.isabs(source) else ():
            if old not in self.moved and os.path.isabs(old) and not os.path.lexists(old):
                self.moved.add(old)
                del self._owners[self._known[old].document]
                return old
        return ""

    def _free_id(self, name: str, source: str) -> str:
        for candidate in naming.candidates(name, source):
            if self._owners.setdefault(candidate, source) == source:
                return candidate
        raise Refused(f"no name is left for it: '{name}' and all of its path are taken by other documents")


def _stamp(found: Found) -> str:
    return f"{_RECIPE}-{found.stamp}" if found.stamp else ""


def _content(data: bytes) -> str:
    return hashlib.sha256(b"%d\n" % _RECIPE + data).hexdigest()
