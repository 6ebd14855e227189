"""The crash suite in small: two processes with a fiftieth of their trials, the others with less: they are slow.

`make stress` runs them in full. A failure prints the seed and the trial; run the program with both to see it again.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.stress.common import HashEmbedder, Tally, in_child, text_of

ROOT = Path(__file__).parent.parent


def figures(room: str, *arguments: str) -> dict[str, Any]:
    """Run a program of the suite; return the one line that it prints."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.stress.{room}", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.stdout.count("\n") == 1, done.stdout + done.stderr
    line: dict[str, Any] = json.loads(done.stdout)
    assert line["failures"] == 0, done.stderr
    assert done.returncode == 0
    return line


def test_kill_9_loses_nothing_that_was_acknowledged() -> None:
    line = figures("kills", "--n", "6", "--seed", "5")
    assert line["kills"] == 6
    assert line["acknowledged"] > 60


def test_a_failing_call_leaves_the_old_state_or_the_new_one() -> None:
    line = figures("syscalls", "--every", "80", "--part", "12", "--seed", "2")
    assert line["told"] > 3


def test_damage_is_refused_or_changes_nothing() -> None:
    line = figures("damage", "--n", "50")
    assert any(name.startswith("refused") for name in line)
    assert any(name.startswith("equal") for name in line)


def test_a_store_is_what_a_dict_is() -> None:
    line = figures("sequences", "--n", "20")
    assert line["steps"] > 700
    assert line["deleted_or_replaced"] > 150


def test_two_processes_on_one_folder_lose_nothing() -> None:
    assert figures("pairs", "--n", "1")["acknowledged"] >= 60


def test_hostile_uploads_never_break_the_server() -> None:
    assert figures("uploads", "--n", "6")["uploads"] == 6


def test_clients_that_hang_up_leave_nothing_behind() -> None:
    line = figures("clients", "--n", "12", "--free-ms", "2000")
    assert line["clients_cut"] > 2


def test_the_instruments_notice_what_they_are_for(tmp_path: Path) -> None:
    assert in_child(lambda: 1 / 0).error.endswith("ZeroDivisionError: division by zero\n")
    assert in_child(lambda: __import__("os").kill(__import__("os").getpid(), 11)).signal == 11
    assert in_child(lambda: __import__("time").sleep(5), seconds=0.1).late
    tally = Tally()
    tally.add("max_x", 2)
    tally.add("max_x", 1)
    tally.check(False, "told")
    assert (tally.figures["max_x"], tally.failures) == (2, ["told"])
    first, again, other = HashEmbedder().encode([text_of("a1"), text_of("a1"), text_of("a2")])
    assert first @ again == pytest.approx(1.0)
    assert abs(first @ other) < 0.9
    assert "a1" in text_of("a1")
    assert text_of("a1") != text_of("a2")
