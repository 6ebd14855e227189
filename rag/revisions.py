"""What sources held before, and the answers that quote it. Functions inside one transaction."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote as url_quote

from rag import redact

Run = Callable[..., Any]

# An answer that is being written may quote a revision that is replaced meanwhile; only then does it ask to keep it.
GRACE = timedelta(minutes=10)


def now() -> str:
    """Return the present second, ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def keep(run: Run, source: str, kept: bool) -> None:
    """Copy what a source holds now to its earlier revisions; one that is ``kept`` stays though nothing quotes it."""
    run(
        "INSERT OR REPLACE INTO earlier(id, revision, title, media_type, date, bytes, pages, source, kept, until, text)"
        " SELECT s.id, c.revision, c.title, c.media_type, c.date, s.bytes, c.pages, s.source, ?, ?, c.text"
        " FROM sources AS s JOIN contents AS c ON c.number = s.content WHERE s.source = ?",
        (int(kept), now(), source),
    )


def sweep(run: Run, grace: timedelta) -> None:
    """Drop the earlier revisions that no kept answer quotes, those of the last moments left alone."""
    before = (datetime.now(UTC) - grace).isoformat(timespec="seconds")
    run(
        "DELETE FROM earlier WHERE NOT kept AND until <= ?"
        " AND NOT EXISTS (SELECT 1 FROM quoted AS q WHERE q.document = earlier.id AND q.revision = earlier.revision)",
        (before,),
    )


def rename(run: Run, old: str, new: str) -> None:
    """Let everything that was kept under one name of a document go by another."""
    run("UPDATE OR REPLACE earlier SET id = ? WHERE id = ?", (new, old))
    address = f"/documents/{url_quote(new)}"
    for conversation, position, answer in _quoting(run, old):
        _rewrite(run, conversation, position, redact.renamed(answer, old, new, address))


def note(run: Run, conversation: str, position: int, answer: Any) -> None:
    """Write down what a turn quotes."""
    run("DELETE FROM quoted WHERE conversation = ? AND position = ?", (conversation, position))
    for document, revision in sorted(redact.cited(answer)):
        run("INSERT INTO quoted VALUES (?, ?, ?, ?)", (document, revision, conversation, position))


def unreadable(run: Run, answer: Any) -> set[tuple[str, str]]:
    """Return the (document, revision) that an answer quotes and that cannot be read (any more)."""
    return {
        found
        for found in redact.cited(answer)
        if not run(
            "SELECT 1 FROM sources AS s JOIN contents AS c ON c.number = s.content WHERE s.id = ?1 AND c.revision = ?2"
            " UNION ALL SELECT 1 FROM earlier WHERE id = ?1 AND revision = ?2",
            found,
        ).fetchone()
    }


def take_out(run: Run, document: str, gone: Collection[str], texts: Collection[str]) -> int:
    """Take the quotes from revisions that are ``gone`` out of all kept answers; return how many had one.

    Turns that follow in the same conversation lose the words that a follow-up was understood with.
    """
    pairs = {(document, revision) for revision in gone}
    turns: dict[str, list[int]] = {}
    for conversation, position, answer in _quoting(run, document):
        if redact.cited(answer) & pairs:
            turns.setdefault(conversation, []).append(position)
            _rewrite(run, conversation, position, redact.without(answer, pairs, texts))
    for conversation, positions in turns.items():
        rows = run(
            "SELECT position, answer FROM turns WHERE conversation = ? AND position > ?",
            (conversation, min(positions)),
        ).fetchall()
        for position, body in rows:
            reworded = redact.reworded(json.loads(body))
            if reworded is not None:
                _rewrite(run, conversation, position, reworded)
    return sum(map(len, turns.values()))


def _quoting(run: Run, document: str) -> list[tuple[str, int, dict[str, Any]]]:
    rows = run(
        "SELECT DISTINCT t.conversation, t.position, t.answer FROM quoted AS q"
        " JOIN turns AS t ON t.conversation = q.conversation AND t.position = q.position WHERE q.document = ?",
        (document,),
    ).fetchall()
    return [(conversation, position, json.loads(answer)) for conversation, position, answer in rows]


def _rewrite(run: Run, conversation: str, position: int, answer: dict[str, Any]) -> None:
    run(
        "UPDATE turns SET answer = ? WHERE conversation = ? AND position = ?",
        (json.dumps(answer), conversation, position),
    )
    note(run, conversation, position, answer)
