"""Markdown: the text as it was written is the document; only its title and date are read out of it."""

from __future__ import annotations

import re

from rag.ingest import dates, furniture
from rag.ingest.decode import decode
from rag.ingest.text import headline
from rag.records import Parsed

_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)(?:\n|\Z)", re.DOTALL)
_FENCE = re.compile(r" {0,3}(```|~~~)")
_ATX = re.compile(r" {0,3}#{1,6}[ \t]+(.+?)(?:[ \t]+#+)?[ \t]*")
_UNDERLINE = re.compile(r" {0,3}(?:=+|-{2,})[ \t]*")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_EMPHASIS = re.compile(r"[*`]+|(?<!\w)_+|_+(?!\w)")


def parse(data: bytes, name: str) -> Parsed:
    """Return the text as written; the title is that of the front matter, or the first heading."""
    text = decode(data)
    front = _FRONT_MATTER.match(text)
    stated = front[1] if front else ""
    body = text[front.end() :] if front else text
    title = _field(stated, "title", r"(.+)") or heading(body) or headline(body) or name
    date = _field(stated, "(?:date|published|pubdate)", r"(\d{4}-\d\d-\d\d)(?!\d).*") or dates.stated(body)
    return Parsed(text, title, "text/markdown", date, aside=furniture.spans(text))


def _field(front_matter: str, name: str, value: str) -> str | None:
    found = re.search(rf"^{name}:[ \t]*[\"']?{value}$", front_matter, re.MULTILINE | re.IGNORECASE)
    return found[1].strip(" \t\"'") or None if found else None


def heading(body: str) -> str | None:
    """Return the first heading of a Markdown text without its marks."""
    fenced, above = False, ""
    for line in body.split("\n"):
        if _FENCE.match(line):
            fenced = not fenced
        elif not fenced:
            atx = _ATX.fullmatch(line)
            if atx:
                return _plain(atx[1])
            if above and _UNDERLINE.fullmatch(line):
                return _plain(above)
        above = "" if fenced else line.strip()
    return None


def _plain(heading: str) -> str | None:
    return _EMPHASIS.sub("", _LINK.sub(r"\1", heading)).strip() or None
