"""Cases drafted from somebody's documents, for them to confirm: questions that a sentence answers, and near misses.

A draft is kept if the reader gives its sentence some chance of answering it, which removes most of what does not read
as a question. That leans towards questions that this reader understands: confirm by reading, and add your own.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from eval.cases import Case, CaseTurn, Gold, Kind
from eval.corpus import Corpus
from eval.wording import questions
from rag import chunk, words
from rag.records import Evidence, Passage
from rag.rerank import Reader

# Below this chance the reader finds no answer in the sentence that the question was made from: it reads badly.
_READABLE = 0.05
# One near miss to so many questions that have an answer: about the share of refusals that users meet.
_ANSWERED_TO_MISSED = 3
_EACH_SENTENCE = 1
_NEAR = 2  # sentences on either side of a mention in which an answer to a near miss might stand

# What may be asked of a thing, and the stems of words that would tell it. Asked only where no such word is near.
_OF_A_THING = (
    ("Who designed {}?", "design architect plan drew drawn author creat"),
    ("How much did {} cost?", "cost price pric worth million billion budget pay paid dollar euro fee expens"),
    ("When was {} founded?", "found establish creat start begin began open sinc set"),
    ("Who owns {}?", "own owner property belong propriet holding"),
    ("How many people work on {}?", "work employ staff people team worker personnel"),
    ("Which bank finances {}?", "bank financ fund loan lend credit"),
    ("Who insures {}?", "insur underwrit polic"),
)
_OF_A_PERSON = (
    ("How old is {}?", "age old born year-old birth"),
    ("Where was {} born?", "born birth nativ grew raised"),
    ("Which university did {} attend?", "univers colleg stud graduat school degree alumn"),
    ("Whom did {} marry?", "marr wife husband spous wed"),
    ("How many children does {} have?", "child son daughter kid father mother"),
)
# Two or three names in a row, with what only a person has beside them: a saying, a title, an age, a "who".
_NAMES = r"[A-Z][a-z’'-]+(?:\s[A-Z][a-z’'-]+){1,2}"
_PERSON = re.compile(
    rf"(?:\b(?:Mr|Mrs|Ms|Dr|President|Minister|Professor|Senator|Judge|Captain|King|Queen|said|says|according to)\.?\s"
    rf"(?P<after>{_NAMES})|(?P<before>{_NAMES})"
    r"(?:\s(?:said|says|told|wrote|added|noted|believes)\b|,\s(?:who|\d\d)\b))"
)
_NO_PERSON = re.compile(
    r"\b(?:Institute|University|Ministry|Company|Bank|Agency|Council|Party|Union|Republic|North|South|East|West|United|"
    r"Center|Centre|Group|Committee|Association|Federation|Times|News|Act|Treaty|River|City|Inc|Corp|Ltd|New|Saint|"
    r"Kingdom|Service|Office|Department|Foundation|Project|Bridge|Airport|Street|Road|Sea|Ocean|Lake|Mount|World|War|Day)\b"
)


@dataclass(frozen=True)
class Draft:
    """A case to be confirmed, and how likely the reader thinks it that its quote answers (None: a near miss)."""

    case: Case
    chance: float | None


@dataclass(frozen=True)
class _Sentence:
    """A sentence of a document, with the passage that it is read in."""

    document: str
    passage: Passage
    quote: str


def draft(corpus: Corpus, reader: Reader, most: int, seed: int) -> list[Draft]:
    """Return at most ``most`` drafts, drawn from all documents alike, each with an exact quote or none to be found."""
    chance = random.Random(seed)
    found = list(_answered(corpus, reader, most - most // (_ANSWERED_TO_MISSED + 1), chance))
    subjects = [str(one.case.meta["about"]) for one in found if one.case.meta["about"]]
    return found + list(_missed(corpus, subjects, most - len(found), len(found) // _ANSWERED_TO_MISSED, chance))


def _answered(corpus: Corpus, reader: Reader, most: int, chance: random.Random) -> Iterator[Draft]:
    """Yield drafts by turns from each document, and in each by turns from each form of question."""
    waiting = [_of_document(name, text, reader, chance) for name, text in corpus.texts.items()]
    asked: set[str] = set()
    while waiting and most > 0:
        for drafts in list(waiting):
            one = next(drafts, None)
            if one is None:
                waiting.remove(drafts)
            elif one.case.question not in asked and most > 0:
                asked.add(one.case.question)
                most -= 1
                yield one


def _of_document(name: str, text: str, reader: Reader, chance: random.Random) -> Iterator[Draft]:
    small = set(re.findall(r"\b[a-z][\w-]*\b", text))
    forms: dict[str, list[tuple[_Sentence, Case]]] = {}
    for sentence in _sentences(name, text):
        for asked in list(questions(sentence.quote, lambda word: word.lower() in small))[:_EACH_SENTENCE]:
            if asked.answer and asked.answer not in " ".join(sentence.quote.split()):
                continue
            gold = (Gold(doc=name, quote=sentence.quote),)
            answers = ((asked.answer,),) if asked.answer else ()
            meta = {"form": asked.form, "about": asked.about, "drafted": True}
            forms.setdefault(asked.form, []).append((sentence, _case(asked.question, asked.kind, answers, gold, meta)))
    groups = [group for _, group in sorted(forms.items())]
    for group in groups:
        chance.shuffle(group)
    while groups:
        for group in list(groups):
            sentence, case = group.pop()
            likely = _likely(reader, case.question, sentence)
            if likely >= _READABLE:
                yield Draft(case, likely)
            if not group:
                groups.remove(group)


def _likely(reader: Reader, question: str, sentence: _Sentence) -> float:
    """Return the reader's chance that the sentence answers, read in its passage; 0 where another is likelier by far."""
    read: list[Evidence] = reader.read(question, [sentence.passage])
    return next((piece.score for piece in read if piece.quote == sentence.quote), 0.0)


def _missed(corpus: Corpus, subjects: Sequence[str], most: int, wanted: int, chance: random.Random) -> Iterator[Draft]:
    """Yield questions about what the documents speak of, on a side of it that no sentence near a mention touches."""
    persons = {
        name
        for text in corpus.texts.values()
        for match in _PERSON.finditer(text)
        if not _NO_PERSON.search(name := match["after"] or match["before"])
    }
    asked: list[tuple[str, tuple[tuple[str, str], ...]]]
    asked = [(subject, _OF_A_THING) for subject in dict.fromkeys(subjects) if subject.startswith(("the ", "The "))]
    asked += [(person, _OF_A_PERSON) for person in sorted(persons)]
    chance.shuffle(asked)
    left = min(most, wanted)
    said = [_said(text) for text in corpus.texts.values()] if left > 0 else []
    for subject, forms in asked:
        if left <= 0:
            return
        near = _near(said, subject)
        open_forms = [form for form, stems in forms if not _tells(near, stems.split())]
        if near and open_forms:
            left -= 1
            question = chance.choice(open_forms).format(subject)
            meta = {"form": "near miss", "about": subject, "drafted": True}
            yield Draft(_case(question, "unanswerable", (), (), meta), None)


def _near(said: Sequence[Sequence[list[str]]], subject: str) -> list[str]:
    """Return the words of every sentence that mentions the subject's last word, and of those around it.

    ``said`` are the folded words of each sentence of each document.
    """
    head = words.stem(words.fold(subject.split()[-1]))
    found: list[str] = []
    for lines in said:
        for at, line in enumerate(lines):
            if any(words.stem(word) == head for word in line):
                found += [word for other in lines[max(0, at - _NEAR) : at + _NEAR + 1] for word in other]
    return found


def _said(text: str) -> list[list[str]]:
    return [[word for word, _, _ in words.words(text[span.start : span.end])] for span in chunk.split(text)]


def _tells(near: Sequence[str], stems: Sequence[str]) -> bool:
    return any(word.startswith(stem) for word in near for stem in stems)


def _sentences(name: str, text: str) -> Iterator[_Sentence]:
    spans = chunk.split(text)
    for number, group in enumerate(chunk.passages(text, spans)):
        start, end = group[0].start, group[-1].end
        passage = Passage(number, name, "", name, start, end, text[start:end], group)
        for span in group:
            yield _Sentence(name, passage, text[span.start : span.end])


def _case(
    question: str, kind: Kind, answers: tuple[tuple[str, ...], ...], gold: tuple[Gold, ...], meta: dict[str, object]
) -> Case:
    name = hashlib.sha256(question.encode()).hexdigest()[:10]
    turns = (CaseTurn(question=question),)
    return Case(id=f"draft-{name}", kind=kind, turns=turns, gold_answers=answers, gold_evidence=gold, meta=meta)
