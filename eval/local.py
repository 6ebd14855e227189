"""Vouch in this process, over a corpus that it indexes for itself, asked through the one door: ``rag.answer.ask``."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from eval.corpus import Corpus
from eval.errors import AskFailed, BadSuite
from eval.targets import History
from rag import weights
from rag.errors import VouchError
from rag.records import Question, Turn
from rag.settings import Settings, load

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.library import Library

# Settings that decide where and how fast, not what is answered. Left out so that runs can be told equal.
_NO_MATTER = {"home", "model", "host", "port", "token", "queue", "queue_seconds"}


def make_engine(user: Settings, home: Path) -> Engine:
    """Return an engine that keeps its documents in ``home`` and takes its models from the user's data folder.

    The models are loaded when this returns.
    """
    from rag.embed import MiniLM
    from rag.engine import Engine
    from rag.models import Models
    from rag.rerank import TrainedReader

    settings = user.model_copy(update={"home": home})
    embedder = MiniLM(user.models_path, user.threads)
    reader = TrainedReader.shipped(user.models_path, embedder, user.threads)
    engine = Engine(settings, embedder=embedder, reader=reader, models=Models(user))
    engine.warm()
    return engine


def index_corpus(library: Library, corpus: Corpus, home: Path) -> None:
    """Index a corpus, unless it is, and make sure that it, and nothing else, is what will be asked.

    Raises:
        BadSuite: a file was refused, or the data folder holds other documents: the figures would mean something else.
    """
    if corpus.home is None:
        report = library.add_paths([corpus.link(home / "corpus")])
        if report.refused:
            first = report.refused[0]
            raise BadSuite(f"the corpus cannot be indexed: {first.source}: {first.reason}")
    found = {document.id: document.revision for document in library.documents()}
    other = sorted(name for name in {*found, *corpus.texts} if found.get(name) != corpus.revisions.get(name))
    if other:
        raise BadSuite(f"the index in {home} is not that of the corpus ('{other[0]}' differs); choose another --home")


class LocalTarget:
    """The answer engine with an index of its own, in a temporary data folder unless one is given.

    Models come from the user's data folder, where they are prepared once. Used as a context manager.
    """

    def __init__(self, corpus: Corpus, flags: Mapping[str, Any], home: Path | None = None) -> None:
        self._user = load(flags)[0]
        self._scratch = tempfile.TemporaryDirectory(prefix="vouch-eval-")
        self._home = corpus.home or home or Path(self._scratch.name)
        self._corpus = corpus
        self._engine: Engine | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._engine is not None:
            self._engine.library.close()
        self._scratch.cleanup()

    @property
    def engine(self) -> Engine:
        """The engine, its corpus indexed; made when it is first asked for, since that takes seconds.

        Raises:
            BadSuite: the index is not that of the corpus.
        """
        if self._engine is None:
            engine = make_engine(self._user, self._home)
            index_corpus(engine.library, self._corpus, self._home)
            self._engine = engine
        return self._engine

    def describe(self) -> dict[str, Any]:
        """Return the model by name and content, the embedder, and every setting that can change an answer."""
        kept = self._user.model_dump(mode="json", exclude=_NO_MATTER)
        return {
            "target": "vouch",
            "model": self._user.model,
            "model_sha256": _model_sha256(self._user.model),
            "embedder_sha256": weights.ENCODER.sha256,
            "settings": kept,
        }

    def ask(self, question: str, history: History) -> dict[str, Any]:
        """Return the answer as the object that ``/ask`` gives out.

        Raises:
            AskFailed: whatever went wrong in the engine.
        """
        from rag.answer import ask

        turns = tuple(Turn(asked, answer) for asked, answer in history)
        engine = self.engine
        try:
            return dataclasses.asdict(ask(engine, Question(question, turns)))
        except VouchError as error:
            raise AskFailed(f"{error.kind}: {error}") from None
        except Exception as error:  # an instrument outlives what it measures: a crash is an outcome of that case
            raise AskFailed(f"crashed: {type(error).__name__}: {error}") from error


def _model_sha256(model: str) -> str:
    """Return the hash of the weights that word answers; empty for none, and for a service somewhere else."""
    if model == "embedded":
        return weights.WRITER.sha256
    return weights.file_sha256(Path(model)) if Path(model).is_file() else ""
