"""Pages with checksums: a flipped bit anywhere in the store is an error, never another answer."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import apsw
import pytest

from rag.errors import BadStore
from rag.store import Store
from tests.test_store import all_vectors, put

PAGE = 4096


def everything(path: Path) -> object:
    """Read all that a store tells."""
    store = Store(path)
    try:
        documents = [store.document(each.id) for each in store.documents()]
        passages = store.passages(store.numbers())
        found = [store.lexical(word, 1000) for word in ("bridge", "apples", "7", "long")]
        store.check()
        return documents, passages, found, all_vectors(store), store.known(), store.near_duplicates()
    finally:
        store.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "vouch.db"
    store = Store(made, create=True)
    for number in range(40):
        put(store, f"{number}.txt", f"The bridge {number} is long.\n" * 5 + f"It has {number} apples.")
    store.remove("7.txt")
    store.close()
    return made


def test_every_page_in_use_is_checked(path: Path) -> None:
    whole = path.read_bytes()
    pages = len(whole) // PAGE
    free = {number for number in range(pages) if not any(whole[number * PAGE : (number + 1) * PAGE - 8])}
    for number in set(range(pages)) - free:
        data = bytearray(whole)
        data[number * PAGE + PAGE // 2] ^= 4
        path.write_bytes(data)
        with pytest.raises(BadStore, match=f"checksum of page {number + 1} is wrong|another program|page"):
            everything(path)


def test_flipped_bits_are_noticed_or_do_not_matter(path: Path) -> None:
    seed = 20261122
    chance, whole, right = random.Random(seed), path.read_bytes(), everything(path)
    noticed = 0
    for _ in range(60):
        data = bytearray(whole)
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        try:
            assert everything(path) == right, seed
        except BadStore:
            noticed += 1
    assert noticed > 30


def test_a_page_at_the_place_of_another_is_noticed(path: Path) -> None:
    whole = path.read_bytes()
    pages = len(whole) // PAGE
    path.write_bytes(whole[: PAGE * (pages - 2)] + whole[PAGE * (pages - 1) :] + whole[-2 * PAGE : -PAGE])
    with pytest.raises(BadStore, match="checksum"):
        everything(path)


def test_other_programs_can_read_it(path: Path) -> None:
    plain = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    assert plain.pragma("integrity_check") == "ok"
    assert plain.execute("SELECT count(*) FROM sources").fetchone() == (39,)
    plain.close()


@pytest.mark.parametrize("lost", [1, PAGE - 8, PAGE, 2 * PAGE + 100])
def test_an_end_that_is_cut_off_is_noticed_where_sqlite_would_read_zeros(tmp_path: Path, lost: int) -> None:
    whole, cut = tmp_path / "whole" / "vouch.db", tmp_path / "cut" / "vouch.db"
    store = Store(whole, create=True)
    put(store, "long.txt", "The bridge is long.\n" * 2000)
    store.close()
    # What follows stands in the WAL, which says how long the file should be.
    store = Store(whole)
    store.new_conversation()
    shutil.copytree(whole.parent, cut.parent)
    store.close()
    right = everything(whole)
    os.truncate(cut, cut.stat().st_size - lost)
    with pytest.raises(BadStore, match="checksum of page"):
        assert everything(cut) == right
