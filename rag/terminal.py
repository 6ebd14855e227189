"""How answers, reports and progress look in a terminal. Results go to stdout, everything else to stderr."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape

from rag.records import Answer, Document

if TYPE_CHECKING:
    from rag.doctor import Finding
    from rag.library import Report


def _console(stderr: bool = False) -> Console:
    plain = bool(os.environ.get("NO_COLOR"))
    return Console(stderr=stderr, highlight=False, soft_wrap=True, color_system=None if plain else "auto")


def complain(message: str) -> None:
    """Print one line on stderr."""
    _console(stderr=True).print(f"[bold red]vouch:[/] {escape(' '.join(message.split()))}")


def print_answer(answer: Answer) -> None:
    """Print an answer, then each citation with its document and its quote."""
    out = _console()
    if answer.search_question != answer.question:
        out.print(f"[dim]understood as: {escape(answer.search_question)}[/]")
    out.print(f"[bold]{escape(answer.answer)}[/]")
    if answer.reason:
        out.print(escape(answer.reason))
    width = min(100, shutil.get_terminal_size().columns)
    for citation in answer.citations:
        also = f"  [dim]also {escape(', '.join(citation.also))}[/]" if citation.also else ""
        page = f", page {citation.page}" if citation.page else ""
        out.print(f"\n[cyan]\\[{citation.id}][/] {escape(citation.document)}{page}{also}")
        quote = " ".join(citation.quote.split())
        wrapped = textwrap.fill(f"“{quote}”", width, initial_indent="    ", subsequent_indent="    ")
        out.print(escape(wrapped))


def note(message: str) -> None:
    """Print one quiet line on stderr: it is no part of the result."""
    _console(stderr=True).print(f"[dim]{escape(message)}[/]")


def print_documents(documents: Iterable[Document], near: Mapping[str, Sequence[str]]) -> None:
    """Print one line for each document; ``near`` are the ids of those that say nearly the same."""
    out = _console()
    for document in documents:
        told = [f"{document.passages} passages", document.title]
        told += [f"the same as {', '.join(document.also)}"] if document.also else []
        told += [f"nearly the same as {', '.join(near[document.id])}"] if document.id in near else []
        out.print(f"{escape(document.id)}  [dim]{escape(', '.join(told))}[/]")


def print_report(report: Report) -> None:
    """Print what indexing did; each refused file with its reason goes to stderr."""
    for outcome in report.refused:
        complain(f"{outcome.source}: {outcome.reason}")
    _console(stderr=True).print(escape(report.summary()))


def print_findings(findings: Iterable[Finding]) -> bool:
    """Print what the doctor found; return whether all of it is well."""
    out, healthy = _console(), True
    for finding in findings:
        healthy &= finding.well
        sign = "[green]ok[/]  " if finding.well else "[red]bad[/] "
        out.print(f"{sign}{escape(finding.what)}: {escape(finding.found)}")
        if finding.mend:
            out.print(f"     mend: {escape(finding.mend)}")
    return healthy


def questions() -> Iterator[str]:
    """Yield what is typed, line by line, until an empty line or the end."""
    while True:
        if sys.stdin.isatty():
            print("\n> ", end="", file=sys.stderr, flush=True)
        line = sys.stdin.readline()
        if not line.strip():
            return
        yield line.strip()


@contextmanager
def progress() -> Iterator[Callable[[int, int, str], None] | None]:
    """Give a function to call with (done, total, name): a bar on a terminal, nothing elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=_console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def show(done: int, total: int, name: str) -> None:
            bar.update(task, completed=done, total=total, description=escape(name))

        yield show
