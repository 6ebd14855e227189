"""Rows of a public set, and a seeded choice of the cases that are made of them."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.errors import BadSuite

Row = dict[str, Any]


@dataclass(frozen=True)
class Draft:
    """One case as a suite writes it, and the documents it brings, by id."""

    case: Row
    documents: dict[str, str]


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a file of JSON lines, gzipped or not; a file of one JSON object is one row.

    Raises:
        BadSuite: the file is missing, or a line of it is no JSON object.
    """
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
        lines = [text] if ".json" in path.suffixes else text.split("\n")
        rows = [json.loads(line) for line in lines if line.strip()]
    except (OSError, EOFError, ValueError) as error:
        raise BadSuite(f"{path} cannot be read: {error}; --data names the folder of the public sets") from None
    if not all(isinstance(row, dict) for row in rows):
        raise BadSuite(f"{path} is not made of JSON objects, one a line")
    return rows


def sample(drafts: Iterable[Draft], share: dict[str, float], n: int, seed: int) -> list[Draft]:
    """Return at most ``n`` drafts, drawn by kind so that a rare kind keeps its share, in the set's order."""
    kinds: dict[str, list[tuple[int, Draft]]] = {}
    for place, draft in enumerate(drafts):
        kinds.setdefault(draft.case["kind"], []).append((place, draft))
    chance = random.Random(seed)
    chosen: list[tuple[int, Draft]] = []
    rest: list[tuple[int, Draft]] = []
    for kind, group in sorted(kinds.items()):
        chance.shuffle(group)
        kept = round(n * share.get(kind, 0))
        chosen += group[:kept]
        rest += group[kept:]
    chance.shuffle(rest)
    chosen += rest[: max(0, n - len(chosen))]
    return [draft for _, draft in sorted(chosen, key=lambda pair: pair[0])]
