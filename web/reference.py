"""What does the API promise? The OpenAPI document, and a page of it that needs no script from elsewhere."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.requests import Request
from starlette.responses import Response

from web import render
from web.schemas import OpenAIError, Problem

ABOUT = (
    "Question answering over your own documents. Every sentence of an answer is proven by an exact quote: "
    "`text[start:end] == quote` in the cited revision of the cited document. "
    "Every error is `application/problem+json`."
)
router = APIRouter(include_in_schema=False)


def answers(*statuses: int, openai: bool = False) -> dict[int | str, dict[str, Any]]:
    """Return the documented errors of a route; what the guard in front of all routes refuses is the default."""
    # Without a 422 of our own FastAPI would document its validation errors, which no route of ours answers with.
    named: dict[int | str, dict[str, Any]] = {
        status: _problem(HTTPStatus(status).phrase, openai) for status in sorted({*statuses, 422})
    }
    return {**named, "default": _problem("Any other error", openai)}


def events() -> dict[int | str, dict[str, Any]]:
    """Return the documented success of a route that may also answer with server-sent events."""
    content = {"application/json": {"schema": {"type": "object"}}, "text/event-stream": {}}
    return {200: {"description": "The answer", "content": content}}


def download(*media_types: str) -> dict[int | str, dict[str, Any]]:
    """Return the documented success of a route that answers with a file."""
    content = {kind: {"schema": {"type": "string"}} for kind in media_types}
    return {200: {"description": "The file", "content": content}}


def install(app: FastAPI, version: str) -> None:
    """Give the application its OpenAPI document."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            found = get_openapi(title="Vouch", version=version, description=ABOUT, routes=app.routes)
            schemas = found.setdefault("components", {}).setdefault("schemas", {})
            schemas |= {model.__name__: model.model_json_schema() for model in (Problem, OpenAIError)}
            schemas.pop("HTTPValidationError", None)
            schemas.pop("ValidationError", None)
            app.openapi_schema = found
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]


@router.get("/docs")
def docs(request: Request) -> Response:
    """Return the reference as a page."""
    found = request.app.openapi()
    operations = [
        {"path": path, "method": method.upper(), **operation}
        for path, methods in found["paths"].items()
        for method, operation in methods.items()
    ]
    return render.page(request, "docs.html", {"operations": operations, "about": ABOUT, "api": found})


def _problem(description: str, openai: bool) -> dict[str, Any]:
    kind, model = ("application/json", OpenAIError) if openai else ("application/problem+json", Problem)
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"description": description, "content": {kind: {"schema": schema}}}
