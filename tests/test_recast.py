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


@pytest.mark.parametrize(
    ("quote", "sentence"),
    [
        (
            "The minister denied that the army had fired on the crowd and that 12 people had died.",
            "12 people had died and the minister denied that the army had fired on the crowd.",
        ),
        (
            "Police believe that Berg set the fire and Hale drove the car.",
            "Hale drove the car and police believe that Berg set the fire.",
        ),
        (
            "The insurer pays if the house is locked and the alarm is on.",
            "The alarm is on and the insurer pays if the house is locked.",
        ),
        (
            "If the buyer pays late, the seller may cancel the order and the deposit is lost.",
            "The deposit is lost and if the buyer pays late, the seller may cancel the order.",
        ),
        ("She was not paid and was dismissed.", "She was not dismissed and was paid."),
        ("The drug is not approved and is banned in Sweden.", "The drug is not banned in Sweden and is approved."),
        ("The prosecutor was told that the key witness had died.", "The key witness had died, the prosecutor said."),
        ("Residents were told that the water was safe.", "The water was safe, residents said."),
        ("The company has been told that it must pay 3 million.", "It must pay 3 million, the company said."),
        (
            "The company, the union said, had broken the agreement.",
            "The union, the company said, had broken the agreement.",
        ),
        ("Israel, Iran said, had fired first.", "Iran, Israel said, had fired first."),
        ("Berg, said Hale, had lied to the court.", "Hale, said Berg, had lied to the court."),
        (
            "Deaths have fallen since the vaccine was approved and doctors can use it freely.",
            "Deaths have fallen because the vaccine was approved.",
        ),
        (
            "Shares have fallen by half since the company has been run by Berg.",
            "Shares have fallen by half because the company has been run by Berg.",
        ),
        (
            "Crime has fallen by 12 per cent since the curfew and the mayor has been praised.",
            "Crime has fallen by 12 per cent because of the curfew.",
        ),
        ("Apart from the rent, the tenant pays heating costs.", "The tenant pays heating costs except for the rent."),
        (
            "Apart from Berg, two other directors were convicted.",
            "Two other directors were convicted, except for Berg.",
        ),
        (
            "The man who robbed the bank escaped and called his lawyer.",
            "The man who called his lawyer and robbed the bank escaped.",
        ),
        ("Berg claimed Hale robbed the bank and fled.", "Berg fled and claimed Hale robbed the bank."),
        ("Two workers died in the blast, five in hospital.", "Five died in hospital."),
        ("Three men were shot in the bar, the owner in hospital.", "The owner was shot in hospital."),
        ("The minister resigned in tears, his wife in the front row.", "His wife resigned in the front row."),
        ("Berg was born in Lund, the capital of the province in those days.", "The capital was born in those days."),
        (
            "Berg, Hale, and Moss finished first, second and third.",
            "Hale, Berg, and Moss finished first, second and third.",
        ),
        ("The pump is stopped and then the valve is opened.", "The valve is opened and then the pump is stopped."),
        ("Test results are sent by post; answers come within a week.", "You should test results."),
        ("Work on the bridge will begin in May.", "You should work on the bridge."),
        ("Turn left at the mill; turn right at the church.", "You should turn right at the mill."),
        ("The contract ends on 1 May, but only if both parties sign.", "The contract ends on 1 May."),
        ("Exercise lowers the risk of a stroke; sleep matters too.", "You should sleep."),
        ("No refund is given if: the ticket is used; the show has begun.", "The show has begun."),
    ],
)
def test_what_a_reviewer_got_past_the_first_form_of_these_rules(quote: str, sentence: str) -> None:
    """Halves under one source, denial or condition, the told for the teller, time for cause, "besides" for "except"."""
    assert objections(sentence, quote, "")
    assert objections(quote, quote, "") == []
