"""Documents written for training, with questions that they answer and questions that they only seem to answer.

``rag/train/corpus/*.txt`` holds them, all invented. A document is a line ``=== kind | title``, its text, a line
``---`` and its questions, one a line: ``? question | answer | anchor`` where it answers, ``! question | anchor`` where
it does not. The anchor is a run of words of the one sentence that answers, or of the one that tempts most to a wrong
answer. Where several documents tell one story, a third field of the heading names it: what one of them leaves open
another may answer, and they are trained on, or kept from it, together. All are cut into passages as serving cuts them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag import chunk
from rag.train.data import Paragraph, Question, held_out
from rag.train.nearmiss import content_words

FOLDER = Path(__file__).with_name("corpus")
HELD_OUT_PERCENT = 10  # of the documents: never trained on

_DOCUMENT = re.compile(r"^=== ", re.MULTILINE)


class Misfit(ValueError):
    """A document or a question that is not in the form."""


@dataclass(frozen=True, slots=True)
class Document:
    """A document as written; ``asked`` are (question, answer or "", anchor), ``story`` "" where no other tells it."""

    kind: str
    title: str
    story: str
    text: str
    asked: tuple[tuple[str, str, str], ...]

    @property
    def held_out(self) -> bool:
        """Tell whether it is kept from training."""
        return held_out(self.story or self.title, HELD_OUT_PERCENT)


def documents(folder: Path = FOLDER) -> Iterator[Document]:
    """Read the documents of a folder in the order of its files; raises ``Misfit``."""
    for path in sorted(folder.glob("*.txt")):
        for block in _DOCUMENT.split(path.read_text(encoding="utf-8"))[1:]:
            head, _, rest = block.partition("\n")
            fields = [field.strip() for field in head.split(" | ")]
            text, line, asked = rest.partition("\n---\n")
            if len(fields) not in {2, 3} or not line:
                raise Misfit(f"{path.name}: {head!r} has no title, or no questions")
            kind, title, story = [*fields, ""][:3]
            yield Document(kind, title, story, text.strip(), tuple(_asked(asked, f"{path.name}: {title}")))


def _asked(lines: str, where: str) -> Iterator[tuple[str, str, str]]:
    for line in filter(None, map(str.strip, lines.split("\n"))):
        fields = [field.strip() for field in line[1:].split(" | ")]
        if line[0] == "?" and len(fields) == 3:
            yield fields[0], fields[1], fields[2]
        elif line[0] == "!" and len(fields) == 2:
            yield fields[0], "", fields[1]
        else:
            raise Misfit(f"{where}: {line!r} is no question")


def paragraphs(document: Document) -> list[Paragraph]:
    """Cut a document as serving does; each question belongs to the passage of its sentence. Raises ``Misfit``."""
    found: list[Paragraph] = []
    left = dict.fromkeys(document.asked)
    for spans in chunk.passages(document.text, chunk.split(document.text)):
        start, end = spans[0].start, spans[-1].end
        text = document.text[start:end]
        sentences = tuple((span.start - start, span.end - start) for span in spans)
        questions = []
        for one in list(left):
            placed = _placed(one, text, sentences)
            if placed:
                questions.append(placed)
                del left[one]
        words = frozenset(content_words(text))
        found.append(Paragraph(document.title, text, sentences, tuple(questions), words, document.story))
    if left:
        raise Misfit(f"{document.title}: no sentence has {next(iter(left))}")
    return found


def _placed(asked: tuple[str, str, str], text: str, sentences: tuple[tuple[int, int], ...]) -> Question | None:
    question, answer, anchor = asked
    for k, (a, b) in enumerate(sentences):
        if anchor in text[a:b] and answer in text[a:b]:
            return Question(question, (answer,), k) if answer else Question(question, (), tempts=k)
    return None


def load(held_out: bool, folder: Path = FOLDER) -> list[Paragraph]:
    """Load the passages of the documents that are kept from training, or of the others."""
    return [one for document in documents(folder) if document.held_out is held_out for one in paragraphs(document)]
