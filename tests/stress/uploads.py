"""Hostile uploads over HTTP: names that act, bodies that lie, bombs. No 5xx, nothing outside the data folder, no leak.

python -m tests.stress.uploads --n 10000 --seed 1
"""

from __future__ import annotations

import functools
import io
import random
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import httpx

from tests.stress.common import Tally, arguments, drive, text_of
from tests.stress.served import QUESTION, Served

_SECONDS_EACH = 60.0
_SUFFIXES = (".txt", ".md", ".html", ".pdf", ".docx", ".csv", ".tsv", ".eml", ".exe", ".gz", "")
_NAMES = (
    "../../../etc/cron.d/x{}", "..\\..\\x{}", "/etc/passwd{}", "C:\\windows\\x{}", "\\\\host\\share{}", "x\x00y{}",
    ".{}", "..{}", "-rf{}", "$(touch pwned){}", "`touch pwned`{}", "a;touch pwned;{}", "<script>alert(1)</script>{}",
    "\u202etxt.exe{}", "\u200b{}", "a\r\nX-Bad: 1{}", "con{}", "{}", "%2e%2e%2fx{}", "x/{}", "é" * 300 + "{}",
    "a" * 5000 + "{}", "\ud83d\udca3{}", "vouch.db{}", "upload:x{}", "{{7*7}}{}",
    "' OR 1=1 --{}", "\"q\"{}", "~{}", "nul\t{}",
)  # fmt: skip
_DEEP = 20_000
_BOMB_BYTES = 100 << 20


def plain(rng: random.Random) -> bytes:
    return text_of(f"u{rng.randrange(10**9)}").encode()


def noise(rng: random.Random) -> bytes:
    return rng.randbytes(rng.choice((0, 1, 100, 20_000)))


def html(rng: random.Random) -> bytes:
    inside = b"".join(
        b"<%s %s='%s'>text "
        % (rng.choice((b"div", b"table", b"svg", b"script", b"p")), b"a", rng.randbytes(3).hex().encode())
        for _ in range(50)
    )
    return rng.choice(
        (
            b"<html><body>" + inside,
            b"<div>" * _DEEP + b"x",
            b"<!--" * 999,
            b"&#x110000;" * 99,
            b"<a " + b"a=1 " * 50_000,
        )
    )


def marked(rng: random.Random) -> bytes:
    return rng.choice((b"[" * _DEEP, b"> " * 5_000 + b"x", b"* " * 9_000, b"`" * 9_999, b"![x](" * 999))


def encoded(rng: random.Random) -> bytes:
    text = "Größe 橋 \U0001f41f the bridge. " * 30
    return text.encode(rng.choice(("utf-16", "utf-32", "utf-7", "utf-8-sig", "gb18030", "utf-16-be"))) + rng.randbytes(
        rng.choice((0, 1))
    )


def long_line(rng: random.Random) -> bytes:
    return rng.choice(
        (b"a" * 2_000_000, b"a," * 200_000, b"\n" * 500_000, b"a\0" * 9_999, b"." * 100_000, b"Mr. " * 50_000)
    )


def pdf(rng: random.Random) -> bytes:
    bomb = zlib.compress(bytes(_BOMB_BYTES // 10))
    return rng.choice((
        b"%PDF-1.7\n" + rng.randbytes(500),
        b"%PDF-1.4\n1 0 obj<</Pages 1 0 R/Kids[1 0 R]/Type/Pages/Count 999999999>>endobj trailer<</Root 1 0 R>>",
        b"%PDF-1.4\n1 0 obj<</Length 9/Filter/FlateDecode>>stream\n" + bomb + b"\nendstream endobj\ntrailer<<>>",
    ))  # fmt: skip


@functools.cache
def _zip_bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(_BOMB_BYTES))
    return made.getvalue()


def word(rng: random.Random) -> bytes:
    kind = rng.randrange(4)
    if kind == 0:
        return _zip_bomb()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        if kind == 1:
            entities = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10 if i else "x"}">' for i in range(12))
            archive.writestr("word/document.xml", f"<!DOCTYPE d [{entities}]><d>&a11;</d>")
        elif kind == 2:
            for i in range(3000):
                archive.writestr(f"../../{i}", "x")
        archive.writestr("[Content_Types].xml", rng.randbytes(20))
    data = bytearray(made.getvalue())
    data[rng.randrange(len(data))] ^= rng.randrange(256)
    return bytes(data)


def mail(rng: random.Random) -> bytes:
    parts = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * rng.choice((1, 2_000))
    return b"From: x\nSubject: =?utf-8?b?" + rng.randbytes(9).hex().encode() + b"?=\n" + parts + plain(rng)


_BODIES: tuple[Callable[[random.Random], bytes], ...] = (
    plain, plain, noise, html, html, marked, encoded, long_line, pdf, word, mail,
)  # fmt: skip
# What a body is usually called.
_OWN = {html: ".html", marked: ".md", pdf: ".pdf", word: ".docx", mail: ".eml", long_line: ".csv"}


def trial(seed: str, tally: Tally, server: Served) -> None:
    """Send one upload."""
    rng = random.Random(seed)
    make = rng.choice(_BODIES)
    suffix = _OWN.get(make, ".txt") if rng.random() < 0.7 else rng.choice(_SUFFIXES)
    name = rng.choice(_NAMES).format(suffix) if rng.random() < 0.5 else f"n{rng.randrange(50)}{suffix}"
    body = make(rng)
    where = f"{make.__name__} as {name[:60]!r}, {len(body)} bytes"
    started = time.monotonic()
    try:
        response = _send(server, name, body)
    except httpx.HTTPError as error:
        tally.check(False, f"{where}: {error!r}")
        return
    taken = time.monotonic() - started
    tally.add("uploads")
    tally.add(f"status_{response.status_code}")
    tally.add("max_seconds", taken)
    tally.check(
        response.status_code in (200, 400, 413, 415, 422), f"{where}: {response.status_code} {response.text[:200]}"
    )
    tally.check(taken < _SECONDS_EACH, f"{where}: took {taken:.0f} s")
    if response.status_code == 200:
        (outcome,) = response.json()["files"]
        identity = outcome["document"] or ""
        tally.check(not set(identity) & set("\0\r\n\t\\"), f"{where}: stored as {identity!r}")
        if rng.random() < 0.7:
            gone = server.client.delete(outcome["url"])
            tally.check(gone.status_code in (200, 204), f"{where}: deleting {outcome['url']} says {gone.status_code}")


def _send(server: Served, name: str, body: bytes) -> httpx.Response:
    """Send a file under exactly this name: clients clean names, attackers do not."""
    quoted = name.encode("utf-8", "surrogatepass").replace(b'"', b"%22").replace(b"\r", b"").replace(b"\n", b"")
    head = b'--b0und\r\nContent-Disposition: form-data; name="files"; filename="' + quoted + b'"\r\n\r\n'
    return server.client.post(
        "/documents",
        content=head + body + b"\r\n--b0und--\r\n",
        headers={"Content-Type": "multipart/form-data; boundary=b0und"},
    )


def main() -> int:
    """Send the uploads to one server, then look at what it holds and what lies about."""
    given = arguments(__doc__ or "", 10_000)
    with tempfile.TemporaryDirectory(prefix="vouch-uploads-") as folder, Served(Path(folder)) as server:
        before = server.held()

        def run(seed: str, tally: Tally) -> None:
            trial(seed, tally, server)
            if int(seed.rpartition("-")[2]) + 1 < given.n and given.trial is None:
                return
            asked = server.client.post("/ask", json={"question": QUESTION})
            tally.check(asked.status_code == 200, f"afterwards a question fails: {asked.text[:200]}")
            after = server.settled(before)
            for what in ("descriptors", "threads", "children"):
                # Threads of the pool that answers stay for the next request.
                most = before[what] + (40 if what == "threads" else 0) + (3 * 40 if what == "descriptors" else 0)
                tally.check(after[what] <= most, f"{what}: {before[what]} before, {after[what]} after")
                tally.add(f"max_{what}", after[what])
            tally.check(not server.strays(), f"left about: {server.strays()[:5]}")

        return drive("uploads", given, given.n, run)


if __name__ == "__main__":
    sys.exit(main())
