"""What the trials share: a cheap embedder, texts that can be told apart, children whose end is known, and the driver.

Every text carries a word that no other text has, so that what a search brings up names the version it came from.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import select
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import faiss  # noqa: F401 - here, so that forks need not load it each
import numpy as np
import numpy.typing as npt

from rag.ingest import formats
from rag.ingest.parse import check_size
from rag.library import Library
from rag.records import Parsed
from rag.settings import Settings

_WORDS = (
    "bridge",
    "river",
    "apple",
    "train",
    "price",
    "minister",
    "harvest",
    "steel",
    "letter",
    "north",
    "winter",
    "road",
)
_SECONDS_BETWEEN_NEWS = 15.0


class HashEmbedder:
    """Gives each text a unit vector out of its hash: nearest to a text is that text, and a damaged vector shows."""

    name = "hash"
    revision = "1"
    dim = 16

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        rows = np.empty((len(texts), self.dim), dtype=np.float64)
        for row, text in zip(rows, texts, strict=True):
            row[:] = np.frombuffer(hashlib.blake2b(text.encode(), digest_size=4 * self.dim).digest(), dtype="<i4")
        return (
            (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
            if len(texts)
            else rows.astype("<f4")
        )


class ParserHere:
    """A parser without a process of its own, where the process is not the point and thousands are parsed."""

    def __init__(self, *, max_bytes: int, seconds: int) -> None:
        self._max_bytes = max_bytes

    def parse_bytes(self, name: str, data: bytes) -> Parsed:
        check_size(len(data), self._max_bytes)
        return formats.parser_for(name)(data, name)

    def close(self) -> None:
        pass

    def __enter__(self) -> ParserHere:
        return self

    def __exit__(self, *error: object) -> None:
        pass


def open_library(home: Path, **more: Any) -> Library:
    """Open the library of a data folder with the cheap embedder."""
    embedder = HashEmbedder()
    return Library(Settings(home=home, **more), lambda: embedder)


_abandoned: list[Library] = []


def abandon(library: Library) -> None:
    """Let a library stay open to the end of the process, as a kill leaves it: collected, it would close its file."""
    _abandoned.append(library)


def text_of(token: str) -> str:
    """Return the text that belongs to a token: one to some dozen paragraphs, each with the token in it."""
    rng = random.Random(token)
    paragraphs = rng.choice((1, 1, 2, 3, 3, 24))
    return "\n\n".join(
        " ".join(
            "The {} {} of the {} {} cost {} dollars.".format(token, *rng.choices(_WORDS, k=3), rng.randrange(10**6))
            for _ in range(rng.randint(1, 6))
        )
        for _ in range(paragraphs)
    )


@dataclass
class Ended:
    """How a child process ended: with a value, an error's traceback, a signal, or not in time."""

    value: Any = None
    error: str = ""
    signal: int = 0
    late: bool = False

    @property
    def crashed(self) -> bool:
        return bool(self.signal or self.late or self.error)


def in_child(work: Callable[[], Any], seconds: float = 60.0) -> Ended:
    """Run ``work`` in a fork of this process, which must have no threads, and return how it ended."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            told = json.dumps({"value": work()}, default=repr)
        except BaseException:
            told = json.dumps({"error": traceback.format_exc()})
        with os.fdopen(writing, "w") as pipe:
            pipe.write(told)
        os._exit(0)
    os.close(writing)
    told, late = _read_all(reading, seconds)
    if late:
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if late:
        return Ended(late=True)
    return Ended(signal=os.WTERMSIG(status)) if os.WIFSIGNALED(status) else Ended(**json.loads(told))


def _read_all(pipe: int, seconds: float) -> tuple[bytes, bool]:
    end, told = time.monotonic() + seconds, b""
    with os.fdopen(pipe, "rb", buffering=0) as source:
        while True:
            if not select.select([source], [], [], max(0.0, end - time.monotonic()))[0]:
                return told, True
            block = source.read(1 << 16)
            if not block:
                return told, False
            told += block


@dataclass
class Tally:
    """What the trials so far came to. A figure that begins with ``max_`` keeps its largest value, others add up."""

    figures: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def add(self, name: str, value: float = 1) -> None:
        self.figures[name] = max(self.figures[name], value) if name.startswith("max_") else self.figures[name] + value  # type: ignore[assignment]

    def check(self, fine: bool, problem: str) -> None:
        """Note a failure unless ``fine``."""
        if not fine:
            self.failures.append(problem)


Trial = Callable[[str, Tally], None]
"""Runs one trial, whose randomness comes from the string alone, and adds to the tally."""


def arguments(what: str, n: int, **more: tuple[Any, str]) -> argparse.Namespace:
    """Parse --n, --seed, --trial and --resume, and what else is given as name=(default, help)."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--n", type=int, default=n, help="how much in all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trial", type=int, help="replay only this one")
    parser.add_argument("--resume", type=Path, help="file that keeps what was done, so that a second start goes on")
    parser.add_argument("--minutes", type=float, default=0.0, help="with --resume: stop after so many, to go on later")
    for name, (default, told) in more.items():
        if isinstance(default, bool):
            parser.add_argument(f"--{name}", action="store_true", help=told)
        else:
            parser.add_argument(f"--{name}", type=type(default), default=default, help=told)
    return parser.parse_args()


def drive(name: str, given: argparse.Namespace, count: int, trial: Trial) -> int:
    """Run ``count`` trials (or the one to replay), print the line with their figures, and return the exit status."""
    tally, first = _kept(given.resume)
    started = told = time.monotonic()
    numbers = range(first, count) if given.trial is None else [given.trial]
    for k in numbers:
        before = len(tally.failures)
        trial(f"{given.seed}-{k}", tally)
        for problem in tally.failures[before:]:
            print(f"{name}: FAILED with --seed {given.seed} --trial {k}: {problem}", file=sys.stderr, flush=True)
        now = time.monotonic()
        late = bool(given.minutes) and now - started > 60 * given.minutes
        if late or now - told > _SECONDS_BETWEEN_NEWS:
            told = now
            print(f"{name}: {k + 1} of {count}, {len(tally.failures)} failed", file=sys.stderr, flush=True)
            if given.resume:
                given.resume.write_text(json.dumps({"next": k + 1, **vars(tally)}))
        if late:
            return report(name, given.seed, tally, n=given.n * (k + 1) // count, of=given.n)
    return report(name, given.seed, tally, n=given.n if given.trial is None else 1)


def _kept(path: Path | None) -> tuple[Tally, int]:
    """Return what an earlier start came to, and the trial to go on with."""
    if path is None or not path.exists():
        return Tally(), 0
    kept = json.loads(path.read_text())
    return Tally(Counter(kept["figures"]), kept["failures"]), kept["next"]


def report(name: str, seed: int, tally: Tally, **more: Any) -> int:
    """Print the one line of a test: what was done, and how often it failed."""
    figures = {key: round(value, 4) for key, value in sorted(tally.figures.items())}
    line = {"test": name, "seed": seed, **more, "failures": len(tally.failures), **figures}
    print(json.dumps(line), flush=True)
    return 1 if tally.failures else 0
