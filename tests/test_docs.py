"""The README promises only what there is."""

import re
from pathlib import Path

import pytest
import typer.main

from rag import answer
from rag.cli import app
from rag.engine import Engine
from rag.settings import Settings
from web.app import create_app

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md")}
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def commands() -> set[str]:
    group = typer.main.get_command(app)
    return set(group.commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\bvouch ([a-z]+)", README)) - {"toml"}))
def test_every_command_named_exists(name: str) -> None:
    assert name in commands()


def test_every_command_is_named() -> None:
    assert all(f"vouch {name}" in README for name in commands())


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?\bmake ([a-z-]+)", "".join(PAGES.values())))))
def test_every_make_target_named_exists(target: str) -> None:
    assert re.search(rf"^{target}:.*##", MAKEFILE, re.MULTILINE)


def test_every_linked_file_exists() -> None:
    for page in PAGES.values():
        for link in re.findall(r"\]\(([^)#:]+)\)", page):
            assert (ROOT / link).exists(), link


def test_the_changelog_names_the_version() -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version
    first = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert first
    assert first[1] == version[1]


def test_every_route_named_exists() -> None:
    settings = Settings()
    with Engine(settings) as engine:
        routes = set(create_app(engine, settings, answer.stream).openapi()["paths"])
    named = {path for path in re.findall(r"`(/[a-z]+)`", README)} - {"/docs"}
    assert named
    assert named <= routes, named - routes
