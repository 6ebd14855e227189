"""``python -m eval.instrument.train --data DIR [--steps N]``: low-rank changes to the packaged MiniLM.

Cross-encoder on (claim, quote): every linear map of the six layers gets a low-rank branch (Hu et al. 2021), the
layer norms and a head are trained too, everything else stays as packaged. ``python -m eval calibrate`` comes after it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from transformers import BertModel

from eval.encoder import PairTokens, Tokens, pad
from eval.entail import FOLDER, MANIFEST, WEIGHTS
from eval.instrument import pairs
from rag.train.model import precision
from rag.train.pairs import Pair
from rag.weights import ENCODER, file_sha256, locate

_LOG_STEPS = 100
_STEPS = 4000  # of a thousand tokens: about half an hour on one free core
_UNUSED = {"cast_rewrites.jsonl.gz"}

Item = tuple[Pair, Tokens]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run is made of; saved with the weights. The seed is not the gate's."""

    seed: int = 20291
    rate: float = 1e-3
    rank: int = 16
    scale: float = 2.0
    warmup: int = 60  # steps
    tokens: int = 1024  # a batch, padding included: few, for many steps in little time
    threads: int = 1
    wice_times: int = 3  # WiCE is small and the nearest to what is scored


class LowRank(nn.Module):
    """A linear map with a trained low-rank branch beside it: ``y = W x + b + scale * B A x``."""

    def __init__(self, linear: nn.Linear, rank: int, scale: float) -> None:
        super().__init__()
        self.linear = linear.requires_grad_(False)
        self.scale = scale
        self.a = nn.Parameter(torch.randn(rank, linear.in_features) / linear.in_features**0.5)
        self.b = nn.Parameter(torch.zeros(linear.out_features, rank))

    def forward(self, x: Tensor) -> Tensor:
        """Return the map of the last dimension."""
        found: Tensor = self.linear(x) + self.scale * (x @ self.a.T @ self.b.T)
        return found


class Judge(nn.Module):
    """MiniLM and a head over [CLS], the means of claim and quote, their distance and their product."""

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        folder = locate(ENCODER).parent
        bert = BertModel.from_pretrained(str(folder), add_pooling_layer=False, attn_implementation="sdpa")
        self.bert: nn.Module = bert.float().eval().requires_grad_(False)  # no dropout: one pass needs none
        for name, module in list(bert.encoder.named_modules()):
            if isinstance(module, nn.Linear):
                parent, _, leaf = name.rpartition(".")
                setattr(bert.encoder.get_submodule(parent), leaf, LowRank(module, plan.rank, plan.scale))
            elif isinstance(module, nn.LayerNorm):
                module.requires_grad_(True)
        width = int(bert.config.hidden_size)
        self.head = nn.Linear(5 * width, 1)
        nn.init.normal_(self.head.weight, std=0.02)
        nn.init.zeros_(self.head.bias)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        """Return one logit a pair (n,), higher where the quote holds the claim."""
        hidden = self.bert(input_ids=ids, attention_mask=mask, token_type_ids=types).last_hidden_state.float()
        quote = (types * mask).unsqueeze(-1).float()
        claim = ((1 - types) * mask).unsqueeze(-1).float()
        a, b = ((hidden * part).sum(1) / part.sum(1).clamp(min=1) for part in (claim, quote))
        found: Tensor = self.head(torch.cat([hidden[:, 0], a, b, (a - b).abs(), a * b], 1))[:, 0]
        return found


def trained(model: Judge) -> dict[str, Tensor]:
    """Return what training changes, in float16, under the names that ``eval.encoder`` reads."""
    return {name: p.detach().half().contiguous() for name, p in model.named_parameters() if p.requires_grad}


def batches(made: Sequence[Pair], tokens: PairTokens, size: int, rng: random.Random) -> list[list[Item]]:
    """Group pairs of like length into batches of at most ``size`` tokens, in random order."""
    items = sorted(((pair, tokens(pair.claim, pair.quote)) for pair in made), key=lambda item: len(item[1][0]))
    groups: list[list[Item]] = [[]]
    for item in items:
        if groups[-1] and len(item[1][0]) * (len(groups[-1]) + 1) > size:
            groups.append([])
        groups[-1].append(item)
    rng.shuffle(groups)
    return groups


class Corpus:
    """The pairs, loaded once: public ones in full, made ones drawn anew for each pass."""

    def __init__(self, data: Path, plan: Plan) -> None:
        self._fixed = [*pairs.public(data), *pairs.wice(data, "train") * plan.wice_times]
        self._texts = pairs.paragraphs(data, fit=False)
        self._plan = plan
        self._tokens = PairTokens()

    def batches(self, number: int) -> list[list[Item]]:
        """Return the batches of a pass; the same number gives the same ones."""
        rng = random.Random(self._plan.seed + number)
        texts = rng.sample(self._texts, len(self._texts) // 2)
        made = [*self._fixed, *pairs.made(texts, self._plan.seed + number)]
        return batches(made, self._tokens, self._plan.tokens, rng)


def train(data: Path, plan: Plan, steps: int) -> tuple[Judge, dict[str, int]]:
    """Take so many steps, the rate falling linearly to nothing; return the model and what it has seen."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    model, corpus = Judge(plan), Corpus(data, plan)
    weights = [p for p in model.parameters() if p.requires_grad]
    optim = torch.optim.AdamW(weights, lr=plan.rate, betas=(0.9, 0.98), weight_decay=0.01)
    groups: list[list[Item]] = []
    losses: defaultdict[str, list[float]] = defaultdict(list)
    passes = seen = 0
    start = time.monotonic()
    for step in range(steps):
        if not groups:
            groups, passes = corpus.batches(passes), passes + 1
        group = groups.pop()
        for settings in optim.param_groups:
            settings["lr"] = plan.rate * min(1, (step + 1) / plan.warmup) * (1 - step / steps)
        each = _step(model, group)
        each.mean().backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optim.step()
        optim.zero_grad()
        seen += sum(len(ids) for _, (ids, _) in group)
        for (pair, _), loss in zip(group, each.tolist(), strict=True):
            losses[pair.kind].append(loss)
        if (step + 1) % _LOG_STEPS == 0:
            kinds = " ".join(f"{kind} {sum(v) / len(v):.2f}" for kind, v in sorted(losses.items()))
            log(f"step {step + 1} {seen / 1e6:.2f}M {seen / (time.monotonic() - start):.0f}/s {kinds}")
            losses.clear()
    return model, {"steps": steps, "tokens": seen, "passes": passes}


def _step(model: Judge, group: Sequence[Item]) -> Tensor:
    """Return the loss of each pair of a batch, in nats."""
    ids, mask, types = (torch.from_numpy(array) for array in pad([item for _, item in group]))
    truth = torch.tensor([float(pair.holds) for pair, _ in group])
    with precision(torch.device("cpu")):
        logits = model(ids, mask, types)
    return nn.functional.binary_cross_entropy_with_logits(logits.float(), truth, reduction="none")


def log(line: str) -> None:
    """Print progress to standard error, with the time of day."""
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)


def ship(model: Judge, plan: Plan, state: dict[str, int], data: Path, out: Path) -> None:
    """Write weights and manifest; a calibration that lies there is of other weights: ``eval calibrate`` remakes it."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / WEIGHTS
    save_file(trained(model), path, {"plan": json.dumps(asdict(plan))})
    path.chmod(0o644)
    manifest = {
        "file": path.name,
        "sha256": file_sha256(path),
        "bytes": path.stat().st_size,
        "base": {"name": "all-MiniLM-L6-v2", "sha256": ENCODER.sha256},
        "plan": asdict(plan),
        "state": state,
        "data": {one.name: file_sha256(one) for one in sorted(data.glob("*.jsonl.gz")) if one.name not in _UNUSED},
    }
    (out / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Parse, train, write."""
    parser = argparse.ArgumentParser(description="Train the entailment model that scores.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the training data")
    parser.add_argument("--out", type=Path, default=FOLDER)
    parser.add_argument("--steps", type=int, default=_STEPS)
    args = parser.parse_args()
    plan = Plan()
    model, state = train(args.data, plan, args.steps)
    ship(model, plan, state, args.data, args.out)


if __name__ == "__main__":
    main()
