"""Keeps idle threads from spinning. Call before numpy, FAISS or llama.cpp is loaded; entry points do.

GNU OpenMP's threads burn a core while they wait for work, by default for milliseconds. With two pools on two busy
cores an answer took 25 s instead of 0.7 s (design/speed.md, "Busy cores").
"""

from __future__ import annotations

import os

# Measured: 1.1 s for a chat on busy cores at a spin count of 100, against 25.5 s with the default.
_SPIN_COUNT = "100"


def calm() -> None:
    """Set what OpenMP reads when it is first loaded; a value that the user has set stays."""
    os.environ.setdefault("GOMP_SPINCOUNT", _SPIN_COUNT)
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
