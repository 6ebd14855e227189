"""Training examples: windows of paragraphs with the span that answers, or with the knowledge that none does.

Reads the JSON lines of SQuAD 1.1 and QED (see the model card for their licences) and makes one stream of ``Example``.
Knows characters, not tokens; ``encode.py`` turns examples into arrays. Everything follows from the seed.
"""

from __future__ import annotations

import gzip
import json
import math
import random
import re
import zlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from pathlib import Path
from typing import Any

from rag.train import nearmiss
from rag.train.nearmiss import Relations, Swap, apply, content_words, find, names

HELD_OUT_PERCENT = 5  # of the SQuAD titles: never trained on; calibration and validation
TITLE_PREFIX = 0.3  # share of windows that start with their document's title, as they do in serving
NULL_SHARE = 0.42
BOTH_SHARE = 0.08  # of the answerable ones: question and passage changed alike, still answerable
DROP_MARK = 0.15  # people leave out the question mark
WORDS = (35, 130)  # size of a window, uniform; about 1.35 tokens a word
ALONE = 0.45  # share of windows that are one sentence: serving reads the likeliest sentences alone, too
TERSE = 0.06  # people leave out the small words: "bridge cost?"
# By the ablations in the model card near-misses carry SQuAD 2.0, and removed sentences cost a little of it.
NULL_KINDS = {
    "near": 0.45,
    "near_passage": 0.08,
    "attribute": 0.08,
    "transplant": 0.05,
    "removed": 0.13,
    "article": 0.15,
    "foreign": 0.06,
}
NEAR_KINDS = {
    "entity": 0.3, "number": 0.16, "antonym": 0.13, "relation": 0.26, "negation": 0.05, "turned": 0.3, "otherwise": 0.3,
    "counted": 0.3,
}  # fmt: skip

# Of a question's weight in words, less than this in its answering sentence: 0.21 of SQuAD's, 0.49 of QED's questions.
_OWN_WORDS = 0.4
_RETRY = 0.4  # where a kind of null cannot be made, a retrieved paragraph takes its place this often
_NEGATION_ALONE = 0.2  # every question can be negated: taken rarely where nothing else can be changed
_FRAMES = 80  # questions tried for one that fits
_FRAME_WORDS = 12
_FOREIGN = 8  # paragraphs that a lexical search brings up
_COMMON = 0.02  # words in more paragraphs than this share are not searched for

SMALL = frozenset("what which who is are was were do does did the a an of".split())
_SPLIT = re.compile(r"""(?<=[.!?])["'”’)\]]*\s+(?=["'“‘(\[`]*[A-Z0-9])""")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|[Dd]r|[Mm]r|[Mm]rs|[Mm]s|[Ss]t|[Jj]r|[Ss]r|vs|etc|e\.g|i\.e|c|ca|No|no|Gen|Col|Lt|Sgt|Capt|"
    r"Prof|Rev|Gov|Sen|Rep|Mt|Ft|Inc|Co|Corp|Ltd|fl|approx|[A-Z]\.[A-Z])\.)$"
)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Example:
    """A question and a window of text; ``spans`` are the places of the answer, ``sentence`` where it stands.

    ``spans`` empty and ``sentence`` None: the window does not answer (null). ``sentence`` alone: only the sentence
    is known. ``kind`` names how the example was made.
    """

    question: str
    passage: str
    spans: tuple[Span, ...] = ()
    sentence: Span | None = None
    kind: str = "positive"
    title: str = ""

    @property
    def answerable(self) -> bool:
        """Tell whether the window answers."""
        return bool(self.spans) or self.sentence is not None


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its accepted answers and, where the data says so, the sentence that gives it.

    ``tempts``: nothing answers, and this is the sentence that tempts most to a wrong answer.
    """

    text: str
    answers: tuple[str, ...]
    sentence: int | None = None
    tempts: int | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a titled article, its sentences as character spans, and the questions asked about it.

    Paragraphs of one ``story`` may answer each other's questions in other words; "" is none.
    """

    title: str
    text: str
    sentences: tuple[Span, ...]
    questions: tuple[Question, ...]
    words: frozenset[str] = field(default_factory=frozenset)
    story: str = ""

    def tells(self, other: Paragraph) -> bool:
        """Tell whether it is of the same story as another."""
        return bool(self.story) and self.story == other.story


def rows(path: Path) -> Iterator[dict[str, Any]]:
    """Read JSON lines, gzipped."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)


def split_sentences(text: str) -> tuple[Span, ...]:
    """Split a paragraph into sentence spans that leave out the white space between them."""
    cuts = [0]
    ends = []
    for match in _SPLIT.finditer(text):
        before = text[max(0, match.start() - 12) : match.start()]
        if _ABBREVIATION.search(before):
            continue
        quotes = len(match.group()) - len(match.group().lstrip("\"'”’)]"))
        ends.append(match.start() + quotes)
        cuts.append(match.end())
    return tuple((a, b) for a, b in zip(cuts, [*ends, len(text.rstrip())], strict=True) if b > a)


def held_out(title: str, percent: int = HELD_OUT_PERCENT) -> bool:
    """Tell whether an article is kept from training: by a hash of its title, so that no list is needed."""
    return zlib.crc32(title.encode()) % 100 < percent


def load_squad(folder: Path) -> list[Paragraph]:
    """Load SQuAD 1.1 train; underscores in titles become spaces."""
    return [
        Paragraph(
            row["title"].replace("_", " "),
            row["paragraph"],
            split_sentences(row["paragraph"]),
            tuple(Question(q["question"].strip(), tuple(q["answers"])) for q in row["questions"]),
            frozenset(content_words(row["paragraph"])),
        )
        for row in rows(folder / "squad_train.jsonl.gz")
    ]


def load_qed(folder: Path) -> list[Paragraph]:
    """Load QED train: one question a paragraph, its answering sentence given; tables are left out."""
    paragraphs = []
    for row in rows(folder / "qed_train.jsonl.gz"):
        if row["answer_sentence_idx"] >= len(row["sentences"]):
            continue  # 215 tables, which have no sentences
        spans, at = [], 0
        for sentence in row["sentences"]:
            start = row["paragraph"].index(sentence.strip(), at)
            at = start + len(sentence.strip())
            spans.append((start, at))
        question = Question(row["question"], tuple(row["answers"]), row["answer_sentence_idx"])
        words = frozenset(content_words(row["paragraph"]))
        paragraphs.append(Paragraph(row["title"], row["paragraph"], tuple(spans), (question,), words))
    return paragraphs


class Builder:
    """Makes examples from paragraphs: one drawn form of every question in each epoch."""

    def __init__(self, paragraphs: Sequence[Paragraph], relations: Relations, without: Collection[str] = (),
                 null_share: float = NULL_SHARE) -> None:  # fmt: skip
        """Make a builder; ``without``: kinds of null that are never drawn, the others taking their share.

        ``null_share`` of the answerable questions are made null by rule; unanswerable ones always are null.
        """
        self.paragraphs = paragraphs
        self._null_share = null_share
        self._null_kinds = {k: share for k, share in NULL_KINDS.items() if k not in without}
        self._near_kinds = {k: share for k, share in NEAR_KINDS.items() if f"near_{k}" not in without}
        self._relations = relations
        self._articles: dict[str, list[Paragraph]] = {}
        for paragraph in paragraphs:
            self._articles.setdefault(paragraph.title, []).append(paragraph)
        count = Counter(w for p in paragraphs for w in p.words)
        self._idf = {w: math.log(1 + len(paragraphs) / n) for w, n in count.items()}
        self._having: dict[str, list[int]] = {}
        for k, paragraph in enumerate(paragraphs):
            for word in paragraph.words:
                if count[word] <= max(_FOREIGN, _COMMON * len(paragraphs)):
                    self._having.setdefault(word, []).append(k)
        self._frames = frames(q.text for p in paragraphs for q in p.questions)
        self._names = {t: sorted({n for p in ps for n in names(p.text)}) for t, ps in self._articles.items()}
        self._counted = {t: nearmiss.counted(p.text for p in ps) for t, ps in self._articles.items()}

    def weight(self, question: set[str], words: set[str] | frozenset[str]) -> float:
        """Score how much of a question's meaning words cover (summed inverse document frequency)."""
        return sum(self._idf.get(w, 1.0) for w in question & words)

    def article(self, title: str) -> Sequence[Paragraph]:
        """Return the paragraphs of one article."""
        return self._articles[title]

    def epoch(self, seed: int, times: int = 1, part: int = 0, parts: int = 1, own: int = 1) -> Iterator[Example]:
        """Draw ``times`` examples for every question of every ``parts``-th paragraph, from number ``part`` on.

        One that is asked in its own words, not the paragraph's, is drawn ``own`` times as often.
        """
        rng = random.Random(seed)
        for paragraph in self.paragraphs[part::parts]:
            for question in paragraph.questions:
                for _ in range(times * (own if own > 1 and self.in_own_words(paragraph, question) else 1)):
                    example = self.draw(paragraph, question, rng)
                    if example is not None:
                        yield example

    def draw(self, paragraph: Paragraph, question: Question, rng: random.Random) -> Example | None:
        """Draw one example: null with the share wanted, falling back to the positive where none can be made."""
        if question.tempts is not None:
            return _dress(self.tempted(paragraph, question, question.tempts, rng), paragraph.title, rng)
        if rng.random() < self._null_share and self._null_kinds:
            kind = rng.choices(list(self._null_kinds), list(self._null_kinds.values()))[0]
            example = self.null(kind, paragraph, question, rng)
            if example is None and "foreign" in self._null_kinds and rng.random() < _RETRY:
                example = self.foreign(paragraph, question, rng)
            if example is not None:
                return _dress(example, example.title or paragraph.title, rng)
        example = self.positive(paragraph, question, rng)
        if example is not None and rng.random() < BOTH_SHARE:
            example = self.both(example, paragraph, rng) or example
        return _dress(example, paragraph.title, rng) if example else None

    def answer_spans(self, paragraph: Paragraph, question: Question) -> list[Span]:
        """Find where the answer stands: in the known sentence, else where sentences share most with the question.

        SQuAD's offsets are not in our copy; of several places, those in sentences with at least half the best
        overlap are kept, and the loss lets the model choose among them.
        """
        places = [s for a in question.answers[:1] for s in find(paragraph.text, a)]
        places = places or [
            (m.start(), m.end()) for a in question.answers[:1] for m in re.finditer(re.escape(a), paragraph.text)
        ]
        if question.sentence is not None:
            a, b = paragraph.sentences[question.sentence]
            return [s for s in places if a <= s[0] and s[1] <= b]
        if len(places) < 2:
            return places
        asked = content_words(question.text)
        scores = [
            self.weight(asked, content_words(paragraph.text[slice(*paragraph.sentences[k])]))
            for k in (sentence_of(paragraph.sentences, s[0]) for s in places)
        ]
        return [s for s, score in zip(places, scores, strict=True) if score >= 0.5 * max(scores)]

    def in_own_words(self, paragraph: Paragraph, question: Question) -> bool:
        """Tell whether a question shares little with the sentence that answers it: who asks has not read it."""
        spans = self.answer_spans(paragraph, question)
        if not spans and question.sentence is None:
            return False
        at = question.sentence if question.sentence is not None else sentence_of(paragraph.sentences, spans[0][0])
        asked, told = content_words(question.text), content_words(paragraph.text[slice(*paragraph.sentences[at])])
        return self.weight(asked, told) < _OWN_WORDS * self.weight(asked, asked)

    def positive(self, paragraph: Paragraph, question: Question, rng: random.Random) -> Example | None:
        """Cut a window of whole sentences round the answer."""
        spans = self.answer_spans(paragraph, question)
        if not spans and question.sentence is None:
            return None
        known = question.sentence
        centre = known if known is not None else sentence_of(paragraph.sentences, rng.choice(spans)[0])
        first, last = grow(paragraph.sentences, paragraph.text, centre, _size(rng), rng)
        start, end = paragraph.sentences[first][0], paragraph.sentences[last][1]
        text = paragraph.text[start:end]
        inside = tuple((a - start, b - start) for a, b in spans if a >= start and b <= end)
        a, b = paragraph.sentences[centre]
        if not inside and question.sentence is None:
            return None
        return Example(question.text, text, inside, (a - start, b - start))

    def tempted(self, paragraph: Paragraph, question: Question, sentence: int, rng: random.Random) -> Example:
        """Cut a window of whole sentences round the one that tempts to a wrong answer."""
        first, last = grow(paragraph.sentences, paragraph.text, sentence, _size(rng), rng)
        text = paragraph.text[paragraph.sentences[first][0] : paragraph.sentences[last][1]]
        return Example(question.text, text, kind="tempted")

    def both(self, example: Example, paragraph: Paragraph, rng: random.Random) -> Example | None:
        """Change question and passage alike: still answerable, so oddness alone is no sign of a null."""
        swap = self.shared_swap(example, paragraph, rng)
        if swap is None or len(example.spans) != 1 or (question := apply(example.question, swap)) is None:
            return None
        passage = apply(example.passage, swap, example.spans[0])
        if passage is None or passage[1] is None:
            return None
        return Example(question[0], passage[0], (passage[1],), None, "both")

    def shared_swap(self, example: Example, paragraph: Paragraph, rng: random.Random) -> Swap | None:
        """Choose a swap of something that question and passage share, to something that neither has."""
        pool = [n for n in self._names[paragraph.title] if not find(example.passage, n)]
        asked = example.question
        swaps = nearmiss.entity_swaps(asked, pool, rng) + nearmiss.number_swaps(asked, "", rng)
        swaps += nearmiss.antonym_swaps(asked)
        swaps = [s for s in swaps if find(example.passage, s.old) and not find(example.passage, s.new)]
        return rng.choice(swaps) if swaps else None

    def null(self, kind: str, paragraph: Paragraph, question: Question, rng: random.Random) -> Example | None:
        """Make a null example of one kind, or None where the material does not allow it."""
        if kind == "near":
            return self.near_question(paragraph, question, rng)
        if kind == "near_passage":
            return self.near_passage(paragraph, question, rng)
        if kind == "attribute":
            return self.attribute(paragraph, question, rng)
        if kind == "transplant":
            return self.transplant(paragraph, question, rng)
        if kind == "removed":
            return self.removed(paragraph, question, rng)
        if kind == "article":
            made = self.sibling(paragraph, question, rng)
            return made or (self.foreign(paragraph, question, rng) if "foreign" in self._null_kinds else None)
        return self.foreign(paragraph, question, rng)

    def near_question(self, paragraph: Paragraph, question: Question, rng: random.Random) -> Example | None:
        """Change one thing in the question."""
        base = self.positive(paragraph, question, rng)
        if base is None or not base.spans or base.sentence is None:
            return None
        support, asked = base.passage[slice(*base.sentence)], question.text
        answers = {w.lower() for a in question.answers for w in a.split()}
        local = [n for n in names(base.passage) if not answers & {w.lower() for w in n.split()}]
        pool = local if len(local) > 2 and rng.random() < 0.75 else self._names[paragraph.title]
        made: dict[str, list[Swap]] = {
            "entity": nearmiss.entity_swaps(asked, pool, rng),
            "number": nearmiss.number_swaps(asked, base.passage, rng),
            "antonym": nearmiss.antonym_swaps(asked),
            "relation": self._relations.swaps(asked, support, rng),
        }
        kinds = [k for k, v in made.items() if v]
        whole = {
            "negation": nearmiss.negate(asked),
            "turned": nearmiss.turned(asked, base.passage),
            "otherwise": nearmiss.asked_otherwise(asked, base.passage, rng),
            "counted": nearmiss.count_of_another(asked, base.passage, self._counted[paragraph.title], rng),
        }
        kinds += [k for k, v in whole.items() if v]
        kinds = [k for k in kinds if k in self._near_kinds]
        if not kinds or (kinds == ["negation"] and rng.random() > _NEGATION_ALONE):
            return None
        kind = rng.choices(kinds, [self._near_kinds[k] for k in kinds])[0]
        if changed_whole := whole.get(kind):
            return Example(changed_whole, base.passage, kind=f"near_{kind}")
        swap = rng.choice(made[kind])
        changed = apply(asked, swap)
        if changed is None or any(a.lower() in changed[0].lower() for a in question.answers):
            return None
        return Example(changed[0], base.passage, kind=f"near_{kind}")

    def near_passage(self, paragraph: Paragraph, question: Question, rng: random.Random) -> Example | None:
        """Change one thing that the question names in the passage, and leave the question alone."""
        base = self.positive(paragraph, question, rng)
        if base is None or len(base.spans) != 1:
            return None
        swap = self.shared_swap(base, paragraph, rng)
        changed = apply(base.passage, swap, base.spans[0]) if swap else None
        return Example(base.question, changed[0], kind="near_passage") if changed else None

    def transplant(self, paragraph: Paragraph, question: Question, rng: random.Random) -> Example | None:
        """Ask of something in the passage what was asked of something else, in words that the passage lacks.

        Such a question sounds as if the passage could answer it: it has the name, and values of the kind.
        """
        base = self.positive(paragraph, question, rng)
        here = names(base.passage) if base else []
        if base is None or not here:
            return None
        opener = question.text.split(" ", 1)[0].lower()
        present = content_words(paragraph.text)
        for frame in rng.sample(self._frames, min(_FRAMES, len(self._frames))):
            if frame.opener == opener and not frame.words & present:
                return Example(frame.before + rng.choice(here) + frame.after, base.passage, kind="transplant")
        return None

    def attribute(self, paragraph: Paragraph, question: Question, rng: random.Random) -> Example | None:
        """Ask of something in the passage what it does not say of that: its cost, length, owner ..."""
        base = self.positive(paragraph, question, rng)
        sentences = [base.passage[a:b] for a, b in split_sentences(base.passage)] if base else []
        asked = nearmiss.attribute_question(sentences, rng)
        return Example(asked, base.passage, kind="attribute") if base and asked else None

    def removed(self, paragraph: Paragraph, question: Question, rng: random.Random) -> Example | None:
        """Leave out every sentence that holds the answer: what remains is about the thing and does not say it."""
        kept = [
            (a, b)
            for k, (a, b) in enumerate(paragraph.sentences)
            if k != question.sentence and not any(x.lower() in paragraph.text[a:b].lower() for x in question.answers)
        ]
        if not kept or len(kept) == len(paragraph.sentences):
            return None
        asked = content_words(question.text)
        centre = max(range(len(kept)), key=lambda k: self.weight(asked, content_words(paragraph.text[slice(*kept[k])])))
        first, last = grow(kept, paragraph.text, centre, _size(rng), rng)
        return Example(question.text, " ".join(paragraph.text[a:b] for a, b in kept[first : last + 1]), kind="removed")

    def sibling(self, paragraph: Paragraph, question: Question, rng: random.Random) -> Example | None:
        """Take another paragraph of the article, one of the three that share most with the question."""
        asked = content_words(question.text)
        others = [p for p in self._articles[paragraph.title] if p is not paragraph and not holds(p.text, question)]
        others = sorted(others, key=lambda p: -self.weight(asked, p.words))[:3]
        return self.lexical_window(rng.choice(others), question, asked, "article", rng) if others else None

    def foreign(self, paragraph: Paragraph, question: Question, rng: random.Random) -> Example | None:
        """Take one of the paragraphs, of whatever other story, that a lexical search would bring up."""
        asked = content_words(question.text)
        scores: defaultdict[int, float] = defaultdict(float)
        for word in sorted(asked):
            for k in self._having.get(word, ()):
                scores[k] += self._idf[word]
        found = [self.paragraphs[k] for k in nlargest(_FOREIGN, scores, key=lambda k: scores[k])]
        found = [p for p in found if not p.tells(paragraph)]
        others = [p for p in found if question not in p.questions and not holds(p.text, question)]
        others = others or [p for p in rng.choices(self.paragraphs, k=_FOREIGN) if not holds(p.text, question)]
        if not others:
            return None
        return self.lexical_window(rng.choice(others), question, asked, "foreign", rng)

    def lexical_window(
        self, paragraph: Paragraph, question: Question, asked: set[str], kind: str, rng: random.Random
    ) -> Example:
        """Cut a window round the sentence that shares most with the question."""
        spans = paragraph.sentences
        scores = [self.weight(asked, content_words(paragraph.text[a:b])) for a, b in spans]
        first, last = grow(spans, paragraph.text, scores.index(max(scores)), _size(rng), rng)
        passage = paragraph.text[spans[first][0] : spans[last][1]]
        return Example(question.text, passage, kind=kind, title=paragraph.title)


@dataclass(frozen=True, slots=True)
class Frame:
    """A short question round its one name; ``words`` are the stems that carry what is asked."""

    opener: str
    before: str
    after: str
    words: frozenset[str]


def frames(questions: Iterable[str]) -> list[Frame]:
    """Return the short questions that name exactly one thing and say something about it."""
    found = []
    for text in questions:
        named = names(text)
        places = find(text, named[0]) if len(named) == 1 else []
        if len(places) != 1 or len(text.split()) > _FRAME_WORDS:
            continue
        before, after = text[: places[0][0]], text[places[0][1] :]
        words = frozenset(content_words(before + " " + after))
        if words:
            found.append(Frame(text.split(" ", 1)[0].lower(), before, after, words))
    return found


def sentence_of(sentences: Sequence[Span], at: int) -> int:
    """Return the number of the sentence that a character stands in (the last one that starts at or before it)."""
    return max((k for k, (a, _) in enumerate(sentences) if a <= at), default=0)


def grow(sentences: Sequence[Span], text: str, centre: int, words: int, rng: random.Random) -> tuple[int, int]:
    """Grow a window from a sentence to neighbours on random sides while it has at most so many words."""
    first = last = centre
    size = len(text[slice(*sentences[centre])].split())
    while True:
        sides = [k for k in (first - 1, last + 1) if 0 <= k < len(sentences)]
        sides = [k for k in sides if size + len(text[slice(*sentences[k])].split()) <= words]
        if not sides:
            return first, last
        k = rng.choice(sides)
        size += len(text[slice(*sentences[k])].split())
        first, last = min(first, k), max(last, k)


def _size(rng: random.Random) -> int:
    """Draw the size of a window in words; a size of 0 leaves the one sentence it grows from."""
    return 0 if rng.random() < ALONE else rng.randint(*WORDS)


def with_title(title: str, passage: str) -> str:
    """Put a document's title before a passage the way serving does."""
    return f"{title}: {passage}"


def _dress(example: Example, title: str, rng: random.Random) -> Example:
    """Prefix some windows with the title and drop some question marks."""
    question, passage, spans, sentence = example.question, example.passage, example.spans, example.sentence
    if rng.random() < DROP_MARK:
        question = question.rstrip(" ?")
    if rng.random() < TERSE:
        question = " ".join(word for word in question.split() if word.lower() not in SMALL) or question
    if rng.random() < TITLE_PREFIX:
        passage = with_title(title, passage)
        shift = len(passage) - len(example.passage)
        spans = tuple((a + shift, b + shift) for a, b in spans)
        sentence = (sentence[0] + shift, sentence[1] + shift) if sentence else None
    return Example(question, passage, spans, sentence, example.kind, title)


def holds(text: str, question: Question) -> bool:
    """Tell whether a text holds an answer of the question."""
    lower = text.lower()
    return any(a.lower() in lower for a in question.answers)
