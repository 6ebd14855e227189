"""Any service that speaks the OpenAI chat dialect, asked like a system under test.

Without citations in it, such an answer is judged by its text; a refusal is told by the sentence that the service was
asked to refuse with, never guessed from its wording. Vouch's own service adds its citations as ``annotations``; to
measure those, ask its ``/ask``.
"""

from __future__ import annotations

from typing import Any

import httpx

from eval.asking import TIMEOUT, post
from eval.errors import AskFailed
from eval.targets import History, bearer

REFUSAL = "The documents do not say."
_INSTRUCTION = f"Answer from the documents you have. If they do not hold the answer, say exactly: {REFUSAL}"


class OpenAiTarget:
    """A service at an address that ends in ``/v1``, and one of its models."""

    def __init__(
        self,
        url: str,
        model: str,
        *,
        token: str = "",
        timeout: float = TIMEOUT,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._url = url.rstrip("/") + "/chat/completions"
        self._model = model
        self._headers = bearer(token)
        self._timeout = timeout
        self._transport = transport

    def describe(self) -> dict[str, Any]:
        """Name the address and the model; what stands behind them cannot be seen from here."""
        return {"target": self._url, "model": self._model, "timeout": self._timeout}

    def ask(self, question: str, history: History) -> dict[str, Any]:
        """Return the reply as an ``/ask`` object without citations.

        Raises:
            AskFailed: no answer, or one without a message.
        """
        messages = [{"role": "system", "content": _INSTRUCTION}]
        for asked, answer in history:
            messages += [{"role": "user", "content": asked}, {"role": "assistant", "content": answer}]
        messages.append({"role": "user", "content": question})
        body = {"model": self._model, "messages": messages, "temperature": 0}
        found = post(self._url, body, headers=self._headers, timeout=self._timeout, transport=self._transport)
        try:
            text = found["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError):
            text = None
        if not isinstance(text, str):
            raise AskFailed("unreadable answer: no message in it")
        status = "not_found" if text.strip().startswith(REFUSAL) else "supported"
        return {"status": status, "answer": text}
