"""``/conversations``: the kept conversations, as JSON and for taking away."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path
from fastapi.encoders import jsonable_encoder
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from rag.records import Answer, Question
from web import ask, export, history, reference, schemas, votes
from web.state import Services, services

router = APIRouter(prefix="/conversations", tags=["Conversations"])
Here = Annotated[Services, Depends(services)]
Id = Annotated[str, Path(description="the id of the conversation")]


@router.get("", responses=reference.answers(), summary="List the conversations")
def list_conversations(here: Here) -> list[schemas.ConversationSummary]:
    """Return the conversations in which something was answered, newest first."""
    return [
        schemas.ConversationSummary(
            id=chat.id, title=chat.title, started=chat.started, turns=chat.turns, url=f"/chat/{chat.id}"
        )
        for chat in here.chats()
    ]


@router.post("", status_code=201, responses=reference.answers(), summary="Begin a conversation")
def begin(here: Here) -> schemas.NewConversation:
    """Make an empty conversation; it shows in the list once something was answered in it."""
    made = here.library.store.new_conversation()
    return schemas.NewConversation(id=made, url=f"/chat/{made}")


@router.get("/{conversation}", responses=reference.answers(404), summary="Show a conversation")
def show(conversation: Id, here: Here) -> schemas.Conversation:
    """Return the answers of a conversation in order."""
    return schemas.Conversation(id=conversation, turns=history.answers(here.library.store, conversation))


@router.delete("/{conversation}", status_code=204, responses=reference.answers(404), summary="Delete a conversation")
def delete(conversation: Id, here: Here) -> None:
    """Forget a conversation."""
    history.check(here.library.store, conversation)
    here.library.store.delete_conversation(conversation)
    votes.forget(here.settings.home, conversation)


@router.post(
    "/{conversation}/ask",
    dependencies=[Depends(ask.json_only)],
    response_model=Answer,
    responses=reference.answers(404, 409, 415, 422, 503),
    summary="Ask in a conversation",
)
async def ask_in(request: Request, conversation: Id, body: schemas.AskInConversation, here: Here) -> Any:
    """Answer as ``POST /ask`` does, with the kept turns as history, and keep the answer as the next turn."""
    question = Question(body.question, (), tuple(body.documents) if body.documents else None, body.model)
    return await respond(request, here, conversation, question, body.after)


async def respond(
    request: Request, here: Services, conversation: str, question: Question, after: int | None
) -> Answer | Response:
    """Answer with the first ``after`` turns as history, and keep the answer."""
    store = here.library.store
    earlier = await run_in_threadpool(history.answers, store, conversation)
    question = history.follow_up(question, earlier[:after])
    return await ask.respond(
        request, here, question, lambda: history.keeping(ask.asked(here, question), store, conversation)
    )


@router.get(
    "/{conversation}/export.{form}",
    response_class=Response,
    responses=reference.answers(404) | reference.download("text/markdown", "application/json"),
    summary="Take a conversation away",
)
def take_away(conversation: Id, form: Literal["md", "json"], here: Here) -> Response:
    """Return the whole conversation as Markdown with numbered quotes, or as JSON."""
    found = history.answers(here.library.store, conversation)
    headers = {"Content-Disposition": f'attachment; filename="vouch-conversation.{form}"'}
    if form == "md":
        return Response(export.conversation(found), media_type="text/markdown", headers=headers)
    body = json.dumps(jsonable_encoder(schemas.Conversation(id=conversation, turns=found)), indent=2)
    return Response(body, media_type="application/json", headers=headers)
