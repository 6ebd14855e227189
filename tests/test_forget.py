"""Forgetting: what was deleted comes back from nowhere, and after a purge it is in no file any more."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rag.errors import UnknownDocument
from rag.library import Library
from rag.records import Parsed
from rag.settings import Settings
from tests.fakes import WORDS, WordEmbedder
from tests.test_library import Home
from tests.test_revisions import answer, keep, told

SECRET = "The zyzzyvaquux opens the vault behind the bridge."
KEPT = "The apple is sold at a price."


@pytest.fixture
def home(tmp_path: Path) -> Any:
    made = Home(tmp_path / "home")
    yield made
    made.library.close()


def add(home: Home, name: str, text: str) -> None:
    home.library.add_bytes(name, text.encode())


def traces(folder: Path, text: str) -> list[str]:
    """Return the files that hold a text in any of the ways it may be written in one."""
    spelled = [text.encode(), text.lower().encode(), json.dumps(text).encode()[1:-1]]
    return [
        str(path.relative_to(folder))
        for path in sorted(folder.rglob("*"))
        if path.is_file() and any(each in path.read_bytes() for each in spelled)
    ]


def test_a_receipt_says_what_went(home: Home) -> None:
    add(home, "secret.txt", SECRET)
    add(home, "secret.txt", f"{SECRET}\n\nMore of it.")
    keep(home.library, answer(home.library, "secret.txt", SECRET))
    revisions = {home.library.document("secret.txt").revision, home.library.earlier("secret.txt")[0].revision}
    receipt = home.library.remove("secret.txt")
    assert (receipt.document, receipt.source, set(receipt.revisions)) == (
        "secret.txt", "upload:secret.txt", revisions)  # fmt: skip
    assert (receipt.passages, receipt.vectors, receipt.turns, receipt.kept_as) == (1, 1, 1, ())
    assert receipt.generation == home.library.store.generation()
    assert home.library.store.receipts() == [receipt]
    assert "zyzzyva" not in receipt.to_json()


def test_an_answer_loses_what_it_quoted_of_a_deleted_document(home: Home) -> None:
    add(home, "secret.txt", SECRET)
    add(home, "kept.txt", KEPT)
    both = answer(home.library, "secret.txt", SECRET)
    other: Any = answer(home.library, "kept.txt", KEPT, 2)
    both["sentences"] += other["sentences"]  # type: ignore[operator]
    both["citations"] += other["citations"]  # type: ignore[operator]
    both["passages"] += other["passages"]  # type: ignore[operator]
    both["answer"] = f"{SECRET} [1] {KEPT} [2]"
    whole, mixed = keep(home.library, answer(home.library, "secret.txt", SECRET)), keep(home.library, both)
    follow = other | {"question": "And then?", "search_question": "And then, zyzzyvaquux?", "reason": "zyzzyvaquux"}
    home.library.store.add_turn(mixed, "And then?", json.dumps(follow))
    home.library.remove("secret.txt")
    empty: Any = told(home.library.store, whole)
    assert (empty["status"], empty["sentences"], empty["citations"], empty["passages"]) == ("not_found", [], [], [])
    assert "removed" in empty["answer"]
    left: Any = told(home.library.store, mixed)
    assert (left["status"], left["answer"]) == ("partial", f"{KEPT} [2]")
    assert left["sentences"] == other["sentences"]
    assert left["citations"] == other["citations"]
    after: Any = told(home.library.store, mixed, 1)
    assert (after["search_question"], after["answer"]) == ("And then?", f"{KEPT} [2]")
    for conversation in (whole, mixed):
        assert all("zyzzyva" not in turn.answer for turn in home.library.store.turns(conversation))


def test_an_answer_that_comes_too_late_is_kept_without_the_quote(home: Home) -> None:
    add(home, "secret.txt", SECRET)
    late = answer(home.library, "secret.txt", SECRET)
    home.library.remove("secret.txt")
    kept: Any = told(home.library.store, keep(home.library, late))
    assert (kept["status"], kept["citations"]) == ("not_found", [])
    assert "zyzzyva" not in json.dumps(kept)


def test_a_sentence_stays_where_another_document_holds_it(home: Home) -> None:
    add(home, "secret.txt", f"{SECRET}\n\nAnd so on.")
    add(home, "copy.txt", f"Copied: {SECRET}")
    one: Any = answer(home.library, "secret.txt", SECRET)
    other: Any = answer(home.library, "copy.txt", SECRET, 2)
    one["citations"] += other["citations"]
    one["sentences"][0]["citations"] = [1, 2]
    conversation = keep(home.library, one)
    home.library.remove("secret.txt")
    left: Any = told(home.library.store, conversation)
    assert left["sentences"] == [{"text": SECRET, "citations": [2], "support": 0.9}]
    home.library.remove("copy.txt")
    assert told(home.library.store, conversation)["sentences"] == []


def test_after_a_purge_the_text_is_in_no_file(home: Home) -> None:
    add(home, "secret.txt", f"{SECRET} The river is behind it.")
    for number in range(30):
        (home.settings.home / "docs").mkdir(exist_ok=True)
        (home.settings.home / "docs" / f"{number}.txt").write_text(f"{KEPT} It is number {number}.")
    home.library.add_paths([home.settings.home / "docs"])
    conversation = keep(home.library, answer(home.library, "secret.txt", SECRET))
    assert home.nearest("river") == ["secret.txt"]
    folder = home.settings.home
    assert traces(folder, SECRET)
    home.library.remove("secret.txt")
    home.library.purge()
    for open_still in (True, False):
        assert traces(folder, SECRET) == traces(folder, "zyzzyvaquux") == traces(folder, "zzyvaqu") == [], open_still
        home.library.close()
    assert home.library.store.turns(conversation)
    assert set(home.nearest("apple")) == {f"{number}.txt" for number in range(30)}
    assert home.nearest("river") == []
    assert traces(folder, SECRET) == []
    assert terms(folder / "vouch.db") >= {"appl", "price"}
    assert not {term for term in terms(folder / "vouch.db") if term.startswith(("zyz", "vault"))}


def terms(path: Path) -> set[str]:
    """Return every word that the full-text index knows."""
    plain = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    plain.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'words', 'row')")
    found = {term for (term,) in plain.execute("SELECT term FROM temp.terms")}
    plain.close()
    return found


def test_a_replaced_text_that_nothing_quotes_goes_with_a_purge(home: Home, tmp_path: Path) -> None:
    path = tmp_path / "d" / "a.txt"
    path.parent.mkdir()
    path.write_text(SECRET)
    home.library.add_paths([path])
    path.write_text(KEPT)
    home.library.add_paths([path])
    home.library.purge()
    assert traces(home.settings.home, "zyzzyvaquux") == []
    assert home.library.earlier("a.txt") == []


def test_a_purge_while_someone_reads_says_so(home: Home) -> None:
    add(home, "a.txt", KEPT)
    reader = apsw.Connection(str(home.settings.store_path))
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM sources").fetchall()
    home.library.store._writer.set_busy_timeout(100)
    with pytest.raises(Exception, match="another process"):
        home.library.purge()
    reader.close()
    home.library.purge()


NAMES = st.sampled_from(["a.txt", "b.txt", "c.txt"])
FILES = ("x.txt", "y.txt")
PLACES = st.integers(0, 9)
TEXTS = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(
    lambda words: f"The {' and the '.join(words)} stay."
)


class Forgetting(RuleBasedStateMachine):
    """A library beside a dictionary: names to texts, and what each conversation may still say."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.embedder = WordEmbedder()
        self.library = Library(Settings(home=self.folder, max_file_mb=1), lambda: self.embedder, create=True)
        # A child process for each of thousands of one-line texts would only test how fast Python starts.
        self.library._parser.parse_bytes = lambda name, data: Parsed(data.decode(), name, "text/plain")  # type: ignore[method-assign]
        self.held: dict[str, list[str]] = {}
        self.files = self.folder / "files"
        self.files.mkdir()

    def teardown(self) -> None:
        self.library.close()
        shutil.rmtree(self.folder)

    @rule(name=NAMES, text=TEXTS)
    def put(self, name: str, text: str) -> None:
        self.library.add_bytes(name, text.encode())
        self.hold(name, text)

    @precondition(lambda self: self.held)
    @rule(place=PLACES, name=NAMES)
    def copy(self, place: int, name: str) -> None:
        self.put(name, self.held[self.pick(place)][-1])

    @rule(name=st.sampled_from(FILES), text=TEXTS)
    def write(self, name: str, text: str) -> None:
        (self.files / name).write_text(text)
        self.library.add_paths([self.files / name])
        self.hold(name, text)

    @precondition(lambda self: len(self.held.keys() & FILES) == 1)
    @rule()
    def rename(self) -> None:
        old, new = sorted(FILES, key=lambda name: name not in self.held)
        (self.files / old).rename(self.files / new)
        assert [each.state for each in self.library.add_paths([self.files]).outcomes] == ["renamed"]
        self.held[new] = self.held.pop(old)

    # Only what there is, is removed and asked about: otherwise too few short sequences delete what an answer quotes.
    @precondition(lambda self: self.held)
    @rule(place=PLACES)
    def remove(self, place: int) -> None:
        name = self.pick(place)
        receipt = self.library.remove(name)
        held = self.held.pop(name)
        (self.files / name).unlink(missing_ok=True)
        # Of a file, unlike an upload, only those that an answer quotes are kept.
        assert len(receipt.revisions) == len(held) - bool(receipt.kept_as) or name in FILES
        with pytest.raises(UnknownDocument):
            self.library.remove(name)

    @precondition(lambda self: self.held)
    @rule(place=PLACES)
    def ask(self, place: int) -> None:
        name = self.pick(place)
        keep(self.library, answer(self.library, name, self.held[name][-1]))

    @rule(place=PLACES, how=st.sampled_from(["purge", "reopen", "forget"]))
    def tidy(self, place: int, how: str) -> None:
        chats = self.library.store.conversations()
        if how == "forget" and chats:
            self.library.store.delete_conversation(chats[place % len(chats)].id)
        elif how == "purge":
            self.library.purge()
        else:
            self.library.close()

    def hold(self, name: str, text: str) -> None:
        self.held[name] = [each for each in self.held.get(name, []) if each != text] + [text]

    def pick(self, place: int) -> str:
        return sorted(self.held)[place % len(self.held)]

    @invariant()
    def only_what_is_held_is_found(self) -> None:
        now = {texts[-1] for texts in self.held.values()}
        ever = {text for texts in self.held.values() for text in texts}
        for word in WORDS:
            (vector,) = self.embedder.encode([word])
            dense = {number for number, score in self.library.index().search(vector, 50) if score > 0}
            words = {number for number, _ in self.library.store.lexical(word, 50)}
            for numbers in (dense, words):
                found = self.library.store.passages(numbers)
                assert len(found) == len(numbers)
                assert {passage.text for passage in found.values()} == {text for text in now if word in text}
        for chat in self.library.store.conversations():
            for turn in self.library.store.turns(chat.id):
                for citation in json.loads(turn.answer)["citations"]:
                    assert citation["quote"] in ever
                    read = self.library.document(citation["document"], citation["revision"])
                    assert read.text[citation["start"] : citation["end"]] == citation["quote"]
                said = json.loads(turn.answer)["sentences"]
                assert {sentence["text"] for sentence in said} <= ever


Forgetting.TestCase.settings = settings(
    max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
TestForgetting = Forgetting.TestCase
