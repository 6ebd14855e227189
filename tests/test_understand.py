"""Follow-ups: what they ask when they stand alone."""

import pytest

from rag.records import Question, Turn
from rag.understand import understand

COST = Turn("How much does the bridge cost?", "The bridge costs $100 million. [1]")
WARD = Turn("What does Peter Ward say about the mines?", "He says they could revive. [1]")


@pytest.mark.parametrize(
    ("turn", "asked", "wanted"),
    [
        (COST, "Which river does it cross?", "Which river does the bridge cross?"),
        (COST, "And which river?", "which river (the bridge)?"),
        (COST, "Who sells the apples?", "Who sells the apples?"),
        (WARD, "Where does he work?", "Where does Peter Ward work?"),
        (WARD, "What is his title?", "What is Peter Ward's title?"),
    ],
)
def test_follow_up(turn: Turn, asked: str, wanted: str) -> None:
    assert understand(Question(asked, (turn,))) == wanted


def test_without_history_nothing_changes() -> None:
    assert understand(Question(" Which river does it cross? ")) == "Which river does it cross?"


def test_a_topic_reaches_over_a_follow_up() -> None:
    second = Turn("Which river does it cross?", "The Tumen. [1]")
    assert understand(Question("When will it be completed?", (COST, second))) == "When will the bridge be completed?"
