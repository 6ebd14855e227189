"""Are two runs different, or only different by luck? The same cases, paired; many figures, so corrected for many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from eval.errors import BadRun
from eval.intervals import SIGNIFICANCE, Interval, holm, mcnemar, paired_difference, sign_flip
from eval.rows import Row, Run
from eval.summary import MEANINGS, value


@dataclass(frozen=True, slots=True)
class Difference:
    """B minus A of one figure over the cases that both have, with p adjusted for all figures compared (Holm).

    ``changed`` counts the cases in which the two differ.
    """

    name: str
    label: str
    a: float
    b: float
    interval: Interval
    changed: int
    p: float

    @property
    def shown(self) -> bool:
        """Whether the runs differ in this figure at 95 % confidence over all figures together."""
        return self.p < SIGNIFICANCE

    @property
    def better(self) -> bool:
        """Whether B is the better one."""
        return (self.b > self.a) == MEANINGS[self.name].higher_is_better


@dataclass(frozen=True, slots=True)
class Comparison:
    """The differences of two runs, and how many cases only one of them has."""

    differences: tuple[Difference, ...]
    cases: int
    only_a: int
    only_b: int


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
    # A figure in which no case changed cannot be claimed, so it need not be paid for (Tarone 1990).
    moved = [one for one in found if one.changed]
    adjusted = dict(zip([one.name for one in moved], holm([one.p for one in moved]), strict=True))
    differences = tuple(replace(one, p=adjusted.get(one.name, 1.0)) for one in found)
    return Comparison(differences, len(shared), len(rows_a) - len(shared), len(rows_b) - len(shared))


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
