"""Who wrote a document."""

import pytest

from rag import bylines
from rag.records import Passage, Span


def passage(text: str, title: str = "Harbour bridge closed after fire") -> Passage:
    return Passage(1, "harbour_news.txt", "r", title, 0, len(text), text, (Span(0, len(text)),))


@pytest.mark.parametrize(
    "question",
    [
        "Who wrote the article about the fire?",
        "Whose byline is on the piece about the bridge?",
        "Which author signed the article on the fire?",
        "Who is the author of the note on the budget?",
        "Which journalist wrote the story?",
    ],
)
def test_it_is_heard_that_a_writer_is_asked_for(question: str) -> None:
    assert bylines.asked_for(question)


@pytest.mark.parametrize("question", ["Who wrote Aida?", "Who signed the treaty?", "What does the article say?"])
def test_who_wrote_something_else_is_another_question(question: str) -> None:
    assert not bylines.asked_for(question)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("By Khagan Isayev", "Khagan Isayev"),
        ("By our reporter Viktor Quist.", "Viktor Quist"),
        ("By Nadia Ferro, 4 October 2024", "Nadia Ferro"),
        ("Author: Henrike Stoll, city treasurer", "Henrike Stoll"),
        ("**Written by Anna van Berg**", "Anna van Berg"),
        ("By June Russia had sent 40 ships, and by the end of the year more than anybody had expected.", ""),
        ("By contrast, the tunnel is open.", ""),
    ],
)
def test_a_byline_gives_a_name(line: str, name: str) -> None:
    found = bylines.name(passage(line), Span(0, len(line)))
    assert (line[found.start : found.end] if found else "") == name


def test_a_document_is_meant_by_the_words_of_its_title() -> None:
    asked = "Who wrote the article on the fire at the harbour bridge?"
    assert bylines.shared(asked, passage("x")) == 3
    assert bylines.shared(asked, passage("x", title="Budget")) == 0
