"""Work done ahead in a thread: files are read and parsed while the texts before them are embedded."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Item = TypeVar("Item")


@contextmanager
def ahead(
    items: Iterable[Item], most: int, weigh: Callable[[Item], int], hurry: Callable[[], None]
) -> Iterator[Iterator[Item]]:
    """Give an iterator over ``items``, which are made in a thread until those that wait weigh ``most``.

    What making them raises is raised by the iterator. At the end of the block the thread stops after the item that
    it is at, and is waited for; ``hurry`` is called to end that item.
    """
    line = _Line[Item](most, weigh)
    thread = threading.Thread(target=line.fill, args=(items,), name="ahead", daemon=True)
    thread.start()
    try:
        yield line.drain()
    finally:
        line.stop()
        hurry()
        thread.join()


class _Line(Generic[Item]):
    def __init__(self, most: int, weigh: Callable[[Item], int]) -> None:
        self._most = most
        self._weigh = weigh
        self._waiting: deque[tuple[Item, int]] = deque()
        self._weight = 0
        self._ended = False
        self._stopped = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    def fill(self, items: Iterable[Item]) -> None:
        try:
            for item in items:
                weight = self._weigh(item)
                with self._changed:
                    self._changed.wait_for(lambda: self._stopped or self._weight < self._most)
                    if self._stopped:
                        return
                    self._waiting.append((item, weight))
                    self._weight += weight
                    self._changed.notify_all()
        except BaseException as error:
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()

    def drain(self) -> Iterator[Item]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._ended or self._waiting)
                if not self._waiting:
                    break
                item, weight = self._waiting.popleft()
                self._weight -= weight
                self._changed.notify_all()
            yield item
        if self._error is not None:
            raise self._error

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
