"""Each thing that a question asks: how it may read, what was found for it, and what of that answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag import doubts, missing, rerank, speakers, words
from rag.records import Evidence, Hit, Question, Turn
from rag.rerank import Reader
from rag.versions import Version, beside, conflicting, disagreement, retold

# Passages that the reader sees. On the dev questions the first ten hold 0.97 of the gold quotes (n = 39).
PASSAGES = 12
_PASSAGES_EACH = 6
# Evidence for a question that shares no word with any passage must score so much. Of 172 such questions over our own
# held-out documents 70 are answered rightly from here on and of 213 without an answer 28 are answered; from 0.04 on
# 89 and 54, with nothing read at all 0 and 0.
_UNTOUCHED = 0.1
# By how much a less likely wording of a follow-up must be surer of its answer.
_SURER = 0.05


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that a question asks, as it was understood, with what was read and what of it answers.

    ``doubt`` says why the likeliest evidence was not taken, "" where none was passed over.
    """

    understood: str
    hits: list[Hit]
    evidence: list[Evidence]
    doubt: str = ""

    def versions(self) -> list[Version]:
        """Return what documents say differently; empty where they agree."""
        return disagreement(self.understood, self.evidence)

    def reason(self) -> str:
        """Say what is missing where nothing answers."""
        return self.doubt or missing.reason(self.understood, self.hits)


def each(question: Question, texts: Sequence[str]) -> Iterator[Question]:
    """Yield the questions that a question is made of; a later one may refer to the earlier ones."""
    history = question.history
    for text in texts:
        yield replace(question, text=text, history=history)
        history = (*history, Turn(text, ""))


def read(reader: Reader, least: float, asked: str, readings: Sequence[str], hits: list[Hit]) -> Part:
    """Return the wording whose best evidence scores highest, with its evidence; the first where none has any.

    Evidence that scores less than ``least`` is none. A question that may stand alone, and finds its answer so, is not
    asked in other words.
    """
    best = Part(readings[0], hits, [])
    # Each further wording is read in full again: fewer passages keep a follow-up as quick as a question.
    most = PASSAGES if len(readings) == 1 else _PASSAGES_EACH
    for wording in readings:
        if best.evidence and best.understood == asked:
            break
        if not words.content_words(wording):
            continue
        needed = least if missing.touches(wording, hits) else max(least, _UNTOUCHED)
        found = reader.read(wording, [hit.passage for hit in hits[:most]])
        chosen = beside(wording, rerank.choose(wording, found, needed), found, needed)
        chosen += _retold(reader, wording, chosen, hits, needed)
        kept = doubts.kept(reader, wording, chosen, hits)
        if kept.evidence and (not best.evidence or kept.evidence[0].score > best.evidence[0].score + _SURER):
            best = Part(wording, hits, speakers.introduced(wording, kept.evidence))
        elif not best.evidence and not best.doubt:
            best = Part(best.understood, hits, [], kept.doubt)
    return best


def _retold(
    reader: Reader, wording: str, chosen: Sequence[Evidence], hits: Sequence[Hit], least: float
) -> list[Evidence]:
    """Return what sentences say otherwise that are like the best one but for its value, each read alone."""
    if not chosen:
        return []
    taken = {(piece.passage.document, piece.span) for piece in chosen}
    told = [
        (passage, span)
        for passage, span in retold(chosen[0], [hit.passage for hit in hits])
        if (passage.document, span) not in taken
    ]
    alone = [
        replace(passage, start=span.start, end=span.end, text=passage.quote(span), sentences=(span,))
        for passage, span in told
    ]
    read_alone = {(piece.passage.number, piece.span): piece for piece in reader.read(wording, alone)} if alone else {}
    found = [replace(read_alone[passage.number, span], passage=passage) for passage, span in told]
    return [piece for piece in found if piece.score >= least and conflicting(wording, chosen[0], piece)]


def without(part: Part, asked: str, earlier: Sequence[Part]) -> Part:
    """Return a part without evidence whose very words answer an earlier part already: they cannot answer both."""
    taken = {(piece.passage.number, piece.answer) for other in earlier for piece in other.evidence}
    left = [piece for piece in part.evidence if (piece.passage.number, piece.answer) not in taken]
    return Part(part.understood if left or not part.evidence else asked, part.hits, left, part.doubt)
