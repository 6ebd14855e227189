"""A store that lost commits says so; one that lost none never does."""

from __future__ import annotations

import multiprocessing
import os
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from rag import mark
from rag.errors import BadStore
from rag.store import Store
from tests.test_library import Home
from tests.test_store import put

TEXT = "The bridge is long.\nThe river is deep."


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    """Give the file of a store as a kill leaves it: three documents, the last two of them in the WAL only."""
    whole = tmp_path / "whole" / "vouch.db"
    with closing(Store(whole, create=True)) as first:
        put(first, "a.txt", TEXT)
    store = Store(whole)
    put(store, "b.txt", TEXT)
    put(store, "c.txt", TEXT)
    shutil.copytree(whole.parent, tmp_path / "killed")
    store.close()
    return tmp_path / "killed" / "vouch.db"


def names(path: Path) -> list[str]:
    with closing(Store(path)) as store:
        return [each.id for each in store.documents()]


def wal(path: Path) -> Path:
    return path.with_name("vouch.db-wal")


def test_a_killed_store_has_all_of_its_commits(killed: Path) -> None:
    assert mark.read(killed) == mark.Noted(Store(killed).identity(), 3)
    assert names(killed) == names(killed) == ["a.txt", "b.txt", "c.txt"]


def test_a_lost_wal_is_told(killed: Path) -> None:
    wal(killed).unlink()
    with pytest.raises(BadStore, match=r"its last 2 of 3 changes.*vouch\.db-wal.*delete .*vouch\.mark") as told:
        Store(killed)
    assert "\n" not in str(told.value)
    # Nothing was done yet: what is asked for helps.
    mark.path_of(killed).unlink()
    assert names(killed) == ["a.txt"]


@pytest.mark.parametrize("at", [-1, -4096, -9000])
def test_a_damaged_wal_is_told(killed: Path, at: int) -> None:
    data = bytearray(wal(killed).read_bytes())
    data[at] ^= 4
    wal(killed).write_bytes(data)
    with pytest.raises(BadStore, match="its last 1 of 3 changes"):
        Store(killed)


def test_a_cut_wal_is_told_and_brought_back_helps(killed: Path) -> None:
    data = wal(killed).read_bytes()
    wal(killed).write_bytes(data[:-100])
    with pytest.raises(BadStore, match="its last 1 of 3 changes"):
        Store(killed)


def test_a_store_that_lost_everything_is_not_made_anew(tmp_path: Path) -> None:
    store = Store(tmp_path / "one" / "vouch.db", create=True)
    put(store, "a.txt", TEXT)
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    store.close()
    path = tmp_path / "two" / "vouch.db"
    wal(path).unlink()
    for create in (False, True):
        with pytest.raises(BadStore, match="its last 1 of 1 changes"):
            Store(path, create=create)


def test_an_older_copy_is_told(killed: Path, tmp_path: Path) -> None:
    shutil.copy(killed, tmp_path / "backup")
    assert len(names(killed)) == 3
    shutil.copy(tmp_path / "backup", killed)
    with pytest.raises(BadStore, match="is an older copy"):
        Store(killed)


# No false alarm


@pytest.mark.parametrize("note", [None, b"", b"x" * 44, b"half"])
def test_a_note_that_is_gone_or_damaged_says_nothing(killed: Path, note: bytes | None) -> None:
    mark.path_of(killed).unlink()
    if note is not None:
        mark.path_of(killed).write_bytes(note)
    assert len(names(killed)) == 3
    with closing(Store(killed)) as store:
        put(store, "d.txt", TEXT)
    assert mark.read(killed) == mark.Noted(store.identity(), 4)
    store.close()


def test_every_flipped_bit_of_a_note_is_noticed(killed: Path) -> None:
    whole = mark.path_of(killed).read_bytes()
    for bit in range(0, 8 * len(whole), 5):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        mark.path_of(killed).write_bytes(data)
        assert mark.read(killed) is None


def test_a_kill_between_the_commit_and_its_note(killed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(Store(killed)) as store, monkeypatch.context() as cut:
        cut.setattr(mark, "write", lambda *_: None)
        put(store, "d.txt", TEXT)
    noted = mark.read(killed)
    assert noted
    assert noted.commits == 3
    assert len(names(killed)) == 4


def test_a_folder_that_cannot_be_written_beside_the_store(killed: Path) -> None:
    mark.path_of(killed).unlink()
    mark.path_of(killed).mkdir()
    with closing(Store(killed)) as store:
        put(store, "d.txt", TEXT)
    assert len(names(killed)) == 4


def test_a_store_that_was_moved_away_leaves_a_note_that_does_not_count(killed: Path) -> None:
    for name in ("vouch.db", "vouch.db-wal", "vouch.db-shm"):
        killed.with_name(name).unlink()
    with closing(Store(killed, create=True)) as store:
        put(store, "new.txt", TEXT)
    assert names(killed) == ["new.txt"]


def test_the_note_of_another_store_does_not_count(killed: Path, tmp_path: Path) -> None:
    with closing(Store(tmp_path / "other" / "vouch.db", create=True)) as other:
        put(other, "x.txt", TEXT)
    other_files = tmp_path / "other"
    shutil.copy(mark.path_of(killed), other_files / "vouch.mark")
    assert names(other_files / "vouch.db") == ["x.txt"]


def test_a_late_note_does_not_lower_the_count(killed: Path) -> None:
    noted = mark.read(killed)
    assert noted
    mark.write(killed, mark.Noted(noted.identity, noted.commits - 1))
    assert mark.read(killed) == noted


def _add(path: Path, prefix: str) -> None:
    for number in range(15):
        with closing(Store(path, create=True)) as store:
            put(store, f"{prefix}{number}.txt", TEXT)


def test_processes_that_open_and_write_in_turns_never_alarm_each_other(tmp_path: Path) -> None:
    path = tmp_path / "home" / "vouch.db"
    fork = multiprocessing.get_context("fork")
    children = [fork.Process(target=_add, args=(path, prefix)) for prefix in "ab"]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0]
    noted = mark.read(path)
    assert noted
    assert noted.commits <= 30
    assert len(names(path)) == 30


# The index


def test_who_goes_on_with_what_is_left_gets_no_index_of_what_was(tmp_path: Path) -> None:
    first = Home(tmp_path / "first")
    first.library.add_bytes("a.txt", b"The bridge over the river is long.")
    first.library.close()
    first.library.add_bytes("b.txt", b"The apple is sold at a price.")
    first.library.index()
    shutil.copytree(tmp_path / "first", tmp_path / "second", ignore=shutil.ignore_patterns("*-wal", "*.mark"))
    first.library.close()
    second = Home(tmp_path / "second")
    # The same generation and the same number as the passage that was lost.
    second.library.add_bytes("c.txt", b"The beer is brown.")
    assert second.nearest("beer") == ["c.txt"]
    second.library.close()
    assert os.path.exists(second.settings.index_path)
