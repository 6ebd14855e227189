"""What makes a statement less than a plain fact: negation, modality, attribution, condition, quantifier, restriction.

Each mark found belongs to a class; words of one class say the same ("plans to", "intends to"). Its reach tells which
words of the sentence it is about.
"""

# ruff: noqa: E501 - a pattern is read in one line
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Reach = Literal["on", "next", "all", "back", "join", "near"]

# A number behind "over" makes it a bound, which the number keeps.
_COUNT = r"(?:[$€£]?\d|two\b|three|four|five|six|seven|eight|nine|ten\b|eleven|twelve|twenty|thirty|forty|fifty|half|an? (?:hundred|thousand|million|billion|dozen|third|quarter))"

# (class, reach, pattern). "on": all that follows in its clause; "next": the next word alone; "all": the sentence;
# "back": all before it; "join": what stands before it and what stands behind it, if both are told; "near": the words on either side.
_CLASSES: tuple[tuple[str, Reach, str], ...] = (
    ("no longer", "on", r"no longer|not any ?more"),
    ("not", "on", r"no(?! \d)(?! one\b)|no one|not(?! only\b)(?! just\b)|never|none|neither|without|cannot|nothing|nobody|nowhere"
     r"|den(?:y|ies|ied)|denying|refus(?:e|es|ed|ing|al)|fail(?:s|ed|ing|ure)?|lack(?:s|ed|ing)?|unable|hardly|barely"
     r"|declin(?:ed|es|ing) to|stopp?(?:ed|s) short|ceas(?:ed?|es|ing)|\w+n['’]t"),
    ("future", "on", r"will|shall|going to|set to|slated|scheduled|(?:is|are|was|were) due to|(?:is|are) to(?= \w)|(?:was|were) to(?= (?:be|have)\b)"),
    ("would", "on", r"would(?:['’]ve)?"),
    ("plan", "on", r"plan(?:s|ned|ning)?(?= to\b| for\b| \w+ing\b)|planned|(?:are|is|were|was) planning|intend(?:s|ed|ing)?|aim(?:s|ed|ing)?(?= (?:to|at)\b)"
     r"|hop(?:es?|ed|ing)(?= (?:to|that)\b)|seek(?:s|ing)?(?= to\b)|sought(?= to\b)|want(?:s|ed)?(?= (?:to\b|[a-z ]{2,40}\w+ed\b))|mean(?:s|t)?(?= to [a-z])|propos(?:e|es|ed|ing)|mull(?:s|ed|ing)"
     r"|consider(?:s|ed|ing)?(?! (?:to be|as|an?|the|one)\b)|vow(?:s|ed)?|pledg\w+|promis\w+|agreed(?= to\b)|decided(?= to\b)|threaten\w*|envisag\w+|aspir\w+"),
    ("demand", "on", r"demand(?:s|ed|ing)?(?= (?:that|to)\b)|urg(?:es?|ed|ing)(?= )|call(?:s|ed|ing)? for(?= )|insist(?:s|ed|ing)? (?:that|on)(?= )"),
    ("expect", "on", r"expect(?:s|ed|ation|ations)?|predict\w*|forecast\w*|projected|anticipat\w+|likely|poised|bound to"),
    ("unlikely", "on", r"unlikely"),
    ("may", "on", r"may(?! \d)|might|could|possibly|possible(?= that)|perhaps|potential(?:ly)?|probabl[ey]|maybe|conceivably"),
    ("can", "on", r"can|able to"),
    ("must", "on", r"must|have to|has to|had to|required to|obliged to|need(?:s|ed)?(?= (?:to|about|some|over|nearly|at least|[$€£]?\d))"),
    ("should", "on", r"should|ought to|supposed to"),
    ("accused", "on", r"accus\w+|charged with|suspect\w*|indicted"),
    ("once", "on", r"(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )(?<!been )used to"),
    ("or", "near", r"(?<!, )or"),
    ("tried", "on", r"tr(?:y|ies|ied|ying) to|attempt(?:s|ed|ing)?(?: to)?"),
    ("seem", "on", r"seem(?:s|ed|ingly)?|appear(?:s|ed) to|apparently|suggest(?:s|ed|ing)?"),
    ("hearsay", "all", r"report(?:s|ed)? to(?! the\b| \w+ing)|reportedly|(?:is|are|was|were|been) reported|alleg\w+|rumou?r\w*|(?:is|are|was|were|been|widely|long|generally) believed|supposed(?:ly)?(?! to\b)|purported\w*|said to"
     r"|thought to|presumed|presumably|claim(?:s|ed|ing)?(?= (?:that|to|he|she|it|they|the)\b)|claim(?:s|ed)(?=,)|considered(?= (?:to be|an?|the|one|as)\b)|so-called|argu(?:es?|ed|ing)(?= that)"),
    ("according", "all", r"according to|in the (?:words|opinion|view) of"),
    ("say", "on", r"sa(?:ys?|id)|sta(?:tes?|ted)(?= that\b)|told|insist(?:s|ed)?|maintain(?:s|ed)?(?=,)|assert(?:s|ed)|warn(?:s|ed)?|believe[sd]?|thinks?|thought(?= that)|estimat(?:e|es|ed)(?= that\b)"
     r"|comment(?:s|ed)(?! on\b)|remark(?:s|ed)|caution(?:s|ed)|(?:add|note|stresse|emphasi[sz]e|explain|observe|maintain|conclude|argue)(?:s|d|ed)?(?=(?:,? \w+,)? that\b)"),
    ("if", "all", r"if|provided(?= that\b)|providing(?= that\b)|as long as|in case|assuming|on condition|depending on"),
    ("unless", "all", r"unless"),
    ("whether", "on", r"whether"),
    ("except", "all", r"except(?:ing| for| in| that)?|save for|apart from|other than|excluding|with the exception"),
    ("all", "on", r"all|every|always|entire(?:ly)?|everyone|fully|completely|whole"),
    ("some", "on", r"some(?! \d)|several|certain|sometimes|occasionally|partly|partially|in part|(?:a )?part(?:s)? of|portion(?:s)? of|(?:a )?few(?:er)?|rarely|seldom"),
    ("most", "on", r"most of|most(?= [a-z]+s\b)|majority|mostly|mainly|largely|usually|generally|typically|often|primarily|predominantly"),
    ("many", "on", r"many|numerous|much of"),
    ("only", "on", r"only|solely|exclusively|merely|sole"),
    ("both", "on", r"both"),
    ("almost", "on", r"almost|nearly|virtually|close to|on the verge of"),
    ("one of", "on", r"one of|among(?= the\b)|some of|member of"),
    ("former", "next", r"former(?:ly)?|ex(?=-)|then(?=-)|would-be|acting|deputy|vice|interim|assistant|co(?=-)|fake|alleged"),
    ("other", "next", r"other|another|else"),
    ("instead", "on", r"instead|rather than|in place of|in lieu of"),
    ("until", "join", r"until|till"),
    ("since", "join", r"since"),
    ("before", "join", r"before|prior to"),
    ("after", "join", r"after"),
    ("under", "join", rf"(?:under|below|beneath)(?! {_COUNT})"),
    ("over", "join", rf"(?:over|above)(?! {_COUNT})"),
    ("yet", "on", r"yet to|yet(?=[.,]|$)"),
)  # fmt: skip
_NAMED = {name: (name, reach) for name, reach, _ in _CLASSES}
_PATTERN = re.compile(
    r"\b(?<!-)(?=\w)(?:"
    + "|".join(f"(?P<c{at}>{pattern})" for at, (_, _, pattern) in enumerate(_CLASSES))
    + r")(?!\w)",
    re.IGNORECASE,
)
# "No. 5", "in may", "last but not least", "a May", bounds of numbers: these are none.
_NONE = re.compile(
    r"\bno\.\s?(?=\d)|\bnot only\b|\bnot least\b|\bno (?:less|more|fewer) than(?= [$€£]?\d)|\bMay\b(?!\s[a-z])|\b\d{1,2}(?:st|nd|rd|th)?(?: of)? May\b|\bsay so\b|\bwill of\b"
    rf"|\b(?:some|almost|nearly|close to) (?={_COUNT})"
    r"|\bafter all\b|\ball[- ]time\b|\bmost recent\b|\bthe will\b"
    r"|\bthe United States\b|\bat (?:most|least)\b|\bas well as\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A word at ``start`` to ``end`` that changes what a statement claims."""

    name: str
    reach: Reach
    start: int
    end: int


def _is_inverted(text: str, verb: re.Match[str]) -> bool:
    """Tell whether a verb of saying closes what it reports: behind a comma or a quote, and before a name."""
    return bool(re.search(r"[,”\"]\s*$", text[: verb.start()]) and re.match(r"\s+[A-Z]", text[verb.end() :]))


def marks(text: str) -> list[Mark]:
    """Return the marks of a text in order."""
    blank = _NONE.sub(lambda match: "·" * len(match.group()), text)
    found = []
    for match in _PATTERN.finditer(blank):
        name, reach, _ = _CLASSES[int((match.lastgroup or "c0")[1:])]
        # "..., he said." and "..., said Ms Lind, who leads it" speak of what stands before them.
        if name == "say" and (len(re.findall(r"\w+", text[match.end() :])) <= 4 or _is_inverted(text, match)):
            reach = "back"
        found.append(Mark(name, reach, match.start(), match.end()))
    return found
