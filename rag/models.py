"""Which models there are to write answers with, and how a name becomes a writer.

``embedded`` is the packaged one, ``none`` shows quotes only, other names are GGUF files in the data folder. A path
or a URL is accepted from the settings alone: whoever sends a question over HTTP chooses among the listed names.
"""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag import prompt, weights
from rag.errors import BadModel, BadStore, UnknownModel
from rag.generate import LlamaWriter, RemoteWriter, Writer, check_gguf
from rag.settings import FILE_NAME, Settings

EMBEDDED = "embedded"
NONE = "none"
_EMBEDDED_NAME = "SmolLM2-135M-Instruct"
_HUB_FILE = re.compile(r"^(?P<repo>[\w.-]+/[\w.-]+)/(?P<file>[\w./-]+\.gguf)$", re.IGNORECASE)


class Models:
    """The models that one process has loaded, each once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._writers: dict[str, Writer] = {}
        self._turn = threading.Lock()

    def names(self) -> list[str]:
        """Return the names that a question may ask for, the default first."""
        own = sorted(path.name for path in files_folder(self._settings).glob("*.gguf"))
        return list(dict.fromkeys([self._settings.model, EMBEDDED, NONE, *own]))

    def check(self, name: str | None) -> str:
        """Return the name of a model to use, the default for None.

        Raises:
            UnknownModel: the name is not among ``names()``.
        """
        name = name or self._settings.model
        if name not in self.names():
            raise UnknownModel(f"no model is called '{name}'; known are {', '.join(self.names())}")
        return name

    def writer(self, name: str | None) -> Writer | None:
        """Return the writer of that name, loaded on first use; None for quotes only.

        Raises:
            UnknownModel: the name is not among ``names()``.
            BadModel: the file is missing, damaged or not GGUF.
        """
        name = self.check(name)
        if name == NONE:
            return None
        with self._turn:
            if name not in self._writers:
                self._writers[name] = self._load(name)
            return self._writers[name]

    def fingerprint(self, name: str | None) -> str:
        """Return what tells which model and prompt word an answer: its name, the sha256 of its file, of the prompt."""
        name = self.check(name)
        if name == NONE:
            return NONE
        if name.startswith(("http://", "https://")):
            made = name.rpartition("#")[2]
        else:
            made = f"sha256:{weights.WRITER.sha256 if name == EMBEDDED else weights.file_sha256(self._file(name))}"
        return f"{name.rpartition('#')[2].rpartition('/')[2]} {made} prompt:{prompt.FINGERPRINT}"

    def _file(self, name: str) -> Path:
        own = files_folder(self._settings) / name
        return own if own.is_file() else Path(name).expanduser()

    def _load(self, name: str) -> Writer:
        if name == EMBEDDED:
            folder = weights.prepared(weights.WRITER_COPY, self._settings.models_path)
            return LlamaWriter(folder / "writer.gguf", _EMBEDDED_NAME, self._settings.threads)
        if name.startswith(("http://", "https://")):
            return RemoteWriter(name)
        path = self._file(name)
        return LlamaWriter(path, path.name, self._settings.threads)


def files_folder(settings: Settings) -> Path:
    """Return the folder of the user's own GGUF files."""
    return settings.home / "gguf"


def pull(settings: Settings, what: str) -> Path:
    """Fetch a GGUF file from the hub (``owner/repository/file.gguf``) or copy a local one; return where it lies.

    Raises:
        BadModel: the name cannot be understood, the hub cannot be reached, or the file is not GGUF.
    """
    local = Path(what).expanduser()
    target = files_folder(settings) / local.name
    if local.is_file():
        return _keep(local, target)
    match = _HUB_FILE.match(what)
    if not match:
        raise BadModel(f"'{what}' is neither a file nor owner/repository/file.gguf on the hub")
    from huggingface_hub import hf_hub_download

    try:
        fetched = Path(hf_hub_download(match["repo"], match["file"]))
    except Exception as error:  # the hub client raises its own, requests' and OS errors
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise BadModel(f"'{what}' could not be fetched from the hub: {first}") from None
    return _keep(fetched, target)


def use(settings: Settings, name: str) -> Path:
    """Make a model the default by a line in the data folder's vouch.toml; return that file.

    Raises:
        BadModel: the name stands for no model that can be loaded.
    """
    if name not in Models(settings).names() and not name.startswith(("http://", "https://")):
        check_gguf(Path(name).expanduser())
        name = str(Path(name).expanduser().absolute())
    path = settings.home / FILE_NAME
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    with _writing(settings.home):
        lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
        kept = [line for line in lines if not re.match(r"\s*model\s*=", line)]
        changed = path.with_suffix(".new")
        changed.write_text("\n".join([f'model = "{quoted}"', *kept]) + "\n", encoding="utf-8")
        changed.replace(path)
    return path


def _keep(source: Path, target: Path) -> Path:
    """Copy a checked GGUF file under its final name, which it gets only when it is whole."""
    check_gguf(source)
    with _writing(target.parent):
        partial = target.with_suffix(".part")
        shutil.copyfile(source, partial)
        partial.replace(target)
    return target


@contextmanager
def _writing(folder: Path) -> Iterator[None]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise BadStore(
            f"cannot write to {folder}: {error.strerror or error}; set VOUCH_HOME to another folder"
        ) from None
