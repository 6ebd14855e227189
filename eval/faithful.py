"""Do the cited quotes hold the sentences? Scores that need an entailment instrument; it is passed in.

Citation recall and precision are those of ALCE (Gao et al. 2023, "Enabling Large Language Models to Generate Text
with Citations", section 4), which takes what is cited as it is given. Faithfulness is stricter about the quotes:
one that does not stand in the documents holds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval import citing
from eval.corpus import Corpus
from eval.entail import HOLDS, Judge, verbatim
from eval.reply import MARK, Cited, Reply


def faithfulness(reply: Reply, corpus: Corpus, judge: Judge) -> float | None:
    """Return the share of shown sentences that are entailed by what they cite; None without sentences.

    A sentence without citation counts as not entailed, and only quotes that are exact count. After the
    attribution of Rashkin et al. 2023 ("Measuring Attribution in Natural Language Generation Models").
    """
    return _mean([judge.chances([pair])[0] >= HOLDS for pair in _pairs(reply, corpus)])


def worded(reply: Reply, corpus: Corpus) -> float | None:
    """Return the share of shown sentences that no quote of theirs has verbatim: where the instrument decides.

    Only these can be judged wrongly; they carry the correction of ``eval.powered``.
    """
    return _mean([bool(quotes) and not verbatim(said, quotes) for said, quotes in _pairs(reply, corpus)])


@dataclass(frozen=True, slots=True)
class Citations:
    """ALCE's two figures for one answer; precision is None where nothing is cited."""

    recall: float
    precision: float | None


def citations(reply: Reply, judge: Judge) -> Citations | None:
    """Return ALCE's citation recall and precision of an answer; None without sentences.

    Recall of a sentence is 1 if all its quotes together entail it, else 0 (0 without citation). A citation is
    precise if its sentence has recall 1 and it is not irrelevant; it is irrelevant if it does not entail
    the sentence alone and the others still do without it. Means over sentences and over citations.
    """
    found = [_sentence(MARK.sub("", one.text), reply.cited_by(one), judge) for one in reply.sentences]
    if not found:
        return None
    precise = [one for _, each in found for one in each]
    return Citations(sum(recall for recall, _ in found) / len(found), _mean(precise))


def _sentence(said: str, cited: Sequence[Cited], judge: Judge) -> tuple[bool, list[bool]]:
    """Return whether a sentence is held, and for each of its citations whether it is precise."""
    quotes = [one.quote for one in cited]
    if not quotes or not _holds(said, quotes, judge):
        return False, [False] * len(quotes)
    if len(quotes) == 1:
        return True, [True]
    return True, [
        _holds(said, [quote], judge) or not _holds(said, [*quotes[:at], *quotes[at + 1 :]], judge)
        for at, quote in enumerate(quotes)
    ]


def _holds(said: str, quotes: Sequence[str], judge: Judge) -> bool:
    return judge.chances([(said, joined(quotes))])[0] >= HOLDS


def joined(quotes: Sequence[str]) -> str:
    """Return quotes as one text, each on a line of its own."""
    return "\n".join(quotes)


def _pairs(reply: Reply, corpus: Corpus) -> Iterator[tuple[str, str]]:
    """Yield each shown sentence with the exact ones of its quotes."""
    for sentence in reply.sentences:
        exact = [one.quote for one in reply.cited_by(sentence) if citing.is_valid(one, corpus)]
        yield MARK.sub("", sentence.text), joined(exact)


def _mean(found: Sequence[bool]) -> float | None:
    return sum(found) / len(found) if found else None
