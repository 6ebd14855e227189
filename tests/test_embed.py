"""The embedder against its reference: sentence-transformers with the same packaged weights."""

from pathlib import Path

import numpy as np
import pytest

from rag import weights
from rag.embed import MiniLM, padded

TEXTS = [
    "The bridge costs $100 million.",
    "How much does the bridge cost?",
    "Apples from North Korea are sold for 169 rubles a kilogram.",
    "",
    "Ein Satz auf Deutsch, naïve café, 平壌.",
    "word " * 600,
]


@pytest.fixture(scope="module")
def minilm(models: Path) -> MiniLM:
    return MiniLM(models, threads=2)


def test_vectors_equal_the_reference(minilm: MiniLM) -> None:
    from sentence_transformers import SentenceTransformer

    folder = weights.locate(weights.ENCODER).parent
    reference = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    wanted = reference.encode(TEXTS, convert_to_numpy=True, show_progress_bar=False)
    cosines = (minilm.encode(TEXTS) * wanted).sum(axis=1)
    assert cosines.min() > 0.999


def test_rows_are_unit_and_do_not_depend_on_their_neighbours(minilm: MiniLM) -> None:
    together = minilm.encode(TEXTS)
    assert together.dtype == np.float32
    assert together.shape == (len(TEXTS), minilm.dim)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-6)
    backwards = minilm.encode(TEXTS[::-1])[::-1]
    alone = np.vstack([minilm.encode([text]) for text in TEXTS])
    assert (together * backwards).sum(axis=1).min() > 0.999
    assert (together * alone).sum(axis=1).min() > 0.999


def test_meaning_decides(minilm: MiniLM) -> None:
    vectors = minilm.encode(TEXTS[:3])
    assert vectors[1] @ vectors[0] > vectors[1] @ vectors[2] + 0.3


def test_no_texts_give_no_rows(minilm: MiniLM) -> None:
    assert minilm.encode([]).shape == (0, 384)


def test_padding_marks_what_is_real() -> None:
    ids, mask = padded([[5, 6, 7], [8]])
    assert ids.tolist() == [[5, 6, 7], [8, 0, 0]]
    assert mask.tolist() == [[1, 1, 1], [1, 0, 0]]
