"""Tables, DOCX, mail, dates, encodings, furniture of pages, and formats read by extras: exact texts and refusals."""

from __future__ import annotations

import contextlib
import datetime
import io
import sys
import time
import types
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any

import pytest

from rag import chunk
from rag.errors import Refused
from rag.ingest import dates, delimited, extras, formats, furniture, html, mail, text, word
from rag.ingest.decode import decode
from rag.ingest.parse import ParserProcess
from rag.records import Parsed, Span
from tests import sample_files
from tests.sample_files import archive, column, docx, page, pdf, table
from tests.stress import formats as stress


@pytest.fixture(scope="module")
def parser() -> Iterator[ParserProcess]:
    with ParserProcess(max_bytes=8 << 20, seconds=30) as process:
        yield process


def blocks(parsed: Parsed) -> list[str]:
    return parsed.text.split("\n\n")


def asides(parsed: Parsed) -> list[str]:
    return [parsed.text[span.start : span.end] for span in parsed.aside]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("Name,Price\nX,3\nY,4.50\n", ["Name: X; Price: 3.", "Name: Y; Price: 4.50."]),
        ("Name;Preis\nÄpfel;1,69\nBirnen;2,50", ["Name: Äpfel; Preis: 1,69.", "Name: Birnen; Preis: 2,50."]),
        ("Name|Price\nX|3\nY|4", ["Name: X; Price: 3.", "Name: Y; Price: 4."]),
        ("sep=;\nName;Price\nX,Y;3", ["Name: X,Y; Price: 3."]),
        ('Name,Note\nX,"two\nlines, and ""quotes"""\n', ['Name: X; Note: two lines, and "quotes".']),
        ("Name,Price\nX,3,extra\nY\n,\n", ["Name: X; Price: 3; extra.", "Y" and "Name: Y"]),
        ("Apples,3\nPears,4\n", ["Apples; 3.", "Pears; 4."]),
        ("2024-01-01,3\n2024-01-02,4", ["2024-01-01; 3.", "2024-01-02; 4."]),
        ("Sales 2024,,\nFruit,Price,\nApples,169,", ["Sales 2024", "Fruit: Apples; Price: 169."]),
        ("one\ntwo\n", ["one", "two"]),
        ("Name,Price\n", ["Name; Price."]),
        ('Name,Price\nX,"3\n' + "Y,4\n" * 300, ["Name: X; Price: \"3.", *["Name: Y; Price: 4."] * 300]),
    ],
)  # fmt: skip
def test_rows_are_sentences(source: str, expected: list[str]) -> None:
    assert blocks(delimited.parse(source.encode(), "n.csv")) == expected


def test_each_row_is_one_sentence_with_its_values_exact() -> None:
    rows = [f"Fruit {n},{n}.{n:02},2024-01-{n:02},North Korea" for n in range(1, 29)]
    parsed = delimited.parse("\n".join(["Fruit,Price,Day,Country", *rows]).encode("utf-16"), "n.csv")
    sentences = [parsed.text[span.start : span.end] for span in chunk.split(parsed.text)]
    assert sentences == [
        f"Fruit: Fruit {n}; Price: {n}.{n:02}; Day: 2024-01-{n:02}; Country: North Korea." for n in range(1, 29)
    ]


def test_tabs_part_cells_and_captions_are_titles() -> None:
    parsed = delimited.parse(b"Prices of fruit\t\nFruit, fresh\tPrice\nApples, red\t3\n", "n.tsv")
    assert (parsed.title, parsed.media_type) == ("Prices of fruit", "text/tab-separated-values")
    assert blocks(parsed)[1:] == ["Fruit, fresh: Apples, red; Price: 3."]
    with pytest.raises(Refused, match="the table is empty"):
        delimited.parse(b",,\n,,\n", "n.csv")


def build(made: Any) -> None:
    made.add_heading("The bridge", 0)
    made.add_paragraph("It costs $100\u00a0million, says the ").add_run("ministry").bold = True
    table(made)
    made.sections[0].header.paragraphs[0].text = "Ministry of Bridges"
    made.sections[0].footer.paragraphs[0].text = "7"


def test_docx_in_its_order_with_rows_as_sentences() -> None:
    parsed = word.parse(docx(build, title="", created=datetime.datetime(2024, 6, 3)), "n.docx")
    assert blocks(parsed) == [
        "The bridge",
        "It costs $100 million, says the ministry",
        "Prices",
        "Fruit: Apples; Price: 169; Country: North Korea.",
        "Fruit: Pears; Price: 1,250.50.",
        "Ministry of Bridges",
    ]
    assert (parsed.title, parsed.date) == ("The bridge", "2024-06-03")
    assert word.parse(docx(build, title="On bridges"), "n.docx").title == "On bridges"


def body(xml: str) -> bytes:
    """Return a DOCX with this XML in the place of its first paragraph."""
    with zipfile.ZipFile(io.BytesIO(docx(lambda made: made.add_paragraph("HERE")))) as found:
        members = {name: found.read(name) for name in found.namelist()}
    whole = members["word/document.xml"].decode()
    start, end = whole.index("<w:p>"), whole.index("</w:p>") + len("</w:p>")
    members["word/document.xml"] = (whole[:start] + xml + whole[end:]).encode()
    return archive(members)


def run(words: str) -> str:
    return f"<w:r><w:t>{words}</w:t></w:r>"


def two(merge: str, first: str, second: str) -> str:
    """Return a row of two cells, the first with these properties."""
    return f"<w:tr><w:tc>{merge}<w:p>{run(first)}</w:p></w:tc><w:tc><w:p>{run(second)}</w:p></w:tc></w:tr>"


MERGE, MERGED = '<w:tcPr><w:vMerge w:val="restart"/></w:tcPr>', "<w:tcPr><w:vMerge/></w:tcPr>"


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (f"<w:p>{run('It is ')}<w:ins>{run('90')}</w:ins><w:del><w:r><w:delText>ten</w:delText></w:r></w:del></w:p>",
         ["It is 90"]),
        (f"<w:sdt><w:sdtContent><w:p>{run('In a control')}</w:p></w:sdtContent></w:sdt>", ["In a control"]),
        ("<w:p><w:r><w:t>One</w:t><w:tab/><w:t>two</w:t><w:br/><w:t>three</w:t></w:r></w:p>", ["One two", "three"]),
        (f"<w:p>{run('Outside')}<w:r><w:txbxContent><w:p>{run('Boxed')}</w:p></w:txbxContent></w:r></w:p>",
         ["Outside", "Boxed"]),
        (f"<w:tbl><w:tr><w:tc><w:p>{run('Only a frame.')}</w:p><w:p>{run('Two lines.')}</w:p></w:tc></w:tr></w:tbl>",
         ["Only a frame.", "Two lines."]),
        (f"<w:tbl>{two('', 'Land', 'Fruit')}{two(MERGE, 'Korea', 'Apple')}{two(MERGED, '', 'Pear')}</w:tbl>",
         ["Land: Korea; Fruit: Apple.", "Land: Korea; Fruit: Pear."]),
    ],
)  # fmt: skip
def test_docx_loses_no_text(xml: str, expected: list[str]) -> None:
    assert blocks(word.parse(body(xml), "n.docx")) == expected


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"PK\x03\x04 nothing", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "encrypted, or of an older format"),
        (archive({"word/document.xml": bytes(64 << 20)}), "looks like a bomb"),
        (archive({f"{n}": b"" for n in range(10_001)}), "10001 members"),
        (archive({"a.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"}), "document type in its XML"),
        (archive({"a.xml": "<!DOCTYPE x>".encode("utf-16-le")}), "document type in its XML"),
        (archive({"a.txt": b"no office file"}), "damaged, or no DOCX"),
        (docx(), "no text in it, only pictures"),
    ],
)
def test_docx_refuses(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        word.parse(data, "n.docx")


def test_mail_with_its_head_its_body_and_what_is_attached() -> None:
    data = sample_files.mail(
        "Brücke", "It opens in May.", [("p.csv", b"Fruit,Price\nApples,169\n"), ("l.exe", b"MZ")], Cc="Cy <c@x.org>"
    )  # fmt: skip
    parsed = mail.parse(data, "n.eml")
    assert (parsed.title, parsed.date, parsed.media_type) == ("Brücke", "2019-06-03", "message/rfc822")
    assert [line.strip() for line in blocks(parsed)] == [
        "From: Ann Lee <ann@example.org>",
        "To: bob@example.org",
        "Cc: Cy <c@x.org>",
        "Date: Mon, 03 Jun 2019 10:00:00 +0200",
        "Subject: Brücke",
        "It opens in May.",
        "Attachment: p.csv",
        "Fruit: Apples; Price: 169.",
        "Attachment: l.exe",
    ]


def test_mail_prefers_plain_text_and_reads_html_where_there_is_no_other() -> None:
    head = b"From: a@x.org\nSubject: S\nMIME-Version: 1.0\n"
    both = (
        head + b"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain; format=flowed\n\n"
        b"It costs \n$100.\n--b\nContent-Type: text/html\n\n<p>It costs $200.</p>\n--b--\n"
    )
    assert blocks(mail.parse(both, "n.eml"))[2].strip() == "It costs $100."
    only = head + b"Content-Type: text/html; charset=latin-1\n\n<p>Die Br\xfccke kostet <b>$200</b>.</p>\n"
    assert blocks(mail.parse(only, "n.eml"))[2] == "Die Brücke kostet $200."
    with pytest.raises(Refused, match="it is no message"):
        mail.parse(b"just some words\n", "n.eml")


def test_nested_mail_is_bounded() -> None:
    data = b"From: a@x.org\nSubject: 0\n\nThe innermost.\n"
    for depth in range(1, 40):
        data = (
            b"From: a@x.org\nSubject: %d\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"
            b"Content-Type: message/rfc822\n\n%s\n--b%d--\n" % (depth, depth, depth, data, depth)
        )
    read = mail.parse(data, "n.eml").text
    assert read.count("Subject:") == 4
    many = sample_files.mail("S", "T", [(f"{n}.txt", b"x") for n in range(201)])
    with pytest.raises(Refused, match="more than 200 parts"):
        mail.parse(many, "n.eml")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("LONDON, June 3, 2019 (Reuters) - The bridge opened.", "2019-06-03"),
        ("A headline\n\nWASHINGTON (AP) — 3 June 2019 — The bridge opened.", "2019-06-03"),
        ("A headline\nPublished: Monday, June 3, 2019 at 10:00\nIt opened on May 1, 2018.", "2019-06-03"),
        ("A headline\n**Date:** 2019-06-03", "2019-06-03"),
        ("A headline\nBy Ann Lee | Jun. 3, 2019", "2019-06-03"),
        ("A headline\n3.6.2019", "2019-06-03"),
        ("A headline\nSept 3rd, 2019, 10:05 a.m.", "2019-09-03"),
        ("Saturday, December 6, 2025\n\nA headline\n\nA story.", None),
        ("The bridge opened on June 3, 2019.", None),
        ("A headline\nPublished: June 31, 2019", None),
        ("In June 3, 2019 was a Monday.", None),
        ("Words\n" * 40 + "Published: June 3, 2019", None),
        ("MOSCOW, July 20 — The bridge opened.", None),
        ("PHONE 555-2019-06-03", None),
    ],
)
def test_a_date_is_taken_only_where_a_document_states_its_own(words: str, day: str | None) -> None:
    assert dates.stated(words) == day
    assert text.parse(words.encode(), "n.txt").date == day


def test_html_states_its_date_in_many_ways() -> None:
    story = "<p>The bridge costs $100 million and has two lanes, the ministry said in a statement to the press.</p>" * 3
    for head, top in [
        ('<meta property="article:published_time" content="2019-06-03T10:00:00Z">', ""),
        ("", '<time datetime="2019-06-03">yesterday</time>'),
        ("", "<p>Published: June 3, 2019</p>"),
    ]:
        source = (
            f"<html><head><title>T</title>{head}</head><body><article><h1>T</h1>{top}{story}</article></body></html>"
        )
        assert html.parse(source.encode(), "n.html").date == "2019-06-03"


@pytest.mark.parametrize(
    "line",
    ["More like this", "Check Out Our Content", "Most Popular Articles", "spot_imgspot_imgspot_img", "Read more »",
     "Share this article on Facebook", "Articles Read Most Often", "Related stories:", "ADVERTISEMENT",
     "Skip to main content", "Browse Further Tags:", "You may also like", "Subscribe to our newsletter"],
)  # fmt: skip
def test_furniture_is_known(line: str) -> None:
    assert furniture.is_furniture(line)


@pytest.mark.parametrize(
    "line",
    ["WhatsApp", "Video", "Related", "- Share this article", "# Related stories", "Read more books than last year",
     "More like this one are planned for 2026", "Latest news from the river: the bridge is open", "Home", "3 comments",
     "Algeria Faces Farm Glut as Egg, Onion, and Watermelon...", "Popular vote", "1. Most popular articles",
     "image.png", "Find the articles of the treaty below"],
)  # fmt: skip
def test_what_may_be_an_answer_is_no_furniture(line: str) -> None:
    assert not furniture.is_furniture(line)


def test_what_is_set_aside_stays_in_the_text_and_out_of_the_passages() -> None:
    source = "The bridge costs $100 million.\n\nMore like this\n\nA tunnel is 5 km long, the ministry..."
    parsed = text.parse(source.encode(), "n.txt")
    assert parsed.text == source
    assert asides(parsed) == ["More like this"]
    cut = [source[run[0].start : run[-1].end] for run in chunk.cut(parsed.text, parsed.aside)]
    assert cut == ["The bridge costs $100 million.", "A tunnel is 5 km long, the ministry..."]
    assert furniture.spans("More like this\nRead more") == ()


def test_html_loses_no_prose_and_sets_the_frame_aside() -> None:
    story = "<p>The bridge costs $100 million and has two lanes, the ministry said in a statement to the press.</p>" * 2
    parsed = html.parse(
        f"<html><body><nav><a href=/>Home</a> | <a href=/a>About</a></nav><article><h1>Bridge</h1>{story}</article>"
        "<div class=sidebar><p>Visitors are let in from nine to five.</p><ul><li><a href=/t>A tunnel opens</a></ul>"
        "</div><div>Phone: 555 0100</div><footer>© 2024 The ministry</footer></body></html>".encode(), "n.html",
    )  # fmt: skip
    lines = parsed.text.split("\n")
    assert lines.count("Visitors are let in from nine to five.") == 1
    assert lines.count("Phone: 555 0100") == 1
    assert asides(parsed) == ["Home | About", "- A tunnel opens", "© 2024 The ministry"]


def test_html_tables_are_sentences() -> None:
    source = (
        "<table><caption>Exports</caption><tr><th>Year</th><th>Good</th><th>Tons</th></tr>"
        "<tr><td rowspan=2>2024</td><td>Flour</td><td>15,180</td></tr><tr><td>Sugar</td><td>2,200</td></tr></table>"
    )
    assert html.parse(source.encode(), "n.html").text.split("\n\n") == [
        "Exports",
        "Year: 2024; Good: Flour; Tons: 15,180.",
        "Year: 2024; Good: Sugar; Tons: 2,200.",
    ]


@pytest.mark.parametrize("encoding", ["cp1251", "shift_jis", "iso2022_jp", "gbk", "iso8859-2"])
def test_html_is_read_in_the_encoding_that_it_declares(encoding: str) -> None:
    words = {"cp1251": "Мост", "gbk": "大桥横跨", "iso8859-2": "źródło"}.get(encoding, "橋は川")
    label = {"iso2022_jp": "iso-2022-jp", "iso8859-2": "ISO-8859-2"}.get(encoding, encoding)
    source = f'<html><head><meta charset="{label}"></head><body><p>{words}</p></body></html>'
    assert html.parse(source.encode(encoding), "n.html").text == words
    stale = f'<html><head><meta charset="windows-1250"></head><body><p>{words}</p></body></html>'
    assert html.parse(stale.encode(), "n.html").text == words


def test_encodings_without_a_mark() -> None:
    words = "The bridge costs £100 million.\nIt has two lanes."
    assert decode(words.encode("utf-16-le")) == decode(words.encode("utf-16-be")) == words
    assert decode(
        "A café’s owner, a naïve man, paid £5 to the señor: “It’s crème brûlée” – “déjà vu”".encode("cp1252")
    ) == ("A café’s owner, a naïve man, paid £5 to the señor: “It’s crème brûlée” – “déjà vu”")
    mostly = ("Die Brücke über den Fluß kostet fünf Millionen. " * 10).encode() + b"\xff end"
    assert decode(mostly).startswith("Die Brücke über")


def fake(monkeypatch: pytest.MonkeyPatch, **modules: dict[str, Any]) -> None:
    for name, members in modules.items():
        made = types.ModuleType(name.replace("__", "."))
        made.__dict__.update(members)
        made.__spec__ = types.SimpleNamespace(name=name)  # type: ignore[assignment]
        monkeypatch.setitem(sys.modules, name.replace("__", "."), made)


SHEET = "\n| Fruit | Unnamed: 1 | Price |\n| --- | --- | --- |\n| Apples | NaN | 169 |\n| Pears | x | NaN |\n\nThe end."


class FakeMarkItDown:
    """Answers with the suffix that it was told and the number of bytes that it was given."""

    def __init__(self, enable_plugins: bool) -> None:
        assert not enable_plugins

    def convert_stream(self, stream: Any, file_extension: str) -> Any:
        told = f"<!-- 1 -->\n# Slides\n\n{file_extension} of {len(stream.read())} bytes\n" + SHEET
        return types.SimpleNamespace(markdown=told, title=None)


class FakeConverter:
    """As the fake above, in docling's form."""

    def convert(self, source: Any) -> Any:
        told = f"{source.name} of {len(source.stream.read())} bytes"
        return types.SimpleNamespace(document=types.SimpleNamespace(export_to_markdown=lambda: told))


def test_extras_read_what_they_can(monkeypatch: pytest.MonkeyPatch) -> None:
    data = archive({"ppt/x.xml": b"<x/>"})
    with pytest.raises(Refused, match=r"need an optional extra: pip install 'vouch-rag\[markitdown\]' or"):
        extras.parse(data, "n.pptx")
    stream = {"DocumentStream": types.SimpleNamespace}
    fake(monkeypatch, docling={}, docling__datamodel={}, docling__datamodel__base_models=stream,
         docling__document_converter={"DocumentConverter": FakeConverter})  # fmt: skip
    assert extras.parse(data, "n.pptx").text == f"document.pptx of {len(data)} bytes"
    with pytest.raises(Refused, match=r"pip install 'vouch-rag\[markitdown\]'$"):
        extras.parse(data, "n.epub")
    fake(monkeypatch, markitdown={"MarkItDown": FakeMarkItDown})
    parsed = extras.parse(data, "n.pptx")
    assert parsed.title == "Slides"
    assert [block for block in blocks(parsed) if block.strip()] == [
        "# Slides",
        f".pptx of {len(data)} bytes",
        "Fruit: Apples; Price: 169.",
        "Fruit: Pears; x.",
        "The end.",
    ]
    with pytest.raises(Refused, match="looks like a bomb"):
        extras.parse(archive({"x": bytes(64 << 20)}), "n.pptx")


def test_process_gives_every_format_with_its_pages_and_asides(parser: ParserProcess) -> None:
    story = "The bridge costs $100 million and is to be opened in May."
    for name, data in {
        "a.pdf": pdf([column([story]), column(["It has two lanes."])]),
        "a.docx": docx(lambda made: made.add_paragraph(story)),
        "a.csv": f"Number,Text\n1,{story}\n".encode(),
        "a.tsv": f"Number\tText\n1\t{story}\n".encode(),
        "a.eml": sample_files.mail("S", story),
        "a.html": page([story]),
        "a.txt": f"{story}\nRead more".encode(),
        "a.md": f"# T\n\n{story}\n\nRead more".encode(),
    }.items():
        parsed = parser.parse_bytes(name, data)
        assert parsed == formats.parser_for(name)(data, name)
        start = parsed.text.index(story)
        assert parsed.text[start : start + len(story)] == story
        assert bool(parsed.pages) == (name == "a.pdf")
        assert all(isinstance(span, Span) for span in parsed.aside)


def bomb(megabytes: int) -> bytes:
    """Return a PDF whose one page unpacks to that much text."""
    shown = b"BT /F1 9 Tf 72 700 Td (word word word word word word word) Tj ET\n"
    stream = zlib.compress(shown * ((megabytes << 20) // len(shown)), 9)
    return sample_files.assemble([
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ])  # fmt: skip


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.pdf", bomb(100)), ("a.html", b"<table><tr><td>" * 50_000 + b"x"), ("a.csv", b'"' + b"a,b\n" * 1_000_000)],
)
def test_bombs_cost_themselves_only(name: str, data: bytes) -> None:
    # The limit counts the start of the process that takes the place of one that was ended: on busy cores up to 2 s.
    with ParserProcess(max_bytes=8 << 20, seconds=5) as impatient:
        began = time.monotonic()
        with contextlib.suppress(Refused):
            assert impatient.parse_bytes(name, data).text
        assert time.monotonic() - began < 15
        assert impatient.parse_bytes("a.txt", b"The next file.").text == "The next file."


def test_mutated_files_are_answered() -> None:
    figure = stress.run(seed=7, numbers=range(40))
    assert figure["failures"] == 0, figure
    assert figure["read"] > 5
    assert sum(figure["refused"].values()) > 5
