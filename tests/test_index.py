"""The FAISS cache: exact scores, and the same answers whatever happened to its files."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag import index
from rag.index import Snapshot, open_index
from rag.records import Span
from rag.store import EmbeddedBy, Store
from tests.fakes import WordEmbedder
from tests.test_store import EMBEDDER, document, put


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "vouch.db", create=True)
    yield opened
    opened.close()


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Notes each time that an index is built instead of loaded."""
    builds: list[int] = []
    build = index._build

    def counted(store: Store, dim: int) -> Any:
        builds.append(1)
        return build(store, dim)

    monkeypatch.setattr(index, "_build", counted)
    return builds


def search(snapshot: Snapshot, question: str, k: int = 10, allowed: list[int] | None = None) -> list[tuple[int, float]]:
    (vector,) = EMBEDDER.encode([question])
    return [(number, round(score, 4)) for number, score in snapshot.search(vector, k, allowed)]


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
    vectors = random.normal(size=(300, 16)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    text = "x " * 300
    runs: list[tuple[Span, ...]] = [(Span(2 * i, 2 * i + 1),) for i in range(300)]
    store.put(document("a.txt", text), runs, vectors, made_by=EmbeddedBy("random", "7", 16))
    numbers = store.numbers(["a.txt"])
    snapshot = open_index(tmp_path / "index", store)
    for query in vectors[:20] + 0.1:
        scores = vectors @ query
        best = [numbers[i] for i in np.argsort(-scores)[:10]]
        assert [number for number, _ in snapshot.search(query, 10)] == best
        allowed = numbers[::3]
        best = [numbers[i] for i in np.argsort(-scores) if numbers[i] in allowed][:10]
        assert [number for number, _ in snapshot.search(query, 10, allowed)] == best


def test_an_empty_store_has_an_empty_index(store: Store, tmp_path: Path) -> None:
    assert search(open_index(tmp_path / "index", store), "bridge") == []
    put(store, "a.txt", "The bridge.")
    store.remove("a.txt")
    assert search(open_index(tmp_path / "index", store), "bridge") == []


def test_saved_once_and_loaded_after(store: Store, tmp_path: Path, built: list[int]) -> None:
    put(store, "a.txt", "The bridge.\nBeer.")
    first = open_index(tmp_path / "index", store)
    second = open_index(tmp_path / "index", store)
    assert len(built) == 1
    assert search(first, "bridge beer") == search(second, "bridge beer")
    manifest = json.loads((tmp_path / "index" / "manifest.json").read_text())
    assert (manifest["generation"], manifest["embedder"], manifest["dim"], manifest["count"]) == (1, "words", 8, 2)
    assert sorted(path.name for path in (tmp_path / "index").iterdir()) == ["manifest.json", "vectors.faiss"]


def test_a_snapshot_does_not_change(store: Store, tmp_path: Path) -> None:
    put(store, "a.txt", "The bridge.")
    old = open_index(tmp_path / "index", store)
    (number,) = store.numbers(["a.txt"])
    store.remove("a.txt")
    put(store, "b.txt", "Beer.\nBridge.")
    new = open_index(tmp_path / "index", store)
    assert search(old, "bridge") == [(number, 1.0)]
    assert [found for found, _ in search(new, "bridge")] == store.numbers(["b.txt"])[::-1]
    assert (old.generation, new.generation) == (1, 3)


def test_another_embedder_is_another_index(store: Store, tmp_path: Path, built: list[int]) -> None:
    put(store, "a.txt", "The bridge.\nBeer.")
    open_index(tmp_path / "index", store)
    other = WordEmbedder(["beer"])
    numbers = np.array(store.numbers(["a.txt"]), dtype=np.int64)
    store.replace_vectors([(numbers, other.encode(["The bridge.", "Beer."]))], EmbeddedBy("words", "2", 2))
    snapshot = open_index(tmp_path / "index", store)
    assert len(built) == 2
    assert snapshot.search(np.array([1, 0], dtype=np.float32), 1) == [(numbers[1], 1.0)]


@pytest.mark.parametrize("name", ["vectors.faiss", "manifest.json"])
def test_damage_is_found_and_mended(store: Store, tmp_path: Path, built: list[int], name: str) -> None:
    put(store, "a.txt", "The bridge.\nThe bridge over the river.\nBeer and sugar and beer.")
    folder = tmp_path / "index"
    sound = search(open_index(folder, store), "bridge beer")
    whole = (folder / name).read_bytes()
    random = np.random.default_rng(11)
    damages = [b"", whole[:-1], whole[: len(whole) // 2], bytes(len(whole)), whole + b"x", b"[]", b'{"a": 1}']
    for place, bit in zip(random.integers(len(whole), size=40), random.integers(8, size=40), strict=True):
        flipped = bytearray(whole)
        flipped[place] ^= 1 << bit
        damages.append(bytes(flipped))
    for count, damage in enumerate(damages):
        (folder / name).write_bytes(damage)
        built.clear()
        assert search(open_index(folder, store), "bridge beer") == sound, count
        # A flipped digit of the count or a blank changes nothing that is relied on.
        assert built == [1] or name == "manifest.json"
    (folder / name).unlink()
    assert search(open_index(folder, store), "bridge beer") == sound
    assert (folder / name).exists()


def test_a_folder_that_cannot_be_written_is_no_error(store: Store, tmp_path: Path) -> None:
    put(store, "a.txt", "The bridge.")
    (tmp_path / "index").write_text("a file where the folder should be")
    assert len(search(open_index(tmp_path / "index", store), "bridge")) == 1
