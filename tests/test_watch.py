"""Following a folder: what is added, changed, renamed and deleted there arrives by itself; Ctrl-C ends it well."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import walk, watch
from rag.ahead import ahead
from rag.errors import Refused
from rag.library import Report
from tests.test_library import Home, states, write

BRIDGE = "Bridges\n\nThe bridge over the river is long."


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setattr(walk, "_SETTLED_NS", 0)
    monkeypatch.setattr(watch, "_GATHER", 100)
    monkeypatch.setattr(watch, "_QUIET", 20)
    monkeypatch.setattr(watch, "_TICK", 100)
    made = Home(tmp_path / "home")
    yield made
    made.library.close()


def test_changes_arrive_one_after_the_other(home: Home, tmp_path: Path) -> None:
    docs = write(tmp_path / "docs" / "bridge.txt", BRIDGE).parent
    stop, said = threading.Event(), list[str]()
    reports = watch.follow(home.library, [docs], prune=True, complain=said.append, stop=stop)
    assert states(next(reports)) == {"bridge.txt": "added"}
    write(docs / ".hidden.txt", "Nobody sees it.")
    write(docs / "new" / "apple.txt", "The apple is red.")
    assert states(next(reports))["apple.txt"] == "added"
    (docs / "bridge.txt").rename(docs / "span.txt")
    assert states(next(reports))["span.txt"] == "renamed"
    (docs / "new" / "apple.txt").unlink()
    assert states(next(reports))["apple.txt"] == "removed"
    assert [each.id for each in home.library.documents()] == ["span.txt"]
    # Pruning refuses an empty folder; following goes on.
    (docs / "span.txt").unlink()
    (docs / ".hidden.txt").unlink()
    (docs / "new").rmdir()
    found: list[Report] = []
    waiting = threading.Thread(target=lambda: found.extend([next(reports)]))
    waiting.start()
    end = time.monotonic() + 20
    while not said and time.monotonic() < end:
        time.sleep(0.05)
    assert "nothing was pruned" in said[0]
    write(docs / "beer.txt", "The beer is brown.")
    waiting.join(20)
    assert states(found[0]) == {"beer.txt": "added", "span.txt": "removed"}
    stop.set()
    assert list(reports) == []


def test_only_folders_are_followed(home: Home, tmp_path: Path) -> None:
    for path in (write(tmp_path / "a.txt", BRIDGE), tmp_path / "none"):
        with pytest.raises(Refused, match="is not a folder"):
            next(watch.follow(home.library, [path], prune=False, complain=print))


def test_ctrl_c_ends_a_watch_well(tmp_path: Path, models: Path) -> None:
    docs = write(tmp_path / "docs" / "bridge.txt", BRIDGE).parent
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "models").symlink_to(models)
    # A parent that runs in the background hands down an ignored SIGINT.
    heard = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    started = f"{heard}from rag.cli import main; main()"
    command = [sys.executable, "-c", started, "index", "--watch", str(docs)]
    environ = {**os.environ, "VOUCH_HOME": str(tmp_path / "home")}
    with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stderr is not None
            assert "1 added" in running.stderr.readline()
            assert "watching" in running.stderr.readline()
            running.send_signal(signal.SIGINT)
            out, err = running.communicate(timeout=20)
        finally:
            running.kill()
    assert (running.returncode, out, err) == (0, "", "")


# Working ahead


def test_ahead_gives_all_in_order_and_holds_no_more_than_it_may() -> None:
    made: list[int] = []

    def making() -> Iterator[int]:
        for number in range(50):
            made.append(number)
            yield number

    with ahead(making(), 5, lambda _: 1, lambda: None) as items:
        seen = []
        for item in items:
            seen.append(item)
            # Those that wait, the one that is handed over, and the one being made.
            assert len(made) - len(seen) <= 7
    assert seen == list(range(50))


def test_ahead_passes_errors_on_and_stops_when_left() -> None:
    def failing() -> Iterator[int]:
        yield 1
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="disk is gone"), ahead(failing(), 9, lambda _: 1, lambda: None) as items:
        list(items)
    made, hurried = [], threading.Event()

    def endless() -> Iterator[int]:
        while True:
            made.append(1)
            yield 1

    with ahead(endless(), 3, lambda _: 1, hurried.set) as items:
        next(items)
    assert hurried.is_set()
    count = len(made)
    time.sleep(0.1)
    assert len(made) == count
