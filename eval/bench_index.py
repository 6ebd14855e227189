"""How the index grows: ``python -m eval.bench_index`` prints one row for each size, up to a million passages."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from eval import provenance
from eval.errors import BadRun, EvalError
from eval.growth import Maker, Real, embedded, read_real
from eval.growth_store import fill, true_nearest
from eval.intervals import Interval, percentile, share_interval
from rag.embed import MiniLM, Vectors
from rag.settings import load

SIZES = (1_000, 10_000, 100_000, 1_000_000)
_K = 10
_QUESTIONS, _NEAR = 200, 200


@dataclass(frozen=True, slots=True)
class Row:
    """What one size costs and finds. Seconds, bytes; recall is of the true ten nearest."""

    passages: int
    build: float
    opened: float
    index_bytes: int
    store_bytes: int
    resident: int
    most_resident: int
    recall_questions: Interval
    recall_near: Interval
    vector: tuple[Interval, Interval]
    hybrid: tuple[Interval, Interval]
    hybrid_cpu: tuple[Interval, Interval]
    hybrid_rounds: tuple[float, ...]


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure every size asked for and print the table; what was prepared before is used again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of squad_train.jsonl.gz and qed_train.jsonl.gz"
    )
    parser.add_argument("--work", type=Path, default=Path("runs/growth"), help="kept: embeddings, stores, indexes")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--real", type=int, default=80_000, help="real passages to embed; the others are made of them")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    try:
        print(bench(chosen.data, chosen.work, chosen.sizes, chosen.real, chosen.seed))
    except EvalError as error:
        _say(str(error))
        sys.exit(1)


def bench(data: Path, work: Path, sizes: Sequence[int], real: int, seed: int) -> str:
    """Return the table as Markdown, and leave the figures with their provenance in the work folder."""
    work.mkdir(parents=True, exist_ok=True)
    _say(f"seed {seed}; kept in {work}")
    source = prepared(data, work, real, seed)
    maker = Maker(source, seed)
    near = maker.near(np.asarray(source.vectors[:_NEAR]), np.random.default_rng((seed, 0)))
    queries = np.concatenate([source.question_vectors, near])
    np.savez(work / "queries.npz", vectors=queries, texts=np.array([one.text for one in source.questions]))
    rows = [measure(work, maker, size, queries, len(source.questions), seed) for size in sizes]
    found = {"rows": [asdict(row) for row in rows], "real": real, "seed": seed, "date": provenance.now()}
    found |= {"machine": provenance.machine(), **provenance.code()}
    (work / "bench-index.json").write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return f"{table(rows)}\n\n{likeness(source, maker, seed)}\n\n{at_100_million(rows[-1])}"


def prepared(data: Path, work: Path, real: int, seed: int) -> Real:
    """Return the real passages and questions with their vectors, embedded once."""
    texts, questions = read_real(data, seed, real, _QUESTIONS)
    settings = load()[0]
    embedder = MiniLM(settings.models_path, settings.threads)
    vectors = embedded(texts, embedder, work / f"passages-{seed}.f32", _say)
    asked = embedder.encode([question.text for question in questions])
    return Real(texts, vectors, questions, asked)


def measure(work: Path, maker: Maker, size: int, queries: Vectors, questions: int, seed: int) -> Row:
    """Fill a store, make its index in one process, and search it in another."""
    home = work / f"{size}"
    fill(home, maker, size, _say)
    true = true_nearest(home, queries, _K, work / f"nearest-{size}")
    built = _built(home, work)
    _say(f"searching {size:,}")
    run = _child(home, work)
    hits = [len(set(a) & set(b)) / len(b) for a, b in zip(run["found"], true.tolist(), strict=True)]
    return Row(
        passages=size,
        build=built["opened"],
        opened=run["opened"],
        index_bytes=_bytes(home / "index"),
        store_bytes=(home / "vouch.db").stat().st_size,
        resident=run["memory"]["VmRSS"],
        most_resident=max(run["memory"]["VmHWM"], built["memory"]["VmHWM"]),
        recall_questions=share_interval(hits[:questions], seed),
        recall_near=share_interval(hits[questions:], seed),
        vector=_percentiles(run, "vector", seed),
        hybrid=_percentiles(run, "hybrid", seed),
        hybrid_cpu=_percentiles(run, "hybrid_cpu", seed),
        hybrid_rounds=tuple(float(np.percentile(one["hybrid"], 95)) for one in run["rounds"]),
    )


def table(rows: Sequence[Row]) -> str:
    """Return the rows as Markdown; the times of all rounds together, in ms."""
    lines = [
        "| passages | index built | opened | index file | store | resident (most) | recall@10 of questions |"
        " recall@10 near the data | vector p50, p95 | hybrid p50, p95 | p95 of each round | hybrid, processor |",
        "| --- |" + " --- |" * 11,
    ]
    for row in rows:
        resident = f"{row.resident / 1e9:.2f} ({row.most_resident / 1e9:.2f}) GB"
        rounds = ", ".join(f"{1e3 * one:.1f}" for one in row.hybrid_rounds)
        cells = [
            *(f"{row.passages:,}", f"{row.build:.1f} s", f"{row.opened:.2f} s", _mega(row.index_bytes)),
            *(_mega(row.store_bytes), resident, _share(row.recall_questions), _share(row.recall_near)),
            *(_both(row.vector), _both(row.hybrid), rounds, _both(row.hybrid_cpu)),
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def likeness(source: Real, maker: Maker, seed: int) -> str:
    """Say how near the nearest neighbour is, among real passages and among made ones: the made must be as hard."""
    random = np.random.default_rng((seed, 1))
    real = np.asarray(source.vectors[:10_000])
    # The bases are all real passages, as in the stores; the sample of made ones is as large as that of real ones.
    made = maker.near(np.asarray(source.vectors[random.integers(len(source.texts), size=len(real))]), random)
    told = []
    for name, vectors in (("real", real), ("made", made)):
        cosines = vectors[:500] @ vectors.T
        np.put_along_axis(cosines, np.arange(500)[:, None], -1, 1)
        tenth = np.sort(cosines, axis=1)[:, -10]
        told.append(f"{name} {np.median(cosines.max(axis=1)):.3f} and {np.median(tenth):.3f}")
    return f"Median cosine of the nearest and the tenth nearest among {len(real):,} passages: {'; '.join(told)}."


def at_100_million(largest: Row) -> str:
    """Extrapolate the largest size in proportion: an estimate, not a measurement."""
    times = 100_000_000 / largest.passages
    vector = largest.vector[0].value * times**0.5
    return (
        f"Extrapolated from {largest.passages:,} to 100,000,000 passages, not measured: index file"
        f" {largest.index_bytes * times / 1e9:.0f} GB, store {largest.store_bytes * times / 1e9:.0f} GB, one build"
        f" {largest.build * times**1.5 / 3600:.0f} h (each passage is compared with each list, and both grow), vector"
        f" search {1e3 * vector:.0f} ms if lists grow with the root of the passages and lie in memory. One"
        " machine would need that much memory, or a code of 64 bytes (product quantisation, 7 GB with numbers) and"
        " exact re-ranking from the store. FTS5 scores no more passages than now, but counts longer lists."
    )


def _built(home: Path, work: Path) -> dict[str, Any]:
    """Make the index in a process of its own, once; what it cost is kept beside it."""
    kept = home / "built.json"
    if not kept.exists() or not (home / "index").exists():
        _say(f"making the index of {home.name}")
        kept.write_text(json.dumps(_child(home, work)), encoding="utf-8")
    return dict(json.loads(kept.read_text(encoding="utf-8")))


def _child(home: Path, work: Path) -> dict[str, Any]:
    out = work / "measured.json"
    command = [sys.executable, "-m", "eval.search_child", str(home), str(work / "queries.npz"), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BadRun(f"searching failed: {(done.stderr.strip().splitlines() or ['no message'])[-1]}")
    return dict(json.loads(out.read_text(encoding="utf-8")))


def _percentiles(run: dict[str, Any], what: str, seed: int) -> tuple[Interval, Interval]:
    times = [seconds for one in run["rounds"] for seconds in one[what]]
    return percentile(times, 50, seed), percentile(times, 95, seed)


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def _mega(size: int) -> str:
    return f"{size / 1e6:,.0f} MB" if size >= 1e6 else f"{size / 1e6:.1f} MB"


def _share(one: Interval) -> str:
    return f"{one.value:.3f} [{one.low:.3f}, {one.high:.3f}], n = {one.n}"


def _both(times: tuple[Interval, Interval]) -> str:
    return ", ".join(f"{1e3 * one.value:.1f} [{1e3 * one.low:.1f}, {1e3 * one.high:.1f}]" for one in times) + " ms"


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
