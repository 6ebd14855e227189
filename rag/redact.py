"""A kept answer without the words of a document that was deleted. Pure: one JSON object in, another out."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

_ALL_GONE = "What was said here was removed together with a document that it quoted."
_PART_GONE = "A part of this answer was removed together with a document that it quoted."
_LATER = "The reason was removed together with a document that was quoted earlier."


def cited(answer: Any) -> set[tuple[str, str]]:
    """Return the (document, revision) that a stored answer quotes; none for anything that is no answer."""
    return {(each["document"], each["revision"]) for each in _citations(answer)}


def without(answer: dict[str, Any], gone: Collection[tuple[str, str]], texts: Collection[str]) -> dict[str, Any]:
    """Return an answer without its quotes from what is ``gone``, (document, revision), and what rested on them.

    A sentence stays where another citation holds it, unless it stands word for word in one of the deleted ``texts``
    and in no quote that stays.
    """
    all_of = _citations(answer)
    left = [each for each in all_of if (each["document"], each["revision"]) not in gone]
    lost = {each["id"] for each in all_of} - {each["id"] for each in left}
    sentences = []
    for sentence in answer.get("sentences", []):
        holders = [number for number in sentence["citations"] if number not in lost]
        touched = len(holders) < len(sentence["citations"])
        said_here = any(sentence["text"] in each["quote"] for each in left if each["id"] in holders)
        copied = touched and not said_here and any(sentence["text"] in text for text in texts)
        if holders and not copied:
            sentences.append({**sentence, "citations": holders})
    used = {number for sentence in sentences for number in sentence["citations"]}
    documents = {document for document, _ in gone}
    return {
        **answer,
        "search_question": answer.get("question", ""),
        "status": "partial" if sentences else "not_found",
        "answer": _told(sentences) or _ALL_GONE,
        "sentences": sentences,
        "citations": [each for each in left if each["id"] in used],
        "reason": _PART_GONE if sentences else "A document that this answer quoted was deleted.",
        "passages": [each for each in answer.get("passages", []) if each["document"] not in documents],
    }


def reworded(answer: Any) -> dict[str, Any] | None:
    """Return a later answer of the same conversation with its question as it was typed, None if it is so already.

    A follow-up is understood with words of the answer before; those words went.
    """
    if not isinstance(answer, dict) or answer.get("search_question", "") == answer.get("question", ""):
        return None
    reason = _LATER if answer.get("reason") else ""
    return {**answer, "search_question": answer.get("question", ""), "reason": reason}


def renamed(answer: dict[str, Any], old: str, new: str, address: str) -> dict[str, Any]:
    """Return an answer whose quotes from ``old`` name the document ``new``; ``address`` is that of ``new``."""

    def moved(each: dict[str, Any]) -> dict[str, Any]:
        if each.get("document") != old:
            return each
        tail = str(each.get("url", "")).partition("?")[2]
        return {**each, "document": new, **({"url": f"{address}?{tail}"} if "url" in each else {})}

    return {
        **answer,
        "citations": [moved(each) for each in answer.get("citations", [])],
        "passages": [moved(each) for each in answer.get("passages", [])],
    }


def _citations(answer: Any) -> list[dict[str, Any]]:
    found = answer.get("citations", []) if isinstance(answer, dict) else []
    return [each for each in found if isinstance(each, dict) and "document" in each and "revision" in each]


def _told(sentences: list[dict[str, Any]]) -> str:
    return " ".join(
        f"{sentence['text']} {''.join(f'[{number}]' for number in sentence['citations'])}" for sentence in sentences
    )
