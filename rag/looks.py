"""What do several looks at one sentence say together: does it answer? A formula over numbers; knows no model.

The reader sees a sentence within its passage, where all that is near tells what "it" is, once more between its two
neighbours, a text of the size that it was trained on, and once alone, where none can lend it what it does not say.
Likeness of meaning knows what the reader was never shown.
``rag.train.weigh`` finds how much each counts, on documents kept from training.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rag import decode

# Log-odds beyond this say no more than this: the reader is never as sure as its numbers.
_MOST_ODDS = 12.0
_LEAST_SHARE = 0.01


@dataclass(frozen=True, slots=True)
class Look:
    """How one sentence looks for one question.

    ``odds``: that its passage answers (nats, uncalibrated); ``share``: of that, what lies in this sentence, 0 to 1;
    ``alone``: that the sentence answers by itself (nats, uncalibrated); ``likeness``: cosine of question and sentence;
    ``between``: that the sentence and its two neighbours answer (nats, uncalibrated).
    """

    odds: float
    share: float
    alone: float
    likeness: float
    between: float

    def features(self) -> tuple[float, ...]:
        """Return what is weighed."""
        odds, alone, between = (max(-_MOST_ODDS, min(_MOST_ODDS, one)) for one in (self.odds, self.alone, self.between))
        return odds, math.log(max(_LEAST_SHARE, self.share)), alone, self.likeness, between


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model of ``Look.features``: ``sigmoid(bias + sum of weight * feature)``."""

    weights: tuple[float, ...]
    bias: float

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Weights:
        """Take the weights out of a manifest.

        Raises:
            KeyError, TypeError, ValueError: they are not there, or not one for each feature.
        """
        found = cls(tuple(float(weight) for weight in stored["weights"]), float(stored["bias"]))
        if len(found.weights) != len(Look(0, 1, 0, 0, 0).features()):
            raise ValueError(f"{len(found.weights)} weights")
        return found

    def chance(self, look: Look) -> float:
        """Return the probability that the sentence answers."""
        pairs = zip(self.weights, look.features(), strict=True)
        return float(decode.sigmoid(self.bias + sum(weight * feature for weight, feature in pairs)))
