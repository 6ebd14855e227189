"""Which FAISS index a number of vectors gets, how it is made, changed and searched. Vectors in, numbers out.

Up to ``EXACT_UP_TO`` every vector is compared. Beyond, the vectors lie in lists around centres, in half precision, and
a search reads the lists nearest to the question (inverted file, IVF; Jégou, Douze, Schmid 2011). One byte a dimension
would take half the memory; at 150,000 passages it found 0.971 of the ten nearest, half precision 0.983 in a tenth more
time. ``make bench-index`` prints what it costs and finds.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from rag.errors import BadStore

Vectors = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Batches = Iterable[tuple[Numbers, Vectors]]

# Comparing 100,000 vectors takes 10 ms on one core here.
EXACT_UP_TO = 100_000
# Vectors in a list. With 256 the same recall took half the reading at 300,000 passages, and three times the building.
_IN_A_LIST = 512
# FAISS warns below 39 vectors a centre.
_SAMPLE_FOR_A_LIST = 64
# Share of the lists that a search reads, and the fewest: a recall@10 of 0.98 took 75 lists of 300, and 74 of 600.
_READ_SHARE, _READ_LEAST = 1 / 12, 96
# Where only some passages are allowed, this many times more lists are read than their share asks for: what one may
# see lies together, not evenly.
_FILTER_FACTOR = 4
_HIGHEST = 2**63 - 1  # number that there can be


def build(dim: int, count: int, batches: Callable[[], Batches]) -> Any:
    """Return an index of all vectors, of a kind that suits ``count``. ``batches`` is called once for each pass.

    Raises:
        BadStore: a batch is not of ``dim`` dimensions.
    """
    faiss = library()
    exact = count <= EXACT_UP_TO
    index = faiss.IndexIDMap(faiss.IndexFlatIP(dim)) if exact else _lists(dim, count, batches)
    for numbers, vectors in _checked(dim, batches()):
        index.add_with_ids(vectors, numbers)
    return index


def suits(index: Any, count: int) -> bool:
    """Tell whether an index that has grown or shrunk to ``count`` vectors is still of the right kind."""
    lists = getattr(index, "nlist", 0)
    if not lists:
        return count <= EXACT_UP_TO
    # The centres were learnt from a quarter of it at the least; much fewer are compared one by one again.
    return EXACT_UP_TO // 2 < count <= 4 * lists * _IN_A_LIST


def copied(index: Any) -> Any:
    """Return a copy in memory that the caller may change, also of an index that is mapped from a file."""
    faiss = library()
    if not hasattr(index, "nlist"):
        return faiss.clone_index(index)
    copy = _empty_lists(faiss, faiss.clone_index(index.quantizer), index.nlist)
    copy.sq.trained = index.sq.trained
    copy.is_trained = True
    index.copy_subset_to(copy, faiss.InvertedLists.SUBSET_TYPE_ID_RANGE, 0, _HIGHEST)
    return copy


def change(index: Any, gone: Numbers, numbers: Numbers, vectors: Vectors) -> None:
    """Take the ``gone`` out of an index and put others in; the centres stay. The index must be the caller's own."""
    faiss = library()
    if len(gone):
        index.remove_ids(faiss.IDSelectorBatch(gone))
    if len(numbers):
        index.add_with_ids(vectors, numbers)


def write(index: Any, path: Path) -> None:
    """Write an index to a file; raises OSError."""
    try:
        library().write_index(index, str(path))
    except RuntimeError as error:  # what FAISS raises for a full disk or a folder that may not be written
        raise OSError(str(error)) from None


def read(path: Path) -> Any:
    """Return the index in a file that is known to be whole; raises OSError. Lists stay in the file, mapped."""
    faiss = library()
    try:
        index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP | faiss.IO_FLAG_READ_ONLY)
    except RuntimeError as error:  # what FAISS raises for a file that is gone or a disk that fails
        raise OSError(str(error)) from None
    if hasattr(index, "nlist"):
        # FAISS would start 32 threads for each search, to read lists ahead.
        faiss.downcast_InvertedLists(index.invlists).prefetch_nthread = 0
    return index


def search(
    index: Any, vector: Vectors, k: int, without: npt.NDArray[np.uint8], only: Numbers | None
) -> tuple[Numbers, Vectors]:
    """Return the numbers of the nearest, best first, and their cosines: at most ``k``.

    ``without`` is a bitmap (see ``bitmap``) of numbers to leave out; None but ``only`` come, if it is given.
    """
    count = min(k, int(index.ntotal) if only is None else len(only))
    if count < 1:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
    limits = _limits(index, without, only)
    scores, numbers = index.search(np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1), count, params=limits)
    # FAISS fills up with -1 where fewer are found than asked for.
    real = numbers[0] >= 0
    return numbers[0][real], scores[0][real]


def bitmap(numbers: Numbers) -> npt.NDArray[np.uint8]:
    """Return a map with one bit for each number from 0 to the largest."""
    bits = np.zeros(int(numbers.max()) + 1 if len(numbers) else 0, dtype=bool)
    bits[numbers] = True
    return np.packbits(bits, bitorder="little")


def library() -> Any:
    """Return FAISS, which is heavy to import, with one thread for the caller."""
    import faiss

    # Its threads spin while they wait and take the cores from the models (design/speed.md); one searches fast enough.
    faiss.omp_set_num_threads(1)
    return faiss


def _lists(dim: int, count: int, batches: Callable[[], Batches]) -> Any:
    """Return an empty index with centres learnt from a sample of the vectors."""
    faiss = library()
    lists = max(1, count // _IN_A_LIST)
    sample = _sample(_checked(dim, batches()), lists * _SAMPLE_FOR_A_LIST)
    index = _empty_lists(faiss, faiss.IndexFlatIP(dim), lists)
    index.cp.spherical = True
    index.cp.max_points_per_centroid = 2 * _SAMPLE_FOR_A_LIST
    _use_all_cores(faiss)
    index.train(sample)
    return index


def _empty_lists(faiss: Any, quantizer: Any, lists: int) -> Any:
    return faiss.IndexIVFScalarQuantizer(
        quantizer, quantizer.d, lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT, False
    )


def _use_all_cores(faiss: Any) -> None:
    """Give this thread's next calls of FAISS every core; the threads of searches keep their one."""
    faiss.omp_set_num_threads(os.cpu_count() or 1)


def _sample(batches: Batches, wanted: int) -> Vectors:
    """Return every n-th vector, n a power of two: at least ``wanted`` where there are so many, at most twice that."""
    kept: list[Vectors] = []
    step, seen, held = 1, 0, 0
    for _, vectors in batches:
        kept.append(vectors[-seen % step :: step])
        seen += len(vectors)
        held += len(kept[-1])
        if held > 2 * wanted:
            kept = [np.concatenate(kept)[::2]]
            step, held = 2 * step, len(kept[0])
    return np.concatenate(kept)


def _checked(dim: int, batches: Batches) -> Batches:
    for numbers, vectors in batches:
        if vectors.shape[1] != dim:
            raise BadStore(f"the vectors in the store have {vectors.shape[1]} dimensions, not {dim}; it is damaged")
        yield numbers, vectors


def _limits(index: Any, without: npt.NDArray[np.uint8], only: Numbers | None) -> Any:
    """Return FAISS's parameters of one search: whom it may find, and how many lists it reads."""
    faiss = library()
    selector = None
    if only is not None:
        allowed = bitmap(only)
        common = min(len(allowed), len(without))
        allowed[:common] &= ~without[:common]
        selector = faiss.IDSelectorBitmap(allowed)
    elif len(without):
        selector = faiss.IDSelectorNot(faiss.IDSelectorBitmap(without))
    lists = getattr(index, "nlist", 0)
    if not lists:
        return faiss.SearchParameters(sel=selector) if selector else None
    read = max(_READ_LEAST, lists * _READ_SHARE)
    if only is not None:
        read *= _FILTER_FACTOR * index.ntotal / max(1, len(only))
    return faiss.SearchParametersIVF(sel=selector, nprobe=min(lists, round(read)))
