"""A parser process whose parsers misbehave: what ``rag.ingest.parse`` has to survive. Not a test module."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from rag.ingest import formats
from rag.ingest.worker import serve
from rag.records import Parsed


def _hang(data: bytes, name: str) -> Parsed:
    time.sleep(60)
    raise AssertionError


def _spin(data: bytes, name: str) -> Parsed:
    while True:
        pass


def _crash(data: bytes, name: str) -> Parsed:
    os._exit(7)


def _bomb(data: bytes, name: str) -> Parsed:
    hoard = []
    while True:
        hoard.append(bytes(16 << 20))


def _fault(data: bytes, name: str) -> Parsed:
    raise ZeroDivisionError("three\nlines\nof it")


def _flood(data: bytes, name: str) -> Parsed:
    return Parsed("x" * (65 << 20), "t", "x/y")


def _native(data: bytes, name: str) -> Parsed:
    """Do what Python's audit hook does not see; the text says which of it worked."""
    libc = ctypes.CDLL(None, use_errno=True)
    worked = ["socket"] if libc.socket(socket.AF_INET, socket.SOCK_STREAM, 0) >= 0 else []
    worked += ["shell"] if libc.system(b"true") == 0 else []
    made = libc.open(name.encode(), os.O_WRONLY | os.O_CREAT, 0o600)
    # The limit on the size of files answers with a signal; ignored, it is an error.
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    worked += ["write"] if made >= 0 and libc.write(made, b"x", 1) > 0 else []
    return Parsed(" ".join(worked) or "nothing", "t", "x/y")


def _print(data: bytes, name: str) -> Parsed:
    print("noise " * 1000, flush=True)
    os.write(1, b"noise")
    return Parsed("quiet", "t", "x/y")


def _try(data: bytes, name: str) -> Parsed:
    """Try what a parser may not do; the text says which of it worked."""
    attempts: dict[str, Callable[[], object]] = {
        "connect": lambda: socket.create_connection(("127.0.0.1", int(data)), timeout=2),
        "resolve": lambda: socket.getaddrinfo("localhost", 80),
        "run": lambda: subprocess.run(["true"], check=True),
        "shell": lambda: os.system("true"),
        "write": lambda: Path(name).write_text("x"),
    }
    worked = []
    for what, attempt in attempts.items():
        try:
            attempt()
            worked.append(what)
        except OSError:
            continue
    return Parsed(" ".join(worked) or "nothing", "t", "x/y")


_PARSERS = {
    ".hang": _hang,
    ".spin": _spin,
    ".crash": _crash,
    ".bomb": _bomb,
    ".fault": _fault,
    ".flood": _flood,
    ".native": _native,
    ".print": _print,
    ".try": _try,
}


def _parser_for(name: str) -> formats.Parser:
    return _PARSERS.get(Path(name).suffix) or formats.parser_for(name)


if __name__ == "__main__":
    serve(_parser_for, memory=1 << 30)
