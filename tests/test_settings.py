"""Settings: which place wins, and what is said of a bad one."""

from pathlib import Path

import pytest

from rag.errors import BadSetting
from rag.settings import load


def test_flag_beats_variable_beats_file_beats_default(tmp_path: Path) -> None:
    (tmp_path / "vouch.toml").write_text('port = 1\nhost = "a"\nqueue = 3\n')
    environ = {"VOUCH_PORT": "2", "VOUCH_HOST": "b", "VOUCH_HOME": str(tmp_path / "home")}
    settings, origin = load({"port": 4, "host": None}, environ, tmp_path)
    assert (settings.port, settings.host, settings.queue, settings.max_question) == (4, "b", 3, 2000)
    assert origin["port"] == "flag"
    assert origin["host"] == "environment"
    assert origin["queue"] == str(tmp_path / "vouch.toml")
    assert origin["max_question"] == "default"


def test_the_data_folder_has_a_file_too(tmp_path: Path) -> None:
    (tmp_path / "vouch.toml").write_text("queue = 5\n")
    settings, _ = load({}, {"VOUCH_HOME": str(tmp_path)}, tmp_path / "elsewhere")
    assert settings.queue == 5


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("colour = 1\n", ["colour", "not a setting"]),
        ("port = 99999\n", ["port", "99999", "vouch.toml"]),
        ("port = ", ["vouch.toml", "TOML"]),
    ],
)
def test_a_bad_file_is_one_clear_line(tmp_path: Path, content: str, words: list[str]) -> None:
    (tmp_path / "vouch.toml").write_text(content)
    with pytest.raises(BadSetting) as caught:
        load({}, {}, tmp_path)
    assert "\n" not in str(caught.value)
    assert all(word in str(caught.value) for word in words)


def test_a_bad_variable_names_its_origin(tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match="'port' from environment is 'many'"):
        load({}, {"VOUCH_PORT": "many"}, tmp_path)
