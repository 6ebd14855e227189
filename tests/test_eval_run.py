"""Suites are read strictly, runs go on where they stopped, and every planted fault moves the figure it should."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from eval.errors import AskFailed, BadRun, BadSuite
from eval.openai_target import REFUSAL, OpenAiTarget
from eval.rows import ROWS_FILE, Row, Run, read_run
from eval.run import Plan, run
from eval.suites import load_suite
from eval.summary import by_kind, latencies, summarise
from eval.targets import HttpTarget
from tests import eval_fakes as fakes


def run_with(kind: type[fakes.Engine], folder: Path) -> Run:
    suite = fakes.tiny_suite()
    return run(Plan(suite), kind(suite), folder / "run")


def figures(found: Run) -> dict[str, float]:
    return {figure.name: figure.interval.value for figure in summarise(found).figures}


def test_a_malformed_line_names_file_and_line_and_the_others_run(tmp_path: Path) -> None:
    good = fakes.raw_cases()
    bad = [
        "{not json",
        json.dumps({**good[1], "kind": "riddle"}),
        json.dumps({**good[1], "colour": "red"}),
        json.dumps(good[0]),
        json.dumps({**good[1], "id": "x", "gold_answers": [[]]}),
        json.dumps({**good[1], "id": "y", "turns": []}),
    ]
    suite = fakes.suite_of(tmp_path, [good[0], *bad, good[2]])
    assert [case.id for case in suite.cases] == ["case-00", "case-02"]
    assert [(problem.file, problem.line) for problem in suite.problems] == [("tiny.jsonl", at) for at in range(2, 8)]
    assert "kind" in suite.problems[1].message
    assert "colour" in suite.problems[2].message
    assert "taken by an earlier line" in suite.problems[3].message
    done = run(Plan(suite), fakes.Engine(suite), tmp_path / "run")
    assert len(done.rows) == 2
    assert str(suite.problems[0]) in done.identity["problems"]


def test_a_gold_quote_that_is_not_in_the_corpus_ends_it_before_anything_is_asked(tmp_path: Path) -> None:
    cases = fakes.raw_cases()
    cases[0]["gold_evidence"][0]["quote"] += " Not so."
    cases[1]["gold_evidence"][0]["doc"] = "nowhere.txt"
    with pytest.raises(BadSuite, match=r"case-00.*does not contain.*case-01.*no document 'nowhere.txt'"):
        fakes.suite_of(tmp_path, cases)


def test_suites_that_cannot_be_used_say_why(tmp_path: Path) -> None:
    with pytest.raises(BadSuite, match="shipped are"):
        load_suite("no-such-suite")
    path = fakes.write_suite(tmp_path / "a")
    with pytest.raises(BadSuite, match="no readable case"):
        load_suite(str(fakes.write_suite(tmp_path / "b", ["{}"])))
    path.with_suffix(".toml").write_text("corpse = 1", encoding="utf-8")
    with pytest.raises(BadSuite, match=r"tiny\.toml"):
        load_suite(str(path))
    path.with_suffix(".toml").unlink()
    with pytest.raises(BadSuite, match="--corpus"):
        load_suite(str(path))
    with pytest.raises(BadSuite, match="does not exist"):
        load_suite(str(path), tmp_path / "missing")


@pytest.mark.parametrize("name", ["seeds-dev", "seeds-test"])
def test_the_shipped_suites_load_without_a_problem(name: str) -> None:
    assert load_suite(name).problems == ()


def test_a_right_engine_is_right_everywhere(tmp_path: Path) -> None:
    found = figures(run_with(fakes.Engine, tmp_path))
    high = ("right", "quotes_valid", "quote_hit", "citation_support", "refusal_balanced_accuracy", "recall@1")
    low = ("failed", "uncited", "number_errors", "name_errors", "negation_errors")
    assert {name: found[name] for name in high} == dict.fromkeys(high, 1.0)
    assert {name: found[name] for name in low} == dict.fromkeys(low, 0.0)


# Planted fault, the figures it must move, and in which direction.
FAULTS = [
    (fakes.AlwaysAnswers, {"right": -1, "refusal_balanced_accuracy": -1, "refusal_recall": -1}),
    (fakes.CitesAtRandom, {"quote_hit": -1, "citation_support": -1}),
    (fakes.ChangesDigit, {"right": -1, "number_errors": 1}),
    (fakes.DropsNegation, {"right": -1, "negation_errors": 1}),
    (fakes.RefusesAll, {"right": -1, "refusal_precision": -1, "refusal_balanced_accuracy": -1}),
    (fakes.ChangesQuote, {"quotes_valid": -1, "quote_valid": -1}),
    (fakes.TimesOut, {"failed": 1}),
]


@pytest.mark.parametrize(("kind", "moves"), FAULTS, ids=lambda value: getattr(value, "name", ""))
def test_each_planted_fault_moves_its_figure(kind: type[fakes.Engine], moves: dict[str, int], tmp_path: Path) -> None:
    before, after = figures(run_with(fakes.Engine, tmp_path / "a")), figures(run_with(kind, tmp_path / "b"))
    for name, sign in moves.items():
        assert sign * (after[name] - before[name]) > 0.1, name
    if "failed" not in moves:
        assert after["failed"] == 0


def test_an_unsure_wrong_answer_costs_little_where_confidence_orders(tmp_path: Path) -> None:
    curve = summarise(run_with(fakes.AlwaysAnswers, tmp_path)).curve
    assert curve is not None
    assert curve.area == curve.best
    assert curve.area.value < curve.random.value
    assert curve.coverage[-1] == 1


def test_no_answer_is_failed_apart_from_wrong_and_the_run_goes_on(tmp_path: Path) -> None:
    done = run_with(fakes.TimesOut, tmp_path)
    outcomes = {kind: {row.outcome for row in rows} for kind, rows in by_kind(done.rows).items()}
    assert outcomes["unanswerable"] == {"failed"}
    assert outcomes["number"] == {"right"}
    failed = [row for row in done.rows if row.outcome == "failed"]
    assert all(row.error == "timed out after 60 s" and not row.scores for row in failed)
    assert latencies(done)["wall"][50].n == len(done.rows) - len(failed)


def test_an_earlier_turn_without_an_answer_is_asked_and_handed_on(tmp_path: Path) -> None:
    suite = fakes.tiny_suite()
    seen: list[tuple[str, object]] = []

    class Listens(fakes.Engine):
        def ask(self, question: str, history: object) -> dict[str, object]:  # type: ignore[override]
            seen.append((question, history))
            return super().ask(question, ())

    run(Plan(suite), Listens(suite), tmp_path / "run")
    shown = f"{fakes.LIBRARY} [1]"
    assert ("And when?", (("Was the library built?", shown),)) in seen


def test_an_interrupted_run_goes_on_without_asking_twice(tmp_path: Path) -> None:
    suite = fakes.tiny_suite()
    whole = run(Plan(suite), fakes.Engine(suite), tmp_path / "whole")
    engine = fakes.Engine(suite)

    def stop(done: int, total: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(Plan(suite), engine, tmp_path / "run", stop)
    rows = tmp_path / "run" / ROWS_FILE
    rows.write_bytes(rows.read_bytes() + b'{"case": {"id": "torn')
    done = run(Plan(suite), engine, tmp_path / "run")
    assert len(engine.asked) == len(set(engine.asked)) == len(suite.cases) + 1  # one case has an earlier turn
    assert done.rows == whole.rows
    assert rows.read_bytes() == (tmp_path / "whole" / ROWS_FILE).read_bytes()
    again = fakes.Engine(suite)
    run(Plan(suite), again, tmp_path / "run")
    assert again.asked == []


def test_a_run_is_not_mixed_with_another(tmp_path: Path) -> None:
    suite = fakes.tiny_suite()
    run(Plan(suite), fakes.Engine(suite), tmp_path / "run")
    with pytest.raises(BadRun, match="target"):
        run(Plan(suite), fakes.RefusesAll(suite), tmp_path / "run")
    with pytest.raises(BadRun, match="limit"):
        run(Plan(suite, limit=3), fakes.Engine(suite), tmp_path / "run")


def test_a_damaged_run_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(BadRun, match="holds no run"):
        read_run(tmp_path)
    suite = fakes.tiny_suite()
    run(Plan(suite), fakes.Engine(suite), tmp_path / "run")
    rows = tmp_path / "run" / ROWS_FILE
    rows.write_bytes(b"{}\n" + rows.read_bytes())
    with pytest.raises(BadRun, match="damaged"):
        read_run(tmp_path / "run")


def test_a_limited_run_is_a_seeded_sample_in_order(tmp_path: Path) -> None:
    suite = fakes.tiny_suite()
    chosen = Plan(suite, limit=6).cases
    assert chosen == Plan(suite, limit=6).cases
    assert [case.id for case in chosen] == sorted(case.id for case in chosen)
    assert chosen != suite.cases[:6]
    assert Plan(suite, limit=1000).cases == suite.cases


def test_rows_hold_no_times_and_no_random_ids(tmp_path: Path) -> None:
    done = run_with(fakes.Engine, tmp_path)
    text = (done.folder / ROWS_FILE).read_text(encoding="utf-8")
    assert "timings" not in text
    assert "wall" not in text
    assert done.timings["case-00"].reported_ms == {"total": 10, "first_sentence": 5}
    assert Row.model_validate_json(text.splitlines()[0]) == done.rows[0]


def test_an_unreadable_answer_is_failed_not_wrong(tmp_path: Path) -> None:
    suite = fakes.tiny_suite()

    class Babbles(fakes.Engine):
        def reply(self, case: object) -> dict[str, object]:
            return {"status": "perhaps", "answer": "?"}

    done = run(Plan(suite), Babbles(suite), tmp_path / "run")
    assert {row.outcome for row in done.rows} == {"failed"}
    assert done.rows[0].error.startswith("unreadable answer: status")


def http(handler: object) -> HttpTarget:
    return HttpTarget("http://engine.test/ask", "small", transport=httpx.MockTransport(handler))  # type: ignore[arg-type]


def test_a_server_is_asked_as_the_contract_says() -> None:
    bodies: list[object] = []

    def serve(request: httpx.Request) -> httpx.Response:
        bodies.append(json.loads(request.content))
        return httpx.Response(200, json=fakes.REFUSAL)

    assert http(serve).ask("Why?", (("What?", "That."),)) == fakes.REFUSAL
    history = [{"question": "What?", "answer": "That."}]
    assert bodies == [{"question": "Why?", "history": history, "model": "small"}]


def test_an_openai_service_is_judged_by_its_text_and_its_exact_refusal() -> None:
    said = iter(["It costs 12.", f"{REFUSAL} Sorry.", "I do not know."])
    sent: list[dict[str, object]] = []

    def serve(request: httpx.Request) -> httpx.Response:
        sent.append(json.loads(request.content))
        return httpx.Response(200, json={"choices": [{"message": {"content": next(said)}}]})

    target = OpenAiTarget("http://engine.test/v1", "small", transport=httpx.MockTransport(serve))
    statuses = [target.ask("Why?", (("What?", "That."),))["status"] for _ in range(3)]
    assert statuses == ["supported", "not_found", "supported"]
    assert [message["role"] for message in sent[0]["messages"]] == ["system", "user", "assistant", "user"]  # type: ignore[attr-defined]
    empty = httpx.MockTransport(lambda _: httpx.Response(200, json={"choices": []}))
    with pytest.raises(AskFailed, match="no message"):
        OpenAiTarget("http://engine.test/v1", "small", transport=empty).ask("Why?", ())


def test_a_server_that_does_not_answer_is_a_failure_with_its_reason() -> None:
    def late(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("late", request=request)

    def gone(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    for handler, words in [
        (late, "timed out after 60 s"),
        (gone, "no answer: refused"),
        (lambda _: httpx.Response(503, text="full"), "status 503: full"),
        (lambda _: httpx.Response(200, text="<html>"), "not a JSON object"),
        (lambda _: httpx.Response(200, json=[1]), "not a JSON object"),
    ]:
        with pytest.raises(AskFailed, match=words):
            http(handler).ask("Why?", ())
