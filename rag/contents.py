"""What sources hold: each content stored once, with passages, words and vectors. Functions inside one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

from rag import voices
from rag.entries import Entry
from rag.records import Span

Run = Callable[..., Any]
"""``execute`` of the connection that writes."""

# How many generations back an index may be and still be brought up to date; each costs one small row.
REMEMBERED = 10_000


def hold(run: Run, entry: Entry) -> int:
    """Return the number of the entry's content, stored now unless it was there."""
    known = run("SELECT number FROM contents WHERE key = ?", (entry.key,)).fetchone()
    if known:
        return int(known[0])
    document, sketch = entry.document, voices.sketch(entry.document.text)
    ((content,),) = run(
        "INSERT INTO contents(key, title, media_type, revision, date, passages, pages, sketch, text)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING number",
        (
            *(entry.key, entry.title, document.media_type, document.revision, document.date),
            *(len(entry.passages), json.dumps(document.pages), sketch.astype("<u4").tobytes(), document.text),
        ),
    ).fetchall()
    for band in voices.bands(sketch):
        run("INSERT OR IGNORE INTO bands VALUES (?, ?)", (band, content))
    embedded = entry.embedded or [b""] * len(entry.passages)
    for sentences, vector, digest in zip(entry.passages, entry.vectors, embedded, strict=True):
        _insert_passage(run, content, document.text, sentences, digest, vector)
    return int(content)


def name(run: Run, content: int) -> None:
    """Write the words of a content again, under the title or else the names that it has now."""
    title = run("SELECT title FROM contents WHERE number = ?", (content,)).fetchone()[0]
    title = title or " ".join(dict.fromkeys(each.rpartition("/")[2] for each in names(run, content)))
    run("DELETE FROM words WHERE rowid IN (SELECT number FROM passages WHERE content = ?)", (content,))
    run(
        "INSERT INTO words(rowid, title, text) SELECT number, ?, text FROM passages WHERE content = ? ORDER BY number",
        (title, content),
    )


def names(run: Run, content: int) -> list[str]:
    """Return the names under which a content is known, the first given one first."""
    return [found for (found,) in run("SELECT id FROM sources WHERE content = ? ORDER BY place", (content,))]


def release(run: Run, content: int) -> int:
    """Drop a content that no source holds any more; return how many passages went."""
    if names(run, content):
        name(run, content)
        return 0
    run(
        "INSERT INTO gone SELECT 1 + (SELECT value FROM meta WHERE name = 'generation'), number"
        " FROM passages WHERE content = ?",
        (content,),
    )
    run("DELETE FROM words WHERE rowid IN (SELECT number FROM passages WHERE content = ?)", (content,))
    ((passages,),) = run("DELETE FROM contents WHERE number = ? RETURNING passages", (content,)).fetchall()
    return int(passages)


def next_generation(run: Run) -> int:
    """Count one more change to what can be found, and forget how the oldest came about."""
    ((generation,),) = run("UPDATE meta SET value = value + 1 WHERE name = 'generation' RETURNING value").fetchall()
    run(
        "INSERT INTO steps VALUES (?, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'passages'), 0))",
        (generation,),
    )
    run("DELETE FROM steps WHERE generation < ?", (generation - REMEMBERED,))
    run("DELETE FROM gone WHERE generation <= ?", (generation - REMEMBERED,))
    return int(generation)


def _insert_passage(run: Run, content: int, text: str, sentences: tuple[Span, ...], digest: bytes, vector: Any) -> None:
    start, end = sentences[0].start, sentences[-1].end
    said = text[start:end]
    flat = json.dumps([offset for span in sentences for offset in (span.start, span.end)])
    prints = voices.prints(said).astype("<u4").tobytes()
    ((number,),) = run(
        "INSERT INTO passages(content, start, stop, sentences, embedded, prints, text)"
        " VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING number",
        (content, start, end, flat, digest, prints, said),
    ).fetchall()
    run("INSERT INTO vectors VALUES (?, ?)", (number, np.asarray(vector, dtype="<f4").tobytes()))
