"""How does an answer read outside the page? As Markdown, each sentence with the numbers of its quotes below it."""

from __future__ import annotations

import re

from rag.records import Answer

STATES = {
    "supported": "Supported by your documents",
    "partial": "Partly supported",
    "conflicting": "Sources disagree",
    "not_found": "Not in your documents",
}
_MARKS = re.compile(r"([\\`*_\[\]<>#|~])")


def plain(text: str) -> str:
    """Return text that Markdown shows as it stands, on one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def numbered(answer: Answer) -> str:
    """Return the answer's sentences, each followed by the numbers of its citations."""
    if not answer.sentences:
        return plain(answer.answer)
    return " ".join(
        " ".join([plain(sentence.text), "".join(f"[{number}]" for number in sentence.citations)]).strip()
        for sentence in answer.sentences
    )


def turn(answer: Answer) -> str:
    """Return one answer with its sources."""
    lines = [numbered(answer), ""]
    if answer.status != "supported":
        lines += [f"*{STATES[answer.status]}.* {plain(answer.reason)}".rstrip(), ""]
    for citation in answer.citations:
        place = f"{plain(citation.title)} ({plain(citation.document)}, characters {citation.start}–{citation.end})"
        lines += [f"[{citation.id}] {place}:", f"> {plain(citation.quote)}", ""]
    return "\n".join(lines)


def conversation(answers: list[Answer]) -> str:
    """Return a whole conversation."""
    return "\n".join(f"## {plain(answer.question)}\n\n{turn(answer)}" for answer in answers)
