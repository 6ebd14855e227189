"""The lines of a PDF page as PDFium finds them, with where they stand: words and boxes, no meaning."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from rag.ingest.clean import clean

# A gap this many times the height of the letters parts two cells of a table or two columns, not two words: in
# justified text words stand up to one height apart.
_CELL_GAP = 1.6
# What PDFium writes for a hyphen at the end of a line, in the place of the line's end.
_HYPHEN = 2
_LINE_ENDS = (10, 13)
_SOFT_HYPHENS = (0xAD, 0xFFFE)
_BROKEN = re.compile(r"(?<=\w)[-\u2010]\Z")
# Fonts have one glyph for some pairs of letters; a question is written with the letters.
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"})
_LAST_CODE_POINT = 0x10FFFF


class Cell(NamedTuple):
    """A part of a line. PDFium calls a line what overlaps in height, so ``y`` may differ between its cells."""

    left: float
    right: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page: points from the lower left corner, ``y`` the lower edge, ``size`` the letters' height.

    ``cells`` are the parts of it that stand far apart; ``hyphen`` tells that the last word
    goes on in the next line, its hyphen being no part of the text.
    """

    text: str
    left: float
    right: float
    y: float
    size: float
    cells: tuple[Cell, ...]
    hyphen: bool = False


_Glyph = tuple[int, float, float, float, float]  # code point, left, bottom, right, top


def lines_of(page: Any) -> list[Line]:
    """Return the lines of a pypdfium2 page in the order of the file, which is nearly always that of reading."""
    found: list[Line] = []
    glyphs: list[_Glyph] = []
    for glyph in _glyphs(page):
        if glyph[0] == _HYPHEN or glyph[0] in _LINE_ENDS:
            found += _line(glyphs, hyphen=glyph[0] == _HYPHEN)
            glyphs = []
        else:
            glyphs.append(glyph)
    return found + _line(glyphs)


def _glyphs(page: Any) -> Iterator[_Glyph]:
    import pypdfium2.raw as pdfium

    turn, (_, _, width, height) = page.get_rotation(), page.get_mediabox()
    text = page.get_textpage()
    box = pdfium.FS_RECTF()
    to_box = ctypes.byref(box)
    try:
        for number in range(text.count_chars()):
            code = pdfium.FPDFText_GetUnicode(text, number)
            pdfium.FPDFText_GetLooseCharBox(text, number, to_box)
            yield code, *_turned(turn, width, height, (box.left, box.bottom, box.right, box.top))
    finally:
        text.close()


def _turned(
    turn: int, width: float, height: float, box: tuple[float, float, float, float]
) -> tuple[float, float, float, float]:
    """Return a box as it stands on a page that is shown turned clockwise by ``turn`` degrees."""
    left, bottom, right, top = box
    if turn == 90:
        return bottom, width - right, top, width - left
    if turn == 180:
        return width - right, height - top, width - left, height - bottom
    if turn == 270:
        return height - top, left, height - bottom, right
    return box


def _line(glyphs: list[_Glyph], *, hyphen: bool = False) -> list[Line]:
    """Return the line that these characters make; none where there is nothing to be seen."""
    inked = [glyph for glyph in glyphs if not _character(glyph[0]).isspace()]
    if not inked:
        return []
    size = sorted(top - bottom for _, _, bottom, _, top in inked)[len(inked) // 2]
    cells = tuple(cell for cell in _cells(glyphs, _CELL_GAP * size) if cell.text)
    if not cells:
        return []
    made = cell_line(cells, size)
    return [replace(made, hyphen=hyphen or made.hyphen or inked[-1][0] in _SOFT_HYPHENS)]


def cell_line(cells: tuple[Cell, ...], size: float) -> Line:
    """Return the line that these cells make; a hyphen at its end is told, not kept."""
    text = "\t".join(cell.text for cell in cells)
    broken = _BROKEN.search(text)
    left, right = min(cell.left for cell in cells), max(cell.right for cell in cells)
    return Line(text[: broken.start()] if broken else text, left, right, cells[0].y, size, cells, broken is not None)


def _cells(glyphs: list[_Glyph], gap: float) -> Iterator[Cell]:
    text, left, right, low = "", 0.0, 0.0, 0.0
    before = (0.0, 0.0)
    for code, x0, y0, x1, _ in glyphs:
        character = _character(code)
        if character.isspace():
            text += character if text else ""
            continue
        # Right-to-left text comes in the order of reading: its next letter stands to the left.
        if text and max(x0 - before[1], before[0] - x1) > gap > 0:
            yield Cell(left, right, low, _plain(text))
            text = ""
        left, right, low = (min(left, x0), max(right, x1), low) if text else (x0, x1, y0)
        text += character
        before = (x0, x1)
    if text:
        yield Cell(left, right, low, _plain(text))


def _plain(text: str) -> str:
    return " ".join(clean(text).replace("\ufffe", "").translate(_LIGATURES).split())


def _character(code: int) -> str:
    return chr(code) if 0 < code <= _LAST_CODE_POINT else "\ufffd"
