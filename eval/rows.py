"""A run on disk: ``run.json`` (what was measured), ``rows.jsonl`` (one case a line), ``timings.jsonl`` (how long).

Rows hold nothing that changes from one run to the next of the same thing; times lie apart. A row is written
and flushed when its case is over, after its timing, so a run that was cut off goes on where it stopped.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.cases import Case
from eval.errors import BadRun
from eval.reply import Reply

Outcome = Literal["right", "wrong", "failed"]

RUN_FILE, ROWS_FILE, TIMINGS_FILE = "run.json", "rows.jsonl", "timings.jsonl"

# What may differ between the two halves of a resumed run: a commit of the very same code (its hash is compared).
_MAY_DIFFER = {"commit", "dirty"}

Line = TypeVar("Line", bound=BaseModel)


class Row(BaseModel):
    """One case, what came back, and how it scored. A failed case has no reply and no scores."""

    model_config = ConfigDict(frozen=True)

    case: Case
    outcome: Outcome
    error: str = ""
    reply: Reply | None = None
    scores: dict[str, float] = Field(default_factory=dict)


class Timing(BaseModel):
    """What one case took: wall milliseconds around the last question, and what the system itself reports.

    ``peak_mib`` is the most memory that the asking process had held until then, the system's where it runs inside.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    wall_ms: float
    peak_mib: float | None = None
    reported_ms: dict[str, float] = Field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """A run as read from its folder. ``identity`` decides what the rows are, ``context`` when and where."""

    folder: Path
    identity: dict[str, Any]
    context: dict[str, Any]
    rows: tuple[Row, ...]
    timings: dict[str, Timing] = field(default_factory=dict)


def open_run(folder: Path, identity: dict[str, Any], context: dict[str, Any]) -> Run:
    """Start a run in an empty or new folder, or return the one that lies there and is to go on.

    Raises:
        BadRun: the folder cannot be written, or holds a run of something else; the message names what
        differs.
    """
    path = folder / RUN_FILE
    if path.exists():
        found = read_run(folder)
        wanted = json.loads(json.dumps(identity))
        differs = [
            name
            for name in sorted({*wanted, *found.identity} - _MAY_DIFFER)
            if wanted.get(name) != found.identity.get(name)
        ]
        if differs:
            raise BadRun(f"{folder} holds another run ({', '.join(differs)} differ); choose another --out")
        _drop_torn(folder / ROWS_FILE)
        _drop_torn(folder / TIMINGS_FILE)
        return found
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(_json({"identity": identity, "context": context}, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadRun(f"{folder} cannot be written: {error.strerror}; choose another --out") from None
    return Run(folder, identity, context, ())


def read_run(folder: Path) -> Run:
    """Return a run with the rows that are whole; a line torn by an interruption is left out.

    Raises:
        BadRun: there is no run in the folder, or a line that is not the last cannot be read.
    """
    try:
        head = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
        identity, context = head["identity"], head["context"]
    except (OSError, ValueError, KeyError, TypeError):
        raise BadRun(f"{folder} holds no run: {RUN_FILE} is missing or damaged") from None
    rows = _read_lines(folder / ROWS_FILE, Row)
    timings = {timing.id: timing for timing in _read_lines(folder / TIMINGS_FILE, Timing)}
    return Run(folder, identity, context, tuple(rows), timings)


def append(folder: Path, row: Row, timing: Timing) -> None:
    """Add one finished case. The row comes last: it is what says that the case is done."""
    for name, line in ((TIMINGS_FILE, timing), (ROWS_FILE, row)):
        with (folder / name).open("a", encoding="utf-8") as file:
            file.write(_json(line.model_dump(mode="json")) + "\n")
            file.flush()
            os.fsync(file.fileno())


def _read_lines(path: Path, kind: type[Line]) -> list[Line]:
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]  # the last is empty, or torn
    try:
        return [kind.model_validate_json(line) for line in lines]
    except ValidationError as error:
        raise BadRun(f"{path} is damaged: {error.errors()[0]['msg']}; remove the folder and run again") from None


def _drop_torn(path: Path) -> None:
    """Cut a file after its last whole line, so that what is added next starts on a line of its own."""
    if path.exists():
        data = path.read_bytes()
        if not data.endswith(b"\n"):
            path.write_bytes(data[: data.rfind(b"\n") + 1])


def _json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=indent)
