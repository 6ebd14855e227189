"""What is loaded, once for each process: the library, the embedder, the reader, the writers, and the one place.

Each part is loaded when it is first needed, so that ``vouch docs`` does not wait for a model.
"""

from __future__ import annotations

import threading
from functools import cached_property
from types import TracebackType

from rag.embed import Embedder, MiniLM
from rag.errors import VouchError
from rag.library import Library
from rag.models import Models
from rag.queueing import Turnstile
from rag.records import Question
from rag.rerank import Reader, TrainedReader, threshold_within
from rag.settings import Settings
from rag.suggest import suggestions


class Engine:
    """Everything that ``rag.answer`` needs. Parts that are given are used; the others are made from the settings."""

    def __init__(
        self,
        settings: Settings,
        *,
        embedder: Embedder | None = None,
        reader: Reader | None = None,
        models: Models | None = None,
    ) -> None:
        self.settings = settings
        self.models = models or Models(settings)
        self.turnstile = Turnstile(settings.queue, settings.queue_seconds)
        self._embedder = embedder
        self._reader = reader
        self._loading = threading.RLock()
        self._suggested: tuple[int, list[str]] = (-1, [])
        self._suggesting = threading.Lock()

    def close(self) -> None:
        """End what runs beside this process and close the store."""
        if "library" in self.__dict__:
            self.library.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @cached_property
    def library(self) -> Library:
        """The documents; made on first use, and readable before there are any."""
        return Library(self.settings, lambda: self.embedder)

    @property
    def embedder(self) -> Embedder:
        """The model that turns texts into vectors."""
        with self._loading:
            if self._embedder is None:
                self._embedder = MiniLM(self.settings.models_path, self.settings.threads)
            return self._embedder

    @property
    def reader(self) -> Reader:
        """The model that tells which sentences answer."""
        with self._loading:
            if self._reader is None:
                self._reader = TrainedReader.shipped(self.settings.models_path, self.embedder, self.settings.threads)
            return self._reader

    def budgeted(self, question: Question) -> float:
        """Return the least score that keeps the error budget, 0 where none was given; loads no model.

        Raises:
            BadQuestion: no threshold is known that keeps the budget.
        """
        budget = question.max_wrong or self.settings.max_wrong
        return threshold_within(budget) if budget else 0.0

    def suggestions(self) -> list[str]:
        """Return a few questions that the indexed documents can answer; none while they are being looked for.

        Looking takes about a second after each change of the index and happens beside: a page must not wait for it.
        """
        generation, found = self._suggested
        if generation == self.library.store.generation():
            return found
        if self._suggesting.acquire(blocking=False):
            threading.Thread(target=self._suggest, name="suggest", daemon=True).start()
        return []

    def _suggest(self) -> None:
        try:
            generation = self.library.store.generation()
            self._suggested = (generation, suggestions(self.library, self.embedder, self.reader))
        except VouchError:
            pass  # a page without suggestions; /readyz and the next answer tell what is wrong
        finally:
            self._suggesting.release()

    def warm(self) -> None:
        """Load what an answer needs; a server does this while it already listens."""
        _ = self.embedder, self.reader
        self.models.writer(None)

    def problems(self) -> list[str]:
        """Return, one line each, what keeps this engine from answering now; empty when it is ready."""
        found = []
        for part in (lambda: self.library.store.generation(), self.warm):
            try:
                part()
            except VouchError as error:
                found.append(str(error))
        return found
