"""The speed figures in one run, each with its n and interval: ``python -m eval bench``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from eval import provenance, speed
from eval.corpus import Corpus
from eval.intervals import Floats, Interval, bootstrap, percentile
from eval.local import LocalTarget
from eval.run import SEED
from eval.speed import Taken
from eval.suites import Suite
from rag.settings import Settings, load

# Enough texts for a second of work each round, enough rounds for an interval; half a minute for the slow reference.
_TEXTS, _ROUNDS = 160, 6
_WORDS_IN_TEXT = 110  # about 150 tokens, the length of a passage
_COPIES = 20  # of the corpus, for indexing
_COLD_RUNS = 7


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure. ``limit`` is what the project asks of it, empty where it asks nothing."""

    name: str
    unit: str
    interval: Interval
    limit: str = ""
    digits: int = 3


def bench(suite: Suite, out: Path, questions: int, say: Callable[[str], None]) -> str:
    """Measure everything, write the figures with their provenance to ``out`` and return them as Markdown."""
    user = load()[0]
    asked = [case.question for case in suite.cases if len(case.turns) == 1 and not case.should_refuse]
    figures: list[Measured] = []
    say("embedding, against sentence-transformers in float32")
    figures += _embedding(suite.corpus, user)
    say("indexing")
    figures += _indexing(suite.corpus, user)
    say("cold vouch ask")
    figures += _cold(speed.cold_asks(suite.corpus, asked[0], _COLD_RUNS, user))
    say("running engine, idle, then with every core kept busy")
    figures += _running(suite.corpus, asked[:questions])
    found = {
        "figures": [asdict(figure) for figure in figures],
        "date": provenance.now(),
        "machine": provenance.machine(),
        **provenance.code(),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    return table(figures)


def table(figures: Sequence[Measured]) -> str:
    """Return the figures as a Markdown table, medians unless a name says otherwise, with 95 % intervals."""
    lines = ["| figure | value | 95 % interval | n | wanted |", "| --- | --- | --- | --- | --- |"]
    for figure in figures:
        one = figure.interval
        lines.append(
            f"| {figure.name} | {one.value:.{figure.digits}g} {figure.unit} "
            f"| {one.low:.{figure.digits}g} to {one.high:.{figure.digits}g} | {one.n} | {figure.limit} |"
        )
    return "\n".join(lines)


def passages(corpus: Corpus, texts: int) -> list[str]:
    """Return passages of equal length in words that start at different places of the corpus, so that none repeats."""
    words = " ".join(corpus.texts.values()).split()
    step = max(1, len(words) // texts)
    return [" ".join(np.take(words, range(at * step, at * step + _WORDS_IN_TEXT), mode="wrap")) for at in range(texts)]


def ratio_of_medians(top: Sequence[float], bottom: Sequence[float]) -> Interval:
    """Return how many times the median of one is that of the other, pairs resampled together."""
    above, below = np.asarray(top), np.asarray(bottom)

    def figure(rows: Floats) -> Floats:
        picked = rows.astype(np.int64)
        return np.asarray(np.median(above[picked], axis=1) / np.median(below[picked], axis=1))

    return bootstrap(list(range(len(above))), figure, SEED)


def _embedding(corpus: Corpus, user: Settings) -> Iterator[Measured]:
    found = speed.encoding(passages(corpus, _TEXTS), user, _ROUNDS)
    ours = [found.texts / seconds for seconds in found.vouch]
    theirs = [found.texts / seconds for seconds in found.reference]
    yield Measured("embedding, Vouch", "texts/s", _median(ours))
    yield Measured("embedding, sentence-transformers float32", "texts/s", _median(theirs))
    yield Measured("embedding, ratio", "times", ratio_of_medians(ours, theirs))
    yield Measured("embedding, least cosine to the reference", "", percentile(found.cosines, 0, SEED), digits=6)


def _indexing(corpus: Corpus, user: Settings) -> Iterator[Measured]:
    rounds = [speed.indexing(corpus, _COPIES, user) for _ in range(3)]
    yield Measured("indexing, documents", "a second", _median([one.documents / one.seconds for one in rounds]))
    yield Measured("indexing, passages", "a second", _median([one.passages / one.seconds for one in rounds]))
    yield Measured("indexing, characters", "a second", _median([one.characters / one.seconds for one in rounds]))


def _cold(taken: Sequence[Taken]) -> Iterator[Measured]:
    """Say how long a new process takes, and how much of that goes before the question's turn comes."""
    yield Measured("cold vouch ask", "s", _median([one.wall for one in taken]), "at most 5 s")
    loading = [one.wall - one.reported["total"] for one in taken]
    yield Measured("cold vouch ask: start, imports, opening, end", "s", _median(loading))
    stages = list(taken[0].reported)
    for before, stage in zip([None, *stages], stages, strict=False):
        spent = [one.reported[stage] - (one.reported[before] if before else 0) for one in taken]
        yield Measured(f"cold vouch ask: {stage}" + (f" after {before}" if before else ""), "s", _median(spent))


def _running(corpus: Corpus, questions: Sequence[str]) -> Iterator[Measured]:
    with LocalTarget(corpus, {}) as target:
        speed.warm_asks(target, questions[:2])  # the first answers load the models
        idle = speed.warm_asks(target, questions)
        with speed.busy_cores():
            busy = speed.warm_asks(target, questions)
    for name, taken in (("idle", idle), ("busy", busy)):
        wall = [one.wall for one in taken]
        first = [one.reported["first_sentence"] for one in taken if "first_sentence" in one.reported]
        wanted = ("at most 1.5 s", "at most 1 s") if name == "idle" else ("", "")
        yield Measured(f"answer, {name}", "s", _median(wall), wanted[0])
        yield Measured(f"answer, {name}, 95th percentile", "s", percentile(wall, 95, SEED))
        if first:
            yield Measured(f"first sentence, {name}", "s", _median(first), wanted[1])
    ratio = ratio_of_medians([one.wall for one in busy], [one.wall for one in idle])
    yield Measured("answer, busy to idle", "times", ratio, "at most 2 times")


def _median(values: Sequence[float]) -> Interval:
    return percentile(values, 50, SEED)
