"""How do the engine's events look on the wire? Server-sent events, each with an id, and a heartbeat in between."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import itertools
import json
from collections.abc import AsyncIterator
from typing import Any, Protocol

from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Receive, Scope, Send

from rag.errors import VouchError
from rag.records import Done, Event, Found, Said, Working
from web import problems
from web.running import Run

HEARTBEAT_SECONDS = 5.0  # shorter than what any proxy waits, long enough to cost nothing


class Teller(Protocol):
    """Puts what happens into bytes, in one dialect, for one stream."""

    def event(self, event: Event) -> bytes:
        """Return an event as it is sent; nothing where the dialect has no word for it."""

    def error(self, error: Exception) -> bytes:
        """Return the error that ends the stream."""


class Own:
    """Vouch's own events, their ids counting from 1."""

    def __init__(self) -> None:
        self._ids = itertools.count(1)

    def event(self, event: Event) -> bytes:
        """Return the event under its name."""
        name, data = told(event)
        return self._encode(name, data)

    def error(self, error: Exception) -> bytes:
        """Return the event ``error`` with the problem as its data."""
        return self._encode("error", problems.describe(error) | _retry(error))

    def _encode(self, name: str, data: dict[str, Any]) -> bytes:
        return format_sse_event(event=name, data_str=json.dumps(data), id=str(next(self._ids)))


class AnswerStream(EventSourceResponse):
    """The events of one run. Whatever ends the response, a client that hung up included, cancels the run."""

    def __init__(self, run: Run, first: Event | None, teller: Teller) -> None:
        self._run = run
        super().__init__(wire(run, first, teller), headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the events; the generator alone would not notice a client that leaves while a chunk is sent."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._run.cancel()


async def wire(run: Run, first: Event | None, teller: Teller) -> AsyncIterator[bytes]:
    """Yield the run's events as bytes until the answer is done or failed, with heartbeats in between."""
    event = first
    try:
        while not isinstance(event, Done):
            yield teller.event(event) if event else KEEPALIVE_COMMENT
            event = None
            # asyncio.wait_for cancels ``next``, which loses nothing: an event stays in the box until it is taken.
            with contextlib.suppress(TimeoutError):
                event = await asyncio.wait_for(run.next(), HEARTBEAT_SECONDS)
        yield teller.event(event)
    except Exception as error:
        if not isinstance(error, VouchError):
            problems.LOG.exception("a question failed")
        yield teller.error(error)


def told(event: Event) -> tuple[str, dict[str, Any]]:
    """Return an event's name and its data."""
    match event:
        case Working():
            return "status", dataclasses.asdict(event)
        case Found():
            return "passages", dataclasses.asdict(event)
        case Said():
            # Citations that are new with this sentence travel beside it, so that it can be drawn at once.
            new = [dataclasses.asdict(citation) for citation in event.citations]
            return "sentence", dataclasses.asdict(event.sentence) | {"new_citations": new}
        case Done():
            return "done", dataclasses.asdict(event.answer)


def _retry(error: Exception) -> dict[str, int]:
    seconds = problems.headers_of(error).get("Retry-After")
    return {"retry_after": int(seconds)} if seconds else {}
