"""Text to sentences, sentences to passages, with exact character offsets.

Laws, held by tests: spans are in order, apart, inside the text and trimmed; every character that is not white space
lies in exactly one sentence; every sentence lies in exactly one passage. Passages do not overlap: a citation points
to one sentence, and a sentence indexed twice would vote twice. What a parser set aside lies in no passage.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

from rag.records import Span

# MiniLM reads 256 wordpieces: room for a title of some 40 and for the estimate being a tenth too low.
MAX_PIECES = 200
# About 120 English words, two to four paragraphs of news.
TARGET_PIECES = 160
# A passage of one-word lines ends here; it keeps the search for the best cuts linear in the length of any text.
_MOST_SENTENCES = 50

# A run of letters without end is cut too, so that no token is longer than a passage.
_TOKEN = re.compile(r"[A-Za-z]{1,80}|[0-9]{1,80}|\S")
_WORD = re.compile(r"\S+")
_LETTER = re.compile(r"[^\W\d_]")
_LAST_WORD = re.compile(r"[^\W_](?=[\W_]*\Z)")
_LINE = re.compile(r"[^\n]+")
# Text is wrapped by hand at 60 to 120 characters; wider or narrower, its line ends mean something.
_WRAP_WIDTHS = range(50, 121)
_LEAST_WRAPPED = 3
# A line that opens with one of these is an item, heading, quote, table row or fence, however long the one above.
_OPENS_ITEM = re.compile(r"\s*(?:[-*+•|#>]|```|~~~|\(?\d{1,3}[.)]\s|\[\d+\])")
_HEADING_MARK = re.compile(r"#{1,6}\s")
# Marks that end a sentence in scripts which put no space behind it.
_WIDE_END = re.compile(r"[。！？]+[」』”’）]*")
_FOOTNOTE_MARKS = re.compile(r"(?:\[\w{1,4}\])+\s*")
_CLAUSE_END = re.compile(r"[;:,](?=\s)|[，；、]")
_SENTENCE_END = (*'.!?:;,…"”’)]|', "。", "！", "？")
_LONGEST_HEADING = 100
# A row of a table as rag.ingest writes it: "Name: X; Price: 3."
_NAME = r"(?:[^:;()\n]|\([^()\n]{1,40}\)){1,80}"
_ROW = re.compile(rf"^(?=\S){_NAME}: [^\n]*?; {_NAME}: [^\n]*$", re.MULTILINE)

# What a cut costs, beside the squared distance of a passage's size from the target (1 = off by the whole target).
_INSIDE_PARAGRAPH = 0.3
_AFTER_HEADING = 1.0


def split(text: str) -> list[Span]:
    """Return the sentences of a text.

    A line end always ends one, unless the lines were wrapped at a fixed width: then only the end of the paragraph
    does, and the sentence holds the line ends as they are. A sentence of more than ``MAX_PIECES`` is cut, at the end
    of a clause if there is one.
    """
    return [piece for unit in _units(text) for sentence in _sentences(text, unit) for piece in _bounded(text, sentence)]


def passages(text: str, sentences: Sequence[Span]) -> list[tuple[Span, ...]]:
    """Return runs of whole sentences, each near ``TARGET_PIECES`` and at most ``MAX_PIECES`` long.

    They are cut between paragraphs if that can be had, and not between a heading and what it heads. A row of a table
    is a passage of its own: rows differ in a word or two, and read together they are taken for each other.
    """
    found: list[tuple[Span, ...]] = []
    group: list[Span] = []
    first, last = (sentences[0].start, sentences[-1].end) if sentences else (0, 0)
    rows = (Span(*match.span()) for match in _ROW.finditer(text, first, last))
    row = next(rows, None)
    for sentence in sentences:
        if row is not None and group and group[-1].start < row.start <= sentence.start:
            found += _runs(text, group)
            group = []
        while row is not None and row.end <= sentence.start:
            found += _runs(text, group)
            group, row = [], next(rows, None)
        group.append(sentence)
    return found + _runs(text, group)


def cut(text: str, aside: Sequence[Span] = ()) -> list[tuple[Span, ...]]:
    """Return the passages of a text: none holds a sentence that lies wholly in a part set aside, or reaches over one.

    ``aside`` are ranges in order and apart.
    """
    found: list[tuple[Span, ...]] = []
    group: list[Span] = []
    parts = iter(aside)
    part = next(parts, None)
    for sentence in split(text):
        while part is not None and part.end <= sentence.start:
            found += passages(text, group)
            group, part = [], next(parts, None)
        if part is None or not part.start <= sentence.start < sentence.end <= part.end:
            group.append(sentence)
    return found + passages(text, group)


def _runs(text: str, sentences: Sequence[Span]) -> list[tuple[Span, ...]]:
    """Return the cheapest passages, found exactly by dynamic programming over the sentence ends."""
    sizes = [pieces(text[span.start : span.end]) for span in sentences]
    total = [0, *accumulate(sizes)]
    cuts = [0.0, *(_cut_cost(text, left, right) for left, right in pairwise(sentences)), 0.0]
    best, back = [0.0], [0]
    for end in range(1, len(sentences) + 1):
        cost, start = min(
            (best[start] + _size_cost(total[end] - total[start]) + cuts[end], start) for start in _starts(total, end)
        )
        best.append(cost)
        back.append(start)
    runs: list[tuple[Span, ...]] = []
    end = len(sentences)
    while end:
        runs.append(tuple(sentences[back[end] : end]))
        end = back[end]
    return runs[::-1]


def pieces(text: str) -> int:
    """Estimate how many wordpieces MiniLM makes of a text without its tokenizer.

    Measured on it: English 0.98-1.17 of the true count, French 1.03, Russian 1.06, Chinese 1.00, long German
    compounds 0.74.
    """
    return sum(_token_pieces(match[0]) for match in _TOKEN.finditer(text))


def _token_pieces(token: str) -> int:
    if token.isdecimal() and token.isascii():
        return 1 + len(token) // 3
    return max(1, len(token) // 4) if len(token) > 7 else 1


def _units(text: str) -> Iterator[Span]:
    """Yield what no sentence crosses: lines, or paragraphs where lines are wrapped."""
    lines = [Span(*match.span()) for match in _LINE.finditer(text)]
    width = _wrap_width(text, lines)
    start = 0
    for i in range(1, len(lines) + 1):
        if i == len(lines) or not _is_wrapped(text, lines[i - 1], lines[i], width):
            yield Span(lines[start].start, lines[i - 1].end)
            start = i


def _wrap_width(text: str, lines: Sequence[Span]) -> int:
    """Return the width that the lines of a text were wrapped at, 0 unless most of its line ends tell of one."""
    width = max((line.end - line.start for line in lines), default=0)
    if width not in _WRAP_WIDTHS:
        return 0
    inner = [pair for pair in pairwise(lines) if pair[1].start == pair[0].end + 1]
    wrapped = sum(_is_wrapped(text, above, below, width) for above, below in inner)
    return width if wrapped >= max(_LEAST_WRAPPED, len(inner) / 2) else 0


def _is_wrapped(text: str, above: Span, below: Span, width: int) -> bool:
    """Tell whether a line goes on in the next: it does where that one's first word did not fit into the width."""
    if below.start != above.end + 1 or not width:
        return False
    line, word = text[below.start : below.end], _WORD.search(text, below.start, below.end)
    if word is None or _OPENS_ITEM.match(line) or _HEADING_MARK.match(text, above.start):
        return False
    return above.end - above.start + 1 + len(word[0]) > width


def _sentences(text: str, unit: Span) -> Iterator[Span]:
    """Yield the trimmed sentences of a unit; a number or bullet of its own stays with what it counts."""
    from nupunkt import sent_spans

    body = text[unit.start : unit.end].replace("\n", " ")
    ends = {_after_footnotes(body, end) for _, end in sent_spans(body)}
    ends |= {match.end() for match in _WIDE_END.finditer(body)}
    words = [match.end() for match in _LAST_WORD.finditer(body)]
    last_word = words[0] if words else 0
    start, seen, lettered = 0, 0, False
    for end in sorted(ends):
        lettered = lettered or _LETTER.search(body, seen, end) is not None
        seen = end
        if lettered and end < last_word:
            yield from _trimmed(text, unit.start + start, unit.start + end)
            start, lettered = end, False
    yield from _trimmed(text, unit.start + start, unit.end)


def _after_footnotes(body: str, end: int) -> int:
    """Return the end of a sentence with the footnote marks glued to it: 'Nobody knew.[1] It was'."""
    marks = _FOOTNOTE_MARKS.match(body, end)
    return marks.end() if marks and end and not body[end - 1].isspace() else end


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the range without the white space at its ends, if anything is left."""
    part = text[start:end]
    span = Span(start + len(part) - len(part.lstrip()), start + len(part.rstrip()))
    if span.start < span.end:
        yield span


def _bounded(text: str, sentence: Span) -> Iterator[Span]:
    """Yield a sentence in parts of at most ``MAX_PIECES``, cut behind a clause, else a word, else anywhere."""
    if sentence.end - sentence.start <= MAX_PIECES:
        yield sentence
        return
    start, used, clause, space = sentence.start, 0, 0, 0
    for match in _TOKEN.finditer(text, sentence.start, sentence.end):
        size = _token_pieces(match[0])
        # Twice where what stands behind the space is too long by itself.
        while used + size > MAX_PIECES:
            cut = clause or space or match.start()
            yield from _trimmed(text, start, cut)
            start, used, clause, space = cut, pieces(text[cut : match.start()]), 0, 0
        used += size
        if text[match.end() : match.end() + 1].isspace():
            space = match.end()
        if used > MAX_PIECES // 2 and _CLAUSE_END.match(text, match.start()):
            clause = match.end()
    yield from _trimmed(text, start, sentence.end)


def _starts(total: Sequence[int], end: int) -> Iterator[int]:
    """Yield where a passage that ends before sentence ``end`` may begin, nearest first."""
    yield end - 1
    for start in range(end - 2, max(-1, end - 1 - _MOST_SENTENCES), -1):
        if total[end] - total[start] > MAX_PIECES:
            return
        yield start


def _size_cost(size: int) -> float:
    return (size / TARGET_PIECES - 1) ** 2


def _cut_cost(text: str, left: Span, right: Span) -> float:
    """Return what it costs to end a passage between two sentences."""
    if "\n" not in text[left.end : right.start]:
        return _INSIDE_PARAGRAPH
    return _AFTER_HEADING if _is_heading(text[left.start : left.end]) else 0.0


def _is_heading(sentence: str) -> bool:
    """Tell whether a line of its own names what follows: marked as such, or short and without an end mark."""
    if _HEADING_MARK.match(sentence):
        return True
    is_item = _OPENS_ITEM.match(sentence) is not None
    return len(sentence) <= _LONGEST_HEADING and not is_item and not sentence.endswith(_SENTENCE_END)
