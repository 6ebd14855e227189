"""Are wrong values ever shown? Answers over documents with planted values, worded by a writer that makes mistakes.

All is real but two parts: documents are indexed and searched, answers composed and gated as they are served. The
reader is told which sentence answers, so that every draft reaches the gate; it marks no words in it, so that the gate
stands alone. The writer gives the true sentence or, as often, one with a single value changed.
"""

from __future__ import annotations

import random
import tempfile
from collections import Counter
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval.reworded import KINDS, Case, cases
from eval.spoil import spoilt
from rag.answer import ask
from rag.embed import Embedder
from rag.engine import Engine
from rag.generate import Writer
from rag.models import Models
from rag.records import Evidence, Message, Passage, Question
from rag.settings import Settings

_FAULTY = 0.5
_SURE, _UNSURE = 0.9, 0.01


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown for one draft: ``draft`` (the writer's words), ``quote``, ``nothing``, or ``other`` words."""

    kind: str
    fault: str
    shown: str


class _Reader:
    """Takes the sentence that it was told for the answer."""

    name = "told"
    threshold = 0.5

    def __init__(self) -> None:
        self.quote = ""

    def read(self, question: str, passages: Sequence[Passage]) -> list[Evidence]:
        found = [
            Evidence(passage, span, _SURE if passage.quote(span) == self.quote else _UNSURE, span)
            for passage in passages
            for span in passage.sentences
        ]
        return sorted(found, key=lambda piece: -piece.score)

    def entails(self, claim: str, quote: str) -> bool:
        """Believe everything: the rules are what is measured."""
        return True


class _Models(Models):
    """Models that know one writer, which writes the draft that it was given."""

    name = "faulty"

    def __init__(self, settings: Settings) -> None:
        super().__init__(settings)
        self.draft = ""

    def write(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        yield self.draft + "\n"

    def writer(self, name: str | None) -> Writer | None:
        return self


def answers(count: int, embedder: Embedder, seed: int) -> list[Shown]:
    """Ask ``count`` questions of the planted documents; the same seed plants and breaks the same values."""
    rng = random.Random(seed)
    planted = list(cases(-(-count // len(KINDS)), seed))
    with tempfile.TemporaryDirectory(prefix="vouch-gate-") as folder:
        documents = _written(planted, Path(folder) / "documents")
        settings = Settings(home=Path(folder) / "home")
        reader, models = _Reader(), _Models(settings)
        with Engine(settings, embedder=embedder, reader=reader, models=models) as engine:
            engine.library.add_paths([Path(folder) / "documents"])
            asked = rng.sample(planted, count)
            return [_asked(engine, reader, models, case, documents[case.kind], rng) for case in asked]


def _written(planted: Sequence[Case], folder: Path) -> dict[str, str]:
    """Write a document for each kind, one quote a paragraph; return their names."""
    folder.mkdir()
    names = {kind: f"{at:02}.txt" for at, kind in enumerate(dict.fromkeys(case.kind for case in planted))}
    for kind, name in names.items():
        quotes = dict.fromkeys(case.quote for case in planted if case.kind == kind)
        (folder / name).write_text("\n\n".join(quotes) + "\n", encoding="utf-8")
    return names


def _asked(engine: Engine, reader: _Reader, models: _Models, case: Case, document: str, rng: random.Random) -> Shown:
    fault, draft = "none", case.sentence
    if rng.random() < _FAULTY:
        fault, draft = rng.choice(list(spoilt(case.sentence, case.quote, list(case.names), rng)) or [(fault, draft)])
    reader.quote, models.draft = case.quote, draft
    answer = ask(engine, Question(case.question, documents=(document,)))
    texts = [sentence.text for sentence in answer.sentences]
    return Shown(case.kind, fault, _what(texts, draft, case.quote))


def _what(texts: Sequence[str], draft: str, quote: str) -> str:
    if not texts:
        return "nothing"
    if texts == [draft]:
        return "draft"
    return "quote" if all(text.rstrip(".") in quote for text in texts) else "other"


def wrong(found: Sequence[Shown]) -> int:
    """Return how many answers show a changed value: a faulty draft, or words that are neither draft nor quote."""
    return sum(one.shown == "other" or (one.shown == "draft" and one.fault != "none") for one in found)


def counts(found: Sequence[Shown]) -> Counter[tuple[bool, str]]:
    """Return how many answers there are by (faulty draft?, what was shown)."""
    return Counter((one.fault != "none", one.shown) for one in found)
