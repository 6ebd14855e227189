"""Our own documents, asked as a user asks: two sets that share nothing, and what counts as right."""

from eval import own
from rag.train import written


def test_no_document_of_a_set_was_trained_on() -> None:
    trained = {one.title for one in written.documents() if not one.held_out}
    kept, unseen = own.sets().values()
    assert len(kept) > 100
    assert len(unseen) == 60
    assert not trained & {one.title for one in (*kept, *unseen)}
    assert {one.title for one in unseen}.isdisjoint(one.title for one in written.documents())


def test_answers_cite_the_sentence_that_gives_them() -> None:
    (_, documents) = own.sets().values()
    asked = list(own.outcomes("unseen", documents[:3], 12))
    assert len(asked) == 12
    assert {one.set for one in asked} == {"unseen"}
    assert sum(bool(one.answer) for one in asked) == 6
    for one in asked:
        assert (one.outcome == "cited") == (bool(one.answer) and one.anchor in one.shown and one.answer in one.shown)
    assert {one.outcome for one in asked} > {"cited"}
    lines = list(own.table(asked))
    assert [line.split("n = ")[1] for line in lines] == ["6"] * 4


def test_a_question_is_asked_of_its_own_document_and_of_as_many_others_as_wished() -> None:
    groups = own.groups(10, 4)
    assert sorted(groups) == list(range(10))
    assert sorted(len(files) for files in groups.values()) == [2] * 2 + [4] * 8
    assert all(f"{k:03d}.txt" in files for k, files in groups.items())
    assert own.groups(3, 1) == {k: (f"{k:03d}.txt",) for k in range(3)}
