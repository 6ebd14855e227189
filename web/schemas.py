"""What travels over HTTP besides the answer, which is ``rag.records.Answer`` itself."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rag.records import Answer, Document, Question, Turn
from web import votes
from web.render import document_url


def _encodable(text: str) -> str:
    """Refuse half a surrogate pair, which JSON can spell and no encoding can carry."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("it holds half a surrogate pair, which is no text") from None
    return text


Text = Annotated[str, AfterValidator(_encodable)]


# Documented here and refused by the engine, which says the same at every door.
Asked = Annotated[Text, Field(json_schema_extra={"minLength": 1, "pattern": r"\S"})]


class EarlierTurn(BaseModel):
    """An earlier question and the answer that was shown."""

    model_config = ConfigDict(extra="forbid")

    question: Text
    answer: Text


class Ask(BaseModel):
    """A question; everything but the question may be left out."""

    model_config = ConfigDict(extra="forbid")

    question: Asked = Field(description="what is asked, in plain words")
    history: list[EarlierTurn] = Field(default=[], description="the conversation so far, oldest first")
    documents: list[Text] | None = Field(default=None, min_length=1, description="ids of the only documents to look in")
    model: Text | None = Field(default=None, description="one of the names in GET /v1/models")
    max_wrong: float | None = Field(
        default=None, gt=0, lt=1, description="error budget: the share of wrong answers among those shown"
    )

    def to_question(self) -> Question:
        """Return the engine's record of it."""
        history = tuple(Turn(turn.question, turn.answer) for turn in self.history)
        documents = tuple(self.documents) if self.documents else None
        return Question(self.question, history, documents, self.model, self.max_wrong)


class AskInConversation(BaseModel):
    """A question in a kept conversation, which brings its own history."""

    model_config = ConfigDict(extra="forbid")

    question: Asked
    documents: list[Text] | None = Field(default=None, min_length=1)
    model: Text | None = None
    after: int | None = Field(default=None, ge=0, description="look at the first so many turns only; all unless told")


class DocumentSummary(BaseModel):
    """An indexed document without its text."""

    id: str
    title: str
    media_type: str
    revision: str = Field(description="sha256 of the text in UTF-8")
    date: str | None = Field(description="the day that the document itself states, ISO 8601")
    bytes: int
    passages: int
    also: tuple[str, ...] = Field(description="other names under which exactly the same is known")
    url: str

    @classmethod
    def of(cls, document: Document) -> DocumentSummary:
        """Return the summary of a record."""
        return cls(**_common(document))


class WholeDocument(BaseModel):
    """A document as it is or as it was; offsets of citations count the characters of ``text``."""

    id: str
    title: str
    media_type: str
    revision: str = Field(description="sha256 of the text in UTF-8")
    date: str | None = Field(description="the day that the document itself states, ISO 8601")
    bytes: int
    passages: int = Field(description="0 in an earlier revision, which is not searched")
    also: tuple[str, ...] = Field(description="other names under which exactly the same is known")
    url: str
    present: str = Field(description="today's revision; another than ``revision`` where the document has changed since")
    earlier: list[str] = Field(description="earlier revisions that can be read, newest first")
    pages: tuple[int, ...] = Field(description="where each page begins in the text; empty without pages")
    text: str

    @classmethod
    def of(cls, document: Document, present: str, earlier: list[str]) -> WholeDocument:
        """Return the document of a record."""
        return cls(**_common(document), present=present, earlier=earlier, pages=document.pages, text=document.text)


class FileOutcome(BaseModel):
    """What became of one uploaded file."""

    name: str
    state: Literal["added", "updated", "unchanged", "refused"]
    document: str | None = Field(description="its id, null where it was refused")
    url: str | None
    passages: int
    reason: str = Field(description="why it was refused; empty otherwise")
    replaced: str = Field(default="", description="the revision before, which stays readable; else empty")


class Uploaded(BaseModel):
    """The outcome of every file, in the order they were sent."""

    files: list[FileOutcome]


class ConversationSummary(BaseModel):
    """A kept conversation as lists show it."""

    id: str
    title: str
    started: str
    turns: int
    url: str


class Conversation(BaseModel):
    """A kept conversation with its answers."""

    id: str
    turns: list[Answer]


class NewConversation(BaseModel):
    """The id of an empty conversation."""

    id: str
    url: str


class Vote(BaseModel):
    """Whether an answer was right, and if not, why; a note may say what would be right."""

    model_config = ConfigDict(extra="forbid")

    verdict: votes.Verdict
    reason: votes.Reason = ""
    note: Text = Field(default="", max_length=votes.NOTE)


class Health(BaseModel):
    """The server is there (healthz), or can answer questions (readyz)."""

    status: Literal["ok", "ready"]


class Problem(BaseModel):
    """An error, as RFC 9457 wants it; ``kind`` is the stable name that programs may test for."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    kind: str


class OpenAIError(BaseModel):
    """An error under /v1."""

    error: dict[str, str | None] = Field(description="message, type, param and code")


def _common(document: Document) -> dict[str, Any]:
    return {
        "id": document.id,
        "title": document.title,
        "media_type": document.media_type,
        "revision": document.revision,
        "date": document.date,
        "bytes": document.bytes,
        "passages": document.passages,
        "also": document.also,
        "url": document_url(document.id),
    }
