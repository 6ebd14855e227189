"""Which lines at the edges of pages are running heads, feet and page numbers: those that say the same on many pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rag.ingest.pdf_lines import Line

# That many lines from the top and from the bottom are looked at.
_EDGE = 3
# On two pages the same line may be chance in a long document, but a document of two pages has no third.
_LEAST_PAGES = 3
# A number that counts with the pages is a page number only if it is near: invoices count from 1001.
_FARTHEST = 20
# "Invoice 2" on the second page is an invoice; "The history of the bridge 2" is a head with its page.
_LEAST_WORDS = 3
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]{2,}")
_PAGE_NUMBER = re.compile(r"\W*(?:(?:page|pg|p|seite|s)\W*)?\d+\W*(?:(?:of|von|sur|de)?\W*\d+)?\W*", re.IGNORECASE)


class Parted(NamedTuple):
    """The lines of a page in their order: its body, and what runs above and below and was not said before."""

    body: list[Line]
    heads: list[Line]
    feet: list[Line]


def without_running(pages: Sequence[Sequence[Line]]) -> list[Parted]:
    """Part each page. A running line stays where it stands first, its repeats and mere page numbers go."""
    edges = [_edges(lines) for lines in pages]
    met = Counter(
        form for page, edge in enumerate(edges) for line in edge for form in set(_forms(page, edge[line], line))
    )
    least = min(_LEAST_PAGES, max(2, len(pages)))
    said: set[str] = set()
    parted = []
    for page, lines in enumerate(pages):
        here = Parted([], [], [])
        for line in lines:
            above = edges[page].get(line)
            running = (
                next((f for f in _forms(page, above, line) if met[f] >= least), None) if above is not None else None
            )
            if running is None:
                here.body.append(line)
            elif running not in said and not _PAGE_NUMBER.fullmatch(line.text):
                (here.heads if above else here.feet).append(line)
            if running is not None:
                said.add(running)
        parted.append(here)
    return parted


def _edges(lines: Sequence[Line]) -> dict[Line, bool]:
    """Return the outermost lines of a page: True for those at its top."""
    ordered = sorted(lines, key=lambda line: -line.y)
    top = ordered[:_EDGE] if len(ordered) > _EDGE else ordered[:1]
    bottom = [line for line in ordered[-_EDGE:] if line not in top]
    return {line: True for line in top} | {line: False for line in bottom}


def _forms(page: int, above: bool, line: Line) -> Iterator[str]:
    """Yield what a line says, as it stands and with each near number counted from its page."""
    edge = "top" if above else "bottom"
    yield f"{edge} {line.text}"
    for number in _NUMBER.finditer(line.text):
        rest = f"{line.text[: number.start()]}\0{line.text[number.end() :]}"
        if len(_WORD.findall(rest)) < _LEAST_WORDS and not _PAGE_NUMBER.fullmatch(line.text):
            continue
        if len(number[0]) <= 6 and abs(int(number[0]) - page) <= _FARTHEST:
            yield f"{edge} {int(number[0]) - page} {rest}"
