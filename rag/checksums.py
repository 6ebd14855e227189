"""Pages that know whether they are whole: each page of the store ends in a checksum, looked at whenever it is read.

SQLite does not notice a flipped bit in a row. Its file format leaves room at the end of every page (the "reserved
space" of the header); SQLite's own checksum extension keeps a sum there too, but is not in every build.
"""

from __future__ import annotations

import functools
import struct
import zlib

import apsw

PAGE = 4096
RESERVED = 8
_NAME = "vouch-checked"
# Where the application's id stands in the first page: files of other programs are not ours to judge.
_APPLICATION = slice(68, 72)
_SUM = struct.Struct("<Q")


@functools.cache
def vfs(application: int) -> str:
    """Register the file system once, for files of one application; return its name."""
    _registered.append(_Checked(struct.pack(">I", application)))
    return _NAME


# SQLite holds no reference of its own.
_registered: list[apsw.VFS] = []


class _Checked(apsw.VFS):
    """The system's own file system, with checked pages in main database files."""

    def __init__(self, application: bytes) -> None:
        self._application = application
        super().__init__(_NAME, "")

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:
        if flags[0] & apsw.SQLITE_OPEN_MAIN_DB and name is not None:
            return _File(name, flags, self._application)
        return super().xOpen(name, flags)


class _File(apsw.VFSFile):
    """A main database file. What stands in the WAL is summed up by SQLite, and by us once it is folded in."""

    def __init__(self, name: str | apsw.URIFilename, flags: list[int], application: bytes) -> None:
        self._application = application
        super().__init__("", name, flags)

    def xRead(self, amount: int, offset: int) -> bytes:
        if offset % PAGE:
            return super().xRead(amount, offset)
        # The later pages of a long value are read past SQLite's cache, and only as far as the value goes.
        data = super().xRead(max(amount, PAGE), offset)
        if (offset or self._ours(data)) and not _is_whole(data, offset):
            raise apsw.CorruptError(f"the checksum of page {offset // PAGE + 1} is wrong")
        return data[:amount]

    def xWrite(self, data: bytes, offset: int) -> None:
        if len(data) == PAGE:
            data = bytes(data[:-RESERVED]) + _sum(data, offset)
        super().xWrite(data, offset)

    def _ours(self, first: bytes) -> bool:
        return first[_APPLICATION] == self._application


def _is_whole(page: bytes, offset: int) -> bool:
    """Tell whether a page is as it was written. SQLite takes what is missing at the end of a file for zeros."""
    return len(page) == PAGE and page[-RESERVED:] == _sum(page, offset)


def _sum(page: bytes, offset: int) -> bytes:
    """Return the checksum of a page; its place counts too, so that a page at another's place is noticed."""
    return _SUM.pack(zlib.crc32(memoryview(page)[:-RESERVED], zlib.crc32(_SUM.pack(offset))))
