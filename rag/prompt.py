"""Question and evidence to the messages that the writer sees: short, and the same beginning every time. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from rag.records import Evidence, Message

# A model of 135 million parameters learns from being shown, hardly from being told. It also copies from the examples:
# with a "reportedly" among them it hedges everything, with a price in euros it writes euros. The beginning is the same
# for every question and stays in the model's cache.
_INSTRUCTIONS = "Answer the question with one short sentence. Copy the words of the text."
_EXAMPLES = (
    (
        "The museum was founded in 1904 by Clara Holm, a teacher from Bergen.",
        "Who founded the museum?",
        "The museum was founded by Clara Holm, a teacher from Bergen.",
    ),
    (
        "According to the ministry, rice exports fell by 12% to 3.4 million tons in 2019.",
        "How much rice was exported?",
        "According to the ministry, 3.4 million tons of rice were exported in 2019.",
    ),
    (
        "The council is spending $40 million on a new tram line along the harbour of Lund.",
        "How much does the tram line cost?",
        "The tram line costs $40 million.",
    ),
)
# Tells two versions of the prompt apart.
FINGERPRINT = hashlib.sha256(repr((_INSTRUCTIONS, _EXAMPLES)).encode()).hexdigest()[:12]
# About 75 words a sentence at most: four stay within a prompt of a few hundred tokens.
_MAX_CHARACTERS = 450
_CHAT_MARK = re.compile(r"<\|[^|>]{0,40}\|>")


def messages(question: str, evidence: Sequence[Evidence]) -> list[Message]:
    """Return the prompt for one answer; marks of chat templates are taken out of what comes from outside."""
    told = [Message("system", _INSTRUCTIONS)]
    for text, asked, answer in _EXAMPLES:
        told += [_asked(text, asked), Message("assistant", answer)]
    return [*told, _asked(" ".join(_plain(piece.quote) for piece in evidence), _plain(question))]


def _asked(text: str, question: str) -> Message:
    return Message("user", f"Text: {text}\nQuestion: {question}")


def _plain(text: str) -> str:
    return " ".join(_CHAT_MARK.sub(" ", text).split())[:_MAX_CHARACTERS]
