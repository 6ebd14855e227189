"""Rows of a Markdown table, told with the names of their columns, and where each cell of what is told stands. Pure.

A Markdown document is kept as it was written, and quoted so; but nobody can tell what "| Tank | 6.5 | 9 |" says without
the heading of the table. The reader reads "Tank; C40: 6.5; C40 Plus: 9." and its answer is taken back to the cell.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.records import Passage, Span

_ROW = re.compile(r"^\s*\|.*\|\s*$")
_RULE = re.compile(r"^\s*\|(?:\s*:?-+:?\s*\|)+\s*$")
_CELL = re.compile(r"(?:\\\||[^|])+")


@dataclass(frozen=True, slots=True)
class Row:
    """A row as it is told; ``cells``: where each cell stands in that, and in the document."""

    span: Span
    text: str
    cells: tuple[tuple[Span, Span], ...]

    def place(self, start: int, end: int) -> Span:
        """Return where in the document characters of what is told stand: within one cell, the first that they touch."""
        for told, written in self.cells:
            if start < told.end:
                first = written.start + max(0, start - told.start)
                last = written.start + min(told.end, end) - told.start
                return Span(first, last) if last > first else written
        return self.span


def rows(passage: Passage) -> Iterator[Row]:
    """Yield the rows below the heading of each table in a passage; what has no heading there is left as it is."""
    spans = [span for span in passage.sentences if _ROW.match(passage.quote(span))]
    names: list[str] = []
    last = -1
    for number, span in enumerate(spans):
        if last >= 0 and passage.quote(Span(last, span.start)).strip():
            names = []  # another table
        last = span.end
        below = passage.quote(spans[number + 1]) if number + 1 < len(spans) else ""
        if _RULE.match(passage.quote(span)):
            continue
        if _RULE.match(below):
            names = [passage.quote(cell) for cell in _cells(span, passage.quote(span))]
        elif names:
            yield _told(span, passage, names, [*_cells(span, passage.quote(span))])


def is_row(text: str) -> bool:
    """Tell whether a sentence is a row of a table."""
    return bool(_ROW.match(text))


def _cells(span: Span, text: str) -> Iterator[Span]:
    """Yield where each cell's words stand in the document."""
    for match in _CELL.finditer(text.rstrip(), text.index("|") + 1):
        cell = match.group()
        start = span.start + match.start() + len(cell) - len(cell.lstrip())
        yield Span(start, start + len(cell.strip()))


def _told(span: Span, passage: Passage, names: list[str], cells: list[Span]) -> Row:
    text, places = "", []
    for number, cell in enumerate(cells):
        name = names[number] if number < len(names) else ""
        if cell.start == cell.end:
            continue
        text += ("; " if text else "") + (f"{name}: " if name else "")
        places.append((Span(len(text), len(text) + cell.end - cell.start), cell))
        text += passage.quote(cell)
    return Row(span, f"{text}.", tuple(places))
