"""The way of a question, written once: retrieve → rerank → generate → verify → answer.

The chat page, the HTTP API, the command line and the evaluation all come through here: what is measured is what is
served.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import replace

from rag import asked, compares, compose, yesno
from rag.asked import Part
from rag.engine import Engine
from rag.errors import BadQuestion
from rag.library import Library
from rag.parts import parts_of
from rag.records import Answer, Done, Event, Evidence, Found, Question, Said, Status, Working
from rag.rerank import least_among
from rag.retrieve import retrieve, searched
from rag.sheet import Sheet, retrieved
from rag.understand import searches, wordings
from rag.versions import Version, explain

# Questions that are answered together; each costs its own search and reading.
_PARTS = 4
# Seconds after which one who waits in line is asked whether they still want to.
_TICK = 0.1
NOT_FOUND = "The documents do not say."


def ask(engine: Engine, question: Question) -> Answer:
    """Answer a question from the indexed documents.

    Raises:
        BadQuestion: it is empty or too long, or no threshold is known that keeps its error budget.
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
    if not _is_unicode(text):
        raise BadQuestion("the question is not valid text; send it as UTF-8")
    if not text:
        raise BadQuestion("the question is empty; ask something")
    if len(text) > limit:
        raise BadQuestion(f"the question has {len(text)} characters; the limit is {limit}")
    for document in question.documents or ():
        engine.library.document(document)
    engine.library.store.generation()
    engine.models.check(question.model)
    history = question.history[-engine.settings.max_history :] if engine.settings.max_history else ()
    engine.budgeted(question)
    return replace(question, text=text, history=history)


def _is_unicode(text: str) -> bool:
    """Tell whether a text can be encoded: bytes that are no UTF-8 come in as lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _in_turn(engine: Engine, question: Question) -> Generator[Event]:
    with engine.turnstile.ticket() as ticket:
        for _ in ticket.wait(_TICK):
            yield Working("waiting")
        yield from _answer(engine, question)


def _answer(engine: Engine, question: Question) -> Generator[Event]:
    clock = _Clock()
    yield Working("searching")
    compared = compares.comparison(question.text)
    wanted = list(compared.questions) if compared else parts_of(question.text)
    passages = searched(engine.library, question.documents)
    least = max(least_among(engine.reader.threshold, passages), engine.budgeted(question))
    parts: list[Part] = []
    for each in asked.each(question, wanted[:_PARTS]):
        hits = retrieve(engine.library, engine.embedder, searches(each), asked.PASSAGES, each.documents)
        clock.stop("retrieve")
        yield Working("reading", len(hits))
        readings = wordings(each)
        part = asked.read(engine.reader, least, each.text, readings, hits)
        parts.append(asked.without(part, readings[0], parts))
    clock.stop("rerank")
    understood = " ".join(part.understood for part in parts)
    hits = list({hit.passage.number: hit for part in parts for hit in part.hits}.values())
    yield Found(understood, retrieved(hits, ()))

    sheet = Sheet()
    writer = engine.models.writer(question.model)
    for part in parts:
        for statement in compose.sentences(writer, part.understood, part.evidence, engine.reader.entails):
            if statement is None:
                yield Working("writing")
            elif not sheet.holds(statement[0]):
                clock.stop("first_sentence", once=True)
                yield _said(sheet, part, *statement)
    told = compares.verdict(compared, parts[0].evidence, parts[1].evidence) if compared else None
    if told:
        yield sheet.add(*told)
    disputed = [_dispute(engine.library, found) for part in parts if (found := part.versions())]
    # A refusal is the first sentence that is shown of it.
    clock.stop("first_sentence", once=True)
    clock.stop("total")
    yield Done(
        Answer(
            id=uuid.uuid4().hex,
            question=question.text,
            search_question=understood,
            status=_status(parts, len(wanted), disputed),
            answer=sheet.text() or NOT_FOUND,
            sentences=tuple(sheet.sentences),
            citations=tuple(sheet.citations),
            reason=" ".join(filter(None, [_reason(parts, wanted[_PARTS:]), *disputed])),
            passages=retrieved(hits, sheet.citations),
            model=writer.name if writer else "none",
            timings_ms=clock.timings,
        )
    )


def _said(sheet: Sheet, part: Part, text: str, holders: list[Evidence]) -> Said:
    """Add a sentence; the first to a question for yes or no opens with the word, where its quote proves it."""
    word = "" if sheet.sentences else yesno.settles(part.understood, holders[0])
    return sheet.add(f"{word}: {text}" if word else text, holders)


def _reason(parts: Sequence[Part], left: Sequence[str]) -> str:
    """Say what is missing; where a part was answered, name the part that was not. ``left`` was not looked for."""
    unanswered = [part for part in parts if not part.evidence]
    reasons = [part.reason() for part in unanswered]
    if len(unanswered) < len(parts):
        reasons = [
            f"{reason.rstrip('.')}: “{part.understood}”" for reason, part in zip(reasons, unanswered, strict=True)
        ]
    if left:
        reasons.append(f"Too much was asked at once; ask again: {' '.join(left)}")
    return " ".join(reasons)


def _dispute(library: Library, found: Sequence[Version]) -> str:
    """Say who disagrees; copies of one report are counted as one voice."""

    def voices(version: Version) -> int:
        return len(library.voices(piece.passage.number for piece in version.pieces))

    return explain(found, voices)


def _status(parts: Sequence[Part], asked: int, disputed: Sequence[str]) -> Status:
    answered = sum(bool(part.evidence) for part in parts)
    if answered < asked:
        return "partial" if answered else "not_found"
    return "conflicting" if disputed else "supported"


class _Clock:
    """Milliseconds since the question's turn came."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self.timings: dict[str, int] = {}

    def stop(self, name: str, once: bool = False) -> None:
        if not (once and name in self.timings):
            self.timings[name] = round((time.perf_counter() - self._start) * 1000)
