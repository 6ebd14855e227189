"""What is said of a question without an answer."""

import pytest

from rag import missing
from rag.records import Hit, Passage, Span

TEXT = "Russia is constructing a road bridge across the Tumen River. Kim opened the Wonsan-Kalma resort."
HITS = [Hit(Passage(1, "a.txt", "r", "Ties", 0, len(TEXT), TEXT, (Span(0, len(TEXT)),)), 1.0)]


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        (
            "What is the length of the bridge?",
            "The documents speak of “bridge”, but say nothing of “length”.",
        ),
        (
            "Which architect built the Wonsan-Kalma resort?",
            "The documents speak of “Wonsan-Kalma resort”, but say nothing of “architect built”.",
        ),
        (
            "What did Kim's opened resort?",
            "The documents speak of “Kim” and “opened resort”, but no sentence in them answers this.",
        ),
        ("How long is the bridge?", "The documents speak of “bridge”, but do not tell the length."),
        ("When was the bridge constructed?", "The documents speak of “bridge constructed”, but do not tell when."),
        ("How many bridges?", "The documents speak of “bridges”, but do not tell how many bridges."),
        ("Quantum chromodynamics?", "No document speaks of this."),
        ("der?", "No document speaks of this."),
    ],
)
def test_the_reason_names_what_is_spoken_of_and_what_is_not(question: str, reason: str) -> None:
    assert missing.reason(question, HITS) == reason


@pytest.mark.parametrize(
    ("question", "touched"),
    [
        ("bridge?", True),
        ("What are the ties?", True),
        ("Quantum chromodynamics?", False),
        ("?!", False),
        ("and?", False),
    ],
)
def test_a_question_touches_what_is_told_or_titled(question: str, touched: bool) -> None:
    assert missing.touches(question, HITS) is touched
