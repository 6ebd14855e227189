"""Whose first name is asked for, and where it stands."""

import pytest

from rag import forenames
from rag.records import Passage, Span


@pytest.mark.parametrize(
    ("question", "family"),
    [
        ("What is the first name of the expert Lankov?", "Lankov"),
        ("What is Captain Munro's first name?", "Munro"),
        ("Which first name does Hoyle have?", "Hoyle"),
        ("full name of Dr. Berg", "Berg"),
        ("What is the first name on the list?", ""),
        ("What is the name of the bridge in Oslo?", ""),
        ("Who is Lankov?", ""),
    ],
)
def test_whose_first_name_is_asked_for(question: str, family: str) -> None:
    assert forenames.asked_of(question) == family


@pytest.mark.parametrize(
    ("quote", "name"),
    [
        ("That was noted by Andrei Lankov of Kookmin University.", "Andrei Lankov"),
        ("Alistair J. Munro has sailed the route for years.", None),
        ("Dr Lankov was not there.", None),
        ("Lankov was not there.", None),
        ("The Lankovs moved to Seoul.", None),
    ],
)
def test_where_a_first_name_stands(quote: str, name: str | None) -> None:
    whole = Span(0, len(quote))
    found = forenames.place(Passage(1, "d", "r", "t", 0, len(quote), quote, (whole,)), whole, "Lankov")
    assert (found and quote[found.start : found.end]) == name
