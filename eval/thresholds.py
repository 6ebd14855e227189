"""The figures that a run must reach, from a TOML file: what makes a build fail on a regression.

    [at_least]
    right = 0.80
    [at_most]
    failed = 0.0

The names are those of the report. The estimate is compared, its interval and n are told beside it.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import BadThresholds
from eval.intervals import Interval
from eval.rows import Run
from eval.summary import MEANINGS, REFUSAL_MEANINGS, summarise


class Thresholds(BaseModel):
    """The least and the most that figures may be."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at_least: dict[str, float] = Field(default_factory=dict)
    at_most: dict[str, float] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure against its bound; ``found`` is None where the run has no case for it, which is no pass."""

    name: str
    bound: str
    found: Interval | None
    passed: bool


def read_thresholds(path: Path) -> Thresholds:
    """Return the thresholds of a file.

    Raises:
        BadThresholds: it cannot be read, or names a figure that no run has.
    """
    try:
        wanted = Thresholds(**tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadThresholds(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, ValidationError, TypeError) as error:
        raise BadThresholds(f"{path} cannot be used: {str(error).splitlines()[0]}") from None
    unknown = {*wanted.at_least, *wanted.at_most} - {*MEANINGS, *REFUSAL_MEANINGS}
    if unknown:
        known = ", ".join([*MEANINGS, *REFUSAL_MEANINGS])
        raise BadThresholds(f"{path} names '{min(unknown)}', which is no figure; known are {known}")
    return wanted


def check(run: Run, wanted: Thresholds) -> list[Verdict]:
    """Return a verdict for each threshold, in the order of the file."""
    found = {figure.name: figure.interval for figure in summarise(run).figures}
    verdicts = [
        _verdict(name, f"at least {bound:g}", found.get(name), 1, bound) for name, bound in wanted.at_least.items()
    ]
    verdicts += [
        _verdict(name, f"at most {bound:g}", found.get(name), -1, bound) for name, bound in wanted.at_most.items()
    ]
    return verdicts


def _verdict(name: str, words: str, found: Interval | None, sign: int, bound: float) -> Verdict:
    passed = found is not None and sign * found.value >= sign * bound
    return Verdict(name, words, found, passed)
