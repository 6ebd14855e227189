"""Queries for FTS5: cheap in a large store, and in the order that BM25 over all telling words gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from rag import fulltext, schema
from rag.store import Store
from tests.test_store import put

COMMON, MIDDLE, RARE = 240, 60, 6  # passages that hold each word


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Return a store of passages with a common word, of which some hold a rarer one, often more than once."""
    opened = Store(tmp_path / "vouch.db", create=True)
    random = np.random.default_rng(1)
    lines = []
    for place in range(COMMON):
        words = ["every"] + ["beer"] * random.integers(1, 9)
        words += ["river"] * random.integers(1, 4) if place < MIDDLE else []
        words += ["zebra"] * random.integers(1, 3) if place % 20 == 3 and place < 20 * RARE else []
        lines.append(" ".join(words) + ".")
    put(opened, "a.txt", "\n".join(lines))
    put(opened, "b.txt", "A river.")
    yield opened
    opened.close()


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a store of hundreds be as crowded as one of a million."""
    monkeypatch.setattr(fulltext, "_SCORED", 20)
    monkeypatch.setattr(fulltext, "EVERYWHERE", 100)


def counts(**passages: int) -> dict[str, int]:
    return {f'"{word}"': count for word, count in passages.items()}


def test_a_small_store_is_asked_for_any_word() -> None:
    there = counts(how=7, long=3, bridge=5)
    assert fulltext.match("How long? BRIDGE, bridge", there.__getitem__) == '"long" OR "bridge" OR "how"'


@pytest.mark.usefixtures("small")
def test_a_crowded_one_for_the_rarest_with_the_others_to_order_them() -> None:
    there = counts(the=100, bridge=5, river=14, long=60, nowhere=0)
    assert fulltext.match("the bridge river long nowhere", there.__getitem__) == (
        '("bridge" OR "river") AND ("bridge" OR "river" OR "long" OR "long")'
    )
    assert fulltext.match("the bridge river long", there.__getitem__, narrow=False) == '"bridge" OR "river" OR "long"'
    assert fulltext.match("the long", there.__getitem__) == '"long"'
    assert fulltext.match("the nowhere", there.__getitem__) == ""


def test_the_order_is_that_of_all_words_together(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = store.lexical("zebra river", 1000)
    monkeypatch.setattr(fulltext, "_SCORED", 20)
    narrowed = store.lexical("every zebra river", 1000)
    with_zebra = {number for number, _ in store.lexical("zebra", 1000)}
    assert len(with_zebra) == RARE
    assert {number for number, _ in narrowed} == with_zebra
    monkeypatch.setattr(fulltext, "EVERYWHERE", 100)
    narrowed = store.lexical("every zebra river", 1000)
    expected = [(number, score) for number, score in whole if number in with_zebra]
    assert [number for number, _ in narrowed] == [number for number, _ in expected]
    assert [score for _, score in narrowed] == pytest.approx([2 * score for _, score in expected])


@pytest.mark.usefixtures("small")
def test_a_search_in_one_document_is_not_narrowed_by_words_of_others(store: Store) -> None:
    (only,) = store.numbers(["b.txt"])
    assert [number for number, _ in store.lexical("zebra river", 10, ["b.txt"])] == [only]


@pytest.mark.usefixtures("small")
def test_words_that_are_everywhere_find_nothing(store: Store) -> None:
    assert store.lexical("every beer", 10) == []


def test_no_block_of_the_full_text_spills_into_a_second_page(store: Store, tmp_path: Path) -> None:
    for place in range(3):
        put(store, f"{place}.txt", "\n".join(f"w{place}x{word} v{word}." for word in range(1500)))
    pages = schema.connect(tmp_path / "vouch.db", 1000).execute(
        "SELECT pagetype, count(*) FROM dbstat WHERE name = 'words_data' GROUP BY pagetype"
    )
    counts = dict(pages.fetchall())
    assert counts["leaf"] > 10
    assert "overflow" not in counts


def test_counts_of_common_words_are_remembered_until_documents_change(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fulltext, "COMMON", 50)
    asked: list[object] = []
    read = store._read

    def spy(statement: str, values: object = ()) -> list[object]:
        asked.append(values)
        return read(statement, values)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "_read", spy)
    assert [store._counting()('"beer"') for _ in range(3)] == [COMMON] * 3
    assert asked.count(('"beer"', fulltext.EVERYWHERE)) == 1
    assert [store._counting()('"zebra"') for _ in range(3)] == [RARE] * 3
    assert asked.count(('"zebra"', fulltext.EVERYWHERE)) == 3
    put(store, "c.txt", "Beer.")
    assert store._counting()('"beer"') == COMMON + 1
