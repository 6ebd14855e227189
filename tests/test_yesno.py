"""Yes and no: said only where the quote proves it."""

import pytest

from rag.records import Evidence, Passage, Span
from rag.yesno import settles

OPENED = "The resort was opened by Kim on June 24 alongside his wife."


def piece(quote: str) -> Evidence:
    whole = Span(0, len(quote))
    return Evidence(Passage(1, "a.txt", "r", "", 0, len(quote), quote, (whole,)), whole, 0.9, whole)


@pytest.mark.parametrize(
    ("question", "quote", "word"),
    [
        ("Was the resort opened by Kim on June 24?", OPENED, "Yes"),
        ("Was the resort opened by Kim on June 25?", OPENED, "No"),
        ("Was the resort opened by Putin on June 24?", OPENED, ""),
        ("Was the resort closed by Kim on June 24?", OPENED, ""),
        ("Was the resort not opened by Kim?", OPENED, ""),
        ("Was the resort opened or closed?", OPENED, ""),
        ("Was the bridge built?", "There are plans that the bridge is built.", ""),
        ("Was the bridge built in 2020?", "The bridge was not built in 2020.", ""),
        ("Was the bridge built in 2020?", "The bridge was built in 2019 and mended in 2022.", ""),
        ("Is a mill closed at Lund in 2020?", "A mill is closed at Lund in 2020.", "Yes"),
        ("Is a mill closed at Lund in 2020?", "A mill is closed at Lund in 2019.", "No"),
        ("Who opened the resort?", OPENED, ""),
        ("Is it?", OPENED, ""),
    ],
)
def test_a_word_before_the_quote_is_proven_by_it(question: str, quote: str, word: str) -> None:
    assert settles(question, piece(quote)) == word
