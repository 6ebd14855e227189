"""PDF to paragraphs: whole words and sentences, columns, running heads, pages to the character, and refusals."""

from __future__ import annotations

import re
from bisect import bisect_right

import pytest

from rag.errors import Refused
from rag.ingest import pdf
from rag.records import Parsed
from tests.sample_files import Line, assemble, column, wrap
from tests.sample_files import pdf as make

ONE = (
    "The road bridge over the Tumen River was planned in 2024 by the governments of both countries and is expected "
    "to cost one hundred million dollars. Work on its piers began in the spring of the following year."
)
TWO = (
    "Apples from the orchards of the north are sold in the city of Khabarovsk for 169 rubles a kilogram. They are "
    "supplied by a company that registered its trademark last year, and they are said to be rather sour this season."
)
THREE = "Sugar made up ten percent of the shipments, and sunflower oil six percent of what was sent by rail and by sea."


def read(pages: list[list[Line]], **info: str) -> Parsed:
    return pdf.parse(make(pages, info), "n.pdf")


def page_of(parsed: Parsed, quote: str) -> int:
    return bisect_right(parsed.pages, parsed.text.index(quote))


def test_lines_of_a_paragraph_become_one() -> None:
    parsed = read([column([ONE, TWO, THREE])])
    assert parsed.text == f"{ONE}\n\n{TWO}\n\n{THREE}"
    assert (parsed.pages, parsed.media_type, parsed.title) == ((0,), "application/pdf", "n.pdf")


def test_paragraphs_without_a_gap_are_told_by_their_last_and_first_lines() -> None:
    flush = [Line(text, 72, 700 - 13 * n) for n, text in enumerate([*wrap(ONE), *wrap(TWO)])]
    assert read([flush]).text == f"{ONE}\n\n{TWO}"
    lines = [(text, 20 * (n == 0)) for paragraph in (ONE, TWO) for n, text in enumerate(wrap(paragraph, 430))]
    indented = [Line(text, 72 + indent, 700 - 13 * n) for n, (text, indent) in enumerate(lines)]
    assert read([indented]).text == f"{ONE}\n\n{TWO}"


def test_headings_items_and_table_rows_stay_lines() -> None:
    lines = [
        Line("The bridge over the Tumen", 72, 740, 18),
        Line("River and what it costs", 72, 719, 18),
        *column([ONE], top=690),
        Line("Costs", 72, 600),
        Line("• two lanes for cars, one in each direction, and a narrow pavement on one side of it", 72, 580),
        Line("that is lit at night", 82, 567),
        Line("• no rails", 72, 554),
        Line("Fruit", 72, 500), Line("Price", 250, 500), Line("Apples from the north", 72, 487), Line("169", 250, 487),
    ]  # fmt: skip
    parsed = read([lines])
    assert parsed.text.split("\n\n") == [
        "The bridge over the Tumen River and what it costs",
        ONE,
        "Costs",
        "• two lanes for cars, one in each direction, and a narrow pavement on one side of it that is lit at night",
        "• no rails",
        "Fruit\tPrice",
        "Apples from the north\t169",
    ]
    assert parsed.title == "The bridge over the Tumen River and what it costs"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("the agree-", "ment was signed", "the agreement was signed"),
        ("a self-", "governing region", "a self-governing region"),
        ("a state-of-", "the-art road", "a state-of-the-art road"),
        ("the Russia-", "North Korea bridge", "the Russia-North Korea bridge"),
        ("the years 2024-", "2025 were dry", "the years 2024-2025 were dry"),
        ("the INTER-", "NATIONAL bridge", "the INTERNATIONAL bridge"),
    ],
)
def test_broken_words_are_mended(first: str, second: str, expected: str) -> None:
    before = "It was in the morning of a long day when all those who had come to the river heard of"
    lines = [Line(f"{before} {first}", 72, 700), Line(f"{second} that day.", 72, 687)]
    assert read([lines]).text == f"{before} {expected} that day."


def test_a_hyphen_stays_where_the_document_writes_it_elsewhere() -> None:
    lines = [
        Line("This is a paragraph in which the words come to their end at the place of a well-", 72, 700),
        Line("liked and long-", 72, 687),
        Line("term plan.", 72, 674),
        Line("The long-term plan was well-liked.", 72, 600),
    ]
    assert "a well-liked and long-term plan." in read([lines]).text


def test_sentences_go_on_over_the_page_and_running_heads_do_not_cut_them() -> None:
    body = wrap(ONE) + wrap(TWO)
    head = [f"The bridge and the apples {n}" for n in (1, 2, 3, 4)]
    pages = []
    for n in range(4):
        part = body if n == 3 else body[: 4 + n]
        lines = [Line(head[n], 72, 800), Line(f"Page {n + 1} of 4", 280, 30), Line("Ministry of Bridges", 72, 42)]
        pages.append(lines + [Line(text, 72, 700 - 13 * number) for number, text in enumerate(part)])
    continued = wrap(TWO)
    pages[0] = [*pages[0][:3], *(Line(text, 72, 700 - 13 * n) for n, text in enumerate(wrap(ONE) + continued[:1]))]
    pages[1] = [*pages[1][:3], *(Line(text, 72, 700 - 13 * n) for n, text in enumerate(continued[1:]))]
    parsed = read(pages)
    assert TWO in parsed.text
    assert parsed.text.count("The bridge and the apples") == 1
    assert parsed.text.count("Ministry of Bridges") == 1
    assert "Page" not in parsed.text
    assert len(parsed.pages) == 4
    assert page_of(parsed, "Apples from") == 1
    assert page_of(parsed, "rather sour") == 2
    assert parsed.text[parsed.pages[1] :].startswith(continued[1])


def test_numbers_that_are_no_page_numbers_stay() -> None:
    pages = [[Line(f"Invoice {1001 + n}", 72, 780), Line(f"Total: {n * 7 + 30} dollars", 72, 700)] for n in range(5)]
    text = read(pages).text
    assert re.findall(r"Invoice (\d+)", text) == ["1001", "1002", "1003", "1004", "1005"]
    assert re.findall(r"Total: (\d+) dollars", text) == ["30", "37", "44", "51", "58"]


def test_a_footnote_does_not_cut_the_sentence_above_it() -> None:
    lines = wrap(TWO)
    first = [Line(text, 72, 80 - 13 * n) for n, text in enumerate(lines[:2])]
    note = [Line("1 As of July 2025, according to the ministry.", 72, 40, 8)]
    above = [Line(text, 72, 700 - 13 * n) for n, text in enumerate(wrap(ONE))]
    second = [Line(lines[2], 72, 700), *column([THREE], top=680)]
    parsed = read([[*above, *first, *note], second])
    assert TWO in parsed.text
    assert page_of(parsed, "1 As of July 2025") == 1


def test_two_columns_are_read_one_after_the_other() -> None:
    left, right = column([ONE, THREE], 72, 720, 210), column([TWO], 320, 720, 210)
    by_column = read([[*left, *right]]).text
    assert by_column == f"{ONE}\n\n{THREE}\n\n{TWO}"
    rows = sorted([*left, *right], key=lambda line: (-line.y, line.x))
    by_row = read([rows]).text
    assert ONE in by_row
    assert TWO in by_row


def test_a_paragraph_goes_on_in_the_next_column() -> None:
    lines = wrap(ONE, 210)
    left = [Line(text, 72, 100 - 13 * n) for n, text in enumerate(lines[:3])]
    right = [Line(text, 320, 700 - 13 * n) for n, text in enumerate(lines[3:])]
    assert read([[*left, *right]]).text == ONE


def test_a_turned_page_is_read_as_it_is_shown() -> None:
    shown = [b"BT /F1 11 Tf 0 1 -1 0 %d 72 Tm (%s) Tj ET" % (100 + 13 * n, t.encode()) for n, t in enumerate(wrap(ONE))]
    turned = make([b"\n".join(shown)]).replace(b"/MediaBox", b"/Rotate 90 /MediaBox")
    assert pdf.parse(turned, "n.pdf").text == ONE


def cmap(code: int, text: str) -> bytes:
    """Return the CMap that makes one code of the font stand for this text."""
    return (
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def\n"
        b"1 begincodespacerange <00> <ff> endcodespacerange\n"
        b"1 beginbfrange <20> <7e> <0020> endbfrange\n"
        b"1 beginbfchar <%02x> <%s> endbfchar\nendcmap end end" % (code, text.encode("utf-16-be").hex().encode())
    )


def test_ligatures_are_letters() -> None:
    data = make([b"BT /F1 11 Tf 72 700 Td (the \x80nal word) Tj ET"], to_unicode=cmap(0x80, "ﬁ"))
    assert pdf.parse(data, "n.pdf").text == "the final word"


def test_right_to_left_text_is_in_reading_order() -> None:
    # A page shows Hebrew from right to left: the word's first letter stands rightmost.
    hebrew = b"".join(b"<%02x> <%04x>\n" % (0x61 + n, 0x5D0 + n) for n in range(4))
    table = b"1 begincodespacerange <00> <ff> endcodespacerange\n5 beginbfchar\n<20> <0020>\n%sendbfchar" % hebrew
    full = b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapType 2 def\n%s\nendcmap end end" % table
    parsed = pdf.parse(make([b"BT /F1 20 Tf 100 700 Td (dcba cba) Tj ET"], to_unicode=full), "n.pdf")
    assert parsed.text == "\u05d0\u05d1\u05d2 \u05d0\u05d1\u05d2\u05d3"


def test_title_and_date_are_those_the_file_states() -> None:
    parsed = read([column([ONE])], Title="On bridges", CreationDate="D:20240603101010Z")
    assert (parsed.title, parsed.date) == ("On bridges", "2024-06-03")
    parsed = read([[Line("On rivers", 72, 760, 20), *column(["By Ann Lee, 3 June 2019", ONE])]], Title="draft.doc")
    assert (parsed.title, parsed.date) == ("On rivers", "2019-06-03")
    assert read([column([ONE])], CreationDate="D:00000000").date is None


def test_an_empty_page_begins_where_the_next_does() -> None:
    parsed = read([column([ONE]), [], column([TWO]), []])
    assert parsed.pages == (0, len(ONE) + 2, len(ONE) + 2, len(parsed.text))


# A picture of one pixel, a page that shows it and nothing else.
IMAGE = assemble([
    b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R /Resources << /XObject << /I 5 0 R >> >> >>",
    b"<< /Length 24 >>\nstream\nq 99 0 0 99 0 0 cm /I Do Q\nendstream",
    b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /BitsPerComponent 8 /ColorSpace /DeviceGray /Length 1 >>\n"
    b"stream\nx\nendstream",
])  # fmt: skip
ENCRYPTED = make([column([ONE])]).replace(
    b"trailer\n<<",
    b"trailer\n<< /ID [<00><00>] /Encrypt << /Filter /Standard /V 2 /R 3 /Length 128 /P -4 /O <%s> /U <%s> >>"
    % (b"12" * 32, b"34" * 32),
)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.7 and nothing", "damaged, or no PDF"),
        (make([column([ONE])])[:400], "damaged, or no PDF"),
        (ENCRYPTED, "encrypted: save a copy without the password"),
        (IMAGE, "it has one page but no text, only pictures: run OCR over it first"),
        (make([[], [], []]), "it has 3 pages but no text"),
        (make([b"BT /F1 9 Tf 72 700 Td (%s) Tj ET" % (b"\x80" * 50)], None, cmap(0x80, "\ue001")), "fonts do not say"),
    ],
)  # fmt: skip
def test_refusals(data: bytes, reason: str) -> None:
    with pytest.raises(Refused, match=reason):
        pdf.parse(data, "n.pdf")
