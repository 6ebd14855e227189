"""The pages of the chat. They work without script: a plain form asks, and the answer is a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rag.errors import UnknownDocument, VouchError
from rag.records import Answer, AnswerSentence, Document, Question, Retrieved
from web import ask, export, guard, history, problems, render, running, votes
from web.state import Services, services

SNIPPET = 180  # characters of a passage: two lines on a phone
DIRECT, GOOD = 0.9, 0.6  # support from which a quote is said to state, and to support, a sentence

router = APIRouter(include_in_schema=False)
Here = Annotated[Services, Depends(services)]


@dataclass(frozen=True)
class Near:
    """A passage as the page links it."""

    title: str
    snippet: str
    url: str


@dataclass(frozen=True)
class TurnView:
    """One answered question as the page shows it."""

    number: int
    answer: Answer
    state: str
    support: tuple[str, ...]
    near: tuple[Near, ...]
    copy: str
    verdict: str

    @property
    def understood(self) -> str:
        """The question as it was searched, where that differs from what was typed."""
        searched = self.answer.search_question.strip()
        return "" if searched in {"", self.answer.question.strip()} else searched


@router.get("/")
def new_chat(request: Request, here: Here, document: str = "") -> Response:
    """Return the page of an empty chat; ``document`` asks only that one."""
    return chat_page(request, here, document=document)


@router.get("/history")
def list_chats(request: Request, here: Here) -> Response:
    """Return the list of earlier conversations."""
    return render.page(request, "history.html", {"chats": here.chats()})


@router.get("/chat/{conversation}")
def show_chat(request: Request, conversation: str, here: Here, edit: int = 0) -> Response:
    """Return a conversation; ``edit`` puts that turn's question back into the field."""
    return chat_page(request, here, conversation, edit=edit)


@router.get("/chat/{conversation}/turns/last")
def show_last(request: Request, conversation: str, here: Here) -> Response:
    """Return the newest turn alone: the script puts it in the place of what it streamed."""
    found = history.answers(here.library.store, conversation)
    if not found:
        raise history.UnknownConversation(f"Nothing was answered yet in conversation '{conversation}'.")
    values = {"turn": view(here, found[-1], len(found)), "conversation": conversation, "reasons": votes.REASONS}
    return render.page(request, "one_turn.html", values)


@router.post("/chat")
async def ask_first(
    request: Request,
    here: Here,
    question: Annotated[str, Form()] = "",
    document: Annotated[str, Form()] = "",
    model: Annotated[str, Form()] = "",
) -> Response:
    """Answer the first question of a new conversation, for a browser that runs no script."""
    return await ask_by_form(request, here, question, "", document, model, None)


@router.post("/chat/{conversation}")
async def ask_next(
    request: Request,
    conversation: str,
    here: Here,
    question: Annotated[str, Form()] = "",
    document: Annotated[str, Form()] = "",
    model: Annotated[str, Form()] = "",
    after: Annotated[int | None, Form(ge=0)] = None,
) -> Response:
    """Answer the next question of a conversation, for a browser that runs no script."""
    return await ask_by_form(request, here, question, conversation, document, model, after)


@router.post("/chat/{conversation}/delete")
def delete_chat(conversation: str, here: Here) -> Response:
    """Forget a conversation."""
    history.check(here.library.store, conversation)
    here.library.store.delete_conversation(conversation)
    votes.forget(here.settings.home, conversation)
    return RedirectResponse("/history", status_code=303)


@router.post("/sign-in")
def sign_in(request: Request, here: Here, token: Annotated[str, Form()] = "") -> Response:
    """Exchange the token for a cookie, so that a browser can be used beyond this machine."""
    policy = guard.Policy.of(here.settings)
    if not policy.token or not guard.same_secret(token.strip(), policy.token):
        return render.page(request, "sign_in.html", {"wrong": True}, status=401)
    response = RedirectResponse("/", status_code=303)
    response.set_cookie(guard.COOKIE, policy.cookie, httponly=True, samesite="strict")
    return response


async def ask_by_form(
    request: Request,
    here: Services,
    text: str,
    conversation: str,
    document: str,
    model: str,
    after: int | None,
) -> Response:
    """Answer, keep the turn and lead to it; on an error show the page again with the question still in its field."""
    store = here.library.store
    question = Question(text, (), (document,) if document else None, model or None)
    try:
        earlier = await run_in_threadpool(history.answers, store, conversation) if conversation else []
        question = history.follow_up(question, earlier[:after])
        await run_in_threadpool(ask.check_documents, here, question)
        answer = await running.answer(request, lambda: ask.asked(here, question))
        conversation = conversation or await run_in_threadpool(store.new_conversation)
        await run_in_threadpool(history.keep, store, conversation, answer)
    except VouchError as error:
        known = conversation if not isinstance(error, history.UnknownConversation) else ""
        return await run_in_threadpool(_page_with_error, request, here, error, known, text)
    return RedirectResponse(f"/chat/{conversation}#turn-{len(earlier) + 1}", status_code=303)


def _page_with_error(request: Request, here: Services, error: VouchError, conversation: str, text: str) -> Response:
    return chat_page(
        request,
        here,
        conversation,
        draft=text,
        problem=problems.describe(error),
        headers=problems.headers_of(error),
    )


def chat_page(
    request: Request,
    here: Services,
    conversation: str = "",
    *,
    edit: int = 0,
    draft: str = "",
    document: str = "",
    problem: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the page of one conversation, or of a new one."""
    found = history.answers(here.library.store, conversation) if conversation else []
    voted = votes.verdicts(here.settings.home, conversation) if found else {}
    documents = here.documents()
    only = here.library.document(document) if document else None
    values = {
        "conversation": conversation,
        "turns": [
            view(here, answer, number, voted.get((number, answer.id), "")) for number, answer in enumerate(found, 1)
        ],
        "reasons": votes.REASONS,
        "draft": draft or (found[edit - 1].question if 0 < edit <= len(found) else ""),
        "edit": edit if 0 < edit <= len(found) else 0,
        "only": only,
        "problem": problem,
        "count": len(documents),
        "suggestions": here.engine.suggestions() if documents and not found else [],
        "models": here.engine.models.names(),
    }
    status = int(problem["status"]) if problem else 200
    return render.page(request, "chat.html", values, status=status, headers=headers)


def view(here: Services, answer: Answer, number: int, verdict: str = "") -> TurnView:
    """Return what the page shows of one answer; ``verdict`` is the vote on it, if there is one."""
    return TurnView(
        number=number,
        answer=answer,
        state=export.STATES[answer.status],
        support=tuple(support(answer, sentence) for sentence in answer.sentences),
        near=nearest(here, answer),
        copy=export.turn(answer),
        verdict=verdict,
    )


def support(answer: Answer, sentence: AnswerSentence) -> str:
    """Return in words how well the quotes hold a sentence: a percentage would claim more than anyone knows."""
    quotes = {citation.quote.strip() for citation in answer.citations if citation.id in sentence.citations}
    if sentence.text.strip() in quotes:
        return "Quoted word for word."
    if sentence.support >= DIRECT:
        return "The source states this."
    return "The source supports this." if sentence.support >= GOOD else "The source supports this in part."


def nearest(here: Services, answer: Answer) -> tuple[Near, ...]:
    """Return the passages that were read and not quoted, best first, without those of changed or deleted documents."""
    known: dict[str, Document | None] = {}
    found = []
    for passage in sorted(answer.passages, key=lambda each: -each.score):
        if passage.document not in known:
            known[passage.document] = _document(here, passage.document)
        document = known[passage.document]
        # In another revision the offsets would cut out other words.
        if document is not None and not passage.cited and passage.revision == document.revision:
            found.append(_near(document, passage))
    return tuple(found)


def _near(document: Document, passage: Retrieved) -> Near:
    text = " ".join(document.text[passage.start : passage.end].split())
    snippet = text if len(text) <= SNIPPET else text[:SNIPPET].rsplit(" ", 1)[0] + " …"
    url = render.quote_url(document.id, passage.start, passage.end, document.revision)
    return Near(document.title, snippet, url)


def _document(here: Services, name: str) -> Document | None:
    try:
        return here.library.document(name)
    except UnknownDocument:
        return None
