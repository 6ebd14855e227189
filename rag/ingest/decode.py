"""Bytes to text: a byte order mark, else UTF-8, else what is declared, else a guess; what looks binary is refused."""

from __future__ import annotations

import codecs
import contextlib
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
# So many characters beyond ASCII for each fault tell a damaged UTF-8 file from one in another encoding.
_LEAST_RIGHT = 20
# What ASCII shows to be wrong, and what hides text from those who look at the bytes.
_NO_DECLARATION = ("utf", "unicode", "raw", "idna", "punycode")
# Below this many bytes beyond ASCII a guess is noise: "£100 million" comes out as Japanese. Windows-1252 then.
_LEAST_TO_GUESS = 16
# Where it reads as well as the best guess, a file is in the encoding that most are in: "£5" and "å" come out as "Ł5"
# and "ĺ" in that of Central Europe, which has a letter for each.
_WESTERN = "cp1252"
_AS_CLEAN, _AS_COHERENT = 0.15, 0.05
# Less is no evidence: four bytes with two NULs may be anything. In Latin scripts nearly half of the bytes are NULs.
_LEAST_WIDE = 16
_LEAST_NULS = 0.1
# More does not make the guess better, only slower.
_GUESS_BYTES = 1 << 18


def decode(data: bytes, declared: str | None = None) -> str:
    """Return the cleaned text of a file; ``declared`` is the encoding that it says it is in.

    UTF-8 comes before that: other encodings hardly ever look like it, and declarations outlive a conversion.

    Raises:
        Refused: it is empty, looks binary, or is in no encoding that can be recognised.
    """
    text = clean(_decoded(data, declared))
    if not text.strip():
        raise Refused("the file is empty: there is no text in it")
    return text


def _decoded(data: bytes, declared: str | None) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _marked(data[len(mark) :], encoding)
    if b"\0" in data:
        wide = _wide(data)
        if wide is not None:
            return wide
        raise Refused("it looks binary: there are NUL bytes in it; give the text itself")
    if declared is not None and declared.startswith("iso2022"):
        with contextlib.suppress(UnicodeDecodeError):
            return data.decode(declared)
    if len(_CONTROL.findall(data)) > _MOST_CONTROL * len(data):
        raise Refused("it looks binary: there are control characters in it; give the text itself")
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode("utf-8")
    mended = data.decode("utf-8", "replace")
    faults = mended.count("\ufffd")
    if sum(character > "\x7f" for character in mended) > _LEAST_RIGHT * faults:
        return mended
    if declared is not None and not declared.startswith(_NO_DECLARATION):
        # LookupError: "hex" and its like turn bytes into bytes.
        with contextlib.suppress(UnicodeDecodeError, LookupError):
            return data.decode(declared)
    return _guessed(data)


def _marked(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Refused(f"it is marked as {encoding} but is not: {error.reason}; save it as UTF-8") from None


def _wide(data: bytes) -> str | None:
    """Return UTF-16 text without a mark, which shows by its NULs: every other byte of what is plain ASCII."""
    even, odd = data[::2].count(0), data[1::2].count(0)
    if len(data) < _LEAST_WIDE or len(data) % 2 or min(even, odd) or max(even, odd) < _LEAST_NULS * len(data):
        return None
    with contextlib.suppress(UnicodeDecodeError):
        return data.decode("utf-16-le" if odd else "utf-16-be")
    return None


def _guessed(data: bytes) -> str:
    from charset_normalizer import from_bytes

    sample = data[:_GUESS_BYTES]
    encoding = _WESTERN
    if sum(byte > 127 for byte in sample) >= _LEAST_TO_GUESS:
        matches = list(from_bytes(sample))
        if not matches:
            raise Refused("its encoding is not recognised; save it as UTF-8")
        best = matches[0]
        encoding = best.encoding
        for match in matches:
            near = match.chaos - best.chaos <= _AS_CLEAN and best.coherence - match.coherence <= _AS_COHERENT
            if near and _WESTERN in match.could_be_from_charset:
                encoding = _WESTERN
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise Refused(f"its encoding is not recognised ({encoding} does not fit); save it as UTF-8") from None
