"""What is taken out of every text: characters that a reader cannot see and a model can.

Nothing else changes: the text that comes out is the document, and all offsets count in it.
"""

from __future__ import annotations

import re

# Line ends of all kinds, form feed (a page's end) and the two separators of Unicode.
_LINE_END = re.compile("\r\n|[\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

# Control characters; soft hyphen; zero-width, joiners and invisible operators; marks, embeddings, overrides and
# isolates of text direction; variation selectors; interlinear marks; lone surrogates (no UTF-8 for them); Unicode
# tags. Hidden instructions travel in these, and a quote that holds them cannot be found by searching.
_HIDDEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e0fff]"
)


def clean(text: str) -> str:
    r"""Return the text with ``\n`` as its only line end and without characters that cannot be seen."""
    return _HIDDEN.sub("", _LINE_END.sub("\n", text))
