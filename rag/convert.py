"""Makes the converted copies of the packaged models: ``python -m rag.convert RECIPE FOLDER``.

Runs as a child process of its own (see ``rag.weights.prepared``), so that torch never enters a serving process.
"""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rag import weights

# llama.cpp's number for "mostly Q8_0" (llama_ftype in llama.h).
_Q8_0 = 7


def encoder(folder: Path) -> None:
    """Write all-MiniLM-L6-v2 with mean pooling and unit length as an OpenVINO model, ``encoder.xml`` and ``.bin``.

    Inputs are int64 ``input_ids`` and ``attention_mask`` (n, tokens), the output is float32 (n, 384). Weights stay
    float32; bfloat16 is chosen when the model is compiled, where the processor has it.
    """
    import torch
    from sentence_transformers import SentenceTransformer

    from rag.openvino import openvino

    model = SentenceTransformer(str(weights.locate(weights.ENCODER).parent), device="cpu", local_files_only=True)

    class Encoder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stages = model

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            features = {"input_ids": input_ids, "attention_mask": attention_mask}
            return self.stages(features)["sentence_embedding"]

    ones = torch.ones(2, 16, dtype=torch.long)
    with torch.no_grad():
        converted = openvino.convert_model(Encoder().eval(), example_input={"input_ids": ones, "attention_mask": ones})
    openvino.save_model(converted, folder / "encoder.xml", compress_to_fp16=False)


def reader(folder: Path) -> None:
    """Write the reader, the packaged MiniLM with the weights that were trained here, as an OpenVINO model."""
    from rag.train import ir

    ir.convert(weights.locate(weights.READER), weights.locate(weights.ENCODER).parent, folder)


def writer(folder: Path) -> None:
    """Write SmolLM2 as Q8_0 GGUF, ``writer.gguf``.

    The packaged Q4_1 has no fast kernel for prompts: Q8_0 reads them twice as fast at a KL divergence of 0.004
    (design/speed.md).
    """
    import llama_cpp

    parameters = llama_cpp.llama_model_quantize_default_params()
    parameters.ftype = _Q8_0
    parameters.allow_requantize = True
    source = weights.locate(weights.WRITER)
    target = folder / "writer.gguf"
    failed = llama_cpp.llama_model_quantize(str(source).encode(), str(target).encode(), parameters)
    if failed or not target.is_file():
        raise SystemExit(f"llama.cpp could not convert {source.name} (code {failed})")


RECIPES: dict[str, Callable[[Path], None]] = {"encoder": encoder, "reader": reader, "writer": writer}


def main() -> None:
    """Make one recipe's files in an existing folder."""
    name, folder = sys.argv[1:]
    # Tracing transformers' code warns about branches that depend on shapes; the tests compare the results.
    warnings.simplefilter("ignore")
    logging.disable(logging.WARNING)
    RECIPES[name](Path(folder))


if __name__ == "__main__":
    main()
