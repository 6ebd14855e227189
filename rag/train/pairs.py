"""Pairs for entailment: does a quote hold a claim? Public pairs, and claims made from questions and answers.

A claim is entailed or it is not: "neutral", "contradiction" and "partially supported" all count as not.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rag.train import nearmiss
from rag.train.data import Example, Paragraph, rows, sentence_of
from rag.train.nearmiss import apply, find, names

_NLI = ("nli_mnli_dev", "nli_snli_dev", "nli_rte_test", "nli_scitail_test")
_MOST_WICE_WORDS = 170  # of the evidence shown with a claim; oracle chunks beyond that are cut
_WHO = re.compile(
    r"^(?:who|what|which [a-z]+|what [a-z]+|how many [a-z]+) "
    r"(?=(?!is|are|was|were|do|does|did|had|has|have|can)[a-z]+(?:ed|es|s)\b)",
    re.I,
)
_WHO_BE = re.compile(
    r"^(?:who|what|which [a-z]+|how many [a-z]+) (?=(?:was|were|is|are) (?:[a-z]+(?:ed|ing|en)|the)\b)", re.I
)
_WHEN = re.compile(
    r"^(when|where|in what year|in which year|what year) (was|were|is|are) (.+?) "
    r"([a-z]+(?:ed|en|lt|nt|un|ld)|born|made|held)( [^?]*)?\?*$",
    re.I,
)
CLAIMS = Path(__file__).with_name("claims")
_WHOLE_PARAGRAPH = 0.3  # share of claims held against the whole paragraph
_NUMBER = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim, the quote it is held against, and whether the quote holds it."""

    claim: str
    quote: str
    holds: bool
    kind: str


def load_nli(folder: Path) -> list[Pair]:
    """Load the public pairs; WiCE's evidence is cut to the first words."""
    found = [
        Pair(row["hypothesis"], row["premise"], row["label"] == "entailment", "nli")
        for name in _NLI
        for row in rows(folder / f"{name}.jsonl.gz")
    ]
    for row in rows(folder / "wice_dev_oracle_chunks.jsonl.gz"):
        evidence = " ".join(" ".join(row["evidence"]).split()[:_MOST_WICE_WORDS])
        found.append(Pair(row["claim"], evidence, row["label"] == "supported", "wice"))
    return found


def load_claims(folder: Path = CLAIMS) -> list[Pair]:
    """Load sentences written about quotes of our own documents, each true one with its untrue likes.

    A line of ``rag/train/claims/*.jsonl`` has "quote", "question", "kind", "true" and "wrong": pairs of the sort of
    change and the sentence.
    """
    lines = [line for path in sorted(folder.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    found = []
    for row in map(json.loads, lines):
        found.append(Pair(row["true"], row["quote"], True, "written"))
        found += [Pair(wrong, row["quote"], False, "written_wrong") for _, wrong in row["wrong"]]
    return found


def statement(question: str, answer: str) -> str | None:
    """Turn a question with its answer into a statement where a simple rule can; None elsewhere."""
    text = question.strip()
    for pattern in (_WHO, _WHO_BE):
        match = pattern.match(text)
        if match:
            return f"{answer[0].upper()}{answer[1:]} {text[match.end() :].rstrip(' ?')}."
    match = _WHEN.match(text)
    if match:
        wh, be, thing, verb, rest = match.groups()
        if wh.lower() != "where" and not _NUMBER.search(answer):
            return None
        word = "" if re.match(r"(in|on|at|by|near|from)\b", answer, re.I) else "in "
        return f"{thing[0].upper()}{thing[1:]} {be} {verb}{rest or ''} {word}{answer}."
    return None


def from_squad(paragraphs: Sequence[Paragraph], seed: int) -> Iterator[Pair]:
    """Make claims from questions with their answers: held by the paragraph's sentence, or spoilt in one value."""
    rng = random.Random(seed)
    for paragraph in paragraphs:
        answers = [q.answers[0] for q in paragraph.questions]
        for question in paragraph.questions:
            places = find(paragraph.text, question.answers[0])
            if len(places) != 1:
                continue
            claim = statement(question.text, question.answers[0])
            if claim is None:
                continue
            k = sentence_of(paragraph.sentences, places[0][0])
            first = max(0, k - rng.randint(0, 1))
            quote = paragraph.text[paragraph.sentences[first][0] : paragraph.sentences[k][1]]
            if rng.random() < _WHOLE_PARAGRAPH:
                quote = paragraph.text
            if rng.random() < 0.45:
                yield Pair(claim, quote, True, "claim")
                continue
            spoilt = _spoil(question.text, question.answers[0], claim, quote, answers, rng)
            if spoilt is not None and spoilt.lower() != claim.lower():
                yield Pair(spoilt, quote, False, "claim_spoilt")


def _spoil(
    question: str, answer: str, claim: str, quote: str, answers: Sequence[str], rng: random.Random
) -> str | None:
    """Put another value into a claim: a different answer of the like form, or a change of what is asked about."""
    digits = bool(_NUMBER.search(answer))
    like = [
        a
        for a in answers
        if bool(_NUMBER.search(a)) == digits and not set(a.lower().split()) & set(answer.lower().split())
    ]
    like += [
        n for n in names(quote) if not digits and n.lower() not in answer.lower() and answer.lower() not in n.lower()
    ]
    if digits:
        swaps = nearmiss.number_swaps(answer, quote, rng)
        like += [answer.replace(s.old, s.new) for s in swaps]
    if like and rng.random() < 0.6:
        return statement(question, rng.choice(like))
    swaps = nearmiss.entity_swaps(claim, names(quote), rng) + nearmiss.number_swaps(claim, quote, rng)
    swaps += nearmiss.antonym_swaps(claim)
    if not swaps:
        return nearmiss.negate(claim)
    changed = apply(claim, rng.choice(swaps))
    return changed[0] if changed else None


def from_sentences(examples: Sequence[Example], seed: int) -> Iterator[Pair]:
    """Make claims from sentences as they stand, and from sentences with one value changed."""
    rng = random.Random(seed)
    for example in examples:
        if example.sentence is None:
            continue
        sentence = example.passage[slice(*example.sentence)]
        if len(sentence.split()) > 45:
            continue
        if rng.random() < 0.35:
            yield Pair(sentence, example.passage, True, "copy")
            continue
        swaps = nearmiss.number_swaps(sentence, example.passage, rng) + nearmiss.antonym_swaps(sentence)
        swaps += nearmiss.entity_swaps(sentence, names(example.passage), rng)
        changed = apply(sentence, rng.choice(swaps)) if swaps else None
        if changed:
            yield Pair(changed[0], sentence if rng.random() < 0.5 else example.passage, False, "copy_spoilt")
