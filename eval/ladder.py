"""Every rung of the model ladder on every suite, each in a process of its own, and the table of what they reach.

A process each, so that the peak of memory is the rung's own. A ladder that was cut off goes on: runs that are
whole are only read.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from eval.errors import BadRun
from eval.rows import Run, read_run

RUNGS = ("none", "embedded")
# Tuning was done on seeds-dev, so it is no measure of a rung.
SUITES = ("seeds-test", "squad2", "qed", "clapnq", "mtrag", "injection")
_BEGIN, _END = "<!-- ladder: begin, made by `make ladder` -->", "<!-- ladder: end -->"


def climb(
    rungs: Sequence[str], suites: Sequence[str], out: Path, limit: int, seed: int, say: Callable[[str], None]
) -> list[Run]:
    """Run each rung on each suite that has not been run, and return all runs, suite by suite.

    A rung that cannot run is told and left out.

    Raises:
        BadRun: none could run.
    """
    found: list[Run] = []
    for suite in suites:
        for rung in rungs:
            folder = out / f"{Path(suite).stem}-{_slug(rung)}"
            say(f"{suite}, {rung}")
            command = [sys.executable, "-m", "eval", "run", "--suite", suite, "--model", rung, "--out", str(folder)]
            command += ["--limit", str(limit), "--seed", str(seed)]
            if subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode == 0:
                found.append(read_run(folder))
            else:
                say(f"{suite}, {rung}: no run; the line above tells why")
    if not found:
        raise BadRun("no rung could run")
    return found


def put(readme: Path, table: str) -> None:
    """Put a table between the two marks of a page.

    Raises:
        BadRun: the page cannot be read or written, or lacks the marks.
    """
    try:
        text = readme.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadRun(f"{readme} cannot be read: {error}") from None
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise BadRun(f"{readme} has no place for the table; put {_BEGIN} and {_END} where it shall stand")
    readme.write_text(f"{before}{begin}\n\n{table}\n\n{end}{after}", encoding="utf-8")


def _slug(rung: str) -> str:
    """Return a rung as part of a folder's name: a file by its stem, an address by its letters."""
    name = Path(rung).stem if rung.endswith(".gguf") else rung
    return re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-")
