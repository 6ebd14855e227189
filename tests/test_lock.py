"""The lock: what a writer cannot write."""

from hypothesis import given
from hypothesis import strategies as st

from rag.lock import TIES, Lock, vocabulary

QUOTE = "A $100 million road bridge across the Tumen River, Russia's first, is being built with U.S. steel."
END = 0


def tokenize(text: str) -> list[int]:
    """One token a character: words then begin alike, as they do in a real model's tokens."""
    return [ord(c) for c in text]


def lock(text: str = QUOTE) -> Lock:
    return Lock(vocabulary(text), tokenize, [END])


def write(text: str, text_given: str = QUOTE) -> bool:
    """Tell whether a text can be written to its end."""
    one = lock(text_given)
    for token in [*tokenize(text), END]:
        if token not in one.allowed():
            return False
        one.take(token)
    return True


def test_a_sentence_in_words_of_the_text_can_be_written() -> None:
    assert write("The road bridge is $100 million.")
    assert write("Russia is being built, with U.S. steel.")  # whether it is true is for the gate to tell
    assert write("Russia's bridge is across the Tumen River.")
    assert write("The bridge costs $5.", "Text: $5 for the bridge. Question: What does the bridge cost?")


def test_what_the_text_does_not_say_cannot_be_written() -> None:
    assert not write("The road bridge is $200 million.")
    assert not write("The rail bridge is $100 million.")
    assert not write("The road bridge is $1.")
    assert not write("The road bridge is $100 million. [1]")
    assert not write("The river bridge is toll free.")


def test_a_sentence_ends_once_and_only_behind_a_word() -> None:
    assert not write("The road bridge is.. ")
    assert not write("The road bridge is,.")
    assert not write("Bridge.")
    assert not write("The bridge")


@given(st.lists(st.integers(min_value=0, max_value=400), min_size=1, max_size=60))
def test_whatever_is_chosen_every_word_is_one_of_the_text(choices: list[int]) -> None:
    one, written = lock(), ""
    for choice in choices:
        allowed = one.allowed()
        assert allowed
        token = allowed[choice % len(allowed)]
        if token == END:
            break
        written += chr(token)
        one.take(token)
    known = {word.casefold() for word in (*vocabulary(QUOTE), *TIES)}
    *whole, last = written.split(" ")
    assert all(word.rstrip(",").casefold() in known for word in whole)
    assert any(word.startswith(last.rstrip(",.").casefold()) for word in known)
