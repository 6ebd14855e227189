"""A sentence is told from a name with something beside it."""

import pytest

from rag.clause import says_something


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("The bridge costs $5.", True),
        ("Russia is building a bridge.", True),
        ("The resort opened on June 24.", True),
        ("Apples are sold in Khabarovsk.", True),
        ("The faction was led by Pak.", True),
        ("The Financial Times on Sunday.", False),
        ("Nelly Sachs.", False),
        ("The Chinese faction led by Pak.", False),
        ("The leadership of Benjamin Netanyahu.", False),
    ],
)
def test_a_sentence_needs_a_finite_verb(text: str, says: bool) -> None:
    assert says_something(text) == says
