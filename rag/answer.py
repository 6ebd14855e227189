"""The way of a question, written once: retrieve → rerank → generate → verify → answer.

The chat page, the HTTP API, the command line and the evaluation all come through here: what is measured is what is
served.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from rag import compose, missing, rerank
from rag.engine import Engine
from rag.errors import BadQuestion
from rag.records import Answer, Done, Event, Evidence, Found, Hit, Question, Status, Turn, Working
from rag.rerank import Reader
from rag.retrieve import retrieve
from rag.sheet import Sheet, retrieved
from rag.understand import parts_of, wordings

# Passages that the reader sees. On the dev questions the first ten hold 0.97 of the gold quotes (n = 39).
_PASSAGES = 12
_PASSAGES_EACH = 6
# Questions that are answered together; each costs its own search and reading.
_PARTS = 4
# By how much a less likely wording of a follow-up must be surer of its answer.
_SURER = 0.05
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
    return Question(text, history, question.documents, question.model)


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
    asked_parts = parts_of(question.text)
    parts: list[_Part] = []
    for asked in _each(question, asked_parts[:_PARTS]):
        readings = wordings(asked)
        hits = retrieve(engine.library, engine.embedder, readings, _PASSAGES, asked.documents)
        clock.stop("retrieve")
        yield Working("reading", len(hits))
        parts.append(_without(_read(engine.reader, readings, hits), parts))
    clock.stop("rerank")
    understood = " ".join(part.understood for part in parts)
    hits = list({hit.passage.number: hit for part in parts for hit in part.hits}.values())
    yield Found(understood, retrieved(hits, ()))

    sheet = Sheet()
    writer = engine.models.writer(question.model)
    for part in parts:
        for statement in compose.sentences(writer, part.understood, part.evidence):
            if statement is None:
                yield Working("writing")
            elif not sheet.holds(statement[0]):
                clock.stop("first_sentence", once=True)
                yield sheet.add(*statement)
    # A refusal is the first sentence that is shown of it.
    clock.stop("first_sentence", once=True)
    clock.stop("total")
    yield Done(
        Answer(
            id=uuid.uuid4().hex,
            question=question.text,
            search_question=understood,
            status=_status(parts, len(asked_parts)),
            answer=sheet.text() or NOT_FOUND,
            sentences=tuple(sheet.sentences),
            citations=tuple(sheet.citations),
            reason=_reason(parts, asked_parts[_PARTS:]),
            passages=retrieved(hits, sheet.citations),
            model=writer.name if writer else "none",
            timings_ms=clock.timings,
        )
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """One of the things that a question asks, as it was understood, with what was read and what of it answers."""

    understood: str
    hits: list[Hit]
    evidence: list[Evidence]


def _each(question: Question, texts: Sequence[str]) -> Iterator[Question]:
    """Yield the questions that a question is made of; a later one may refer to the earlier ones."""
    history = question.history
    for text in texts:
        yield Question(text, history, question.documents, question.model)
        history = (*history, Turn(text, ""))


def _read(reader: Reader, readings: Sequence[str], hits: list[Hit]) -> _Part:
    """Return the wording whose best evidence scores highest, with its evidence; the first where none has any."""
    best = _Part(readings[0], hits, [])
    # Each further wording is read in full again: fewer passages keep a follow-up as quick as a question.
    most = _PASSAGES if len(readings) == 1 else _PASSAGES_EACH
    for wording in readings:
        if not missing.touches(wording, hits):
            continue
        found = reader.read(wording, [hit.passage for hit in hits[:most]])
        evidence = rerank.choose(wording, found, reader.threshold)
        if evidence and (not best.evidence or evidence[0].score > best.evidence[0].score + _SURER):
            best = _Part(wording, hits, evidence)
    return best


def _without(part: _Part, earlier: Sequence[_Part]) -> _Part:
    """Return a part without evidence whose very words answer an earlier part already: they cannot answer both."""
    taken = {(piece.passage.number, piece.answer) for other in earlier for piece in other.evidence}
    return _Part(
        part.understood,
        part.hits,
        [piece for piece in part.evidence if (piece.passage.number, piece.answer) not in taken],
    )


def _reason(parts: Sequence[_Part], left: Sequence[str]) -> str:
    """Say what is missing; where a part was answered, name the part that was not. ``left`` was not looked for."""
    unanswered = [part for part in parts if not part.evidence]
    reasons = [missing.reason(part.understood, part.hits) for part in unanswered]
    if len(unanswered) < len(parts):
        reasons = [
            f"{reason.rstrip('.')}: “{part.understood}”" for reason, part in zip(reasons, unanswered, strict=True)
        ]
    if left:
        reasons.append(f"Too much was asked at once; ask again: {' '.join(left)}")
    return " ".join(reasons)


def _status(parts: Sequence[_Part], asked: int) -> Status:
    answered = sum(bool(part.evidence) for part in parts)
    if answered < asked:
        return "partial" if answered else "not_found"
    return "conflicting" if any(compose.disagree(part.evidence) for part in parts) else "supported"


class _Clock:
    """Milliseconds since the question's turn came."""

    def __init__(self) -> None:
        self._start = time.perf_counter()
        self.timings: dict[str, int] = {}

    def stop(self, name: str, once: bool = False) -> None:
        if not (once and name in self.timings):
            self.timings[name] = round((time.perf_counter() - self._start) * 1000)
