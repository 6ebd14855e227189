"""schemathesis over the OpenAPI document, in all its phases: what the API says it does is what it does.

python -m tests.stress.contract --n 100 --seed 1
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.stress.common import Tally, report
from tests.stress.served import Served

_PHASES = ("examples", "coverage", "fuzzing", "stateful")
_MOST_SHOWN = 10
# No schema can say which bytes are a document, that one number is not below another, or which share of wrong answers
# some threshold of the reader keeps: others may be refused.
_CONFIG = """
[[operations]]
include-name = "POST /documents"
checks.positive_data_acceptance.expected-statuses = [200, 413, 415, 422]

[[operations]]
include-name = "POST /ask"
checks.positive_data_acceptance.expected-statuses = [200, 404, 409, 422, 503]

[[operations]]
include-name = "GET /documents/{document}"
checks.positive_data_acceptance.expected-statuses = [200, 404, 422]
"""


def main() -> int:
    """Run schemathesis against a server over a real library."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=100, help="examples for each operation and phase")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--phases", default=",".join(_PHASES))
    given = parser.parse_args()
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="vouch-contract-") as folder, Served(Path(folder)) as server:
        told = Path(folder) / "events.ndjson"
        (Path(folder) / "schemathesis.toml").write_text(_CONFIG)
        command = [
            str(Path(sys.executable).with_name("schemathesis")), "run", f"{server.url}/openapi.json",
            "--phases", given.phases, "--max-examples", str(given.n), "--seed", str(given.seed),
            "--checks", "all", "--continue-on-failure", "--no-color",
            "--report", "ndjson", "--report-ndjson-path", str(told),
        ]  # fmt: skip
        # It keeps what it found in the folder it runs in.
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
        for line in told.read_text().splitlines() if told.exists() else []:
            _count(json.loads(line), tally)
        tally.check(server.alive, "the server has gone")
    tally.check(done.returncode in (0, 1), f"schemathesis could not run: {done.stdout[-500:]} {done.stderr[-500:]}")
    tally.check(done.returncode == 0 or bool(tally.failures), "schemathesis failed and did not say why")
    tally.check(bool(tally.figures["cases"]), "nothing was tried")
    for problem in sorted(set(tally.failures))[:_MOST_SHOWN]:
        print(f"contract: FAILED: {problem}", file=sys.stderr)
    return report("contract", given.seed, tally, n=given.n, phases=given.phases)


def _count(event: dict[str, Any], tally: Tally) -> None:
    """Take the cases and their failed checks out of an event."""
    finished = event.get("ScenarioFinished")
    if finished is None:
        return
    recorder = finished["recorder"]
    # A scenario that was skipped has none.
    cases = recorder.get("cases", {})
    tally.add("cases", len(cases))
    for name, case in cases.items():
        for check in recorder["checks"].get(name, []):
            tally.add("checks")
            if check["status"] != "success":
                failure = check["failure_info"]["failure"]
                value = case["value"]
                tally.failures.append(
                    f"{value['method']} {value['path']}: {check['name']}: {str(failure.get('message', failure))[:200]}"
                )


if __name__ == "__main__":
    sys.exit(main())
