"""Fingerprints: copies and retellings are one voice, whatever else stands around them; other texts are not."""

from __future__ import annotations

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from rag import voices

WIRE = (
    "The ministry said on Monday that the new bridge over the Tumen River will cost $100 million and open in 2026. "
    "It is 850 metres long, has two lanes, and replaces the old ferry that stopped in May after ninety years."
)
OWN = (
    "Our reporter visited the village, where people had other worries. Nobody had asked the fishermen, an old woman "
    "said, and the road to the new pier was still mud. The mayor did not want to speak about any of it last week."
)


def prints(*texts: str) -> list[voices.Prints]:
    return [voices.prints(text) for text in texts]


def test_copies_are_one_voice() -> None:
    copy = WIRE.replace("Monday", "Tuesday").replace("The ministry", "the Ministry").upper()
    assert voices.groups(prints(WIRE, OWN, copy)) == [[0, 2], [1]]


def test_a_story_that_quotes_a_whole_paragraph_counts_once() -> None:
    assert voices.groups(prints(WIRE, f"{OWN} {WIRE} {OWN[::-1]}")) == [[0, 1]]


def test_the_same_phrase_is_not_the_same_voice() -> None:
    one = f"{OWN} According to the Financial Times on July 20, apples are sold."
    other = "According to the Financial Times on July 20, no train has run since the flood. The tracks lie under water."
    assert voices.groups(prints(one, other)) == [[0], [1]]


def test_what_is_alike_by_way_of_a_third_is_one_group() -> None:
    assert voices.groups(prints(WIRE, OWN, f"{OWN} {WIRE}")) == [[0, 1, 2]]


def test_short_texts_need_to_be_the_same() -> None:
    assert voices.groups(prints("Yes.", "yes", "No.", "", "")) == [[0, 1], [2], [3], [4]]


def words(seed: int, count: int) -> list[str]:
    chance = random.Random(seed)
    return [f"w{chance.randrange(5000)}" for _ in range(count)]


def test_sketches_estimate_what_texts_share() -> None:
    for share in (0.0, 0.3, 0.6, 0.9, 1.0):
        errors = []
        for seed in range(30):
            one, cut = words(seed, 600), round(600 * share)
            other = one[:cut] + words(seed + 1000, 600 - cut)
            union = 600 + 600 - cut
            same = (voices.sketch(" ".join(one)) == voices.sketch(" ".join(other))).mean()
            errors.append(same - cut / union)
        assert abs(np.mean(errors)) < 0.04, share


def test_near_duplicates_meet_in_a_band_and_others_do_not() -> None:
    for seed in range(20):
        one = words(seed, 400)
        near = [*one[:190], "changed", *one[191:], "added"]
        first, second, other = (voices.sketch(" ".join(each)) for each in (one, near, words(seed + 500, 400)))
        assert set(voices.bands(first)) & set(voices.bands(second))
        assert voices.alike(first, second)
        assert not set(voices.bands(first)) & set(voices.bands(other))
        assert not voices.alike(first, other)


@given(st.text(), st.text())
def test_any_text_has_prints_and_a_shared_run_is_found(one: str, other: str) -> None:
    shared = "alpha beta gamma delta epsilon zeta eta"
    common = np.intersect1d(voices.prints(f"{one} {shared} {other}"), voices.prints(f"{other} {shared} {one}"))
    assert len(common) >= 1
    assert len(voices.sketch(one)) == 64
