"""Formats that another program reads: markitdown or docling, whichever of the optional extras is installed.

Both turn a file into Markdown, which then goes the way of a Markdown file.
"""

from __future__ import annotations

import io
import re
from importlib.util import find_spec
from pathlib import PurePath

from rag.errors import Refused
from rag.ingest import dates, markdown, rows
from rag.ingest.bounds import check_length, open_archive
from rag.ingest.clean import clean
from rag.ingest.text import headline
from rag.records import Parsed

_TABLE = re.compile(r"(?:^[ \t]*\|.*\|[ \t]*(?:\n|\Z))+", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_RULE = re.compile(r"[\s|:-]+")
_BAR = re.compile(r"(?<!\\)\|")
# What pandas, which markitdown reads sheets with, writes for a cell that is empty.
_BLANK = re.compile(r"\A(?:NaN|Unnamed: \d+)\Z")
# Which extra reads what, the lighter one first: docling brings some hundred packages.
_READS = {"markitdown": (".pptx", ".xlsx", ".epub"), "docling": (".pptx", ".xlsx")}


def parse(data: bytes, name: str) -> Parsed:
    """Return what the first extra that is installed makes of a file.

    Raises:
        Refused: none is, or it cannot read the file.
    """
    suffix = PurePath(name).suffix.lower()
    able = [extra for extra, suffixes in _READS.items() if suffix in suffixes]
    extra = next((extra for extra in able if find_spec(extra) is not None), None)
    if extra is None:
        wanted = " or ".join(f"pip install 'vouch-rag[{extra}]'" for extra in able)
        raise Refused(f"'{suffix}' files need an optional extra: {wanted}")
    open_archive(data).close()
    text, title = (_by_markitdown if extra == "markitdown" else _by_docling)(data, suffix)
    text = _plain(clean(text))
    check_length(len(text))
    if not text:
        raise Refused(f"{extra} found no text in it")
    title = clean(title).strip() or markdown.heading(text) or headline(text) or name
    return Parsed(text, title, "text/markdown", dates.stated(text))


def _by_markitdown(data: bytes, suffix: str) -> tuple[str, str]:
    from markitdown import MarkItDown

    made = MarkItDown(enable_plugins=False).convert_stream(io.BytesIO(data), file_extension=suffix)
    return str(made.markdown), str(made.title or "")


def _by_docling(data: bytes, suffix: str) -> tuple[str, str]:
    from docling.datamodel.base_models import DocumentStream
    from docling.document_converter import DocumentConverter

    made = DocumentConverter().convert(DocumentStream(name=f"document{suffix}", stream=io.BytesIO(data))).document
    return str(made.export_to_markdown()), ""


def _plain(text: str) -> str:
    """Return Markdown with its tables as sentences, without comments, which say what the program thought."""
    return _TABLE.sub(_sentences, _COMMENT.sub("", text)).strip()


def _sentences(table: re.Match[str]) -> str:
    lines = [line.strip().strip("|") for line in table[0].splitlines()]
    grid = [[_BLANK.sub("", cell.strip()) for cell in _BAR.split(line)] for line in lines if not _RULE.fullmatch(line)]
    return "\n\n".join(rows.sentences(grid)) + "\n"
