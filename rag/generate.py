"""Messages to text: a GGUF file through llama.cpp, or any OpenAI-compatible URL. One owner per context.

The chat form is the project's own: a template inside a GGUF is a program (CVE-2024-34359) and is never run. What
comes from documents and users is tokenised as plain text, so that it cannot forge the marks between messages.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import numpy as np
import numpy.typing as npt

from rag.errors import BadModel
from rag.lock import Lock, vocabulary
from rag.records import Message

# Room for the instructions, four evidence sentences, the question and the answer; more would only cost memory.
_CONTEXT = 2048
_SEED = 0
_GGUF_MAGIC = b"GGUF"
# One thread decodes as fast as two (memory-bound); prompts gain from all (design/speed.md).
_DECODE_THREADS = 1
_REMOTE_SECONDS = 120.0
_PARAMETERS = threading.Lock()  # one at a time changes the parameters that llama_cpp.Llama starts from


class Writer(Protocol):
    """Continues a conversation. ``name`` is what answers carry as their model."""

    name: str

    def write(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        """Yield the reply piece by piece; closing the iterator stops the work at the next token."""
        ...


class LlamaWriter:
    """A GGUF file in this process, deterministic: temperature 0 and a fixed seed.

    What it writes is one sentence in words of the last message (``rag.lock``): it has no others to choose from.
    """

    def __init__(self, path: Path, name: str, threads: int) -> None:
        check_gguf(path)
        self.name = name
        try:
            self._llama: Any = load_gguf(
                path,
                n_ctx=_CONTEXT,
                n_threads=_DECODE_THREADS,
                n_threads_batch=threads,
                flash_attn=True,
                seed=_SEED,
                verbose=False,
            )
        except Exception as error:  # llama_cpp raises ValueError, AssertionError and others for a bad file
            raise BadModel(f"model file {path} cannot be loaded by llama.cpp ({error}); use another file") from None
        self._turn = threading.Lock()

    def write(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        """Yield the reply piece by piece. The common beginning of successive prompts stays in the KV cache."""
        # The lock is taken inside the generator: taken outside, it would be released before the stream runs.
        with self._turn:
            llama = self._llama
            prompt = self._tokens(messages)
            room = min(max_tokens, _CONTEXT - len(prompt))
            pending = b""
            lock = Lock(vocabulary(messages[-1].text), self._plain, self._ends)

            def locked(_: Any, scores: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
                allowed = lock.allowed()
                kept = np.full_like(scores, -np.inf)
                kept[allowed] = scores[allowed]
                return kept

            for count, token in enumerate(llama.generate(prompt, temp=0.0, logits_processor=[locked])):
                if count >= room or token in self._ends:
                    break
                lock.take(token)
                pending += llama.detokenize([token])
                # A character may be spread over tokens: wait until it is whole.
                try:
                    piece = pending.decode("utf-8")
                except UnicodeDecodeError:
                    continue
                pending = b""
                yield piece

    @property
    def _ends(self) -> tuple[int, ...]:
        return (self._llama.token_eos(), *self._mark("<|im_end|>"))

    def _mark(self, text: str) -> list[int]:
        tokens = self._llama.tokenize(text.encode(), add_bos=False, special=True)
        return list(tokens) if len(tokens) == 1 else []

    def _plain(self, text: str) -> list[int]:
        """Return the tokens of a text in which nothing is a mark between messages."""
        return list(self._llama.tokenize(text.encode(), add_bos=False, special=False))

    def _tokens(self, messages: Sequence[Message]) -> list[int]:
        """Return the prompt in ChatML form; a model without those marks sees them as plain text."""
        llama = self._llama
        bos = [llama.token_bos()] if llama.metadata.get("tokenizer.ggml.add_bos_token") == "true" else []
        tokens: list[int] = bos
        for message in messages:
            tokens += llama.tokenize(f"<|im_start|>{message.role}\n".encode(), add_bos=False, special=True)
            tokens += self._plain(message.text)
            tokens += llama.tokenize(b"<|im_end|>\n", add_bos=False, special=True)
        tokens += llama.tokenize(b"<|im_start|>assistant\n", add_bos=False, special=True)
        return tokens


def check_gguf(path: Path) -> None:
    """Raise BadModel, naming the file and what to do, when a path is not a readable GGUF file."""
    try:
        with path.open("rb") as file:
            magic = file.read(len(_GGUF_MAGIC))
    except OSError as error:
        raise BadModel(f"model file {path} cannot be read: {error.strerror}; see: vouch models list") from None
    if magic != _GGUF_MAGIC:
        raise BadModel(f"model file {path} is not a GGUF file; choose another with: vouch models use")


def load_gguf(path: Path, **options: Any) -> Any:
    """Return a ``llama_cpp.Llama`` that never computes with Intel's matrix tiles (AMX).

    GCC 12 drops the stores that fill the tiles' configuration in the ggml of llama.cpp 0.3.36, and the first prompt
    ends the process with a segmentation fault (llama.cpp, issue 20824 and pull request 26954). ``use_extra_bufts``
    keeps the weights in their own layout, for which there are no tiles; ``Llama`` has no argument for it.
    """
    import llama_cpp
    from llama_cpp import llama_cpp as api

    if b"AMX" not in api.llama_print_system_info():
        return llama_cpp.Llama(str(path), **options)
    with _PARAMETERS:
        defaults = api.llama_model_default_params

        def plain() -> Any:
            parameters = defaults()
            parameters.use_extra_bufts = False
            return parameters

        api.llama_model_default_params = plain
        try:
            return llama_cpp.Llama(str(path), **options)
        finally:
            api.llama_model_default_params = defaults


class RemoteWriter:
    """A model behind an OpenAI-compatible URL: ``http://host:port/v1#model-name``."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.name = parts.fragment or "default"
        self._url = url.split("#")[0].rstrip("/") + "/chat/completions"

    def write(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        """Yield the reply piece by piece; closing the iterator closes the connection."""
        import httpx

        body = {
            "model": self.name,
            "messages": [{"role": message.role, "content": message.text} for message in messages],
            "max_tokens": max_tokens,
            "temperature": 0,
            "seed": _SEED,
            "stream": True,
        }
        try:
            with httpx.stream("POST", self._url, json=body, timeout=_REMOTE_SECONDS) as response:
                response.raise_for_status()
                yield from _deltas(response.iter_lines())
        except (httpx.HTTPError, ValueError, KeyError, IndexError, TypeError) as error:
            raise BadModel(f"the model at {self._url} did not answer as an OpenAI service: {error}") from None


def _deltas(lines: Iterator[str]) -> Iterator[str]:
    for line in lines:
        data = line.removeprefix("data:").strip()
        if not line.startswith("data:") or data == "[DONE]":
            continue
        choices = json.loads(data)["choices"]
        if choices and (piece := choices[0].get("delta", {}).get("content")):
            yield piece
