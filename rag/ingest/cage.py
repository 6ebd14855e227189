"""What a parser process may not do: use much memory, write files, start programs, open connections.

Linux gives all of it: the kernel refuses sockets and programs even to native code (x86-64 and 64-bit ARM), and gives
a network of its own with nothing in it where it allows that. Other systems hold Python code by its audit hook and
what limits they have. The owner's wall-clock limit holds everywhere.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys

from rag.ingest import seccomp

# What a parser needs to open: its own modules. Pipes count too.
_OPEN_FILES = 64
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.startfile", "os.system")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def close(memory_bytes: int) -> None:
    """Shut the calling process in, for good."""
    _leave_network()
    _limit_resources(memory_bytes)
    # Where the kernel takes no filter the audit hook stands alone, as on other systems.
    seccomp.close()
    sys.addaudithook(_forbid)


def allow_cpu(seconds: int) -> None:
    """Kill this process (by SIGXCPU) once it used that many seconds of processor time from now on."""
    if sys.platform == "win32":
        return
    import resource

    used = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (int(used) + seconds + 1, hard))


def _leave_network() -> None:
    """Move to a network namespace of its own with nothing in it, where the kernel lets us (Linux)."""
    if sys.platform == "linux":
        # A refusal is no fault: containers often forbid namespaces, and the audit hook stands in any case.
        ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWUSER | _CLONE_NEWNET)


def _limit_resources(memory_bytes: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    limits = {"RLIMIT_AS": memory_bytes, "RLIMIT_FSIZE": 0, "RLIMIT_CORE": 0, "RLIMIT_NOFILE": _OPEN_FILES}
    for name, limit in limits.items():
        # macOS refuses RLIMIT_AS below what is mapped already, which is nearly always.
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, name), (limit, limit))


def _forbid(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"a parser may not use {event}")
    if event == "open" and len(arguments) == 3 and isinstance(arguments[2], int) and arguments[2] & _WRITING:
        raise PermissionError("a parser may not write files")
