"""What a question takes for granted, held against a quote: names, numbers, opposites, and what a value measures."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag import places, premise
from rag.records import Evidence, Passage, Span

TITLE = "Warsaw"
WARSAW = "The first historical reference to Warsaw dates back to the year 1313, at a time when Kraków was the capital."
ROUTE = "State Route 168 heads east to the city of Clovis."
BRIDGE = "Moscow pays $100 million for a road bridge and plans to restore a 10,000-kilometer rail link to Pyongyang."
DUTY = "Pharmacists require training in the United States."


def piece(quote: str, answer: str = "") -> Evidence:
    whole = Span(0, len(quote))
    passage = Passage(1, "a.txt", "r", TITLE, 0, len(quote), quote, (whole,))
    start = quote.index(answer) if answer else 0
    return Evidence(passage, whole, 0.9, Span(start, start + len(answer)) if answer else whole)


@pytest.mark.parametrize(
    ("question", "quote", "answer", "named"),
    [
        ("When was the first reference to Prussia?", WARSAW, "1313", "Prussia"),
        ("What was first told of Warsaw in 1999?", WARSAW, "1313", "1999"),
        ("My boiler shows E3. What does that mean?", "E5: carbon filter due.", "carbon filter", "E3"),
        ("What is the population of Russia?", "Moscow has a population of 12 million.", "12 million", "Russia"),
        ("What do apples cost in Moscow?", "Apples cost 169 rubles in Khabarovsk, Russia.", "169 rubles", "Moscow"),
        ("What do pharmacists not require?", DUTY, "training", "not"),
        ("How long is the road bridge?", BRIDGE, "10,000-kilometer", "rail link"),
        (
            "What is the cost of the rail link?",
            "A $100 million road bridge and a rail link.",
            "$100 million",
            "road bridge",
        ),
    ],
)
def test_what_is_told_nowhere_near_speaks_against(question: str, quote: str, answer: str, named: str) -> None:
    assert named in premise.denied(question, piece(quote, answer))


@pytest.mark.parametrize(
    ("question", "quote", "answer"),
    [
        ("When was the first reference to Warsaw?", WARSAW, "1313"),
        ("What does Ms Novak do?", "On board was the nurse Beata Novak.", "nurse"),  # no namesake
        ("How much did the overhaul cost?", "An overhaul was due; its cost was 52 million euros.", "52 million euros"),
        ("What does the European Union pay?", "The ship cost 18 million, of which Brussels paid eleven.", "eleven"),
        ("When was Warszawa first told of?", WARSAW, "1313"),  # misspelled
        ("What do pharmacists require in the U.S.?", DUTY, "training"),
        ("What do American pharmacists require?", DUTY, "training"),
        ("How long is the rail link?", BRIDGE, "10,000-kilometer"),
        ("How long is the railway?", BRIDGE, "10,000-kilometer"),
        ("How much does the bridge cost?", BRIDGE, "$100 million"),
        ("Where is Censor.NET from?", "Censor.NET took it from a paper.", "a paper"),
        ("What does Pyongyang send?", "North Korea sends labor to Russia.", "labor"),
        ("Besides 3,7 and 9, what comes?", "3, 7, 9 and 11 come.", "11"),
        ("Along with Kraków, what was told of?", WARSAW, "Warsaw"),  # "Along" is no name
        ("What do pharmacists not need?", "They cannot do without training.", "training"),
        ("Is the first reference from 1314?", WARSAW, "1313"),  # answered by the right year
    ],
)
def test_what_is_told_in_another_form_does_not(question: str, quote: str, answer: str) -> None:
    assert premise.denied(question, piece(quote, answer)) == ""


@pytest.mark.parametrize(
    ("question", "quote", "answer", "asked", "instead"),
    [
        ("When was the first reference to Prussia?", WARSAW, "1313", "Prussia", "Warsaw"),
        ("State Route 168 heads west to what?", ROUTE, "Clovis", "west", "east"),
        ("Where does State Route 180 head?", ROUTE, "Clovis", "180", "168"),
    ],
)
def test_a_rival_in_the_quote_is_put_into_the_question(
    question: str, quote: str, answer: str, asked: str, instead: str
) -> None:
    found = premise.rivals(question, piece(quote, answer))
    assert (asked, instead, question.replace(asked, instead)) in [
        (rival.asked, rival.told, rival.question) for rival in found
    ]


@pytest.mark.parametrize(
    ("question", "quote", "answer"),
    [
        ("When was the first reference to Warsaw?", WARSAW, "1313"),
        ("Which city was first told of in 1313?", WARSAW, "Warsaw"),
        ("Is it Prussia that was first told of in 1313, or someone else?", WARSAW, "Warsaw"),
        ("State Route 168 heads east or west to what?", ROUTE, "Clovis"),
        ("When did people first speak of it?", WARSAW, "1313"),
        ("When was Wonsan-Kalma opened?", "The resort was opened by Kim Jong-Un on June 24.", "June 24"),
    ],
)
def test_where_the_quote_has_what_is_asked_there_is_no_rival(question: str, quote: str, answer: str) -> None:
    assert premise.rivals(question, piece(quote, answer)) == []


@pytest.mark.parametrize(
    ("question", "quote", "named"),
    [
        ("When was the New Mill Bridge built?", "The Old Mill Bridge was built in 1912.", "New Mill Bridge"),
        ("How large is Unit 3B?", "Unit 3A has 212 square metres.", "Unit 3B"),
        ("What did Paul Ward say?", "Peter Ward said that trade would grow.", "Paul Ward"),
    ],
)
def test_a_namesake_is_not_what_was_asked_about(question: str, quote: str, named: str) -> None:
    around = f"{quote} There is the New Mill Bridge, Unit 3B and Paul Ward, too."
    assert named in premise.denied(question, piece(quote), around)


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("When was the New Mill Bridge built?", "The New Mill Bridge replaced the Old Mill Bridge in 1989."),
        ("When was the New Mill Bridge built?", "It replaced the Old Mill Bridge in 1989."),
        ("What does Andrei Lankov say?", "Andrey Lankov says that trade will bring little."),
        ("What does North Korea import?", "Its neighbor South Korea sends it nothing."),
    ],
)
def test_a_namesake_beside_it_or_another_spelling_does_not_speak_against(question: str, quote: str) -> None:
    assert premise.denied(question, piece(quote), f"{question} {quote}") == ""


@pytest.mark.parametrize("question", ["When must the machines on Quay Street stand still?", "What is shut on May 11?"])
def test_what_the_document_names_elsewhere_is_told(question: str) -> None:
    rule = piece("Machines may not be run between 22:00 and 6:00.")
    assert premise.denied(question, rule)
    assert premise.denied(question, rule, "Lease of 14 Quay Street, from May 11.") == ""
    opening = replace(rule, passage=replace(rule.passage, opening="Lease of 14 Quay Street, from May 11."))
    assert premise.denied(question, opening) == ""


@given(st.text(max_size=300), st.text(min_size=1, max_size=300))
def test_any_text_can_be_held_against_any_other(question: str, quote: str) -> None:
    assert isinstance(premise.denied(question, piece(quote)), str)
    assert len(premise.rivals(question, piece(quote))) <= 4


@pytest.mark.parametrize(
    ("title", "rival"), [("Prussia", []), ("A history of Prussia and Warsaw", ["Warsaw"]), ("History", ["Warsaw"])]
)
def test_what_a_document_is_headed_with_need_not_stand_in_its_sentences(title: str, rival: list[str]) -> None:
    told = piece("The first reference to Warsaw is of 1313.", "1313")
    headed = replace(told, passage=replace(told.passage, title=title))
    assert [found.told for found in premise.rivals("When was the first reference to Prussia?", headed)] == rival


def test_what_the_sentence_before_names_may_be_meant() -> None:
    before, quote = "The resort is called Wonsan-Kalma. ", "Kim Jong-Un opened the resort beside his wife on June 24."
    text = before + quote
    span = Span(len(before), len(text))
    passage = Passage(1, "a.txt", "r", "t", 0, len(text), text, (Span(0, len(before) - 1), span))
    at = text.index("June 24")
    assert premise.rivals("When was Wonsan-Kalma opened?", Evidence(passage, span, 0.9, Span(at, at + 7))) == []
    alone = piece(quote, "June 24")
    assert [rival.told for rival in premise.rivals("When was Wonsan-Kalma opened?", alone)] == ["Kim Jong-Un"]


def test_one_of_a_kind_is_told_from_another_by_its_number() -> None:
    told = piece("Lot 1: six buses, each with at least 130 places.", "130")
    assert "Lot 1" in premise.denied("How many places does each bus of lot 2 need?", told)
    assert not premise.denied("How many places does each bus of lot 1 need?", told)
    assert not premise.denied(
        "How many places does each bus of lot 2 need?", piece("Lots: 130 places in lot 2.", "130")
    )


def test_the_last_one_named_before_a_value_has_it() -> None:
    told = piece("The Landlord lets Unit 3A, with an area of 212 square metres, and the store room Unit 3B.", "212")
    assert "Unit 3A" in premise.denied("How many square metres does Unit 3B have?", told)
    assert not premise.denied("How many square metres does Unit 3A have?", told)


def test_the_file_of_a_document_tells_what_it_is_about() -> None:
    told = piece("The printing machines must stand still on Sundays.", "Sundays")
    asked = "When must the machines on Quay Street stand still?"
    assert premise.denied(asked, told)
    filed = replace(told, passage=replace(told.passage, document="lease_quay_street.txt"))
    assert not premise.denied(asked, filed)


def test_a_reason_is_asked_for_what_did_not_happen() -> None:
    told = piece("The card readers broke during the test.", "The card readers broke")
    assert not premise.denied("What was the reason that the kiosks could not be delivered?", told)
    assert premise.denied("Which card readers did not break?", told)


def test_a_not_in_a_subordinate_clause_is_not_what_was_asked_for() -> None:
    told = piece("After a pause, Russia resumed exports of pork.", "pork")
    assert not premise.denied("Which goods came from Russia again after not coming for years?", told)
    assert premise.denied("Which goods did not come from Russia?", told)


def test_a_point_of_the_compass_may_be_one_letter() -> None:
    told = piece("Some 22,000 tons went to North Korea.", "22,000")
    assert not premise.denied("how many tonnes went to N Korea", told)
    assert not premise.denied("how many tonnes went to N. Korea", told)
    assert premise.denied("how many tonnes went to N Wales", told)


def test_what_the_sentence_before_names_is_taken_up_by_its_noun() -> None:
    text = "The Remi store in Khabarovsk sells them. The supplier is a North Korean company called Zahar."
    spans = (Span(0, 40), Span(41, len(text)))
    passage = Passage(1, "a", "r", "t", 0, len(text), text, spans)
    told = Evidence(passage, spans[1], 0.9, Span(text.index("Zahar"), len(text) - 1))
    assert premise.rivals("Which company supplies the store in Khabarovsk?", told) == []
    far = replace(
        told, passage=replace(passage, text="".join([text[:41].replace("Khabarovsk", "Oslo !!!!!"), text[41:]]))
    )
    assert premise.rivals("Which company supplies the store in Khabarovsk?", far) != []


def test_a_capital_that_begins_a_sentence_is_no_rival() -> None:
    told = piece("Prepared by Henrike Stoll for the council.", "Henrike Stoll")
    assert [rival.told for rival in premise.rivals("Who wrote the note on Port Ansel?", told)] == []


def test_the_resort_may_be_the_one_that_the_passage_names() -> None:
    text = "Wonsan-Kalma is a luxury beach resort. Kim Jong-Un opened the resort on June 24."
    spans = (Span(0, 38), Span(39, len(text)))
    answer = Span(text.index("June"), len(text) - 1)
    passage = Passage(1, "a", "r", "t", 0, len(text), text, spans)
    asked = "When was Wonsan-Kalma opened?"
    assert premise.rivals(asked, Evidence(passage, spans[1], 0.9, answer)) == []
    other = text.replace("opened the resort", "opened a museum")
    passage = replace(passage, text=other, end=len(other), sentences=(spans[0], Span(39, len(other))))
    found = premise.rivals(asked, Evidence(passage, Span(39, len(other)), 0.9, Span(len(other) - 8, len(other) - 1)))
    assert [rival.told for rival in found] == ["Kim Jong-Un"]


def test_a_country_is_no_rival_of_a_person() -> None:
    told = piece("Both want to signal that the ties will last beyond the war in Ukraine.", "the ties will last")
    assert premise.rivals("What do both want to signal, as Andrei Lankov puts it?", told) == []


def test_a_person_is_no_country_for_a_last_name() -> None:
    assert places.is_one("North Korea")
    assert places.is_one("Moscow")
    assert not places.is_one("Michael Jordan")


def test_a_day_is_no_rival_of_a_ship() -> None:
    quote = "It failed in April because of a winch and was cleared to sail on May 2."
    assert not premise.rivals("When was the Northern Petrel cleared?", piece(quote, "May 2"))
    assert premise.rivals("What failed in March?", piece(quote, "winch"))
