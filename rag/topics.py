"""What is a question about? The things that it names, the likeliest to be asked about again first. Pure, no model.

A later "it" mostly stands for what the last full question was about: a name in it, else what stands behind "of" or
"about", else its subject. Words that only relate ("the causes of ...") or only ask ("tell me more") are no topic.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag import words

# What something has or does: "the causes" are always the causes of something.
RELATIONAL = frozenset(
    words.stem(word)
    for word in """
    advantage alternative amount answer application author average background basis beginning behavior benefit
    birthplace capacity capital career cause challenge characteristic color competitor component con condition
    consequence cost creation creator culture cure danger date day death definition description design
    destination difference disadvantage discovery duration effect ending evidence example fact feature finding
    founder founding function future goal height history idea impact implication importance influence ingredient
    invention key kind layer leader length level limitation location main meaning measure mechanism member
    method model month name nature negative number objective opening origin outcome overview owner part percent
    percentage performance point population positive price pro problem process property proportion pros purpose
    reason relation relationship requirement response result risk role root rule sake schedule share sign
    significance similarity size solution source speed stage start status step story strength structure style
    symptom target theme theory title treatment trend type usage use value variation version weakness weight
    width winner word year""".split()
)
# Verbs and adjectives that are at home in any question and name no thing.
LIGHT = frozenset(
    words.stem(word)
    for word in """
    actually add affect ago allow also alter anymore appear ask available bad become begin begun behind believe
    best better big bring build call change choose come common compare consider contain cool cost create
    currently deal develop die differ different done early easy effective end especially exactly expect famous
    find first found friend generally get getting given go going good got great happen hear heard hello help hi
    high hmm ill important include influence instead interest interesting involve keep know known large last
    late later lead learn leave let like little live long look lot made major make many maybe mean means meant
    meet mention million modern mostly move much need new next notable often oh ok okay old open order
    originally people place play please popular possible prevent put quick rather really recent recently related
    remember require right run safe see seem serious set short show similar small sometimes sort specifically
    spend start stay still stop supposed sure take talk tell thanks thing think time today true try turn typical
    unique used useful using various want way well went whole win wish wonder work worth wow write wrong""".split()
)
_NAME = re.compile(
    r"\b[A-Z][\w’'-]*(?:\.[A-Z]\w*)*(?:(?<=\.[A-Z])\.)?(?:\s+(?:(?:of|the|and|al|de|van|bin)\s+)?[A-Z0-9][\w’'-]*(?:\.[A-Z]\w*)*(?:(?<=\.[A-Z])\.)?)*"
)
_BEHIND = re.compile(r"\b(?:of|about|describe|between|in|for|with|from|to|against|on)\s+", re.IGNORECASE)
_SUBJECT = re.compile(
    r"\b(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|what|which)\s+", re.IGNORECASE
)
_KIND = re.compile(r"^\W*(?:\w+\s)?(?:which|what)\s(?P<kind>[a-z][\w’'-]+)\s(?!of\b)", re.IGNORECASE)
# A name with one of these words is no person's.
_BODIES = frozenset(
    """institute university college school center centre council ministry department agency company factory union party
    bank times news post street river lake mountain island region province city state states kingdom republic north
    south east west far war treaty agreement act resolution world association organization committee court""".split()
)
# One of several that are told apart by number: "lot 2", "Unit 3A".
NUMBERED = re.compile(
    r"\b(?P<kind>lot|section|unit|article|chapter|phase|part|step|table|figure|page|version|annex|appendix|room|floor|clause"
    r"|paragraph|item|level|stage|line|platform|gate|grade|type|class|zone|block|building|option|package|model|group)"
    r"\s+(?P<which>\d+[A-Za-z]?)\b",
    re.IGNORECASE,
)
_NUMBER_WORDS = frozenset(
    "two three four five six seven eight nine ten eleven twelve hundreds thousands millions dozens both several".split()
)
_PLURAL_VERB = re.compile(r"\s+(?:are|were|have|do|may|must|can|will|get|receive|need)\b")
# A helping verb right before the subject: the verb comes behind it.
_DID = re.compile(r"\b(?:do|does|did|can|could|will|would|should)\s+(?:the\s+|an?\s+)?$", re.IGNORECASE)
_WAS = re.compile(r"\b(?:is|are|was|were|has|have|had)\s+(?:the\s+|an?\s+)?$", re.IGNORECASE)


def names(text: str) -> list[str]:
    """Return the proper names of a text in order; a capital that only begins a sentence with a common word is none."""
    found = []
    for match in _NAME.finditer(text):
        name = match.group()
        while name and words.fold(words.bare(name.split()[0])) in _OPENERS:
            name = name.partition(" ")[2]
        name = words.bare(name.removesuffix("'").removesuffix("’"))
        first = name.split(" ")[0]
        if not name or name.islower() or not name[0].isupper():
            continue
        starts = not text[: match.start()].rstrip(" \"'“‘(") or text[: match.start()].rstrip()[-1:] in ".?!:"
        plain = match.group() == name and " " not in name and _is_plain(first, text[match.end() :])
        if not (starts and plain):
            found.append(name)
    return list(dict.fromkeys(found))


def _is_plain(word: str, following: str) -> bool:
    """Tell whether a capital at the start of a sentence only begins it: "Four", "Cost", "Dogs are"."""
    folded = words.fold(word)
    many = folded.endswith("s") and _PLURAL_VERB.match(following)
    return words.stem(folded) in LIGHT | RELATIONAL or folded in _NUMBER_WORDS or bool(many)


def topics(question: str) -> list[str]:
    """Return the things that a question names, the likeliest to be referred to again first."""
    return list(dict.fromkeys(_ranked(question)))


def relates(phrase: str) -> bool:
    """Tell whether a phrase names only what something else has: "the main causes"."""
    return words.content_words(phrase)[-1:] != [] and words.content_words(phrase)[-1] in RELATIONAL


def kind_asked_for(question: str) -> str:
    """Return "river" for "Which river ...?"; "" where no kind of thing is asked for."""
    match = _KIND.match(question)
    kind = match["kind"].casefold() if match else ""
    return "" if kind in words.FUNCTION_WORDS or words.stem(kind) in LIGHT | RELATIONAL else kind


def persons(text: str) -> list[str]:
    """Return the names in a text that may be a person's: two words or more, else one that follows no article."""
    named = [
        name
        for name in names(text)
        if not re.search(rf"\b[Tt]he\s+{re.escape(name)}", text) and _BODIES.isdisjoint(name.casefold().split())
    ]
    return [name for name in named if " " in name] or [name for name in named if name.isalpha()]


def _ranked(question: str) -> Iterator[str]:
    yield from (match.group() for match in NUMBERED.finditer(question))
    found = list(phrases(question))
    named = names(question)
    yield from (phrase for phrase, _, relational in found if not relational and _holds(phrase, named))
    # "Which resort lies ..." asks for a resort; "what year", "what share" ask for a value.
    kind = kind_asked_for(question)
    if kind:
        yield f"the {kind}"
    for pattern in (_BEHIND, _SUBJECT):
        ends = {match.end() for match in pattern.finditer(question)}
        yield from (phrase for phrase, start, relational in found if start in ends and not relational)
    yield from (phrase for phrase, _, relational in found if not relational and phrase.startswith("the "))
    yield from (phrase for phrase, _, relational in found if not relational)
    yield from (phrase for phrase, _, relational in found if relational)


def _holds(phrase: str, named: list[str]) -> bool:
    return any(name in phrase for name in named)


def phrases(question: str) -> Iterator[tuple[str, int, bool]]:
    """Yield each run of naming words with where it starts (at its determiner) and whether it only relates."""
    run: list[tuple[int, int, str]] = []
    for word, start, end in [*words.words(question), ("the", len(question), len(question))]:
        stem = words.stem(word)
        joined = run and question[run[-1][1] : start].strip(" -") == ""
        done = re.search(r"\bbe(?:en|ing)?\s+(?:\w+ly\s+)?$", question[:start]) and word.endswith("ed")
        holds = (
            not done
            and "'" not in word
            and word not in words.FUNCTION_WORDS
            and (stem not in LIGHT or (question[start : start + 1].isupper() and run))
        )
        if run and (not holds or not joined):
            yield _phrase(question, run if joined and stem in LIGHT else _without_verb(question, run))
            run = []
        if holds:
            run.append((start, end, stem))
            if question[end - 2 : end] in {"'s", "’s"}:
                yield _phrase(question, _without_verb(question, run))
                run = []


def _phrase(question: str, run: list[tuple[int, int, str]]) -> tuple[str, int, bool]:
    start = run[0][0]
    before = question[:start]
    determiner = re.search(r"\b(?:the|an?)\s+$", before, re.IGNORECASE)
    text = words.bare(question[start : run[-1][1]])
    if determiner:
        start = determiner.start()
        text = f"the {text}"
    return text, start, run[-1][2] in RELATIONAL


def _without_verb(question: str, run: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Return a run without the verb behind its subject: "the bridge cost" of "does the bridge cost"."""
    before = question[: run[0][0]]
    last = question[run[-1][0] : run[-1][1]]
    done = _DID.search(before) or (_WAS.search(before) and (last.endswith("ed") or question[run[0][0]].isupper()))
    return run[:-1] if len(run) > 1 and done and not last[0].isupper() else run


_OPENERS = words.FUNCTION_WORDS | frozenset(
    """what's who's where's how's it's that's he's she's i'm i've i'd i'll we're we've we'd we'll you're you've you'd
    you'll they're they've they'd they'll let's hi hey oh ok okay wow no yes""".split()
)
