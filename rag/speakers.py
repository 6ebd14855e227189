"""Whose view does a question ask for, and does a quote give somebody else's? Pure rules.

Experts on one subject use the same words, and the reader is drawn to words: asked what Ward sees as the risk, it points
at what Lankov said of risks. A quote that names who says it, and does not name the one asked about, is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag import words
from rag.records import Evidence, Passage, Span
from rag.topics import persons

_NAME = r"(?:(?:Mr|Mrs|Ms|Dr|Prof|Professor)\.?\s+)?[A-Z][\w-]*(?:\s+[A-Z][\w-]*){0,3}"
_THINKS = (
    r"say|says|said|think|thinks|thought|believe|believes|believed|see|sees|saw|warn|warns|warned|fear|fears|feared|expect|expects"
    r"|expected|argue|argues|argued|claim|claims|claimed|note|notes|noted|suggest|suggests|suggested|predict|predicts|predicted"
    r"|describe|describes|described|put|puts|call|calls|called|caution|cautions|cautioned|explain|explains|explained|tell|told"
    r"|mention|mentions|mentioned|add|adds|added|doubt|doubts|doubted|stress|stresses|stressed|judge|judges|judged"
)
_ASKED = re.compile(
    rf"\b(?i:according to|in the (?:view|opinion|words) of)\s+(?P<a>{_NAME})"
    rf"|\b(?i:in)\s+(?P<b>{_NAME})['’]s?\s+(?:view|opinion|eyes|words|estimat\w+|assessment)"
    rf"|\b(?i:do|does|did|has|can|would|is)\s+(?P<c>{_NAME})\s+(?:\w+ly\s+)?(?:{_THINKS}|afraid|worried|sure)\b"
    rf"|(?P<d>{_NAME})\s+(?:\w+ly\s+)?(?:{_THINKS})\b"
)
_SAYS = (
    r"(?:said|says|told|believes?d?|thinks|warn(?:s|ed)|not(?:es|ed)|suggest(?:s|ed)|caution(?:s|ed)|argu(?:es|ed)|add(?:s|ed)"
    r"|comment(?:s|ed)|explain(?:s|ed)|emphasi[sz](?:es|ed)|stress(?:es|ed)|expects?|predict(?:s|ed)|claim(?:s|ed))"
)
# What may stand between a name and what its bearer says: ", an expert at the university,".
_APART = r"(?:\s*,[^.;]{0,100},|\s+(?:of|from|at)\s[^,.;]{0,60})?\s*,?\s+(?:\w+\s+){0,2}?"
# Papers and agencies report what others say: a quote of theirs names its speaker, not them.
_MEDIA = re.compile(r"\b(?:News|Times|Post|Journal|Reuters|Bloomberg|Interfax|Xinhua|Yonhap|Guardian)\b|^[A-Z.]+$")

_WHO = re.compile(r"\b(?:who|whom|whose)\b", re.IGNORECASE)
_ONLY_HE = re.compile(r"^\W*(?:he|she|they|his|her|him)\W*$", re.IGNORECASE)
_WHO_SAYS = re.compile(
    rf"\b(?:according\s+to|in\s+the\s+(?:view|opinion|words)\s+of)\s+who(?:m|se)?\b|\bwho\s+(?:\w+ly\s+)?(?:{_THINKS})\b"
    r"|\bin\s+whose\s+(?:view|opinion|words)\b",
    re.IGNORECASE,
)
_HE_SAYS = re.compile(rf"^\W*(?:\w+ly,?\s+|however,\s+|but\s+)?(?:he|she|they)\s+(?:\w+\s+)?{_SAYS}\b", re.IGNORECASE)
# "He said that ...", "... ,” he said.": not the one inside what somebody else says.
_HE_IS_QUOTED = re.compile(
    rf"^\W*(?:\w+ly,?\s+|However,\s+|But\s+)?(?P<he>[Hh]e|[Ss]he)\s+(?:\w+\s+)?{_SAYS}\b"
    rf"|[,.!?]?[”\"’]?,?\s(?P<she>he|she)\s+{_SAYS}\W*$"
)
# "In turn, Professor Park ...": words that may stand before the name that is a sentence's subject.
_BEFORE_A_SUBJECT = 3
_TITLES = frozenset("Mr Mrs Ms Dr Prof Professor".split())
# Letters by which two spellings of a name are one.
_ALIKE = 4


def another(question: str, quote: str) -> bool:
    """Tell whether a quote gives the view of somebody else than the person whose view is asked for."""
    match = _ASKED.search(question)
    name = next((part for part in match.groups() if part), "") if match else ""
    if not name or _MEDIA.search(name) or name not in " ".join(persons(question)):
        return False
    asked = {words.fold(words.bare(part))[:_ALIKE] for part in name.split() if part.rstrip(".") not in _TITLES}
    told = {word[:_ALIKE] for word, _, _ in words.words(quote)}
    return asked.isdisjoint(told) and any(_speaks(person, quote) for person in persons(quote) if " " in person)


def introduced(question: str, evidence: Sequence[Evidence]) -> list[Evidence]:
    """Return evidence with, behind a best quote that calls whom it tells of only "he", the sentence that names them.

    It is the nearest one before it in the passage that has a person's name for its subject, or gives what they say.
    """
    best = evidence[0] if evidence else None
    if best is None or not _calls_only_he(question, best):
        return list(evidence)
    for span in best.passage.before(best.span):
        told = best.passage.quote(span)
        for name in (name for name in persons(told) if " " in name):
            if len(told[: told.index(name)].split()) <= _BEFORE_A_SUBJECT or _speaks(name, told):
                at = span.start + told.index(name)
                introducing = replace(best, span=span, answer=Span(at, at + len(name)))
                return [best, introducing, *(piece for piece in evidence[1:] if piece.span != span)]
    return list(evidence)


def named(passage: Passage, span: Span) -> str:
    """Return a sentence that "he" says with the name of who that is: read alone, it tells nobody.

    They said something in the nearest sentence before it in which somebody did. Without such a one the sentence stays.
    """
    quote = passage.quote(span)
    he = _HE_IS_QUOTED.search(quote)
    if not he:
        return quote
    group = "he" if he["he"] else "she"
    for before in passage.before(span):
        told = passage.quote(before)
        speaking = [name for name in persons(told) if _speaks(name, told)]
        if speaking:
            return f"{quote[: he.start(group)]}{speaking[0]}{quote[he.end(group) :]}"
    return quote


def _calls_only_he(question: str, piece: Evidence) -> bool:
    """Tell whether it is asked who, or who says it, and a quote tells no more of that than "he"."""
    if _WHO.search(question) and _ONLY_HE.search(piece.passage.quote(piece.answer)):
        return True
    return bool(_WHO_SAYS.search(question) and _HE_SAYS.search(piece.quote))


def _speaks(person: str, quote: str) -> bool:
    """Tell whether a quote gives what a person says, by a verb of saying right behind or before the name."""
    name = re.escape(person)
    return bool(
        re.search(rf"{name}{_APART}{_SAYS}\b", quote)
        or re.search(rf"\b(?:{_SAYS}|according to)\s+(?:\w+\s+){{0,2}}?{name}(?!\s+(?:that|to)\b)", quote)
    )
