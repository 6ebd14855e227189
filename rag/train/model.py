"""The reader as a network: the packaged MiniLM with heads for start, end and entailment.

Knows tensors; nothing of files of data. Every weight of the six layers is trained, the embeddings are frozen; what
ships is the difference to the packaged weights in few bits (``export.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn
from transformers import BertModel

from rag import weights

if TYPE_CHECKING:
    from rag.train.encode import Batch

_INIT = 0.02  # BERT's
_NO = -1e4  # a logit no softmax sees, and bfloat16 can hold


def packaged_model() -> Path:
    """Return the folder of the packaged all-MiniLM-L6-v2, its weights checked."""
    return weights.locate(weights.ENCODER).parent


class Reader(nn.Module):
    """MiniLM with two heads: ``span`` gives start and end logits per token, ``pair`` one entailment logit on [CLS]."""

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__()
        bert = BertModel.from_pretrained(
            str(folder or packaged_model()), add_pooling_layer=False, attn_implementation="sdpa"
        )
        self.bert: nn.Module = bert.float().eval()  # no dropout: it halves the speed on a CPU, one epoch needs none
        bert.embeddings.requires_grad_(False)
        width = int(bert.config.hidden_size)
        self.span = nn.Linear(width, 2)
        self.pair = nn.Linear(width, 1)
        for head in (self.span, self.pair):
            nn.init.normal_(head.weight, std=_INIT)
            nn.init.zeros_(head.bias)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return start logits (n, t), end logits (n, t) and entailment logits (n,), in float32."""
        hidden = self.bert(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        spans = self.span(hidden).float()
        return spans[..., 0], spans[..., 1], self.pair(hidden[:, 0]).float()[:, 0]


def precision(device: torch.device) -> torch.autocast:
    """Compute in bfloat16 where the device has it; elsewhere it is emulated, at a thirtieth of float32's speed."""
    native = device.type != "cpu" or torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.autocast(device.type, dtype=torch.bfloat16, enabled=native)


def losses(model: Reader, batch: Batch, device: torch.device) -> Tensor:
    """Return the loss of each example (n,), in nats.

    A question: minus the log mass that start and end give to the accepted positions, among passage and null.
    A pair: binary cross-entropy of the entailment logit.
    """

    def put(array: npt.NDArray[Any]) -> Tensor:
        return torch.from_numpy(array).to(device)

    start, end, pair = model(put(batch.ids), put(batch.mask), put(batch.types))
    if batch.labels[0] >= 0:
        return nn.functional.binary_cross_entropy_with_logits(pair, put(batch.labels), reduction="none")
    allowed = put(batch.allowed)
    return _mass_loss(start, allowed, put(batch.starts)) + _mass_loss(end, allowed, put(batch.ends))


def _mass_loss(logits: Tensor, allowed: Tensor, accepted: Tensor) -> Tensor:
    """Return minus the log of the probability mass on accepted positions, within the allowed ones."""
    every = logits.masked_fill(~allowed, _NO).logsumexp(1)
    return every - logits.masked_fill(~accepted, _NO).logsumexp(1)


def merge(model: Reader, weights: Mapping[str, npt.NDArray[np.float32]]) -> None:
    """Add shipped differences to the encoder's weights, and put the heads in place."""
    with torch.no_grad():
        for name, p in model.named_parameters():
            if name in weights:
                value = torch.from_numpy(weights[name]).reshape(p.shape)
                p.copy_(p + value if name.startswith("bert.") else value)
