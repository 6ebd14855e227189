"""Small files of each format, written by code: a PDF byte by byte, a DOCX by python-docx. Not a test module."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from docx import Document

# Widths of Helvetica's characters 32 to 126 in thousandths of the font size (Adobe's metrics, a fact of the font).
_WIDTHS = (
    "278 278 355 556 556 889 667 191 333 333 389 584 278 333 278 278 556 556 556 556 556 556 556 556 556 556 278 278 "
    "584 584 584 556 1015 667 667 722 722 667 611 778 722 278 500 667 556 833 722 778 667 778 722 667 611 722 667 944 "
    "667 667 611 278 278 278 469 556 333 556 556 500 556 556 278 556 556 222 222 500 222 833 556 556 556 556 333 500 "
    "278 556 500 722 500 500 500 334 260 334 584"
)
_WIDTH = {chr(32 + number): int(width) for number, width in enumerate(_WIDTHS.split())}


@dataclass(frozen=True)
class Line:
    """A line of a PDF page: its text, where it begins (points from the lower left), its font size."""

    text: str
    x: float = 72
    y: float = 700
    size: float = 11


def width(text: str, size: float = 11) -> float:
    """Return how wide a line is in points."""
    return sum(_WIDTH.get(character, 556) for character in text) * size / 1000


def wrap(text: str, points: float = 451, size: float = 11) -> list[str]:
    """Break a paragraph into lines as a word processor does."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and width(longer, size) > points:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def column(paragraphs: Sequence[str], x: float = 72, top: float = 720, points: float = 451) -> list[Line]:
    """Return the lines of paragraphs set below each other, with half a line between them."""
    lines, y = [], top
    for paragraph in paragraphs:
        for text in wrap(paragraph, points):
            lines.append(Line(text, x, y))
            y -= 13
        y -= 7
    return lines


def pdf(
    pages: Sequence[Sequence[Line] | bytes], info: Mapping[str, str] | None = None, to_unicode: bytes = b""
) -> bytes:
    """Return a PDF; a page is its lines, or a content stream as it stands. ``to_unicode`` is a CMap for the font."""
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding %s>>"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", font % (b"/ToUnicode 4 0 R " if to_unicode else b"")]
    objects.append(_stream(to_unicode))
    kids = []
    for page in pages:
        objects.append(_stream(page if isinstance(page, bytes) else _content(page)))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % len(objects)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    said = b" ".join(
        b"/%s <feff%s>" % (k.encode(), v.encode("utf-16-be").hex().encode()) for k, v in (info or {}).items()
    )
    objects.append(b"<< %s >>" % said)
    return assemble(objects, b"/Info %d 0 R" % len(objects))


def assemble(objects: Sequence[bytes], trailer: bytes = b"") -> bytes:
    """Number the objects, object 1 being the catalog, and write the table and the trailer behind them."""
    out, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(out) + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        trailer,
        table,
    )


def _stream(data: bytes) -> bytes:
    return b"<< /Length %d >>\nstream\n%s\nendstream" % (len(data), data)


def _content(lines: Sequence[Line]) -> bytes:
    shown = []
    for line in lines:
        text = line.text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        shown.append(b"BT /F1 %g Tf %g %g Td (%s) Tj ET" % (line.size, line.x, line.y, text))
    return b"\n".join(shown)


def docx(build: Callable[[Any], object] | None = None, **properties: object) -> bytes:
    """Return a DOCX; ``build`` is called with the empty document, ``properties`` are set in its core properties."""
    document = Document()
    for name, value in properties.items():
        setattr(document.core_properties, name, value)
    if build is not None:
        build(document)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def archive(members: Mapping[str, bytes]) -> bytes:
    """Return a ZIP with these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(name, data)
    return file.getvalue()


def table(document: Any) -> None:
    """Fill a document with a heading and a table: for ``docx``."""
    document.add_heading("Prices", 1)
    rows = [("Fruit", "Price", "Country"), ("Apples", "169", "North Korea"), ("Pears", "1,250.50", "")]
    made = document.add_table(len(rows), 3)
    for number, row in enumerate(rows):
        for place, text in enumerate(row):
            made.cell(number, place).text = text


def page(paragraphs: Sequence[str]) -> bytes:
    """Return an HTML page with a menu, these paragraphs and a table."""
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return (
        '<!doctype html><html><head><meta charset="utf-8"><title>On bridges</title></head><body>'
        f'<nav><a href="/">Home</a></nav><article><h1>On bridges</h1>{body}'
        "<table><tr><th>Year</th><th>Tons</th></tr><tr><td>2024</td><td>22,000</td></tr></table></article></body></html>"
    ).encode()


def mail(subject: str, body: str, attachments: Sequence[tuple[str, bytes]] = (), **headers: str) -> bytes:
    """Return a message as a mail program saves it."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "Ann Lee <ann@example.org>", "bob@example.org"
    message["Date"] = "Mon, 03 Jun 2019 10:00:00 +0200"
    for name, value in headers.items():
        message[name] = value
    message.set_content(body)
    for name, data in attachments:
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return bytes(message)
