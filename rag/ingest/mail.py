"""EML: who wrote to whom and when, what they wrote, and what was attached to it, as far as that is a document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import PurePath
from typing import Any, cast

from rag.errors import Refused
from rag.ingest import dates, formats
from rag.ingest.bounds import check_length
from rag.ingest.clean import clean
from rag.ingest.decode import decode
from rag.records import Parsed

_HEADERS = ("From", "To", "Cc", "Date", "Subject")
_DEEPEST = 3
_MOST_PARTS = 200
_LONGEST_HEADER = 2000
_BREAK = "\n\n"
# In "format=flowed" a line that ends in a space goes on in the next.
_FLOWED = re.compile(r"(?<=[^\s-]) \n(?=[^\s>])")


def parse(data: bytes, name: str) -> Parsed:
    """Return the message with its head and its attachments; Subject is the title, Date the date."""
    message = BytesParser(policy=default).parsebytes(data)
    if not any(message.get(header) for header in _HEADERS):
        raise Refused("it is no message: none of the lines From, To, Subject or Date is at its head")
    blocks: list[str] = []
    length = 0
    for block in _message(message, [0], 0):
        blocks.append(block)
        length += len(block)
        check_length(length)
    text = clean(_BREAK.join(blocks)).strip()
    return Parsed(text, _header(message, "Subject") or name, "message/rfc822", _date(message))


def _message(message: EmailMessage, count: list[int], depth: int) -> Iterator[str]:
    """Yield the head of a message, its body and what is attached; ``count`` counts parts across nested messages."""
    for header in _HEADERS:
        value = _header(message, header)
        if value:
            yield f"{header}: {value}"
    body = _body(message)
    if body is not None:
        yield from _read(body, _text_name(body), depth)
    for part in _others(message, body):
        count[0] += 1
        if count[0] > _MOST_PARTS:
            raise Refused(f"it has more than {_MOST_PARTS} parts: save the attachments and index those")
        yield from _attached(part, count, depth)


def _attached(part: EmailMessage, count: list[int], depth: int) -> Iterator[str]:
    name = clean(part.get_filename() or "").strip()
    if part.get_content_type() == "message/rfc822":
        inner = part.get_payload()
        if isinstance(inner, list) and inner and depth < _DEEPEST:
            yield "Attached message"
            yield from _message(cast("EmailMessage", inner[0]), count, depth + 1)
        return
    if name:
        yield f"Attachment: {name}"
    elif part.get_content_disposition() == "attachment" or part.get_content_maintype() != "text":
        return
    is_mail = PurePath(name).suffix.lower() == ".eml"
    if formats.is_supported(name or _text_name(part)) and not (is_mail and depth >= _DEEPEST):
        yield from _read(part, name or _text_name(part), depth)


def _read(part: EmailMessage, name: str, depth: int) -> Iterator[str]:
    """Yield the text of one part; nothing where its parser refuses it, as it is named already."""
    try:
        data = _bytes(part)
        if part.get_content_maintype() == "text" and part.get_content_charset():
            data = _decoded(part, data).encode()
        if PurePath(name).suffix.lower() == ".eml":
            yield from _message(BytesParser(policy=default).parsebytes(data), [0], depth + 1)
        elif part.get_content_type() == "text/plain" and part.get_content_disposition() != "attachment":
            text = _decoded(part, data)
            yield _FLOWED.sub(" ", text) if part.get_param("format") == "flowed" else text
        else:
            yield formats.parser_for(name)(data, name).text
    except Refused:
        return


def _decoded(part: EmailMessage, data: bytes) -> str:
    try:
        return clean(data.decode(str(part.get_content_charset("utf-8"))))
    except (LookupError, ValueError):
        return decode(data)


def _bytes(part: EmailMessage) -> bytes:
    data: Any = part.get_payload(decode=True)
    return data if isinstance(data, bytes) else b""


def _body(message: EmailMessage) -> EmailMessage | None:
    try:
        return cast("EmailMessage | None", message.get_body(("plain", "html")))
    except (AttributeError, KeyError, ValueError):
        return None


def _others(message: EmailMessage, body: EmailMessage | None) -> Iterator[EmailMessage]:
    """Yield the parts beside the body, without the same text in another form."""
    waiting: list[EmailMessage] = [message]
    while waiting:
        part = waiting.pop(0)
        if part is body:
            continue
        if part.get_content_type() == "multipart/alternative" and body is not None:
            waiting += [each for each in _children(part) if each.get_content_maintype() not in ("text", "multipart")]
        elif part.get_content_maintype() == "multipart":
            waiting += _children(part)
        elif part is not message:
            yield part


def _children(part: EmailMessage) -> list[EmailMessage]:
    payload = part.get_payload()
    return [cast("EmailMessage", each) for each in payload] if isinstance(payload, list) else []


def _text_name(part: EmailMessage) -> str:
    return "body.html" if part.get_content_type() == "text/html" else "body.txt"


def _header(message: EmailMessage, name: str) -> str:
    try:
        value = str(message.get(name) or "")
    except (ValueError, IndexError, KeyError, AttributeError, TypeError):  # headers that the email package chokes on
        return ""
    return " ".join(clean(value).split())[:_LONGEST_HEADER]


def _date(message: EmailMessage) -> str | None:
    from email.utils import parsedate_to_datetime

    try:
        sent = parsedate_to_datetime(_header(message, "Date"))
    except (ValueError, TypeError, OverflowError):
        return None
    return dates.iso_day(sent.year, sent.month, sent.day)
