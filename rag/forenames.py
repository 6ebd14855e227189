"""What is somebody's first name? Tells the question, and the sentence that has it before the family name. Pure rules.

A sentence that names Anna Berg in passing says nothing of first names, so to the reader it is hardly an answer.
"""

from __future__ import annotations

import re

from rag.records import Passage, Span

_NAME = r"(?-i:[A-Z])[\w’'-]+"
_ASKED = re.compile(
    r"\b(?:first|given|full|christian) names?\b(?:\s+(?:of|does|has|had|is|was))?"
    rf"(?:\s+(?!(?:in|at|on|from|for|who|that|which|is|was|spell\w*|spelt)\b)[\w’'.-]+)*\s+(?P<of>{_NAME})"
    rf"|\b(?P<whose>{_NAME}?)(?:[’']s?)\s+(?:first|given|full|christian) name\b",
    re.IGNORECASE,
)
_TITLES = frozenset(
    "mr mrs ms miss dr prof professor president minister captain sergeant judge sir lord lady madame monsieur herr "
    "frau the general colonel mayor councillor senator governor king queen prince princess father mother brother "
    "sister aunt uncle".split()
)


def asked_of(question: str) -> str:
    """Return the family name whose first name is asked for, "" where none is."""
    match = _ASKED.search(question)
    return (match["of"] or match["whose"] or "") if match else ""


def place(passage: Passage, span: Span, family: str) -> Span | None:
    """Return where a sentence has a first name before a family name, with the family name; None where it has none."""
    for match in re.finditer(
        rf"\b(?P<first>[A-Z][\w’'-]+)\s+(?:[A-Z]\.\s+)?{re.escape(family)}\b", passage.quote(span)
    ):
        if match["first"].lower() not in _TITLES:
            return Span(span.start + match.start(), span.start + match.end())
    return None
