"""From shipped weights to a runnable model: unpacks ``reader.safetensors`` and converts the reader to OpenVINO.

Serving calls ``convert`` once and keeps the result; torch and transformers are loaded inside it and nowhere else.
Imports nothing of training. The file holds, for every matrix of the encoder, its difference to the packaged MiniLM
in ``BITS`` bits with one scale for each group of ``GROUP`` values, and vectors and heads as they are in float16.
"""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from safetensors import safe_open

BITS = 6
GROUP = 64  # values that share a scale
_TOP = 2 ** (BITS - 1) - 1  # largest magnitude of a quantised value
_TRACE = (2, 16)  # shape of the example that the conversion traces; all axes stay dynamic

Floats = npt.NDArray[np.float32]


def pack(values: Floats) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.float16]]:
    """Quantise an array: bit planes (BITS, n / 8) and a scale for each group of GROUP values. n divides by GROUP."""
    groups = values.reshape(-1, GROUP)
    scales = (np.abs(groups).max(1) / _TOP).astype(np.float16)
    safe = np.where(scales > 0, scales, 1).astype(np.float32)
    codes = (np.clip(np.rint(groups / safe[:, None]), -_TOP, _TOP) + _TOP).astype(np.uint8).ravel()
    return np.stack([np.packbits((codes >> k) & 1) for k in range(BITS)]), scales


def unpack(planes: npt.NDArray[np.uint8], scales: npt.NDArray[np.float16]) -> Floats:
    """Undo ``pack`` up to half a step of the scale; returns a flat array."""
    codes = np.zeros(planes.shape[1] * 8, np.int16)
    for k in range(BITS):
        codes |= np.unpackbits(planes[k]).astype(np.int16) << k
    values = (codes - _TOP).astype(np.float32).reshape(-1, GROUP) * scales.astype(np.float32)[:, None]
    flat: Floats = values.ravel()
    return flat


def load(path: Path) -> tuple[dict[str, Floats], dict[str, Any]]:
    """Read the shipped file: differences and heads by the name of their parameter, and its metadata."""
    with safe_open(path, "np") as opened:
        metadata = json.loads(opened.metadata()["reader"])
        if metadata["bits"] != BITS or metadata["group"] != GROUP:
            raise ValueError(f"{path.name} is packed in {metadata['bits']} bits, this code reads {BITS}: update vouch")
        tensors = {name: opened.get_tensor(name) for name in opened.keys()}  # noqa: SIM118
    weights = {}
    for name, value in tensors.items():
        if name.endswith(".planes"):
            plain = name.removesuffix(".planes")
            weights[plain] = unpack(value, tensors[f"{plain}.scales"])
        elif not name.endswith(".scales"):
            weights[name] = value.astype(np.float32)
    return weights, metadata


def convert(weights: Path, model: Path, folder: Path) -> Path:
    """Merge the shipped weights into the packaged MiniLM and save ``reader.xml`` and ``reader.bin`` in a folder.

    Inputs ``input_ids``, ``attention_mask``, ``token_type_ids`` (n, t) int64; outputs ``start`` (n, t), ``end``
    (n, t), ``entail`` (n,) float32 logits. ``model`` is the folder of the packaged model.
    """
    import torch

    from rag.openvino import openvino as ov
    from rag.train.model import Reader, merge

    reader = Reader(model)
    merge(reader, load(weights)[0])
    names = ("input_ids", "attention_mask", "token_type_ids")
    example = {name: torch.ones(_TRACE, dtype=torch.int64) for name in names}
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's doubts about shapes; the equality with torch is tested
        converted = ov.convert_model(reader.eval(), example_input=example)
    for port, name in zip(converted.inputs, names, strict=True):
        port.get_tensor().set_names({name})
        port.get_node().set_partial_shape(ov.PartialShape([-1, -1]))
        port.get_node().set_element_type(ov.Type.i64)
    for port, name in zip(converted.outputs, ("start", "end", "entail"), strict=True):
        port.get_tensor().set_names({name})
    converted.validate_nodes_and_infer_types()
    folder.mkdir(parents=True, exist_ok=True)
    ov.save_model(converted, str(folder / "reader.xml"), compress_to_fp16=True)
    return folder / "reader.xml"
