"""A suite in three files: its cases, its settings with the licence, and its documents packed into one.

``NAME.documents.jsonl.gz`` holds ``{"id", "text"}`` a line. The same slice packs to the same bytes.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.drawn import Draft, read_rows, sample
from eval.errors import BadSuite
from eval.public import Source

PACKED = ".documents.jsonl.gz"


def make_slice(source: Source, data: Path, out: Path, n: int, seed: int) -> Path:
    """Draw a slice from a public set and write it as a suite; return the path of its cases.

    Raises:
        BadSuite: a file of the set is missing or not of the shape that its makers give it.
    """
    files = [read_rows(data / name) for name in source.files]
    try:
        drafts = sample(source.read(files), source.share, n, seed)
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise BadSuite(f"{', '.join(source.files)} is not of the shape of {source.name}: {error!r}") from None
    made = f"{source.title}. Changed: a seeded sample of {len(drafts)} questions, written as cases with exact quotes."
    command = f"python -m eval slice {source.name} --data ... --n {n} --seed {seed}"
    return write_suite(drafts, out, source.name, {"from": made, "licence": source.licence, "url": source.url}, command)


def write_suite(drafts: Sequence[Draft], out: Path, name: str, origin: dict[str, str], command: str) -> Path:
    """Write cases, packed documents and settings into a folder; return the path of the cases."""
    out.mkdir(parents=True, exist_ok=True)
    documents = {key: text for draft in drafts for key, text in draft.documents.items()}
    cases = out / f"{name}.jsonl"
    cases.write_bytes(_lines(draft.case for draft in drafts))
    packed = _lines({"id": key, "text": documents[key]} for key in sorted(documents))
    (out / f"{name}{PACKED}").write_bytes(gzip.compress(packed, mtime=0))
    told = "".join(f"{key} = {json.dumps(value)}\n" for key, value in origin.items())
    settings = f'# Made by: {command}\ncorpus = "{name}{PACKED}"\n\n[origin]\n{told}'
    (out / f"{name}.toml").write_text(settings, encoding="utf-8")
    return cases


def unpack(path: Path) -> dict[str, str]:
    """Return the texts of packed documents by id.

    Raises:
        BadSuite: the file is missing, damaged, or holds something that is no document.
    """
    found: dict[str, str] = {}
    for row in read_rows(path):
        name, text = row.get("id"), row.get("text")
        if not isinstance(name, str) or not isinstance(text, str) or not _is_plain(name):
            raise BadSuite(f"{path} holds a line that is no document with a plain file name as id, and text")
        found[name] = text
    return found


def _is_plain(name: str) -> bool:
    return name == Path(name).name and not name.startswith(".")


def _lines(rows: Any) -> bytes:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
