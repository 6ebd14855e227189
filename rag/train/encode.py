"""Examples in tokens: ids, and the positions that the loss accepts as start and end. Knows no model.

The form is the one that serving uses: ``[CLS] question [SEP] passage [SEP]``, the question cut at ``MAX_QUESTION``
tokens, the passage at what is left of the limit. Position 0 (``[CLS]``) stands for "no answer".
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from rag.train.data import Example
from rag.train.pairs import Pair

MAX_QUESTION = 48  # tokens; longer questions are cut on the right
MAX_TOKENS = 256  # of a training window, special tokens included
_CHUNK = 4096  # examples that are sorted by length together: nearly no padding, and still a random order
_ENCODE = 1024  # texts tokenised in one call

Ints = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example in tokens. ``starts`` and ``ends`` are accepted positions (0 is null), ``passage`` the token range.

    ``label`` is the entailment of a pair (0 or 1), and then there are no positions; -1 for a question.
    """

    ids: Ints
    passage: tuple[int, int]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    kind: str
    label: int = -1


@dataclass(frozen=True, slots=True)
class Batch:
    """A padded batch of n sequences of t tokens; ``allowed`` marks the passage and position 0."""

    ids: npt.NDArray[np.int64]
    mask: npt.NDArray[np.int64]
    types: npt.NDArray[np.int64]
    allowed: npt.NDArray[np.bool_]
    starts: npt.NDArray[np.bool_]
    ends: npt.NDArray[np.bool_]
    labels: npt.NDArray[np.float32]
    kinds: tuple[str, ...]


class Encoder:
    """The packaged tokenizer, without padding, with the reader's limits."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._cls, self._sep = (tokenizer.token_to_id(t) for t in ("[CLS]", "[SEP]"))

    def _join(
        self, first: Sequence[str], second: Sequence[str], limit: int
    ) -> Iterator[tuple[Ints, int, list[tuple[int, int]]]]:
        """Yield for each pair of texts the ids, where the second begins, and the character offsets of its tokens."""
        left = self._tokenizer.encode_batch_fast(list(first), add_special_tokens=False)
        right = self._tokenizer.encode_batch(list(second), add_special_tokens=False)
        for a, b in zip(left, right, strict=True):
            question = a.ids[:MAX_QUESTION]
            room = limit - len(question) - 3
            ids = [self._cls, *question, self._sep, *b.ids[:room], self._sep]
            yield np.asarray(ids, np.int32), len(question) + 2, b.offsets[:room]

    def questions(self, examples: Sequence[Example], limit: int = MAX_TOKENS) -> Iterator[Encoded]:
        """Encode questions with windows; an answer that was cut off drops the example."""
        for at in range(0, len(examples), _ENCODE):
            chunk = examples[at : at + _ENCODE]
            joined = self._join([e.question for e in chunk], [e.passage for e in chunk], limit)
            for example, (ids, first, offsets) in zip(chunk, joined, strict=True):
                encoded = _target(example, ids, first, offsets)
                if encoded is not None:
                    yield encoded

    def pairs(self, pairs: Sequence[Pair], limit: int = MAX_TOKENS) -> Iterator[Encoded]:
        """Encode claims with quotes: the claim takes the question's place."""
        for at in range(0, len(pairs), _ENCODE):
            chunk = pairs[at : at + _ENCODE]
            joined = self._join([p.claim for p in chunk], [p.quote for p in chunk], limit)
            for pair, (ids, first, offsets) in zip(chunk, joined, strict=True):
                yield Encoded(ids, (first, first + len(offsets)), (), (), pair.kind, int(pair.holds))

    def locate(self, example: Example, limit: int) -> tuple[Encoded, list[tuple[int, int]]]:
        """Encode one question for measuring: the tokens, and the character offsets of the passage's tokens."""
        ((ids, first, offsets),) = self._join([example.question], [example.passage], limit)
        return Encoded(ids, (first, first + len(offsets)), (0,), (0,), example.kind), offsets


def _target(example: Example, ids: Ints, first: int, offsets: list[tuple[int, int]]) -> Encoded | None:
    """Find the token positions of an example's answer; None where truncation took it."""
    passage = (first, first + len(offsets))
    if not example.answerable:
        return Encoded(ids, passage, (0,), (0,), example.kind)
    spans = example.spans or ((example.sentence,) if example.sentence else ())
    found = [t for span in spans if (t := token_range(offsets, *span)) is not None]
    if not found:
        return None
    if example.spans:
        starts, ends = {a for a, _ in found}, {b - 1 for _, b in found}
    else:
        starts = ends = {k for a, b in found for k in range(a, b)}
    return Encoded(
        ids,
        passage,
        tuple(sorted(first + a for a in starts)),
        tuple(sorted(first + b for b in ends)),
        example.kind,
    )


def token_range(offsets: Sequence[tuple[int, int]], start: int, end: int) -> tuple[int, int] | None:
    """Return the half-open range of tokens that touch the characters, None if the last of them was cut off."""
    touched = [k for k, (a, b) in enumerate(offsets) if a < end and b > start]
    if not touched or offsets[-1][1] < end:
        return None
    return touched[0], touched[-1] + 1


def collate(items: Sequence[Encoded]) -> Batch:
    """Pad encoded examples to one batch."""
    n, t = len(items), max(len(i.ids) for i in items)
    ids, mask, types = (np.zeros((n, t), np.int64) for _ in range(3))
    allowed, starts, ends = (np.zeros((n, t), np.bool_) for _ in range(3))
    for row, item in enumerate(items):
        ids[row, : len(item.ids)] = item.ids
        mask[row, : len(item.ids)] = 1
        types[row, item.passage[0] : len(item.ids)] = 1
        allowed[row, [0, *range(*item.passage)]] = True
        starts[row, list(item.starts)] = True
        ends[row, list(item.ends)] = True
    labels = np.asarray([i.label for i in items], np.float32)
    return Batch(ids, mask, types, allowed, starts, ends, labels, tuple(i.kind for i in items))


def batches(items: Sequence[Encoded], tokens: int, rng: random.Random) -> list[list[Encoded]]:
    """Group examples of like length into batches of at most so many padded tokens, in random order."""
    order = list(range(len(items)))
    rng.shuffle(order)
    groups: list[list[Encoded]] = []
    for at in range(0, len(order), _CHUNK):
        chunk = sorted((items[k] for k in order[at : at + _CHUNK]), key=lambda e: len(e.ids))
        group: list[Encoded] = []
        made: list[list[Encoded]] = []
        for item in chunk:
            if group and len(item.ids) * (len(group) + 1) > tokens:
                made.append(group)
                group = []
            group.append(item)
        made += [group] if group else []
        rng.shuffle(made)
        groups += made
    return groups
