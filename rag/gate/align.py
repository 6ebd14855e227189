"""Where in a quote stands what a sentence says, and does the sentence keep who did what to whom there? Pure.

The sentence's items must come in the quote's order. It may say the passive for the active, turn round what "is"
joins, and move a phrase with a preposition, where the quote has no other value that could be meant in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.gate import parted
from rag.gate.items import OWNER, Reading
from rag.gate.joined import problems
from rag.gate.matching import alike, candidates, same

# "X is the capital" may be turned round, "X is included" not.
_COPULA = re.compile(r"\b(?:is|are|was|were)\s(?=(?:the|a|an)\s|[A-Z0-9$€£])")
_SAYS = re.compile(r"\s(?:also\s)?(?:said|says|told)\b")
_SAID = re.compile(r"\b(?:said|says|according to)\s(?:[A-Z][\w.'’-]*\s)*$", re.I)
_CONDITION = re.compile(r"^(?:if|when|unless|once|because)\b[^,]*,|\b(?:if|when|unless|once|because)\b[^,]*$", re.I)
# How many words of the quote may stand between the words of one phrase of the sentence.
_SLACK = 2


@dataclass(frozen=True, slots=True)
class Alignment:
    """For each item of the sentence its place among the quote's items (None for none), and what speaks against it."""

    places: tuple[int | None, ...]
    problems: tuple[str, ...]


def align(said: Reading, quote: Reading, still: bool = False) -> Alignment:
    """Return the best way in which the quote holds the items of a sentence that it has at all.

    ``still``: no phrase moves on its own, since the sentence's parts were moved already.
    """
    places = candidates(said, quote)
    best: Alignment | None = None
    for order, free in _orders(said, quote, still):
        found = _in_order([places[at] for at in order], quote)
        if found is None:
            continue
        chosen: list[int | None] = [None] * len(said.items)
        for at, place in zip(order, found, strict=True):
            chosen[at] = place
        wrong = _place_free(free, places, chosen, said, quote)
        wrong += problems(said, quote, chosen) + parted.problems(said, quote, chosen)
        if best is None or len(wrong) < len(best.problems):
            best = Alignment(tuple(chosen), tuple(wrong))
        if not best.problems:
            break
    if best:
        return best
    first = tuple(found[0] if found else None for found in places)
    return Alignment(first, ("order",))


def _orders(said: Reading, quote: Reading, still: bool) -> Iterator[tuple[list[int], list[list[int]]]]:
    """Yield the orders in which the sentence's items may stand in the quote, with phrases that stand elsewhere."""
    blocks = [] if still else _blocks(said, quote)
    for order in (other for straight in _turned(said, quote) for other in (straight, *_behind(said, straight))):
        yield order, []
        for block in blocks:
            yield [at for at in order if at not in block], [block]
        for first in range(len(blocks)):
            for second in range(first + 1, len(blocks)):
                both = {*blocks[first], *blocks[second]}
                yield [at for at in order if at not in both], [blocks[first], blocks[second]]


def _turned(said: Reading, quote: Reading) -> Iterator[list[int]]:
    straight = list(range(len(said.items)))
    verbs = [
        at
        for at, item in enumerate(said.items)
        if item.kind == "word" and (item.key in said.passives) != (item.key in quote.passives)
        and any(theirs.key == item.key and theirs.kind == "word" for theirs in quote.items)
    ]  # fmt: skip
    # Which of the two has the passive, the other one must leave the voice open.
    keys = [said.items[at].key for at in verbs]
    if all(key in (quote.either if key in said.passives else said.either) for key in keys):
        yield straight
    for at in verbs:
        yield [*straight[at + 1 :], at, *straight[:at]]
        yield [at, *straight[:at], *straight[at + 1 :]]  # "made by Berg, the bridge ..."
        # What follows the object keeps its place behind the verb.
        for cut in range(at + 2, len(straight)):
            yield [*straight[at + 1 : cut], at, *straight[:at], *straight[cut:]]
    copula = _COPULA.search(said.text)
    if copula and not verbs:
        left = [at for at in straight if said.items[at].start < copula.start()]
        yield [*straight[len(left) :], *left]


def _behind(said: Reading, order: list[int]) -> Iterator[list[int]]:
    """Yield the orders in which the phrase that opens the sentence stands at its end: "In a letter of 30 May, ..."."""
    for cut in range(1, len(order)):
        if order[cut - 1] != cut - 1 or not said.items[cut - 1].preposition:
            break
        yield [*order[cut:], *order[:cut]]


def _blocks(said: Reading, quote: Reading) -> list[list[int]]:
    """Return the phrases that may move: those with a preposition, dates, and possessives."""
    found: list[list[int]] = []
    for at, item in enumerate(said.items):
        before = said.text[said.items[at - 1].end : item.start] if at else ""
        continues = bool(found) and found[-1][-1] == at - 1 and not re.search(r"[,;]", before)
        if (
            item.preposition
            and not (continues and said.items[at - 1].preposition == item.preposition and len(before) < 2)
        ) or item.kind in {"date", "number"}:
            found.append([at])
        elif item.kind == "name" and OWNER.search(said.text[item.start : item.end]):
            found.append([back for back in range(at + 1) if said.items[back].run == item.run])
        elif continues and len(before.strip()) == 0 and said.items[found[-1][0]].preposition:
            found[-1].append(at)
    return found + _sources(said, quote) + _conditions(said)


def _sources(said: Reading, quote: Reading) -> list[list[int]]:
    """Return the names beside "said", where they stand beside it in the quote as well."""
    runs: dict[int, list[int]] = {}
    for at, item in enumerate(said.items):
        if item.kind == "name":
            runs.setdefault(item.run, []).append(at)
    found = []
    for run in runs.values():
        last = said.items[run[-1]]
        if _SAYS.match(said.text, last.end) and any(
            same(last, theirs) and (_SAYS.match(quote.text, theirs.end) or _SAID.search(quote.text[: theirs.start]))
            for theirs in quote.items
        ):
            found.append(run)
    return found


def _conditions(said: Reading) -> list[list[int]]:
    """Return the words of a clause with "if" or "when" that opens or closes the sentence."""
    match = _CONDITION.search(said.text)
    if not match:
        return []
    inside = [at for at, item in enumerate(said.items) if match.start() <= item.start < match.end()]
    return [inside] if inside and len(inside) < len(said.items) else []


def _in_order(options: Sequence[Sequence[int]], quote: Reading) -> list[int | None] | None:
    """Return ascending places, one of each item's options, that lie close together; None where there are none.

    Items without options have no place. Leaving a clause costs more than passing over words in it.
    """
    # place of the last item -> (cost, places so far)
    ways: dict[int, tuple[int, list[int | None]]] = {-1: (0, [])}
    for places in options:
        if not places:
            ways = {last: (cost, [*taken, None]) for last, (cost, taken) in ways.items()}
            continue
        following: dict[int, tuple[int, list[int | None]]] = {}
        for place in places:
            for last, (cost, taken) in ways.items():
                if last >= place:
                    continue
                step = 0 if last < 0 else place - last
                if last >= 0 and quote.items[last].clause != quote.items[place].clause:
                    step += 20
                if place not in following or cost + step < following[place][0]:
                    following[place] = (cost + step, [*taken, place])
        if not following:
            return None
        ways = following
    return min(ways.values(), key=lambda way: way[0])[1]


def _place_free(
    free: list[list[int]], places: list[list[int]], chosen: list[int | None], said: Reading, quote: Reading
) -> list[str]:
    """Place the moved phrases; say what is wrong where the quote offers something else in their stead."""
    wrong = []
    fixed = [place for place in chosen if place is not None]
    for block in free:
        wanted = [[place for place in places[at] if place not in chosen] for at in block]
        if any(places[at] and not left for at, left in zip(block, wanted, strict=True)):
            return ["order"]  # said twice, but not in the quote
        found = _in_order(wanted, quote)
        held = [place for place in found or [] if place is not None]
        if found is None or (held and held[-1] - held[0] > len(block) + _SLACK):
            return ["order"]
        for at, place in zip(block, found, strict=True):
            chosen[at] = place
            if place is not None and fixed and _rival(said, quote, place, fixed):
                wrong.append("order")
    return wrong


def _rival(said: Reading, quote: Reading, place: int, fixed: Sequence[int]) -> bool:
    """Tell whether the quote has another value of the same kind that the sentence does not say."""
    mine = quote.items[place]
    if mine.kind == "word":
        return False
    if place == 0 and mine.preposition and all(quote.items[at].clause == mine.clause for at in fixed):
        return False  # "In 1990, ..." opens the quote and is about all of its clause
    for at, theirs in enumerate(quote.items):
        if at == place or theirs.kind != mine.kind or theirs.run == mine.run:
            continue
        if theirs.preposition != mine.preposition:
            continue
        if mine.kind == "name" and any(same(item, theirs) for item in said.items):
            continue
        if mine.quantity and theirs.quantity and not alike(mine, theirs):
            continue
        return True
    return False
