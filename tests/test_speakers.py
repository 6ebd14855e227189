"""Whose view is asked for, and whose a quote gives."""

from dataclasses import replace

import pytest

from rag.records import Evidence, Passage, Span
from rag.speakers import another, introduced, named

LANKOV = "Andrei Lankov, an expert at Kookmin University in Seoul, believes that trade brings Russia little."
WARD = "Peter Ward, a fellow at the institute, noted that Russia could finance dams."
CHA = "Trade helps both, according to chairman Victor Cha."
HE = "However, he cautioned that Russia may struggle to see a return."


@pytest.mark.parametrize(
    "question",
    [
        "What's the risk to Moscow, as Ward sees things?",
        "According to Peter Ward, what does trade bring?",
        "In Ward's view, what does trade bring Russia?",
        "What does Ward expect of trade?",
        "What did Professor Ward say about trade?",
        "What is Peter Ward afraid of?",
        "What risk does Peter Ward warn of?",
    ],
)
def test_the_view_of_somebody_else_is_passed_over(question: str) -> None:
    assert another(question, LANKOV)
    assert another(question, CHA)
    assert not another(question, WARD)
    assert not another(question, HE)  # who "he" is, the sentence does not say


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("What does trade bring Russia?", LANKOV),  # nobody's view is asked for
        ("What does Andrey Lankov believe?", LANKOV),  # another spelling
        ("According to the Financial Times, what does trade bring?", LANKOV),  # the paper quotes him
        ("According to Reuters, what does trade bring?", LANKOV),
        ("What does Ward expect of trade?", "Trade brings Russia little."),  # nobody is named
        ("What does Ward expect?", "Lankov and Ward believe that trade brings little, said Peter Ward."),
        ("Which country does Park Won Gon think must help?", "Professor Park added that nobody, Mr Orlov said, helps."),
        ("What does Ward say of apples?", "He explained that apples alone do not reach Kim Jong Un's goals."),
        ("What does Ward say of apples?", "They sell well, he said, and Kim Jong Un likes them."),
        ("What did Moscow say?", "The Kremlin said that trade brings little."),
    ],
)
def test_what_names_no_other_speaker_stays(question: str, quote: str) -> None:
    assert not another(question, quote)


def told(*sentences: str) -> list[Evidence]:
    """Return the last sentence of a passage as evidence that answers with its first word."""
    text, spans = " ".join(sentences), []
    for sentence in sentences:
        start = spans[-1].end + 1 if spans else 0
        spans.append(Span(start, start + len(sentence)))
    passage = Passage(1, "a.txt", "r", "t", 0, len(text), text, tuple(spans))
    return [Evidence(passage, spans[-1], 0.9, Span(spans[-1].start, spans[-1].start + len(sentences[-1].split()[0])))]


def test_who_he_is_the_sentence_before_tells() -> None:
    found = introduced("According to whom is it little?", told(WARD, "It rained.", HE.replace("However, he", "He")))
    assert [piece.quote.split()[0] for piece in found] == ["He", "Peter"]
    assert found[1].passage.quote(found[1].answer) == "Peter Ward"


def test_who_says_it_is_not_the_person_that_is_told_of() -> None:
    said, asked = "He explained that trade is little for Kim Jong Un.", "According to whom is trade little?"
    (piece,) = told(WARD, said)
    at = piece.passage.text.index("Kim Jong Un")
    found = introduced(asked, [replace(piece, answer=Span(at, at + len("Kim Jong Un")))])
    assert [each.quote.split()[0] for each in found] == ["He", "Peter"]


def test_whom_somebody_met_is_not_who_speaks() -> None:
    found = introduced(
        "Who calls it little?", told(WARD, "On Monday the fellow met Kim Jong Un.", "He said it is little.")
    )
    assert [piece.quote.split()[0] for piece in found] == ["He", "Peter"]


@pytest.mark.parametrize(
    ("question", "sentences"),
    [
        ("What is little?", (WARD, "He cautioned that trade is little.")),  # asks for no person
        ("Who calls it little?", ("Nobody came.", "He cautioned that trade is little.")),  # nobody is named
        ("Who calls it little?", (WARD, "Lankov cautioned that trade is little.")),
    ],
)
def test_where_nobody_need_be_introduced_evidence_stays(question: str, sentences: tuple[str, ...]) -> None:
    assert introduced(question, told(*sentences)) == told(*sentences)


@pytest.mark.parametrize(
    ("before", "last", "read"),
    [
        ((WARD,), HE, "However, Peter Ward cautioned that Russia may struggle to see a return."),
        ((LANKOV, "Trade is small."), "“It grows,” he said.", "“It grows,” Andrei Lankov said."),
        ((WARD, LANKOV), "It will last, he said.", "It will last, Andrei Lankov said."),
        (("New York is large.",), "He said that it grows.", "He said that it grows."),
        ((WARD,), "Putin said that he would come.", "Putin said that he would come."),
        ((WARD, "Hill noted that it rains."), "He said so.", "Hill said so."),
        ((WARD,), "He went home.", "He went home."),
        (("The harbour is closed.",), HE, HE),
        ((WARD,), "But Victor Cha said that he doubts it.", "But Victor Cha said that he doubts it."),
        ((WARD,), "Trade helps.", "Trade helps."),
    ],
)
def test_he_is_read_by_the_name_that_the_text_gives(before: tuple[str, ...], last: str, read: str) -> None:
    (evidence,) = told(*before, last)
    assert named(evidence.passage, evidence.span) == read
