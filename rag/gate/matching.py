"""When does an item of a sentence say no more than an item of a quote? Pure."""

from __future__ import annotations

from rag.gate.items import Item, Reading
from rag.gate.values import MEASURES


def candidates(said: Reading, quote: Reading) -> list[list[int]]:
    """Return for each item of a sentence the places in the quote that say the same."""
    return [[at for at, theirs in enumerate(quote.items) if same(item, theirs)] for item in said.items]


def same(mine: Item, theirs: Item) -> bool:
    """Tell whether an item of a sentence is held by an item of a quote; a date by one that is at least as fine."""
    if mine.kind in {"number", "date"} or theirs.kind in {"number", "date"}:
        return _same_value(mine, theirs)
    if mine.kind == theirs.kind == "name":
        return mine.exact == theirs.exact
    return mine.key == theirs.key


def _same_value(mine: Item, theirs: Item) -> bool:
    if mine.date and theirs.date:
        return mine.date.within(theirs.date)
    if mine.quantity and theirs.quantity:
        return _same_quantity(mine, theirs)
    if mine.quantity and theirs.date:
        plain = not mine.quantity.unit and not mine.quantity.bound
        return plain and theirs.date.year == mine.quantity.number
    if mine.date and theirs.quantity:
        only_year = mine.date.month is None and mine.date.minute is None and not mine.date.key
        return only_year and theirs.quantity.number == mine.date.year
    return False


def _same_quantity(mine: Item, theirs: Item) -> bool:
    one, other = mine.quantity, theirs.quantity
    assert one
    assert other
    ends = {("low", "from"), ("high", "to"), ("high", "until")}
    bounds = (
        one.bound == other.bound or (one.bound, theirs.preposition) in ends or (other.bound, mine.preposition) in ends
    )
    if not bounds or one.number != other.number:
        return False
    if one.unit in MEASURES or other.unit in MEASURES:
        return _units(one.unit, other.unit)
    return one.unit == other.unit


def _units(one: str, other: str) -> bool:
    return one == other or {one, other} in ({"pound", "£"}, {"pound", "lb"})


def alike(mine: Item, theirs: Item) -> bool:
    """Tell whether two numbers count in the same unit, so that one could be taken for the other."""
    one, other = mine.quantity, theirs.quantity
    return one is not None and other is not None and one.unit == other.unit and one.year == other.year
