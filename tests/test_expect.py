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
    ],
)
def test_does_not_fit(question: str, answer: str, following: str) -> None:
    assert not fits(question, answer, following)


def test_the_day_of_a_date_counts_nothing() -> None:
    assert not fits("How many hotels does the resort have?", "June 24")
    assert not fits("How many hotels does the resort have?", "in 2019")
    assert fits("How many hotels does the resort have?", "24 of them since June 24")
