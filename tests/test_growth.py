"""The growth and peer benches: made passages are what they claim to be, and what was cut off goes on."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from eval import growth_store
from eval.bench_index import Row, table
from eval.bench_peers import Timed, read_task
from eval.bench_peers import table as peers_table
from eval.errors import BadRun
from eval.growth import Maker, Question, Real, embedded, read_real
from eval.growth_store import fill, true_nearest
from eval.intervals import Interval
from rag.embed import Vectors
from rag.entries import EmbeddedBy
from rag.store import Store
from tests.fakes import WordEmbedder

DIM = 24


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder in the form of the public data: a hundred paragraphs of a hundred words."""
    rows = [
        {
            "paragraph": " ".join(f"w{paragraph}x{word}" for word in range(100)),
            "questions": [{"question": f"Where is {paragraph}?", "answers": [f"w{paragraph}x99"]}],
        }
        for paragraph in range(100)
    ]
    for name in ("squad_train", "qed_train"):
        with gzip.open(tmp_path / f"{name}.jsonl.gz", "wt", encoding="utf-8") as lines:
            lines.writelines(
                json.dumps(row if name == "squad_train" else {"paragraph": "so it is"}) + "\n" for row in rows
            )
    return tmp_path


def real(count: int = 50) -> Real:
    random = np.random.default_rng(3)
    texts = [" ".join(f"w{word}" for word in random.integers(200, size=40)) for _ in range(count)]
    vectors: Vectors = random.normal(size=(count, DIM)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Real(texts, vectors, [Question("w1 w2?", (0,))], vectors[:1])


def test_a_question_keeps_its_passage_wherever_the_shuffle_puts_it(data: Path) -> None:
    texts, questions = read_real(data, seed=1, most=250, questions=60)
    assert len(questions) > 20
    for question in questions:
        answer = f"w{question.text[9:-1]}x99"
        assert [place for place, text in enumerate(texts) if answer in text] == list(question.gold)


def test_data_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadRun, match="DATA="):
        read_real(tmp_path, 1, 10, 10)


def test_embedding_that_was_cut_off_goes_on(tmp_path: Path) -> None:
    texts = ["bridge", "apple river", "beer", "train"] * 80
    whole = np.array(embedded(texts, WordEmbedder(), tmp_path / "all.f32", lambda line: None))
    assert np.array_equal(whole, WordEmbedder().encode(texts))
    part = (tmp_path / "all.f32").read_bytes()[: 130 * 8 * 4 + 5]  # in the middle of a row
    (tmp_path / "cut.f32").write_bytes(part)
    rest = WordEmbedder()
    assert np.array_equal(embedded(texts, rest, tmp_path / "cut.f32", lambda line: None), whole)
    assert len(rest.texts) == len(texts) - 130


def test_made_passages_are_near_their_real_ones_and_can_be_made_again() -> None:
    source = real()
    maker = Maker(source, seed=5, noise=0.3)
    texts, vectors = maker.block(40, 400)
    assert texts[:10] == source.texts[40:]
    assert np.array_equal(vectors[:10], source.vectors[40:])
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    again, same = Maker(source, seed=5, noise=0.3).block(40, 400)
    assert texts == again
    assert np.array_equal(vectors, same)
    nearest = (vectors[10:] @ source.vectors.T).max(axis=1)
    # The noise is 0.3 long and lies across the vector: the cosine is about 1 / sqrt(1 + 0.09).
    assert np.median(nearest) == pytest.approx(0.958, abs=0.01)
    assert len({*texts}) == 400
    shared = [max(len({*text.split()} & {*base.split()}) for base in source.texts) for text in texts[10:]]
    assert 20 < np.mean(shared) < 32  # half of forty words were kept, some others hit by chance


def test_a_store_is_filled_to_its_size_and_its_true_nearest_are_true(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth_store, "MADE_BY", EmbeddedBy("made", "1", DIM))
    monkeypatch.setattr(growth_store, "_BLOCK", 200)
    maker = Maker(real(), seed=2)
    fill(tmp_path / "home", maker, 200, lambda line: None)
    fill(tmp_path / "home", maker, 450, lambda line: None)
    store = Store(tmp_path / "home" / "vouch.db")
    assert store.count() == 450
    assert len(store.documents()) == 5
    texts = [passage.text for passage in store.passages(store.numbers()).values()]
    store.close()
    made = [maker.block(0, 200), maker.block(200, 200), maker.block(400, 50)]
    assert sorted(texts) == sorted(text for block, _ in made for text in block)
    vectors = np.concatenate([block for _, block in made])
    numbers = true_nearest(tmp_path / "home", vectors[:7], 5, tmp_path / "kept")
    expected = 1 + np.argsort(-(vectors[:7] @ vectors.T), axis=1, kind="stable")[:, :5]
    assert numbers.tolist() == expected.tolist()
    assert true_nearest(tmp_path / "gone", vectors[:7], 5, tmp_path / "kept").tolist() == expected.tolist()


def test_the_table_tells_every_figure() -> None:
    times = (Interval(0.002, 0.001, 0.003, 9), Interval(0.0415, 0.04, 0.05, 9))
    share = Interval(0.981, 0.97, 0.99, 200)
    row = Row(1_000_000, 61.5, 0.84, 412_000_000, 3_100_000_000, 910_000_000, 1_500_000_000, share, share, times, times,
        times, (0.04, 0.0425))  # fmt: skip
    line = table([row]).splitlines()[-1]
    for told in ("1,000,000", "61.5 s", "0.84 s", "412 MB", "0.91 (1.50) GB", "0.981 [0.970, 0.990], n = 200",
                 "2.0 [1.0, 3.0], 41.5 [40.0, 50.0] ms", "40.0, 42.5"):  # fmt: skip
        assert told in line


def test_peers_are_asked_the_same_and_compared_in_pairs(data: Path) -> None:
    task = read_task(data, passages=30, questions=10, seed=1)
    assert len({*task["passages"]}) == 30
    assert all(len(passage.split()) == 80 for passage in task["passages"])
    assert [question[9:-1] for question in task["questions"]] == [
        passage.split()[0][1:].split("x")[0] for passage in task["passages"][:10]
    ]
    systems = {
        "vouch": Timed("vouch", "1", [100.0, 100.0], [0.01, 0.01], [["a", "b"]]),
        "other": Timed("other", "2", [25.0, 25.0], [0.03, 0.03], [["a", "c"]]),
    }
    line = peers_table(systems, 30, 10, 1).splitlines()[-1]
    assert (
        "| other 2 | 25.0 [25.0, 25.0] | 4.0 times [4.0, 4.0] | 30.0 ms [30.0, 30.0] | 3.0 times [3.0, 3.0] | 0.50 |"
        in line
    )
