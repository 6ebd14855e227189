"""What kind of answer does a question ask for, and are these words one? Pure rules, for the kinds that have a form.

The reader weighs meaning and is sometimes drawn to the right place with the wrong kind of thing: asked how many people
live in a city it points at "10,000-kilometer". A rule that needs no training catches that. It speaks up only where
the question is plain; everything else fits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag import called, places, verify, words
from rag.gate.dates import dates
from rag.topics import NUMBERED

# What is counted ends where a verb or a small word begins: "How many Commonwealth nations are there?"
_STOPS = (
    r"(?:of|in|on|at|to|from|for|by|with|and|or|the|an?|is|are|was|were|do|does|did|has|have|had|will|would|can|could|may|must"
    r"|there|that|who|which)\b"
)
_HOW_MANY = re.compile(
    r"\bhow many\s+(?:of\s+)?(?:the\s+)?(?:(?:more|fewer|other)\s+)?"
    rf"(?P<what>(?!{_STOPS})[\w’'-]+(?:\s+(?!{_STOPS})[\w’'-]+){{0,2}})",
    re.IGNORECASE,
)
_COST = re.compile(
    r"\bhow much\b.*\b(?:cost|costs|pay|paid|worth|spend|spent|charged?|price|damages|compensation|fines?|earn\w*)\b"
    r"|^\W*what\s+(?:do|does|did|will|would)\b.*\b(?:cost|costs|sell for|go for)\b"
    r"|^\W*what\s+(?:is|are|was|were)\b.*\bworth\b"
    r"|\b(?:dollar|cash|money|monetary|market)\s+(?:value|worth)\b|\bvalue in (?:dollars|euros)\b"
    r"|^\W*what\s+(?:(?:is|was|are|were|will be)\s+)?(?:the\s+)?(?:\w+\s+){0,2}(?:price|cost|fee|fare)s?\s+"
    r"(?:of|for|was|is|were|did|does|will)\b",
    re.IGNORECASE,
)
# Asks for something that the question does not name; one that offers a choice names it.
_OPEN = re.compile(r"^(?!.*\bor\b)\W*(?:\w+\s+)?(?:who|whom|what|which|where|when|how)\b", re.IGNORECASE)
# Asks for one of a kind that no figure is: of the answers to such questions in SQuAD's training set 1 in 100 or fewer
# are nothing but a figure, for every noun here (counted once, by no command).
_KIND = re.compile(
    rf"\b(?:what|which)\s+(?:(?!(?:{called.NO_ADJECTIVE})\b)\w+\s+)?(?:variet(?:y|ies)|breeds?|cit(?:y|ies)|compan(?:y|ies)"
    r"|countr(?:y|ies)|events?|organi[sz]ations?|regions?|styles?|religions?|colou?rs?|songs?|universit(?:y|ies)|rivers?"
    r"|methods?|species|materials?|languages?|industr(?:y|ies)|newspapers?|animals?|famil(?:y|ies)|reasons?|instruments?"
    rf"|sports?|crops?|fruits?|diseases?|purposes?){called.ENDS_THERE}",
    re.IGNORECASE,
)
# So is no place.
_ACTIVITY = re.compile(
    rf"\b(?:what|which)\s+(?:\w+\s+)?(?:sports?|games?|breeds?|crops?|fruits?|diseases?|instruments?|materials?|colou?rs?"
    rf"|methods?){called.ENDS_THERE}",
    re.IGNORECASE,
)
_ONLY_A_FIGURE = re.compile(
    r"^\W*(?:(?:about|only|around|nearly|over|some|almost)\s+)?(?:[$€£]\s?)?\d[\d.,]*\s*(?:%|(?-i:[a-z])+)?"
    r"(?:\s+(?:an?|per)\s+\w+)?\W*$",
    re.IGNORECASE,
)
# Asks by how much one thing is more than another, and words that compare.
_HOW_MUCH_MORE = re.compile(r"\bhow\s+(?:much|many)\s+(?:more|fewer|less|higher|lower|bigger|smaller)\b", re.IGNORECASE)
_COMPARES = re.compile(
    r"\b(?:more|fewer|less|than|increas\w*|decreas\w*|r[io]s(?:e|en|ing)|rose|f[ae]ll\w*|grew|grow\w*|up|down|higher|lower"
    r"|bigger|smaller|additional|extra|times|double\w*|twice|half|exceed\w*|drop\w*|gain\w*|compared|difference)\b",
    re.IGNORECASE,
)
# "Not easily", "all boats": words of the question, with one that answers it.
_SETTLES = re.compile(r"\b(?:no|not|never|none|nothing|without|all|every|both|any|each)\b|n['’]t\b", re.IGNORECASE)
_SAYS_NOTHING = {words.stem(word) for word in "event thing item activity".split()}
_NOUN_NEXT = re.compile(r"^\s+[a-z]")
_NATION = re.compile(r"\b(?:languages?|nationalit\w+|countr(?:y|ies)|nations?|people|who|where)\b", re.IGNORECASE)
# "The two countries" are known to be two: that counts nothing that was asked for.
_KNOWN = re.compile(r"\b(?:the|these|those|both|their|its|our)\s+(?:two|three|2|3)\b[^\d]*$", re.IGNORECASE)
# Words that begin alike are taken for forms of one: "produce" and "products".
_AKIN = 6
# "Farm goods" may be told as "agricultural products".
_ANY_GOODS = {
    words.stem(word) for word in "goods products produce items stuff cargo freight exports food supplies".split()
}
_MEASURE_OF = re.compile(r"^\W*(?:[a-z]+\s+)?of\s+(?P<what>(?:[a-z][\w-]*\s*){1,3})", re.IGNORECASE)
_PERCENT = re.compile(
    r"\b(?:what|which)\s+(?:percentage|percent|proportion|share|fraction|portion|slice)\b"
    r"|^\W*(?:the\s+)?(?:percentage|percent|proportion|share)\s+of\b",
    re.IGNORECASE,
)
# What a share is asked for of: "What percentage of the exports was pork?", "the share of pork".
_SHARE_OF = re.compile(
    r"\b(?:percentage|percent|proportion|share)\b.*\b(?:was|were|is|are)\s+(?P<one>[a-z][\w’'-]*(?:\s+[a-z][\w’'-]*)?)\W*$"
    r"|\b(?:percentage|percent|proportion|share)\s+of\s+(?:the\s+)?(?P<other>[a-z][\w’'-]*)\W*$",
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
    r"\b(?:born|birth|die[ds]?|death|dead|live[ds]?|alive|life|lifetime|dates|reign\w*|rule[ds]?|old|age)\b",
    re.IGNORECASE,
)
_MEASURE = re.compile(r"\bhow\s+(?:long|tall|wide|deep|far|heavy|old|fast)\b(?!\s+back\b)", re.IGNORECASE)

_HOW_OLD = re.compile(r"\bhow\s+old\b", re.IGNORECASE)
_MADE_IN = re.compile(r"\b(?:1\d|20)\d\d\b")
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
    r"|empire|revolution|childhood|season|semester|quarter|weekends?|millenni\w+|BCE?|AD|CE|nighttime|daytime|moon"
    r"|renaissance|as\s+an?\s+(?:\w+\s+)?(?:child|teenager|youth|boy|girl)|in\s+(?:the\s+)?(?:past|future)|unless|provided"
    r"|as\s+long\s+as|if\s+\w+|dusk|o['’]clock|immediately|instantly|daily|weekly|monthly|quarterly|annually|yearly"
    r"|on\s+(?:delivery|arrival|request|receipt|completion)|mon|tues?|wed|thu(?:rs)?|fri|jan|feb|apr|jun|jul|aug|sept?"
    r"|oct|nov|dec"
    r"|at\s+(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve))\b",
    re.IGNORECASE,
)
_WHICH_DATE = re.compile(r"\b(?:what|which)\s+(?:exact\s+)?date\b", re.IGNORECASE)
_DAY_OR_MONTH = re.compile(
    r"\d|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b", re.IGNORECASE
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
    r"|^\W*(?:(?:only|about|around|nearly|almost|over|was|is|of)\s+)?(?:\d{1,3}(?:\.\d+)?|one|two|three|four|five|six|seven|eight"
    r"|nine|ten|eleven|twelve)\W*$|\d\s+and\s+\d|\d\s?[-–]\s?\d|\d\s?mi\b|\d['’′]",
    re.IGNORECASE,
)
_SUM = re.compile(
    r"[\d$€£¥₽]|\b(?:dollars?|euros?|pounds?|yen|ro?ubles?|rupees?|cents?|francs?|free|nothing|millions?|billions?"
    r"|shillings?|pence|pennies|marks?|kron\w+|crowns?|lira|pesos?|times|twice|half|thirds?|quarters?|fifths?|tenths?|per\s?cent|amount|dimes?|reais|kroner|no\s+more)\b|%",
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
} | {"km", "kg", "mm", "cm", "ft", "mi"}
_CURRENCIES = {"$", "€", "£", "¥", "₽"}
# Two spellings of one unit.
_SPELLINGS = {
    words.stem(one): words.stem(other)
    for one, other in (
        ("tonne", "ton"),
        ("metre", "meter"),
        ("kilometre", "kilometer"),
        ("litre", "liter"),
        ("feet", "foot"),
        ("ft", "foot"),
        ("mi", "mile"),
        ("km", "kilometer"),
        ("kg", "kilogram"),
    )
}
# One may be given for another: "two weeks" for "How many days?".
_MEASURE_ALIKE = [
    {words.stem(unit) for unit in units.split()}
    for units in (
        "second minute hour day week month year",
        "inch foot yard meter kilometer mile",
        "gram pound kilogram ton",
    )
]
_POUND = words.stem("pound")  # a weight, and money
_MONEY = {words.stem(unit) for unit in "dollar euro yen ruble rouble rupee franc usd eur".split()}


def fits(question: str, answer: str, following: str = "", before: str = "") -> bool:
    """Tell whether words that are to answer a question are of the kind that it asks for.

    ``following`` is the text behind them, whose first word may be a number's unit, ``before`` the text of their
    sentence before them.
    """
    if _repeats(question, answer, following):
        return False
    if _is_no_such_kind(question, answer):
        return False
    if called.asks_for_one(question) and not called.names(question, _without_dates(answer)):
        return False
    if called.someone_else(question, before, answer, following):
        return False
    if _HOW_MUCH_MORE.search(question) and not _COMPARES.search(f"{before} {answer} {following}"):
        return False
    match = _HOW_MANY.search(question)
    counted = set(words.content_words(match["what"])) if match else set()
    if _COST.search(question) or counted & _MONEY:
        return bool(_SUM.search(_LABEL.sub("", _without_dates(answer)))) and not _only(
            verify.values(answer + _first_word(following)), _UNITS - {_POUND}
        )
    if match:
        return (
            not _of_another(question, match["what"].split()[-1], following)
            and not (_KNOWN.search(f"{before}{answer}") and counted.isdisjoint(_told_next(answer, following)))
            and bool(_QUANTITY.search(_without_dates(answer)))
            and _counts(NUMBERED.sub("", answer) + _first_word(following), counted)
        )
    if _PERCENT.search(question):
        weighs = _only(verify.values(answer + _first_word(following)), _UNITS - {"percent"})
        return (
            bool(_QUANTITY.search(answer))
            and not weighs
            and not _lists_other_shares(question, f"{before}{answer}{following}")
        )
    if _MEASURE.search(question):
        told = _reach(before, answer) + answer
        made = _HOW_OLD.search(question) and _MADE_IN.search(told)
        return bool(made or _MEASURED.search(told + _first_word(following)) or _MEASURED.search(told))
    return _tells_when(question, before, answer, following) if _WHEN.search(question) else True


def _is_no_such_kind(question: str, answer: str) -> bool:
    """Tell whether one of a kind is asked for and an answer is a mere figure, or a place where no place can be it."""
    if _KIND.search(question) and _ONLY_A_FIGURE.search(answer):
        return True
    return bool(_ACTIVITY.search(question)) and places.is_one(answer.strip(" .,"))


def _tells_when(question: str, before: str, answer: str, following: str) -> bool:
    """Tell whether words name a time, a year where one is asked for, and not that of somebody's life."""
    if _BY_WHEN.search(question) and _BEGINNING.search(before):
        return False
    if not _LIVED.search(question) and _in_brackets_of_a_life(before, answer, following):
        return False
    tells = _A_YEAR if _WHICH_YEAR.search(question) else _TIME
    return bool(tells.search(_without_known(question, answer + _following_year(following))))


def is_vague(question: str, answer: str) -> bool:
    """Tell whether a date is asked for and an answer has no more than a day of the week, or less."""
    return bool(_WHICH_DATE.search(question)) and not _DAY_OR_MONTH.search(answer)


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


def _repeats(question: str, answer: str, following: str) -> bool:
    """Tell whether words only say again what was asked: "Russian theater companies" to "Which theater companies?".

    In front of a noun "Russian" says no more than "Russia"; "not easily" does, and so may a name: "Load Testing Ltd".
    """
    if _HOW_MANY.search(question) or _SETTLES.search(answer):
        return False
    if called.has_title(answer, question) or (called.ASKS_A_NAME.search(question) and called.has_capitals(answer)):
        return False
    form = words.stem if _NATION.search(question) else _country
    told = answer + following
    said = {
        form(word) if _NOUN_NEXT.match(told[end:]) else words.stem(word)
        for word, _, end in words.words(answer)
        if word not in words.FUNCTION_WORDS
    }
    asked = set(words.content_words(question)) | {form(word) for word, _, _ in words.words(question)}
    return bool(said) and bool(_OPEN.search(question)) and said <= asked | _SAYS_NOTHING


def _country(word: str) -> str:
    """Return a word's stem, one for all forms of a country but its capital."""
    country = places.country(word)
    return country if country and not places.speaks_for(word, {country}) else words.stem(word)


def _of_another(question: str, unit: str, following: str) -> bool:
    """Tell whether a measure is of something else than asked: tons of flour to "How many tons of apples?"."""
    asked = re.search(rf"\b{re.escape(unit)}\s+of\s+(?P<what>(?:[a-z][\w-]*\s*){{1,3}})", question, re.IGNORECASE)
    told = _MEASURE_OF.search(following)
    if not asked or not told:
        return False
    mine, theirs = words.content_words(asked["what"]), words.content_words(told["what"])
    if not _ANY_GOODS.isdisjoint(mine):
        return False
    return not any(one[:_AKIN] == other[:_AKIN] for one in mine for other in theirs)


def _lists_other_shares(question: str, sentence: str) -> bool:
    """Tell whether a sentence gives several shares, none of what was asked about: flour and sugar, but no pork."""
    asked = _SHARE_OF.search(question)
    of = words.content_words(asked["one"] or asked["other"]) if asked else []
    return len(_SHARE.findall(sentence)) > 1 and bool(of) and set(of).isdisjoint(words.content_words(sentence))


def _without_dates(text: str) -> str:
    """Return a text without its dates: the 24 of "June 24" counts nothing."""
    for found in reversed(list(dates(text, None))):
        text = text[: found.start] + text[found.end :]
    return _YEAR.sub("", text)


def _first_word(text: str) -> str:
    match = re.match(r"[\s-]?\w+", text)
    return match.group() if match else ""


def _told_next(answer: str, following: str) -> list[str]:
    """Return what a number counts by its own words and the first one behind it."""
    return words.content_words(answer + _first_word(following))


def _counts(answer: str, counted: set[str]) -> bool:
    """Tell whether a number may count what these stems name: not when each number in it has another thing's unit."""
    asked = {_SPELLINGS.get(stem, stem) for stem in counted}
    alike = {unit for units in _MEASURE_ALIKE if units & asked for unit in units}
    same = {unit for unit in _UNITS if _SPELLINGS.get(unit, unit) in asked | alike}
    return not _only(verify.values(answer), (_UNITS | _CURRENCIES) - counted - same)


def _only(found: Sequence[verify.Value], units: set[str]) -> bool:
    """Tell whether there are values and each has one of these units."""
    return bool(found) and units.issuperset(value.unit for value in found)
