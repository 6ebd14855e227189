"""What may be asked of a sentence: each form as a pattern, and the question and answer that a match of it makes."""

from __future__ import annotations

import re
from collections.abc import Callable

from eval.cases import Kind
from eval.forms import (
    ABOUT,
    COUNT,
    DATE,
    DEED,
    DEEDS,
    DONE,
    MONEY,
    NAME,
    NO_SUBJECT,
    ORGANISATION_STOPS,
    PEOPLE,
    PLAIN,
    POINTING,
    SUBJECT,
    UNFINISHED,
    VERB,
)

# A match, and what writes a subject as it stands inside a sentence, to question, answer and kind.
_Make = Callable[[re.Match[str], Callable[[str], str]], "tuple[str, str, Kind] | None"]


def is_subject(text: str) -> bool:
    """Tell whether words can be the subject of a question that stands alone."""
    first = text.split()[0].lower().strip("`’'")
    points = POINTING.search(text) or VERB.search(text)
    return first not in NO_SUBJECT and not points and not text.endswith(("-", "/"))


def _abbreviation(match: re.Match[str], _: Callable[[str], str]) -> tuple[str, str, Kind] | None:
    words, short = match["long"].split(), match["short"]
    for start in range(len(words)):
        named = [word for word in words[start:] if word.lower() not in ORGANISATION_STOPS]
        if named and named[0] is words[start] and "".join(word[0] for word in named).upper() == short:
            return f"What does {short} stand for?", " ".join(words[start:]), "fact"
    return None


def _who(match: re.Match[str], inner: Callable[[str], str]) -> tuple[str, str, Kind] | None:
    rest, subject = _clause(match["rest"]), match["subject"]
    if rest.startswith("that ") and not VERB.search(rest):
        return None
    named = " " in subject or inner(subject)[0].isupper()
    return (f"Who {match['verb']} {rest}?", subject, "fact") if rest and named else None


def _role(match: re.Match[str], _: Callable[[str], str]) -> tuple[str, str, Kind] | None:
    role = match["role"]
    if not is_subject(match["who"]):
        return None
    return (f"Who is {role}?", match["who"], "fact") if PEOPLE.search(" ".join(role.split()[:5])) else None


def _when_deed(match: re.Match[str], _: Callable[[str], str]) -> tuple[str, str, Kind]:
    deed = f"{DEEDS[match['verb']]} {match['rest'].rstrip(', ')}"
    return f"When did {match['subject']} {deed}?", match["date"], "number"


def _quoted(match: re.Match[str], _: Callable[[str], str]) -> tuple[str, str, Kind] | None:
    said = match["said"].rstrip(",.!? ")
    return (f"Who said “{said}”?", match["who"], "fact") if len(said.split()) <= 18 else None


def _by(match: re.Match[str], inner: Callable[[str], str]) -> tuple[str, str, Kind]:
    return f"Who {match['be']} {inner(match['subject'])} {match['done']} by?", match["who"], "fact"


def _when_was(match: re.Match[str], inner: Callable[[str], str]) -> tuple[str, str, Kind]:
    return f"When {match['be']} {inner(match['subject'])} {match['done']}?", match["date"], "number"


def _when_did(match: re.Match[str], inner: Callable[[str], str]) -> tuple[str, str, Kind]:
    return f"When did {inner(match['subject'])} {_plain(match['verb'])}?", match["date"], "number"


def _cost(match: re.Match[str], inner: Callable[[str], str]) -> tuple[str, str, Kind]:
    return f"How much does {inner(match['subject'])} cost?", match["sum"], "number"


def _worth(match: re.Match[str], _: Callable[[str], str]) -> tuple[str, str, Kind]:
    return f"How much money is the {match['thing']} worth?", match["sum"], "number"


def _share(match: re.Match[str], _: Callable[[str], str]) -> tuple[str, str, Kind] | None:
    of = _clause(match["of"])
    return (f"What percentage of {of}?", match["share"], "number") if VERB.search(of) else None


def _how_many(match: re.Match[str], inner: Callable[[str], str]) -> tuple[str, str, Kind] | None:
    subject, verb, things = inner(match["subject"]), match["verb"], match["things"]
    helps = "did" if verb == "had" or verb.endswith("ed") else "does" if verb.endswith("s") else "do"
    if not things.split()[-1].endswith("s"):
        return None
    return f"How many {things} {helps} {subject} {_plain(verb)}?", match["count"], "number"


def _how_long(match: re.Match[str], _: Callable[[str], str]) -> tuple[str, str, Kind]:
    return f"How long is the {match['thing']}?", match["count"], "number"


def _where(match: re.Match[str], inner: Callable[[str], str]) -> tuple[str, str, Kind]:
    return f"Where {match['be']} {inner(match['subject'])} {match['done']}?", match["place"], "fact"


def _what_is(match: re.Match[str], inner: Callable[[str], str]) -> tuple[str, str, Kind] | None:
    if match["subject"].split()[0].endswith("ing"):  # a deed, and "what is doing so?" is no question
        return None
    return f"What {match['be']} {inner(match['subject'])}?", "", "fact"


def _why(match: re.Match[str], inner: Callable[[str], str]) -> tuple[str, str, Kind] | None:
    rest = match["rest"].strip()
    partly = rest.endswith((" only", " not", " partly", " part", " simply", " just", " also"))
    return None if partly else (f"Why {match['helps']} {inner(match['subject'])} {rest}?", "", "fact")


def _default(match: re.Match[str], _: Callable[[str], str]) -> tuple[str, str, Kind]:
    return f"What is the default {match['what']}?", match["value"].strip("`. "), "fact"


def _defaults_to(match: re.Match[str], inner: Callable[[str], str]) -> tuple[str, str, Kind]:
    return f"What does {inner(match['subject'])} default to?", match["value"].strip("`. "), "fact"


def _how_to(match: re.Match[str], _: Callable[[str], str]) -> tuple[str, str, Kind]:
    return f"How do I {match['deed'].rstrip('.')}?", "", "fact"


def _clause(text: str) -> str:
    """Return a clause up to where the next begins; empty where too little of it is left to ask about."""
    cut = re.split(r"[,;:(—–“]|\s(?:which|who|whose|where|while|but|and (?:that|has|was|is)|because)\s", text)[0]
    cut = cut.strip().rstrip(".")
    return cut if 3 <= len(cut.split()) <= 18 and cut.split()[-1].lower() not in UNFINISHED else ""


def _plain(verb: str) -> str:
    if verb in PLAIN:
        return PLAIN[verb]
    return verb.removesuffix("ed") if verb.endswith("ed") else verb.removesuffix("s")


_BE = r"(?P<be>is|are|was|were)"
_HOW = r"use|run|set|call|add|press|install|open|select|click|type|create|enter|pass|choose|go|make|write|edit|remove"
_HAS = (
    r"has|have|had|contains?|employs?|includes?|holds?|imports?|exports?|supports?|produces?|requires?|provides?|"
    r"receives?|houses?|uses?|owns?|runs?|needs?"
)
_HAPPENED = r"opened|began|started|ended|closed|died|launched|ceased|took place|went live|entered into force"
_TABLE: tuple[tuple[str, str, _Make], ...] = (
    (
        "abbreviation",
        r"(?P<long>(?:[A-Z][\w-]+\s(?:(?:of|for|and|the|in)\s)*){1,6}[A-Z][\w-]+)\s\((?P<short>[A-Z]{2,6})\)",
        _abbreviation,
    ),
    ("who", rf"^(?P<subject>(?:The\s)?{NAME})(?:,[^,]{{3,60}},)?\s(?P<verb>{DEED})\s(?P<rest>.+)$", _who),
    (
        "role",
        rf"(?<!\bin\s)(?<!\bat\s)(?<!\bof\s)\b(?P<who>{NAME}),\s(?:who\sis\s)?"
        r"(?P<role>(?:the|an?)\s[a-z][^,.;:]{8,70}?)(?=[,.])",
        _role,
    ),
    (
        "when",
        rf"^(?P<subject>{NAME})\s(?P<verb>{'|'.join(DEEDS)})\s(?P<rest>[^.;]{{4,90}}?),?\s(?:in|on)\s(?P<date>{DATE})",
        _when_deed,
    ),
    ("quoted", rf"[“\"](?P<said>[^”\"]{{20,140}})[”\"],?\s(?:said|says|added|noted|warned)\s(?P<who>{NAME})", _quoted),
    ("by", rf"{SUBJECT}\s{_BE}\s(?P<done>{DONE})\sby\s(?P<who>(?:the\s)?{NAME})", _by),
    (
        "when",
        rf"{SUBJECT}\s(?P<be>was|were)\s(?P<done>{DONE})\s(?:(?!from\b)[^,.;]{{0,30}}?\s)?(?:in|on)\s(?P<date>{DATE})",
        _when_was,
    ),
    ("when", rf"{SUBJECT}\s(?P<verb>{_HAPPENED})\s(?:[^,.;]{{0,40}}?\s)?(?:in|on)\s(?P<date>{DATE})", _when_did),
    (
        "when",
        rf"^(?:In|On)\s(?P<date>{DATE}),?\s(?P<subject>(?:the|a|an)\s(?:[\w’'-]+\s){{0,4}}?[\w’'-]+|{NAME})\s"
        rf"(?P<be>was|were)\s(?P<done>{DONE})",
        _when_was,
    ),
    (
        "share",
        r"(?P<share>\d[\d.]*\s?(?:%|percent|per cent)) of (?P<of>(?:the\s|all\s|its\s)?[a-z’'-]+\s[^,.;]{5,80})",
        _share,
    ),
    ("cost", rf"{SUBJECT}\s(?:costs?|will cost|is priced at)\s{ABOUT}(?P<sum>{MONEY})", _cost),
    (
        "cost",
        rf"\b[Aa]\s(?P<sum>{MONEY})\s(?P<thing>(?!(?:year|month|day|million|billion)\b)[a-z]{{4,}}(?:\s[a-z]{{4,}})?)"
        r"(?=\s(?:is|was|to|for|in|on|of|that|which|with|from|over|across)\b|[,.])",
        _worth,
    ),
    (
        "count",
        rf"{SUBJECT}\s(?P<verb>{_HAS})\s{ABOUT}(?P<count>{COUNT})\s"
        r"(?P<things>(?!percent\b|per\b|million\b|billion\b)[a-z]+(?:\s[a-z]+s)?)\b",
        _how_many,
    ),
    (
        "length",
        r"\b(?P<count>\d[\d.,]*[- ](?:kilomet(?:er|re)|km|mile|met(?:er|re)))[- ](?:long )?"
        r"(?P<thing>[a-z]{4,}(?:\s[a-z]{4,})?)"
        r"(?=\s(?:of|that|which|between|linking|connecting|from|to|across|along|in|on)\b|[,.;])",
        _how_long,
    ),
    (
        "where",
        rf"{SUBJECT}\s{_BE}\s(?P<done>(?:located|based|situated|headquartered|stored|kept|born)"
        r"(?=\s(?:in|at|on|near|under)\s)|(?:imported|exported|bought|sent|shipped)\s(?:from|to))"
        r"\s(?:(?:in|at|on|near|under)\s)?(?P<place>(?:the\s)?[A-Z`][\w’'-]*(?:\s[A-Z][\w’'-]+)*|`[^`]+`)",
        _where,
    ),
    ("what", rf"{SUBJECT}\s(?P<be>is|are)\s(?:an?|the name of|any)\s[^.;]{{15,}}", _what_is),
    (
        "why",
        rf"{SUBJECT}\s(?P<helps>is|are|was|were|can|cannot|will|must|should)\s(?P<rest>[^,;]{{8,80}}?),?\sbecause\s",
        _why,
    ),
    (
        "default",
        r"\b[Tt]he default (?P<what>[\w -]{3,40}?) is (?P<value>`[^`]+`|[\w./:%-]+(?:\s[\w%]+)?)",
        _default,
    ),
    ("default", rf"{SUBJECT}\sdefaults to (?P<value>`[^`]+`|[\w./:%-]+)", _defaults_to),
    ("how", rf"^To (?P<deed>[a-z]+\s[^,.;:]{{4,60}}), (?:you (?:can|must|should|need to) )?(?:{_HOW})\b", _how_to),
    (
        "how",
        r"^(?:Use|Run|Call|Set|Press|Pass) (?:the )?[^.;:]{2,50}? to (?P<deed>[a-z]{3,}\s[^,.;:(]{4,60})",
        _how_to,
    ),
)
FORMS = tuple((form, re.compile(pattern), make) for form, pattern, make in _TABLE)
