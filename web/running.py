"""Runs the engine, which is plain Python, under an asynchronous server, and stops it when nobody listens.

Each question has its own thread from start to end, because a generator must be closed where it runs, and a lock that
it holds may belong to a thread. The engine's own queue bounds how many there are.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Generator

from starlette.requests import ClientDisconnect, Request

from rag.records import Answer, Done, Event, Working

Start = Callable[[], Generator[Event, None, None]]


class Run:
    """One question that is being answered. Whoever holds it must call ``cancel`` when nobody listens any more."""

    def __init__(self, start: Start) -> None:
        self._loop = asyncio.get_running_loop()
        self._box: asyncio.Queue[Event | Exception] = asyncio.Queue()
        self._stop = threading.Event()
        threading.Thread(target=self._work, args=(start,), name="question", daemon=True).start()

    async def next(self) -> Event:
        """Return the next event, or raise what the engine raised."""
        found = await self._box.get()
        if isinstance(found, Exception):
            raise found
        return found

    def cancel(self) -> None:
        """Close the engine's generator as soon as it comes up for air. May be called twice, and after the end."""
        self._stop.set()

    def _work(self, start: Start) -> None:
        last: Event | None = None
        stage: Event | None = None
        try:
            with contextlib.closing(start()) as events:
                for event in events:
                    if self._stop.is_set():
                        return
                    # The engine repeats its stage while it works, so that it can be closed in between: say it once.
                    if event != stage:
                        self._put(event)
                    stage = event if isinstance(event, Working) else stage
                    last = event
            if not isinstance(last, Done):
                raise RuntimeError("the engine ended without an answer")
        except Exception as error:
            self._put(error)

    def _put(self, found: Event | Exception) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: the server has gone
            self._loop.call_soon_threadsafe(self._box.put_nowait, found)


async def gone(request: Request) -> None:
    """Return once the client has hung up. Only for a request whose body was read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def first_event(request: Request, run: Run, seconds: float | None) -> Event | None:
    """Return the first event, None where it takes longer than ``seconds``.

    Raises:
        ClientDisconnect: the client hung up meanwhile; the run is cancelled.
    """
    event = asyncio.ensure_future(run.next())
    watch = asyncio.ensure_future(gone(request))
    try:
        await asyncio.wait({event, watch}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if event.done():
            return event.result()
        if watch.done():
            raise ClientDisconnect
        return None
    except BaseException:
        run.cancel()
        raise
    finally:
        # A cancelled ``next`` takes nothing out of the box, so the event is there for the next one who asks.
        event.cancel()
        watch.cancel()


async def answer(request: Request, start: Start) -> Answer:
    """Run a question to its end and return its answer; a client that hangs up cancels it."""
    run = Run(start)
    while True:
        event = await first_event(request, run, None)
        if isinstance(event, Done):
            return event.answer
