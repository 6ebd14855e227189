"""Do the citations hold? Exact characters and places, and values compared as text; no model.

The value checks find a changed digit, an invented name and a dropped negation between a sentence and the
quotes it cites. They compare words: a screen that needs no model, not a proof of what it passes.
"""

from __future__ import annotations

from collections.abc import Callable

from eval import values
from eval.cases import Case
from eval.corpus import Corpus, Place
from eval.normal import tokens
from eval.reply import MARK, Cited, Reply
from rag.words import stem

_NEGATIONS = {"not", "no", "never", "neither", "nor", "without", "cannot"}
# Words that a negation passes over on its way to the word that it denies.
_LIGHT = {"a", "an", "any", "did", "do", "does", "be", "been", "being", "have", "has", "had", "the", "to", "yet"}


def place(citation: Cited) -> Place:
    """Return where a citation says that its quote stands."""
    return Place(citation.document, citation.start, citation.end)


def is_valid(citation: Cited, corpus: Corpus) -> bool:
    """Tell whether ``text[start:end] == quote`` in the cited revision of a document of the corpus.

    The quote must not be empty. An empty revision (a system that keeps none) is not held against the
    citation.
    """
    text = corpus.texts.get(citation.document)
    if text is None or not citation.quote:
        return False
    if citation.revision and citation.revision != corpus.revisions[citation.document]:
        return False
    return text[citation.start : citation.end] == citation.quote


def gold_places(case: Case, corpus: Corpus) -> list[list[Place]]:
    """Return for each gold quote every place where it stands: a repeated sentence supports wherever it is."""
    return [corpus.places(gold.quote) for gold in case.gold_evidence]


def quotes_hit(reply: Reply, gold: list[list[Place]]) -> float:
    """Return the share of gold quotes that a cited span overlaps."""
    cited = [place(citation) for citation in reply.citations]
    return sum(_touches(places, cited) for places in gold) / len(gold)


def citations_supporting(reply: Reply, gold: list[list[Place]]) -> float:
    """Return the share of citations that stand on a supporting sentence: that overlap any gold quote.

    A lower bound of precision: a sentence that also supports, but is no gold quote, counts against it.
    """
    every = [spot for places in gold for spot in places]
    return sum(_touches(every, [place(citation)]) for citation in reply.citations) / len(reply.citations)


def uncited(reply: Reply) -> float:
    """Return the share of shown sentences that have no citation, or only ids that no citation bears."""
    return sum(not reply.cited_by(sentence) for sentence in reply.sentences) / len(reply.sentences)


def number_errors(reply: Reply) -> float | None:
    """Return the share of cited sentences with a number that stands in none of the quotes they cite.

    Numbers that are part of a date count as dates.
    """
    return _share(reply, values.lacks_number)


def date_errors(reply: Reply) -> float | None:
    """Return the share of cited sentences with a year, month, day or weekday that none of their quotes has."""
    return _share(reply, values.lacks_date)


def name_errors(reply: Reply) -> float | None:
    """Return the share of cited sentences with a name that stands in none of their quotes and titles."""
    return _share(reply, values.lacks_name, with_titles=True)


def negation_errors(reply: Reply) -> float | None:
    """Return the share of cited sentences that deny a word which their quotes affirm, or affirm one they deny."""
    return _share(reply, turns_negation)


def turns_negation(said: str, quotes: str) -> bool:
    """Tell whether a word that one of the two always denies stands in the other and is never denied there."""
    return _crossed(said, quotes) or _crossed(quotes, said)


def _share(reply: Reply, is_error: Callable[[str, str], bool], with_titles: bool = False) -> float | None:
    """Return how many of the cited sentences are in error, judged with their quotes joined."""
    judged = []
    for sentence in reply.sentences:
        cited = reply.cited_by(sentence)
        if cited:
            texts = [f"{one.title} . {one.quote}" if with_titles else one.quote for one in cited]
            judged.append(is_error(MARK.sub("", sentence.text), " . ".join(texts)))
    return sum(judged) / len(judged) if judged else None


def _touches(places: list[Place], cited: list[Place]) -> bool:
    return any(one.overlaps(other) for one in places for other in cited)


def _crossed(text: str, other: str) -> bool:
    """Tell whether a word that one text always denies stands in the other and is never denied there."""
    denied, plain = _polarity(text)
    denied_there, plain_there = _polarity(other)
    return bool((denied - plain) & (plain_there - denied_there))


def _polarity(text: str) -> tuple[set[str], set[str]]:
    """Return the words that follow a negation, light words passed over, and all the others."""
    denied: set[str] = set()
    plain: set[str] = set()
    after = False
    for word in tokens(text):
        if word in _NEGATIONS or word.endswith("n't"):
            after = True
        elif word not in _LIGHT:
            (denied if after else plain).add(stem(word))
            after = False
    return denied, plain
