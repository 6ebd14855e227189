"""Names and what they stand for: a source is put, renamed, forgotten. Functions inside one transaction."""

from __future__ import annotations

from rag import contents, revisions
from rag.contents import Run
from rag.entries import Entry, Receipt
from rag.errors import BadStore, UnknownDocument


def put(run: Run, entry: Entry) -> None:
    """Let a source hold what an entry says; what it held before becomes an earlier revision.

    Raises:
        BadStore: another process has given its name away.
    """
    document, now = entry.document, revisions.now()
    before = run(
        "SELECT s.place, s.source, s.id, s.content, c.revision FROM sources AS s"
        " JOIN contents AS c ON c.number = s.content WHERE s.source IN (?, ?) ORDER BY s.source = ? DESC",
        (document.source, entry.moved_from, document.source),
    ).fetchone()
    if before and before[4] != document.revision:
        revisions.keep(run, before[1], kept=entry.only_copy)
    content = contents.hold(run, entry)
    place, _, old_id, old_content, _ = before or (None, "", document.id, None, "")
    if run("SELECT 1 FROM sources WHERE id = ? AND place IS NOT ?", (document.id, place)).fetchone():
        raise BadStore(f"two processes added '{document.id}' at the same time; run the command again")
    values = (document.source, document.id, content, document.bytes, entry.content, entry.stamp, now)
    if place is None:
        run(
            "INSERT INTO sources(source, id, content, bytes, digest, stamp, updated, added)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, now),
        )
    else:
        run(
            "UPDATE sources SET source = ?, id = ?, content = ?, bytes = ?, digest = ?, stamp = ?, updated = ?"
            " WHERE place = ?",
            (*values, place),
        )
    if old_id != document.id:
        revisions.rename(run, old_id, document.id)
    run("DELETE FROM earlier WHERE id = ? AND revision = ?", (document.id, document.revision))
    contents.name(run, content)
    if old_content not in (None, content):
        contents.release(run, old_content)


def forget(run: Run, document: str) -> Receipt:
    """Forget a document and everything that was kept of it; see ``Store.remove``.

    Raises:
        UnknownDocument: there is none with that id.
    """
    row = run(
        "SELECT s.source, s.content, c.revision, c.text FROM sources AS s"
        " JOIN contents AS c ON c.number = s.content WHERE s.id = ?",
        (document,),
    ).fetchone()
    if not row:
        raise UnknownDocument(f"there is no document '{document}'; vouch docs lists them")
    source, content, revision, text = row
    kept_as = tuple(name for name in contents.names(run, content) if name != document)
    earlier = dict(run("SELECT revision, text FROM earlier WHERE id = ?", (document,)).fetchall())
    gone = earlier if kept_as else {revision: text, **earlier}
    turns = revisions.take_out(run, document, [*gone], [*gone.values()])
    run("DELETE FROM earlier WHERE id = ?", (document,))
    if kept_as:
        revisions.rename(run, document, kept_as[0])
    run("DELETE FROM sources WHERE id = ?", (document,))
    passages = contents.release(run, content)
    generation = contents.next_generation(run)
    receipt = Receipt(document, source, tuple(gone), passages, passages, turns, kept_as, generation, revisions.now())
    run("INSERT INTO receipts(body) VALUES (?)", (receipt.to_json(),))
    return receipt
