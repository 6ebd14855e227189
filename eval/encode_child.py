"""One engine of embeddings, timed in a process of its own, where no other thread pool disturbs it.

``python -m eval.encode_child vouch|reference MODELS THREADS ROUNDS OUT``, texts as a JSON list on stdin.
Prints the seconds of each round as JSON and saves the vectors to OUT.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from rag import weights
from rag.embed import MiniLM, Vectors

Encode = Callable[[Sequence[str]], Vectors]


def vouch(models: Path, threads: int) -> Encode:
    """Return the encoder that Vouch uses."""
    return MiniLM(models, threads).encode


def reference(threads: int) -> Encode:
    """Return sentence-transformers over the same weights in float32, as frameworks call it by default."""
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(threads)
    model = SentenceTransformer(str(weights.locate(weights.ENCODER).parent), device="cpu")
    return lambda texts: np.asarray(
        model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False), dtype=np.float32
    )


def main() -> None:
    """Encode the texts once to warm up, then in as many timed rounds as asked for."""
    which, models, threads, rounds, out = sys.argv[1:]
    texts = json.load(sys.stdin)
    encode = vouch(Path(models), int(threads)) if which == "vouch" else reference(int(threads))
    np.save(out, encode(texts))
    seconds = []
    for _ in range(int(rounds)):
        started = time.perf_counter()
        encode(texts)
        seconds.append(time.perf_counter() - started)
    print(json.dumps(seconds))


if __name__ == "__main__":
    main()
