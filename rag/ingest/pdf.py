"""PDF: the text of all pages as paragraphs, with the offset at which each page begins. PDFium reads the letters."""

from __future__ import annotations

import re
from statistics import median
from typing import Any

from rag.errors import Refused
from rag.ingest import dates
from rag.ingest.bounds import check_length
from rag.ingest.clean import clean
from rag.ingest.paragraphs import assembled
from rag.ingest.pdf_lines import Line, lines_of
from rag.ingest.text import headline
from rag.records import Parsed

_MOST_PAGES = 20_000
# Letters of a font that does not say which they are come out as private or replacement characters.
_UNNAMED = re.compile("[\ufffd\ue000-\uf8ff\U000f0000-\U0010ffff]")
_MOST_UNNAMED = 0.4
# What programs write for a title when nobody gave one: a file's name, or their own.
_NO_TITLE = re.compile(r"(?i)(?:untitled|unknown|document|presentation|microsoft \w+ - .*|.*\.\w{2,5}|\W*)\d*")
_STAMP = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)")
_HEADING_SIZE = 1.15
_MOST_TITLE_LINES = 3


def parse(data: bytes, name: str) -> Parsed:
    """Return the text of a PDF with its pages; title and date as the file, or else its first page, states them."""
    document = _opened(data)
    try:
        pages = _pages(document)
        stated = {key: clean(value).strip() for key, value in document.get_metadata_dict().items()}
    finally:
        document.close()
    text, starts = assembled(pages)
    if not text.strip():
        count = f"{len(pages)} pages" if len(pages) != 1 else "one page"
        raise Refused(f"it has {count} but no text, only pictures: run OCR over it first")
    if len(_UNNAMED.findall(text)) > _MOST_UNNAMED * len(text):
        raise Refused("its fonts do not say which letters they show: print it to a new PDF, or run OCR over it")
    title = stated.get("Title", "")
    if _NO_TITLE.fullmatch(title) or title == name:
        title = _heading(pages) or headline(text) or name
    return Parsed(text, title, "application/pdf", _date(text, stated.get("CreationDate", "")), pages=starts)


def _opened(data: bytes) -> Any:
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            raise Refused("it is encrypted: save a copy without the password") from None
        raise Refused("it is damaged, or no PDF: PDFium cannot open it") from None


def _pages(document: Any) -> list[list[Line]]:
    """Return the lines of each page; one that is damaged is an empty page, unless all are."""
    from pypdfium2 import PdfiumError

    count = len(document)
    if not 0 < count <= _MOST_PAGES:
        raise Refused(f"it has {count} pages; from 1 to {_MOST_PAGES} are read")
    found: list[list[Line]] = []
    damaged = length = 0
    for number in range(count):
        try:
            page = document[number]
        except PdfiumError:
            damaged += 1
            found.append([])
            continue
        found.append(lines_of(page))
        page.close()
        length += sum(len(line.text) for line in found[-1])
        check_length(length)
    if damaged == count:
        raise Refused("it is damaged: none of its pages can be read")
    return found


def _heading(pages: list[list[Line]]) -> str | None:
    """Return what is set largest on the first page with text, if it is set larger than the text."""
    lines = next((page for page in pages if page), [])
    largest = max((line.size for line in lines), default=0.0)
    if not largest or largest < _HEADING_SIZE * median(line.size for line in lines):
        return None
    title = [line for line in lines if line.size > 0.97 * largest]
    return headline(" ".join(line.text for line in title[:_MOST_TITLE_LINES]))


def _date(text: str, created: str) -> str | None:
    stamp = _STAMP.match(created)
    return dates.stated(text) or (dates.iso_day(*map(int, stamp.groups())) if stamp else None)
