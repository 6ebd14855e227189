"""The one place: order, bounds, and that it always comes free."""

import threading
import time

import pytest

from rag.errors import Busy
from rag.queueing import Turnstile


def test_first_come_first_served() -> None:
    turnstile, order, threads = Turnstile(8, 10), [], []

    def work(number: int) -> None:
        with turnstile.turn():
            order.append(number)
            time.sleep(0.01)

    with turnstile.turn():
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
    with turnstile.turn(), pytest.raises(Busy) as caught, turnstile.turn():
        pass
    assert caught.value.retry_after > 0
    with turnstile.turn():
        pass


def test_waiting_too_long_is_busy_and_leaves_no_ticket() -> None:
    turnstile = Turnstile(3, 0.05)
    failed = []

    def wait() -> None:
        try:
            with turnstile.turn():
                pass
        except Busy as error:
            failed.append(error)

    with turnstile.turn():
        thread = threading.Thread(target=wait)
        thread.start()
        thread.join()
    assert len(failed) == 1
    with turnstile.turn():
        pass


def test_an_error_frees_the_place() -> None:
    turnstile = Turnstile(0, 1)
    with pytest.raises(ZeroDivisionError), turnstile.turn():
        raise ZeroDivisionError
    with turnstile.turn():
        pass
