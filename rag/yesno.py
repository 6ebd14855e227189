"""Does a quote settle a question that asks for yes or no? Says so only where the value gate proves it. Pure rules.

"Yes" needs the question, turned into a statement, to be held by the quote. "No" needs it to fail by one number or year
alone, for which the quote has another. Everything in between is shown as the quote, without a word before it.
"""

from __future__ import annotations

import re

from rag import premise, verify, words
from rag.gate import stance
from rag.records import Evidence

_ASKS = re.compile(r"^\W*(?P<helps>is|are|was|were|did|does|do|has|have|had)\s+(?P<rest>[^?]+)\?*\s*$", re.IGNORECASE)
# "Is A or B ...?" asks for one of the two.
_EITHER = re.compile(r"\bor\b|\bany\b|\bever\b|\bnot\b|n['’]t\b", re.IGNORECASE)
# What the gate need not know: "there are plans that" makes no fact of what follows.
_HEDGED = re.compile(
    r"\b(?:plan|propos|expect|hope|intend|consider|doubt|claim|alleg|report|rumou?r|den[yi]|believ|suggest)\w*"
    r"|\b(?:if|whether)\b",
    re.IGNORECASE,
)
_LEAST_WORDS = 3


def asks(question: str) -> bool:
    """Tell whether a question asks for yes or no."""
    return bool(_ASKS.match(question)) and not _EITHER.search(question)


def settles(question: str, piece: Evidence) -> str:
    """Return "Yes" or "No" where the quote proves it, else ""."""
    match = _ASKS.match(question)
    if not match or _EITHER.search(question) or len(match["rest"].split()) < _LEAST_WORDS:
        return ""
    if _holds(match["rest"], piece):
        return "Yes"
    numbers = premise.numbers(question)
    told = [number for number in premise.numbers(piece.quote) if premise.same_kind(number, numbers)]
    if len(numbers) != 1 or len(told) != 1 or numbers == told:
        return ""
    return "No" if _holds(premise.with_number(match["rest"], numbers[0], told[0]), piece) else ""


def _holds(statement: str, piece: Evidence) -> bool:
    statement = f"{words.begun(statement.strip())}."
    # A plan, a doubt or a "not" anywhere in the quote is a reason to let it speak for itself.
    hedged = {mark.name for mark in stance.marks(piece.quote)} - {mark.name for mark in stance.marks(statement)}
    return not hedged and not _HEDGED.search(piece.quote) and not verify.objections(statement, piece.quote, "")
