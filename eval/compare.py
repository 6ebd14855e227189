"""Are two runs different, or only different by luck? The same cases, paired; many figures, so corrected for many.

Runs are compared for their right answers first: that figure has most of the 5 % to itself, so that looking at twenty
others does not hide it. All others share what is left, and get the whole once ``right`` differs (the fallback
procedure, Wiens 2003). Over all figures together, equal runs are called different at most once in twenty times.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from eval.errors import BadRun
from eval.intervals import SIGNIFICANCE, Interval, jointly, mcnemar, paired_difference, sign_flip
from eval.rows import Row, Run
from eval.summary import MEANINGS, value

FIRST = "right"
# The share of the 5 % that the first figure has. On 400 cases of which a tenth differ, five points more right are found
# in 85 of 100 trials with it (n = 2,000); tested jointly with twenty independent others in 52 (n = 60).
FIRST_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Difference:
    """B minus A of one figure over the cases that both have; ``p`` of it alone, ``adjusted`` for all figures compared.

    ``p`` is McNemar's exact one for yes/no figures, a sign-flip test's for the others; ``changed`` counts the cases
    in which the two differ.
    """

    name: str
    label: str
    a: float
    b: float
    interval: Interval
    changed: int
    p: float
    adjusted: float = 1.0

    @property
    def shown(self) -> bool:
        """Whether the runs differ in this figure at 95 % confidence over all figures together."""
        return self.adjusted < SIGNIFICANCE

    @property
    def better(self) -> bool:
        """Whether B is the better one."""
        return (self.b > self.a) == MEANINGS[self.name].higher_is_better


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences of two runs, run A for the trivial baselines on its cases, and how many cases only one has."""

    differences: tuple[Difference, ...]
    cases: int
    only_a: int
    only_b: int
    run: Run


def compare(a: Run, b: Run) -> Comparison:
    """Compare two runs case by case: McNemar's exact test for yes/no figures, sign flips for the others.

    Raises:
        BadRun: no case is in both, or the same id asks different things.
    """
    rows_a, rows_b = {row.case.id: row for row in a.rows}, {row.case.id: row for row in b.rows}
    shared = [name for name in rows_a if name in rows_b]
    if not shared:
        raise BadRun("the two runs have no case in common; compare runs of the same suite")
    changed = [name for name in shared if rows_a[name].case != rows_b[name].case]
    if changed:
        raise BadRun(f"the case '{changed[0]}' is not the same in both runs; run the same suite twice")
    pairs = [(rows_a[name], rows_b[name]) for name in shared]
    found = [one for name in MEANINGS if (one := _difference(name, pairs, int(a.identity["seed"])))]
    differences = tuple(_adjusted(found, pairs, int(a.identity["seed"])))
    return Comparison(differences, len(shared), len(rows_a) - len(shared), len(rows_b) - len(shared), a)


def _adjusted(found: Sequence[Difference], pairs: Sequence[tuple[Row, Row]], seed: int) -> Iterator[Difference]:
    """Yield the differences with p adjusted: the first figure's by its share, the others' jointly by theirs."""
    first = next((one for one in found if one.name == FIRST), None)
    first_p = 1.0 if first is None else min(1.0, first.p / FIRST_SHARE)
    others = [one.name for one in found if one.name != FIRST]
    table = np.asarray([[_gap(name, *pair) for name in others] for pair in pairs], dtype=np.float64)
    share = 1.0 if first_p < SIGNIFICANCE else 1 - FIRST_SHARE
    joint = dict(zip(others, jointly(table.reshape(len(pairs), len(others)), seed), strict=True))
    for one in found:
        yield replace(one, adjusted=first_p if one.name == FIRST else min(1.0, joint[one.name] / share))


def _gap(name: str, a: Row, b: Row) -> float:
    """Return by how much B is above A in one case; 0 where either has no such figure."""
    in_a, in_b = value(a, name), value(b, name)
    return 0.0 if in_a is None or in_b is None else in_b - in_a


def _difference(name: str, pairs: Sequence[tuple[Row, Row]], seed: int) -> Difference | None:
    """Return the difference of a figure over the cases in which both runs have it; None without such a case."""
    both = [
        (in_a, in_b) for a, b in pairs if (in_a := value(a, name)) is not None and (in_b := value(b, name)) is not None
    ]
    if not both:
        return None
    a, b = [pair[0] for pair in both], [pair[1] for pair in both]
    p = mcnemar(a, b) if {*a, *b} <= {0.0, 1.0} else sign_flip(a, b, seed)
    changed = sum(before != after for before, after in both)
    interval = paired_difference(a, b, seed)
    return Difference(name, MEANINGS[name].label, sum(a) / len(a), sum(b) / len(b), interval, changed, p)
