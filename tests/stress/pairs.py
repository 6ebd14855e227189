"""Two processes on one data folder: both index at once, and one answers while the other indexes. Nothing is lost.

python -m tests.stress.pairs --n 50 --seed 1
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import rag.library
from rag.errors import VouchError
from rag.records import Passage
from rag.retrieve import retrieve
from tests.stress.audit import faults
from tests.stress.common import HashEmbedder, ParserHere, Tally, arguments, drive, open_library, text_of

_FILES = 60
_SECONDS = 60.0


def write_files(folder: Path, token: str, count: int) -> dict[str, str]:
    """Fill a folder; return its truth, source to token."""
    folder.mkdir(parents=True, exist_ok=True)
    truth = {}
    for i in range(count):
        path = folder / f"{token}n{i}.txt"
        path.write_text(text_of(f"{token}n{i}"))
        truth[str(path)] = f"{token}n{i}"
    return truth


def child(role: str, home: Path, folder: Path) -> dict[str, object]:
    """Index a folder in pieces, or search until killed; return what was acknowledged and what was said."""
    done: list[str] = []
    said: list[str] = []
    with open_library(home) as library:
        if role == "search":
            return _search(home)
        paths = sorted(folder.iterdir())
        size = random.Random(str(folder)).choice((1, 7, len(paths)))
        for start in range(0, len(paths), size):
            piece = paths[start : start + size]
            for _ in range(5):
                try:
                    report = library.add_paths(piece)
                    said += [outcome.reason for outcome in report.refused]
                    library.index()
                    done += map(str, piece)
                    break
                except VouchError as error:
                    said.append(str(error))
    return {"done": done, "said": said}


def _search(home: Path) -> dict[str, object]:
    """Ask until the input closes, as a server does beside ``vouch index``."""
    asked, problems, most = 0, [], 0
    os.set_blocking(0, False)
    with open_library(home) as library:
        while _open_input():
            try:
                hits = retrieve(library, HashEmbedder(), ["What did the bridge of the north cost?"], 8)
                problems += [f"torn {hit.passage.number}" for hit in hits if _torn(hit.passage)]
                if len(library.documents()) < most:
                    problems.append("a document went")
                most = max(most, len(library.documents()))
                asked += 1
            except VouchError as error:
                if "nothing has been indexed" not in str(error):
                    problems.append(str(error))
            except Exception as error:
                problems.append(repr(error))
    return {"asked": asked, "said": problems[:10], "done": []}


def _open_input() -> bool:
    try:
        return os.read(0, 1) != b""
    except BlockingIOError:
        return True


def _torn(passage: Passage) -> bool:
    token = passage.document.removesuffix(".txt")
    return passage.text != text_of(token)[passage.start : passage.end]


def trial(seed: str, tally: Tally) -> None:
    """Start two or three processes on one folder that may not be there yet."""
    rng = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="vouch-pairs-"))
    home = folder / "home"
    try:
        one = write_files(folder / "one", f"p{seed.replace('-', 'x')}a", _FILES)
        other = one if rng.random() < 0.3 else write_files(folder / "two", f"p{seed.replace('-', 'x')}b", _FILES)
        if rng.random() < 0.5:
            with open_library(home) as library:
                library.add_paths([Path(next(iter(one)))])
        roles = [("index", folder / "one"), ("index", folder / ("one" if other is one else "two")), ("search", folder)]
        started = [_start(role, home, path) for role, path in roles]
        told = [
            _finish(process, close=role == "search", after=started[:2])
            for process, (role, _) in zip(started, roles, strict=True)
        ]
        _judge(home, {**one, **other}, told, tally)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _start(role: str, home: Path, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", __spec__.name, "--role", role, "--home", str(home), "--folder", str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _finish(process: subprocess.Popen[str], close: bool, after: list[subprocess.Popen[str]]) -> dict[str, object]:
    """Wait for an indexer; let a searcher go on until the indexers are done."""
    end = time.monotonic() + _SECONDS
    if close:
        for other in after:
            other.wait()
    try:
        out, error = process.communicate("", timeout=max(1.0, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return {"error": "it did not end"}
    return dict(json.loads(out)) if process.returncode == 0 else {"error": error.strip()[-500:]}


def _judge(home: Path, truth: dict[str, str], told: list[dict[str, object]], tally: Tally) -> None:
    for each in told:
        tally.check("error" not in each, f"a process failed: {each.get('error')}")
        for line in each.get("said", []):  # type: ignore[attr-defined]
            tally.add("messages")
            tally.check("asked" not in each, f"the searching process: {line}")
            tally.check("\n" not in line and ("another process" in line or "two processes" in line), f"unclear: {line}")
    tally.add("pairs")
    tally.add("searches", sum(int(each.get("asked", 0)) for each in told))  # type: ignore[call-overload]
    done = {source for each in told for source in each.get("done", [])}  # type: ignore[attr-defined]
    tally.add("acknowledged", len(done))
    tally.check(done == truth.keys(), f"{len(truth) - len(done)} of {len(truth)} files were given up")
    with open_library(home) as library:
        found = faults(library, {source: truth[source] for source in done})
        tally.check(not found, f"{len(found)} faults: {found[:3]}")


def main() -> int:
    """Run the pairs, or be one of a pair."""
    given = arguments(__doc__ or "", 50, role=("", "be this process"), home=("", "of it"), folder=("", "of it"))
    rag.library.ParserProcess = ParserHere  # type: ignore[misc,assignment]
    if given.role:
        print(json.dumps(child(given.role, Path(given.home), Path(given.folder))))
        return 0
    return drive("pairs", given, given.n, trial)


if __name__ == "__main__":
    sys.exit(main())
