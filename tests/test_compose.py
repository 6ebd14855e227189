"""What is shown: the writer's sentence where a quote holds it, the quote where not."""

from collections.abc import Generator, Sequence

import pytest

from rag import compose
from rag.records import Evidence, Message, Passage, Span

TEXT = (
    "Russia is also constructing a $100 million road bridge across the Tumen River. "
    "Moscow is investing $100 million in a new road bridge. "
    "The resort was opened on June 24."
)


class Scripted:
    """A writer that replies with a given text, and remembers how much of it was taken."""

    name = "scripted"

    def __init__(self, reply: str) -> None:
        self.reply, self.taken = reply, ""

    def write(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        for piece in self.reply.split(" "):
            self.taken += piece + " "
            yield piece + " "


def evidence() -> list[Evidence]:
    spans, start = [], 0
    for sentence in TEXT.split(". "):
        end = min(start + len(sentence) + 1, len(TEXT))
        spans.append(Span(start, end))
        start = end + 1
    passage = Passage(1, "a.txt", "r", "t", 0, len(TEXT), TEXT, tuple(spans))
    return [Evidence(passage, span, 0.9 - i / 10, span) for i, span in enumerate(spans)]


def entails(claim: str, quote: str) -> bool:
    return "toll" not in claim


def shown(reply: str | None, question: str, pieces: Sequence[Evidence]) -> list[tuple[str, list[int]]]:
    writer = None if reply is None else Scripted(reply)
    found = [statement for statement in compose.sentences(writer, question, pieces, entails) if statement]
    return [(text, [pieces.index(piece) for piece in holders]) for text, holders in found]


def test_a_held_sentence_is_shown_with_every_quote_that_holds_it() -> None:
    said = shown("The bridge costs $100 million.", "How much does the bridge cost?", evidence()[:2])
    assert said[0] == ("The bridge costs $100 million.", [0, 1])


@pytest.mark.parametrize(
    "reply",
    [
        "The bridge costs $200 million.",
        "The bridge in Seoul costs $100 million.",
        "The bridge does not cost $100 million.",
        "No full stop here",
        "",
    ],
)
def test_a_sentence_that_is_not_held_gives_way_to_the_quote(reply: str) -> None:
    said = shown(reply, "How much does the bridge cost?", evidence()[:1])
    assert said == [("Russia is also constructing a $100 million road bridge across the Tumen River.", [0])]


def test_without_a_writer_quotes_are_shown() -> None:
    said = shown(None, "How much does the bridge cost?", evidence())
    assert [ids for _, ids in said] == [[0], [1], [2]] or [ids for _, ids in said] == [[0], [2]]
    assert all(text in TEXT for text, _ in said)


def test_an_afterthought_is_cut() -> None:
    reply = "The road bridge is across the Tumen River, which is a river in Russia."
    said = shown(reply, "Where is the bridge?", evidence()[:1])
    assert said == [("The road bridge is across the Tumen River.", [0])]


def test_a_writer_s_own_yes_is_left_out() -> None:
    reply = "Yes, the bridge costs $100 million."
    said = shown(reply, "How much does the bridge cost?", evidence()[:1])
    assert said == [("The bridge costs $100 million.", [0])]


def test_only_the_first_sentence_is_taken_and_the_writer_is_stopped() -> None:
    writer = Scripted("The bridge costs $100 million. It is long. And so on and so on.")
    said = next(filter(None, compose.sentences(writer, "How much does the bridge cost?", evidence()[:1], entails)))
    assert said[0] == "The bridge costs $100 million."
    assert "And so on and so on." not in writer.taken


def test_a_hedge_behind_the_answer_is_about_something_else() -> None:
    text = "A bridge worth $100 million is being built, and there are plans to restore the railway."
    start = text.index("$100 million")
    piece = Evidence(
        Passage(1, "a.txt", "r", "t", 0, len(text), text, (Span(0, len(text)),)),
        Span(0, len(text)),
        0.9,
        Span(start, start + len("$100 million")),
    )
    assert compose.holds("The bridge costs $100 million.", piece, "How much does the bridge cost?")
    assert not compose.holds("The bridge and the railway cost $100 million.", piece, "How much does the bridge cost?")


@pytest.mark.parametrize(
    ("text", "answer", "shown_as"),
    [
        (
            "A bridge worth $100 million is being built, and plans are underway to restore the railway.",
            "$100 million",
            "A bridge worth $100 million is being built.",
        ),
        ("The shop sells apples, pears, and beer.", "apples", "The shop sells apples, pears, and beer."),
        ("The line was cut, and plans are underway.", "plans", "The line was cut, and plans are underway."),
        ("It costs $5, but members are free.", "$5", "It costs $5, but members are free."),
    ],
)
def test_a_statement_that_was_not_asked_for_is_left_out_of_the_sentence(text: str, answer: str, shown_as: str) -> None:
    whole, start = Span(0, len(text)), text.index(answer)
    piece = Evidence(Passage(1, "a.txt", "r", "t", 0, len(text), text, (whole,)), whole, 0.9, Span(start, start + 2))
    assert shown(None, "What?", [piece]) == [(shown_as, [0])]


def test_a_second_quote_with_the_same_answer_is_tried() -> None:
    class Stubborn(Scripted):
        def write(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
            first = "constructing" in messages[-1].text
            yield "It is wonderful. " if first else "The bridge costs $100 million. "

    pieces = []
    for piece in evidence()[:2]:
        start = TEXT.index("$100 million", piece.span.start)
        pieces.append(Evidence(piece.passage, piece.span, piece.score, Span(start, start + 12)))
    found = compose.sentences(Stubborn(""), "How much does the bridge cost?", pieces, entails)
    assert next(filter(None, found))[0] == "The bridge costs $100 million."


def test_a_sentence_without_the_words_that_answer_is_not_enough() -> None:
    [piece, *_] = evidence()
    start = TEXT.index("$100 million")
    narrow = Evidence(piece.passage, piece.span, piece.score, Span(start, start + len("$100 million")))
    assert compose.holds("The bridge costs $100 million.", narrow, "How much does the bridge cost?")
    assert not compose.holds("Russia is constructing the bridge.", narrow, "How much does the bridge cost?")


def test_what_the_model_does_not_believe_is_not_shown_though_the_rules_let_it_through() -> None:
    text = "The bridge costs $5 in toll at the gate."
    whole, start = Span(0, len(text)), text.index("$5")
    piece = Evidence(Passage(1, "a.txt", "r", "t", 0, len(text), text, (whole,)), whole, 0.9, Span(start, start + 2))
    believed, doubted = "The bridge costs $5.", "The bridge costs $5 in toll."
    assert compose.holds(doubted, piece, "What does it cost?")
    assert shown(believed, "What does it cost?", [piece])[0][0] == believed
    said = shown(doubted, "What does it cost?", [piece])
    assert said == [(text, [0])]
