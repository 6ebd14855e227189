"""The way of a question, written once: retrieve → rerank → generate → verify → answer.

The chat page, the HTTP API, the command line and the evaluation all come through here: what is measured is what is
served.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Generator, Sequence
from contextlib import closing
from urllib.parse import quote as url_quote

from rag import compose, rerank
from rag.engine import Engine
from rag.errors import BadQuestion
from rag.records import (
    Answer,
    AnswerSentence,
    Citation,
    Done,
    Event,
    Evidence,
    Found,
    Hit,
    Question,
    Retrieved,
    Said,
    Status,
    Working,
)
from rag.retrieve import retrieve
from rag.understand import understand

# Passages that the reader sees: the right one is among the first ten in 97 of 100 cases, and each costs 6 ms.
_PASSAGES = 12
# Seconds after which one who waits in line is asked whether they still want to.
_TICK = 0.1
NOT_FOUND = "The documents do not say."


def ask(engine: Engine, question: Question) -> Answer:
    """Answer a question from the indexed documents.

    Raises:
        BadQuestion: it is empty or too long.
        NoIndex: nothing has been indexed.
        UnknownDocument: a document to look in does not exist.
        UnknownModel: the model asked for does not exist.
        Busy: too many questions wait.

    """
    with closing(stream(engine, question)) as events:
        for event in events:
            if isinstance(event, Done):
                return event.answer
    raise AssertionError("the stream ended without an answer")


def stream(engine: Engine, question: Question) -> Generator[Event]:
    """Yield what happens until the answer is done; closing the iterator gives the place to the next question.

    A bad question raises here, before anything is yielded; see ``ask`` for what it raises.
    """
    question = _checked(engine, question)
    return _in_turn(engine, question)


def _checked(engine: Engine, question: Question) -> Question:
    limit = engine.settings.max_question
    text = question.text.strip()
    if not text:
        raise BadQuestion("the question is empty; ask something")
    if len(text) > limit:
        raise BadQuestion(f"the question has {len(text)} characters; the limit is {limit}")
    for document in question.documents or ():
        engine.library.document(document)
    engine.library.store.generation()
    engine.models.check(question.model)
    history = question.history[-engine.settings.max_history :] if engine.settings.max_history else ()
    return Question(text, history, question.documents, question.model)


def _in_turn(engine: Engine, question: Question) -> Generator[Event]:
    with engine.turnstile.ticket() as ticket:
        for _ in ticket.wait(_TICK):
            yield Working("waiting")
        yield from _answer(engine, question)


def _answer(engine: Engine, question: Question) -> Generator[Event]:
    clock = _Clock()
    yield Working("searching")
    understood = understand(question)
    wordings = list(dict.fromkeys([understood, question.text]))
    hits = retrieve(engine.library, engine.embedder, wordings, _PASSAGES, question.documents)
    clock.stop("retrieve")
    yield Working("reading", len(hits))
    read = engine.reader.read(understood, [hit.passage for hit in hits])
    evidence = rerank.choose(read, engine.reader.threshold)
    clock.stop("rerank")
    yield Found(understood, _retrieved(hits, ()))

    sheet = _Sheet()
    writer = engine.models.writer(question.model)
    if evidence:
        yield Working("writing")
        with closing(compose.sentences(writer, understood, evidence)) as written:
            for statement in written:
                if statement is None:
                    yield Working("writing")
                    continue
                clock.stop("first_sentence", once=True)
                yield sheet.add(*statement)
    clock.stop("total")
    status: Status = "supported" if sheet.sentences else "not_found"
    yield Done(
        Answer(
            id=uuid.uuid4().hex,
            question=question.text,
            search_question=understood,
            status=status,
            answer=sheet.text() or NOT_FOUND,
            sentences=tuple(sheet.sentences),
            citations=tuple(sheet.citations),
            reason="" if sheet.sentences else compose.reason(understood, hits),
            passages=_retrieved(hits, sheet.citations),
            model=writer.name if writer else "none",
            timings_ms=clock.timings,
        )
    )


class _Sheet:
    """The answer as it grows: its sentences, and the citations numbered in the order of their appearance."""

    def __init__(self) -> None:
        self.sentences: list[AnswerSentence] = []
        self.citations: list[Citation] = []

    def add(self, text: str, holders: Sequence[Evidence]) -> Said:
        known = len(self.citations)
        ids = tuple(sorted({self._cite(piece) for piece in holders}))
        self.sentences.append(AnswerSentence(text, ids, round(max(piece.score for piece in holders), 4)))
        return Said(self.sentences[-1], tuple(self.citations[known:]))

    def text(self) -> str:
        return " ".join(
            f"{sentence.text} {''.join(f'[{number}]' for number in sentence.citations)}" for sentence in self.sentences
        )

    def _cite(self, piece: Evidence) -> int:
        passage, span = piece.passage, piece.span
        for citation in self.citations:
            if (citation.document, citation.start, citation.end) == (passage.document, span.start, span.end):
                return citation.id
        url = f"/documents/{url_quote(passage.document)}?start={span.start}&end={span.end}#quote"
        number = len(self.citations) + 1
        self.citations.append(
            Citation(
                number,
                passage.document,
                passage.title,
                passage.revision,
                span.start,
                span.end,
                piece.quote,
                url,
            )
        )
        return number


class _Clock:
    """Milliseconds since the question's turn came."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self.timings: dict[str, int] = {}

    def stop(self, name: str, once: bool = False) -> None:
        if not (once and name in self.timings):
            self.timings[name] = round((time.perf_counter() - self._start) * 1000)


def _retrieved(hits: Sequence[Hit], citations: Sequence[Citation]) -> tuple[Retrieved, ...]:
    def cited(hit: Hit) -> bool:
        passage = hit.passage
        return any(
            citation.document == passage.document and passage.start <= citation.start < passage.end
            for citation in citations
        )

    return tuple(
        Retrieved(hit.passage.document, hit.passage.start, hit.passage.end, round(hit.score, 4), cited(hit))
        for hit in hits
    )
