"""Which names mean one place? Countries with their people, their languages and their short forms. A closed list, pure.

Only for telling that a name is spoken of under another form; never for putting one in place of the other.
"""

from __future__ import annotations

from collections.abc import Collection

# One country a line: all that may stand for it in a question or a text. A word may belong to several.
_FORMS = """
afghanistan afghan afghans
albania albanian albanians
algeria algerian algerians
america american americans us usa
argentina argentine argentinian argentines
armenia armenian armenians
australia australian australians aussie
austria austrian austrians
azerbaijan azerbaijani
bangladesh bangladeshi
belarus belarusian belarusians
belgium belgian belgians
bolivia bolivian
bosnia bosnian
brazil brazilian brazilians
britain british uk briton britons england english
bulgaria bulgarian bulgarians
cambodia cambodian
canada canadian canadians
chile chilean chileans
china chinese prc
colombia colombian colombians
croatia croatian croats
cuba cuban cubans
cyprus cypriot cypriots
czechia czech czechs
denmark danish dane danes
ecuador ecuadorian
egypt egyptian egyptians
england english
estonia estonian estonians
ethiopia ethiopian ethiopians
europe european europeans eu
finland finnish finn finns
france french frenchman
georgia georgian georgians
germany german germans
ghana ghanaian
greece greek greeks
holland dutch netherlands
hungary hungarian hungarians
iceland icelandic icelander
india indian indians
indonesia indonesian indonesians
iran iranian iranians persia persian
iraq iraqi iraqis
ireland irish irishman
israel israeli israelis
italy italian italians
jamaica jamaican
japan japanese
jordan jordanian
kazakhstan kazakh
kenya kenyan kenyans
korea korean koreans dprk rok
kuwait kuwaiti
latvia latvian latvians
lebanon lebanese
libya libyan libyans
lithuania lithuanian lithuanians
malaysia malaysian malaysians malay
mexico mexican mexicans
mongolia mongolian mongol
morocco moroccan moroccans
myanmar burma burmese
nepal nepalese nepali
netherlands dutch
nigeria nigerian nigerians
normandy norman normans
norway norwegian norwegians norse
pakistan pakistani pakistanis
palestine palestinian palestinians
peru peruvian peruvians
philippines filipino philippine filipinos
poland polish pole poles
portugal portuguese
prussia prussian prussians
qatar qatari
romania romanian romanians
rome roman romans
russia russian russians
arabia saudi arab arabs arabic arabian
scotland scottish scots scot
serbia serbian serbs
singapore singaporean
slovakia slovak slovaks
slovenia slovenian
somalia somali
spain spanish spaniard spaniards
sudan sudanese
sweden swedish swede swedes
switzerland swiss
syria syrian syrians
taiwan taiwanese
thailand thai thais
tunisia tunisian
turkey turkish turk turks
ukraine ukrainian ukrainians
venezuela venezuelan venezuelans
vietnam vietnamese
wales welsh
yemen yemeni
africa african africans
asia asian asians
""".split("\n")


_POINTS = frozenset("north south east west".split())
# Which half of a divided country a name is that does not say so.
_HALVES = {"dprk": "north", "pyongyang": "north", "rok": "south", "seoul": "south"}


def _table() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for line in _FORMS:
        forms = line.split()
        for form in forms:
            found.setdefault(form, set()).update(forms)
    return {form: frozenset(others) for form, others in found.items()}


_SAME = _table()


# A capital may speak for its government, though not for the country as a place.
_CAPITALS = dict(
    pair.split("/")
    for pair in """
    moscow/russia kremlin/russia pyongyang/korea seoul/korea beijing/china washington/america tokyo/japan london/britain
    berlin/germany paris/france kyiv/ukraine kiev/ukraine tehran/iran ankara/turkey brussels/europe jerusalem/israel
    delhi/india islamabad/pakistan hanoi/vietnam havana/cuba caracas/venezuela warsaw/poland rome/italy madrid/spain
    canberra/australia ottawa/canada minsk/belarus taipei/taiwan cairo/egypt damascus/syria baghdad/iraq riyadh/saudi
    """.split()
)


def speaks_for(capital: str, said: Collection[str]) -> bool:
    """Tell whether the country is spoken of whose government may be called by a capital, all folded words."""
    country = _CAPITALS.get(capital, "")
    return bool(country) and told(country, said)


def is_one(name: str) -> bool:
    """Tell whether a name is a country's, under any of its forms, or a capital's that may speak for one."""
    parts = name.casefold().split()
    return all(part in _SAME or part in _CAPITALS or point(part) for part in parts)


def point(word: str) -> str:
    """Return the compass point of a folded word: "north" for "northern"; "" for none."""
    bare = word.removesuffix("ern")
    return bare if bare in _POINTS else ""


def country(name: str) -> str:
    """Return one name for a country, by any of its forms or its capital, a folded word; "" for what is none."""
    return min(_SAME.get(_CAPITALS.get(name, name), ()), default="")


def side(name: str) -> str:
    """Return the compass point that a name tells without saying it: "north" for Pyongyang; "" for none."""
    return _HALVES.get(name, "")


def told(name: str, said: Collection[str]) -> bool:
    """Tell whether a place is spoken of under any of its forms, all of them folded words."""
    return not _SAME.get(name, frozenset()).isdisjoint(said)
