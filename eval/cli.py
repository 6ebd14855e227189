"""The commands of ``python -m eval``: parse, call one function, print. Results on stdout, the rest on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eval import report as reports
from eval.compare import compare as compare_runs
from eval.errors import BadRun, EvalError
from eval.local import LocalTarget
from eval.openai_target import OpenAiTarget
from eval.rows import RUN_FILE, Run, read_run
from eval.run import SEED, Plan
from eval.run import run as run_plan
from eval.suites import Suite, load_suite
from eval.targets import HttpTarget, Target
from eval.thresholds import check as check_run
from eval.thresholds import read_thresholds
from rag.errors import VouchError

FAILED, INTERRUPTED = 1, 130

app = typer.Typer(
    help="Tell how far an answer engine can be trusted on your documents, offline.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

RunFolder = Annotated[Path, typer.Argument(help="the folder of a run")]


@app.command()
def run(
    suite: Annotated[str, typer.Option(help="a shipped suite, or the path of a .jsonl file")],
    corpus: Annotated[Path | None, typer.Option(help="folder of documents, instead of the suite's own")] = None,
    out: Annotated[Path | None, typer.Option(help="folder of the run; one that was cut off goes on")] = None,
    model: Annotated[str | None, typer.Option(help="embedded, none, a GGUF file, or a service's address")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="ask a seeded sample of this many cases")] = None,
    seed: Annotated[int, typer.Option(help="seed of the sample and of the intervals")] = SEED,
    target: Annotated[str | None, typer.Option(help="another system: its /ask, or its OpenAI address (.../v1)")] = None,
    home: Annotated[Path | None, typer.Option(help="data folder for the index, kept; else a temporary one")] = None,
) -> None:
    """Ask every case of a suite, write the run down and print its report."""
    with _one_line_errors():
        loaded = load_suite(suite, corpus)
        for problem in loaded.problems:
            _complain(str(problem))
        folder = out or Path("runs") / f"{loaded.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        plan = Plan(loaded, limit, seed)
        try:
            with _target(loaded, target, model, home) as asked, _progress("asking") as tick:
                done = run_plan(plan, asked, folder, tick)
        except KeyboardInterrupt:
            if (folder / RUN_FILE).exists():
                _complain(f"stopped; add --out {folder} to the same command to go on")
            raise typer.Exit(INTERRUPTED) from None
        _print_report(done)


@app.command()
def report(
    folder: RunFolder,
    timings: Annotated[bool, typer.Option(help="with the section that differs from run to run")] = True,
) -> None:
    """Print a run's report as Markdown and write it beside the run, with an HTML page."""
    with _one_line_errors():
        _print_report(read_run(folder), timings)


@app.command()
def compare(a: RunFolder, b: RunFolder) -> None:
    """Tell in which figures run B differs from run A, and where no difference is shown."""
    with _one_line_errors():
        typer.echo(reports.comparison_markdown(compare_runs(read_run(a), read_run(b))))


@app.command()
def check(folder: RunFolder, thresholds: Annotated[Path, typer.Argument(help="TOML file")]) -> None:
    """Compare a run with a threshold file; the exit status is 1 if a figure misses its threshold."""
    with _one_line_errors():
        verdicts = check_run(read_run(folder), read_thresholds(thresholds))
        typer.echo(reports.verdicts_markdown(verdicts))
        if not all(verdict.passed for verdict in verdicts):
            raise typer.Exit(FAILED)


@app.command()
def card(folders: Annotated[list[Path], typer.Argument(help="folders of runs")]) -> None:
    """Print one line a run with the figures that matter most, as Markdown for a README."""
    with _one_line_errors():
        typer.echo(reports.card([read_run(folder) for folder in folders]))


@app.command()
def bench(
    out: Annotated[Path, typer.Option(help="file for the figures, as JSON")] = Path("runs/bench.json"),
    questions: Annotated[int, typer.Option(min=2, help="questions asked of the running engine")] = 30,
) -> None:
    """Measure speed: embedding, indexing, a cold answer, answers idle and on busy cores."""
    from eval.bench import bench as run_bench

    with _one_line_errors():
        typer.echo(run_bench(load_suite("seeds-dev"), out, questions, say=_complain))


@app.command()
def sweep(
    thresholds: Annotated[list[float], typer.Argument(min=0, max=1, help="least scores that count as an answer")],
    suite: Annotated[str, typer.Option(help="a suite that may be tuned on")] = "seeds-dev",
) -> None:
    """Print how many answers are right, and how many refusals given, at several thresholds of the reader."""
    from eval.sweep import sweep as run_sweep

    with _one_line_errors():
        typer.echo(run_sweep(load_suite(suite), thresholds))


@contextmanager
def _target(suite: Suite, url: str | None, model: str | None, home: Path | None) -> Iterator[Target]:
    if url is not None:
        yield _remote(url, model)
        return
    with LocalTarget(suite.corpus, {**suite.settings, "model": model or suite.settings.get("model")}, home) as one:
        yield one


def _remote(url: str, model: str | None) -> Target:
    """Return the system at an address; one that ends in /v1 speaks OpenAI's dialect and must be told its model."""
    if not url.rstrip("/").endswith("/v1"):
        return HttpTarget(url, model)
    if model is None:
        raise BadRun("an OpenAI service needs --model; its names are listed at its /v1/models")
    return OpenAiTarget(url, model)


def _print_report(run: Run, timings: bool = True) -> None:
    text = reports.markdown(run, timings)
    (run.folder / "report.md").write_text(text, encoding="utf-8")
    (run.folder / "report.html").write_text(reports.html(run, timings), encoding="utf-8")
    typer.echo(text)
    _complain(f"written to {run.folder / 'report.html'}")


@contextmanager
def _progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that hears (done, all) and, on a terminal, moves a bar on stderr."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(what, total=None)
    with bar if sys.stderr.isatty() else nullcontext():
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Turn an error that a user can mend into one line on stderr and exit status 1."""
    try:
        yield
    except (EvalError, VouchError, OSError) as error:
        _complain(str(error))
        raise typer.Exit(FAILED) from None


def _complain(message: str) -> None:
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"[bold]eval:[/] {escape(' '.join(message.split()))}")
