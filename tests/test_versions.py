"""Which answers of documents cannot both be right, and how that is said."""

from dataclasses import replace

import pytest

from rag import versions
from rag.records import Evidence, Passage, Span


def piece(document: str, quote: str, answer: str, date: str | None = None, score: float = 0.9) -> Evidence:
    whole, start = Span(0, len(quote)), quote.index(answer)
    passage = Passage(abs(hash(document)), document, "r", "t", 0, len(quote), quote, (whole,), date=date)
    return Evidence(passage, whole, score, Span(start, start + len(answer)))


DISAGREE = {
    "sums": (
        "How much does the bridge cost?",
        ("The bridge costs $100 million.", "$100 million"),
        ("Russia pays $120 million for the road bridge.", "$120 million"),
    ),
    "counts": (
        "How many people were hurt?",
        ("The blast hurt 14 people in the market.", "14"),
        ("Doctors treated 19 people after the blast in the market.", "19 people"),
    ),
    "spelling of a company": (
        "Which company sells the apples?",
        ("They are supplied by a company named Hwanggeumsan.", "Hwanggeumsan"),
        ("Hwanggumsan is one of these companies.", "Hwanggumsan"),
    ),
    "spelling of a first name": (
        "What is the first name of the expert Lankov?",
        ("noted Andrei Lankov of Kookmin University.", "Andrei"),
        ("Andrey Lankov, an expert from Kookmin University, said so.", "Andrey"),
    ),
    "first names before one family name": (
        "What is the first name of Captain Munro?",
        ("The captain, Alistair Munro, has given a statement.", "Alistair Munro"),
        ("Of Captain Alasdair Munro passengers had only good to say.", "Alasdair"),
    ),
    "days": (
        "When was the resort opened?",
        ("The resort was opened on June 24.", "June 24"),
        ("On July 1, the resort was opened to guests.", "July 1"),
    ),
    "years": (
        "When was the mill founded?",
        ("The mill was founded in 1904 by two brothers.", "1904"),
        ("Founded in 1907, the mill closed after the war.", "1907"),
    ),
    "offices": (
        "Who is Alexander Kozlov?",
        ("Alexander Kozlov, the minister of natural resources, arrived.", "the minister of natural resources"),
        ("Trade minister Alexander Kozlov spoke there.", "Trade minister"),
    ),
    "ranks": (
        "What is Maria Lind's position?",
        ("Maria Lind, the deputy mayor, opposed it.", "deputy mayor"),
        ("The mayor, Maria Lind, opposed it.", "The mayor"),
    ),
    "planned and begun": (
        "Is the road bridge already being built or only planned?",
        ("A road bridge over the river is being built by Russia.", "being built"),
        ("The road bridge planned over the river is due in 2026.", "planned"),
    ),
    "names in like sentences": (
        "Who is the chairman of the harbour board?",
        ("The chairman of the harbour board is Carl Berg.", "Carl Berg"),
        ("Ines Dahl is the chairman of the harbour board.", "Ines Dahl"),
    ),
}
AGREE = {
    "two of one family where many may be told": (
        "Who sits on the board?",
        ("On the board sits Katharina Hoyle for the tenants.", "Katharina Hoyle"),
        ("Katrina Hoyle joined the board last year.", "Katrina Hoyle"),
    ),
    "prices of two things": (
        "How much of the repair of the ferry does the company pay?",
        ("The repair of the ferry costs the company 340,000 pounds.", "340,000 pounds"),
        ("A full repair of the clock would cost 410,000 pounds.", "410,000 pounds"),
    ),
    "spans of two things": (
        "How long has the captain sailed the route?",
        ("The captain, who has sailed the route for 22 years, is suspended.", "22 years"),
        ("It is the second time in four years that a ship was caught.", "four years"),
    ),
    "one value in two forms": (
        "How much does the bridge cost?",
        ("The bridge costs $100 million.", "$100 million"),
        ("It is worth 100 million dollars.", "100 million dollars"),
    ),
    "a range that holds the other": (
        "How many apples were sold?",
        ("Between 2 tons and 3 tons were sold.", "2 tons"),
        ("They sold 3 tons of apples, not 2 tons as was said.", "3 tons"),
    ),
    "different units": (
        "How long is the wall?",
        ("The wall is 12 miles long.", "12 miles"),
        ("The wall is 19 kilometers long.", "19 kilometers"),
    ),
    "a name and its adjective": (
        "Where do the apples come from?",
        ("The apples come from Russia.", "Russia"),
        ("Russian apples are sold in the city.", "Russian"),
    ),
    "short names": (
        "Which country sent help?",
        ("Help was sent by Iraq in the spring.", "Iraq"),
        ("Iran also sent help.", "Iran"),
    ),
    "a fuller name": (
        "Who visited the farm?",
        ("Kozlov visited the farm.", "Kozlov"),
        ("The farm was visited by Alexander Kozlov.", "Alexander Kozlov"),
    ),
    "items of one list": (
        "Which fruit does the shop sell?",
        ("The shop sells apples from the north.", "apples"),
        ("Pears are sold in the shop too.", "Pears"),
    ),
    "two of many who did it": (
        "Who criticised the plan?",
        ("The plan was criticised by Carl Berg.", "Carl Berg"),
        ("Ines Dahl criticised the plan too.", "Ines Dahl"),
    ),
    "names of one doer": (
        "Who is building the bridge?",
        ("The Russian Federation is building a bridge over the river.", "The Russian Federation"),
        ("Moscow is building a bridge over the river.", "Moscow"),
    ),
    "days of different things": (
        "When did it open?",
        ("The museum opened on June 24.", "June 24"),
        ("A school was begun on July 1.", "July 1"),
    ),
}


@pytest.mark.parametrize("case", DISAGREE)
def test_answers_that_cannot_both_be_right_disagree(case: str) -> None:
    question, one, other = DISAGREE[case]
    found = versions.disagreement(question, [piece("a", *one), piece("b", *other)])
    assert [version.pieces[0].passage.document for version in found] == ["a", "b"]


@pytest.mark.parametrize("case", AGREE)
def test_answers_that_differ_otherwise_do_not(case: str) -> None:
    question, one, other = AGREE[case]
    assert versions.disagreement(question, [piece("a", *one), piece("b", *other)]) == []


def test_one_document_does_not_disagree_with_itself() -> None:
    question, one, other = DISAGREE["sums"]
    assert versions.disagreement(question, [piece("a", *one), piece("a", *other)]) == []


def test_documents_that_agree_stand_together_on_their_side() -> None:
    question, one, other = DISAGREE["sums"]
    third = ("A $100 million bridge is planned.", "$100 million")
    found = versions.disagreement(question, [piece("a", *one), piece("b", *other), piece("c", *third)])
    assert [[p.passage.document for p in version.pieces] for version in found] == [["a", "c"], ["b"]]
    assert [version.answer for version in found] == ["$100 million", "$120 million"]


def test_it_is_said_who_says_what_when_and_which_is_the_latest() -> None:
    question, one, other = DISAGREE["sums"]
    found = versions.disagreement(question, [piece("a", *one, "2019-06-03"), piece("b", *other, "2020-01-15")])
    text = versions.explain(found, lambda version: len(version.pieces))
    assert "“$100 million” in a (2019-06-03);" in text
    assert "“$120 million” in b (2020-01-15), the latest." in text
    assert "update" in text
    found = versions.disagreement(question, [piece("a", *one, "2019-06-03"), piece("b", *other)])
    undated = versions.explain(found, lambda version: 1)
    assert "latest" not in undated


def test_copies_of_one_report_are_called_so() -> None:
    question, one, other = DISAGREE["sums"]
    found = versions.disagreement(question, [piece("a", *one), piece("c", *one), piece("b", *other)])
    text = versions.explain(found, lambda version: 1)
    assert "“$100 million” in a, c, 2 copies of one report" in text
    assert "in b, 2 copies" not in text


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("hwanggeumsan", "hwanggumsan", True),
        ("andrei", "andrey", True),
        ("korea", "korean", False),
        ("austria", "australia", False),
        ("gorbachev", "gorbachov", True),
        ("moscow", "madrid", False),
        ("peters", "peter", False),
        ("iran", "iraq", False),
    ],
)
def test_spellings_are_told_from_other_names(one: str, other: str, alike: bool) -> None:
    assert versions.spelled_alike(one, other) == versions.spelled_alike(other, one) == alike


def test_a_contradiction_that_hardly_counts_is_put_beside() -> None:
    question, one, other = DISAGREE["sums"]
    best, low = piece("a", *one), piece("b", *other, score=0.2)
    assert versions.beside(question, [best], [best, low], 0.1) == [best, low]
    assert versions.beside(question, [best], [best, low], 0.3) == [best]
    assert versions.beside(question, [best], [best, piece("b", *one, score=0.2)], 0.1) == [best]


def test_a_name_in_another_spelling_needs_no_reader_where_its_spelling_is_asked_for() -> None:
    best = piece("a.txt", "They are supplied by a company named Hwanggeumsan.", "Hwanggeumsan")
    weak = piece("b.txt", "Hwanggumsan is one of these companies.", "Hwanggumsan", score=0.01)
    assert versions.beside("How is the company's name spelled?", [best], [best, weak], 0.04) == [best, weak]
    assert versions.beside("Which company supplies them?", [best], [best, weak], 0.04) == [best]


RISE = "Farm Exports from Russia to North Korea Rise in 2024"
ROSE = "Farm exports from Russia to North Korea rose sharply in 2023, with flour and sugar in the lead."
YEAR = "In which year did farm exports from Russia to North Korea rise?"


def test_what_stands_behind_a_name_needs_no_reader_to_tell_what_the_person_is() -> None:
    best = piece("a.txt", "Peter Ward, a senior fellow at the institute, expects more trade.", "senior fellow")
    weak = piece(
        "b.txt", "Peter Ward, a research fellow at the institute, told the paper.", "research fellow", score=0.01
    )
    beside = versions.beside
    assert beside("What is Peter Ward's rank?", [best], [best, weak], 0.04) == [best, weak]
    assert beside("Who is Peter Ward?", [best], [best, weak], 0.04) == [best, weak]
    assert beside("What does Peter Ward expect?", [best], [best, weak], 0.04) == [best]
    other = piece(
        "b.txt", "Anna Wood, a research fellow at the institute, told the paper.", "research fellow", score=0.01
    )
    assert beside("What is Peter Ward's rank?", [best], [best, other], 0.04) == [best]


def test_a_document_may_contradict_itself_in_a_value() -> None:
    one, other = piece("a", RISE, "2024"), piece("a", ROSE, "2023")
    other = replace(other, span=Span(1, other.span.end))
    assert [version.answer for version in versions.disagreement(YEAR, [one, other])] == ["2024", "2023"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            ("The net revenue of Acme was $5 million in 2023.", "$5 million"),
            ("The net revenue of Acme was $7 million in 2024.", "$7 million"),
        ),
        (
            ("The old bridge of Port Ansel is 80 metres long.", "80 metres"),
            ("The new tunnel of Lodde Vale is 95 metres long.", "95 metres"),
        ),
    ],
)
def test_what_a_document_tells_of_another_year_or_thing_is_no_contradiction(
    one: tuple[str, str], other: tuple[str, str]
) -> None:
    second = piece("a", *other)
    pieces = [piece("a", *one), replace(second, span=Span(1, second.span.end))]
    assert versions.disagreement("What is it?", pieces) == []


def test_what_a_passage_tells_twice_is_found_for_a_second_look() -> None:
    text = f"{RISE}\n{ROSE} Twenty goats were sent in 2022."
    spans = (Span(0, len(RISE)), Span(len(RISE) + 1, len(RISE) + 1 + len(ROSE)), Span(len(text) - 31, len(text)))
    passage = Passage(1, "a", "r", "t", 0, len(text), text, spans)
    best = Evidence(passage, spans[0], 0.9, Span(RISE.index("2024"), len(RISE)))
    assert versions.retold(best, [passage]) == [(passage, spans[1])]


def test_a_year_has_no_unit() -> None:
    assert versions.said(piece("a", "Exports rose in 2024 as ties deepened.", "2024")) == "2024"
