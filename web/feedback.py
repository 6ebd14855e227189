"""Was an answer right? Takes a thumb up or down, from the page and from programs, for ``python -m eval``."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import APIRouter, Depends, Form, Path
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rag.errors import BadQuestion
from web import ask, history, reference, schemas, votes
from web.state import Services, services

router = APIRouter(tags=["Conversations"])
pages = APIRouter(include_in_schema=False)
Here = Annotated[Services, Depends(services)]
Id = Annotated[str, Path(description="the id of the conversation")]
Number = Annotated[int, Path(ge=1, description="which of its answers, from 1")]


class UnknownTurn(history.UnknownConversation):
    """The conversation has no answer of that number."""

    kind = "unknown-turn"


@router.post(
    "/conversations/{conversation}/turns/{number}/feedback",
    status_code=201,
    dependencies=[Depends(ask.json_only)],
    responses=reference.answers(404, 415, 422),
    summary="Say whether an answer was right",
)
def vote(conversation: Id, number: Number, body: schemas.Vote, here: Here) -> schemas.Vote:
    """Keep a vote on an answer; the last one counts. ``python -m eval run --suite feedback`` makes cases of them."""
    _keep(here, conversation, number, body)
    return body


@pages.post("/chat/{conversation}/turns/{number}/feedback")
def vote_by_form(
    request: Request,
    conversation: str,
    number: int,
    here: Here,
    verdict: Annotated[str, Form()] = "",
    reason: Annotated[str, Form()] = "",
    note: Annotated[str, Form()] = "",
) -> Response:
    """Keep a vote of a browser that runs no script, and lead back to the answer."""
    if verdict not in {"up", "down"} or reason not in {"", *votes.REASONS} or len(note) > votes.NOTE:
        raise BadQuestion(f"a vote is up or down, with one of the reasons and a note of up to {votes.NOTE} characters")
    made = schemas.Vote(verdict=cast(votes.Verdict, verdict), reason=reason, note=note)
    _keep(here, conversation, number, made)
    return RedirectResponse(f"/chat/{conversation}#turn-{number}", status_code=303)


def _keep(here: Services, conversation: str, number: int, made: schemas.Vote) -> None:
    found = history.answers(here.library.store, conversation)
    if not 0 < number <= len(found):
        raise UnknownTurn(f"Conversation '{conversation}' has {len(found)} answers, so none is number {number}.")
    votes.keep(here.settings.home, conversation, number, found[number - 1].id, made.model_dump())
