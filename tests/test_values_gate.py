"""Through the real way of a question, a writer that makes mistakes: no changed value is shown, true wordings are."""

import random
from collections.abc import Sequence

import pytest

from eval import gate, synthetic
from eval.reworded import cases
from eval.spoil import spoilt
from rag import compose, verify
from tests.fakes import WordEmbedder

COUNT = 48


def test_no_wrong_value_is_shown() -> None:
    shown = synthetic.answers(COUNT, WordEmbedder(), seed=1)
    by = synthetic.counts(shown)
    assert synthetic.wrong(shown) == 0
    assert len(shown) == COUNT
    assert sum(n for (faulty, _), n in by.items() if faulty) > COUNT / 4
    assert by[False, "draft"] > COUNT / 4


def test_the_instrument_sees_a_gate_that_lets_everything_through(monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(*_: object) -> bool:
        return True

    monkeypatch.setattr(compose, "holds", blind)
    shown = synthetic.answers(COUNT, WordEmbedder(), seed=1)
    # A draft without a verb is dropped before the gate.
    assert synthetic.wrong(shown) > 0.9 * sum(one.fault != "none" for one in shown) > 0


def test_refused_and_passed_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = list(gate.collect([], tuned=True))[:60]

    def says(everything: bool) -> None:
        def judge(*_: object) -> Sequence[verify.Objection]:
            return [verify.Objection("word", "x")] if everything else []

        monkeypatch.setattr(gate, "judge", judge)

    says(True)
    assert (gate.verdicts(found).refused, gate.verdicts(found).passed.total()) == (60, 0)
    assert gate.verdicts(found, values_only=True).refused == 0
    says(False)
    assert gate.verdicts(found).passed == gate.verdicts(found).changed


def test_sentences_that_people_wrote_are_held_against_the_gate() -> None:
    """Of those looked at hardly an untrue one passes; most true ones are still refused, which costs style alone."""
    said = gate.verdicts(gate.written(tuned=True))
    assert said.passed.total() <= 0.01 * said.changed.total()
    assert said.refused < 0.9 * said.true
    natural = gate.verdicts(gate.written(tuned=True, natural=True))
    assert natural.passed.total() <= 0.01 * natural.changed.total()
    assert natural.refused < 0.5 * natural.true
    for kind in (False, True):
        quotes = {one.quote for one in gate.written(tuned=True, natural=kind)}
        assert len([one for one in gate.written(tuned=False, natural=kind) if one.quote not in quotes]) > 60


def test_a_spoilt_sentence_differs_and_is_made_the_same_way_twice() -> None:
    [case, *_] = cases(1, seed=3)
    one, two = (list(spoilt(case.sentence, case.quote, list(case.names), random.Random(5))) for _ in range(2))
    assert one == two
    assert {"digit", "month"} <= {kind for kind, _ in one}
    assert all(text != case.sentence for _, text in one)
