"""Vouch, timed as ``peer_child`` times the others: ``python -m eval.peer_vouch MODELS IN OUT FOLDER``.

It has more to do: a file is written for each passage and goes the whole way of a document (parsed in a child process,
cut into sentences, embedded, committed with its full text), and a query searches words too.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from rag import threads
from rag.embed import Embedder, MiniLM
from rag.library import Library
from rag.retrieve import retrieve
from rag.settings import Settings, load

_TOP = 10


def ingest(passages: Sequence[str], folder: Path, embedder: Embedder) -> tuple[Library, float]:
    """Index a folder of files, one a passage; return the library and the seconds until it can be searched."""
    files = folder / "files"
    files.mkdir(parents=True)
    for number, text in enumerate(passages):
        (files / f"{number}.txt").write_text(text, encoding="utf-8")
    library = Library(Settings(home=folder / "home"), lambda: embedder)
    started = time.perf_counter()
    library.add_paths([files])
    library.index()
    return library, time.perf_counter() - started


def main() -> None:
    """Index once after a warm-up on a few passages, then time each question once."""
    threads.calm()
    models, given, out, folder = map(Path, sys.argv[1:])
    task = json.loads(given.read_text(encoding="utf-8"))
    embedder = MiniLM(models, load()[0].threads)
    ingest(task["passages"][:64], folder / "warm", embedder)[0].close()
    library, seconds = ingest(task["passages"], folder / "timed", embedder)
    queries, found = [], []
    with library:
        retrieve(library, embedder, [task["questions"][0]], _TOP)
        for question in task["questions"]:
            started = time.perf_counter()
            hits = retrieve(library, embedder, [question], _TOP)
            queries.append(time.perf_counter() - started)
            found.append([hit.passage.text for hit in hits])
    result = {"version": "as it is here", "ingest": seconds, "queries": queries, "found": found}
    out.write_text(json.dumps(result), encoding="utf-8")


if __name__ == "__main__":
    main()
