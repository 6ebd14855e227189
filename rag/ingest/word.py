"""DOCX: paragraphs, tables as sentences, notes, and what stands above and below the pages, said once."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from rag.errors import Refused
from rag.ingest import dates, rows
from rag.ingest.bounds import check_length, open_archive
from rag.ingest.clean import clean
from rag.ingest.text import headline
from rag.records import Parsed

_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MAIN = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PARAGRAPH, _TABLE, _ROW, _CELL = (f"{_MAIN}{tag}" for tag in ("p", "tbl", "tr", "tc"))
_TEXT, _HYPHEN, _BOX = (f"{_MAIN}{tag}" for tag in ("t", "noBreakHyphen", "txbxContent"))
_SPACES = {f"{_MAIN}tab": "\t", f"{_MAIN}br": "\n", f"{_MAIN}cr": "\n", f"{_MAIN}ptab": "\t"}
# Deleted text under revision, the text moved away, and what Word shows only to programs too old for a drawing.
_UNSEEN = {f"{_MAIN}del", f"{_MAIN}moveFrom", _FALLBACK}
_VALUE = f"{_MAIN}val"
_EXTRAS = ("header", "footer", "footnotes", "endnotes")
# A declaration of entities has no place in an office file; it is how a small file becomes a large one.
_DECLARES = re.compile(rb"<!(?:DOCTYPE|ENTITY)|<\0!\0D\0|\0<\0!\0D", re.IGNORECASE)
_DEEPEST = 200
_TITLES = ("Title", "Heading 1")
_BREAK = "\n\n"


def parse(data: bytes, name: str) -> Parsed:
    """Return the text in its order; title and date as the text, or else the file's properties, state them."""
    with open_archive(data) as archive:
        for member in archive.infolist():
            if member.filename.endswith((".xml", ".rels")) and _DECLARES.search(archive.read(member)):
                raise Refused("there is a document type in its XML, which no word processor writes: it looks hostile")
    document = _opened(data)
    text = clean(_BREAK.join((*_blocks(document.element.body), *_around(document)))).strip()
    check_length(len(text))
    if not text:
        raise Refused("there is no text in it, only pictures or nothing at all: run OCR over the pictures")
    stated = document.core_properties
    title = clean(stated.title or "").strip() or _heading(document) or headline(text) or name
    return Parsed(text, title, _MEDIA_TYPE, dates.stated(text) or _day(stated.created))


def _opened(data: bytes) -> Any:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        return docx.Document(io.BytesIO(data))
    except PackageNotFoundError:
        raise Refused("it is damaged, or no DOCX") from None
    except (KeyError, ValueError) as error:
        raise Refused(f"it is damaged, or no DOCX: {error}") from None


def _blocks(element: Any, depth: int = 0) -> Iterator[str]:
    """Yield the paragraphs and table rows below an element, in order."""
    if depth > _DEEPEST:
        raise Refused(f"its parts are nested more than {_DEEPEST} deep: it looks hostile")
    for child in element:
        if child.tag in _UNSEEN:
            continue
        if child.tag == _PARAGRAPH:
            yield from _paragraph(child, depth)
        elif child.tag == _TABLE:
            yield from _table(child, depth)
        else:
            yield from _blocks(child, depth + 1)


def _paragraph(element: Any, depth: int) -> Iterator[str]:
    parts: list[str] = []
    boxes: list[Any] = []
    _collect(element, parts, boxes)
    yield from filter(None, (" ".join(line.split()) for line in "".join(parts).split("\n")))
    for box in boxes:
        yield from _blocks(box, depth + 1)


def _collect(element: Any, parts: list[str], boxes: list[Any]) -> None:
    """Gather the text below an element without recursion: hostile files nest deeper than Python's stack."""
    waiting = [element]
    while waiting:
        here = waiting.pop()
        if here.tag == _TEXT:
            parts.append(here.text or "")
        elif here.tag == _HYPHEN:
            parts.append("-")
        elif here.tag == _BOX:
            boxes.append(here)
        elif here.tag in _SPACES:
            # In the properties of a paragraph a tab is a stop, not a character.
            parts.append(_SPACES[here.tag] if here.getparent().tag == f"{_MAIN}r" else "")
        elif here.tag not in _UNSEEN:
            waiting += reversed(here)


def _table(element: Any, depth: int) -> Iterator[str]:
    """Yield the rows as sentences; a table of one column or row only lays out the page, and its text is just text."""
    grid: list[list[str]] = []
    plain: list[str] = []
    for row in element.iter(_ROW):
        if _nearest(row, _TABLE) is not element:
            continue
        cells: list[str] = []
        for cell in row.iter(_CELL):
            if _nearest(cell, _ROW) is row:
                blocks = list(_blocks(cell, depth + 1))
                plain += blocks
                text, span = " ".join(blocks), _number(cell, "gridSpan")
                if _continues(cell) and grid and len(cells) < len(grid[-1]):
                    text = grid[-1][len(cells)]
                cells += [text] + [""] * (min(span, 64) - 1)
        grid.append(cells)
    if len(grid) < 2 or max(map(len, grid), default=0) < 2:
        yield from plain
    else:
        yield from rows.sentences(grid)


def _nearest(element: Any, tag: str) -> Any:
    return next(element.iterancestors(tag), None)


def _number(cell: Any, name: str) -> int:
    found = cell.find(f"{_MAIN}tcPr/{_MAIN}{name}")
    value = found.get(_VALUE, "1") if found is not None else "1"
    return int(value) if value.isdecimal() and len(value) < 6 and int(value) else 1


def _continues(cell: Any) -> bool:
    """Tell whether a cell is the lower part of the one above it."""
    found = cell.find(f"{_MAIN}tcPr/{_MAIN}vMerge")
    return found is not None and found.get(_VALUE, "continue") == "continue"


def _around(document: Any) -> Iterator[str]:
    """Yield what stands in notes, heads and feet, each line once; a mere page number says nothing."""
    from docx.oxml import parse_xml

    said: set[str] = set()
    for relation in document.part.rels.values():
        if relation.is_external or relation.reltype.rsplit("/", 1)[-1] not in _EXTRAS:
            continue
        for block in _blocks(parse_xml(relation.target_part.blob)):
            if block not in said and any(character.isalpha() for character in block):
                said.add(block)
                yield block


def _heading(document: Any) -> str | None:
    for paragraph in document.paragraphs:
        if paragraph.style is not None and paragraph.style.name in _TITLES and paragraph.text.strip():
            return clean(paragraph.text).strip()
    return None


def _day(created: datetime | None) -> str | None:
    # python-docx's own template, and what many programs leave there: a day on which nothing was written.
    if created is None or (created.year, created.month, created.day) == (2013, 12, 23):
        return None
    return dates.iso_day(created.year, created.month, created.day)
