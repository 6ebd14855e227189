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
        ("$45m", [Value(Fraction(45 * 10**6), "$")]),
        ("5 €", [Value(Fraction(5), "€")]),
        ("-20 °C", [Value(Fraction(-20), "°")]),
        ("90km", [Value(Fraction(90), "km")]),
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
        ("The road bridge is across the Tumen River.", "Where is the bridge?"),
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
        ("Repairs are paid by the Landlord.", "All other repairs are paid by the Landlord."),
        ("Repairs are paid by the Landlord.", "Repairs are paid by the Landlord unless the Tenant broke it."),
        ("Members pay.", "Only members pay."),
        ("Some tenants pay.", "All tenants pay."),
        ("Store it above 5 degrees.", "Store it below 5 degrees."),
        ("It was built after 1990.", "It was built before 1990."),
        ("Tenants can leave.", "Tenants must leave."),
        ("It was sold to Ines.", "It was sold by Ines."),
    ],
)
def test_a_changed_or_dropped_qualifier_is_refused(sentence: str, quote: str) -> None:
    assert objections(sentence, quote, "What?") != []


@pytest.mark.parametrize(
    ("said", "true"),
    [
        ("$54m", "$45m"),
        ("$45bn", "$45m"),
        ("9mL", "5mL"),
        ("90km", "45km"),
        ("6pm", "9pm"),
        ("20 °C", "-20 °C"),
        ("20 °C", "−20 °C"),
        ("5 €", "5 £"),
        ("3-1", "1-3"),
        ("54 million", "45 million"),
        ("4 May 2024", "5 April 2024, until May 4"),
    ],
)
def test_a_changed_value_is_refused_however_it_is_written(said: str, true: str) -> None:
    assert objections(f"The value is {said}.", f"The value is {true}.", "What is the value?") != []
    assert objections(f"The value is {true}.", f"The value is {true}.", "What is the value?") == []


@pytest.mark.parametrize(
    ("question", "sentence", "quote"),
    [
        ("Who pays for small repairs?", "The Landlord pays for small repairs.", "Repairs are paid by the Landlord."),
        (
            "How long does the soup keep in the freezer?",
            "The soup keeps five days in the freezer.",
            "The soup keeps five days in the fridge.",
        ),
        (
            "Has the board accepted the proposal?",
            "The board accepted the proposal.",
            "The board rejected the proposal.",
        ),
        ("Has the board met?", "Yes, the board met.", "The board met."),
        ("What does Tomas owe Ines?", "Tomas owes Ines.", "Ines owes Tomas."),
    ],
)
def test_what_only_the_question_says_is_no_proof(question: str, sentence: str, quote: str) -> None:
    assert objections(sentence, quote, question) != []


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_changed_number_is_always_refused(true: int, said: int) -> None:
    quote = f"The depot stores {true:,} tons of wheat."
    sentence = f"The depot stores {said} tons of wheat."
    assert (objections(sentence, quote, "How much wheat does the depot store?") == []) == (true == said)
