"""How does a page come about? Jinja with autoescape always on; values are data, never template source."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import HTMLResponse

from rag.records import Citation

HERE = Path(__file__).parent
THEMES = frozenset({"light", "dark"})

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def exact(text: str) -> Markup:
    """Escape text so that the browser keeps every character: a bare carriage return would become a newline."""
    return Markup(str(escape(text)).replace("\r", "&#13;"))


def quoted(citation: Citation) -> Markup:
    """Return a quote with the words that answer in bold; all of it plain where they are the whole quote."""
    text, start, end = citation.quote, citation.answer_start - citation.start, citation.answer_end - citation.start
    if not 0 <= start < end <= len(text) or end - start == len(text):
        return exact(text)
    return exact(text[:start]) + Markup("<b>") + exact(text[start:end]) + Markup("</b>") + exact(text[end:])


def place(citation: Citation) -> str:
    """Return what is known of where a quote stands beside its title: the document's day, its page, other names."""
    page = f"page {citation.page}" if citation.page else ""
    also = f"also {', '.join(citation.also)}" if citation.also else ""
    return " · ".join(filter(None, [citation.date, page, also]))


def document_url(document_id: str) -> str:
    """Return the address of a document; its id may hold slashes, spaces and anything else."""
    return f"/documents/{quote(document_id, safe='/')}"


def quote_url(document_id: str, start: int, end: int, revision: str = "") -> str:
    """Return the address of a document that opens at some characters, marked."""
    known = f"&revision={revision}" if revision else ""
    return f"{document_url(document_id)}?start={start}&end={end}{known}#quote"


def sized(count: int) -> str:
    """Return a number of bytes as people say it."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} {unit}"
        count = round(count / 1000)
    return f"{count} GB"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun in the right form."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


TEMPLATES = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters.update(exact=exact, sized=sized, counted=counted, quoted=quoted, place=place)
TEMPLATES.globals.update(document_url=document_url, quote_url=quote_url)


def page(
    request: Request,
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """Render a page in the theme that the reader chose, if they did."""
    theme = request.cookies.get("theme", "")
    html = TEMPLATES.get_template(template).render(theme=theme if theme in THEMES else "", **values)
    return HTMLResponse(html, status_code=status, headers={"Vary": "Accept, Cookie", **(headers or {})})
