"""Which of the forms on offer does the client prefer? Reads the Accept header, nothing else."""

from __future__ import annotations

from starlette.requests import HTTPConnection

JSON = "application/json"
HTML = "text/html"
EVENTS = "text/event-stream"


def preferred(request: HTTPConnection, *offers: str) -> str:
    """Return the offer with the highest quality; the first one on a tie and where none is acceptable.

    An exact type outranks a wildcard of the same quality, so that a browser's ``text/html,*/*`` asks for a page.
    """
    header = request.headers.get("accept", "")
    wanted = [_parse(part) for part in header.split(",") if part.strip()]
    if not wanted:
        return offers[0]

    def rank(offer: str) -> tuple[float, int]:
        return max(((q, exact) for name, q in wanted if (exact := _matches(name, offer))), default=(0.0, 0))

    return max(offers, key=rank)


def _parse(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return name, min(1.0, max(0.0, float(parameter[2:])))
            except ValueError:
                return name, 0.0
    return name, 1.0


def _matches(name: str, offer: str) -> int:
    """Return 3 for the exact type, 2 for ``type/*``, 1 for ``*/*``, 0 for no match."""
    if name == offer:
        return 3
    if name == offer.split("/")[0] + "/*":
        return 2
    return int(name == "*/*")
