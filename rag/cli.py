"""The ``vouch`` command: parses, calls one function, prints. stdout carries only the result."""

from __future__ import annotations

import contextlib
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
MaxWrongOption = Annotated[
    float | None,
    typer.Option(
        "--max-wrong",
        help="show only answers of a sureness that kept so small a share wrong, such as 0.05; refuses more",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="print the object that /ask gives")]


@app.command()
def index(
    paths: Annotated[list[str], typer.Argument(help="files and folders to add or update")],
    prune: Annotated[bool, typer.Option(help="drop documents of these folders whose file is gone")] = False,
    watch: Annotated[bool, typer.Option(help="go on, and follow what changes in these folders")] = False,
) -> None:
    """Add or update documents; unchanged files cost a look at their date."""
    from rag.engine import Engine

    if any(not path for path in paths):
        raise typer.BadParameter("an empty path; is a variable unset?")
    if watch:
        _watch([*map(Path, paths)], prune)
        return
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
    max_wrong: MaxWrongOption = None,
    save: Annotated[Path | None, typer.Option(help="keep the answer in a file that vouch verify can check")] = None,
) -> None:
    """Answer one question; the exit status is 3 when the documents do not say."""
    from rag import bundle
    from rag.answer import ask as answer_question
    from rag.engine import Engine

    with _one_line_errors():
        with Engine(_settings(model="none" if no_llm else model, max_wrong=max_wrong)) as engine:
            asked = Question(question)
            answer = answer_question(engine, asked)
            if save:
                bundle.write(save, bundle.make(engine, asked, answer))
        if as_json:
            typer.echo(json.dumps(dataclasses.asdict(answer), ensure_ascii=False, indent=2))
        else:
            terminal.print_answer(answer)
    raise typer.Exit(NOT_FOUND if answer.status == "not_found" else 0)


@app.command()
def chat(model: ModelOption = None, no_llm: NoLlmOption = False, max_wrong: MaxWrongOption = None) -> None:
    """Ask one question after another; follow-ups are understood. An empty line ends."""
    from rag.answer import ask as answer_question
    from rag.engine import Engine

    history: list[Turn] = []
    with (
        _one_line_errors(),
        Engine(_settings(model="none" if no_llm else model, max_wrong=max_wrong)) as engine,
    ):
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
def verify(
    bundles: Annotated[list[Path] | None, typer.Argument(help="saved answers; none: the kept conversations")] = None,
) -> None:
    """Check saved answers again, without a model: every quote, and every sentence by the gates it passed.

    Without files, list the quotes of kept conversations that do not stand in the documents any more.
    """
    from rag import bundle
    from rag.engine import Engine

    with _one_line_errors():
        if bundles:
            found = [f"{path}: {problem}" for path in bundles for problem in bundle.problems(bundle.read(path))]
            checked = f"{len(bundles)} checked"
        else:
            with Engine(_settings()) as engine:
                kept = bundle.kept(engine.library)
            found = [line for line, standing in kept if standing not in {"unchanged", "moved"}]
            checked = f"{len(kept)} quotes of kept answers checked"
    for line in found:
        typer.echo(line)
    terminal.note(f"{checked}, {len(found) or 'no'} problems")
    raise typer.Exit(FAILED if found else 0)


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
    """List the indexed documents, each with its other names and with those that are nearly the same."""
    from rag.engine import Engine

    with _one_line_errors(), Engine(_settings()) as engine:
        found, near = engine.library.documents(), engine.library.store.near_duplicates()
        if as_json:
            listed = [_summary(document) | {"near": near.get(document.id, ())} for document in found]
            typer.echo(json.dumps(listed, ensure_ascii=False, indent=2))
        else:
            terminal.print_documents(found, near)


@docs.command("show")
def docs_show(
    document: str,
    revision: Annotated[str, typer.Option(help="an earlier revision, or how its name begins")] = "",
) -> None:
    """Print a document's text as it is indexed, or as it was."""
    from rag.engine import Engine

    with _one_line_errors(), Engine(_settings()) as engine:
        found, present = engine.library.document(document, revision), engine.library.document(document)
        if found.revision != present.revision:
            terminal.note(f"this document has changed since; today's revision is {present.revision}")
        typer.echo(found.text)


@docs.command("remove")
def docs_remove(documents: list[str]) -> None:
    """Forget documents and print a receipt for each; their files stay."""
    from rag.engine import Engine

    with _one_line_errors(), Engine(_settings()) as engine:
        for document in documents:
            receipt = engine.library.remove(document)
            typer.echo(receipt.to_json())
            if Path(receipt.source).is_file():
                terminal.note(f"{receipt.source} is still there: indexing it again brings the document back")


@docs.command("receipts")
def docs_receipts() -> None:
    """Print the receipts of all documents that were ever removed."""
    from rag.engine import Engine

    with _one_line_errors(), Engine(_settings()) as engine:
        for receipt in engine.library.store.receipts():
            typer.echo(receipt.to_json())


@docs.command("purge")
def docs_purge() -> None:
    """Leave no trace on the disk of documents that were removed, and of revisions that nothing quotes."""
    from rag.engine import Engine

    with _one_line_errors(), Engine(_settings()) as engine:
        engine.library.purge()
    terminal.note("purged; what was removed is in no file of Vouch any more (your own questions stay)")


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


def _watch(paths: list[Path], prune: bool) -> None:
    """Index, then follow the folders until Ctrl-C, which is how this ends well."""
    from rag.engine import Engine
    from rag.watch import follow

    with _one_line_errors(), Engine(_settings()) as engine, contextlib.suppress(KeyboardInterrupt):
        for report in follow(engine.library, paths, prune=prune, complain=terminal.complain):
            terminal.print_report(report)
            terminal.note("watching; Ctrl-C ends")


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
