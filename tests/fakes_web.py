"""A scripted engine for the tests of ``web``: real records over real texts, and no model.

Its answers are looked up by question, and every quote is cut out of the document it cites, so a test may hold the
page against ``text[start:end]``.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import numpy as np
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp, Receive, Scope, Send

from rag.entries import Earlier, Receipt
from rag.errors import BadQuestion, Busy, NoIndex, Refused, UnknownDocument, UnknownModel
from rag.records import (
    Answer,
    AnswerSentence,
    Citation,
    Document,
    Done,
    Event,
    Found,
    Question,
    Retrieved,
    Said,
    Working,
)
from rag.settings import Settings
from web.app import create_app
from web.server import bind
from web.state import Services

BRIDGE = (
    "The old ferry stops in May.\n\n"
    "The new bridge over the Tumen River costs $100 million, the ministry said. "
    "It is 850 metres long and opens in 2026.\n\n"
    "“Nobody asked the fishermen,” said Ms. O’Hara – 🐟 and all.\n"
)
RIVAL = "A bridge of a kind.\r\nThe works cost $120 million, according to the other bank.\n"
WINDOW = "Apples were grown here before.\n" * 30


def quote_path(name: str) -> str:
    """Return a name as one part of an address."""
    return quote(name, safe="")


def make_document(name: str, title: str, text: str) -> Document:
    return Document(
        id=name,
        source=f"upload:{name}",
        title=title,
        media_type="text/plain",
        text=text,
        revision=hashlib.sha256(text.encode()).hexdigest(),
        date="2025-05-01",
        bytes=len(text.encode()),
        passages=2,
    )


@dataclass(frozen=True)
class FakeOutcome:
    """What became of an added file."""

    document: str | None
    state: str
    passages: int
    reason: str = ""
    replaced: str = ""


@dataclass
class FakeChat:
    """A conversation and its turns."""

    id: str
    started: str = "2026-01-02T03:04:05Z"
    kept: list[FakeTurn] = field(default_factory=list)

    @property
    def title(self) -> str:
        return self.kept[0].question if self.kept else ""

    @property
    def turns(self) -> int:
        return len(self.kept)


@dataclass(frozen=True)
class FakeTurn:
    """A question and its answer as JSON."""

    question: str
    answer: str


class FakeStore:
    """Conversations in a dictionary."""

    def __init__(self) -> None:
        self.chats: dict[str, FakeChat] = {}

    def new_conversation(self) -> str:
        name = f"c{len(self.chats) + 1}"
        self.chats[name] = FakeChat(name)
        return name

    def add_turn(self, conversation_id: str, question: str, answer_json: str) -> None:
        self.chats[conversation_id].kept.append(FakeTurn(question, answer_json))

    def conversations(self) -> Sequence[FakeChat]:
        return list(reversed(self.chats.values()))

    def turns(self, conversation_id: str) -> Sequence[FakeTurn]:
        return self.chats[conversation_id].kept

    def delete_conversation(self, conversation_id: str) -> None:
        del self.chats[conversation_id]


class FakeLibrary:
    """Documents in a dictionary; takes in UTF-8 text and refuses everything else."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._store = FakeStore() if documents else None
        self.kept = {document.id: document for document in documents}
        self.before: dict[str, list[Document]] = {}

    @property
    def store(self) -> FakeStore:
        if self._store is None:
            raise NoIndex("nothing has been indexed yet; run 'vouch index PATH'")
        return self._store

    def documents(self) -> Sequence[Document]:
        _ = self.store
        return [replace(document, text="") for document in self.kept.values()]

    def document(self, document_id: str, revision: str = "") -> Document:
        if document_id not in self.kept:
            raise UnknownDocument(f"no document has the id '{document_id}'")
        for found in (self.kept[document_id], *self.before.get(document_id, [])):
            if found.revision.startswith(revision):
                return found
        raise UnknownDocument(f"'{document_id}' has no revision '{revision}'")

    def earlier(self, document_id: str) -> Sequence[Earlier]:
        return [Earlier(found.revision, "2026-01-02T03:04:05Z") for found in self.before.get(document_id, [])]

    def add_bytes(self, name: str, data: bytes) -> FakeOutcome:
        try:
            text = data.decode()
        except UnicodeDecodeError:
            raise Refused(f"{name} is not text") from None
        if not text.strip():
            raise Refused(f"{name} is empty")
        known = self.kept.get(name)
        self._store = self._store or FakeStore()
        self.kept[name] = make_document(name, name.removesuffix(".txt"), text)
        if known is None:
            return FakeOutcome(name, "added", 2)
        self.before.setdefault(name, []).insert(0, replace(known, passages=0))
        return FakeOutcome(name, "updated", 2, replaced=known.revision)

    def remove(self, document_id: str) -> Receipt:
        found = self.document(document_id)
        del self.kept[document_id]
        revisions = (found.revision, *(each.revision for each in self.before.pop(document_id, [])))
        return Receipt(document_id, found.source, revisions, 2, 2, 0, (), 7, "2026-01-02T03:04:05Z")


class FakeModels:
    """Two names."""

    def names(self) -> list[str]:
        return ["embedded", "none"]


class FakeEmbedder:
    """Two numbers that can be worked out by hand: which share of a text is the letter a, and which is not."""

    name = "letters"

    def encode(self, texts: Sequence[str]) -> Any:
        rows = np.array([[text.count("a"), len(text) - text.count("a")] for text in texts], dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


class FakeEngine:
    """What ``create_app`` needs, with one place for questions that tests may look at."""

    def __init__(self, settings: Settings, documents: Sequence[Document] | None = None) -> None:
        self.settings = settings
        if documents is None:
            documents = [
                make_document("bridge.txt", "The bridge", BRIDGE),
                make_document("news/rival 1.txt", "The other bank", RIVAL),
                make_document("orchard.txt", "Orchards", WINDOW),
            ]
        self.library = FakeLibrary(documents)
        self.models = FakeModels()
        self.embedder = FakeEmbedder()
        self.trouble: list[str] = []
        self.place = threading.Semaphore(1)
        self.asked: list[Question] = []
        self.step_seconds = 0.0

    def problems(self) -> list[str]:
        return self.trouble

    def suggestions(self) -> list[str]:
        return ["How much does the bridge cost?", "What do the sources say it costs?"]


def cite(engine: FakeEngine, number: int, name: str, said: str) -> Citation:
    """Cite the first place where a document says those words."""
    document = engine.library.document(name)
    start = document.text.index(said)
    return Citation(
        id=number,
        document=name,
        title=document.title,
        revision=document.revision,
        start=start,
        end=start + len(said),
        quote=said,
        url=f"/documents/{name}?start={start}&end={start + len(said)}#quote",
    )


COST = "The new bridge over the Tumen River costs $100 million, the ministry said."
LENGTH = "It is 850 metres long and opens in 2026."
VOICE = "“Nobody asked the fishermen,” said Ms. O’Hara – 🐟 and all."
RIVAL_COST = "The works cost $120 million, according to the other bank."


def _revision(engine: FakeEngine, name: str) -> str:
    document = engine.library.kept.get(name)
    return document.revision if document else ""


def script(engine: FakeEngine, question: Question) -> Answer:
    """Return the answer that the script has for a question."""
    base = Answer(
        id="a1",
        question=question.text,
        search_question=question.text,
        status="supported",
        answer="",
        sentences=(),
        citations=(),
        reason="",
        passages=(
            Retrieved("bridge.txt", 0, 120, 0.8, True, _revision(engine, "bridge.txt")),
            Retrieved("orchard.txt", 0, 200, 0.3, False, _revision(engine, "orchard.txt")),
        ),
        model="script",
        timings_ms={"retrieve": 1, "rerank": 2, "first_sentence": 3, "total": 4},
    )
    text = question.text
    if "population" in text:
        passages = tuple(replace(passage, cited=False) for passage in base.passages)
        reason = "The bridge is described; a population is not."
        return replace(base, status="not_found", answer="The documents do not say.", reason=reason, passages=passages)
    if "sources" in text:
        sentences = (
            AnswerSentence("It costs $100 million.", (1,), 0.93),
            AnswerSentence("It costs $120 million.", (2,), 0.91),
        )
        citations = (cite(engine, 1, "bridge.txt", COST), cite(engine, 2, "news/rival 1.txt", RIVAL_COST))
        return _whole(base, sentences, citations, "conflicting", "Two documents name different sums.")
    if "angry" in text:
        sentences = (AnswerSentence("Fishermen were not asked.", (1,), 0.4),)
        reason = "Who was not asked is told; whether anyone is angry is not."
        return _whole(base, sentences, (cite(engine, 1, "bridge.txt", VOICE),), "partial", reason)
    sentences = (AnswerSentence("The bridge costs $100 million.", (1,), 0.97), AnswerSentence(LENGTH, (2,), 0.99))
    citations = (cite(engine, 1, "bridge.txt", COST), cite(engine, 2, "bridge.txt", LENGTH))
    if question.history:
        base = replace(base, search_question=f"{text} (about {question.history[-1].question})")
    return _whole(base, sentences, citations, "supported", "")


def _whole(
    base: Answer, sentences: tuple[AnswerSentence, ...], citations: tuple[Citation, ...], status: Any, reason: str
) -> Answer:
    told = " ".join(f"{s.text} {''.join(f'[{n}]' for n in s.citations)}" for s in sentences)
    return replace(base, answer=told, sentences=sentences, citations=citations, status=status, reason=reason)


def stream(engine: FakeEngine, question: Question) -> Generator[Event, None, None]:
    """Answer by script, holding the engine's one place, and refuse what the real engine refuses."""
    limit = engine.settings.max_question
    if not question.text.strip():
        raise BadQuestion("the question is empty; ask something")
    if len(question.text) > limit:
        raise BadQuestion(f"the question has {len(question.text)} characters; the limit is {limit}")
    if question.model not in (None, "embedded", "none"):
        raise UnknownModel(f"no model is called '{question.model}'")
    _ = engine.library.store
    if "bug" in question.text:
        raise ZeroDivisionError("secret detail")
    engine.asked.append(question)
    return _events(engine, question)


def _events(engine: FakeEngine, question: Question) -> Generator[Event, None, None]:
    if not engine.place.acquire(blocking=False):
        raise Busy("8 questions wait already; try again in a moment", retry_after=3)
    try:
        yield Working("searching")
        yield from _wait(engine, Working("searching"))
        answer = script(engine, question)
        yield Working("reading", len(answer.passages))
        yield from _wait(engine, Working("reading", len(answer.passages)))
        yield Found(answer.search_question, answer.passages)
        yield Working("writing")
        if "break" in question.text:
            raise ZeroDivisionError("secret detail")
        while "forever" in question.text:
            yield Working("writing")
            time.sleep(0.01)
        sent: set[int] = set()
        for sentence in answer.sentences:
            new = tuple(c for c in answer.citations if c.id in sentence.citations and c.id not in sent)
            sent.update(sentence.citations)
            yield Said(sentence, new)
            yield from _wait(engine, Working("writing"))
        yield Done(answer)
    finally:
        engine.place.release()


def _wait(engine: FakeEngine, again: Working) -> Generator[Event, None, None]:
    end = time.monotonic() + engine.step_seconds
    while time.monotonic() < end:
        time.sleep(0.01)
        yield again


@dataclass
class Web:
    """A running server, its engine, and a client that speaks to it as a program does."""

    client: httpx.Client
    engine: FakeEngine
    settings: Settings

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"


class Switch:
    """An application that another may be put behind, so that tests share one server and nothing else."""

    app: ASGIApp
    plain: FastAPI | None = None  # the one with the default settings; building it takes longer than most tests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


@contextmanager
def listening() -> Iterator[tuple[Switch, int]]:
    """Run a server in a thread; yield the switch and the port."""
    switch = Switch()
    with bind("127.0.0.1", 0) as sock:
        config = uvicorn.Config(switch, log_level="critical", lifespan="off", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        yield switch, sock.getsockname()[1]
        server.should_exit = True
        thread.join(10)


@contextmanager
def serving(server: tuple[Switch, int], documents: Sequence[Document] | None = None, **more: Any) -> Iterator[Web]:
    """Put a fresh application with its own engine behind the server."""
    switch, port = server
    settings = Settings(**{"port": port, "home": Path("unused"), **more})
    engine = FakeEngine(settings, documents)
    app = create_app(engine, settings, stream) if more or switch.plain is None else switch.plain
    if not more:
        switch.plain = app
    app.state.services = Services.of(engine, settings, stream)
    switch.app = app
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10, verify=False) as client:
        yield Web(client, engine, settings)
