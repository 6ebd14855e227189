"""Were the right passages brought up, and how high? Relevance is a place in the text, not a passage id.

A passage is relevant when it overlaps a gold quote, so chunking may change without new judgements. Libraries
such as ir_measures score lists of ids against judged ids; here each gold quote is sought by its place, so the
three measures are written out. Ranks count from 1; ``None`` is a quote that no passage brings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from eval.corpus import Place

Ranks = Sequence[int | None]


def first_ranks(passages: Sequence[Place], gold: Sequence[Sequence[Place]]) -> list[int | None]:
    """Return for each gold quote the rank of the first passage that overlaps a place where it stands."""
    return [
        next(
            (rank for rank, passage in enumerate(passages, start=1) if any(passage.overlaps(spot) for spot in places)),
            None,
        )
        for places in gold
    ]


def recall(ranks: Ranks, k: int) -> float:
    """Return the share of gold quotes brought by the first k passages (recall@k, Manning et al. 2008, ch. 8)."""
    return sum(rank is not None and rank <= k for rank in ranks) / len(ranks)


def reciprocal_rank(ranks: Ranks) -> float:
    """Return one over the rank of the first relevant passage, 0 without one (Voorhees 1999)."""
    found = [rank for rank in ranks if rank is not None]
    return 1 / min(found) if found else 0.0


def ndcg(ranks: Ranks, k: int) -> float:
    """Return nDCG@k with binary gain, counted once a gold quote (Järvelin & Kekäläinen 2002).

    The ideal list brings one new gold quote a rank; a passage that holds two at once cannot lift it above 1.
    """
    gained = sum(_discount(rank) for rank in ranks if rank is not None and rank <= k)
    ideal = sum(_discount(rank) for rank in range(1, min(k, len(ranks)) + 1))
    return min(1.0, gained / ideal)


def _discount(rank: int) -> float:
    return 1 / math.log2(1 + rank)
