"""Who holds a post? Tells where a quote names somebody whom nothing near it calls by the post that is asked about.

Asked for the head of an agency, the reader points at whoever is named beside the agency. The post must be told in the
quote or beside it, or of the same name elsewhere in the document. Pure rules, for a closed list of posts: that somebody
is "the author" is as often told by "wrote". Of "the woman who fell" at least what she did must be told.
"""

from __future__ import annotations

import re

from rag import words
from rag.records import Evidence

# Words for whoever leads, and for leading: each may be told by another.
_LEADS = """head chief boss chair chairman chairwoman chairperson director president manager leader ceo principal
superintendent"""
# Other posts, each with the words that tell of it.
_OTHERS = """
captain capt skipper master commander commands commanded
mayor mayoress
minister ministry secretary premier
ambassador envoy
spokesman spokeswoman spokesperson said told says
treasurer treasury finances
helmsman helm steered steering
coach coached trainer trains trained manager
conductor conducted conducts conducting
governor governs governed
chancellor
editor edited edits edits
bishop archbishop
""".strip().splitlines()


def _told_by() -> dict[str, frozenset[str]]:
    leading = (
        f"{_LEADS} leads lead led leading runs run ran heads headed heading directs directed presides manages managed"
    )
    leading += " chairs chaired executive commander premier charge"
    found = {post: frozenset(map(words.stem, leading.split())) for post in _LEADS.split()}
    for line in _OTHERS:
        found[line.split()[0]] = frozenset(map(words.stem, line.split()))
    found["spokeswoman"] = found["spokesperson"] = found["spokesman"]
    return found


_TOLD_BY = _told_by()
_WHO_IS = (
    r"^\W*(?:and\s+|so\s+)?(?:who(?:['’]s|\s+(?:is|was|are|were))|what(?:['’]s|\s+(?:is|was|are|were))\s+the\s+(?:[a-z]+\s+)?names?\s+of"
    r"|whats?\s+the\s+names?\s+of)\s+(?:the|an?|its|their|his|her|our|my)\s+"
)
_ASKED = re.compile(
    rf"{_WHO_IS}(?:(?!(?:of|to|and|who)\b)[\w’'-]+\s+){{0,3}}?(?P<post>{'|'.join(_TOLD_BY)})s?"
    r"(?=\W*$|\s+(?:of|who|that|in|at|for|on|when|during)\b)",
    re.IGNORECASE,
)
_DID = re.compile(
    rf"{_WHO_IS}(?:[a-z-]+\s+)?(?P<one>woman|man|girl|boy|child|patient|passenger|person)\s+(?:who|that)\s+(?P<did>[^?]+)",
    re.IGNORECASE,
)
_POINTING = re.compile(r"\b(?:he|his|him|she|her|they|their)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+|\n+")
_CAPITAL = re.compile(r"\b[^\W\d_a-z][\w’'-]+")


def another(question: str, piece: Evidence, near: str) -> str:
    """Say that nothing calls whom a piece names by the post that is asked about, "" where it may.

    ``near`` is what is known of the document.
    """
    beside = piece.beside
    who_did = _DID.search(question)
    if who_did and set(words.content_words(who_did["did"])).isdisjoint(words.content_words(beside)):
        return f"No sentence that could answer tells of a {who_did['one']} who {who_did['did'].strip()}."
    match = _ASKED.search(question)
    if not match or _POINTING.search(piece.quote):
        return ""
    told = _TOLD_BY[match["post"].casefold()]
    if _tells(told, beside):
        return ""
    named = _names(piece.passage.quote(piece.answer))
    if any(_tells(told, text) and named & _names(text) for text in _SENTENCE.split(near)):
        return ""
    return f"No sentence that could answer names the {match['post']}."


def _tells(told: frozenset[str], text: str) -> bool:
    return any(words.stem(word) in told for word, _, _ in words.words(text))


def _names(text: str) -> set[str]:
    return {word for word in _CAPITAL.findall(text) if words.fold(word) not in words.FUNCTION_WORDS}
