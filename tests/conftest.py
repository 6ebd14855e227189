"""What tests share: the converted models, made once for each run, and a server with a scripted engine."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import threads, weights
from tests.fakes_web import Switch, Web, listening, serving

threads.calm()


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder for converted models; VOUCH_TEST_MODELS keeps one from run to run."""
    kept = os.environ.get("VOUCH_TEST_MODELS")
    folder = Path(kept) if kept else tmp_path_factory.mktemp("models")
    for recipe in weights.RECIPES:
        weights.prepared(recipe, folder)
    return folder


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[Switch, int]]:
    """Run one server for all tests of a file."""
    with listening() as running:
        yield running


@pytest.fixture
def web(server: tuple[Switch, int]) -> Iterator[Web]:
    """Put a fresh application with a scripted engine behind the server."""
    with serving(server) as running:
        yield running
