"""What goes into the store and what comes out as proof: records of the store's own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from rag.records import Document, Span

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EmbeddedBy:
    """Which embedder made the vectors. Vectors of two embedders do not mix."""

    name: str
    revision: str
    dim: int


@dataclass(frozen=True, slots=True)
class Known:
    """What tells whether a source has changed: ``stamp`` is cheap to compare, ``content`` hashes its bytes."""

    document: str
    stamp: str
    content: str
    passages: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A document that is to be stored with its vectors.

    ``passages`` are the spans of their sentences, ``vectors`` float32 (len(passages), dim) in the same order,
    ``embedded`` a digest of what was embedded for each, so that equal texts need not be embedded again. ``content``
    and ``stamp`` come back from ``Store.known``. ``moved_from`` is the source that this one was before; what it
    replaces is kept where this store has its ``only_copy``.
    """

    document: Document
    passages: Sequence[tuple[Span, ...]]
    vectors: Vectors
    embedded: Sequence[bytes] = ()
    content: str = ""
    stamp: str = ""
    moved_from: str = ""
    only_copy: bool = False

    @property
    def title(self) -> str:
        """The title that the document itself has; empty where it only goes by the name of its file."""
        document = self.document
        return "" if document.title == document.id.rpartition("/")[2] else document.title

    @property
    def key(self) -> bytes:
        """Tells contents apart: two sources with one key are found, cut and shown alike, only their names differ."""
        document = self.document
        spans = [[(span.start, span.end) for span in run] for run in self.passages]
        told = (self.title, document.media_type, document.revision, document.date, document.pages, spans)
        return hashlib.sha256(json.dumps(told).encode("utf-8", "surrogatepass")).digest()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What went when a document was removed; it holds no word of it.

    ``kept_as`` are other names under which the same content stays; then no passage goes. ``turns`` counts the kept
    answers from which quotes were taken out. ``generation`` is the first without it.
    """

    document: str
    source: str
    revisions: tuple[str, ...]
    passages: int
    vectors: int
    turns: int
    kept_as: tuple[str, ...]
    generation: int
    removed: str  # ISO 8601, UTC

    def to_json(self) -> str:
        """Return it as one JSON object."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def of_json(cls, body: str) -> Receipt:
        """Return the receipt that ``to_json`` wrote."""
        found = json.loads(body)
        return cls(**{**found, "revisions": tuple(found["revisions"]), "kept_as": tuple(found["kept_as"])})


@dataclass(frozen=True, slots=True)
class Earlier:
    """A revision that was replaced and can still be read."""

    revision: str
    until: str  # ISO 8601, UTC: when it was replaced


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as a list shows it: ``title`` is its first question unless another was given."""

    id: str
    title: str
    started: str  # ISO 8601, UTC
    turns: int


@dataclass(frozen=True, slots=True)
class StoredTurn:
    """An answered question of a conversation; ``answer`` is the JSON that was given."""

    question: str
    answer: str
