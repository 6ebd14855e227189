"""Searches one data folder in a process of its own, so that its memory can be read: ``python -m eval.search_child``.

Takes HOME, QUERIES (npz: vectors, texts) and OUT, where it writes what it measured as JSON.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval.growth_store import MADE_BY
from rag import threads
from rag.embed import Vectors
from rag.library import Library
from rag.retrieve import retrieve
from rag.settings import Settings

_K = 10
_ROUNDS = 3
_STATUS = Path("/proc/self/status")


class KnownVectors:
    """An embedder for texts whose vectors are known: what is timed is the search, not the model."""

    name, revision, dim = MADE_BY.name, MADE_BY.revision, MADE_BY.dim

    def __init__(self, texts: Sequence[str], vectors: Vectors) -> None:
        self._vectors = dict(zip(texts, vectors, strict=True))

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the known vectors; KeyError for another text."""
        return np.stack([self._vectors[text] for text in texts])


def memory() -> dict[str, int]:
    """Return this process's memory in bytes: most so far, now, and of that what is mapped from files."""
    found = dict(re.findall(r"^(\w+):\s+(\d+) kB", _STATUS.read_text(), re.MULTILINE))
    return {name: int(found[name]) << 10 for name in ("VmHWM", "VmRSS", "RssFile")}


def timed(run: Callable[[int], Any], count: int) -> tuple[list[Any], list[float], list[float]]:
    """Return what ``count`` calls gave, and of each the seconds on the clock and on the processor."""
    given, wall, cpu = [], [], []
    for at in range(count):
        started, busy = time.perf_counter(), time.thread_time()
        given.append(run(at))
        wall.append(time.perf_counter() - started)
        cpu.append(time.thread_time() - busy)
    return given, wall, cpu


def main() -> None:
    """Open the index, which makes it if need be; then each query alone, vectors first, then fused with words."""
    threads.calm()
    home, given, out = map(Path, sys.argv[1:])
    queries = np.load(given)
    vectors, texts = queries["vectors"], [str(text) for text in queries["texts"]]
    with Library(Settings(home=home), lambda: embedder) as library:
        embedder = KnownVectors(texts, vectors[: len(texts)])
        before = memory()
        started = time.perf_counter()
        index = library.index()
        opened = time.perf_counter() - started
        index.search(vectors[0], _K)
        rounds = []
        for _ in range(_ROUNDS):
            found, wall, cpu = timed(lambda at: index.search(vectors[at], _K), len(vectors))
            _, hybrid_wall, hybrid_cpu = timed(lambda at: retrieve(library, embedder, [texts[at]], _K), len(texts))
            rounds.append({"vector": wall, "vector_cpu": cpu, "hybrid": hybrid_wall, "hybrid_cpu": hybrid_cpu})
    result = {
        "opened": opened,
        "before": before,
        "memory": memory(),
        "rounds": rounds,
        "found": [[number for number, _ in one] for one in found],
    }
    out.write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
