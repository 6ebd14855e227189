"""Thumbs up and down, kept in ``feedback.jsonl`` of the data folder: one line a vote, the last one on an answer counts.

A line names the answer and says nothing of it: what was asked, answered and quoted stays in the store alone, so that
whoever deletes a conversation or a document leaves nothing of it here. The evaluation puts both together.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from rag.errors import BadStore

FILE_NAME = "feedback.jsonl"
NOTE = 500  # characters: a right answer in a few sentences

Verdict = Literal["up", "down"]
Reason = Literal["", "wrong", "unsupported", "incomplete", "should-refuse", "should-answer", "other"]
# In the words of the page, and in its order.
REASONS: dict[Reason, str] = {
    "wrong": "It is wrong",
    "unsupported": "The quote does not say so",
    "incomplete": "Something is missing",
    "should-refuse": "The documents do not say",
    "should-answer": "The documents do say",
    "other": "Something else",
}

_turn = threading.Lock()


def keep(home: Path, conversation: str, number: int, answer: str, vote: Mapping[str, str]) -> None:
    """Append a vote (``verdict``, ``reason``, ``note``) on an answer, and return when it is on the disk.

    Raises:
        BadStore: the file cannot be written.
    """
    time = datetime.now(UTC).isoformat(timespec="seconds")
    line = {"conversation": conversation, "number": number, "answer": answer, **vote, "time": time}
    with _turn:
        try:
            home.mkdir(parents=True, exist_ok=True)
            with (home / FILE_NAME).open("ab+") as file:
                file.write(_after_torn(file) + json.dumps(line, ensure_ascii=False).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise BadStore(f"the vote cannot be kept in {home / FILE_NAME}: {error.strerror or error}") from None


def verdicts(home: Path, conversation: str) -> dict[tuple[int, str], str]:
    """Return the last verdict on each answer of a conversation, by its number and its answer's id."""
    return {
        (line["number"], line["answer"]): line["verdict"]
        for line in _lines(home)
        if line.get("conversation") == conversation and {"number", "answer", "verdict"} <= line.keys()
    }


def forget(home: Path, conversation: str) -> None:
    """Drop the votes of a conversation, for its notes are the user's words about it.

    Raises:
        BadStore: the file cannot be written.
    """
    with _turn:
        found = _lines(home)
        kept = [line for line in found if line.get("conversation") != conversation]
        if len(kept) == len(found):
            return
        path = home / FILE_NAME
        fresh = path.with_suffix(".new")
        try:
            with fresh.open("wb") as file:
                file.write("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in kept).encode())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError as error:
            raise BadStore(f"{path} cannot be written: {error.strerror or error}") from None


def _after_torn(file: Any) -> bytes:
    """Return what must stand before the next line: a line end where the last write was cut off."""
    if file.seek(0, os.SEEK_END) == 0:
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"


def _lines(home: Path) -> list[dict[str, Any]]:
    """Return the lines that can be read; a torn one is no vote."""
    try:
        data = (home / FILE_NAME).read_bytes()
    except OSError:
        return []
    found = []
    for line in data.split(b"\n"):
        try:
            read = json.loads(line)
        except ValueError:
            continue
        if isinstance(read, dict):
            found.append(read)
    return found
