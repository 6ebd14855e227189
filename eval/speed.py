"""The measurements behind ``bench``: each returns raw times, in seconds, of one thing. Interpretation is elsewhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval.bench_store import made
from eval.corpus import Corpus
from eval.errors import BadRun
from eval.local import index_corpus, make_engine
from eval.targets import Target
from rag import chunk
from rag.settings import Settings

# What ``vouch`` runs; written out so that the command need not be installed.
_VOUCH = (sys.executable, "-c", "from rag.cli import main; main()")
_ANSWERED = (0, 3)  # exit status of an answer and of "the documents do not say"
_SEED = 1  # of the documents that are made to be indexed
_BUSY_LOOP = (sys.executable, "-c", "while True: pass")


@dataclass(frozen=True, slots=True)
class Encoding:
    """Seconds of each round of two encoders over the same texts, and the cosine of each pair of vectors."""

    texts: int
    vouch: tuple[float, ...]
    reference: tuple[float, ...]
    cosines: tuple[float, ...]


def encoding(texts: Sequence[str], settings: Settings, rounds: int) -> Encoding:
    """Time our encoder and the reference, each in a child process, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        seconds, vectors = {}, {}
        for which in ("vouch", "reference"):
            out = Path(folder) / f"{which}.npy"
            command = [sys.executable, "-m", "eval.encode_child", which, str(settings.models_path)]
            command += [str(settings.threads), str(rounds), str(out)]
            done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=False)
            if done.returncode:
                last = (done.stderr.strip().splitlines() or ["no message"])[-1]
                raise BadRun(f"encoding with {which} failed: {last}")
            seconds[which] = tuple(json.loads(done.stdout.splitlines()[-1]))
            vectors[which] = np.load(out)
    cosines = (vectors["vouch"] * vectors["reference"]).sum(axis=1)
    return Encoding(len(texts), seconds["vouch"], seconds["reference"], tuple(cosines.tolist()))


@dataclass(frozen=True, slots=True)
class Indexing:
    """One round of indexing: how much of what, and in how many seconds."""

    documents: int
    passages: int
    characters: int
    seconds: float


def indexing(corpus: Corpus, copies: int, user: Settings) -> Indexing:
    """Time a first indexing of ``copies`` times as many documents as the corpus has, of its sentences in random order.

    From end to end: files in, committed and searchable. Plain copies would be faster: equal passages are embedded once.
    The models are loaded before: that is paid once a process, whatever is indexed.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as home:
        said = [text[span.start : span.end] for text in corpus.texts.values() for span in chunk.split(text)]
        texts = made(said, copies * len(corpus.texts), _SEED)
        for number, text in enumerate(texts):
            (Path(folder) / f"{number}.txt").write_text(text, encoding="utf-8")
        with make_engine(user, Path(home)).library as library:
            started = time.perf_counter()
            report = library.add_paths([Path(folder)])
            seconds = time.perf_counter() - started
    passages = sum(outcome.passages for outcome in report.indexed)
    return Indexing(len(report.indexed), passages, sum(map(len, texts)), seconds)


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of one answer, measured around it and as the engine reports them; no first sentence in a refusal."""

    wall: float
    reported: dict[str, float]


def cold_asks(corpus: Corpus, question: str, runs: int, user: Settings) -> list[Taken]:
    """Time ``vouch ask`` as a new process each time, on an index that is there already."""
    with tempfile.TemporaryDirectory() as home:
        with make_engine(user, Path(home)).library as library:
            index_corpus(library, corpus, Path(home))
        (Path(home) / user.models_path.name).symlink_to(user.models_path)
        environ = {**os.environ, "VOUCH_HOME": home}
        taken = []
        for _ in range(runs):
            started = time.perf_counter()
            done = subprocess.run(
                [*_VOUCH, "ask", "--json", question], env=environ, cwd=home, capture_output=True, check=False
            )
            wall = time.perf_counter() - started
            if done.returncode not in _ANSWERED:
                raise BadRun(f"vouch ask failed: {done.stderr.decode(errors='replace').strip()}")
            taken.append(Taken(wall, _seconds(json.loads(done.stdout))))
    return taken


def warm_asks(target: Target, questions: Sequence[str]) -> list[Taken]:
    """Time one question after the other on a running engine."""
    taken = []
    for question in questions:
        started = time.perf_counter()
        found = target.ask(question, ())
        taken.append(Taken(time.perf_counter() - started, _seconds(found)))
    return taken


@contextmanager
def busy_cores() -> Iterator[None]:
    """Keep every core that may be used busy with one endless loop each, as long as the context lasts."""
    loops = [subprocess.Popen(_BUSY_LOOP) for _ in range(os.cpu_count() or 1)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def _seconds(found: dict[str, Any]) -> dict[str, float]:
    return {name: value / 1000 for name, value in found.get("timings_ms", {}).items()}
