"""The OpenAI dialect: its shape over plain HTTP, and its use with the real client where that is installed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes_web import COST, LENGTH, Web

TEXT = f"The bridge costs $100 million. [1] {LENGTH} [2]"


@pytest.fixture
def client(web: Web) -> Iterator[Any]:
    openai = pytest.importorskip("openai", reason="needs pip package openai")
    with openai.OpenAI(base_url=f"{web.url}/v1", api_key="none", max_retries=0) as running:
        yield running


def messages(*texts: str) -> list[dict[str, str]]:
    """Return texts as messages that the user and the assistant sent in turn."""
    return [{"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(texts)]


def check(annotations: list[dict[str, Any]], content: str, url: str) -> None:
    """Check that the annotations point at the numbers of their quotes."""
    assert [each["url_citation"]["quote"] for each in annotations] == [COST, LENGTH]
    for number, each in enumerate(annotations, 1):
        place = each["url_citation"]
        assert content[place["start_index"] : place["end_index"]] == f"[{number}]"
        assert place["url"].startswith(f"{url}/documents/bridge.txt?start=")


def test_a_completion_carries_the_answer_and_its_quotes(web: Web) -> None:
    body = {"model": "vouch", "messages": messages("How much?"), "temperature": 0.7}
    found = web.client.post("/v1/chat/completions", json=body).json()
    assert found["object"] == "chat.completion"
    (choice,) = found["choices"]
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["content"] == TEXT == found["vouch"]["answer"]
    check(choice["message"]["annotations"], TEXT, web.url)


def test_a_stream_carries_sentences_and_ends(web: Web) -> None:
    body = {"model": "none", "messages": messages("How much?"), "stream": True}
    text = web.client.post("/v1/chat/completions", json=body).text
    lines = [line.removeprefix("data: ") for line in text.splitlines() if line]
    assert lines[-1] == "[DONE]"
    deltas = [json.loads(line)["choices"][0]["delta"] for line in lines[:-1]]
    assert [delta.get("content") for delta in deltas] == [TEXT[: TEXT.index(" It")], TEXT[TEXT.index(" It") :], None]
    check([each for delta in deltas for each in delta.get("annotations", [])], TEXT, web.url)
    assert web.engine.asked[-1].model == "none"


def test_earlier_messages_are_the_history(web: Web) -> None:
    told = [{"role": "system", "content": "Be kind."}, *messages("How much?", "$100 million.")]
    last = {"role": "user", "content": [{"type": "text", "text": "And how long?"}]}
    web.client.post("/v1/chat/completions", json={"messages": [*told, last]})
    asked = web.engine.asked[-1]
    assert asked.text == "And how long?"
    assert [(turn.question, turn.answer) for turn in asked.history] == [("How much?", "$100 million.")]


def test_what_follows_the_last_question_does_not_matter(web: Web) -> None:
    body = {"messages": [*messages("How much?", "Much.", "And how long?", "Well,"), {"role": "user", "content": " "}]}
    assert web.client.post("/v1/chat/completions", json=body).status_code == 200
    asked = web.engine.asked[-1]
    assert (asked.text, [turn.question for turn in asked.history]) == ("And how long?", ["How much?"])


def test_the_schema_takes_what_the_route_takes(web: Web) -> None:
    jsonschema = pytest.importorskip("jsonschema_rs", reason="needs pip package jsonschema_rs")
    api = web.client.get("/openapi.json").json()
    check = jsonschema.Draft202012Validator(
        {"components": api["components"], "$ref": "#/components/schemas/Completion"}
    )
    parts = [
        [{"role": "user", "content": [{"type": "text", "text": text} for text in texts]}]
        for texts in ([], [" "], ["", "a"])
    ]
    others = [messages(" "), messages("a"), messages("a", "b"), [{"role": "user"}], [{"role": "tool", "content": "a"}]]
    for told in [*parts, *others]:
        status = web.client.post("/v1/chat/completions", json={"messages": told}).status_code
        assert check.is_valid({"messages": told}) == (status == 200), told


def test_what_is_not_found_is_said_plainly(web: Web) -> None:
    for stream in (False, True):
        body = {"messages": messages("What is the population?"), "stream": stream}
        assert '"The documents do not say."' in web.client.post("/v1/chat/completions", json=body).text


@pytest.mark.parametrize(
    ("body", "status", "code", "param"),
    [
        ({"messages": messages(" ")}, 422, "bad-question", None),
        ({"messages": []}, 422, "invalid-request", "messages"),
        ({"messages": [{"role": "assistant", "content": "b"}]}, 422, "bad-question", None),
        ({"messages": [{"role": "user"}, {"role": "user", "content": []}]}, 422, "bad-question", None),
        ({"messages": messages("a"), "model": "gpt-9"}, 404, "unknown-model", None),
        ({"messages": messages("bug")}, 500, "internal-server-error", None),
    ],
)
def test_errors_have_the_shape_of_the_dialect(
    web: Web, body: dict[str, Any], status: int, code: str, param: str | None
) -> None:
    response = web.client.post("/v1/chat/completions", json=body)
    assert response.status_code == status
    error = response.json()["error"]
    assert error["code"] == code
    assert error["param"] == param
    assert error["type"] == ("server_error" if status >= 500 else "invalid_request_error")
    assert error["message"]


def test_the_guard_speaks_the_dialect_too(web: Web) -> None:
    response = web.client.post("/v1/embeddings", json={"input": "a"}, headers={"Origin": "http://evil.example"})
    assert response.status_code == 403
    assert response.json()["error"]["code"] == "cross-site"
    assert web.client.get("/v1/nothing").json()["error"]["code"] == "not-found"


def test_the_client_completes(web: Web, client: Any) -> None:
    made = client.chat.completions.create(model="vouch", messages=messages("How much?"))
    assert made.choices[0].message.content == TEXT
    check([each.model_dump() for each in made.choices[0].message.annotations], TEXT, web.url)
    with client.chat.completions.create(model="vouch", messages=messages("How much?"), stream=True) as stream:
        assert "".join(chunk.choices[0].delta.content or "" for chunk in stream) == TEXT


def test_the_client_lists_models(client: Any) -> None:
    assert [model.id for model in client.models.list()] == ["vouch", "embedded", "none"]


def test_the_client_embeds(client: Any) -> None:
    made = client.embeddings.create(model="vouch", input=["aaab", "b"])
    assert [row.index for row in made.data] == [0, 1]
    assert made.data[0].embedding == pytest.approx([3 / 10**0.5, 1 / 10**0.5])
    assert made.data[1].embedding == [0.0, 1.0]
    plain = client.embeddings.create(model="vouch", input="aaab", encoding_format="float")
    assert plain.data[0].embedding == pytest.approx(made.data[0].embedding)


def test_the_client_raises_its_own_errors(web: Web, client: Any) -> None:
    import openai

    with pytest.raises(openai.NotFoundError, match="gpt-9"):
        client.chat.completions.create(model="gpt-9", messages=messages("How much?"))
    web.engine.place.acquire()
    with pytest.raises(openai.InternalServerError, match="try again"):
        client.chat.completions.create(model="vouch", messages=messages("How much?"))
    web.engine.place.release()
    with (
        pytest.raises(openai.APIError, match="went wrong"),
        client.chat.completions.create(model="vouch", messages=messages("break"), stream=True) as stream,
    ):
        list(stream)
