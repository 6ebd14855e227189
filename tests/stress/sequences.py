"""Random sequences of adding, editing, renaming, copying, deleting, searching, purging and reopening, against a dict.

After each search the answer is compared with brute force over the dict; what was deleted or replaced never comes back,
and after a purge its words are in no file of the data folder.

    python -m tests.stress.sequences --n 10000 --seed 1
"""

from __future__ import annotations

import os
import random
import shutil
import sys
import tempfile
from pathlib import Path

import rag.library
from rag.intake import text_to_embed
from rag.library import Library
from rag.records import Passage
from rag.retrieve import retrieve
from tests.stress.audit import faults
from tests.stress.common import HashEmbedder, ParserHere, Tally, arguments, drive, open_library, text_of

_STEPS = 50
_DEEPEST = 50
_NEAREST = 10
# What is done, and how often.
_DEEDS = {"upload": 7, "file": 7, "edit": 8, "rename": 4, "copy": 3, "delete": 6, "prune": 3, "search": 8, "index": 3,
          "reopen": 2, "purge": 1, "audit": 1}  # fmt: skip


class Sequence:
    """One data folder, the folder of files that it follows, and the dict that says what should be there."""

    def __init__(self, folder: Path, seed: str) -> None:
        self._rng = random.Random(seed)
        self._token_of = f"q{seed.replace('-', 'x')}n"
        self._made = 0
        self._home, self._files = folder / "home", folder / "files"
        self._files.mkdir()
        self.library: Library = open_library(self._home)
        self.truth: dict[str, str] = {}
        self.gone: set[str] = set()
        self.problems: list[str] = []
        self.deeds: list[str] = []
        self.searches = 0

    def run(self, steps: int) -> None:
        """Do so many random things, and audit everything at the end; stops at the first problem."""
        for _ in range(steps):
            (deed,) = self._rng.choices(list(_DEEDS), list(_DEEDS.values()))
            if self.truth or deed in ("upload", "file"):
                self.deeds.append(deed)
                getattr(self, f"_{deed}")()
            if self.problems:
                return
        self._audit()

    def _settle(self, source: str, token: str | None) -> None:
        before = self.truth.pop(source, None)
        if token:
            self.truth[source] = token
            self.gone.discard(token)
        if before and before not in self.truth.values():
            self.gone.add(before)

    def _new(self) -> str:
        self._made += 1
        return f"{self._token_of}{self._made}"

    def _any(self, *, file: bool | None = None) -> str | None:
        there = sorted(source for source in self.truth if file is None or source.startswith("/") == file)
        return self._rng.choice(there) if there else None

    def _put(self, source: str, token: str) -> None:
        if source.startswith("/"):
            Path(source).write_text(text_of(token))
            report = self.library.add_paths([Path(source)])
            self._expect(not report.refused, f"refused: {report.refused}")
        else:
            self.library.add_bytes(source.removeprefix("upload:"), text_of(token).encode())
        self._settle(source, token)

    def _expect(self, fine: bool, problem: str) -> None:
        if not fine:
            self.problems.append(f"{problem} (after {' '.join(self.deeds)})")

    def _upload(self) -> None:
        self._put(f"upload:{self._new()}.txt", self._new())

    def _file(self) -> None:
        self._put(str(self._files / f"{self._new()}.txt"), self._new())

    def _edit(self) -> None:
        source = self._any()
        assert source
        self._put(source, self._new())

    def _copy(self) -> None:
        self._put(self._rng.choice((f"upload:{self._new()}.txt", str(self._files / f"{self._new()}.txt"))),
                  self._rng.choice(sorted(self.truth.values())))  # fmt: skip

    def _rename(self) -> None:
        source = self._any(file=True)
        if source:
            new = self._files / f"{self._new()}.txt"
            Path(source).rename(new)
            self.library.add_paths([self._files], prune=True)
            token = self.truth[source]
            self._settle(source, None)
            self._settle(str(new), token)

    def _delete(self) -> None:
        source = self._any()
        identity = next((d.id for d in self.library.documents() if d.source == source), "")
        self._expect(bool(identity), f"{source} is not listed")
        if identity and source:
            self.library.remove(identity)
            Path(source).unlink(missing_ok=True)
            self._settle(source, None)

    def _prune(self) -> None:
        sources = sorted(source for source in self.truth if source.startswith("/"))
        if len(sources) > 1:
            for source in self._rng.sample(sources, self._rng.randint(1, min(3, len(sources) - 1))):
                Path(source).unlink()
                self._settle(source, None)
            self.library.add_paths([self._files], prune=True)

    def _search(self) -> None:
        """Ask by meaning and by words, and compare with brute force over everything that should be there."""
        self.searches += 1
        passages = self._passages()
        token = self._rng.choice(sorted(self.truth.values()))
        said = {number: passage.text for number, passage in passages.items()}
        texts = [text_of(each) for each in set(self.truth.values())]
        self._expect(all(any(one in text for text in texts) for one in said.values()), "a passage of no document")
        wanted = {number for number, text in said.items() if _names(token, text)}
        found = {number for number, _ in self.library.store.lexical(token, len(said) + 1)}
        self._expect(found == wanted, f"{token} is in {len(wanted)} passages, and found in {len(found)}")
        self._by_meaning(passages, token)
        dead = self._rng.choice(sorted(self.gone) or ["never"])
        hits = retrieve(self.library, HashEmbedder(), [f"What did the {dead} bridge cost?"], _DEEPEST)
        self._expect(not any(_names(dead, hit.passage.text) for hit in hits), f"{dead} is gone and found")

    def _by_meaning(self, passages: dict[int, Passage], question: str) -> None:
        (vector,) = HashEmbedder().encode([question])
        all_of = [text_to_embed(p.document, p.title, p.text) for p in passages.values()]
        cosines = dict(zip(passages, HashEmbedder().encode(all_of) @ vector, strict=True))
        best = sorted(cosines, key=lambda number: -cosines[number])[:_NEAREST]
        found = [number for number, _ in self.library.index().search(vector, _NEAREST)]
        # Passages with the same words lie equally near.
        right = [round(float(cosines[number]), 5) for number in best]
        self._expect(
            [round(float(cosines.get(number, -2)), 5) for number in found] == right,
            f"{found} found, {best} are nearest",
        )

    def _passages(self) -> dict[int, Passage]:
        store = self.library.store
        return store.passages(store.numbers([document.id for document in self.library.documents()]))

    def _index(self) -> None:
        self.library.index()

    def _reopen(self) -> None:
        self.library.close()
        self.library = open_library(self._home)

    def _purge(self) -> None:
        purge = getattr(self.library, "purge", None)
        if purge:
            purge()
            self.library.close()
            self._expect(not self._left_on_disk(), f"after a purge on the disk: {self._left_on_disk()}")

    def _left_on_disk(self) -> list[str]:
        """Return the words of what is gone that stand in a file; uploads' earlier revisions are kept on purpose."""
        kept = {text for document in self.library.documents() for text in self._earlier(document.id)}
        blobs = [path.read_bytes() for path in self._home.rglob("*") if path.is_file()]
        dead = sorted(self.gone - {token for token in self.gone for text in kept if _names(token, text)})
        return [token for token in dead if any(_mark(token).encode() in blob for blob in blobs)]

    def _earlier(self, identity: str) -> list[str]:
        earlier = getattr(self.library, "earlier", lambda identity: [])
        return [self.library.document(identity, each.revision).text for each in earlier(identity)]

    def _audit(self) -> None:
        if self.truth:
            found = faults(self.library, self.truth, self.gone)
            self._expect(not found, f"{len(found)} faults: {found[:3]}")


def _mark(token: str) -> str:
    return f"The {token} "


def _names(token: str, text: str) -> bool:
    """Tell whether a text is of that token: the token of another may begin alike."""
    return _mark(token) in text


def trial(seed: str, tally: Tally) -> None:
    """Run one sequence in a folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="vouch-sequence-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None))
    try:
        sequence = Sequence(folder, seed)
        sequence.run(_STEPS)
        sequence.library.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    tally.failures += sequence.problems
    tally.add("sequences")
    tally.add("steps", len(sequence.deeds))
    tally.add("searches", sequence.searches)
    tally.add("deleted_or_replaced", len(sequence.gone))


def main() -> int:
    """Run the sequences."""
    given = arguments(__doc__ or "", 10_000)
    rag.library.ParserProcess = ParserHere  # type: ignore[misc,assignment]
    return drive("sequences", given, given.n, trial)


if __name__ == "__main__":
    sys.exit(main())
