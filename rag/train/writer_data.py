"""Lessons for the writer: a quote, a question, and the shortest sentence that answers and that the quote holds.

Rules write the sentences: the question turned into a statement, or the quote without what stands beside its main
clause. Only what passes the gate of serving (``compose.holds``) and has a verb becomes a lesson.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag import compose, words
from rag.clause import FINITE
from rag.lock import TIES
from rag.prompt import messages
from rag.records import Evidence, Passage, Span
from rag.train.data import Paragraph, held_out, load_qed, load_squad, sentence_of
from rag.train.nearmiss import find
from rag.train.pairs import statement

WORDS = (6, 32)  # of a quote: shorter ones need no writer, longer ones cost what they do not teach
_PLAIN_WORDS = 14  # a quote of so many words is its own best sentence
_MOST_WORDS = 22  # of a sentence to learn
_COPIES = 0.35  # share of the quotes that are their own sentence that become lessons: copying is learnt soon

_CONNECTIVE = re.compile(
    r"^(?:However|For example|For instance|In addition|Additionally|Furthermore|Moreover|Thus|Therefore|Hence|Indeed|"
    r"Also|Meanwhile|As a result|Consequently|In fact|Similarly|Likewise),\s+"
)
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_BORDER = re.compile(r"\s*;\s+|\s+[–—-]{1,2}\s+|,\s+")
# What opens a part that the main clause can do without.
_ASIDE = re.compile(
    r"^(?:which|who|whose|whom|where|including|such as|especially|particularly|notably|followed by|making|leading|"
    r"resulting|causing|allowing|with the|while|whereas|although|though|but|so that|as well as)\b",
    re.IGNORECASE,
)
_JOINED = re.compile(r"^(?:and|but|while|whereas|so|yet)\s+", re.IGNORECASE)
_APPOSITION = re.compile(r"^(?:a|an|the|his|her|its|their|one of)\s+[\w’'-]+(?:\s+[\w’'-]+)+$")
_LIST = re.compile(r",\s+(?:and|or)\s")
_SUBJECT = re.compile(r"^(?:the|a|an|this|these|it|he|she|they|there|[A-Z][\w’'-]+)\b")
# Statements that the rules for questions get wrong: "in May 2", "The first was built church", "441 were arrested".
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_ILL = re.compile(
    rf"\bin (?:(?:{_MONTHS}) \d{{1,2}}\b|\d{{1,2}}\b|the \w+ of\b)|\b(?:is|are|was|were) (?:was|were|is|are)\b"
    r"|\b(\w+) \1\b|\b(?:who|what|why|how)\b|\.\.|\bthe name of\b|^\d|\bare there\.|\bknown as\.|\bonly that\b"
    r"|\b(?:first|last|[a-z]+ly) (?:is|are|was|were)\b|\bwhen he\b"
    r"|\b(?:[Tt]he|[Aa]n?) (?:is|are|was|were)\b|\b(?:is|are|was|were) [A-Z]\w+(?:ed|en|lt|nt|un|ld)\b"
)
_PLACED = re.compile(r"\b(?:in|on|at|by|near|from) $")
_LOOSE = re.compile(r"\s+(?=[.,;:!?)%])|(?<=[(])\s+")


@dataclass(frozen=True, slots=True)
class Lesson:
    """What the writer is shown and what it should write; ``answer`` are the words of the quote that answer."""

    question: str
    quote: str
    answer: str
    target: str
    kind: str

    @property
    def prompt(self) -> str:
        """The one message before the target, in the form of serving."""
        return messages(self.question, [evidence(self.quote, self.answer)])[-1].text


def evidence(quote: str, answer: str) -> Evidence:
    """Return a quote as evidence; the answer is taken where it stands first."""
    whole, at = Span(0, len(quote)), quote.index(answer)
    passage = Passage(0, "d", "r", "", 0, len(quote), quote, (whole,))
    return Evidence(passage, whole, 1.0, Span(at, at + len(answer)))


def asked(paragraphs: Sequence[Paragraph], most: int = WORDS[1]) -> Iterator[tuple[str, str, str]]:
    """Yield question, sentence and answer where one sentence alone has the answer, once."""
    for paragraph in paragraphs:
        for question in paragraph.questions:
            answer = question.answers[0].strip()
            places = find(paragraph.text, answer)
            if len(places) != 1:
                continue
            start, end = paragraph.sentences[sentence_of(paragraph.sentences, places[0][0])]
            # QED comes with spaces round every mark.
            quote, answer = _LOOSE.sub("", paragraph.text[start:end]), _LOOSE.sub("", answer)
            if quote.count(answer) == 1 and WORDS[0] <= len(quote.split()) <= most and quote[-1] in ".!":
                yield question.text, quote, answer


def cuts(quote: str, answer: str) -> Iterator[str]:
    """Yield a quote without asides, appositions, brackets and joined clauses that do not hold the answer."""
    text = _CONNECTIVE.sub("", quote)
    text = _BRACKETS.sub(lambda m: m.group() if answer in m.group() else "", text)
    parts, borders = _BORDER.split(text.rstrip(".!")), _BORDER.findall(text)
    yield _closed(text)
    listed = bool(_LIST.search(text))
    for first in range(len(parts)):
        if first and not (_SUBJECT.match(_JOINED.sub("", parts[first])) and _starts_clause(parts, borders, first)):
            continue
        kept = ""
        for k in range(first, len(parts)):
            part = _JOINED.sub("", parts[k]) if k == first else parts[k]
            if k > first and answer in kept and (_ends_before(parts[k]) or borders[k - 1].strip() in {";", "—", "–"}):
                yield _closed(kept)
            last = k == len(parts) - 1
            if k > first and answer not in part and not last and _aside(part, listed):
                continue
            # A comma that closed an aside goes with it.
            between = borders[k - 1] if k > first and not _dropped_before(parts, k, first, answer, listed) else " "
            kept += (between if kept else "") + part
        yield _closed(kept)


def _starts_clause(parts: Sequence[str], borders: Sequence[str], k: int) -> bool:
    """Tell whether a statement of its own begins at a part: behind a semicolon, or joined, with a verb soon."""
    soon = " ".join(_JOINED.sub("", parts[k]).split()[:7])
    own = borders[k - 1].strip() in {";", "—", "–"} or bool(_JOINED.match(parts[k]))
    return own and bool(FINITE.search(soon))


def _ends_before(part: str) -> bool:
    """Tell whether a sentence may end before a part: an aside, or a joined clause with its own subject and verb."""
    joined = _JOINED.sub("", part)
    clause = joined != part and _SUBJECT.match(joined) and FINITE.search(" ".join(joined.split()[:7]))
    return bool(_ASIDE.match(part) or clause)


def _aside(part: str, listed: bool) -> bool:
    return bool(_ASIDE.match(part)) or (not listed and bool(_APPOSITION.match(part)) and not FINITE.search(part))


def _dropped_before(parts: Sequence[str], k: int, first: int, answer: str, listed: bool) -> bool:
    return k - 1 > first and answer not in parts[k - 1] and _aside(parts[k - 1], listed)


def _closed(text: str) -> str:
    text = " ".join(text.split()).rstrip(" ,;:.!")
    return f"{words.begun(text)}."


def sentences(question: str, quote: str, answer: str) -> Iterator[tuple[str, str]]:
    """Yield the sentences that might be learnt, each with its kind."""
    claim = " ".join((statement(question, answer) or "").split())
    # "built in 1417" only where the quote has "in 1417": the rule guesses the preposition.
    placed = _PLACED.search(claim[: claim.find(answer)]) if answer in claim else None
    # Another form of a verb may say another thing: who was sent to arrest has not arrested.
    own = {*_words(quote), *TIES} >= set(_words(claim))
    if claim and own and not _ILL.search(claim) and (not placed or placed.group() + answer in quote):
        yield claim, "claim"
    about = set(words.content_words(question)) & set(words.content_words(quote))
    for cut in cuts(quote, answer):
        # What is asked about stays in the sentence.
        if about <= set(words.content_words(cut)):
            yield cut, "copy" if len(cut.split()) == len(quote.split()) else "cut"


def _words(text: str) -> list[str]:
    return re.findall(r"[\w’'-]+", text.lower())


def best(question: str, quote: str, answer: str, most: int = _MOST_WORDS) -> tuple[str, str] | None:
    """Return the shortest sentence that the gate lets pass, with its kind; None where all have more words."""
    piece = evidence(quote, answer)
    for text, kind in sorted(sentences(question, quote, answer), key=lambda made: len(made[0].split())):
        if len(text.split()) > (_PLAIN_WORDS if kind == "copy" else most):
            continue
        if _whole(text) and answer in text and compose.holds(text, piece, question):
            return text, kind
    return None


def _whole(text: str) -> bool:
    """Tell whether a text may be a sentence: quotation marks in pairs, a verb that says something."""
    return text.count('"') % 2 == 0 and text.count("“") == text.count("”") and bool(FINITE.search(text))


def lessons(folder: Path, seed: int, most: int) -> list[Lesson]:
    """Make lessons from the training sets, held-out titles left out, in an order that follows from the seed."""
    rng = random.Random(seed)
    paragraphs = [p for p in load_squad(folder) if not held_out(p.title)] + load_qed(folder)
    rng.shuffle(paragraphs)
    found: list[Lesson] = []
    for question, quote, answer in asked(paragraphs):
        made = best(question, quote, answer)
        if made and (made[1] != "copy" or rng.random() < _COPIES):
            found.append(Lesson(question, quote, answer, *made))
        if len(found) == most:
            break
    rng.shuffle(found)
    return found
