"""What is left out of a short question? "Why?", "And sugar?", "No, the rail link", "the second one". Pure rules.

The question before tells what was left out: the new words take the place of the words of their kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag import words
from rag.records import Turn
from rag.topics import RELATIONAL, names, phrases

ASKS = re.compile(
    r"\b(?:who|whom|whose|what|which|when|where|why|how|is|are|was|were|do|does|did|has|have|can|will)\b", re.I
)
_NUMBERED = ("first", "second", "third", "fourth", "fifth", "sixth")
NTH = re.compile(
    rf"\bthe\s+(?P<which>{'|'.join(_NUMBERED)}|last|former|latter)(?:\s+(?:one|item|of them))?"
    r"(?=\W*$|\W+(?:is|was|do|does|did|has|cost)\b)",
    re.I,
)
_ASKS_FOR_A_NAME = re.compile(r"^\W*(?:which|what|who|whom)\b", re.IGNORECASE)
_WHO = re.compile(
    r"^\W*(?:who(?:m|se)?\b|(?:what|which)\s+(?:[\w’'-]+\s+){0,3}?(?:scholar|professor|expert|analyst|researcher|scientist|author"
    r"|journalist|reporter|official|minister|president|ambassador|director|chairman|judge|lawyer|doctor|nurse|engineer|man"
    r"|woman|person)\b)",
    re.IGNORECASE,
)
BEGINS_INSIDE = re.compile(
    r"^(?:for|in|on|at|by|from|to|with|after|before|during|under|about|of|without|since)\b", re.I
)
_NO_AUX = r"(?!is\b|are\b|was\b|were\b|do\b|does\b|did\b|has\b|have\b|can\b|will\b|of\b)"
# "In which city?", "What year?": a question without its verb, which the question before has.
WHICH = re.compile(
    rf"^(?:in|on|at|to|for|from|by|with|of|since|until|under)\s+(?:which|what|whose|how\s+(?:many|much))\s+{_NO_AUX}[\w’'-]+"
    rf"(?:\s{_NO_AUX}[\w’'-]+)?\W*$"
    r"|^(?:what|which)\s+(?:date|day|month|year)\W*$",
    re.IGNORECASE,
)
# "How many horses?" after "How many goats were sent?": behind another question it may ask anything.
_HOW_MANY = re.compile(rf"^how\s+(?P<how>many|much)\s+{_NO_AUX}[\w’'-]+\W*$", re.IGNORECASE)
# "How many of them?" after a question that asks which ones.
_OF_THEM = re.compile(r"^(?P<how>how\s+many)(?:\s+of\s+(?:them|these|those|it))?\W*$", re.IGNORECASE)
_WHICH_ONES = re.compile(
    rf"^\W*(?:what|which)\s+(?:[a-z][\w’'-]*\s+of\s+)?(?P<ones>{_NO_AUX}(?!bus\b|news\b|gas\b)[a-z][\w’'-]*(?<!s)s)\s+(?P<rest>\w[^?]*?)\W*$",
    re.IGNORECASE,
)
_ONE_OF_A_KIND = re.compile(r"^(?:the\s+)?(?P<which>[a-z][\w-]*)\s+ones?$", re.IGNORECASE)
# "That" with a verb behind it, or done: no thing, but what was told.
_ALL_THAT = re.compile(
    r"\b(?:is|was|are|were|did|does|has|will|would|might|may|can|could|should)\s+that\s+(?!one\b)[a-z]"
    r"|\b(?:do|did|does|done)\s+(?:that|this|so)\W*$",
    re.IGNORECASE,
)
# "When was that?", "Why did this happen?": asks for the time or reason of all that was said, as "When?" does.
_OF_ALL_THAT = re.compile(
    r"^\W*(?P<word>when|why)\s+(?:is|was|did|does|has|will)\s+(?:that|this|it\s+all|all\s+(?:of\s+)?(?:that|this))"
    r"(?:\s+(?:be|happen(?:ed)?|take\s+place|taken\s+place|occur(?:red)?|so|the\s+case))?\W*$"
    r"|^\W*(?P<place>where|how)\s+(?:did|does|will)\s+(?:that|this|it\s+all)\s+(?:happen|take\s+place|occur|come\s+about)\W*$",
    re.IGNORECASE,
)
_AUX = re.compile(r"\b(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)\s+(?=\S)", re.IGNORECASE)
_WHO_DID = re.compile(
    r"^\W*who\s+(?P<done>\w+ed|built|made|wrote|won|sold|bought|led|paid|held|sent|begun|found)\s+(?P<what>(?:the|an?)\s[^?]+?)\W*$",
    re.IGNORECASE,
)
_ITEM_END = re.compile(r",\s*(?:and\s+|or\s+)?|;\s*(?:and\s+)?|\s+and\s+")
_BRACKETS = re.compile(r"\s*\([^)]*\)")
_DETERMINER = re.compile(r"^(?:the|an?)\s+", re.IGNORECASE)
# An answer that is short enough to be all that "why?" is asked about.
_SHORT = 160


def asks_for_a_name(question: str) -> bool:
    """Tell whether a question's answer is a thing by its name."""
    return bool(_ASKS_FOR_A_NAME.match(question))


def asks_for_a_person(question: str) -> bool:
    """Tell whether a question's answer is someone."""
    return bool(_WHO.match(question))


def shortened(bare: str) -> str:
    """Return "When" for "When was that?" and its like, "How many" for "How many of them?", any other as it is."""
    match = _OF_ALL_THAT.match(bare) or _OF_THEM.match(bare)
    return words.begun(next(group for group in match.groups() if group)) if match else bare


def completed(bare: str, turn: Turn) -> Iterator[str]:
    """Yield the question before with the new words in it, where they alone are no question."""
    bare = bare.rstrip("?!. ")
    ones, of_them = _WHICH_ONES.match(turn.question), _OF_THEM.match(bare)
    if ones and of_them:
        yield f"{words.begun(of_them['how'])} {ones['ones']} {ones['rest']}?"
    if not words.content_words(bare):
        yield from _asked_again(bare, turn)
    elif WHICH.match(bare):
        told = _AUX.search(turn.question) or _WHO_DID.match(turn.question)
        yield from list(_asked_again(bare, turn))[:1] if told else ()
    elif (how := _HOW_MANY.match(bare)) and re.match(rf"\W*how\s+{how['how']}\b", turn.question, re.IGNORECASE):
        yield from list(_asked_again(bare, turn))[:1]
    elif not ASKS.search(bare):
        preposition = BEGINS_INSIDE.match(bare)
        yield from _placed(turn.question, bare, preposition.group()) if preposition else replaced(turn.question, bare)


def _asked_again(bare: str, turn: Turn) -> Iterator[str]:
    """Yield the question before with another question word: "Why was it shut?" for "Why?" after "When was it shut?"."""
    helping = _AUX.search(turn.question)
    did = _WHO_DID.match(turn.question)
    if did:
        yield f"{words.begun(bare)} was {did['what']} {did['done']}?"
        return
    if helping:
        rest = turn.question[helping.start() :].rstrip("?. ")
        yield f"{words.begun(bare)} {rest[0].lower()}{rest[1:]}?"
    else:
        yield f"{words.begun(bare)} ({turn.question.rstrip('?. ')})?"
    yield from _of_the_answer(words.begun(bare), turn)


def _of_the_answer(bare: str, turn: Turn) -> Iterator[str]:
    """Yield a question with the answer before behind it, where that is short enough to be all it is about."""
    if turn.answer and len(turn.answer) <= _SHORT:
        yield f"{bare}: {turn.answer.strip().rstrip('.')}?"


def about_all(bare: str, turn: Turn) -> Iterator[str]:
    """Yield a question whose "that" is all that was just said, with that behind it: "Why was that shortened?"."""
    if not _ALL_THAT.search(bare) or not turn.question:
        return
    bare = bare.rstrip("?!. ")
    helping = _AUX.search(turn.question)
    yield f"{bare} ({turn.question[helping.end() if helping else 0 :].rstrip('?. ')})?"
    yield from _of_the_answer(bare, turn)


def _placed(question: str, bare: str, preposition: str) -> Iterator[str]:
    """Yield the question before with "in 2023" in place of its own "in ...", else behind it."""
    question = question.rstrip("?. ")
    own = re.search(rf"\b{preposition}\s+(?:the\s+)?[\w’'-]+(?:\s[A-Z][\w’'-]+)*\s*$", question, re.IGNORECASE)
    yield f"{question[: own.start()] if own else question + ' '}{bare}?"


def replaced(question: str, phrase: str) -> Iterator[str]:
    """Yield the question before with another thing asked about: in place of one of its kind first, the last first."""
    order = 1 if phrase[:1].isupper() else -1
    found = sorted(phrases(question), key=lambda each: (_kind(each[0]) != _kind(phrase), order * each[1]))
    plain = words.bare(_DETERMINER.sub("", phrase))
    alike = [each for each in found if _kind(each[0]) == _kind(phrase)]
    for text, start, _ in (alike or found)[:2]:
        own = re.compile(re.escape(_DETERMINER.sub("", text)))
        match = own.search(question, start)
        if match:
            yield question[: match.start()] + plain + question[match.end() :]


def of_a_kind(bare: str, question: str) -> Iterator[str]:
    """Yield the question before with "the new one" put in: one of its things, the last first, is the new one now."""
    one = _ONE_OF_A_KIND.match(bare.rstrip("?!. "))
    which = one["which"] if one else ""
    for text, start, relational in reversed(list(phrases(question)) if one else []):
        own = _DETERMINER.sub("", text)
        at = question.find(own, start)
        if relational or at < 0:
            continue
        name = own[:1].isupper()
        noun = own if name else own.split()[-1]
        put = f"{which.capitalize() if name else which} {noun}"
        yield f"{question[:at]}{put}{question[at + len(own) :]}"


def _kind(phrase: str) -> tuple[bool, bool, bool, bool]:
    bare = _DETERMINER.sub("", phrase)
    stems = words.content_words(bare)
    return (
        bool(stems) and stems[-1] in RELATIONAL,
        bool(_DETERMINER.match(phrase)),
        bare[:1].isupper(),
        bare[:1].isdigit(),
    )


def item(bare: str, answer: str) -> str:
    """Return what "the second one" is among the things that an answer lists, "" where there is none."""
    match = NTH.search(bare)
    if not match:
        return ""
    listed = _items(answer)
    which = match["which"].casefold()
    at = {"last": -1, "latter": -1, "former": 0}.get(which, _NUMBERED.index(which) if which in _NUMBERED else 0)
    return listed[at] if len(listed) > 1 and at < len(listed) else ""


def _items(answer: str) -> list[str]:
    """Return the last few words of each thing that a sentence lists with commas and "and"."""
    best: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+", answer):
        pieces = [piece.strip(" .") for piece in _ITEM_END.split(_BRACKETS.sub("", sentence))]
        pieces = [piece for piece in pieces if words.content_words(piece)]
        if len(pieces) > len(best):
            best = pieces
    if len(best) < 2:
        return []
    # Before the first item stands the rest of the sentence: as many words are taken as the others have.
    most = max(len(piece.split()) for piece in best[1:-1] or best[1:])
    first = re.split(r"\b(?:were|was|are|is|of|including|with|as|by|from)\s+", best[0])[-1].split()[-most:]
    return [" ".join(first), *(" ".join(piece.split()[:4]) for piece in best[1:])]


def named_beside(noun: str, answer: str) -> str:
    """Return the name that an answer gives in one breath with a noun: "Minister Cho" for "minister"; "" for none."""
    stem = words.stem(words.fold(noun))
    for sentence in re.split(r"(?<=[.!?])\s+", answer):
        if stem in words.content_words(sentence):
            at = next(start for word, start, _ in words.words(sentence) if words.stem(word) == stem)
            told = [name for name in names(sentence) if " " in name and stem not in words.content_words(name)]
            return min(told, key=lambda name: abs(sentence.find(name) - at), default="")
    return ""
