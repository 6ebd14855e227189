"""What was spoken of so far? Things, persons and names, the likeliest to be meant first. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from copy import copy

from rag import ellipsis, places, words
from rag.records import Turn
from rag.topics import names, persons

_MARKS = re.compile(r"\[\d+\]")
# An answer of more characters tells too much for its first name to be what "it" stands for.
SHORT = 400


class Talk:
    """What was spoken of: things, the likeliest to be meant first, persons, and the last turn, its question in full."""

    def __init__(self, things: Sequence[str], turn: Turn, history: Sequence[Turn]) -> None:
        self.things = tuple(dict.fromkeys(things))
        self.turn = turn
        self.persons = tuple(_persons(turn, history))
        self.said = tuple(f"{each.question} \n{unmarked(each.answer)}" for each in reversed(history))
        said = " \n".join(self.said)
        self.names = tuple(name for name in names(said) if " " in name)

    def about(self, thing: str, *, new: bool) -> Talk:
        """Return the talk once somebody turned to a thing, which comes first now; all else is left where it is new."""
        turned = Talk((thing,), Turn("", ""), ()) if new else copy(self)
        turned.things = tuple(dict.fromkeys((thing, *turned.things)))
        turned.persons = tuple(dict.fromkeys((thing, *turned.persons)))
        return turned

    def has(self, noun: str) -> bool:
        """Tell whether a noun was said in the last turn or belongs to what was spoken of."""
        said = f"{self.turn.question} {self.turn.answer} {' '.join(self.things)}"
        return words.stem(words.fold(noun)) in words.content_words(said)


def _persons(turn: Turn, history: Sequence[Turn]) -> Iterator[str]:
    """Yield the persons that were spoken of, in the last turn first.

    Those of a question come before those of its answer, but where it asks for a person.
    """
    for each in (turn, *reversed(history[:-1])):
        asked = persons(each.question)
        told = persons(unmarked(each.answer)) if len(each.answer) < SHORT else []
        named = [*told, *asked] if ellipsis.asks_for_a_person(each.question) else [*asked, *told]
        said = f"{each.question} {each.answer}"
        yield from (name for name in named if not places.is_one(name) and not _is_a_word(name, said))


def _is_a_word(name: str, said: str) -> bool:
    """Tell whether a name is only a word that once began a sentence: it is also said without its capital."""
    return bool(re.search(rf"\b{re.escape(name.casefold())}\b", said))


def unmarked(answer: str) -> str:
    """Return an answer without the numbers of its citations."""
    return _MARKS.sub("", answer)
