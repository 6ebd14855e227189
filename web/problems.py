"""How does an error reach the client? As ``application/problem+json`` (RFC 9457), or as a page for people.

Every message is one clear line from where it arose; what nobody foresaw is logged and told without its traceback.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Match

from rag.errors import Busy, VouchError
from web import accept, render

LOG = logging.getLogger("vouch.web")
MEDIA_TYPE = "application/problem+json"
OPENAI_PATHS = "/v1/"
_HUNG_UP = 499  # as other servers log it
UNFORESEEN = "Something went wrong inside Vouch; the log of the server says what."


class ProblemResponse(Response):
    """A problem as JSON. ASCII only, since a message may quote what no encoding can carry."""

    media_type = MEDIA_TYPE

    def render(self, content: Any) -> bytes:
        """Return the problem's bytes."""
        return json.dumps(content, ensure_ascii=True).encode()


def describe(error: Exception) -> dict[str, Any]:
    """Return the problem object of any error, with ``status``, ``kind``, ``title`` and ``detail`` always there."""
    if isinstance(error, VouchError):
        return problem(error.status, str(error), error.kind, **getattr(error, "more", {}))
    if isinstance(error, RequestValidationError):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return problem(error.status_code, error.detail)
    return problem(500, UNFORESEEN)


def problem(status: int, detail: str, kind: str = "", **more: Any) -> dict[str, Any]:
    """Return a problem object; ``kind`` is the stable name, made from the status where none is given."""
    phrase = HTTPStatus(status).phrase
    kind = kind or phrase.lower().replace(" ", "-")
    return {"type": f"urn:vouch:{kind}", "title": phrase, "status": status, "detail": detail, "kind": kind, **more}


def openai_error(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a problem as OpenAI's clients read it."""
    kind = "server_error" if found["status"] >= 500 else "invalid_request_error"
    first = found.get("errors", [{}])[0].get("field")
    return {"error": {"message": found["detail"], "type": kind, "param": first, "code": found["kind"]}}


def headers_of(error: Exception) -> dict[str, str]:
    """Return the headers that belong to an error: Retry-After, Allow, WWW-Authenticate."""
    if isinstance(error, Busy):
        return {"Retry-After": str(error.retry_after)}
    if isinstance(error, HTTPException):
        return dict(error.headers or {})
    return {}


def respond(request: Request, found: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Return the problem in the form that the client prefers, or that its dialect wants."""
    if request.url.path.startswith(OPENAI_PATHS):
        return JSONResponse(openai_error(found), status_code=int(found["status"]), headers=dict(headers or {}))
    if accept.preferred(request, MEDIA_TYPE, accept.JSON, accept.HTML) == accept.HTML:
        return render.page(
            request, "problem.html", {"problem": found}, status=int(found["status"]), headers=dict(headers or {})
        )
    return ProblemResponse(dict(found), status_code=int(found["status"]), headers=dict(headers or {}))


def install(app: FastAPI) -> None:
    """Make every error of every route a problem."""
    for kind in (VouchError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _foreseen)
    app.add_exception_handler(ClientDisconnect, _hung_up)
    app.add_exception_handler(Exception, _unforeseen)


async def _foreseen(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException) and error.status_code == 405:
        methods = ", ".join(_answered(request))
        return respond(
            request, problem(405, f"{request.method} is not answered here; {methods} is."), {"Allow": methods}
        )
    if isinstance(error, VouchError) and error.status >= 500:
        LOG.warning("%s: %s", error.kind, error)
    return respond(request, describe(error), headers_of(error))


async def _hung_up(request: Request, error: Exception) -> Response:
    # Nobody reads it; without it the server would log a traceback for everyone who closes a page.
    return Response(status_code=_HUNG_UP)


async def _unforeseen(request: Request, error: Exception) -> Response:
    # Starlette answers from outside all middleware here, and raises the error again so that the server logs it.
    response = respond(request, describe(error))
    response.headers.update(render.SECURITY_HEADERS)
    return response


def _answered(request: Request) -> list[str]:
    """Return the methods of an address. Starlette names those of one route, and an address may have several."""
    routes = request.app.routes
    return [
        method
        for method in ("DELETE", "GET", "HEAD", "POST", "PUT")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in routes)
    ]


def _invalid(error: RequestValidationError) -> dict[str, Any]:
    found = [
        {"field": ".".join(str(part) for part in each["loc"][1:]) or str(each["loc"][0]), "message": each["msg"]}
        for each in error.errors()
    ]
    if error.errors()[0]["type"] == "json_invalid":
        return problem(422, "The body is not valid JSON.", "invalid-request")
    detail = "; ".join(f"{each['field']}: {each['message'].lower()}" for each in found)
    return problem(422, f"The request cannot be used: {detail}.", "invalid-request", errors=found)
