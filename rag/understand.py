"""What does a follow-up ask when it stands alone? Question and history to one question that can be searched.

No model: the phrase that a pronoun or a gap stands for is taken from the turn before. It is searched beside the
question as it stands, and shown to the user, so that a wrong guess is seen and does little harm.
"""

from __future__ import annotations

import re

from rag import words
from rag.records import Question, Turn

_PERSON = re.compile(r"\b(?:he|she|him|his|her|hers)\b", re.IGNORECASE)
_THING = re.compile(
    r"\b(?:it|its|they|them|their|this one|that one|these|those|this|that|there)(?=\W|$)(?!\s+(?:is|are|was|were)\b)"
    r"|\b(?:it|they)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(r"^(?:and|but|so|or|also|ok|okay|no|yes|then|what about|how about)\b[\s,]*", re.IGNORECASE)
_NAME = re.compile(r"\b[A-Z][\w’'-]*(?:\s+(?:of|the|al|de|van|bin)?\s?[A-Z][\w’'-]*)*")
_PHRASE = re.compile(r"\b(?:the|an?|their|its|his|her)\s+((?:[\w$%-]+[ ]?){1,5})", re.IGNORECASE)
# A question with this few words of its own, opened by "And ...", leaves out what the one before asked about.
_FEW = 3


def understand(question: Question) -> str:
    """Return the question as it reads with its history; unchanged where it needs none."""
    asked = question.text.strip()
    for turn in question.history[-1:]:
        # The turn before may have been a follow-up as well: its own topic reaches on.
        earlier = understand(Question(turn.question, question.history[:-1]))
        return _with_topic(asked, Turn(earlier, turn.answer))
    return asked


def _with_topic(asked: str, before: Turn) -> str:
    opening = _OPENING.match(asked)
    bare = asked[opening.end() :] if opening else asked
    topic = _topic(before.question)
    person = _person(before)
    if person and _PERSON.search(bare):
        return _put(_PERSON, person, bare)
    if topic and _THING.search(bare):
        return _put(_THING, topic, bare)
    own = words.content_words(bare)
    if topic and (opening or not own) and len(own) <= _FEW:
        return f"{bare.rstrip('?!. ')} ({topic})?"
    return asked


def _put(pronoun: re.Pattern[str], phrase: str, text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        possessive = match.group().casefold() in {"its", "their", "his"}
        return f"{phrase}'s" if possessive else phrase

    replaced = pronoun.sub(replace, text, count=1)
    return replaced[:1].upper() + replaced[1:]


def _person(before: Turn) -> str:
    """Return the person that was spoken of last: a name of two words or more, of the answer before the question."""
    for text in (before.question, before.answer):
        several = [name for name in _names(text) if " " in name]
        if several:
            return several[0]
    return ""


def _topic(question: str) -> str:
    """Return what a question is about: its first phrase with an article, else its last name, else its words."""
    phrase = _PHRASE.search(question)
    if phrase:
        kept: list[str] = []
        for word in phrase[1].split():
            if kept and word.casefold() in words.FUNCTION_WORDS:
                break
            kept.append(word)
        if len(kept) > 1 and re.search(r"\b(?:do|does|did)\b", question[: phrase.start()], re.IGNORECASE):
            kept.pop()  # "does the bridge cost": the verb stands behind its subject
        return f"the {' '.join(kept)}"
    names = _names(question)
    if names:
        return names[-1]
    return " ".join(word for word, _, _ in words.words(question) if word not in words.FUNCTION_WORDS)


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
