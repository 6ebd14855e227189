"""Measures a reader on the goal rows: ``python -m rag.train.measure --weights FILE --data DIR [--json FILE]``.

Every figure carries its n and a 95 % bootstrap interval, and the plain models stand beside it. Rows of ``dev`` are
only read here, after training and calibration; nothing is chosen on them.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import string
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rag.decode import Reading, sigmoid
from rag.train import written
from rag.train.data import held_out, load_squad, rows, split_sentences, with_title
from rag.train.nearmiss import find

_RESAMPLES = 1000
_SEED = 11
_BINS = 10
_BM25 = (1.2, 0.75)  # k1, b

Floats = npt.NDArray[np.float64]
Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A question over one passage, with what is true: answers (texts), the answering sentences, answerable or not."""

    question: str
    passage: str
    sentences: tuple[Span, ...]
    answerable: bool
    gold: frozenset[int] = frozenset()
    answers: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure with its 95 % interval and the number of items."""

    name: str
    value: float
    low: float
    high: float
    n: int


class Reads(Protocol):
    """Whatever can read questions over passages and judge pairs: torch here, OpenVINO in serving."""

    def read(self, asked: Sequence[tuple[str, str, Sequence[Span]]]) -> list[Reading]:
        """Read each (question, passage, sentences)."""
        ...

    def entail(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Return an entailment logit for each (claim, quote)."""
        ...


def bootstrap(name: str, statistic: Callable[[npt.NDArray[np.intp]], float], n: int) -> Figure:
    """Compute a statistic of item indices, with a percentile interval over resamples of the items."""
    rng = np.random.default_rng(_SEED)
    draws = [statistic(rng.integers(0, n, n)) for _ in range(_RESAMPLES)]
    low, high = np.nanpercentile(draws, [2.5, 97.5])
    return Figure(name, statistic(np.arange(n)), float(low), float(high), n)


def mean(name: str, values: Sequence[float] | Floats) -> Figure:
    """Return a mean with its interval."""
    array = np.asarray(values, np.float64)
    return bootstrap(name, lambda i: float(array[i].mean()), len(array))


def auroc(scores: Floats, truth: npt.NDArray[np.bool_]) -> float:
    """Return the chance that a true item scores above a false one (ties count half)."""
    from scipy.stats import rankdata

    ranks = rankdata(scores)
    yes = int(truth.sum())
    no = len(truth) - yes
    return float((ranks[truth].sum() - yes * (yes + 1) / 2) / (yes * no)) if yes and no else float("nan")


def calibration_error(probability: Floats, truth: npt.NDArray[np.bool_]) -> float:
    """Return the expected calibration error over ten bins of equal width (Naeini et al. 2015)."""
    which = np.minimum((probability * _BINS).astype(int), _BINS - 1)
    gaps = [
        abs(probability[which == b].mean() - truth[which == b].mean()) * (which == b).mean()
        for b in range(_BINS)
        if (which == b).any()
    ]
    return float(sum(gaps))


def normal(text: str) -> list[str]:
    """Return the words of an answer as SQuAD's script compares them: no case, articles, punctuation."""
    text = "".join(c for c in text.lower() if c not in string.punctuation)
    return re.sub(r"\b(a|an|the)\b", " ", text).split()


def word_f1(guess: str, answers: Sequence[str]) -> float:
    """Return the best F1 of words against the accepted answers; an empty guess matches only no answer."""
    if not answers:
        return float(not guess)
    best = 0.0
    for answer in answers:
        a, b = normal(guess), normal(answer)
        same = sum((Counter(a) & Counter(b)).values())
        best = max(best, 2 * same / (len(a) + len(b)) if same else 0.0)
    return best


def exact(guess: str, answers: Sequence[str]) -> float:
    """Return 1 where the guess is an accepted answer, as SQuAD's script sees it."""
    return float(any(normal(guess) == normal(a) for a in answers) if answers else not guess)


def gold_sentences(text: str, sentences: Sequence[Span], answers: Sequence[str]) -> frozenset[int]:
    """Return the sentences in which an accepted answer stands."""
    places = [a for answer in answers for a, _ in find(text, answer)]
    return frozenset(k for k, (a, b) in enumerate(sentences) for p in places if a <= p < b)


def squad_held_out(folder: Path) -> list[Asked]:
    """Load the held-out titles; questions whose answer stands in exactly one of several sentences.

    Our copy has no offsets, so a question whose answer stands in several sentences has no known gold sentence.
    """
    asked = []
    for p in load_squad(folder):
        if held_out(p.title) and len(p.sentences) > 1:
            for q in p.questions:
                gold = gold_sentences(p.text, p.sentences, q.answers)
                if len(gold) == 1:
                    asked.append(Asked(q.text, p.text, p.sentences, True, gold, q.answers, p.title))
    return asked


def qed(folder: Path) -> list[Asked]:
    """Load QED's half of dev; ``gold`` is the annotators' sentence."""
    asked = []
    for row in rows(folder / "qed_dev_half.jsonl.gz"):
        text, cuts = row["paragraph_text"], row["sentence_starts"]
        spans = tuple((a, b) for a, b in zip(cuts, [*cuts[1:], len(text)], strict=True))
        selected = (row["annotation"].get("selected_sentence") or {}).get("start", -1)
        gold = frozenset(k for k, (a, b) in enumerate(spans) if a <= selected < b)
        answers = tuple(a["string"] for group in row["original_nq_answers"] for a in group)
        known = row["annotation"]["explanation_type"] != "none"
        asked.append(Asked(row["question_text"], text, spans, known, gold, answers, row["title_text"]))
    return asked


def squad2(folder: Path) -> list[Asked]:
    """Load the half of SQuAD 2.0's dev set."""
    asked = []
    for row in rows(folder / "squad2_dev_half.jsonl.gz"):
        text = row["paragraph"]
        sentences = split_sentences(text)
        title = row["title"].replace("_", " ")
        for q in row["questions"]:
            gold = gold_sentences(text, sentences, q["answers"])
            asked.append(Asked(q["question"], text, sentences, q["answerable"], gold, tuple(q["answers"]), title))
    return asked


def clapnq(folder: Path) -> list[Asked]:
    """Load CLAPnq's halves: a question over its one passage."""
    asked = []
    for name, yes in (("answerable", True), ("unanswerable", False)):
        for row in rows(folder / f"clapnq_dev_half_{name}.jsonl.gz"):
            passage = row["passages"][0]
            text = passage["text"]
            spans, at = [], 0
            for sentence in passage["sentences"]:
                start = text.find(sentence, at)
                if start >= 0:
                    at = start + len(sentence)
                    spans.append((start, at))
            asked.append(Asked(row["input"], text, tuple(spans), yes, title=passage["title"]))
    return asked


def read_all(reader: Reads, asked: Sequence[Asked], titled: bool = False) -> list[Reading]:
    """Read every question, with or without the document's title before the passage."""
    jobs = []
    for a in asked:
        passage = with_title(a.title, a.passage) if titled else a.passage
        shift = len(passage) - len(a.passage)
        jobs.append((a.question, passage, [(x + shift, y + shift) for x, y in a.sentences]))
    return reader.read(jobs)


def first_is_gold(scores: Sequence[Sequence[float]], asked: Sequence[Asked]) -> list[float]:
    """Tell for each question with a gold sentence whether the highest scored one is gold."""
    return [
        float(int(np.argmax(s)) in a.gold)
        for s, a in zip(scores, asked, strict=True)
        if a.gold and len(a.sentences) > 1
    ]


def span_of(reading: Reading, asked: Asked, titled: bool) -> str:
    """Return the words of the best span."""
    passage = with_title(asked.title, asked.passage) if titled else asked.passage
    return passage[reading.start : reading.end]


def rows_of(name: str, asked: Sequence[Asked], readings: Sequence[Reading], titled: bool,
            calibrate: Callable[[Floats], Floats]) -> list[Figure]:  # fmt: skip
    """Compute every figure that a data set allows."""
    figures = []
    hits = first_is_gold([r.sentences for r in readings], asked)
    if hits:
        figures.append(mean(f"{name} sentence first", hits))
    odds = np.array([r.odds for r in readings])
    truth = np.array([a.answerable for a in asked])
    if 0 < truth.sum() < len(truth):
        chance = calibrate(odds)
        margin = np.array([r.margin for r in readings])
        figures.append(bootstrap(f"{name} AUROC answerable", lambda i: auroc(odds[i], truth[i]), len(asked)))
        figures.append(bootstrap(f"{name} AUROC by margin", lambda i: auroc(margin[i], truth[i]), len(asked)))
        figures.append(bootstrap(f"{name} ECE", lambda i: calibration_error(chance[i], truth[i]), len(asked)))
        refused = chance < 0.5
        figures.append(mean(f"{name} refused, of unanswerable", refused[~truth]))
        figures.append(mean(f"{name} refused, of answerable", refused[truth]))
    if any(a.answers for a in asked):
        spans = [span_of(r, a, titled) for r, a in zip(readings, asked, strict=True)]
        yes = [k for k, a in enumerate(asked) if a.answers and a.answerable]
        figures.append(mean(f"{name} span EM", [exact(spans[k], asked[k].answers) for k in yes]))
        figures.append(mean(f"{name} span F1", [word_f1(spans[k], asked[k].answers) for k in yes]))
        if 0 < truth.sum() < len(truth):
            said = ["" if no else s for s, no in zip(spans, calibrate(odds) < 0.5, strict=True)]
            true = [a.answers if a.answerable else () for a in asked]
            figures.append(mean(f"{name} overall F1", [word_f1(s, t) for s, t in zip(said, true, strict=True)]))
    return figures


def written_held_out() -> list[Asked]:
    """Load the questions of our own documents that are kept from training, each over the passage of its sentence."""
    return [
        Asked(q.text, p.text, p.sentences, q.tempts is None,
              frozenset(k for k in [q.sentence] if k is not None), q.answers, p.title)
        for p in written.load(held_out=True)
        for q in p.questions
    ]  # fmt: skip


def bm25_scores(question: str, texts: Sequence[str]) -> list[float]:
    """Score texts for a question with BM25 among themselves, as a plain baseline."""
    k1, b = _BM25
    words = [re.findall(r"\w+", t.lower()) for t in texts]
    average = sum(map(len, words)) / max(1, len(words))
    counts = [Counter(w) for w in words]
    scores = [0.0] * len(texts)
    for term in set(re.findall(r"\w+", question.lower())):
        having = sum(term in c for c in counts)
        idf = math.log(1 + (len(texts) - having + 0.5) / (having + 0.5))
        for k, c in enumerate(counts):
            if term in c:
                norm = k1 * (1 - b + b * len(words[k]) / average)
                scores[k] += idf * c[term] * (k1 + 1) / (c[term] + norm)
    return scores


class Plain:
    """The packaged MiniLM as it comes: sentences and passages scored by cosine with the question."""

    def __init__(self) -> None:
        from sentence_transformers import SentenceTransformer

        from rag.train.model import packaged_model

        self._model = SentenceTransformer(str(packaged_model()), device="cpu")

    def scores(self, asked: Sequence[Asked]) -> list[list[float]]:
        """Return for each question the cosine with each sentence of its passage."""
        texts = [[a.passage[x:y] for x, y in a.sentences] or [a.passage] for a in asked]
        flat = list(dict.fromkeys([a.question for a in asked] + [t for group in texts for t in group]))
        vectors = self._model.encode(flat, normalize_embeddings=True, batch_size=64, show_progress_bar=False)
        at = {t: k for k, t in enumerate(flat)}
        return [
            [float(vectors[at[a.question]] @ vectors[at[t]]) for t in group]
            for a, group in zip(asked, texts, strict=True)
        ]


def plain_rows(name: str, asked: Sequence[Asked], plain: Plain) -> list[Figure]:
    """Compute what the plain models reach: BM25 and cosine for the sentence, the best cosine for answerability."""
    figures = []
    cosines = plain.scores(asked)
    lexical = [bm25_scores(a.question, [a.passage[x:y] for x, y in a.sentences] or [a.passage]) for a in asked]
    hits = first_is_gold(cosines, asked)
    if hits:
        figures.append(mean(f"{name} sentence first, plain MiniLM", hits))
        figures.append(mean(f"{name} sentence first, BM25", first_is_gold(lexical, asked)))
    truth = np.array([a.answerable for a in asked])
    if 0 < truth.sum() < len(truth):
        best = np.array([max(c) for c in cosines])
        label = f"{name} AUROC answerable, plain MiniLM"
        figures.append(bootstrap(label, lambda i: auroc(best[i], truth[i]), len(asked)))
    return figures


def attribution(reader: Reads, folder: Path, threshold: float) -> list[Figure]:
    """Measure entailment on AttributionBench's dev rows: balanced accuracy (means of both classes) and AUROC."""
    data = list(rows(folder / "attributionbench_dev.jsonl.gz"))
    pairs = [(r["claim"], " ".join(r["references"])) for r in data]
    scores = reader.entail(pairs)
    truth = np.array([r["attribution_label"] == "attributable" for r in data])

    def balanced(i: npt.NDArray[np.intp]) -> float:
        said = scores[i] >= threshold
        return float(0.5 * (said[truth[i]].mean() + (~said[~truth[i]]).mean()))

    return [
        bootstrap("AttributionBench balanced accuracy", balanced, len(data)),
        bootstrap("AttributionBench AUROC", lambda i: auroc(scores[i], truth[i]), len(data)),
    ]


def goal_sets(data: Path, limit: int = 0) -> dict[str, list[Asked]]:
    """Load the goal rows by name; ``limit`` thins each set to about so many questions."""
    dev = data.parent / "dev"
    sets = {
        "Own documents held out": written_held_out(),
        "SQuAD held-out titles": squad_held_out(data),
        "QED dev": qed(dev),
        "SQuAD2 half": squad2(dev),
        "CLAPnq half": clapnq(dev),
    }
    return {n: a[:: max(1, len(a) // limit)] if limit else a for n, a in sets.items()}


def measure(
    reader: Reads,
    data: Path,
    calibrate: Callable[[Floats], Floats] = sigmoid,
    titled: bool = False,
    limit: int = 0,
) -> list[Figure]:
    """Measure every goal row that the data allows."""
    figures = []
    for name, asked in goal_sets(data, limit).items():
        figures += rows_of(name, asked, read_all(reader, asked, titled), titled, calibrate)
    return figures


def main() -> None:
    """Parse, measure, print a table."""
    from rag.train.run import TorchReader

    parser = argparse.ArgumentParser(description="Measure a reader on the goal rows.")
    parser.add_argument("--weights", type=Path, help="a checkpoint or the shipped reader.safetensors")
    parser.add_argument("--data", type=Path, required=True, help="the folder train, with dev beside it")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--limit", type=int, default=0, help="about so many questions of each set")
    parser.add_argument("--titled", action="store_true", help="read passages with their document's title")
    parser.add_argument("--plain", action="store_true", help="measure the plain models instead")
    parser.add_argument("--no-pairs", action="store_true", help="leave entailment out")
    args = parser.parse_args()
    figures: list[Figure] = []
    if args.plain:
        plain = Plain()
        for name, asked in goal_sets(args.data, args.limit).items():
            figures += plain_rows(name, asked, plain)
    else:
        reader = TorchReader.load(args.weights)
        figures += measure(reader, args.data, titled=args.titled, limit=args.limit)
        if not args.no_pairs:
            figures += attribution(reader, args.data.parent / "dev", 0.0)
    for f in figures:
        print(f"{f.name:40s} {f.value:.3f}  [{f.low:.3f}, {f.high:.3f}]  n = {f.n}")
    if args.json:
        args.json.write_text(json.dumps([asdict(f) for f in figures], indent=1))


if __name__ == "__main__":
    main()
