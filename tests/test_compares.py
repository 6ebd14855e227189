"""Comparisons: what is asked of each, and the verdict that code reaches."""

import pytest

from rag.compares import comparison, verdict
from rag.records import Evidence, Passage, Span

BRIDGE = "The bridge is 850 metres long."
LINK = "The rail link is 1,200 metres long."


def piece(quote: str, answer: str) -> Evidence:
    whole = Span(0, len(quote))
    start = quote.index(answer)
    return Evidence(
        Passage(1, "a.txt", "r", "", 0, len(quote), quote, (whole,)), whole, 0.9, Span(start, start + len(answer))
    )


@pytest.mark.parametrize(
    ("question", "questions"),
    [
        ("Which is longer, the bridge or the rail link?", ("How long is the bridge?", "How long is the rail link?")),
        ("Is the bridge longer than the rail link?", ("How long is the bridge?", "How long is the rail link?")),
        ("Which was cheaper: sugar or flour?", ("How much does sugar cost?", "How much does flour cost?")),
    ],
)
def test_each_is_asked_for(question: str, questions: tuple[str, str]) -> None:
    found = comparison(question)
    assert found is not None
    assert found.questions == questions


@pytest.mark.parametrize("question", ["How long is the bridge?", "Which is nicer, red or blue?", "Is it longer?"])
def test_what_has_no_two_values_is_no_comparison(question: str) -> None:
    assert comparison(question) is None


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        (
            "Which is longer, the bridge or the rail link?",
            "The rail link is longer: “1,200 metres” against “850 metres”.",
        ),
        (
            "Which is shorter, the bridge or the rail link?",
            "The bridge is shorter: “850 metres” against “1,200 metres”.",
        ),
    ],
)
def test_the_greater_value_decides(question: str, sentence: str) -> None:
    compared = comparison(question)
    assert compared is not None
    one, other = piece(BRIDGE, "850 metres"), piece(LINK, "1,200 metres")
    assert verdict(compared, [one], [other]) == (sentence, [one, other])


@pytest.mark.parametrize(
    ("quote", "answer"),
    [
        ("The rail link is 10 miles long.", "10 miles"),
        ("The rail link is 850 metres long.", "850 metres"),
        ("The rail link is 10 or 12 metres long.", "10 or 12 metres"),
        ("The rail link is very long.", "very long"),
    ],
)
def test_no_verdict_without_two_values_of_one_unit(quote: str, answer: str) -> None:
    compared = comparison("Which is longer, the bridge or the rail link?")
    assert compared is not None
    assert verdict(compared, [piece(BRIDGE, "850 metres")], [piece(quote, answer)]) is None
    assert verdict(compared, [], [piece(quote, answer)]) is None
