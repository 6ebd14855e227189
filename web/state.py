"""What every route may use: the engine, the settings and the meters, kept on the application."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.requests import Request

from rag.errors import NoIndex
from rag.records import Document
from rag.settings import Settings
from web.ports import Chat, Engine, Library, Stream

SECONDS = (0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10, 30, 60)  # around the promised 1 s and 1.5 s


class Meters:
    """What /metrics shows. One registry for each application, so that tests and workers do not share counts."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.answers = Counter("vouch_answers", "Answers given.", ["status"], registry=self.registry)
        self.errors = Counter("vouch_question_errors", "Questions that failed.", ["kind"], registry=self.registry)
        self.running = Gauge("vouch_questions_running", "Questions in work or waiting.", registry=self.registry)
        self.seconds = Histogram("vouch_answer_seconds", "Question to answer.", buckets=SECONDS, registry=self.registry)
        self.first_sentence = Histogram(
            "vouch_first_sentence_seconds",
            "Question to first verified sentence.",
            buckets=SECONDS,
            registry=self.registry,
        )


@dataclass(frozen=True)
class Services:
    """All that a route needs."""

    engine: Engine
    settings: Settings
    stream: Stream
    meters: Meters

    @classmethod
    def of(cls, engine: Engine, settings: Settings, stream: Stream) -> Services:
        """Return the services of a new application."""
        return cls(engine, settings, stream, Meters())

    @property
    def library(self) -> Library:
        """The documents and the conversations."""
        return self.engine.library

    def documents(self) -> Sequence[Document]:
        """Return the documents without their text; none before the first was indexed."""
        try:
            return self.library.documents()
        except NoIndex:
            return []

    def chats(self) -> Sequence[Chat]:
        """Return the conversations in which something was answered, newest first; none before there is a store."""
        try:
            return [chat for chat in self.library.store.conversations() if chat.turns]
        except NoIndex:
            return []


async def services(request: Request) -> Services:
    """Return the services of the application that serves this request.

    Asynchronous only so that FastAPI does not call it in a thread of its own for each request.
    """
    return cast(Services, request.app.state.services)
