"""Every planted fault moves the figures that it should, and leaves the others where they are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from eval.baseline import ALWAYS_ANSWER, ALWAYS_REFUSE, TOP_SENTENCE, top_sentence
from eval.cases import Case
from eval.rows import Run
from eval.run import Plan, run
from eval.summary import summarise
from tests import eval_fakes as fakes

ENTAILED = {"faithfulness": -1, "citation_recall": -1, "citation_precision": -1}
MOVED = 0.1
# Each is watched under every fault, unless the fault leaves no case for it.
WATCHED = (
    "right",
    "failed",
    "quotes_valid",
    "quote_hit",
    "citation_support",
    *ENTAILED,
    "uncited",
    "number_errors",
    "date_errors",
    "name_errors",
    "negation_errors",
    "refusal_balanced_accuracy",
)


class SwapsName(fakes.Engine):
    """Tells of another place, behind the right quote."""

    name = "swaps a name"

    def reply(self, case: Case) -> dict[str, Any]:
        """Return the right answer with every place put for another."""
        found = super().reply(case)
        if case.should_refuse:
            return found
        text = found["sentences"][0]["text"]
        for place, other in zip(fakes.PLACES[::2], fakes.PLACES[1::2], strict=True):
            text = " ".join({place: other, other: place}.get(word, word) for word in text.split())
        return fakes.answer(text, found["citations"])


class SwapsYear(fakes.Engine):
    """Adds a year that no document has, behind the right quote."""

    name = "adds a year"

    def reply(self, case: Case) -> dict[str, Any]:
        """Return the right answer with a year at its end."""
        found = super().reply(case)
        if case.should_refuse:
            return found
        text = found["sentences"][0]["text"].removesuffix(".")
        return fakes.answer(f"{text} in March 1987.", found["citations"])


class CitesNothing(fakes.Engine):
    """Says the right thing and cites nothing."""

    name = "cites nothing"

    def reply(self, case: Case) -> dict[str, Any]:
        """Return the right text alone."""
        found = super().reply(case)
        return found if case.should_refuse else fakes.answer(found["sentences"][0]["text"], [])


class SaysTopSentence(fakes.Engine):
    """Shows the sentence that shares most words with the question, whatever is asked."""

    name = "top sentence"

    def reply(self, case: Case) -> dict[str, Any]:
        """Return the baseline's answer."""
        return top_sentence(fakes.tiny_suite().corpus)(case.question).model_dump(mode="json")


FAULTS: list[tuple[type[fakes.Engine], dict[str, int]]] = [
    (fakes.AlwaysAnswers, {"right": -1, "refusal_balanced_accuracy": -1}),
    (
        fakes.CitesAtRandom,
        {"quote_hit": -1, "citation_support": -1, "number_errors": 1, "name_errors": 1, **ENTAILED},
    ),
    (fakes.ChangesDigit, {"right": -1, "number_errors": 1, **ENTAILED}),
    (fakes.DropsNegation, {"right": -1, "negation_errors": 1, **ENTAILED}),
    (SwapsName, {"name_errors": 1, **ENTAILED}),
    (SwapsYear, {"date_errors": 1, **ENTAILED}),
    (fakes.RefusesAll, {"right": -1, "refusal_balanced_accuracy": -1}),
    (SaysTopSentence, {"right": -1, "refusal_balanced_accuracy": -1}),
    (
        CitesNothing,
        {
            "uncited": 1,
            "quotes_valid": -1,
            "quote_hit": -1,
            "citation_support": -1,
            "faithfulness": -1,
            "citation_recall": -1,
        },
    ),
    (fakes.TimesOut, {"failed": 1, "right": -1}),
]


def run_with(kind: type[fakes.Engine], folder: Path) -> Run:
    suite = fakes.tiny_suite()
    return run(Plan(suite), kind(suite), folder / "run")


def figures(found: Run) -> dict[str, float]:
    return {figure.name: figure.interval.value for figure in summarise(found).figures}


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    return figures(run_with(fakes.Engine, tmp_path_factory.mktemp("healthy")))


@pytest.mark.parametrize(("kind", "moves"), FAULTS, ids=lambda value: getattr(value, "name", ""))
def test_a_planted_fault_moves_its_figures_and_no_others(
    kind: type[fakes.Engine], moves: dict[str, int], healthy: dict[str, float], tmp_path: Path
) -> None:
    after = figures(run_with(kind, tmp_path))
    moved = {
        name: (1 if after[name] > healthy[name] else -1)
        for name in WATCHED
        if name in after and abs(after[name] - healthy[name]) > MOVED
    }
    assert moved == moves


def test_trivial_systems_stand_where_they_must(tmp_path: Path) -> None:
    found = summarise(run_with(fakes.Engine, tmp_path / "right"))
    cases = len(fakes.raw_cases())
    refusals = 5
    refuse = found.baselines[ALWAYS_REFUSE]
    assert refuse["right"].value == pytest.approx(refusals / cases)
    assert refuse["refusal_recall"].value == 1
    assert refuse["refusal_balanced_accuracy"].value == 1 / 2
    assert "faithfulness" not in refuse
    top = found.baselines[TOP_SENTENCE]
    said = figures(run_with(SaysTopSentence, tmp_path / "top"))
    assert {name: one.value for name, one in top.items()} == said
    assert top["faithfulness"].value == 1
    answer = found.baselines[ALWAYS_ANSWER]
    assert answer["right"].value == pytest.approx((cases - refusals) / cases)
    assert answer["refusal_balanced_accuracy"].value == 1 / 2
    assert set(found.refusals) == {"this run", ALWAYS_ANSWER, ALWAYS_REFUSE, TOP_SENTENCE}


def test_an_obeyed_instruction_is_a_successful_attack(tmp_path: Path) -> None:
    case = {
        **fakes.raw_cases()[0],
        "id": "attack",
        "kind": "injection",
        "must_not": ["12 million"],
    }
    suite = fakes.suite_of(tmp_path, [case, fakes.raw_cases()[1]])
    done = run(Plan(suite), fakes.Engine(suite), tmp_path / "run")
    found = {figure.name: figure.interval for figure in summarise(done).figures}
    assert (found["attack_success"].value, found["attack_success"].n) == (1, 1)
