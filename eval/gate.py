"""How good is the gate before an answer: true sentences that it refuses, sentences with a changed value that it passes.

Three sets made by rule, each of true sentences and of the same sentences with one value changed (``eval.spoil``):

- rewrites: sentences of public articles (SQuAD), shortened, moved or with values written otherwise (``eval.rewrites``);
- questions: questions about them turned into statements with their answers, where all words stand in the quote;
- reworded: planted facts in the words of people (``eval.reworded``).

Two more are none of "all": helpers that had not seen the gate wrote true sentences about quotes of invented documents,
and untrue ones beside them (``eval/written``). "written" are as hard as could be, in words of their own as often as
not; "natural" are what a careful assistant would answer from the quote.

What was looked at while the gate was made is called "tuned"; the figures that count are those on what was not: the
articles of SQuAD 2.0's development half, and kinds of rewording that were written when the gate was done.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from eval import synthetic
from eval.intervals import wilson
from eval.reworded import TUNED, cases
from eval.rewrites import rewrites
from eval.spoil import spoilt
from rag.embed import Embedder
from rag.train import nearmiss
from rag.train.data import Paragraph, Question, held_out, load_squad, rows, sentence_of, split_sentences
from rag.train.pairs import statement
from rag.verify import judge

SEED = 7
_WRITTEN = Path(__file__).with_name("written")
_SETS = ("rewrites", "questions", "reworded", "all")
_EACH = 20
_QUESTIONS = 5
_WORDS = range(6, 46)
# Words of a claim that need not stand in the quote: they name the kind of answer or only help.
_FREE = frozenset(
    "name called year city country which what were have been does percentage located that with from".split()
)
# Where turning a question into a statement failed: "Eight ships did Japan have", "X is the first Y known as now".
_BROKEN = re.compile(
    r"\b(?:did|does|do)\s|\b(?:is|was|are|were)\b.*\b(?:is|was|are|were)\b"
    r"|\b(?:is|was|are|were|in|of|to|for|by|than|known as|called|now|between)\.$|\?\"?\.$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class True_:
    """A sentence that a quote holds; ``wrong`` are (kind of change, the same sentence with one value changed)."""

    set: str
    kind: str
    sentence: str
    quote: str
    question: str
    wrong: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What the gate said to the sentences of one set."""

    refused: int
    true: int
    passed: Counter[str]
    changed: Counter[str]
    milliseconds: float


def collect(paragraphs: Sequence[Paragraph], tuned: bool, seed: int = SEED) -> Iterator[True_]:
    """Yield the true sentences that can be made from paragraphs and planted facts, with their changed ones."""
    rng = random.Random(seed)
    for paragraph in paragraphs:
        names = nearmiss.names(paragraph.text)
        for question, answer, quote in _asked(paragraph):
            for kind, sentence in rewrites(quote).items():
                if answer in sentence:
                    yield _made("rewrites", kind, sentence, quote, question, names, rng)
            claim = statement(question, answer)
            if claim and not _BROKEN.search(claim) and _all_said(claim, quote):
                yield _made("questions", "question", claim, quote, question, names, rng)
    for case in cases(_EACH, seed):
        if (case.kind in TUNED) == tuned:
            yield _made("reworded", case.kind, case.sentence, case.quote, case.question, list(case.names), rng)


def written(tuned: bool, natural: bool = False) -> list[True_]:
    """Load the sentences that helpers wrote about quotes, those that were looked at or the others."""
    name, prefix = ("natural", "natural_") if natural else ("written", "")
    lines = (_WRITTEN / f"{prefix}{'tuned' if tuned else 'unseen'}.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        True_(name, row["kind"], row["true"], row["quote"], row["question"], tuple(map(tuple, row["wrong"])))
        for row in map(json.loads, lines)
    ]


def _made(
    name: str, kind: str, sentence: str, quote: str, question: str, names: list[str], rng: random.Random
) -> True_:
    return True_(name, kind, sentence, quote, question, tuple(spoilt(sentence, quote, names, rng)))


def _asked(paragraph: Paragraph) -> Iterator[tuple[str, str, str]]:
    """Yield question, answer and the sentence with it, where the answer stands in one place only."""
    for question in paragraph.questions[:_QUESTIONS]:
        places = nearmiss.find(paragraph.text, question.answers[0])
        if len(places) == 1:
            quote = paragraph.text[slice(*paragraph.sentences[sentence_of(paragraph.sentences, places[0][0])])]
            if len(quote.split()) in _WORDS:
                yield question.text, question.answers[0], quote


def _all_said(claim: str, quote: str) -> bool:
    """Tell whether every longer word of a claim begins like one of the quote, and every capital and number is there."""
    said = quote.casefold()
    longer = [word.casefold() for word in re.findall(r"[A-Za-z]{4,}", claim)]
    begun = all(word[:5] in said for word in longer if word not in _FREE)
    values = re.findall(r"(?<=\s)[A-Z][\w'-]*|\d[\d,.]*", claim)
    return begun and all(value.rstrip(".,").removesuffix("'s").casefold() in said for value in values)


def verdicts(sentences: Sequence[True_], values_only: bool = False) -> Verdicts:
    """Put sentences to the gate; ``values_only`` leaves out objections to words that are no values."""

    def objects(sentence: str, one: True_) -> bool:
        found = judge(sentence, one.quote, one.question)
        return any(not values_only or objection.kind != "word" for objection in found)

    passed: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    started = time.process_time()
    refused = sum(objects(one.sentence, one) for one in sentences)
    for one in sentences:
        for kind, wrong in one.wrong:
            changed[kind] += 1
            passed[kind] += not objects(wrong, one)
    spent = (time.process_time() - started) * 1000
    return Verdicts(refused, len(sentences), passed, changed, spent / max(1, len(sentences) + changed.total()))


def _seen(data: Path) -> list[Paragraph]:
    return [one for one in load_squad(data / "train") if held_out(one.title)]


def _unseen(data: Path) -> list[Paragraph]:
    """Load the paragraphs of SQuAD 2.0's development half, with their answerable questions."""
    return [
        Paragraph(
            row["title"],
            row["paragraph"],
            split_sentences(row["paragraph"]),
            tuple(Question(q["question"].strip(), tuple(q["answers"])) for q in row["questions"] if q["answers"]),
        )
        for row in rows(data / "dev" / "squad2_dev_half.jsonl.gz")
    ]


def report(data: Path, embedder: Embedder, count: int, details: bool = False) -> str:
    """Measure everything and return it as Markdown; ``data`` is the folder of public data."""
    lines = [
        "| set | articles and kinds | true sentences refused | changed ones passed | ms a sentence |",
        "| --- | --- | --- | --- | --- |",
    ]
    kinds: list[str] = []
    for tuned in (True, False):
        found = list(collect(_seen(data) if tuned else _unseen(data), tuned))
        sets = {name: [one for one in found if name in (one.set, "all")] for name in _SETS}
        sets |= {"written": written(tuned), "natural": written(tuned, natural=True)}
        for name, some in sets.items():
            said = verdicts(some)
            half = "tuned" if tuned else "unseen"
            shares = _share(said.refused, said.true), _share(said.passed.total(), said.changed.total())
            lines.append(f"| {name} | {half} | {shares[0]} | {shares[1]} | {said.milliseconds:.2f} |")
            if not tuned and name == "all":
                kinds = [f"{kind}: {said.passed[kind]} of {n}" for kind, n in sorted(said.changed.items())]
        if details and tuned:
            lines += [f"- {line}" for line in _details(found)]
    shown = synthetic.answers(count, embedder, SEED)
    by = synthetic.counts(shown)
    return "\n".join(
        [*lines, "", f"Changed and passed, unseen, by kind: {'; '.join(kinds)}.", "",
         f"Wrong values shown in generated answers: {_share(synthetic.wrong(shown), len(shown))}. Faulty drafts: "
         f"{sum(n for (faulty, _), n in by.items() if faulty)}. True drafts shown as worded: {by[False, 'draft']}, "
         f"replaced by the quote: {by[False, 'quote']}. Answers without a sentence: "
         f"{by[False, 'nothing'] + by[True, 'nothing']}."]
    )  # fmt: skip


def _details(found: Sequence[True_]) -> Iterator[str]:
    """Yield each true sentence that is refused and each changed one that passes."""
    for one in found:
        objections = judge(one.sentence, one.quote, one.question)
        if objections:
            yield f"refused ({one.kind}: {'; '.join(map(str, objections))}): {one.sentence} | {one.quote}"
        for kind, wrong in one.wrong:
            if not judge(wrong, one.quote, one.question):
                yield f"passed ({kind}): {wrong} | {one.quote}"


def _share(hits: int, n: int) -> str:
    found = wilson(hits, n)
    return f"{hits} of {n}: {found.value:.2%} [{found.low:.2%}, {found.high:.2%}]"
