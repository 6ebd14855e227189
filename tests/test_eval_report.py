"""Reports repeat byte for byte, comparisons claim nothing by luck, thresholds fail a build."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from eval import bench, intervals, labels, plots, report
from eval.baseline import ALWAYS_REFUSE, TOP_SENTENCE
from eval.cases import Case
from eval.cli import app
from eval.compare import compare
from eval.corpus import Corpus
from eval.errors import BadRun, BadThresholds
from eval.intervals import Interval
from eval.reply import Reply
from eval.rows import Row, Run
from eval.run import Plan, run
from eval.summary import MEANINGS
from eval.thresholds import check, read_thresholds
from tests import eval_fakes as fakes

TRIALS, CASES = 100, 400
REPLY = Reply(status="supported", answer="x")
POOL = tuple(
    Case.model_validate(
        {"id": f"{at}", "kind": "fact", "turns": ({"question": "?"},), "gold_answers": (("x",),)}, strict=False
    )
    for at in range(CASES)
)


Hits = np.ndarray[Any, np.dtype[np.bool_]]
# As many figures as a real run has, each with noise of its own: the worst that looking at many can do.
OTHERS = [name for name in MEANINGS if name not in ("right", "failed")]


def made_up(right: Hits, others: Hits) -> Run:
    """Return a run whose answers are right as given; ``others`` is (cases, figures)."""
    rows = tuple(
        Row(
            case=case,
            outcome="right" if hit else "wrong",
            reply=REPLY,
            scores=dict(zip(OTHERS, map(float, figures), strict=True)),
        )
        for case, hit, figures in zip(POOL, right, others, strict=True)
    )
    return Run(Path(), {"seed": 1, "suite": "s", "problems": []}, {}, rows)


def disturbed(solid: Hits, draw: np.random.Generator, share: float) -> Hits:
    """Turn round a share of the outcomes, as an engine does whose answers are not the same twice."""
    return np.where(draw.uniform(size=solid.shape) < share, ~solid, solid)


def asked(folder: Path, kind: type[fakes.Engine]) -> Run:
    suite = fakes.tiny_suite()
    return run(Plan(suite), kind(suite), folder / "run")


def test_identical_runs_differ_in_nothing(tmp_path: Path) -> None:
    a, b = asked(tmp_path / "a", fakes.Engine), asked(tmp_path / "b", fakes.Engine)
    found = compare(a, b)
    assert not any(one.shown for one in found.differences)
    assert "no difference shown" in report.comparison_markdown(found)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw intervals from few samples: claims rest on the tests beside them, and there are hundreds of trials."""
    monkeypatch.setattr(intervals, "RESAMPLES", 100)


@pytest.mark.usefixtures("quick")
def test_equally_good_noisy_runs_are_told_apart_at_most_five_times_in_a_hundred() -> None:
    draw = np.random.default_rng(7)
    claims = 0
    for _ in range(TRIALS):
        solid, figures = draw.uniform(size=CASES) < 0.8, draw.uniform(size=(CASES, len(OTHERS))) < 0.8
        a, b = (made_up(disturbed(solid, draw, 0.1), disturbed(figures, draw, 0.1)) for _ in range(2))
        claims += any(one.shown for one in compare(a, b).differences)
    assert claims <= 5


@pytest.mark.usefixtures("quick")
def test_five_points_in_four_hundred_cases_are_found_in_eighty_of_a_hundred_trials() -> None:
    """A tenth of the cases come out differently: 7.5 % better, 2.5 % worse, each by its own chance.

    The other figures are as noisy and no better, so that the difference has to be found among them.
    """
    draw = np.random.default_rng(8)
    found = 0
    for _ in range(TRIALS):
        right, fate = draw.uniform(size=CASES) < 0.75, draw.uniform(size=CASES)
        # Chances among the wrong and among the right, so that 7.5 % and 2.5 % of all cases change.
        better, worse = ~right & (fate < 0.075 / 0.25), right & (fate < 0.025 / 0.75)
        figures = draw.uniform(size=(CASES, len(OTHERS))) < 0.8
        a = made_up(right, figures)
        b = made_up((right | better) & ~worse, disturbed(figures, draw, 0.1))
        found += any(one.name == "right" and one.shown and one.better for one in compare(a, b).differences)
    assert found >= 80


def test_a_comparison_names_what_got_worse(tmp_path: Path) -> None:
    a, b = asked(tmp_path / "a", fakes.Engine), asked(tmp_path / "b", fakes.ChangesDigit)
    assert "B is worse in right" in report.comparison_markdown(compare(a, b))
    other = Run(Path(), a.identity, {}, a.rows[:1])
    changed = Run(Path(), a.identity, {}, (a.rows[0].model_copy(update={"case": a.rows[1].case}),))
    assert compare(a, other).only_a == len(a.rows) - 1
    with pytest.raises(BadRun, match="no case in common"):
        compare(other, Run(Path(), a.identity, {}, a.rows[1:2]))
    assert compare(changed, a).cases == 1


def test_the_same_run_twice_gives_the_same_report_byte_for_byte_but_for_times(tmp_path: Path) -> None:
    a, b = asked(tmp_path / "a", fakes.AlwaysAnswers), asked(tmp_path / "b", fakes.AlwaysAnswers)
    assert report.markdown(a, with_timings=False) == report.markdown(b, with_timings=False)
    assert report.html(a, with_timings=False) == report.html(b, with_timings=False)
    assert report.html(a) == report.html(a)
    assert str(a.context["date"]) not in report.html(a, with_timings=False)
    assert str(a.context["date"]) in report.html(a)


def test_the_page_needs_nothing_else_and_shows_each_failing_case_with_its_quotes(tmp_path: Path) -> None:
    cases = fakes.raw_cases()
    cases[-1]["turns"][0]["question"] = "Who <script>alert(1)</script> designed it?"
    suite = fakes.suite_of(tmp_path, cases)
    done = run(Plan(suite), fakes.AlwaysAnswers(suite), tmp_path / "run")
    page = report.html(done)
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "src=" not in page
    assert "href=" not in page
    assert page.count("<details>") == 5
    assert fakes.BRIDGES["Arden"] in page
    assert page.count("<svg") == 4
    assert "always refuse" in page


def test_every_mean_in_the_report_has_an_interval_and_an_n(tmp_path: Path) -> None:
    text = report.markdown(asked(tmp_path, fakes.Engine))
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    named = [cells for cells in rows if cells[0].removeprefix("| ") in MEANINGS]
    assert len(named) > 10
    assert all("[" in cells[2] and int(cells[3].removesuffix(" |")) > 0 for cells in named)


def test_plots_are_well_formed_and_scaled() -> None:
    drawn = plots.bars("Right <b>", {"a & b": Interval(0.5, 0.25, 0.75, 8), "c": Interval(1.0, 0.9, 1.0, 30)})
    tree = ET.fromstring(str(drawn))
    widths = [float(one.attrib["width"]) for one in tree.iter() if one.attrib.get("class") == "bar"]
    assert widths[1] == pytest.approx(2 * widths[0], abs=0.2)
    times = ET.fromstring(str(plots.histogram("Wall", [0.1, 0.1, 2.0])))
    heights = [float(one.attrib["height"]) for one in times.iter() if one.attrib.get("class") == "bar"]
    assert max(heights) == pytest.approx(2 * heights[-1], abs=0.2)


def test_thresholds_pass_fail_and_refuse_unknown_names(tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text("[at_least]\nright = 1.0\n[at_most]\nfailed = 0.0\n", encoding="utf-8")
    wanted = read_thresholds(path)
    assert all(one.passed for one in check(asked(tmp_path / "a", fakes.Engine), wanted))
    failing = {one.name: one.passed for one in check(asked(tmp_path / "b", fakes.TimesOut), wanted)}
    assert failing == {"right": False, "failed": False}
    path.write_text("[at_least]\nquote_hit = 0.5\n", encoding="utf-8")
    assert not check(asked(tmp_path / "c", fakes.RefusesAll), read_thresholds(path))[0].passed  # no case, no pass
    path.write_text("[at_least]\nrite = 1\n", encoding="utf-8")
    with pytest.raises(BadThresholds, match="rite"):
        read_thresholds(path)


def test_the_commands_print_results_and_exit_as_told(tmp_path: Path) -> None:
    good, bad = asked(tmp_path / "a", fakes.Engine), asked(tmp_path / "b", fakes.ChangesDigit)
    path = tmp_path / "t.toml"
    path.write_text("[at_least]\nright = 0.9\n", encoding="utf-8")
    call = CliRunner().invoke
    assert call(app, ["check", str(good.folder), str(path)]).exit_code == 0
    assert call(app, ["check", str(bad.folder), str(path)]).exit_code == 1
    assert "B is worse" in call(app, ["compare", str(good.folder), str(bad.folder)]).stdout
    shown = call(app, ["report", str(bad.folder), "--no-timings"])
    assert shown.stdout.startswith("# Evaluation: tiny")
    assert (bad.folder / "report.html").read_text(encoding="utf-8") == report.html(bad, with_timings=False)
    lines = call(app, ["card", str(good.folder), str(bad.folder)]).stdout.splitlines()
    assert len(lines) == 6
    assert [line.split(" | ")[1] for line in lines[2:]] == [ALWAYS_REFUSE, TOP_SENTENCE, "fake", "fake"]
    missing = call(app, ["report", str(tmp_path / "nowhere")])
    assert missing.exit_code == 1
    assert missing.stdout == ""
    assert missing.stderr.count("\n") == 1
    assert call(app, ["run", "--suite", "no-such"]).exit_code == 1


def test_bench_passages_do_not_repeat_and_ratios_are_paired() -> None:
    texts = bench.passages(Corpus.of(fakes.TEXTS), 8)
    assert len(set(texts)) == len(texts) == 8
    ratio = bench.ratio_of_medians([2.0, 4.0, 6.0], [1.0, 2.0, 3.0])
    assert (ratio.value, ratio.n) == (2.0, 3)
    table = bench.table([bench.Measured("answer", "s", Interval(1.0, 0.9, 1.1, 30), "at most 1.5 s")])
    assert table.splitlines()[-1] == "| answer | 1 s | 0.9 to 1.1 | 30 | at most 1.5 s |"


def test_labels_of_the_run_itself_make_the_interval_of_faithfulness(tmp_path: Path) -> None:
    done = asked(tmp_path, fakes.ChangesDigit)
    answers = sum("faithfulness" in row.scores for row in done.rows)
    call = CliRunner().invoke
    said = call(app, ["label", str(done.folder), "--count", "2"], input="y\nn\n")
    assert said.stdout.endswith("2 answers labelled\n")
    assert sorted(labels.read_labels(done.folder).values()) == [0, 1]
    assert labels.labelled_faithfulness(done) is None  # too few
    assert labels.label(done, 1, lambda *_: None) == 0  # stopped
    assert labels.label(done, answers - 3, lambda said, quotes: said == quotes[0].quote) == answers - 3
    found = labels.labelled_faithfulness(done)
    assert found is not None
    interval, count = found
    assert (interval.n, count) == (answers, answers - 1)
    assert f"{count} labels of this run's own answers" in report.markdown(done)
    (done.folder / labels.LABELS_FILE).write_text('{"id": "x", "held": 2}\n', encoding="utf-8")
    with pytest.raises(BadRun, match=r"labels\.jsonl:1"):
        labels.read_labels(done.folder)
