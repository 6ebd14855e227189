"""Questions, streams, uploads and deletions for a long time: resident memory and descriptors stay flat.

python -m tests.stress.soak --minutes 120 --seed 1
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.stress.clients import hang_up, request
from tests.stress.common import Tally, report, text_of
from tests.stress.served import DOCUMENTS, Served

_EVERY_SECONDS = 2.0
# Caches fill up in the first third; from then on nothing may grow by more than the noise of an allocator.
_MOST_GROWTH, _MOST_GROWTH_MIB = 1.03, 4.0


def act(server: Served, rng: random.Random) -> str:
    """Do one thing that a user does; return what was wrong with the reply."""
    client, deed = server.client, rng.randrange(6)
    if deed <= 1:
        reply = client.post("/ask", json={"question": f"What did the served{rng.randrange(DOCUMENTS)} bridge cost?"})
    elif deed == 2:
        hang_up(
            request(int(server.url.rpartition(":")[2]), "What did the served1 bridge slowly cost?"), rng.random() < 0.5
        )
        return ""
    elif deed == 3:
        name = f"soak{rng.randrange(10)}.txt"
        reply = client.post("/documents", files={"files": (name, text_of(f"soak{rng.randrange(10**6)}").encode())})
    elif deed == 4:
        reply = client.delete(f"/documents/soak{rng.randrange(10)}.txt")
    else:
        reply = client.get(
            rng.choice(("/documents", "/", "/history", "/metrics", "/readyz")), headers={"Accept": "text/html"}
        )
    fine = reply.status_code < 500 or reply.status_code == 503
    return "" if fine else f"{reply.request.method} {reply.request.url.path}: {reply.status_code}"


def main() -> int:
    """Act and measure in turns."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    tally, rng = Tally(), random.Random(given.seed)
    memory: list[float] = []
    descriptors: list[int] = []
    with tempfile.TemporaryDirectory(prefix="vouch-soak-") as folder, Served(Path(folder)) as server:
        end, next_look = time.monotonic() + 60 * given.minutes, time.monotonic()
        while time.monotonic() < end:
            problem = act(server, rng)
            tally.check(not problem, problem)
            tally.add("requests")
            if time.monotonic() >= next_look:
                held = server.settled({"descriptors": 0, "threads": 0, "children": 0}, seconds=0.3)
                memory.append(held["resident_mib"])
                descriptors.append(held["descriptors"])
                next_look = time.monotonic() + _EVERY_SECONDS
    third = len(memory) // 3
    early, late = (float(np.median(part)) for part in (memory[third : 2 * third], memory[2 * third :]))
    tally.add("resident_mib_middle_third", early)
    tally.add("resident_mib_last_third", late)
    tally.add("descriptors_middle_third", float(np.median(descriptors[third : 2 * third])))
    tally.add("descriptors_last_third", float(np.median(descriptors[2 * third :])))
    tally.check(
        late <= max(early * _MOST_GROWTH, early + _MOST_GROWTH_MIB), f"memory grew from {early:.0f} to {late:.0f} MiB"
    )
    tally.check(max(descriptors[2 * third :]) <= max(descriptors[: 2 * third]) + 3, f"descriptors grew: {descriptors}")
    for problem in tally.failures[:10]:
        print(f"soak: FAILED: {problem}", file=sys.stderr)
    return report("soak", given.seed, tally, minutes=given.minutes)


if __name__ == "__main__":
    sys.exit(main())
