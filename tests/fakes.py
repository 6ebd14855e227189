"""Stand-ins with meaning: what they return can be computed by hand."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

WORDS = ("bridge", "apple", "river", "beer", "sugar", "train", "price")


class WordEmbedder:
    """Counts known words: axis i is ``words[i]`` (a plural counts too), the last axis is 1 for a text with none.

    The cosine of two texts is that of their counts: "bridge river" and "bridge" have 1/sqrt(2).
    """

    name = "words"

    def __init__(self, words: Sequence[str] = WORDS, revision: str = "1") -> None:
        self.words = tuple(words)
        self.revision = revision
        self.dim = len(words) + 1
        self.texts: list[str] = []

    def encode(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return the counts as unit rows, and remember the texts in ``self.texts``."""
        self.texts += texts
        rows = np.zeros((len(texts), self.dim), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            found = re.findall(r"[a-z]+", text.lower())
            row[:-1] = [sum(word in (known, f"{known}s") for word in found) for known in self.words]
            row[-1] = not row[:-1].any()
        return rows / np.linalg.norm(rows, axis=1, keepdims=True) if len(texts) else rows
