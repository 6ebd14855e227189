"""What does a follow-up name before it asks? "No, the rail link. How long is that?", "Next thing: ...". Pure rules.

People say what they turn to, and then ask about it with a pronoun. What stands in front is what the pronoun means,
whatever was spoken of before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag import words

# Says that what follows has nothing to do with what was said.
_NEW = re.compile(
    r"^(?:(?:ok|okay|and|but|so|now|well|right)\b[\s,.!]*)*"
    r"(?:(?:(?:the\s+|an?\s+|on to the\s+)?(?:next|new|other|another|different|separate|unrelated)\s+"
    r"(?:thing|question|topic|subject|matter|one|point)|something\s+(?:else|different|new)(?:\s+now)?|unrelated"
    r"|(?:let[’']?s\s+)?chang(?:e|ing)\s+(?:the\s+)?(?:topic|subject))(?=\W|$)[\s,.:;–—-]*)+",
    re.IGNORECASE,
)
_BACK = re.compile(r"^(?:going|coming|returning|let[’']?s\s+(?:go|come|get))?\s*back\s+to\s+", re.IGNORECASE)
_SAID = re.compile(
    r"^(?:(?:no|nope|sorry|wait|actually|hm+|ok|okay|yes|well|and|but|so|now|then|what about|how about|as for|about"
    r"|rather|i\s+(?:mean|meant|need|want|asked\s+about|was\s+asking\s+about|am\s+asking\s+about)"
    r"|i[’']m\s+asking\s+about)\b[\s,.!:]*)+",
    re.IGNORECASE,
)
_NOT_THAT = re.compile(r"^not\s+[^,.?]{1,40}[,.]\s*(?:but\s+)?", re.IGNORECASE)
_HEAD = re.compile(r"^(?P<head>[^,.!?:;]{2,70}?)(?P<mark>[,.!:;]|\s[–—-])\s+(?P<rest>\S.*)$", re.DOTALL)
# A question begins so; what stands before it with a comma is in front of it.
_ASKING = re.compile(
    r"^(?:(?:in|on|at|to|for|from|by|with|of|since|until)\s+)?(?:who|whom|whose|what|which|when|where|why|how|is|are|was"
    r"|were|do|does|did|has|have|can|will)\b",
    re.IGNORECASE,
)
# Tells something, or when and where: names no thing that is asked about.
_NO_THING = re.compile(
    r"^(?:in|on|at|after|before|during|for|according|since|by|with|as|if|because|although|while|once|yes|thanks|please|given)\b"
    r"|\b(?:i|you|he|she|it|we|they|there|is|are|was|were|be|been|do|does|did|has|have|had|can|could|will|would|should|must"
    r"|who|what|which|when|where|why|how|that)\b",
    re.IGNORECASE,
)
_POINTS = re.compile(
    r"\b(?:he|she|him|his|her|hers|it|its|they|them|their|there|ones?|these|those)\b|\b(?:that|this)(?=\W*$|\s+\w)",
    re.I,
)
_NOTHING = re.compile(r"^(?:worries|problem|an?\s+(?:second|sec|minute|moment)|all|ok|okay)$", re.IGNORECASE)
_MOST_WORDS = 8
_MINE = re.compile(r"^(?:my|our|your|this|that|the)\s+", re.IGNORECASE)
_AGAIN = re.compile(r"\s+(?:again|from before|once more|then)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fronted:
    """The thing in front of a question, "" for none, the question behind it, and whether the topic is a new one."""

    thing: str
    question: str
    new: bool


def fronted(asked: str) -> Fronted | None:
    """Return what a question has in front of it; None where it only asks."""
    rest = _NEW.sub("", asked)
    new = rest != asked
    plain = _SAID.sub("", rest)
    said = _BACK.sub("", plain)
    corrected = _NOT_THAT.sub("", said)
    match = _HEAD.match(corrected)
    if match and _is_thing(match["head"]) and _is_turned_to(match, bool(new or corrected != rest)):
        thing = _AGAIN.sub("", _MINE.sub("the ", match["head"].strip()))
        return Fronted(thing, words.begun(match["rest"]), new)
    return Fronted("", words.begun(rest), new) if new and rest else None


def _is_thing(head: str) -> bool:
    return len(head.split()) <= _MOST_WORDS and not _NO_THING.search(head) and not _NOTHING.match(head)


def _is_turned_to(match: re.Match[str], marked: bool) -> bool:
    """Tell whether a question is about what stands in front: by a word that turns to it, or one that points at it."""
    if marked:
        return bool(_ASKING.match(match["rest"])) or "?" in match["rest"]
    return match["mark"] in ",:" and bool(_ASKING.match(match["rest"]) and _POINTS.search(match["rest"]))
