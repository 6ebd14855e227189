"""Questions to begin with: made from what the documents say, and shown only if the reader finds their answer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.embed import Embedder
from rag.library import Library
from rag.rerank import Reader
from rag.retrieve import retrieve

_MOST = 4
# Enough to find four questions in any corpus that has them, little enough to try within a second.
_MOST_DOCUMENTS = 12
_MOST_TRIED = 16
_PASSAGES = 4
# A suggestion that is answered by halves makes a poor first impression.
_SURE = 0.5
_NAME = r"(?P<name>[A-Z][\w-]+(?:\s[A-Z][\w-]+){1,2})"
_SAYING = r"(?:said|says|told|noted|notes|warned|believes|believed|suggested|suggests|stated|announced|explained)"
# What a sentence must look like, and the question that it answers.
_FORMS = (
    (re.compile(rf"{_NAME}\b[^.;]{{0,80}}?\b{_SAYING}\b"), "What did {name} say?"),
    (re.compile(rf"\b{_SAYING}\s{_NAME}"), "What did {name} say?"),
    (
        re.compile(
            r"[$€£][\d.,]+(?:\s(?:million|billion))?\s(?!(?:million|billion)\b)(?P<name>[a-z]{4,}(?:\s[a-z]{4,})?)\b"
        ),
        "How much does the {name} cost?",
    ),
    (
        re.compile(rf"\b[Tt]he\s{_NAME}\s(?:was|were)\s(?P<done>opened|founded|built|signed|completed)\b"),
        "When was the {name} {done}?",
    ),
)


def suggestions(library: Library, embedder: Embedder, reader: Reader) -> list[str]:
    """Return at most four questions, each with an answer in the documents; none where none was found."""
    found: list[str] = []
    for tried, question in enumerate(dict.fromkeys(_candidates(library))):
        if len(found) == _MOST or tried == _MOST_TRIED:
            break
        hits = retrieve(library, embedder, [question], _PASSAGES)
        read = reader.read(question, [hit.passage for hit in hits])
        if read and read[0].score >= max(reader.threshold, _SURE):
            found.append(question)
    return found


def _candidates(library: Library) -> Iterator[str]:
    """Yield questions by turns from each document, so that no document fills the list alone."""
    each = [_of_text(library.document(document.id).text) for document in library.documents()[:_MOST_DOCUMENTS]]
    while each:
        for questions in list(each):
            question = next(questions, None)
            if question is None:
                each.remove(questions)
            else:
                yield question


def _of_text(text: str) -> Iterator[str]:
    places = [
        (match.start(), form.format(**match.groupdict()))
        for pattern, form in _FORMS
        for match in pattern.finditer(text)
    ]
    yield from (question for _, question in sorted(places))
