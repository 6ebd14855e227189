"""Follow-ups: what they may ask when they stand alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.parts import parts_of
from rag.records import Question, Turn
from rag.understand import searches, wordings

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
        (RENT, "And for dogs?", "How much is the monthly rent for dogs?"),
    ],
)
def test_the_likeliest_reading(turn: Turn, asked: str, wanted: str) -> None:
    assert wordings(Question(asked, (turn,)))[0] == wanted


def test_other_readings_follow() -> None:
    found = wordings(Question("When was it opened?", (RESORT,)))
    assert "When was the resort opened?" in found
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
    assert wordings(Question(asked, (RENT,)))[0] == asked


BUILT = Turn("Who built the resort?", "Kim Jong-Un built it on the east coast. [1]")
GOODS = Turn("What was exported?", "The goods were wheat flour (69%), sugar (10%), and sunflower oil (6%). [1]")
MINISTER = Turn("Who will attend?", "Cho Tae Yul, South Korea's Minister of Foreign Affairs, will attend. [1]")


@pytest.mark.parametrize(
    ("history", "asked", "wanted"),
    [
        ((BUILT,), "When?", "When was the resort built?"),
        ((COST,), "Why?", "Why does the bridge cost?"),
        ((COST,), "No, the rail link", "How much does the rail link cost?"),
        ((COST,), "I meant the old one", "the old bridge"),
        ((SHARE,), "Not wheat flour, sugar", "What percentage of the exports was sugar?"),
        ((GOODS,), "What is the price of the second one?", "What is the price of sugar?"),
        ((MINISTER,), "When will that minister speak?", "When will Cho Tae Yul speak?"),
        ((WARD,), "What did he say about it?", "What did Peter Ward say about the mines?"),
        (
            (Turn("What has North Korea built on its coast?", "Dams. [1]"),),
            "When?",
            "When has North Korea built on its coast?",
        ),
        ((Turn("How has North Korea grown?", "By trade. [1]"),), "Who leads it?", "Who leads North Korea?"),
        ((BUILT,), "Where is it?", "Where is the resort?"),
        (
            (COST, Turn("Which river does it cross?", "Russia builds it over the Tumen River.")),
            "How long is it?",
            "How long is the bridge?",
        ),
    ],
)
def test_what_is_left_out_comes_from_the_talk(history: tuple[Turn, ...], asked: str, wanted: str) -> None:
    assert wordings(Question(asked, history))[0] == wanted


def test_a_follow_up_is_searched_with_what_was_just_said_and_a_full_question_is_not() -> None:
    assert any("east coast" in text for text in searches(Question("Which resort is it?", (RESORT,))))
    assert searches(Question("What is the population of Lisbon?", (RENT,))) == ["What is the population of Lisbon?"]


@given(st.text(max_size=200), st.lists(st.tuples(st.text(max_size=200), st.text(max_size=200)), max_size=4))
def test_any_talk_gives_one_to_four_wordings(asked: str, turns: list[tuple[str, str]]) -> None:
    question = Question(asked, tuple(Turn(*turn) for turn in turns))
    assert 1 <= len(wordings(question)) <= 4
    assert searches(question)
    assert parts_of(asked)


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
        ("When was it opened, and by whom?", ["When was it opened?", "By whom?"]),
        ("Who built it, when, and for how much?", ["Who built it?", "When?", "For how much?"]),
        ("Where and when was it built?", ["Where was it built?", "When was it built?"]),
        ("What are its cost and length?", ["What are its cost?", "What are its length?"]),
        (
            "What is the height and the weight of the arch?",
            ["What is the height of the arch?", "What is the weight of the arch?"],
        ),
        ("What is the bread and butter?", ["What is the bread and butter?"]),
        ("Who knows how and when?", ["Who knows how and when?"]),
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
