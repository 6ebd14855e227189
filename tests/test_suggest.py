"""Suggested questions: only such as the reader finds an answer to, a few, from several documents."""

from collections.abc import Sequence
from pathlib import Path

from rag.library import Library
from rag.records import Evidence, Passage, Span
from rag.settings import Settings
from rag.suggest import suggestions
from tests.fakes import WordEmbedder


class OnlyAbout:
    """A reader that finds an answer exactly where the question holds a given word."""

    name = "only"
    threshold = 0.5

    def __init__(self, *known: str) -> None:
        self.known = known

    def read(self, question: str, passages: Sequence[Passage]) -> list[Evidence]:
        sure = any(word in question for word in self.known)
        return [Evidence(p, Span(p.start, p.end), 0.9 if sure else 0.1, Span(p.start, p.end)) for p in passages]


def library(tmp_path: Path) -> Library:
    (tmp_path / "a.txt").write_text("Ada Lovelace said that engines may compose music. It is a $5 million engine.")
    (tmp_path / "b.txt").write_text("Carl Gauss noted that numbers please. The sum of $9 million.")
    made = Library(Settings(home=tmp_path / "home"), WordEmbedder)
    made.add_paths([tmp_path / "a.txt", tmp_path / "b.txt"])
    return made


def test_questions_come_from_the_documents_by_turns(tmp_path: Path) -> None:
    with library(tmp_path) as documents:
        found = suggestions(documents, WordEmbedder(), OnlyAbout("What", "How"))
    assert found == ["What did Ada Lovelace say?", "What did Carl Gauss say?", "How much does the engine cost?"]


def test_what_the_reader_cannot_answer_is_not_suggested(tmp_path: Path) -> None:
    with library(tmp_path) as documents:
        assert suggestions(documents, WordEmbedder(), OnlyAbout("Gauss")) == ["What did Carl Gauss say?"]
        assert suggestions(documents, WordEmbedder(), OnlyAbout()) == []
