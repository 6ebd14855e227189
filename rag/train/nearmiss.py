"""Near-misses: a question or a passage changed in exactly one thing, so that the one no longer answers the other.

SQuAD 2.0's annotators wrote such questions by hand (Rajpurkar et al. 2018, table 2: negation, antonym, entity swap,
impossible condition); here rules write them. Knows text only: nothing of files, tokens or models.

Every change is a ``Swap`` of one string for another. Applied to the question alone or to the passage alone it makes
a null example; applied to both it leaves an answerable one. Training on all of these corners keeps the model from
learning that odd wording alone means "no answer".
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

STOP = frozenset(
    "a an the of in on at to for by with from as is are was were be been being do does did has have had and or not "
    "no it its he she his her they their this that these those who whom whose what which when where why how many "
    "much long often can could will would should may might must there than then into about after before during "
    "between over under also such other another one most more some any all each both same name called known type "
    "kind people person year years time day s".split()
)
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_COUNTS = (
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "twenty",
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_CLASSES: tuple[tuple[str, ...], ...] = (_MONTHS, _DAYS, _COUNTS, _ORDINALS)

_ANTONYMS = dict(
    pair.split("/")
    for pair in (
        "first/last largest/smallest biggest/smallest highest/lowest most/least before/after early/late earlier/later "
        "earliest/latest oldest/youngest older/younger old/new longest/shortest long/short northern/southern "
        "north/south eastern/western east/west increase/decrease increased/decreased rise/fall rose/fell gain/lose "
        "gained/lost win/lose won/lost winning/losing begin/end began/ended beginning/end start/stop started/stopped "
        "open/close opened/closed support/oppose supported/opposed supporter/opponent accept/reject "
        "accepted/rejected allow/forbid allowed/forbidden include/exclude included/excluded join/leave joined/left "
        "male/female men/women man/woman father/mother son/daughter brother/sister husband/wife king/queen "
        "strong/weak stronger/weaker strongest/weakest high/low higher/lower upper/lower large/small larger/smaller "
        "major/minor majority/minority public/private rich/poor hot/cold warm/cool fast/slow faster/slower "
        "positive/negative best/worst better/worse good/bad easy/difficult more/fewer above/below inside/outside "
        "internal/external maximum/minimum success/failure successful/unsuccessful agree/disagree agreed/disagreed "
        "legal/illegal possible/impossible common/rare popular/unpopular ancient/modern import/export "
        "imported/exported buy/sell bought/sold built/destroyed build/destroy created/destroyed arrive/depart "
        "arrived/departed born/buried appear/disappear appeared/disappeared attack/defend attacked/defended "
        "expand/shrink expanded/shrank dry/wet domestic/foreign urban/rural active/inactive natural/artificial "
        "positive/negative heavier/lighter heavy/light wide/narrow deep/shallow cause/prevent caused/prevented "
        "causes/prevents former/current previous/next formal/informal similar/different victory/defeat "
        "advantage/disadvantage advantages/disadvantages approve/reject approved/rejected add/remove added/removed "
        "raise/lower raised/lowered"
    ).split()
)
ANTONYMS = _ANTONYMS | {b: a for a, b in _ANTONYMS.items() if b not in _ANTONYMS}

# What people ask of a thing that a text about it need not say. Behind each group of questions the words, any of which
# in a text may mean that it does say so; one that ends in * stands for all words that begin with it.
_ATTRIBUTES: tuple[tuple[str, str], ...] = (
    (
        "How long is {}?|What is the length of {}?|How many miles long is {}?",
        "long length longe* mile* km kilomet* meter* metre* feet foot yard* hour* minute* day* week* month* year*",
    ),
    (
        "How much does {} cost?|What did {} cost?|How much was paid for {}?|What is the price of {}?",
        "cost* price* pric* paid pay* worth spen* value* budget* dollar* euro* pound* million billion $ £ € fund*",
    ),
    (
        "How old is {}?|What is the age of {}?|When was {} born?|Where was {} born?",
        "old* age aged born birth* year* found* establish*",
    ),
    (
        "How tall is {}?|How high is {}?|What is the height of {}?",
        "tall* high* height* feet foot meter* metre* elevat* rise* storey* stor*",
    ),
    ("How heavy is {}?|How much does {} weigh?", "weigh* heav* ton* kg kilogram* pound* gram*"),
    (
        "How many people live in {}?|What is the population of {}?",
        "population* inhabitant* people resident* live* census",
    ),
    (
        "How large is {}?|What area does {} cover?|How many acres is {}?",
        "area* acre* square hectare* large* size* cover* big*",
    ),
    ("How fast is {}?|What is the top speed of {}?", "speed* fast* mph km/h per knot*"),
    ("How far is {} from the capital?|How far away is {}?", "far distan* mile* km kilomet* away"),
    (
        "When was {} opened?|When did {} open?|When will {} be finished?",
        "open* finish* complet* inaugurat* built build* start* launch* found* establish* creat* releas* date*",
    ),
    (
        "When did {} die?|How did {} die?|Where is {} buried?",
        "die* died death* dead kill* murder* assassin* buri* execut* grave* tomb*",
    ),
    (
        "Who designed {}?|Who was the architect of {}?",
        "design* architect* build* built creat* engineer* plan* develop* invent*",
    ),
    (
        "Who paid for {}?|Which company built {}?|Which bank financed {}?|Who owns {}?",
        "paid pay* fund* financ* donat* sponsor* built build* construct* own* bank* compan* invest* buy* belong*",
    ),
    (
        "Who is the wife of {}?|Who is {} married to?|How many children does {} have?|Who is {}'s daughter?",
        "wife husband* marri* wed* spouse daughter* son sons child* famil* father* mother* kid*",
    ),
    (
        "What is {}'s salary?|How much does {} earn?|How much money did {} make?",
        "salar* earn* wage* income* paid pay* money profit* revenue* million billion $ £ €",
    ),
    ("How many people work for {}?|How many employees does {} have?", "employ* work* staff* job* people"),
    (
        "How many people were killed in {}?|How many people were injured?|How many died in {}?",
        "kill* injur* die* dead death* wound* casualt* victim* los* toll*",
    ),
    (
        "What color is {}?|What colour is {}?",
        "color* colour* red blue green white black yellow orange brown gold* silver* grey gray purple pink",
    ),
    (
        "Why was {} closed?|Why did {} resign?|Why was {} arrested?",
        "clos* resign* arrest* shut* quit* left jail* prison* step* charg*",
    ),
    (
        "What is the phone number of {}?|What is the address of {}?|What is the website of {}?",
        "phone* telephone* address* street* avenue* website* www call* web internet",
    ),
    (
        "Where does {} live?|What is {}'s home town?|Where did {} study?|What school did {} attend?",
        "live* home* resid* house* hous* stud* school* universit* college* educat* attend* graduat* move* degree*",
    ),
    (
        "How often does {} take place?|How many times did {} win?",
        "often time* annual* year* win* won every once twice titl* champion*",
    ),
    (
        "What language does {} speak?|What religion is {}?",
        "languag* speak* spoke* religio* faith* christian* muslim* jew* catholic* church* islam*",
    ),
    (
        "What did {} say about it?|Who criticised {}?|Who opposed {}?",
        "say* said critic* oppos* told tell* state* claim* argu* protest* against object* condemn* reject*",
    ),
)
_THING = re.compile(r"\bthe ([a-z]{4,})\b(?= (?:is|was|were|are|has|had|will|would|of|in|and|that|which|to)\b|[,.;])")

_NUMBER = re.compile(r"(?<![\w.,])\d[\d,]*(?:\.\d+)?(?![\w])")
_YEAR = re.compile(r"^(1\d{3}|20[0-2]\d)$")
_NAME = re.compile(r"\b[A-Z][\w'’.-]*(?:(?: (?:of|the|de|von|van|and))? [A-Z][\w'’-]*)*")
_WORD = re.compile(r"[A-Za-z][A-Za-z-]+")
_AUXILIARY = re.compile(r"\b(is|are|was|were|did|does|do|has|had|can|could|would|will|should)\b", re.I)
_EVEN = re.compile(
    r"\b(between|both|with|against|border\w*|met|meet|marr\w+|shar\w+|distance|far|differ\w*|similar\w*)\b", re.I
)
_JOINED = re.compile(r"\s*(,|/|&|and|or|versus|vs\.?|nor|,? and)\s*", re.I)
_ADVERB = re.compile(r"(When|Where|Why) (?=(?:is|are|was|were|did|does|do|has|had|will|would|can)\b)", re.I)
_DOER = re.compile(r"Who ([a-z]{2,}ed) ((?:the |a |an )?[\w' -]{3,60}?)\s*\?$")
_TIME = re.compile(
    r"\d|century|decade|\b(?:day|week|month|year|time|morning|evening|night|when|while|until|since|after|before|during|"
    r"later|earlier|ago|spring|summer|autumn|fall|winter)s?\b|" + "|".join((*_MONTHS, *_DAYS)),
    re.I,
)
_PLACE = re.compile(
    r"\b(?:in|at|near|on|to|from|into|through|across|around|outside|inside|along|beside|of|by) (?:the )?"
    r"([A-Z][\w'-]+(?: [A-Z][\w'-]+)*)"
)
_THERE = re.compile(
    r"\b(?:there|here|where|abroad|(?:in|at|on|near|inside|outside|from|to) (?:the|a|an|his|her|their|its) )", re.I
)
_REASON = re.compile(
    r"\b(?:because|since|due|as|so|for|reason\w*|caus\w+|therefore|thus|hence|result\w*|to [a-z]+|lead\w*|led|owing|"
    r"in order|thanks|after|despite|order\w*|want\w*|aim\w*|fear\w*|need\w*)\b",
    re.I,
)
_PLURAL = (
    r"(?!(?:the|other|such|more|these|those|its|their|his|her|our|different|new)\b)"
    r"(?:[a-z]{3,}-?[a-z]* )?(?:[a-z]{3,}(?<!s)s|people|men|women|children)"
)
_COUNTED = re.compile(
    r"\b(?:\d[\d,]*|(?i:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty"
    rf"|hundreds of|thousands of|many|several|few|some|most)) ({_PLURAL})\b(?! (?:of|per)\b)"
)
_HOW_MANY = re.compile(rf"\b[Hh]ow many ({_PLURAL})\b(?! of\b)")
_MEASURES = re.compile(
    r"\b(?:times|years?|months|days|hours|weeks|minutes|seconds|miles|met(?:er|re)s|kilomet\w+|feet|inches|tons|tonnes|pounds"
    r"|dollars|acres|hectares|degrees|percent|points|others|people|was|has|does|is|various)\b"
)
_BOUNDARY = r"(?<![\w]){}(?![\w])"
_OPENERS = frozenset(
    "Who What Which When Where Why How In On At The A An According By For From During After To Before Is Are Was Were "
    "Did Does Do If It He She They This That His Her Their Its As But And While Although However Since With Some Many "
    "Most One Other Another These Those There".split()
)


@dataclass(frozen=True, slots=True)
class Swap:
    """One string to be replaced by another, and the kind of change (entity, number, antonym, relation, negation)."""

    old: str
    new: str
    kind: str


def find(text: str, needle: str) -> list[tuple[int, int]]:
    """Return every whole-word place of a string in a text, ignoring case, as character spans."""
    return [m.span() for m in re.finditer(_BOUNDARY.format(re.escape(needle)), text, re.I)]


def content_words(text: str) -> set[str]:
    """Return the words that carry meaning, in lower case and with the commonest endings cut off."""
    words = (w.lower() for w in re.findall(r"[\w]+", text))
    return {stem(w) for w in words if w not in STOP}


def stem(word: str) -> str:
    """Cut a plural, past or -ing ending: enough to see that "founded" and "founding" are one word."""
    for ending in ("ing", "ies", "es", "ed", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word


def names(text: str) -> list[str]:
    """Return the capitalised runs of a text that look like names, without sentence openers."""
    found = []
    for match in _NAME.finditer(text):
        words = match.group().rstrip(".").removesuffix("'s").removesuffix("’s").split()
        while words and words[0] in _OPENERS:
            words = words[1:]
        while words and words[0] in ("of", "the", "de", "von", "van", "and"):
            words = words[1:]
        name = " ".join(words)
        opens = match.start() == 0 or text[: match.start()].rstrip()[-1:] in ".!?"
        if opens and len(words) == 1:
            continue  # any word is capitalised there
        if len(name) > 2 and not any(w in _MONTHS or w in _DAYS for w in words):
            found.append(name)
    return found


def _numbers_like(old: str, rng: random.Random) -> str:
    """Invent a number of the same form as another one (a year stays a year nearby)."""
    if _YEAR.match(old):
        return str(int(old) + rng.choice([-30, -12, -7, -5, -3, -2, -1, 1, 2, 3, 4, 6, 9, 15, 40]))
    plain = old.replace(",", "")
    value = float(plain)
    new = value * rng.choice([0.4, 0.5, 0.8, 1.25, 1.5, 2, 3]) + rng.choice([0, 1, 2])
    if "." in plain:
        return f"{new:.{len(plain.split('.')[1])}f}"
    return f"{round(new):,}" if "," in old else str(round(new))


def entity_swaps(text: str, pool: Sequence[str], rng: random.Random) -> list[Swap]:
    """Swap a name of the text for one of the pool that shares no word with it and stands nowhere in the text."""
    swaps = []
    for old in names(text):
        taken = {w.lower() for w in old.split()}
        here = text.lower()
        fits = [
            n
            for n in pool
            if not taken & {w.lower() for w in n.split()}
            and n.lower() not in here
            and abs(len(n.split()) - len(old.split())) <= 1
        ]
        if fits:
            swaps.append(Swap(old, rng.choice(fits), "entity"))
    return swaps


def number_swaps(text: str, pool_text: str, rng: random.Random) -> list[Swap]:
    """Swap a number, month, weekday, count or ordinal for another of its class, from the passage where it can be."""
    swaps = []
    others = _NUMBER.findall(pool_text)
    for old in dict.fromkeys(_NUMBER.findall(text)):
        year = bool(_YEAR.match(old))
        fits = [n for n in others if n not in text and bool(_YEAR.match(n)) == year and n != old]
        new = rng.choice(fits) if fits and rng.random() < 0.7 else _numbers_like(old, rng)
        if new != old:
            swaps.append(Swap(old, new, "number"))
    for members in _CLASSES:
        for old in members:
            if old in text.split() or old + "?" in text.split():
                swaps.append(Swap(old, rng.choice([m for m in members if m != old]), "number"))
    return swaps


def antonym_swaps(text: str) -> list[Swap]:
    """Swap a word for its opposite."""
    words = dict.fromkeys(w for w in _WORD.findall(text) if w in ANTONYMS)
    return [Swap(w, ANTONYMS[w], "antonym") for w in words]


def negate(question: str) -> str | None:
    """Negate a question behind its first auxiliary; None where it has none or is negated already."""
    if re.search(r"\b(not|never|no|without)\b|n't", question, re.I):
        return None
    match = _AUXILIARY.search(question)
    if match is None:
        return None
    word = match.group()
    short = {"can": "can't", "will": "won't"}.get(word.lower(), word + "n't")
    return question[: match.start()] + short + question[match.end() :]


def turned(question: str, passage: str) -> str | None:
    """Let two names that both stand in the passage change their places: who gave is asked as who was given to.

    None where the question names not two things, or joins them so that their order says nothing.
    """
    here = [name for name in dict.fromkeys(names(question)) if len(find(question, name)) == 1 and find(passage, name)]
    if len(here) != 2 or _EVEN.search(question):
        return None
    (a, b), (c, d) = sorted(find(question, name)[0] for name in here)
    if b > c or _JOINED.fullmatch(question[b:c]):
        return None
    return question[:a] + question[c:d] + question[b:c] + question[a:b] + question[d:]


def asked_otherwise(question: str, passage: str, rng: random.Random) -> str | None:
    """Ask for the time, the place or the reason of what a question says, where the passage shows no sign of any."""
    told = {name.lower() for name in names(question)}
    silent = {
        "when": not _TIME.search(passage),
        "where": all(m.group(1).lower() in told for m in _PLACE.finditer(passage)) and not _THERE.search(passage),
        "why": not _REASON.search(passage),
    }
    opens = [word for word, absent in silent.items() if absent]
    adverb = _ADVERB.match(question)
    if adverb:
        opens = [word for word in opens if word != adverb.group(1).lower()]
        return rng.choice(opens).capitalize() + question[adverb.end(1) :] if opens else None
    doer = _DOER.match(question)
    return f"{rng.choice(opens).capitalize()} was {doer.group(2)} {doer.group(1)}?" if doer and opens else None


def counted(texts: Iterable[str]) -> list[str]:
    """Return the plural nouns that texts count, in order of the alphabet: "crew members" of "two crew members"."""
    found = {match.group(1).lower() for text in texts for match in _COUNTED.finditer(text)}
    return sorted(noun for noun in found if not _MEASURES.search(noun))


def count_of_another(question: str, passage: str, pool: Sequence[str], rng: random.Random) -> str | None:
    """Ask how many there are of something else that is counted in the article, though not in the passage."""
    asked = _HOW_MANY.search(question)
    if not asked or _MEASURES.search(asked.group(1)):
        return None
    own, here = stem(asked.group(1).split()[-1].lower()), counted([passage])
    here_last = {stem(noun.split()[-1]) for noun in here}
    others = [noun for noun in pool if stem(noun.split()[-1]) not in here_last | {own}]
    return question[: asked.start(1)] + rng.choice(others) + question[asked.end(1) :] if others else None


def attribute_question(sentences: Sequence[str], rng: random.Random) -> str | None:
    """Ask of something in a passage, given in sentences, what those that name it and those behind them do not speak of.

    Such questions are natural and of the right topic; a model that never saw one takes the next value for the answer.
    So what other sentences speak of is asked first: "How long is the bridge?" where only the railway has a length.
    """
    passage = " ".join(sentences)
    things = names(passage) + [f"the {noun}" for noun in dict.fromkeys(_THING.findall(passage))]
    if not things:
        return None
    thing = rng.choice(things)
    near: set[str] = set()
    for k, sentence in enumerate(sentences):
        if any(word in sentence.lower() for word in thing.lower().removeprefix("the ").split() if len(word) > 3):
            near |= _units(" ".join(sentences[k : k + 2]))
    everywhere = _units(passage)
    groups = [(asked, known) for asked, known in _ATTRIBUTES if not _speaks_of(near, known)]
    tempting = [group for group in groups if _speaks_of(everywhere, group[1])]
    if not groups or thing.lower().removeprefix("the ") not in passage.lower():
        return None
    asked, _ = rng.choice(tempting or groups)
    return rng.choice(asked.split("|")).format(thing)


def _units(text: str) -> set[str]:
    return set(re.findall(r"[a-z/]+|[$£€]", text.lower()))


def _speaks_of(words: set[str], known: str) -> bool:
    exact = {word for word in known.split() if not word.endswith("*")}
    starts = tuple(word[:-1] for word in known.split() if word.endswith("*"))
    return bool(words & exact) or any(word.startswith(starts) for word in words)


class Relations:
    """Swaps of one content word for another that questions use in the same place.

    A word may replace another if both pairs it forms with its neighbours occur in real questions, its ending is of
    the same class, and the two are not near in meaning by ``similar`` (a function of two words, 0 to 1).
    """

    _ENDINGS = ("ing", "ed", "ly", "s", "")
    _MIN_PAIR = 3  # rarer neighbours are mostly slips and names
    _MAX_SIMILAR = 0.45

    def __init__(self, questions: Iterable[str], similar: dict[str, int] | None = None, vectors: object = None) -> None:
        follow: defaultdict[str, Counter[str]] = defaultdict(Counter)
        precede: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for question in questions:
            words = ["<s>", *re.findall(r"[a-z]+|\?", question.lower())]
            for left, right in pairwise(words):
                follow[left][right] += 1
                precede[right][left] += 1
        self._follow = {w: {r for r, n in c.items() if n >= self._MIN_PAIR} for w, c in follow.items()}
        self._precede = {w: {r for r, n in c.items() if n >= self._MIN_PAIR} for w, c in precede.items()}
        self._ids = similar or {}
        self._vectors = vectors

    def _ending(self, word: str) -> str:
        return next(e for e in self._ENDINGS if word.endswith(e))

    def _alike(self, a: str, b: str) -> float:
        if a not in self._ids or b not in self._ids:
            return 1.0 if self._ids else 0.0
        return float(self._vectors[self._ids[a]] @ self._vectors[self._ids[b]])  # type: ignore[index]

    def swaps(self, question: str, support: str, rng: random.Random) -> list[Swap]:
        """Swap a word that the supporting text shares with the question for one that the text has not."""
        shared, present = content_words(support), {w.lower() for w in _WORD.findall(support)}
        words = ["<s>", *re.findall(r"[a-z]+|\?", question.lower()), "?"]
        swaps = []
        for i in range(1, len(words) - 1):
            old = words[i]
            if old in STOP or len(old) < 4 or stem(old) not in shared or old not in question:
                continue
            options = self._follow.get(words[i - 1], set()) & self._precede.get(words[i + 1], set())
            fits = sorted(
                w
                for w in options
                if w not in STOP and len(w) > 3 and w not in present and stem(w) not in shared and w not in words
                and self._ending(w) == self._ending(old)
            )  # fmt: skip
            rng.shuffle(fits)
            new = next((w for w in fits[:20] if self._alike(old, w) < self._MAX_SIMILAR), None)
            if new:
                swaps.append(Swap(old, new, "relation"))
        return swaps


def apply(text: str, swap: Swap, keep: tuple[int, int] | None = None) -> tuple[str, tuple[int, int] | None] | None:
    """Replace every whole-word occurrence; return the text and where ``keep`` now lies.

    None if nothing was replaced or a replacement would touch ``keep`` (the answer must survive a change beside it).
    """
    places = find(text, swap.old)
    if not places:
        return None
    start, end = keep or (0, 0)
    shift, pieces, last = 0, [], 0
    for a, b in places:
        if keep and a < end and b > start:
            return None
        if keep and b <= start:
            shift += len(swap.new) - (b - a)
        pieces += [text[last:a], swap.new]
        last = b
    pieces.append(text[last:])
    return "".join(pieces), (start + shift, end + shift) if keep else None
