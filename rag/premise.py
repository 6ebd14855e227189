"""Does the evidence speak of what the question speaks of? Names, numbers and opposites of a question, against a quote.

The reader points at the right kind of words in the likeliest sentence, even where the question is about another city,
another year or the other direction. What a question takes for granted must be told where its answer is. Pure rules;
where the quote names a rival ("Warsaw" where "Prussia" was asked about), the reader is asked the question with the
rival in it: if it is much surer then, the sentence answers that question and not this one.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag import places, posts, roles, scope, words
from rag.records import Evidence, Span
from rag.topics import NUMBERED, names, persons

# By how much, in log-odds, the question with a rival in it must be surer: `python -m eval.premise` measures it.
SURER = 1.5
_MOST_RIVALS = 4
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_NUMBER = re.compile(r"(?<![\w.])(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?!\w)")
_YEAR = re.compile(r"^(?:1[0-9]|20)\d\d$")
_POINTS = re.compile(r"\b([A-Z])\.(?=[A-Z]\b|[A-Z]\.)|(?<=\b[A-Z])\.(?=\s|$)")
_LONG_FORMS = (
    ("US", re.compile(r"\bUnited States(?: of America)?\b")),
    ("UK", re.compile(r"\bUnited Kingdom\b")),
    ("EU", re.compile(r"\bEuropean Union\b")),
    ("WWI", re.compile(r"\bWorld War (?:I|One|1)\b|\bFirst World War\b")),
    ("WWII", re.compile(r"\bWorld War (?:II|Two|2)\b|\bSecond World War\b")),
)
_YES_NO = re.compile(r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|will)\b", re.IGNORECASE)
_MEASURED_OF = re.compile(
    r"\bhow\s+(?:long|tall|high|wide|deep|heavy|old|large|big)\s+(?:is|was|are|were|will)\s+(?:the\s+)?(?P<one>[^?]+?)(?:\s+be)?\W*$"
    r"|\bhow\s+much\s+(?:does|did|do|will)\s+(?:the\s+)?(?P<other>[^?]+?)\s+cost\b"
    r"|\b(?:length|height|width|depth|weight|age|size|cost|price)\s+of\s+(?:the\s+)?(?P<third>[^?]+?)\W*$",
    re.IGNORECASE,
)
_MONEY = (
    r"(?:dollars?|euros?|pounds?|yen|ro?ubles?|rupees?|rupiah|francs?|marks?|kron\w+|pesos?|lira|zloty|yuan|won"
    r"|(?-i:[A-Z]{3}))"
)
# A value right before what it measures: "a $100 million road bridge", "the 10,000-kilometer rail link".
_ATTRIBUTE = re.compile(
    r"^\W*(?:\w+\s)?[$€£]?\d[\d.,]*(?:[\s-](?:hundred|thousand|million|billion))?(?:-[a-z]+|(?<=illion))\s"
    rf"(?!{_MONEY}\b)(?P<what>[^,.;:]+)",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:it|its|he|his|she|her|they|their|them|former|latter|both\s+\w+s|(?:the|these)\s+two)\b", re.IGNORECASE
)
# Begins a sentence that goes on about what the one before names: "The supplier is ...".
_TAKES_UP = re.compile(r"^\W*(?:[Tt]he|[Tt]h[ei]se?|[Tt]hat|[Tt]hose|[Bb]oth|[Oo]ne such|[Ss]uch)\s+[a-z]")
# Up to five words of one sentence.
_A_FEW = r"(?:[^\w.!?]+\w+){0,5}?[^\w.!?]+"
_THE_NOUN = re.compile(r"\b[Tt]he\s+(?P<noun>[a-z][\w-]+)")
# "N Korea" is North Korea.
_LETTERS = {"N": "North", "S": "South", "E": "East", "W": "West"}
_POINT_OF = re.compile(r"\b(?P<point>[NSEW])(?:\.\s?|\s)(?P<place>[A-Z][a-z]+)")
# Whoever the sentence before names may go on as "the agency".
_THE_BODY = re.compile(
    r"\bthe\s+(?:agency|company|firm|group|cent(?:er|re)|ministry|organi[sz]ation|bank|publication|newspaper|paper|outlet"
    r"|university|court|council|union|party|team|club|department|institute|authorit(?:y|ies))\b",
    re.IGNORECASE,
)
_FIRST = re.compile(r"^\W*[\w’'-]+")
# A misspelled name is still the name; this only ever lets a question through.
_ALIKE, _LEAST_ALIKE = 0.8, 5
_PREFIX = 4
# Parts of names that many names share: they tell no two things apart.
_COMMON = frozenset(
    """president mr mrs ms dr king queen sir lord prime minister professor st saint the university college school river
    city county state states united street park war i ii iii jr sr day party company union department office
    monday tuesday wednesday thursday friday saturday sunday""".split()
)
_TITLES = frozenset("mr mrs ms miss dr prof professor sir lady lord sergeant captain president minister".split())
_UNION = frozenset({"EU", "European", "Europe"})
# Days and months are no rivals of anything else.
_CALENDAR = frozenset(
    """monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december""".split()
)
_NOT = re.compile(r"\b(?:not|never|cannot|no longer|without)\b|n['’]t\b", re.IGNORECASE)
# Behind such a word a "not" says when or whose, no longer what is asked for: "after not selling any for years".
_ASIDE = re.compile(
    r"(?<!^)\b(?:after|before|since|while|when|where|that|who|which|if|because|although|though|now|says?|said|thinks?)\b|,\s",
    re.IGNORECASE,
)
# Offers a choice: what stands in the quote instead is the answer.
_OR_ANOTHER = re.compile(r"\bor\b[^?]*\b(?:else|another|other)\b", re.IGNORECASE)
_REASON = re.compile(r"^\W*(?:and\s+)?why\b|\breasons?\b|\bhow come\b", re.IGNORECASE)
# Words that may carry a "not" without saying it.
_DENIES = re.compile(
    r"\b(?:no|not|nor|none|never|without|cannot|neither|except|little|few|rare\w*|hardly|instead|rather|unable|unlike|only)\b"
    r"|n['’]t\b|\b(?:un|in|im|non|dis|mis)(?=\w{5})|\b(?:lack|fail|refus|den[yi]|prevent|stop|exclud|prohibit|forb[ia]d|oppos"
    r"|reject|avoid|los[et]|miss|end|abolish|ban|against|outside|beyond)",
    re.IGNORECASE,
)
_PAIRS = """
    north/south east/west northern/southern eastern/western increase/decrease increased/decreased rise/fall
    high/low higher/lower highest/lowest more/less most/least first/last early/late earliest/latest
    largest/smallest larger/smaller biggest/smallest large/small big/small longest/shortest longer/shorter
    old/new oldest/newest older/younger oldest/youngest best/worst better/worse before/after begin/end
    began/ended start/end start/stop started/stopped open/close opened/closed win/lose won/lost
    positive/negative import/export imports/exports imported/exported public/private male/female men/women
    man/woman husband/wife father/mother son/daughter brother/sister king/queen upper/lower left/right
    internal/external inner/outer maximum/minimum majority/minority strong/weak stronger/weaker rich/poor
    accept/reject accepted/rejected allow/prohibit allowed/prohibited allowed/forbidden legal/illegal
    possible/impossible cheap/expensive buy/sell bought/sold hot/cold summer/winter above/below ancient/modern
    common/rare easy/difficult fast/slow fastest/slowest finite/infinite odd/even include/exclude
    included/excluded join/leave joined/left lower/raise urban/rural simple/complex support/oppose
    supported/opposed victory/defeat appear/disappear attack/defend birth/death born/died war/peace
    destroy/build destroyed/built indirect/direct past/future precede/succeed preceded/succeeded success/failure
    temporary/permanent voluntary/mandatory arrive/depart arrived/departed enter/leave entered/left buyer/seller
    winner/loser teacher/student start/complete started/completed start/completed begin/complete began/completed
    begin/completed start/finish started/finished start/finished begin/finished began/finished
""".split()


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _PAIRS:
        one, other = pair.split("/")
        found.setdefault(one, set()).add(other)
        found.setdefault(other, set()).add(one)
    return {word: frozenset(others) for word, others in found.items()}


_OPPOSITE = _opposites()


@dataclass(frozen=True, slots=True)
class Rival:
    """What the quote has in place of something that the question names, and the question with it put in."""

    asked: str
    told: str
    question: str


def denied(question: str, piece: Evidence, around: str = "") -> str:
    """Say what of a question is told nowhere near a piece of evidence, "" where nothing speaks against it.

    ``around`` is what else is known of its document.
    """
    passage = piece.passage
    named_as = words.spaced(f"{passage.document} {' '.join(passage.also)}")
    near = f"{passage.title} {named_as} {passage.opening} {passage.text} {around}"
    settles = _YES_NO.match(question)  # a wrong number in it is answered by the right one
    for name in _named(question):
        missing = [part for part in _telling(name) if not _is_told(part, near) and not _governs(question, part, near)]
        missing = [part for part in missing if not (settles and part.isdigit())]
        # "Graham Twigg" may be told as "Twigg".
        if missing and not (len(missing) < len(_telling(name)) and _is_told(_telling(name)[-1], near)):
            return says(name)
    for number in numbers(question):
        if not settles and len(number) > 1 and number not in numbers(near) and number not in near.replace(",", ""):
            return says(number)
    other = _measured_instead(question, piece) or _namesake(question, piece) or _numbered(question, piece)
    other = other or scope.outside(question, piece) or posts.another(question, piece, near)
    if other:
        return other
    # "Why was it not delivered?" takes the "not" for known and asks for more.
    refused = None if _REASON.search(question) else _NOT.search(question)
    if not refused or _ASIDE.search(question[: refused.start()]) or _DENIES.search(piece.quote):
        return roles.turned(question, piece.quote)
    return says(refused.group())


def _measured_instead(question: str, piece: Evidence) -> str:
    """Say of what the value in an answer is the length, price or age, where that is another thing than asked about.

    "A 10,000-kilometer rail link" measures the link, whatever else the sentence speaks of.
    """
    asked = _MEASURED_OF.search(question)
    told = _ATTRIBUTE.search(piece.passage.quote(Span(piece.answer.start, piece.span.end)))
    if not asked or not told or piece.answer == piece.span:
        return ""
    thing = asked["one"] or asked["other"] or asked["third"]
    mine = words.content_words(thing)
    measured = _run(told["what"])
    if not mine or not measured or any(_akin(one, other) for one in mine for other in measured):
        return ""
    if mine[-1] not in words.content_words(piece.passage.text):
        return ""
    return f"The nearest value is that of “{' '.join(told['what'].split()[: len(measured)])}”, not of “{thing}”."


def _namesake(question: str, piece: Evidence) -> str:
    """Say which namesake of what is asked about a quote speaks of: "Old Mill Bridge" where it was "New Mill Bridge".

    Namesakes have all words but one in common. A quote with "it" may still speak of the one that was asked about.
    """
    if _POINTING.search(piece.quote):
        return ""
    told = names(piece.quote)
    for name in _named(question):
        own = _untitled(name)
        for other in told:
            theirs = _untitled(other)
            apart = [(a, b) for a, b in zip(own, theirs, strict=False) if a != b]
            # "North Korea" goes by other names: a point of the compass tells no two apart here.
            if len(own) < 2 or len(own) != len(theirs) or len(apart) != 1 or places.point(words.fold(apart[0][0])):
                continue
            one, instead = (words.fold(words.bare(part)) for part in apart[0])
            if not _is_told(one, piece.quote) and not _is_told(instead, question) and not _alike(one, instead):
                return says(name, other)
    return ""


def _untitled(name: str) -> list[str]:
    """Return the words of a name without "Mr" and the like: Ms Zielinska is no namesake of Beata Zielinska."""
    return [word for word in name.split() if words.fold(word.rstrip(".")) not in _TITLES]


def _numbered(question: str, piece: Evidence) -> str:
    """Say which other one of a kind a quote speaks of: "Lot 1" where "lot 2" was asked about."""
    told = {
        (match["kind"].casefold(), match["which"].casefold()): match.group() for match in NUMBERED.finditer(piece.quote)
    }
    for match in NUMBERED.finditer(question):
        kind, which = match["kind"].casefold(), match["which"].casefold()
        others = [name for (other, _), name in told.items() if other == kind]
        if others and ((kind, which) not in told or _comes_last(piece, kind) not in ("", which)):
            return says(match.group(), others[0])
    return ""


def _comes_last(piece: Evidence, kind: str) -> str:
    """Return which one of a kind is named last before the answer, "" for none."""
    before = piece.passage.quote(Span(piece.span.start, piece.answer.start))
    found = [match["which"].casefold() for match in NUMBERED.finditer(before) if match["kind"].casefold() == kind]
    return found[-1] if found else ""


def _run(text: str) -> list[str]:
    """Return the stems of the naming words that a text begins with."""
    found: list[str] = []
    for word, _, _ in words.words(text):
        if word in words.FUNCTION_WORDS:
            break
        found.append(words.stem(word))
    return found


def _akin(one: str, other: str) -> bool:
    return one[:_PREFIX] == other[:_PREFIX]


def rivals(question: str, piece: Evidence) -> list[Rival]:
    """Return the question with each of the likeliest rivals in it; none where the quote has what the question names."""
    if _OR_ANOTHER.search(question):
        return []
    return list(
        dict.fromkeys([*_opposed(question, piece), *_other_names(question, piece), *_other_numbers(question, piece)])
    )[:_MOST_RIVALS]


def _other_names(question: str, piece: Evidence) -> Iterator[Rival]:
    missing = [
        name
        for name in _named(question)
        if not all(_is_told(part, piece.quote) or _governs(question, part, piece.quote) for part in _telling(name))
        # "He opened the resort": what the sentences around it name may be meant.
        and not (_points_at(name, piece) and all(_is_told(part, piece.passage.text) for part in _telling(name)))
    ]
    answer = piece.passage.quote(piece.answer) if piece.answer != piece.span else ""
    told = [
        name
        for name in names(piece.quote)
        if name not in answer
        and not _only_begins(name, piece)
        and _telling(name)
        and not any(_is_told(part, question) for part in _telling(name))
        and f"by {name}" not in piece.quote  # who does a thing is no rival of the thing
    ]
    people = set(persons(question))
    for name in missing:
        # A country is no rival of a person: "Ukraine" is told of in what Lankov says.
        others = [other for other in told if not (" " in name and name in people and places.is_one(other))]
        others = [other for other in others if _is_a_day(other) == _is_a_day(name)]
        # What a document is headed with, few of its sentences name; unless it is headed with the rival, too.
        others = [other for other in others if not _is_headed(name, piece) or _is_headed(other, piece)]
        yield from (Rival(name, other, question.replace(name, other)) for other in others)


def _is_a_day(name: str) -> bool:
    return all(words.fold(part) in _CALENDAR for part in name.split())


def _is_headed(name: str, piece: Evidence) -> bool:
    """Tell whether a document's title or file name has all of a name."""
    headed = f"{piece.passage.title} {words.spaced(piece.passage.document)}"
    return all(_is_told(part, headed) for part in _telling(name))


def _points_at(name: str, piece: Evidence) -> bool:
    """Tell whether a quote may mean what bears a name: by a pronoun, or as "the resort" if the passage calls it one."""
    if _POINTING.search(piece.quote) or (_TAKES_UP.match(piece.quote) and name in _sentence_before(piece)):
        return True
    if _THE_BODY.search(piece.quote) and name in _sentence_before(piece):
        return True
    own = re.escape(name)
    nouns = (re.escape(match["noun"]) for match in _THE_NOUN.finditer(piece.quote))
    called = (rf"\b{own}{_A_FEW}{noun}\b|\b{noun}{_A_FEW}{own}\b" for noun in nouns)
    return any(re.search(pattern, piece.passage.text) for pattern in called)


def _sentence_before(piece: Evidence) -> str:
    """Return the sentence right before a quote in its passage, "" for none."""
    return next((piece.passage.quote(span) for span in piece.passage.before(piece.span)), "")


def _only_begins(name: str, piece: Evidence) -> bool:
    """Tell whether a word may have its capital only from the sentence it begins: "Prepared by ..."."""
    if " " in name or not piece.quote.lstrip("\"'“‘(-*# ").startswith(name):
        return False
    return not re.search(rf"[a-z,;]\s{re.escape(name)}\b", piece.passage.text)


def _other_numbers(question: str, piece: Evidence) -> Iterator[Rival]:
    answer = piece.passage.quote(piece.answer) if piece.answer != piece.span else ""
    told = numbers(piece.quote)
    for number in () if _YES_NO.match(question) else numbers(question):
        if number in told:
            continue
        for other in told:
            if same_kind(other, [number]) and other not in numbers(answer):
                yield Rival(number, other, with_number(question, number, other))


def _opposed(question: str, piece: Evidence) -> Iterator[Rival]:
    told = {word for word, _, _ in words.words(piece.quote)}
    stems = {words.stem(word) for word in told}
    asked = {word for word, _, _ in words.words(question)}
    for word, start, end in words.words(question):
        if word in _OPPOSITE and words.stem(word) not in stems and _OPPOSITE[word].isdisjoint(asked):
            for other in sorted(_OPPOSITE[word] & told):
                yield Rival(question[start:end], other, question[:start] + other + question[end:])


def _named(question: str) -> list[str]:
    """Return the names of a question that tell something apart; its first word alone may only be a capital."""
    question = _POINT_OF.sub(_spelled_out, question)
    first = _FIRST.match(question)
    begin = first.group().strip() if first else ""
    return [name for name in names(question) if _telling(name) and not (name == begin and " " not in name)]


def _telling(name: str) -> list[str]:
    """Return the parts of a name that are capitals or numbers and belong to few names."""
    return [
        part
        for part in _WORD.findall(_joined(name))
        if (part[0].isupper() or part[0].isdigit()) and words.fold(words.bare(part)) not in _COMMON
    ]


def _joined(text: str) -> str:
    """Write "U.S." as "US", "N. Korea" as "North Korea"."""
    text = _POINT_OF.sub(_spelled_out, text)
    for short, long in _LONG_FORMS:
        text = long.sub(short, text)
    return _POINTS.sub(lambda match: match[1] or "", text)


def _spelled_out(match: re.Match[str]) -> str:
    point, place = _LETTERS[match["point"]], match["place"]
    return f"{point} {place}" if places.is_one(place) else match.group()


def _is_told(part: str, text: str) -> bool:
    """Tell whether a part of a name stands in a text: inflected, as a form of a place, as initials, misspelled."""
    text = _joined(text)
    own = words.fold(words.bare(part))
    told = {words.fold(words.bare(word)) for word in _WORD.findall(text)}
    if part in text.replace(" ", "") and len(part) >= _PREFIX:
        return True  # "Talk" of "AppleTalk"
    if own in told or words.stem(own) in {words.stem(word) for word in told} or places.told(own, told):
        return True
    if part.isupper() and len(part) > 1:
        return own in _initials(text)
    if len(own) >= _PREFIX and any(word.startswith(own[: max(_PREFIX, len(own) - 3)]) for word in told):
        return True
    return len(own) >= _LEAST_ALIKE and any(_alike(own, word) for word in told)


def _governs(question: str, part: str, text: str) -> bool:
    """Tell whether a capital may stand for its government: "Moscow pays", but not "apples in Moscow"."""
    if re.search(rf"\b(?:in|at|near|around|outside)\s+(?:the\s+)?{re.escape(part)}\b", question):
        return False
    told = {words.fold(words.bare(word)) for word in _WORD.findall(_joined(text))}
    return places.speaks_for(words.fold(part), told) or (part in _UNION and "brussels" in told)


def _alike(one: str, other: str) -> bool:
    if one[0] != other[:1] or abs(len(one) - len(other)) > 2 or not one.isalpha():
        return False
    return difflib.SequenceMatcher(None, one, other).ratio() >= _ALIKE


def _initials(text: str) -> set[str]:
    capitals = [match.group()[0].casefold() for match in re.finditer(r"\b[A-Z]\w*", text)]
    return {"".join(capitals[at : at + n]) for n in range(2, 6) for at in range(len(capitals) - n + 1)}


def numbers(text: str) -> list[str]:
    """Return the numbers of a text in digits, without thousands separators."""
    return [_plain(match.group()) for match in _NUMBER.finditer(text)]


def same_kind(number: str, others: Sequence[str]) -> bool:
    """Tell whether a number is a year as the others are, or none as they are none."""
    return all(bool(_YEAR.match(number)) == bool(_YEAR.match(other)) for other in others)


def with_number(text: str, number: str, other: str) -> str:
    """Return a text with one number put in place of another."""
    return _NUMBER.sub(lambda match: other if _plain(match.group()) == number else match.group(), text)


def _plain(number: str) -> str:
    return number.replace(",", "").rstrip(".")


def says(asked: str, told: str = "") -> str:
    """Say in a sentence what the nearest evidence is about instead."""
    other = f"; the nearest is about “{told}”" if told else ""
    return f"No sentence that could answer speaks of “{asked}”{other}."
