"""A filter in the Linux kernel over what this process may ask of it: no sockets, no other programs, no tracing.

Python's own hooks stop Python code only; this stops native code in a parser that a hostile file has taken over.
Written as the kernel's documentation describes it (Documentation/userspace-api/seccomp_filter.rst).
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys

# For each machine: its AUDIT_ARCH value, and its numbers of socket, socketpair, connect, bind, execve, execveat,
# ptrace and process_vm_writev. io_uring_setup has one number everywhere; it could open sockets past the filter.
_MACHINES = {
    "x86_64": (0xC000003E, (41, 53, 42, 49, 59, 322, 101, 311)),
    "aarch64": (0xC00000B7, (198, 199, 203, 200, 221, 281, 117, 271)),
}
_IO_URING_SETUP = 425
# Calls of the x32 interface carry this bit and would pass a comparison with the plain numbers.
_X32 = 0x40000000
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_AT_NUMBER, _AT_MACHINE = 0, 4
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | errno.EPERM
_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def close() -> bool:
    """Put the filter over the calling thread and all that it starts, for good; tell whether the kernel took it."""
    known = _MACHINES.get(platform.machine())
    if sys.platform != "linux" or known is None:
        return False
    program = _program(*known)
    libc = ctypes.CDLL(None, use_errno=True)
    zero = ctypes.c_ulong(0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), zero, zero, zero):
        return False
    given = _Program(len(program) // 8, program)
    return not libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), ctypes.byref(given), zero, zero)


def _program(machine: int, numbers: tuple[int, ...]) -> bytes:
    """Return the filter: refuse another machine's calls, x32 calls and the numbers; allow the rest."""
    refused = (*numbers, _IO_URING_SETUP)
    count = len(refused)
    lines = [
        (_LOAD, 0, 0, _AT_MACHINE),
        (_JUMP_EQUAL, 0, count + 3, machine),
        (_LOAD, 0, 0, _AT_NUMBER),
        (_JUMP_AT_LEAST, count + 1, 0, _X32),
        *((_JUMP_EQUAL, count - place, 0, number) for place, number in enumerate(refused)),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("HBBI", *line) for line in lines)
