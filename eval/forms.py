"""The English that questions are drafted with: dates, names, sums, deeds, and words that stand for something else.

Pieces of patterns and closed lists; ``eval/wording.py`` says what is asked with them.
"""

from __future__ import annotations

import re

MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
YEAR = r"(?:1[0-9]{3}|20[0-9]{2})"
DAY = r"\d{1,2}(?:st|nd|rd|th)?"
DATE = rf"(?:{MONTH}\s{DAY}(?:,?\s{YEAR})?|{DAY}\s{MONTH}(?:\s{YEAR})?|{MONTH}(?:\s{YEAR})?|{YEAR})\b"
NAME = r"[A-Z][\w’'-]+(?:\s(?:(?:of|de|van|bin|for|and)\s(?:the\s)?)?[A-Z][\w’'-]+){0,4}"
# The subject of a sentence: at its start, up to six words, no comma.
SUBJECT = r"^(?P<subject>[A-Z`][\w’'&/`.-]*(?:\s[\w’'&/`-]+){0,5}?)"
MONEY = r"[$€£]\s?\d[\d.,]*\d?(?:\s(?:thousand|million|billion|trillion))?"
COUNT = r"(?:\d[\d.,]*\d|\d|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty)"
ABOUT = r"(?:(?:about|around|some|nearly|almost|more than|over|at least|up to|only|roughly)\s)?"
IRREGULAR = r"built|written|made|led|won|held|founded|born|sold|bought|found|begun|set up|taken over|drawn up|known"
DONE = rf"(?:[a-z]+ed|{IRREGULAR})"
# Deeds that a who-question can be asked of, whoever did it: a person, a company, a country.
DEED = (
    r"(?:announced|signed|founded|invented|designed|wrote|won|led|opened|introduced|proposed|rejected|approved|banned|"
    r"discovered|described|developed|published|created|built|bought|sold|paid|acquired|launched|warned|argued|claimed|"
    r"said|says|told|noted|added|believes|believed|suggested|suggests|stressed|wrote|writes|thinks|expects|hopes|"
    r"confirmed|denied|ordered|visited|attended|chaired|negotiated|criticised|criticized|promised|predicted|exported|"
    r"imported|supplied|produces|produced|financed|funded|sent|owns|owned|agreed|planned|received|receives|provides|"
    r"provided|employs|employed|teaches|taught)"
)
# What may stand before the subject of a sentence, or before a statement of its own in it.
BEFORE = re.compile(
    rf"^(?:(?:In|On|By|Since) {DATE}|(?:In|On|At|During|After|According to|For|Under|Last|Earlier|As of)\s[^,]{{2,50}}|"
    r"Meanwhile|However|Also|Today|Now|Moreover|Currently|Officially),\s",
)
STATEMENT = re.compile(
    r"\b(?:said|says|told [^,.]{2,30}|noted|notes|adds|added|reported|reports|believes)\sthat\s|;\s|,\sand\s"
)
# Its plain form, where "-ed" or "-s" is not simply to be cut off.
PLAIN = {
    "began": "begin", "has": "have", "had": "have", "died": "die", "closed": "close", "ceased": "cease",
    "houses": "house", "uses": "use", "includes": "include", "produces": "produce", "requires": "require",
    "provides": "provide", "receives": "receive", "took place": "take place", "went live": "go live",
    "entered into force": "enter into force", "ran out": "run out", "expires": "expire", "starts": "start",
}  # fmt: skip
# A subject that begins so stands for something said before, or is no subject.
NO_SUBJECT = frozenset(
    "it this that these those there they he she we you i his her its their our my your such both some many most one "
    "here what which who when where why how if in on at by for from to with after before during since as and but or "
    "so then however also not no meanwhile according while although though because once until another other others "
    "later often usually typically sometimes thus hence finally all each few several among under over between despite "
    "instead next first second last use run set see note only "
    "even just still yet more less".split()
)
POINTING = re.compile(
    r"\b(?:this|these|those|it|its|they|them|their|he|she|him|his|her|hers|we|us|our|you|your|i|my|such|former|latter|"
    r"above|below|following|said to|same|there)\b",
    re.IGNORECASE,
)
# A clause that ends so was cut where it may not be.
UNFINISHED = frozenset(
    "the a an of to and or in on at for from with by that which as than be been is are was were has have had will "
    "would can could may might must should do does did not its their his her".split()
)
# What a person is called: a role that holds none of these may be that of a place.
PEOPLE = re.compile(
    r"\b(?:leader|president|minister|fellow|expert|professor|director|head|chief|founder|author|spokes\w+|analyst|"
    r"researcher|member|chair\w*|secretary|officer|engineer|ambassador|economist|historian|writer|governor|mayor|"
    r"scientist|physicist|lawyer|judge|general|editor|manager|owner|wife|husband|son|daughter|brother|sister|candidate|"
    r"senator|deputy|commander|coach|player|singer|actor|actress|inventor|architect|designer|teacher|student)\b"
)
# A statement has one of these; a mere thing has not.
VERB = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|could|can|may|might|should|must|did|does|comes?|goes|lives?)\b"
)
# Deeds that a when-question can be asked of, with the plain form that it takes.
DEEDS = {
    "opened": "open", "signed": "sign", "announced": "announce", "founded": "found", "launched": "launch",
    "visited": "visit", "published": "publish", "introduced": "introduce", "approved": "approve", "rejected": "reject",
    "bought": "buy", "sold": "sell", "won": "win", "left": "leave", "joined": "join", "met": "meet", "built": "build",
    "discovered": "discover", "invented": "invent", "wrote": "write", "became": "become", "resigned": "resign from",
    "presented": "present", "closed": "close", "released": "release", "completed": "complete", "banned": "ban",
}  # fmt: skip
ORGANISATION_STOPS = frozenset("of and for the in".split())
