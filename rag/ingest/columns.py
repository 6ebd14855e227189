"""Columns of prose that a file writes row by row: told from tables, and put one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from rag.ingest.pdf_lines import Line, cell_line

# Columns have many rows, and on both sides of the gap words enough to be prose; tables have cells of a word or two.
_LEAST_ROWS = 5
_LEAST_PROSE = 22


def in_columns(lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a page in the order in which they are read."""
    found: list[Line] = []
    start = 0
    while start < len(lines):
        end, gutter = _rows(lines, start)
        rows = lines[start:end]
        if gutter is None or not _is_prose(rows):
            found += rows
        else:
            found += [part for row in rows for part in _side(row, gutter, left=True)]
            found += in_columns([part for row in rows for part in _side(row, gutter, left=False)])
        start = end
    return found


def _rows(lines: Sequence[Line], start: int) -> tuple[int, float | None]:
    """Return where the rows end that share the gap after the first cell of the first of them, and its middle."""
    if len(lines[start].cells) < 2:
        return start + 1, None
    low, high = lines[start].cells[0].right, lines[start].cells[1].left
    end = start + 1
    for line in lines[start + 1 :]:
        left = max((cell.right for cell in line.cells if cell.left < low), default=low)
        right = min((cell.left for cell in line.cells if cell.right > high), default=high)
        if max(low, left) + line.size / 2 > min(high, right):
            break
        low, high, end = max(low, left), min(high, right), end + 1
    return end, (low + high) / 2


def _is_prose(rows: Sequence[Line]) -> bool:
    both = [row for row in rows if len(row.cells) > 1]
    return len(both) >= _LEAST_ROWS and all(
        median(len(row.cells[side].text) for row in both) >= _LEAST_PROSE for side in (0, 1)
    )


def _side(row: Line, gutter: float, *, left: bool) -> list[Line]:
    cells = tuple(cell for cell in row.cells if (cell.left < gutter) == left)
    if not cells:
        return []
    made = cell_line(cells, row.size)
    return [replace(made, hyphen=made.hyphen or (row.hyphen and cells[-1] == row.cells[-1]))]
