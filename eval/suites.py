"""A suite is a file of cases, a corpus, and settings: ``NAME.jsonl`` with ``NAME.toml`` beside it.

The TOML file may set ``corpus`` (a folder, or a file of packed documents, relative to the file) or ``indexed = true``
(the documents of the user's data folder), ``include`` (patterns), a table ``settings`` (settings of Vouch) and a table
``origin`` (where the cases come from, and their licence). Everything is checked here, before a question is asked.
"""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.cases import Case, Problem, read_cases
from eval.corpus import EVERYTHING, Corpus, read_corpus, read_indexed
from eval.errors import BadSuite
from rag.settings import load

SHIPPED = Path(__file__).parent / "suites"

# More missing quotes than this say the same as these: the suite belongs to another corpus.
_SHOWN_MISSING = 10


@dataclass(frozen=True, slots=True)
class Suite:
    """Cases that were read, lines that were not, the corpus, and settings for the engine."""

    name: str
    cases: tuple[Case, ...]
    problems: tuple[Problem, ...]
    corpus: Corpus
    settings: dict[str, Any]
    sha256: str
    origin: dict[str, str] = field(default_factory=dict)


class _Config(BaseModel):
    model_config = ConfigDict(extra="forbid")

    corpus: Path | None = None
    indexed: bool = False
    include: list[str] = Field(default_factory=lambda: list(EVERYTHING))
    settings: dict[str, Any] = Field(default_factory=dict)
    origin: dict[str, str] = Field(default_factory=dict)


def load_suite(name: str, corpus: Path | None = None) -> Suite:
    """Return a shipped suite by its name, or a user's by the path of its JSON lines file.

    Raises:
        BadSuite: no such suite, no corpus, no readable case, or a gold quote that is not in the corpus.
    """
    path = _find(name)
    config = _read_config(path.with_suffix(".toml"))
    folder = corpus or (path.parent / config.corpus if config.corpus else None)
    if folder is None and not config.indexed:
        raise BadSuite(f"{path.name} names no corpus; give --corpus, or set it in {path.stem}.toml beside it")
    cases, problems = read_cases(path)
    if not cases:
        raise BadSuite(f"{path} has no readable case" + (f"; first: {problems[0]}" if problems else ""))
    texts = read_corpus(folder, config.include) if folder else read_indexed(load()[0])
    _check_gold(cases, texts)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Suite(path.stem, cases, problems, texts, config.settings, sha256, config.origin)


def _find(name: str) -> Path:
    for path in (SHIPPED / f"{name}.jsonl", Path(name)):
        if path.is_file():
            return path
    known = ", ".join(sorted(path.stem for path in SHIPPED.glob("*.jsonl"))) or "none"
    raise BadSuite(f"no suite '{name}'; shipped are {known}, or give the path of a .jsonl file")


def _read_config(path: Path) -> _Config:
    if not path.is_file():
        return _Config()
    try:
        return _Config(**tomllib.loads(path.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError, TypeError) as error:
        raise BadSuite(f"{path} cannot be used: {str(error).splitlines()[0]}") from None


def _check_gold(cases: tuple[Case, ...], corpus: Corpus) -> None:
    missing = []
    for case in cases:
        for gold in case.gold_evidence:
            if gold.doc not in corpus.texts:
                missing.append(f"case '{case.id}': no document '{gold.doc}' in the corpus")
            elif gold.quote not in corpus.texts[gold.doc]:
                missing.append(f"case '{case.id}': {gold.doc} does not contain {gold.quote!r}")
    if missing:
        more = f" (and {len(missing) - _SHOWN_MISSING} more)" if len(missing) > _SHOWN_MISSING else ""
        raise BadSuite("; ".join(missing[:_SHOWN_MISSING]) + more)
