"""The parser process: reads files from a pipe, answers with their text or the reason of its refusal.

Started by ``rag.ingest.parse``, which kills it when it takes too long; it lives for many files, so that each costs
a parse and not the start of a process.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from rag.errors import Refused
from rag.ingest import cage, formats, frames
from rag.ingest.bounds import check_length

# Enough for a page of 64 MB as a tree; a bomb meets it long before the machine swaps.
_MEMORY_BYTES = 2 << 30
_OUT_OF_MEMORY = f"reading it needs more than {_MEMORY_BYTES >> 30} GB of memory"


def serve(parser_for: Callable[[str], formats.Parser] = formats.parser_for, memory: int = _MEMORY_BYTES) -> None:
    """Answer until the pipe closes. Every failure is an answer; after running out of memory, the last one."""
    # Ctrl-C goes to every process of the terminal; the owner decides what becomes of this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    # A library that prints must not talk into the protocol.
    quiet = os.open(os.devnull, os.O_RDWR)
    os.dup2(quiet, 0)
    os.dup2(quiet, 1)
    cage.close(memory)
    while True:
        try:
            asked, data = frames.read(requests)
        except EOFError:
            return
        cage.allow_cpu(asked["seconds"])
        try:
            answer = _answer(parser_for, asked["name"], data)
        except MemoryError:
            frames.write(answers, {"refused": _OUT_OF_MEMORY, "last": True})
            return
        frames.write(answers, answer)


def _answer(parser_for: Callable[[str], formats.Parser], name: str, data: bytes) -> dict[str, Any]:
    try:
        parsed = parser_for(name)(data, name)
        check_length(len(parsed.text))
        return asdict(parsed)
    except Refused as error:
        return {"refused": str(error)}
    except MemoryError:
        raise
    except Exception as error:
        return {"refused": f"it is damaged, or not what its name says ({type(error).__name__}: {error})"}


if __name__ == "__main__":
    serve()
