"""Which files are documents: the one table of formats, and what to say of the others."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import PurePath
from typing import cast

from rag.errors import Refused
from rag.records import Parsed

Parser = Callable[[bytes, str], Parsed]
"""What each format's file offers as ``parse(data, name)``: it raises Refused with a reason that a user can act on."""

# Suffix to the room that reads it. The rooms are imported when used: a text file must not wait for lxml.
_ROOMS = {
    ".txt": "text",
    ".text": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".pdf": "pdf",
    ".docx": "word",
    ".csv": "delimited",
    ".tsv": "delimited",
    ".eml": "mail",
    ".pptx": "extras",
    ".xlsx": "extras",
    ".epub": "extras",
}


def is_supported(name: str) -> bool:
    """Tell from its name whether a file is taken for a document."""
    return _suffix(name) in _ROOMS


def check_supported(name: str) -> None:
    """Raise Refused, naming what is supported, unless the name is that of a document."""
    if not is_supported(name):
        found = f"'{_suffix(name)}' files are not read" if _suffix(name) else "its name has no suffix"
        raise Refused(f"not a document: {found}; supported are {', '.join(_ROOMS)}")


def parser_for(name: str) -> Parser:
    """Return the parser of a supported name."""
    check_supported(name)
    return cast("Parser", import_module(f"rag.ingest.{_ROOMS[_suffix(name)]}").parse)


def _suffix(name: str) -> str:
    return PurePath(name).suffix.lower()
