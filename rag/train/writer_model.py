"""SmolLM2 with a low-rank change beside each matrix of its layers (LoRA, Hu et al. 2021), and its loss.

The packaged weights stay as they are, in bfloat16; only the two thin matrices of each change are trained, in float32.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.nn import functional

MATRICES = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
IGNORED = -100  # label of a token that is shown, not learnt


@dataclass(frozen=True, slots=True)
class Shape:
    """Rank of the changes, and ``alpha``: a change counts ``alpha / rank`` times, in torch as in llama.cpp."""

    rank: int = 16
    alpha: float = 32.0


class Beside(nn.Module):
    """A frozen linear layer plus ``up @ down`` times a scale; zero at the start, as ``up`` is."""

    def __init__(self, base: nn.Linear, shape: Shape) -> None:
        super().__init__()
        self.base = base
        self.down = nn.Parameter(torch.empty(shape.rank, base.in_features))
        self.up = nn.Parameter(torch.zeros(base.out_features, shape.rank))
        nn.init.normal_(self.down, std=base.in_features**-0.5)
        self.scale = shape.alpha / shape.rank

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the layer's output, changed."""
        change = functional.linear(functional.linear(x, self.down.to(x.dtype)), self.up.to(x.dtype))
        return self.base(x) + self.scale * change  # type: ignore[no-any-return]


def adapt(model: Any, shape: Shape, seed: int) -> Any:
    """Freeze a Llama model of transformers and put a change beside each of its layers' matrices."""
    torch.manual_seed(seed)
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    for layer in model.model.layers:
        for part in (layer.self_attn, layer.mlp):
            for name in MATRICES:
                if hasattr(part, name):
                    setattr(part, name, Beside(getattr(part, name), shape))
    return model


def changes(model: Any) -> dict[str, Beside]:
    """Return the changes by layer and matrix, ``"3.q_proj"``, in the order of the layers."""
    return {
        f"{number}.{name}": getattr(part, name)
        for number, layer in enumerate(model.model.layers)
        for part in (layer.self_attn, layer.mlp)
        for name in MATRICES
        if hasattr(part, name)
    }


def trained(model: Any) -> dict[str, nn.Parameter]:
    """Return the trained matrices by name, ``"3.q_proj.down"``."""
    return {
        f"{name}.{side}": getattr(change, side) for name, change in changes(model).items() for side in ("down", "up")
    }


def load(path: Path, dtype: torch.dtype = torch.bfloat16) -> Any:
    """Load a GGUF file into transformers, dequantised; needs the package ``gguf`` (``vouch-rag[train]``)."""
    from transformers import AutoModelForCausalLM, GgufConfig

    return AutoModelForCausalLM.from_pretrained(
        str(path.parent),
        gguf_file=path.name,
        quantization_config=GgufConfig(dequantize=True),
        dtype=dtype,
        local_files_only=True,
    )


def loss(model: Any, ids: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return the mean cross-entropy of the labelled tokens; both (n, t), padding on the right, labels as the ids.

    Scores over the 49,152 tokens are computed where a token is learnt only: they would cost more than the layers.
    """
    hidden = model.model(input_ids=ids, use_cache=False).last_hidden_state
    wanted = labels[:, 1:] != IGNORED
    logits = model.lm_head(hidden[:, :-1][wanted])
    return functional.cross_entropy(logits.float(), labels[:, 1:][wanted])
