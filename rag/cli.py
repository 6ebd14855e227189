"""The ``vouch`` command: parses, calls one function, prints. stdout carries only the result."""

from __future__ import annotations

import dataclasses
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from rag import terminal, threads
from rag.errors import VouchError
from rag.records import Answer, Question, Turn
from rag.settings import Settings, load

NOT_FOUND = 3
FAILED = 1

app = typer.Typer(
    help="Ask your own documents. Every sentence of an answer is proven by a quote, or it is not shown.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
docs = typer.Typer(help="What is indexed.", no_args_is_help=True)
models = typer.Typer(help="What answers are worded with.", no_args_is_help=True)
app.add_typer(docs, name="docs")
app.add_typer(models, name="models")

ModelOption = Annotated[
    str | None,
    typer.Option("--model", "-m", help="embedded, none, a GGUF file, or http://host/v1#name of an OpenAI service"),
]
NoLlmOption = Annotated[bool, typer.Option("--no-llm", help="show quotes only, the same as --model none")]
JsonOption = Annotated[bool, typer.Option("--json", help="print the object that /ask gives")]


@app.command()
def index(
    paths: Annotated[list[str], typer.Argument(help="files and folders to add or update")],
    prune: Annotated[bool, typer.Option(help="drop documents of these folders whose file is gone")] = False,
) -> None:
    """Add or update documents; unchanged files cost a look at their date."""
    from rag.engine import Engine

    if any(not path for path in paths):
        raise typer.BadParameter("an empty path; is a variable unset?")
    with _one_line_errors():
        with Engine(_settings()) as engine, terminal.progress() as show:
            report = engine.library.add_paths(map(Path, paths), prune=prune, progress=show)
        terminal.print_report(report)
        if report.refused and not report.indexed:
            raise typer.Exit(FAILED)


@app.command()
def ask(
    question: str,
    as_json: JsonOption = False,
    model: ModelOption = None,
    no_llm: NoLlmOption = False,
) -> None:
    """Answer one question; the exit status is 3 when the documents do not say."""
    from rag.answer import ask as answer_question
    from rag.engine import Engine

    with _one_line_errors():
        with Engine(_settings(model="none" if no_llm else model)) as engine:
            answer = answer_question(engine, Question(question))
        if as_json:
            typer.echo(json.dumps(dataclasses.asdict(answer), ensure_ascii=False, indent=2))
        else:
            terminal.print_answer(answer)
    raise typer.Exit(NOT_FOUND if answer.status == "not_found" else 0)


@app.command()
def chat(model: ModelOption = None, no_llm: NoLlmOption = False) -> None:
    """Ask one question after another; follow-ups are understood. An empty line ends."""
    from rag.answer import ask as answer_question
    from rag.engine import Engine

    history: list[Turn] = []
    with _one_line_errors(), Engine(_settings(model="none" if no_llm else model)) as engine:
        engine.warm()
        for question in terminal.questions():
            try:
                answer: Answer = answer_question(engine, Question(question, tuple(history)))
            except VouchError as error:
                terminal.complain(str(error))
                continue
            terminal.print_answer(answer)
            history.append(Turn(question, answer.answer))


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="address to listen on; beyond this machine needs a token")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on")] = None,
    model: ModelOption = None,
) -> None:
    """Open the chat page and the HTTP API."""
    with _one_line_errors():
        settings = _settings(host=host, port=port, model=model)
        # The one place where rag reaches up: the command is one, its doors are two.
        from web.server import serve as serve_http

        serve_http(settings)


@docs.command("list")
def docs_list(as_json: JsonOption = False) -> None:
    """List the indexed documents."""
    from rag.engine import Engine

    with _one_line_errors(), Engine(_settings()) as engine:
        found = engine.library.documents()
        if as_json:
            typer.echo(json.dumps([_summary(document) for document in found], ensure_ascii=False, indent=2))
        else:
            terminal.print_documents(found)


@docs.command("show")
def docs_show(document: str) -> None:
    """Print a document's text as it is indexed."""
    from rag.engine import Engine

    with _one_line_errors(), Engine(_settings()) as engine:
        typer.echo(engine.library.document(document).text)


@docs.command("remove")
def docs_remove(documents: list[str]) -> None:
    """Take documents out of the index; their files stay."""
    from rag.engine import Engine

    with _one_line_errors(), Engine(_settings()) as engine:
        for document in documents:
            engine.library.remove(document)
            typer.echo(f"removed {document}")


@models.command("list")
def models_list() -> None:
    """List the models that can be named, the default first."""
    from rag.models import Models

    with _one_line_errors():
        for name in Models(_settings()).names():
            typer.echo(name)


@models.command("pull")
def models_pull(what: Annotated[str, typer.Argument(help="owner/repository/file.gguf, or a local file")]) -> None:
    """Fetch a GGUF file into the data folder."""
    from rag.models import pull

    with _one_line_errors():
        typer.echo(f"fetched {pull(_settings(), what).name}")


@models.command("use")
def models_use(name: str) -> None:
    """Make a model the default."""
    from rag.models import use

    with _one_line_errors():
        typer.echo(f"{name} is now the default, set in {use(_settings(), name)}")


@app.command()
def doctor() -> None:
    """Check versions, weights, index, threads and disk; say how to mend what is wrong."""
    from rag.doctor import examine

    with _one_line_errors():
        settings, origin = load()
        healthy = terminal.print_findings(examine(settings, origin))
    raise typer.Exit(0 if healthy else FAILED)


def main() -> NoReturn:
    """Run the command line."""
    threads.calm()
    app(prog_name="vouch")
    raise SystemExit(0)


def _settings(**flags: Any) -> Settings:
    return load(flags)[0]


def _summary(document: Any) -> dict[str, Any]:
    return {key: value for key, value in dataclasses.asdict(document).items() if key != "text"}


@contextmanager
def _one_line_errors() -> Iterator[None]:
    """Turn an error that a user can mend into one line on stderr and exit status 1."""
    try:
        yield
    except VouchError as error:
        terminal.complain(str(error))
        sys.exit(FAILED)
    except KeyboardInterrupt:
        terminal.complain("stopped; what was indexed stays indexed")
        sys.exit(130)
