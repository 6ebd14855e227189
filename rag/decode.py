"""From logits to an answer: the formulas that training and serving share, in numpy alone.

One distribution over "no answer" and every span of at most ``LONGEST`` tokens inside the passage:
``score(i, j) = start[i] + end[j]``, ``score(null) = start[0] + end[0]`` (position 0 is [CLS]).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

LONGEST = 30  # tokens of an answer; SQuAD's own scripts use the same limit

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader makes of one passage.

    ``odds``: log mass of all spans minus the null score, the evidence that there is an answer (nats; uncalibrated).
    ``margin``: the best span's score minus the null score. ``sentences``: for each sentence the share of span mass
    that starts inside it, given that there is an answer (sums to at most 1). ``best``: for each sentence the
    characters of the best span that starts inside it, None where no token does. ``start``, ``end``: characters of the
    best span in the passage. ``share``: the best span's share of the span mass.
    """

    odds: float
    margin: float
    sentences: tuple[float, ...]
    best: tuple[tuple[int, int] | None, ...]
    start: int
    end: int
    share: float


def read(
    start: Floats,
    end: Floats,
    first: int,
    offsets: Sequence[tuple[int, int]],
    sentences: Sequence[tuple[int, int]],
) -> Reading:
    """Decode the logits of one sequence.

    ``start`` and ``end``: logits (t,); ``first``: position of the passage's first token; ``offsets``: its tokens'
    characters; ``sentences``: character spans in the passage.
    """
    n = len(offsets)
    if n == 0:
        return Reading(-1e4, -1e4, tuple(0.0 for _ in sentences), tuple(None for _ in sentences), 0, 0, 0.0)
    scores = _scores(start[first : first + n].astype(np.float64), end[first : first + n].astype(np.float64))
    top = float(scores.max())
    mass = np.exp(scores - top)
    starts, total = mass.sum(1), float(mass.sum())
    null = float(start[0]) + float(end[0])
    begins = np.array([a for a, _ in offsets])
    rows = [np.flatnonzero((begins >= a) & (begins < b)) for a, b in sentences]
    i, j = divmod(int(scores.argmax()), n)
    return Reading(
        odds=top + float(np.log(total)) - null,
        margin=top - null,
        sentences=tuple(float(starts[own].sum() / total) for own in rows),
        best=tuple(_best(scores, own, offsets) for own in rows),
        start=offsets[i][0],
        end=offsets[j][1],
        share=1.0 / total,
    )


def _scores(start: npt.NDArray[np.float64], end: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the score of every span (n, n), minus infinity where there is none."""
    row, column = np.indices((len(start), len(start)), sparse=True)
    return np.where((column >= row) & (column < row + LONGEST), start[:, None] + end[None, :], -np.inf)


def _best(
    scores: npt.NDArray[np.float64], rows: npt.NDArray[np.intp], offsets: Sequence[tuple[int, int]]
) -> tuple[int, int] | None:
    if not len(rows):
        return None
    i, j = divmod(int(scores[rows].argmax()), scores.shape[1])
    return offsets[int(rows[i])][0], offsets[j][1]


def log_odds(chance: float, edge: float) -> float:
    """Return the log-odds of a chance that is kept ``edge`` away from 0 and 1."""
    chance = min(max(chance, edge), 1 - edge)
    return math.log(chance / (1 - chance))


def sigmoid(x: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Return 1 / (1 + exp(-x)), without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * np.asarray(x, np.float64))))
