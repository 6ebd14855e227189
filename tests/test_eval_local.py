"""The evaluation over the real engine: the corpus is indexed, asked through the one door, and nothing else is in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from eval.errors import AskFailed, BadSuite
from eval.local import LocalTarget, index_corpus
from eval.run import Plan, run
from eval.speed import cold_asks
from eval.suites import load_suite
from rag.engine import Engine
from rag.settings import load
from tests import eval_fakes as fakes


@pytest.fixture
def home(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a data folder that holds nothing but the converted models."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "models").symlink_to(models)
    monkeypatch.setenv("VOUCH_HOME", str(folder))
    return folder


def test_the_engine_is_measured_through_its_own_door(home: Path, tmp_path: Path) -> None:
    suite = load_suite(str(fakes.write_suite(tmp_path / "suite")))
    with LocalTarget(suite.corpus, {"model": "none"}) as target:
        done = run(Plan(suite), target, tmp_path / "run")
        with pytest.raises(AskFailed, match="bad-question"):
            target.ask("x" * 5000, ())
    assert not [row for row in done.rows if row.outcome == "failed"]
    shown = [row for row in done.rows if row.reply is not None and not row.reply.refused]
    assert shown
    assert {row.scores["quotes_valid"] for row in shown} == {1.0}
    assert sum(row.outcome == "right" for row in done.rows if row.case.kind == "number") >= 6
    assert done.identity["model"] == "none"
    assert str(home) not in (tmp_path / "run" / "run.json").read_text(encoding="utf-8")
    assert [path.name for path in home.iterdir()] == ["models"]


def test_an_index_of_something_else_is_not_measured(home: Path, tmp_path: Path) -> None:
    suite = load_suite(str(fakes.write_suite(tmp_path / "suite")))
    other = tmp_path / "other.txt"
    other.write_text("Another document altogether.", encoding="utf-8")
    with Engine(load({"home": home})[0]).library as library:
        library.add_paths([other])
        with pytest.raises(BadSuite, match=r"other\.txt"):
            index_corpus(library, suite.corpus, home)


def test_a_cold_ask_is_timed_with_its_stages(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOUCH_MODEL", "none")
    suite = load_suite(str(fakes.write_suite(tmp_path / "suite")))
    taken = cold_asks(suite.corpus, "What does the Birk bridge cost?", 1, load()[0])[0]
    assert 0 < taken.reported["total"] < taken.wall
