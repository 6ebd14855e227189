"""Thumbs up and down: kept on the disk before they are confirmed, the last one counting, without the answer in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from eval.feedback import Vote
from tests.fakes_web import Switch, Web, serving
from web import votes


@pytest.fixture
def voting(server: tuple[Switch, int], tmp_path: Path) -> Iterator[Web]:
    with serving(server, home=tmp_path / "home") as running:
        running.client.post("/chat", data={"question": "How much is the bridge?"})
        yield running


def kept(web: Web) -> list[dict[str, Any]]:
    path = web.settings.home / votes.FILE_NAME
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.exists() else []


ADDRESS = "/conversations/c1/turns/1/feedback"


def test_a_vote_is_kept_and_names_the_answer_without_its_text(voting: Web) -> None:
    body = {"verdict": "down", "reason": "wrong", "note": "It is 120 million."}
    response = voting.client.post(ADDRESS, json=body)
    assert response.status_code == 201
    assert response.json() == body
    (line,) = kept(voting)
    assert Vote.model_validate(line).note == "It is 120 million."  # the evaluation reads what the page writes
    assert line.pop("time")
    assert line == {"conversation": "c1", "number": 1, "answer": "a1", **body}


def test_the_last_vote_counts_and_the_page_shows_it(voting: Web) -> None:
    assert 'aria-pressed="false"' in voting.client.get("/chat/c1").text
    voting.client.post(ADDRESS, json={"verdict": "down", "reason": "other"})
    assert "Kept as not right." in voting.client.get("/chat/c1").text
    voting.client.post(ADDRESS, json={"verdict": "up"})
    page = voting.client.get("/chat/c1").text
    assert 'aria-pressed="true"' in page
    assert "Kept as right." in page
    assert len(kept(voting)) == 2


def test_a_form_votes_without_script_and_leads_back(voting: Web) -> None:
    response = voting.client.post("/chat/c1/turns/1/feedback", data={"verdict": "down", "reason": "incomplete"})
    assert response.status_code == 303
    assert response.headers["location"] == "/chat/c1#turn-1"
    assert [(line["verdict"], line["reason"]) for line in kept(voting)] == [("down", "incomplete")]
    assert voting.client.post("/chat/c1/turns/1/feedback", data={"verdict": "sideways"}).status_code == 422


@pytest.mark.parametrize(
    ("address", "body", "status", "kind"),
    [
        ("/conversations/none/turns/1/feedback", {"verdict": "up"}, 404, "unknown-conversation"),
        ("/conversations/c1/turns/2/feedback", {"verdict": "up"}, 404, "unknown-turn"),
        ("/conversations/c1/turns/0/feedback", {"verdict": "up"}, 422, None),
        (ADDRESS, {"verdict": "perhaps"}, 422, None),
        (ADDRESS, {"verdict": "down", "reason": "I say so"}, 422, None),
        (ADDRESS, {"verdict": "down", "note": "x" * 501}, 422, None),
        (ADDRESS, {"verdict": "up", "more": 1}, 422, None),
    ],
)
def test_a_vote_that_cannot_be_is_refused(voting: Web, address: str, body: Any, status: int, kind: str | None) -> None:
    response = voting.client.post(address, json=body)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert kind is None or response.json()["kind"] == kind
    assert kept(voting) == []


def test_the_route_is_described_and_takes_json_alone(voting: Web) -> None:
    described = voting.client.get("/openapi.json").json()["paths"]
    assert "post" in described["/conversations/{conversation}/turns/{number}/feedback"]
    assert voting.client.post(ADDRESS, data={"verdict": "up"}).status_code == 415


@pytest.mark.parametrize("way", ["api", "page"])
def test_who_deletes_a_conversation_leaves_no_vote_on_it(voting: Web, way: str) -> None:
    voting.client.post("/chat", data={"question": "And the other?"})
    for name in ("c1", "c2"):
        voting.client.post(f"/conversations/{name}/turns/1/feedback", json={"verdict": "down", "note": name})
    if way == "api":
        voting.client.delete("/conversations/c1")
    else:
        voting.client.post("/chat/c1/delete")
    assert [line["note"] for line in kept(voting)] == ["c2"]


def test_a_line_that_was_cut_off_harms_no_other(voting: Web) -> None:
    voting.client.post(ADDRESS, json={"verdict": "up"})
    path = voting.settings.home / votes.FILE_NAME
    path.write_bytes(path.read_bytes() + b'{"conversation": "c1", "num')
    voting.client.post(ADDRESS, json={"verdict": "down"})
    assert [json.loads(line)["verdict"] for line in path.read_bytes().split(b"\n")[::2] if line] == ["up", "down"]
    assert votes.verdicts(voting.settings.home, "c1") == {(1, "a1"): "down"}


def test_a_vote_that_cannot_be_written_says_so(voting: Web) -> None:
    voting.settings.home.write_text("in the way", encoding="utf-8")
    response = voting.client.post(ADDRESS, json={"verdict": "up"})
    assert response.status_code == 500
    assert response.json()["kind"] == "bad-store"
