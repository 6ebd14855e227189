"""The answer as it grows: sentences in order, citations numbered as they appear, and what was read for them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote as url_quote

from rag.records import AnswerSentence, Citation, Evidence, Hit, Retrieved, Said, page_at


class Sheet:
    """What is shown so far. Quotes are copied from the passages here, never taken from a model."""

    def __init__(self) -> None:
        self.sentences: list[AnswerSentence] = []
        self.citations: list[Citation] = []

    def add(self, text: str, holders: Sequence[Evidence]) -> Said:
        """Append a sentence that the evidence holds; return it with those of its citations that are new."""
        known = len(self.citations)
        ids = tuple(sorted({self._cite(piece) for piece in holders}))
        self.sentences.append(AnswerSentence(text, ids, round(max(piece.score for piece in holders), 4)))
        return Said(self.sentences[-1], tuple(self.citations[known:]))

    def holds(self, text: str) -> bool:
        """Tell whether a sentence is shown already."""
        return any(sentence.text == text for sentence in self.sentences)

    def text(self) -> str:
        """Return the answer in one line, each sentence followed by the numbers of its citations."""
        return numbered(self.sentences)

    def _cite(self, piece: Evidence) -> int:
        passage, span = piece.passage, piece.span
        for citation in self.citations:
            if (citation.document, citation.start, citation.end) == (passage.document, span.start, span.end):
                return citation.id
        place = f"start={span.start}&end={span.end}&revision={passage.revision}"
        url = f"/documents/{url_quote(passage.document)}?{place}#quote"
        number = len(self.citations) + 1
        self.citations.append(
            Citation(
                number,
                passage.document,
                passage.title,
                passage.revision,
                span.start,
                span.end,
                piece.quote,
                url,
                passage.also,
                page_at(passage.pages, span.start),
                passage.date,
                piece.answer.start,
                piece.answer.end,
            )
        )
        return number


def numbered(sentences: Iterable[AnswerSentence]) -> str:
    """Return sentences in one line, each followed by the numbers of its citations."""
    return " ".join(f"{each.text} {''.join(f'[{number}]' for number in each.citations)}" for each in sentences)


def retrieved(hits: Iterable[Hit], citations: Sequence[Citation]) -> tuple[Retrieved, ...]:
    """Return the passages that were read, best first, each with whether one of the citations quotes it."""

    def cited(hit: Hit) -> bool:
        passage = hit.passage
        return any(
            citation.document == passage.document and passage.start <= citation.start < passage.end
            for citation in citations
        )

    read = ((hit, hit.passage) for hit in hits)
    return tuple(
        Retrieved(each.document, each.start, each.end, round(hit.score, 4), cited(hit), each.revision)
        for hit, each in read
    )
