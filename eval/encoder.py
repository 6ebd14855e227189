"""(claim, quote) to one logit: the packaged MiniLM with the instrument's weights, in plain numpy.

No torch and no conversion to wait for; float32, so that the same machine gives the same digits. Of a quote that is
too long, the window is read that shares most with the claim, in training as in scoring.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
from safetensors import safe_open
from safetensors.numpy import load_file
from scipy.special import erf
from tokenizers import Tokenizer

from rag import weights

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
# Token ids of a pair, and where the quote begins.
Tokens = tuple[list[int], int]

LIMIT = 256  # tokens of claim and quote together: what the packaged model was made for
MAX_CLAIM = 96
_BATCH = 16
# The shape of all-MiniLM-L6-v2 (its config.json).
_LAYERS, _HEADS, _EPSILON = 6, 12, 1e-12
_MAPS = (
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "intermediate.dense",
    "output.dense",
)
_NORMS = ("attention.output.LayerNorm", "output.LayerNorm")
_NEVER = -1e4  # a score that no softmax sees
_ROOT_HALF = 0.5**0.5


class PairTokens:
    """Turns pairs into token ids."""

    def __init__(self) -> None:
        self._tokenizer = Tokenizer.from_file(str(weights.locate(weights.TOKENIZER)))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        # What the tokenizer puts around any text: [CLS] and [SEP].
        self._cls, self._sep = self._tokenizer.encode("").ids

    def __call__(self, claim: str, quote: str) -> Tokens:
        """Return the pair; windows of a long quote overlap by half."""
        said = self._tokenizer.encode(claim, add_special_tokens=False).ids[:MAX_CLAIM]
        text = self._tokenizer.encode(quote, add_special_tokens=False).ids
        room = LIMIT - len(said) - 3
        starts = range(0, max(1, len(text) - room // 2), room // 2) if len(text) > room else (0,)
        window = max((text[at : at + room] for at in starts), key=lambda part: len({*said} & {*part}))
        return [self._cls, *said, self._sep, *window, self._sep], len(said) + 2


def pad(rows: Sequence[Tokens]) -> tuple[Ints, Ints, Ints]:
    """Return ids, mask and types (1 for the quote), each (rows, longest)."""
    width = max(len(ids) for ids, _ in rows)
    ids, mask, types = (np.zeros((len(rows), width), dtype=np.int64) for _ in range(3))
    for row, (tokens, first) in enumerate(rows):
        ids[row, : len(tokens)] = tokens
        mask[row, : len(tokens)] = 1
        types[row, first : len(tokens)] = 1
    return ids, mask, types


class PairEncoder:
    """The trained cross-encoder, loaded once. Knows numbers; what they mean is ``eval.entail``'s."""

    def __init__(self, changes: Path) -> None:
        with safe_open(changes, "np") as opened:
            self._scale = float(json.loads(opened.metadata()["plan"])["scale"])
        self._base = load_file(weights.locate(weights.ENCODER))
        self._changes = {name: value.astype(np.float32) for name, value in load_file(changes).items()}
        self._layers = [self._layer(number) for number in range(_LAYERS)]
        # The maps are held by the layers, changed; the packaged ones would double the memory.
        self._base = {name: value for name, value in self._base.items() if name.startswith("embeddings.")}
        self._tokens = PairTokens()

    def logits(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """Return one logit a pair, higher where the quote holds the claim."""
        rows = sorted(enumerate(self._tokens(*pair) for pair in pairs), key=lambda row: len(row[1][0]))
        found = [0.0] * len(pairs)
        for start in range(0, len(rows), _BATCH):
            group = rows[start : start + _BATCH]
            for (at, _), logit in zip(group, self._forward([one for _, one in group]), strict=True):
                found[at] = float(logit)
        return found

    def _forward(self, rows: Sequence[Tokens]) -> Floats:
        ids, mask, types = pad(rows)
        base = self._base
        x = base["embeddings.word_embeddings.weight"][ids] + base["embeddings.token_type_embeddings.weight"][types]
        x = x + base["embeddings.position_embeddings.weight"][: ids.shape[1]]
        x = _norm(x, base["embeddings.LayerNorm.weight"], base["embeddings.LayerNorm.bias"])
        hidden_away = np.where(mask[:, None, None, :] == 1, np.float32(0), np.float32(_NEVER))
        for layer in self._layers:
            x = layer(x, hidden_away)
        quote = (types * mask)[..., None].astype(np.float32)
        claim = ((1 - types) * mask)[..., None].astype(np.float32)
        a, b = ((x * part).sum(1) / part.sum(1) for part in (claim, quote))
        seen = np.concatenate([x[:, 0], a, b, np.abs(a - b), a * b], axis=1)
        return np.asarray((seen @ self._changes["head.weight"].T + self._changes["head.bias"])[:, 0])

    def _layer(self, number: int) -> _Layer:
        prefix = f"encoder.layer.{number}."
        maps = {name: self._map(prefix + name) for name in _MAPS}
        norms = {name: self._norm_of(prefix + name) for name in _NORMS}
        return _Layer(maps, norms)

    def _map(self, name: str) -> tuple[Floats, Floats]:
        """Return a linear map as (in, out) and its bias, the low-rank change added."""
        a, b = (self._changes[f"bert.{name}.{side}"] for side in "ab")
        whole = self._base[f"{name}.weight"] + self._scale * (b @ a)
        return np.ascontiguousarray(whole.T), self._base[f"{name}.bias"]

    def _norm_of(self, name: str) -> tuple[Floats, Floats]:
        return self._changes[f"bert.{name}.weight"], self._changes[f"bert.{name}.bias"]


class _Layer:
    """One transformer layer of BERT (Devlin et al. 2019), without dropout."""

    def __init__(self, maps: dict[str, tuple[Floats, Floats]], norms: dict[str, tuple[Floats, Floats]]) -> None:
        self._maps, self._norms = maps, norms

    def __call__(self, x: Floats, hidden_away: Floats) -> Floats:
        """Return the next layer's input, both (n, t, width); ``hidden_away`` is added to attention scores."""
        query, key, value = (self._heads(self._apply(name, x)) for name in _MAPS[:3])
        scores = query @ key.transpose(0, 1, 3, 2) / np.float32(np.sqrt(query.shape[-1])) + hidden_away
        scores = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = (scores / scores.sum(-1, keepdims=True)) @ value
        mixed = mixed.transpose(0, 2, 1, 3).reshape(x.shape)
        x = _norm(x + self._apply(_MAPS[3], mixed), *self._norms[_NORMS[0]])
        inner = self._apply(_MAPS[4], x)
        inner = inner * np.float32(0.5) * (1 + erf(inner * np.float32(_ROOT_HALF)))
        return _norm(x + self._apply(_MAPS[5], inner), *self._norms[_NORMS[1]])

    def _apply(self, name: str, x: Floats) -> Floats:
        weight, bias = self._maps[name]
        return x @ weight + bias

    @staticmethod
    def _heads(x: Floats) -> Floats:
        return x.reshape(*x.shape[:2], _HEADS, -1).transpose(0, 2, 1, 3)


def _norm(x: Floats, gain: Floats, shift: Floats) -> Floats:
    centred = x - x.mean(-1, keepdims=True)
    spread = np.sqrt((centred * centred).mean(-1, keepdims=True) + np.float32(_EPSILON))
    return np.asarray(centred / spread * gain + shift)
