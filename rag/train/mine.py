"""Finds the nulls that deceive the shipped reader: ``python -m rag.train.mine --data DATA --out FILE [--count N]``.

People's questions about one paragraph, asked over another paragraph of the same article that shares most of their
words and does not hold their answer. What the reader would answer there is what it must unlearn (mining of hard
negatives: Xiong et al. 2021, "Approximate nearest neighbor negative contrastive learning"). Written as JSON lines of
``Example`` fields, each with the reader's log-odds; ``rag.train.reader --mined FILE`` shows them among the others.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.decode import Reading
from rag.train.asking import relations
from rag.train.data import Builder, Example, Paragraph, Question, held_out, load_squad, rows
from rag.train.nearmiss import content_words
from rag.train.run import TorchReader

_SEED = 3
_NEAREST = 3  # of another paragraph's questions the ones that share most with a paragraph
_COVERED = 0.5  # of a question's weight in words, at least so much in the paragraph
_DECEIVED = -1.0  # log-odds from which a null teaches something
_SURE = 6.0  # log-odds from which the other paragraph mostly does answer, in words of its own
_BATCH = 512


def candidates(builder: Builder, rng: random.Random) -> Iterator[tuple[Question, Example]]:
    """Yield, paragraph by paragraph in random order, the likeliest questions of its neighbours, over a window of it."""
    for paragraph in rng.sample(builder.paragraphs, len(builder.paragraphs)):
        for question in _tempting(builder, paragraph):
            asked = content_words(question.text)
            yield question, builder.lexical_window(paragraph, question, asked, "mined", rng)


def _tempting(builder: Builder, paragraph: Paragraph) -> list[Question]:
    scored = []
    for other in builder.article(paragraph.title):
        if other is paragraph:
            continue
        for question in other.questions:
            words = content_words(question.text)
            covered = builder.weight(words, paragraph.words) / max(builder.weight(words, words), 1e-9)
            if covered >= _COVERED and not any(a.lower() in paragraph.text.lower() for a in question.answers):
                scored.append((covered, question))
    return [question for _, question in sorted(scored, key=lambda pair: -pair[0])[:_NEAREST]]


def deceived(question: Question, window: Example, reading: Reading) -> bool:
    """Tell whether the reader answers, and not with a part of the known answer in other words."""
    if not _DECEIVED <= reading.odds <= _SURE:
        return False
    told = content_words(window.passage[reading.start : reading.end])
    return not any(told & content_words(answer) for answer in question.answers)


def load(path: Path) -> list[Example]:
    """Load mined nulls."""
    return [Example(row["question"], row["passage"], kind="mined", title=row["title"]) for row in rows(path)]


def main() -> None:
    """Parse, mine."""
    parser = argparse.ArgumentParser(description="Find nulls that deceive the shipped reader.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--weights", type=Path, default=Path(__file__).parents[1] / "reader" / "reader.safetensors")
    parser.add_argument("--count", type=int, default=24_000, help="questions that are read")
    args = parser.parse_args()
    squad = [p for p in load_squad(args.data) if not held_out(p.title)]
    builder = Builder(squad, relations(q.text for p in squad for q in p.questions))
    reader = TorchReader.load(args.weights)
    seen = kept = 0
    batch: list[tuple[Question, Example]] = []
    args.out.parent.mkdir(parents=True, exist_ok=True)
    unfinished = args.out.with_suffix(".tmp")
    with gzip.open(unfinished, "wt", encoding="utf-8") as out:
        for pair in candidates(builder, random.Random(_SEED)):
            batch.append(pair)
            if len(batch) < _BATCH:
                continue
            for question, window, odds in _read(reader, batch):
                row = {"question": question.text, "passage": window.passage, "title": window.title, "odds": odds}
                out.write(json.dumps(row) + "\n")
                kept += 1
            seen, batch = seen + len(batch), []
            print(f"{seen} read, {kept} deceive", file=sys.stderr, flush=True)
            if seen >= args.count:
                break
    os.replace(unfinished, args.out)


def _read(reader: TorchReader, batch: Sequence[tuple[Question, Example]]) -> Iterator[tuple[Question, Example, float]]:
    readings = reader.read([(q.text, w.passage, [(0, len(w.passage))]) for q, w in batch])
    for (question, window), reading in zip(batch, readings, strict=True):
        if deceived(question, window, reading):
            yield question, window, round(reading.odds, 2)


if __name__ == "__main__":
    main()
