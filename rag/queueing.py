"""Who is next: one answer at a time, first come first served, a bounded number waiting for a bounded time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from rag.errors import Busy


class Turnstile:
    """Lets one caller through at a time, in the order of arrival."""

    def __init__(self, waiting: int, seconds: float) -> None:
        self._most = waiting
        self._seconds = seconds
        self._line: deque[Ticket] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def ticket(self) -> Iterator[Ticket]:
        """Stand in line, and hold the one place from when ``Ticket.wait`` has ended until the block does.

        Raises:
            Busy: too many wait already.
        """
        ticket = Ticket(self._changed, self._line, self._seconds)
        with self._changed:
            # The first in line is being served, the others wait.
            if len(self._line) > self._most:
                raise Busy(f"{self._most} questions wait already; try again in a moment")
            self._line.append(ticket)
        try:
            yield ticket
        finally:
            with self._changed:
                self._line.remove(ticket)
                self._changed.notify_all()


class Ticket:
    """A place in the line."""

    def __init__(self, changed: threading.Condition, line: deque[Ticket], seconds: float) -> None:
        self._changed = changed
        self._line = line
        self._seconds = seconds

    def wait(self, tick: float) -> Iterator[None]:
        """Yield every ``tick`` seconds until it is this ticket's turn, so that whoever waits can give up in between.

        Raises:
            Busy: the place did not come free in time.
        """
        end = time.monotonic() + self._seconds
        while True:
            with self._changed:
                if self._changed.wait_for(lambda: self._line[0] is self, tick):
                    return
            if time.monotonic() > end:
                raise Busy(f"no answer could be started within {self._seconds:g} seconds; try again later")
            yield
