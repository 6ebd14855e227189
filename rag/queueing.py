"""Who is next: one answer at a time, first come first served, a bounded number waiting for a bounded time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from rag.errors import Busy


class Turnstile:
    """Lets one caller through at a time, in the order of arrival."""

    def __init__(self, waiting: int, seconds: float) -> None:
        self._most = waiting
        self._seconds = seconds
        self._line: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the one place.

        Raises:
            Busy: too many wait already, or the place did not come free in time.

        """
        ticket = object()
        with self._changed:
            # The first in line is being served, the others wait.
            if len(self._line) > self._most:
                raise Busy(f"{self._most} questions wait already; try again in a moment")
            self._line.append(ticket)
            if not self._changed.wait_for(lambda: self._line[0] is ticket, self._seconds):
                self._line.remove(ticket)
                raise Busy(f"no answer could be started within {self._seconds:g} seconds; try again later")
        try:
            yield
        finally:
            with self._changed:
                self._line.remove(ticket)
                self._changed.notify_all()
