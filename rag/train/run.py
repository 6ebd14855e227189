"""Runs a reader in torch for measuring: questions over passages to ``Reading``s, claims with quotes to logits."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer

from rag.decode import Reading, read
from rag.train.data import Example
from rag.train.encode import Encoded, Encoder, collate
from rag.train.model import Reader, packaged_model, precision
from rag.train.pairs import Pair

LIMIT = 384  # tokens of question and passage together when reading
_TOKENS = 8192  # of a batch

Span = tuple[int, int]


class TorchReader:
    """A reader ready to run, in bfloat16 unless told otherwise."""

    def __init__(self, model: Reader) -> None:
        self.model = model.eval()
        self._encoder = Encoder(Tokenizer.from_file(str(packaged_model() / "tokenizer.json")))

    @classmethod
    def load(cls, path: Path) -> TorchReader:
        """Load a training checkpoint or the shipped weights, told apart by their names."""
        from rag.train.export import load_shipped
        from rag.train.reader import restore

        model = Reader()
        if path.name.startswith("checkpoint"):
            restore(path, model)
        else:
            load_shipped(path, model)
        return cls(model)

    def _logits(self, items: Sequence[Encoded]) -> list[tuple[npt.NDArray[np.float32], ...]]:
        """Return start, end and pair logits of each item, in the order given."""
        order = sorted(range(len(items)), key=lambda k: len(items[k].ids))
        out: list[tuple[npt.NDArray[np.float32], ...]] = [()] * len(items)
        at = 0
        while at < len(order):
            size = max(1, _TOKENS // len(items[order[min(at + 31, len(order) - 1)]].ids))
            chosen = order[at : at + min(size, 32)]
            batch = collate([items[k] for k in chosen])
            with torch.inference_mode(), precision(torch.device("cpu")):
                tensors = [torch.from_numpy(a) for a in (batch.ids, batch.mask, batch.types)]
                start, end, pair = (x.float().numpy() for x in self.model(*tensors))
            for row, k in enumerate(chosen):
                out[k] = start[row], end[row], pair[row : row + 1]
            at += len(chosen)
        return out

    def read(self, asked: Sequence[tuple[str, str, Sequence[Span]]]) -> list[Reading]:
        """Read each (question, passage, sentences)."""
        located = [self._encoder.locate(Example(q, p), LIMIT) for q, p, _ in asked]
        logits = self._logits([e for e, _ in located])
        return [
            read(s, e, item.passage[0], offsets, sentences)
            for (s, e, _), (item, offsets), (_, _, sentences) in zip(logits, located, asked, strict=True)
        ]

    def entail(self, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float64]:
        """Return an entailment logit for each (claim, quote)."""
        items = list(self._encoder.pairs([Pair(c, q, False, "") for c, q in pairs], LIMIT))
        return np.array([float(p[0]) for _, _, p in self._logits(items)], np.float64)
