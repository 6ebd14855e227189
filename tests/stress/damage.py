"""Damaged files: flipped bits, lost ends, zeroed, swapped and repeated pages, in a data folder and in weights.

Whatever is read afterwards equals what was stored, or is refused in one clear line. A cache that is damaged is made
again; a process never crashes and never answers from what is not whole.

    python -m tests.stress.damage --n 10000 --seed 1
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import random
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rag.library
from rag import weights
from rag.errors import VouchError
from rag.library import Library
from rag.retrieve import retrieve
from tests.stress.common import (
    HashEmbedder,
    ParserHere,
    Tally,
    abandon,
    arguments,
    drive,
    in_child,
    open_library,
    text_of,
)

_PAGE = 4096
_DOCUMENTS = 16
_WEIGHTS = "weights.gguf"
_WEIGHTS_BYTES = 1 << 18
_REFUSED = "refused"


def flip(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def overwrite(data: bytearray, rng: random.Random) -> None:
    at, size = rng.randrange(len(data)), rng.randint(1, 64)
    data[at : at + size] = rng.randbytes(min(size, len(data) - at))


def truncate(data: bytearray, rng: random.Random) -> None:
    del data[rng.choice((rng.randrange(len(data)), rng.randrange(len(data)) // _PAGE * _PAGE)) :]


def zero(data: bytearray, rng: random.Random) -> None:
    page = _page(data, rng)
    data[page] = bytes(len(data[page]))


def swap(data: bytearray, rng: random.Random) -> None:
    one, other = _page(data, rng), _page(data, rng)
    if len(data[one]) == len(data[other]):
        data[one], data[other] = data[other], data[one]


def repeat(data: bytearray, rng: random.Random) -> None:
    one, other = _page(data, rng), _page(data, rng)
    if len(data[one]) == len(data[other]):
        data[one] = data[other]


def append(data: bytearray, rng: random.Random) -> None:
    data += rng.randbytes(rng.choice((1, 100, _PAGE)))


def _page(data: bytearray, rng: random.Random) -> slice:
    at = rng.randrange(len(data)) // _PAGE * _PAGE
    return slice(at, min(at + _PAGE, len(data)))


_HARMS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    flip,
    flip,
    overwrite,
    truncate,
    zero,
    swap,
    repeat,
    append,
)


def build(folder: Path) -> dict[str, Any]:
    """Make two data folders, ``closed`` and ``killed`` (its last commits are still in the WAL); return their truths."""
    truths = {}
    for base in ("closed", "killed"):
        home = folder / base
        ended = in_child(lambda home=home, base=base: _make(home, base))
        assert not ended.crashed, ended
        kept = home.with_name(f"{base}.copy")
        shutil.copytree(home, kept)
        truths[base] = in_child(lambda home=home: read(home)).value
        shutil.rmtree(home)
        kept.rename(home)
    (folder / "weights").mkdir()
    (folder / "weights" / _WEIGHTS).write_bytes(random.Random(0).randbytes(_WEIGHTS_BYTES))
    return truths


def _make(home: Path, base: str) -> None:
    library = open_library(home)
    for i in range(_DOCUMENTS):
        library.add_bytes(f"d{i}.txt", text_of(f"damage{i}").encode())
        if base == "killed" and i == _DOCUMENTS // 2:
            library.close()
    chat = library.store.new_conversation()
    library.store.add_turn(chat, "What does the damage1 bridge cost?", json.dumps({"answer": "much"}))
    library.index()
    if base == "closed":
        library.close()
    abandon(library)


def read(home: Path) -> dict[str, Any]:
    """Read everything that a user may see, each part on its own; a part that is refused says so."""
    parts: dict[str, Any] = {}
    try:
        library = open_library(home)
        _ = library.store
    except VouchError as error:
        return {"open": _refusal(error)}
    for name, look in _looks(library).items():
        try:
            parts[name] = look()
        except VouchError as error:
            parts[name] = _refusal(error)
    # What is damaged must not take a process down that goes on to write.
    try:
        library.add_bytes("later.txt", text_of("later").encode())
        library.close()
    except VouchError as error:
        parts["add"] = _refusal(error)
    return parts


def _refusal(error: VouchError) -> list[str]:
    assert "\n" not in str(error), str(error)
    return [_REFUSED, str(error)]


def _looks(library: Library) -> dict[str, Callable[[], Any]]:
    found: dict[str, Callable[[], Any]] = {
        "documents": lambda: [dataclasses.asdict(document) for document in library.documents()],
        "conversations": lambda: [
            [chat.title, [[turn.question, turn.answer] for turn in library.store.turns(chat.id)]]
            for chat in library.store.conversations()
        ],
    }
    for i in range(_DOCUMENTS):
        found[f"document {i}"] = lambda i=i: dataclasses.asdict(library.document(f"d{i}.txt"))
        question = f"What does the damage{i} bridge of the north cost?"
        found[f"search {i}"] = lambda question=question: [
            [dataclasses.asdict(hit.passage), round(hit.score, 6)]
            for hit in retrieve(library, HashEmbedder(), [question], 8)
        ]
    return found


def read_weights(folder: Path) -> dict[str, Any]:
    """Ask for weights of a known hash, as a model is loaded."""
    sys.path.insert(0, str(folder.parent))
    whole = hashlib.sha256(random.Random(0).randbytes(_WEIGHTS_BYTES)).hexdigest()
    try:
        path = weights.locate(weights.Packaged("weights", folder.name, _WEIGHTS, whole))
    except VouchError as error:
        return {"weights": _refusal(error)}
    return {"weights": hashlib.sha256(path.read_bytes()).hexdigest()}


def trial(seed: str, tally: Tally, folder: Path, truths: dict[str, Any]) -> None:
    """Damage one file and read everything."""
    rng = random.Random(seed)
    base = rng.choices(("closed", "killed", "weights"), (10, 8, 1))[0]
    home = folder / "harmed"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(folder / base, home)
    files = [path for path in home.rglob("*") if path.is_file() and path.stat().st_size]
    target = rng.choice(sorted(files))
    harm = rng.choice(_HARMS)
    data = bytearray(target.read_bytes())
    before = bytes(data)
    for _ in range(rng.choice((1, 1, 1, 3))):
        if data:
            harm(data, rng)
    target.write_bytes(data)
    name = f"{base}/{_kind(target, home)}"
    where = f"{harm.__name__} in {base}/{target.relative_to(home)}"
    if bytes(data) == before:
        tally.add("untouched")
        return
    ended = in_child((lambda: read_weights(home)) if base == "weights" else (lambda: read(home)))
    if ended.crashed:
        tally.add(f"crashed {name}")
        tally.check(False, f"{where}: {ended}")
        return
    truth = truths.get(base) or {"weights": hashlib.sha256(random.Random(0).randbytes(_WEIGHTS_BYTES)).hexdigest()}
    refused = [part for part, value in ended.value.items() if _is_refusal(value)]
    other = [part for part, value in ended.value.items() if part not in refused and value != truth.get(part)]
    tally.add(f"{'different' if other else 'refused' if refused else 'equal'} {name}")
    tally.check(not other, f"{where}: silently different: {other[:3]} of {len(other)}")


def _is_refusal(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and value[0] == _REFUSED


def _kind(path: Path, home: Path) -> str:
    return f"{path.parent.name}/*{path.suffix}" if path.parent != home else path.name


def main() -> int:
    """Run the trials over folders that are made once."""
    given = arguments(__doc__ or "", 10_000)
    rag.library.ParserProcess = ParserHere  # type: ignore[misc,assignment]
    with tempfile.TemporaryDirectory(
        prefix="vouch-damage-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None
    ) as name:
        folder = Path(name)
        truths = build(folder)
        return drive("damage", given, given.n, lambda seed, tally: trial(seed, tally, folder, truths))


if __name__ == "__main__":
    sys.exit(main())
