"""The same statement in other orders of its parts: what is held stays held, what is not stays refused."""

import pytest

from rag.gate.recast import recasts
from rag.verify import objections

HELD = [
    (
        "The harbour master, Olav Stenmark, closed the north quay.",
        "Olav Stenmark, the harbour master, closed the north quay.",
    ),
    (
        "Harbour master Olav Stenmark said that the quay had sunk by 4 cm.",
        "The quay had sunk by 4 cm, said harbour master Olav Stenmark.",
    ),
    (
        "Harbour master Olav Stenmark said that the quay had sunk by 4 cm.",
        "The quay, said harbour master Olav Stenmark, had sunk by 4 cm.",
    ),
    (
        "The mill pays the levy; the farms had asked for a loan.",
        "The farms had asked for a loan, and the mill pays the levy.",
    ),
    ("Because of the frost the bridge stays closed.", "The bridge stays closed because of the frost."),
    ("The bridge stays closed on account of the frost.", "On account of the frost, the bridge stays closed."),
    ("The mast is 31 metres high and weighs 7 tonnes.", "The mast weighs 7 tonnes and is 31 metres high."),
    ("The ferry took 212 cars and 390 passengers.", "The ferry took 390 passengers and 212 cars."),
]
UNTRUE = [
    (
        "The harbour master, Olav Stenmark, wrote to the mayor, Ida Brekke.",
        "Olav Stenmark, the mayor, wrote to the harbour master, Ida Brekke.",
    ),
    ("Harbour master Olav Stenmark said that the quay had sunk by 4 cm.", "The quay had sunk by 4 cm."),
    (
        "Harbour master Olav Stenmark said that the quay had sunk by 4 cm.",
        "The harbour master had sunk by 4 cm, said Olav Stenmark.",
    ),
    (
        "The mill pays the levy; the farms had asked for a loan.",
        "The mill had asked for a loan, and the farms pay the levy.",
    ),
    ("The mast is 31 metres high and weighs 7 tonnes.", "The mast weighs 31 tonnes and is 7 metres high."),
    ("The ferry took 212 cars and 390 passengers.", "The ferry took 212 passengers and 390 cars."),
    ("The fare will be 9 crowns from May, up from 7.", "The fare will be 9 crowns from May, down from 7."),
    (
        "Inspector Lowe said she was not sure that the dam was safe.",
        "Inspector Lowe said she was sure that the dam was not safe.",
    ),
    ("The organ was to be tuned on Friday, but the tuner fell ill.", "The organ was tuned on Friday."),
    ("The union says that members earn too little.", "Members earn too much, the union says."),
]


@pytest.mark.parametrize(("quote", "sentence"), HELD)
def test_another_order_of_the_parts_is_held(quote: str, sentence: str) -> None:
    assert objections(sentence, quote, "") == []


@pytest.mark.parametrize(("quote", "sentence"), UNTRUE)
def test_what_the_quote_does_not_hold_is_held_in_no_order(quote: str, sentence: str) -> None:
    assert objections(sentence, quote, "")


@pytest.mark.parametrize("sentence", [sentence for _, sentence in HELD])
def test_no_order_adds_or_drops_a_word(sentence: str) -> None:
    words = sorted(sentence.lower().replace(",", "").rstrip(".").split())
    for other in recasts(sentence):
        assert sorted(word for word in other.lower().replace(",", "").split() if word != "that") == words


def test_a_phrase_does_not_move_into_the_other_half() -> None:
    moved = [other for other in recasts("The mill closed in 1990 and the farm opened") if "in 1990, the farm" in other]
    assert moved == []
