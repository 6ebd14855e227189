"""Does a quote hold a sentence? The instrument that scores; never the one that gates answers.

A sentence that stands word for word in the quote is held, without a model. For every other one, a small regression
weighs the trained cross-encoder's logit (``eval.encoder``) with what can be counted: shared words, missing values,
turned negations. How far to trust it stands in ``instrument/calibration.json``, made by ``python -m eval calibrate``.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Protocol

from eval import values
from eval.citing import turns_negation
from eval.encoder import PairEncoder
from eval.errors import BadInstrument
from eval.normal import tokens
from rag.weights import file_sha256
from rag.words import FUNCTION_WORDS, stem

FOLDER = Path(__file__).parent / "instrument"
WEIGHTS, MANIFEST, CALIBRATION = "instrument.safetensors", "instrument.json", "calibration.json"

HOLDS = 0.5  # the regression is fitted on classes of equal weight, so that this is where they meet
FEATURES = ("logit", "words", "pairs", "numbers", "dates", "names", "negation")
# A sentence inside the quote begins behind another one's end and ends as a sentence does.
_BEGINS = re.compile(r"(?:^|[.!?:;\n][\"'”’)]*\s+)$")
_ENDS = re.compile(r"^(?:$|[\"'”’)]*(?:\s|$))")
_STOPS = ".!?"

Pair = tuple[str, str]


class Judge(Protocol):
    """Gives the chance (0 to 1) that each quote holds its claim; pairs are (claim, quote)."""

    def chances(self, pairs: Sequence[Pair]) -> list[float]:
        """Return one chance a pair."""
        ...


@dataclass(frozen=True, slots=True)
class Regression:
    """Chance from features: ``sigmoid(shift + sum(weight * feature))``."""

    shift: float
    weights: tuple[float, ...]

    def __call__(self, features: Sequence[float]) -> float:
        """Return the chance."""
        return 1 / (1 + math.exp(-self.odds(features)))

    def odds(self, features: Sequence[float]) -> float:
        """Return the log-odds."""
        return self.shift + sum(one * weight for one, weight in zip(features, self.weights, strict=True))


class Instrument:
    """The shipped judge. The model is loaded when the first pair needs it; each pair is judged once."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._path = folder / WEIGHTS
        self._regression, self.sha256 = read_fit(folder)
        self._encoder: PairEncoder | None = None
        self._known: dict[Pair, float] = {}

    def chances(self, pairs: Sequence[Pair]) -> list[float]:
        """Return the chance for each (claim, quote); 1 for a claim that stands in its quote, 0 for an empty quote."""
        new = [pair for pair in dict.fromkeys(pairs) if pair not in self._known]
        for pair in new:
            self._known[pair] = float(verbatim(*pair))
        worded = [pair for pair in new if not self._known[pair] and pair[1].strip()]
        if worded:
            for pair, features in zip(worded, self.features(worded), strict=True):
                self._known[pair] = self._regression(features)
        return [self._known[pair] for pair in pairs]

    def features(self, pairs: Sequence[Pair]) -> list[tuple[float, ...]]:
        """Return ``FEATURES`` of each pair."""
        if self._encoder is None:
            self._encoder = PairEncoder(self._path)
        logits = self._encoder.logits(pairs)
        return [(logit, *counted(*pair)) for pair, logit in zip(pairs, logits, strict=True)]


@cache
def shipped() -> Instrument:
    """Return the instrument that comes with this version.

    Raises:
        BadInstrument: a file of it is missing or damaged.
    """
    return Instrument()


def read_fit(folder: Path) -> tuple[Regression, str]:
    """Return the regression, and one hash over it and the weights: what the readings depend on.

    Raises:
        BadInstrument: a file is missing or damaged, or the weights are not those of the manifest.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        fit = json.loads((folder / CALIBRATION).read_text(encoding="utf-8"))["fit"]
        if file_sha256(folder / WEIGHTS) != manifest["sha256"]:
            raise BadInstrument(f"{folder / WEIGHTS} is not the file of {MANIFEST}; reinstall vouch-rag")
        found = Regression(float(fit["shift"]), tuple(float(fit["weights"][name]) for name in FEATURES))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadInstrument(f"{folder} holds no instrument ({error!r}); reinstall vouch-rag") from None
    return found, fit_hash(manifest["sha256"], found)


def fit_hash(weights_sha256: str, fit: Regression) -> str:
    """Return the hash that names an instrument in runs and calibrations."""
    return hashlib.sha256(f"{weights_sha256} {fit.shift!r} {fit.weights!r}".encode()).hexdigest()


def verbatim(claim: str, quote: str) -> bool:
    """Tell whether a claim stands in the quote as whole sentences, spaces and the last stop apart.

    Whole: "the hall will open" is not held by "it is false that the hall will open".
    """
    said, text = " ".join(claim.split()).rstrip(_STOPS), " ".join(quote.split())
    start = text.find(said) if said else -1
    while start >= 0:
        rest = text[start + len(said) :].lstrip(_STOPS)
        stopped = rest != text[start + len(said) :]
        if _BEGINS.search(text[:start]) and (not rest.strip("\"'”’) ") or (stopped and _ENDS.match(rest))):
            return True
        start = text.find(said, start + 1)
    return False


def counted(claim: str, quote: str) -> tuple[float, ...]:
    """Return what needs no model: shares of words and of word pairs that the quote has, and what it lacks.

    The length of the quote is left out on purpose: in labelled data it tells the data set, not the truth.
    """
    said, there = _stems(claim), _stems(quote)
    return (
        _share(set(said), set(there)),
        _share(set(pairwise(said)), set(pairwise(there))),
        float(values.lacks_number(claim, quote)),
        float(values.lacks_date(claim, quote)),
        1 - _share(values.names(claim), values.folded(quote)),
        float(turns_negation(claim, quote)),
    )


def _stems(text: str) -> list[str]:
    return [stem(token) for token in tokens(text) if token not in FUNCTION_WORDS]


def _share(wanted: Set[object], there: Set[object]) -> float:
    return len(wanted & there) / len(wanted) if wanted else 1.0
