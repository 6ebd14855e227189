"""How the parser process and its owner talk: a length, a JSON object, and the raw bytes that it announces.

JSON because what comes back from a process that read a hostile file must be data, never a pickle.
"""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_LENGTH = struct.Struct(">QQ")
# A frame above this is not an answer but a fault: four bytes a character for the largest file that is read.
_LARGEST = 1 << 30


def write(stream: IO[bytes], head: dict[str, Any], body: bytes = b"") -> None:
    """Send one message at once."""
    encoded = json.dumps(head).encode("ascii")
    stream.write(_LENGTH.pack(len(encoded), len(body)))
    stream.write(encoded)
    stream.write(body)
    stream.flush()


def read(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Return the next message.

    Raises:
        EOFError: the other side closed, died in the middle, or sent something that is not a message.
    """
    lengths = _LENGTH.unpack(_exactly(stream, _LENGTH.size))
    if max(lengths) > _LARGEST:
        raise EOFError(f"a message of {max(lengths)} bytes is over the limit of {_LARGEST}")
    head = json.loads(_exactly(stream, lengths[0]))
    return head, _exactly(stream, lengths[1])


def _exactly(stream: IO[bytes], count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError("the other side closed the pipe")
    return data
