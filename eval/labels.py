"""What people say of a run's own answers: labels of a random sample, kept in the run's folder as ``labels.jsonl``.

They make the interval of faithfulness assume nothing: the sample is drawn from the run that is measured.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from eval.errors import BadRun
from eval.intervals import Interval, share_interval
from eval.powered import tuned
from eval.reply import MARK, Cited
from eval.rows import Row, Run

LABELS_FILE = "labels.jsonl"
LEAST = 10  # labels below which no interval is told

# Shown a sentence and the quotes it cites; whether these hold it, or None to stop.
Ask = Callable[[str, Sequence[Cited]], bool | None]


class Label(BaseModel):
    """The share of an answer's sentences that a person found held by their quotes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    held: float = Field(ge=0, le=1)


def read_labels(folder: Path) -> dict[str, float]:
    """Return the labels of a run by case id; the last one of a case counts.

    Raises:
        BadRun: a line cannot be read; the message names it.
    """
    path = folder / LABELS_FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    found = {}
    for number, line in enumerate(lines, start=1):
        try:
            label = Label.model_validate_json(line)
        except ValidationError as error:
            raise BadRun(f"{path}:{number}: {error.errors()[0]['msg']}; mend or remove the line") from None
        found[label.id] = label.held
    return found


def label(run: Run, count: int, ask: Ask) -> int:
    """Have up to ``count`` more answers labelled, in an order drawn by the run's seed; return how many were."""
    rows = _answered(run)
    random.Random(int(run.identity["seed"])).shuffle(rows)
    known = read_labels(run.folder)
    done = 0
    for row in [row for row in rows if row.case.id not in known][:count]:
        held = _held(row, ask)
        if held is None:
            break
        with (run.folder / LABELS_FILE).open("a", encoding="utf-8") as file:
            file.write(Label(id=row.case.id, held=held).model_dump_json() + "\n")
        done += 1
    return done


def labelled_faithfulness(run: Run) -> tuple[Interval, int] | None:
    """Return faithfulness from the run's own labels and how many there are; None with too few of them."""
    known, rows = read_labels(run.folder), _answered(run)
    with_label = [row for row in rows if row.case.id in known]
    others = [row.scores["faithfulness"] for row in rows if row.case.id not in known]
    said = [known[row.case.id] for row in with_label]
    if len(said) < LEAST:
        return None
    if not others:
        return share_interval(said, int(run.identity["seed"])), len(said)
    return tuned(others, [row.scores["faithfulness"] for row in with_label], said), len(said)


def _answered(run: Run) -> list[Row]:
    return [row for row in run.rows if "faithfulness" in row.scores]


def _held(row: Row, ask: Ask) -> float | None:
    held = []
    for sentence in row.reply.sentences if row.reply else ():
        said = ask(MARK.sub("", sentence.text), row.reply.cited_by(sentence) if row.reply else ())
        if said is None:
            return None
        held.append(said)
    return sum(held) / len(held)
