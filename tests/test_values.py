"""Values in texts: one value written in two ways is one, two values are never one."""

import string
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rag.gate.dates import dates
from rag.gate.lexicon import canon
from rag.gate.stance import marks
from rag.gate.values import quantities
from rag.verify import objections

MONTHS = "January February March April May June July August September October November December".split()
DAYS = st.dates(date(1500, 1, 1), date(2150, 12, 31))
NAMES = st.text(string.ascii_lowercase, min_size=4, max_size=9).map(lambda letters: f"Q{letters}")
UNITS = [("km", "kilometres"), ("kg", "kilograms"), ("m", "meters"), ("t", "tonnes"), ("ha", "hectares")]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a hundred and twenty rooms", "120 rooms"),
        ("1.2 million people", "1,200,000 people"),
        ("two dozen horses", "24 horses"),
        ("five thousand three hundred and two", "5,302"),
        ("$45m", "45 million dollars"),
        ("US$5", "5 US dollars"),
        ("10 per cent", "10%"),
        ("45 km/h", "45 kilometres per hour"),
        ("€5 a month", "5 euros per month"),
        ("two-thirds of", "two thirds of"),
        ("the twenty-first century", "the 21st century"),
        ("5-7 days", "between 5 and 7 days"),
        ("more than 50 people", "over fifty people"),
        ("about 50 people", "around 50 people"),
        ("−20 °C", "-20 degrees Celsius"),
        ("3 square kilometres", "3 km²"),
    ],
)
def test_one_quantity_in_two_spellings(one: str, other: str) -> None:
    first, second = quantities(one), quantities(other)
    assert first
    assert [(q.number, q.unit, q.bound) for q in first] == [(q.number, q.unit, q.bound) for q in second]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("5 percent", "5 percentage points"),
        ("$5", "A$5"),
        ("$5", "€5"),
        ("5 km", "5 miles"),
        ("5 kg", "5 pounds"),
        ("5 days", "5-7 days"),
        ("at least 5", "at most 5"),
        ("about 5", "5"),
        ("5 °C", "-5 °C"),
        ("1.240 euros", "1,240 euros"),
        ("$5 a day", "$5 a month"),
    ],
)
def test_two_quantities_that_are_not_one(one: str, other: str) -> None:
    first, second = quantities(one)[0], quantities(other)[0]
    assert (first.number, first.unit, first.bound) != (second.number, second.unit, second.bound)


@given(DAYS)
def test_a_date_is_the_same_in_all_forms(day: date) -> None:
    name = MONTHS[day.month - 1]
    forms = [
        f"{name} {day.day}, {day.year}",
        f"{day.day} {name} {day.year}",
        f"the {day.day}{_ending(day.day)} of {name} {day.year}",
        day.isoformat(),
    ]
    for form in forms:
        [found] = dates(f"On {form} it rained.")
        assert (found.year, found.month, found.day) == (day.year, day.month, day.day)


def _ending(day: int) -> str:
    return "th" if 10 < day < 14 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("yesterday", (2020, 1, 9)),
        ("last Tuesday", (2020, 1, 7)),
        ("last Friday", (2020, 1, 3)),
        ("next Friday", (2020, 1, 17)),
        ("last month", (2019, 12, None)),
        ("next year", (2021, None, None)),
    ],
)
def test_relative_dates_count_from_the_document_s_friday(text: str, wanted: tuple[int, int | None, int | None]) -> None:
    [found] = dates(text, date(2020, 1, 10))
    assert (found.year, found.month, found.day) == wanted
    assert dates(text)[0].year is None


@pytest.mark.parametrize(
    ("text", "minute"), [("9 p.m.", 1260), ("21:00", 1260), ("9:30pm", 1290), ("noon", 720), ("12:05 am", 5)]
)
def test_times_of_day(text: str, minute: int) -> None:
    assert [found.minute for found in dates(f"at {text}")] == [minute]


def test_a_coarser_date_lies_within_a_finer_one_only() -> None:
    [month], [day] = dates("June 2019"), dates("3 June 2019")
    assert month.within(day)
    assert not day.within(month)


@pytest.mark.parametrize(
    ("text", "classes"),
    [
        ("It failed to open.", ["not"]),
        ("No. 5 won.", []),
        ("It is not only large.", []),
        ("He plans to sell.", ["plan"]),
        ("The plan was good.", []),
        ("According to Berg, it sank.", ["according"]),
        ("It may open in May.", ["may"]),
        ("He is accused of theft.", ["accused"]),
        ("One of the largest.", ["one of"]),
    ],
)
def test_marks_of_stance(text: str, classes: list[str]) -> None:
    assert [mark.name for mark in marks(text)] == classes


def test_words_of_one_stem_are_one_and_others_are_not() -> None:
    assert canon("construction") == canon("built") == canon("building")
    assert canon("organisations") == canon("organization")
    assert canon("metres") == canon("meter")
    assert len({canon(word) for word in ("found", "find", "nation", "native", "station", "state")}) == 6


@settings(max_examples=40)
@given(st.integers(2, 10**9), st.integers(2, 10**9), st.sampled_from(UNITS), NAMES)
def test_a_number_keeps_its_value_through_its_forms(true: int, said: int, unit: tuple[str, str], place: str) -> None:
    quote = f"The depot near {place} holds {true:,} {unit[0]} of cable."
    question = "How much cable does the depot hold?"
    assert objections(f"The depot holds {true} {unit[1]} of cable.", quote, question) == []
    assert (objections(f"The depot holds {said} {unit[1]} of cable.", quote, question) == []) == (true == said)
    assert objections(f"The depot holds {true} miles of cable.", quote, question) != []


@settings(max_examples=30)
@given(DAYS, DAYS, NAMES, NAMES)
def test_a_changed_date_or_name_is_refused(day: date, other: date, one: str, two: str) -> None:
    assume(one != two and day != other)
    name = MONTHS[day.month - 1]
    quote = f"On {name} {day.day}, {day.year}, {one} sold the ship to {two}."
    question = "When did they sell the ship?"
    assert objections(f"{one} sold the ship to {two} on {day.day} {name} {day.year}.", quote, question) == []
    assert objections(f"The ship was sold to {two} by {one} on {day.isoformat()}.", quote, question) == []
    changed = f"{other.day} {MONTHS[other.month - 1]} {other.year}"
    assert objections(f"{one} sold the ship to {two} on {changed}.", quote, question) != []
    assert objections(f"{two} sold the ship to {one} on {name} {day.day}, {day.year}.", quote, question) != []
    assert objections(f"{one} sold the ship to {two}x on {name} {day.day}, {day.year}.", quote, question) != []


@settings(max_examples=40)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_is_read_without_a_crash_and_holds_itself_in_numbers(text: str, other: str) -> None:
    objections(text, other, other)
    for quantity in quantities(text):
        assert text[quantity.start : quantity.end]
        assert isinstance(quantity.number, Fraction)
