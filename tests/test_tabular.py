"""Rows of a Markdown table are read with the names of their columns and quoted as they stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import chunk
from rag.records import Passage, Span
from rag.tabular import Row, is_row, rows

TABLE = """Data of both models:

| | C40 | C40 Plus |
|---|:--:|---|
| Tank | 6.5 litres | 9 litres |
| Timer | none | 24 hours |

Both are grey."""


def passage(text: str) -> Passage:
    spans = chunk.split(text)
    return Passage(1, "a.md", "r", "t", 0, len(text), text, tuple(spans))


def test_a_row_is_told_with_the_names_of_its_columns() -> None:
    told = [row.text for row in rows(passage(TABLE))]
    assert told == ["Tank; C40: 6.5 litres; C40 Plus: 9 litres.", "Timer; C40: none; C40 Plus: 24 hours."]


@pytest.mark.parametrize(
    ("words", "cell"),
    [("9 litres", "9 litres"), ("6.5", "6.5"), ("C40 Plus", "9 litres"), ("6.5 litres; C40 Plus: 9", "6.5 litres"),
     ("litres.", "litres")],
)  # fmt: skip
def test_an_answer_is_taken_back_to_its_cell(words: str, cell: str) -> None:
    one = passage(TABLE)
    row = next(rows(one))
    start = row.text.rindex(words)
    assert one.quote(row.place(start, start + len(words))) == cell


def test_a_table_without_a_heading_is_left_as_it_is() -> None:
    assert not [*rows(passage("| Tank | 9 litres |\n| Timer | |"))]
    other = passage(f"{TABLE}\n\n| Weight | 12 kg |\n| Height | 60 cm |")
    assert [row.text for row in rows(other)] == [row.text for row in rows(passage(TABLE))]


def test_the_rule_below_a_heading_may_be_short() -> None:
    assert [row.text for row in rows(passage("| Model | Price |\n|-|-|\n| C40 | 90 euros |"))] == [
        "Model: C40; Price: 90 euros."
    ]


def test_prose_has_no_rows() -> None:
    assert not [*rows(passage("Either a | or b. Nothing else."))]
    assert not is_row("Either a | or b.")


@given(st.lists(st.lists(st.text(alphabet="ab |\\-:é", max_size=6), min_size=1, max_size=4), max_size=5), st.data())
def test_every_cell_stands_in_the_document_as_it_is_told(table: list[list[str]], data: st.DataObject) -> None:
    one = passage("\n".join(f"|{'|'.join(cells)}|" for cells in table) or "none")
    for row in rows(one):
        assert isinstance(row, Row)
        for told, written in row.cells:
            assert row.text[told.start : told.end] == one.quote(written)
        start = data.draw(st.integers(0, len(row.text)))
        found = row.place(start, data.draw(st.integers(start, len(row.text))))
        assert row.span.start <= found.start <= found.end <= row.span.end
        assert isinstance(found, Span)
