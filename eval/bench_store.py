"""``make bench-store``: what the way of a document costs besides the embedder, and what growth costs afterwards."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from rag import chunk, threads, voices
from rag.embed import Embedder, MiniLM
from rag.intake import text_to_embed
from rag.library import Library
from rag.settings import Settings, load

# The anchors of the project: nine tenths of the bare engine, 10,000 unchanged files in three seconds.
_RATIO, _SECONDS, _FILES = 0.9, 3.0, 10_000
_SENTENCES = 30
# Pairs of texts with one voice that are printed.
_SHOWN = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one JSON line for each figure; the status is 1 where one is missed."""
    parser = argparse.ArgumentParser(prog="bench-store", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=Path("seeds"), help="folder of texts whose sentences are used")
    parser.add_argument("--documents", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--files", type=int, default=_FILES)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--voices",
        type=Path,
        help="print which texts of this folder, or rows of this .jsonl.gz, say the same, and nothing else",
    )
    asked = parser.parse_args(arguments)
    if asked.voices:
        tell_voices(asked.voices)
        return 0
    threads.calm()
    user, _ = load()
    seconds, spent = recheck(user, asked.files)
    tell("recheck seconds", seconds, most=_SECONDS, files=asked.files, processor_seconds=round(spent, 3))
    embedder = MiniLM(user.models_path, user.threads)
    said = sentences(asked.corpus)
    ratios = [throughput(embedder, user, made(said, asked.documents, asked.seed + n)) for n in range(asked.rounds)]
    middle = sorted(ratios)[len(ratios) // 2]
    tell("ingestion ratio", middle, least=_RATIO, each=[round(ratio, 3) for ratio in ratios], seed=asked.seed)
    tell("peak resident MB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return 0 if middle >= _RATIO and seconds <= _SECONDS * asked.files / _FILES else 1


def sentences(corpus: Path) -> list[str]:
    """Return the sentences of all texts in a folder."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(corpus.glob("*.txt"))]
    return [text[span.start : span.end] for text in texts for span in chunk.split(text)]


def made(said: Sequence[str], documents: int, seed: int) -> list[str]:
    """Return documents of real sentences in a random order: no passage occurs twice, as equal ones cost nothing."""
    chance = random.Random(seed)
    return [
        f"Report {seed}-{number}\n\n" + "\n\n".join(" ".join(chance.sample(said, 5)) for _ in range(_SENTENCES // 5))
        for number in range(documents)
    ]


def throughput(embedder: Embedder, user: Settings, texts: Sequence[str]) -> float:
    """Return the passages a second of indexing, end to end, as a share of those of the embedder alone."""
    passages = [
        text_to_embed("", text.partition("\n")[0], text[run[0].start : run[-1].end])
        for text in texts
        for run in chunk.cut(text)
    ]
    assert len(set(passages)) == len(passages)
    embedder.encode(passages[:64])
    began, spent = time.perf_counter(), processor()
    embedder.encode(passages)
    bare, bare_spent = time.perf_counter() - began, processor() - spent
    with library(user, embedder) as (found, folder):
        for number, text in enumerate(texts):
            (folder / f"{number}.txt").write_text(text, encoding="utf-8")
        began, spent = time.perf_counter(), processor()
        report = found.add_paths([folder])
        whole, whole_spent = time.perf_counter() - began, processor() - spent
    stored = sum(outcome.passages for outcome in report.indexed)
    assert stored == len(passages), (stored, len(passages))
    # On a machine that does other things too, processor time is the steadier of the two.
    told = {"bare": round(stored / bare, 1), "processor_ratio": round(bare_spent / whole_spent, 3)}
    tell("passages a second", stored / whole, passages=stored, **told)
    return bare / whole


def processor() -> float:
    """Return the seconds of processor time of this process and its ended children."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def tell_voices(place: Path) -> None:
    """Print how many pairs of texts are one voice, of a folder's or of the rows of a file, and the first of them."""
    texts = list(dict.fromkeys(_texts(place)))
    passages = [
        (number, voices.prints(text[run[0].start : run[-1].end]))
        for number, text in enumerate(texts)
        for run in chunk.cut(text)
    ]
    same: set[tuple[int, int]] = set()
    holders: dict[int, list[int]] = {}
    # Only passages that share something are compared: all with all would take hours.
    for at, (number, prints) in enumerate(passages):
        shared = Counter(other for each in prints.tolist() for other in holders.get(each, ()))
        for other, common in shared.items():
            if voices.enough(common, min(len(prints), len(passages[other][1]))) and passages[other][0] != number:
                same.add((passages[other][0], number))
        for each in prints.tolist():
            holders.setdefault(each, []).append(at)
    shown = [[texts[one][:60], texts[other][:60]] for one, other in sorted(same)[:_SHOWN]]
    tell("pairs of texts with one voice", len(same), pairs=len(texts) * (len(texts) - 1) // 2, first=shown)


def _texts(place: Path) -> list[str]:
    """Return the texts of a folder, or those of the rows of a packed file of JSON lines."""
    if place.is_dir():
        return [path.read_text(encoding="utf-8") for path in sorted(place.glob("*.txt"))]
    with gzip.open(place, "rt", encoding="utf-8") as rows:
        return [json.loads(row)["text"] for row in rows]


class _Nothing:
    """An embedder that costs nothing: the files, not their vectors, are looked at again."""

    name, revision, dim = "nothing", "1", 2

    def encode(self, texts: Sequence[str]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        """Return the same unit row for each text."""
        return np.tile(np.array([1, 0], dtype=np.float32), (len(texts), 1))


def recheck(user: Settings, files: int) -> tuple[float, float]:
    """Return the seconds, and those of the processor, that it takes to find out that no file of many has changed."""
    with library(user, _Nothing()) as (found, folder):
        for number in range(files):
            path = folder / f"{number // 100}" / f"{number}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text(f"File {number}.", encoding="utf-8")
            # A file that changed in the last two seconds is not trusted to be done with.
            os.utime(path, (1, 1))
        time.sleep(3)
        found.add_paths([folder])
        began, spent = time.perf_counter(), processor()
        report = found.add_paths([folder])
        seconds, used = time.perf_counter() - began, processor() - spent
    assert len(report.of("unchanged")) == files
    return seconds, used


@contextmanager
def library(user: Settings, embedder: Embedder) -> Iterator[tuple[Library, Path]]:
    """Give a library of its own and an empty folder."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "files"
        folder.mkdir()
        settings = user.model_copy(update={"home": Path(place) / "home"})
        with Library(settings, lambda: embedder) as found:
            yield found, folder


def tell(name: str, value: float, **more: object) -> None:
    """Print one figure."""
    print(json.dumps({"figure": name, "value": round(value, 3), **more}), flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
