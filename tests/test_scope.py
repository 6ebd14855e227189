"""What a value is told of: not of what the quote leaves out, not by another rate, not for another time."""

import pytest

from rag import scope
from rag.records import Evidence, Passage, Span

SPENT = "In total we spent 612 euros for the two of us, not counting the flights from Copenhagen."


def piece(quote: str, answer: str) -> Evidence:
    whole, start = Span(0, len(quote)), quote.index(answer)
    passage = Passage(1, "a.txt", "r", "t", 0, len(quote), quote, (whole,))
    return Evidence(passage, whole, 0.9, Span(start, start + len(answer)))


@pytest.mark.parametrize(
    ("question", "quote", "answer", "told"),
    [
        ("What did the flights cost?", SPENT, "612 euros", "flights from Copenhagen"),
        ("How many members voted, staff aside?", "All 40 staff members voted.", "40", ""),
        ("How much did the two spend, flights not counted?", SPENT, "612 euros", ""),
        ("How much did they spend excluding flights?", SPENT, "612 euros", ""),
        ("Which flights are not included?", SPENT, "the flights from Copenhagen", ""),
        ("Does the warranty cover the battery?", "It covers all parts except the battery.", "all parts", ""),
        ("What is the price before VAT?", "It costs 900 euros excluding VAT.", "900 euros", ""),
        ("How many metres do they lay in a week?", "By May 900 metres were laid.", "900", "by the week"),
        ("How many metres do they lay per week?", "They lay 900 metres weekly.", "900", ""),
        ("How many visitors come each year?", "In 2019 it had 40,000 visitors.", "40,000", ""),
        ("How many tablets can I take per day?", "Not more than 8 tablets in 24 hours.", "8", ""),
        ("How much is a room per night?", "A double room costs 90 euros.", "90 euros", ""),
        ("How many tickets are sold so far?", "Last year we sold 212.", "212", "last year"),
        ("How many tickets are sold so far?", "Last year we sold 212, but 90 are gone.", "90", ""),
        ("How many tickets were sold last year?", "Last year we sold 212.", "212", ""),
        ("Who currently runs it?", "Last year Anna Orlova was appointed head.", "Anna Orlova", ""),
        ("How many people work there currently?", "Since last year it has had 40 staff.", "40", ""),
        ("How many crew members were on the ship?", "Eighty-six passengers were on board.", "Eighty-six", "passengers"),
        ("How many people were on the ship?", "Eighty-six passengers were on board.", "Eighty-six", ""),
        ("How many passengers were on the ship?", "Eighty-six people were on board.", "Eighty-six", ""),
        ("How many bees were seen?", "Fourteen moths were seen.", "Fourteen", "moths"),
        ("How many employees has it?", "It employs 40 across three towns.", "40", ""),
    ],
)
def test_a_value_is_told_of_what_is_asked(question: str, quote: str, answer: str, told: str) -> None:
    found = scope.outside(question, piece(quote, answer))
    assert told in found
    assert bool(told) == bool(found)
