"""Bytes to text: a byte order mark, else UTF-8, else a guess; what looks binary is refused."""

from __future__ import annotations

import codecs
import re

from rag.errors import Refused
from rag.ingest.clean import clean

# The mark of UTF-32 (little endian) begins with that of UTF-16, so it comes first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
# A stray form feed or escape occurs in old text files; random bytes have one control character in nine.
_MOST_CONTROL = 0.01
# Below this many bytes beyond ASCII a guess is noise: "£100 million" comes out as Japanese. Windows-1252 then.
_LEAST_TO_GUESS = 16
# More does not make the guess better, only slower.
_GUESS_BYTES = 1 << 18


def decode(data: bytes) -> str:
    """Return the cleaned text of a file.

    Raises:
        Refused: it is empty, looks binary, or is in no encoding that can be recognised.
    """
    text = clean(_decoded(data))
    if not text.strip():
        raise Refused("the file is empty: there is no text in it")
    return text


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[len(mark) :].decode(encoding)
            except UnicodeDecodeError as error:
                raise Refused(f"it is marked as {encoding} but is not: {error.reason}; save it as UTF-8") from None
    if b"\0" in data:
        raise Refused("it looks binary: there are NUL bytes in it; give the text itself")
    if len(_CONTROL.findall(data)) > _MOST_CONTROL * len(data):
        raise Refused("it looks binary: there are control characters in it; give the text itself")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return _guessed(data)


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    sample = data[:_GUESS_BYTES]
    encoding = "cp1252"
    if sum(byte > 127 for byte in sample) >= _LEAST_TO_GUESS:
        best = from_bytes(sample).best()
        if best is None:
            raise Refused("its encoding is not recognised; save it as UTF-8")
        encoding = best.encoding
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Refused(f"its encoding is not recognised ({encoding} does not fit); save it as UTF-8") from None
