"""How many right answers do the rules on kinds of answers refuse? ``python -m eval.kinds --data FOLDER [--every K]``.

``rag.expect`` passes over answers that are not of the kind that a question asks for, whatever the reader says. Each
rule was made for wrong answers; this counts what it costs: people's questions of SQuAD's training set with the words
that answer them, and the questions of our own documents with theirs, each in its sentence.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.intervals import wilson
from rag import chunk, expect
from rag.train import written
from rag.train.data import rows


@dataclass(frozen=True, slots=True)
class Right:
    """A question with the words that answer it and the sentence they stand in."""

    question: str
    answer: str
    sentence: str

    def refused(self) -> bool:
        """Tell whether the rules pass over the answer."""
        before, _, following = self.sentence.partition(self.answer)
        return not expect.fits(self.question, self.answer, following, before)


def squad(folder: Path, every: int) -> Iterator[Right]:
    """Yield every k-th question of SQuAD's training set whose answer stands in one sentence alone."""
    asked = ((row["paragraph"], one) for row in rows(folder / "squad_train.jsonl.gz") for one in row["questions"])
    for k, (text, one) in enumerate(asked):
        if k % every == 0:
            yield from _in_its_sentence(text, one["question"], one["answers"][0])


def own(every: int) -> Iterator[Right]:
    """Yield every k-th question of our own documents that has an answer."""
    asked = ((document.text, one) for document in written.documents() for one in document.asked if one[1])
    for k, (text, (question, answer, _)) in enumerate(asked):
        if k % every == 0:
            yield from _in_its_sentence(text, question, answer)


def _in_its_sentence(text: str, question: str, answer: str) -> Iterator[Right]:
    sentences = (text[span.start : span.end] for span in chunk.split(text))
    holding = [sentence for sentence in sentences if answer in sentence]
    if len(holding) == 1:
        yield Right(question, answer, holding[0])


def main() -> None:
    """Parse, count, print."""
    parser = argparse.ArgumentParser(description="Count the right answers that the rules on kinds of answers refuse.")
    parser.add_argument("--data", type=Path, required=True, help="folder with squad_train.jsonl.gz")
    parser.add_argument("--every", type=int, default=4, help="take every k-th question")
    parser.add_argument("--show", type=Path, help="write what is refused, as JSON lines")
    args = parser.parse_args()
    refused: list[Right] = []
    for name, found in (("SQuAD 1.1 train", squad(args.data, args.every)), ("own documents", own(args.every))):
        right = list(found)
        here = [one for one in right if one.refused()]
        refused += here
        rate = wilson(len(here), len(right))
        print(f"{name:16s} right answers refused {rate.value:.4f} [{rate.low:.4f}, {rate.high:.4f}] n = {len(right)}")
    if args.show:
        args.show.write_text("".join(json.dumps(asdict(one)) + "\n" for one in refused), encoding="utf-8")


if __name__ == "__main__":
    main()
