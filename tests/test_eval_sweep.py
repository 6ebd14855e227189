"""The sweep of thresholds counts what is right and what is refused."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, Self

import pytest

from eval import sweep as room
from eval.suites import load_suite
from rag.records import Evidence

FOUND = "The bridge costs $100 million."


made: list["Scripted"] = []


class Scripted:
    """Answers every question with one sentence of score 0.6, and nothing above that threshold."""

    def __init__(self, *_: object) -> None:
        self.reads: list[str] = []
        self.engine = SimpleNamespace(reader=SimpleNamespace(threshold=0.0, read=self._read))
        made.append(self)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def _read(self, question: str, _: object) -> list[Evidence]:
        self.reads.append(question)
        return []

    def ask(self, question: str, history: object) -> dict[str, Any]:
        self.engine.reader.read(question, [])
        if self.engine.reader.threshold > 0.6:
            return {"status": "not_found", "answer": "The documents do not say.", "sentences": [], "citations": []}
        return {"status": "supported", "answer": FOUND, "sentences": [{"text": FOUND}], "citations": []}


def test_each_threshold_has_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text(FOUND)
    evidence = '[{"doc": "a.txt", "quote": "$100 million"}]'
    (tmp_path / "cases.jsonl").write_text(
        '{"id": "1", "kind": "number", "turns": [{"question": "Cost?"}], "gold_answers": [["$100 million"]], '
        f'"gold_evidence": {evidence}, "must_not": [], "meta": {{}}}}\n'
        '{"id": "2", "kind": "unanswerable", "turns": [{"question": "Length?"}], "gold_answers": [], '
        '"gold_evidence": [], "must_not": [], "meta": {}}\n'
    )
    monkeypatch.setattr(room, "LocalTarget", Scripted)
    suite = load_suite(str(tmp_path / "cases.jsonl"), tmp_path / "docs")
    rows = room.sweep(suite, [0.5, 0.7]).splitlines()[2:]
    assert made[-1].reads == ["Cost?", "Length?"]  # once, whatever the number of thresholds
    assert rows == ["| 0.50 | 1 of 2 | 0 of 1 |", "| 0.70 | 1 of 2 | 1 of 1 |"]
