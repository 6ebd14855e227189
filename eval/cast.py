"""How well is a follow-up understood? Our wordings against those that a human wrote, by what each of them retrieves.

Conversations of TREC CAsT 2019 to 2021, each follow-up with its rewrite. The corpus is a pool: Wikipedia paragraphs
and the responses of the 2021 conversations. Run as ``python -m eval.cast --data DATA``.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.intervals import Interval, bootstrap, wilson
from eval.local import make_engine
from rag.engine import Engine
from rag.records import Question, Turn
from rag.retrieve import retrieve
from rag.settings import load
from rag.understand import searches, wordings

_SEED = 20260101
_DEPTH = 10
_CONVERSATIONS, _PARAGRAPHS = "train/cast_rewrites.jsonl.gz", "train/qed_train.jsonl.gz"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A later question of a conversation, its human rewrite, and the document that answers it ("" if none is known)."""

    question: Question
    rewrite: str
    gold: str


def follow_ups(conversations: Sequence[dict[str, Any]]) -> Iterator[FollowUp]:
    """Yield every question but the first of each conversation, with the turns before it."""
    for conversation in conversations:
        history: tuple[Turn, ...] = ()
        for number, turn in enumerate(conversation["turns"]):
            asked = Question(turn["question"].strip(), history)
            if history:
                gold = f"{conversation['id']}-{number}.txt" if turn.get("response") else ""
                yield FollowUp(asked, turn["rewrite"].strip(), gold)
            history = (*history, Turn(asked.text, turn.get("response", "")))


def half(conversations: Sequence[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """Return the half of the conversations to develop on (``dev``) or the one kept for the figure (``test``)."""
    odd = int(name == "test")
    return [each for each in conversations if zlib.crc32(each["id"].encode()) % 2 == odd]


def pool(data: Path, paragraphs: int) -> Iterator[tuple[str, str]]:
    """Yield names and texts of the documents to search."""
    for conversation in _rows(data / _CONVERSATIONS):
        for number, turn in enumerate(conversation["turns"]):
            if turn.get("response"):
                yield f"{conversation['id']}-{number}.txt", turn["response"]
    texts = dict.fromkeys(row["paragraph"] for row in _rows(data / _PARAGRAPHS))
    for number, text in enumerate(list(texts)[:paragraphs]):
        yield f"qed-{number}.txt", text


def _rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def found(engine: Engine, questions: Sequence[str]) -> list[str]:
    """Return the first ten documents for one question in one or more wordings, best first, each once."""
    hits = retrieve(engine.library, engine.embedder, questions, 4 * _DEPTH)
    return list(dict.fromkeys(hit.passage.document for hit in hits))[:_DEPTH]


def measure(engine: Engine, asked: Sequence[FollowUp]) -> str:
    """Return the figures as a Markdown table.

    Of the responses: the share of follow-ups whose response is among the first ten. Of all follow-ups: the share for
    which the document that the rewrite finds first is among the first ten.
    """
    rewritten = [found(engine, [each.rewrite]) for each in asked]
    known = [number for number, each in enumerate(asked) if each.gold]
    lines = [
        "| searched with | response in ten | of the rewrite's | rewrite's first in ten |",
        "| --- | --- | --- | --- |",
    ]
    theirs = [float(asked[number].gold in rewritten[number]) for number in known]
    for name, questions in (
        ("human rewrite", [[each.rewrite] for each in asked]),
        ("ours", [searches(each.question) for each in asked]),
        ("our likeliest alone", [wordings(each.question)[:1] for each in asked]),
        ("as it stands", [[each.question.text] for each in asked]),
    ):
        ours = [found(engine, each) for each in questions]
        hits = [float(asked[number].gold in ours[number]) for number in known]
        firsts = [float(one[0] in other) for one, other in zip(rewritten, ours, strict=True) if one]
        share, first = wilson(int(sum(hits)), len(hits)), wilson(int(sum(firsts)), len(firsts))
        rows = [100 * a + b for a, b in zip(theirs, hits, strict=True)]  # both in one number, drawn together
        ratio = bootstrap(rows, lambda drawn: (drawn % 100).sum(1) / (drawn // 100).sum(1).clip(1), _SEED)
        lines.append(f"| {name} | {_shown(share)} | {_shown(ratio)} | {_shown(first)} |")
    return "\n".join([*lines, "", f"n = {len(known)} with a response, {len(asked)} follow-ups in all"])


def _shown(figure: Interval) -> str:
    return f"{figure.value:.3f} [{figure.low:.3f}, {figure.high:.3f}]"


def main() -> None:
    """Parse, index the pool unless it is indexed already, measure, print."""
    parser = argparse.ArgumentParser(prog="python -m eval.cast", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--data", type=Path, required=True, help="folder with the public data")
    parser.add_argument("--half", choices=["dev", "test"], default="test", help="which conversations")
    parser.add_argument("--paragraphs", type=int, default=3000, help="Wikipedia paragraphs in the pool")
    parser.add_argument("--home", type=Path, help="data folder that keeps the pool's index; else a temporary one")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vouch-cast-") as scratch:
        home = told.home or Path(scratch)
        with make_engine(load({"model": "none"})[0], home) as engine:
            files = home / "pool"
            files.mkdir(parents=True, exist_ok=True)
            for name, text in pool(told.data, told.paragraphs):
                (files / name).write_text(text, encoding="utf-8")
            engine.library.add_paths([files])
            conversations = half(_rows(told.data / _CONVERSATIONS), told.half)
            print(measure(engine, list(follow_ups(conversations))))


if __name__ == "__main__":
    main()
