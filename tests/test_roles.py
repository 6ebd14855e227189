"""Who gives to whom."""

import pytest

from rag.roles import turned

SHIPPED = "Russia shipped approximately 22,000 tons of farm products to North Korea in 2024."
BALLOONS = "It was confirmed that North Korea launched over 300 balloons toward South Korea on June 9."
HORSES = "Russia also delivered two dozen horses, likely intended for North Korea’s leadership."


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("What tonnage of farm products did North Korea sell to Russia in 2024?", SHIPPED),
        ("How many tons did Pyongyang export to Moscow?", SHIPPED),
        ("How many tons did the DPRK send to Russia?", SHIPPED),
        ("How many balloons did the South send back north?", BALLOONS),
        ("How many balloons did Seoul launch toward the North?", BALLOONS),
        ("How many horses did North Korea give to Russia?", HORSES),
        ("What did Norway sell to Sweden?", "Swedish exports to Norway were mostly ships."),
    ],
)
def test_giver_and_taker_exchanged(question: str, quote: str) -> None:
    assert "other way round" in turned(question, quote)


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("What tonnage of farm products did Russia sell to North Korea in 2024?", SHIPPED),
        ("How many tons did Moscow send to the North?", SHIPPED),
        ("How many balloons did the North send to South Korea?", BALLOONS),
        ("How many horses did Moscow give to Pyongyang?", HORSES),
        ("How close is North Korea to Russia?", SHIPPED),  # nobody gives
        ("What did Norway sell to Sweden?", "Norway sold oil to Sweden, and Sweden sold ships to Norway."),
        ("What did Norway sell to Sweden?", "Oil went to Sweden."),
        ("What did the company sell to the bank?", "The bank sold its house to the company."),  # no countries: unsure
    ],
)
def test_giver_and_taker_as_asked_or_unknown(question: str, quote: str) -> None:
    assert turned(question, quote) == ""
