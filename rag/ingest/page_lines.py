"""Every line that a browser shows of an HTML page, and which of them only serve to move about.

What finds the story of a page may leave out what it takes for frame; this tells what that was, so that nothing is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rag.ingest import rows
from rag.ingest.furniture import is_furniture

_BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd details div dl dt fieldset figcaption figure footer"
    " form h1 h2 h3 h4 h5 h6 header hr li main nav ol option p pre section summary table tbody td tfoot th thead tr"
    " ul".split()
)
_UNSEEN = frozenset("script style noscript template head title svg math object iframe textarea datalist".split())
_CONTROLS = frozenset("nav button select menu".split())
# Above this share of its letters inside links a line is a list of links.
_MOST_LINKED = 0.5
_NOTICE = re.compile(r"©|\bcopyright\b|\ball rights reserved\b|\b(?:uses?|accept(?:ing)?) cookies\b", re.IGNORECASE)
_LONGEST_NOTICE = 300
# Cells longer than this lay out the page.
_LONGEST_CELL = 400
_MOST_SPAN = 64


@dataclass(frozen=True, slots=True)
class PageLine:
    """A line as it is shown; ``frame`` if it is a menu, a list of links or a notice."""

    text: str
    frame: bool


def page_lines(body: Any) -> Iterator[PageLine]:
    """Yield the lines of an lxml body in order, without recursion: hostile pages nest deeper than Python's stack."""
    parts: list[str] = []
    linked = control = 0
    in_links = in_controls = in_text_as_typed = 0
    item = False
    # Each entry is an element that opens, or one that closes.
    waiting: list[tuple[Any, bool]] = [(body, True)]
    while waiting:
        element, opens = waiting.pop()
        tag = element.tag if isinstance(element.tag, str) else "script"
        seen = tag not in _UNSEEN
        if tag in _BLOCKS:
            found = _line(parts, linked, control, item)
            yield from found
            item = (item and not found) or (opens and tag == "li")
            parts, linked, control = [], 0, 0
        if opens:
            in_links += tag == "a"
            in_controls += tag in _CONTROLS
            in_text_as_typed += tag == "pre"
            text = element.text if seen else None
            waiting.append((element, False))
            if seen:
                waiting += ((child, True) for child in reversed(element))
        else:
            in_links -= tag == "a"
            in_controls -= tag in _CONTROLS
            in_text_as_typed -= tag == "pre"
            text = element.tail if element is not body else None
        if text:
            if in_text_as_typed and "\n" in text:
                *above, text = text.split("\n")
                for line in above:
                    yield from _line([*parts, line], linked, control, item)
                    parts, linked, control, item = [], 0, 0, False
            parts.append(text)
            size = len("".join(text.split()))
            linked += size if in_links else 0
            control += size if in_controls else 0
    yield from _line(parts, linked, control, item)


def _line(parts: list[str], linked: int, control: int, item: bool) -> list[PageLine]:
    text = " ".join("".join(parts).split())
    if not text:
        return []
    letters = len(text) - text.count(" ")
    notice = len(text) <= _LONGEST_NOTICE and _NOTICE.search(text) is not None
    frame = 2 * control > letters or linked > _MOST_LINKED * letters or notice or is_furniture(text)
    return [PageLine(f"- {text}" if item else text, frame)]


def tables_as_rows(body: Any) -> None:
    """Replace each table of data in a body by paragraphs, one for each row, that name its columns."""
    from lxml import etree  # type: ignore[import-untyped]

    for table in list(body.iter("table")):
        grid = _grid(table)
        if grid is None or table.getparent() is None:
            continue
        made = etree.Element("div")
        made.tail = table.tail
        caption = table.find("caption")
        lines = [] if caption is None else [" ".join(caption.text_content().split())]
        for line in (*lines, *rows.sentences(grid)):
            etree.SubElement(made, "p").text = line
        table.getparent().replace(table, made)


def _grid(table: Any) -> list[list[str]] | None:
    """Return the cells of a table of data; None for one that lays out the page."""
    if next(table.iterdescendants("table", "h1", "h2", "h3", "p", "ul", "ol", "form"), None) is not None:
        return None
    grid: list[list[str]] = []
    carried: dict[int, tuple[int, str]] = {}
    for row in table.iter("tr"):
        cells: list[str] = []
        for cell in row.iterchildren("td", "th"):
            _carry(cells, carried)
            text = " ".join(cell.text_content().split())
            if len(text) > _LONGEST_CELL:
                return None
            below = _span(cell, "rowspan") - 1
            if below:
                carried[len(cells)] = (below, text)
            cells += [text] + [""] * (_span(cell, "colspan") - 1)
        _carry(cells, carried)
        grid.append(cells)
    return grid if len(grid) > 1 and max(map(len, grid)) > 1 else None


def _carry(cells: list[str], carried: dict[int, tuple[int, str]]) -> None:
    """Put the cells that reach down from rows above where they stand."""
    while len(cells) in carried:
        rest, text = carried.pop(len(cells))
        if rest > 1:
            carried[len(cells)] = (rest - 1, text)
        cells.append(text)


def _span(cell: Any, name: str) -> int:
    value = cell.get(name, "1").strip()
    return (
        min(int(value), _MOST_SPAN)
        if value.isdecimal() and value.isascii() and 0 < len(value) < 5 and int(value)
        else 1
    )
