"""Follow-ups: what they may ask when they stand alone."""

import pytest

from rag.records import Question, Turn
from rag.understand import parts_of, wordings

COST = Turn("How much does the bridge cost?", "The bridge costs $100 million. [1]")
WARD = Turn("What does Peter Ward say about the mines?", "He says they could revive. [1]")
RESORT = Turn("Which resort lies on the east coast?", "Porto Alba lies on the east coast. [1]")
RENT = Turn("How much is the monthly rent?", "It is €1,240. [1]")
SHARE = Turn("What percentage of the exports was wheat flour?", "Wheat flour made up 69%. [1]")


@pytest.mark.parametrize(
    ("turn", "asked", "wanted"),
    [
        (COST, "Which river does it cross?", "Which river does the bridge cross?"),
        (COST, "And which river?", "Which river (the bridge)?"),
        (COST, "When will its owner sell it?", "When will the bridge's owner sell it?"),
        (WARD, "Where does he work?", "Where does Peter Ward work?"),
        (WARD, "What is his title?", "What is Peter Ward's title?"),
        (RESORT, "When was it opened?", "When was Porto Alba opened?"),
        (SHARE, "And sugar?", "What percentage of the exports was sugar?"),
        (SHARE, "What about sugar?", "What percentage of the exports was sugar?"),
        (RENT, "And the deposit?", "How much is the deposit?"),
        (RENT, "And for dogs?", "For dogs (the monthly rent)?"),
    ],
)
def test_the_likeliest_reading(turn: Turn, asked: str, wanted: str) -> None:
    assert wordings(Question(asked, (turn,)))[0] == wanted


def test_other_readings_follow_and_the_question_itself_is_last() -> None:
    found = wordings(Question("When was it opened?", (RESORT,)))
    assert "When was the resort opened?" in found
    assert found[-1] == "When was it opened?"
    assert len(found) <= 4


@pytest.mark.parametrize(
    "asked",
    [
        "Who sells the apples?",
        "What is the population of Lisbon?",
        "Is this lease valid?",
        "Does it rain in this city?",
        "and?",
    ],
)
def test_a_change_of_topic_stands_alone(asked: str) -> None:
    assert wordings(Question(asked, (RENT,))) == [asked]


def test_without_history_nothing_changes() -> None:
    assert wordings(Question(" Which river does it cross? ")) == ["Which river does it cross?"]


def test_a_topic_reaches_over_a_follow_up() -> None:
    second = Turn("Which river does it cross?", "The Tumen. [1]")
    found = wordings(Question("When will it be completed?", (COST, second)))
    assert "When will the bridge be completed?" in found


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Who makes the beer, and what does a bottle of it cost?",
            ["Who makes the beer?", "What does a bottle of it cost?"],
        ),
        ("Who opened it and in which year was it closed?", ["Who opened it?", "In which year was it closed?"]),
        ("How long is the bridge? Who pays for it?", ["How long is the bridge?", "Who pays for it?"]),
        ("When was it opened, and by whom?", ["When was it opened, and by whom?"]),
        ("What do Russia and North Korea trade?", ["What do Russia and North Korea trade?"]),
        ("bridge cost?", ["bridge cost?"]),
        ('Who wrote "War and What Is Peace"?', ['Who wrote "War and What Is Peace"?']),
        ("What is 1. and what is he and where is it?", ["What is 1. and what is he and where is it?"]),
        (
            "What is the rent, and who pays for repairs, and can I have cats?",
            ["What is the rent?", "Who pays for repairs?", "Can I have cats?"],
        ),
        ("Who said that apples and what they cost matter?", ["Who said that apples and what they cost matter?"]),
    ],
)
def test_a_question_may_be_several(question: str, parts: list[str]) -> None:
    assert parts_of(question) == parts
