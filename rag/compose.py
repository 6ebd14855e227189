"""Evidence to sentences that may be shown: the writer's where a quote holds it, else the quote itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from datetime import date

from rag import chunk, clause, prompt, verify, words
from rag.generate import Writer
from rag.records import Evidence

# An answer is a sentence or three, not a digest.
_MOST_SENTENCES = 3
_MOST_TOKENS = 64
# "The U.S." is no answer, though every quote that names it holds it.
_LEAST_WORDS = 2
_SENTENCE_END = re.compile(r"[.!?][\"'”’)]*(?=\s|$)")
# The embedded model likes to go on after the answer with a clause that it makes up.
_AFTERTHOUGHT = re.compile(r",\s+(?:which|who|where|while|making|and it|and they)\b.*$", re.DOTALL)

# Yes or no is said where rules prove it (``rag.yesno``); a writer's own word before its sentence proves nothing.
_YES_OR_NO = re.compile(r"^(?:yes|no)[,:.]\s+(?=\w)", re.IGNORECASE)
_CLAUSE_END = re.compile(r"[;—]|,\s+(?:and|but|while|whereas|although|though|because|since|as|which|who|where|so)\b")
# A whole statement that follows, told from the last item of a list by its verb.
_MORE = re.compile(
    r"(?:;|,\s+and)\s+(?:[\w’'-]+\s+){1,4}?(?:is|are|was|were|has|have|had|will|would|can|could|may|might)\b"
)
# A draft that no quote holds is tried once more from another quote with the same answer.
_MOST_DRAFTS = 2

Statement = tuple[str, list[Evidence]]
Entails = Callable[[str, str], bool]
"""Tells whether a quote may hold a claim, as a model sees it; it can refuse what the rules let through, no more."""


def sentences(
    writer: Writer | None, question: str, evidence: Sequence[Evidence], entails: Entails
) -> Generator[Statement | None]:
    """Yield each sentence of the answer with the evidence that holds it, the best first; None while one is written.

    The writer words the first sentence; when no quote holds what it wrote, the best quote stands in its place. Further
    quotes follow only where they say something that is not shown yet.
    """
    shown: list[str] = []
    cited: list[Evidence] = []
    for statement in _statements(writer, question, evidence, entails):
        if statement is None:
            yield None
            continue
        text, holders = statement
        if any(_adds(piece, shown) for piece in holders if piece not in cited):
            shown.append(text)
            cited += holders
            yield text, holders
        if len(shown) == _MOST_SENTENCES:
            return


def _statements(
    writer: Writer | None, question: str, evidence: Sequence[Evidence], entails: Entails
) -> Generator[Statement | None]:
    if writer:
        # From one quote at a time: a small model that sees several mixes them up.
        for piece in _same_answer(evidence)[:_MOST_DRAFTS]:
            draft = yield from _draft(writer, question, piece)
            holders = [
                other for other in evidence if draft and holds(draft, other, question) and entails(draft, other.quote)
            ]
            if piece in holders:
                yield draft, holders
                break
    for piece in evidence:
        text = wording(piece)
        yield text, [other for other in evidence if other is piece or wording(other) == text]


def wording(piece: Evidence) -> str:
    """Return a quote in one line, without a statement joined to the one that answers by "and" or a semicolon."""
    more = _MORE.search(piece.quote, piece.answer.end - piece.span.start)
    if not more:
        return " ".join(piece.quote.split())
    return " ".join(piece.quote[: more.start()].split()) + "."


def holds(sentence: str, piece: Evidence, question: str) -> bool:
    """Tell whether a quote holds a sentence that keeps the words that answer, and what it shares with the question."""
    keeps = piece.answer == piece.span or _answer_words(piece) <= set(words.content_words(sentence))
    asked = set(words.content_words(question)) & set(words.content_words(piece.quote))
    keeps = keeps and asked <= set(words.content_words(sentence))
    today = date.fromisoformat(piece.passage.date) if piece.passage.date else None
    return keeps and not verify.objections(sentence, _up_to_answer(piece), question, today)


def _up_to_answer(piece: Evidence) -> str:
    """Return a quote up to the end of the clause that answers: what follows it speaks of something else.

    A hedge there ("..., and there are plans for a railway") is not about the answer, and its words may not be used.
    """
    clause_end = _CLAUSE_END.search(piece.quote, piece.answer.end - piece.span.start)
    return piece.quote[: clause_end.start()] if clause_end else piece.quote


def _same_answer(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return the best piece and those that answer with the same words."""
    return [piece for piece in evidence if _answer_words(piece) == _answer_words(evidence[0])]


def _answer_words(piece: Evidence) -> set[str]:
    return set(words.content_words(piece.passage.quote(piece.answer)))


def _draft(writer: Writer, question: str, piece: Evidence) -> Generator[None, None, str]:
    """Return the first sentence that the writer writes, without an afterthought; "" where it wrote none."""
    written = ""
    with closing(writer.write(prompt.messages(question, [piece]), _MOST_TOKENS)) as pieces:
        for part in pieces:
            written += part
            yield
            end = _SENTENCE_END.search(written.lstrip())
            # A period may stand inside a number or an abbreviation: wait for what follows it.
            if "\n" in written.strip() or (end and end.end() < len(written.lstrip())):
                break
    first = next((written[span.start : span.end] for span in chunk.split(written)), "")
    draft = words.begun(_YES_OR_NO.sub("", _AFTERTHOUGHT.sub(".", first)))
    whole = _SENTENCE_END.search(draft) and clause.says_something(draft)
    return draft if whole and len(words.content_words(draft)) >= _LEAST_WORDS else ""


def _adds(piece: Evidence, shown: Sequence[str]) -> bool:
    """Tell whether a quote answers with words that are not shown yet."""
    known = {word for sentence in shown for word in words.content_words(sentence)}
    return not shown or not _answer_words(piece) <= known
