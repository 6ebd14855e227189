"""What kind of answer does a question ask for, and are these words one? Pure rules, for the kinds that have a form.

The reader weighs meaning and is sometimes drawn to the right place with the wrong kind of thing: asked how many people
live in a city it points at "10,000-kilometer". A rule that needs no training catches that. It speaks up only where
the question is plain; everything else fits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag import places, verify, words
from rag.gate.dates import dates
from rag.topics import NUMBERED

_HOW_MANY = re.compile(
    r"\bhow many\s+(?:of\s+)?(?:the\s+)?(?:(?:more|fewer|other)\s+)?(?:[\w’'-]+\s+){0,2}?(?P<what>[\w’'-]+)",
    re.IGNORECASE,
)
_COST = re.compile(
    r"\bhow much\b.*\b(?:cost|costs|pay|paid|worth|spend|spent|charged?|price|damages|compensation|fines?|earn\w*)\b"
    r"|^\W*what\s+(?:do|does|did|will|would)\b.*\b(?:cost|costs|sell for|go for)\b"
    r"|\b(?:dollar|cash|money|monetary|market)\s+(?:value|worth)\b|\bvalue in (?:dollars|euros)\b"
    r"|^\W*what\s+(?:(?:is|was|are|were|will be)\s+)?(?:the\s+)?(?:\w+\s+){0,2}(?:price|cost|fee|fare)s?\s+"
    r"(?:of|for|was|is|were|did|does|will)\b",
    re.IGNORECASE,
)
# Asks for something that the question does not name; one that offers a choice names it.
_OPEN = re.compile(r"^(?!.*\bor\b)\W*(?:\w+\s+)?(?:who|whom|whose|what|which|where|when|how)\b", re.IGNORECASE)


def _which(*passed_over: str) -> str:
    """Return the pattern of "which" and up to three words before its noun, none of them one of these."""
    words_before = "|".join(("of", "kinds?", "sorts?", "types?", *passed_over))
    return (
        r"\b(?:what|which)\s+(?:of\s+(?:the|these|those)\s+)?"
        rf"(?:(?!(?:{words_before})\b)[\w’'-]+\s+){{0,3}}?"
    )


_BUSINESS = (
    r"banks?|compan(?:y|ies)|firms?|universit(?:y|ies)|colleges?|newspapers?|magazines?|websites?|airlines?|museums?"
    r"|hospitals?|brands?"
)
_GROUP = (
    r"^\W*what\s+(?:is|was|are|were)\s+(?:the|an?)\s+(?:\w+\s+){0,2}(?:group|gang|team|band|compan(?:y|ies)|firm|agency"
    r"|organi[sz]ation|club|party|paper|ship|boat)s?\s+(?:called|named)\b"
)
# Asks which one, of things that have names. In SQuAD's training set 0.93 or more of the answers to such questions have
# a capital, a number or a quotation mark, for every noun here asked for twelve times (counted once, by no command).
_NAMED = re.compile(
    r"\b(?:what|which)\s+(?:is|was|are|were)\s+the\s+(?:full\s+)?names?\s+of\b"
    r"|\w['’]s\s+(?:full\s+|first\s+|last\s+)?names?\b|\b(?:his|her|their|its)\s+name\b"
    rf"|{_GROUP}|{_which()}"
    r"(?:country|countries|cit(?:y|ies)|towns?|villages?|rivers?|lakes?|islands?|count(?:y|ies)|provinces?|districts?"
    rf"|{_BUSINESS}|agenc(?:y|ies)|airports?|organi[sz]ations?|exchanges?|films?|movies?|plays?|songs?|albums?|operas?|novels?"
    r"|treat(?:y|ies)|ministers?|ambassadors?|presidents?|professors?|scholars?|historians?|journalists?|architects?|actors?"
    r"|singers?|composers?)\b",
    re.IGNORECASE,
)
# Asks which business it is, or which part of a country: a country is none.
_NAMED_BODY = re.compile(
    rf"{_GROUP}|{_which('countr(?:y|ies)', 'nations?', 'states?')}"
    rf"(?:{_BUSINESS}|villages?|towns?|count(?:y|ies)|provinces?|districts?)\b",
    re.IGNORECASE,
)
_UNIONS = frozenset("eu europe european africa african asia asian".split())
# Of the longer names of countries.
_STATE = re.compile(r"\s+(?:Federation|Republic|Kingdom)\b")
# "This AI company" in a heading, all of whose words have a capital, names none.
_POINTS = re.compile(r"^\W*(?:this|these|that|those|some|another|such)\b", re.IGNORECASE)
# Asks for the name of someone by a role: "the name of the Russian ambassador who came".
_NAME_OF = re.compile(
    r"\bnames?\s+of\s+(?:the|a|an)\s+(?:[\w’'-]+\s+){0,3}?(?P<role>[a-z][\w’'-]*)"
    r"(?=\W*$|\s+(?:who|that|which|of|in|at|for|to|from|on|with|when|during)\b)"
)
# Characters between a name and a role in one breath, and words that bring in somebody else.
_BESIDE = 60
_WITH = re.compile(r"\b(?:with|alongside|besides?|while|whose|after|before)\b", re.IGNORECASE)
# Asks by how much one thing is more than another, and words that compare.
_HOW_MUCH_MORE = re.compile(r"\bhow\s+(?:much|many)\s+(?:more|fewer|less|higher|lower|bigger|smaller)\b", re.IGNORECASE)
_COMPARES = re.compile(
    r"\b(?:more|fewer|less|than|increas\w*|decreas\w*|r[io]s(?:e|en|ing)|rose|f[ae]ll\w*|grew|grow\w*|up|down|higher|lower"
    r"|bigger|smaller|additional|extra|times|double\w*|twice|half|exceed\w*|drop\w*|gain\w*|compared|difference)\b",
    re.IGNORECASE,
)
# A role that a sentence must name to name its holder; what else is named may go by another word.
_OFFICES = {
    words.stem(role)
    for role in "ambassador minister president chairman director governor mayor secretary chancellor king queen envoy "
    "general colonel manager owner editor judge spokesman spokeswoman colleague nurse doctor lawyer agent".split()
}
# "The two countries" are known to be two: that counts nothing that was asked for.
_THE = re.compile(r"\b(?:the|these|those|both|their|its|our)\s*$", re.IGNORECASE)
_CAPITAL = re.compile(r"\b[^\W\d_a-z][\w’'-]*")
# Words that begin alike are taken for forms of one: "produce" and "products".
_AKIN = 6
_MEASURE_OF = re.compile(r"^\W*(?:[a-z]+\s+)?of\s+(?P<what>(?:[a-z][\w-]*\s*){1,3})", re.IGNORECASE)
_PERCENT = re.compile(
    r"\b(?:what|which)\s+(?:percentage|percent|proportion|share|fraction|portion|slice)\b"
    r"|^\W*(?:the\s+)?(?:percentage|percent|proportion|share)\s+of\b",
    re.IGNORECASE,
)
_SHARE = re.compile(r"\d\s?(?:%|per\s?cent\b)")
_WHEN = re.compile(
    r"^\W*(?:and\s+)?(?:(?:since\s+|until\s+|till\s+|by\s+|from\s+)?when\s+(?:is|was|are|were|will|did|does|do|has|had|can)\b"
    r"|(?:in|on|since|by|until)?\s*(?:what|which)\s+(?:year|date|day|month)s?\b)",
    re.IGNORECASE,
)
_WHY = re.compile(r"^\W*(?:and\s+|so\s+|but\s+)?(?:why|how come)\b", re.IGNORECASE)
# Of the sentences that answer the questions with "why" in SQuAD's training set 0.92 have one of these, of the others
# of their paragraphs 0.68 (n = 1,197 and 5,006).
_REASON = re.compile(
    r"\b(?:because|due to|owing|thanks to|since|as|so|therefore|thus|hence|reasons?|caus\w+|result\w*|in order|aim\w*"
    r"|purpose|given|lest|lack\w*|fear\w*|enabl\w*|allow\w*|help\w*|mak(?:es?|ing)|made|want\w*|need\w*|wish\w*|believ\w*"
    r"|hop(?:e|ed|ing)|intend\w*|seek\w*|response|prevent\w*|avoid\w*|led|lead\w*|mean\w*|for|cannot|unable|not|no"
    r"|would|could|if|to (?!the\b|an?\b)[a-z]+)\b|[:—–;]",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+")
# The years of a life right behind a name: they tell when somebody lived, not when something was done.
_LIFE = re.compile(r"[A-Z][\w.’'-]*\s+[A-Z][\w’'-]*\s+[(\[](?P<from>\d{3,4})\s*[-–—]\s*(?P<to>\d{3,4})[)\]]")
_LIFETIME = range(20, 111)  # years: an office or a war is mostly shorter, a dynasty longer
_LIVED = re.compile(
    r"\b(?:born|birth|die[ds]?|death|dead|live[ds]?|life|lifetime|dates|reign\w*|rule[ds]?|old|age)\b", re.IGNORECASE
)
_MEASURE = re.compile(r"\bhow\s+(?:long|tall|wide|deep|far|heavy|old|fast)\b(?!\s+back\b)", re.IGNORECASE)

_QUANTITY = re.compile(
    r"\d|\b(?:a|an|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty|hundreds?|thousands?"
    r"|millions?|billions?|dozens?|half|third|quarter|fifth|tenth|twice|double|both|couple|pair|several|few|many|all"
    r"|none|no|every|most|majority|minority|single|zero|free|nothing|first|second|once)\b",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"\d|\b(?:january|february|march|april|may|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|spring|summer|autumn|fall|winter|years?|months?|weeks?|days?|hours?"
    r"|minutes?|moment|time|times|century|centuries|decades?|era|age|period|reign|war|today|yesterday|tomorrow|tonight"
    r"|now|recently|currently|ago|last|next|after|before|during|since|until|till|when|while|once|upon|following|prior"
    r"|early|late|later|mid|end|beginning|start|birth|death|dawn|night|morning|evening|afternoon|noon|midnight|easter"
    r"|christmas|never|always|soon|seventies|eighties|nineties|sixties|fifties|forties|thirties|twenties|dynasty"
    r"|empire|revolution|childhood|season|semester|quarter|weekends?)\b",
    re.IGNORECASE,
)
# Asks for the end of a time; a beginning is none.
_BY_WHEN = re.compile(r"^\W*(?:until|till|by)\s+(?:when|(?:what|which)\s+(?:date|day|time))\b", re.IGNORECASE)
_BEGINNING = re.compile(r"\b(?:since|from)\s+$", re.IGNORECASE)
_WHICH_YEAR = re.compile(r"\b(?:what|which)\s+years?\b", re.IGNORECASE)
# What tells a year: its number, or how far it lies from another.
_A_YEAR = re.compile(
    r"\d{3}|['’]\d\d\b|\b(?:BC|AD|CE)\b|\b(?:years?|annum|century|centuries|decades?|last|next|now|today|ago|season"
    r"|\w+ties|reign|dynasty|era)\b",
    re.IGNORECASE,
)
# A length, weight, speed, age or duration: a unit, or how far a stretch of time reaches.
_MEASURED = re.compile(
    r"\b(?:\d[\d.,]*\s?)?(?:kilomet\w+|met(?:er|re)s?|miles?|f(?:oo|ee)t|inch(?:es)?|yards?|tons?|tonnes?|kilograms?|grams?"
    r"|pounds?|degrees?|km|cm|mm|nm|kg|lbs?|ft|mph|kph|knots?|m|seconds?|minutes?|hours?|days?|nights?|weeks?|weekend"
    r"|fortnight|months?|years?|decades?|centur\w+|millenni\w+|generations?|seasons?|lifetime|percent|times?)\b|%"
    r"|\b(?:until|till|since|through|throughout|forever|never|life|indefinite\w*|always|temporar\w*|to|or|blocks?|steps?|\d+x|briefly|short|long|from|between"
    r"|ages?|aged|\w+teen|\w+ty|far|fast|slow\w*|halfway|half|twice|whole|entire|all)\b"
    r"|^\W*(?:only|about|around|nearly|almost|over)?\s*\d{1,3}(?:\.\d+)?\W*$|\d\s?[-–]\s?\d",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"[\d$€£¥₽]|\b(?:dollars?|euros?|pounds?|yen|ro?ubles?|rupees?|cents?|francs?|free|nothing|millions?|billions?)\b",
    re.IGNORECASE,
)
# A time of day, a seat or a page: a number that is no sum.
_LABEL = re.compile(
    r"\b\d{1,2}:\d\d\b|\b(?:seat|coach|no|number|ext|extension|phone|tel|order)\.?\s*\d+", re.IGNORECASE
)
_YEAR = re.compile(r"\b(?:in|since|by|until|before|after)\s+(?:1[5-9]|20)\d\d\b", re.IGNORECASE)
# Units that measure something other than a count: "10,000 kilometers" is no number of people.
_UNITS = {
    words.stem(unit)
    for unit in "kilometer kilometre meter metre mile foot feet inch yard ton tonne kilogram gram pound ounce liter "
    "litre gallon acre hectare degree percent watt megawatt hour minute second day week month year".split()
} | {"km", "kg", "mm", "cm"}
_CURRENCIES = {"$", "€", "£", "¥", "₽"}
# Two spellings of one unit.
_SPELLINGS = {
    words.stem(one): words.stem(other)
    for one, other in (("tonne", "ton"), ("metre", "meter"), ("kilometre", "kilometer"), ("litre", "liter"))
}
_POUND = words.stem("pound")  # a weight, and money
_MONEY = {words.stem(unit) for unit in "dollar euro yen ruble rouble rupee franc usd eur".split()}


def fits(question: str, answer: str, following: str = "", before: str = "") -> bool:
    """Tell whether words that are to answer a question are of the kind that it asks for.

    ``following`` is the text behind them, whose first word may be a number's unit, ``before`` the text of their
    sentence before them.
    """
    if _repeats(question, answer):
        return False
    if _NAMED.search(question) and not _names(question, answer):
        return False
    if _names_someone_else(question, before, answer, following):
        return False
    if _HOW_MUCH_MORE.search(question) and not _COMPARES.search(f"{before} {answer} {following}"):
        return False
    match = _HOW_MANY.search(question)
    what = words.stem(words.fold(match["what"])) if match else ""
    if _COST.search(question) or what in _MONEY:
        return bool(_SUM.search(_LABEL.sub("", _without_dates(answer)))) and not _only(
            verify.values(answer + _first_word(following)), _UNITS - {_POUND}
        )
    if match:
        return (
            not _of_another(question, match["what"], following)
            and not (_THE.search(before) and what not in words.content_words(_first_word(following)))
            and bool(_QUANTITY.search(_without_dates(answer)))
            and _counts(NUMBERED.sub("", answer) + _first_word(following), what)
        )
    if _PERCENT.search(question):
        weighs = _only(verify.values(answer + _first_word(following)), _UNITS - {"percent"})
        return (
            bool(_QUANTITY.search(answer))
            and not weighs
            and not _lists_other_shares(question, f"{before}{answer}{following}")
        )
    if _MEASURE.search(question):
        return bool(_MEASURED.search(_reach(before, answer) + answer + _first_word(following)))
    return _tells_when(question, before, answer, following) if _WHEN.search(question) else True


def _tells_when(question: str, before: str, answer: str, following: str) -> bool:
    """Tell whether words name a time, a year where one is asked for, and not that of somebody's life."""
    if _BY_WHEN.search(question) and _BEGINNING.search(before):
        return False
    if not _LIVED.search(question) and _in_brackets_of_a_life(before, answer, following):
        return False
    tells = _A_YEAR if _WHICH_YEAR.search(question) else _TIME
    return bool(tells.search(_without_known(question, answer + _following_year(following))))


def gives_a_reason(question: str, sentence: str) -> bool:
    """Tell whether a sentence may say why, by a word that can introduce a reason; True for what asks for none."""
    return not _WHY.search(question) or bool(_REASON.search(sentence))


def _without_known(question: str, answer: str) -> str:
    """Return an answer without the numbers that the question gives: "the 2025 Congress" has no date."""
    known = set(_NUMBER.findall(question))
    return _NUMBER.sub(lambda match: "" if match.group() in known else match.group(), answer)


def _reach(before: str, answer: str) -> str:
    """Return the word right before a time that tells how far it reaches: "until 31 January"."""
    match = re.search(r"\b(?:until|till|since)\s+$", before, re.IGNORECASE)
    return match.group() if match and _TIME.search(answer) else ""


def _following_year(following: str) -> str:
    """Return the year right behind an answer: the span of "May 1998" is sometimes "May" alone."""
    match = re.match(r"[,.]?\s+(?:of\s+)?(?:1\d|20)\d\d\b", following)
    return match.group() if match else ""


def _in_brackets_of_a_life(before: str, answer: str, following: str) -> bool:
    """Tell whether all of an answer's numbers stand in the years of a life: 1871 of "Josefa Maurer (1871-1949)"."""
    text = f"{before}{answer}{following}"
    lives = [m.span() for m in _LIFE.finditer(text) if int(m["to"]) - int(m["from"]) in _LIFETIME]
    ends = len(before) + len(answer)
    numbers = [match for match in _NUMBER.finditer(text, len(before), ends)]
    return bool(numbers) and all(any(a <= n.start() and n.end() <= b for a, b in lives) for n in numbers)


def _repeats(question: str, answer: str) -> bool:
    """Tell whether words only say again what was asked: "Russian theater companies" to "Which theater companies?"."""
    said = set(words.content_words(answer))
    return bool(said) and bool(_OPEN.search(question)) and said <= set(words.content_words(question))


def _names(question: str, answer: str) -> bool:
    """Tell whether words have a name that the question does not give, no country's where a business is asked for."""
    body = _NAMED_BODY.search(question)
    if body and _POINTS.search(answer):
        return False
    asked = set(words.content_words(question)) | _initials(body.group() if body else "")
    capitals = [match.group() for match in _CAPITAL.finditer(_STATE.sub("", _without_dates(answer)))]
    return any(
        stem not in asked
        for capital in capitals
        if not (body and _is_country(words.fold(words.bare(capital))))
        for stem in words.content_words(capital)
    )


def _is_country(name: str) -> bool:
    return places.is_one(name) and name not in _UNIONS


def _initials(phrase: str) -> set[str]:
    """Return the short forms that words of a phrase may have, two to four each: "ai" of "artificial intelligence"."""
    first = [word[0] for word, _, _ in words.words(phrase)][1:]
    return {"".join(first[at : at + n]) for n in (2, 3, 4) for at in range(len(first) - n + 1)}


def _names_someone_else(question: str, before: str, answer: str, following: str) -> bool:
    """Tell whether a name stands too far from the role whose holder's name is asked for.

    "Opened by Kim on June 24 alongside his wife, with the ambassador attending" does not name the ambassador.
    """
    asked = _NAME_OF.search(question)
    if not asked:
        return False
    role = words.stem(words.fold(asked["role"]))
    between = [before[end:] for word, _, end in words.words(before) if words.stem(word) == role]
    between += [following[:start] for word, start, _ in words.words(following) if words.stem(word) == role]
    if role in words.content_words(answer):
        return False
    if not between:
        return role in _OFFICES
    return all(len(gap) > _BESIDE or _WITH.search(gap) for gap in between)


def _of_another(question: str, unit: str, following: str) -> bool:
    """Tell whether a measure is of something else than asked: tons of flour to "How many tons of apples?"."""
    asked = re.search(rf"\b{re.escape(unit)}\s+of\s+(?P<what>(?:[a-z][\w-]*\s*){{1,3}})", question, re.IGNORECASE)
    told = _MEASURE_OF.search(following)
    if not asked or not told:
        return False
    mine, theirs = words.content_words(asked["what"]), words.content_words(told["what"])
    return not any(one[:_AKIN] == other[:_AKIN] for one in mine for other in theirs)


def _lists_other_shares(question: str, sentence: str) -> bool:
    """Tell whether a sentence gives several shares, none of what was asked about: flour and sugar, but no pork."""
    asked = [stem for stem in words.content_words(question) if not stem.isdigit()]
    told = words.content_words(sentence)
    return len(_SHARE.findall(sentence)) > 1 and bool(asked) and asked[-1] not in told


def _without_dates(text: str) -> str:
    """Return a text without its dates: the 24 of "June 24" counts nothing."""
    for found in reversed(list(dates(text, None))):
        text = text[: found.start] + text[found.end :]
    return _YEAR.sub("", text)


def _first_word(text: str) -> str:
    match = re.match(r"[\s-]?\w+", text)
    return match.group() if match else ""


def _counts(answer: str, what: str) -> bool:
    """Tell whether a number may count ``what``: not when each number in it has the unit of something else."""
    found = verify.values(answer)
    same = {unit for unit in _UNITS if _SPELLINGS.get(unit, unit) == _SPELLINGS.get(what, what)}
    return not _only(found, (_UNITS | _CURRENCIES) - {what} - same)


def _only(found: Sequence[verify.Value], units: set[str]) -> bool:
    """Tell whether there are values and each has one of these units."""
    return bool(found) and units.issuperset(value.unit for value in found)
