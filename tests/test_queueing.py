"""The one place: order, bounds, and that it always comes free."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rag.errors import Busy
from rag.queueing import Turnstile


@contextmanager
def turn(turnstile: Turnstile) -> Iterator[None]:
    """Wait for the place and hold it."""
    with turnstile.ticket() as ticket:
        for _ in ticket.wait(0.01):
            pass
        yield


def test_first_come_first_served() -> None:
    turnstile, order, threads = Turnstile(8, 10), [], []

    def work(number: int) -> None:
        with turn(turnstile):
            order.append(number)
            time.sleep(0.01)

    with turn(turnstile):
        for number in range(6):
            threads.append(threading.Thread(target=work, args=(number,)))
            threads[-1].start()
            time.sleep(0.02)
        assert order == []
    for thread in threads:
        thread.join()
    assert order == list(range(6))


def test_a_full_queue_is_busy_at_once() -> None:
    turnstile = Turnstile(0, 10)
    with turn(turnstile), pytest.raises(Busy) as caught, turn(turnstile):
        pass
    assert caught.value.retry_after > 0
    with turn(turnstile):
        pass


def test_waiting_too_long_is_busy_and_leaves_no_ticket() -> None:
    turnstile = Turnstile(3, 0.05)
    failed = []

    def wait() -> None:
        try:
            with turn(turnstile):
                pass
        except Busy as error:
            failed.append(error)

    with turn(turnstile):
        thread = threading.Thread(target=wait)
        thread.start()
        thread.join()
    assert len(failed) == 1
    with turn(turnstile):
        pass


def test_an_error_frees_the_place() -> None:
    turnstile = Turnstile(0, 1)
    with pytest.raises(ZeroDivisionError), turn(turnstile):
        raise ZeroDivisionError
    with turn(turnstile):
        pass


def test_one_who_waits_can_give_up() -> None:
    turnstile = Turnstile(3, 10)
    with turn(turnstile):
        with turnstile.ticket() as ticket:
            waited = sum(1 for _, _ in zip(range(3), ticket.wait(0.01), strict=False))
        assert waited == 3
        assert len(turnstile._line) == 1
    with turn(turnstile):
        pass
