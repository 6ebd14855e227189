"""HTML: what the page is about, as lines of text: headings, paragraphs, lists, tables; menus and footers left out.

trafilatura is given a string and never an address: its fetcher is not used.
"""

from __future__ import annotations

import re

from rag.errors import Refused
from rag.ingest.clean import clean
from rag.ingest.decode import decode
from rag.records import Parsed

_RULE = re.compile(r"^\|(?:-+\|)+$\n?", re.MULTILINE)
_BODY = re.compile(r"<body[\s>]", re.IGNORECASE)
_BLOCKS = ("p", "div", "section", "li", "tr", "br", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "pre", "blockquote")
# A page says when it was published in its head or beside its title; a date found elsewhere is a guess.
_DATES = {"original_date": True, "extensive_search": False}


def parse(data: bytes, name: str) -> Parsed:
    """Return the main text of a page, its title and the date it states."""
    from trafilatura import bare_extraction

    page = decode(data)
    if not _BODY.search(page):
        page = f"<html><body>{page}</body></html>"
    found = bare_extraction(page, include_comments=False, with_metadata=True, date_extraction_params=_DATES)
    text = found.text if found is not None and found.text else _everything(page)
    text = clean(_RULE.sub("", text)).strip()
    if not text:
        raise Refused("there is no text on this page; it may be made by scripts when opened: save it as text")
    title = clean((found and found.title) or "").strip()
    return Parsed(text, title or name, "text/html", found.date if found is not None else None)


def _everything(page: str) -> str:
    """Return all text of a page in which no main part was found, one line for each block."""
    from lxml import etree, html  # type: ignore[import-untyped]

    body = html.document_fromstring(page).find("body")
    if body is None:
        return ""
    etree.strip_elements(body, "script", "style", "noscript", "template", with_tail=False)
    for block in body.iter(*_BLOCKS):
        block.text, block.tail = f"\n{block.text or ''}", f"\n{block.tail or ''}"
    lines = (" ".join(line.split()) for line in body.text_content().split("\n"))
    return "\n".join(line for line in lines if line)
