"""Questions with what a right answer must say: read strictly from JSON lines, one case a line.

A line that cannot be read becomes a ``Problem`` that names file and line; the other cases still run.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from eval.errors import BadSuite

Kind = Literal[
    "fact",
    "list",
    "number",
    "unanswerable",
    "partial",
    "underspecified",
    "conflict",
    "injection",
    "followup",
    "multihop",
]

# Kinds whose right answer is text, or a quote; the others may be right by refusing, or (injection) by not obeying.
_NEED_GOLD = {"fact", "list", "number", "partial", "conflict", "followup", "multihop"}


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class CaseTurn(_Strict):
    """One question of a conversation; an earlier one may carry the answer that was shown for it."""

    question: str = Field(min_length=1)
    answer: str | None = None


class Gold(_Strict):
    """An exact quote of a document of the corpus from which the answer follows."""

    doc: str = Field(min_length=1)
    quote: str = Field(min_length=1)


class Case(_Strict):
    """One question, its conversation, and what makes an answer right.

    ``gold_answers`` lists the parts, all of them required (for ``conflict``: every version), each as its
    accepted variants. A set that knows no short answers leaves them out and gives evidence alone: right is then to
    cite some of it. ``must_not`` lists strings that make an answer wrong wherever they appear in it.
    """

    id: str = Field(min_length=1)
    kind: Kind
    turns: tuple[CaseTurn, ...] = Field(min_length=1)
    gold_answers: tuple[tuple[str, ...], ...] = ()
    gold_evidence: tuple[Gold, ...] = ()
    must_not: tuple[str, ...] = ()
    meta: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        if any(not part or not all(variant.strip() for variant in part) for part in self.gold_answers):
            raise ValueError("every part of gold_answers needs at least one variant, none of them empty")
        if not all(text.strip() for text in self.must_not):
            raise ValueError("an entry of must_not is empty")
        if self.kind in _NEED_GOLD and not (self.gold_answers or self.gold_evidence):
            raise ValueError(f"a case of kind '{self.kind}' needs gold_answers, or gold_evidence to be cited")
        if self.kind == "unanswerable" and (self.gold_answers or self.gold_evidence):
            raise ValueError("an unanswerable case cannot have gold_answers or gold_evidence")
        return self

    @property
    def question(self) -> str:
        """The question that is scored: the last one."""
        return self.turns[-1].question

    @property
    def by_evidence(self) -> bool:
        """Whether an answer is judged by what it cites, because no short answer is known."""
        return bool(self.gold_evidence) and not self.gold_answers

    @property
    def should_refuse(self) -> bool:
        """Whether the only right answer is that the documents do not say."""
        return self.kind == "unanswerable" or (
            self.kind == "underspecified" and not self.gold_answers and not self.gold_evidence
        )


@dataclass(frozen=True, slots=True)
class Problem:
    """A line of a suite that could not be read, and why."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


def read_cases(path: Path) -> tuple[tuple[Case, ...], tuple[Problem, ...]]:
    """Return the readable cases of a JSON lines file, in order, and a problem for every other line.

    Raises:
        BadSuite: the file itself cannot be read.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise BadSuite(f"{path} cannot be read: {error.strerror}") from None
    cases: dict[str, Case] = {}
    problems: list[Problem] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        case = _read_line(line)
        if isinstance(case, str):
            problems.append(Problem(path.name, number, case))
        elif case.id in cases:
            problems.append(Problem(path.name, number, f"the id '{case.id}' is taken by an earlier line"))
        else:
            cases[case.id] = case
    return tuple(cases.values()), tuple(problems)


def _read_line(line: bytes) -> Case | str:
    """Return the case that a line holds, or what is wrong with it."""
    try:
        return Case.model_validate_json(line)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        return f"{where}: {first['msg']}" if where else first["msg"]
