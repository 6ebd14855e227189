"""The commands that make suites: ``new`` from somebody's own documents and votes, ``slice`` from public sets."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from eval import confirm
from eval.cases import Case
from eval.confirm import Stop, Talk
from eval.console import complain, one_line_errors
from eval.corpus import Corpus, read_corpus
from eval.drafts import draft
from eval.errors import BadSuite
from eval.feedback import read_feedback
from eval.packing import make_slice
from eval.public import SOURCES
from eval.run import SEED
from eval.suites import SHIPPED
from rag.embed import MiniLM
from rag.rerank import TrainedReader
from rag.settings import load


def new(
    paths: Annotated[list[Path] | None, typer.Argument(help="files and folders to ask about")] = None,
    out: Annotated[Path, typer.Option(help="file of the cases; what it has is kept")] = Path("my-cases.jsonl"),
    n: Annotated[int, typer.Option("--n", min=1, help="draft at most so many")] = 40,
    seed: Annotated[int, typer.Option(help="seed of the choice")] = SEED,
    yes: Annotated[bool, typer.Option("--yes", help="keep every draft without asking; read them later")] = False,
    feedback: Annotated[bool, typer.Option("--feedback", help="complete the thumbs down of the chat page")] = False,
) -> None:
    """Draft cases from your documents and ask you about each; or complete those that your votes began."""
    talk = Talk(typer.echo, lambda question, default: str(typer.prompt(question, default, show_default=bool(default))))
    with one_line_errors():
        if feedback == bool(paths):
            raise BadSuite("name the files and folders to ask about, or give --feedback; one of the two")
        if feedback:
            kept, waiting = _from_votes(out, talk)
        else:
            kept, waiting = _from_documents(out, list(paths or ()), n, seed, None if yes else talk)
        left = f", {waiting} left" if waiting else ""
        complain(f"{kept} cases added to {out}{left}; next: python -m eval run --suite {out}")


def slice_(
    name: Annotated[str, typer.Argument(help=f"one of {', '.join(SOURCES)}")],
    data: Annotated[Path, typer.Option(help="folder of the public sets")],
    out: Annotated[Path, typer.Option(help="folder for the suite")] = SHIPPED,
    n: Annotated[int, typer.Option("--n", min=1, help="at most so many cases")] = 200,
    seed: Annotated[int, typer.Option(help="seed of the sample")] = SEED,
) -> None:
    """Make a suite from a public set: a seeded sample with its documents and its licence."""
    with one_line_errors():
        if name not in SOURCES:
            raise BadSuite(f"no public set '{name}'; known are {', '.join(SOURCES)}")
        typer.echo(make_slice(SOURCES[name], data, out, n, seed))


def _from_documents(out: Path, paths: list[Path], n: int, seed: int, talk: Talk | None) -> tuple[int, int]:
    """Return how many drafts were kept and how many were not shown; all are kept where nobody is asked."""
    folder, include = _folder_of(paths)
    corpus = read_corpus(folder, include)
    had = {case.question for case in confirm.start(out, folder, include)}
    settings = load()[0]
    embedder = MiniLM(settings.models_path, settings.threads)
    reader = TrainedReader.shipped(settings.models_path, embedder, settings.threads)
    found = draft(corpus, reader, n + len(had), seed)
    fresh = [one for one in found if one.case.question not in had][:n]
    if talk is None:
        return _keep(out, (one.case for one in fresh)), 0
    return _keep(out, confirm.confirmed(fresh, corpus, talk)), 0


def _from_votes(out: Path, talk: Talk) -> tuple[int, int]:
    corpus: Corpus
    corpus, voted, problems = read_feedback(load()[0])
    for problem in problems:
        complain(str(problem))
    had = {case.id for case in confirm.start(out, None, ())}
    waiting = [one for one in voted if one.waits and one.id not in had]
    kept = _keep(out, confirm.completed(waiting, corpus, talk))
    return kept, len(waiting) - kept


def _keep(out: Path, cases: Iterator[Case]) -> int:
    """Write each case down as it comes, until the user stops or the input ends; return how many there were."""
    kept = 0
    try:
        for case in cases:
            confirm.append(out, case)
            kept += 1
    except (Stop, EOFError, typer.Abort):
        pass
    return kept


def _folder_of(paths: Sequence[Path]) -> tuple[Path, list[str]]:
    """Return the folder that holds all the paths, and patterns for exactly what they name below it.

    Raises:
        BadSuite: a path does not exist.
    """
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise BadSuite(f"there is no {', '.join(missing)}")
    whole = [path.resolve() for path in paths]
    folder = Path(os.path.commonpath([path if path.is_dir() else path.parent for path in whole]))
    names = [path.relative_to(folder).as_posix() for path in whole]
    include = [
        "*" if name == "." else f"{name}/**/*" if path.is_dir() else name
        for path, name in zip(whole, names, strict=True)
    ]
    return folder, include
