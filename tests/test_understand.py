"""Follow-ups: what they may ask when they stand alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.fronted import fronted
from rag.parts import parts_of
from rag.records import Question, Turn
from rag.understand import searches, wordings

COST = Turn("How much does the bridge cost?", "The bridge costs $100 million. [1]")
WARD = Turn("What does Peter Ward say about the mines?", "He says they could revive. [1]")
RESORT = Turn("Which resort lies on the east coast?", "Porto Alba lies on the east coast. [1]")
RENT = Turn("How much is the monthly rent?", "It is €1,240. [1]")
SHARE = Turn("What percentage of the exports was wheat flour?", "Wheat flour made up 69%. [1]")


@pytest.mark.parametrize(
    ("turn", "asked", "wanted"),
    [
        (COST, "Which river does it cross?", "Which river does the bridge cross?"),
        (COST, "And which river?", "Which river (the bridge)?"),
        (COST, "When will its owner sell it?", "When will the bridge's owner sell it?"),
        (WARD, "Where does he work?", "Where does Peter Ward work?"),
        (WARD, "What is his title?", "What is Peter Ward's title?"),
        (RESORT, "When was it opened?", "When was Porto Alba opened?"),
        (SHARE, "And sugar?", "What percentage of the exports was sugar?"),
        (SHARE, "What about sugar?", "What percentage of the exports was sugar?"),
        (RENT, "And the deposit?", "How much is the deposit?"),
        (RENT, "And for dogs?", "How much is the monthly rent for dogs?"),
    ],
)
def test_the_likeliest_reading(turn: Turn, asked: str, wanted: str) -> None:
    assert wordings(Question(asked, (turn,)))[0] == wanted


def test_other_readings_follow() -> None:
    found = wordings(Question("When was it opened?", (RESORT,)))
    assert "When was the resort opened?" in found
    assert len(found) <= 4


@pytest.mark.parametrize(
    "asked",
    [
        "Who sells the apples?",
        "What is the population of Lisbon?",
        "Is this lease valid?",
        "Does it rain in this city?",
        "and?",
    ],
)
def test_a_change_of_topic_stands_alone(asked: str) -> None:
    assert wordings(Question(asked, (RENT,)))[0] == asked


BUILT = Turn("Who built the resort?", "Kim Jong-Un built it on the east coast. [1]")
GOODS = Turn("What was exported?", "The goods were wheat flour (69%), sugar (10%), and sunflower oil (6%). [1]")
MINISTER = Turn("Who will attend?", "Cho Tae Yul, South Korea's Minister of Foreign Affairs, will attend. [1]")


@pytest.mark.parametrize(
    ("history", "asked", "wanted"),
    [
        ((BUILT,), "When?", "When was the resort built?"),
        ((COST,), "Why?", "Why does the bridge cost?"),
        ((BUILT,), "When was that?", "When was the resort built?"),
        (
            (Turn("Did a flood close the road?", "Yes. [1]"),),
            "And why did that happen?",
            "Why did a flood close the road?",
        ),
        ((BUILT,), "Where is that?", "Where is the resort?"),
        ((COST,), "No, the rail link", "How much does the rail link cost?"),
        ((COST,), "I meant the old one", "How much does the old bridge cost?"),
        ((SHARE,), "Not wheat flour, sugar", "What percentage of the exports was sugar?"),
        ((GOODS,), "What is the price of the second one?", "What is the price of sugar?"),
        ((MINISTER,), "When will that minister speak?", "When will Cho Tae Yul speak?"),
        ((WARD,), "What did he say about it?", "What did Peter Ward say about the mines?"),
        (
            (Turn("What has North Korea built on its coast?", "Dams. [1]"),),
            "When?",
            "When has North Korea built on its coast?",
        ),
        ((Turn("How has North Korea grown?", "By trade. [1]"),), "Who leads it?", "Who leads North Korea?"),
        ((BUILT,), "Where is it?", "Where is the resort?"),
        (
            (COST, Turn("Which river does it cross?", "Russia builds it over the Tumen River.")),
            "How long is it?",
            "How long is the bridge?",
        ),
    ],
)
def test_what_is_left_out_comes_from_the_talk(history: tuple[Turn, ...], asked: str, wanted: str) -> None:
    assert wordings(Question(asked, history))[0] == wanted


LANKOV = Turn("What does Lankov caution about?", "He cautions that trade may stay limited. [1]")
PARK = Turn("Who is Park Won Gon?", "A professor of North Korean studies. [1]")
REMI = Turn("And Remi, what is that?", "A supermarket in the Far Eastern city of Khabarovsk. [1]")
BUDGET = Turn("What does the budget plan for the Mill Bridge?", "For the Old Mill Bridge, a new deck. [1]")
STATION = Turn("What does the fire station get?", "The draft provides for a new pumping vehicle. [1]")
DELIVERED = Turn("Why were only 16 kiosks delivered?", "Two were damaged when loading. [1]")
MEETING = Turn("When is Cho Tae Yul going to the ASEAN meetings?", "On the 26th and 27th. [1]")
LOT = Turn("What is lot 2 of the bus tender?", "Four midibuses of 9 metres. [1]")


@pytest.mark.parametrize(
    ("history", "asked", "wanted"),
    [
        ((COST,), "No, the rail link. How long is that?", "How long is the rail link?"),
        ((LANKOV,), "No, I meant Victor Cha. What did he warn about?", "What did Victor Cha warn about?"),
        (
            (RESORT,),
            "Not the resort, the Tumen bridge. When did they start it?",
            "When did they start the Tumen bridge?",
        ),
        ((RENT,), "My dehumidifier: what do I do about it?", "What do I do about the dehumidifier?"),
        ((WARD,), "And his sister, where does she live?", "Where does Peter Ward's sister live?"),
        ((PARK, REMI), "Back to the professor. Where does he teach?", "Where does Park Won Gon teach?"),
    ],
)
def test_what_stands_in_front_of_a_question_is_what_it_points_at(
    history: tuple[Turn, ...], asked: str, wanted: str
) -> None:
    assert wordings(Question(asked, history))[0] == wanted


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("Next thing, Midjourney: who is suing it?", "Who is suing Midjourney?"),
        ("New topic: the Tomato Congress, in which city is it?", "In which city is the Tomato Congress?"),
        ("Unrelated: who took only her cat?", "Who took only her cat?"),
        ("ok, something else. how much do hackers get", "How much do hackers get"),
    ],
)
def test_a_new_topic_leaves_all_that_was_said_behind(asked: str, wanted: str) -> None:
    question = Question(asked, (WARD, COST))
    assert wordings(question) == [wanted]
    assert searches(question) == [wanted]


@pytest.mark.parametrize(
    "asked",
    [
        "Besides the density, what else made the quake severe?",
        "In the 1990s, was it on the rise?",
        "no worries. Do you have the current average cost?",
        "My C40 shows E3. What does that mean?",
    ],
)
def test_what_tells_when_or_how_is_no_topic(asked: str) -> None:
    assert fronted(asked) is None


@pytest.mark.parametrize(
    ("history", "asked", "wanted"),
    [
        ((BUDGET,), "Sorry, I mean the new one.", "What does the budget plan for the New Mill Bridge?"),
        ((STATION,), "What does it cost?", "What does the pumping vehicle cost?"),
        ((MEETING,), "In which city?", "In which city is Cho Tae Yul going to the ASEAN meetings?"),
        ((DELIVERED,), "Who did that?", "Who did that (only 16 kiosks delivered)?"),
        ((DELIVERED,), "Why was that accepted?", "Why was that accepted (only 16 kiosks delivered)?"),
        ((LOT,), "How many places does each need?", "How many places does each need (lot 2)?"),
        ((PARK, REMI), "Which city is it in?", "Which city is Remi in?"),
        ((WARD,), "No, I need Katja Zorko's.", "What does Katja Zorko say about the mines?"),
    ],
)
def test_what_was_asked_before_completes_what_is_asked_now(history: tuple[Turn, ...], asked: str, wanted: str) -> None:
    assert wordings(Question(asked, history))[0] == wanted


def test_a_question_about_somebody_is_not_asked_about_anybody() -> None:
    assert "What is his phone number?" not in wordings(Question("What is his phone number?", (WARD,)))


def test_part_of_a_question_is_not_asked_alone() -> None:
    assert wordings(Question("In which city?", (MEETING,))) == [
        "In which city is Cho Tae Yul going to the ASEAN meetings?"
    ]


def test_a_follow_up_is_searched_with_what_was_just_said_and_a_full_question_is_not() -> None:
    assert any("east coast" in text for text in searches(Question("Which resort is it?", (RESORT,))))
    assert searches(Question("What is the population of Lisbon?", (RENT,))) == ["What is the population of Lisbon?"]


@given(st.text(max_size=200), st.lists(st.tuples(st.text(max_size=200), st.text(max_size=200)), max_size=4))
def test_any_talk_gives_one_to_four_wordings(asked: str, turns: list[tuple[str, str]]) -> None:
    question = Question(asked, tuple(Turn(*turn) for turn in turns))
    assert 1 <= len(wordings(question)) <= 4
    assert searches(question)
    assert parts_of(asked)


def test_without_history_nothing_changes() -> None:
    assert wordings(Question(" Which river does it cross? ")) == ["Which river does it cross?"]


def test_a_topic_reaches_over_a_follow_up() -> None:
    second = Turn("Which river does it cross?", "The Tumen. [1]")
    found = wordings(Question("When will it be completed?", (COST, second)))
    assert "When will the bridge be completed?" in found


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "Who makes the beer, and what does a bottle of it cost?",
            ["Who makes the beer?", "What does a bottle of it cost?"],
        ),
        ("Who opened it and in which year was it closed?", ["Who opened it?", "In which year was it closed?"]),
        ("How long is the bridge? Who pays for it?", ["How long is the bridge?", "Who pays for it?"]),
        ("When was it opened, and by whom?", ["When was it opened?", "By whom?"]),
        ("Who built it, when, and for how much?", ["Who built it?", "When?", "For how much?"]),
        ("Where and when was it built?", ["Where was it built?", "When was it built?"]),
        ("What are its cost and length?", ["What are its cost?", "What are its length?"]),
        (
            "What is the height and the weight of the arch?",
            ["What is the height of the arch?", "What is the weight of the arch?"],
        ),
        ("Who opened it, and on what date?", ["Who opened it?", "On what date?"]),
        ("What breed of horses came, and how many of them?", ["What breed of horses came?", "How many of them?"]),
        ("How many goats were sent and how many horses?", ["How many goats were sent?", "And how many horses?"]),
        ("Where is the resort and who is it for?", ["Where is the resort?", "Who is it for?"]),
        ("In 2020, how many people lived there?", ["In 2020, how many people lived there?"]),
        ("What rules apply to those who work and who study?", ["What rules apply to those who work and who study?"]),
        ("Does it matter in which country and at what age?", ["Does it matter in which country and at what age?"]),
        (
            "Is it known how many were sent and with what weapons?",
            ["Is it known how many were sent and with what weapons?"],
        ),
        ("What is known of the man and who he was?", ["What is known of the man and who he was?"]),
        ("What is the bread and butter?", ["What is the bread and butter?"]),
        ("Who knows how and when?", ["Who knows how and when?"]),
        ("What do Russia and North Korea trade?", ["What do Russia and North Korea trade?"]),
        ("bridge cost?", ["bridge cost?"]),
        ('Who wrote "War and What Is Peace"?', ['Who wrote "War and What Is Peace"?']),
        ("What is 1. and what is he and where is it?", ["What is 1. and what is he and where is it?"]),
        (
            "What is the rent, and who pays for repairs, and can I have cats?",
            ["What is the rent?", "Who pays for repairs?", "Can I have cats?"],
        ),
        ("Who said that apples and what they cost matter?", ["Who said that apples and what they cost matter?"]),
    ],
)
def test_a_question_may_be_several(question: str, parts: list[str]) -> None:
    assert parts_of(question) == parts


def test_she_is_the_person_whom_the_answer_named_and_there_is_no_person() -> None:
    turn = Turn("Which Korea scholar in Vladivostok spoke to the paper?", "Marina Kukla, a professor, told the paper.")
    first = wordings(Question("What does she say sellers need over there?", (turn,)))[0]
    assert first.startswith("What does Marina Kukla say")
    assert "in Marina" not in first


def test_he_may_be_no_person_where_none_was_spoken_of() -> None:
    turn = Turn("Why does my cat eat plastic?", "Plastic smells of food to it.")
    assert "cat" in wordings(Question("How do I get him to stop?", (turn,)))[0]


def test_what_says_nothing_names_nothing() -> None:
    turn = Turn("Never mind. Tell me about the Pepsi commercial.", "It was filmed in 1984.")
    asked = wordings(Question("How did it end?", (turn,)))
    assert "Pepsi commercial" in asked[0]
    assert not any("Never" in one for one in asked)


@pytest.mark.parametrize(
    ("first", "then", "meant"),
    [
        ("What breed of horses did Russia deliver?", "How many of them?", "How many horses did Russia deliver?"),
        ("What breed of horses came?", "And how many?", "How many horses came?"),
        ("How many goats were sent?", "And how many horses?", "How many horses were sent?"),
        ("Who opened the resort?", "On what date?", "On what date was the resort opened?"),
        ("When was the bridge opened?", "And in which town?", "In which town was the bridge opened?"),
    ],
)
def test_a_short_question_takes_its_verb_from_the_one_before(first: str, then: str, meant: str) -> None:
    assert wordings(Question(then, (Turn(first, ""),)))[0] == meant
