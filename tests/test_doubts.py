"""Evidence that answers another question, with a reader that knows one question only."""

from collections.abc import Sequence
from dataclasses import replace

from rag import doubts
from rag.records import Evidence, Passage, Span

QUOTE = "The first historical reference to Warsaw dates back to the year 1313."
WHOLE = Span(0, len(QUOTE))
PASSAGE = Passage(1, "a.txt", "r", "Prussia and Warsaw", 0, len(QUOTE), QUOTE, (WHOLE,))
PIECE = Evidence(PASSAGE, WHOLE, 0.5, Span(QUOTE.index("1313"), QUOTE.index("1313") + 4))


class Knows:
    """Scores the question that it knows 0.95 and any other as it was told."""

    name = "knows"
    threshold = 0.2

    def __init__(self, question: str) -> None:
        self.question = question
        self.asked: list[str] = []

    def read(self, question: str, passages: Sequence[Passage]) -> list[Evidence]:
        self.asked.append(question)
        return [replace(PIECE, score=0.95 if question == self.question else 0.5)]


def test_a_quote_that_answers_the_rival_s_question_is_dropped_and_the_reason_names_both() -> None:
    reader = Knows("When was the first reference to Warsaw?")
    kept = doubts.kept(reader, "When was the first reference to Prussia?", [PIECE])
    assert kept.evidence == []
    assert "“Prussia”" in kept.doubt
    assert "“Warsaw”" in kept.doubt


def test_a_quote_that_answers_the_rival_s_question_no_better_stays() -> None:
    reader = Knows("nothing")
    kept = doubts.kept(reader, "When was the first reference to Prussia?", [PIECE])
    assert (kept.evidence, kept.doubt) == ([PIECE], "")


def test_the_reader_is_not_asked_where_the_quote_has_what_is_asked() -> None:
    reader = Knows("nothing")
    assert doubts.kept(reader, "When was the first reference to Warsaw?", [PIECE]).evidence == [PIECE]
    assert reader.asked == []


def test_no_doubt_is_told_while_other_evidence_stands() -> None:
    other = replace(PIECE, passage=replace(PASSAGE, title="Paris", text=QUOTE.replace("Warsaw", "Parisx")))
    kept = doubts.kept(Knows("nothing"), "When was the first reference to Warsaw?", [other, PIECE])
    assert (kept.evidence, kept.doubt) == ([PIECE], "")
