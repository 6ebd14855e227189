"""How much may come out of a file: compressed formats can hold far more than they weigh."""

from __future__ import annotations

import io
import zipfile

from rag.errors import Refused

# As many as the largest plain text file of the default limit has.
_MOST_CHARACTERS = 64 << 20
# An office file has some hundred members and shrinks to a tenth or a twentieth; a bomb to a thousandth.
_MOST_MEMBERS = 10_000
_MOST_UNPACKED = 512 << 20
_MOST_RATIO = 200
# A small member may well be all zeros.
_LEAST_TO_SUSPECT = 8 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def check_length(characters: int) -> None:
    """Raise Refused if that much text comes out of one file."""
    if characters > _MOST_CHARACTERS:
        raise Refused(f"more than {_MOST_CHARACTERS >> 20} million characters come out of it: split it")


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Return an office file's archive, of which every member may be unpacked.

    Python's zipfile never unpacks more of a member than its entry announces, so the announced sizes can be relied on.

    Raises:
        Refused: it is none, is encrypted, or would unpack to more than anybody writes.
    """
    if data.startswith(_OLE):
        raise Refused("it is encrypted, or of an older format: save a copy without the password in the present format")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError) as error:
        raise Refused(f"it is damaged, or not what its name says: {error}") from None
    members = archive.infolist()
    if len(members) > _MOST_MEMBERS:
        raise Refused(f"it has {len(members)} members; at most {_MOST_MEMBERS} are unpacked")
    if any(member.flag_bits & 1 for member in members):
        raise Refused("it is encrypted: save a copy without the password")
    unpacked = sum(member.file_size for member in members)
    if unpacked > _MOST_UNPACKED:
        raise Refused(f"it unpacks to {unpacked >> 20} MB; at most {_MOST_UNPACKED >> 20} MB are unpacked")
    for member in members:
        if member.file_size > max(_LEAST_TO_SUSPECT, _MOST_RATIO * member.compress_size):
            raise Refused(
                f"'{member.filename[:80]}' in it unpacks to {_MOST_RATIO} times its size: it looks like a bomb"
            )
    return archive
