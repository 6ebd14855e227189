"""The way of a document, written once: ingest, chunk, embed, store, index. And the documents that went it."""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import TracebackType

from rag import naming, vectorize
from rag.ahead import ahead
from rag.embed import Embedder
from rag.index import Snapshot, open_index
from rag.ingest import formats
from rag.ingest.parse import ParserProcess, check_size
from rag.intake import Intake, Outcome, Ready, State
from rag.records import Document
from rag.settings import Settings
from rag.store import Earlier, Known, Receipt, Store
from rag.walk import Found, check_prunable, walk

Progress = Callable[[int, int, str], None]
"""Called with (files done, files in all, name of the file) as files are done."""

# Files of which nothing is to be stored are told of in lists of this length.
_TOGETHER = 200
# Characters of text that may wait, parsed, for the embedder; one document more may come on top.
_AHEAD = 4_000_000


@dataclass(frozen=True, slots=True)
class Report:
    """What became of all files, in the order they were looked at."""

    outcomes: tuple[Outcome, ...]

    def of(self, *states: State) -> list[Outcome]:
        """Return the outcomes in one of these states."""
        return [outcome for outcome in self.outcomes if outcome.state in states]

    @property
    def refused(self) -> list[Outcome]:
        """The files that should have been taken in and could not be, each with its reason."""
        return self.of("refused")

    @property
    def indexed(self) -> list[Outcome]:
        """The files whose present content is in the index."""
        return self.of("added", "updated", "renamed", "unchanged")

    def summary(self) -> str:
        """Return one line such as '2 added, 1 updated, 5 unchanged (31 passages)'."""
        counts = Counter(outcome.state for outcome in self.outcomes)
        order: tuple[State, ...] = ("added", "updated", "renamed", "unchanged", "removed", "skipped", "refused")
        told = ", ".join(f"{counts[state]} {state}" for state in order if counts[state])
        passages = sum(outcome.passages for outcome in self.indexed)
        return f"{told or 'no files found'} ({passages} passages)"


class Library:
    """The documents of one data folder. Safe to use from many threads.

    ``embedder_factory`` is called when something has to be embedded, not before. The store is opened when it is
    needed, and made by the first ``add_*``, or at once with ``create``.
    """

    def __init__(self, settings: Settings, embedder_factory: Callable[[], Embedder], *, create: bool = False) -> None:
        self._settings = settings
        self._embedder_factory = embedder_factory
        self._store: Store | None = None
        self._snapshot: Snapshot | None = None
        self._opening = threading.RLock()
        self._indexing = threading.Lock()
        self._adding = threading.RLock()
        self._max_bytes = settings.max_file_mb << 20
        self._parser = ParserProcess(max_bytes=self._max_bytes, seconds=settings.parse_seconds)
        if create:
            self._open(create=True)

    def close(self) -> None:
        """Close the store; a later call opens it again."""
        with self._opening:
            if self._store is not None:
                self._store.close()
                self._store = None

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def store(self) -> Store:
        """The store; raises NoIndex while there is none."""
        return self._open(create=False)

    def documents(self) -> list[Document]:
        """Return all documents by id, without their text."""
        return self.store.documents()

    def document(self, document: str, revision: str = "") -> Document:
        """Return one document with its text, as it is or as it was, or raise UnknownDocument."""
        return self.store.document(document, revision)

    def earlier(self, document: str) -> list[Earlier]:
        """Return the earlier revisions of a document that can still be read, newest first."""
        return self.store.earlier(document)

    def voices(self, numbers: Iterable[int]) -> list[list[int]]:
        """Return passages, by number, in groups that say the same nearly word for word: each group is one voice."""
        return self.store.voices(numbers)

    def remove(self, document: str) -> Receipt:
        """Forget one document, or raise UnknownDocument. Its file, if it came from one, stays."""
        return self.store.remove(document)

    def purge(self) -> None:
        """Leave nothing of what was removed or replaced on the disk; the index is made anew when it is needed.

        Raises:
            BadStore: another process uses the store just now.
        """
        with self._adding, self._indexing:
            self.store.purge()
            self._snapshot = None
            shutil.rmtree(self._settings.index_path, ignore_errors=True)

    def index(self) -> Snapshot:
        """Return the vectors as they are now; a snapshot that is held does not change."""
        with self._indexing:
            store = self.store
            if self._snapshot is None or self._snapshot.generation != store.generation():
                if store.embedded_by() is not None:
                    vectorize.agree(store, self._embedder_factory())
                self._snapshot = open_index(self._settings.index_path, store, self._snapshot)
            return self._snapshot

    def add_paths(self, paths: Iterable[Path], prune: bool = False, progress: Progress | None = None) -> Report:
        """Add or update files and folders; what did not change costs a stat, what cannot be read a line.

        With ``prune``, documents below the folders whose file is gone are removed. Every document that the report
        calls added or updated is durable; when interrupted, those that were done are.

        Raises:
            Refused: with ``prune``, a folder is missing or empty (not mounted?); nothing was done.
            BadStore: the store cannot be written.
        """
        paths = list(paths)
        if prune:
            check_prunable(paths)
        # The parser process ends with the work: nothing of one hostile file waits for the next upload.
        with self._adding, self._parser:
            store = self._open(create=True)
            known = store.known()
            files = list(walk(paths, time.time_ns()))
            intake = Intake(self._parser, self._max_bytes, known)
            outcomes = []
            looked_at = _gathered(map(intake.look_at, files))
            with ahead(looked_at, _AHEAD, _weight, self._parser.close) as gathered:
                for outcome in self._embedded(store, chain.from_iterable(gathered)):
                    outcomes.append(outcome)
                    if progress is not None:
                        progress(len(outcomes), len(files), outcome.source)
            if intake.touched:
                store.touch(intake.touched)
            if prune:
                left = {source: entry for source, entry in known.items() if source not in intake.moved}
                outcomes += _prune(store, left, paths, files)
        return Report(tuple(outcomes))

    def add_bytes(self, name: str, data: bytes) -> Outcome:
        """Take in an upload under its (sanitised) name.

        One of the same name before is replaced in searches; its text stays readable as an earlier revision, which
        the outcome names, until the document is removed.

        Raises:
            Refused: not a document, empty, damaged or too large, with the reason.
        """
        name = naming.upload_name(name)
        formats.check_supported(name)
        check_size(len(data), self._max_bytes)
        with self._adding, self._parser:
            store = self._open(create=True)
            intake = Intake(self._parser, self._max_bytes, store.known())
            (outcome,) = self._embedded(store, [intake.take(f"{naming.UPLOAD}{name}", name, data, "")])
        return outcome

    def _open(self, *, create: bool) -> Store:
        with self._opening:
            if self._store is None:
                self._store = Store(self._settings.store_path, create=create)
                if not self._store.is_vouched_for:
                    # It may have gone back and count the same generations again, for other passages.
                    shutil.rmtree(self._settings.index_path, ignore_errors=True)
            return self._store

    def _embedded(self, store: Store, looked_at: Iterable[Outcome | Ready]) -> Iterator[Outcome]:
        """Store what is ready, embedding small documents together; pass on the outcomes of the others in order."""
        waiting: list[Outcome | Ready] = []
        passages = 0
        for item in looked_at:
            waiting.append(item)
            passages += len(item.passages) if isinstance(item, Ready) else 0
            if passages >= vectorize.BATCH or not passages:
                yield from self._flush(store, waiting)
                waiting, passages = [], 0
        yield from self._flush(store, waiting)

    def _flush(self, store: Store, waiting: Sequence[Outcome | Ready]) -> Iterator[Outcome]:
        """Store what is ready in one transaction; then tell of all that waited."""
        ready = [item for item in waiting if isinstance(item, Ready)]
        if ready:
            embedder = self._embedder_factory()
            vectorize.agree(store, embedder)
            store.put_all(vectorize.entries(store, embedder, ready), vectorize.identity(embedder))
        for item in waiting:
            yield item if isinstance(item, Outcome) else _done(store, item)


def _gathered(items: Iterable[Outcome | Ready]) -> Iterator[list[Outcome | Ready]]:
    """Yield items in lists that end with a document that is ready: handing each over alone costs more than a stat."""
    found: list[Outcome | Ready] = []
    for item in items:
        found.append(item)
        if isinstance(item, Ready) or len(found) >= _TOGETHER:
            yield found
            found = []
    yield found


def _weight(items: Sequence[Outcome | Ready]) -> int:
    return sum(len(item.document.text) for item in items if isinstance(item, Ready))


def _done(store: Store, item: Ready) -> Outcome:
    document, replaced = item.document, ""
    if item.state == "updated":
        replaced = next((each.revision for each in store.earlier(document.id)), "")
    return Outcome(document.source, item.state, document.id, len(item.passages), replaced=replaced)


def _prune(store: Store, known: dict[str, Known], paths: Sequence[Path], files: Sequence[Found]) -> Iterator[Outcome]:
    """Remove the documents below the paths whose file is gone; below a folder that cannot be read, none is."""
    roots = tuple(os.path.join(os.path.abspath(path), "") for path in paths)
    unreadable = tuple(os.path.join(file.path, "") for file in files if file.problem)
    there = {file.path for file in files}
    for source, entry in known.items():
        gone = source.startswith(roots) and not source.startswith(unreadable) and source not in there
        if gone and not os.path.lexists(source):
            store.remove(entry.document)
            yield Outcome(source, "removed", entry.document)
