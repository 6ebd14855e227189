"""Which texts repeat each other? Pure: texts to fingerprints, fingerprints to groups.

A story that three sites copied is one voice, not three. Passages keep the fingerprints that winnowing chooses
(Schleimer, Wilkerson, Aiken 2003): of every four neighbouring runs of four words, the one with the least hash, so
that two texts which share seven words in a row share a fingerprint. Whole documents keep a MinHash by one permutation
(Li, Owen, Zhang 2012; empty bins filled as by Shrivastava 2017), cut into bands that a table can look up.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Prints = npt.NDArray[np.uint32]

_WORD = re.compile(r"\w+")
_RUN = 4
_WINDOW = 4
# Three sites that retell one story of an agency share 0.14 to 0.22 of the shorter passage's fingerprints, five to
# eight; passages of unrelated stories 0.04 and one. Of 493,521 pairs of encyclopedia articles 47 reach both bounds
# (two episodes of one series), of 13,429,153 pairs of abstracts 9 (`python -m eval.bench_store --voices FILE`, with the
# articles of HotpotQA and the abstracts of SciFact that the project keeps for development).
_SAME = 0.1
_FEWEST = 5
_BINS = 64
_ROWS = 4
# Estimated share of runs in common, of all runs of two documents; the estimate errs by 0.06.
_NEAR = 0.5
_EMPTY = np.uint64(0xFFFFFFFF)


def prints(text: str) -> Prints:
    """Return the fingerprints of a text, ascending; none for a text without words."""
    runs = _runs(text)
    if len(runs) < _WINDOW:
        return np.unique(runs).astype(np.uint32)
    windows = np.lib.stride_tricks.sliding_window_view(runs, _WINDOW)
    return np.unique(windows.min(axis=1)).astype(np.uint32)


def same_voice(one: Prints, other: Prints) -> bool:
    """Tell whether one of two texts copies or retells a good part of the other; a very short one, all of it."""
    return enough(len(np.intersect1d(one, other, assume_unique=True)), min(len(one), len(other)))


def enough(common: int, shorter: int) -> bool:
    """Tell whether so many fingerprints in common make one voice of two texts, the shorter of which has ``shorter``."""
    return common >= min(_FEWEST, max(shorter, 1)) and common >= _SAME * shorter


def groups(each: Sequence[Prints]) -> list[list[int]]:
    """Return the places of texts that repeat each other, grouped; in order, each place in one group."""
    leader = list(range(len(each)))
    for place, one in enumerate(each):
        for earlier in range(place):
            if leader[place] != leader[earlier] and same_voice(each[earlier], one):
                old, new = sorted((leader[place], leader[earlier]), reverse=True)
                leader = [new if found == old else found for found in leader]
    found: dict[int, list[int]] = {}
    for place, first in enumerate(leader):
        found.setdefault(first, []).append(place)
    return list(found.values())


def sketch(text: str) -> Prints:
    """Return what whole texts are compared by, uint32 (64,); equal numbers at a place mean common words."""
    runs = np.unique(_runs(text))
    bins = np.full(_BINS, _EMPTY, dtype=np.uint64)
    np.minimum.at(bins, (runs % _BINS).astype(np.int64), runs // np.uint64(_BINS))
    filled = np.flatnonzero(bins != _EMPTY)
    if len(filled) and len(filled) < _BINS:
        # An empty bin borrows from the next one that has something; how far that is keeps accidents apart.
        places = np.arange(_BINS)
        nearest = filled[np.searchsorted(filled, places) % len(filled)]
        far = ((nearest - places) % _BINS).astype(np.uint64)
        bins = (bins[nearest] + far * np.uint64(0x9E3779B1)) % _EMPTY
    return bins.astype(np.uint32)


def alike(one: Prints, other: Prints) -> bool:
    """Tell from their sketches whether two documents share at least about half of their runs of words."""
    return float((one == other).mean()) >= _NEAR


def bands(of: Prints) -> list[int]:
    """Return the 16 keys of a sketch; documents that are alike share one of them all but surely.

    With half of the runs in common 16 bands of 4 rows meet with 1 - (1 - 0.5^4)^16 = 0.64, with 0.8 with 0.9998.
    """
    rows = of.astype("<u4").reshape(-1, _ROWS)
    return [zlib.crc32(row.tobytes()) | (number << 32) for number, row in enumerate(rows)]


def _runs(text: str) -> npt.NDArray[np.uint64]:
    """Return a 32-bit hash for each run of four words; one for a text that is shorter."""
    hashes = [zlib.crc32(word.encode("utf-8", "surrogatepass")) for word in _WORD.findall(text.casefold())]
    words = np.array(hashes, dtype=np.uint64)
    run = min(_RUN, len(words))
    if not run:
        return words
    mixed = np.zeros(len(words) - run + 1, dtype=np.uint64)
    for step in range(run):
        mixed = mixed * np.uint64(0x100000001B3) + words[step : len(words) - run + 1 + step]
    # The high bits of a product depend on all words, the low ones only on the low bits of each (Knuth, 6.4).
    return (mixed * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(32)
