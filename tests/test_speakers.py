"""Whose view is asked for, and whose a quote gives."""

import pytest

from rag.speakers import another

LANKOV = "Andrei Lankov, an expert at Kookmin University in Seoul, believes that trade brings Russia little."
WARD = "Peter Ward, a fellow at the institute, noted that Russia could finance dams."
CHA = "Trade helps both, according to chairman Victor Cha."
HE = "However, he cautioned that Russia may struggle to see a return."


@pytest.mark.parametrize(
    "question",
    [
        "What's the risk to Moscow, as Ward sees things?",
        "According to Peter Ward, what does trade bring?",
        "In Ward's view, what does trade bring Russia?",
        "What does Ward expect of trade?",
        "What did Professor Ward say about trade?",
        "What is Peter Ward afraid of?",
        "What risk does Peter Ward warn of?",
    ],
)
def test_the_view_of_somebody_else_is_passed_over(question: str) -> None:
    assert another(question, LANKOV)
    assert another(question, CHA)
    assert not another(question, WARD)
    assert not another(question, HE)  # who "he" is, the sentence does not say


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("What does trade bring Russia?", LANKOV),  # nobody's view is asked for
        ("What does Andrey Lankov believe?", LANKOV),  # another spelling
        ("According to the Financial Times, what does trade bring?", LANKOV),  # the paper quotes him
        ("According to Reuters, what does trade bring?", LANKOV),
        ("What does Ward expect of trade?", "Trade brings Russia little."),  # nobody is named
        ("What does Ward expect?", "Lankov and Ward believe that trade brings little, said Peter Ward."),
        ("Which country does Park Won Gon think must help?", "Professor Park added that nobody, Mr Orlov said, helps."),
        ("What does Ward say of apples?", "He explained that apples alone do not reach Kim Jong Un's goals."),
        ("What does Ward say of apples?", "They sell well, he said, and Kim Jong Un likes them."),
        ("What did Moscow say?", "The Kremlin said that trade brings little."),
    ],
)
def test_what_names_no_other_speaker_stays(question: str, quote: str) -> None:
    assert not another(question, quote)
