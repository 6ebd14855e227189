"""Growth without loss: names, copies, renames, and earlier revisions for as long as an answer quotes them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from rag import revisions, walk
from rag.errors import UnknownDocument
from rag.library import Library
from rag.store import Store
from tests.test_library import Home, states, write

BRIDGE = "Bridges\n\nThe bridge over the river is long."
APPLE = "Fruit\n\nThe apple is sold at a price."


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setattr(walk, "_SETTLED_NS", 0)
    made = Home(tmp_path / "home")
    yield made
    made.library.close()


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    write(folder / "bridge.txt", BRIDGE)
    write(folder / "apple.txt", APPLE)
    return folder


def answer(library: Library, document: str, quote: str, number: int = 1) -> dict[str, object]:
    """Return an answer that quotes a document as it is now."""
    found = library.document(document)
    start = found.text.index(quote)
    return {
        "question": "What?",
        "search_question": "What of it?",
        "status": "supported",
        "answer": f"{quote} [{number}]",
        "sentences": [{"text": quote, "citations": [number], "support": 0.9}],
        "citations": [
            {
                "id": number,
                "document": document,
                "revision": found.revision,
                "start": start,
                "end": start + len(quote),
                "quote": quote,
                "title": found.title,
                "url": f"/documents/{document}?start={start}",
            }
        ],
        "passages": [{"document": document, "start": 0, "end": 9, "score": 0.5, "cited": True}],
        "reason": "",
    }


def keep(library: Library, told: dict[str, object]) -> str:
    conversation = library.store.new_conversation()
    library.store.add_turn(conversation, "What?", json.dumps(told))
    return conversation


def told(store: Store, conversation: str, turn: int = 0) -> dict[str, object]:
    found: dict[str, object] = json.loads(store.turns(conversation)[turn].answer)
    return found


# Names


def test_copies_are_stored_once_and_known_by_all_their_names(home: Home, docs: Path) -> None:
    write(docs / "copy" / "of bridge.txt", BRIDGE)
    home.library.add_paths([docs])
    assert home.embedder.texts == [APPLE, BRIDGE]
    assert {each.id: each.also for each in home.library.documents()} == {
        "apple.txt": (), "bridge.txt": ("copy/of bridge.txt",), "copy/of bridge.txt": ("bridge.txt",)}  # fmt: skip
    assert home.nearest("river") == ["bridge.txt"]
    (number,) = home.library.store.numbers(["copy/of bridge.txt"])
    passage = home.library.store.passages([number])[number]
    assert (passage.document, passage.also) == ("bridge.txt", ("copy/of bridge.txt",))
    under = home.library.store.passages([number], ["copy/of bridge.txt"])[number]
    assert (under.document, under.also) == ("copy/of bridge.txt", ("bridge.txt",))


def test_a_copy_keeps_what_another_name_loses(home: Home, docs: Path) -> None:
    write(docs / "copy.txt", BRIDGE)
    home.library.add_paths([docs])
    conversation = keep(home.library, answer(home.library, "bridge.txt", "The bridge over the river is long."))
    receipt = home.library.remove("bridge.txt")
    assert (receipt.passages, receipt.vectors, receipt.turns, receipt.kept_as) == (0, 0, 0, ("copy.txt",))
    assert home.nearest("river") == ["copy.txt"]
    (citation,) = told(home.library.store, conversation)["citations"]  # type: ignore[misc]
    assert (citation["document"], citation["url"]) == ("copy.txt", "/documents/copy.txt?start=9")
    assert home.library.document("copy.txt", citation["revision"]).text == BRIDGE
    assert home.library.remove("copy.txt").turns == 1
    assert home.nearest("river") == []


def test_a_changed_copy_parts_from_the_other(home: Home, docs: Path) -> None:
    write(docs / "copy.txt", BRIDGE)
    home.library.add_paths([docs])
    write(docs / "copy.txt", "Drinks\n\nThe beer is brown.")
    home.library.add_paths([docs])
    assert home.nearest("river") == ["bridge.txt"]
    assert home.nearest("beer") == ["copy.txt"]
    assert all(each.also == () for each in home.library.documents())


def test_a_document_without_a_title_is_found_by_each_of_its_names(home: Home, tmp_path: Path) -> None:
    for name in ("invoice.txt", "receipt.txt"):
        write(tmp_path / "d" / name, "the sum of all is seven, and that is all there is to say about it. " * 5)
    home.library.add_paths([tmp_path / "d"])
    assert home.lexical("invoice") == home.lexical("receipt") == {"invoice.txt"}
    assert home.library.document("receipt.txt").title == "receipt.txt"
    home.library.remove("invoice.txt")
    assert home.lexical("invoice") == set()
    assert home.lexical("receipt") == {"receipt.txt"}


# Renames and edits


def test_a_rename_embeds_nothing_and_takes_everything_along(home: Home, docs: Path) -> None:
    home.library.add_paths([docs])
    quote = "The bridge over the river is long."
    first = keep(home.library, answer(home.library, "bridge.txt", quote))
    write(docs / "bridge.txt", f"{BRIDGE}\n\nIt is wide.")
    home.library.add_paths([docs])
    home.embedder.texts.clear()
    (docs / "bridge.txt").rename(docs / "span.txt")
    assert states(home.library.add_paths([docs])) == {"apple.txt": "unchanged", "span.txt": "renamed"}
    assert home.embedder.texts == []
    assert [each.id for each in home.library.documents()] == ["apple.txt", "span.txt"]
    (citation,) = told(home.library.store, first)["citations"]  # type: ignore[misc]
    assert citation["document"] == "span.txt"
    assert home.library.document("span.txt", citation["revision"]).text == BRIDGE
    assert states(home.library.add_paths([docs], prune=True)) == {"apple.txt": "unchanged", "span.txt": "unchanged"}


def test_a_moved_folder_keeps_its_names(home: Home, docs: Path) -> None:
    home.library.add_paths([docs])
    home.embedder.texts.clear()
    docs.rename(docs.parent / "elsewhere")
    report = home.library.add_paths([docs.parent / "elsewhere"], prune=True)
    assert [(each.document, each.state) for each in report.outcomes] == [
        ("apple.txt", "renamed"), ("bridge.txt", "renamed")]  # fmt: skip
    assert home.embedder.texts == []


def test_swapped_files_embed_nothing(home: Home, docs: Path) -> None:
    home.library.add_paths([docs])
    home.embedder.texts.clear()
    (docs / "bridge.txt").rename(docs / "x")
    (docs / "apple.txt").rename(docs / "bridge.txt")
    (docs / "x").rename(docs / "apple.txt")
    assert states(home.library.add_paths([docs])) == {"apple.txt": "updated", "bridge.txt": "updated"}
    assert home.embedder.texts == []
    assert home.nearest("river") == ["apple.txt"]
    assert home.library.document("bridge.txt").text == APPLE


def test_a_changed_document_costs_its_changed_passages_only(home: Home, docs: Path) -> None:
    paragraphs = [f"The bridge number {number} is long and wide and old. " * 12 for number in range(6)]
    home.library.add_paths([write(docs / "long.txt", "\n\n".join(paragraphs)), docs])
    home.embedder.texts.clear()
    paragraphs[3] = "The beer is brown and it is sold at a price. " * 12
    write(docs / "long.txt", "\n\n".join(paragraphs))
    home.library.add_paths([docs])
    assert len(home.embedder.texts) <= 2
    assert all("beer" in text for text in home.embedder.texts)
    assert home.nearest("beer") == ["long.txt"]
    assert len(home.nearest("bridge")) > len(home.embedder.texts)


# Revisions


def test_what_an_answer_quotes_stays_readable(home: Home, docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions, "GRACE", timedelta(seconds=-1))
    home.library.add_paths([docs])
    old = home.library.document("bridge.txt").revision
    conversation = keep(home.library, answer(home.library, "bridge.txt", "The bridge over the river is long."))
    write(docs / "bridge.txt", "Bridges\n\nThe bridge fell down.")
    write(docs / "apple.txt", "Fruit\n\nNo apple is left.")
    apple = home.library.document("apple.txt").revision
    home.library.add_paths([docs])
    assert home.library.document("bridge.txt", old).text == BRIDGE
    assert home.library.document("bridge.txt", old[:8]).revision == old
    assert home.library.document("bridge.txt").text == "Bridges\n\nThe bridge fell down."
    assert [each.revision for each in home.library.earlier("bridge.txt")] == [old]
    assert home.nearest("river") == []
    assert home.lexical("river") == set()
    # Nothing quotes the other one.
    assert home.library.earlier("apple.txt") == []
    with pytest.raises(UnknownDocument, match="no revision"):
        home.library.document("apple.txt", apple)
    home.library.store.delete_conversation(conversation)
    assert home.library.earlier("bridge.txt") == []


def test_a_revision_that_was_just_replaced_can_still_be_quoted(home: Home, docs: Path) -> None:
    home.library.add_paths([docs])
    late = answer(home.library, "bridge.txt", "The bridge over the river is long.")
    write(docs / "bridge.txt", "Bridges\n\nThe bridge fell down.")
    home.library.add_paths([docs])
    assert told(home.library.store, keep(home.library, late)) == late
    home.library.store.purge()
    assert len(home.library.earlier("bridge.txt")) == 1


def test_a_document_that_goes_back_is_at_its_earlier_revision(home: Home, docs: Path) -> None:
    home.library.add_paths([docs])
    old = home.library.document("bridge.txt").revision
    keep(home.library, answer(home.library, "bridge.txt", "The bridge over the river is long."))
    for text in ("Bridges\n\nThe bridge fell down.", BRIDGE):
        write(docs / "bridge.txt", text)
        home.library.add_paths([docs])
    assert home.library.document("bridge.txt").revision == old
    assert old not in [each.revision for each in home.library.earlier("bridge.txt")]


def test_an_upload_never_loses_the_one_before(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revisions, "GRACE", timedelta(seconds=-1))
    home.library.add_bytes("name.txt", b"The bridge is long.")
    first = home.library.document("name.txt").revision
    outcome = home.library.add_bytes("name.txt", b"The apple is red.")
    assert (outcome.state, outcome.replaced) == ("updated", first)
    home.library.add_bytes("name.txt", b"The beer is brown.")
    home.library.purge()
    assert home.library.document("name.txt", first).text == "The bridge is long."
    assert len(home.library.earlier("name.txt")) == 2
    assert home.nearest("bridge") == []
    assert len(home.library.remove("name.txt").revisions) == 3
    with pytest.raises(UnknownDocument):
        home.library.document("name.txt", first)


# What an index asks


def test_changes_since_a_generation(home: Home, docs: Path) -> None:
    home.library.add_paths([docs])
    store = home.library.store
    start, (apple,), (bridge,) = store.generation(), store.numbers(["apple.txt"]), store.numbers(["bridge.txt"])
    assert store.changes_since(start) == ([], [])
    write(docs / "bridge.txt", "Drinks\n\nThe beer is brown.")
    home.library.add_paths([docs])
    (beer,) = store.numbers(["bridge.txt"])
    assert store.changes_since(start) == ([bridge], [beer])
    middle = store.generation()
    home.library.remove("bridge.txt")
    # What came and went since is neither here nor there.
    assert store.changes_since(start) == ([bridge], [])
    assert store.changes_since(middle) == ([beer], [])
    assert store.changes_since(0) == ([], [apple])
    assert store.changes_since(store.generation() + 1) is None


def test_changes_that_are_too_old_are_unknown(home: Home, docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.contents.REMEMBERED", 2)
    home.library.add_paths([docs])
    store = home.library.store
    start = store.generation()
    for number in range(3):
        home.library.add_bytes("up.txt", f"The beer {number} is brown.".encode())
    assert store.changes_since(start) is None
    assert store.changes_since(start + 1) is not None


def test_near_duplicates_are_marked(home: Home, tmp_path: Path) -> None:
    story = " ".join(f"The bridge number {number} has {number * 7} lamps." for number in range(40))
    write(tmp_path / "d" / "a.txt", story)
    write(tmp_path / "d" / "b.txt", f"{story} That is all.")
    write(tmp_path / "d" / "c.txt", " ".join(f"An apple of {number} grams is sold." for number in range(40)))
    home.library.add_paths([tmp_path / "d"])
    assert home.library.store.near_duplicates() == {"a.txt": ("b.txt",), "b.txt": ("a.txt",)}
    numbers = {name: home.library.store.numbers([name]) for name in ("a.txt", "b.txt", "c.txt")}
    groups = home.library.voices([numbers["a.txt"][0], numbers["b.txt"][0], numbers["c.txt"][0]])
    assert groups == [[numbers["a.txt"][0], numbers["b.txt"][0]], [numbers["c.txt"][0]]]


@pytest.mark.parametrize("change", [lambda path: os.utime(path, (1, 1)), lambda path: None])
def test_an_unchanged_folder_is_no_change(home: Home, docs: Path, change: Callable[[Path], None]) -> None:
    home.library.add_paths([docs])
    generation = home.library.store.generation()
    change(docs / "bridge.txt")
    home.library.add_paths([docs])
    assert home.library.store.generation() == generation
