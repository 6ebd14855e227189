"""Makes the shipped adapter: ``python -m rag.train.writer_export --checkpoint FILE --data DIR --out DIR [--check]``.

llama.cpp turns the pairs of a head's rows (2i, 2i+1) where transformers turns (i, i + half): the rows of q and k stand
in another order in a GGUF file, and so must the rows of what is added to them.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from safetensors import safe_open
from safetensors.numpy import load_file

from rag import weights
from rag.generate import load_gguf

Floats = npt.NDArray[np.float32]

_NAMES = {
    "q_proj": "attn_q", "k_proj": "attn_k", "v_proj": "attn_v", "o_proj": "attn_output",
    "gate_proj": "ffn_gate", "up_proj": "ffn_up", "down_proj": "ffn_down",
}  # fmt: skip
_HEADS = {"q_proj": 9, "k_proj": 3}  # of SmolLM2-135M
_TURNED = 64  # rows of a head
_PROMPTS = (
    "Text: The bridge was opened in 1998 by Clara Holm, a teacher.\nQuestion: Who opened the bridge?",
    "The capital of France is",
    "Rice exports fell by 12% to 3.4 million tons, according to the ministry.",
)


def turned(rows: npt.NDArray[Any], heads: int) -> npt.NDArray[Any]:
    """Return rows (heads * size, n) in llama.cpp's order: of each head rows 0, half, 1, half + 1, ..."""
    size = rows.shape[0] // heads
    return rows.reshape(heads, 2, size // 2, -1).swapaxes(1, 2).reshape(rows.shape)


def tensors(trained: Mapping[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[np.float16]]:
    """Return the changes (``"3.q_proj.down"``) under llama.cpp's names, a: (rank, in), b: (out, rank), in float16."""
    found = {}
    for name, value in trained.items():
        layer, matrix, side = name.split(".")
        if side == "up" and matrix in _HEADS:
            value = turned(value, _HEADS[matrix])
        key = f"blk.{layer}.{_NAMES[matrix]}.weight.lora_{'a' if side == 'down' else 'b'}"
        found[key] = np.ascontiguousarray(value, dtype=np.float16)
    return found


def write(path: Path, arrays: Mapping[str, npt.NDArray[np.float16]], alpha: float) -> None:
    """Write a LoRA in GGUF form; llama.cpp adds it ``alpha / rank`` times."""
    import gguf

    temporary = path.with_suffix(".tmp")
    writer = gguf.GGUFWriter(str(temporary), "llama")
    writer.add_type("adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", alpha)
    for name, array in arrays.items():
        writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    os.replace(temporary, path)


def export(checkpoint: Path, data: Path, out: Path) -> dict[str, Any]:
    """Write ``adapter.gguf`` and ``writer.json``; return the manifest."""
    out.mkdir(parents=True, exist_ok=True)
    with safe_open(checkpoint, "np") as opened:
        meta = opened.metadata()
    plan = json.loads(meta["plan"])
    stored = load_file(checkpoint)
    made = {n.removeprefix("weight."): v for n, v in stored.items() if n.startswith("weight.")}
    target = out / "adapter.gguf"
    write(target, tensors(made), plan["shape"]["alpha"])
    manifest = {
        "file": target.name, "sha256": weights.file_sha256(target), "bytes": target.stat().st_size,
        "base": {"name": "SmolLM2-135M-Instruct", "sha256": weights.WRITER.sha256},
        "plan": plan, "step": int(meta["step"]),
        "data": {n: weights.file_sha256(data / n) for n in ("squad_train.jsonl.gz", "qed_train.jsonl.gz")},
    }  # fmt: skip
    (out / "writer.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return manifest


def distances(checkpoint: Path, adapter: Path) -> list[tuple[float, float, float]]:
    """Return for some prompts how far llama.cpp's last logits are from torch's, as a share of their spread.

    Each row: packaged against packaged, adapted against adapted, and adapted against packaged (in torch).
    """
    from rag.train.writer import restore
    from rag.train.writer_model import Shape, adapt, load

    path = weights.locate(weights.WRITER)
    with safe_open(checkpoint, "np") as opened:
        shape = Shape(**json.loads(opened.metadata()["plan"])["shape"])
    model = adapt(load(path, torch.float32), shape, 0)
    told: list[list[Floats]] = [[], [], [], []]
    options: dict[str, Any] = {"n_ctx": 256, "logits_all": True, "verbose": False, "n_threads": 1}
    plain = load_gguf(path, **options)
    adapted = load_gguf(path, lora_path=str(adapter), **options)
    for restored in (False, True):
        if restored:
            restore(checkpoint, model)
        for prompt in _PROMPTS:
            ids = plain.tokenize(prompt.encode(), add_bos=False)
            with torch.no_grad():
                told[2 * restored].append(model(torch.tensor([ids])).logits[0, -1].numpy())
            llama = adapted if restored else plain
            llama.reset()
            llama.eval(ids)
            told[2 * restored + 1].append(np.array(llama.scores[len(ids) - 1], np.float32))
    return [
        (_apart(a, b), _apart(c, d), _apart(a, c)) for a, b, c, d in zip(*told, strict=True)
    ]  # fmt: skip


def _apart(one: Floats, other: Floats) -> float:
    return float(np.std(one - other) / np.std(one))


def main() -> None:
    """Parse, export, check."""
    parser = argparse.ArgumentParser(description="Make the writer's adapter from a checkpoint.")
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--check", action="store_true", help="compare llama.cpp with torch on a few prompts")
    args = parser.parse_args()
    print(json.dumps(export(args.checkpoint, args.data, args.out), indent=1))
    if args.check:
        for row in distances(args.checkpoint, args.out / "adapter.gguf"):
            print("packaged {:.4f}  adapted {:.4f}  (adapted from packaged {:.4f})".format(*row))


if __name__ == "__main__":
    main()
