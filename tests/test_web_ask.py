"""Asking over HTTP: the contract's answer, the events, and what happens to a question nobody waits for."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from typing import Any

import httpx
import pytest

from tests.fakes_web import COST, LENGTH, Switch, Web, serving
from web import accept, sse

EVENTS = {"Accept": "text/event-stream"}


def events_of(text: str) -> list[tuple[str, str, Any]]:
    """Return name, id and data of each event of a stream."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            found.append((fields["event"], fields["id"], json.loads(fields["data"])))
    return found


def problem_of(response: httpx.Response, status: int, kind: str) -> dict[str, Any]:
    """Check that a response is a problem of that kind, and return it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert found["status"] == status
    assert found["kind"] == kind
    assert found["type"] == f"urn:vouch:{kind}"
    assert found["title"]
    assert found["detail"]
    assert "Traceback" not in response.text
    return found


def test_the_answer_has_exactly_the_fields_of_the_contract(web: Web) -> None:
    response = web.client.post("/ask", json={"question": "How much?"})
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert list(answer) == [
        "id", "question", "search_question", "status", "answer", "sentences", "citations", "reason", "passages",
        "model", "timings_ms",
    ]  # fmt: skip
    assert answer["question"] == "How much?"
    assert answer["status"] == "supported"
    assert answer["answer"] == f"The bridge costs $100 million. [1] {LENGTH} [2]"
    assert answer["sentences"][0] == {
        "text": "The bridge costs $100 million.",
        "citations": [1],
        "support": 0.97,
    }
    first = answer["citations"][0]
    assert list(first)[:8] == ["id", "document", "title", "revision", "start", "end", "quote", "url"]
    assert list(first)[8:] == ["also", "page", "date", "answer_start", "answer_end"]
    assert first["quote"] == COST
    passage = dict(answer["passages"][0])
    assert len(passage.pop("revision")) == len(first["revision"])
    assert passage == {"document": "bridge.txt", "start": 0, "end": 120, "score": 0.8, "cited": True}
    assert answer["timings_ms"] == {"retrieve": 1, "rerank": 2, "first_sentence": 3, "total": 4}


def test_quotes_are_the_characters_of_the_document_that_the_api_shows(web: Web) -> None:
    for question in ("How much?", "What do the sources say?", "Is anyone angry?"):
        for citation in web.client.post("/ask", json={"question": question}).json()["citations"]:
            shown = web.client.get(citation["url"]).json()
            assert shown["text"][citation["start"] : citation["end"]] == citation["quote"]
            assert shown["revision"] == citation["revision"]


def test_get_and_post_give_the_same_answer(web: Web) -> None:
    posted = web.client.post("/ask", json={"question": "How much?"}).json()
    assert web.client.get("/ask", params={"q": "How much?"}).json() == posted


def test_not_found_is_an_answer_and_not_an_error(web: Web) -> None:
    response = web.client.get("/ask", params={"q": "What is the population?"})
    assert response.status_code == 200
    answer = response.json()
    assert answer["status"] == "not_found"
    assert answer["citations"] == []
    assert answer["answer"] == "The documents do not say."
    assert answer["reason"] == "The bridge is described; a population is not."


def test_history_documents_and_model_reach_the_engine(web: Web) -> None:
    body = {
        "question": "And how long?",
        "history": [{"question": "How much?", "answer": "$100 million."}],
        "documents": ["news/rival 1.txt"],
        "model": "none",
    }
    answer = web.client.post("/ask", json=body).json()
    assert answer["search_question"] == "And how long? (about How much?)"
    asked = web.engine.asked[-1]
    assert [(turn.question, turn.answer) for turn in asked.history] == [("How much?", "$100 million.")]
    assert asked.documents == ("news/rival 1.txt",)
    assert asked.model == "none"


def test_events_come_in_order_with_ids_and_end_with_the_same_answer(web: Web) -> None:
    whole = web.client.post("/ask", json={"question": "How much?"}).json()
    response = web.client.post("/ask", json={"question": "How much?"}, headers=EVENTS)
    assert response.headers["content-type"].startswith("text/event-stream")
    events = events_of(response.text)
    assert [name for name, _, _ in events] == [
        "status", "status", "passages", "status", "sentence", "sentence", "done",
    ]  # fmt: skip
    assert [number for _, number, _ in events] == [str(n) for n in range(1, 8)]
    assert [data["stage"] for name, _, data in events if name == "status"] == ["searching", "reading", "writing"]
    assert events[1][2]["passages"] == 2
    assert events[2][2] == {"search_question": "How much?", "passages": whole["passages"]}
    assert events[-1][2] == whole
    sentences = [data for name, _, data in events if name == "sentence"]
    assert [each["text"] for each in sentences] == [each["text"] for each in whole["sentences"]]
    assert [each["new_citations"] for each in sentences] == [[citation] for citation in whole["citations"]]


def test_a_sentence_is_sent_before_the_answer_is_done(web: Web) -> None:
    web.engine.step_seconds = 0.3
    with web.client.stream("GET", "/ask", params={"q": "How much?"}, headers=EVENTS) as response:
        seen = {}
        for line in response.iter_lines():
            seen.setdefault(line.removeprefix("event: "), time.perf_counter())
    assert seen["done"] - seen["sentence"] > 0.25


def test_heartbeats_fill_the_silence(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT_SECONDS", 0.05)
    web.engine.step_seconds = 0.3
    text = web.client.get("/ask", params={"q": "How much?"}, headers=EVENTS).text
    assert text.count(": ping\n\n") >= 3
    assert events_of(text)[-1][0] == "done"


@pytest.mark.parametrize("headers", [EVENTS, {"Accept": "application/json"}])
def test_a_client_that_leaves_frees_the_place_within_200_ms(web: Web, headers: dict[str, str]) -> None:
    def ask() -> None:
        with httpx.Client(timeout=0.3) as client, pytest.raises(httpx.ReadTimeout):
            client.post(f"{web.url}/ask", json={"question": "forever"}, headers=headers)

    asking = threading.Thread(target=ask)
    asking.start()
    while not web.engine.asked:
        time.sleep(0.005)
    problem_of(web.client.get("/ask", params={"q": "How much?"}), 503, "busy")
    asking.join()
    left = time.perf_counter()
    assert web.engine.place.acquire(timeout=2)
    assert time.perf_counter() - left < 0.2
    web.engine.place.release()
    assert web.client.get("/ask", params={"q": "How much?"}).status_code == 200


def test_who_hangs_up_before_anything_was_said_is_no_error(web: Web, server: tuple[Switch, int]) -> None:
    web.engine.step_seconds = 0.3
    inbox = [{"type": "http.request", "body": b""}, {"type": "http.disconnect"}]
    sent: list[Any] = []

    async def receive() -> Any:
        return inbox.pop(0) if len(inbox) > 1 else inbox[0]

    async def send(message: Any) -> None:
        sent.append(message)

    headers = [(b"host", f"127.0.0.1:{web.settings.port}".encode())]
    scope = {
        **{"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http", "headers": headers},
        **{"method": "GET", "path": "/ask", "raw_path": b"/ask", "query_string": b"q=How+much%3F", "root_path": ""},
    }
    asyncio.run(server[0].app(scope, receive, send))
    assert [message["status"] for message in sent if "status" in message] == [499]
    assert web.engine.place.acquire(timeout=2)


def test_a_full_queue_says_when_to_come_back(web: Web) -> None:
    web.engine.place.acquire()
    for headers in ({}, EVENTS):
        response = web.client.get("/ask", params={"q": "How much?"}, headers=headers)
        problem_of(response, 503, "busy")
        assert response.headers["retry-after"] == "3"


def test_the_limit_on_questions_is_named(web: Web) -> None:
    found = problem_of(web.client.post("/ask", json={"question": "x" * 2001}), 422, "bad-question")
    assert found["detail"] == "the question has 2001 characters; the limit is 2000"
    assert web.client.post("/ask", json={"question": "é" * 2000}).status_code == 200


BAD_BODIES = [
    ({"json": {"question": " "}}, 422, "bad-question"),
    ({"json": {}}, 422, "invalid-request"),
    ({"json": {"question": None}}, 422, "invalid-request"),
    ({"json": {"question": ["a"]}}, 422, "invalid-request"),
    ({"json": {"question": "a", "history": [{"question": "b"}]}}, 422, "invalid-request"),
    ({"json": {"question": "a", "documents": []}}, 422, "invalid-request"),
    ({"json": {"question": "a", "modle": "b"}}, 422, "invalid-request"),
    ({"json": ["a"]}, 422, "invalid-request"),
    ({"content": b'{"question": "\\ud800"}', "headers": {"Content-Type": "application/json"}}, 422, "invalid-request"),
    ({"content": b"{", "headers": {"Content-Type": "application/json"}}, 422, "invalid-request"),
    ({"content": b"\xff\xfe", "headers": {"Content-Type": "application/json"}}, 422, "invalid-request"),
    ({"content": b'{"question": "a"}', "headers": {"Content-Type": "text/plain"}}, 415, "unsupported-media-type"),
    ({"content": b'{"question": "a"}'}, 415, "unsupported-media-type"),
    ({"data": {"question": "a"}}, 415, "unsupported-media-type"),
    ({"json": {"question": "a", "documents": ["nowhere.txt"]}}, 404, "unknown-document"),
    ({"json": {"question": "a", "model": "huge"}}, 404, "unknown-model"),
    ({"json": {"question": "bug"}}, 500, "internal-server-error"),
]


@pytest.mark.parametrize(("body", "status", "kind"), BAD_BODIES)
def test_bad_questions_are_problems(web: Web, body: dict[str, Any], status: int, kind: str) -> None:
    found = problem_of(web.client.post("/ask", **body), status, kind)
    assert "secret" not in json.dumps(found)


def test_a_field_that_cannot_be_used_is_named(web: Web) -> None:
    found = problem_of(web.client.post("/ask", json={"question": 5, "modle": "b"}), 422, "invalid-request")
    assert [each["field"] for each in found["errors"]] == ["question", "modle"]
    assert "question" in found["detail"]


def test_a_question_in_the_address_is_needed(web: Web) -> None:
    found = problem_of(web.client.get("/ask"), 422, "invalid-request")
    assert found["errors"][0]["field"] == "q"


def test_errors_after_the_first_event_come_as_an_error_event(web: Web) -> None:
    events = events_of(web.client.get("/ask", params={"q": "break"}, headers=EVENTS).text)
    name, number, data = events[-1]
    assert name == "error"
    assert number == str(len(events))
    assert data["status"] == 500
    assert "secret" not in json.dumps(data)
    assert web.engine.place.acquire(timeout=1)


def test_no_index_says_which_command_makes_one(server: tuple[Switch, int]) -> None:
    with serving(server, documents=[]) as web:
        found = problem_of(web.client.get("/ask", params={"q": "How much?"}), 409, "no-index")
        assert "vouch index PATH" in found["detail"]


def test_unknown_routes_and_methods_are_problems(web: Web) -> None:
    problem_of(web.client.get("/nowhere"), 404, "not-found")
    problem_of(web.client.get("/static/nowhere.js"), 404, "not-found")
    response = web.client.put("/ask", json={})
    problem_of(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET, POST"
    assert web.client.post("/documents/bridge.txt").headers["allow"] == "DELETE, GET"


def test_health_and_meters(web: Web) -> None:
    assert web.client.get("/healthz").json() == {"status": "ok"}
    assert web.client.get("/readyz").json() == {"status": "ready"}
    web.engine.trouble = ["the weights are missing; run 'vouch doctor'"]
    found = problem_of(web.client.get("/readyz"), 503, "not-ready")
    assert found["problems"] == web.engine.trouble
    web.client.get("/ask", params={"q": "How much?"})
    web.client.get("/ask", params={"q": "What is the population?"})
    web.client.get("/ask", params={"q": ""})
    text = web.client.get("/metrics").text
    assert 'vouch_answers_total{status="supported"} 1.0' in text
    assert 'vouch_answers_total{status="not_found"} 1.0' in text
    assert 'vouch_question_errors_total{kind="bad-question"} 1.0' in text
    assert "vouch_questions_running 0.0" in text
    assert "vouch_answer_seconds_count 2.0" in text


def test_the_reference_names_every_route_and_every_error(web: Web) -> None:
    api = web.client.get("/openapi.json").json()
    assert {"/ask", "/documents", "/documents/{document}", "/healthz", "/readyz", "/metrics"} <= set(api["paths"])
    assert "HTTPValidationError" not in api["components"]["schemas"]
    answer = api["components"]["schemas"]["Answer"]
    assert "passages" in answer["required"]
    for path, methods in api["paths"].items():
        kind = "application/json" if path.startswith("/v1/") else "application/problem+json"
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if status == "default" or int(status) >= 400:
                    assert list(response["content"]) == [kind]
    page = web.client.get("/docs").text
    assert "POST /ask" in page
    assert "<script" in page
    assert "//cdn" not in page


@pytest.mark.parametrize(
    ("header", "offers", "wanted"),
    [
        ("", ("a/b", "c/d"), "a/b"),
        ("*/*", ("a/b", "c/d"), "a/b"),
        ("c/d", ("a/b", "c/d"), "c/d"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", ("application/json", "text/html"), "text/html"),
        ("text/html;q=0.2, application/json;q=0.9", ("text/html", "application/json"), "application/json"),
        ("text/*, */*;q=0.1", ("application/json", "text/html"), "text/html"),
        ("image/png", ("a/b", "c/d"), "a/b"),
        ("c/d;q=nonsense, a/b;q=0.1", ("c/d", "a/b"), "a/b"),
    ],
)
def test_the_preferred_form(header: str, offers: tuple[str, ...], wanted: str) -> None:
    from starlette.requests import Request

    request = Request({"type": "http", "headers": [(b"accept", header.encode())]})
    assert accept.preferred(request, *offers) == wanted
