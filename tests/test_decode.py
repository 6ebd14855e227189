"""From logits to spans, on numbers that can be checked by hand."""

import numpy as np
import pytest

from rag.decode import LONGEST, read, sigmoid

# Position 0 is [CLS]; 1 and 2 are the question and its mark; the passage "ab cd ef gh" begins at 3.
FIRST = 3
OFFSETS = [(0, 2), (3, 5), (6, 8), (9, 11)]
SENTENCES = [(0, 5), (6, 11)]
LOW = -50.0


def logits(passage: list[float], null: float) -> np.ndarray:
    return np.array([null, 9.0, 9.0, *passage, 9.0], dtype=np.float32)


def test_the_best_span_its_sentence_and_its_odds() -> None:
    start = logits([LOW, LOW, 4.0, LOW], null=1.0)
    end = logits([LOW, LOW, LOW, 3.0], null=2.0)
    found = read(start, end, FIRST, OFFSETS, SENTENCES)
    assert (found.start, found.end) == (6, 11)
    assert found.margin == pytest.approx(4 + 3 - 1 - 2)
    assert found.odds == pytest.approx(4.0, abs=1e-6)
    assert found.sentences == pytest.approx((0.0, 1.0), abs=1e-6)
    assert found.best[1] == (6, 11)
    assert found.share == pytest.approx(1.0, abs=1e-6)


def test_mass_is_shared_between_sentences() -> None:
    start = logits([2.0, LOW, 2.0, LOW], null=0.0)
    end = logits([1.0, LOW, 1.0, LOW], null=0.0)
    found = read(start, end, FIRST, OFFSETS, SENTENCES)
    # Three spans hold mass: "ab", "ef" and "ab cd ef", all of score 3; two of them begin in the first sentence.
    assert found.sentences == pytest.approx((2 / 3, 1 / 3))
    assert found.odds == pytest.approx(3 + np.log(3))


def test_an_end_before_its_start_is_no_span() -> None:
    start = logits([LOW, LOW, LOW, 5.0], null=0.0)
    end = logits([5.0, LOW, LOW, LOW], null=0.0)
    assert read(start, end, FIRST, OFFSETS, SENTENCES).odds < 0


def test_no_span_is_longer_than_the_limit() -> None:
    many = 2 * LONGEST
    offsets = [(2 * i, 2 * i + 1) for i in range(many)]
    start = np.full(many + FIRST, LOW, np.float32)
    end = start.copy()
    start[0], end[0] = 0.0, 0.0
    start[FIRST], end[-1] = 10.0, 10.0
    found = read(start, end, FIRST, offsets, [(0, 2 * many)])
    assert found.end - found.start < 2 * LONGEST
    assert found.odds < 0


def test_an_empty_passage_has_no_answer() -> None:
    found = read(np.zeros(4, np.float32), np.zeros(4, np.float32), FIRST, [], [(0, 3)])
    assert found.odds < -1000
    assert found.sentences == (0.0,)
    assert found.best == (None,)


def test_sigmoid_does_not_overflow() -> None:
    assert sigmoid([-1e6, 0, 1e6]).tolist() == [0, 0.5, 1]
