"""Systems that need no engine, to stand beside every table: always refuse, top sentence, always answer.

*Always refuse* says of everything that the documents do not tell. *Top sentence* answers everything with the one
sentence of the corpus that shares most of the question's words, rare ones counting more (Spärck Jones 1972), and
cites it exactly. *Always answer* is the measured system with that sentence in place of its refusals.
"""

from __future__ import annotations

import math
from collections import defaultdict

from eval.corpus import Corpus, Place
from eval.normal import tokens
from eval.reply import Cited, Read, Reply, Shown
from rag.chunk import split
from rag.words import FUNCTION_WORDS, stem

ALWAYS_ANSWER, ALWAYS_REFUSE, TOP_SENTENCE = "always answer", "always refuse", "top sentence"
NAMES = (ALWAYS_ANSWER, ALWAYS_REFUSE, TOP_SENTENCE)

REFUSAL = Reply(status="not_found", answer="The documents do not say.")

_made: dict[str, TopSentence] = {}


class TopSentence:
    """Every sentence of a corpus by its words; answers with the best one."""

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._places = [
            Place(name, span.start, span.end) for name, text in corpus.texts.items() for span in split(text)
        ]
        self._having: defaultdict[str, list[int]] = defaultdict(list)
        for number, place in enumerate(self._places):
            for word in _words(corpus.texts[place.document][place.start : place.end]):
                self._having[word].append(number)

    def __call__(self, question: str) -> Reply:
        """Return the answer; where no sentence shares a word with the question, the first one. Never a refusal."""
        scores: defaultdict[int, float] = defaultdict(float)
        for word in sorted(_words(question)):
            for number in self._having.get(word, ()):
                scores[number] += math.log(len(self._places) / len(self._having[word])) + 1
        # Of equals the first, so that the order of a set decides nothing.
        place = self._places[min(scores, key=lambda number: (-scores[number], number), default=0)]
        quote = self._corpus.texts[place.document][place.start : place.end]
        cited = Cited(
            id=1, document=place.document, start=place.start, end=place.end, quote=quote,
            revision=self._corpus.revisions[place.document],
        )  # fmt: skip
        return Reply(
            status="supported",
            answer=quote,
            sentences=(Shown(text=quote, citations=(1,)),),
            citations=(cited,),
            passages=(Read(document=place.document, start=place.start, end=place.end),),
        )


def top_sentence(corpus: Corpus) -> TopSentence:
    """Return the baseline of a corpus, made once for the last one asked for."""
    if corpus.sha256 not in _made:
        _made.clear()
        _made[corpus.sha256] = TopSentence(corpus)
    return _made[corpus.sha256]


def _words(text: str) -> set[str]:
    return {stem(token) for token in tokens(text) if token not in FUNCTION_WORDS}
