"""Parses files in a child process that is killed and replaced when it hangs, crashes or takes too much."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any

import rag
from rag.errors import Refused, TooLarge
from rag.ingest import formats, frames
from rag.ingest.clean import clean
from rag.records import Parsed, Span

_LONGEST_TITLE = 200
# Libraries quote what they stumbled over, which may be all of the file.
_LONGEST_REASON = 300
# What a Python process needs of the environment to start and read UTF-8; no tokens, no proxies.
_KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "LC_CTYPE", "SYSTEMROOT", "LD_LIBRARY_PATH", "VIRTUAL_ENV")


class ParserProcess:
    """Turns files into text. One child at a time, started when first needed; callers from many threads take turns.

    ``seconds`` bounds each file in wall time and in processor time; ``worker`` is the module the child runs.
    """

    def __init__(self, *, max_bytes: int, seconds: int, worker: str = "rag.ingest.worker") -> None:
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._worker = worker
        self._child: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()

    def parse_file(self, path: Path) -> Parsed:
        """Read a file and return what is in it; see ``parse_bytes``."""
        formats.check_supported(path.name)
        return self.parse_bytes(path.name, read_file(path, self._max_bytes))

    def parse_bytes(self, name: str, data: bytes) -> Parsed:
        """Return the text of a document that goes by ``name``.

        Raises:
            Refused: not a document, empty, damaged, or over a limit; the message is one line and says which.
            TooLarge: more than ``max_bytes`` bytes.
        """
        check_size(len(data), self._max_bytes)
        with self._turn:
            answer = self._ask({"name": name, "seconds": self._seconds}, data)
            if "last" in answer:
                self.close()
        if "refused" in answer:
            raise Refused(" ".join(clean(answer["refused"]).split())[:_LONGEST_REASON])
        title = " ".join(clean(answer["title"]).split())[:_LONGEST_TITLE]
        return Parsed(
            answer["text"],
            title or name,
            answer["media_type"],
            answer["date"],
            pages=tuple(answer["pages"]),
            aside=tuple(Span(**span) for span in answer["aside"]),
        )

    def close(self) -> None:
        """End the child. The next parse starts another."""
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                _close_quietly(pipe)

    def __enter__(self) -> ParserProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, head: dict[str, Any], data: bytes) -> dict[str, Any]:
        child = self._running()
        assert child.stdin is not None
        assert child.stdout is not None
        # Killing the child is what wakes a blocked read or write; pipes have no timeouts on every system.
        watch = threading.Timer(self._seconds, child.kill)
        watch.start()
        try:
            frames.write(child.stdin, head, data)
            return frames.read(child.stdout)[0]
        except (EOFError, OSError, ValueError):
            self.close()
            return {"refused": self._why(child)}
        except BaseException:  # Ctrl-C between question and answer: the pipe is out of step.
            self.close()
            raise
        finally:
            watch.cancel()

    def _why(self, child: subprocess.Popen[bytes]) -> str:
        if child.returncode in (-9, -24):  # SIGKILL from the watch (or the kernel), SIGXCPU from the limit
            return f"reading it took more than {self._seconds} s or more memory than there is"
        return f"reading it crashed the parser (status {child.returncode}): it is damaged or hostile"

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is not None:
            self.close()
        if self._child is None:
            environment = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
            # -P: a json.py in the folder we are started from is not ours. So this package is named by its place.
            environment["PYTHONPATH"] = str(Path(rag.__file__).parents[1])
            self._child = subprocess.Popen(
                [sys.executable, "-P", "-m", self._worker],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
            )
        return self._child


def read_file(path: str | Path, max_bytes: int) -> bytes:
    """Return the bytes of a regular file.

    Raises:
        TooLarge: there are more than ``max_bytes`` of them.
        Refused: it is not a regular file (a pipe would never end), is gone, or may not be read.
    """
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode):
            raise Refused("not a document: it is not a regular file")
        check_size(found.st_size, max_bytes)
        with open(path, "rb") as file:
            # It may have grown since it was measured.
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise Refused(f"it cannot be read: {error.strerror or error}") from None
    check_size(len(data), max_bytes)
    return data


def check_size(count: int, max_bytes: int) -> None:
    """Raise TooLarge if ``count`` bytes are over the limit."""
    if count > max_bytes:
        raise TooLarge(
            f"it has {_megabytes(count)} MB; the limit is {_megabytes(max_bytes)} MB: split it, or raise max_file_mb"
        )


def _megabytes(count: int) -> str:
    return f"{count / (1 << 20):.3g}"


def _close_quietly(pipe: Any) -> None:
    # What was still to be written has nobody to read it.
    with contextlib.suppress(OSError):
        pipe.close()
