"""Indexing and querying beside four frameworks, same passages and model: ``python -m eval.bench_peers``.

Each runs in an environment of its own, made from ``eval/peers/NAME.txt`` on top of this one's packages, and in turns:
a round is everybody once, so that a busy machine is busy for all.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from eval import provenance
from eval.bench import ratio_of_medians
from eval.errors import BadRun, EvalError
from eval.growth import rows_of
from eval.intervals import percentile
from rag import weights
from rag.settings import load

_HERE = Path(__file__).parent
_CHILD = _HERE / "peer_child.py"
_US = "vouch"
_PEERS = ("haystack", "langchain", "llamaindex", "txtai")
_WORDS = 80


@dataclass(frozen=True, slots=True)
class Timed:
    """One system: of each round the passages a second and the median seconds of a query; what it found first."""

    name: str
    version: str
    rates: list[float] = field(default_factory=list)
    queries: list[float] = field(default_factory=list)
    found: list[list[str]] = field(default_factory=list)


def main(arguments: Sequence[str] | None = None) -> None:
    """Time all systems in turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of squad_train.jsonl.gz")
    parser.add_argument("--work", type=Path, default=Path("runs/peers"), help="kept: the environments")
    parser.add_argument("--passages", type=int, default=2000)
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    try:
        task = read_task(chosen.data, chosen.passages, chosen.questions, chosen.seed)
        print(bench(chosen.work, task, chosen.rounds, chosen.seed))
    except EvalError as error:
        _say(str(error))
        sys.exit(1)


def read_task(data: Path, passages: int, questions: int, seed: int) -> dict[str, list[str]]:
    """Return distinct passages of at most ``_WORDS`` words, drawn at random, and questions on some of them."""
    rows = list(rows_of(data / "squad_train.jsonl.gz"))
    picked = [rows[at] for at in np.random.default_rng(seed).permutation(len(rows))]
    chosen: dict[str, str] = {}
    for row in picked:
        if len(chosen) < passages and row["questions"]:
            chosen[" ".join(row["paragraph"].split()[:_WORDS])] = row["questions"][0]["question"]
    return {"passages": list(chosen), "questions": list(chosen.values())[:questions]}


def bench(work: Path, task: dict[str, list[str]], rounds: int, seed: int) -> str:
    """Return the table as Markdown, and leave the figures with their provenance in the work folder."""
    work.mkdir(parents=True, exist_ok=True)
    given = work / "task.json"
    given.write_text(json.dumps(task), encoding="utf-8")
    pythons = {name: _environment(name, work) for name in _PEERS} | {_US: Path(sys.executable)}
    systems: dict[str, Timed] = {}
    for number in range(rounds):
        for name, python in pythons.items():
            _say(f"round {number + 1} of {rounds}: {name}")
            _add(systems, name, _run(name, python, given, work), len(task["passages"]))
    found = {
        "systems": {
            name: {"version": one.version, "rates": one.rates, "queries": one.queries} for name, one in systems.items()
        },
        "passages": len(task["passages"]),
        "questions": len(task["questions"]),
        "seed": seed,
        "date": provenance.now(),
        "machine": provenance.machine(),
        **provenance.code(),
    }
    (work / "bench-peers.json").write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return table(systems, len(task["passages"]), len(task["questions"]), seed)


def table(systems: dict[str, Timed], passages: int, questions: int, seed: int) -> str:
    """Return one row a system: medians over the rounds, and how many times as fast Vouch is, with 95 % intervals."""
    us = systems[_US]
    lines = [
        f"{passages} passages, {questions} questions, {len(us.rates)} rounds, seed {seed}",
        "",
        "| system | passages a second | Vouch indexes | query p50 | Vouch queries | nearest ten as Vouch's |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for one in systems.values():
        faster = ratio_of_medians(us.rates, one.rates)
        quicker = ratio_of_medians(one.queries, us.queries)
        rate, query = percentile(one.rates, 50, seed), percentile(one.queries, 50, seed)
        lines.append(
            f"| {one.name} {one.version} | {rate.value:.1f} [{rate.low:.1f}, {rate.high:.1f}]"
            f" | {faster.value:.1f} times [{faster.low:.1f}, {faster.high:.1f}]"
            f" | {1e3 * query.value:.1f} ms [{1e3 * query.low:.1f}, {1e3 * query.high:.1f}]"
            f" | {quicker.value:.1f} times [{quicker.low:.1f}, {quicker.high:.1f}]"
            f" | {_agreement(us.found, one.found):.2f} |"
        )
    return "\n".join(lines)


def _agreement(ours: list[list[str]], theirs: list[list[str]]) -> float:
    """Return the mean share of results that two systems have in common; ours are fused with words, theirs are not."""
    return float(np.mean([len({*a} & {*b}) / max(1, len(b)) for a, b in zip(ours, theirs, strict=True)]))


def _add(systems: dict[str, Timed], name: str, result: dict[str, Any], passages: int) -> None:
    timed = systems.setdefault(name, Timed(name, result["version"], found=result["found"]))
    timed.rates.append(passages / result["ingest"])
    timed.queries.append(float(np.median(result["queries"])))


def _run(name: str, python: Path, given: Path, work: Path) -> dict[str, Any]:
    out = work / f"{name}.json"
    with tempfile.TemporaryDirectory() as folder:
        if name == _US:
            command = [str(python), "-m", "eval.peer_vouch", str(load()[0].models_path), str(given), str(out), folder]
        else:
            model = str(weights.locate(weights.ENCODER).parent)
            command = [str(python), str(_CHILD), name, model, str(given), str(out), folder]
        environ = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BadRun(f"{name} failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    return dict(json.loads(out.read_text(encoding="utf-8")))


def _environment(name: str, work: Path) -> Path:
    """Return the Python of a peer's environment, made where it is not there or not from these pins.

    It sees this environment's packages behind its own: torch is installed once.
    """
    folder, pins = work / name, (_HERE / "peers" / f"{name}.txt").read_text(encoding="utf-8")
    python, made = folder / "bin" / "python", folder / "made-from.txt"
    if made.exists() and made.read_text(encoding="utf-8") == pins:
        return python
    _say(f"making the environment of {name}")
    _must([sys.executable, "-m", "venv", "--clear", "--without-pip", str(folder)])
    (place,) = folder.glob("lib/python*/site-packages")
    (place / "shared.pth").write_text(str(Path(np.__file__).parent.parent), encoding="utf-8")
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "-r"]
    _must([*install, str(_HERE / "peers" / f"{name}.txt")])
    made.write_text(pins, encoding="utf-8")
    return python


def _must(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise BadRun(f"{' '.join(command[1:4])} failed: {last}")


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
