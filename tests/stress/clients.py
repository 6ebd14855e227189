"""200 streaming clients at once, three in ten of which hang up: no 5xx but 503 with Retry-After, and all comes back.

Descriptors and threads return to where they were, and the place of who hung up is free for the next within 200 ms.

    python -m tests.stress.clients --n 200 --seed 1
"""

from __future__ import annotations

import argparse
import json
import random
import socket
import struct
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

from tests.stress.common import Tally, report
from tests.stress.served import Served

_CUT_SHARE = 0.3
_PLACES = 8
# Seconds until a server at rest has closed what it will close.
_SETTLING = 2.0
# A rejected request comes back at once; what waits in line is answered within the line's patience.
_PATIENCE = 60.0
_LONG = " ".join(f"What did the served{i} bridge slowly cost?" for i in range(4))
_EVENTS = "text/event-stream"


def request(port: int, question: str) -> socket.socket:
    """Send a question and return the open connection."""
    body = json.dumps({"question": question}).encode()
    head = (
        f"POST /ask HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: {_EVENTS}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)
    connection.sendall(head.encode() + body)
    return connection


def read_to_end(connection: socket.socket) -> str:
    told = b""
    while block := connection.recv(1 << 16):
        told += block
    return told.decode()


def read_until(connection: socket.socket, word: str) -> str:
    """Read until a word came; return all that was read."""
    told = b""
    while word.encode() not in told:
        block = connection.recv(1 << 16)
        if not block:
            break
        told += block
    return told.decode()


def hang_up(connection: socket.socket, rudely: bool) -> None:
    if rudely:  # a reset instead of a farewell
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Client(threading.Thread):
    """Asks once, and hangs up at a random moment or reads to the end."""

    def __init__(self, port: int, seed: str) -> None:
        super().__init__()
        self._port, self._rng = port, random.Random(seed)
        self.outcome = ""
        self.problem = ""

    def run(self) -> None:
        cut = self._rng.random() < _CUT_SHARE
        time.sleep(self._rng.uniform(0, 0.5))
        try:
            connection = request(self._port, self._rng.choice((_LONG, "What did the served1 bridge slowly cost?")))
            if cut:
                time.sleep(self._rng.choice((0.0, self._rng.uniform(0, 0.1), self._rng.uniform(0, 2.0))))
                hang_up(connection, self._rng.random() < 0.5)
                self.outcome = "cut"
            else:
                with connection:
                    self._judge(read_to_end(connection))
        except OSError as error:
            self.problem = f"the connection failed: {error!r}"

    def _judge(self, told: str) -> None:
        head, _, body = told.partition("\r\n\r\n")
        status = head.split(" ", 2)[1] if head.startswith("HTTP") else "none"
        self.outcome = status
        if status == "503":
            self.problem = "" if "retry-after:" in head.lower() else "503 without Retry-After"
        elif status != "200":
            self.problem = f"status {status}: {told[:200]}"
        elif "event: done" not in body and "retry_after" not in body:
            self.problem = f"a stream without an end: {body[-200:]}"


def places(port: int, rng: random.Random) -> list[float]:
    """Hang up while another waits, and return how long that one still waited each time, in seconds."""
    waited = []
    for _ in range(_PLACES):
        first = request(port, _LONG)
        read_until(first, "reading")
        second = request(port, "What did the served2 bridge cost?")
        read_until(second, "waiting")
        time.sleep(rng.uniform(0, 0.05))
        started = time.monotonic()
        hang_up(first, rng.random() < 0.5)
        read_until(second, "searching")
        waited.append(time.monotonic() - started)
        with second:
            read_to_end(second)
    return waited


def crowd(port: int, seed: str, size: int, tally: Tally) -> None:
    """Let so many clients come within half a second, and wait until all are gone."""
    clients = [Client(port, f"{seed}-{i}") for i in range(size)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
        tally.add(f"clients_{client.outcome or 'failed'}")
        tally.check(not client.problem, client.problem)


def main() -> int:
    """Run the crowd, then count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--free-ms", type=float, default=200, help="how soon a place must be free")
    given = parser.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="vouch-clients-") as folder, Served(Path(folder)) as server:
        port = int(server.url.rpartition(":")[2])
        # The first crowd makes the threads and connections that a server keeps for the next.
        crowd(port, f"{given.seed}-first", given.n, tally)
        before = server.settled({"descriptors": 0, "threads": 0, "children": 0}, seconds=_SETTLING)
        crowd(port, f"{given.seed}-second", given.n, tally)
        after = server.settled(before)
        for what in ("descriptors", "threads", "children"):
            tally.check(after[what] <= before[what], f"{what}: {before[what]} before, {after[what]} after")
            tally.add(f"{what}_before", before[what])
            tally.add(f"{what}_after", after[what])
        waited = places(port, random.Random(given.seed))
        tally.add("max_place_free_ms", max(waited) * 1000)
        tally.add("median_place_free_ms", float(np.median(waited)) * 1000)
        tally.check(max(waited) * 1000 <= given.free_ms, f"a place was free after {max(waited) * 1000:.0f} ms")
        tally.check(
            server.client.post("/ask", json={"question": "What is it?"}).status_code == 200, "no answer afterwards"
        )
    for problem in tally.failures[:10]:
        print(f"clients: FAILED: {problem}", file=sys.stderr)
    return report("clients", given.seed, tally, n=given.n)


if __name__ == "__main__":
    sys.exit(main())
