"""How much should likeness of meaning weigh beside the reader? ``python -m rag.train.tune --data DATA``.

Prints the AUROC of answerability on samples of the development sets, for the serving reader on OpenVINO, one line for
each weight. The weight in use is ``rag.rerank.LIKENESS``.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag import rerank, threads
from rag.embed import MiniLM
from rag.records import Passage, Span
from rag.rerank import TrainedReader
from rag.settings import load
from rag.train import measure
from rag.train.measure import Asked, Floats

_WEIGHTS = (0.0, 2.0, 3.0, 4.0, 6.0)
_SEED = 3
_SETS: tuple[tuple[str, Callable[[Path], list[Asked]], int], ...] = (
    ("QED half", measure.qed, 450),
    ("CLAPnq half", measure.clapnq, 300),
    ("SQuAD 2.0 half", measure.squad2, 400),
)


def best_scores(reader: TrainedReader, asked: Sequence[Asked], weight: float) -> list[float]:
    """Return, for each question over its one passage, the score of the best sentence at a weight of likeness."""
    reader.likeness = weight
    found = []
    for one in asked:
        spans = tuple(Span(start, end) for start, end in one.sentences)
        passage = Passage(0, "", "", "", 0, len(one.passage), one.passage, spans)
        found.append(max((piece.score for piece in reader.read(one.question, [passage])), default=0.0))
    return found


def _auroc(scores: Floats, truth: npt.NDArray[np.bool_], rows: npt.NDArray[np.intp]) -> float:
    return measure.auroc(scores[rows], truth[rows])


def main() -> None:
    """Parse, measure, print."""
    threads.calm()
    parser = argparse.ArgumentParser(description="Print answerability for several weights of likeness.")
    parser.add_argument("--data", type=Path, required=True, help="the folder train; dev is read from beside it")
    data: Path = parser.parse_args().data
    settings = load()[0]
    embedder = MiniLM(settings.models_path, settings.threads)
    reader = TrainedReader.shipped(settings.models_path, embedder, settings.threads)
    print(f"in use: {rerank.LIKENESS}")
    for name, read_set, most in _SETS:
        asked = read_set(data.parent / "dev")
        random.Random(_SEED).shuffle(asked)
        asked = asked[:most]
        truth = np.array([one.answerable for one in asked])
        for weight in _WEIGHTS:
            scores = np.array(best_scores(reader, asked, weight))
            curve = measure.bootstrap(name, partial(_auroc, scores, truth), len(asked))
            interval = f"{curve.value:.3f} [{curve.low:.3f}, {curve.high:.3f}] n = {curve.n}"
            print(f"{name:15s} weight {weight:.0f}  AUROC {interval}", flush=True)


if __name__ == "__main__":
    main()
