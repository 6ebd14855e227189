"""Quotes with planted values, questions about them, and true answers in words that people choose. Made from a seed.

Each kind rewords in its own way. Names, numbers and dates are drawn anew for every case: no gate can know them.
"""

# ruff: noqa: E501 - a template is one line
from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

_FIRST = "Anna Boris Chiara Dmitri Elena Farid Greta Hugo Ines Jonas Katya Lars Mei Nadia Omar Petra Rosa Tomas".split()
_LAST = "Berg Castillo Duval Eriksen Fontaine Grigoriev Hoffman Ivanov Jansen Kowalski Lindqvist Moreau Novak Okafor".split()
_PLACES = "Varna Lund Bergen Porto Graz Tartu Split Cork Ghent Turku Izmir Lviv Oulu Brno Basel Riga".split()
_FIRMS = "Nordwind Helios Karat Meridian Quantor Solvex Tamarind Ulmus Vektor Zephyr Arcturus Boreas".split()
_MONTHS = "January February March April May June July August September October November December".split()
_THINGS = "bridge library harbour tunnel stadium theatre museum hospital airport dam".split()
_DECISIONS = "merger budget treaty plan proposal lease".split()


@dataclass(frozen=True, slots=True)
class Case:
    """A quote, a question about it, and a true sentence that answers it in other words than the quote's."""

    kind: str
    quote: str
    question: str
    sentence: str
    names: tuple[str, ...]


# kind | quote | question | sentence. {a}, {b}: people; {p}, {q}: places; {f}, {g}: firms; {t}: a thing; {y} < {z}: years;
# {n}: thousands with a comma, {N} without; {k}, {K}: a small number in figures and words; {m}: a month, {d}: a day.
_TEMPLATES = """
date, day first | The {t} in {p} was opened on {m} {d}, {y} by {a} {b}. | When was the {t} opened? | The {t} was opened on {d} {m} {y}.
date, year alone | The {t} in {p} was opened on {m} {d}, {y} by {a} {b}. | In what year was the {t} in {p} opened? | The {t} in {p} was opened in {y}.
date, ISO | {f} moved to {p} on {y}-{mm}-{dd}. | When did {f} move to {p}? | {f} moved to {p} on {m} {d}, {y}.
number without separator | The {t} of {p} holds {n} visitors, more than any other in the region. | How many visitors does the {t} hold? | The {t} of {p} holds {N} visitors.
number in words | {a} {b} led {k} expeditions to {p} between {y} and {z}. | How many expeditions did {a} {b} lead? | {a} {b} led {K} expeditions to {p}.
number in figures | The council of {p} has {K} members. | How many members does the council have? | The council of {p} has {k} members.
millions | {f} sold 1.{k} million bicycles in {y}. | How many bicycles did {f} sell in {y}? | {f} sold 1,{k}00,000 bicycles in {y}.
money in words | {f} paid ${k} million for the {t} in {p}. | How much did {f} pay for the {t}? | {f} paid {k} million dollars for the {t}.
money, active for passive | The {t} was bought by {f} for €{k} million in {y}. | Who bought the {t}? | {f} bought the {t} for €{k} million.
percent in words | Exports of {p} rose by {k}% in {y}, the ministry's figures show. | By how much did exports of {p} rise in {y}? | Exports of {p} rose by {k} percent in {y}.
unit spelled | The {t} is {k} km from {p} and can be reached by train. | How far is the {t} from {p}? | The {t} is {k} kilometres from {p}.
unit short | The tunnel near {p} is {k} kilometers long. | How long is the tunnel near {p}? | The tunnel near {p} is {k} km long.
bound kept | The {t} cost more than ${k} million. | How much did the {t} cost? | The {t} cost over ${k} million.
range kept | Repairs of the {t} take {k} to {l} weeks. | How long do repairs of the {t} take? | Repairs of the {t} take {k}-{l} weeks.
range, between | A crossing takes between {k} and {l} hours in winter. | How long does a crossing take in winter? | In winter a crossing takes {k} to {l} hours.
passive to active | The {t} in {p} was designed by {a} {b}. | Who designed the {t} in {p}? | {a} {b} designed the {t} in {p}.
active to passive | {a} {b} founded {f} in {y}. | Who founded {f}? | {f} was founded by {a} {b}.
passive without agent | In {y} {f} closed its office in {p}. | When was the office in {p} closed? | The office in {p} was closed in {y}.
opening moved to the end | In {m} {y}, {f} sold the {t} to {g}. | When did {f} sell the {t} to {g}? | {f} sold the {t} to {g} in {m} {y}.
end moved to the opening | {f} bought {g} in {y}. | When did {f} buy {g}? | In {y}, {f} bought {g}.
apposition dropped | {a} {b}, a painter from {p}, moved to {q} in {y}. | Where did {a} {b} move in {y}? | {a} {b} moved to {q} in {y}.
apposition used | {a} {b}, the mayor of {p}, resigned in {y}. | Who is the mayor of {p}? | {a} {b} is the mayor of {p}.
relative clause dropped | The {t}, which was built in {y}, lies {k} km from {p}. | How far is the {t} from {p}? | The {t} lies {k} km from {p}.
relative clause used | The {t}, which was built in {y}, lies {k} km from {p}. | When was the {t} built? | The {t} was built in {y}.
clause picked | {f} opened an office in {p} in {y}, but {g} left the city. | Where did {f} open an office? | {f} opened an office in {p} in {y}.
second clause picked | {f} opened an office in {p}, and {g} closed a factory in {q} in {y}. | Who closed a factory in {q}? | {g} closed a factory in {q} in {y}.
title dropped | President {a} {b} visited {p} in {m} {y}. | Who visited {p} in {m} {y}? | {a} {b} visited {p} in {m} {y}.
surname alone | {a} {b} was born in {p} on {d} {m} {y}. | Where was {b} born? | {b} was born in {p}.
country's short form | The United States imported {n} tons of copper from {p}. | Who imported copper from {p}? | The U.S. imported {n} tons of copper from {p}.
possessive for of | The population of {p} was {n} in {y}. | What was the population of {p} in {y}? | {p}'s population was {n} in {y}.
of for possessive | {f}'s revenue was €{k} million in {y}. | What was the revenue of {f} in {y}? | The revenue of {f} was €{k} million in {y}.
is turned round | {p} is the largest city on the coast. | What is the largest city on the coast? | The largest city on the coast is {p}.
plan kept | {f} plans to build a {t} in {p} for ${k} million. | What does {f} plan to build in {p}? | {f} plans to build a {t} in {p}.
plan, other word | {f} intends to open a {t} in {p} in {z}. | What does {f} plan in {p}? | {f} plans to open a {t} in {p} in {z}.
expected kept | The {t} is expected to open in {m} {z}, {f} said. | When is the {t} expected to open? | The {t} is expected to open in {m} {z}, {f} said.
denial kept | {a} {b} did not sign the {e} in {y}. | Did {a} {b} sign the {e}? | {a} {b} did not sign the {e}.
denial, other word | {f} failed to deliver the {n} bicycles to {p}. | Did {f} deliver the bicycles to {p}? | {f} did not deliver the {n} bicycles to {p}.
source moved | According to {a} {b}, the {t} in {p} cost ${k} million. | How much did the {t} in {p} cost? | The {t} in {p} cost ${k} million, according to {a} {b}.
source, said | The {t} needs {k} new pumps, {a} {b} said. | What does the {t} need? | {a} {b} said the {t} needs {k} new pumps.
quantifier kept | Most members of the council of {p} opposed the {e} in {y}. | Who opposed the {e}? | Most members of the council of {p} opposed the {e}.
condition kept | Tenants pay €{k}0 a month if the {t} is open. | How much do tenants pay? | If the {t} is open, tenants pay €{k}0 a month.
first kept | {a} {b} was the first mayor of {p} and retired in {y}. | Who was the first mayor of {p}? | {a} {b} was the first mayor of {p}.
question's noun | {f} is based in {p}, {k} km from {q}. | In which city is {f} based? | {f} is based in the city of {p}.
price asked | The {t} in {p}, a ${k} million project, opened in {y}. | How much did the {t} in {p} cost? | The {t} in {p} cost ${k} million.
ordinal in figures | The {e} was signed at the third meeting in {p}. | At which meeting was the {e} signed? | The {e} was signed at the 3rd meeting in {p}.
parenthesis dropped | {f} (founded in {y}) employs {n} people in {p}. | How many people does {f} employ? | {f} employs {n} people in {p}.
parenthesis used | {f} (founded in {y}) employs {n} people in {p}. | When was {f} founded? | {f} was founded in {y}.
time of day | The {t} in {p} opens at 9:30 p.m. on Sundays. | When does the {t} open on Sundays? | The {t} in {p} opens at 21:30 on Sundays.
half | Half of the voters in {p} backed the {e}. | How many voters backed the {e}? | 50% of the voters in {p} backed the {e}.
noun for verb | The construction of the {t} began in {m} {y}. | When did they start to build the {t}? | Construction of the {t} started in {m} {y}.
unseen: named month | {f} will leave {p} in {m} {z}, {a} {b} said. | When will {f} leave {p}? | {f} will leave {p} in {m} {z}, {a} {b} said.
unseen: two values | {f} grew from {k} to {l} branches between {y} and {z}. | How did {f} grow? | Between {y} and {z}, {f} grew from {k} to {l} branches.
unseen: which | {a} {b} teaches at the {t} of {p}, which has {n} rooms. | How many rooms does the {t} of {p} have? | The {t} of {p} has {n} rooms.
unseen: without | {f} runs its {t} in {p} without state money. | How does {f} run its {t}? | {f} runs its {t} without state money.
unseen: at least | At least {k} people were hurt when the {t} of {p} collapsed in {y}. | How many people were hurt? | At least {K} people were hurt when the {t} of {p} collapsed.
unseen: owes | {a} {b} owes {f} €{n} since {y}. | How much does {a} {b} owe {f}? | {a} {b} owes {f} {N} euros.
unseen: sold by | In {y} the {t} was sold by {f} to {g} for ${k} million. | Who sold the {t} to {g}? | {f} sold the {t} to {g}.
unseen: neither | Neither {f} nor {g} paid for the {t} in {p}. | Who paid for the {t}? | Neither {f} nor {g} paid for the {t}.
unseen: allegedly | {a} {b} allegedly stole {k} paintings from the {t} in {p}. | What did {a} {b} do? | {a} {b} allegedly stole {K} paintings from the {t}.
unseen: colon | Opening of the {t}: {m} {d}, {y}. | When was the opening of the {t}? | The opening of the {t} was on {d} {m} {y}.
unseen: share | A third of the workers of {f} live in {p}. | How many workers of {f} live in {p}? | One third of the workers of {f} live in {p}.
unseen: depth | The lake near {p} is {k} m deep and {l} km wide. | How wide is the lake? | The lake near {p} is {l} kilometres wide.
unseen: only | Only members of {f} may enter the {t} in {p}. | Who may enter the {t} in {p}? | Only members of {f} may enter the {t}.
unseen: temperature | In {p} the temperature fell to -{k} °C in {m} {y}. | How cold did it get in {p}? | The temperature in {p} fell to -{k} degrees Celsius.
unseen: author | The {e} was written by {a} {b}, a lawyer from {p}, and {g} signed it. | Who wrote the {e}? | {a} {b}, a lawyer from {p}, wrote the {e}.
""".strip()
KINDS = tuple(line.split(" | ")[0] for line in _TEMPLATES.splitlines())
TUNED = frozenset(kind for kind in KINDS if not kind.startswith("unseen"))
_NUMBERS = "zero one two three four five six seven eight nine".split()


def cases(each: int, seed: int) -> Iterator[Case]:
    """Yield ``each`` cases of every kind."""
    for at, line in enumerate(_TEMPLATES.splitlines()):
        kind, quote, question, sentence = line.split(" | ")
        rng = random.Random(f"{seed} {at}")
        for _ in range(each):
            slots = _slots(rng)
            names = (*rng.sample(_PLACES, 3), *rng.sample(_LAST, 2), *rng.sample(_FIRMS, 2))
            yield Case(kind, quote.format(**slots), question.format(**slots), sentence.format(**slots), names=names)


def _slots(rng: random.Random) -> dict[str, str]:
    month, day, small = rng.randrange(len(_MONTHS)), rng.randint(13, 28), rng.randint(2, 8)
    (place, other), (firm, second) = rng.sample(_PLACES, 2), rng.sample(_FIRMS, 2)
    thousands, year = rng.randint(1001, 98000), rng.randint(1890, 2015)
    return {
        "a": rng.choice(_FIRST), "b": rng.choice(_LAST), "p": place, "q": other, "f": firm, "g": second,
        "t": rng.choice(_THINGS), "e": rng.choice(_DECISIONS), "y": str(year), "z": str(year + rng.randint(2, 9)),
        "n": f"{thousands:,}", "N": str(thousands), "k": str(small), "K": _NUMBERS[small],
        "l": str(small + rng.randint(1, 5)), "m": _MONTHS[month], "d": str(day), "mm": f"{month + 1:02}", "dd": f"{day:02}",
    }  # fmt: skip
