"""Other systems over real sockets: slow, dripping, busy, babbling ones fail with a reason and never hang a run."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from eval.errors import AskFailed
from eval.openai_target import OpenAiTarget
from eval.run import Plan, run
from eval.targets import HttpTarget
from tests import eval_fakes as fakes
from tests.fakes_web import Web

TIMEOUT = 0.6


class Server(ThreadingHTTPServer):
    """Answers each path in its own bad way, and counts how often it is asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.stopped = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """One way to fail for each path."""

    server: Server
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.asked.append(body["question"])
        self.server.headers.append(dict(self.headers))
        times = len(self.server.asked)
        good = json.dumps(fakes.REFUSAL).encode()
        if self.path == "/silent":
            self.server.stopped.wait(5)
            return
        if self.path == "/drip":
            self._drip()
        elif self.path == "/busy-once" and times == 1:
            self._send(503, b"later", {"Retry-After": "0"})
        elif self.path == "/busy-until" and times == 1:
            date = format_datetime(datetime.now(UTC) + timedelta(seconds=-5), usegmt=True)
            self._send(429, b"later", {"Retry-After": date})
        elif self.path == "/busy":
            self._send(503, b"later", {"Retry-After": "3600"})
        elif self.path == "/busy-oddly":
            self._send(503, b"later", {"Retry-After": "soon"})
        elif self.path == "/torn":
            self._send(200, good[:20], {})
        elif self.path == "/deep":
            self._send(200, b"[" * 100_000, {})
        elif self.path == "/shape":
            self._send(200, b'{"status": "supported", "answer": 3}', {})
        else:
            self._send(200, good, {})

    def _send(self, status: int, data: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _drip(self) -> None:
        """Send a byte before each read would time out, for ever."""
        self.send_response(200)
        self.send_header("Content-Length", "1000000")
        self.end_headers()
        try:
            while not self.server.stopped.wait(0.05):
                self.wfile.write(b" ")
                self.wfile.flush()
        except OSError:
            pass


@pytest.fixture
def bad() -> Iterator[Server]:
    running = Server()
    thread = threading.Thread(target=running.serve_forever, args=(0.01,))
    thread.start()
    yield running
    running.stopped.set()
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/silent", "timed out after 0.6 s"),
        ("/drip", "timed out after 0.6 s"),
        ("/busy", "status 503: busy for longer than 0.6 s"),
        ("/busy-oddly", "status 503: later"),
        ("/torn", "unreadable answer: not a JSON object"),
        ("/deep", "unreadable answer: not a JSON object"),
    ],
)
def test_a_bad_server_fails_in_time_with_its_reason(bad: Server, path: str, words: str) -> None:
    began = time.monotonic()
    with pytest.raises(AskFailed) as failed:
        HttpTarget(bad.url + path, timeout=TIMEOUT).ask("Why?", ())
    assert str(failed.value) == words
    assert time.monotonic() - began < TIMEOUT + 0.5


@pytest.mark.parametrize("path", ["/busy-once", "/busy-until"])
def test_a_busy_server_is_asked_again_when_it_says_so(bad: Server, path: str) -> None:
    assert HttpTarget(bad.url + path, timeout=TIMEOUT).ask("Why?", ()) == fakes.REFUSAL
    assert bad.asked == ["Why?", "Why?"]


def test_nobody_there_and_no_address_are_failures_too() -> None:
    for url in ("http://127.0.0.1:1/ask", "http://[bad", "nowhere"):
        with pytest.raises(AskFailed, match="no answer"):
            HttpTarget(url, timeout=TIMEOUT).ask("Why?", ())


def test_a_run_against_a_bad_server_fails_each_case_and_is_not_asked_twice(bad: Server, tmp_path: Path) -> None:
    suite = fakes.tiny_suite()
    target = HttpTarget(bad.url + "/shape", timeout=TIMEOUT)
    done = run(Plan(suite, limit=5), target, tmp_path / "run")
    assert {row.outcome for row in done.rows} == {"failed"}
    assert all(row.error.startswith("unreadable answer: answer") for row in done.rows)
    asked = len(bad.asked)
    assert asked >= 5
    run(Plan(suite, limit=5), target, tmp_path / "run")
    assert len(bad.asked) == asked


def test_a_token_is_sent_and_not_written_down(bad: Server, tmp_path: Path) -> None:
    target = HttpTarget(bad.url + "/good", token="s3cret")
    done = run(Plan(fakes.tiny_suite(), limit=2), target, tmp_path / "run")
    assert {one["Authorization"] for one in bad.headers} == {"Bearer s3cret"}
    assert all("s3cret" not in path.read_text(encoding="utf-8") for path in done.folder.iterdir())


def test_vouch_itself_is_asked_over_http_in_both_dialects(web: Web) -> None:
    found = HttpTarget(f"{web.url}/ask").ask("How much is the bridge?", (("Which?", "The new one."),))
    assert found["status"] == "supported"
    assert web.engine.asked[-1].history[0].answer == "The new one."
    said = OpenAiTarget(f"{web.url}/v1", "embedded").ask("What is the population?", ())
    assert said["status"] in {"supported", "not_found"}
    assert said["answer"]
