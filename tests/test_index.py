"""The index: exact cosines, each change at its own cost, and the same answers whatever happened to its files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag import index, indexfile, nearest
from rag.index import Snapshot, open_index
from rag.nearest import Numbers, Vectors
from rag.records import Span
from rag.store import EmbeddedBy, Store
from tests.fakes import WordEmbedder
from tests.test_store import EMBEDDER, document, put

DIM = 16
RANDOM = EmbeddedBy("random", "7", DIM)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "vouch.db", create=True)
    yield opened
    opened.close()


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Notes each time that an index is built instead of loaded or brought up to date."""
    builds: list[int] = []
    build = nearest.build

    def counted(dim: int, count: int, batches: Any) -> Any:
        builds.append(count)
        return build(dim, count, batches)

    monkeypatch.setattr(nearest, "build", counted)
    return builds


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Notes how many vectors are read from the store to bring a snapshot up to date."""
    counts: list[int] = []
    vectors_of = Store.vectors_of

    def counted(self: Store, numbers: Iterable[int]) -> tuple[Numbers, Vectors]:
        found = vectors_of(self, numbers)
        counts.append(len(found[0]))
        return found

    monkeypatch.setattr(Store, "vectors_of", counted)
    return counts


@pytest.fixture
def in_lists(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sort even a few hundred vectors into lists, and read all lists: what is missed is missed by the code alone."""
    monkeypatch.setattr(nearest, "EXACT_UP_TO", 100)
    monkeypatch.setattr(nearest, "_IN_A_LIST", 32)
    monkeypatch.setattr(nearest, "_READ_LEAST", 1 << 20)


def search(snapshot: Snapshot, question: str, k: int = 10, allowed: list[int] | None = None) -> list[tuple[int, float]]:
    (vector,) = EMBEDDER.encode([question])
    return [(number, round(score, 4)) for number, score in snapshot.search(vector, k, allowed)]


def units(random: np.random.Generator, count: int, dim: int = DIM) -> Vectors:
    """Return unit rows around forty centres, as texts on forty subjects would have."""
    centres = np.random.default_rng(5).normal(size=(40, dim))
    rows = centres[random.integers(40, size=count)] + 0.6 * random.normal(size=(count, dim))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def put_vectors(store: Store, name: str, vectors: Vectors) -> None:
    """Store a document with a passage for each vector."""
    runs: list[tuple[Span, ...]] = [(Span(2 * i, 2 * i + 1),) for i in range(len(vectors))]
    text = f"{'x ' * len(vectors)}{name} {np.abs(vectors).sum()}"
    store.put(document(name, text), runs, vectors, made_by=RANDOM)


def brute(store: Store, query: Vectors, k: int, allowed: list[int] | None = None) -> list[int]:
    parts = [*store.vectors()]
    if not parts:
        return []
    numbers = np.concatenate([part for part, _ in parts])
    scores = np.concatenate([vectors for _, vectors in parts]) @ query
    if allowed is not None:
        scores, numbers = scores[np.isin(numbers, allowed)], numbers[np.isin(numbers, allowed)]
    return [int(number) for number in numbers[np.lexsort((numbers, -scores))][:k]]


def found(snapshot: Snapshot, query: Vectors, k: int = 10, allowed: list[int] | None = None) -> list[int]:
    return [number for number, _ in snapshot.search(query, k, allowed)]


def change_at_random(store: Store, random: np.random.Generator, names: list[str], most: int = 12) -> None:
    """Add, replace or remove one document."""
    name = names[random.integers(len(names))]
    if random.random() < 0.35 and name in {one.id for one in store.documents()}:
        store.remove(name)
    else:
        put_vectors(store, name, units(random, int(random.integers(1, most))))


def test_search_gives_cosines_best_first(store: Store, tmp_path: Path) -> None:
    put(store, "a.txt", "The bridge.\nThe bridge over the river.\nBeer.")
    first, second, third = store.numbers(["a.txt"])
    snapshot = open_index(tmp_path / "index", store)
    assert len(snapshot) == 3
    assert search(snapshot, "bridges") == [(first, 1.0), (second, 0.7071), (third, 0.0)]
    assert search(snapshot, "bridges", k=1) == [(first, 1.0)]
    assert search(snapshot, "bridges", allowed=[second, third, 999]) == [(second, 0.7071), (third, 0.0)]
    assert search(snapshot, "bridges", allowed=[]) == []
    assert search(snapshot, "bridges", k=0) == []


def test_against_brute_force(store: Store, tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    put_vectors(store, "a.txt", units(random, 300))
    snapshot = open_index(tmp_path / "index", store)
    allowed = store.numbers(["a.txt"])[::3]
    for query in units(random, 20):
        assert found(snapshot, query) == brute(store, query, 10)
        assert found(snapshot, query, 10, allowed) == brute(store, query, 10, allowed)


def test_an_empty_store_has_an_empty_index(store: Store, tmp_path: Path) -> None:
    assert search(open_index(tmp_path / "index", store), "bridge") == []
    put(store, "a.txt", "The bridge.")
    held = open_index(tmp_path / "index", store)
    store.remove("a.txt")
    assert search(open_index(tmp_path / "index", store), "bridge") == []
    assert search(open_index(tmp_path / "index", store, held), "bridge") == []


def test_saved_once_and_loaded_after(store: Store, tmp_path: Path, built: list[int]) -> None:
    put(store, "a.txt", "The bridge.\nBeer.")
    first = open_index(tmp_path / "index", store)
    second = open_index(tmp_path / "index", store)
    assert built == [2]
    assert search(first, "bridge beer") == search(second, "bridge beer")
    manifest = json.loads((tmp_path / "index" / "manifest.json").read_text())
    assert (manifest["generation"], manifest["name"], manifest["dim"], manifest["count"]) == (1, "words", 8, 2)
    names = sorted(path.name for path in (tmp_path / "index").iterdir())
    assert names == ["manifest.json", f"vectors-1-{manifest['sha256'][:16]}.faiss"]


@pytest.mark.parametrize("held", [True, False], ids=["held", "from the file"])
def test_one_changed_document_costs_its_own_vectors(
    store: Store, tmp_path: Path, built: list[int], read: list[int], held: bool
) -> None:
    random = np.random.default_rng(3)
    for place in range(30):
        put_vectors(store, f"{place}.txt", units(random, 20))
    snapshot = open_index(tmp_path / "index", store)
    before = (tmp_path / "index" / "manifest.json").read_bytes()
    put_vectors(store, "7.txt", units(random, 5))
    store.remove("9.txt")
    snapshot = open_index(tmp_path / "index", store, snapshot if held else None)
    assert (built, read) == ([600], [5])
    assert (tmp_path / "index" / "manifest.json").read_bytes() == before
    assert len(snapshot) == 600 - 20 - 20 + 5
    for query in units(random, 10):
        assert found(snapshot, query, 30) == brute(store, query, 30)


@pytest.mark.parametrize("seed", range(6))
def test_random_changes_give_what_a_fresh_build_gives(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(index, "_LEAST_CHANGED", 25)  # so that new bases are made on the way
    random = np.random.default_rng(seed)
    names = [f"{place}.txt" for place in range(8)]
    held: Snapshot | None = None
    for step in range(25):
        change_at_random(store, random, names)
        # A process goes on from what it holds; one that starts goes on from the file.
        held = open_index(tmp_path / "index", store, held if random.random() < 0.8 else None)
        fresh = open_index(tmp_path / f"fresh{step}", store)
        allowed = store.numbers(names[::2])
        for query in units(random, 3):
            assert found(held, query, 15) == found(fresh, query, 15) == brute(store, query, 15)
            assert found(held, query, 15, allowed) == brute(store, query, 15, allowed)
        assert len(held) == len(fresh) == store.count()


@pytest.mark.usefixtures("in_lists")
def test_lists_find_what_brute_force_finds_and_change_in_place(
    store: Store, tmp_path: Path, built: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_LEAST_CHANGED", 40)
    random = np.random.default_rng(2)
    names = [f"{place}.txt" for place in range(40)]
    for name in names:
        put_vectors(store, name, units(random, 20))
    held = open_index(tmp_path / "index", store)
    bases, shared = {held.base}, []
    for step in range(60):
        change_at_random(store, random, names)
        # Every fifth snapshot is of a process that maps the file.
        held = open_index(tmp_path / "index", store, held if step % 5 else None)
        bases.add(held.base)
        allowed = store.numbers(names[: 1 + step % 4])
        for query in units(random, 3):
            true = brute(store, query, 10)
            shared.append(len({*true} & {*found(held, query)}) / len(true))
            inside = brute(store, query, 5, allowed)
            assert len({*inside} & {*found(held, query, 5, allowed)}) >= len(inside) - 1
        assert len(held) == store.count()
    assert built == [800]  # the centres were learnt once, however much has changed since
    assert len(bases) > 3
    # Half precision changes the order of next to no neighbours.
    assert np.mean(shared) > 0.99


@pytest.mark.usefixtures("in_lists")
def test_an_index_that_has_outgrown_its_kind_is_built_again(store: Store, tmp_path: Path, built: list[int]) -> None:
    random = np.random.default_rng(4)
    put_vectors(store, "a.txt", units(random, 40))
    held = open_index(tmp_path / "index", store)
    put_vectors(store, "b.txt", units(random, 1500))
    held = open_index(tmp_path / "index", store, held)
    assert built == [40, 1540]
    query = units(random, 1)[0]
    assert len({*brute(store, query, 10)} & {*found(held, query)}) >= 9
    store.remove("b.txt")
    held = open_index(tmp_path / "index", store, held)
    assert built == [40, 1540, 40]
    assert found(held, query) == brute(store, query, 10)


def test_a_snapshot_does_not_change(store: Store, tmp_path: Path) -> None:
    put(store, "a.txt", "The bridge.")
    old = open_index(tmp_path / "index", store)
    (number,) = store.numbers(["a.txt"])
    store.remove("a.txt")
    put(store, "b.txt", "Beer.\nBridge.")
    new = open_index(tmp_path / "index", store, old)
    assert search(old, "bridge") == [(number, 1.0)]
    assert [one for one, _ in search(new, "bridge")] == store.numbers(["b.txt"])[::-1]
    assert (old.generation, new.generation) == (1, 3)


@pytest.mark.usefixtures("in_lists")
def test_readers_keep_their_snapshots_while_new_bases_replace_the_file(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index, "_LEAST_CHANGED", 10)
    random = np.random.default_rng(6)
    for place in range(30):
        put_vectors(store, f"{place}.txt", units(random, 10))
    open_index(tmp_path / "index", store)
    queries = units(random, 5)
    readers = []
    for place in range(4):
        mapped = open_index(tmp_path / "index", store)  # each maps a file that the next step replaces
        readers.append((mapped, [mapped.search(query, 10) for query in queries]))
        put_vectors(store, f"{place}.txt", units(random, 12))
        open_index(tmp_path / "index", store)
        assert len([*(tmp_path / "index").glob("*.faiss")]) == 1
    for snapshot, before in readers:
        assert [snapshot.search(query, 10) for query in queries] == before


def test_another_embedder_is_another_index(store: Store, tmp_path: Path, built: list[int]) -> None:
    put(store, "a.txt", "The bridge.\nBeer.")
    held = open_index(tmp_path / "index", store)
    other = WordEmbedder(["beer"])
    numbers = np.array(store.numbers(["a.txt"]), dtype=np.int64)
    store.replace_vectors([(numbers, other.encode(["The bridge.", "Beer."]))], EmbeddedBy("words", "2", 2))
    snapshot = open_index(tmp_path / "index", store, held)
    assert len(built) == 2
    assert snapshot.search(np.array([1, 0], dtype=np.float32), 1) == [(numbers[1], 1.0)]


def test_the_file_of_another_store_is_not_taken(store: Store, tmp_path: Path, built: list[int]) -> None:
    put(store, "a.txt", "The bridge.\nBeer.")
    open_index(tmp_path / "index", store)
    with_same_numbers = Store(tmp_path / "other.db", create=True)
    put(with_same_numbers, "a.txt", "Apples.\nThe train.")
    snapshot = open_index(tmp_path / "index", with_same_numbers)
    assert built == [2, 2]
    assert search(snapshot, "apple", k=1) == [(with_same_numbers.numbers(["a.txt"])[0], 1.0)]
    with_same_numbers.close()


def test_a_store_that_was_put_back_is_not_searched_with_newer_vectors(store: Store, tmp_path: Path) -> None:
    put(store, "a.txt", "The bridge.")
    store.close()
    shutil.copy(tmp_path / "vouch.db", tmp_path / "backup.db")
    later = Store(tmp_path / "vouch.db")
    put(later, "b.txt", "Bridges.\nBeer.")
    held = open_index(tmp_path / "index", later)
    back = Store(tmp_path / "backup.db")
    for start in (None, held):
        assert search(open_index(tmp_path / "index", back, start), "bridge") == [(back.numbers(["a.txt"])[0], 1.0)]
    back.close()
    later.close()


@pytest.mark.parametrize("kind", ["exact", "lists"])
@pytest.mark.parametrize("name", ["vectors", "manifest"])
def test_damage_is_found_and_mended(
    store: Store, tmp_path: Path, built: list[int], request: pytest.FixtureRequest, name: str, kind: str
) -> None:
    if kind == "lists":
        request.getfixturevalue("in_lists")
    put_vectors(store, "a.txt", units(np.random.default_rng(1), 150))
    folder, (query,) = tmp_path / "index", units(np.random.default_rng(9), 1)
    sound = open_index(folder, store).search(query, 10)
    (path,) = folder.glob(f"{name}*")
    whole = path.read_bytes()
    random = np.random.default_rng(11)
    damages = [b"", whole[:-1], whole[: len(whole) // 2], bytes(len(whole)), whole + b"x", b"[]", b'{"a": 1}']
    for place, bit in zip(random.integers(len(whole), size=40), random.integers(8, size=40), strict=True):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << bit
        damages.append(bytes(flipped))
    for count, damage in enumerate(damages):
        path.write_bytes(damage)
        built.clear()
        assert open_index(folder, store).search(query, 10) == sound, count
        # A flipped digit of the count or a blank changes nothing that is relied on.
        assert built == [150] or name == "manifest"
    path.unlink()
    assert open_index(folder, store).search(query, 10) == sound
    assert path.exists()


def test_a_manifest_cannot_name_a_file_elsewhere(store: Store, tmp_path: Path) -> None:
    put(store, "a.txt", "The bridge.")
    open_index(tmp_path / "index", store)
    path = tmp_path / "index" / "manifest.json"
    manifest = json.loads(path.read_text())
    for sha256 in ("/../../secret", "x" * 64, 7, None):
        path.write_text(json.dumps({**manifest, "sha256": sha256}))
        assert indexfile.load(tmp_path / "index") is None


def test_a_folder_that_cannot_be_written_is_no_error(store: Store, tmp_path: Path) -> None:
    put(store, "a.txt", "The bridge.")
    (tmp_path / "index").write_text("a file where the folder should be")
    assert len(search(open_index(tmp_path / "index", store), "bridge")) == 1
