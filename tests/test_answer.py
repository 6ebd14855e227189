"""The way of a question, with a reader that follows a script: order, numbering, offsets, refusal, bad input."""

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path

import pytest

from rag import asked
from rag.answer import NOT_FOUND, ask, stream
from rag.embed import MiniLM
from rag.engine import Engine
from rag.errors import BadQuestion, Busy, NoIndex, UnknownDocument, UnknownModel
from rag.generate import Writer
from rag.models import Models
from rag.records import Done, Evidence, Found, Message, Passage, Question, Said, Turn, Working
from rag.settings import Settings

BRIDGE = "Russia is constructing a $100 million road bridge. It crosses the Tumen River."
TRADE = "Apples are sold for 169 rubles. Moscow is investing $100 million in a road bridge."


COST = Turn("How much does the bridge cost?", "$100 million.")


class KeywordReader:
    """Takes a sentence for an answer when it holds the keyword; notes what it was asked."""

    name = "keyword"
    threshold = 0.5

    def __init__(self, keyword: str) -> None:
        self.keyword = keyword
        self.asked: list[str] = []
        self.understands = ""  # a word without which a question has no answer

    def read(self, question: str, passages: Sequence[Passage]) -> list[Evidence]:
        self.asked.append(question)
        able = self.understands in question
        found = [
            Evidence(passage, span, 0.9 if able and self.keyword in passage.quote(span) else 0.1, span)
            for passage in passages
            for span in passage.sentences
        ]
        return sorted(found, key=lambda piece: (-piece.score, piece.passage.document))

    def entails(self, claim: str, quote: str) -> bool:
        return True


class OneWriter(Models):
    """Models that know one writer, which replies with a given text."""

    name = "scripted"

    def __init__(self, settings: Settings, reply: str, delay: float = 0) -> None:
        super().__init__(settings)
        self.reply, self.delay = reply, delay

    def write(self, messages: Sequence[Message], max_tokens: int) -> Generator[str]:
        for word in self.reply.split(" "):
            time.sleep(self.delay)
            yield word + " "

    def writer(self, name: str | None) -> Writer | None:
        return None if self.check(name) == "none" else self


@pytest.fixture(scope="module")
def minilm(models: Path) -> MiniLM:
    return MiniLM(models, threads=2)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "bridge.txt").write_text(BRIDGE)
    (tmp_path / "a" / "trade.txt").write_text(TRADE)
    return Settings(home=tmp_path / "home", queue=1, queue_seconds=0.2)


Make = Callable[..., Engine]


@pytest.fixture
def engine(settings: Settings, minilm: MiniLM) -> Iterator[Make]:
    """Return a maker of engines over both documents: a keyword for the reader, a reply for the writer."""
    with ExitStack() as made:

        def make(keyword: str, reply: str = "", delay: float = 0) -> Engine:
            models = OneWriter(settings, reply, delay)
            fresh = made.enter_context(Engine(settings, embedder=minilm, reader=KeywordReader(keyword), models=models))
            fresh.library.add_paths([settings.home.parent / "a"])
            return fresh

        yield make


def test_the_writer_s_sentence_cites_every_document_that_holds_it(engine: Make) -> None:
    made = engine("$100 million", "The road bridge costs $100 million.")
    answer = ask(made, Question("How much does the road bridge cost?"))
    assert answer.answer == "The road bridge costs $100 million. [1][2]"
    assert answer.status == "supported"
    assert [citation.document for citation in answer.citations] == ["bridge.txt", "trade.txt"]
    assert answer.sentences[0].citations == (1, 2)
    assert answer.model == "scripted"
    assert answer.reason == ""


def test_every_quote_is_exact_and_cited_passages_are_marked(engine: Make) -> None:
    made = engine("169", "Apples cost 200 rubles.")
    answer = ask(made, Question("What do apples cost?"))
    [citation] = answer.citations
    assert answer.answer == "Apples are sold for 169 rubles. [1]"
    document = made.library.document(citation.document)
    assert document.text[citation.start : citation.end] == citation.quote == "Apples are sold for 169 rubles."
    assert document.revision == citation.revision
    place = f"start={citation.start}&end={citation.end}&revision={citation.revision}"
    assert citation.url == f"/documents/trade.txt?{place}#quote"
    assert {(passage.document, passage.cited) for passage in answer.passages} == {
        ("trade.txt", True),
        ("bridge.txt", False),
    }


def test_nothing_reaches_the_threshold(engine: Make) -> None:
    answer = ask(engine("no such words", "Invented."), Question("How long is the bridge?"))
    assert (answer.status, answer.answer, answer.citations, answer.sentences) == ("not_found", NOT_FOUND, (), ())
    assert answer.reason == "The documents speak of “bridge”, but do not tell the length."
    assert not any(passage.cited for passage in answer.passages)
    assert answer.passages
    assert list(answer.timings_ms) == ["retrieve", "rerank", "first_sentence", "total"]


def test_events_come_in_order(engine: Make) -> None:
    told = stream(engine("169"), Question("What do apples cost?"))
    events = [event for event, _ in groupby(told)]
    assert [type(event) for event in events] == [Working, Working, Found, Working, Said, Done]
    assert [event.stage for event in events if isinstance(event, Working)] == ["searching", "reading", "writing"]
    said, done = events[4], events[5]
    assert isinstance(said, Said)
    assert isinstance(done, Done)
    assert done.answer.sentences == (said.sentence,)
    assert done.answer.citations == said.citations
    timings = done.answer.timings_ms
    assert timings["retrieve"] <= timings["rerank"] <= timings["first_sentence"] <= timings["total"]


def test_a_follow_up_is_read_with_its_history(engine: Make) -> None:
    made = engine("Tumen")
    asked = Question("Which river does it cross?", (COST,))
    answer = ask(made, asked)
    assert answer.search_question == "Which river does the bridge cross?"
    assert answer.question == "Which river does it cross?"
    assert "Tumen River" in answer.answer


def test_of_several_readings_the_one_with_the_surest_answer_is_kept(engine: Make) -> None:
    made = engine("Tumen")
    made.reader.understands = "the bridge"  # type: ignore[attr-defined]
    before = Turn("Which structure crosses the border?", "The Friendship Arch crosses it. [1]")
    answer = ask(made, Question("Which river does it cross?", (before,)))
    assert answer.status == "not_found"
    answer = ask(made, Question("Which river does it cross?", (COST,)))
    assert answer.search_question == "Which river does the bridge cross?"
    assert answer.status == "supported"


def test_each_part_is_answered_or_named_as_missing(engine: Make) -> None:
    made = engine("169")
    made.reader.understands = "apples"  # type: ignore[attr-defined]
    answer = ask(made, Question("What do apples cost, and who owns the moon?"))
    assert answer.status == "partial"
    assert answer.answer == "Apples are sold for 169 rubles. [1]"
    assert answer.reason == "No document speaks of this: “Who owns the moon?”"
    assert answer.search_question == "What do apples cost? Who owns the moon?"


def test_the_same_words_do_not_answer_two_questions(engine: Make) -> None:
    answer = ask(engine("169"), Question("What do apples cost, and where are apples sold?"))
    assert (answer.status, answer.answer) == ("partial", "Apples are sold for 169 rubles. [1]")
    assert "Where are apples sold?" in answer.reason


def test_what_is_too_much_at_once_is_named(engine: Make) -> None:
    asked = " ".join(f"What do apples of kind {number} cost?" for number in range(6))
    answer = ask(engine("169"), Question(asked))
    assert answer.status == "partial"
    assert "ask again: What do apples of kind 4 cost? What do apples of kind 5 cost?" in answer.reason


def test_documents_with_different_numbers_disagree(engine: Make, settings: Settings) -> None:
    (settings.home.parent / "a" / "other.txt").write_text("A newer report: apples are sold for 180 rubles.")
    answer = ask(engine("rubles"), Question("What do apples cost?"))
    assert answer.status == "conflicting"
    assert {citation.document for citation in answer.citations} == {"trade.txt", "other.txt"}


def test_a_question_that_names_nothing_is_not_answered(engine: Make) -> None:
    assert ask(engine("169"), Question("?!")).status == "not_found"
    assert ask(engine("169"), Question("what is it of?")).status == "not_found"


def test_a_question_in_words_that_no_passage_has_is_answered_where_the_reader_is_surer(
    engine: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asks what a kilo of fruit sets them back has not read "apples are sold for 169 rubles"."""
    asking = Question("What does fruit set shoppers back?")
    assert "169" in ask(engine("169"), asking).answer
    monkeypatch.setattr(asked, "_UNTOUCHED", 0.95)
    assert ask(engine("169"), asking).status == "not_found"
    assert "169" in ask(engine("169"), Question("What do apples set shoppers back?")).answer


def test_only_the_named_documents_are_read(engine: Make) -> None:
    made = engine("$100 million")
    answer = ask(made, Question("How much does the bridge cost?", documents=("trade.txt",)))
    assert {passage.document for passage in answer.passages} == {"trade.txt"}
    assert {citation.document for citation in answer.citations} == {"trade.txt"}


def test_quotes_only(engine: Make) -> None:
    made = engine("169", "Never asked.")
    answer = ask(made, Question("What do apples cost?", model="none"))
    assert (answer.answer, answer.model) == ("Apples are sold for 169 rubles. [1]", "none")


@pytest.mark.parametrize(
    ("question", "error", "words"),
    [
        (Question(" \n"), BadQuestion, "empty"),
        (Question("x" * 2001), BadQuestion, "2001 characters; the limit is 2000"),
        (Question("x", documents=("nowhere.txt",)), UnknownDocument, "nowhere.txt"),
        (Question("x", model="/etc/passwd"), UnknownModel, "/etc/passwd"),
        (Question("caf\udce9 rent?"), BadQuestion, "UTF-8"),
    ],
)
def test_bad_input_is_refused_before_anything_happens(
    engine: Make, question: Question, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        stream(engine("x"), question)


def test_without_an_index_the_command_is_named(tmp_path: Path) -> None:
    with pytest.raises(NoIndex, match="vouch index"):
        ask(Engine(Settings(home=tmp_path)), Question("Anything?"))


def test_closing_a_stream_lets_the_next_question_in(engine: Make) -> None:
    made = engine("169", "a b c d e f g h", delay=0.05)
    first = stream(made, Question("What do apples cost?"))
    next(first)
    waiting = stream(made, Question("What do apples cost?"))
    assert next(waiting) == Working("waiting")
    with pytest.raises(Busy):
        list(waiting)
    first.close()
    assert ask(made, Question("What do apples cost?")).status == "supported"
