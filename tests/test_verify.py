"""The gate: what a quote holds, and what it does not."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.verify import Value, judge, objections, values

BRIDGE = "Russia is also constructing a $100 million road bridge across the Tumen River."


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("$100 million", [Value(Fraction(10**8), "$")]),
        ("100 million dollars", [Value(Fraction(10**8), "$")]),
        ("169 rubles", [Value(Fraction(169), "₽")]),
        ("a 10,000-kilometer link", [Value(Fraction(10000), "kilometer")]),
        ("10000 kilometers", [Value(Fraction(10000), "kilometer")]),
        ("sugar (10%)", [Value(Fraction(10), "%")]),
        ("10 percent of it", [Value(Fraction(10), "%")]),
        ("two dozen horses", [Value(Fraction(24), "hors")]),
        ("six percent", [Value(Fraction(6), "%")]),
        ("3.5 tons", [Value(Fraction(7, 2), "ton")]),
        ("$45m", [Value(Fraction(45 * 10**6), "$")]),
        ("5 €", [Value(Fraction(5), "€")]),
        ("-20 °C", [Value(Fraction(-20), "°c")]),
        ("90km", [Value(Fraction(90), "kilometer")]),
        ("June 24", [Value(Fraction(24), "")]),
        ("no number", []),
    ],
)
def test_values(text: str, wanted: list[Value]) -> None:
    assert values(text) == wanted


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The bridge costs $100 million.", "How much does the bridge cost?"),
        ("The bridge costs 100 million dollars.", "How much does the bridge cost?"),
        ("The road bridge is across the Tumen River.", "Where is the bridge?"),
        ("Russia is constructing the road bridge.", "Who is constructing the road bridge?"),
    ],
)
def test_what_the_quote_holds_passes(sentence: str, question: str) -> None:
    assert objections(sentence, BRIDGE, question) == []


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("The bridge costs $101 million.", "How much does the bridge cost?"),
        ("The bridge costs €100 million.", "How much does the bridge cost?"),
        ("The bridge costs $100 billion.", "How much does the bridge cost?"),
        ("The bridge crosses the Yalu River.", "Which river does the bridge cross?"),
        ("The bridge does not cross the Tumen River.", "Which river does the bridge cross?"),
        ("The bridge may cross the Tumen River.", "Which river does the bridge cross?"),
        ("The bridge is 12 kilometers long.", "How long is the bridge?"),
        ("The Tumen River is constructing Russia.", "What is happening?"),
        ("The bridge is a wonderful landmark.", "What is the bridge?"),
    ],
)
def test_what_the_quote_does_not_hold_is_refused(sentence: str, question: str) -> None:
    assert objections(sentence, BRIDGE, question) != []


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        ("The railway was restored.", "There are plans for the railway, which was restored in part, not in whole."),
        ("The regime obtained millions.", "The regime reportedly obtained millions."),
        ("Russia may build it.", "Russia will build it."),
        ("The project targets travelers.", "The project likely targets travelers."),
        ("Repairs are paid by the Landlord.", "All other repairs are paid by the Landlord."),
        ("Repairs are paid by the Landlord.", "Repairs are paid by the Landlord unless the Tenant broke it."),
        ("Members pay.", "Only members pay."),
        ("Some tenants pay.", "All tenants pay."),
        ("Store it above 5 degrees.", "Store it below 5 degrees."),
        ("It was built after 1990.", "It was built before 1990."),
        ("Tenants can leave.", "Tenants must leave."),
        ("It was sold to Ines.", "It was sold by Ines."),
    ],
)
def test_a_changed_or_dropped_qualifier_is_refused(sentence: str, quote: str) -> None:
    assert objections(sentence, quote, "What?") != []


@pytest.mark.parametrize(
    ("said", "true"),
    [
        ("$54m", "$45m"),
        ("$45bn", "$45m"),
        ("9mL", "5mL"),
        ("90km", "45km"),
        ("6pm", "9pm"),
        ("20 °C", "-20 °C"),
        ("20 °C", "−20 °C"),
        ("5 €", "5 £"),
        ("3-1", "1-3"),
        ("54 million", "45 million"),
        ("4 May 2024", "5 April 2024, until May 4"),
    ],
)
def test_a_changed_value_is_refused_however_it_is_written(said: str, true: str) -> None:
    assert objections(f"The value is {said}.", f"The value is {true}.", "What is the value?") != []
    assert objections(f"The value is {true}.", f"The value is {true}.", "What is the value?") == []


@pytest.mark.parametrize(
    ("question", "sentence", "quote"),
    [
        ("Who pays for small repairs?", "The Landlord pays for small repairs.", "Repairs are paid by the Landlord."),
        (
            "How long does the soup keep in the freezer?",
            "The soup keeps five days in the freezer.",
            "The soup keeps five days in the fridge.",
        ),
        (
            "Has the board accepted the proposal?",
            "The board accepted the proposal.",
            "The board rejected the proposal.",
        ),
        ("Has the board met?", "Yes, the board met.", "The board met."),
        ("What does Tomas owe Ines?", "Tomas owes Ines.", "Ines owes Tomas."),
    ],
)
def test_what_only_the_question_says_is_no_proof(question: str, sentence: str, quote: str) -> None:
    assert objections(sentence, quote, question) != []


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_a_changed_number_is_always_refused(true: int, said: int) -> None:
    quote = f"The depot stores {true:,} tons of wheat."
    sentence = f"The depot stores {said} tons of wheat."
    assert (objections(sentence, quote, "How much wheat does the depot store?") == []) == (true == said)


# Found by attacking the gate with sentences that nobody prepared; each is (said, quote).
@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("Anna sued Boris.", "Boris sued Anna."),
        ("Anna sued Boris.", "Anna was sued by Boris."),
        ("Boris was sued by Anna.", "Boris sued Anna."),
        ("Acme acquired Zeta.", "Acme was acquired by Zeta in 2010."),
        ("Acme lent Zeta $5 million.", "Zeta lent Acme $5 million."),
        ("The company earned $5 million in 2020.", "The company earned $5 million in 2019 and $7 million in 2020."),
        ("Anna scored 5 goals.", "Anna scored 3 goals and Boris scored 5 goals."),
        ("Anna is the mother of Boris.", "Boris is the father of Anna."),
        ("Anna's brother won.", "Boris's brother won after Anna's sister lost."),
        ("Anna won the race.", "Anna's rival won the race."),
        ("Anna won the race.", "The rival of Anna won the race."),
        ("The bridge opened.", "The bridge is due to open."),
        ("The bridge opened in May 2020.", "The bridge will open in May 2020."),
        ("The firm built a dam.", "The firm planned to build a dam."),
        ("He killed the guard.", "He is accused of killing the guard."),
        ("He stole the car.", "He was charged with stealing the car."),
        ("He stole it from Anna.", "Prosecutors say he stole it from Anna."),
        ("The drug cures cancer.", "The drug could cure cancer."),
        ("The drug cures cancer.", "There is no evidence that the drug cures cancer."),
        ("The drug cures cancer.", "Nobody believes the drug cures cancer."),
        ("The plant closed in 2010.", "The plant almost closed in 2010."),
        ("The court freed Anna.", "The court rejected a plea to free Anna."),
        ("Revenue rose 5%.", "Revenue rose 5 percentage points."),
        ("Revenue rose by 5%.", "Revenue rose to 5%."),
        ("Revenue rose from 5% to 7%.", "Revenue fell from 7% to 5%."),
        ("It weighs 5 kg.", "It weighs 5 lb."),
        ("It costs $5.", "It costs A$5."),
        ("It costs 5 dollars.", "It costs 5 Canadian dollars."),
        ("It costs $5 a month.", "It costs $5 a year."),
        ("It costs $5.", "It costs $5 a day."),
        ("It lasted 5 days.", "It lasted 5-7 days."),
        ("At least 5 people died.", "At most 5 people died."),
        ("5 people died.", "Up to 5 people died."),
        ("More than 5 people died.", "Fewer than 5 people died."),
        ("It has 12 rooms.", "It has about 12 rooms."),
        ("Members pay $5.", "Members who join in May pay $5."),
        ("Members pay nothing.", "Members under 12 pay nothing."),
        ("Students get a discount.", "Only students get a discount on Mondays."),
        ("Smoking is allowed.", "Smoking is allowed except indoors."),
        ("Pets are allowed.", "Pets are not allowed."),
        ("Pets are allowed.", "No pets are allowed."),
        ("Pets are allowed.", "Pets are allowed if the landlord agrees."),
        ("Oslo is the largest city in Norway.", "Oslo is one of the largest cities in Norway."),
        ("Oslo is the largest city.", "Oslo is the second-largest city."),
        ("Anna was the first woman to climb it.", "Anna was the third woman to climb it."),
        ("Anna was president.", "Anna was vice president."),
        ("Anna was president.", "Anna was a former president."),
        ("Anna Berg met Boris Novak.", "Anna Novak met Boris Berg."),
        ("Anna Novak won.", "Anna Berg beat Boris Novak, and Carla Novak won."),
        ("The vote was on June 4.", "The vote was on June 3, and the count on June 4."),
        ("The vote was on June 4, 2019.", "The vote was on June 4."),
        ("It opens at 9 am.", "It opens at 9 pm."),
        ("It opens at 9:00.", "It opens at 9:30."),
        ("Rent is due on the 5th.", "Rent is due on the 15th."),
        ("The temperature was 5 °C.", "The temperature was -5 °C."),
        ("The temperature was 5 °C.", "The temperature was 5 °F."),
        ("The river is 5 miles long.", "The river is 5 km long."),
        ("He owes Anna $5.", "Anna owes him $5."),
        ("Germany attacked Poland.", "Poland attacked Germany."),
        ("Germany was attacked by Poland.", "Germany attacked Poland."),
        ("The treaty was signed by Anna.", "The treaty was signed for Anna."),
        ("The ship sailed to Oslo.", "The ship sailed from Oslo."),
        ("The ship sailed from Oslo to Riga.", "The ship sailed from Riga to Oslo."),
        (
            "The museum in Lund was built in 1990.",
            "The museum in Lund was closed in 1990; the one in Graz was built in 1980.",
        ),
        ("Boris won in 1990.", "Anna won in 1990, while Boris won in 1994."),
        ("Anna Berg denied the charge.", "Anna Berg admitted the charge."),
        ("Anna admitted the charge.", "Anna did not deny the charge."),
        ("All members voted for it.", "Not all members voted for it."),
        ("Most members voted.", "Some members voted."),
        ("The tax was abolished in 1990.", "The tax was abolished in 1990, according to Anna."),
        ("Anna says the tax was abolished.", "Boris says the tax was abolished."),
        ("Anna said Boris lied.", "Boris said Anna lied."),
        ("Iran has 80 million people.", "Iraq has 80 million people."),
        ("North Korea tested a bomb.", "South Korea tested a bomb."),
        ("The price was $1.5 million.", "The price was $1.5 billion."),
        ("The firm sold 3,000 cars.", "The firm sold 3,000 trucks and 40 cars."),
        ("Carla met Boris.", "Carla met Anna, the wife of Boris."),
        ("Boris, the wife of Anna, died.", "Anna, the wife of Boris, died."),
        ("Anna died in 1990.", "Anna was born in 1990 and died in 2001."),
        ("Anna was born in 2001.", "Anna was born in 1990 and died in 2001."),
        ("The firm stopped making cars.", "The firm started making cars."),
        ("The firm makes cars.", "The firm stopped making cars."),
        ("The firm makes cars.", "The firm used to make cars."),
        ("Anna lives in Lund.", "Anna lived in Lund."),
        ("The law was passed.", "The law was nearly passed."),
        ("The law passed in 1990.", "The law would have passed in 1990."),
        ("Anna can swim.", "Anna cannot swim."),
        ("Anna wants peace.", "Anna wanted peace if Boris left."),
        ("Anna believes in God.", "Anna hardly believes in God."),
        ("Neither Anna nor Boris came.", "Anna and Boris came."),
        ("Anna and Boris came.", "Anna or Boris came."),
        ("Anna or Boris came.", "Anna and Boris came."),
        ("Twelve people died.", "Twelve hundred people died."),
        ("A third of voters left.", "Two thirds of voters left."),
        ("Half of voters left.", "A quarter of voters left."),
        ("The 3rd floor is closed.", "The 4th floor is closed."),
        ("In the 1980s prices fell.", "In the 1990s prices fell."),
        ("Sales doubled.", "Sales tripled."),
        ("The shop is open on Monday.", "The shop is closed on Monday."),
        ("The shop is open on Sunday.", "The shop is open every day except Sunday."),
        ("Version 3.1.2 fixed it.", "Version 3.1.4 fixed it."),
        ("Flight BA 204 landed.", "Flight BA 240 landed."),
        ("The score was 3-1.", "The score was 1-3."),
        ("Anna earns more than Boris.", "Boris earns more than Anna."),
        ("Anna is older than Boris.", "Boris is older than Anna."),
        ("Anna is taller than Boris.", "Anna is smaller than Boris."),
        ("The tax is 5% for firms.", "The tax is 5% for people and 9% for firms."),
        ("Firms pay 5%.", "People pay 5% and firms pay 9%."),
        ("Wheat costs $5 and corn costs $9.", "Wheat costs $9 and corn costs $5."),
        ("The dose is 5 mg.", "The dose is 5 g."),
        ("The dose is 5 mg twice a day.", "The dose is 5 mg once a day."),
        ("The dose is 5 mg.", "The dose must not exceed 5 mg."),
        ("The maximum is 5 mg.", "The minimum is 5 mg."),
        (
            "In a letter of 30 September the municipality has promised its money.",
            "The province has promised its money in a letter of 30 September; the municipality decides in December.",
        ),
        ("The lease was signed on 16 May.", "The lease may be signed on 16 May."),
        (
            "For an engine, the fund pays at most 3,000 dollars.",
            "The fund pays up to 3,000 dollars for a lost hull and up to 1,200 for an engine.",
        ),
        (
            "At present the wait is 11 weeks for Current.",
            "At present the wait is eleven weeks for Muscle and seventeen for Current.",
        ),
        ("The laundry cost 3,120 euros.", "The laundry brought in 3,120 euros and cost 2,890."),
        (
            "The drive takes seventy minutes over the hill and fifty by the coast.",
            "The drive takes seventy minutes by the coast and fifty over the hill.",
        ),
        (
            "For Current the wait is eleven weeks at present, for Muscle seventeen.",
            "At present the wait is eleven weeks for Muscle and seventeen for Current.",
        ),
        ("Mrs Berg was asked for the minutes.", "Mrs Berg asked for the minutes of May."),
        ("In the spring the council had been offered a grant.", "The council had offered a grant in the spring."),
        (
            "The chair has a second vote, and the matter does not wait.",
            "The chair does not have a second vote, and the matter waits.",
        ),
        ("The lawyers petition the court by Monday.", "The lawyers decide by Monday whether to petition the court."),
        ("The wall had 70,000 pounds spent on it.", "The wall needed about 70,000 pounds spent on it."),
        ("Three shots were fired by him.", "In 1958 three shots were fired at him; his driver lost a finger."),
        ("Khao Lom handed in the log by July 15.", "ORDERS Khao Lom to hand in the log by 15 July."),
        (
            "The society expects a train with blankets on Saturday.",
            "The society has blankets for a thousand and expects a train with stoves on Saturday.",
        ),
        ("She obtained 318,000 pounds from tenants.", "She obtained £318,000 for tenants."),
    ],
)
def test_what_says_something_else_in_the_quote_s_words_is_refused(said: str, quote: str) -> None:
    assert objections(said, quote, "What?") != []
    assert objections(quote, quote, "What?") == []


@pytest.mark.parametrize(
    ("said", "quote"),
    [
        ("Anna Berg founded Acme.", "Acme was founded by Anna Berg in 1990."),
        ("Acme was founded in 1990.", "Anna Berg founded Acme in 1990."),
        ("Xi visited Oslo.", "President Xi Jinping visited Oslo on Monday."),
        ("The US bought it.", "The United States bought it."),
        ("The vote was on 4 June 2019.", "The vote was on June 4, 2019."),
        ("The vote was in June 2019.", "The vote was on June 4, 2019."),
        ("It costs 5 euros a month.", "It costs €5 per month."),
        ("It costs 1,200,000 dollars.", "It costs $1.2 million."),
        ("The river is 5 kilometers long.", "The river is 5 km long."),
        ("The bridge is 12 m long.", "The bridge is 12 metres long and opened in 1990."),
        ("There are 120 rooms.", "There are a hundred and twenty rooms."),
        ("About 50 people came.", "Around 50 people came."),
        ("More than 50 people came.", "Over fifty people came."),
        ("Prices rose 5 percent.", "Prices rose 5%."),
        ("Anna's book sold 5,000 copies.", "The book of Anna sold 5000 copies."),
        ("The bridge was built in 1990.", "The bridge, built in 1990, is 5 km long."),
        ("The firm plans to build a dam.", "The firm is planning to build a dam."),
        ("The capital of Norway is Oslo.", "Oslo is the capital of Norway."),
        ("Oslo is Norway's capital.", "Oslo is the capital of Norway."),
        ("In 1990, Anna moved to Lund.", "Anna moved to Lund in 1990."),
        ("Anna said the dam is safe.", "“The dam is safe,” Anna said."),
        ("The rent is €1,240.", "The monthly rent is €1,240, due on the fifth working day of the month."),
        ("The monthly rent is 1240 euros.", "The monthly rent is €1,240, due on the fifth working day of the month."),
        ("The soup keeps five days in the fridge.", "The soup keeps 5 days in the fridge."),
        ("The deposit is three months' rent.", "The deposit is three months' rent, paid before the start."),
        ("No pets are allowed.", "Pets: no pets are allowed in the flat."),
        ("Repairs are paid by the Landlord.", "The Landlord pays repairs."),
        ("Dr. Berg runs the clinic.", "Doctor Berg runs the clinic."),
        ("The organisation has 12 members.", "The organization has twelve members."),
        ("The trip takes 3 to 4 hours.", "The trip takes three to four hours."),
        ("It was founded in the 19th century.", "It was founded in the nineteenth century."),
        ("The meeting was on 5 March.", "The meeting took place on March 5."),
        ("Kiev fell in 1240.", "Kyiv fell in 1240."),
        ("The school has not opened.", "The school hasn't opened."),
        ("Anna Berg signed the lease on May 16.", "The lease was signed on 16 May by Anna Berg."),
        (
            "At present the wait is 11 weeks for Muscle.",
            "At present the wait is eleven weeks for Muscle and seventeen for Current.",
        ),
        (
            "The fund pays up to 3,000 dollars for a hull.",
            "The fund pays up to 3,000 dollars for a hull and up to 1,200 for an engine.",
        ),
        ("The lake near Varna is 8 km wide.", "The lake near Varna is 7 m deep and 8 km wide."),
        ("Citations are given here.", "Citations are given here, says the list.[full citation needed]"),
        ("The ferry took 212,000 vehicles.", "Last year the ferry took 212,000 vehicles and 390,000 foot passengers."),
        ("They managed to open the lock.", "In the end they managed to open the lock by hand."),
        (
            "In a letter of 30 September the province promised its money.",
            "The province promised its money in a letter of 30 September; the municipality decides in December.",
        ),
        (
            "Each jacket was worn by eight rescuers for a day.",
            "Eight rescuers wore each jacket for a day on Mount Neureut.",
        ),
        (
            "He stays in harbour if the wind is strong.",
            "If the wind is strong he stays in harbour, and you ring the office to say so.",
        ),
    ],
)
def test_the_same_in_other_words_passes(said: str, quote: str) -> None:
    assert objections(said, quote, "How long is it, what does it cost, what is the date?") == []


def test_relative_days_are_resolved_where_the_document_is_dated() -> None:
    quote, day = "The vote was last Tuesday.", date(2020, 1, 10)
    assert objections("The vote was on 7 January 2020.", quote, "When was the vote?", day) == []
    assert objections("The vote was on 8 January 2020.", quote, "When was the vote?", day) != []
    assert objections("The vote was on 7 January 2020.", quote, "When was the vote?") != []


def test_an_objection_to_a_word_is_told_from_one_to_a_value() -> None:
    told = judge("The splendid bridge costs $200 million.", BRIDGE, "How much does the bridge cost?")
    assert {(one.kind, one.what) for one in told} == {("word", "splendid"), ("number", "$200 million")}


def test_words_of_a_language_without_spaces_and_empty_texts_do_no_harm() -> None:
    assert objections("", BRIDGE, "?") == []
    assert objections("橋は長い。", BRIDGE, "?") != []
    assert objections("The bridge.", "", "?") != []
    assert isinstance(objections("(" * 500, ")" * 500, "?" * 500), list)


@pytest.mark.parametrize(
    ("sentence", "quote"),
    [
        (
            "Markets are what the country needs.",
            "Markets are what the country needs, commented Professor Lind, who belongs to a faculty of the north.",
        ),
        ("The market is not a large one.", "She added, however, that the market is not a large one."),
        ("The tunnel is unsafe.", "The engineer cautioned, in a letter of May, that the tunnel is unsafe."),
    ],
)
def test_what_somebody_comments_adds_or_cautions_is_no_plain_fact(sentence: str, quote: str) -> None:
    assert any("say" in objection for objection in objections(sentence, quote, ""))


@pytest.mark.parametrize(
    "plans",
    ["aims to", "hopes to", "seeks to", "sought to", "agreed to", "decided to", "means to", "wants to", "plans to",
     "intends to", "vowed to", "is expected to", "demands to", "is to"],
)  # fmt: skip
def test_what_is_only_meant_to_be_is_not_told_as_done(plans: str) -> None:
    quote = f"The firm {plans} build a mill at Lund."
    assert objections("The firm builds a mill at Lund.", quote, "What?")
    assert objections("The firm built a mill at Lund.", quote, "What?")
    assert objections(quote, quote, "What?") == []


@pytest.mark.parametrize(
    ("quote", "sentence", "untrue"),
    [
        ("Setting I works at 4 bar, setting II at 8.", "Setting II works at 8 bar.", "Setting I works at 8 bar."),
        ("The town pays 1,320 and the fair 880.", "The fair pays 880.", "The fair pays 1,320."),
        ("Ink comes out in half of the cases, wine in nine of ten, and curry in none.",
         "Wine comes out in nine of ten.", "Wine comes out in half of the cases."),
        ("Prices rose by 41 per cent in Lund and by 6 per cent in Graz.",
         "Prices rose by 6 per cent in Graz.", "Prices rose by 41 per cent in Graz."),
    ],
)  # fmt: skip
def test_a_later_part_has_the_verb_of_the_first(quote: str, sentence: str, untrue: str) -> None:
    assert objections(sentence, quote, "") == []
    assert objections(untrue, quote, "")


@pytest.mark.parametrize(
    ("quote", "untrue"),
    [
        ("She replaced the gut with steel.", "She replaced the steel with gut."),
        ("He told his foreman that he would not come back.", "His foreman told him that he would not come back."),
        ("His report was put in file 16.", "Her report was put in file 16."),
        ("She now demands that dogs be banned from the beach.", "Dogs have been banned from the beach."),
    ],
)
def test_who_and_what_are_not_exchanged(quote: str, untrue: str) -> None:
    assert objections(untrue, quote, "")
    assert objections(quote, quote, "") == []


@pytest.mark.parametrize(
    ("quote", "sentence"),
    [
        (
            "A course takes place if five sign up; the wheel class is limited to nine.",
            "The wheel class is limited to nine.",
        ),
        ("Candles had to be of wax, yet the bishop allowed tallow in 1498.", "The bishop allowed tallow in 1498."),
        ("Renew the ring every two years; wash the lid by hand.", "You should renew the ring every two years."),
        ("Ms Lind says that the mill is closed and that letters were sent.", "Ms Lind says that letters were sent."),
        ("In Lund 46 of 80 guests preferred rye.", "In Lund, 46 of 80 guests preferred rye."),
        ("In 1890 Acme closed its office in Lund.", "The office in Lund was closed in 1890."),
        ("Staircase II may be used, provided that the lock is new.", "Staircase II may be used if the lock is new."),
        (
            "Cars may not be washed, since the water comes by ship.",
            "Cars may not be washed because the water comes by ship.",
        ),
    ],
)
def test_a_clause_that_stands_alone_in_the_quote_is_held(quote: str, sentence: str) -> None:
    assert objections(sentence, quote, "") == []


@pytest.mark.parametrize(
    ("quote", "sentence"),
    [
        ("If five sign up, the course takes place; the fee is then 9 crowns.", "The fee is 9 crowns."),
        ("The ring is renewed by the shop.", "You should renew the ring."),
        ("Cars may not be washed since the fire of 2017.", "Cars may not be washed because of the fire of 2017."),
    ],
)
def test_what_stands_before_a_clause_may_be_about_it(quote: str, sentence: str) -> None:
    assert objections(sentence, quote, "")
