"""Several looks at a sentence, weighed together."""

import pytest

from rag.looks import Look, Weights

WEIGHTS = Weights((0.5, 1.0, 0.25, 2.0, 0.1), -1.0)
LOOK = Look(odds=2.0, share=0.5, alone=1.0, likeness=0.5, between=3.0)


def test_the_chance_is_the_logistic_of_the_weighed_features() -> None:
    # -1 + 0.5 * 2 + ln 0.5 + 0.25 * 1 + 2 * 0.5 + 0.1 * 3 = 1.55 - 0.6931
    assert WEIGHTS.chance(LOOK) == pytest.approx(1 / (1 + 2.718281828 ** -(1.55 - 0.693147)), abs=1e-6)


@pytest.mark.parametrize("better", [{"odds": 3.0}, {"share": 0.9}, {"alone": 2.0}, {"likeness": 0.8}, {"between": 4.0}])
def test_each_look_that_is_better_makes_it_likelier(better: dict[str, float]) -> None:
    other = Look(**{"odds": 2.0, "share": 0.5, "alone": 1.0, "likeness": 0.5, "between": 3.0} | better)
    assert WEIGHTS.chance(other) > WEIGHTS.chance(LOOK)


def test_a_reader_that_is_out_of_its_mind_is_kept_within_bounds() -> None:
    assert Look(1e9, 0.0, -1e9, 0.0, 1e9).features() == Look(12.0, 0.01, -12.0, 0.0, 12.0).features()


@pytest.mark.parametrize(
    "stored", [{}, {"weights": [1.0], "bias": 0.0}, {"weights": [1, 2, 3, 4]}, {"weights": "abcde", "bias": 0}]
)
def test_weights_that_do_not_fit_are_refused(stored: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Weights.read(stored)
