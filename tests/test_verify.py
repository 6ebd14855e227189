"""The gate: what a quote holds, and what it does not."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.verify import Value, names, objections, values

BRIDGE = "Russia is also constructing a $100 million road bridge across the Tumen River."


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("$100 million", [Value(Fraction(10**8), "$")]),
        ("100 million dollars", [Value(Fraction(10**8), "$")]),
        ("169 rubles", [Value(Fraction(169), "₽")]),
        ("a 10,000-kilometer link", [Value(Fraction(10000), "kilometer")]),
        ("10000 kilometers", [Value(Fraction(10000), "kilometer")]),
        ("sugar (10%)", [Value(Fraction(10), "%")]),
        ("10 percent of it", [Value(Fraction(10), "%")]),
        ("two dozen horses", [Value(Fraction(24), "")]),
        ("six percent", [Value(Fraction(6), "percent")]),
        ("3.5 tons", [Value(Fraction(7, 2), "ton")]),
        ("June 24", [Value(Fraction(24), "")]),
        ("no number", []),
    ],
)
def test_values(text: str, wanted: list[Value]) -> None:
    assert values(text) == wanted


def test_names_are_capitals_inside_a_sentence() -> None:
    assert names("The bridge crosses the Tumen River. It was built by Moscow.") == ["tumen", "river", "moscow"]


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The bridge costs $100 million.", "How much does the bridge cost?"),
        ("The bridge costs 100 million dollars.", "How much does the bridge cost?"),
        ("The bridge crosses the Tumen River.", "Which river does the bridge cross?"),
        ("Russia is constructing the road bridge.", "Who is constructing the road bridge?"),
    ],
)
def test_what_the_quote_holds_passes(sentence: str, question: str) -> None:
    assert objections(sentence, BRIDGE, question) == []


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The bridge costs $101 million.", "How much does the bridge cost?"),
        ("The bridge costs €100 million.", "How much does the bridge cost?"),
        ("The bridge costs $100 billion.", "How much does the bridge cost?"),
        ("The bridge crosses the Yalu River.", "Which river does the bridge cross?"),
        ("The bridge does not cross the Tumen River.", "Which river does the bridge cross?"),
        ("The bridge may cross the Tumen River.", "Which river does the bridge cross?"),
        ("The bridge is 12 kilometers long.", "How long is the bridge?"),
        ("The Tumen River is constructing Russia.", "What is happening?"),
        ("The bridge is a wonderful landmark.", "What is the bridge?"),
    ],
)
def test_what_the_quote_does_not_hold_is_refused(sentence: str, question: str) -> None:
    assert objections(sentence, BRIDGE, question) != []


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("The railway was restored.", "There are plans for the railway, which was restored in part, not in whole."),
        ("The regime obtained millions.", "The regime reportedly obtained millions."),
        ("Russia may build it.", "Russia will build it."),
        ("The project targets travelers.", "The project likely targets travelers."),
    ],
)
def test_a_dropped_hedge_is_refused(sentence: str, quote: str) -> None:
    assert objections(sentence, quote, "What?") != []


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_changed_number_is_always_refused(true: int, said: int) -> None:
    quote = f"The depot stores {true:,} tons of wheat."
    sentence = f"The depot stores {said} tons of wheat."
    assert (objections(sentence, quote, "How much wheat does the depot store?") == []) == (true == said)
