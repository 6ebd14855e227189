"""``/v1``: the same answers in OpenAI's dialect, for programs that speak nothing else.

The user's last message is the question and what was answered before it is its history; quotes travel as
``annotations`` that point at their numbers in the text. What the dialect offers beyond that (temperature, tools...)
is accepted and has no effect.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from fastapi.sse import format_sse_event
from pydantic import BaseModel, Field
from pydantic.config import JsonDict
from starlette.requests import Request
from starlette.responses import Response

from rag.errors import BadQuestion
from rag.records import Answer, AnswerSentence, Citation, Done, Event, Question, Said, Turn
from web import ask, problems, reference, running
from web.schemas import Text
from web.state import Services, services

DEFAULT = "vouch"  # clients must name a model; this one stands for whichever is set
MOST_TEXTS = 2048  # as in the original

router = APIRouter(prefix="/v1", tags=["OpenAI dialect"])
Here = Annotated[Services, Depends(services)]


class Part(BaseModel):
    """A piece of a message; only text is understood."""

    type: Literal["text"]
    text: Text


class Message(BaseModel):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Text | list[Part] | None = None

    @property
    def text(self) -> str:
        """All its text."""
        return "".join(part.text for part in self.content) if isinstance(self.content, list) else self.content or ""


_SAYS_SOMETHING: JsonDict = {"type": "string", "pattern": r"\S"}
_A_PART_DOES: JsonDict = {"type": "array", "contains": {"properties": {"text": _SAYS_SOMETHING}, "required": ["text"]}}
_A_QUESTION: JsonDict = {
    "properties": {"role": {"const": "user"}, "content": {"anyOf": [_SAYS_SOMETHING, _A_PART_DOES]}},
    "required": ["role", "content"],
}


class Completion(BaseModel):
    """A request for ``/v1/chat/completions``."""

    model: Text = DEFAULT
    messages: list[Message] = Field(min_length=1, json_schema_extra={"contains": _A_QUESTION})
    stream: Annotated[bool, Field(strict=True)] = False

    def to_question(self) -> Question:
        """Return the question that the user's last message asks, with the answered ones before it.

        Raises:
            BadQuestion: no message of the user says anything.
        """
        places = [n for n, message in enumerate(self.messages) if message.role == "user" and message.text.strip()]
        if not places:
            raise BadQuestion("there is no message of the user that asks something")
        turns: list[Turn] = []
        asked = ""
        for message in self.messages[: places[-1]]:
            if message.role == "user":
                asked = message.text
            elif message.role == "assistant" and asked:
                turns.append(Turn(asked, message.text))
                asked = ""
        return Question(
            self.messages[places[-1]].text, tuple(turns), None, None if self.model == DEFAULT else self.model
        )


class Embeddings(BaseModel):
    """A request for ``/v1/embeddings``."""

    model: Text = DEFAULT
    input: Text | Annotated[list[Text], Field(min_length=1, max_length=MOST_TEXTS)]
    encoding_format: Literal["float", "base64"] = "float"


@router.post(
    "/chat/completions",
    dependencies=[Depends(ask.json_only)],
    response_model=None,
    responses=reference.answers(404, 409, 415, 422, 503, openai=True) | reference.events(),
    summary="Answer the last message",
)
async def complete(request: Request, body: Completion, here: Here) -> dict[str, Any] | Response:
    """Answer as ``POST /ask`` does; the whole answer is in ``vouch`` besides. Tokens are not counted."""
    question = body.to_question()

    def start() -> Any:
        return ask.asked(here, question)

    home = str(request.base_url)
    if body.stream:
        return await ask.streamed(request, start, Chunks(body.model, home))
    return whole(await running.answer(request, start), body.model, home)


@router.get("/models", responses=reference.answers(openai=True), summary="List the models")
def models(here: Here) -> dict[str, Any]:
    """Return the names that a question may give as its model, ``vouch`` for the default."""
    names = [DEFAULT, *here.engine.models.names()]
    return {
        "object": "list",
        "data": [{"id": name, "object": "model", "created": 0, "owned_by": "vouch"} for name in names],
    }


@router.post(
    "/embeddings",
    dependencies=[Depends(ask.json_only)],
    responses=reference.answers(415, 422, openai=True),
    summary="Embed texts",
)
def embed(body: Embeddings, here: Here) -> dict[str, Any]:
    """Return the vectors that the index is made of. Tokens are not counted."""
    texts = [body.input] if isinstance(body.input, str) else body.input
    rows = here.engine.embedder.encode(texts)
    coded = [
        base64.b64encode(row.astype("<f4").tobytes()).decode() if body.encoding_format == "base64" else row.tolist()
        for row in rows
    ]
    data = [{"object": "embedding", "index": index, "embedding": value} for index, value in enumerate(coded)]
    usage = {"prompt_tokens": 0, "total_tokens": 0}
    return {"object": "list", "data": data, "model": here.engine.embedder.name, "usage": usage}


class Sheet:
    """The text as it grows, so that annotations can point into it."""

    def __init__(self, home: str) -> None:
        self._home = home.rstrip("/")
        self._length = 0
        self._known: dict[int, Citation] = {}

    def add(self, sentence: AnswerSentence, citations: tuple[Citation, ...]) -> tuple[str, list[dict[str, Any]]]:
        """Return what a sentence adds to the text, and the annotations of its numbers."""
        self._known |= {citation.id: citation for citation in citations}
        text = f"{' ' if self._length else ''}{sentence.text} "
        found = []
        for number in sentence.citations:
            place = self._length + len(text)
            text += f"[{number}]"
            found.append(self._annotation(self._known[number], place, self._length + len(text)))
        self._length += len(text)
        return text, found

    def _annotation(self, citation: Citation, start: int, end: int) -> dict[str, Any]:
        return {
            "type": "url_citation",
            "url_citation": {
                "start_index": start,
                "end_index": end,
                "title": citation.title,
                "url": self._home + citation.url,
                "quote": citation.quote,
            },
        }


def whole(answer: Answer, model: str, home: str) -> dict[str, Any]:
    """Return a finished answer as a completion."""
    sheet = Sheet(home)
    pieces = [sheet.add(sentence, answer.citations) for sentence in answer.sentences]
    message = {
        "role": "assistant",
        "content": "".join(text for text, _ in pieces) or answer.answer,
        "refusal": None,
        "annotations": [annotation for _, found in pieces for annotation in found],
    }
    return {
        **_frame(answer.id, "chat.completion", model),
        "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}],
        "vouch": dataclasses.asdict(answer),
    }


class Chunks:
    """The events of one answer as chunks of a completion."""

    def __init__(self, model: str, home: str) -> None:
        self._model = model
        self._sheet = Sheet(home)
        self._id = f"{time.time_ns():x}"

    def event(self, event: Event) -> bytes:
        """Return the chunk of a sentence, or the last ones; other events have no word in this dialect."""
        match event:
            case Said():
                text, annotations = self._sheet.add(event.sentence, event.citations)
                return self._chunk({"role": "assistant", "content": text, "annotations": annotations})
            case Done():
                rest = {} if event.answer.sentences else {"role": "assistant", "content": event.answer.answer}
                return self._chunk(rest, "stop") + format_sse_event(data_str="[DONE]")
            case _:
                return b""

    def error(self, error: Exception) -> bytes:
        """Return the error, which ends the stream."""
        return format_sse_event(data_str=json.dumps(problems.openai_error(problems.describe(error))))

    def _chunk(self, delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
        return format_sse_event(
            data_str=json.dumps({**_frame(self._id, "chat.completion.chunk", self._model), "choices": [choice]})
        )


def _frame(name: str, kind: str, model: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{name}", "object": kind, "created": int(time.time()), "model": model}
