"""Question and passages to evidence: which sentences answer, which words in them, how surely, and is there an answer?

One small model does it all: the packaged MiniLM with weights trained here (``rag/train``, ``rag/reader/CARD.md``). It
reads the question with a whole passage and gives one distribution over "no answer" and every span of words.
Similarity cannot do this: it finds what a passage is about, not whether it answers.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, Protocol

from rag import decode, expect, weights
from rag.embed import Embedder, padded
from rag.errors import BadModel, BadQuestion
from rag.records import Evidence, Passage, Span

# Training used these limits; a passage that is cut loses its tail (rag/train/README.md).
_MAX_QUESTION = 48
_MAX_TOKENS = 384
# Sequences of like length that are read together.
_BATCH = 8
# The least score that counts as an answer. Chosen by `python -m eval sweep` on the 48 dev questions, quotes only: right
# are 42 to 44 anywhere from 0.12 to 0.28, 41 at 0.33, 35 at 0.42. This is the middle of the level stretch.
_THRESHOLD = 0.2
# The reader misses what it has not seen worded so; likeness of meaning knows that two texts are about the same thing.
# Its weight was chosen by `python -m rag.train.tune` on development sets. Weights of 0, 3 and 6 gave an AUROC of
# 0.798, 0.815 and 0.816 (SQuAD 2.0 half, n = 400), 0.854, 0.886 and 0.897 (CLAPnq half, n = 300), and 0.699, 0.685
# and 0.668 (QED half, n = 450).
LIKENESS = 3.0
_ALIKE = 0.5
_HOPELESS = 0.01
# Evidence that is much less likely than the best is not put beside it.
_BESIDE_BEST = 0.4
_MOST = 4
# A heading names what follows and a question asks: what they say is rarely what answers. Their scores count for less,
# so that they lead only where nothing else answers.
_HEADING, _QUESTION = 0.5, 0.25
_HEADING_WORDS = 12
_ENDS = re.compile(r"[.!?:;…][\"'”’)\]]*\s*$")


class Reader(Protocol):
    """Reads passages for a question, and quotes for a claim. Evidence below ``threshold`` does not answer."""

    name: str
    threshold: float

    def read(self, question: str, passages: Sequence[Passage]) -> list[Evidence]:
        """Return one piece of evidence for each sentence read, best first, scores between 0 and 1."""
        ...

    def entails(self, claim: str, quote: str) -> bool:
        """Tell whether a quote may hold a claim, as far as a small model can see: a second look behind the gate."""
        ...


@dataclass(frozen=True, slots=True)
class Calibration:
    """From log-odds to probability: ``sigmoid(scale * odds + shift)``.

    ``least_entailed`` is the entailment logit below which one in fifty true claims on held-out titles lies.
    """

    scale: float
    shift: float
    least_entailed: float = 0.0

    @classmethod
    def shipped(cls) -> Calibration:
        """Read what was fitted on held-out data when the weights were made.

        Raises:
            BadModel: the file beside the weights is missing or damaged.
        """
        with _manifest() as calibration:
            found, entail = calibration["answerable"], calibration["entail"]
            return cls(float(found["scale"]), float(found["shift"]), float(entail["least"]))


@contextmanager
def _manifest() -> Iterator[dict[str, Any]]:
    """Give what was found on held-out data when the weights were made."""
    try:
        manifest = files("rag").joinpath("reader", "reader.json").read_text(encoding="utf-8")
        yield json.loads(manifest)["calibration"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadModel(f"rag/reader/reader.json cannot be used ({error!r}); reinstall vouch-rag") from None


def threshold_within(budget: float) -> float:
    """Return the least score that kept the share of wrong answers among those shown within a budget.

    It held on the askings of ``rag.train.budget``, half of which have no answer; on other documents it is a guide.

    Raises:
        BadQuestion: the budget is smaller than any that could be kept.
    """
    with _manifest() as calibration:
        rows = calibration["served"]["budgets"]
        kept = [row for row in rows if row["coverage"] > 0]
        if fits := [row for row in kept if row["budget"] <= budget]:
            return float(fits[-1]["threshold"])
        smallest = min(float(row["budget"]) for row in kept)
    raise BadQuestion(f"max_wrong is {budget:g}; the smallest share that any threshold kept is {smallest:g}")


class TrainedReader:
    """The shipped reader on OpenVINO. Safe to call from several threads; they take turns."""

    name = f"vouch-reader sha256:{weights.READER.sha256}"
    threshold = _THRESHOLD
    likeness = LIKENESS

    def __init__(self, model: Path, calibration: Calibration, embedder: Embedder, threads: int) -> None:
        from tokenizers import Tokenizer

        from rag.openvino import compile_model

        self._calibration = calibration
        self._embedder = embedder
        self._model = compile_model(model, threads)
        self._request = self._model.create_infer_request()
        self._tokenizer = Tokenizer.from_file(str(weights.locate(weights.TOKENIZER)))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        # What the tokenizer puts around any text: [CLS] and [SEP].
        self._cls, self._sep = self._tokenizer.encode("").ids
        self._turn = threading.Lock()

    @classmethod
    def shipped(cls, models: Path, embedder: Embedder, threads: int) -> TrainedReader:
        """Load the reader that comes with this version, converting it on first use."""
        folder = weights.prepared(weights.READER_COPY, models)
        return cls(folder / "reader.xml", Calibration.shipped(), embedder, threads)

    def read(self, question: str, passages: Sequence[Passage]) -> list[Evidence]:
        """Return one piece of evidence for each sentence read, best first.

        A sentence's score is the calibrated probability that its passage answers, times the sentence's share of it,
        with its likeness to the question weighed in.
        """
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:_MAX_QUESTION]
        texts = self._tokenizer.encode_batch([passage.text for passage in passages], add_special_tokens=False)
        room = _MAX_TOKENS - len(asked) - 3
        order = sorted(range(len(passages)), key=lambda i: len(texts[i].ids))
        found: list[Evidence] = []
        for at in range(0, len(order), _BATCH):
            rows = order[at : at + _BATCH]
            tokens = [[self._cls, *asked, self._sep, *texts[i].ids[:room], self._sep] for i in rows]
            starts, ends = self._infer(tokens, len(asked) + 2, "start", "end")
            for row, i in enumerate(rows):
                passage = passages[i]
                spans = [(span.start - passage.start, span.end - passage.start) for span in passage.sentences]
                offsets = texts[i].offsets[:room]
                reading = decode.read(starts[row], ends[row], len(asked) + 2, offsets, spans)
                found += self._evidence(passage, reading)
        found = self._weighed(question, found)
        return sorted(found, key=lambda piece: (-piece.score, piece.passage.number, piece.span.start))

    def entails(self, claim: str, quote: str) -> bool:
        """Tell whether the entailment logit of a claim and a quote is what true claims have."""
        asked = self._tokenizer.encode(claim, add_special_tokens=False).ids[:_MAX_QUESTION]
        told = self._tokenizer.encode(quote, add_special_tokens=False).ids[: _MAX_TOKENS - len(asked) - 3]
        tokens = [[self._cls, *asked, self._sep, *told, self._sep]]
        return float(self._infer(tokens, len(asked) + 2, "entail")[0][0]) >= self._calibration.least_entailed

    def _weighed(self, question: str, found: Sequence[Evidence]) -> list[Evidence]:
        """Return the evidence with its likeness to the question added to its log-odds.

        A sentence that the reader gives no chance is left as it is: embedding it could not save it.
        """
        hopeful = [piece for piece in found if piece.score > _HOPELESS]
        vectors = self._embedder.encode([question, *(piece.quote for piece in hopeful)])
        likeness = vectors[1:] @ vectors[0]
        weighed = [
            replace(
                piece,
                score=float(
                    decode.sigmoid(decode.log_odds(piece.score, _HOPELESS) + self.likeness * (float(like) - _ALIKE))
                ),
            )
            for piece, like in zip(hopeful, likeness, strict=True)
        ]
        hopeless = [piece for piece in found if piece.score <= _HOPELESS]
        return [replace(piece, score=piece.score * _worth(piece.quote)) for piece in (*weighed, *hopeless)]

    def _infer(self, tokens: Sequence[Sequence[int]], first: int, *outputs: str) -> list[decode.Floats]:
        ids, mask = padded(tokens)
        types = mask.copy()
        types[:, :first] = 0
        with self._turn:
            made = self._request.infer({"input_ids": ids, "attention_mask": mask, "token_type_ids": types})
            return [made[name].copy() for name in outputs]

    def _evidence(self, passage: Passage, reading: decode.Reading) -> list[Evidence]:
        answers = float(decode.sigmoid(self._calibration.scale * reading.odds + self._calibration.shift))
        found = []
        for span, share, best in zip(passage.sentences, reading.sentences, reading.best, strict=True):
            answer = span
            if best is not None:
                answer = Span(passage.start + best[0], min(passage.start + best[1], span.end))
            found.append(Evidence(passage, span, answers * share, answer))
        return found


def _worth(quote: str) -> float:
    """Return how much of its score a sentence keeps for its form: a heading and a question less than a statement."""
    end = _ENDS.search(quote)
    if end and "?" in end.group():
        return _QUESTION
    return 1.0 if end or len(quote.split()) > _HEADING_WORDS else _HEADING


def choose(question: str, found: Sequence[Evidence], threshold: float) -> list[Evidence]:
    """Return the one to four pieces of evidence to answer from, best first; none where nothing reaches the threshold.

    Evidence of another kind than the question asks for is passed over. A sentence that stands word for word in
    several places is taken once for each document.
    """
    found = [piece for piece in found if piece.score >= threshold and _fits(question, piece)]
    chosen: list[Evidence] = []
    seen: set[tuple[str, str]] = set()
    for piece in found:
        key = (piece.passage.document, piece.quote)
        if piece.score < _BESIDE_BEST * found[0].score or len(chosen) == _MOST:
            break
        if key not in seen:
            seen.add(key)
            chosen.append(piece)
    return chosen


def _fits(question: str, piece: Evidence) -> bool:
    following = piece.passage.quote(Span(piece.answer.end, piece.span.end))
    return expect.fits(question, piece.passage.quote(piece.answer), following)
