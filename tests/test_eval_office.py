"""The office suites: two halves that ask different things of the same invented documents."""

from collections import Counter

import pytest

from eval.cases import Case
from eval.normal import holds, tokens
from eval.suites import load_suite

HALVES = ("office-dev", "office-test")
# Kinds whose quotes each prove the whole answer.
EACH_QUOTE_SUFFICES = {"fact", "number", "list", "followup", "partial"}


def cases() -> list[Case]:
    return [case for half in HALVES for case in load_suite(half).cases]


@pytest.mark.parametrize("half", HALVES)
def test_every_line_is_a_case_whose_quotes_stand_in_the_documents(half: str) -> None:
    suite = load_suite(half)  # a gold quote that is not in the corpus would raise
    assert (len(suite.cases), suite.problems) == (50, ())
    assert len(suite.corpus.texts) == 14


def test_the_halves_ask_the_same_kinds_and_share_no_question() -> None:
    dev, test = (Counter(case.kind for case in load_suite(half).cases) for half in HALVES)
    assert all(abs(dev[kind] - test[kind]) <= 1 for kind in dev | test)
    asked = [case.turns for case in cases()]
    assert len(set(asked)) == len(asked)


@pytest.mark.parametrize("case", cases(), ids=lambda case: case.id)
def test_the_gold_answer_stands_in_the_gold_quote(case: Case) -> None:
    quotes = [tokens(gold.quote) for gold in case.gold_evidence]
    together = [token for quote in quotes for token in quote]
    for part in case.gold_answers:
        assert any(holds(together, tokens(variant)) for variant in part)
        if case.kind in EACH_QUOTE_SUFFICES:
            assert all(any(holds(quote, tokens(variant)) for variant in part) for quote in quotes)
