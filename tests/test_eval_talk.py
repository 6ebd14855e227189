"""The talk suites: follow-ups in conversations, two halves over each of two corpora."""

from collections import Counter

import pytest

from eval.cases import Case
from eval.normal import holds, tokens
from eval.suites import load_suite

CORPORA = {"talk-seeds": 5, "talk-office": 14}  # documents in each
HALVES = ("dev", "test")
SKILLS = {"pronoun", "ellipsis", "correction", "topic", "that", "two-back", "and-too"}


def cases() -> list[Case]:
    return [case for corpus in CORPORA for half in HALVES for case in load_suite(f"{corpus}-{half}").cases]


@pytest.mark.parametrize("corpus", CORPORA)
@pytest.mark.parametrize("half", HALVES)
def test_every_line_is_a_follow_up_whose_quotes_stand_in_the_documents(corpus: str, half: str) -> None:
    suite = load_suite(f"{corpus}-{half}")  # a gold quote that is not in the corpus would raise
    assert (len(suite.cases), suite.problems) == (25, ())
    assert len(suite.corpus.texts) == CORPORA[corpus]
    assert Counter(case.kind for case in suite.cases) == {"followup": 19, "unanswerable": 6}
    assert all(len(case.turns) > 1 for case in suite.cases)


@pytest.mark.parametrize("corpus", CORPORA)
def test_the_halves_ask_for_the_same_skills_and_share_no_question(corpus: str) -> None:
    dev, test = (load_suite(f"{corpus}-{half}").cases for half in HALVES)
    skills = [Counter(case.meta["skill"] for case in half) for half in (dev, test)]
    assert skills[0] == skills[1]
    assert set(skills[0]) == SKILLS
    assert not {case.turns for case in dev} & {case.turns for case in test}


@pytest.mark.parametrize("case", [case for case in cases() if case.gold_answers], ids=lambda case: case.id)
def test_the_gold_answer_stands_in_the_gold_quotes(case: Case) -> None:
    together = [token for gold in case.gold_evidence for token in tokens(gold.quote)]
    for part in case.gold_answers:
        assert any(holds(together, tokens(variant)) for variant in part)
