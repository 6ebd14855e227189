"""Chooses the part of a document that a page shows, and the characters that are marked in it."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import HTTPException

WINDOW = 200_000  # characters at once: a browser lays that out in a blink, and few documents are longer


@dataclass(frozen=True)
class Excerpt:
    """A part of a text in three pieces, so that a template can mark the middle one to the character."""

    start: int
    end: int
    length: int
    before: str
    marked: str
    after: str

    @property
    def earlier(self) -> int | None:
        """Where the part before this one may begin, None at the start of the text."""
        return max(0, self.start - WINDOW // 2) if self.start else None

    @property
    def later(self) -> int | None:
        """Where the part after this one may begin, None at the end of the text."""
        return self.end if self.end < self.length else None


def span_in(text: str, start: int | None, end: int | None) -> tuple[int, int]:
    """Return the characters to mark; an empty span where none are asked for.

    Raises:
        HTTPException: 422 where the offsets do not lie inside the text, in order.
    """
    if start is None and end is None:
        return 0, 0
    first, last = start or 0, len(text) if end is None and start is None else (start or 0) if end is None else end
    if not 0 <= first <= last <= len(text):
        raise HTTPException(422, f"Characters {first} to {last} do not lie in this document, which has {len(text)}.")
    return first, last


def cut(text: str, span: tuple[int, int]) -> Excerpt:
    """Return as much of the text around the span as one page shows; all of it unless it is enormous."""
    start, end = span
    first = 0 if len(text) <= WINDOW else max(0, min(start - WINDOW // 4, len(text) - WINDOW))
    last = max(end, min(len(text), first + WINDOW))
    return Excerpt(first, last, len(text), text[first:start], text[start:end], text[end:last])
