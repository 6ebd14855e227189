"""What the pages and the API need of the answer engine, as types; the real ones live in ``rag``.

Written down as protocols so that a test can hand in a scripted engine, and so that mypy notices when rag moves on.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from rag.entries import Earlier, Receipt
from rag.records import Document, Event, Question


class Outcome(Protocol):
    """What became of one added file; one that cannot be taken in carries the reason instead of a document."""

    @property
    def document(self) -> str | None:
        """The id that the file goes by, None where it was refused."""

    @property
    def state(self) -> str:
        """``added``, ``updated``, ``unchanged`` or ``refused``."""

    @property
    def passages(self) -> int:
        """How many passages were indexed."""

    @property
    def reason(self) -> str:
        """Why it was refused, in one line; empty otherwise."""

    @property
    def replaced(self) -> str:
        """The revision before, where that can still be read; empty otherwise."""


class Chat(Protocol):
    """A conversation as the list shows it."""

    @property
    def id(self) -> str:
        """Its key in the store and in the page's address."""

    @property
    def title(self) -> str:
        """Its first question."""

    @property
    def started(self) -> str:
        """When it began, ISO 8601."""

    @property
    def turns(self) -> int:
        """How many questions were answered in it."""


class StoredTurn(Protocol):
    """One question of a conversation with its answer as JSON."""

    @property
    def question(self) -> str:
        """The question as it was typed."""

    @property
    def answer(self) -> str:
        """The answer object as JSON."""


class Store(Protocol):
    """The conversations."""

    def new_conversation(self) -> str:
        """Make an empty conversation and return its id."""

    def add_turn(self, conversation: str, question: str, answer: str, /) -> Any:
        """Append an answered question."""

    def conversations(self) -> Sequence[Chat]:
        """Return all conversations, newest first."""

    def turns(self, conversation: str, /) -> Sequence[StoredTurn]:
        """Return the turns of one conversation in order."""

    def delete_conversation(self, conversation: str, /) -> Any:
        """Forget a conversation."""


class Library(Protocol):
    """The indexed documents."""

    @property
    def store(self) -> Store:
        """Where conversations are kept; raises NoIndex while nothing was ever indexed."""

    def documents(self) -> Sequence[Document]:
        """Return all documents without their text, or raise NoIndex while nothing was ever indexed."""

    def document(self, document: str, revision: str = "", /) -> Document:
        """Return one document with its text, as it is or as it was, or raise UnknownDocument."""

    def earlier(self, document: str, /) -> Sequence[Earlier]:
        """Return the earlier revisions of a document that can still be read, newest first."""

    def add_bytes(self, name: str, data: bytes, /) -> Outcome:
        """Take in one file, or raise Refused."""

    def remove(self, document: str, /) -> Receipt:
        """Forget one document, or raise UnknownDocument."""


class Embedder(Protocol):
    """What turns texts into vectors."""

    name: str

    def encode(self, texts: Sequence[str], /) -> npt.NDArray[np.float32]:
        """Return one row of length 1 for each text."""


class Models(Protocol):
    """The models that write answers."""

    def names(self) -> list[str]:
        """Return the names that a question may give as its model, the default first."""


class Engine(Protocol):
    """What answers questions, made once at start-up."""

    @property
    def library(self) -> Library:
        """The documents and the conversations."""

    @property
    def models(self) -> Models:
        """The models that write answers."""

    @property
    def embedder(self) -> Embedder:
        """The model that turns texts into vectors, loaded on first use."""

    def problems(self) -> list[str]:
        """Load what an answer needs; return what stands in the way of one, a line each, empty when nothing does."""

    def suggestions(self) -> list[str]:
        """Return questions that the indexed documents can answer, at once; none while they are looked for."""


Stream = Callable[[Any, Question], Generator[Event, None, None]]
"""``rag.answer.stream``: closing the generator cancels the question and frees its place in the queue."""
