"""The ladder: a row a rung beside the baselines, resumed without asking again, and put where the page has its marks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from eval import ladder
from eval.card import card
from eval.errors import BadRun
from eval.ladder import climb, put
from eval.run import Plan, run
from tests import eval_fakes as fakes


def cells(table: str) -> list[dict[str, str]]:
    head, _, *rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in table.splitlines()]
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_a_card_has_a_row_a_run_with_n_intervals_times_memory_and_baselines(tmp_path: Path) -> None:
    suite = fakes.tiny_suite()
    right = run(Plan(suite), fakes.Engine(suite), tmp_path / "a")
    late = run(Plan(suite), fakes.TimesOut(suite), tmp_path / "b")
    rows = {row["rung"]: row for row in cells(card([right]))}
    n = len(suite.cases)
    assert rows["fake"]["right"].startswith("1.00 [")
    assert rows["fake"]["right"].endswith(f"n={n}")
    assert rows["always refuse"]["right"].startswith(f"{5 / n:.2f} [")
    assert rows["always refuse"]["due refusals given"].startswith("1.00")
    assert float(rows["fake"]["peak MiB"]) > 50
    assert float(rows["fake"]["median s"]) >= 0
    assert [row["failed"] for row in cells(card([late])) if row["rung"] == "fake"] == ["5"]


def test_a_model_file_goes_by_its_name_without_its_folder(tmp_path: Path) -> None:
    suite = fakes.tiny_suite()

    class Elsewhere(fakes.Engine):
        def describe(self) -> dict[str, Any]:
            return {"target": "vouch", "model": "/home/somebody/models/big.gguf"}

    table = card([run(Plan(suite, limit=3), Elsewhere(suite), tmp_path / "run")])
    assert "| big.gguf |" in table
    assert "somebody" not in table


# A stand-in for ``python -m eval run`` that asks a scripted engine, and notes how often it is started.
CHILD = """
import sys
from pathlib import Path
from eval import provenance
from eval.run import Plan, run
from tests import eval_fakes as fakes
provenance.code = dict
words = dict(zip(sys.argv[4::2], sys.argv[5::2]))
if words["--model"] == "broken":
    sys.exit("eval: no such model")
suite = fakes.tiny_suite()
engine = fakes.Engine(suite)
run(Plan(suite, int(words["--limit"]), int(words["--seed"])), engine, Path(words["--out"]))
with (Path(words["--out"]).parent / "asked").open("a") as file:
    file.write(f"{len(engine.asked)} ")
"""


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put the stand-in in the place of the interpreter that the ladder starts."""
    script = tmp_path / "child.py"
    script.write_text(CHILD, encoding="utf-8")
    start = tmp_path / "python"
    start.write_text(f'#!/bin/sh\nPYTHONPATH=. exec {sys.executable} {script} "$@"\n', encoding="utf-8")
    start.chmod(0o755)
    monkeypatch.setattr(ladder.sys, "executable", str(start))  # type: ignore[attr-defined]
    return tmp_path


def test_every_rung_runs_on_every_suite_and_a_second_climb_asks_nothing(child: Path) -> None:
    said: list[str] = []
    out = child / "out"
    runs = climb(["none", "broken", "x/big.gguf"], ["tiny"], out, 4, 1, said.append)
    assert [found.folder.name for found in runs] == ["tiny-none", "tiny-big"]
    assert "tiny, broken: no run; the line above tells why" in said
    climb(["none"], ["tiny"], out, 4, 1, said.append)
    first, second, third = (out / "asked").read_text(encoding="utf-8").split()
    assert int(first) == int(second) > 0
    assert third == "0"
    with pytest.raises(BadRun, match="no rung could run"):
        climb(["broken"], ["tiny"], out, 4, 1, said.append)


def test_the_table_goes_between_the_marks_and_nowhere_else(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"Before.\n{ladder._BEGIN}\nold\n{ladder._END}\nAfter.\n", encoding="utf-8")
    for table in ("| one |", "| two |"):
        put(page, table)
    text = page.read_text(encoding="utf-8")
    assert text == f"Before.\n{ladder._BEGIN}\n\n| two |\n\n{ladder._END}\nAfter.\n"
    page.write_text("No marks.", encoding="utf-8")
    with pytest.raises(BadRun, match="no place for the table"):
        put(page, "| x |")
    assert page.read_text(encoding="utf-8") == "No marks."
