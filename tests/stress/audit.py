"""What is wrong with a library that should hold certain texts? Every part of it is looked at."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

import numpy as np

from rag.intake import text_to_embed
from rag.library import Library
from tests.stress.common import HashEmbedder, text_of

# Cosine of a vector with itself in float32.
_SAME = 0.999


def faults(library: Library, truth: Mapping[str, str], gone: Iterable[str] = ()) -> list[str]:
    """Return what is wrong with a library that should hold the texts of ``truth`` (source to token), all its parts.

    ``gone`` are tokens whose texts were deleted or replaced: no search may find them.
    """
    found: list[str] = []
    listed = {document.source: document for document in library.documents()}
    found += [f"missing {source}" for source in truth.keys() - listed.keys()]
    found += [f"phantom {source}" for source in listed.keys() - truth.keys()]
    store = library.store
    # Sources that hold the same share their passages.
    owner: dict[int, str] = {}
    for source in truth.keys() & listed.keys():
        found += _document_faults(library, listed[source].id, truth[source])
        for number in store.numbers([listed[source].id]):
            owner[number] = truth[source]
    vectors = {n: row for numbers, rows in store.vectors() for n, row in zip(numbers.tolist(), rows, strict=True)}
    if vectors.keys() != owner.keys():
        found.append(
            f"{len(owner)} passages but {len(vectors)} vectors, {len(vectors.keys() ^ owner.keys())} unmatched"
        )
    passages = store.passages(owner)
    wanted = [text_to_embed(p.document, p.title, p.text) for p in passages.values()]
    for number, row in zip(passages, HashEmbedder().encode(wanted), strict=True):
        if number in vectors and not np.array_equal(vectors[number], row):
            found.append(f"wrong vector of passage {number} of {owner[number]}")
    found += _search_faults(library, truth, gone, owner)
    return found


def _document_faults(library: Library, identity: str, token: str) -> list[str]:
    document, text = library.document(identity), text_of(token)
    if document.text != text:
        kind = "zeroed" if not document.text.strip("\0 \n") else "wrong or torn"
        return [f"{kind} text of {document.source}: {document.text[:60]!r} for {token}"]
    found = []
    if document.revision != hashlib.sha256(text.encode()).hexdigest():
        found.append(f"wrong revision of {document.source}")
    passages = library.store.passages(library.store.numbers([identity]))
    if len(passages) != document.passages or not passages:
        found.append(f"{document.source} says {document.passages} passages and has {len(passages)}")
    if any(p.text != text[p.start : p.end] for p in passages.values()):
        found.append(f"a passage of {document.source} is not its text")
    if "".join("".join(p.text for p in passages.values()).split()) != "".join(text.split()):
        found.append(f"the passages of {document.source} leave text out")
    return found


def _search_faults(
    library: Library, truth: Mapping[str, str], gone: Iterable[str], owner: Mapping[int, str]
) -> list[str]:
    found = []
    store, index = library.store, library.index()
    for token in set(truth.values()):
        hits = {owner.get(number, "nobody") for number, _ in store.lexical(token, 50)}
        if hits != {token}:
            found.append(f"searching {token} finds the texts {sorted(hits)}")
    found += [f"{token} is gone and still found" for token in gone if store.lexical(token, 1)]
    if len(index) != len(owner):
        found.append(f"the index has {len(index)} of {len(owner)} passages")
    some = list(owner)[:: max(1, len(owner) // 16)]
    for number, passage in store.passages(some).items():
        (vector,) = HashEmbedder().encode([text_to_embed(passage.document, passage.title, passage.text)])
        best = index.search(vector, 1)
        if not best or best[0][0] != number or best[0][1] < _SAME:
            found.append(f"the index finds {best} for passage {number}")
    return found
