"""How is a conversation kept? Reads and writes turns through the store, as the engine's own records."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Generator

from pydantic import TypeAdapter

from rag.errors import VouchError
from rag.records import Answer, Done, Event, Question, Turn
from web.ports import Store

_ANSWER = TypeAdapter(Answer)


class UnknownConversation(VouchError):
    """No conversation has that id."""

    kind = "unknown-conversation"
    status = 404


def answers(store: Store, conversation: str) -> list[Answer]:
    """Return the answers of one conversation in order.

    Raises:
        UnknownConversation: there is none with that id.
    """
    check(store, conversation)
    return [_ANSWER.validate_json(turn.answer) for turn in store.turns(conversation)]


def check(store: Store, conversation: str) -> None:
    """Raise UnknownConversation unless there is one with that id."""
    if all(chat.id != conversation for chat in store.conversations()):
        raise UnknownConversation(f"There is no conversation '{conversation}'; GET /conversations lists them.")


def follow_up(question: Question, earlier: list[Answer]) -> Question:
    """Return the question with the conversation's turns as its history."""
    return dataclasses.replace(question, history=tuple(Turn(answer.question, answer.answer) for answer in earlier))


def keeping(events: Generator[Event, None, None], store: Store, conversation: str) -> Generator[Event, None, None]:
    """Pass events on; the answer is in the store before anyone hears that it is done."""
    with contextlib.closing(events):
        for event in events:
            if isinstance(event, Done):
                keep(store, conversation, event.answer)
            yield event


def keep(store: Store, conversation: str, answer: Answer) -> None:
    """Append an answer to its conversation."""
    store.add_turn(conversation, answer.question, json.dumps(dataclasses.asdict(answer)))
