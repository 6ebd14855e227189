"""A server of its own process, over a real library and real answers, with small stand-ins for the models.

``python -m tests.stress.served HOME`` prints its port and serves until its input closes; ``Served`` measures one.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx
import uvicorn

from rag import answer
from rag.engine import Engine
from rag.records import Evidence, Passage
from rag.settings import Settings
from tests.stress.common import HashEmbedder, text_of
from web.app import create_app
from web.server import bind

DOCUMENTS = 20
QUESTION = "What did the served3 bridge of the north cost?"
# Seconds that a reader takes for a passage where it is asked to be slow.
_SLOW = 0.005


class WordReader:
    """Takes a sentence for an answer as far as it has the words of the question."""

    name = "words"
    threshold = 0.3

    def entails(self, claim: str, quote: str) -> bool:
        return True

    def read(self, question: str, passages: Sequence[Passage]) -> list[Evidence]:
        asked = set(question.lower().rstrip("?").split())
        found = []
        for passage in passages:
            if "slowly" in asked:
                time.sleep(_SLOW)
            for span in passage.sentences:
                words = set(passage.quote(span).lower().rstrip(".").split())
                found.append(Evidence(passage, span, len(words & asked) / len(asked), span))
        return sorted(found, key=lambda evidence: -evidence.score)


def main() -> None:
    """Serve a data folder, filled first where it is empty."""
    settings = Settings(home=Path(sys.argv[1]), model="none", max_file_mb=8, parse_seconds=20)
    with bind("127.0.0.1", 0) as sock, Engine(settings, embedder=HashEmbedder(), reader=WordReader()) as engine:
        settings = settings.model_copy(update={"port": sock.getsockname()[1]})
        for i in range(DOCUMENTS):
            engine.library.add_bytes(f"served{i}.txt", text_of(f"served{i}").encode())
        config = uvicorn.Config(create_app(engine, settings, answer.stream), log_level="error", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([sock],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.01)
        print(settings.port, flush=True)
        sys.stdin.read()
        server.should_exit = True
        thread.join(10)


class Served:
    """A running server, what it holds of the system, and a client."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home, self.scratch, self.here = folder / "home", folder / "tmp", folder / "here"
        for path in (self.scratch, self.here):
            path.mkdir()
        root = str(Path(__file__).parents[2])
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stress.served", str(self.home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=self.here,
            env=os.environ | {"TMPDIR": str(self.scratch), "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        assert self._process.stdout
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"
        self.client = httpx.Client(base_url=self.url, timeout=90)
        for _ in range(3):
            self.client.post("/ask", json={"question": QUESTION}).raise_for_status()

    def __enter__(self) -> Served:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.close()
        self._process.communicate("")

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def held(self) -> dict[str, Any]:
        """Return how many descriptors, threads and children the server has, and its resident memory in MiB."""
        proc = Path(f"/proc/{self._process.pid}")
        status = dict(line.split(":", 1) for line in (proc / "status").read_text().splitlines())
        children = (proc / "task" / str(self._process.pid) / "children").read_text().split()
        return {
            "descriptors": len(list((proc / "fd").iterdir())),
            "threads": int(status["Threads"]),
            "children": len(children),
            "resident_mib": int(status["VmRSS"].split()[0]) / 1024,
        }

    def settled(self, before: dict[str, Any], seconds: float = 15.0) -> dict[str, Any]:
        """Return what is held once it is no more than ``before``, or in the end whatever it is."""
        end = time.monotonic() + seconds
        while True:
            now = self.held()
            if time.monotonic() > end or all(
                now[name] <= before[name] for name in ("descriptors", "threads", "children")
            ):
                return now
            time.sleep(0.1)

    def strays(self) -> list[str]:
        """Return the files that are where none should be."""
        # The store, its companions, and the index; "models" is what an engine prepares.
        wanted = {"vouch.db", "vouch.db-wal", "vouch.db-shm", "index", "models", "vouch.mark"}
        at_home = [path.name for path in self.home.iterdir() if path.name not in wanted]
        elsewhere = [path for path in self.folder.rglob("*") if not path.is_relative_to(self.home)]
        return at_home + [str(path) for path in elsewhere if path not in (self.home, self.scratch, self.here)]


if __name__ == "__main__":
    main()
