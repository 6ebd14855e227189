"""The commands of ``python -m eval``: parse, call one function, print. Results on stdout, the rest on stderr."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from eval import making, provenance
from eval import report as reports
from eval.asking import TIMEOUT
from eval.card import card as card_of
from eval.compare import compare as compare_runs
from eval.console import FAILED, INTERRUPTED, complain, one_line_errors, progress
from eval.errors import BadRun
from eval.feedback import NAME as FEEDBACK
from eval.feedback import feedback_suite
from eval.labels import label as label_run
from eval.ladder import RUNGS, SUITES, climb, put
from eval.local import LocalTarget
from eval.openai_target import OpenAiTarget
from eval.reply import Cited
from eval.rows import RUN_FILE, Run, read_run
from eval.run import SEED, Plan
from eval.run import run as run_plan
from eval.suites import Suite, load_suite
from eval.targets import HttpTarget, Target
from eval.thresholds import check as check_run
from eval.thresholds import read_thresholds
from rag.settings import load

app = typer.Typer(
    help="Tell how far an answer engine can be trusted on your documents, offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

app.command("new")(making.new)
app.command("slice")(making.slice_)

# What may be typed about a sentence; None stops.
_ANSWERS = {"y": True, "n": False, "q": None}

RunFolder = Annotated[Path, typer.Argument(help="the folder of a run")]


@app.command()
def run(
    suite: Annotated[str, typer.Option(help="a shipped suite, the path of a .jsonl file, or 'feedback'")],
    corpus: Annotated[Path | None, typer.Option(help="folder of documents, instead of the suite's own")] = None,
    out: Annotated[Path | None, typer.Option(help="folder of the run; one that was cut off goes on")] = None,
    model: Annotated[str | None, typer.Option(help="embedded, none, a GGUF file, or a service's address")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="ask a seeded sample of this many cases")] = None,
    seed: Annotated[int, typer.Option(help="seed of the sample and of the intervals")] = SEED,
    target: Annotated[str | None, typer.Option(help="another system: its /ask, or its OpenAI address (.../v1)")] = None,
    home: Annotated[Path | None, typer.Option(help="data folder for the index, kept; else a temporary one")] = None,
    timeout: Annotated[float, typer.Option(min=0.1, help="seconds that another system may take")] = TIMEOUT,
) -> None:
    """Ask every case of a suite, write the run down and print its report.

    VOUCH_EVAL_TOKEN is sent to --target as a bearer token.
    """
    with one_line_errors():
        loaded = feedback_suite(load()[0]) if suite == FEEDBACK and corpus is None else load_suite(suite, corpus)
        for problem in loaded.problems:
            complain(str(problem))
        folder = out or Path("runs") / f"{loaded.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        plan = Plan(loaded, limit, seed)
        try:
            remote = None if target is None else _remote(target, model, timeout)
            with _target(loaded, remote, model, home) as asked, progress("asking") as tick:
                done = run_plan(plan, asked, folder, tick)
        except KeyboardInterrupt:
            if (folder / RUN_FILE).exists():
                complain(f"stopped; add --out {folder} to the same command to go on")
            raise typer.Exit(INTERRUPTED) from None
        _print_report(done)


@app.command()
def report(
    folder: RunFolder,
    timings: Annotated[bool, typer.Option(help="with the section that differs from run to run")] = True,
) -> None:
    """Print a run's report as Markdown and write it beside the run, with an HTML page."""
    with one_line_errors():
        _print_report(read_run(folder), timings)


@app.command()
def compare(a: RunFolder, b: RunFolder) -> None:
    """Tell in which figures run B differs from run A, and where no difference is shown."""
    with one_line_errors():
        typer.echo(reports.comparison_markdown(compare_runs(read_run(a), read_run(b))))


@app.command()
def check(folder: RunFolder, thresholds: Annotated[Path, typer.Argument(help="TOML file")]) -> None:
    """Compare a run with a threshold file; the exit status is 1 if a figure misses its threshold."""
    with one_line_errors():
        verdicts = check_run(read_run(folder), read_thresholds(thresholds))
        typer.echo(reports.verdicts_markdown(verdicts))
        if not all(verdict.passed for verdict in verdicts):
            raise typer.Exit(FAILED)


@app.command()
def card(folders: Annotated[list[Path], typer.Argument(help="folders of runs")]) -> None:
    """Print one line a run with the figures that matter most, as Markdown for a README."""
    with one_line_errors():
        typer.echo(card_of([read_run(folder) for folder in folders]))


@app.command()
def ladder(
    model: Annotated[list[str] | None, typer.Option(help="a rung: none, embedded, a GGUF file, an address")] = None,
    suite: Annotated[list[str] | None, typer.Option(help="a suite to run them on; every shipped one")] = None,
    out: Annotated[Path | None, typer.Option(help="folder of the runs; a ladder that was cut off goes on")] = None,
    limit: Annotated[int, typer.Option(min=1, help="ask a seeded sample of this many cases of each suite")] = 60,
    seed: Annotated[int, typer.Option(help="seed of the sample and of the intervals")] = SEED,
    readme: Annotated[Path | None, typer.Option(help="page to put the table in, between its marks")] = None,
) -> None:
    """Run every rung of the model ladder on every suite and print the table."""
    with one_line_errors():
        folder = out or Path("runs") / f"ladder-{provenance.code()['code_sha256'][:8]}"
        try:
            table = card_of(climb(model or RUNGS, suite or SUITES, folder, limit, seed, complain))
        except KeyboardInterrupt:
            complain(f"stopped; add --out {folder} to the same command to go on")
            raise typer.Exit(INTERRUPTED) from None
        typer.echo(table)
        if readme is not None:
            put(readme, table)


@app.command()
def label(
    folder: RunFolder,
    count: Annotated[int, typer.Option(min=1, help="how many more answers to label")] = 30,
) -> None:
    """Say of a random sample of a run's answers whether their quotes hold them; the report uses it."""

    def ask(said: str, quotes: Sequence[Cited]) -> bool | None:
        typer.echo("\n".join(["", said, *(f"    [{one.id}] {one.quote}" for one in quotes)]))
        answer = ""
        while answer not in _ANSWERS:
            answer = typer.prompt("held by its quotes? y, n, or q to stop").strip().lower()
        return _ANSWERS[answer]

    with one_line_errors():
        typer.echo(f"{label_run(read_run(folder), count, ask)} answers labelled")


@app.command()
def calibrate(
    data: Annotated[Path, typer.Option(help="folder of the labelled data, with train and dev")] = Path(
        "../shared/data"
    ),
) -> None:
    """Fit the entailment instrument that scores, measure it on human labels, and write both down beside it."""
    from eval.calibrate import calibrate as run_calibrate

    with one_line_errors():
        typer.echo(reports.calibration_markdown(run_calibrate(data, say=complain)))


@app.command()
def gate(
    data: Annotated[Path, typer.Option(help="folder of the public data, with train and dev")] = Path("../shared/data"),
    answers: Annotated[int, typer.Option(min=1, help="generated answers to look at")] = 1000,
    details: Annotated[bool, typer.Option(help="list the tuned sentences on which the gate errs")] = False,
) -> None:
    """Measure what the gate before an answer refuses wrongly, and what it lets through."""
    from eval.gate import report as gate_report
    from rag.embed import MiniLM

    with one_line_errors():
        user = load({})[0]
        typer.echo(gate_report(data, MiniLM(user.models_path, user.threads), answers, details))


@app.command()
def bench(
    out: Annotated[Path, typer.Option(help="file for the figures, as JSON")] = Path("runs/bench.json"),
    questions: Annotated[int, typer.Option(min=2, help="questions asked of the running engine")] = 30,
) -> None:
    """Measure speed: embedding, indexing, a cold answer, answers idle and on busy cores."""
    from eval.bench import bench as run_bench

    with one_line_errors():
        typer.echo(run_bench(load_suite("seeds-dev"), out, questions, say=complain))


@app.command()
def sweep(
    thresholds: Annotated[list[float], typer.Argument(min=0, max=1, help="least scores that count as an answer")],
    suite: Annotated[str, typer.Option(help="a suite that may be tuned on")] = "seeds-dev",
) -> None:
    """Print how many answers are right, and how many refusals given, at several thresholds of the reader."""
    from eval.sweep import sweep as run_sweep

    with one_line_errors():
        typer.echo(run_sweep(load_suite(suite), thresholds))


@contextmanager
def _target(suite: Suite, remote: Target | None, model: str | None, home: Path | None) -> Iterator[Target]:
    if remote is not None:
        yield remote
        return
    with LocalTarget(suite.corpus, {**suite.settings, "model": model or suite.settings.get("model")}, home) as one:
        yield one


def _remote(url: str, model: str | None, timeout: float) -> Target:
    """Return the system at an address; one that ends in /v1 speaks OpenAI's dialect and must be told its model."""
    token = os.environ.get("VOUCH_EVAL_TOKEN", "")
    if not url.startswith(("http://", "https://")):
        raise BadRun(f"--target wants an address that begins with http:// or https://, not '{url}'")
    if not url.rstrip("/").endswith("/v1"):
        return HttpTarget(url, model, token=token, timeout=timeout)
    if model is None:
        raise BadRun("an OpenAI service needs --model; its names are listed at its /v1/models")
    return OpenAiTarget(url, model, token=token, timeout=timeout)


def _print_report(run: Run, timings: bool = True) -> None:
    text = reports.markdown(run, timings)
    (run.folder / "report.md").write_text(text, encoding="utf-8")
    (run.folder / "report.html").write_text(reports.html(run, timings), encoding="utf-8")
    typer.echo(text)
    complain(f"written to {run.folder / 'report.html'}")
