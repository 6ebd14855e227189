"""The n-th open, write, sync, rename, truncation, removal or read of the data folder fails, for every n.

``shim.c`` stands between the program and the C library and fails one call, or that call and all later ones of its
kind (a disk that stays full). Afterwards: a clear error of one line, the old state or the new one, and the next run
does what this one could not, in the same process and in a new one.

    python -m tests.stress.syscalls --seed 1
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import rag.library
from rag.errors import NoIndex, VouchError
from rag.library import Library
from tests.stress.audit import faults
from tests.stress.common import ParserHere, Tally, abandon, arguments, drive, in_child, open_library, text_of

_KINDS = ("open", "write", "sync", "rename", "truncate", "unlink", "mkdir", "read")
_CODES = (errno.ENOSPC, errno.EIO)
# Data folders to begin with: none yet, one that was closed, one whose process was killed before it was.
_BASES = ("none", "closed", "killed")
_SEVERAL_FAULTS = 20_000
_INDEX = re.compile(r"(vectors)-.*\.faiss")
_SHIM = "VOUCH_STRESS_SHIM"
# Bytes a file may grow to, where the limit of the system stands for a full disk.
_SIZES = tuple(range(0, 160_000, 1_500))
Changes = list[tuple[str, str | None]]


@dataclass(frozen=True)
class Deed:
    """One call, and what it makes of which source, in order."""

    name: str
    run: Callable[[Library], Any]
    changes: Changes


def deeds(files: Path) -> list[Deed]:
    """Return what every run does; a second time it does the same to what is there."""
    paths = [files / f"new{i}.txt" for i in range(3)]
    for path in paths:
        path.write_text(text_of(path.stem))
    found = [
        Deed("add", lambda library: library.add_paths(paths), [(str(path), path.stem) for path in paths]),
        Deed("index", lambda library: library.index(), []),
        Deed(
            "update",
            lambda library: library.add_bytes("u1.txt", text_of("changed").encode()),
            [("upload:u1.txt", "changed")],
        ),
        Deed("remove", lambda library: _remove(library, "upload:u2.txt"), [("upload:u2.txt", None)]),
        Deed("again", lambda library: library.index(), []),
    ]
    if hasattr(Library, "purge"):
        found.append(Deed("purge", lambda library: library.purge(), []))
    return found


def _remove(library: Library, source: str) -> None:
    for document in library.documents():
        if document.source == source:
            library.remove(document.id)


class Bench:
    """The folders to begin with, and the truth about them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.home = folder / "home"
        (folder / "files").mkdir()
        self.deeds = deeds(folder / "files")
        self.truth: dict[str, dict[str, str]] = {"none": {}}
        for base in _BASES[1:]:
            self.truth[base] = {f"upload:u{i}.txt": f"old{i}" for i in range(5)}
            ended = in_child(lambda base=base: self._make(base))
            assert not ended.crashed, ended
            (folder / "home").rename(folder / base)
        self.names = self._clean_names()

    def _make(self, base: str) -> None:
        library = open_library(self.home)
        for source, token in self.truth[base].items():
            library.add_bytes(source.removeprefix("upload:"), text_of(token).encode())
        library.index()
        if base == "closed":
            library.close()
        abandon(library)

    def _clean_names(self) -> set[str]:
        """Return every file name that a run without faults leaves behind, at any point."""
        found = set()
        for base in _BASES:
            self.fresh(base)
            for deed in self.deeds:
                in_child(lambda deed=deed: deed.run(open_library(self.home)) and None)
                found |= self.listing()
            in_child(lambda: open_library(self.home).store.close())
            found |= self.listing()
        return found

    def listing(self) -> set[str]:
        """Return the names of all files; an index is named after what is in it."""
        return {_INDEX.sub(r"\1", str(path.relative_to(self.home))) for path in self.home.rglob("*")}

    def fresh(self, base: str) -> None:
        """Put a base in the place of what was left."""
        shutil.rmtree(self.home, ignore_errors=True)
        if base != "none":
            shutil.copytree(self._folder / base, self.home)

    def states(self, base: str, done: int) -> list[dict[str, str]]:
        """Return what may be there when deed number ``done`` failed: any number of its changes made."""
        state = dict(self.truth[base])
        for deed in self.deeds[:done]:
            _apply(state, deed.changes)
        changes = self.deeds[done].changes if done < len(self.deeds) else []
        return [_apply(dict(state), changes[:count]) for count in range(len(changes) + 1)]


def _apply(state: dict[str, str], changes: Changes) -> dict[str, str]:
    for source, token in changes:
        state.pop(source, None)
        if token:
            state[source] = token
    return state


def one_run(
    bench: Bench, base: str, arm: Callable[[], None], disarm: Callable[[], int], same_process: bool
) -> dict[str, Any]:
    """Do the deeds with a fault ahead. Return how far they came, what was said, and what is wrong. Runs in a fork."""
    done, said, wrong = 0, "", []
    library: Library | None = None
    arm()
    try:
        library = open_library(bench.home)
        for deed in bench.deeds:
            deed.run(library)
            done += 1
        library.close()
    except VouchError as error:
        said = str(error)
        if "\n" in said or len(said) < 20:
            wrong.append(f"not a clear line: {said!r}")
    except BaseException as error:
        wrong.append(f"{bench.deeds[min(done, len(bench.deeds) - 1)].name} raised {error!r}")
    failed = disarm()
    if library is not None and said and same_process:
        wrong += _go_on(bench, base, library, done)
    return {"done": done, "said": said, "wrong": wrong, "failed": failed}


def _go_on(bench: Bench, base: str, library: Library, done: int) -> list[str]:
    """Do the rest with the library that met the fault, as a server would."""
    try:
        for deed in bench.deeds[done:]:
            deed.run(library)
        return [
            f"the same process, afterwards: {fault}"
            for fault in faults(library, bench.states(base, len(bench.deeds))[0])
        ]
    except Exception as error:
        return [f"the same process cannot go on: {error!r}"]


def judge(bench: Bench, base: str, told: dict[str, Any], same_process: bool) -> list[str]:
    """Return what is wrong with what a run left, and with a run after it. Runs in a fork."""
    wrong = list(told["wrong"])
    done = len(bench.deeds) if same_process and told["said"] else told["done"]
    with open_library(bench.home) as library, contextlib.suppress(NoIndex):
        library.documents()
        found = [faults(library, state) for state in bench.states(base, done)]
        if all(found):
            wrong.append(f"after '{told['said']}' (deed {told['done']}) neither old nor new: {min(found, key=len)[:3]}")
    with open_library(bench.home) as library:
        for deed in bench.deeds:
            deed.run(library)
        wrong += [f"the next run: {fault}" for fault in faults(library, bench.states(base, len(bench.deeds))[0])]
    left = bench.listing() - bench.names
    return wrong + ([f"left behind: {sorted(left)}"] if left else [])


def trial(bench: Bench, shim: ctypes.CDLL, number: int, every: int, tally: Tally) -> None:
    """Let one kind of call fail with one code, at every n."""
    base, kind, code, sticky = list(product(_BASES, range(len(_KINDS)), _CODES, (0, 1)))[number]
    for n in range(1 + number % every, _SEVERAL_FAULTS, every):
        same = n % 2 == 0
        where = f"{base}, {_KINDS[kind]} {n}{' and on' if sticky else ''} fails with {errno.errorcode[code]}"

        def arm(n: int = n) -> None:
            shim.shim_arm(str(bench.home).encode(), kind, ctypes.c_long(n), code, sticky)

        def disarm() -> int:
            failed = int(shim.shim_failed())
            shim.shim_arm(b"", -1, ctypes.c_long(0), 0, 0)
            return failed

        if not _run_and_judge(bench, base, arm, disarm, same, where, tally):
            return
        tally.add(f"faults_{_KINDS[kind]}")


def full_disk(bench: Bench, every: int, tally: Tally) -> None:
    """Let files grow to a limit only: the system refuses the write that goes over it."""

    def disarm() -> int:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        return 1

    for base, size in list(product(_BASES, _SIZES))[:: max(1, every // 2)]:

        def arm(size: int = size) -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

        _run_and_judge(bench, base, arm, disarm, size % 2 == 0, f"{base}, files end at {size} bytes", tally)
        tally.add("size_limits")


def _run_and_judge(
    bench: Bench, base: str, arm: Callable[[], None], disarm: Callable[[], int], same: bool, where: str, tally: Tally
) -> bool:
    """Run once and look at what is left; False where no call failed, so that there is no further n."""
    bench.fresh(base)
    ended = in_child(lambda: one_run(bench, base, arm, disarm, same))
    if ended.crashed:
        tally.check(False, f"{where}: {ended}")
        return False
    if not ended.value["failed"]:
        return False
    tally.add("told" if ended.value["said"] else "went_on")
    after = in_child(lambda: judge(bench, base, ended.value, same))
    problems = [f"looking at what is left: {after}"] if after.crashed else after.value
    tally.check(not problems, f"{where}: {problems[:3]}")
    return True


@contextlib.contextmanager
def compiled() -> Iterator[Path]:
    """Compile the shim into a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="vouch-shim-") as folder:
        made = Path(folder) / "shim.so"
        source = Path(__file__).with_name("shim.c")
        subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", str(made), str(source), "-ldl"], check=True)
        yield made


def main() -> int:
    """Start again with the shim loaded, then run every combination of base, kind, code and persistence."""
    if _SHIM not in os.environ:
        with compiled() as shim:
            environment = os.environ | {_SHIM: str(shim), "LD_PRELOAD": str(shim)}
            return subprocess.run([sys.executable, "-m", __spec__.name, *sys.argv[1:]], env=environment).returncode
    given = arguments(
        __doc__ or "", 0, every=(1, "look at every n-th call only"), part=(1, "one combination in so many")
    )
    rag.library.ParserProcess = ParserHere  # type: ignore[misc,assignment]
    combinations = len(_BASES) * len(_KINDS) * len(_CODES) * 2
    with tempfile.TemporaryDirectory(prefix="vouch-syscalls-") as folder:
        bench = Bench(Path(folder))
        shim_calls = ctypes.CDLL(os.environ[_SHIM])

        def run(seed: str, tally: Tally) -> None:
            number = int(seed.rpartition("-")[2])
            if (number + given.seed) % given.part:
                return
            if number < combinations:
                trial(bench, shim_calls, number, given.every, tally)
            else:
                full_disk(bench, given.every, tally)

        given.n = combinations + 1
        return drive("syscalls", given, given.n, run)


if __name__ == "__main__":
    sys.exit(main())
