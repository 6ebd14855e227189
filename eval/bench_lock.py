"""What the locked form costs per token: free, as a mask over the words (``rag.lock``), as a grammar of llama.cpp.

``python -m eval.bench_lock [--rounds N]`` prints one line for each; the three take turns, so that a busy machine
slows them alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from rag import prompt, threads, weights
from rag.generate import LlamaWriter
from rag.lock import Lock, vocabulary
from rag.records import Evidence, Passage, Span

_TOKENS = 24
_QUOTES = (
    ("A $100 million road bridge across the Tumen River is being built by the Russian side.", "What does it cost?"),
    (
        "The museum, which opened in 1904, holds some 40,000 drawings by Flemish masters.",
        "How many drawings are there?",
    ),
    ("According to the ministry, rice exports fell by 12% to 3.4 million tons in 2019.", "How much rice was exported?"),
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    threads.calm()
    writer = LlamaWriter(weights.locate(weights.WRITER), "embedded", 2)
    times: dict[str, list[float]] = {"free": [], "mask": [], "grammar": []}
    for _ in range(rounds):
        for quote, question in _QUOTES:
            for way, taken in times.items():
                taken.append(_one(writer, way, quote, question))
    free = statistics.median(times["free"])
    for way, taken in times.items():
        middle = statistics.median(taken)
        figure = {"way": way, "ms_per_token": round(middle, 2), "ratio": round(middle / free, 2), "n": len(taken)}
        print(json.dumps(figure))


def _one(writer: LlamaWriter, way: str, quote: str, question: str) -> float:
    """Return the milliseconds per token of one answer of at most ``_TOKENS`` tokens, the prompt left out."""
    llama: Any = writer._llama
    passage = Passage(1, "d", "r", "t", 0, len(quote), quote, (Span(0, len(quote)),))
    messages = prompt.messages(question, [Evidence(passage, Span(0, len(quote)), 1.0, Span(0, len(quote)))])
    words = vocabulary(messages[-1].text)
    options: dict[str, Any] = {}
    lock = Lock(words, writer._plain, writer._ends)
    if way == "mask":
        options["logits_processor"] = [_mask(lock)]
    if way == "grammar":
        options["grammar"] = _grammar(words)
    started, count = 0.0, 0
    for token in _tokens(llama, writer._tokens(messages), options):
        started = started or time.perf_counter()
        if way == "mask" and token not in writer._ends:
            lock.take(token)
        count += 1
        if count > _TOKENS or token in writer._ends:
            break
    return 1000 * (time.perf_counter() - started) / max(1, count - 1)


def _tokens(llama: Any, prompted: list[int], options: dict[str, Any]) -> Iterator[int]:
    yield from llama.generate(prompted, temp=0.0, **options)


def _mask(lock: Lock) -> Callable[[Any, npt.NDArray[np.float32]], npt.NDArray[np.float32]]:
    def mask(_: Any, scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        allowed = lock.allowed()
        kept = np.full_like(scores, -np.inf)
        kept[allowed] = scores[allowed]
        return kept

    return mask


def _grammar(words: tuple[str, ...]) -> Any:
    from llama_cpp import LlamaGrammar

    first = " | ".join(json.dumps(word[0].upper() + word[1:]) for word in words)
    other = " | ".join(json.dumps(word) for word in words)
    return LlamaGrammar.from_string(
        f'root ::= first (","? " " word)+ "."\nfirst ::= {first}\nword ::= {other}\n', verbose=False
    )


if __name__ == "__main__":
    main()
