"""``/documents``: list, upload, show and delete, as JSON for programs and as pages for people."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, File, Form, HTTPException, Query, UploadFile
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rag.entries import Receipt
from rag.errors import Refused, TooLarge, UnknownDocument, VouchError
from rag.records import Document, page_at
from web import accept, excerpt, reference, render, schemas
from web.state import Services, services

PASTED = "Pasted text.txt"
# What the page offers to choose; rag.ingest decides what is read, and a test holds the two together.
OFFERED = (
    *(".txt", ".text", ".md", ".markdown", ".html", ".htm", ".xhtml"),
    *(".pdf", ".docx", ".csv", ".tsv", ".eml"),
)
OFFERED_KINDS = "Text, Markdown, HTML, PDF, DOCX, CSV, TSV and mail (EML)"

_SOMETHING: list[dict[str, Any]] = [
    {"required": ["files"], "properties": {"files": {"minItems": 1}}},
    {"required": ["text"], "properties": {"text": {"pattern": r"\S"}}},
]

router = APIRouter(tags=["Documents"])
pages = APIRouter(include_in_schema=False)
Here = Annotated[Services, Depends(services)]
Offset = Annotated[int | None, Query(ge=0, description="with end: the characters that the page marks")]


@router.get(
    "/documents",
    response_model=list[schemas.DocumentSummary],
    responses=reference.answers(),
    summary="List the documents",
)
def list_documents(request: Request, here: Here) -> Any:
    """Return all indexed documents; ``Accept: text/html`` gives the page that also uploads and deletes."""
    if wants_page(request):
        return library_page(request, here, [])
    return [schemas.DocumentSummary.of(document) for document in here.documents()]


@router.post(
    "/documents",
    response_model=schemas.Uploaded,
    responses=reference.answers(413, 415, 422),
    openapi_extra={"requestBody": {"content": {"multipart/form-data": {"schema": {"anyOf": _SOMETHING}}}}},
    summary="Add documents",
)
async def upload(
    request: Request,
    here: Here,
    files: Annotated[list[UploadFile], File(description="any number of files")] = [],  # noqa: B006
    text: Annotated[str, Form(description="text to add as one more document")] = "",
    name: Annotated[str, Form(description="what to call that text")] = "",
) -> Any:
    """Take in each file on its own: one that is refused says why and keeps no other back.

    Where every file is refused the answer is a problem, with the outcomes in ``files``.
    """
    outcomes = [await take_in(here, file) for file in files if file.filename]
    if text.strip():
        outcomes.append(await run_in_threadpool(add, here, _text_name(name), text.encode()))
    if not outcomes:
        raise HTTPException(422, "No file was sent: send one or more as multipart field 'files'.")
    found = [outcome for outcome, _ in outcomes]
    if wants_page(request):
        return await run_in_threadpool(library_page, request, here, found)
    if all(outcome.state == "refused" for outcome in found):
        refusal = outcomes[0][1]
        raise Rejected(found, refusal or Refused("nothing could be taken in"))
    return schemas.Uploaded(files=found)


@router.get(
    "/documents/{document:path}",
    response_model=schemas.WholeDocument,
    responses=reference.answers(404, 422),
    summary="Show a document",
)
def show(
    request: Request,
    document: str,
    here: Here,
    start: Offset = None,
    end: Offset = None,
    revision: Annotated[str, Query(description="the revision to show, in which start and end count")] = "",
) -> Any:
    """Return a document with its text, as it is or as it was; ``Accept: text/html`` gives a page with a mark.

    An earlier revision can be read as long as an answer that is kept quotes it.
    """
    present = here.library.document(document)
    earlier = here.library.earlier(document)
    try:
        found, lost = here.library.document(document, revision), False
    except UnknownDocument:
        if not wants_page(request):
            raise
        found, lost = present, True
    span = (0, 0) if lost else excerpt.span_in(found.text, start, end)
    if not wants_page(request):
        return schemas.WholeDocument.of(found, present.revision, [each.revision for each in earlier])
    values = {
        "document": found,
        "shown": excerpt.cut(found.text, span),
        "lost": lost,
        "changed": found.revision != present.revision,
        "revision": revision,
        "number": page_at(found.pages, span[0]) if span[1] else None,
        "earlier": [each for each in earlier if each.revision != found.revision],
    }
    return render.page(request, "document.html", values)


@router.delete(
    "/documents/{document:path}",
    responses=reference.answers(404),
    summary="Delete a document",
)
def delete(document: str, here: Here) -> Receipt:
    """Forget a document, its earlier revisions and what kept answers quote of it; the answer says what went.

    The file that it came from stays where it is.
    """
    return here.library.remove(document)


@pages.post("/remove-document")
def remove(document: Annotated[str, Form()], here: Here) -> Response:
    """Drop a document for a reader whose browser runs no script."""
    delete(document, here)
    return RedirectResponse("/documents", status_code=303)


class Rejected(VouchError):
    """None of the sent files could be taken in."""

    def __init__(self, files: list[schemas.FileOutcome], first: VouchError) -> None:
        super().__init__(str(first))
        self.kind, self.status = first.kind, first.status
        self.more = {"files": [outcome.model_dump() for outcome in files]}


async def take_in(here: Services, file: UploadFile) -> tuple[schemas.FileOutcome, VouchError | None]:
    """Read one uploaded file and add it; one that is larger than the limit is not even read to its end."""
    limit = here.settings.max_file_mb << 20
    name = file.filename or ""
    if file.size is not None and file.size > limit:
        error = TooLarge(
            f"The file has {render.sized(file.size)}; at most {here.settings.max_file_mb} MiB are taken in."
        )
        return refused(name, error), error
    return await run_in_threadpool(add, here, name, await file.read())


def add(here: Services, name: str, data: bytes) -> tuple[schemas.FileOutcome, VouchError | None]:
    """Add one file and tell what became of it, with the error where it was refused."""
    try:
        outcome = here.library.add_bytes(name, data)
    except VouchError as error:
        return refused(name, error), error
    url = render.document_url(outcome.document) if outcome.document else None
    told = schemas.FileOutcome.model_validate(
        {
            "name": name,
            "state": outcome.state,
            "document": outcome.document,
            "url": url,
            "passages": outcome.passages,
            "reason": outcome.reason,
            "replaced": outcome.replaced,
        }
    )
    return told, Refused(told.reason) if told.state == "refused" else None


def refused(name: str, error: VouchError) -> schemas.FileOutcome:
    """Return the outcome of a file that was not taken in."""
    return schemas.FileOutcome(name=name, state="refused", document=None, url=None, passages=0, reason=str(error))


def library_page(request: Request, here: Services, outcomes: list[schemas.FileOutcome]) -> Response:
    """Return the page that lists, uploads and deletes documents."""
    listed: list[Document] = sorted(here.documents(), key=lambda each: each.title.casefold())
    values = {
        "documents": listed,
        "outcomes": outcomes,
        "settings": here.settings,
        "suffixes": ",".join(OFFERED),
        "kinds": OFFERED_KINDS,
    }
    return render.page(request, "documents.html", values)


def wants_page(request: Request) -> bool:
    """Tell whether the client is a person's browser."""
    return accept.preferred(request, accept.JSON, accept.HTML) == accept.HTML


def _text_name(name: str) -> str:
    name = name.strip() or PASTED
    return name if name.lower().endswith((".txt", ".md")) else f"{name}.txt"
