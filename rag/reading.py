"""Rows of the store as records. Functions over one state; ``read`` runs a statement and gives all its rows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from rag import voices
from rag.errors import UnknownDocument
from rag.records import Document, Passage, Span

Read = Callable[..., list[Any]]

_OPENING = 600  # characters: a letterhead, the parties to a contract, the first paragraph of a story
_DOCUMENT = (
    "SELECT s.id, s.source, c.title, c.media_type, c.revision, c.date, s.bytes, c.passages, c.pages, c.number"
    " FROM sources AS s JOIN contents AS c ON c.number = s.content"
)


def documents(read: Read) -> list[Document]:
    """Return all documents by id, with an empty ``text``."""
    rows = read(f"{_DOCUMENT} ORDER BY s.id")
    named = defaultdict(list)
    for content, name in read("SELECT content, id FROM sources ORDER BY place"):
        named[content].append(name)
    return [_document(row, "", named[row[-1]]) for row in rows]


def document(read: Read, name: str, revision: str) -> Document:
    """Return one document with its text; see ``Store.document``."""
    rows = read(f"{_DOCUMENT} WHERE s.id = ?", (name,))
    if not rows:
        raise UnknownDocument(f"there is no document '{name}'; vouch docs lists them")
    (row,) = rows
    if not row[4].startswith(revision):
        return _earlier(read, name, revision)
    ((text,),) = read("SELECT text FROM contents WHERE number = ?", (row[-1],))
    names = [found for (found,) in read("SELECT id FROM sources WHERE content = ? ORDER BY place", (row[-1],))]
    return _document(row, text, names)


def passages(read: Read, numbers: Iterable[int], under: frozenset[str]) -> dict[int, Passage]:
    """Return the passages with these numbers; see ``Store.passages``."""
    rows = read(
        "SELECT p.number, c.number, c.revision, c.title, p.start, p.stop, p.text, p.sentences, c.pages, c.date,"
        f" substr(c.text, 1, {_OPENING}) FROM passages AS p JOIN contents AS c ON c.number = p.content"
        " WHERE p.number IN (SELECT value FROM json_each(?))",
        (json.dumps([int(number) for number in numbers]),),
    )
    named = defaultdict(list)
    for content, name in read(
        "SELECT content, id FROM sources WHERE content IN (SELECT value FROM json_each(?)) ORDER BY place",
        (json.dumps([*{row[1] for row in rows}]),),
    ):
        named[content].append(name)
    return {row[0]: _passage(row, named[row[1]], under) for row in rows}


def matrix(rows: Sequence[tuple[int, bytes]]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]:
    """Return rows of (number, vector) as int64 (n,) and float32 (n, dim)."""
    flat = np.frombuffer(b"".join(vector for _, vector in rows), dtype="<f4")
    return np.array([number for number, _ in rows], dtype=np.int64), flat.reshape(len(rows), -1 if rows else 0)


def embedded_before(read: Read, digests: Iterable[bytes]) -> dict[bytes, npt.NDArray[np.float32]]:
    """Return the vector of each digest that a passage was put with."""
    found = {}
    for digest in digests:
        rows = read(
            "SELECT v.vector FROM passages AS p JOIN vectors AS v USING(number) WHERE p.embedded = ? LIMIT 1", (digest,)
        )
        if rows:
            found[digest] = np.frombuffer(rows[0][0], dtype="<f4")
    return found


def near_duplicates(read: Read) -> dict[str, tuple[str, ...]]:
    """Return, for each document, the ids of others that are nearly the same; none that has no such others."""
    pairs = read(
        "SELECT DISTINCT one.content, other.content FROM bands AS one JOIN bands AS other USING(band)"
        " WHERE one.content < other.content"
    )
    near = defaultdict(set)
    sketches = {}
    for content in {number for pair in pairs for number in pair}:
        ((sketch,),) = read("SELECT sketch FROM contents WHERE number = ?", (content,))
        sketches[content] = np.frombuffer(sketch, dtype="<u4")
    for one, other in pairs:
        if voices.alike(sketches[one], sketches[other]):
            near[one].add(other)
            near[other].add(one)
    named = defaultdict(list)
    for content, name in read("SELECT content, id FROM sources ORDER BY id"):
        named[content].append(name)
    return {
        name: tuple(sorted(each for other in others for each in named[other]))
        for content, others in near.items()
        for name in named[content]
    }


def disagreement(read: Read) -> str:
    """Say where tables that must agree do not; empty where all is well."""
    for what, statement in (
        ("a passage has no vector", "SELECT 1 FROM passages WHERE number NOT IN (SELECT number FROM vectors) LIMIT 1"),
        ("a vector has no passage", "SELECT 1 FROM vectors WHERE number NOT IN (SELECT number FROM passages) LIMIT 1"),
        ("a content has no name", "SELECT 1 FROM contents WHERE number NOT IN (SELECT content FROM sources) LIMIT 1"),
        (
            "a document has not all its passages",
            "SELECT 1 FROM contents AS c WHERE passages <>"
            " (SELECT count(*) FROM passages AS p WHERE p.content = c.number) LIMIT 1",
        ),
    ):
        if read(statement):
            return what
    return ""


def _earlier(read: Read, name: str, revision: str) -> Document:
    rows = read(
        "SELECT id, source, title, media_type, revision, date, bytes, 0, pages, text FROM earlier"
        " WHERE id = ? AND substr(revision, 1, length(?)) = ? ORDER BY until DESC LIMIT 1",
        (name, revision, revision),
    )
    if not rows:
        raise UnknownDocument(f"'{name}' has no revision '{revision}' that can still be read; leave it out for today's")
    (row,) = rows
    return _document(row, row[-1], [name])


def _document(row: Sequence[Any], text: str, names: Sequence[str]) -> Document:
    name, source, title, media_type, revision, date, size, count, pages, _ = row
    also = tuple(each for each in names if each != name)
    return Document(
        name, source, title or _file_name(name), media_type, text, revision, date, size, count, also, _numbers(pages)
    )


def _passage(row: Sequence[Any], names: Sequence[str], under: frozenset[str]) -> Passage:
    number, _, revision, title, start, end, text, sentences, pages, date, opening = row
    name = next((each for each in names if each in under), names[0])
    also = tuple(each for each in names if each != name)
    title = title or _file_name(name)
    return Passage(
        number, name, revision, title, start, end, text, _spans(sentences), also, _numbers(pages), date, opening
    )


def _file_name(name: str) -> str:
    return name.rpartition("/")[2]


@lru_cache(maxsize=64)
def _numbers(stored: str) -> tuple[int, ...]:
    return tuple(json.loads(stored))


def _spans(stored: str) -> tuple[Span, ...]:
    flat = json.loads(stored)
    return tuple(map(Span, flat[::2], flat[1::2]))
