"""The training loop: ``python -m rag.train.reader --out DIR --data DIR [--minutes N | --steps N] [--resume]``.

Learning rate: warm-up, a long level stretch, then a linear decay over the last part (warmup-stable-decay), so that a
run may be ended at any time: a file ``STOP`` in the output folder, holding a number, ends it in so many steps. A
checkpoint holds weights, moments and counters as safetensors; resuming from it gives the weights of an unbroken run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import time
from collections import defaultdict
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from rag.train import ir, mine, pairs, written
from rag.train.asking import relations
from rag.train.data import Builder, Example, held_out, load_qed, load_squad
from rag.train.encode import Encoded, Encoder, batches, collate
from rag.train.model import Reader, losses, merge, packaged_model, precision
from rag.weights import file_sha256

_PARTS = 3  # rounds that make up the corpus: short ones, so that a resumed run starts soon
_SAVE_SECONDS = 240.0
_LOG_STEPS = 25
_WRITTEN_NULLS = 0.2  # made by rule of the answerable questions of our own documents, beside those written as nulls
_WEIGHT_DECAY = 0.01


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is made of; saved with its checkpoints and in the manifest."""

    seed: int = 7
    rate: float = 2e-4
    warmup: int = 150  # steps
    decay: float = 0.3  # share of the run
    tokens: int = 4096  # a batch, padding included
    clip: float = 1.0
    pair_share: float = 0.15  # of the pairs that are made, the share that is shown
    threads: int = 2
    start: str = ""  # sha256 of shipped weights that the run goes on from, "" for the packaged model
    mined: str = ""  # sha256 of the file of mined nulls, "" for none
    qed: int = 2  # times that each of QED's questions is drawn: they are few, and the natural ones
    own: int = 1  # times as often that a question in its own words is drawn
    claims: int = 3  # times that each claim written about our own documents is shown in a round
    written: int = 2  # times that each question of our own documents is drawn in a round
    without: tuple[str, ...] = ()  # kinds of null left out (``rag.train.ablate``)


@dataclass(slots=True)
class State:
    """Where a run stands: counters, the step at which the decay began (-1: not yet) and from what share of the rate."""

    step: int = 0
    round: int = 0
    batch: int = 0
    seconds: float = 0.0
    tokens: int = 0
    decay_from: int = -1
    decay_steps: int = 0
    decay_rate: float = 1.0


class Corpus:
    """The texts, loaded once, from which each round's batches are drawn."""

    def __init__(self, folder: Path, plan: Plan, mined: Path | None = None) -> None:
        model = packaged_model()
        self._tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
        self._encoder = Encoder(self._tokenizer)
        squad = [p for p in load_squad(folder) if not held_out(p.title)]
        qed = load_qed(folder)
        related = relations(q.text for p in squad for q in p.questions)
        self._squad, self._qed = Builder(squad, related, plan.without), Builder(qed, related, plan.without)
        self._written = Builder(written.load(held_out=False), related, plan.without, _WRITTEN_NULLS)
        self._nli = pairs.load_nli(folder)
        self._claims = pairs.load_claims()
        self._mined = mine.load(mined) if mined else []
        self._plan = plan

    def round(self, number: int) -> list[list[Encoded]]:
        """Build the batches of one round, a part of the corpus; the same number always gives the same batches."""
        seed, part = self._plan.seed * 1000 + number, number % _PARTS
        rng = random.Random(seed)
        examples: list[Example] = [
            *self._squad.epoch(seed, 1, part, _PARTS, self._plan.own),
            *self._qed.epoch(seed, self._plan.qed, part, _PARTS, self._plan.own),
            *self._written.epoch(seed, self._plan.written),
            *self._mined,
        ]
        claims = [*pairs.from_squad(self._squad.paragraphs[part::_PARTS], seed)]
        copies = [*pairs.from_sentences([e for e in examples if e.kind == "positive"][::8], seed)]
        made = [*self._nli[part::_PARTS], *claims, *copies]
        rng.shuffle(made)
        made = made[: int(len(made) * self._plan.pair_share)] + self._claims * self._plan.claims
        questions = batches([*self._encoder.questions(examples)], self._plan.tokens, rng)
        entail = batches([*self._encoder.pairs(made)], self._plan.tokens, rng)
        merged = [*questions, *entail]
        rng.shuffle(merged)
        log(f"round {number}: {len(examples)} questions, {len(made)} pairs, {len(questions)} + {len(entail)} batches")
        return merged


def log(line: str) -> None:
    """Print progress to standard error, with the time of day."""
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)


def share_at(step: int, plan: Plan, state: State) -> float:
    """Return the share of the full learning rate that a step uses."""
    share = min(1.0, (step + 1) / plan.warmup)
    if state.decay_from >= 0:
        share *= state.decay_rate * max(0.0, 1 - (step - state.decay_from) / state.decay_steps)
    return share


def optimiser(model: Reader, plan: Plan) -> torch.optim.AdamW:
    """Make AdamW over the trained weights, decay on matrices only."""
    trained = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in trained if p.ndim > 1], "weight_decay": _WEIGHT_DECAY},
        {"params": [p for p in trained if p.ndim == 1], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=plan.rate, betas=(0.9, 0.98), fused=True)


def trained_weights(model: Reader) -> dict[str, torch.Tensor]:
    """Return the weights that training changes, by name."""
    return {n: p.detach() for n, p in model.named_parameters() if p.requires_grad}


def save(folder: Path, model: Reader, optim: torch.optim.AdamW, plan: Plan, state: State) -> None:
    """Write a checkpoint under a temporary name and put it in place at once."""
    tensors = {f"weight.{n}": p.contiguous() for n, p in trained_weights(model).items()}
    for name, p in model.named_parameters():
        for key, value in optim.state.get(p, {}).items():
            tensors[f"{key}.{name}"] = value.detach().reshape(-1) if value.ndim == 0 else value.detach().contiguous()
    meta = {"plan": json.dumps(asdict(plan)), "state": json.dumps(asdict(state))}
    temporary = folder / "checkpoint.tmp"
    save_file(tensors, temporary, meta)
    os.replace(temporary, folder / "checkpoint.safetensors")


def restore(path: Path, model: Reader, optim: torch.optim.AdamW | None = None) -> State:
    """Load a checkpoint into a model and, where given, its optimiser."""
    from safetensors import safe_open

    tensors = load_file(path)
    with safe_open(path, "pt") as opened:
        state = State(**json.loads(opened.metadata()["state"]))
    with torch.no_grad():
        for name, p in model.named_parameters():
            if not p.requires_grad:
                continue
            p.copy_(tensors[f"weight.{name}"])
            if optim is not None and f"exp_avg.{name}" in tensors:
                optim.state[p] = {
                    "step": tensors[f"step.{name}"].reshape(()),
                    "exp_avg": tensors[f"exp_avg.{name}"],
                    "exp_avg_sq": tensors[f"exp_avg_sq.{name}"],
                }
    return state


def train(corpus: Corpus, folder: Path, plan: Plan, minutes: float, steps: int = 0, resume: bool = False,
          halt_at: int = -1, decay: int = 0, start: Path | None = None) -> Reader:  # fmt: skip
    """Train until the minutes or steps are used; ``halt_at`` stops dead at a step, as a kill would (for tests).

    ``start``: shipped weights to go on from, where there is no checkpoint.
    """
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = Reader()
    if start is not None:
        merge(model, ir.load(start)[0])
    optim = optimiser(model.to(device), plan)
    state = State()
    if resume and (folder / "checkpoint.safetensors").exists():
        state = restore(folder / "checkpoint.safetensors", model, optim)
        log(f"resumed at step {state.step}, {state.tokens / 1e6:.1f} M tokens")
    run = _Run(model, optim, plan, state, folder, minutes, steps, device)
    if decay:
        run.decay(decay)
    while not run.done() and state.step != halt_at:
        todo = corpus.round(state.round)[state.batch :]
        for group in todo:
            if run.done() or state.step == halt_at:
                break
            run.one(group)
        else:
            state.round, state.batch = state.round + 1, 0
    save(folder, model, optim, plan, state)
    return model


class _Run:
    """One run of the loop: a step, its schedule, its progress lines."""

    def __init__(self, model: Reader, optim: torch.optim.AdamW, plan: Plan, state: State, folder: Path,
                 minutes: float, steps: int, device: torch.device) -> None:  # fmt: skip
        self.model, self.optim, self.plan, self.state, self.folder = model, optim, plan, state, folder
        self.minutes, self.steps, self.device = minutes, steps, device
        self._saved = self._last = time.monotonic()
        self._seen: dict[str, list[float]] = defaultdict(list)

    def done(self) -> bool:
        """Tell whether the decay has run out."""
        s = self.state
        return s.decay_from >= 0 and s.step >= s.decay_from + s.decay_steps

    def one(self, group: list[Encoded]) -> None:
        """Take one step."""
        state, plan = self.state, self.plan
        self._schedule()
        batch = collate(group)
        for g in self.optim.param_groups:
            g["lr"] = plan.rate * share_at(state.step, plan, state)
        with precision(self.device):
            each = losses(self.model, batch, self.device)
        each.mean().backward()  # type: ignore[no-untyped-call]
        norm = torch.nn.utils.clip_grad_norm_([p for p in self.model.parameters() if p.requires_grad], plan.clip)
        self.optim.step()
        self.optim.zero_grad()
        for kind, value in zip(batch.kinds, each.tolist(), strict=True):
            self._seen[kind].append(value)
        state.step, state.batch, state.tokens = (
            state.step + 1,
            state.batch + 1,
            state.tokens + int(batch.mask.sum()),
        )
        self._tick(float(norm))

    def _schedule(self) -> None:
        """Begin the decay when its time has come; a file ``STOP`` with a number in it ends the run in so many steps."""
        state, share = self.state, self.plan.decay
        order = self.folder / "STOP"
        if order.exists():
            left = int(order.read_text() or 1)
            order.rename(self.folder / "STOPPED")
            self.decay(left)
        elif state.decay_from < 0 and self.steps:
            if state.step >= self.steps - max(1, int(self.steps * share)):
                self.decay(self.steps - state.step)
        elif state.decay_from < 0 and state.seconds >= 60 * self.minutes * (1 - share):
            self.decay(max(1, int(state.step * share / (1 - share))))

    def decay(self, steps: int) -> None:
        """Let the rate fall from what it is to zero in so many steps, whether or not it falls already."""
        state = self.state
        state.decay_rate = share_at(state.step, self.plan, state)
        state.decay_from, state.decay_steps = state.step, steps
        log(f"decay from step {state.step} over {steps} steps, from {state.decay_rate:.2f} of the rate")

    def _tick(self, norm: float) -> None:
        """Count time, print progress, save now and then."""
        now = time.monotonic()
        self.state.seconds += now - self._last
        self._last = now
        if self.state.step % _LOG_STEPS == 0:
            kinds = " ".join(f"{k} {sum(v) / len(v):.2f}" for k, v in sorted(self._seen.items()))
            log(f"step {self.state.step} {self.state.tokens / 1e6:.2f}M {self.state.tokens / self.state.seconds:.0f}/s "
                f"norm {norm:.2f} {kinds}")  # fmt: skip
            self._seen.clear()
        if now - self._saved > _SAVE_SECONDS:
            save(self.folder, self.model, self.optim, self.plan, self.state)
            self._saved = now


def main(arguments: list[str] | None = None) -> None:
    """Parse, train."""
    parser = argparse.ArgumentParser(description="Train the reader.")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=240.0)
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--seed", type=int, default=Plan().seed)
    parser.add_argument("--rate", type=float, default=Plan().rate)
    parser.add_argument("--threads", type=int, default=Plan().threads)
    parser.add_argument("--tokens", type=int, default=Plan().tokens, help="of a batch, padding included")
    parser.add_argument("--qed", type=int, default=Plan().qed, help="times that each of QED's questions is drawn")
    parser.add_argument("--own", type=int, default=Plan().own, help="times as often: questions in their own words")
    parser.add_argument("--written", type=int, default=Plan().written, help="times: questions of our own documents")
    parser.add_argument("--mined", type=Path, help="nulls that rag.train.mine found, shown once in each round")
    parser.add_argument("--start", type=Path, help="shipped weights to go on from, instead of the packaged model")
    parser.add_argument("--resume", action="store_true")
    parser.add_argument("--decay", type=int, default=0, help="begin the decay at once, over so many steps")
    args = parser.parse_args(arguments)
    args.out.mkdir(parents=True, exist_ok=True)
    start, mined = (file_sha256(path) if path else "" for path in (args.start, args.mined))
    plan = Plan(seed=args.seed, rate=args.rate, threads=args.threads, tokens=args.tokens, start=start, mined=mined,
                qed=args.qed, own=args.own, written=args.written)  # fmt: skip
    corpus = Corpus(args.data, plan, args.mined)
    train(corpus, args.out, plan, args.minutes, args.steps, args.resume, decay=args.decay, start=args.start)


if __name__ == "__main__":
    main()
