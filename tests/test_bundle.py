"""A saved answer is checked again: whatever is changed in it is found, and what became of its quotes is told."""

import copy
import dataclasses
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rag import bundle
from rag.answer import ask
from rag.cli import app
from rag.embed import MiniLM
from rag.engine import Engine
from rag.errors import BadBundle
from rag.records import Question
from rag.settings import Settings
from tests.test_answer import KeywordReader, OneWriter

TEXT = (
    "Report from the border.\n\nRussia is constructing a $100 million road bridge. It crosses the Tumen River. "
    "The resort was opened on June 24, 2019."
)


@pytest.fixture(scope="module")
def minilm(models: Path) -> MiniLM:
    return MiniLM(models, 2)


@pytest.fixture
def engine(minilm: MiniLM, tmp_path: Path) -> Engine:
    (tmp_path / "a.txt").write_text(TEXT)
    settings = Settings(home=tmp_path / "home")
    writer = OneWriter(settings, "The road bridge costs $100 million.")
    made = Engine(settings, embedder=minilm, reader=KeywordReader("$100 million"), models=writer)
    made.library.add_paths([tmp_path / "a.txt"])
    return made


def saved(engine: Engine, question: str = "How much does the bridge cost?") -> dict[str, Any]:
    asked = Question(question)
    made = bundle.make(engine, asked, ask(engine, asked))
    return bundle.loads(json.dumps(made))


def signed(changed: dict[str, Any]) -> dict[str, Any]:
    """Return a bundle with the checksum that a forger would put on it."""
    rest = {key: value for key, value in changed.items() if key != "sha256"}
    plain = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    return rest | {"sha256": hashlib.sha256(plain.encode()).hexdigest()}


def test_a_saved_answer_holds(engine: Engine) -> None:
    with engine:
        found = saved(engine)
    assert found["answer"]["status"] == "supported"
    assert bundle.problems(found) == []
    assert found["made_with"]["embedder"]["name"]
    assert found["documents"][0]["text"] == TEXT


def test_a_refusal_can_be_saved_too(engine: Engine) -> None:
    with engine:
        engine._reader = KeywordReader("nothing at all")
        found = saved(engine, "Who is the mayor of Paris?")
    assert found["answer"]["status"] == "not_found"
    assert bundle.problems(found) == []


def test_any_change_is_seen(engine: Engine) -> None:
    with engine:
        found = saved(engine)
    found["answer"]["question"] = "How much does the castle cost?"
    assert bundle.problems(found) == ["it was changed after it was saved"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda b: b["answer"]["sentences"][0].update(text="The bridge costs $900 million."), "sentence 1 is not held"),
        (lambda b: b["answer"]["citations"][0].update(start=3), "does not stand at"),
        (lambda b: b["answer"]["citations"][0].update(quote="A $900 million bridge."), "does not stand at"),
        (lambda b: b["answer"]["sentences"][0].update(citations=[7]), "cites a quote that is not there"),
        (lambda b: b["answer"].update(answer="The bridge is free."), "its text is not that of its sentences"),
        (lambda b: b["answer"].update(status="not_found"), "says that the documents do not say"),
        (lambda b: b["documents"][0].update(text=TEXT.replace("100", "900")), "is not that of revision"),
        (lambda b: b.update(documents=[]), "whose text is not in the bundle"),
    ],
)
def test_a_forger_who_signs_again_is_caught_by_the_gates(engine: Engine, change: Any, problem: str) -> None:
    with engine:
        found = saved(engine)
    forged = copy.deepcopy(found)
    change(forged)
    assert any(problem in line for line in bundle.problems(signed(forged)))


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "vouch-bundle"}', '{"format": "vouch-bundle", "version": 1}']
)
def test_what_is_no_bundle_gets_one_line(text: str) -> None:
    with pytest.raises(BadBundle) as caught:
        bundle.problems(bundle.loads(text))
    assert "\n" not in str(caught.value)


def test_what_became_of_a_quote(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with engine:
        citations = ask(engine, Question("How much does the bridge cost?")).citations
        states = []
        for text in (TEXT, "New on top. " + TEXT, TEXT.replace("$100", "$120")):
            path.write_text(text)
            engine.library.add_paths([path])
            states += [one.state for one in bundle.standing(engine.library, citations)]
        engine.library.remove("a.txt")
        states += [one.state for one in bundle.standing(engine.library, citations)]
    assert states == ["unchanged", "moved", "vanished", "gone"]


def test_kept_answers_are_listed_after_a_change(engine: Engine, tmp_path: Path) -> None:
    with engine:
        answer = ask(engine, Question("How much does the bridge cost?"))
        chat = engine.library.store.new_conversation()
        engine.library.store.add_turn(chat, answer.question, json.dumps(dataclasses.asdict(answer)))
        (tmp_path / "a.txt").write_text(TEXT.replace("$100", "$120"))
        engine.library.add_paths([tmp_path / "a.txt"])
        [(line, state)] = bundle.kept(engine.library)
    assert state == "vanished"
    assert "a.txt" in line
    assert "How much does the bridge cost?" in line


def test_the_command_checks_files_and_says_what_is_wrong(engine: Engine, tmp_path: Path) -> None:
    with engine:
        found = saved(engine)
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    bundle.write(good, found)
    bundle.write(bad, found | {"version": 1, "saved": "yesterday"})
    assert CliRunner().invoke(app, ["verify", str(good)]).exit_code == 0
    result = CliRunner().invoke(app, ["verify", str(good), str(bad)])
    assert result.exit_code == 1
    assert "bad.json: it was changed" in result.stdout
    assert CliRunner().invoke(app, ["verify", str(tmp_path / "none.json")]).exit_code == 1
