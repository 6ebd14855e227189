"""What does a follow-up ask when it stands alone? Question and history to the ways it may read. Pure, no model.

What a pronoun or a gap stands for is a guess from the turns before; there are often two or three. All of them are
searched, the reader keeps the one whose answer it is surest of, and the user is shown which one that was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag import ellipsis, words
from rag.pronouns import DEFINES, THIS, beside, filled, known, points
from rag.records import Question, Turn
from rag.talk import SHORT, Talk, unmarked
from rag.topics import LIGHT, RELATIONAL, kind_asked_for, names, relates, topics

# Opens a question that leaves something out: "And sugar?", "No, the rail link."
_OPENING = re.compile(
    r"^(?:(?:and|but|so|or|also|no|nope|then|sorry|i mean|i meant|what about|how about)\b[\s,.!]*)+", re.IGNORECASE
)
# Says nothing at all.
_FILLER = re.compile(
    r"^(?:(?:ok|okay|yes|yeah|now|well|oh|ah+|hmm+|wow|thanks|thank you|great|cool|interesting|never mind|i see"
    r"|(?:that(?:['’]s| is| sounds?)|how|very|cool|so)\s+(?:\w+\s+)?"
    r"(?:interesting|cool|great|good|nice|name|sad|bad|funny))"
    r"(?=\W)[\s,.!]*)+",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+(?=[A-Z])")
_NOT_THAT = re.compile(r"^not\s+[^,?]{1,40},\s*(?:but\s+)?", re.IGNORECASE)
_BESIDE = re.compile(r"\s\([^()]*\)(?=\W*$)")
# A question with this few words of its own leaves out what the one before asked about.
_FEW = 3
_MOST = 4
# Characters of the last answer that are searched with a follow-up.
_TOLD = 300


def wordings(question: Question) -> list[str]:
    """Return at most four ways in which a question may read alone, the likeliest first, the question itself among them.

    The question itself is left out where a pronoun in it says nothing alone and it was put in full.
    """
    asked = question.text.strip()
    if not question.history:
        return [asked]
    return list(dict.fromkeys(_readings(asked, _talk(question.history))))[:_MOST]


def searches(question: Question) -> list[str]:
    """Return what to search for: the ways in which a question may read, and it beside all that was just spoken of."""
    found = wordings(question)
    if not question.history or found == [question.text.strip()]:
        return found
    talk = _talk(question.history)
    answer = talk.turn.answer[:_TOLD]
    return [*found[:2], f"{found[0]} {talk.turn.question} {answer} {talk.things[-1] if talk.things else ''}"]


def _talk(history: Sequence[Turn]) -> Talk:
    """Walk through the turns: a full question brings its own things to the front, a follow-up keeps those before it."""
    talk = Talk((), Turn("", ""), ())
    for number, turn in enumerate(history):
        asked = turn.question.strip()
        answer = unmarked(turn.answer)
        own = [topic for topic in topics(asked) if not relates(topic)] or topics(asked)
        told = _told(asked, answer)
        if number and _leans(asked, talk):
            full = _BESIDE.sub("", next(_readings(asked, talk)))
            named = [topic for topic in own if topic in names(asked)]
            kept = [*talk.things[:1], *named, *told, *talk.things[1:]]
        else:
            full = asked
            # A question that names nothing may still be about what the one before was about.
            front = [*own[:1], *talk.things[:1], *own[1:2]] if number and not names(asked) else own[:2]
            kept = [*told, *front, *talk.things] if ellipsis.asks_for_a_name(asked) else [*front, *told, *talk.things]
        talk = Talk(kept, Turn(full, answer), history[: number + 1])
    return talk


def _told(asked: str, answer: str) -> list[str]:
    """Return the name that a short answer adds, of the kind asked for or the first; no person's: no "it" is one."""
    if len(answer) >= SHORT or ellipsis.asks_for_a_person(asked):
        return []
    told = [name for name in names(answer) if name.casefold() not in asked.casefold()]
    kind = kind_asked_for(asked)
    return ([name for name in told if kind and name.casefold().endswith(kind)] or told)[:1]


def _leans(asked: str, talk: Talk) -> bool:
    """Tell whether a question needs what was said before: by a pronoun, by a gap, or by how little it names."""
    _, bare, opened = _split(asked)
    return points(bare, talk) or _gap(bare, opened)


def _gap(bare: str, opened: bool) -> bool:
    own = _own(bare)
    if THIS.search(bare):
        return False  # "this city" tells which, though nobody spoke of it
    if names(bare):
        return opened and len(own) <= _FEW
    return not own or (len(own) <= _FEW and not DEFINES.search(bare)) or _relates_to_nothing(bare)


def _own(bare: str) -> list[str]:
    return [stem for stem in words.content_words(bare) if stem not in LIGHT]


def _relates_to_nothing(bare: str) -> bool:
    """Tell whether a question asks for "the causes" without saying of what."""
    found = re.search(r"\b(?P<noun>[\w’'-]+)\W*$", bare) or re.search(r"(?P<noun>)", bare)
    last = words.stem(words.fold(found["noun"])) if found else ""
    return last in RELATIONAL and not re.search(r"\b(?:of|for|in|about|to)\b", bare)


def _split(asked: str) -> tuple[str, str, bool]:
    """Return the statements before a question, the question without its opening, and whether it had one."""
    plain = _FILLER.sub("", asked) or asked
    *before, last = _SENTENCE.split(plain)
    bare = _NOT_THAT.sub("", _OPENING.sub("", last)) or last
    return " ".join(before), f"{bare[:1].upper()}{bare[1:]}" if ellipsis.ASKS.search(bare) else bare, bare != last


def _readings(asked: str, talk: Talk) -> Iterator[str]:
    before, bare, opened = _split(asked)
    for full in _each(known(bare, talk), opened, talk):
        yield asked if full == bare and opened else f"{before} {full}".strip()
    if _own(bare) or not talk.things:
        yield asked


def _each(bare: str, opened: bool, talk: Talk) -> Iterator[str]:
    """Yield the ways in which one question may read, the likeliest first."""
    item = ellipsis.item(bare, talk.turn.answer)
    if item and not _own(bare):
        yield from ellipsis.replaced(talk.turn.question, item)
    bare = _with_item(bare, item)
    if points(bare, talk):
        yield from filled(bare, talk)
        return
    if not words.content_words(bare) and not ellipsis.ASKS.search(bare):
        yield bare  # "and?" leaves nothing to search for
        return
    if _gap(bare, opened) and talk.things:
        sure = opened or not _own(bare) or _relates_to_nothing(bare)
        if not sure:
            yield bare
        if sure:
            yield from ellipsis.completed(bare, talk.turn)
        if words.content_words(bare) or not talk.turn.question:
            yield from (beside(bare, topic) for topic in talk.things[:2])
    yield bare


def _with_item(bare: str, item: str) -> str:
    return ellipsis.NTH.sub(item, bare, count=1) if item else bare
