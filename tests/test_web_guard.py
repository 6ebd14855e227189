"""Who may talk to the server: hosts, foreign pages, tokens, sizes, and the headers that every response carries."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from rag.settings import Settings
from tests.fakes_web import Switch, Web, serving
from web.guard import JSON_BYTES, SAFE_METHODS, Policy

ASK = {"question": "How much?"}


def routes_of(server: tuple[Switch, int]) -> list[tuple[str, str]]:
    """Return every method and path that the application answers, those of the API document and of the pages."""
    app = server[0].app
    assert isinstance(app, FastAPI)
    found = []
    pending: list[Any] = list(app.routes)
    while pending:
        route = pending.pop()
        pending += list(getattr(getattr(route, "original_router", None), "routes", []))
        path = getattr(route, "path", "").replace(":path", "")
        found += [(method, path) for method in getattr(route, "methods", None) or []]
    return found


def test_every_unsafe_route_is_guarded(web: Web, server: tuple[Switch, int]) -> None:
    unsafe = [(method, path) for method, path in routes_of(server) if method not in SAFE_METHODS]
    assert {("POST", "/ask"), ("POST", "/documents"), ("DELETE", "/documents/{document}"), ("POST", "/chat")} <= set(
        unsafe
    )
    for method, path in unsafe:
        address = path.replace("{", "").replace("}", "")
        for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):
            response = web.client.request(method, address, headers=headers)
            assert response.status_code == 403, (method, path, headers)
            found = response.json()
            assert found.get("kind", found.get("error", {}).get("code")) == "cross-site"
    assert len(web.engine.library.kept) == 3
    assert not web.engine.asked


@pytest.mark.parametrize(
    ("method", "headers", "status"),
    [
        ("POST", {}, 200),
        ("POST", {"Origin": "OWN"}, 200),
        ("POST", {"Sec-Fetch-Site": "same-origin", "Origin": "OWN"}, 200),
        ("POST", {"Sec-Fetch-Site": "none"}, 200),
        ("POST", {"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ("POST", {"Sec-Fetch-Site": "none", "Origin": "null"}, 403),
        ("POST", {"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
        ("POST", {"Sec-Fetch-Site": "same-site", "Origin": "http://localhost:3000"}, 403),
        ("POST", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("POST", {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"}, 403),
        ("POST", {"Origin": "http://127.0.0.1:1"}, 403),
        ("POST", {"Origin": "http://127.0.0.1"}, 403),
        ("POST", {"Origin": "null"}, 403),
        ("POST", {"Origin": ""}, 403),
        ("GET", {}, 200),
        ("GET", {"Sec-Fetch-Site": "none"}, 200),
        ("GET", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("GET", {"Origin": "http://evil.example"}, 403),
    ],
)
def test_who_may_ask(web: Web, method: str, headers: dict[str, str], status: int) -> None:
    headers = {name: web.url if value == "OWN" else value for name, value in headers.items()}
    more: dict[str, Any] = {"json": ASK} if method == "POST" else {"params": {"q": "How much?"}}
    assert web.client.request(method, "/ask", headers=headers, **more).status_code == status


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:PORT", 200),
        ("localhost:PORT", 200),
        ("LOCALHOST:PORT", 200),
        ("[::1]:PORT", 200),
        ("localhost", 421),
        ("localhost:1", 421),
        ("evil.example:PORT", 421),
        ("localhost.evil.example:PORT", 421),
        ("127.0.0.1.evil.example:PORT", 421),
        ("localhost:PORT@evil.example", 421),
        ("192.168.0.5:PORT", 421),
        ("", 421),
    ],
)
def test_the_host_must_be_ours(web: Web, host: str, status: int) -> None:
    response = web.client.get("/documents", headers={"Host": host.replace("PORT", str(web.settings.port))})
    assert response.status_code == status
    if status == 421:
        assert response.json()["kind"] == "bad-host"


def test_a_configured_host_is_known() -> None:
    assert Policy.of(Settings(host="box.lan", port=80)).knows_host("box.lan")
    assert not Policy.of(Settings(host="box.lan", port=8000)).knows_host("box.lan")
    everywhere = Policy.of(Settings(host="0.0.0.0", port=8000))
    assert everywhere.knows_host("192.168.0.5:8000")
    assert everywhere.knows_host("[fe80::1]:8000")
    assert not everywhere.knows_host("evil.example:8000")


def test_nothing_is_shared_with_other_origins(web: Web) -> None:
    response = web.client.get("/documents", headers={"Origin": "http://evil.example"})
    assert not [name for name in response.headers if name.startswith("access-control-")]
    preflight = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    response = web.client.options("/ask", headers=preflight)
    assert response.status_code >= 400
    assert not [name for name in response.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "path", ["/", "/ask?q=How", "/ask?q=bug", "/ask?q=", "/documents", "/nowhere", "/static/vouch.js"]
)
@pytest.mark.parametrize("form", ["text/html", "application/json"])
def test_every_response_carries_the_safe_headers(web: Web, path: str, form: str) -> None:
    headers = web.client.get(path, headers={"Accept": form}).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


def test_pages_hold_no_inline_script_or_style(web: Web) -> None:
    web.client.post("/chat", data=ASK)
    for path in ("/", "/chat/c1", "/documents", "/history", "/docs", "/documents/bridge.txt", "/nowhere"):
        text = web.client.get(path, headers={"Accept": "text/html"}).text
        assert text.count("<script") == 1
        assert '<script type="module" src="/static/vouch.js"></script>' in text
        assert "<style" not in text
        assert " style=" not in text
        assert " onclick" not in text
        assert "http://" not in text.replace("http://www.w3.org", "")
        assert "https://" not in text


def test_a_body_is_cut_off_while_it_is_read(web: Web) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"question": "'
        for _ in range(JSON_BYTES // 65536 + 1):
            yield b"a" * 65536

    response = web.client.post("/ask", content=endless(), headers={"Content-Type": "application/json"})
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"
    assert "1 MiB" in response.json()["detail"]


def test_an_announced_size_is_refused_at_once(web: Web) -> None:
    response = web.client.post("/ask", content=b"x" * (JSON_BYTES + 1))
    assert response.status_code == 413
    assert response.json()["kind"] == "too-large"


class TestToken:
    """With a token nobody gets in without it."""

    @pytest.fixture
    def locked(self, server: tuple[Switch, int]) -> Iterator[Web]:
        with serving(server, token="open sesame") as running:
            yield running

    def test_programs_send_it_as_bearer(self, locked: Web) -> None:
        response = locked.client.post("/ask", json=ASK)
        assert response.status_code == 401
        assert response.headers["www-authenticate"] == "Bearer"
        assert response.headers["content-type"] == "application/problem+json"
        for value in ("Bearer wrong", "open sesame", "Basic open sesame", "Bearer", "Bearer open sesam\u00e9"):
            headers = {"Authorization": value.encode()}
            assert locked.client.post("/ask", json=ASK, headers=headers).status_code == 401
        good = {"Authorization": "Bearer open sesame"}
        assert locked.client.post("/ask", json=ASK, headers=good).status_code == 200

    def test_browsers_sign_in(self, locked: Web) -> None:
        page = locked.client.get("/chat/c1", headers={"Accept": "text/html"})
        assert page.status_code == 401
        assert 'action="/sign-in"' in page.text
        wrong = locked.client.post("/sign-in", data={"token": "guess"})
        assert wrong.status_code == 401
        assert "That is not the token" in wrong.text
        assert locked.client.get("/documents").status_code == 401
        right = locked.client.post("/sign-in", data={"token": "open sesame"})
        assert right.status_code == 303
        cookie = right.headers["set-cookie"]
        assert "open" not in cookie
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert locked.client.get("/documents").status_code == 200

    def test_only_the_page_to_sign_in_is_open(self, locked: Web, server: tuple[Switch, int]) -> None:
        for method, path in routes_of(server):
            if path in {"/healthz", "/sign-in", "/static"} or method in {"HEAD", "OPTIONS"}:
                continue
            address = path.replace("{", "").replace("}", "")
            assert locked.client.request(method, address).status_code == 401, (method, path)

    def test_without_a_token_there_is_nothing_to_sign_in_to(self, web: Web) -> None:
        assert web.client.post("/sign-in", data={"token": ""}).status_code == 401
