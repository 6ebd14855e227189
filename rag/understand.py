"""What does a follow-up ask when it stands alone? Question and history to the ways it may read. Pure, no model.

What a pronoun or a gap stands for is a guess from the turn before; there are often two or three. All of them are
searched, the reader keeps the one whose answer it is surest of, and the user is shown which one that was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag import words
from rag.records import Question, Turn

_PERSON = re.compile(r"\b(?:he|she|him|his|her|hers)\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(?:it|its|they|them|their|this one|that one|these|those)\b|\b(?:this|that|there)(?=\W*$)"
    r"|\b(?:this|that|these|those)\s(?=(?:[a-z]+)\b)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(?:and|but|so|or|also|ok|okay|no|yes|then|what about|how about)\b[\s,]*(?:what about\b|how about\b)?[\s,]*",
    re.IGNORECASE,
)
_ASKS = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|can|will)\b", re.I
)
_ASKS_FOR_A_NAME = re.compile(r"^\W*(?:which|what|who|whom)\b", re.IGNORECASE)
_NAME = re.compile(r"\b[A-Z][\w’'-]*(?:\s+(?:of|the|al|de|van|bin)?\s?[A-Z][\w’'-]*)*")
_PHRASE = re.compile(
    r"\b(?P<article>the|an?|their|its|his|her|which|what)\s+(?=(?P<words>(?:[\w$%-]+[ ]?){1,5}))", re.IGNORECASE
)
# Where a second question begins inside one: "Who makes it, and what does it cost?" With less than a verb and a thing
# behind the question word ("and when?") the two are one question; without a comma a helping verb has to tell.
_WH = r"(?:(?:in|on|at|by|for|from|to|with)\s+)?(?:who|what|which|when|where|why|how)\b"
_HELPS = r"(?:is|are|was|were|do|does|did|has|have|had|will|can|could|would)\b"
_SECOND = re.compile(
    rf",\s*and\s+(?={_WH}(?:\W+\w+){{3,}}|{_HELPS})"
    rf"|\s+and\s+(?={_WH}(?:\W+\w+){{0,3}}?\W+{_HELPS})"
    r"|(?<=\?)\s+(?=[A-Z])",
    re.IGNORECASE,
)
# "What date" and "what share" ask for a value: nothing that "it" may stand for afterwards.
_MEASURES = frozenset(
    "date year day month time kind type sort percentage percent share proportion number amount".split()
)

_ARTICLE = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)
_PREPOSITION = re.compile(
    r"^(?:for|in|on|at|by|from|to|with|after|before|during|under|about|of|without)\b", re.IGNORECASE
)
_WEATHER = re.compile(r"\bit\s+(?:rain|snow|freeze|take\s+long)\w*\b", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“”«»]")
_MARKS = re.compile(r"\[\d+\]")
# A question with this few words of its own, opened by "And ...", leaves out what the one before asked about.
_FEW = 3
_MOST = 4


def parts_of(question: str) -> list[str]:
    """Return the questions that a question is made of, in order; most are made of one."""
    parts = [part.strip(" ,") for part in _SECOND.split(question) if part and part.strip(" ,")]
    # A title in quotation marks may hold anything; a part that names nothing is no question of its own.
    whole = _QUOTED.search(question) or not all(_ASKS.search(part) and words.content_words(part) for part in parts)
    if len(parts) < 2 or whole:
        return [question]
    return [f"{part[:1].upper()}{part[1:].rstrip('?')}?" for part in parts]


def wordings(question: Question) -> list[str]:
    """Return at most four ways in which a question may read alone, the likeliest first, the question itself last."""
    asked = question.text.strip()
    if not question.history:
        return [asked]
    *before, last = question.history
    # The turn before may have been a follow-up as well: its own topic reaches on.
    earlier = wordings(Question(last.question, tuple(before)))[0]
    turn = Turn(earlier, _MARKS.sub("", last.answer))
    found = list(dict.fromkeys(_readings(asked, turn)))[: _MOST - 1]
    return [*found, asked] if asked not in found else found


def _readings(asked: str, turn: Turn) -> Iterator[str]:
    opening = _OPENING.match(asked)
    bare = asked[opening.end() :] if opening else asked
    if _PERSON.search(bare):
        yield from (_put(_PERSON, person, bare) for person in _persons(turn))
    if _refers(bare, turn):
        yield from (_put(_THING, topic, bare) for topic in _topics(turn))
        return
    own = words.content_words(bare)
    if not own and not _ASKS.search(bare):
        return  # "and?" leaves nothing to search for
    if not own or (opening and len(own) <= _FEW):
        bare = bare.rstrip("?!. ")
        if own and not _ASKS.search(bare) and not _PREPOSITION.match(bare):
            yield from _replaced(turn.question, bare)
        yield from (f"{bare[:1].upper()}{bare[1:]} ({topic})?" for topic in _topics(turn))


def _refers(bare: str, turn: Turn) -> bool:
    """Tell whether a pronoun stands for something said before.

    "This lease" does where a lease was spoken of or nothing else names it; the "it" of "does it rain" never does.
    """
    match = _THING.search(bare)
    if not match or _WEATHER.search(bare):
        return False
    if not match.group().endswith(" "):
        return True
    noun = words.content_words(bare[match.end() :])[:1]
    return bool(noun) and noun[0] in words.content_words(f"{turn.question} {turn.answer}")


def _put(pronoun: re.Pattern[str], phrase: str, text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        if match.group().endswith(" "):  # "that center": the noun stays, what it belongs to is named
            return f"{phrase} "
        possessive = match.group().casefold() in {"its", "their", "his"}
        return f"{phrase}'s" if possessive else phrase

    replaced = pronoun.sub(replace, text, count=1)
    return replaced[:1].upper() + replaced[1:]


def _replaced(question: str, phrase: str) -> Iterator[str]:
    """Yield the question before with another thing asked about: its last run of naming words replaced, then others."""
    phrase = _ARTICLE.sub("", phrase)
    runs = list(re.finditer(r"[^\W_][\w$%’'-]*(?:[ -][^\W_][\w$%’'-]*)*", _masked(question)))
    for run in (*runs[-1:], *runs[:-1]):
        yield question[: run.start()] + phrase + question[run.end() :]


def _masked(question: str) -> str:
    """Blank out the words that only hold a question together, so that what is left are the things it names."""
    masked = list(question)
    for word, start, end in words.words(question):
        if word in words.FUNCTION_WORDS:
            masked[start:end] = "." * (end - start)
    return "".join(masked)


def _persons(turn: Turn) -> Iterator[str]:
    """Yield the names of two words or more that were spoken of, those of the question first."""
    for text in (turn.question, turn.answer):
        yield from (name for name in _names(text) if " " in name)


def _topics(turn: Turn) -> Iterator[str]:
    """Yield what "it" may stand for: what was asked for or about, and the first names of the answer."""
    asked = [*_phrases(turn.question), *_names(turn.question)[-1:]]
    known = turn.question.casefold()
    told = [name for name in _names(turn.answer) if name.casefold() not in known][:2]
    yield from (*told[:1], *asked, *told[1:]) if _ASKS_FOR_A_NAME.match(turn.question) else (*asked, *told)
    if not asked and not told:
        yield " ".join(word for word, _, _ in words.words(turn.question) if word not in words.FUNCTION_WORDS)


def _phrases(question: str) -> Iterator[str]:
    """Yield the things that a question names: "the bridge" of "does the bridge cost", "the river" of "which river"."""
    for phrase in _PHRASE.finditer(question):
        kept: list[str] = []
        for word in phrase["words"].split():
            if word.casefold() in words.FUNCTION_WORDS:
                break
            kept.append(word)
        if phrase["article"].casefold() in {"which", "what"}:
            kept = [word for word in kept[:1] if word.casefold() not in _MEASURES]  # a verb stands behind it
        elif len(kept) > 1 and re.search(r"\b(?:do|does|did)\b", question[: phrase.start()], re.IGNORECASE):
            kept.pop()  # the verb stands behind its subject
        if kept:
            yield f"the {' '.join(kept)}"


def _names(text: str) -> list[str]:
    found = []
    for match in _NAME.finditer(text):
        name = match.group()
        first, _, rest = name.partition(" ")
        if first.casefold() in words.FUNCTION_WORDS:
            name = rest
        if name and name.casefold() not in words.FUNCTION_WORDS:
            found.append(name)
    return found
