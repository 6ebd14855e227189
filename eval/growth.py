"""Passages for the growth bench: real ones as far as they go, then made ones that are as hard to tell apart.

A made passage starts from a real one. Its vector is the real vector plus noise that has the real vectors' covariance;
its text keeps half of the words, the others come from the real words by their frequency or from a tail of invented
words. So vectors lie in clusters that overlap, words follow Zipf's law, and the vocabulary goes on growing.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from eval.errors import BadRun
from rag.embed import Embedder, Vectors

_FILES = (("squad_train", "paragraph"), ("qed_train", "paragraph"))
_WORDS = 40  # in a passage; about two sentences, so that there are a hundred thousand real ones
_EMBED_BATCH = 128

# The noise is this long before the vector is made a unit again. Chosen so that the cosine of a made passage's nearest
# neighbour is that of a real one's; the bench prints both.
NOISE = 0.77
_KEPT, _INVENTED = 0.5, 0.05  # shares of words
_TAIL = 1 << 20  # invented words; the r-th is drawn with a probability that falls as 1/r


@dataclass(frozen=True, slots=True)
class Question:
    """A question with the passages, as places in the list, that hold its answer's words."""

    text: str
    gold: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Real:
    """Public passages in a random order with their vectors, float32 (n, dim), and questions with theirs."""

    texts: Sequence[str]
    vectors: Vectors
    questions: Sequence[Question]
    question_vectors: Vectors


def read_real(data: Path, seed: int, most: int, questions: int) -> tuple[list[str], list[Question]]:
    """Return at most ``most`` passages in random order, and questions whose passage is among them.

    Raises:
        BadRun: the data is not there.
    """
    random = np.random.default_rng(seed)
    texts: list[str] = []
    asked: list[tuple[str, list[int]]] = []
    for name, field in _FILES:
        for row in rows_of(data / f"{name}.jsonl.gz"):
            pieces = _pieces(row[field])
            for question in row.get("questions", ()):
                hits = [len(texts) + at for at, piece in enumerate(pieces) if _answers(piece, question["answers"])]
                asked.append((question["question"], hits))
            texts += pieces
    place = np.empty(len(texts), dtype=np.int64)
    order = random.permutation(len(texts))
    place[order] = np.arange(len(texts))
    there = [Question(text, tuple(int(place[hit]) for hit in hits if place[hit] < most)) for text, hits in asked]
    known = [question for question in there if question.gold]
    picked = random.choice(len(known), min(questions, len(known)), replace=False)
    return [texts[at] for at in order[:most]], [known[at] for at in picked]


def embedded(texts: Sequence[str], embedder: Embedder, path: Path, say: Callable[[str], None]) -> Vectors:
    """Return the vectors of the texts, kept in a file; embedding that was cut off goes on where it was."""
    # The tail tells how many rows are real: the file grows by whole batches only.
    width = 4 * embedder.dim
    done = path.stat().st_size // width if path.exists() else 0
    with path.open("ab") as file:
        file.truncate(done * width)
        for start in range(done, len(texts), _EMBED_BATCH):
            say(f"embedding real passages: {start} of {len(texts)}")
            file.write(embedder.encode(texts[start : start + _EMBED_BATCH]).astype("<f4").tobytes())
            file.flush()
    return np.memmap(path, dtype="<f4", mode="r", shape=(len(texts), embedder.dim))


class Maker:
    """Makes passages from real ones: the same seed and place give the same passage, whatever was asked before."""

    def __init__(self, real: Real, seed: int, noise: float = NOISE) -> None:
        self._real, self._seed, self._noise = real, seed, noise
        counts = Counter(word for text in real.texts for word in text.split())
        self._words = np.array(list(counts))
        frequencies = np.array(list(counts.values()), dtype=np.float64)
        self._common = np.cumsum(frequencies / frequencies.sum())
        tail = 1 / np.arange(1, _TAIL + 1)
        self._tail = np.cumsum(tail / tail.sum())
        sample = np.asarray(real.vectors[:20_000], dtype=np.float64)
        values, axes = np.linalg.eigh(np.cov(sample.T))
        self._shape = (axes * np.sqrt(np.maximum(values, 0) / values.sum())).T.astype(np.float32)

    def block(self, start: int, count: int) -> tuple[list[str], Vectors]:
        """Return ``count`` passages from a place on: real ones as long as there are any, then made ones."""
        real = max(0, min(count, len(self._real.texts) - start))
        texts = list(self._real.texts[start : start + real])
        vectors = np.asarray(self._real.vectors[start : start + real])
        if real < count:
            random = np.random.default_rng((self._seed, start + real))
            bases = random.integers(len(self._real.texts), size=count - real)
            texts += [self._text(self._real.texts[base], random) for base in bases]
            vectors = np.concatenate([vectors, self.near(np.asarray(self._real.vectors[bases]), random)])
        return texts, vectors

    def near(self, vectors: Vectors, random: np.random.Generator) -> Vectors:
        """Return the vectors with noise, as unit rows."""
        noise = random.standard_normal(vectors.shape, dtype=np.float32) @ self._shape
        moved = vectors + self._noise * noise
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)

    def _text(self, text: str, random: np.random.Generator) -> str:
        words = text.split()
        fate = random.random(len(words))
        common = self._words[np.searchsorted(self._common, random.random(len(words)))]
        rare = np.searchsorted(self._tail, random.random(len(words)))
        return " ".join(
            word if f < _KEPT else f"q{rare[at]:x}" if f > 1 - _INVENTED else str(common[at])
            for at, (word, f) in enumerate(zip(words, fate, strict=True))
        )


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a file of the public data; BadRun says how to name its folder."""
    try:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                yield json.loads(line)
    except OSError as error:
        raise BadRun(
            f"the public passages cannot be read ({error}); say where they are: make bench-index DATA=..."
        ) from None


def _pieces(text: str) -> list[str]:
    """Cut a text into pieces of nearly equal numbers of words."""
    words = text.split()
    count = max(1, round(len(words) / _WORDS))
    ends = [len(words) * at // count for at in range(count + 1)]
    return [" ".join(words[a:b]) for a, b in pairwise(ends)]


def _answers(piece: str, answers: Sequence[str]) -> bool:
    return any(answer in piece for answer in answers)
