"""Sentences and passages: exact cuts on known texts, and laws on any text."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rag.chunk import MAX_PIECES, TARGET_PIECES, cut, passages, pieces, split
from rag.records import Span


def sentences(text: str) -> list[str]:
    return [text[span.start : span.end] for span in split(text)]


def runs(text: str) -> list[str]:
    return [text[run[0].start : run[-1].end] for run in passages(text, split(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He lives in the U.S. It is large.", ["He lives in the U.S.", "It is large."]),
        ("U.S. President Biden met Prof. Smith. Dr. Kim did not.",
         ["U.S. President Biden met Prof. Smith.", "Dr. Kim did not."]),
        ("It was No. 5 at 3.5 percent. Sugar cost $1.5 bn.", ["It was No. 5 at 3.5 percent.", "Sugar cost $1.5 bn."]),
        ("“It’s true,” said Ward. “The market is new.” He left.",
         ["“It’s true,” said Ward.", "“The market is new.”", "He left."]),
        ('"Yes!" she said. "No."', ['"Yes!" she said.', '"No."']),
        ("1. Install it. 2. Run it.", ["1. Install it.", "2. Run it."]),
        ("Nobody knew.[1][2] It rained.", ["Nobody knew.[1][2]", "It rained."]),
        ("你好。世界很大。“真的吗？”是的。", ["你好。", "世界很大。", "“真的吗？”", "是的。"]),
        ("# Title\nOne. Two", ["# Title", "One.", "Two"]),
        ("Title\n\nA line without end\nAnother line", ["Title", "A line without end", "Another line"]),
        ("- one\n- two. Three.\n\n| a | b |", ["- one", "- two.", "Three.", "| a | b |"]),
        ("Wait ... ! ?", ["Wait ... ! ?"]),
        ("  \n\t\n", []),
        ("", []),
    ],
)  # fmt: skip
def test_split_known(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


PROSE = """\
# How it was built

The bridge over the Tumen River, which was planned in 2024 by
Kim Jong Un and Vladimir Putin, costs one hundred million U.S.
dollars. It is to be opened by the middle of 2026, officials
said.

- It has two lanes, one in each direction, and no pavement at
  all for people on foot.
- It replaces a bridge that only trains can use at this time.
"""


def test_split_joins_lines_that_were_wrapped() -> None:
    assert [" ".join(sentence.split()) for sentence in sentences(PROSE)] == [
        "# How it was built",
        "The bridge over the Tumen River, which was planned in 2024 by Kim Jong Un and Vladimir Putin, costs one"
        " hundred million U.S. dollars.",
        "It is to be opened by the middle of 2026, officials said.",
        "- It has two lanes, one in each direction, and no pavement at all for people on foot.",
        "- It replaces a bridge that only trains can use at this time.",
    ]


def test_split_keeps_lines_that_were_not_wrapped() -> None:
    lines = ["A headline of the first story that is told here", "A shorter one of another", "Third story, also short"]
    assert sentences("\n".join(lines)) == lines


def test_split_bounds_a_sentence_without_end() -> None:
    clause = "the bridge that was planned for the river is to be built soon; "
    text = clause * 40
    parts = sentences(text)
    assert all(part.endswith("soon;") for part in parts)
    assert all(pieces(part) <= MAX_PIECES for part in parts)
    assert "".join(part + " " for part in parts) == text


def test_passages_are_cut_between_paragraphs() -> None:
    paragraph = "The bridge is long and wide. It was planned in the year before the last one by two men. "
    text = "\n\n".join([(paragraph * 4).strip()] * 6)
    assert runs(text) == ["\n\n".join([(paragraph * 4).strip()] * 2)] * 3


def test_passages_keep_a_heading_with_what_it_heads() -> None:
    body = "The bridge is long and wide and it was planned by two men. " * 9
    text = f"# One\n\n{body}\n\n# Two\n\n{body}"
    assert [run.split("\n")[0] for run in runs(text)] == ["# One", "# Two"]


def test_a_row_of_a_table_is_a_passage_of_its_own() -> None:
    rows = ["Name: Ann; Room: 214; Phone: 555-0142.", "Name: Bob, Jr.; Room: 310. It is locked.; Phone: 7."]
    text = "\n\n".join(["# Staff", "The list was made in May. It is right.", *rows, "Nobody else. So it is: all."])
    assert runs(text) == ["# Staff\n\nThe list was made in May. It is right.", *rows, "Nobody else. So it is: all."]


def test_what_is_set_aside_is_in_no_passage_and_parts_them() -> None:
    text = "One.\n\nRead more\n\nTwo. Three.\n\nMore like this"
    aside = [Span(6, 15), Span(30, 44)]
    assert [text[span.start : span.end] for span in aside] == ["Read more", "More like this"]
    assert [text[run[0].start : run[-1].end] for run in cut(text, aside)] == ["One.", "Two. Three."]
    assert cut(text) == passages(text, split(text))


def test_a_short_document_is_one_passage() -> None:
    text = "One.\n\nTwo. Three.\nFour"
    assert runs(text) == [text]


ANY_TEXT = st.one_of(
    st.text(max_size=400),
    st.lists(
        st.sampled_from(
            ["The U.S. has", " 3.5", "%", ". ", "\n", "\n\n", "“Yes!” ", "- ", "# H", "1. ", "[1]", "。", "好", "\t",
             " x" * 90, "y" * 300, "\nA: b; C: d. e", "? ", "| a |", "\u00a0", "…", ")", " word" * 20]
        ),
        max_size=60,
    ).map("".join),
)  # fmt: skip


@given(ANY_TEXT)
@example("a。" * 500)
@example("word " * 1000)
@example("好" * 1000)
@example("1. 2. 3. " * 100)
@example("word 3.5" + "y" * 1200)
@settings(max_examples=300, deadline=None)
def test_laws_of_sentences(text: str) -> None:
    spans = split(text)
    ends = [0, *(offset for span in spans for offset in (span.start, span.end))]
    assert ends == sorted(ends)
    assert ends[-1] <= len(text)
    for span in spans:
        sentence = text[span.start : span.end]
        assert sentence
        assert sentence == sentence.strip()
        assert pieces(sentence) <= MAX_PIECES
    between = [text[left:right] for left, right in zip(ends[0::2], [*ends[1::2], len(text)], strict=True)]
    assert not "".join(between).strip()


@given(ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_laws_of_passages(text: str) -> None:
    spans = split(text)
    found = passages(text, spans)
    assert [span for run in found for span in run] == spans
    assert all(sum(pieces(text[s.start : s.end]) for s in run) <= MAX_PIECES for run in found)


@given(st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=9))
@settings(max_examples=60, deadline=None)
def test_passages_against_trying_all_cuts(sizes: list[tuple[int, bool]]) -> None:
    text, spans = "", []
    for count, paragraph in sizes:
        sentence = " ".join(["word"] * count) + "."
        text += "\n" if paragraph else " "
        spans.append(Span(len(text), len(text) + len(sentence)))
        text += sentence
    found = [len(run) for run in passages(text, spans)]
    assert cost(text, spans, found) == pytest.approx(min(cost(text, spans, way) for way in ways(len(spans))))


def ways(count: int) -> list[list[int]]:
    if count == 0:
        return [[]]
    return [[first, *rest] for first in range(1, count + 1) for rest in ways(count - first)]


def cost(text: str, spans: list[Span], lengths: list[int]) -> float:
    total, start = 0.0, 0
    for length in lengths:
        run = spans[start : start + length]
        size = sum(pieces(text[s.start : s.end]) for s in run)
        if size > MAX_PIECES and length > 1:
            return float("inf")
        total += (size / TARGET_PIECES - 1) ** 2
        start += length
        if start < len(spans) and "\n" not in text[spans[start - 1].end : spans[start].start]:
            total += 0.3
    return total
