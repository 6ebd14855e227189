"""Which words of a question point at something said before, and what do they stand for? Pure rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag import ellipsis, words
from rag.talk import Talk
from rag.topics import names, relates

_PERSON = re.compile(r"\b(?:he|she|him|his|her|hers)\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(?:it|its|they|them|their|this one|that one|these|those)\b(?!['’])"
    r"|\b(?:this|that)(?=\W*$|\s+(?:is|was|has|can|will)\b)",
    re.IGNORECASE,
)
_THERE = re.compile(
    r"(?<!is )(?<!are )(?<!was )(?<!were )\bthere\b(?!\s+(?:a|an|any|some|is|are|was|were)\b)", re.IGNORECASE
)
# "this experiment": the noun tells what is meant, where it was spoken of before.
THIS = re.compile(r"\b(?:this|that|these|those)\s+(?P<noun>[a-z][\w’'-]*)", re.IGNORECASE)
_ONE = re.compile(
    r"\b(?P<before>(?:the|an?|which|this|that|another|other)\s+(?:[\w’'-]+\s+){0,2}?)(?P<one>ones?)\b", re.I
)
_SINGLE = re.compile(
    r"\b(?:it|its|this one|that one)\b(?!['’])|\b(?:this|that)(?=\W*$|\s+(?:is|was|has|can|will|an?|per|in|on|for)\b)",
    re.I,
)
_MANY = re.compile(r"\b(?:they|them|their|these|those)\b(?!['’])", re.IGNORECASE)
# "How many does each need?": each of what was spoken of.
EACH = re.compile(
    r"\beach(?=\W*$|\s+(?:of\s+them|need|have|has|had|cost|get|got|hold|take|pay|is|was|do|does)\b)", re.IGNORECASE
)
_WEATHER = re.compile(r"\bit\s+(?:rain|snow|freeze|take\s+long)\w*\b", re.IGNORECASE)
# "What is a genre?" stands alone, "What are the main types?" does not: "the" takes what it names for known.
DEFINES = re.compile(
    r"^(?:what|who)(?:['’]s|\s+(?:is|are|was|were))\s+(?:an?\s+)?(?!the\b)[\w’'-]+(?:\s[\w’'-]+)?\W*$", re.IGNORECASE
)
# Possessives that become "X's"; the other pronouns become "X".
_POSSESSIVES = {"its", "their", "his", "hers"}


def points(bare: str, talk: Talk) -> bool:
    """Tell whether a question points at what was said before."""
    return not _inside(bare) and bool(
        _PERSON.search(bare) or _thing(bare) or _THERE.search(bare) or _ONE.search(bare) or noun_before(bare, talk)
    )


def names_nobody(bare: str, talk: Talk) -> bool:
    """Tell whether "he" or "her" stands for a person who was spoken of: alone, the question would fit anybody."""
    return bool(talk.persons and _PERSON.search(bare)) and not _inside(bare)


def _inside(bare: str) -> bool:
    """Tell whether the pronoun of a question stands for what the same question names before it."""
    match = _PERSON.search(bare) or _THING.search(bare)
    before = bare[: match.start()] if match else ""
    return bool(names(before) or DEFINES.match(before.split(",")[0].split(" and ")[0])) and bool(
        re.search(r"\b(?:and|if|that|when|because)\b", before)
    )


def _thing(bare: str) -> re.Match[str] | None:
    return None if _WEATHER.search(bare) else _THING.search(bare)


def noun_before(bare: str, talk: Talk) -> re.Match[str] | None:
    """Return "this lease" where a lease was spoken of."""
    match = THIS.search(bare)
    return match if match and talk.has(match["noun"]) else None


def known(bare: str, talk: Talk) -> str:
    """Put "the college" in full where a longer name that ends so was spoken of."""
    for match in re.finditer(r"\b[Tt]he\s+(?P<noun>[\w’'-]+)(?!\s+of\b)(?=\W*$|\W+(?:[a-z]+)\b)", bare):
        stem = words.stem(words.fold(words.bare(match["noun"])))
        for thing in (*talk.things, *talk.names):
            own = words.content_words(thing)
            if len(own) > 1 and own[-1] == stem and not relates(thing):
                return f"{bare[: match.start()]}{_with_article(thing)}{bare[match.end() :]}"
    return bare


def _with_article(thing: str) -> str:
    return thing if re.match(r"(?:the|an?)\s", thing, re.IGNORECASE) else f"the {thing}"


def filled(bare: str, talk: Talk) -> Iterator[str]:
    """Yield a question with its pronouns put in full, by each of the likeliest things."""
    person, start = talk.persons[0] if talk.persons else "", bare
    meant = [*talk.persons, *talk.things]  # "him" may be a cat, where nobody was spoken of
    if _PERSON.search(bare) and meant:
        bare = _put(_PERSON, meant[0], bare)
    things = [thing for thing in talk.things if not _PERSON.search(start) or thing != person] or list(talk.things)
    if not (_thing(bare) or _THERE.search(bare) or _ONE.search(bare) or noun_before(bare, talk)):
        yield bare
        yield from (_put(_PERSON, other, bare.replace(person, "he", 1)) for other in talk.persons[1:2] if person)
        return
    if _ONE.search(bare):  # "the old one" is one of a kind, not one by name
        things = [thing for thing in things if thing[-1:].islower() and not names(thing)] or things
    for at, thing in enumerate(things[:3]):
        full = _one(bare, thing)
        noun = noun_before(full, talk)
        if noun:
            full = _this(full, noun, thing, talk)
        elif _thing(full):
            full = _put(_THING, thing, full)
            others = [other for other in things if other != thing]
            if _thing(full.replace(thing, "", 1)) and others:
                full = _put(_THING, others[0], full)
        where = next((one for one in things[at:] if one not in talk.persons), thing)
        full = _THERE.sub(f"in {where}", full)
        if at == 0:
            root = talk.things[-1]
            yield full
            if root not in full and not names(full):
                yield beside(full, root)
        else:
            yield full


def about(thing: str, bare: str) -> str:
    """Return a question with a thing in place of the pronoun of its number; "" where it has none.

    "When did they start building it?" is about one bridge by its "it".
    """
    common = thing.islower() or thing.startswith("the ")
    plural = " and " in thing or (common and thing.endswith("s") and not thing.endswith("ss"))
    pronoun = _MANY if plural else _SINGLE
    return _put(pronoun, thing, bare) if pronoun.search(bare) else ""


def _this(full: str, noun: re.Match[str], thing: str, talk: Talk) -> str:
    """Put "this experiment" in full: by the thing that is one, or the name told beside the noun, or as it is."""
    stem = words.stem(words.fold(noun["noun"]))
    meant = next((each for each in talk.things if words.content_words(each)[-1:] == [stem]), "")
    meant = meant or ellipsis.named_beside(noun["noun"], talk.turn.answer)
    if meant:
        return f"{full[: noun.start()]}{meant}{full[noun.end() :]}"
    return beside(full, thing)


def _one(full: str, thing: str) -> str:
    """Put "the old one" in full: the noun of the thing stands for the one."""
    noun = words.bare(thing.split()[-1])
    return _ONE.sub(lambda match: match["before"] + noun, full)


def _put(pronoun: re.Pattern[str], phrase: str, text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        own = match.group().casefold()
        # "her" before a noun belongs to someone, elsewhere it is the one.
        possessive = own in _POSSESSIVES or (own == "her" and re.match(r"\s+\w", text[match.end() :]))
        if not possessive:
            return phrase
        return f"{phrase}'" if phrase.endswith("s") and phrase.islower() else f"{phrase}'s"

    replaced = pronoun.sub(replace, text, count=1)
    return words.begun(replaced)


def beside(bare: str, topic: str) -> str:
    """Return a question with a topic behind it, where it has no place for one."""
    bare = bare.rstrip("?!. ")
    return f"{words.begun(bare)} ({topic})?"
