"""One writer, 32 readers in this process and more in a second one: no torn result, and queries stay quick.

Idle and busy spells take turns, so that whatever else the machine does meets both alike.

    python -m tests.stress.readers --seconds 600 --seed 1
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

import rag.library
from rag.errors import VouchError
from rag.library import Library
from rag.records import Passage
from rag.retrieve import retrieve
from tests.stress.common import HashEmbedder, ParserHere, Tally, open_library, report, text_of

_READERS = 32
_READERS_BESIDE = 4
_DOCUMENTS = 200
_SPELL = 5.0
# Each reader asks as a person would, and not in a loop: two cores have to serve all of them.
_THINK = 1.0
_SLOWEST_RATIO = 2.0


class Readers:
    """Threads that ask until they are stopped, and note how long it took and what was wrong."""

    def __init__(self, library: Library, count: int, seed: str) -> None:
        self.times: dict[bool, list[float]] = {False: [], True: []}
        self.problems: list[str] = []
        self.busy = False
        self._library = library
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(f"{seed}-{i}",)) for i in range(count)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, seed: str) -> None:
        rng = random.Random(seed)
        while not self._stop.wait(rng.uniform(0, 2 * _THINK)):
            document, busy = rng.randrange(_DOCUMENTS), self.busy
            started = time.perf_counter()
            try:
                hits = retrieve(self._library, HashEmbedder(), [f"What did the bridge of name{document}x cost?"], 8)
                taken = time.perf_counter() - started
                self.problems += [problem for hit in hits if (problem := self._torn(hit.passage))]
                if not hits:
                    self.problems.append("nothing was found")
            except VouchError as error:
                self.problems.append(f"refused: {error}")
                continue
            except Exception as error:
                self.problems.append(f"failed: {error!r}")
                continue
            self.times[busy].append(taken)

    def _torn(self, passage: Passage) -> str:
        """Say what is mixed up in a passage: all its words are of one version of one document."""
        tokens = {word for word in passage.text.split() if word.startswith("name")}
        if len(tokens) != 1:
            return f"a passage with the words of {sorted(tokens)}"
        (token,) = tokens
        whole = version_text(token)
        if passage.text != whole[passage.start : passage.end]:
            return f"passage {passage.number} is not the text of {token}"
        if not passage.document.startswith(token.split("v")[0]):
            return f"the text of {token} as {passage.document}"
        return ""


def version_text(token: str) -> str:
    return text_of(token)


def name_of(number: int, version: int) -> tuple[str, bytes]:
    """Return the file name and the bytes of a version of a document."""
    return f"name{number}x.txt", version_text(f"name{number}xv{version}").encode()


def fill(library: Library) -> None:
    for number in range(_DOCUMENTS):
        library.add_bytes(*name_of(number, 0))
    library.index()


def write(library: Library, rng: random.Random, versions: dict[int, int], seconds: float) -> int:
    """Replace and delete documents for some seconds; return how many commits that were."""
    end, done = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        number = rng.randrange(_DOCUMENTS)
        versions[number] += 1
        if rng.random() < 0.2:
            library.remove(name_of(number, 0)[0])
            done += 1
        library.add_bytes(*name_of(number, versions[number]))
        done += 1
        # A person's edits, one after another; a writer without a pause takes a core for itself.
        time.sleep(rng.uniform(0, 0.1))
    return done


def beside(home: Path) -> None:
    """Read in a process of its own until its input closes; print what was wrong."""
    with open_library(home) as library:
        readers = Readers(library, _READERS_BESIDE, "beside")
        readers.start()
        sys.stdin.read()
        readers.stop()
    print(json.dumps({"queries": len(readers.times[False]), "problems": readers.problems[:20]}))


def main() -> int:
    """Run idle and busy spells in turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--beside", type=Path, help="be the second process, on this data folder")
    given = parser.parse_args()
    rag.library.ParserProcess = ParserHere  # type: ignore[misc,assignment]
    if given.beside:
        beside(given.beside)
        return 0
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="vouch-readers-") as folder, open_library(Path(folder) / "home") as library:
        fill(library)
        run(library, Path(folder) / "home", given.seed, given.seconds, tally)
    return report("readers", given.seed, tally, seconds=given.seconds, readers=_READERS + _READERS_BESIDE)


def run(library: Library, home: Path, seed: int, seconds: float, tally: Tally) -> None:
    command = [sys.executable, "-m", __spec__.name, "--beside", str(home)]
    second = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    readers = Readers(library, _READERS, f"{seed}")
    readers.start()
    rng, versions = random.Random(seed), dict.fromkeys(range(_DOCUMENTS), 0)
    spell = min(_SPELL, seconds / 4)
    end, commits = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        readers.busy = False
        time.sleep(spell)
        readers.busy = True
        commits += write(library, rng, versions, spell)
    readers.stop()
    told = json.loads(second.communicate("")[0])
    idle, busy = (float(np.percentile(readers.times[kind], 95)) for kind in (False, True))
    tally.failures += readers.problems + told["problems"]
    tally.check(
        busy <= _SLOWEST_RATIO * idle, f"query p95 {busy * 1000:.1f} ms with a writer, {idle * 1000:.1f} ms without"
    )
    for name, value in {
        "queries_idle": len(readers.times[False]), "queries_busy": len(readers.times[True]),
        "queries_beside": told["queries"], "commits": commits, "p95_idle_ms": idle * 1000,
        "p95_busy_ms": busy * 1000, "ratio": busy / idle,
    }.items():  # fmt: skip
        tally.add(name, value)
    for problem in tally.failures[:10]:
        print(f"readers: FAILED: {problem}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
