"""Rows of a table as sentences that can be understood, and quoted, each on its own: "Name: X; Price: 3."."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_LONGEST_HEADING = 60
# What stands in a table as a value and not as the name of a column: numbers, dates, amounts, addresses.
_VALUE = re.compile(
    r"[^\w\s]*[\d][\d\s.,:/%+\-–]*[^\W\d]{0,3}[^\w\s]*|\S+@\S+|https?:\S+|true|false|yes|no", re.IGNORECASE
)
_END = (".", "!", "?", "。", "！", "？")


def sentences(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield each row as one line, its cells behind the names of their columns where the table has such.

    Cells are taken with white space collapsed; empty cells and rows are left out; cells beyond the last column's
    name stand alone. A first line of one cell above a wider table is its caption and stays a line.
    """
    cleaned = ([" ".join(cell.split()) for cell in row] for row in rows)
    filled = [row for row in cleaned if any(row)]
    start = _captions(filled)
    yield from (next(filter(None, row)) for row in filled[:start])
    body = filled[start:]
    names: Sequence[str] = ()
    if is_heading(body):
        names, body = body[0], body[1:]
        if not body:
            yield _sentence([], names)
    for row in body:
        yield _sentence(names, row)


def is_heading(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row names the columns: short, different words, no value among them."""
    if len(rows) < 2 or max(map(len, rows[:2])) < 2:
        return False
    names = _trimmed(rows[0])
    filled = [name for name in names if name]
    return (
        len(filled) >= max(2, len(names) - 1)
        and len(set(filled)) == len(filled)
        and not any(_VALUE.fullmatch(name) or len(name) > _LONGEST_HEADING or name.endswith(_END) for name in filled)
    )


def _captions(rows: Sequence[Sequence[str]]) -> int:
    """Return how many lines above the table have one cell only; none where no row has more."""
    count = 0
    while count < len(rows) and sum(map(bool, rows[count])) == 1:
        count += 1
    return count if count < len(rows) else 0


def _trimmed(row: Sequence[str]) -> list[str]:
    """Return a row without the empty cells at its end."""
    end = len(row)
    while end and not row[end - 1]:
        end -= 1
    return list(row[:end])


def _sentence(names: Sequence[str], row: Sequence[str]) -> str:
    cells = []
    for number, cell in enumerate(row):
        name = names[number].rstrip(":") if number < len(names) else ""
        if cell:
            cells.append(f"{name}: {cell}" if name else cell)
    told = "; ".join(cells)
    return told if told.endswith(_END) or len(cells) < 2 else f"{told}."
