"""Lines of pages to paragraphs: columns one after the other, words and sentences whole, running heads said once.

Pure geometry and spelling; knows no PDF library. Nothing is dropped but repeats of a running head, page numbers, and
the hyphens of words that were broken to fit.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from rag.ingest.columns import in_columns
from rag.ingest.pdf_lines import Line
from rag.ingest.running import without_running

# Lines further apart than this many times the usual distance belong to two paragraphs.
_WIDER = 1.35
# Letters that differ more in height are a heading and its text.
_SAME_SIZE = 0.88
# A footnote is set in letters this much smaller than its page.
_FOOTNOTE_SIZE = 0.92
# In heights of the letters: what counts as indented, as centred on the same axis, and how wide a space is.
_INDENT, _CENTRED, _SPACE = 0.8, 0.3, 0.25
_ITEM = re.compile(r"(?:[-–•‣▪◦●○■*·]|\(?\d{1,3}[.)]|\(?[a-zA-Z][.)])(?:\s|\Z)")
_SENTENCE_END = re.compile(r"[.!?:;。！？][\"'”’)\]»]*\Z")
_LAST_PART = re.compile(r"[^\W\d_]+\Z")
_FIRST_PART = re.compile(r"[^\W\d_]+")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
# "self-" and its like keep their hyphen wherever the line ends.
_HYPHENATED = frozenset("all cross ex half ill non post pre pro quasi self well".split())
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uff00-\uff60]")
_BREAK = "\n\n"


@dataclass(frozen=True, slots=True)
class Block:
    """What stands together on one page (counted from 0): a paragraph, or a part of one.

    ``hyphen``: its last word goes on elsewhere. ``full``: its last line reaches as far right as its others.
    """

    page: int
    text: str
    first: Line
    last: Line
    hyphen: bool
    full: bool


def assembled(pages: Sequence[Sequence[Line]]) -> tuple[str, tuple[int, ...]]:
    """Return the text of all pages and the offset at which each begins.

    A paragraph that goes on over the page is one paragraph: what stands at the foot of the first page goes before
    it, the head of the second behind it. A page without text begins where the next one does.
    """
    known = Counter(word.casefold() for page in pages for line in page for word in _WORD.findall(line.text))
    paragraphs: list[list[Block]] = []
    open_end: list[Block] | None = None
    for page, (body, heads, feet) in enumerate(without_running(pages)):
        ordered = in_columns(body)
        blocks = [_block(page, lines, right, known) for lines, right in _grouped(ordered)]
        blocks, notes = _footnotes(blocks, ordered)
        below = _reading_on(blocks)
        if below and open_end is not None and _goes_on(open_end[-1], below[0][0]):
            open_end += below.pop(0)
        above, under = ([[_block(page, [line], line.right, known)] for line in lines] for lines in (heads, feet))
        paragraphs += [*above, *below[:-1], *([note] for note in notes), *under, *below[-1:]]
        # Only a paragraph that comes last can go on: what follows it stands between it and the next page.
        if blocks or notes or heads or feet:
            open_end = paragraphs[-1] if paragraphs and (below or not (notes or heads or feet)) else None
    return _written(paragraphs, len(pages), known)


def _written(paragraphs: Sequence[Sequence[Block]], count: int, known: Counter[str]) -> tuple[str, tuple[int, ...]]:
    parts: list[str] = []
    starts: dict[int, int] = {}
    length = 0
    for paragraph in paragraphs:
        above: Block | None = None
        for block in paragraph:
            joint = (_BREAK if parts else "") if above is None else _joint(above.text, block.text, above.hyphen, known)
            starts.setdefault(block.page, length + len(joint))
            parts += (joint, block.text)
            length += len(joint) + len(block.text)
            above = block
        if above is not None and above.hyphen:
            parts.append("-")
            length += 1
    pages: list[int] = []
    for page in reversed(range(count)):
        pages.append(starts.get(page, pages[-1] if pages else length))
    return "".join(parts), tuple(reversed(pages))


def _block(page: int, lines: Sequence[Line], right: float, known: Counter[str]) -> Block:
    text = lines[0].text
    for above, below in pairwise(lines):
        text += _joint(text, below.text, above.hyphen, known) + below.text
    last = lines[-1]
    return Block(page, text, lines[0], last, last.hyphen, len(lines) > 1 and last.right > right - 2 * last.size)


def _joint(before: str, after: str, hyphen: bool, known: Counter[str]) -> str:
    """Return what goes between two lines of a paragraph: a space, nothing, or the hyphen that was there."""
    if not hyphen:
        return "" if _WIDE.match(before[-1:]) and _WIDE.match(after) else " "
    head, tail = _LAST_PART.search(before), _FIRST_PART.match(after)
    if not head or not tail:
        return "-"
    left, right = head[0].casefold(), tail[0].casefold()
    whole, parted = known[left + right], known[f"{left}-{right}"]
    if whole or parted:
        return "" if whole >= parted else "-"
    is_name = tail[0][0].isupper() and not (head[0].isupper() and tail[0].isupper())
    return "-" if is_name or left in _HYPHENATED or before[: head.start()].endswith("-") else ""


def _grouped(lines: Sequence[Line]) -> list[tuple[list[Line], float]]:
    """Return the paragraphs among the lines of a page, each with the right edge of the text it stands in."""
    steps = [above.y - below.y for above, below in pairwise(lines) if 0 < above.y - below.y < 3 * above.size]
    leading = median(steps) if steps else 0.0
    flows: list[list[Line]] = []
    for line in lines:
        if flows and _follows(flows[-1][-1], line, leading):
            flows[-1].append(line)
        else:
            flows.append([line])
    return [(paragraph, max(line.right for line in flow)) for flow in flows for paragraph in _paragraphs(flow)]


def _follows(above: Line, below: Line, leading: float) -> bool:
    step = above.y - below.y
    return (
        len(above.cells) == len(below.cells) == 1
        and _alike(above, below)
        and 0.3 * above.size < step <= _WIDER * max(leading, above.size)
        and above.left < below.right
        and below.left < above.right
    )


def _alike(above: Line, below: Line) -> bool:
    return min(above.size, below.size) > _SAME_SIZE * max(above.size, below.size)


def _paragraphs(flow: Sequence[Line]) -> list[list[Line]]:
    left, right = min(line.left for line in flow), max(line.right for line in flow)
    indented = sum(line.left > left + _INDENT * line.size for line in flow)
    # Where most lines are indented it is the first line of each paragraph that is not.
    hanging = indented > len(flow) / 2
    found = [[flow[0]]]
    for above, below in pairwise(flow):
        if _begins(above, below, left, right, hanging):
            found.append([below])
        else:
            found[-1].append(below)
    return found


def _begins(above: Line, below: Line, left: float, right: float, hanging: bool) -> bool:
    """Tell whether a line opens a paragraph below another line of the same text."""
    if _ITEM.match(below.text):
        return True
    if hanging:
        return below.left <= left + _INDENT * below.size
    centred = abs(above.left + above.right - below.left - below.right) < 2 * _CENTRED * below.size
    if below.left > above.left + _INDENT * below.size and not centred and not _ITEM.match(above.text):
        return True
    if above.hyphen or (below.text[0].islower() and not _SENTENCE_END.search(above.text)):
        return False
    word = len(below.text.split(maxsplit=1)[0]) / len(below.text) * (below.right - below.left)
    return above.right + _SPACE * above.size + word < right


def _footnotes(blocks: list[Block], lines: Sequence[Line]) -> tuple[list[Block], list[Block]]:
    """Part the blocks at the foot of a page that are set smaller than the page from those above."""
    if not blocks:
        return [], []
    usual = median(line.size for line in lines)
    end = len(blocks)
    while end and blocks[end - 1].first.size < _FOOTNOTE_SIZE * usual:
        end -= 1
    return (blocks[:end], blocks[end:]) if end else (blocks, [])


def _reading_on(blocks: Sequence[Block]) -> list[list[Block]]:
    """Return the blocks of a page as paragraphs: those that go on in the next column together."""
    found: list[list[Block]] = []
    for block in blocks:
        if found and block.first.y > found[-1][-1].last.y and _goes_on(found[-1][-1], block):
            found[-1].append(block)
        else:
            found.append([block])
    return found


def _goes_on(above: Block, below: Block) -> bool:
    """Tell whether a paragraph that meets the end of its column or page goes on in the next."""
    if not _alike(above.last, below.first) or _ITEM.match(below.text):
        return False
    if len(above.last.cells) > 1 or len(below.first.cells) > 1:
        return False
    if above.hyphen:
        return True
    return not _SENTENCE_END.search(above.text) and (below.text[0].islower() or above.full)
