"""When are two words one and the same? Inflections, spelling variants, names with two forms. Tables and rules, no model.

Only words that may stand for each other in any sentence are put together; likeness of letters never counts.
"""

# ruff: noqa: E501 - a pattern is read in one line
from __future__ import annotations

import re
from functools import lru_cache

from rag import words

_IRREGULAR = (
    "be:is,are,was,were,been,being,am|have:has,had,having|do:does,did,done|go:goes,went,gone|make:made|build:built"
    "|sell:sold|buy:bought|win:won|lose:lost|begin:began,begun|write:wrote,written|give:gave,given|take:took,taken"
    "|get:got,gotten|come:came|become:became|know:knew,known|grow:grew,grown|show:showed,shown|see:saw,seen"
    "|fall:fell,fallen|rise:rose,risen|lead:led|leave:left|keep:kept|hold:held|meet:met|lie:lay,lain"
    "|send:sent|spend:spent|lend:lent|bring:brought|think:thought|teach:taught|catch:caught|fight:fought|seek:sought"
    "|say:said|pay:paid|tell:told|stand:stood|understand:understood|run:ran|draw:drew,drawn|fly:flew,flown"
    "|break:broke,broken|speak:spoke,spoken|choose:chose,chosen|drive:drove,driven|ride:rode,ridden|sing:sang,sung"
    "|drink:drank,drunk|swim:swam,swum|sink:sank,sunk|shoot:shot|strike:struck|steal:stole,stolen|wear:wore,worn"
    "|bear:bore,borne|tear:tore,torn|eat:ate,eaten|feed:fed|bleed:bled|feel:felt|deal:dealt|mean:meant|hear:heard"
    "|sleep:slept|sit:sat|hang:hung|light:lit|throw:threw,thrown|blow:blew,blown|forget:forgot,forgotten|shake:shook"
    "|wake:woke|freeze:froze,frozen|hide:hid,hidden|bite:bit,bitten|overthrow:overthrew,overthrown|arise:arose,arisen"
    "|withdraw:withdrew,withdrawn|undergo:underwent,undergone|man:men|woman:women|child:children|person:people,persons"
    "|foot:feet|tooth:teeth|mouse:mice|life:lives|wife:wives|wolf:wolves|leaf:leaves|half:halves|medium:media"
    "|crisis:crises|basis:bases|criterion:criteria|phenomenon:phenomena|bacterium:bacteria|datum:data|die:dying,died,dies"
    "|retell:retold|rebuild:rebuilt|cost:costs,costing|born:birth"
)
_TWINS = (
    "construct build|commence start begin|finish conclude end|purchase buy|founder found|establishment establish"
    "|ownership owner own|leadership leader lead|writer write|winner win|maker make|builder build|designer design"
    "|singer sing|player play|teacher teach|ruler rule|manufacturer manufacture|producer produce|production produce"
    "|publisher publish|inventor invent|director direct|creator create|composer compose|editor edit|performer perform"
    "|movie film|automobile car|physician doctor|located situated locate situate|utilize use|population populate"
    "|growth grow|arrival arrive|marriage marry|discovery discover|death die|sale sell|choice choose|belief believe"
    "|approximately roughly|around about|height high tall|length long|width wide|depth deep|weight weigh"
    "|until till|among amongst|while whilst|toward towards|percent percentage|grey gray|program programme|center centre"
    "|theater theatre|defense defence|license licence|color colour|honor honour|labor labour|harbor harbour"
    "|favor favour|neighbor neighbour|catalog catalogue|tire tyre|plow plough|traveler traveller|jewelry jewellery"
    "|meter metre|kilometer kilometre|liter litre|aluminum aluminium|airplane aeroplane|ton tonne"
)
_NAMES = (
    "united states of america/united states/u.s.a/u.s/usa/us/america|united kingdom/u.k/uk/britain/great britain"
    "|united nations/u.n/un|european union/e.u/eu|soviet union/ussr/u.s.s.r|democratic people's republic of korea/north korean/north korea/dprk|republic of korea/south korean/south korea|people's republic of china/prc|russian federation/russia"
    "|kyiv/kiev|beijing/peking|mumbai/bombay|kolkata/calcutta|turkiye/turkey|czechia/czech republic|myanmar/burma"
    "|washington d.c/washington dc|new york city/nyc|doctor/dr|mister/mr|professor/prof|saint/st|general/gen"
    "|colonel/col|lieutenant/lt|captain/capt|senator/sen|governor/gov|reverend/rev|junior/jr|senior/sr|mount/mt"
    "|company/co|corporation/corp|incorporated/inc|limited/ltd|world war two/world war ii/second world war/wwii"
    "|world war one/world war i/first world war/wwi|los angeles/l.a|washington, d.c/washington dc"
)
_DEMONYMS = dict(
    pair.split("/")
    for pair in (
        "american/america french/france german/germany russian/russia chinese/china japanese/japan british/great_britain korean/korea "
        "italian/italy spanish/spain indian/india swiss/switzerland swedish/sweden norwegian/norway danish/denmark "
        "dutch/netherlands greek/greece turkish/turkey polish/poland irish/ireland mexican/mexico canadian/canada "
        "australian/australia brazilian/brazil egyptian/egypt israeli/israel iranian/iran iraqi/iraq portuguese/portugal "
        "european/europe african/africa asian/asia roman/rome ukrainian/ukraine austrian/austria hungarian/hungary "
        "finnish/finland belgian/belgium scottish/scotland welsh/wales cuban/cuba"
    ).split()
)
COUNTRIES = frozenset(_DEMONYMS.values())
SUPERLATIVES = frozenset(
    "largest biggest smallest highest lowest longest shortest oldest youngest newest tallest fastest slowest greatest "
    "best worst richest poorest strongest weakest earliest latest deepest widest heaviest lightest closest nearest "
    "hottest coldest busiest fewest cheapest hardest last primary main sole".split()
)

_LIKE: dict[str, str] = {}
for _group in _IRREGULAR.split("|"):
    _base, _, _forms = _group.partition(":")
    _LIKE |= {words.stem(form): words.stem(_base) for form in _forms.split(",")} | {
        form: words.stem(_base) for form in _forms.split(",")
    }
for _group in _TWINS.split("|"):
    *_others, _first = (words.stem(word) for word in _group.split())
    _LIKE |= {other: _LIKE.get(_first, _first) for other in _others}
_ALIASES = {
    name.casefold(): group.split("/")[-1].replace(" ", "_").replace(".", "")
    for group in _NAMES.split("|")
    for name in group.split("/")
}
# "us" and "un" are names in capitals only; single-word aliases that are also words keep their capital.
_ALIAS = re.compile(
    r"\b(?=(?-i:[A-Z]))(?<!\.)("
    + "|".join(sorted((r"\s+".join(re.escape(w) for w in name.split()) for name in _ALIASES), key=len, reverse=True))
    + r")(?![\w])",
    re.IGNORECASE,
)


# A clause behind it that tells how things are makes "since" a reason: "since the water comes by ship".
_IS = (
    r"(?:is|are|comes?|does|do|knows?|lacks?|needs?|wants?|costs?|gives?|goes|takes?|makes?|says?|speaks?"
    r"|loses|can|could|will|would|must|may)"
)
_JOINS = tuple(
    (re.compile(pattern, re.I), plain)
    for pattern, plain in (
        (r"\b(?:provided|providing|on (?:the |one )?condition) that\b", "if"),
        (rf"(?:(?<=, )|^)since(?=(?: (?!and\b|or\b|but\b|that\b)[a-z'’-]+){{1,6}}? {_IS} )", "because"),
    )
)


def joined_plainly(text: str) -> str:
    """Return a text with one word for all that join in one sense: "provided that" is "if"."""
    for pattern, plain in _JOINS:
        text = pattern.sub(plain, text)
    return words.begun(text)


@lru_cache(maxsize=20_000)
def canon(word: str) -> str:
    """Return what stands for a folded word and for all its forms: ``built``, ``builds``, ``construction`` are one."""
    word = word.replace("isation", "ization").replace("ising", "izing").replace("ised", "ized")
    stem = words.stem(word)
    found = _LIKE.get(word) or _LIKE.get(stem)
    if found:
        return found
    if stem.endswith(("tion", "sion")) and len(stem) >= 8:
        stem = stem[:-3]
    elif stem.endswith("ment") and len(stem) >= 9:
        stem = stem[:-4]
    elif stem.endswith("ly") and len(stem) >= 6:
        stem = stem[:-2]
    return _LIKE.get(stem) or _DEMONYMS.get(stem, stem)


def exact(key: str, written: str) -> str:
    """Return what a name is compared by: its letters, not its stem ("Williams" is not "William").

    ``key`` is its ``canon`` or what ``aliases`` found; a people's name stands for its country's.
    """
    folded = words.fold(words.bare(written))
    return key if "_" in key or folded in _ALIASES else _DEMONYMS.get(folded, folded)


def aliases(text: str) -> list[tuple[str, int, int]]:
    """Return the names in a text that have several accepted forms: what stands for all of them, and where it is."""
    found = []
    for match in _ALIAS.finditer(text):
        if match[1][0].isupper():
            found.append((_ALIASES[" ".join(match[1].casefold().split())], match.start(1), match.end(1)))
    return found
