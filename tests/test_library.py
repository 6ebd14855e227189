"""The way of a document from file to index, by what a user sees of it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from rag import walk
from rag.errors import NoIndex, Refused, TooLarge, UnknownDocument
from rag.library import Library, Report
from rag.settings import Settings
from tests.fakes import WordEmbedder

BRIDGE = "Bridges\n\nThe bridge over the river is long."
APPLE = "Fruit\n\nThe apple is sold at a price."


class Home:
    """A library in a folder of its own, and how often its embedder was asked for."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(home=folder, max_file_mb=1)
        self.embedder = WordEmbedder()
        self.loads = 0
        self.library = Library(self.settings, self.load)

    def load(self) -> WordEmbedder:
        self.loads += 1
        return self.embedder

    def nearest(self, question: str) -> list[str]:
        """Return the documents of all passages, nearest first, those of cosine 0 left out."""
        (vector,) = self.embedder.encode([question])
        found = [number for number, score in self.library.index().search(vector, 50) if score > 0]
        passages = self.library.store.passages(found)
        return [passages[number].document for number in found]

    def lexical(self, question: str) -> set[str]:
        numbers = [number for number, _ in self.library.store.lexical(question, 50)]
        return {passage.document for passage in self.library.store.passages(numbers).values()}


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path / "home")
    yield made
    made.library.close()


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    write(folder / "bridge.txt", BRIDGE)
    write(folder / "food" / "apple.md", f"# {APPLE}")
    return folder


def write(path: Path, text: str) -> Path:
    """Write a file that looks as if it had been written an hour ago."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take files for settled at once: the tests cannot wait two seconds each time."""
    monkeypatch.setattr(walk, "_SETTLED_NS", 0)


def states(report: Report) -> dict[str, str]:
    return {Path(outcome.source).name: outcome.state for outcome in report.outcomes}


def test_a_folder_is_added_once(home: Home, docs: Path) -> None:
    report = home.library.add_paths([docs])
    assert [(o.document, o.state, o.passages) for o in report.outcomes] == [
        ("bridge.txt", "added", 1), ("food/apple.md", "added", 1)]  # fmt: skip
    assert report.summary() == "2 added (2 passages)"
    assert [(d.id, d.title, d.source) for d in home.library.documents()] == [
        ("bridge.txt", "Bridges", str(docs / "bridge.txt")),
        ("food/apple.md", "Fruit", str(docs / "food" / "apple.md")),
    ]
    assert home.embedder.texts == [BRIDGE, f"# {APPLE}"]
    assert home.nearest("river") == ["bridge.txt"]
    assert home.lexical("sold") == {"food/apple.md"}


def test_an_unchanged_folder_costs_no_work(home: Home, docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.library.add_paths([docs])
    generation, loads = home.library.store.generation(), home.loads
    monkeypatch.setattr("rag.intake.read_file", lambda *given: pytest.fail("a file was read"))
    report = home.library.add_paths([docs])
    assert report.summary() == "2 unchanged (2 passages)"
    assert (home.library.store.generation(), home.loads) == (generation, loads)


def test_a_touched_file_is_read_once_and_not_embedded(home: Home, docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.library.add_paths([docs])
    generation, loads = home.library.store.generation(), home.loads
    os.utime(docs / "bridge.txt", (1, 1))
    assert home.library.add_paths([docs]).summary() == "2 unchanged (2 passages)"
    monkeypatch.setattr("rag.intake.read_file", lambda *given: pytest.fail("a file was read"))
    home.library.add_paths([docs])
    assert (home.library.store.generation(), home.loads) == (generation, loads)


def test_a_file_that_may_still_change_is_read_again(home: Home, docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(walk, "_SETTLED_NS", 3_600_000_000_000)
    home.library.add_paths([docs])
    before = os.stat(docs / "bridge.txt")
    write(docs / "bridge.txt", BRIDGE.replace("long", "wide"))
    os.utime(docs / "bridge.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert states(home.library.add_paths([docs])) == {"bridge.txt": "updated", "apple.md": "unchanged"}


def test_a_changed_file_replaces_its_old_revision(home: Home, docs: Path) -> None:
    home.library.add_paths([docs])
    old = home.library.document("bridge.txt").revision
    write(docs / "bridge.txt", "Drinks\n\nThe beer is brown.")
    home.embedder.texts.clear()
    assert states(home.library.add_paths([docs])) == {"bridge.txt": "updated", "apple.md": "unchanged"}
    assert home.embedder.texts == ["Drinks\n\nThe beer is brown."]
    assert home.library.document("bridge.txt").revision != old
    assert home.lexical("river") == set()
    assert home.nearest("river") == []
    assert home.nearest("beer") == ["bridge.txt"]


def test_a_removed_document_is_gone(home: Home, docs: Path) -> None:
    home.library.add_paths([docs])
    held = home.library.index()
    home.library.remove("bridge.txt")
    assert home.lexical("bridge") == set()
    assert home.nearest("bridge") == []
    assert len(home.library.index()) == 1
    assert len(held) == 2
    with pytest.raises(UnknownDocument):
        home.library.document("bridge.txt")
    with pytest.raises(UnknownDocument):
        home.library.remove("bridge.txt")


def test_one_bad_file_does_not_stop_the_others(home: Home, docs: Path) -> None:
    write(docs / "empty.txt", "")
    (docs / "binary.txt").write_bytes(b"\0\1\2")
    write(docs / "large.txt", "x" * (1 << 20) + "x")
    write(docs / "photo.jpg", "not read")
    (docs / "broken.txt").symlink_to(docs / "nowhere.txt")
    report = home.library.add_paths([docs, docs / "photo.jpg", docs / "missing.txt"])
    assert states(report) == {
        "bridge.txt": "added", "apple.md": "added", "empty.txt": "refused", "binary.txt": "refused",
        "large.txt": "refused", "photo.jpg": "skipped", "broken.txt": "refused", "missing.txt": "refused",
    }  # fmt: skip
    reasons = {Path(o.source).name: o.reason for o in report.refused}
    assert "empty" in reasons["empty.txt"]
    assert "binary" in reasons["binary.txt"]
    assert "the limit is 1 MB" in reasons["large.txt"]
    assert "No such file" in reasons["missing.txt"]
    assert len(report.indexed) == 2


def test_a_named_file_that_is_no_document_is_refused(home: Home, docs: Path) -> None:
    (outcome,) = home.library.add_paths([write(docs / "photo.jpg", "x")]).outcomes
    assert outcome.state == "refused"
    assert outcome.reason.startswith("not a document: '.jpg' files are not read; supported are .txt")


def test_a_file_that_became_unreadable_keeps_its_old_revision(home: Home, docs: Path) -> None:
    home.library.add_paths([docs])
    (docs / "bridge.txt").write_bytes(b"\0")
    (refused,) = home.library.add_paths([docs]).refused
    assert refused.document == "bridge.txt"
    assert home.library.document("bridge.txt").text == BRIDGE


def test_hidden_files_and_circles_are_left_out(home: Home, docs: Path) -> None:
    write(docs / ".git" / "a.txt", "hidden")
    write(docs / ".hidden.txt", "hidden")
    (docs / "food" / "up").symlink_to(docs)
    other = write(docs.parent / "other" / "linked.txt", "Linked\n\nBeer.").parent
    (docs / "link").symlink_to(other)
    report = home.library.add_paths([docs])
    assert [outcome.document for outcome in report.outcomes] == ["bridge.txt", "food/apple.md", "link/linked.txt"]


def test_the_same_path_twice_is_one_file(home: Home, docs: Path) -> None:
    report = home.library.add_paths([docs, docs / "bridge.txt", docs / "food" / ".." / "bridge.txt"])
    assert len(report.outcomes) == 2


def test_the_title_leads_every_passage_but_the_one_that_opens_with_it(home: Home, docs: Path) -> None:
    paragraph = "The bridge is long and wide and it was planned by two men. " * 12
    home.library.add_paths([write(docs / "t.txt", f"A title\n\n{paragraph}\n\n{paragraph}")])
    starts = [text.split(" bridge")[0] for text in home.embedder.texts]
    assert starts == ["A title\n\nThe", "A title\nThe"]
    home.embedder.texts.clear()
    home.library.add_paths([write(docs / "untitled.txt", "The bridge is long.")])
    assert home.embedder.texts == ["The bridge is long."]


def test_ids_are_the_shortest_free_tail(home: Home, tmp_path: Path) -> None:
    for folder in ("x/a", "x/b", "y/b"):
        write(tmp_path / folder / "n.txt", f"Title {folder}\n\nText.")
    add = home.library.add_paths
    assert [o.document for o in add([tmp_path / "x" / "a"]).outcomes] == ["n.txt"]
    assert [o.document for o in add([tmp_path / "x" / "b"]).outcomes] == ["b/n.txt"]
    assert [o.document for o in add([tmp_path / "y" / "b"]).outcomes] == ["y/b/n.txt"]
    assert home.library.add_bytes("n.txt", b"Up").document == "uploads/n.txt"
    # A document keeps its name, however it is reached later.
    assert [o.document for o in add([tmp_path / "x"]).outcomes] == ["n.txt", "b/n.txt"]
    assert {d.id for d in home.library.documents()} == {"n.txt", "b/n.txt", "y/b/n.txt", "uploads/n.txt"}


def test_uploads(home: Home) -> None:
    first = home.library.add_bytes("../../etc/na\u202eme\0.md", b"# Bridge\n\nLong.")
    assert (first.document, first.state, first.source) == ("name.md", "added", "upload:name.md")
    assert home.library.add_bytes("name.md", b"# Bridge\n\nLong.").state == "unchanged"
    assert home.library.add_bytes("C:\\docs\\name.md", b"# Apple\n\nRed.").state == "updated"
    assert home.library.document("name.md").title == "Apple"
    with pytest.raises(Refused, match=r"not a document: '\.exe'"):
        home.library.add_bytes("name.exe", b"MZ")
    with pytest.raises(Refused, match="no file name"):
        home.library.add_bytes("../", b"x")
    with pytest.raises(Refused, match="empty"):
        home.library.add_bytes("e.txt", b"")
    with pytest.raises(TooLarge):
        home.library.add_bytes("e.txt", bytes((1 << 20) + 1))
    long = home.library.add_bytes("ü" * 400 + ".txt", b"Text.")
    assert long.document is not None
    assert len(long.document) == 150


def test_prune_drops_what_is_gone_and_nothing_else(home: Home, docs: Path, tmp_path: Path) -> None:
    elsewhere = write(tmp_path / "docs2" / "kept.txt", "Kept\n\nBeer.")
    home.library.add_paths([docs, elsewhere])
    home.library.add_bytes("up.txt", b"Upload.")
    (docs / "bridge.txt").unlink()
    elsewhere.unlink()
    assert states(home.library.add_paths([docs])) == {"apple.md": "unchanged"}
    assert states(home.library.add_paths([docs], prune=True)) == {"apple.md": "unchanged", "bridge.txt": "removed"}
    assert [document.id for document in home.library.documents()] == ["food/apple.md", "kept.txt", "up.txt"]
    assert home.lexical("bridge") == set()


@pytest.mark.parametrize("lose", [Path.rmdir, lambda folder: None])
def test_prune_refuses_a_folder_that_is_not_there(home: Home, docs: Path, lose: Callable[[Path], None]) -> None:
    home.library.add_paths([docs])
    (docs / "bridge.txt").unlink()
    (docs / "food" / "apple.md").unlink()
    (docs / "food").rmdir()
    lose(docs)
    with pytest.raises(Refused, match="nothing was pruned"):
        home.library.add_paths([docs], prune=True)
    assert len(home.library.documents()) == 2


def test_prune_spares_what_lies_in_a_folder_that_cannot_be_read(
    home: Home, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home.library.add_paths([docs])
    real = os.scandir

    def scandir(path: str | Path) -> Iterator[os.DirEntry[str]]:
        if str(path).endswith("food"):
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    (docs / "food" / "apple.md").unlink()
    report = home.library.add_paths([docs], prune=True)
    assert states(report) == {"bridge.txt": "unchanged", "food": "refused"}
    assert len(home.library.documents()) == 2


def test_another_embedder_embeds_everything_again(home: Home, docs: Path) -> None:
    home.library.add_paths([docs])
    assert home.nearest("sold") == []
    home.library.close()
    again = Home(home.settings.home)
    again.embedder = WordEmbedder(["sold", "long"], revision="2")
    assert again.nearest("sold") == ["food/apple.md"]
    assert again.embedder.texts == ["sold", BRIDGE, f"# {APPLE}"]
    assert again.library.add_paths([docs]).summary() == "2 unchanged (2 passages)"
    again.library.close()


def test_small_documents_share_a_call_and_large_ones_do_not_fill_memory(
    home: Home, docs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    encode = home.embedder.encode

    def counted(texts: Sequence[str]) -> npt.NDArray[np.float32]:
        sizes.append(len(texts))
        return encode(texts)

    monkeypatch.setattr(home.embedder, "encode", counted)
    for number in range(30):
        write(docs / f"{number:02}.txt", f"Title\n\nThe bridge number {number} is long.")
    write(docs / "z.txt", "\n".join(["The beer is brown and it is sold in every town of the land."] * 3000))
    report = home.library.add_paths([docs])
    assert len(report.indexed) == 33
    assert sizes[0] > 30
    assert max(sizes) <= 128


def test_progress_counts_every_file(home: Home, docs: Path) -> None:
    seen: list[tuple[int, int, str]] = []
    home.library.add_paths([docs], progress=lambda done, total, name: seen.append((done, total, Path(name).name)))
    assert seen == [(1, 2, "bridge.txt"), (2, 2, "apple.md")]


def test_interrupted_keeps_what_was_done(home: Home, docs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.vectorize.BATCH", 1)

    def interrupt(done: int, total: int, name: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        home.library.add_paths([docs], progress=interrupt)
    assert [document.id for document in home.library.documents()] == ["bridge.txt"]
    assert home.library.add_paths([docs]).summary() == "1 added, 1 unchanged (2 passages)"


def test_before_anything_is_indexed(home: Home) -> None:
    for look in (home.library.documents, home.library.index, lambda: home.library.document("a")):
        with pytest.raises(NoIndex, match="run: vouch index PATH"):
            look()
    assert not home.settings.home.exists()


def test_ten_thousandth_file_costs_a_stat(home: Home, docs: Path) -> None:
    for number in range(500):
        write(docs / f"{number // 50}" / f"{number}.txt", f"The bridge number {number} is long.")
    home.library.add_paths([docs])
    began = time.perf_counter()
    assert len(home.library.add_paths([docs]).of("unchanged")) == 502
    # The goal is 10,000 in 3 s; ten times that, because the machine may be busy.
    assert time.perf_counter() - began < 1.5
