"""An answer in the shape of ``/ask``, read strictly: what cannot be read is an outcome, not a guess."""

from __future__ import annotations

import re
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import AskFailed

MARK = re.compile(r"\s*\[\d+\]")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Cited(_Part):
    """A numbered quote; ``revision`` may be empty where a system keeps none: then only characters count."""

    id: int
    document: str
    start: int = Field(ge=0)
    end: int = Field(ge=0)
    quote: str
    revision: str = ""
    title: str = ""


class Shown(_Part):
    """A sentence that was shown, the ids it cites, and how well they hold it (0 to 1) if that is told."""

    text: str
    citations: tuple[int, ...] = ()
    support: float | None = Field(None, ge=0, le=1)


class Read(_Part):
    """A passage that was retrieved, best first."""

    document: str
    start: int
    end: int


class Reply(_Part):
    """What the metrics look at. A system without passages or supports leaves them out: no figure then."""

    status: Literal["supported", "partial", "conflicting", "not_found"]
    answer: str
    sentences: tuple[Shown, ...] = ()
    citations: tuple[Cited, ...] = ()
    reason: str = ""
    passages: tuple[Read, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether the system said that the documents do not tell."""
        return self.status == "not_found"

    @property
    def text(self) -> str:
        """What a reader was shown, without citation marks: ``[2]`` must not count as the number two."""
        if self.sentences:
            return " ".join(MARK.sub("", sentence.text) for sentence in self.sentences)
        return MARK.sub("", self.answer)

    def cited_by(self, sentence: Shown) -> list[Cited]:
        """Return the citations of a sentence that exist."""
        return [citation for citation in self.citations if citation.id in sentence.citations]


def read_reply(found: Any) -> Reply:
    """Return the reply in an ``/ask`` object.

    Raises:
        AskFailed: the object is not of that shape; the message names the first field that is wrong.
    """
    try:
        return Reply.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(step) for step in first["loc"])
        raise AskFailed(f"unreadable answer: {where}: {first['msg']}") from None
