"""Answers of the kind that a question asks for."""

import pytest

from rag.expect import fits, gives_a_reason, is_vague


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many people live there?", "about 3 million"),
        ("How many horses came?", "two dozen"),
        ("How many tons were shipped?", "22,000 tons"),
        ("How many households have children?", "27.7%"),
        ("What percentage was sugar?", "10 percent"),
        ("How many rubles does a kilo cost?", "169 rubles"),
        ("How many dollars did they pay?", "$100 million"),
        ("How many pounds does it weigh?", "12 pounds"),
        ("How much does the bridge cost?", "$100 million"),
        ("What is the price of a jar?", "9 euros"),
        ("When was it opened?", "June 24"),
        ("When did it end?", "after the war"),
        ("What year did it begin?", "1904"),
        ("How long is the bridge?", "850 metres"),
        ("How long did it take?", "nine years"),
        ("How old is she?", "42"),
        ("How long did he reign?", "from 1958 to 1963"),
        ("Who opened it?", "the mayor"),
        ("Why was it closed?", "the roof leaked"),
    ],
)
def test_fits(question: str, answer: str) -> None:
    assert fits(question, answer)


@pytest.mark.parametrize(
    ("question", "answer", "following"),
    [
        ("How many people live there?", "10,000", "-kilometer rail link"),
        ("How many people live there?", "the capital", ""),
        ("How many apples were sold?", "169 rubles", ""),
        ("How many apples were sold?", "169", " rubles a kilogram"),
        ("What percentage was pork?", "sunflower oil", ""),
        ("How much did the horses cost?", "two dozen", ""),
        ("How long is the bridge?", "$100 million", ""),
        ("How long will the bridge be?", "late 2026", ""),
        ("When was it opened?", "Kim Jong-Un", ""),
        ("Until when can bids be handed in?", "ten electric buses", ""),
        ("How many tons of apples were sold?", "169 rubles", ""),
        ("How many companies sent a bid?", "three years", ""),
        ("What does a bottle sell for?", "the flagship beer", ""),
        ("What was the dollar value of the exports?", "22,000 tons", ""),
    ],
)
def test_does_not_fit(question: str, answer: str, following: str) -> None:
    assert not fits(question, answer, following)


def test_the_day_of_a_date_counts_nothing() -> None:
    assert not fits("How many hotels does the resort have?", "June 24")
    assert not fits("How many hotels does the resort have?", "in 2019")
    assert fits("How many hotels does the resort have?", "24 of them since June 24")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which Russian theater companies performed in Pyongyang?", "Russian theater companies"),
        ("What is the name of the ambassador who came?", "the ambassador"),
        ("In which five countries did the trial take place?", "in five countries"),
        ("Who opened the bridge?", "the bridge was opened"),
        ("What is the name of the ambassador?", "the ambassador, guest of honor"),
        ("Which Russian theater companies performed?", "Russian theater groups"),
        ("In which countries did the trial take place?", "27 centres in five countries"),
    ],
)
def test_words_of_the_question_alone_do_not_answer_it(question: str, answer: str) -> None:
    assert not fits(question, answer)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which theater companies performed?", "two theater companies from Omsk"),
        ("Is it a road bridge?", "a road bridge"),
        ("Which is longer, the bridge or the tunnel?", "the tunnel"),
        ("What is it?", "it is"),
        ("What is the name of the ambassador?", "ambassador Orlov"),
        ("Which company supplies the apples?", "a company called Zahar"),
    ],
)
def test_a_choice_or_a_yes_may_be_told_in_the_words_of_the_question(question: str, answer: str) -> None:
    assert fits(question, answer)


def test_a_measure_of_something_else_is_not_what_was_asked() -> None:
    assert not fits("How many tons of apples were sold?", "22,000 tons", " of agricultural products last year")
    assert not fits("How many tons of apples were sold?", "22,000", " tons of agricultural products last year")
    assert fits("How many tons of apples were sold?", "300 tons", " of red apples")
    assert fits("How many tons were sold?", "300 tons", " of red apples")


def test_two_spellings_of_a_unit_are_one() -> None:
    assert fits("How many tonnes of farm produce were sold?", "22,000", " tons of agricultural products")
    assert fits("How many metres of rope were sold?", "300", " meters of rope")
    assert not fits("How many tonnes of farm produce were sold?", "22,000", " miles of agricultural products")


@pytest.mark.parametrize(
    ("question", "answer", "named"),
    [
        ("Which crypto exchange did they take the most from?", "cryptocurrency wallets", False),
        ("Which crypto exchange did they take the most from?", "wallets at Bybit", True),
        ("and which play did they put on there?", "performed in the capital", False),
        ("Which of the two companies pays more?", "the younger one", False),
        ("Which of the two companies pays more?", "Zahar", True),
        ("Which kind of company is it?", "a bank", True),
        ("Which part of the city was flooded?", "the old harbour", True),
    ],
)
def test_what_has_a_name_is_told_by_it(question: str, answer: str, named: bool) -> None:
    assert fits(question, answer) is named


AMBASSADOR = "What is the name of the Russian ambassador who came to the opening?"


@pytest.mark.parametrize(
    ("before", "answer", "following", "named"),
    [
        ("It was opened by ", "Kim Jong-Un", " alongside his wife, with Russia's ambassador as a guest.", False),
        ("", "Ivan Petrov", ", the Russian ambassador to Pyongyang, came as well.", True),
        ("Russia's ambassador, ", "Ivan Petrov", ", came as well.", True),
        ("The guest of honor was ", "Ivan Petrov", ".", False),
    ],
)
def test_a_name_beside_a_role_is_its_holders(before: str, answer: str, following: str, named: bool) -> None:
    assert fits(AMBASSADOR, answer, following, before) is named


def test_what_is_known_to_be_two_counts_nothing_else() -> None:
    assert not fits("How many soldiers were sent?", "two", " countries are close", "the ")
    assert fits("How many countries are close?", "two", " countries are close", "the ")
    assert fits("How many soldiers were sent?", "two", " were sent", "they said ")


def test_how_much_more_wants_a_comparison() -> None:
    assert not fits("How many more tons is that than before?", "22,000", " tons were shipped", "about ")
    assert fits("How many more tons is that than before?", "2,000", " tons, an increase of a tenth", "by ")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("share of flour in the exports", "wheat"),
        ("How much in damages do the studios want?", "copyright infringement"),
        ("What's the colleague's name?", "a colleague from the network team"),
        ("Who had to be woken, what is his name?", "a colleague"),
    ],
)
def test_a_share_a_sum_or_a_name_is_asked_for_in_other_words(question: str, answer: str) -> None:
    assert not fits(question, answer)


def test_what_is_no_office_may_go_by_another_word() -> None:
    assert fits("What is the name of the supermarket that sells them?", "Remi", " in Khabarovsk sells them.", "")


def test_shares_of_other_things_are_not_the_share_asked_for() -> None:
    told = ("The list is led by flour with ", "69%", "; sugar follows with 10%.")
    assert not fits("What percentage of the exports was pork?", told[1], told[2], told[0])
    assert fits("What percentage of the exports was sugar?", told[1], told[2], told[0])


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("What does the train to Frankfurt cost?", "7:42, seat 61"),
        ("In which countries did it take place?", "between March 2021 and December 2022"),
        ("How many companies sent a bid?", "8 million euros (lot 1)"),
    ],
)
def test_times_months_and_lots_are_no_sums_names_or_counts(question: str, answer: str) -> None:
    assert not fits(question, answer)


@pytest.mark.parametrize(
    ("question", "answer", "following", "fits_it"),
    [
        ("On what days does the bus run?", "Mondays and Fridays", "", True),
        ("In what year did she lose her post?", "1938", "", True),
        ("In what year did she lose her post?", "May", " 1938.", True),
        ("In what year did she lose her post?", "in August", ", when it rained.", False),
        ("In what year did she lose her post?", "a year later", "", True),
        ("In what year did the empire fall?", "476", "", True),
        ("Which year's budget is it?", "FY2024", "", True),
        ("On what date did she lose her post?", "in August", "", True),
    ],
)
def test_a_year_is_told_by_one(question: str, answer: str, following: str, fits_it: bool) -> None:
    assert fits(question, answer, following) == fits_it


@pytest.mark.parametrize(
    ("question", "fits_it"), [("In what year did she lose her post?", False), ("In what year was she born?", True)]
)
def test_the_years_of_a_life_tell_only_of_the_life(question: str, fits_it: bool) -> None:
    assert fits(question, "1871", "-1949), maker of maps", "Josefa Maurer (") == fits_it


def test_other_years_in_brackets_tell_when() -> None:
    assert fits("When was the Second World War?", "1939-1945", ") changed all.", "The Second World War (")
    assert fits("When did Anna Berg become director?", "2004", "-2011) was the director.", "Anna Berg (")


def test_how_long_a_thing_lasts_may_be_told_by_its_end() -> None:
    assert fits("How long does the rent stay the same?", "31 January 2026", "; then", "The rent stays the same until ")
    assert not fits("How long is the road?", "Berlin", "", "The road leads from ")


def test_until_when_is_told_by_an_end() -> None:
    asked = "until when can bids be handed in"
    assert fits(asked, "14 November", ", 12:00.", "Bids must be received by ")
    assert fits(asked, "until 14 November", "", "Bids can be handed in ")
    assert fits("By when will it be finished?", "2027", "", "The bridge will be finished in ")
    assert not fits(asked, "2020", "", "Delivery of ten buses since ")


def test_pounds_may_be_money() -> None:
    assert fits("How much did the repair cost?", "340,000 pounds")
    assert not fits("How much did the repair cost?", "340 kilometres")


@pytest.mark.parametrize(
    ("question", "answer", "named"),
    [
        ("Which company builds the bridge?", "Russia", False),
        ("Which company builds the bridge?", "Tunnel Yug of Russia", True),
        ("Which country builds the bridge?", "Russia", True),
        ("Which AI company was sued?", "This AI Company", False),
        ("Which artificial intelligence firm was sued?", "AI", False),
        ("Which company builds the bridge?", "the Russian Federation", False),
        ("In which province do they grow?", "Moscow and Pyongyang", False),
        ("In which city do they grow?", "Pyongyang", True),
        ("Which country built the museum?", "Russia", True),
        ("In which country is the company based?", "Norway", True),
        ("Which organisation imposed the sanctions?", "The European Union", True),
        ("Which bank lent the money?", "The EU", True),
        ("Which ambassador was summoned?", "Iran's ambassador", True),
        ("Which city hosted the summit?", "Singapore", True),
        ("Which company built the pipelines to the Caspian?", "BP", True),
        ("Which film won?", "Some Like It Hot", True),
        ("What is the process called?", "photosynthesis", True),
        ("What is the hacker group called?", "DPRK", False),
        ("What is the hacker group called?", "sophisticated attackers", False),
        ("What is the hacker group called?", "Lazarus", True),
    ],
)
def test_a_country_names_no_company(question: str, answer: str, named: bool) -> None:
    assert fits(question, answer) == named


def test_the_year_in_a_name_is_no_date() -> None:
    asked = "On what dates is the 2025 Tomato Congress taking place?"
    assert not fits(asked, "2025 Tomato Congress in Malaga")
    assert fits(asked, "4 and 5 November 2025")


@pytest.mark.parametrize(
    ("question", "sentence", "may"),
    [
        ("Why did Russia stop selling pork?", "Russia resumed sales of pork and oil last year.", False),
        ("And why was it closed?", "It was closed because the roof leaked.", True),
        ("Why was it closed?", "The owner closed it to save money.", True),
        ("When was it closed?", "It was closed last year.", True),
    ],
)
def test_a_reason_has_a_word_for_it(question: str, sentence: str, may: bool) -> None:
    assert gives_a_reason(question, sentence) is may


@pytest.mark.parametrize(
    ("question", "answer", "following", "before"),
    [
        ("What does Professor Park say the country needs?", "markets and capital", ", which nobody provides.", ""),
        ("In what year was the city museum opened?", "1630", ".", "It was opened in "),
        ("What did the minister say about the damage?", "it can be mended", ".", "He said that "),
        ("Which day at the museum is free?", "the first Sunday", " of a month.", ""),
        ("For what reason did ministers reject it?", "too slow", ".", "They turned it down as "),
        ("What do many historians call the golden age?", "the twenties", ".", ""),
        ("What is the company accused of?", "dumping waste", ".", "It is accused of "),
        ("Which company did he work for?", "Dutch East India Company", ".", "He worked for the "),
        ("Which university trained her?", "the University of Berlin", ".", "She studied at "),
        ("Which company sells the songs?", "iTunes", ".", "They are sold by "),
        ("What is the name of the process?", "load testing", ".", "This is called "),
        ("When did the shop take the Macy's name?", "9 September 2006", ".", "It did so on "),
        ("How many solo patents did he get?", "18", " alone.", "Of these he got his "),
        ("How many trains were ordered?", "34", " trains are another matter.", "The "),
        ("How many feet above the sea is it?", "19 ft", ".", "It lies "),
        ("How many US dollars did visitors spend?", "$20 billion", ".", "They spent "),
        ("How many straps held the bales?", "one strap", " in place of two.", "They were held by "),
        ("How many canals have locks?", "no canals", ".", "Locks have "),
        ("How old was she when they met?", "eight", ".", "They met when she was "),
        ("How old was the man who died?", "82", " died on Tuesday.", "A man of "),
        ("How old are the boys?", "15 and 16", ", found in the house.", "Two males, "),
        ("How old is the boiler?", "1988", ".", "year of make "),
        (
            "What percentage of the people speak Russian fluently?",
            "63%",
            ", and 20% Kazakh.",
            "Russian is spoken well by ",
        ),
        ("How much might heating costs rise?", "by a fifth", ".", "Bills may go up "),
        ("On which boats are life jackets needed?", "all boats", ".", "They are needed on "),
        ("What is the dress code at the palace?", "there is no dress code", ".", ""),
        ("When are the toilets shut?", "at dusk", ".", "They are locked "),
        ("When did he change his mind?", "at three", ".", "He changed it "),
        ("Which country do the Korean workers come from?", "Korea", ".", "They come from "),
        ("What language do they speak in Korea?", "Korean", " is spoken there.", ""),
        ("Who pays the Russian workers?", "Russia", " pays them.", ""),
        ("What did families receive?", "500 dollars", ".", "They received "),
        ("What kind of damages can I claim?", "$5,000", ".", "You can claim "),
        ("What reason code is shown?", "404", ".", "It shows "),
        ("Which age group is most affected?", "65 years", " and over.", "Most of them are "),
        ("Which laws protect authors?", "copyright law", ".", "Authors are protected by "),
        ("What language skills are needed?", "fluent reading", ".", "You need "),
        ("What company data was stolen?", "payroll data", ".", "They stole "),
        ("What country code do I dial?", "47", ".", "Dial "),
        ("Which team handles complaints?", "customer support", ".", "They go to "),
        ("What were their names?", "not known", ".", "Who they were is "),
        ("Which website do I go to?", "irs.gov", ".", "Go to "),
        ("Which company makes it?", "3M", ".", "It is made by "),
        ("Which airline flies there?", "easyJet", " does.", ""),
        ("Which novel is it?", "1984", ".", "The novel is "),
        ("Which company runs the railway?", "Russian Railways", " does.", ""),
        ("Which city is the capital of Mexico?", "Mexico City", ".", "The capital is "),
        ("How many people came?", "40,000", " demonstrators marched.", "The "),
        ("How many days do I have to appeal?", "two weeks", ".", "You have "),
        ("How many miles is the trail?", "12 km", " long.", "It is "),
        ("When is payment due?", "on delivery", ".", "Pay "),
        ("How many tons of farm goods did they send?", "22,000", " tons of agricultural products.", "They sent "),
    ],
)
def test_right_answers_that_rules_once_refused(question: str, answer: str, following: str, before: str) -> None:
    assert fits(question, answer, following, before)


@pytest.mark.parametrize(
    ("question", "answer", "following", "before"),
    [
        (
            "What is the name of the daughter who came?",
            "with Russia's ambassador",
            ".",
            "He came with wife and daughter, ",
        ),
        ("What is the name of Kim's daughter who came?", "guest of honor", ".", "Kim's wife and daughter came, "),
        (
            "What is the name of the ambassador who came?",
            "Kim Jong-Un on June 24 alongside his wife, with Russia's ambassador",
            " as a guest.",
            "It was opened by ",
        ),
        ("Which construction company builds it?", "Russia-North Korea car bridge", ".", "The planned "),
        ("In which sports did the athletes compete in Russia?", "Russian", " sports events.", "They competed in "),
        ("Which hacker group carried out the attacks?", "cyberattacks", " on wallets.", "Money came from "),
        ("What variety of apples do they sell?", "169 rubles", " a kilogram.", "Apples are sold for "),
        (
            "What sports did they compete in when they went to Russia?",
            "Russian sports events",
            ".",
            "They took part in ",
        ),
        ("In which sports did they compete when they were in Russia?", "Pyongyang", ".", "Others played in "),
        ("What were the exports worth in dollars?", "corn and seafood", ".", "They sent "),
        ("What breed of horses did they send?", "30 head", ".", "They sent "),
        ("Which Far Eastern ports are to grow?", "Russian ports", ".", "Tankers dock at "),
        ("When was the bridge opened?", "his child", ".", "It was opened by "),
        ("How many countries signed the treaty?", "two", " sides signed it.", "The "),
    ],
)
def test_words_of_another_kind(question: str, answer: str, following: str, before: str) -> None:
    assert not fits(question, answer, following, before)


def test_a_day_of_the_week_is_a_vague_date() -> None:
    assert is_vague("On what date did they report it?", "on Sunday")
    assert not is_vague("On what date did they report it?", "July 20")
    assert not is_vague("On what date did they report it?", "in August")
    assert not is_vague("When did they report it?", "on Sunday")
