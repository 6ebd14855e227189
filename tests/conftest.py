"""What tests share: the converted models, made once for each run."""

import os
from pathlib import Path

import pytest

from rag import threads, weights

threads.calm()


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for converted models; VOUCH_TEST_MODELS keeps one from run to run."""
    kept = os.environ.get("VOUCH_TEST_MODELS")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("models")
    for recipe in weights.RECIPES:
        weights.prepared(recipe, folder)
    return folder
