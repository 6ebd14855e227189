"""What is found in documents like those that people have? ``python -m eval.own [--n N] [--among K] [--show FILE]``.

Two sets: of the documents written for training (``rag.train.written``) those that were kept from it, and the documents
in ``eval/documents``, of whose writer training has seen nothing. Those of a set are indexed together; each question is
asked of its own document alone, as served and without a writer: half of them have an answer there, the others only
seem to. With ``--among K`` each is asked of K documents drawn at random, its own among them: the others seldom answer
it, but "How old is the boy?" may mean another boy there. An answer is right where it cites the sentence that gives it.
The weights of the looks and the error budgets were fitted on the first set, the network was not; nothing was on the
second.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from eval.corpus import Corpus, read_corpus
from eval.intervals import wilson
from eval.local import LocalTarget
from rag import threads
from rag.answer import ask
from rag.records import Question
from rag.train import written

_SEED = 17
_UNSEEN = Path(__file__).with_name("documents")
_CITED, _REFUSED, _OTHER = "cited", "refused", "other"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of one document, the words of the sentence that gives or seems to give the answer, and what came."""

    set: str
    document: str
    question: str
    answer: str
    anchor: str
    outcome: str
    shown: str


def drawn(documents: Sequence[written.Document], n: int) -> list[tuple[int, tuple[str, str, str]]]:
    """Draw n questions, half of them without an answer, with the numbers of their documents."""
    rng = random.Random(_SEED)
    rows = [(k, one) for k, document in enumerate(documents) for one in document.asked]
    kinds = ([row for row in rows if row[1][1]], [row for row in rows if not row[1][1]])
    return [row for kind in kinds for row in rng.sample(kind, min(n // 2, len(kind)))]


def sets() -> dict[str, list[written.Document]]:
    """Return the documents of each set by its name."""
    kept = [one for one in written.documents() if one.held_out]
    return {"kept from training": kept, "of a writer unseen": list(written.documents(_UNSEEN))}


def groups(count: int, size: int) -> dict[int, tuple[str, ...]]:
    """Return for each of so many documents the files of the group that it is asked in; every group but one is full."""
    order = random.Random(_SEED).sample(range(count), count)
    parts = [order[at : at + size] for at in range(0, count, size)]
    return {k: tuple(_file(one) for one in sorted(part)) for part in parts for k in part}


def outcomes(name: str, documents: Sequence[written.Document], n: int, among: int = 1) -> Iterator[Asked]:
    """Ask n questions of a set of that name, each of so many documents, and yield what came."""
    with tempfile.TemporaryDirectory(prefix="vouch-own-") as folder:
        for k, one in enumerate(documents):
            (Path(folder) / _file(k)).write_text(f"{one.title}\n\n{one.text}\n", encoding="utf-8")
        yield from _asked(name, read_corpus(Path(folder)), documents, n, among)


def _asked(name: str, corpus: Corpus, documents: Sequence[written.Document], n: int, among: int) -> Iterator[Asked]:
    asked_of = groups(len(documents), among)
    with LocalTarget(corpus, {"model": "none"}) as target:
        for k, (question, answer, anchor) in drawn(documents, n):
            reply = ask(target.engine, Question(question, (), asked_of[k]))
            quotes = [citation.quote for citation in reply.citations]
            outcome = _OTHER if quotes else _REFUSED
            if answer and any(anchor in quote and answer in quote for quote in quotes):
                outcome = _CITED
            shown = " / ".join(quotes) or reply.reason
            yield Asked(name, documents[k].title, question, answer, anchor, outcome, shown)


def _file(number: int) -> str:
    return f"{number:03d}.txt"


def table(found: Sequence[Asked]) -> Iterator[str]:
    """Yield the lines to print."""
    parts = {
        "with an answer: its sentence is cited": (True, _CITED),
        "with an answer: only others are cited": (True, _OTHER),
        "with an answer: refused": (True, _REFUSED),
        "without an answer: refused": (False, _REFUSED),
    }
    for name, (answered, outcome) in parts.items():
        here = [one for one in found if bool(one.answer) is answered]
        hits = sum(one.outcome == outcome for one in here)
        rate = wilson(hits, len(here))
        yield f"{name:50s} {rate.value:.3f} [{rate.low:.3f}, {rate.high:.3f}] n = {len(here)}"


def main() -> None:
    """Parse, ask, print."""
    threads.calm()
    parser = argparse.ArgumentParser(description="Ask our own documents that were kept from training.")
    parser.add_argument("--n", type=int, default=400, help="questions of each set, half of them without an answer")
    parser.add_argument("--among", type=int, default=1, help="documents that each question is asked of")
    parser.add_argument("--show", type=Path, help="write every question with what came, as JSON lines")
    args = parser.parse_args()
    found: list[Asked] = []
    for name, documents in sets().items():
        for one in outcomes(name, documents, args.n, args.among):
            found.append(one)
            if len(found) % 50 == 0:
                print(f"{len(found)} asked", file=sys.stderr, flush=True)
        print(f"{name}, {len(documents)} documents")
        for line in table([one for one in found if one.set == name]):
            print(line)
    if args.show:
        args.show.write_text("".join(json.dumps(asdict(one)) + "\n" for one in found), encoding="utf-8")


if __name__ == "__main__":
    main()
