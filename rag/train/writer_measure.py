"""Measures the writer: ``python -m rag.train.writer_measure --data DIR [--adapter FILE] [--json FILE]``.

Questions of held-out SQuAD titles, each with the one sentence that has its answer, and the questions of ``seeds-dev``
with theirs, go through ``compose.sentences`` as in serving; the search and the reader's second look are left out.
Rows: quotes alone, the rules that wrote the lessons (no model), the plain model, the model with the adapter. Shares
carry Wilson's 95 % interval (Wilson 1927), means a bootstrap's.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rag import chunk, compose, weights
from rag.generate import LlamaWriter, Writer
from rag.records import Message
from rag.settings import load
from rag.train import writer_data
from rag.train.data import held_out, load_squad
from rag.train.nearmiss import find

_SEED = 11
_MOST_WORDS = 60  # of a quote, as wide as a passage's sentences get
_RESAMPLES = 1000
_Z = 1.959964

Asked = tuple[str, str, str]
"""Question, quote and answer."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown for one question, and ``alone`` what without a writer; ``passed``: it is the draft."""

    question: str
    quote: str
    answer: str
    draft: str
    alone: str
    text: str
    passed: bool
    seconds: float

    @property
    def shorter(self) -> bool:
        """Tell whether the draft that is shown has fewer words than the quote that it stands for."""
        return self.passed and len(self.text.split()) < len(self.alone.split())

    @property
    def right(self) -> bool:
        """Tell whether the shown sentence has the answer."""
        return bool(find(self.text, self.answer))


class Adapted:
    """A writer that has learnt its task: it sees the last message alone, without instructions and examples."""

    def __init__(self, inner: LlamaWriter) -> None:
        self.name, self._inner = "adapted", inner

    def write(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        """Yield the reply piece by piece."""
        return self._inner.write(messages[-1:], max_tokens)


class Rules:
    """Writes what the rules of the lessons write; nothing where they find no sentence."""

    name = "rules"

    def __init__(self, asked: Sequence[Asked]) -> None:
        self._asked = {writer_data.Lesson(*one, "", "").prompt: one for one in asked}

    def write(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        """Yield the one sentence."""
        made = writer_data.best(*self._asked[messages[-1].text], _MOST_WORDS)
        yield made[0] if made else ""


class _Heard:
    """Passes a writer's words on and keeps them."""

    def __init__(self, inner: Writer) -> None:
        self.name, self._inner, self.draft = inner.name, inner, ""

    def write(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        self.draft = ""
        with closing(self._inner.write(messages, max_tokens)) as pieces:
            for piece in pieces:
                self.draft += piece
                yield piece


def show(writer: Writer | None, asked: Sequence[Asked]) -> list[Shown]:
    """Return what serving would show for each question with its quote as the only evidence."""
    found = []
    for question, quote, answer in asked:
        heard = _Heard(writer) if writer else None
        piece = writer_data.evidence(quote, answer)
        alone = _first(None, question, piece)
        begun = time.perf_counter()
        text = _first(heard, question, piece)
        seconds = time.perf_counter() - begun
        draft = heard.draft if heard else ""
        # A draft that is the quote word for word passes, too.
        passed = bool(draft) and (text != alone or " ".join(draft.split()) == alone)
        found.append(Shown(question, quote, answer, draft, alone, text, passed, seconds))
    return found


def _first(writer: Writer | None, question: str, piece: Any) -> str:
    with closing(compose.sentences(writer, question, [piece], _no_second_look)) as statements:
        return next(statement[0] for statement in statements if statement is not None)


def _no_second_look(claim: str, quote: str) -> bool:
    """Let the rules of the gate decide alone: the reader's view of a draft is not the writer's merit."""
    return True


def figures(name: str, shown: Sequence[Shown]) -> list[dict[str, Any]]:
    """Return the figures of one row: each with its interval and n."""
    n = len(shown)
    right = [one.right for one in shown]
    lengths = np.array([len(one.text.split()) for one in shown], np.float64)
    spent = np.array([1000 * one.seconds for one in shown], np.float64)
    return [
        {"row": name, "figure": "drafts that pass", **_share(sum(one.passed for one in shown), n)},
        {"row": name, "figure": "drafts shown, shorter", **_share(sum(one.shorter for one in shown), n)},
        {"row": name, "figure": "shown with the answer", **_share(sum(right), n)},
        {"row": name, "figure": "words shown", **_mean(lengths)},
        {"row": name, "figure": "ms an answer", **_mean(spent)},
    ]


def _share(hits: int, n: int) -> dict[str, float]:
    share, spread = hits / n, _Z * _Z / n
    middle, width = (share + spread / 2) / (1 + spread), _Z / (1 + spread)
    half = width * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return {"value": share, "low": max(0.0, middle - half), "high": min(1.0, middle + half), "n": n}


def _mean(values: Any) -> dict[str, float]:
    drawn = np.random.default_rng(_SEED).choice(values, (_RESAMPLES, len(values))).mean(1)
    low, high = np.percentile(drawn, (2.5, 97.5))
    return {"value": float(values.mean()), "low": float(low), "high": float(high), "n": len(values)}


def squad(data: Path, n: int) -> list[Asked]:
    """Return questions of held-out titles, at most one a paragraph."""
    rng = random.Random(_SEED)
    kept = [p for p in load_squad(data) if held_out(p.title)]
    rng.shuffle(kept)
    drawn = (list(writer_data.asked([p], _MOST_WORDS)) for p in kept)
    return [rng.choice(some) for some in drawn if some][:n]


def seeds(suite: Path, corpus: Path) -> Iterator[Asked]:
    """Yield the one-turn questions of a suite whose first quote has a gold answer in it, with the quote's sentence."""
    for line in suite.read_text(encoding="utf-8").splitlines():
        case = json.loads(line)
        answers = [answer for group in case["gold_answers"] for answer in group]
        for gold in case.get("gold_evidence") or []:
            text = (corpus / gold["doc"]).read_text(encoding="utf-8")
            at = text.find(gold["quote"])
            spans = [s for s in chunk.split(text) if s.start <= at < s.end]
            quote = " ".join(text[spans[0].start : spans[0].end].split()) if spans else ""
            answer = next((a for a in answers if quote.count(a) == 1), None)
            if len(case["turns"]) == 1 and answer:
                yield case["turns"][0]["question"], quote, answer
                break


def main() -> None:
    """Parse, load, ask, print."""
    parser = argparse.ArgumentParser(description="Measure the writer on questions that it never saw.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--n", type=int, default=200)
    parser.add_argument("--suite", type=Path, default=Path("eval/suites/seeds-dev.jsonl"))
    parser.add_argument("--corpus", type=Path, default=Path("seeds"))
    parser.add_argument("--json", type=Path, help="write figures and every row there")
    args = parser.parse_args()
    path = weights.prepared(weights.WRITER_COPY, load()[0].models_path) / "writer.gguf"
    told: dict[str, Any] = {"figures": [], "rows": {}}
    for suite, asked in (("squad", squad(args.data, args.n)), ("seeds-dev", list(seeds(args.suite, args.corpus)))):
        rows: dict[str, Callable[[], Writer | None]] = {
            "quotes": lambda: None,
            "rules": lambda asked=asked: Rules(asked),  # type: ignore[misc]
            "plain": lambda: LlamaWriter(path, "plain", 1),
        }
        if args.adapter:
            rows["adapted"] = lambda: Adapted(_with_adapter(path, args.adapter))
        for row, writer in rows.items():
            shown = show(writer(), asked)
            told["rows"][f"{suite} {row}"] = [asdict(one) for one in shown]
            for figure in figures(f"{suite} {row}", shown):
                told["figures"].append(figure)
                line = "{row:18s} {figure:22s} {value:8.3f}  [{low:.3f}, {high:.3f}]  n = {n}".format(**figure)
                print(line, flush=True)
    if args.json:
        args.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def _with_adapter(path: Path, adapter: Path) -> LlamaWriter:
    """Return the packaged model with an adapter set on its context."""
    import ctypes

    import llama_cpp

    writer = LlamaWriter(path, "adapted", 1)
    llama = writer._llama
    loaded = llama_cpp.llama_adapter_lora_init(llama._model.model, str(adapter).encode())
    if not loaded:
        raise SystemExit(f"{adapter} is no adapter for {path.name}")
    one = (llama_cpp.llama_adapter_lora_p_ctypes * 1)(loaded)
    llama_cpp.llama_set_adapters_lora(llama._ctx.ctx, one, 1, (ctypes.c_float * 1)(1.0))
    return writer


if __name__ == "__main__":
    main()
