"""The nouns of the answer engine: frozen records with character offsets. Knows no library and no other room.

Offsets count Unicode code points in the text of one revision of one document, half open: ``text[start:end]``.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal

Status = Literal["supported", "partial", "conflicting", "not_found"]


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters in a document's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a parser found in one file: its text, and what the file says about itself.

    ``pages`` are the offsets at which its pages begin, none where it has no pages. ``aside`` are the parts that
    belong to the page and not to what it says (menus, "Read more"): kept in the text, not made into passages.
    """

    text: str
    title: str
    media_type: str
    date: str | None = None  # ISO 8601 day, only where the document itself states one
    pages: tuple[int, ...] = ()
    aside: tuple[Span, ...] = ()


def page_at(pages: tuple[int, ...], at: int) -> int | None:
    """Return the number, from 1, of the page that a character stands on; None in a document without pages."""
    return max(1, bisect_right(pages, at)) if pages else None


@dataclass(frozen=True, slots=True)
class Document:
    """One indexed document in its current revision, or in an earlier one that is still readable.

    ``id`` is the short name that people and citations use, ``source`` where the bytes came from (an absolute path,
    or ``upload:NAME``), ``revision`` the sha256 of ``text`` in UTF-8. ``also`` are the other names under which
    exactly the same is known, ``pages`` where each page begins.
    """

    id: str
    source: str
    title: str
    media_type: str
    text: str
    revision: str
    date: str | None = None
    bytes: int = 0
    passages: int = 0
    also: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one document, short enough to embed and to read at once.

    ``number`` is its key in the store (and in FAISS), ``sentences`` the spans of its sentences in the document,
    in order; ``text`` is exactly the document's characters ``start`` to ``end``. ``also`` are other names of the
    document, ``pages`` where its pages begin, ``date`` the day it states, ``opening`` its first characters: what it is
    about is often told there alone.
    """

    number: int
    document: str
    revision: str
    title: str
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]
    also: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()
    date: str | None = None
    opening: str = ""

    def quote(self, span: Span) -> str:
        """Return the exact characters of a span that lies inside this passage."""
        return self.text[span.start - self.start : span.end - self.start]

    def before(self, span: Span) -> list[Span]:
        """Return the sentences that end before a span, the nearest first."""
        return [one for one in reversed(self.sentences) if one.end <= span.start]


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that a search brought up. Higher scores are better; they only order, they prove nothing."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a passage that is taken to answer the question, with the probability that it does.

    ``answer`` are the words in it that answer; the whole sentence where no shorter answer stands out.
    """

    passage: Passage
    span: Span
    score: float
    answer: Span

    @property
    def quote(self) -> str:
        """The exact characters of the sentence."""
        return self.passage.quote(self.span)

    @property
    def beside(self) -> str:
        """The quote with the sentence before it and the one after it in its passage."""
        spans = self.passage.sentences
        at = spans.index(self.span) if self.span in spans else -1
        if at < 0:
            return self.quote
        return self.passage.quote(Span(spans[max(0, at - 1)].start, spans[min(len(spans) - 1, at + 1)].end))


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier question of the conversation and the answer that was shown."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Citation:
    """A numbered quote. ``quote`` equals ``text[start:end]`` in that revision of that document.

    ``also`` are other names under which the same document is known, ``page`` is the page it begins on, from 1, in a
    document with pages, ``date`` the day that the document states, ISO 8601. ``answer_start`` to ``answer_end`` are the
    words in the quote that answer.
    """

    id: int
    document: str
    title: str
    revision: str
    start: int
    end: int
    quote: str
    url: str
    also: tuple[str, ...] = ()
    page: int | None = None
    date: str | None = None
    answer_start: int = 0
    answer_end: int = 0


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """A sentence that is shown, the ids of the citations that hold it, and how well they do (0 to 1)."""

    text: str
    citations: tuple[int, ...]
    support: float


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A passage that was read for this answer; ``cited`` tells whether the answer quotes it.

    ``start`` and ``end`` count in ``revision``, which is empty in answers that were kept before it was noted.
    """

    document: str
    start: int
    end: int
    score: float
    cited: bool
    revision: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """All there is to say about one question: the object that ``/ask`` and ``vouch ask --json`` give out."""

    id: str
    question: str
    search_question: str
    status: Status
    answer: str
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    reason: str
    passages: tuple[Retrieved, ...]
    model: str
    timings_ms: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the question, the turns before it, and, unless None, the only documents to look in.

    ``max_wrong`` is the share of wrong answers among those shown that the threshold is to keep.
    """

    text: str
    history: tuple[Turn, ...] = ()
    documents: tuple[str, ...] | None = None
    model: str | None = None
    max_wrong: float | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message of the prompt that a writer continues."""

    role: Literal["system", "user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Working:
    """Progress: what the engine does now, and on how many passages. Repeated while it goes on, to be closed between."""

    stage: Literal["waiting", "searching", "reading", "writing"]
    passages: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """The question as it was understood, and the passages that are read for it."""

    search_question: str
    passages: tuple[Retrieved, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """One verified sentence, with those of its citations that were not sent before."""

    sentence: AnswerSentence
    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """The whole answer; always the last event."""

    answer: Answer


Event = Working | Found | Said | Done
