"""What a figure came from: commit, code, machine, versions, date."""

from __future__ import annotations

import hashlib
import os
import platform
import resource
import subprocess
import sys
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from eval.entail import shipped

ROOT = Path(__file__).parent.parent

# The packages whose versions change answers or speed.
_PACKAGES = (
    "vouch-rag",
    "faiss-cpu",
    "llama-cpp-python",
    "numpy",
    "openvino",
    "scipy",
    "torch",
    "transformers",
)
# The packages of ours whose code decides an answer and its scores.
_CODE = ("rag", "eval")


@cache
def code() -> dict[str, Any]:
    """Return the commit, whether tracked files differ from it, and hashes of the code and of the scoring instrument.

    As it was when this was first called: what a process runs does not change under it.
    """
    status = _git("status", "--porcelain", "--untracked-files=all", "--", *_CODE, "seeds")
    return {
        "commit": _git("rev-parse", "HEAD") or "none",
        "dirty": bool(status),
        "code_sha256": _code_hash(),
        "instrument_sha256": shipped().sha256,
    }


def machine() -> dict[str, Any]:
    """Return what the times depend on: processor, cores that may be used, memory, system, Python, versions."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(_memory_bytes() / 2**30, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": {name: found for name in _PACKAGES if (found := _version(name))},
    }


def peak_mib() -> float:
    """Return the most resident memory that this process has held so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1 << 20 if sys.platform == "darwin" else 1 << 10), 1)  # bytes there, KiB elsewhere


def now() -> str:
    """Return the time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def _code_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(file for name in _CODE for file in (ROOT / name).rglob("*.py")):
        digest.update(f"{path.relative_to(ROOT).as_posix()}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _git(*words: str) -> str:
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else "unknown"


def _memory_bytes() -> int:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # not every system has these names
        return 0


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
