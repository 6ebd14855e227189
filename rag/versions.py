"""Do documents give different answers to one question? Groups what they say, and says how it differs. Pure rules.

Differing is more than not being equal: "the minister" and "Kozlov" may be one. Two answers disagree where they are of
one kind and cannot both be right: numbers with one unit, dates, spellings of one name, titles of one office, a thing
that is planned here and done there, or different names in sentences that are otherwise alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag import verify, words
from rag.records import Evidence, Passage, Span

# Characters behind an answer in which its unit may stand.
_UNIT_WITHIN = 12
# Names shorter than this differ by a letter without being one: Iran and Iraq.
_LEAST_NAME = 5
# Letters in which two spellings of one name may differ, for each so many letters of the shorter one.
_LETTERS_EACH = 5
_MOST_LETTERS = 3
# The same for first names before one family name: "Alasdair" and "Alistair".
_LETTERS_EACH_FIRST = 3
# Share of the words outside the answers that two sentences have in common when they are about one thing.
_SAME_FRAME = 0.5
_LEAST_FRAME = 3
# Words outside the answer that a sentence must have to be told from others of its document.
_MUCH = 4
# Sentences that are read again for another value.
_MOST_RETOLD = 4
# Contradictions that are added to the evidence.
_MOST_BESIDE = 2

_DIGITS = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"\b[^\W\d_a-z][\w’'-]+")
# What makes a name plural, an adjective or the people of a place.
_ENDINGS = frozenset("s n an ian ean ese ish er".split())
_ONE = re.compile(
    r"^\W*(?:and\s+)?(?:who\s+(?:is|was)\s+(?:the|an?|(?-i:[A-Z])\w*)\b|where\b|(?:in\s+|on\s+|at\s+)?(?:what|which)\s+(?:is|was|city|country|"
    r"company|bank|town|river|person|man|woman|year|date|day|month|name)\b|what[’']s\b|how is\b)",
    re.IGNORECASE,
)
_STAGED = re.compile(
    r"^\W*(?:is|are|was|were|has|have|did|does|do|will)\b|\bor\b|\b(?:status|stage|yet|already)\b", re.I
)
_STAGES = {
    "planned": re.compile(
        r"\b(?:plan(?:s|ned|ning)?|propos\w+|intend\w*|will be|to be (?:built|opened|made)|consider\w*|aims? to"
        r"|would)\b",
        re.I,
    ),
    "under way": re.compile(
        r"\b(?:(?:is|are|was|were) (?:also |now |currently |still )?(?:being \w+|\w+ing)|under construction"
        r"|under ?way|in progress)\b",
        re.I,
    ),
    "done": re.compile(
        r"\b(?:(?:has|have|had|was|were) (?:been )?(?:built|opened|completed|launched|closed|signed)"
        r"|opened|completed|finished|inaugurated)\b",
        re.I,
    ),
}
_OFFICES = frozenset(
    "minister president chairman chairwoman chair head director governor mayor ambassador secretary chief premier "
    "chancellor professor expert spokesman spokeswoman leader king queen prince general colonel officer commissioner "
    "senator manager owner founder editor judge envoy representative deputy vice fellow analyst "
    "researcher engineer".split()
)
# Asks what somebody is.
_ASKS_OFFICE = re.compile(
    r"\b(?:rank|title|position|job|role|post|office|occupation|profession)\b|\bwho(?:\s+(?:is|was)|['’]s)\s+(?-i:[A-Z])",
    re.IGNORECASE,
)
_ASKS_SPELLING = re.compile(r"\bspell(?:s|ed|t|ing|ings)?\b|\bspelt\b|\bname (?:is |was )?written\b", re.IGNORECASE)
# Right behind a name: ", a research fellow".
_APPOSED = re.compile(r"^[^\W\d_a-z][^,;:.!?]*,\s+(?:an?\s+|the\s+)?$")
_RANKS = frozenset("deputy vice former acting first assistant ex".split())
_MONTHS = {
    name: number
    for number, name in enumerate(
        "january february march april may june july august september october november december".split(), start=1
    )
}
_DATE = re.compile(
    r"\b(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?P<month>" + "|".join(_MONTHS) + r")\b"
    r"(?:\s+(?P<after>\d{1,2})(?:st|nd|rd|th)?\b(?!\d))?(?:,?\s+(?P<year>[12]\d{3})\b)?|\b(?P<alone>1[5-9]\d\d|20\d\d)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Version:
    """One of the answers that documents give, in their words, with the evidence that gives it, best first."""

    answer: str
    pieces: tuple[Evidence, ...]


def disagreement(question: str, evidence: Sequence[Evidence]) -> list[Version]:
    """Return the versions that cannot all be right, in the order of their best evidence; empty where there are none."""
    groups: list[list[Evidence]] = []
    for piece in evidence:
        same = next((g for g in groups if _agree(g[0], piece) and not _between(question, g, [piece])), None)
        if same is None:
            groups.append([piece])
        else:
            same.append(piece)
    against = [
        group for group in groups if any(_between(question, group, other) for other in groups if other is not group)
    ]
    return [Version(said(group[0]), tuple(group)) for group in against]


def conflicting(question: str, one: Evidence, other: Evidence) -> bool:
    """Tell whether two pieces of evidence give answers that cannot both be right.

    One document contradicts itself only in a value or a date, in sentences that else say the same: what it tells of
    another year or of another thing is no contradiction.
    """
    if one.passage.document != other.passage.document:
        return any(differ(question, one, other) for differ in _DIFFERENCES)
    return one.span != other.span and _says_again(one, other) and any(d(question, one, other) for d in _ONESELF)


def _between(question: str, one: Sequence[Evidence], other: Sequence[Evidence]) -> bool:
    return any(conflicting(question, a, b) for a in one for b in other)


def said(piece: Evidence) -> str:
    """Return the words of a piece that answer, with the number's unit, in one line."""
    text = piece.passage.quote(piece.answer)
    following = piece.passage.quote(Span(piece.answer.end, piece.span.end))
    unit = re.match(r"[\s-]?(?:million|billion|thousand|percent|[a-z]+)\b", following)
    if re.search(r"\d$", text) and unit and unit.group().strip(" -") not in words.FUNCTION_WORDS:
        text += unit.group()
    return " ".join(text.split())


def explain(versions: Sequence[Version], voices: Callable[[Version], int]) -> str:
    """Say which documents say what, when they are from, and which is the latest.

    ``voices`` counts the sources of a version that are no copies of each other.
    """
    latest = [max((piece.passage.date or "" for piece in version.pieces), default="") for version in versions]
    last = max(latest) if all(latest) and len(set(latest)) > 1 else None
    told = []
    for version, day in zip(versions, latest, strict=True):
        dates = {piece.passage.document: piece.passage.date for piece in version.pieces}
        named = ", ".join(f"{name} ({date})" if date else name for name, date in dates.items())
        copies = f", {len(dates)} copies of one report" if voices(version) == 1 < len(dates) else ""
        told.append(f"“{version.answer}” in {named}{copies}{', the latest' if last and day == last else ''}")
    update = " The latest may be an update, not a contradiction." if last else ""
    return f"The documents disagree: {'; '.join(told)}.{update}"


def beside(question: str, evidence: Sequence[Evidence], read: Sequence[Evidence], least: float) -> list[Evidence]:
    """Return the evidence with what else was read that contradicts its best piece, from other documents.

    A contradiction is worth showing where it only just counts as an answer; what stands behind a person's name, asked
    what the person is, and a name in another spelling, asked how it is spelled, need no reader to count.
    """
    if not evidence:
        return []
    known = {piece.passage.document for piece in evidence}
    others = [
        piece
        for piece in read
        if piece.passage.document not in known
        and (
            piece.score >= least
            or (_ASKS_OFFICE.search(question) and _is_apposed(evidence[0]) and _is_apposed(piece))
            or (_ASKS_SPELLING.search(question) and _spellings_differ(question, evidence[0], piece))
        )
        and conflicting(question, evidence[0], piece)
    ]
    first: dict[str, Evidence] = {}
    for piece in others:
        first.setdefault(piece.passage.document, piece)
    return [*evidence, *list(first.values())[:_MOST_BESIDE]]


def _is_apposed(piece: Evidence) -> bool:
    """Tell whether an answer stands right behind the name that its sentence begins with."""
    return bool(_APPOSED.match(piece.passage.quote(Span(piece.span.start, piece.answer.start))))


def retold(piece: Evidence, passages: Sequence[Passage]) -> list[tuple[Passage, Span]]:
    """Return the sentences that say what a piece of evidence says, with another number in place of its answer.

    The reader gives the probability of a passage to one of its sentences: what is told twice in it, it sees once.
    """
    answer = _numbers(piece.passage.quote(piece.answer))
    frame = _frame(piece)
    found = []
    for passage in passages if answer else ():
        for span in passage.sentences:
            told = passage.quote(span)
            others = _numbers(told)
            if others and not others & answer and _alike(frame, set(words.content_words(told)) - others, _MUCH):
                found.append((passage, span))
    return found[:_MOST_RETOLD]


def _says_again(one: Evidence, other: Evidence) -> bool:
    """Tell whether two sentences are alike but for their answers: no other number or name sets them apart."""
    if not _alike(_frame(one), _frame(other), _MUCH):
        return False
    mine, theirs = (_numbers(piece.quote) - _numbers(piece.passage.quote(piece.answer)) for piece in (one, other))
    named, others = _names_of(one.quote), _names_of(other.quote)
    return (mine <= theirs or theirs <= mine) and (named <= others or others <= named)


def _numbers(text: str) -> set[str]:
    return set(_DIGITS.findall(text))


def _alike(a: set[str], b: set[str], least: int) -> bool:
    shorter = min(len(a), len(b))
    return shorter >= least and len(a & b) >= _SAME_FRAME * shorter


def _agree(one: Evidence, other: Evidence) -> bool:
    """Tell whether two pieces give the same answer: equal values, or one's words among the other's."""
    a, b = _value(one), _value(other)
    if a and b and a.unit == b.unit:
        return a.number == b.number
    mine, theirs = _answer_words(one), _answer_words(other)
    return bool(mine and theirs) and (mine <= theirs or theirs <= mine)


def _value(piece: Evidence) -> verify.Value | None:
    following = piece.passage.quote(Span(piece.answer.start, piece.span.end))
    answer = verify.values(following[: piece.answer.end - piece.answer.start + _UNIT_WITHIN])
    return next((value for value in answer if value.unit), None)


def _answer_words(piece: Evidence) -> set[str]:
    return set(words.content_words(piece.passage.quote(piece.answer)))


def _values_differ(question: str, one: Evidence, other: Evidence) -> bool:
    a, b = _value(one), _value(other)
    if not a or not b or a.unit in _MONTHS or a.unit != b.unit or a.number == b.number:
        return False
    if one.passage.document != other.passage.document and not _of_one_thing(question, one, other):
        return False
    # "1.5 million to 2 million" and "2 million": a document that gives both contradicts neither.
    return b not in _all_values(one) and a not in _all_values(other)


def _of_one_thing(question: str, one: Evidence, other: Evidence) -> bool:
    """Tell whether values of two documents may be of one thing: of what is asked about, and told in like words.

    The passages speak of half of what either speaks of that is in the question; the sentences share one of its words,
    or two words beside their answers.
    """
    asked = set(words.content_words(question))
    told = [asked & set(words.content_words(f"{piece.passage.title} {piece.passage.text}")) for piece in (one, other)]
    if len(told[0] & told[1]) < _SAME_FRAME * max(map(len, told)):
        return False
    shared = _frame(one) & _frame(other)
    return bool(shared & asked) or len(shared) >= _LEAST_FRAME - 1


def _all_values(piece: Evidence) -> list[verify.Value]:
    return list(verify.values(piece.quote))


def _dates_differ(question: str, one: Evidence, other: Evidence) -> bool:
    a, b = _date(one), _date(other)
    if not a or not b or not _about_the_same(one, other):
        return False
    return any(x is not None and y is not None and x != y for x, y in zip(a, b, strict=True))


def _date(piece: Evidence) -> tuple[int | None, int | None, int | None] | None:
    """Return year, month and day of the answer, as far as it gives them."""
    match = _DATE.search(piece.passage.quote(piece.answer))
    if not match:
        return None
    if match["alone"]:
        return int(match["alone"]), None, None
    day = match["day"] or match["after"]
    return int(match["year"]) if match["year"] else None, _MONTHS[match["month"].lower()], int(day) if day else None


def _spellings_differ(question: str, one: Evidence, other: Evidence) -> bool:
    mine, theirs = _name_words(one), _name_words(other)
    sole = _ONE.search(question)  # where many may be told, Joanna and Susanna are two members of one family
    return any(
        spelled_alike(a, b) or bool(sole and _namesakes(a, one, b, other)) for a in mine - theirs for b in theirs - mine
    )


def _namesakes(a: str, one: Evidence, b: str, other: Evidence) -> bool:
    """Tell whether two first names, less alike than spellings of one word, stand before one family name."""
    most = min(len(a), len(b)) // _LETTERS_EACH_FIRST
    if a[0] != b[0] or min(len(a), len(b)) <= _LEAST_NAME or not 0 < _letters_apart(a, b, most) <= most:
        return False
    return not _family_names(a, one).isdisjoint(_family_names(b, other))


def _family_names(first: str, piece: Evidence) -> set[str]:
    """Return the capitalised words right behind a folded name in a quote."""
    found = [(words.fold(words.bare(match.group())), match) for match in _NAME.finditer(piece.quote)]
    return {
        name
        for (own, before), (name, after) in pairwise(found)
        if own == first and piece.quote[before.end() : after.start()] == " "
    }


def spelled_alike(one: str, other: str) -> bool:
    """Tell whether two folded names may be spellings of one: few letters apart, and not one an ending of the other.

    Names that differ in how they begin ("Austria", "Australia") are told apart only by their length in letters; so
    this never makes two names one. It only has both shown.
    """
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < _LEAST_NAME or one[0] != other[0] or longer.removeprefix(shorter) in _ENDINGS:
        return False
    most = min(_MOST_LETTERS, len(shorter) // _LETTERS_EACH)
    return 0 < _letters_apart(one, other, most) <= most


def _letters_apart(one: str, other: str, most: int) -> int:
    """Return how many letters must be put in, taken out or changed (Levenshtein 1966); at most ``most`` + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        previous, row[0] = row[0], i
        for j, b in enumerate(other, start=1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return min(row[-1], most + 1)


def _name_words(piece: Evidence) -> set[str]:
    text = piece.passage.quote(piece.answer)
    found = {words.fold(words.bare(match.group())) for match in _NAME.finditer(text)}
    return {name for name in found if name not in words.FUNCTION_WORDS and name not in _MONTHS}


def _offices_differ(question: str, one: Evidence, other: Evidence) -> bool:
    a, b = _office(one), _office(other)
    if not a or not b or not a[0] & b[0]:
        return False
    if (a[1] & _RANKS) != (b[1] & _RANKS):
        return _share_a_name(one, other)
    mine, theirs = a[1] - _RANKS, b[1] - _RANKS
    return bool(mine and theirs) and not mine & theirs and _share_a_name(one, other)


def _office(piece: Evidence) -> tuple[set[str], set[str]] | None:
    """Return the office that an answer names, and the words that say which one."""
    found = [word for word, _, _ in words.words(piece.passage.quote(piece.answer))]
    offices = {word for word in found if word in _OFFICES - _RANKS}
    if not offices:
        return None
    # The first word has its capital anyway.
    names = _names_of(piece.quote[1:])
    return offices, {
        words.stem(w) for w in found if w not in words.FUNCTION_WORDS and w not in offices and w not in names
    }


def _names_of(text: str) -> set[str]:
    return {words.fold(words.bare(match.group())) for match in _NAME.finditer(text)}


def _share_a_name(one: Evidence, other: Evidence) -> bool:
    mine = {name for name in _names_of(one.quote) if name not in words.FUNCTION_WORDS}
    return bool(mine & _names_of(other.quote) - _OFFICES)


def _stages_differ(question: str, one: Evidence, other: Evidence) -> bool:
    if not _STAGED.search(question) or not _about_the_same(one, other):
        return False
    a, b = _stage(one.quote), _stage(other.quote)
    return bool(a and b) and a != b


def _stage(text: str) -> str | None:
    """Return how far a thing has come by the first words that say so."""
    found = [(match.start(), stage) for stage, pattern in _STAGES.items() if (match := pattern.search(text))]
    return min(found)[1] if found else None


def _names_differ(question: str, one: Evidence, other: Evidence) -> bool:
    """Tell whether two sentences that are otherwise alike name different things, where one thing is asked for."""
    mine, theirs = _name_words(one), _name_words(other)
    return bool(_ONE.search(question) and mine and theirs and not mine & theirs) and _same_frame(one, other)


def _same_frame(one: Evidence, other: Evidence) -> bool:
    return _alike(_frame(one), _frame(other), _LEAST_FRAME)


def _about_the_same(one: Evidence, other: Evidence) -> bool:
    """Tell whether two sentences share at least two words of meaning outside their answers."""
    return len(_frame(one) & _frame(other)) >= 2


def _frame(piece: Evidence) -> set[str]:
    return (
        set(words.content_words(piece.quote)) - _answer_words(piece)
        if piece.answer != piece.span
        else set(words.content_words(piece.quote))
    )


_Difference = Callable[[str, Evidence, Evidence], bool]
_DIFFERENCES: tuple[_Difference, ...] = (
    _values_differ,
    _dates_differ,
    _spellings_differ,
    _offices_differ,
    _stages_differ,
    _names_differ,
)
# How a document can contradict itself.
_ONESELF: tuple[_Difference, ...] = (_values_differ, _dates_differ)
