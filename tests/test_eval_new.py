"""Cases of one's own: drafted from documents, completed from votes, confirmed one by one, run like any other suite."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from eval.cases import Case, read_cases
from eval.cli import app
from eval.confirm import Stop, Talk, completed, confirmed
from eval.corpus import Corpus
from eval.drafts import draft
from eval.errors import BadSuite
from eval.feedback import feedback_suite, read_feedback
from eval.reply import Reply
from eval.wording import questions
from rag.engine import Engine
from rag.records import Evidence, Passage
from rag.settings import Settings, load

TEXT = (
    "The Harwell Bridge\n\n"
    "The Harwell Bridge was opened in 1931. The bridge has four towers. It spans the river Ock.\n\n"
    "The European Rope Company (ERC) signed a contract for new cables. "
    "“The cables will last for fifty years at the very least,” said Ada Ash. "
    "Ada Ash, the chief engineer of the bridge, retired last year.\n\n"
    "The default speed limit is 30 km. To cross on foot, use the northern stairs.\n"
)


class FixedReader:
    """Finds every sentence equally likely, except that those with "Ock" in them never answer."""

    name = "fixed"
    threshold = 0.5

    def read(self, question: str, passages: Sequence[Passage]) -> list[Evidence]:
        """Return each sentence as evidence."""
        found = [Evidence(passage, span, 0.9, span) for passage in passages for span in passage.sentences]
        return [piece for piece in found if "Ock" not in piece.quote]


# What a sentence is, and the questions with their answers that a reader would draft from it.
WORDED = [
    ("The Harwell Bridge was opened in 1931.", {("When was the Harwell Bridge opened?", "1931")}),
    ("The plant has four towers.", {("How many towers does the plant have?", "four")}),
    ("On May 3, 2019, the line was opened.", {("When was the line opened?", "May 3, 2019")}),
    ("The European Rope Company (ERC) grew.", {("What does ERC stand for?", "European Rope Company")}),
    ("The road costs $12 million.", {("How much does the road cost?", "$12 million")}),
    ("The default port is 8000.", {("What is the default port?", "8000")}),
    ("A ledger is a book of accounts kept by a firm.", {("What is a ledger?", "")}),
    ("To empty the cache, run the command below.", {("How do I empty the cache?", "")}),
    ("Ada Ash, the chief engineer of the bridge, left.", {("Who is the chief engineer of the bridge?", "Ada Ash")}),
    ("At least 60% of the people were ill.", {("What percentage of the people were ill?", "60%")}),
    ("Iron floats in mercury because mercury is denser.", set()),
    ("It was opened in 1931.", set()),
    ("Later that bridge costs $5.", set()),
    ("Often, the owner of the mill acts as cook.", set()),
]


@pytest.mark.parametrize(("sentence", "wanted"), WORDED, ids=lambda value: value if isinstance(value, str) else "")
def test_a_sentence_yields_the_question_that_it_answers(sentence: str, wanted: set[tuple[str, str]]) -> None:
    found = {(asked.question, asked.answer) for asked in questions(sentence, lambda word: word == "plant")}
    assert found == wanted


def test_drafts_have_exact_quotes_and_near_misses_that_nothing_near_answers() -> None:
    corpus = Corpus.of({"bridge.txt": TEXT})
    drafts = draft(corpus, FixedReader(), 40, 1)
    assert drafts == draft(corpus, FixedReader(), 40, 1)
    answered = [one.case for one in drafts if one.case.kind != "unanswerable"]
    assert len(answered) >= 5
    for case in answered:
        assert corpus.places(case.gold_evidence[0].quote)
        assert all(variant in case.gold_evidence[0].quote for part in case.gold_answers for variant in part)
    missed = [one.case.question for one in drafts if one.case.kind == "unanswerable"]
    assert missed
    assert not any(question.startswith(("When was", "How many towers")) for question in missed)
    assert len({one.case.id for one in drafts}) == len(drafts)
    assert len(draft(corpus, FixedReader(), 3, 1)) == 3


class Said:
    """A user whose lines are written down beforehand."""

    def __init__(self, *lines: str) -> None:
        self.lines = list(lines)
        self.shown: list[str] = []
        self.talk = Talk(self.shown.append, self._ask)

    def _ask(self, question: str, default: str) -> str:
        if not self.lines:
            raise EOFError
        return self.lines.pop(0) or default


def test_each_draft_is_kept_dropped_or_reworded_as_its_user_says() -> None:
    corpus = Corpus.of({"bridge.txt": TEXT})
    drafts = [one for one in draft(corpus, FixedReader(), 8, 1) if one.case.kind != "unanswerable"][:4]
    quote = "The bridge has four towers."
    user = Said("y", "n", "what?", "e", "How many towers?", "four", quote, "e", "And?", "x", "no such quote", "q")
    kept: list[Case] = []
    for case in confirmed(drafts, corpus, user.talk):
        kept.append(case)
    assert [case.question for case in kept] == [drafts[0].case.question, "How many towers?"]
    assert kept[1].gold_evidence[0].quote == quote
    assert any("no document holds exactly this quote" in line for line in user.shown)
    with pytest.raises(Stop):
        list(confirmed(drafts, corpus, Said("q").talk))


@pytest.fixture
def home(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "models").symlink_to(models)
    monkeypatch.setenv("VOUCH_HOME", str(folder))
    monkeypatch.setenv("VOUCH_MODEL", "none")
    return folder


def evaluate(*words: str, said: str = "") -> Result:
    return CliRunner().invoke(app, list(words), input=said)


def test_new_drafts_are_confirmed_kept_and_run(home: Path, tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "bridge.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "docs" / "other.txt").write_text("Nothing to ask about here.", encoding="utf-8")
    out = tmp_path / "mine" / "own.jsonl"
    source = str(tmp_path / "docs" / "bridge.txt")
    first = evaluate("new", source, "--out", str(out), said="y\nq\n")
    assert first.exit_code == 0, first.output
    assert len(read_cases(out)[0]) == 1
    again = evaluate("new", source, "--out", str(out), "--yes")
    assert again.exit_code == 0, again.output
    cases, problems = read_cases(out)
    assert len(cases) == len({case.question for case in cases}) > 3
    assert problems == ()
    done = evaluate("run", "--suite", str(out), "--out", str(tmp_path / "run"))
    assert done.exit_code == 0, done.output
    assert f"{len(cases)} cases" in done.stdout
    assert "other.txt" not in (tmp_path / "run" / "rows.jsonl").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["new"], "one of the two"),
        (["new", "x", "--feedback"], "one of the two"),
        (["new", "no-such-file"], "there is no no-such-file"),
        (["new", ".", "--out", "cases.txt"], "end it in .jsonl"),
        (["new", "--feedback"], "there are no votes"),
        (["run", "--suite", "feedback"], "there are no votes"),
        (["slice", "nothing", "--data", "."], "no public set 'nothing'"),
        (["run", "--suite", "seeds-dev", "--target", "host/ask"], "--target wants an address"),
    ],
)
def test_wrong_use_is_one_line(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text("A text.", encoding="utf-8")
    done = evaluate(*words)
    assert done.exit_code == 1
    assert told in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


QUOTE = "The bridge has four towers."


def answered(status: str = "supported", **more: object) -> str:
    start = TEXT.index(QUOTE)
    cited = {"id": 1, "document": "bridge.txt", "start": start, "end": start + len(QUOTE), "quote": QUOTE, "title": ""}
    found = {
        "id": "a1",
        "status": status,
        "answer": f"{QUOTE} [1]",
        "citations": [cited],
        "sentences": [],
        "passages": [],
    }
    return json.dumps({**found, **more})


def vote(
    home: Path, conversation: str, number: int, verdict: str, reason: str = "", note: str = "", answer: str = "a1"
) -> None:
    line = {
        "conversation": conversation,
        "number": number,
        "answer": answer,
        "verdict": verdict,
        "reason": reason,
        "note": note,
    }
    with (home / "feedback.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


@pytest.fixture
def chats(home: Path) -> tuple[Settings, list[str]]:
    """Return settings of a data folder with one document, and three conversations about it."""
    settings = load()[0]
    document = home.parent / "bridge.txt"
    document.write_text(TEXT, encoding="utf-8")
    with Engine(settings) as engine:
        engine.library.add_paths([document])
        names = [engine.library.store.new_conversation() for _ in range(3)]
        for name in names:
            engine.library.store.add_turn(name, "How many towers are there?", answered())
            engine.library.store.add_turn(
                name, "And who paid?", answered("not_found", id="a2", citations=[], answer="No.")
            )
    return settings, names


def test_votes_become_cases_and_the_last_one_counts(chats: tuple[Settings, list[str]]) -> None:
    settings, (one, two, three) = chats
    vote(settings.home, one, 1, "down", "wrong")
    vote(settings.home, one, 1, "up")
    vote(settings.home, one, 2, "up", answer="a2")
    vote(settings.home, two, 1, "down", "should-refuse")
    vote(settings.home, two, 2, "down", "should-answer", "The county.", answer="a2")
    vote(settings.home, three, 1, "up", answer="another")
    vote(settings.home, "deleted", 1, "up")
    votes = settings.home / "feedback.jsonl"
    votes.write_text(votes.read_text(encoding="utf-8") + "{torn\n", encoding="utf-8")
    suite = feedback_suite(settings)
    assert [(case.kind, len(case.turns)) for case in suite.cases] == [
        ("fact", 1),
        ("unanswerable", 2),
        ("unanswerable", 1),
    ]
    assert suite.cases[0].gold_evidence[0].quote == QUOTE
    assert suite.cases[1].turns[0].answer == f"{QUOTE} [1]"
    assert [problem.line for problem in suite.problems] == [5, 8]
    assert "new --feedback" in str(suite.problems[0])


def test_a_suite_of_votes_runs_over_what_is_indexed_and_leaves_it_alone(
    chats: tuple[Settings, list[str]], tmp_path: Path
) -> None:
    settings, names = chats
    vote(settings.home, names[0], 1, "up")
    before = (settings.home / "vouch.db").read_bytes()
    done = evaluate("run", "--suite", "feedback", "--out", str(tmp_path / "run"))
    assert done.exit_code == 0, done.output
    assert "1 cases: 1 right" in done.stdout
    assert (settings.home / "vouch.db").read_bytes() == before


def test_nothing_of_a_deleted_document_is_left_in_the_votes(chats: tuple[Settings, list[str]]) -> None:
    settings, names = chats
    vote(settings.home, names[0], 1, "up")
    assert QUOTE not in (settings.home / "feedback.jsonl").read_text(encoding="utf-8")
    with Engine(settings) as engine:
        engine.library.remove("bridge.txt")
    with pytest.raises(BadSuite, match="nothing is indexed"):
        feedback_suite(settings)


def test_a_thumb_down_is_completed_by_its_user(chats: tuple[Settings, list[str]], tmp_path: Path) -> None:
    settings, (one, two, three) = chats
    vote(settings.home, one, 1, "down", "wrong", "four towers")
    vote(settings.home, two, 1, "down", "wrong")
    vote(settings.home, three, 1, "down", "other")
    corpus, voted, _ = read_feedback(settings)
    user = Said("a", "", "1", "a", "seventeen towers", "d")
    first, last = completed(voted, corpus, user.talk)
    assert first.gold_answers == (("four towers",),)
    assert first.gold_evidence[0].quote == QUOTE
    assert last.kind == "unanswerable"
    assert any("no sentence of the documents says this" in line for line in user.shown)
    out = tmp_path / "votes.jsonl"
    done = evaluate("new", "--feedback", "--out", str(out), said="a\n\n1\nq\n")
    assert done.exit_code == 0, done.output
    assert "1 cases added" in done.stderr
    assert "2 left" in done.stderr
    assert evaluate("run", "--suite", str(out), "--out", str(tmp_path / "run")).exit_code == 0


def test_what_a_vote_quotes_must_still_stand(chats: tuple[Settings, list[str]], tmp_path: Path) -> None:
    settings, names = chats
    vote(settings.home, names[0], 1, "up")
    vote(settings.home, names[0], 2, "up", answer="a2")
    document = settings.home.parent / "bridge.txt"
    document.write_text(TEXT.replace("four", "five"), encoding="utf-8")
    with Engine(settings) as engine:
        engine.library.add_paths([document])
    suite = feedback_suite(settings)
    assert [case.kind for case in suite.cases] == ["unanswerable"]
    assert "changed or deleted" in suite.problems[0].message
    assert Reply.model_validate(json.loads(answered())).citations[0].quote == QUOTE
