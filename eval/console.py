"""What the commands share on a terminal: one-line errors, a progress bar, and lines on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from eval.errors import EvalError
from rag.errors import VouchError

FAILED, INTERRUPTED = 1, 130


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function that hears (done, all) and, on a terminal, moves a bar on stderr."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(what, total=None)
    with bar if sys.stderr.isatty() else nullcontext():
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Turn an error that a user can mend into one line on stderr and exit status 1."""
    try:
        yield
    except (EvalError, VouchError, OSError) as error:
        complain(str(error))
        raise typer.Exit(FAILED) from None


def complain(message: str) -> None:
    """Print one line on stderr."""
    console = Console(stderr=True, highlight=False, soft_wrap=True)
    console.print(f"[bold]eval:[/] {escape(' '.join(message.split()))}")
