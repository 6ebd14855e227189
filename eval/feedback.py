"""Votes of the chat page to cases: what was voted on is read from the data folder, where it is deleted too.

A thumb up says that the answer's quotes prove it; a thumb down for want of a refusal, that there is no answer. What any
other thumb down wants is unknown until its user tells: ``python -m eval new --feedback`` asks.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from eval.cases import Case, CaseTurn, Gold, Kind, Problem
from eval.corpus import Corpus, read_indexed
from eval.errors import BadSuite
from eval.reply import Reply, read_reply
from eval.suites import Suite
from rag.embed import MiniLM
from rag.errors import VouchError
from rag.library import Library
from rag.settings import Settings

NAME = "feedback"
_FILE = "feedback.jsonl"
_WAITS = "this thumb down waits for the right answer: python -m eval new --feedback"
_KINDS: dict[str, Kind] = {"not_found": "unanswerable", "conflicting": "conflict", "partial": "partial"}


class Vote(BaseModel):
    """One line of the votes file, as the chat page writes it."""

    model_config = ConfigDict(frozen=True)

    conversation: str
    number: int
    answer: str
    verdict: str
    reason: str = ""
    note: str = ""


@dataclass(frozen=True)
class Voted:
    """A vote with what was voted on: the turns up to it, the last one asked, and the answer that was shown."""

    line: int
    vote: Vote
    turns: tuple[CaseTurn, ...]
    reply: Reply

    @property
    def id(self) -> str:
        """A name that stays the same however often the answer is voted on."""
        return f"feedback-{self.vote.conversation[:8]}-{self.vote.number}"

    @property
    def waits(self) -> bool:
        """Whether only the user can tell what would have been right."""
        return self.vote.verdict == "down" and self.vote.reason != "should-refuse"


def feedback_suite(settings: Settings) -> Suite:
    """Return the votes kept in the data folder as a suite over the documents that are indexed there.

    Raises:
        BadSuite: there are no votes, none makes a case yet, or nothing is indexed.
    """
    corpus, voted, problems = read_feedback(settings)
    cases: list[Case] = []
    for one in voted:
        made = _case(one, corpus)
        if isinstance(made, str):
            problems.append(Problem(_FILE, one.line, made))
        else:
            cases.append(made)
    problems.sort(key=lambda problem: problem.line)
    if not cases:
        raise BadSuite(f"no vote in {settings.home / _FILE} makes a case; first: {problems[0] if problems else 'none'}")
    digest = hashlib.sha256("\n".join(case.model_dump_json() for case in cases).encode()).hexdigest()
    return Suite(NAME, tuple(cases), tuple(problems), corpus, {}, digest)


def read_feedback(settings: Settings) -> tuple[Corpus, list[Voted], list[Problem]]:
    """Return the indexed documents, the last vote on each answer that still exists, and what could not be read.

    Raises:
        BadSuite: there are no votes, or nothing is indexed.
    """
    path = settings.home / _FILE
    votes, problems = _votes(path)
    corpus = read_indexed(settings)
    try:
        with Library(settings, lambda: MiniLM(settings.models_path, settings.threads)) as library:
            voted = [found for line, vote in votes if (found := _voted(library, line, vote))]
    except VouchError as error:
        raise BadSuite(f"the votes in {path} cannot be used: {error}") from None
    return corpus, voted, problems


def _votes(path: Path) -> tuple[list[tuple[int, Vote]], list[Problem]]:
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError:
        raise BadSuite(f"there are no votes in {path}: the chat page of vouch serve keeps them there") from None
    last: dict[tuple[str, int, str], tuple[int, Vote]] = {}
    problems = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            vote = Vote.model_validate_json(line)
        except ValidationError as error:
            problems.append(Problem(path.name, number, error.errors(include_url=False)[0]["msg"]))
        else:
            last[vote.conversation, vote.number, vote.answer] = (number, vote)
    return sorted(last.values(), key=lambda pair: pair[0]), problems


def _voted(library: Library, line: int, vote: Vote) -> Voted | None:
    """Return the vote with its conversation; None where that was deleted, or answered anew, since."""
    turns = library.store.turns(vote.conversation)
    if not 0 < vote.number <= len(turns):
        return None
    answers: list[dict[str, Any]] = [json.loads(turn.answer) for turn in turns[: vote.number]]
    if answers[-1].get("id") != vote.answer:
        return None
    asked = [
        CaseTurn(question=turn.question, answer=answer["answer"])
        for turn, answer in zip(turns, answers[:-1], strict=False)
    ]
    last = CaseTurn(question=turns[vote.number - 1].question)
    return Voted(line, vote, (*asked, last), read_reply(answers[-1]))


def _case(voted: Voted, corpus: Corpus) -> Case | str:
    """Return the case that a vote makes, or why it makes none."""
    vote, reply = voted.vote, voted.reply
    meta = {"verdict": vote.verdict, "reason": vote.reason, "note": vote.note}
    if voted.waits:
        return _WAITS
    if vote.verdict == "down" or reply.refused:
        return Case(id=voted.id, kind="unanswerable", turns=voted.turns, meta=meta)
    gold = {(cited.document, cited.quote) for cited in reply.citations}
    if any(quote not in corpus.texts.get(document, "") for document, quote in gold):
        return "a document that the answer quotes was changed or deleted since"
    kind = _KINDS.get(reply.status, "followup" if len(voted.turns) > 1 else "fact")
    evidence = tuple(Gold(doc=document, quote=quote) for document, quote in sorted(gold))
    return Case(id=voted.id, kind=kind, turns=voted.turns, gold_evidence=evidence, meta=meta)
