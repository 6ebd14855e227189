"""Documents written for training: their form, and that nothing but reading them tells which questions they answer."""

import random
import re
from collections import Counter
from math import log
from pathlib import Path

import numpy as np
import pytest

from rag.train import pairs, written
from rag.train.data import Builder, Paragraph, Question
from rag.train.measure import auroc
from rag.train.nearmiss import Relations, content_words

NOTICE = """=== notice | Swimming bath of Orsova
The bath opens at 7 on weekdays. On Sundays it opens at 9, and the sauna stays shut.

Entry costs 4 euros. Boris Tal holds the keys.
---
? From when may I swim on a Sunday? | 9 | On Sundays it opens
! From when may I use the sauna on a Sunday? | the sauna stays shut
? keeper of the keys | Boris Tal | holds the keys
"""


@pytest.fixture(scope="module")
def corpus() -> list[Paragraph]:
    """Return the passages of everything written."""
    return [*written.load(held_out=False), *written.load(held_out=True)]


def test_a_document_is_cut_and_each_question_lies_with_its_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(NOTICE, encoding="utf-8")
    (found,) = written.documents(tmp_path)
    (paragraph,) = written.paragraphs(found)
    said = [paragraph.text[a:b] for a, b in paragraph.sentences]
    sunday, sauna, keys = paragraph.questions
    assert (found.kind, found.title) == ("notice", "Swimming bath of Orsova")
    assert [said[k].split()[0] for k in (sunday.sentence, sauna.tempts) if k is not None] == ["On", "On"]
    assert sauna.answers == ()
    assert keys == Question("keeper of the keys", ("Boris Tal",), 3)


@pytest.mark.parametrize(
    "wrong",
    [
        NOTICE.replace("notice | ", ""),
        NOTICE.replace("---\n", ""),
        NOTICE.replace("? keeper of the keys | Boris Tal", "? keeper of the keys"),
        NOTICE.replace("? keeper", "keeper"),
        NOTICE.replace("| holds the keys", "| On Sundays it opens"),
    ],
)
def test_what_is_not_in_the_form_is_refused(wrong: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(wrong, encoding="utf-8")
    with pytest.raises(written.Misfit):
        [written.paragraphs(one) for one in written.documents(tmp_path)]


def test_a_question_without_answer_is_always_asked_of_what_tempts(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(NOTICE, encoding="utf-8")
    passages = [one for document in written.documents(tmp_path) for one in written.paragraphs(document)]
    made = list(Builder(passages, Relations([])).epoch(3, times=20))
    tempted = [one for one in made if "sauna" in one.question]
    assert [one.kind for one in tempted] == ["tempted"] * 20
    assert all("the sauna stays shut" in one.passage and not one.answerable for one in tempted)
    assert {len(one.passage) > 120 for one in tempted} == {True, False}, "with more around it, and alone"


def test_documents_of_one_story_stay_together_and_are_no_null_for_each_other(tmp_path: Path) -> None:
    """Another paper's report may answer in other words: it is no text in which the answer is missing."""
    told = NOTICE.replace("Swimming bath of Orsova", "Bath of Orsova | bath")
    (tmp_path / "a.txt").write_text(told + told.replace("Bath of Orsova", "News of the bath"), encoding="utf-8")
    one, other = written.documents(tmp_path)
    assert (one.story, one.held_out) == ("bath", other.held_out)
    paragraphs = [found for document in (one, other) for found in written.paragraphs(document)]
    stranger = Paragraph("Sunday", "On Sundays the bath at Tal is shut.", ((0, 35),), (), frozenset({"bath", "sunday"}))
    builder, rng = Builder([*paragraphs, stranger], Relations([])), random.Random(5)
    asked = Question("When does the bath open on a Sunday?", ("ten o'clock",))
    drawn = {made.passage for _ in range(40) if (made := builder.foreign(paragraphs[0], asked, rng))}
    assert drawn == {stranger.text}


def test_what_another_of_the_story_answers_is_asked_of_both() -> None:
    """Hundreds of questions have an answer in one document and none in its sister: their words cannot tell which."""
    stories: dict[str, list[written.Document]] = {}
    for document in written.documents():
        stories.setdefault(document.story, []).append(document)
    both = 0
    for story, told in stories.items():
        asked = [{(question, bool(answer)) for question, answer, _ in one.asked} for one in told if story]
        both += sum(
            (question, not answered) in another for one in asked for question, answered in one for another in asked
        )
    assert both / 2 > 1000


def test_everything_written_fits_its_form_and_a_part_is_kept_from_training(corpus: list[Paragraph]) -> None:
    kept = {p.title for p in written.load(held_out=True)}
    titles = {p.title for p in corpus}
    assert len(titles) > 300
    assert 0.05 < len(kept) / len(titles) < 0.15
    assert not kept & {p.title for p in written.load(held_out=False)}


def test_words_that_question_and_sentence_share_do_not_tell_whether_it_answers(corpus: list[Paragraph]) -> None:
    builder, shared, truth = Builder(corpus, Relations([])), [], []
    for paragraph in corpus:
        for question in paragraph.questions:
            place = question.tempts if question.sentence is None else question.sentence
            assert place is not None
            told = content_words(paragraph.text[slice(*paragraph.sentences[place])])
            asked = content_words(question.text)
            shared.append(builder.weight(asked, told) / max(builder.weight(asked, asked), 1e-9))
            truth.append(question.tempts is None)
    assert 0.4 < auroc(np.array(shared), np.array(truth)) < 0.6


def test_a_question_alone_hardly_tells_whether_it_is_answered(corpus: list[Paragraph]) -> None:
    """Naive Bayes over words and the opening, learned on every other document: 0.62, 0.83 of the first pass."""
    titles = sorted({p.title for p in corpus})
    learned, counts = set(titles[::2]), {True: Counter[str](), False: Counter[str]()}
    for paragraph in corpus:
        for question in paragraph.questions if paragraph.title in learned else ():
            counts[question.tempts is None].update(_signs(question.text))
    total = {k: sum(v.values()) + len(v) for k, v in counts.items()}

    def odds(sign: str) -> float:
        return log((counts[True][sign] + 1) / total[True]) - log((counts[False][sign] + 1) / total[False])

    asked = [q for p in corpus if p.title not in learned for q in p.questions]
    scores = [sum(map(odds, _signs(q.text))) for q in asked]
    assert auroc(np.array(scores), np.array([q.tempts is None for q in asked])) < 0.66


def _signs(question: str) -> set[str]:
    words = re.findall(r"\w+|\?$", question.lower())
    return {*words, " ".join(words[:2]) + "_"}


def test_claims_are_about_the_documents_and_each_has_untrue_likes() -> None:
    texts = [document.text for document in written.documents()]
    made = pairs.load_claims()
    quotes = {pair.quote for pair in made}
    told = Counter((pair.quote, pair.claim) for pair in made)
    assert len(quotes) > 1000
    assert max(told.values()) == 1, "no sentence is both true and untrue of one quote, and none comes twice"
    assert sum(any(quote in text for text in texts) for quote in quotes) > 0.99 * len(quotes)
    assert 3 < sum(not pair.holds for pair in made) / sum(pair.holds for pair in made) < 5
