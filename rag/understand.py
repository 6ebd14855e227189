"""What does a follow-up ask when it stands alone? Question and history to the ways it may read. Pure, no model.

What a pronoun or a gap stands for is a guess from the turns before; there are often two or three. All of them are
searched, the reader keeps the one whose answer it is surest of, and the user is shown which one that was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag import ellipsis, words
from rag.fronted import Fronted, fronted
from rag.pronouns import DEFINES, EACH, THIS, about, beside, filled, known, names_nobody, noun_before, points
from rag.records import Question, Turn
from rag.talk import SHORT, Talk, unmarked
from rag.topics import LIGHT, RELATIONAL, kind_asked_for, names, persons, phrases, relates, topics

# Opens a question that leaves something out: "And sugar?", "No, the rail link."
_OPENING = re.compile(
    r"^(?:(?:and|but|so|or|also|no|nope|then|sorry|i mean|i meant|i need|i want|what about|how about)\b[\s,.!]*)+",
    re.IGNORECASE,
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
_NOT_THIS = re.compile(r",\s*(?:and\s+)?not\s+[^,?]{1,40}\W*$", re.IGNORECASE)
_BESIDE = re.compile(r"\s\([^()]*\)(?=\W*$)")
# What stands before a thing that comes into the talk.
_NEWLY = re.compile(r"\ban?\s+(?:[a-z-]+\s+){0,2}$", re.IGNORECASE)
# "The Far Eastern city": a name that only says which.
_ADJECTIVE = re.compile(r"(?:ern|ean|ian|an|ese|ish)$")
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
    asked = question.text.strip()
    front = fronted(asked)
    if not question.history or found == [asked] or (front and front.new):
        return found
    talk = _talk(question.history)
    answer = talk.turn.answer[:_TOLD]
    return [*found[:2], f"{found[0]} {talk.turn.question} {answer} {talk.things[-1] if talk.things else ''}"]


def _talk(history: Sequence[Turn]) -> Talk:
    """Walk through the turns: a full question brings its own things to the front, a follow-up keeps those before it."""
    talk = Talk((), Turn("", ""), ())
    for number, turn in enumerate(history):
        asked = _FILLER.sub("", turn.question.strip()) or turn.question.strip()
        answer = unmarked(turn.answer)
        own = [topic for topic in topics(asked) if not relates(topic)] or topics(asked)
        told = _told(asked, answer)
        if number and _leans(asked, talk):
            full = _BESIDE.sub("", next(_readings(asked, talk)))
            named = [topic for topic in own if topic in names(asked)]
            turned = fronted(asked)
            first = [turned.thing] if turned else talk.things[:1]
            kept = [*first, *named, *told, *talk.things]
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
    told = [name for name in told if not (_ADJECTIVE.search(name) and re.search(rf"{re.escape(name)}\s[a-z]", answer))]
    kind = kind_asked_for(asked)
    of_the_kind = [name for name in told if kind and name.casefold().endswith(kind)]
    return (of_the_kind or told or _brought_in(asked, answer))[:1]


def _brought_in(asked: str, answer: str) -> list[str]:
    """Return the thing that an answer to "what?" brings into the talk: "a new vehicle"."""
    if not ellipsis.asks_for_a_name(asked) or DEFINES.match(asked):
        return []
    known_before = words.content_words(asked)
    return [
        f"the {own}"
        for own, start, relational in ((text.removeprefix("the "), start, rel) for text, start, rel in phrases(answer))
        if not relational
        and _NEWLY.search(answer[: answer.find(own, start)])
        and words.content_words(own)[-1] not in known_before
    ]


def _leans(asked: str, talk: Talk) -> bool:
    """Tell whether a question needs what was said before: by a pronoun, by a gap, or by how little it names."""
    front = fronted(asked)
    if front:
        return not front.new
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
    """Return the statements before a question, the question without its opening, and whether it had one.

    A question that only points back ("When was that?") counts as one with an opening.
    """
    plain = _FILLER.sub("", asked) or asked
    *before, last = _SENTENCE.split(plain)
    meant = _OPENING.sub("", last)
    if meant != last or _NOT_THAT.match(meant):
        meant = _NOT_THIS.sub("", _OPENING.sub("", _NOT_THAT.sub("", meant)))
    bare = ellipsis.shortened(meant or last)
    return " ".join(before), words.begun(bare) if ellipsis.ASKS.search(bare) else bare, bare != last


def _readings(asked: str, talk: Talk) -> Iterator[str]:
    front = fronted(asked)
    if front:
        yield from _turned(front, talk)
        if not front.new:
            yield asked
        return
    before, bare, opened = _split(asked)
    for full in _each(known(bare, talk), opened, talk):
        yield asked if full == bare and opened else f"{before} {full}".strip()
    if (_own(bare) and not _lacks_a_verb(bare) and not names_nobody(bare, talk)) or not talk.things:
        yield asked


def _lacks_a_verb(bare: str) -> bool:
    """Tell whether a question is part of one: "In which city?", "With placebo?"."""
    return bool(ellipsis.WHICH.match(bare)) or bool(
        ellipsis.BEGINS_INSIDE.match(bare) and not ellipsis.ASKS.search(bare)
    )


def _turned(front: Fronted, talk: Talk) -> Iterator[str]:
    """Yield the ways in which a question about what stands in front of it may read."""
    if not front.thing:
        yield front.question
        return
    thing = next(iter(filled(front.thing, talk)), front.thing) if points(front.thing, talk) else front.thing
    thing = _person_in(thing, talk) or thing
    turned = talk.about(thing, new=front.new)
    *said, question = _SENTENCE.split(front.question)
    told = " ".join(said)
    full = about(thing, question)
    if not full and points(question, turned):
        full = next(filled(question, turned))
    full = full or (question if _tells(question, thing) else beside(question, thing))
    yield f"{told} {full}".strip()


def _person_in(thing: str, talk: Talk) -> str:
    """Return the name of "the professor" where a professor was spoken of by name; "" for none."""
    role = re.fullmatch(r"the\s+(?P<role>[a-z-]+)", thing, re.IGNORECASE)
    stem = words.stem(words.fold(role["role"])) if role else ""
    told = (persons(said) for said in talk.said if stem in words.content_words(said))
    return next((found[0] for found in told if found), "")


def _tells(question: str, thing: str) -> bool:
    return set(words.content_words(thing)) <= set(words.content_words(question))


def _each(bare: str, opened: bool, talk: Talk) -> Iterator[str]:
    """Yield the ways in which one question may read, the likeliest first."""
    item = ellipsis.item(bare, talk.turn.answer)
    if item and not _own(bare):
        yield from ellipsis.replaced(talk.turn.question, item)
    bare = _with_item(bare, item)
    made = [*ellipsis.of_a_kind(bare, talk.turn.question)]
    if not noun_before(bare, talk):
        made += ellipsis.about_all(bare, talk.turn)
    if made:
        yield from made
        yield bare
        return
    if points(bare, talk):
        yield from filled(bare, talk)
        return
    if not words.content_words(bare) and not ellipsis.ASKS.search(bare):
        yield bare  # "and?" leaves nothing to search for
        return
    if _gap(bare, opened) and talk.things:
        sure = opened or not _own(bare) or _relates_to_nothing(bare) or _lacks_a_verb(bare) or bool(EACH.search(bare))
        if not sure:
            yield bare
        made = list(ellipsis.completed(bare, talk.turn)) if sure else []
        yield from made
        if not made and (words.content_words(bare) or not talk.turn.question):
            yield from (beside(bare, topic) for topic in talk.things[:2])
        if made and _lacks_a_verb(bare):
            return
    yield bare


def _with_item(bare: str, item: str) -> str:
    return ellipsis.NTH.sub(item, bare, count=1) if item else bare
