"""The suite (or what else is named) without a route, every attempt to reach another machine counted.

A shim of the C library writes down each ``connect`` and ``sendto`` that leaves this machine and each name looked
up; where the kernel lets us, all of it also runs in a network namespace that has nothing but the loopback.

    python -m tests.stress.offline                     # all tests but these
    python -m tests.stress.offline -- tests/test_store.py -q
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.stress.common import Tally, report

# Brings the loopback up (SIOCSIFFLAGS, IFF_UP | IFF_RUNNING): it is down in a new namespace, and our server needs it.
_LOOPBACK = (
    "import fcntl, os, socket, struct, sys; s = socket.socket();"
    " fcntl.ioctl(s, 0x8914, struct.pack('16sH14x', b'lo', 0x41)); os.execvp(sys.argv[1], sys.argv[1:])"
)


def isolated() -> list[str]:
    """Return what to put before a command so that it has no route; nothing where that is not permitted."""
    if not shutil.which("unshare"):
        return []
    before = ["unshare", "--user", "--map-root-user", "--net", sys.executable, "-c", _LOOPBACK]
    tried = subprocess.run([*before, "true"], capture_output=True, check=False)
    return before if tried.returncode == 0 else []


def compiled(folder: Path) -> Path:
    """Compile the shim that watches the calls."""
    made = folder / "calls.so"
    source = Path(__file__).with_name("calls.c")
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", str(made), str(source), "-ldl"], check=True)
    return made


def main() -> int:
    """Run pytest without a route and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pytest", nargs="*", default=["tests", "-q", "--ignore=tests/test_stress.py"])
    given = parser.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="vouch-offline-") as folder:
        log = Path(folder) / "calls"
        log.touch()
        environment = os.environ | {"LD_PRELOAD": str(compiled(Path(folder))), "VOUCH_STRESS_CALLS": str(log)}
        before = isolated()
        probe = "import socket\ntry: socket.create_connection(('192.0.2.1', 9), 0.2)\nexcept OSError: pass"
        subprocess.run([*before, sys.executable, "-c", probe], env=environment, check=True)
        # An instrument that notices nothing would find nothing.
        tally.check("192.0.2.1" in log.read_text(), "the shim does not notice a connection that is made on purpose")
        log.write_text("")
        done = subprocess.run(
            [*before, sys.executable, "-m", "pytest", *given.pytest], env=environment, stdout=sys.stderr, check=False
        )
        attempts = log.read_text().splitlines()
    tally.add("attempts", len(attempts))
    tally.failures += [f"an attempt: {attempt}" for attempt in attempts]
    tally.check(done.returncode == 0, f"pytest ended with {done.returncode}")
    for problem in tally.failures[:10]:
        print(f"offline: FAILED: {problem}", file=sys.stderr)
    return report("offline", 0, tally, no_route=bool(before), pytest=" ".join(given.pytest))


if __name__ == "__main__":
    sys.exit(main())
