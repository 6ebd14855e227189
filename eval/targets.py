"""The systems that can be asked: Vouch in this process, or anything that speaks ``/ask`` over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import httpx

from eval.errors import AskFailed

# Seconds. Far above any answer on two cores (about one second), below what a person would wait for.
TIMEOUT = 60.0
_TOLD = 200  # characters of an error that are kept

History = Sequence[tuple[str, str]]


class Target(Protocol):
    """Answers one question at a time with an ``/ask`` object; ``describe`` says what decides its answers."""

    def describe(self) -> dict[str, Any]:
        """Return name, model and settings; equal descriptions promise equal answers."""
        ...

    def ask(self, question: str, history: History) -> dict[str, Any]:
        """Return the answer after the earlier (question, answer) turns.

        Raises:
            AskFailed: there is no answer; the case counts as failed.
        """
        ...


class HttpTarget:
    """A server with ``POST /ask``, at any address."""

    def __init__(self, url: str, model: str | None = None, transport: httpx.BaseTransport | None = None) -> None:
        self._url = url
        self._model = model
        self._transport = transport

    def describe(self) -> dict[str, Any]:
        """Name the address and the model that is asked for; a server's own settings cannot be seen from here."""
        return {"target": self._url, "model": self._model or "as served"}

    def ask(self, question: str, history: History) -> dict[str, Any]:
        """Return the object that the server answered.

        Raises:
            AskFailed: a time-out, no connection, a status other than 200, or something that is no JSON
            object.
        """
        body: dict[str, Any] = {"question": question}
        if history:
            body["history"] = [{"question": asked, "answer": answer} for asked, answer in history]
        if self._model:
            body["model"] = self._model
        return post(self._url, body, self._transport)


def post(url: str, body: dict[str, Any], transport: httpx.BaseTransport | None = None) -> dict[str, Any]:
    """Send JSON and return the JSON object that comes back.

    Raises:
        AskFailed: a time-out, no connection, a status other than 200, or something that is no JSON object.
    """
    try:
        with httpx.Client(timeout=TIMEOUT, transport=transport) as client:
            response = client.post(url, json=body, headers={"Accept": "application/json"})
    except httpx.TimeoutException:
        raise AskFailed(f"timed out after {TIMEOUT:.0f} s") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise AskFailed(f"no answer: {error}") from None
    if response.status_code != httpx.codes.OK:
        raise AskFailed(f"status {response.status_code}: {response.text[:_TOLD]}")
    try:
        found = response.json()
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise AskFailed("unreadable answer: not a JSON object")
    return found
