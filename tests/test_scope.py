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
        ("How many metres do they lay in a week?", "By May 900 metres were laid.", "900", "by the week"),
        ("How many metres do they lay per week?", "They lay 900 metres weekly.", "900", ""),
        ("How many visitors come each year?", "In 2019 it had 40,000 visitors.", "40,000", ""),
        ("How many tickets are sold so far?", "Last year we sold 212.", "212", "last year"),
        ("How many tickets are sold so far?", "Last year we sold 212, but 90 are gone.", "90", ""),
        ("How many tickets were sold last year?", "Last year we sold 212.", "212", ""),
    ],
)
def test_a_value_is_told_of_what_is_asked(question: str, quote: str, answer: str, told: str) -> None:
    found = scope.outside(question, piece(quote, answer))
    assert told in found
    assert bool(told) == bool(found)


ABOARD = "Eighty-six passengers were on board, according to the coastguard."


@pytest.mark.parametrize(
    ("question", "near", "told"),
    [
        ("How many crew members were on the ship?", "Two crew members were treated.", "passengers"),
        ("How many sailors were on the ship?", "Two crew members were treated.", ""),  # may be another word for them
        ("How many passengers were on the ship?", "Two passengers and crew came.", ""),
        ("How many people were on the ship?", "Few people came.", ""),
    ],
)
def test_what_a_document_tells_apart_is_not_counted_together(question: str, near: str, told: str) -> None:
    found = scope.outside(question, piece(ABOARD, "Eighty-six"), near)
    assert told in found
    assert bool(told) == bool(found)
