"""Answers of the kind that a question asks for."""

import pytest

from rag.expect import fits


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many people live there?", "about 3 million"),
        ("How many horses came?", "two dozen"),
        ("How many tons were shipped?", "22,000 tons"),
        ("How many households have children?", "27.7%"),
        ("What percentage was sugar?", "10 percent"),
        ("How many rubles does a kilo cost?", "169 rubles"),
        ("How many dollars did they pay?", "$100 million"),
        ("How many pounds does it weigh?", "12 pounds"),
        ("How much does the bridge cost?", "$100 million"),
        ("What is the price of a jar?", "9 euros"),
        ("When was it opened?", "June 24"),
        ("When did it end?", "after the war"),
        ("What year did it begin?", "1904"),
        ("How long is the bridge?", "850 metres"),
        ("How long did it take?", "nine years"),
        ("How old is she?", "42"),
        ("How long did he reign?", "from 1958 to 1963"),
        ("Who opened it?", "the mayor"),
        ("Why was it closed?", "the roof leaked"),
    ],
)
def test_fits(question: str, answer: str) -> None:
    assert fits(question, answer)


@pytest.mark.parametrize(
    ("question", "answer", "following"),
    [
        ("How many people live there?", "10,000", "-kilometer rail link"),
        ("How many people live there?", "the capital", ""),
        ("How many apples were sold?", "169 rubles", ""),
        ("How many apples were sold?", "169", " rubles a kilogram"),
        ("What percentage was pork?", "sunflower oil", ""),
        ("How much did the horses cost?", "two dozen", ""),
        ("How long is the bridge?", "$100 million", ""),
        ("How long will the bridge be?", "late 2026", ""),
        ("When was it opened?", "Kim Jong-Un", ""),
        ("Until when can bids be handed in?", "ten electric buses", ""),
        ("How many tons of apples were sold?", "169 rubles", ""),
        ("How many companies sent a bid?", "three years", ""),
        ("What does a bottle sell for?", "the flagship beer", ""),
        ("What was the dollar value of the exports?", "22,000 tons", ""),
    ],
)
def test_does_not_fit(question: str, answer: str, following: str) -> None:
    assert not fits(question, answer, following)


def test_the_day_of_a_date_counts_nothing() -> None:
    assert not fits("How many hotels does the resort have?", "June 24")
    assert not fits("How many hotels does the resort have?", "in 2019")
    assert fits("How many hotels does the resort have?", "24 of them since June 24")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which Russian theater companies performed in Pyongyang?", "Russian theater companies"),
        ("What is the name of the ambassador who came?", "the ambassador"),
        ("In which five countries did the trial take place?", "in five countries"),
        ("Who opened the bridge?", "the bridge was opened"),
        ("What is the name of the ambassador?", "the ambassador, guest of honor"),
        ("Which Russian theater companies performed?", "Russian theater groups"),
        ("In which countries did the trial take place?", "27 centres in five countries"),
    ],
)
def test_words_of_the_question_alone_do_not_answer_it(question: str, answer: str) -> None:
    assert not fits(question, answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which theater companies performed?", "two theater companies from Omsk"),
        ("Is it a road bridge?", "a road bridge"),
        ("Which is longer, the bridge or the tunnel?", "the tunnel"),
        ("What is it?", "it is"),
        ("What is the name of the ambassador?", "ambassador Orlov"),
        ("Which company supplies the apples?", "a company called Zahar"),
    ],
)
def test_a_choice_or_a_yes_may_be_told_in_the_words_of_the_question(question: str, answer: str) -> None:
    assert fits(question, answer)


def test_a_measure_of_something_else_is_not_what_was_asked() -> None:
    assert not fits("How many tons of apples were sold?", "22,000 tons", " of agricultural products last year")
    assert not fits("How many tons of apples were sold?", "22,000", " tons of agricultural products last year")
    assert fits("How many tons of apples were sold?", "300 tons", " of red apples")
    assert fits("How many tons were sold?", "300 tons", " of red apples")
