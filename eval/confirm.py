"""Drafts and votes become cases one by one, as their user says: yes, no, or in other words. What is kept is written."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from eval.cases import Case, Gold, Kind, read_cases
from eval.corpus import Corpus
from eval.drafts import Draft
from eval.errors import BadSuite
from eval.feedback import Voted
from eval.normal import holds, tokens
from rag import chunk

_CHOICES = 5  # quotes to choose from: what fits a screen


@dataclass(frozen=True)
class Talk:
    """How to show a line, and how to ask for one (prompt, default); asking raises EOFError at the end of input."""

    show: Callable[[str], None]
    ask: Callable[[str, str], str]


class Stop(Exception):
    """The user wants to go on another time."""


def start(path: Path, corpus: Path | None, include: Sequence[str]) -> tuple[Case, ...]:
    """Make a suite's two files unless they are there; return the cases that it has already.

    Without a folder of documents the suite is about those that are indexed.

    Raises:
        BadSuite: the cases that are there cannot be read, or the folder cannot be written.
    """
    if path.suffix != ".jsonl":
        raise BadSuite(f"{path} is no name for cases; end it in .jsonl")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            return read_cases(path)[0]
        told = "indexed = true\n"
        if corpus is not None:
            told = (
                f"corpus = {json.dumps(os.path.relpath(corpus, path.parent))}\ninclude = {json.dumps(list(include))}\n"
            )
        path.with_suffix(".toml").write_text(told, encoding="utf-8")
        path.touch()
    except OSError as error:
        raise BadSuite(f"{path} cannot be written: {error.strerror or error}") from None
    return ()


def append(path: Path, case: Case) -> None:
    """Add a case, and return when it is on the disk."""
    with path.open("a", encoding="utf-8") as file:
        file.write(case.model_dump_json() + "\n")
        file.flush()
        os.fsync(file.fileno())


def confirmed(drafts: Sequence[Draft], corpus: Corpus, talk: Talk) -> Iterator[Case]:
    """Yield the drafts that the user keeps, as they want them worded.

    Raises:
        Stop: they want no more.
    """
    for number, one in enumerate(drafts, start=1):
        case = one.case
        talk.show(f"\n{number} of {len(drafts)}: {case.question}")
        if case.kind == "unanswerable":
            talk.show("   the documents do not say (check that they do not)")
        else:
            talk.show(f"   answer: {case.gold_answers[0][0] if case.gold_answers else 'the quote'}")
            talk.show(f"   quote, in {case.gold_evidence[0].doc}: {case.gold_evidence[0].quote}")
        told = _choice(talk, "keep? yes, no, edit, quit", "yneq", "y")
        if told == "q":
            raise Stop
        if told == "y":
            yield case
        elif told == "e":
            yield from _edited(case, corpus, talk)


def completed(voted: Sequence[Voted], corpus: Corpus, talk: Talk) -> Iterator[Case]:
    """Yield a case for each thumb down whose right answer the user tells.

    Raises:
        Stop: they want no more.
    """
    for number, one in enumerate(voted, start=1):
        talk.show(f"\n{number} of {len(voted)}: {one.turns[-1].question}")
        talk.show(f"   shown: {one.reply.answer}")
        talk.show(f"   not right because: {one.vote.reason or 'no reason given'}; note: {one.vote.note or 'none'}")
        told = _choice(talk, "the right answer? say it, documents do not say, skip, quit", "adsq", "a")
        if told == "q":
            raise Stop
        turns = one.turns
        meta = {"verdict": "down", "reason": one.vote.reason, "note": one.vote.note}
        if told == "d":
            yield Case(id=one.id, kind="unanswerable", turns=turns, meta=meta)
        elif told == "a":
            kind: Kind = "followup" if len(turns) > 1 else "fact"
            answer = talk.ask("   answer, in the words of the documents", one.vote.note).strip()
            gold = _gold(answer, corpus, talk)
            if answer and gold:
                yield Case(id=one.id, kind=kind, turns=turns, gold_answers=((answer,),), gold_evidence=gold, meta=meta)


def _edited(case: Case, corpus: Corpus, talk: Talk) -> Iterator[Case]:
    question = talk.ask("   question", case.question).strip()
    changed = case.model_dump(mode="json")
    changed["turns"] = [{"question": question}]
    if case.kind != "unanswerable":
        answer = talk.ask("   answer", case.gold_answers[0][0] if case.gold_answers else "").strip()
        quote = talk.ask("   quote", case.gold_evidence[0].quote).strip()
        places = corpus.places(quote) if quote else []
        if not places:
            talk.show("   not kept: no document holds exactly this quote")
            return
        changed["gold_answers"] = [[answer]] if answer else []
        changed["gold_evidence"] = [{"doc": places[0].document, "quote": quote}]
    try:
        yield Case.model_validate_json(json.dumps(changed))
    except ValidationError as error:
        talk.show(f"   not kept: {error.errors(include_url=False)[0]['msg']}")


def _gold(answer: str, corpus: Corpus, talk: Talk) -> tuple[Gold, ...]:
    """Let the user choose among the sentences that hold the answer; none where they choose none."""
    wanted = tokens(answer)
    found: list[Gold] = []
    for name, text in corpus.texts.items():
        quotes = (text[span.start : span.end] for span in chunk.split(text))
        found += [Gold(doc=name, quote=quote) for quote in quotes if holds(tokens(quote), wanted)]
    if not found:
        talk.show("   not kept: no sentence of the documents says this in these words")
        return ()
    for number, gold in enumerate(found[:_CHOICES], start=1):
        talk.show(f"   {number}. {gold.doc}: {' '.join(gold.quote.split())}")
    told = talk.ask("   which of them prove it? (numbers, or nothing)", "1")
    chosen = {int(part) for part in told.replace(",", " ").split() if part.isdigit()}
    return tuple(gold for number, gold in enumerate(found[:_CHOICES], start=1) if number in chosen)


def _choice(talk: Talk, question: str, letters: str, default: str) -> str:
    """Return the first letter of what the user says, once it is one of those that mean something."""
    while True:
        told = talk.ask(f"   {question}", default).strip().lower()[:1] or default
        if told in letters:
            return told
