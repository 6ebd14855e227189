"""Does a text say something, or only name it? Whether a clause has a finite verb, by the words that are one. Pure."""

from __future__ import annotations

import re

_BE = "is are was were has have had will would can could may might must should did does do became become"
_PAST = (
    "began begun bore bought brought built came caught chose cut drew fell felt fought found gave got grew held kept "
    "knew lay led left lost made meant met paid ran rose said sang sat saw sent set shot sold spent spoke stood stole "
    "struck sued taught told took went won wore wrote"
)
_PRESENT = (
    "allows begins causes comes consists contains costs covers creates depends enables ends exists forms gives goes "
    "grows happens helps holds includes involves keeps lies lives makes means needs occurs offers produces provides "
    "receives refers remains represents requires runs serves shows stands starts takes tends uses varies works"
)
FINITE = re.compile(rf"\b(?:{'|'.join(f'{_BE} {_PAST} {_PRESENT}'.split())}|[a-z]{{2,}}ed)\b")
# "led by the North": a participle that stands for a verb only where another one is there.
_PARTICIPLE = re.compile(r"\b[a-z]+(?:ed|en|wn|ld|ng|lt|nt) by\b|\bled by\b|\bmade by\b|\bbuilt by\b")


def says_something(text: str) -> bool:
    """Tell whether a sentence has a finite verb; "The Chinese faction led by Pak." has none."""
    return bool(FINITE.search(_PARTICIPLE.sub(" ", text)))
