"""Which token may come next, so that a writer can only use words that the evidence or the question has. Pure.

A small model invents names and numbers that no instruction keeps it from. Here they are out of its reach: every word is
taken from the quote, from the question, or from the few that tie words together. Citations are no part of what it
writes: code puts them behind the sentence. Whether the words say what the quote says is for the gate to tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

Tokenize = Callable[[str], Sequence[int]]
"""Text to token ids, without marks of beginning or end."""

# Words that come and go when a question and a quote become one sentence, and add nothing of their own.
TIES = tuple("a an the is are was were be been has have had it its that which who of in on at to by for and".split())
_EDGES = "\"'“”‘’()[]{}.,;:!?…—–-*_"
_HELPED = re.compile(r"\b(?:does|did|do)\b", re.IGNORECASE)
_VERB = re.compile(r"\b(?!does\b|did\b)[a-z]{3,}\b")
_POSSESSIVE = re.compile(r"[’']s?$")
# A word that keeps its last period: U.S.
_INNER = re.compile(r"^(?:[^\W\d_]\.){2,}$")
# A sentence has at least a thing and what is said of it.
_LEAST_WORDS = 2


@dataclass(slots=True)
class _Node:
    following: dict[int, _Node] = field(default_factory=dict)
    ends_word: bool = False


def vocabulary(text: str) -> tuple[str, ...]:
    """Return the words that a sentence may use, as they stand in a text, and the ties."""
    question = text.rpartition("Question: ")[2] if "Question: " in text else ""
    return tuple(dict.fromkeys((*_words(text), *_verb_forms(question), *TIES)))


def _verb_forms(question: str) -> Iterator[str]:
    """Yield the forms in which an answer takes up a question's verb: "does it cost" becomes "it costs"."""
    if _HELPED.search(question):
        for word in _VERB.findall(question):
            yield from (f"{word}s", f"{word}d" if word.endswith("e") else f"{word}ed")


def _words(text: str) -> Iterator[str]:
    for raw in text.split():
        bare = raw.strip(_EDGES)
        if bare:
            yield f"{bare}." if _INNER.match(f"{bare}.") else bare
            yield _POSSESSIVE.sub("", bare)


class Lock:
    """The words of one request as token sequences. ``allowed`` is asked once for each token."""

    def __init__(self, words: Iterable[str], tokenize: Tokenize, ends: Sequence[int]) -> None:
        self._root, self._start = _Node(), _Node()
        self._ends = list(ends)
        # Some vocabularies put a token of white space before a mark.
        self._comma, self._period = tokenize(",")[-1], tokenize(".")[-1]
        for word in words:
            _add(self._root, tokenize(f" {word}"))
            _add(self._start, tokenize(word[0].upper() + word[1:]))
        self._at: list[_Node] = [self._start]
        self._words, self._closed = 0, False

    def allowed(self) -> list[int]:
        """Return the ids that may come next; never empty."""
        if self._closed:
            return self._ends
        found: dict[int, None] = {}
        for node in self._at:
            found.update(dict.fromkeys(node.following))
            if node.ends_word:
                found.update(dict.fromkeys(self._root.following))
                found[self._comma] = None
                if self._words + 1 >= _LEAST_WORDS:
                    found[self._period] = None
        return [*found]

    def take(self, token: int) -> None:
        """Note the token that was written."""
        following: list[_Node] = []
        after_word = any(node.ends_word for node in self._at)
        for node in self._at:
            if token in node.following:
                following.append(node.following[token])
        if after_word and token in self._root.following:
            following.append(self._root.following[token])
            self._words += 1
        if after_word and token == self._comma:
            self._words += 1
            following.append(_between(self._root))
        if after_word and token == self._period and not following:
            self._closed = True
        self._at = following or self._at


def _between(root: _Node) -> _Node:
    """Return the place behind a comma: a word must follow."""
    return _Node(root.following)


def _add(root: _Node, tokens: Sequence[int]) -> None:
    node = root
    for token in tokens:
        node = node.following.setdefault(token, _Node())
    node.ends_word = True
