"""Is a shown sentence proven by the quotes it cites? The same gates as when it was made, from the answer alone. Pure.

What an answer carries is enough: its sentences, its quotes, and the words in each quote that answer. So anyone can
check an answer again, without the documents' index and without a model (``rag.bundle``).
"""

from __future__ import annotations

from collections.abc import Sequence

from rag import compares, compose, yesno
from rag.parts import parts_of
from rag.records import Answer, AnswerSentence, Citation, Evidence, Passage, Span
from rag.sheet import numbered


def problems(answer: Answer) -> list[str]:
    """Say, one line each, what about an answer is not proven by what it carries; empty where everything is."""
    found = []
    cited = {citation.id: citation for citation in answer.citations}
    for number, sentence in enumerate(answer.sentences, start=1):
        quotes = [cited[each] for each in sentence.citations if each in cited]
        if len(quotes) < len(sentence.citations) or not quotes:
            found.append(f"sentence {number} cites a quote that is not there")
        elif not _proven(sentence, quotes, answer.search_question):
            found.append(f"sentence {number} is not held by what it cites: {sentence.text}")
    if answer.status == "not_found" and (answer.sentences or answer.citations):
        found.append("it says that the documents do not say, and cites them")
    if answer.status != "not_found" and not answer.sentences:
        found.append("it claims to answer and has no sentence")
    if answer.sentences and answer.answer != numbered(answer.sentences):
        found.append("its text is not that of its sentences")
    return found


def evidence(citation: Citation) -> Evidence:
    """Return a citation as the piece of evidence that it was made from."""
    span = Span(citation.start, citation.end)
    passage = Passage(
        0, citation.document, citation.revision, citation.title, citation.start, citation.end, citation.quote, (span,)
    )
    return Evidence(passage, span, 1.0, Span(citation.answer_start, citation.answer_end))


def _proven(sentence: AnswerSentence, quotes: Sequence[Citation], asked: str) -> bool:
    pieces = [evidence(quote) for quote in quotes]
    # A question of several parts is asked, and answered, part by part.
    questions = dict.fromkeys((asked, *parts_of(asked)))
    return any(_holds(sentence.text, pieces, question) for question in questions)


def _holds(text: str, pieces: Sequence[Evidence], question: str) -> bool:
    compared = compares.comparison(question)
    if compared and len(pieces) > 1:
        told = compares.verdict(compared, pieces[:1], pieces[1:2])
        if told and told[0] == text:
            return True
    word, _, rest = text.partition(": ")
    if word in {"Yes", "No"} and rest:
        return yesno.settles(question, pieces[0]) == word and _holds(rest, pieces, question)
    return all(compose.wording(piece) == text or compose.holds(text, piece, question) for piece in pieces)
