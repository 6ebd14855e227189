"""What was asked for, and where it was set: flag, then ``VOUCH_*`` variable, then ``vouch.toml``, then default.

Read once at the edge (command line, server, evaluation) and passed in; nothing is configured at import.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from rag.errors import BadSetting

FILE_NAME = "vouch.toml"


class Settings(BaseModel):
    """Every knob of Vouch with its default. Unknown names are an error, so a typing mistake is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(default_factory=lambda: platformdirs.user_data_path("vouch", appauthor=False))
    model: str = Field("embedded", description="embedded, none, a path to a GGUF file, or a name from vouch models")
    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    token: str = Field("", description="needed to bind beyond this machine; sent as Authorization: Bearer")
    threads: int = Field(default_factory=lambda: max(1, min(4, os.cpu_count() or 1)), ge=1, le=256)
    max_question: int = Field(2000, ge=1, description="characters in one question")
    max_history: int = Field(20, ge=0, description="earlier turns that are looked at")
    max_file_mb: int = Field(64, ge=1, description="larger files are refused")
    parse_seconds: int = Field(60, ge=1, description="wall time for parsing one file")
    max_wrong: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="share of wrong answers among those shown that the threshold is to keep, such as 0.1",
    )
    queue: int = Field(8, ge=1, description="questions that may wait for the model")
    queue_seconds: float = Field(30.0, gt=0, description="how long one may wait")

    @property
    def store_path(self) -> Path:
        """The SQLite file: the one source of truth."""
        return self.home / "vouch.db"

    @property
    def index_path(self) -> Path:
        """The folder of the FAISS cache."""
        return self.home / "index"

    @property
    def models_path(self) -> Path:
        """The folder of converted model files, all of which can be made again."""
        return self.home / "models"


def load(
    flags: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
    folder: Path | None = None,
) -> tuple[Settings, dict[str, str]]:
    """Return the settings and, for each name, where its value came from.

    ``flags`` with the value None count as not given. ``vouch.toml`` is looked for in ``folder`` (the current one
    unless told), then in the data folder.

    Raises:
        BadSetting: a value or a name cannot be used; the message names it and its origin.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    origin = dict.fromkeys(Settings.model_fields, "default")

    def put(found: Mapping[str, Any], where: str) -> None:
        for name, value in found.items():
            if name not in Settings.model_fields:
                known = ", ".join(Settings.model_fields)
                raise BadSetting(f"{where} sets '{name}', which is not a setting; known are {known}")
            values[name], origin[name] = value, where

    given = {name: value for name, value in (flags or {}).items() if value is not None}
    from_environ = {
        name: environ[f"VOUCH_{name.upper()}"]
        for name in Settings.model_fields
        if environ.get(f"VOUCH_{name.upper()}", "") != ""
    }
    home = given.get("home") or from_environ.get("home")
    for place in (folder or Path.cwd(), Path(home) if home else Settings().home):
        if (place / FILE_NAME).is_file():
            put(_read_toml(place / FILE_NAME), str(place / FILE_NAME))
            break
    put(from_environ, "environment")
    put(given, "flag")
    try:
        settings = Settings(**values)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "?"
        raise BadSetting(
            f"setting '{name}' from {origin.get(name, '?')} is {values.get(name)!r}: {first['msg'].lower()}"
        ) from None
    return settings.model_copy(update={"home": settings.home.expanduser().absolute()}), origin


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(f"{path} cannot be read as TOML: {error}; correct it or remove it") from None
