"""Files to text: exact texts, titles and refusals of each format; and parsers that hang, crash and hoard."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import Refused, TooLarge
from rag.ingest import html, markdown, text
from rag.ingest.clean import clean
from rag.ingest.decode import decode
from rag.ingest.parse import ParserProcess


@pytest.fixture(scope="module")
def parser() -> Iterator[ParserProcess]:
    with ParserProcess(max_bytes=1 << 20, seconds=30) as process:
        yield process


@pytest.fixture(scope="module")
def hostile() -> Iterator[ParserProcess]:
    with ParserProcess(max_bytes=1 << 20, seconds=2, worker="tests.hostile_worker") as process:
        yield process


def test_clean_takes_out_only_what_cannot_be_seen() -> None:
    assert clean("a\r\nb\rc\u2028d\x0ce\tf") == "a\nb\nc\nd\ne\tf"
    hidden = "\u200b\u202e\u2066\ufeff\u00ad\x00\x1b\ufe0f\ud800\U000e0041\U000e0100\u2062"
    assert clean(f"1{hidden}2") == "12"
    seen = "naïve “quotes” – 橋 мост ½ € ☂ 🍎 e\u0301 \u00a0 x"
    assert clean(seen) == seen


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_decode_by_mark(encoding: str) -> None:
    assert decode("“Brücke” 橋\r\n".encode(encoding)) == "“Brücke” 橋\n"


@pytest.mark.parametrize(
    ("words", "encoding"),
    [
        ("£100 million", "latin-1"),
        ("café", "cp1252"),
        ("Le café est fermé. Voilà tout ce que l’on sait, c’est naïf et très léger, déjà vu à Orléans.", "cp1252"),
        ("Мост стоит сто миллионов долларов. Река Туманная.", "cp1251"),
        ("Мост стоит сто миллионов долларов. Река Туманная.", "koi8-r"),
        ("橋は一億ドルかかる。川は豆満江。", "shift_jis"),
        ("大桥耗资一亿美元，横跨图们江。", "gbk"),
    ],
)
def test_decode_by_guess(words: str, encoding: str) -> None:
    assert decode(words.encode(encoding)) == words


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        ("\ufeff\u200b".encode(), "empty"),
        (b"text\0text", "binary: there are NUL"),
        ("text".encode("utf-16-le"), "binary: there are NUL"),
        (bytes(range(1, 256)) * 4, "binary: there are control"),
        (b"\xff\xfea", "marked as utf-16"),
        (b"%PDF-1.7\n\x80\x81\x00", "binary"),
    ],
)
def test_decode_refuses(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        decode(data)


@pytest.mark.parametrize(
    ("first", "title"),
    [
        ("A bridge is built", "A bridge is built"),
        ("Is a bridge built?", "Is a bridge built?"),
        ("A bridge is built.", "n.txt"),
        ("Saturday, December 6, 2025", "n.txt"),
        ("2025-07-20 14:05", "n.txt"),
        ("word " * 30, "n.txt"),
        ("======", "n.txt"),
        ("2025 in bridges", "2025 in bridges"),
    ],
)
def test_text_title(first: str, title: str) -> None:
    parsed = text.parse(f"\n{first}\nThe rest.".encode(), "n.txt")
    assert parsed.title == title
    assert parsed.text == f"\n{first}\nThe rest."
    assert parsed.media_type == "text/plain"


@pytest.mark.parametrize(
    ("source", "title", "date"),
    [
        ("# The **bridge** of `x`\n\nText", "The bridge of x", None),
        ("Intro\n\n## [Linked](http://x) title ##\n# Later", "Linked title", None),
        ("The bridge\n==========\nText", "The bridge", None),
        ("```\n# a comment\n```\n# Real", "Real", None),
        ("---\ntitle: 'Front matter'\ndate: 2025-07-20T10:00\n---\n# Body", "Front matter", "2025-07-20"),
        ("A headline\n\nText.", "A headline", None),
        ("Only a sentence.", "n.md", None),
        ("# snake_case and _emphasis_", "snake_case and emphasis", None),
    ],
)
def test_markdown(source: str, title: str, date: str | None) -> None:
    parsed = markdown.parse(source.encode(), "n.md")
    assert (parsed.text, parsed.title, parsed.date) == (source, title, date)


PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Bridge opens</title>
<meta property="article:published_time" content="2025-07-20T10:00:00Z"></head><body>
<nav><a href="/">Home</a> <a href="/about">About us</a></nav>
<article><h1>Bridge opens</h1><p>The bridge costs <b>$100 million</b>. It spans the Tumen&nbsp;River.</p>
<h2>Details</h2><ul><li>Length: 850 m</li><li>Lanes: two</li></ul>
<table><tr><th>Year</th><th>Tons</th></tr><tr><td>2024</td><td>22,000</td></tr></table>
<p>It is expected to open in the middle of 2026, officials said on Monday in a longer statement.</p></article>
<aside><a href="x">Ten tricks that doctors hate</a></aside>
<footer>Copyright. <a href="a">Imprint</a></footer><script>alert("script")</script></body></html>"""


def test_html_keeps_the_page_and_sets_its_frame_aside() -> None:
    parsed = html.parse(PAGE.encode(), "n.html")
    assert parsed.text[: parsed.aside[0].start].strip().split("\n\n") == [
        "Bridge opens",
        "The bridge costs $100 million. It spans the Tumen River.",
        "Details",
        "- Length: 850 m",
        "- Lanes: two",
        "Year: 2024; Tons: 22,000.",
        "It is expected to open in the middle of 2026, officials said on Monday in a longer statement.",
    ]
    aside = [parsed.text[span.start : span.end] for span in parsed.aside]
    assert aside == ["Home About us", "Ten tricks that doctors hate", "Copyright. Imprint"]
    assert (parsed.title, parsed.date, parsed.media_type) == ("Bridge opens", "2025-07-20", "text/html")


def test_html_that_is_hardly_html() -> None:
    assert html.parse(b"<p>Hello there.</p>", "n.html").text == "Hello there."
    assert html.parse(b"just text", "n.html").text == "just text"
    assert html.parse(b"<pre>as\n  it was\ntyped</pre>", "n.html").text == "as\n\nit was\n\ntyped"
    assert html.parse("<p>Die Brücke</p>".encode("latin-1"), "n.html").text == "Die Brücke"
    with pytest.raises(Refused, match="no text on this page"):
        html.parse(b"<html><body><script>run()</script></body></html>", "n.html")


def test_process_gives_what_the_parser_gives(parser: ParserProcess, tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(PAGE)
    assert parser.parse_file(tmp_path / "a.html") == html.parse(PAGE.encode(), "a.html")
    assert parser.parse_bytes("b.MD", "# Größe\n\n€".encode()) == markdown.parse("# Größe\n\n€".encode(), "b.MD")


def test_process_names_its_refusals(parser: ParserProcess, tmp_path: Path) -> None:
    with pytest.raises(Refused, match=r"^not a document: '.xyz' files are not read; supported are .txt, "):
        parser.parse_file(tmp_path / "a.xyz")
    with pytest.raises(Refused, match="its name has no suffix"):
        parser.parse_bytes("README", b"text")
    with pytest.raises(Refused, match="the file is empty"):
        parser.parse_bytes("a.txt", b"")
    with pytest.raises(TooLarge, match="it has 1 MB; the limit is 1 MB"):
        parser.parse_bytes("a.txt", bytes((1 << 20) + 1))
    with pytest.raises(Refused, match="No such file"):
        parser.parse_file(tmp_path / "gone.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(Refused, match="not a regular file"):
        parser.parse_file(tmp_path / "pipe.txt")


def test_one_process_serves_many_files(parser: ParserProcess) -> None:
    parser.parse_bytes("a.txt", b"warm")
    began = time.perf_counter()
    for number in range(200):
        assert parser.parse_bytes("a.txt", b"file %d" % number).text == f"file {number}"
    assert time.perf_counter() - began < 2


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("a.hang", "took more than 2 s"),
        ("a.spin", "took more than 2 s"),
        ("a.crash", r"crashed the parser \(status 7\)"),
        ("a.bomb", "needs more than .* of memory"),
        ("a.flood", "more than 64 million characters"),
        ("a.fault", r"damaged, or not what its name says \(ZeroDivisionError: three lines of it\)"),
    ],
)
def test_hostile_files_cost_themselves_only(hostile: ParserProcess, name: str, reason: str) -> None:
    began = time.perf_counter()
    with pytest.raises(Refused, match=reason):
        hostile.parse_bytes(name, b"x" * 100_000)
    assert time.perf_counter() - began < 5
    assert hostile.parse_bytes("a.txt", b"The next file.").text == "The next file."


def test_parsers_may_not_act(hostile: ParserProcess, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert hostile.parse_bytes(f"{tmp_path}/made.try", b"%d" % port).text == "nothing"
    assert not (tmp_path / "made.try").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux holds native code")
def test_native_code_may_not_act(hostile: ParserProcess, tmp_path: Path) -> None:
    assert hostile.parse_bytes(f"{tmp_path}/made.native", b"").text == "nothing"


def test_what_parsers_print_is_not_taken_for_an_answer(hostile: ParserProcess) -> None:
    assert hostile.parse_bytes("a.print", b"").text == "quiet"
