"""One sentence of a document to questions that it answers, by form alone: grammar that a pattern can be sure of.

No model writes here: what a small one asks is often nonsense. A sentence that fits no pattern yields nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from eval.asked import FORMS, is_subject
from eval.cases import Kind
from eval.forms import BEFORE, POINTING, STATEMENT


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the words of the sentence that answer it; no words where the whole sentence does."""

    question: str
    answer: str
    kind: Kind
    about: str
    form: str


def questions(sentence: str, lower: Callable[[str], bool]) -> Iterator[Asked]:
    """Yield what a sentence answers; ``lower`` tells whether a sentence's first word is written small elsewhere."""

    def inner(subject: str) -> str:
        """Return a subject as it is written inside a sentence."""
        first, _, rest = subject.partition(" ")
        small = first.lower() in {"the", "a", "an", "every", "each"} or lower(first)
        return (first[0].lower() + first[1:] if small else first) + (f" {rest}" if rest else "")

    for text in _statements(" ".join(sentence.split())):
        for form, pattern, make in FORMS:
            for match in pattern.finditer(text):
                about = match.groupdict().get("subject") or ""
                if about and not is_subject(about):
                    continue
                made = make(match, inner)
                if made is not None and _stands_alone(made[0]):
                    yield Asked(made[0], made[1], made[2], inner(about) if about else "", form)


def _statements(sentence: str) -> list[str]:
    """Return a sentence, and the statements in it that could be sentences of their own, each with a capital letter."""
    ends = [match.end() for match in STATEMENT.finditer(sentence)]
    opening = BEFORE.match(sentence)
    found = [sentence, *(sentence[end:] for end in ([opening.end()] if opening else []) + ends)]
    return [text[0].upper() + text[1:] for text in found if text]


def _stands_alone(question: str) -> bool:
    """Tell whether a question names what it asks about, and is of a length that people type."""
    words = question.split()
    return 4 <= len(words) <= 24 and not POINTING.search(question.removeprefix("How do I "))
