"""Which evidence answers another question than the one that was asked? Asks the rules, and the reader where they point.

A piece goes when the question names what is told nowhere near it, or when the reader is much surer of it once a rival
from the quote stands in the question.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag import decode, premise
from rag.records import Evidence, Hit
from rag.rerank import NEXT_BEST, Reader

# Scores are kept this far from 0 and 1, where log-odds lose their meaning.
_EDGE = 1e-4


@dataclass(frozen=True, slots=True)
class Kept:
    """The evidence that stands, and, where some of the best did not, why: a sentence for the reason."""

    evidence: list[Evidence]
    doubt: str = ""


def kept(reader: Reader, question: str, evidence: Sequence[Evidence], hits: Sequence[Hit] = ()) -> Kept:
    """Return the evidence that speaks of what the question speaks of, in order.

    ``hits`` are the passages that were found: a document names a thing once and speaks of it in many passages.
    """
    stands: list[Evidence] = []
    doubt = ""
    for piece in evidence:
        if doubt and not stands and piece.score < NEXT_BEST:
            break
        found = doubtful(reader, question, piece, _around(piece, hits))
        if not found:
            stands.append(piece)
        elif not stands and not doubt:
            doubt = found
    return Kept(stands, "" if stands else doubt)


def _around(piece: Evidence, hits: Sequence[Hit]) -> str:
    """Return what else was found of a piece's document."""
    own = piece.passage
    return " ".join(
        hit.passage.text for hit in hits if hit.passage.revision == own.revision and hit.passage.number != own.number
    )


def doubtful(reader: Reader, question: str, piece: Evidence, around: str = "") -> str:
    """Say why a piece of evidence is about something else, "" where nothing speaks against it."""
    denied = premise.denied(question, piece, around)
    if denied:
        return denied
    for rival in premise.rivals(question, piece):
        if surer(reader, rival, piece) > premise.SURER:
            return premise.says(rival.asked, rival.told)
    return ""


def surer(reader: Reader, rival: premise.Rival, piece: Evidence) -> float:
    """Return by how much, in log-odds, the reader is surer of a piece for the rival question than for the asked one."""
    read = reader.read(rival.question, [piece.passage])
    score = next((other.score for other in read if other.span == piece.span), 0.0)
    return decode.log_odds(score, _EDGE) - decode.log_odds(piece.score, _EDGE)
