"""Texts to unit vectors: all-MiniLM-L6-v2 on the engine that measured best, in bfloat16 where there is such a unit.

sentence-transformers loads the model and is the reference that the tests compare with; OpenVINO runs it: four times
its throughput on the same passages, and no torch to import (``make bench`` prints both).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rag import weights

Vectors = npt.NDArray[np.float32]

_DIM = 384
# What the model was made for; sentence-transformers cuts at the same length (sentence_bert_config.json).
_MAX_TOKENS = 256
# Batches of 8 to 32 texts of like length measured fastest, 128 slower (design/speed.md).
_BATCH = 16


class Embedder(Protocol):
    """Turns texts into unit rows. ``name`` and ``revision`` go into manifests: vectors of two do not mix."""

    name: str
    revision: str
    dim: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (len(texts), dim), each row of length 1."""
        ...


class MiniLM:
    """all-MiniLM-L6-v2, prepared on first use. Safe to call from several threads; they take turns."""

    name = "all-MiniLM-L6-v2"
    revision = weights.ENCODER.sha256[:16]
    dim = _DIM

    def __init__(self, models: Path, threads: int) -> None:
        from tokenizers import Tokenizer

        from rag.openvino import compile_model

        folder = weights.prepared(weights.ENCODER_COPY, models)
        self._model = compile_model(folder / "encoder.xml", threads)
        self._request = self._model.create_infer_request()
        self._tokenizer = Tokenizer.from_file(str(weights.locate(weights.TOKENIZER)))
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.no_padding()
        self._turn = threading.Lock()

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return float32 (len(texts), 384), each row of length 1; an empty text has a vector too.

        Texts are run sorted by length in batches padded to their longest: the order they come in does not
        change the result beyond rounding.
        """
        tokens = [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]
        order = sorted(range(len(tokens)), key=lambda i: len(tokens[i]))
        vectors = np.empty((len(tokens), _DIM), dtype=np.float32)
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            ids, mask = padded([tokens[i] for i in rows])
            with self._turn:
                vectors[rows] = self._request.infer([ids, mask])[0]
        # bfloat16 leaves lengths a few thousandths off 1.
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True) if len(tokens) else vectors


def padded(rows: Sequence[Sequence[int]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return token ids padded with 0 to the longest row, and the mask of what is real; both (rows, longest)."""
    width = max(map(len, rows))
    ids = np.zeros((len(rows), width), dtype=np.int64)
    mask = np.zeros((len(rows), width), dtype=np.int64)
    for i, row in enumerate(rows):
        ids[i, : len(row)] = row
        mask[i, : len(row)] = 1
    return ids, mask
