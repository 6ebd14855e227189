"""One JSON request and its JSON answer, within a bound of time and size, whatever the server does."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from eval.errors import AskFailed

# Seconds. Far above any answer on two cores (about one second), below what a person would wait for.
TIMEOUT = 60.0
# A whole answer with its passages has some ten thousand characters; a server that sends this much is out of order.
_MOST_BYTES = 16 << 20
_TOLD = 200  # characters of an error that are kept


def post(
    url: str,
    body: Mapping[str, Any],
    *,
    headers: Mapping[str, str] | None = None,
    timeout: float = TIMEOUT,
    transport: httpx.BaseTransport | None = None,
) -> dict[str, Any]:
    """Send JSON and return the JSON object that comes back.

    A busy server (503 or 429) that says when to come back is asked again then. ``timeout`` bounds all of it, the
    waiting too: a server that sends a byte a minute never lets a read time out.

    Raises:
        AskFailed: a time-out, no connection, a status other than 200, or something that is no JSON object.
    """
    deadline = time.monotonic() + timeout
    try:
        while True:
            with httpx.Client(timeout=timeout, transport=transport) as client:
                status, again, data = _exchange(client, url, body, headers or {}, deadline)
            if again is None:
                return _object(status, data)
            if time.monotonic() + again >= deadline:
                raise AskFailed(f"status {status}: busy for longer than {timeout:g} s")
            time.sleep(again)
    except httpx.TimeoutException:
        raise AskFailed(f"timed out after {timeout:g} s") from None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise AskFailed(f"no answer: {str(error) or type(error).__name__}") from None


def _exchange(
    client: httpx.Client, url: str, body: Mapping[str, Any], headers: Mapping[str, str], deadline: float
) -> tuple[int, float | None, bytes]:
    """Return the status, the seconds after which to ask again (None: do not), and the body."""
    data = bytearray()
    accepting = {"Accept": "application/json", **headers}
    with client.stream("POST", url, json=body, headers=accepting) as response:
        for piece in response.iter_bytes():
            data += piece
            if time.monotonic() > deadline:
                raise httpx.ReadTimeout("the answer came too slowly")
            if len(data) > _MOST_BYTES:
                raise AskFailed(f"unreadable answer: more than {_MOST_BYTES >> 20} MiB")
        busy = response.status_code in {httpx.codes.SERVICE_UNAVAILABLE, httpx.codes.TOO_MANY_REQUESTS}
        return response.status_code, _again(response.headers) if busy else None, bytes(data)


def _again(headers: httpx.Headers) -> float | None:
    """Return the seconds that ``Retry-After`` asks for, as a number or as a date; None where it says nothing usable."""
    told = headers.get("Retry-After", "").strip()
    if told.isascii() and told.isdigit():
        return float(told)
    try:
        date = parsedate_to_datetime(told)
    except ValueError:
        return None
    return max(0.0, (date.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _object(status: int, data: bytes) -> dict[str, Any]:
    if status != httpx.codes.OK:
        raise AskFailed(f"status {status}: {data[:_TOLD].decode(errors='replace')}")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise AskFailed("unreadable answer: not a JSON object")
    return found
