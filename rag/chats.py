"""The kept conversations. What a turn quotes stays readable; what cannot be read is not kept."""

from __future__ import annotations

import json
import uuid
from typing import Any

from rag import redact, revisions
from rag.database import Database
from rag.entries import Conversation, StoredTurn


class Chats(Database):
    """Conversations in the store's file."""

    def new_conversation(self, title: str = "") -> str:
        """Make an empty conversation and return its id."""
        conversation = uuid.uuid4().hex
        with self._transaction() as run:
            run("INSERT INTO conversations VALUES (?, ?, ?)", (conversation, title, revisions.now()))
        return conversation

    def add_turn(self, conversation: str, question: str, answer: str) -> bool:
        """Append an answered question, ``answer`` as JSON; False where the conversation was deleted meanwhile.

        Quotes from a document that was deleted while the answer was written are taken out of it.
        """
        found = _parsed(answer)
        with self._transaction() as run:
            gone = revisions.unreadable(run, found)
            if gone:
                # The text is gone: every sentence that rests on it counts as its words.
                answer = json.dumps(redact.without(found, gone, [each["text"] for each in found.get("sentences", [])]))
            added = run(
                "INSERT INTO turns SELECT id, 1 + (SELECT count(*) FROM turns WHERE conversation = id), ?, ?, ?"
                " FROM conversations WHERE id = ? RETURNING position",
                (question, answer, revisions.now(), conversation),
            ).fetchall()
            if added:
                revisions.note(run, conversation, added[0][0], _parsed(answer))
        return bool(added)

    def conversations(self) -> list[Conversation]:
        """Return all conversations, newest first."""
        rows = self._read(
            "SELECT c.id, coalesce(nullif(c.title, ''), (SELECT question FROM turns WHERE conversation = c.id"
            " ORDER BY position LIMIT 1), ''), c.started,"
            " (SELECT count(*) FROM turns WHERE conversation = c.id)"
            " FROM conversations AS c ORDER BY c.started DESC, c.rowid DESC"
        )
        return [Conversation(*row) for row in rows]

    def turns(self, conversation: str) -> list[StoredTurn]:
        """Return the turns of a conversation in order; none for one that does not exist."""
        rows = self._read(
            "SELECT question, answer FROM turns WHERE conversation = ? ORDER BY position", (conversation,)
        )
        return [StoredTurn(*row) for row in rows]

    def delete_conversation(self, conversation: str) -> bool:
        """Forget a conversation, and the revisions that only it quoted; tell whether there was one."""
        with self._transaction() as run:
            gone = run("DELETE FROM conversations WHERE id = ? RETURNING id", (conversation,)).fetchall()
            revisions.sweep(run, revisions.GRACE)
        return bool(gone)


def _parsed(answer: str) -> Any:
    try:
        return json.loads(answer)
    except ValueError:
        return None
