"""Evidence to sentences that may be shown: the writer's where a quote holds it, else the quote itself."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from contextlib import closing

from rag import chunk, prompt, verify, words
from rag.generate import Writer
from rag.records import Evidence, Hit

# An answer is a sentence or three, not a digest.
_MOST_SENTENCES = 3
_MOST_TOKENS = 64
# "The U.S." is no answer, though every quote that names it holds it.
_LEAST_WORDS = 2
_SENTENCE_END = re.compile(r"[.!?][\"'”’)]*(?=\s|$)")
# The embedded model likes to go on after the answer with a clause that it makes up.
_AFTERTHOUGHT = re.compile(r",\s+(?:which|who|where|while|making|and it|and they)\b.*$", re.DOTALL)

Statement = tuple[str, list[Evidence]]


def sentences(writer: Writer | None, question: str, evidence: Sequence[Evidence]) -> Generator[Statement | None]:
    """Yield each sentence of the answer with the evidence that holds it, the best first; None while one is written.

    The writer words the first sentence; when no quote holds what it wrote, the best quote stands in its place. Further
    quotes follow only where they say something that is not shown yet.
    """
    shown: list[str] = []
    cited: list[Evidence] = []
    for statement in _statements(writer, question, evidence):
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


def _statements(writer: Writer | None, question: str, evidence: Sequence[Evidence]) -> Generator[Statement | None]:
    if writer:
        # The best quote alone: a small model that sees several mixes them up.
        draft = yield from _draft(writer, question, evidence[:1])
        holders = [piece for piece in evidence if draft and holds(draft, piece, question)]
        if evidence[0] in holders:
            yield draft, holders
    for piece in evidence:
        text = " ".join(piece.quote.split())
        yield text, [other for other in evidence if other is piece or " ".join(other.quote.split()) == text]


def holds(sentence: str, piece: Evidence, question: str) -> bool:
    """Tell whether a quote holds a sentence, and the sentence keeps the words that answer."""
    answer = piece.passage.quote(piece.answer)
    keeps = piece.answer == piece.span or set(words.content_words(answer)) <= set(words.content_words(sentence))
    return keeps and not verify.objections(sentence, piece.quote, question)


def _draft(writer: Writer, question: str, evidence: Sequence[Evidence]) -> Generator[None, None, str]:
    """Return the first sentence that the writer writes, without an afterthought; "" where it wrote none."""
    written = ""
    with closing(writer.write(prompt.messages(question, evidence), _MOST_TOKENS)) as pieces:
        for piece in pieces:
            written += piece
            yield
            end = _SENTENCE_END.search(written.lstrip())
            # A period may stand inside a number or an abbreviation: wait for what follows it.
            if "\n" in written.strip() or (end and end.end() < len(written.lstrip())):
                break
    first = next((written[span.start : span.end] for span in chunk.split(written)), "")
    draft = _AFTERTHOUGHT.sub(".", first)
    return draft if _SENTENCE_END.search(draft) and len(words.content_words(draft)) >= _LEAST_WORDS else ""


def _adds(piece: Evidence, shown: Sequence[str]) -> bool:
    """Tell whether a quote answers with words that are not shown yet."""
    known = {word for sentence in shown for word in words.content_words(sentence)}
    own = set(words.content_words(piece.passage.quote(piece.answer)))
    return not shown or not own <= known


def reason(question: str, hits: Sequence[Hit]) -> str:
    """Say, for a question without an answer, what the nearest passages do speak of and what they do not."""
    told = {stem for hit in hits for stem in words.content_words(hit.passage.text)}
    asked = [(word, words.stem(word)) for word, _, _ in words.words(question) if word not in words.FUNCTION_WORDS]
    found = [word for word, stem in dict.fromkeys(asked) if stem in told]
    missing = [word for word, stem in dict.fromkeys(asked) if stem not in told]
    if not found:
        return "No document speaks of this."
    if not missing:
        return f"The documents speak of {_listed(found)}, but no sentence in them answers this."
    return f"The documents speak of {_listed(found)}, but say nothing of {_listed(missing)}."


def _listed(items: Sequence[str]) -> str:
    quoted = [f"“{item}”" for item in items]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"
