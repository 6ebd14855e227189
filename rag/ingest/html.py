"""HTML: what the page is about, as lines of text: headings, paragraphs, lists, rows of tables; then what is left.

Menus, lists of links and notices come last and are set aside; text that only seemed to be frame is kept as text.
trafilatura is given a string and never an address: its fetcher is not used.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from typing import Any

from rag.errors import Refused
from rag.ingest import dates
from rag.ingest.clean import clean
from rag.ingest.decode import decode
from rag.ingest.page_lines import PageLine, page_lines, tables_as_rows
from rag.records import Parsed, Span

_BODY = re.compile(r"<body[\s>]", re.IGNORECASE)
_CHARSET = re.compile(rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]{2,30})", re.IGNORECASE)
_HEAD_BYTES = 4096
# Shorter lines ("169") occur within others by chance.
_LEAST_TO_FIND = 16
# A line is a paragraph; one line end could look like that of a paragraph wrapped by hand.
_BREAK = "\n\n"
_LETTERS = re.compile(r"[\W_]+")
# A page says when it was published in its head or beside its title; a date found elsewhere is a guess.
_DATES = {"original_date": True, "extensive_search": False}


def parse(data: bytes, name: str) -> Parsed:
    """Return the text of a page, its title and the date it states."""
    from lxml import html  # type: ignore[import-untyped]

    page = decode(data, _declared(data))
    if not _BODY.search(page):
        page = f"<html><body>{page}</body></html>"
    # A declaration of encoding inside a string that is decoded already is an error to lxml.
    tree = html.document_fromstring(re.sub(r"\A\s*<\?xml[^>]*\?>", "", page))
    body = tree.find("body")
    if body is None:
        raise Refused("there is no text on this page: it is a set of frames")
    tables_as_rows(body)
    title, date, story = _story(tree)
    text, aside = _whole(story, list(page_lines(body)))
    if not text:
        raise Refused("there is no text on this page; it may be made by scripts when opened: save it as text")
    return Parsed(text, title or name, "text/html", date or dates.stated(text), aside=aside)


def _declared(data: bytes) -> str | None:
    """Return the encoding that a page declares, as browsers understand it; None where it is none."""
    found = _CHARSET.search(data[:_HEAD_BYTES])
    try:
        codec = codecs.lookup(found[1].decode("ascii")).name if found else None
    except LookupError:
        return None
    return "cp1252" if codec in ("iso8859-1", "ascii") else codec


def _story(tree: Any) -> tuple[str, str | None, list[str]]:
    """Return title, date and the lines of the main part of a page, as far as trafilatura finds them."""
    from lxml import etree
    from trafilatura import bare_extraction

    page = etree.tostring(tree, encoding="unicode", method="html")
    found = bare_extraction(page, include_comments=False, with_metadata=True, date_extraction_params=_DATES)
    if found is None:
        return "", None, []
    lines = clean(found.text or "").split("\n")
    return clean(found.title or "").strip(), found.date, [line.strip() for line in lines if line.strip()]


def _whole(story: list[str], lines: Sequence[PageLine]) -> tuple[str, tuple[Span, ...]]:
    """Return the lines of the story, behind them those that it lacks, and last, set aside, the frame of the page."""
    told = {_letters(line) for line in story}
    # Bold words and links cut what is found as the story into lines of their own.
    joined = "".join(_letters(line) for line in story)
    inner: list[str] = []
    outer: list[str] = []
    frame: list[str] = []
    for line in lines:
        text, letters = clean(line.text).strip(), _letters(line.text)
        if text and letters:
            inside = letters in told or (len(letters) >= _LEAST_TO_FIND and letters in joined)
            (inner if inside else frame if line.frame else outer).append(text)
    if not inner and not outer:
        outer, frame = frame, []
    whole = _BREAK.join([*inner, *dict.fromkeys(outer)])
    aside: list[Span] = []
    for text in dict.fromkeys(frame):
        whole += _BREAK + text
        aside.append(Span(len(whole) - len(text), len(whole)))
    return whole, tuple(aside)


def _letters(line: str) -> str:
    return _LETTERS.sub("", line).casefold()
