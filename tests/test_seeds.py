"""The corpus that ships carries every fact in our own words, and the question sets are proven by it.

A fact is a set of strings that stand together in one line (a paragraph) of one document, so a figure that
slips into another sentence's paragraph, or a hedge that gets lost, fails here.
"""

import re
from pathlib import Path

import pytest

from eval.cases import Case, read_cases
from eval.normal import holds, tokens

ROOT = Path(__file__).parents[1]
SEEDS = ROOT / "seeds"
SUITES = ROOT / "eval" / "suites"

APPLES, DIGEST, SANCTIONS, TIES, FARMS = NAMES = (
    "0_apples_and_trade.txt",
    "1_censor_net_digest.txt",
    "2_apples_defy_sanctions.txt",
    "3_moscow_pyongyang_ties.txt",
    "4_farm_exports.txt",
)
TEXTS = {name: (SEEDS / name).read_text(encoding="utf-8") for name in NAMES}

# Kinds whose quotes each prove the whole answer; in the others the quotes prove it together.
EACH_QUOTE_SUFFICES = {"fact", "number", "list", "followup", "partial"}
KINDS = EACH_QUOTE_SUFFICES | {"unanswerable", "conflict", "multihop"}

# The longest run of words that a document may share with an original. No run is exempt: the longest names
# ("Korea Center for Strategic International Studies") have just that many.
LONGEST_SHARED_RUN = 6
ORIGINALS = sorted((ROOT.parent / "shared" / "seeds").glob("*.txt"))

# One fact a line; its strings are set apart by bars.
FACTS = {
    APPLES: """
North Korean apples | Russian supermarkets | the Financial Times reported on July 20
A year earlier | Vladimir Putin | Kim Jong Un | strategic partnership agreement
Military cooperation was its initial focus | commercial and cultural exchanges
Over recent months | fishing boats | the coast of Russia’s Far East
accordions, beer, sausages and jam | Federal Service for Intellectual Property
$100 million road bridge is being built by Russia | Tumen River | land border
10,000-kilometer railway | Moscow to Pyongyang | plans
Peter Ward | research fellow at South Korea’s Sejong Institute | told the FT
could be “transformational” | mining and agricultural sectors
large part of the population could benefit tangibly | rural infrastructure | limited | he said
producing coal, concrete and industrial plastic
food, fuel and fertilizer imported from China | neighbor and largest trading partner
In recent years | cryptocurrency wallets have reportedly | hundreds of millions of dollars
discreet about their military cooperation | Andrei Lankov | Kookmin University in Seoul
Lankov | the world should know | “designed for the long term.”
During the past year | heads of North Korean universities | Vladivostok
athletes from North Korea | competitions in Russia
theater companies from Russia | in Pyongyang
Wonsan-Kalma on its east coast | luxury beach resort | tourists from Russia
Kim Jong-Un opened the resort | near a missile test site | on June 24
wife and daughter | Russian ambassador | guest of honor
officials in South Korea | likely aimed at travelers from Russia | domestic visitors alone at first
tourism | foreign currency | sanctioned
""",
    DIGEST: """
the DPRK and Russia, two dictatorial countries | new level | strategic partnership
Censor.NET | Financial Times
apples from North Korea | DPRK exporters are making plans to enter
more and more fishing vessels | the coast of the Russian Far East
trademarks have been registered in Russia | accordions and beer to sausages and jam
worth $100 million | Russian Federation | Tyumen River | land border
plans in the making | 10,000-kilometer railway from Moscow to Pyongyang
In the course of the last year | leaders of universities | Vladivostok
athletes | on Russian soil | theater companies | on stage in Pyongyang
deepening a cooperation | earlier been confined to the military sector
coal, concrete and industrial plastics | fertilizer, food and fuel from China
Of late, sophisticated attacks by hackers on crypto wallets | hundreds of millions of US dollars
Peter Ward | research fellow at a think tank, the Sejong Institute | patronage from Moscow
could be "truly transformative" | mining and agricultural sectors
Andrey Lankov | Kookmin University in Seoul | are likely to be limited for Russia
importers have little or no interest in goods from North Korea
the publication writes | pressure from the West | even once the fighting in Ukraine has stopped
""",
    SANCTIONS: """
Saturday, December 6, 2025
Midjourney | Disney and Universal | copyright infringement | iconic characters | precedent
Japan, South JKorea and the U.S. | ASEAN Summit
Foreign Minister, Cho Tae Yul | ASEAN on the 26th and 27th | together with ...
Eco-Aggression? | Garbage Balloons by the Hundred
More than 300 trash balloons | confirmed | South Korea | in the night of June 9
NorthKoreaSanctions Defied
North Korea\\'s Rodong Sinmun, the official newspaper
North Korea’s Rodong Sinmun, the official newspaper
have reportedly arrived on the Russian market | politics and the military | everyday
observed on Tuesday | in the eyes of analysts | international sanctions on North Korea
on Sunday that the Financial Times wrote | supermarket shelves in Russia
Remi, a supermarket | Khabarovsk | 169 rubles (about 2 USD) a kilogram
supplied, reportedly, by | Hwanggeumsan
accordions, sausages, jam and beer | recently | Russian Federal Service for Intellectual Property
Taedonggang Beer Factory | flagship beer | registered in Russia last year
one year after Russian President Vladimir Putin and Kim Jong Un | comprehensive strategic | treaty
unofficial channels | jointly with Russian firms
foreign currency | traditionally | exporting labor to Russia | not | its own products
look like a strategic move | undermine | sanctions on North Korea
permanent seat on the UN Security Council | obligated
the weaker both the justification of these sanctions and their practical implementation
food products and agricultural goods | explicitly prohibited | Resolution 2397
unlikely to draw substantial economic benefits | in the view of many experts
Markets and capital | Russia can provide neither | Professor Park Won Gon
Department of North Korean Studies at Ewha Womans University
Selling apples alone, he explained | nowhere near | Kim Jong Un | the goals he has stated
Professor Park went on | only a limited impact unless China cooperates
""",
    TIES: """
FT:  | Ukraine conflict
It is expected | sanctions and pressure from the West | even once the Ukraine conflict winds down
Economic cooperation | along with their defense ties
recently put apples from North Korea | DPRK exporters are actively looking for a larger presence
Fishing vessels | Financial Times | more and more often | Far Eastern coastline of Russia
Trademarks | sausages, jam, beer, even accordions
An investment by Moscow of $100 million | new bridge for road traffic | Tumyn River | land border
plans to restore the 10,000-kilometer railway | underway
Within the past year | officials of North Korean universities | Vladivostok | academic exchanges
sports events in Russia | Pyongyang hosted performances by theater groups from Russia
Coal, concrete and industrial plastics | largely depends | supplies from China are its main support
sophisticated schemes to hack cryptocurrency | hundreds of millions of dollars
“truly transformative,” suggests Peter Ward | senior fellow of the Sejong Institute
Andrei Lankov | Kookmin University in Seoul, cautions | may remain limited for Russia | little appeal
experts emphasise | strategic military alliance | greater leverage | influence of the West
Victor Cha, chairman of | Washington | Korea Center for Strategic International Studies
warning | funding and technology from Russia | weapons could advance faster
By Khagan Isayev
""",
    FARMS: """
Farm Exports to North Korea Rise in 2024
rose significantly in 2023 | wheat flour and sugar | state-run export center
Wheat flour dominates the trade
opportunities that may await businesses from Russia | improved logistics in the Far East
Last year, after a pause of several years | frozen fish, pork, soybeans and sunflower oil
Agroexport | affiliated with the government | Agriculture Ministry of Russia
On Monday | social media | as experts estimate, approximately 22,000 tons | 2024
wheat or wheat-rye flour with a share of 69% | sugar follows with 10% | sunflower oil with 6%
appear credible, Marina Kukla told\N{NO-BREAK SPACE} NK News
professor | Korean studies | Vladivostok, at Far Eastern Federal University
she noted, are by now established in North Korea | further potential
said Kukla | “complex market strategies” are not needed | localization | marketing
not a very large one | exports could grow | “relatively minor.”
All through 2024 | authorities in Russia often reported | wheat flour, seafood and corn
hundreds of dairy goats | two dozen elite horses, Orlov Trotters
likely meant for the leadership of North Korea | equestrian facilities run by the state
more firms from North Korea | last year | several had trademarks registered
Hwanggumsan | brand registered | apples in Russia | major chain of supermarkets in the Far East
deployment of troops from North Korea to the Kursk region of Russia, as reported
Oil tankers and fishing vessels from North Korea | ports in the Russian Far East
Agroexport suggested | agricultural equipment, seeds and fertilizers | for decades
limited | greenhouses | processing of food | “integrated solutions” | processing machinery
basic agricultural resources, Agroexport stated | “stable niche” in a market of low competition
“added benefits” | logistics networks in the Far East
on various scales, dams, irrigation systems and greenhouses | Peter Ward of the Sejong Institute
an expert on the North Korean economy | he warned | strong return | that it is repaid
Ward told\N{NO-BREAK SPACE} NK News | likely includes the expansion of ports | rail and road
car bridge planned between Russia and North Korea over the Tumen River | by late 2026
In Ward’s words | “deeper, non-military cooperation” | commercial exchanges
if Russia does not provide the financing, “very little” is actually going to happen
Russia seems set to gain a firmer foothold | economic constraints on Pyongyang remain a challenge
Green Amazon
Algeria | watermelons, garlic and eggs | massive surpluses
Against Bremia, Enza Zaden
IBEB-EU, the International Bremia Evaluation Board Europe | Bremia lactucae
2025 Fruitnet Tomato Congress | Malaga
""",
}
INVENTORY = [(name, fact) for name in NAMES for fact in FACTS[name].strip().split("\n")]


def suite(half: str) -> tuple[Case, ...]:
    """Read one half of the question set; a line that cannot be read fails the collection."""
    cases, problems = read_cases(SUITES / f"seeds-{half}.jsonl")
    assert not problems, [str(problem) for problem in problems]
    return cases


DEV, TEST = suite("dev"), suite("test")
CASES = DEV + TEST
every_case = pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])


def words(text: str) -> list[str]:
    """Return the words of a text, by which copying is judged: case and punctuation do not hide it."""
    return re.findall(r"[a-z0-9]+", text.casefold())


def runs(text: str, length: int) -> set[tuple[str, ...]]:
    """Return every run of that many words in a text."""
    found = words(text)
    return {tuple(found[at : at + length]) for at in range(len(found) - length + 1)}


def asked(case: Case) -> str:
    """Return a case's conversation as one string that ignores case and punctuation."""
    return " / ".join(" ".join(words(turn.question)) for turn in case.turns)


@pytest.mark.parametrize(("name", "fact"), INVENTORY)
def test_a_fact_stands_in_its_document(name: str, fact: str) -> None:
    strings = fact.split(" | ")
    assert any(all(string in line for string in strings) for line in TEXTS[name].split("\n"))


def test_the_inventory_of_facts_is_not_thinned_out() -> None:
    assert len(set(INVENTORY)) >= 120


def test_the_corpus_is_these_five_documents() -> None:
    assert sorted(path.name for path in SEEDS.glob("*.txt")) == sorted(NAMES)


def test_each_document_keeps_its_own_spelling_of_the_river() -> None:
    spelled = {name: set(re.findall(r"T\w+n(?= River)", text)) for name, text in TEXTS.items()}
    assert [spelled[name] for name in NAMES] == [{"Tumen"}, {"Tyumen"}, set(), {"Tumyn"}, {"Tumen"}]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        (r"Hwanggeumsan", {SANCTIONS}),
        (r"Hwanggumsan", {FARMS}),
        (r"Andrei Lankov", {APPLES, TIES}),
        (r"Andrey Lankov", {DIGEST}),
        (r"research fellow", {APPLES, DIGEST}),
        (r"senior fellow", {TIES}),
        (r"transformational", {APPLES}),
        (r"truly transformative", {DIGEST, TIES}),
        (r"July 20", {APPLES}),
        (r"Sunday", {SANCTIONS}),
        (r"Tuesday", {SANCTIONS}),
        (r"Monday", {FARMS}),
        (r"\b2023\b", {FARMS}),
        (r"\b2026\b", {FARMS}),
    ],
)
def test_what_only_some_documents_say_stays_with_them(pattern: str, names: set[str]) -> None:
    assert {name for name, text in TEXTS.items() if re.search(pattern, text)} == names


def test_the_messy_form_is_kept() -> None:
    assert TEXTS[APPLES].endswith("\n" * 8)
    assert not any(TEXTS[name].endswith("\n") for name in NAMES[1:])
    assert "\nBy Khagan Isayev" in TEXTS[TIES]
    assert len(re.findall(r"\.\.\.(?:\n|$)", TEXTS[FARMS])) == 6


def test_suites_are_large_enough() -> None:
    assert len(DEV) >= 40
    assert len(TEST) >= 80
    unanswerable = sum(case.kind == "unanswerable" for case in CASES) / len(CASES)
    assert 0.15 <= unanswerable <= 0.25
    assert sum(case.kind == "followup" for case in CASES) >= 8


def test_ids_are_unique_over_both_halves() -> None:
    assert len({case.id for case in CASES}) == len(CASES)


@every_case
def test_a_case_asks_for_one_of_the_known_kinds(case: Case) -> None:
    assert case.kind in KINDS
    assert all(turn.answer for turn in case.turns[:-1]), "history has answers"
    assert case.turns[-1].answer is None
    assert case.kind != "followup" or len(case.turns) > 1


@every_case
def test_a_gold_quote_is_cut_from_one_line_of_its_document(case: Case) -> None:
    for gold in case.gold_evidence:
        assert gold.quote in TEXTS[gold.doc]
        assert "\n" not in gold.quote


@every_case
def test_the_quotes_prove_the_gold_answer(case: Case) -> None:
    if case.kind == "unanswerable":
        assert not case.gold_evidence
        assert not case.gold_answers
        return
    assert case.gold_evidence
    quotes = [tokens(gold.quote) for gold in case.gold_evidence]
    for part in case.gold_answers:
        proven = [any(holds(quote, tokens(variant)) for variant in part) for quote in quotes]
        assert all(proven) if case.kind in EACH_QUOTE_SUFFICES else any(proven), part


@every_case
def test_a_quote_alone_is_never_wrong(case: Case) -> None:
    for gold in case.gold_evidence:
        assert not any(holds(tokens(gold.quote), tokens(entry)) for entry in case.must_not)


@every_case
def test_a_partial_case_says_what_is_missing(case: Case) -> None:
    assert ("missing" in case.meta) == (case.kind == "partial")


def test_a_conflict_shows_versions_that_no_single_quote_holds() -> None:
    for case in CASES:
        if case.kind == "conflict":
            assert len(case.gold_answers) >= 2
            for gold in case.gold_evidence:
                quote = tokens(gold.quote)
                held = [any(holds(quote, tokens(variant)) for variant in part) for part in case.gold_answers]
                assert sum(held) == 1, (case.id, gold.quote)


def test_dev_and_test_share_no_question() -> None:
    assert not {asked(case) for case in DEV} & {asked(case) for case in TEST}
    assert len({asked(case) for case in CASES}) == len(CASES)


def test_dev_and_test_share_no_answer_from_the_same_quote() -> None:
    def proofs(cases: tuple[Case, ...]) -> set[tuple[object, str]]:
        return {(case.gold_answers, gold.quote) for case in cases for gold in case.gold_evidence}

    assert not proofs(DEV) & proofs(TEST)


# The originals are not part of the repository; where they lie beside it, copying is checked. (A parametrized
# test over no files would show up as skipped.)
if ORIGINALS:

    @pytest.mark.parametrize("original", ORIGINALS, ids=[path.name for path in ORIGINALS])
    @pytest.mark.parametrize("name", NAMES)
    def test_no_sentence_is_copied_from_an_original(name: str, original: Path) -> None:
        length = LONGEST_SHARED_RUN + 1
        copied = runs(TEXTS[name], length) & runs(original.read_text(encoding="utf-8"), length)
        assert not copied, [" ".join(run) for run in copied]
