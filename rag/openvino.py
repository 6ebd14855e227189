"""OpenVINO with its telemetry off, and how a model is put on the processor.

Importing ``openvino`` reports the import to an analytics service by default. Vouch runs offline: the reporting
package is made unimportable before, upon which OpenVINO falls back to its own silent stub.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]

import openvino  # noqa: E402

__all__ = ["compile_model", "has_bfloat16", "openvino"]


def has_bfloat16() -> bool:
    """Tell whether this processor computes in bfloat16."""
    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def compile_model(path: Path, threads: int) -> Any:
    """Return a compiled model: bfloat16 where the processor has it, float32 where not."""
    core = openvino.Core()
    options = {
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "bf16" if has_bfloat16() else "f32",
    }
    return core.compile_model(core.read_model(path), "CPU", options)
