"""The writer's training loop: ``python -m rag.train.writer --out DIR --data DIR [--steps N] [--resume]``.

A step is a batch of lessons of like length; the rate rises, then falls to zero at the last step. A checkpoint holds
weights, moments and the step as safetensors; resuming from it gives the weights of an unbroken run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from rag import weights
from rag.train.reader import log
from rag.train.writer_data import Lesson, lessons
from rag.train.writer_model import IGNORED, Shape, adapt, load, loss, trained

CHECKPOINT = "checkpoint.safetensors"
_SAVE_SECONDS = 120.0
_LOG_STEPS = 5

Tokenize = Callable[[str], list[int]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is made of; saved with its checkpoints and in the manifest."""

    seed: int = 7
    lessons: int = 1000
    steps: int = 115
    rate: float = 1e-3
    warmup: int = 10  # steps
    tokens: int = 600  # of a batch, padding included
    most: int = 120  # tokens of a lesson
    clip: float = 1.0
    shape: Shape = field(default_factory=Shape)


@dataclass(frozen=True, slots=True)
class Item:
    """A lesson in tokens; the first ``shown`` of them are not learnt."""

    ids: list[int]
    shown: int


def item(lesson: Lesson, tokenize: Tokenize) -> Item:
    """Return a lesson in the form of serving (``LlamaWriter``), the text itself never read as marks."""
    start, end = tokenize("<|im_start|>"), tokenize("<|im_end|>")
    prompt = [*start, *tokenize(f"user\n{lesson.prompt}"), *end, *tokenize("\n"), *start, *tokenize("assistant\n")]
    return Item([*prompt, *tokenize(lesson.target), *end], len(prompt))


def batches(items: Sequence[Item], tokens: int, rng: random.Random) -> list[list[Item]]:
    """Put lessons of like length together, at most so many tokens with their padding, in a random order."""
    made: list[list[Item]] = []
    for one in sorted(items, key=lambda one: len(one.ids)):
        if not made or len(one.ids) * (len(made[-1]) + 1) > tokens:
            made.append([])
        made[-1].append(one)
    rng.shuffle(made)
    return made


def collate(batch: Sequence[Item]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids and labels, (n, t), padded on the right."""
    longest = max(len(one.ids) for one in batch)
    ids = [one.ids + [0] * (longest - len(one.ids)) for one in batch]
    labels = [[IGNORED] * one.shown + one.ids[one.shown :] + [IGNORED] * (longest - len(one.ids)) for one in batch]
    return torch.tensor(ids), torch.tensor(labels)


def share_at(step: int, plan: Plan) -> float:
    """Return the share of the full learning rate that a step uses."""
    return min((step + 1) / plan.warmup, (plan.steps - step) / max(1, plan.steps - plan.warmup), 1.0)


def save(folder: Path, model: Any, optim: torch.optim.Optimizer, plan: Plan, step: int) -> None:
    """Write a checkpoint under a temporary name and put it in place at once."""
    tensors = {}
    for name, parameter in trained(model).items():
        tensors[f"weight.{name}"] = parameter.detach().contiguous()
        for key, value in optim.state.get(parameter, {}).items():
            tensors[f"{key}.{name}"] = value.detach().contiguous()
    meta = {"plan": json.dumps(asdict(plan)), "step": str(step)}
    save_file(tensors, folder / "checkpoint.tmp", meta)
    os.replace(folder / "checkpoint.tmp", folder / CHECKPOINT)


def restore(path: Path, model: Any, optim: torch.optim.Optimizer | None = None) -> int:
    """Load a checkpoint into a model and, where given, its optimiser; return the step."""
    tensors = load_file(path)
    with safe_open(path, "pt") as opened, torch.no_grad():
        for name, parameter in trained(model).items():
            parameter.copy_(tensors[f"weight.{name}"])
            if optim is not None and f"exp_avg.{name}" in tensors:
                optim.state[parameter] = {k: tensors[f"{k}.{name}"] for k in ("step", "exp_avg", "exp_avg_sq")}
        return int(opened.metadata()["step"])


def train(
    model: Any, items: Sequence[Item], folder: Path, plan: Plan, resume: bool = False, halt_at: int = -1
) -> list[float]:
    """Train an adapted model; return the losses. ``halt_at`` stops dead at a step, as a kill would (for tests)."""
    optim = torch.optim.AdamW(trained(model).values(), lr=plan.rate, betas=(0.9, 0.98), weight_decay=0.01)
    step = restore(folder / CHECKPOINT, model, optim) if resume and (folder / CHECKPOINT).exists() else 0
    rng, order = random.Random(plan.seed), list[list[Item]]()
    while len(order) < plan.steps:
        order += batches(items, plan.tokens, rng)
    seen: list[float] = []
    saved = time.monotonic()
    while step < plan.steps and step != halt_at:
        for group in optim.param_groups:
            group["lr"] = plan.rate * share_at(step, plan)
        value = loss(model, *collate(order[step]))
        value.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(trained(model).values(), plan.clip)
        optim.step()
        optim.zero_grad()
        seen.append(value.item())
        step += 1
        if step % _LOG_STEPS == 0:
            log(f"step {step} of {plan.steps}, loss {sum(seen[-_LOG_STEPS:]) / len(seen[-_LOG_STEPS:]):.3f}")
        if time.monotonic() - saved > _SAVE_SECONDS:
            save(folder, model, optim, plan, step)
            saved = time.monotonic()
    save(folder, model, optim, plan, step)
    return seen


def tokenizer(path: Path) -> Tokenize:
    """Return the tokeniser of a GGUF file, llama.cpp's own, which also serves: text to ids, marks as marks."""
    import llama_cpp

    llama = llama_cpp.Llama(str(path), vocab_only=True, verbose=False)
    marks = ("<|im_start|>", "<|im_end|>")
    return lambda text: list(llama.tokenize(text.encode(), add_bos=False, special=text in marks))


def main() -> None:
    """Parse, prepare, train."""
    parser = argparse.ArgumentParser(description="Train the writer: a low-rank change of the packaged SmolLM2.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=Plan().steps)
    parser.add_argument("--lessons", type=int, default=Plan().lessons)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", action="store_true")
    args = parser.parse_args()
    plan = Plan(steps=args.steps, lessons=args.lessons)
    args.out.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(args.threads)
    path = weights.locate(weights.WRITER)
    tokenize = tokenizer(path)
    made = lessons(args.data, plan.seed, plan.lessons)
    items = [one for one in (item(lesson, tokenize) for lesson in made) if len(one.ids) <= plan.most]
    log(f"{len(items)} lessons, {sum(len(one.ids) for one in items) / len(items):.0f} tokens each")
    model = adapt(load(path), plan.shape, plan.seed)
    train(model, items, args.out, plan, args.resume)


if __name__ == "__main__":
    main()
