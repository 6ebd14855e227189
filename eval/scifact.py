"""Does the reader rank abstracts for a claim? SciFact's training queries: ``python -m eval.scifact --data DATA``.

Fifty abstracts, found by MiniLM and by words and fused by rank as in ``rag.retrieve``, are read with the claim and
ordered by the reader; also by the fusion of both orders. nDCG@10 (Järvelin & Kekäläinen 2002) with its interval
over queries. None of it was trained on; a claim is not a question, so this is the reader far from home.
"""

from __future__ import annotations

import argparse
import csv
import math
import random
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import apsw
import numpy as np

from eval.intervals import bootstrap_mean
from rag import threads
from rag.chunk import split
from rag.embed import MiniLM
from rag.records import Passage
from rag.rerank import TrainedReader
from rag.settings import load
from rag.train.data import rows

_SEED = 13
_DEPTH, _CUT, _RRF = 50, 10, 60
_BATCH = 256


def main() -> None:
    """Measure and print."""
    threads.calm()
    parser = argparse.ArgumentParser(description="Measure the reader on SciFact.")
    parser.add_argument("--data", type=Path, required=True, help="the folder that holds dev")
    parser.add_argument("--limit", type=int, default=200, help="queries")
    args = parser.parse_args()
    settings = load()[0]
    embedder = MiniLM(settings.models_path, settings.threads)
    reader = TrainedReader.shipped(settings.models_path, embedder, settings.threads)
    corpus = list(rows(args.data / "dev" / "scifact_corpus.jsonl.gz"))
    texts = [f"{one['title']} {one['text']}" for one in corpus]
    queries = list(rows(args.data / "dev" / "scifact_queries_train.jsonl.gz"))
    wanted = _judged(args.data / "dev" / "scifact_qrels_train.tsv")
    asked = random.Random(_SEED).sample([one for one in queries if one["_id"] in wanted], args.limit)
    vectors = np.concatenate([embedder.encode(texts[at : at + _BATCH]) for at in range(0, len(texts), _BATCH)])
    words = _full_text(texts)
    gains: dict[str, list[float]] = defaultdict(list)
    for number, one in enumerate(asked, start=1):
        claim = one["text"]
        dense = [int(k) for k in np.argsort(-(vectors @ embedder.encode([claim])[0]))[:_DEPTH]]
        fused = _fuse([dense, _lexical(words, claim)])[:_DEPTH]
        read = _by_reader(reader, claim, corpus, fused)
        orders = {"fused": fused, "reader": read, "fused and reader": _fuse([fused, read])}
        for name, order in orders.items():
            gains[name].append(_ndcg([corpus[k]["_id"] for k in order], wanted[one["_id"]]))
        print(f"{number} of {len(asked)}", end="\r", file=sys.stderr)
    for name, values in gains.items():
        found = bootstrap_mean(values, _SEED)
        print(f"{name:18s} nDCG@10 {found.value:.3f} [{found.low:.3f}, {found.high:.3f}] n = {found.n}")


def _judged(path: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if int(row["score"]) > 0:
                found[row["query-id"]].add(row["corpus-id"])
    return found


def _full_text(texts: Sequence[str]) -> apsw.Connection:
    connection = apsw.Connection(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5(text, tokenize='porter unicode61 remove_diacritics 2')")
    connection.executemany("INSERT INTO words(rowid, text) VALUES (?, ?)", list(enumerate(texts)))
    return connection


def _lexical(words: apsw.Connection, claim: str) -> list[int]:
    wanted = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", claim))
    found = words.execute("SELECT rowid FROM words WHERE words MATCH ? ORDER BY rank LIMIT ?", (wanted, _DEPTH))
    return [int(number) for (number,) in found] if wanted else []


def _fuse(orders: Sequence[Sequence[int]]) -> list[int]:
    scores: dict[int, float] = defaultdict(float)
    for order in orders:
        for rank, item in enumerate(order, start=1):
            scores[item] += 1 / (_RRF + rank)
    return sorted(scores, key=lambda item: (-scores[item], item))


def _by_reader(reader: TrainedReader, claim: str, corpus: Sequence[dict[str, Any]], found: Sequence[int]) -> list[int]:
    passages = []
    for k in found:
        text = corpus[k]["text"]
        passages.append(Passage(k, str(k), "", corpus[k]["title"], 0, len(text), text, tuple(split(text))))
    best: dict[int, float] = defaultdict(float)
    for piece in reader.read(claim, passages):
        best[piece.passage.number] = max(best[piece.passage.number], piece.score)
    return sorted(found, key=lambda k: (-best[k], found.index(k)))


def _ndcg(order: Sequence[str], wanted: set[str]) -> float:
    gain = sum(1 / math.log2(rank + 1) for rank, item in enumerate(order[:_CUT], start=1) if item in wanted)
    return gain / sum(1 / math.log2(rank + 1) for rank in range(1, min(len(wanted), _CUT) + 1))


if __name__ == "__main__":
    main()
