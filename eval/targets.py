"""The systems that can be asked: Vouch in this process, or anything that speaks ``/ask`` over HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import httpx

from eval.asking import TIMEOUT, post

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
    """A server with ``POST /ask``, at any address. ``token`` is sent as a bearer, and is never written down."""

    def __init__(
        self,
        url: str,
        model: str | None = None,
        *,
        token: str = "",
        timeout: float = TIMEOUT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = url
        self._model = model
        self._headers = bearer(token)
        self._timeout = timeout
        self._transport = transport

    def describe(self) -> dict[str, Any]:
        """Name the address and the model that is asked for; a server's own settings cannot be seen from here."""
        return {"target": self._url, "model": self._model or "as served", "timeout": self._timeout}

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
        return post(self._url, body, headers=self._headers, timeout=self._timeout, transport=self._transport)


def bearer(token: str) -> dict[str, str]:
    """Return the header that carries a token; none without one."""
    return {"Authorization": f"Bearer {token}"} if token else {}
