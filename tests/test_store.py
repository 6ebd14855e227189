"""The store: what was put is found, what was removed is gone, and what breaks says so in one line."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import apsw
import numpy as np
import pytest

from rag import chunk, schema
from rag.errors import BadStore, NoIndex, UnknownDocument
from rag.records import Document, Span
from rag.store import EmbeddedBy, Store
from tests.fakes import WordEmbedder

EMBEDDER = WordEmbedder()
MADE_BY = EmbeddedBy(EMBEDDER.name, EMBEDDER.revision, EMBEDDER.dim)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "home" / "vouch.db", create=True)
    yield opened
    opened.close()


def document(name: str, text: str, title: str = "") -> Document:
    return Document(
        id=name,
        source=f"/docs/{name}",
        title=title or name,
        media_type="text/plain",
        text=text,
        revision=hashlib.sha256(text.encode()).hexdigest(),
        date="2025-07-20",
        bytes=len(text.encode()),
    )


def put(store: Store, name: str, text: str, title: str = "") -> Document:
    """Store a document whose every line is a passage."""
    made = document(name, text, title)
    runs: list[tuple[Span, ...]] = [(span,) for span in chunk.split(text)]
    vectors = EMBEDDER.encode([text[run[0].start : run[-1].end] for run in runs])
    store.put(made, runs, vectors, made_by=MADE_BY, content=f"sha of {name}", stamp="1")
    return made


def found(store: Store, question: str, documents: list[str] | None = None) -> list[str]:
    numbers = [number for number, _ in store.lexical(question, 10, documents)]
    passages = store.passages(numbers)
    return [passages[number].text for number in numbers if number in passages]


def all_vectors(store: Store) -> dict[int, list[float]]:
    return {
        number: vector
        for numbers, vectors in store.vectors(batch=2)
        for number, vector in zip(numbers.tolist(), vectors.tolist(), strict=True)
    }


def test_what_was_put_comes_back(store: Store) -> None:
    put(store, "a.txt", "The bridge is long. 橋\nThe apple is red.", "On bridges")
    (listed,) = store.documents()
    assert (listed.id, listed.title, listed.text, listed.passages, listed.date) == (
        "a.txt", "On bridges", "", 3, "2025-07-20")  # fmt: skip
    whole = store.document("a.txt")
    assert whole.text == "The bridge is long. 橋\nThe apple is red."
    assert whole.revision == hashlib.sha256(whole.text.encode()).hexdigest()
    numbers = store.numbers(["a.txt"])
    passages = store.passages(reversed(numbers))
    assert sorted(passages) == numbers
    assert [passages[n].text for n in numbers] == ["The bridge is long.", "橋", "The apple is red."]
    for passage in passages.values():
        assert passage.text == whole.text[passage.start : passage.end]
        assert [passage.quote(span) for span in passage.sentences] == [passage.text]
        assert (passage.document, passage.title, passage.revision) == ("a.txt", "On bridges", whole.revision)
    vectors = all_vectors(store)
    assert list(vectors) == numbers
    assert np.allclose(list(vectors.values()), EMBEDDER.encode(["bridge", "", "apple"]))
    known = store.known()["/docs/a.txt"]
    assert (known.document, known.stamp, known.content, known.passages) == ("a.txt", "1", "sha of a.txt", 3)


def test_lexical_ranks_words_and_titles(store: Store) -> None:
    put(store, "a.txt", "The bridge is a bridge.\nThe bridge is long and wide.\nApples are red.", "Notes")
    put(store, "b.txt", "Beer is brown.", "All about bridges")
    assert found(store, "bridges?")[0] == "The bridge is a bridge."
    assert sorted(found(store, "bridges?")) == [
        "Beer is brown.", "The bridge is a bridge.", "The bridge is long and wide."]  # fmt: skip
    assert found(store, "bridge", ["b.txt"]) == ["Beer is brown."]
    assert found(store, "bridge", []) == []
    scores = [score for _, score in store.lexical("bridge apple", 10)]
    assert scores == sorted(scores, reverse=True)
    assert len(store.lexical("bridge apple", 2)) == 2
    put(store, "c.txt", "Die Größe der Straße.")
    assert found(store, "grosse GRÖSSE größe") == ["Die Größe der Straße."]


@pytest.mark.parametrize(
    "question",
    [
        'apple" OR "', "apple AND", "title: apple", "apple*", "NEAR(apple)", "-apple", "^apple", "(apple",
        "apple; DROP TABLE documents", "'apple'", "{title} : apple", "apple \0 \ud83c", "+apple+",
    ],
)  # fmt: skip
def test_a_question_is_never_syntax(store: Store, question: str) -> None:
    put(store, "a.txt", "The apple is red.")
    assert found(store, question) == ["The apple is red."]


@pytest.mark.parametrize("question", ["", "  ", '"', "*", "?!", "()", "\0"])
def test_a_question_without_words_finds_nothing(store: Store, question: str) -> None:
    put(store, "a.txt", "The apple is red.")
    assert found(store, question) == []


def test_a_new_revision_replaces_the_old(store: Store) -> None:
    put(store, "a.txt", "The bridge is long.\nBeer.")
    old = store.numbers(["a.txt"])
    generation = store.generation()
    put(store, "a.txt", "The apple is red.")
    assert store.generation() == generation + 1
    assert found(store, "bridge beer apple") == ["The apple is red."]
    assert store.passages(old) == {}
    new = store.numbers(["a.txt"])
    assert list(all_vectors(store)) == new
    assert min(new) > max(old)


def test_removed_is_gone_and_its_numbers_are_never_used_again(store: Store) -> None:
    put(store, "a.txt", "The bridge is long.")
    (old,) = store.numbers(["a.txt"])
    store.remove("a.txt")
    assert store.documents() == []
    assert found(store, "bridge") == []
    assert all_vectors(store) == {}
    assert store.passages([old]) == {}
    with pytest.raises(UnknownDocument, match=r"no document 'a\.txt'"):
        store.document("a.txt")
    with pytest.raises(UnknownDocument, match=r"no document 'a\.txt'"):
        store.remove("a.txt")
    put(store, "a.txt", "The bridge is long.")
    assert store.numbers(["a.txt"]) > [old]


def test_put_is_all_or_nothing(store: Store) -> None:
    put(store, "a.txt", "The bridge is long.")
    before = (store.generation(), store.numbers(["a.txt"]))
    clash = document("a.txt", "Apple.")
    other = Document(**{name: getattr(clash, name) for name in Document.__slots__} | {"source": "/other"})
    with pytest.raises(BadStore, match="two processes"):
        store.put(other, [(Span(0, 6),)], EMBEDDER.encode(["apple"]), made_by=MADE_BY)
    with pytest.raises(BadStore, match="made with"):
        store.put(clash, [(Span(0, 6),)], EMBEDDER.encode(["apple"]), made_by=EmbeddedBy("other", "1", EMBEDDER.dim))
    for bad in (EMBEDDER.encode(["apple"]) * 2, EMBEDDER.encode(["apple"]) * np.float32("nan"), EMBEDDER.encode([])):
        with pytest.raises(ValueError, match=r"vector|float32"):
            store.put(clash, [(Span(0, 6),)], bad, made_by=MADE_BY)
    assert (store.generation(), store.numbers(["a.txt"])) == before
    assert found(store, "bridge") == ["The bridge is long."]
    assert found(store, "apple") == []


def test_touch_is_not_a_change(store: Store) -> None:
    put(store, "a.txt", "The bridge is long.")
    generation = store.generation()
    store.touch({"/docs/a.txt": "2", "/docs/none": "3"})
    assert store.known()["/docs/a.txt"].stamp == "2"
    assert store.generation() == generation


def test_replace_vectors(store: Store) -> None:
    put(store, "a.txt", "The bridge is long.\nApple.")
    numbers = np.array(store.numbers(["a.txt"]), dtype=np.int64)
    other, made_by = WordEmbedder(["long"]), EmbeddedBy("words", "2", 2)
    with pytest.raises(ValueError, match="not every passage"):
        store.replace_vectors([(numbers[:1], other.encode(["long"]))], made_by)
    assert store.embedded_by() == MADE_BY
    store.replace_vectors([(numbers, other.encode(["long", "apple"]))], made_by)
    assert store.embedded_by() == made_by
    assert list(all_vectors(store).values()) == [[1.0, 0.0], [0.0, 1.0]]


def test_conversations(store: Store) -> None:
    generation = store.generation()
    first, second = store.new_conversation(), store.new_conversation("Named")
    assert store.add_turn(first, "How long?", json.dumps({"answer": "850 m"}))
    assert store.add_turn(first, "How wide?", "{}")
    assert [(c.id, c.title, c.turns) for c in store.conversations()] == [
        (second, "Named", 0), (first, "How long?", 2)]  # fmt: skip
    assert [(t.question, t.answer) for t in store.turns(first)] == [
        ("How long?", '{"answer": "850 m"}'), ("How wide?", "{}")]  # fmt: skip
    assert store.delete_conversation(first)
    assert not store.delete_conversation(first)
    assert store.turns(first) == []
    assert not store.add_turn(first, "Still there?", "{}")
    assert store.generation() == generation


def test_frozen_reads_one_state(store: Store) -> None:
    put(store, "a.txt", "The bridge is long.")
    with store.frozen() as generation:
        writer = threading.Thread(target=put, args=(store, "b.txt", "Apple."))
        writer.start()
        writer.join()
        assert store.generation() == generation
        assert len(all_vectors(store)) == 1
    assert store.generation() == generation + 1
    assert len(all_vectors(store)) == 2


def test_many_threads_read_while_one_writes(store: Store) -> None:
    put(store, "a.txt", "The bridge is long.")
    stop, faults = threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            try:
                assert "The bridge is long." in found(store, "bridge")
            except Exception as error:
                faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(8)]
    for reader in readers:
        reader.start()
    for number in range(30):
        put(store, "b.txt", f"Apple bridge {number}.")
    stop.set()
    for reader in readers:
        reader.join()
    assert faults == []


def test_no_store(tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="run: vouch index PATH"):
        Store(tmp_path / "vouch.db")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "vouch.db").touch()
    with pytest.raises(NoIndex, match="run: vouch index PATH"):
        Store(tmp_path / "vouch.db")


def test_not_our_store(tmp_path: Path) -> None:
    path = tmp_path / "vouch.db"
    path.write_bytes(b"not a database at all, but long enough to be looked at" * 100)
    with pytest.raises(BadStore, match="is damaged"):
        Store(path)
    path.unlink()
    other = apsw.Connection(str(path))
    other.execute("CREATE TABLE theirs(x)")
    other.close()
    with pytest.raises(BadStore, match="another program"):
        Store(path, create=True)
    (tmp_path / "file").touch()
    with pytest.raises(BadStore, match="check its permissions"):
        Store(tmp_path / "file" / "vouch.db", create=True)
    (tmp_path / "folder").mkdir()
    with pytest.raises(BadStore, match="check its permissions"):
        Store(tmp_path / "folder")


def test_a_newer_layout(tmp_path: Path) -> None:
    Store(tmp_path / "vouch.db", create=True).close()
    newer = schema.connect(tmp_path / "vouch.db", 1000)
    newer.pragma("user_version", 99)
    newer.close()
    with pytest.raises(BadStore, match="newer version"):
        Store(tmp_path / "vouch.db")


def test_an_older_layout(tmp_path: Path) -> None:
    older = apsw.Connection(str(tmp_path / "vouch.db"))
    older.execute("CREATE TABLE meta(x)")
    older.pragma("application_id", 0x566F7531)
    older.pragma("user_version", 1)
    older.close()
    with pytest.raises(BadStore, match=r"earlier version; move it away and run: vouch index PATH"):
        Store(tmp_path / "vouch.db", create=True)


def test_damage_is_told(tmp_path: Path) -> None:
    path = tmp_path / "vouch.db"
    store = Store(path, create=True)
    for number in range(60):
        put(store, f"{number}.txt", f"The bridge {number} is long.\n" * 20)
    store.close()
    whole = path.read_bytes()
    for kept in (300, 5000, len(whole) // 2):
        path.write_bytes(whole[:kept])
        with pytest.raises(BadStore, match="is damaged"):
            read_all(path)
    path.write_bytes(whole[:4096] + bytes(len(whole) - 4096))
    with pytest.raises(BadStore, match="is damaged"):
        read_all(path)


def test_a_check_reads_every_page(tmp_path: Path) -> None:
    path = tmp_path / "vouch.db"
    store = Store(path, create=True)
    for number in range(60):
        put(store, f"{number}.txt", f"The bridge {number} is long.\n" * 20)
    store.check()
    store.close()
    whole = bytearray(path.read_bytes())
    whole[-20_000:-16_000] = bytes(4000)
    path.write_bytes(whole)
    damaged = Store(path)
    with pytest.raises(BadStore, match="is damaged"):
        damaged.check()
    damaged.close()


def read_all(path: Path) -> None:
    store = Store(path)
    try:
        for listed in store.documents():
            store.document(listed.id)
        store.passages(number for number, _ in store.lexical("bridge", 10_000))
        all_vectors(store)
    finally:
        store.close()


def test_a_second_writer_waits_then_says_so(store: Store, tmp_path: Path) -> None:
    second = Store(tmp_path / "home" / "vouch.db", busy_seconds=0.2)
    holder = apsw.Connection(str(tmp_path / "home" / "vouch.db"))
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(BadStore, match="another process is writing"):
        put(second, "a.txt", "Apple.")
    holder.execute("COMMIT")
    holder.close()
    put(second, "a.txt", "Apple.")
    second.close()
    assert found(store, "apple") == ["Apple."]


def test_a_disk_that_fails_while_the_store_is_closed_costs_nothing(tmp_path: Path) -> None:
    class Failing:
        def close(self) -> None:
            raise apsw.IOError("disk I/O error")

    store = Store(tmp_path / "vouch.db", create=True)
    put(store, "a.txt", "Apple.")
    failing = Failing()
    store._open.add(failing)  # type: ignore[arg-type]
    store.close()
    assert not list(tmp_path.glob("*-wal"))
    again = Store(tmp_path / "vouch.db")
    assert [each.id for each in again.documents()] == ["a.txt"]
    again.close()


WRITER = """
import sys
from pathlib import Path
from rag.store import Store
from tests.test_store import put
store = Store(Path(sys.argv[1]), create=True, busy_seconds=30)
for number in range(int(sys.argv[3])):
    name = f"{sys.argv[2]}{number % 40}.txt"
    put(store, name, f"The bridge {number} is long.\\nIt has {number} apples in {name}.")
    print(name, number, flush=True)
"""


def write(path: Path, prefix: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), prefix, str(count)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[1],
    )


def test_processes_that_make_a_store_at_once_wait_for_each_other(tmp_path: Path) -> None:
    for number in range(2):
        path = tmp_path / str(number) / "vouch.db"
        writers = [write(path, prefix, 1) for prefix in ("a", "b", "c")]
        for writer in writers:
            writer.communicate(timeout=30)
            assert writer.returncode == 0


def test_two_processes_make_and_fill_one_store(tmp_path: Path) -> None:
    path = tmp_path / "new" / "vouch.db"
    writers = [write(path, prefix, 20) for prefix in ("a", "b")]
    for writer in writers:
        writer.communicate(timeout=30)
        assert writer.returncode == 0
    store = Store(path)
    assert len(store.documents()) == 40
    assert store.generation() == 40
    assert len(all_vectors(store)) == 80
    store.close()


def test_killed_while_writing_loses_nothing_acknowledged(tmp_path: Path) -> None:
    path, acknowledged, seen = tmp_path / "vouch.db", {}, 0
    for trial in range(5):
        writer = write(path, "a", 100_000)
        assert writer.stdout is not None
        for _ in range(1 + 37 * trial):
            name, number = writer.stdout.readline().split()
            acknowledged[name] = int(number)
        os.kill(writer.pid, signal.SIGKILL)
        rest = writer.communicate()[0]
        for line in rest.splitlines(keepends=True):
            if line.endswith("\n"):
                name, number = line.split()
                acknowledged[name] = int(number)
        seen += check_all(path, acknowledged)
    assert seen > 40


def check_all(path: Path, acknowledged: dict[str, int]) -> int:
    """Compare what is in the store, every part of it, with what was acknowledged; at most one put was not heard of."""
    store = Store(path)
    assert apsw.Connection(str(path)).pragma("integrity_check") == "ok"
    unheard = 0
    for listed in store.documents():
        text = store.document(listed.id).text
        number = int(text.split()[2])
        unheard += number != acknowledged.pop(listed.id, None)
        passages = store.passages(store.numbers([listed.id]))
        assert [passage.text for passage in passages.values()] == text.split("\n")
        assert len(store.lexical("apples", 1000, [listed.id])) == 1
    assert acknowledged == {}
    assert unheard <= 1
    assert len(all_vectors(store)) == 2 * len(store.documents())
    assert len(store.lexical("apples", 1000)) == len(store.documents())
    count = len(store.documents())
    store.close()
    return count


def test_a_connection_that_can_only_read_is_opened_again(store: Store, tmp_path: Path) -> None:
    put(store, "a.txt", "A bridge.")
    reading = apsw.Connection(str(tmp_path / "home" / "vouch.db"), flags=apsw.SQLITE_OPEN_READONLY)
    store._writer.close()
    store._writer = reading
    with pytest.raises(BadStore, match="cannot be read and written"):
        put(store, "b.txt", "A river.")
    put(store, "b.txt", "A river.")
    assert [document.id for document in store.documents()] == ["a.txt", "b.txt"]
