"""Question and passages to evidence: which sentences answer, which words in them, how surely, and is there an answer?

One small model does it all: the packaged MiniLM with weights trained here (``rag/train``, ``rag/reader/CARD.md``). It
reads the question with a whole passage and gives one distribution over "no answer" and every span of words.
Similarity cannot do this: it finds what a passage is about, not whether it answers.
"""

from __future__ import annotations

import json
import math
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import zip_longest
from pathlib import Path
from typing import Any, Protocol

from rag import bylines, decode, expect, forenames, speakers, tabular, weights
from rag.embed import Embedder, padded
from rag.errors import BadModel, BadQuestion
from rag.looks import Look, Weights
from rag.records import Evidence, Passage, Span

# Training used these limits; a passage that is cut loses its tail (rag/train/README.md).
_MAX_QUESTION = 48
_MAX_TOKENS = 384
# Sequences of like length that are read together.
_BATCH = 8
# The least score that counts as an answer. Quotes only, of the 48 seeds-dev questions 40 are right at 0.04 and 38 at
# 0.06, of the 50 of office-dev 40 and 38, of the 800 of `python -m eval.own` at 0.03, 0.04 and 0.06 527, 539 and 552;
# what is lost in answers is won in refusals.
_THRESHOLD = 0.04
# Among more passages than so many, chance brings up a likelier one, and the threshold's odds grow with the root of how
# many more. Of 283 questions over our own documents that have no answer there 0.60 are refused at 0.04 where each is
# asked of its own document, 0.45, 0.37, 0.32 and 0.25 where it is asked of 5, 15, 60 and 209 (counted once, by no
# command). `python -m eval.own --among 60` tells what remains.
_FEW = 40
_HIGHEST = 0.3
# A sentence with less chance than this in its passage is not looked at again: nothing could save it.
_HOPELESS = 0.01
# The likeliest sentences, which are read once more, alone: short, so that they cost little beside the passages.
_LOOKS = 12
# Where likelier evidence was passed over, the next must score so much. On 5,600 questions over our own documents and
# SQuAD 2.0's half, what scored less answered in 4 of 22 cases (counted once, by no command).
NEXT_BEST = 0.2
# To say why without any word for a reason, a sentence must be this likely.
_NO_REASON = 0.3
# The score of a byline, asked who wrote the document that it stands in.
_BYLINE = 0.5
# The score of a sentence that has a first name before the family name whose first name is asked for.
_FORENAME = 0.3
# Evidence that is much less likely than the best is not put beside it.
_BESIDE_BEST = 0.4
_MOST = 4
# A heading names what follows and a question asks: what they say is rarely what answers. Their scores count for less,
# so that they lead only where nothing else answers.
_HEADING, _QUESTION = 0.5, 0.25
_HEADING_WORDS = 12
# "On Sunday", asked for the date: a sentence that has one is shown, too.
_VAGUE = 0.5
# Opens or closes a letter: tells nobody anything.
_GREETING = re.compile(
    r"^\W*(?:dear|hi|hello|good (?:morning|afternoon|evening)|(?:best|kind|warm) (?:regards|wishes)|regards|sincerely"
    r"|yours|cheers|many thanks|thanks)\b[^.!?]{0,50}[,!]?\s*$",
    re.IGNORECASE,
)
# A signature or the name of a speaker: one or two words that say nothing of whom they name.
_LONE_NAME = re.compile(r"^\W*[^\W\d_]+(?:\s+[^\W\d_]+)?\W*$")
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
    """What was fitted on held-out data: from a passage's log-odds to probability, ``sigmoid(scale * odds + shift)``.

    ``looks`` weighs all that is known of a sentence; below ``least_entailed`` lie the entailment logits of one in
    fifty true claims.
    """

    scale: float
    shift: float
    looks: Weights
    least_entailed: float = 0.0

    @classmethod
    def shipped(cls) -> Calibration:
        """Read what was fitted on held-out data when the weights were made.

        Raises:
            BadModel: the file beside the weights is missing or damaged.
        """
        with _manifest() as calibration:
            found, entail = calibration["answerable"], calibration["entail"]
            looks = Weights.read(calibration["looks"])
            return cls(float(found["scale"]), float(found["shift"]), looks, float(entail["least"]))


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


def least_among(threshold: float, passages: int) -> float:
    """Return the least score that counts as an answer among so many passages: the threshold itself among few."""
    if passages <= _FEW or threshold >= _HIGHEST:
        return threshold
    odds = threshold / (1 - threshold) * math.sqrt(passages / _FEW)
    return min(_HIGHEST, odds / (1 + odds))


class TrainedReader:
    """The shipped reader on OpenVINO. Safe to call from several threads; they take turns."""

    name = f"vouch-reader sha256:{weights.READER.sha256}"
    threshold = _THRESHOLD

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

        A sentence's score is the calibrated probability that it answers, as all looks at it tell together.
        """
        found = self.looked(question, passages)
        scored = [replace(piece, score=self._score(question, piece, look)) for piece, look in found]
        if bylines.asked_for(question):
            scored = list(_with_bylines(question, scored))
        if family := forenames.asked_of(question):
            scored = list(_with_forenames(family, scored))
        return sorted(scored, key=lambda piece: (-piece.score, piece.passage.number, piece.span.start))

    def looked(self, question: str, passages: Sequence[Passage]) -> list[tuple[Evidence, Look | None]]:
        """Return a piece for each sentence, likeliest in its passage first, with what the likeliest look like.

        The score of a piece is the probability that its passage answers, times the sentence's share of it.
        """
        asked = self._tokenizer.encode(question, add_special_tokens=False).ids[:_MAX_QUESTION]
        tables = {passage.number: {row.span: row for row in tabular.rows(passage)} for passage in passages}
        found: list[tuple[Evidence, float, float]] = []
        for passage, reading in zip(passages, self._readings(asked, [_within(one) for one in passages]), strict=True):
            found += (row for row in self._evidence(passage, reading) if row[0].span not in tables[passage.number])
        found += self._rows(asked, passages, tables)
        found.sort(key=lambda row: (-row[0].score, row[0].passage.number, row[0].span.start))
        near = [row for row in found[:_LOOKS] if row[0].score > _HOPELESS]
        rows = [tables[piece.passage.number].get(piece.span) for piece, _, _ in near]
        quotes = [
            row.text if row else speakers.named(piece.passage, piece.span)
            for row, (piece, _, _) in zip(rows, near, strict=True)
        ]
        between = [quote if row else piece.beside for quote, row, (piece, _, _) in zip(quotes, rows, near, strict=True)]
        # A text that is read twice need not be: a short passage is what stands between its ends.
        texts = list(dict.fromkeys([*quotes, *between]))
        read = dict(zip(texts, self._readings(asked, [(text, [(0, len(text))]) for text in texts]), strict=True))
        vectors = self._embedder.encode([question, *quotes])
        likeness = vectors[1:] @ vectors[0]
        seen = [
            Look(odds, share, read[quote].odds, float(like), read[beside].odds)
            for (_, odds, share), quote, beside, like in zip(near, quotes, between, likeness, strict=True)
        ]
        return [(piece, look) for (piece, _, _), look in zip_longest(found, seen)]

    def _rows(
        self, asked: Sequence[int], passages: Sequence[Passage], tables: Mapping[int, Mapping[Span, tabular.Row]]
    ) -> Iterator[tuple[Evidence, float, float]]:
        """Yield the rows of tables, each read alone as it is told with the names of its columns."""
        told = [(passage, row) for passage in passages for row in tables[passage.number].values()]
        readings = self._readings(asked, [(row.text, [(0, len(row.text))]) for _, row in told])
        for (passage, row), reading in zip(told, readings, strict=True):
            answers = float(decode.sigmoid(self._calibration.scale * reading.odds + self._calibration.shift))
            yield Evidence(passage, row.span, answers, row.place(reading.start, reading.end)), reading.odds, 1.0

    def _score(self, question: str, piece: Evidence, look: Look | None) -> float:
        vague = _VAGUE if expect.is_vague(question, piece.passage.quote(piece.answer)) else 1.0
        return (self._calibration.looks.chance(look) if look else _HOPELESS * piece.score) * _worth(piece.quote) * vague

    def _readings(
        self, asked: Sequence[int], texts: Sequence[tuple[str, Sequence[tuple[int, int]]]]
    ) -> list[decode.Reading]:
        """Read a question, in tokens, with each text and its sentences; in the order given."""
        encoded = self._tokenizer.encode_batch([text for text, _ in texts], add_special_tokens=False)
        room = _MAX_TOKENS - len(asked) - 3
        first = len(asked) + 2
        order = sorted(range(len(texts)), key=lambda i: len(encoded[i].ids))
        read: dict[int, decode.Reading] = {}
        for at in range(0, len(order), _BATCH):
            rows = order[at : at + _BATCH]
            tokens = [[self._cls, *asked, self._sep, *encoded[i].ids[:room], self._sep] for i in rows]
            starts, ends = self._infer(tokens, first, "start", "end")
            for row, i in enumerate(rows):
                read[i] = decode.read(starts[row], ends[row], first, encoded[i].offsets[:room], texts[i][1])
        return [read[i] for i in range(len(texts))]

    def entails(self, claim: str, quote: str) -> bool:
        """Tell whether the entailment logit of a claim and a quote is what true claims have."""
        asked = self._tokenizer.encode(claim, add_special_tokens=False).ids[:_MAX_QUESTION]
        told = self._tokenizer.encode(quote, add_special_tokens=False).ids[: _MAX_TOKENS - len(asked) - 3]
        tokens = [[self._cls, *asked, self._sep, *told, self._sep]]
        return float(self._infer(tokens, len(asked) + 2, "entail")[0][0]) >= self._calibration.least_entailed

    def _infer(self, tokens: Sequence[Sequence[int]], first: int, *outputs: str) -> list[decode.Floats]:
        ids, mask = padded(tokens)
        types = mask.copy()
        types[:, :first] = 0
        with self._turn:
            made = self._request.infer({"input_ids": ids, "attention_mask": mask, "token_type_ids": types})
            return [made[name].copy() for name in outputs]

    def _evidence(self, passage: Passage, reading: decode.Reading) -> Iterator[tuple[Evidence, float, float]]:
        """Yield each sentence as evidence, with the log-odds that its passage answers and its own share of that."""
        answers = float(decode.sigmoid(self._calibration.scale * reading.odds + self._calibration.shift))
        for span, share, best in zip(passage.sentences, reading.sentences, reading.best, strict=True):
            answer = span
            if best is not None:
                answer = Span(passage.start + best[0], min(passage.start + best[1], span.end))
            yield Evidence(passage, span, answers * share, answer), reading.odds, share


def _with_bylines(question: str, scored: Sequence[Evidence]) -> Iterator[Evidence]:
    """Raise the bylines of the document whose title shares most with the question."""
    passages = {piece.passage.number: piece.passage for piece in scored}
    shared = {number: bylines.shared(question, passage) for number, passage in passages.items()}
    most = max(shared.values(), default=0)
    for piece in scored:
        named = bylines.name(piece.passage, piece.span)
        meant = most and shared[piece.passage.number] == most
        yield replace(piece, score=max(_BYLINE, piece.score), answer=named) if named and meant else piece


def _with_forenames(family: str, scored: Sequence[Evidence]) -> Iterator[Evidence]:
    """Raise the sentences that have a first name before a family name."""
    for piece in scored:
        named = forenames.place(piece.passage, piece.span, family)
        yield replace(piece, score=max(_FORENAME, piece.score), answer=named) if named else piece


def _within(passage: Passage) -> tuple[str, list[tuple[int, int]]]:
    return passage.text, [(span.start - passage.start, span.end - passage.start) for span in passage.sentences]


def _worth(quote: str) -> float:
    """Return how much of its score a sentence keeps for its form: a heading and a question less than a statement."""
    if tabular.is_row(quote):
        return 1.0
    end = _ENDS.search(quote)
    if _GREETING.match(quote) or _LONE_NAME.match(quote):
        return 0.0
    if end and "?" in end.group():
        return _QUESTION
    return 1.0 if end or len(quote.split()) > _HEADING_WORDS else _HEADING


def choose(question: str, found: Sequence[Evidence], threshold: float) -> list[Evidence]:
    """Return the one to four pieces of evidence to answer from, best first; none where nothing reaches the threshold.

    Evidence of another kind than the question asks for is passed over. A sentence that stands word for word in
    several places is taken once for each document.
    """
    found = list(_fitting(question, found, threshold))
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


def _fitting(question: str, found: Sequence[Evidence], threshold: float) -> Iterator[Evidence]:
    """Yield the evidence that reaches the threshold and is of the kind asked for."""
    passed, taken = False, False
    for piece in found:
        least = _least(question, piece, max(threshold, NEXT_BEST) if passed else threshold)
        if piece.score >= least and _fits(question, piece):
            taken = True
            yield piece
        passed = not taken and (passed or piece.score >= threshold)


def _least(question: str, piece: Evidence, threshold: float) -> float:
    return threshold if expect.gives_a_reason(question, piece.quote) else max(threshold, _NO_REASON)


def _fits(question: str, piece: Evidence) -> bool:
    following = piece.passage.quote(Span(piece.answer.end, piece.span.end))
    before = piece.passage.quote(Span(piece.span.start, piece.answer.start))
    if speakers.another(question, piece.quote):
        return False
    return expect.fits(question, piece.passage.quote(piece.answer), following, before)
