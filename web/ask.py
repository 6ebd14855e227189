"""``/ask``: one question, answered as one JSON object or as server-sent events, whichever the client accepts."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Generator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query
from starlette.requests import Request
from starlette.responses import Response

from rag.errors import UnknownDocument
from rag.records import Answer, Done, Event, Question, Said
from web import accept, reference, running, schemas, sse
from web.state import Services, services

FIRST_EVENT_SECONDS = 1.0  # an error that comes sooner keeps its own HTTP status even where events are wanted

router = APIRouter(tags=["Questions"])
Here = Annotated[Services, Depends(services)]


async def json_only(request: Request) -> None:
    """Refuse a body that does not say it is JSON: a foreign form can send any other type without asking first."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != accept.JSON:
        raise HTTPException(415, f"The body must be sent as {accept.JSON}, not as {kind or 'nothing at all'}.")


@router.post(
    "/ask",
    dependencies=[Depends(json_only)],
    response_model=Answer,
    responses=reference.answers(404, 409, 415, 422, 503),
    summary="Answer a question",
)
async def post_ask(request: Request, body: schemas.Ask, here: Here) -> Any:
    """Answer with citations; ``Accept: text/event-stream`` streams the sentences as they are verified."""
    return await respond(request, here, body.to_question())


@router.get(
    "/ask",
    response_model=Answer,
    responses=reference.answers(409, 422, 503),
    summary="Answer a question given in the address",
)
async def get_ask(
    request: Request, here: Here, q: Annotated[schemas.Asked, Query(description="what is asked, in plain words")]
) -> Any:
    """Answer as ``POST /ask`` does with only a question."""
    return await respond(request, here, Question(q))


async def respond(
    request: Request, here: Services, question: Question, start: running.Start | None = None
) -> Answer | Response:
    """Answer in the form that the client accepts; ``start`` begins the question unless it is asked plainly."""
    check_documents(here, question)
    start = start or (lambda: asked(here, question))
    if accept.preferred(request, accept.JSON, accept.EVENTS) == accept.JSON:
        return await running.answer(request, start)
    return await streamed(request, start, sse.Own())


async def streamed(request: Request, start: running.Start, teller: sse.Teller) -> Response:
    """Answer with events; what goes wrong before the first of them is raised."""
    run = running.Run(start)
    first = await running.first_event(request, run, FIRST_EVENT_SECONDS)
    return sse.AnswerStream(run, first, teller)


def check_documents(here: Services, question: Question) -> None:
    """Raise UnknownDocument where the question names a document that there is not."""
    if question.documents is None:
        return
    known = {document.id for document in here.documents()}
    missing = [document for document in question.documents if document not in known]
    if missing:
        raise UnknownDocument(f"There is no document '{missing[0]}'; GET /documents lists them.")


def asked(here: Services, question: Question) -> Generator[Event, None, None]:
    """Ask the engine, and count and time what it does."""
    began = time.perf_counter()
    meters = here.meters
    meters.running.inc()
    try:
        with contextlib.closing(here.stream(here.engine, question)) as events:
            spoke = False
            for event in events:
                if isinstance(event, Said) and not spoke:
                    spoke = True
                    meters.first_sentence.observe(time.perf_counter() - began)
                if isinstance(event, Done):
                    meters.answers.labels(event.answer.status).inc()
                    meters.seconds.observe(time.perf_counter() - began)
                yield event
    except Exception as error:
        meters.errors.labels(getattr(error, "kind", "bug")).inc()
        raise
    finally:
        meters.running.dec()
