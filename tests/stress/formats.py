"""Mutated files of every format through the real parser process: it must answer each, and keep its size.

``python -m tests.stress.formats --n 2000`` prints one JSON line. A file is made from the seed and its number alone:
``--replay NUMBER`` parses just that one and writes it to the folder named by ``--keep``.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import sys
import time
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from rag.errors import Refused
from rag.ingest.clean import clean
from rag.ingest.parse import ParserProcess
from rag.records import Parsed
from tests.sample_files import column, docx, mail, page, pdf, table

# The five formats take turns; half of the files are those whose parsers are native or unpack archives.
KINDS = ("pdf", "docx", "html", "pdf", "docx", "html", "csv", "eml")
_SECONDS = 20
_NUMBERS = (b"0", b"-1", b"65536", b"2147483648", b"4294967295", b"99999999999999999999", b"1e308", b"NaN")
_TOKENS = (
    *(b"<!DOCTYPE x [<!ENTITY a 'b'>]>", b"&a;", b"]]>", b"<" * 400, b"<table>" * 300),
    *(b"%PDF-", b"endobj", b"stream\n", b"/Parent 2 0 R", b"=?utf-8?b?!!!?=", b"--x--"),
    *(b'"', b"\0", b"\xff\xfe", b"\r", b"\xe2\x80\xae"),
)
# What the parser process may grow by from its half to its end: what allocators keep, not what leaks. They keep what the
# largest file took: with seed 1 that is 167 MiB from file 1,725 on, and 167 MiB at file 5,000.
_GROWTH_KIB = 64 << 10


@dataclass
class Tally:
    """What became of the files."""

    read: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    crashes: list[int] = field(default_factory=list)
    slow: list[int] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    resident_kib: list[int] = field(default_factory=list)
    own_kib: list[int] = field(default_factory=list)


def main() -> int:
    """Run, print one JSON line, and return 1 if a file was not answered as it has to be."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--n", type=int, default=2000, help="files")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--replay", type=int, help="parse only the file of this number")
    arguments.add_argument("--keep", type=Path, help="folder to write the replayed file to")
    asked = arguments.parse_args()
    if asked.replay is not None and asked.keep is not None:
        name, data = mutant(asked.seed, asked.replay)
        (asked.keep / name).write_bytes(data)
    numbers = range(asked.n) if asked.replay is None else range(asked.replay, asked.replay + 1)
    figure = run(asked.seed, numbers, progress=sys.stderr.isatty() or asked.n >= 500)
    print(json.dumps(figure))
    return 0 if figure["failures"] == 0 else 1


def run(seed: int, numbers: range, *, progress: bool = False) -> dict[str, Any]:
    """Parse the files of these numbers and return the figure; ``failures`` counts every broken promise."""
    tally, began = Tally(), time.monotonic()
    with ParserProcess(max_bytes=8 << 20, seconds=_SECONDS) as parser:
        for done, number in enumerate(numbers, 1):
            _try(parser, seed, number, tally)
            if done % 25 == 0:
                tally.resident_kib.append(_resident_kib(parser._child.pid if parser._child else 0))
                tally.own_kib.append(_resident_kib(os.getpid()))
            if progress and done % 100 == 0:
                print(f"formats: {done} of {len(numbers)}", file=sys.stderr)
    return _figure(tally, seed, len(numbers), time.monotonic() - began)


def mutant(seed: int, number: int) -> tuple[str, bytes]:
    """Return name and bytes of one file."""
    chance = random.Random(f"{seed}-{number}")
    kind = KINDS[number % len(KINDS)]
    data = chance.choice(samples()[kind])
    if kind == "docx" and chance.random() < 0.8:
        # Behind the archive's checksums, where the parser of the XML is.
        return f"{number}.docx", _inside(data, chance)
    return f"{number}.{kind}", _mutated(data, chance)


@cache
def samples() -> dict[str, list[bytes]]:
    """Return sound files of each kind, which the mutants are made from."""
    story = ["The bridge costs $100 million and is to be opened in May.", "It has two lanes. " * 40]
    info = {"Title": "On bridges", "CreationDate": "D:20240603101010Z"}
    return {
        "pdf": [pdf([column(story)], info), pdf([column(story, 72, 700, 200)] * 5), pdf([column(story * 4)] * 3)],
        "docx": [docx(lambda made: [made.add_paragraph(each) for each in story]), docx(table)],
        "html": [page(story), page(story * 10), b"<ul>" + b"<li><a href=x>One</a> two" * 50],
        "csv": [b"Name;Price\nApples;1,69\n" * 40, b'a,b,c\n"x\ny",2,"z ""q"""\n' * 40],
        "eml": [mail("On bridges", story[0]), mail("T", "B", [("a.csv", b"a,b\n1,2\n"), ("b.docx", docx(table))])],
    }  # fmt: skip


def _try(parser: ParserProcess, seed: int, number: int, tally: Tally) -> None:
    name, data = mutant(seed, number)
    began = time.monotonic()
    try:
        wrong = broken_promise(parser.parse_bytes(name, data))
        tally.read += 1
    except Refused as refusal:
        reason = str(refusal)
        wrong = "" if reason.strip() and "\n" not in reason and len(reason) < 500 else f"a bad reason: {reason[:200]!r}"
        tally.refused[name.rpartition(".")[2]] += 1
        if "crashed the parser" in reason:
            tally.crashes.append(number)
    except Exception as error:  # the promise is that nothing else comes out, so whatever does is the finding
        wrong = f"{type(error).__name__}: {error}"
    if time.monotonic() - began > _SECONDS / 2:
        tally.slow.append(number)
    if wrong:
        tally.faults.append(f"{number}: {wrong}")


def broken_promise(parsed: Parsed) -> str:
    """Return what is wrong with a parser's answer; an empty string if nothing is."""
    size = len(parsed.text)
    laws: dict[str, Callable[[], bool]] = {
        "there is no text": lambda: bool(parsed.text.strip()),
        "the text is not clean": lambda: clean(parsed.text) == parsed.text,
        "there is no title": lambda: bool(parsed.title.strip()) and "\n" not in parsed.title,
        "pages are out of order": lambda: all(a <= b for a, b in pairwise((0, *parsed.pages, size))),
        "asides are out of order": lambda: all(
            a <= b for a, b in pairwise([0, *(edge for span in parsed.aside for edge in (span.start, span.end)), size])
        ),
    }
    return next((broken for broken, holds in laws.items() if not holds()), "")


def _figure(tally: Tally, seed: int, count: int, seconds: float) -> dict[str, Any]:
    resident = tally.resident_kib or [0]
    warm = resident[len(resident) // 2 :]
    growth = warm[-1] - warm[0]
    return {
        "test": "formats",
        "seed": seed,
        "n": count,
        "failures": len(tally.faults) + len(tally.crashes) + (growth > _GROWTH_KIB),
        "read": tally.read,
        "refused": dict(tally.refused),
        "crashed_parsers": tally.crashes[:20],
        "slower_than_10_s": tally.slow[:20],
        "faults": tally.faults[:20],
        "parser_mib": [warm[0] >> 10, max(warm) >> 10, warm[-1] >> 10],
        "own_mib": [size >> 10 for size in (tally.own_kib[:1] + tally.own_kib[-1:])],
        "seconds": round(seconds, 1),
    }


def _resident_kib(process: int) -> int:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)


def _inside(data: bytes, chance: random.Random) -> bytes:
    """Return an archive of which some members are mutated, with right checksums."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = {member.filename: archive.read(member) for member in archive.infolist()}
    chosen = ["word/document.xml", *chance.sample(sorted(members), 1)]
    for name in chosen[: chance.choice((1, 1, 2))]:
        members[name] = _mutated(members[name], chance)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def _mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        chance.choice((_flip, _zero, _cut, _repeat, _insert, _renumber, _shorten))(changed, chance)
    return bytes(changed)


def _place(data: bytearray, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(data) + 1)
    return start, min(len(data), start + chance.choice((1, 4, 30, 300)))


def _flip(data: bytearray, chance: random.Random) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _zero(data: bytearray, chance: random.Random) -> None:
    start, end = _place(data, chance)
    data[start:end] = bytes(end - start)


def _cut(data: bytearray, chance: random.Random) -> None:
    start, end = _place(data, chance)
    del data[start:end]


def _repeat(data: bytearray, chance: random.Random) -> None:
    start, end = _place(data, chance)
    data[start:start] = data[start:end] * chance.choice((1, 2, 1000))


def _insert(data: bytearray, chance: random.Random) -> None:
    start = _place(data, chance)[0]
    data[start:start] = chance.choice(_TOKENS) * chance.choice((1, 1, 50))


def _renumber(data: bytearray, chance: random.Random) -> None:
    digits = [place for place in range(len(data)) if 48 <= data[place] <= 57]
    if digits:
        place = chance.choice(digits)
        data[place : place + 1] = chance.choice(_NUMBERS)


def _shorten(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data) + 1) :]


if __name__ == "__main__":
    sys.exit(main())
