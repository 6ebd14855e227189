"""Who may talk to the server, and how much may they send? One middleware around every route, present and future.

The browser is hostile to services on localhost: any page may send requests there, and may give its own name the
address 127.0.0.1. So the Host must be one of ours to the character, a request that changes something must come from
our own pages or from no browser at all, and beyond this machine a token is needed.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.settings import Settings
from web import accept, problems, render

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
COSTLY_PATHS = frozenset({"/ask"})  # safe by method, but a foreign page could keep the model busy with images of it
OPEN_PATHS = frozenset({"/healthz", "/sign-in"})  # answered without the token
COOKIE = "vouch_session"
JSON_BYTES = 1 << 20  # a question, its history and some hundred document ids fit many times
UPLOAD_FILES = 16  # files of the largest size in one request; the page sends them one by one


@dataclass(frozen=True)
class Policy:
    """Whom the server answers."""

    hosts: frozenset[str]
    any_address: bool
    port: int
    token: str
    upload_bytes: int

    @classmethod
    def of(cls, settings: Settings) -> Policy:
        """Return the policy that the settings ask for."""
        wildcard = is_wildcard(settings.host)
        names = {"localhost", "127.0.0.1", "[::1]", _bracketed(settings.host.lower())}
        if wildcard:
            names.add(socket.gethostname().lower())
        return cls(
            hosts=frozenset(_with_port(name, settings.port) for name in names),
            any_address=wildcard,
            port=settings.port,
            token=settings.token,
            upload_bytes=UPLOAD_FILES * settings.max_file_mb * (1 << 20) + JSON_BYTES,
        )

    def knows_host(self, host: str) -> bool:
        """Tell whether a Host header is ours. Bound to every interface, a bare address is: rebinding needs a name."""
        host = host.lower()
        return host in self.hosts or (self.any_address and _is_address(host, self.port))

    @property
    def cookie(self) -> str:
        """What the sign-in cookie holds: never the token itself."""
        return hashlib.sha256(b"vouch cookie " + self.token.encode()).hexdigest()


class Guard:
    """The middleware. A request that it refuses never reaches a route; each response carries the safe headers."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in render.SECURITY_HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = refuse(request, self._policy)
        if refusal is not None:
            await refusal(scope, receive, send_safely)
            return
        limit = self._policy.upload_bytes if _is_upload(request) else JSON_BYTES
        await self._app(scope, limited(receive, limit), send_safely)


def refuse(request: Request, policy: Policy) -> Response | None:
    """Return the response that refuses a request, None for one that may pass."""
    if not policy.knows_host(request.headers.get("host", "")):
        return _refusal(request, 421, "bad-host", "This server does not go by the name in the Host header.")
    if foreign(request):
        return _refusal(request, 403, "cross-site", "The request comes from another site, so it was not carried out.")
    if policy.token and request.url.path not in OPEN_PATHS and not _is_static(request):
        return _signed_in(request, policy)
    return _too_long(request, policy)


def foreign(request: Request) -> bool:
    """Tell whether a page of another origin sent something that changes or costs.

    Other ports of this machine are the same site but not the same origin: they are foreign too. A program sends
    neither header and may pass; a browser always sends one of them with such a request.
    """
    if request.method in SAFE_METHODS and request.url.path not in COSTLY_PATHS:
        return False
    site = request.headers.get("sec-fetch-site", "none")
    if site not in {"same-origin", "none"}:
        return True
    origin = request.headers.get("origin")
    if origin is None or (origin == "null" and site == "same-origin"):
        return False  # a form of a page under no-referrer, which ours are, names no origin
    return urlsplit(origin).netloc.lower() != request.headers["host"].lower()


def is_wildcard(host: str) -> bool:
    """Tell whether binding to ``host`` means every interface."""
    return host in {"", "0.0.0.0", "::", "*"}


def same_secret(given: str, wanted: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(given.encode(errors="replace"), wanted.encode())


def limited(receive: Receive, limit: int) -> Receive:
    """Return a ``receive`` that stops with 413 as soon as a body is larger than ``limit``, whatever it announced."""
    seen = 0

    async def counting() -> Message:
        nonlocal seen
        message = await receive()
        seen += len(message.get("body", b""))
        if seen > limit:
            raise HTTPException(413, _over(limit))
        return message

    return counting


def _signed_in(request: Request, policy: Policy) -> Response | None:
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and same_secret(bearer.strip(), policy.token):
        return _too_long(request, policy)
    if same_secret(request.cookies.get(COOKIE, ""), policy.cookie):
        return _too_long(request, policy)
    if request.method == "GET" and accept.preferred(request, accept.JSON, accept.HTML) == accept.HTML:
        return render.page(request, "sign_in.html", {"wrong": False}, status=401)
    detail = "This server needs its token: send 'Authorization: Bearer TOKEN'."
    return _refusal(request, 401, "unauthorized", detail, {"WWW-Authenticate": "Bearer"})


def _too_long(request: Request, policy: Policy) -> Response | None:
    limit = policy.upload_bytes if _is_upload(request) else JSON_BYTES
    announced = request.headers.get("content-length", "0")
    if announced.isascii() and announced.isdigit() and int(announced) > limit:
        return _refusal(request, 413, "too-large", _over(limit), {"Connection": "close"})
    return None


def _refusal(
    request: Request, status: int, kind: str, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    found: dict[str, Any] = problems.problem(HTTPStatus(status), detail, kind)
    return problems.respond(request, found, headers)


def _over(limit: int) -> str:
    size = f"{limit >> 20} MiB"
    return f"The body is larger than the {size} that are read here; send less at a time."


def _is_upload(request: Request) -> bool:
    return request.method == "POST" and request.url.path == "/documents"


def _is_static(request: Request) -> bool:
    return request.url.path.startswith("/static/")


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _with_port(name: str, port: int) -> str:
    return name if port == 80 else f"{name}:{port}"


def _is_address(host: str, port: int) -> bool:
    name = host.removesuffix(f":{port}") if port != 80 else host
    if name == host and port != 80:
        return False
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
