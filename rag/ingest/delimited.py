"""CSV and TSV: each row becomes a sentence of its own, with the names of its columns."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from rag.errors import Refused
from rag.ingest import rows
from rag.ingest.bounds import check_length
from rag.ingest.decode import decode
from rag.records import Parsed

_DELIMITERS = ",;\t|"
_SAMPLE_ROWS = 200
_SAMPLE_CHARACTERS = 1 << 18
# Spreadsheets say it in the first line: "sep=;".
_SAID = re.compile(r"\Asep=(.)\r?\n", re.IGNORECASE)
# A quote that is never closed swallows all rows behind it; a real cell has some lines at most.
_MOST_LINES_IN_CELL = 200


def parse(data: bytes, name: str) -> Parsed:
    """Return a sentence for each row; the title is the table's caption, if it has one."""
    text = decode(data)
    said = _SAID.match(text)
    text = text[said.end() :] if said else text
    delimiter = said[1] if said else _delimiter(text, "\t" if name.lower().endswith((".tsv", ".tab")) else ",")
    lines, length = [], 0
    table = list(_read(text, delimiter))
    for line in rows.sentences(table):
        lines.append(line)
        length += len(line)
        check_length(length)
    if not lines:
        raise Refused("the table is empty: no cell has anything in it")
    caption = lines[0] if len(lines) > 1 and sum(map(bool, map(str.strip, table[0]))) == 1 else ""
    media_type = "text/tab-separated-values" if delimiter == "\t" else "text/csv"
    return Parsed("\n\n".join(lines), caption or name, media_type)


def _read(text: str, delimiter: str) -> Iterator[list[str]]:
    """Yield the rows; where a quote was opened and never closed, quotes are taken as ordinary characters."""
    csv.field_size_limit(len(text) + 1)
    table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True))
    if any(cell.count("\n") > _MOST_LINES_IN_CELL for row in table for cell in row):
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=csv.QUOTE_NONE))
    yield from table


def _delimiter(text: str, usual: str) -> str:
    """Return the character at which most rows fall into the same number of cells, and into most cells."""
    sample = text[:_SAMPLE_CHARACTERS]
    csv.field_size_limit(len(text) + 1)
    best, found = (0.0, 0.0), usual
    for candidate in (usual, *_DELIMITERS):
        table = islice(csv.reader(io.StringIO(sample, newline=""), delimiter=candidate), _SAMPLE_ROWS)
        widths = Counter(len(row) for row in table if any(row))
        width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(1, 0))
        if width > 1 and (count / widths.total(), float(width)) > best:
            best, found = (count / widths.total(), float(width)), candidate
    return found
