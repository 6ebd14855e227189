"""Which models can be named, by whom, and how a default is chosen."""

from pathlib import Path

import pytest

from rag import models
from rag.errors import BadModel, UnknownModel
from rag.models import Models
from rag.settings import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path)


def gguf(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"GGUF and more")
    return path


def test_the_default_comes_first_and_own_files_are_listed(settings: Settings) -> None:
    gguf(models.files_folder(settings) / "big.gguf")
    assert Models(settings).names() == ["embedded", "none", "big.gguf"]
    assert Models(settings.model_copy(update={"model": "none"})).names()[0] == "none"


def test_none_is_no_writer(settings: Settings) -> None:
    assert Models(settings).writer("none") is None


@pytest.mark.parametrize("name", ["/etc/passwd", "http://127.0.0.1:1/v1#m", "../big.gguf", "gpt"])
def test_a_question_cannot_name_a_path_or_a_url(settings: Settings, name: str) -> None:
    with pytest.raises(UnknownModel, match="known are embedded, none"):
        Models(settings).check(name)


def test_the_settings_can(settings: Settings, tmp_path: Path) -> None:
    trusted = settings.model_copy(update={"model": "http://127.0.0.1:1/v1#m"})
    writer = Models(trusted).writer(None)
    assert writer is not None
    assert writer.name == "m"
    missing = settings.model_copy(update={"model": str(tmp_path / "none.gguf")})
    with pytest.raises(BadModel, match=r"none\.gguf cannot be read"):
        Models(missing).writer(None)


def test_use_writes_one_line_and_keeps_the_others(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "vouch.toml").write_text('queue = 3\nmodel = "old"\n')
    models.use(settings, "none")
    found, origin = load({}, {"VOUCH_HOME": str(tmp_path)}, tmp_path / "elsewhere")
    assert (found.model, found.queue) == ("none", 3)
    assert origin["model"] == str(tmp_path / "vouch.toml")


def test_use_refuses_what_cannot_be_loaded(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "text.gguf").write_text("hello")
    with pytest.raises(BadModel, match="not a GGUF"):
        models.use(settings, str(tmp_path / "text.gguf"))
    assert not (tmp_path / "vouch.toml").exists()


def test_pull_copies_a_local_file(settings: Settings, tmp_path: Path) -> None:
    source = gguf(tmp_path / "elsewhere" / "own.gguf")
    assert models.pull(settings, str(source)).read_bytes() == source.read_bytes()
    assert "own.gguf" in Models(settings).names()


@pytest.mark.parametrize("what", ["nothing", "owner/file.gguf"])
def test_pull_of_nonsense_is_one_line(settings: Settings, what: str) -> None:
    with pytest.raises(BadModel, match="neither a file nor"):
        models.pull(settings, what)
