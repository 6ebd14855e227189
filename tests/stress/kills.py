"""kill -9 of a process that adds, updates, deletes, purges and writes the index, at a random moment each time.

A life is one data folder and the kills that it survives. The child says on a pipe what it is about to do and, once
the call returned, that it is done. What was done must be there, what was begun may be, and nothing else.

    python -m tests.stress.kills --n 1000 --seed 1
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rag.embed import MiniLM
from rag.errors import NoIndex
from rag.library import Library
from rag.settings import Settings
from tests.stress.audit import faults
from tests.stress.common import Ended, Tally, abandon, arguments, drive, in_child, open_library, text_of

_KILLS_EACH = 25
# Seconds after which a child is killed even if the moment did not come.
_LONGEST = 6.0
_REAL_IS_SLOWER = 5
_REOPEN_SECONDS = 2.0
# How often each thing is done.
_DEEDS = {"batch": 12, "upload": 2, "drop": 3, "prune": 2, "index": 3, "purge": 1}
# At which word of the child the killing starts, and how long after it, in seconds, at most.
_MOMENTS = {"did": 0.004, "will": 0.004, "drop": 0.003, "index": 0.012, "purge": 0.03, "start": 0.15}


@dataclass
class Life:
    """The folders of one data folder's life, and what it should hold: source to token."""

    home: Path
    files: Path
    truth: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def settle(self, source: str, token: str | None) -> None:
        """Note that a source now has the text of a token, or that it is gone."""
        before = self.truth.pop(source, None)
        if before and before != token:
            self.gone.add(before)
        if token:
            self.truth[source] = token

    def restore(self, source: str) -> None:
        """Make a file agree with what the library holds of it."""
        path = Path(source)
        if path.is_absolute():
            path.unlink(missing_ok=True)
            if source in self.truth:
                write(path, self.truth[source])


def write(path: Path, token: str) -> None:
    """Put a text in a file at once: half a file would be a document too, and not the library's fault."""
    temporary = path.with_name(".new")
    temporary.write_text(text_of(token))
    temporary.replace(path)


class Child:
    """Does one thing after another until it is killed, and says so."""

    def __init__(self, life: Life, rng: random.Random, pipe: int, library: Library, prefix: str) -> None:
        self._life, self._rng, self._pipe, self._library, self._prefix = life, rng, pipe, library, prefix
        self._made = 0

    def run(self) -> None:
        self._say("start")
        while True:
            (deed,) = self._rng.choices(list(_DEEDS), list(_DEEDS.values()))
            getattr(self, f"_{deed}")()

    def _say(self, *words: str) -> None:
        os.write(self._pipe, (" ".join(words) + "\n").encode())

    def _token(self) -> str:
        self._made += 1
        return f"{self._prefix}n{self._made}"

    def _some(self, most: int, *, files: bool) -> list[str]:
        there = sorted(source for source in self._life.truth if source.startswith("/") == files)
        return self._rng.sample(there, min(len(there), self._rng.randint(1, most)))

    def _will(self, source: str, token: str) -> None:
        self._say("will", source, token)
        self._life.settle(source, token)

    def _batch(self) -> None:
        new = [str(self._life.files / f"{self._token()}.txt") for _ in range(self._rng.randint(1, 30))]
        sources = [*new, *self._some(10, files=True)]
        for source in sources:
            self._will(source, self._token())
            write(Path(source), self._life.truth[source])
        self._library.add_paths(map(Path, sources), progress=lambda done, of, source: self._say("did", source))

    def _upload(self) -> None:
        name = f"{self._token()}.txt"
        for source in [f"upload:{name}", *self._some(1, files=False)]:
            self._will(source, self._token())
            self._library.add_bytes(source.removeprefix("upload:"), text_of(self._life.truth[source]).encode())
            self._say("did", source)

    def _drop(self) -> None:
        ids = {document.source: document.id for document in self._library.documents()} if self._life.truth else {}
        for source in self._some(6, files=False) + self._some(6, files=True):
            self._say("drop", source)
            self._library.remove(ids[source])
            self._life.settle(source, None)
            Path(source).unlink(missing_ok=True)
            self._say("did", source)

    def _prune(self) -> None:
        sources = self._some(6, files=True)
        if len(sources) == len(self._life.truth):
            return
        for source in sources:
            self._say("drop", source)
            self._life.settle(source, None)
            Path(source).unlink()
        if any(self._life.files.iterdir()):
            self._library.add_paths([self._life.files], prune=True)
            for source in sources:
                self._say("did", source)

    def _index(self) -> None:
        if self._life.truth:
            self._say("index")
            self._library.index()

    def _purge(self) -> None:
        purge = getattr(self._library, "purge", None)
        if purge and self._life.truth:
            self._say("purge")
            purge()


def life(seed: str, tally: Tally, kills: int = _KILLS_EACH, real: bool = False) -> None:
    """Run one life: kill, look at what is left, and go on with it."""
    folder = Path(tempfile.mkdtemp(prefix="vouch-kills-"))
    mine = Life(folder / "home", folder / "files")
    mine.files.mkdir()
    try:
        before = len(tally.failures)
        for number in range(kills):
            rng = random.Random(f"{seed}-{number}")
            begun = _one_kill(mine, rng, tally, f"s{seed.replace('-', 'x')}k{number}", real)
            _look(mine, begun, tally, clean=rng.random() < 0.5, real=real)
            if len(tally.failures) > before:
                return
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _one_kill(mine: Life, rng: random.Random, tally: Tally, prefix: str, real: bool) -> dict[str, str | None]:
    """Start a child, kill it, and return what it had begun and not finished: source to token."""
    word = rng.choice([moment for moment in _MOMENTS if moment != "purge" or hasattr(Library, "purge")])
    patience, jitter = rng.randint(1, 110), rng.uniform(0, _MOMENTS[word])
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            with _library(mine.home, real) as library:
                Child(mine, rng, writing, library, prefix).run()
        except BaseException as error:
            os.write(writing, f"error {error!r}\n".encode())
        os._exit(1)
    os.close(writing)
    begun: dict[str, str | None] = {}
    done, end, armed = 0, time.monotonic() + _LONGEST * (_REAL_IS_SLOWER if real else 1), False
    with os.fdopen(reading, "r") as told:
        for line in told:
            first, *rest = line.split(" ", 2) if not line.startswith("error") else ("error", line)
            tally.check(first != "error", f"the child failed: {line.strip()}")
            done += _note(mine, begun, first, [word.strip() for word in rest])
            if not armed and (
                (first.strip() == word and done >= patience) or word == "start" or time.monotonic() > end
            ):
                armed = True
                time.sleep(jitter)
                os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    tally.add("kills")
    tally.add(f"kills_at_{word}")
    tally.add("acknowledged", done)
    return begun


def _note(mine: Life, begun: dict[str, str | None], first: str, rest: list[str]) -> int:
    """Keep account of a line of the child; return how many documents it acknowledges."""
    match first.strip():
        case "will":
            begun[rest[0]] = rest[1]
        case "drop":
            begun[rest[0]] = None
        case "did" if rest[0] in begun:
            mine.settle(rest[0], begun.pop(rest[0]))
            return 1
    return 0


def _library(home: Path, real: bool) -> Library:
    if not real:
        return open_library(home)
    # Models that were converted before are used again where the tests keep them.
    models = Path(os.environ.get("VOUCH_TEST_MODELS") or home.parent / "models")
    return Library(Settings(home=home), lambda: MiniLM(models, 1))


def _look(mine: Life, begun: dict[str, str | None], tally: Tally, clean: bool, real: bool) -> None:
    """Open what is left, settle what had been begun by what is there, and audit all of it."""

    def work() -> dict[str, object]:
        started = time.monotonic()
        library = _library(mine.home, real)
        sources = _sources(library)
        opened = time.monotonic() - started
        texts = {source: library.document(sources[source]).text for source in begun if source in sources}
        for source, token in begun.items():
            # Begun and finished, or not begun: both are whole, and the audit tells that they are.
            if texts.get(source) == (text_of(token) if token else None):
                mine.settle(source, token)
        audit = _texts_only if real else faults
        found = audit(library, mine.truth, mine.gone) if mine.truth else []
        if clean:
            library.close()
        abandon(library)
        return {"seconds": opened, "faults": found, "truth": mine.truth, "gone": sorted(mine.gone)}

    ended = in_child(work)
    tally.check(not ended.crashed, f"looking at what is left: {ended}")
    if not ended.crashed:
        _judge(mine, ended, tally)
        for source in begun:
            mine.restore(source)


def _texts_only(library: Library, truth: Mapping[str, str], gone: Iterable[str]) -> list[str]:
    """Audit without the vectors, which the real embedder makes a little different each time."""
    texts = {source: library.document(identity).text for source, identity in _sources(library).items()}
    found = [source for source in truth.keys() | texts.keys() if texts.get(source) != text_of(truth.get(source, ""))]
    found += [f"{token} is gone and still found" for token in gone if library.store.lexical(token, 1)]
    passages = sum(document.passages for document in library.documents())
    return found if len(library.index()) == passages else [*found, f"the index has not all of {passages} passages"]


def _sources(library: Library) -> dict[str, str]:
    """Return the id of each source; none where the first child was killed before there was a store."""
    try:
        return {document.source: document.id for document in library.documents()}
    except NoIndex:
        return {}


def _judge(mine: Life, ended: Ended, tally: Tally) -> None:
    found = ended.value
    mine.truth, mine.gone = found["truth"], set(found["gone"])
    tally.check(not found["faults"], f"{len(found['faults'])} faults, first: {found['faults'][:3]}")
    tally.check(found["seconds"] <= _REOPEN_SECONDS, f"reopening took {found['seconds']:.2f} s")
    tally.add("max_reopen_s", found["seconds"])
    tally.add("max_documents", len(mine.truth))


def main() -> int:
    """Run as many lives as the kills take."""
    given = arguments(main.__doc__ or "", 1000, real=(False, "with the real embedder"))
    each = min(given.n, _KILLS_EACH)
    lives = -(-given.n // each)
    return drive("kills", given, lives, lambda seed, tally: life(seed, tally, each, given.real))


if __name__ == "__main__":
    sys.exit(main())
