"""Claims with quotes that hold them or do not: what the scoring model is trained on, and what is kept from it.

WiCE's claims are split by a hash of their article into ``train``, ``fit`` (for the calibration) and ``kept``, which
is measured alone. Pairs made from paragraphs copy what answer engines do: say a sentence again, trim it, change one
value, lose a negation, or cite a sentence that does not say it.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

from rag.train import nearmiss
from rag.train.data import Paragraph, load_qed, load_squad, rows
from rag.train.nearmiss import apply, content_words, names
from rag.train.pairs import Pair, from_squad, load_nli

Part = Literal["train", "fit", "kept"]

_TRAIN_PERCENT, _FIT_PERCENT = 50, 20  # of WiCE's articles; the others are kept
# Other articles than those that calibrated the gate's reader; every tenth is for fitting, so never trained on.
_FIT_TITLES = 10
_KINDS = {"copy": 0.14, "trimmed": 0.14, "spoilt": 0.34, "negation": 0.12, "absent": 0.26}
_WORDS = (6, 45)  # of a sentence that is made a claim
_ASIDE = re.compile(r"\s*\([^)]*\)|, (?:which|who|where|while|although|including|such as) [^,.;]*(?=[,.;])")
_NEGATION = re.compile(r"\b(?:not|never|no longer) |n't\b")


def wice(data: Path, part: Part) -> list[Pair]:
    """Return WiCE's claims of one part with the whole text they cite; only ``supported`` holds."""
    return [
        Pair(row["claim"], " ".join(row["evidence"]), row["label"] == "supported", "wice")
        for row in rows(data / "wice_dev_oracle_chunks.jsonl.gz")
        if part_of(row["meta"]["claim_title"]) == part
    ]


def part_of(title: str) -> Part:
    """Return the part that an article belongs to, by a hash of its title."""
    at = zlib.crc32(title.encode()) % 100
    return "train" if at < _TRAIN_PERCENT else "fit" if at < _TRAIN_PERCENT + _FIT_PERCENT else "kept"


def public(data: Path) -> list[Pair]:
    """Return the public sentence pairs (MNLI, SNLI, RTE, SciTail)."""
    return [pair for pair in load_nli(data) if pair.kind == "nli"]


def paragraphs(data: Path, fit: bool) -> list[Paragraph]:
    """Return the paragraphs that pairs are made from: for training, or those of the titles kept for fitting."""
    every = [*load_squad(data), *load_qed(data)]
    return [one for one in every if (zlib.crc32(one.title.encode()[::-1]) % _FIT_TITLES == 0) == fit]


def made(texts: Sequence[Paragraph], seed: int) -> Iterator[Pair]:
    """Make pairs from every paragraph: one from a sentence of it, and some from its questions."""
    rng = random.Random(seed)
    before: dict[str, list[Paragraph]] = {}
    for text in texts:
        others = before.setdefault(text.title, [])
        kind = rng.choices(list(_KINDS), list(_KINDS.values()))[0]
        pair = _from_sentence(kind, text, others, rng)
        if pair is not None:
            yield pair
        others.append(text)
    for pair in from_squad(texts[rng.randrange(2) :: 2], seed):
        yield Pair(pair.claim, pair.quote, pair.holds, "asked" if pair.holds else "asked_spoilt")


def _from_sentence(kind: str, text: Paragraph, others: Sequence[Paragraph], rng: random.Random) -> Pair | None:
    fits = [k for k, (a, b) in enumerate(text.sentences) if _WORDS[0] <= len(text.text[a:b].split()) <= _WORDS[1]]
    if not fits:
        return None
    at = rng.choice(fits)
    said = text.text[slice(*text.sentences[at])]
    if kind == "absent":
        return _absent(said, at, text, others, rng)
    if kind in ("copy", "trimmed"):
        claim = said if kind == "copy" else _ASIDE.sub("", said, count=1)
        return Pair(claim, _around(at, text, rng), True, kind)
    changed = _spoilt(said, text.text, rng) if kind == "spoilt" else _turned(said)
    return Pair(changed, _around(at, text, rng), False, kind) if changed and changed != said else None


def _around(at: int, text: Paragraph, rng: random.Random) -> str:
    """Return a sentence with none to three of its neighbours on each side."""
    first, last = max(0, at - rng.randrange(4)), min(len(text.sentences) - 1, at + rng.randrange(4))
    if rng.random() < 0.4:
        first = last = at
    return text.text[text.sentences[first][0] : text.sentences[last][1]]


def _absent(said: str, at: int, text: Paragraph, others: Sequence[Paragraph], rng: random.Random) -> Pair | None:
    """Hold a sentence against its paragraph without it, or against another paragraph of the article."""
    rest = " ".join(text.text[a:b] for k, (a, b) in enumerate(text.sentences) if k != at)
    if others and rng.random() < 0.5:
        words = content_words(said)
        rest = max(others[-20:], key=lambda other: len(words & content_words(other.text))).text
    return Pair(said, rest, False, "absent") if rest else None


def _spoilt(said: str, passage: str, rng: random.Random) -> str | None:
    groups = [
        nearmiss.number_swaps(said, passage, rng),
        nearmiss.entity_swaps(said, names(passage), rng),
        nearmiss.antonym_swaps(said),
    ]
    swaps = [rng.choice(group) for group in groups if group]
    changed = apply(said, rng.choice(swaps)) if swaps else None
    return changed[0] if changed else None


def _turned(said: str) -> str | None:
    """Drop a negation, or put one in."""
    return _NEGATION.sub("", said, count=1) if _NEGATION.search(said) else nearmiss.negate(said)
