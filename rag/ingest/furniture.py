"""Lines that belong to the page a text was copied from and not to the text: "Read more", "Share on Facebook".

They stay in the text and are no passages. Only lines that say nothing count: a teaser of another story states a
fact, so it stays searchable, and the line above it, which parts passages, keeps it away from the story.
"""

from __future__ import annotations

import re

from rag.records import Span

_LONGEST = 60
# A single word is never enough: "Video", "Related" or "WhatsApp" on a line of its own can be the answer to a question.
_KINDS = "latest|top|best|related|recommended|popular|recent|similar|featured|trending"
_NOUNS = "articles?|stories|story|posts?|news|headlines|content|tags?|topics|videos?|coverage|reading|categories"
_THINGS = rf"(?:(?:our|the|other|all) )?(?:(?:{_KINDS}) )*(?:{_NOUNS})"
_PHRASES = (
    r"(?:see|check out|browse|explore|find|show|view|load|read) "
    rf"(?:(?:more|further|other|all|also)(?: of)? )*{_THINGS}",
    r"(?:read|see|show|load|view) (?:more|on|also|next)",
    rf"(?:more|other|also) (?:like this|from (?:us|this \w+|the web)|on this topic|{_THINGS})",
    r"(?:most|(?:articles?|stories|posts?)(?: most)?) (?:popular|read|viewed|shared)(?: most)?(?: often)?",
    rf"most (?:popular|read|viewed|shared|often read) (?:{_NOUNS})",
    rf"(?:{_KINDS}) (?:for you|now|{_NOUNS})",
    r"you (?:may|might) also (?:like|be interested in)|(?:previous|next) (?:article|post|story)|up next|next up",
    r"(?:share|follow|tweet|pin|print|email) (?:this|us|it|on)(?: (?:article|story|page|post))?"
    r"(?: ?(?:on|via|by)? (?:facebook|twitter|x|linkedin|whatsapp|telegram|instagram|reddit|e-?mail|social media))?",
    r"advertisements?|story continues below(?: advertisement)?|(?:sponsored|promoted|paid) content",
    r"(?:skip|jump|go|back) to (?:main |the )?(?:content|navigation|menu|top|home ?page|search)",
    r"(?:sign|log) ?(?:in|up) (?:to|for) (?:our|the|your) (?:newsletters?|account|comments?)",
    r"subscribe (?:now|here|today|to (?:our|the) newsletters?|for free)!?",
    r"(?:leave|post|add) a (?:comment|reply)|join the (?:conversation|discussion)",
    r"(?:accept|reject|manage) (?:all )?cookies|cookie settings|open menu|toggle navigation",
    r"(?:tap|click) (?:here )?to (?:enlarge|zoom|play|unmute)",
)
# What is left of icons and lost images: "spot_imgspot_imgspot_img".
_PLACEHOLDER = r"(?:[a-z]+_(?:img|image|icon|logo))+"
_FURNITURE = re.compile(rf"(?:{'|'.join(_PHRASES)}|{_PLACEHOLDER})", re.IGNORECASE)
# Items of a list, headings and rows of a table are the document's own.
_OWN = re.compile(r"\s*(?:[-*+•#>|]|\d)")
_EDGES = " \t»›→←[]():….\u00a0"
_LINE = re.compile(r"[^\n]+")


def spans(text: str) -> tuple[Span, ...]:
    """Return the lines of a text that are furniture, unless there is nothing else in it."""
    found: list[Span] = []
    others = False
    for line in _LINE.finditer(text):
        if is_furniture(line[0]):
            found.append(Span(*line.span()))
        else:
            others = others or not line[0].isspace()
    return tuple(found) if others else ()


def is_furniture(line: str) -> bool:
    """Tell whether a line only serves to move about on a page."""
    if len(line) > 2 * _LONGEST or _OWN.match(line):
        return False
    words = " ".join(line.strip(_EDGES).split())
    return 0 < len(words) <= _LONGEST and _FURNITURE.fullmatch(words) is not None
