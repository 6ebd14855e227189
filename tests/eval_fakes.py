"""A corpus whose truth can be read off, and engines over it: one that is right, and each fault that is planted."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.cases import Case
from eval.corpus import Corpus
from eval.errors import AskFailed
from eval.suites import Suite, load_suite

PLACES = ("Arden", "Birk", "Colm", "Dorn", "Esk", "Fenn", "Gorse", "Holm")

BRIDGES = {place: f"The {place} bridge costs {12 + 7 * at} million dollars." for at, place in enumerate(PLACES)}
HALLS = {place: f"The {place} hall will not open before autumn." for place in PLACES[:4]}
TEXTS = {
    "bridges.txt": "Bridges of the county. " + " ".join(BRIDGES.values()),
    "halls.txt": "Halls of the county. " + " ".join(HALLS.values()) + " The library was built in 1,905.",
}
LIBRARY = "The library was built in 1,905."


def _case(number: int, kind: str, question: str, **rest: Any) -> dict[str, Any]:
    return {"id": f"case-{number:02}", "kind": kind, "turns": [{"question": question}], **rest}


def _gold(doc: str, quote: str) -> list[dict[str, str]]:
    return [{"doc": doc, "quote": quote}]


def raw_cases() -> list[dict[str, Any]]:
    """Return eight numbers, four negations, one follow-up and five questions that the corpus does not answer."""
    found = [
        _case(
            at,
            "number",
            f"What does the {place} bridge cost?",
            gold_answers=[[f"{12 + 7 * at} million dollars"]],
            gold_evidence=_gold("bridges.txt", BRIDGES[place]),
        )
        for at, place in enumerate(PLACES)
    ]
    found += [
        _case(
            20 + at,
            "fact",
            f"Will the {place} hall open before autumn?",
            gold_answers=[["not open"]],
            gold_evidence=_gold("halls.txt", HALLS[place]),
        )
        for at, place in enumerate(HALLS)
    ]
    follow = _case(40, "followup", "And when?", gold_answers=[["1905"]], gold_evidence=_gold("halls.txt", LIBRARY))
    follow["turns"].insert(0, {"question": "Was the library built?"})
    unanswerable = [
        _case(60 + at, "unanswerable", f"Who designed the {place} bridge?") for at, place in enumerate(PLACES[:5])
    ]
    return [*found, follow, *unanswerable]


def write_suite(folder: Path, cases: Sequence[Any] | None = None) -> Path:
    """Write corpus and cases (dicts, or lines as they are) below a folder; return the path of the cases."""
    (folder / "corpus").mkdir(parents=True)
    for name, text in TEXTS.items():
        (folder / "corpus" / name).write_text(text, encoding="utf-8")
    path = folder / "tiny.jsonl"
    lines = [one if isinstance(one, str) else json.dumps(one) for one in cases or raw_cases()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    path.with_suffix(".toml").write_text('corpus = "corpus"\n', encoding="utf-8")
    return path


def tiny_suite() -> Suite:
    """Return the suite of ``write_suite`` without a file or a parser in between."""
    cases = tuple(Case.model_validate_json(json.dumps(one)) for one in raw_cases())
    return Suite("tiny", cases, (), Corpus.of(TEXTS), {}, "0" * 64)


def suite_of(folder: Path, cases: Sequence[Any]) -> Suite:
    """Return the suite of these cases (dicts, or lines as they are), written and loaded."""
    return load_suite(str(write_suite(folder, cases)))


def citation(doc: str, quote: str, number: int = 1) -> dict[str, Any]:
    """Return a valid citation of the first place where the quote stands."""
    text = TEXTS[doc]
    start = text.index(quote)
    return {
        "id": number,
        "document": doc,
        "title": doc,
        "revision": hashlib.sha256(text.encode()).hexdigest(),
        "start": start,
        "end": start + len(quote),
        "quote": quote,
        "url": "",
    }


def answer(text: str, cited: Sequence[dict[str, Any]], support: float = 0.9) -> dict[str, Any]:
    """Return an ``/ask`` object with one sentence that bears all the citations."""
    ids = [one["id"] for one in cited]
    return {
        "status": "supported",
        "answer": text + " " + "".join(f"[{number}]" for number in ids),
        "sentences": [{"text": text, "citations": ids, "support": support}],
        "citations": list(cited),
        "reason": "",
        "passages": [{"document": one["document"], "start": one["start"], "end": one["end"]} for one in cited],
        "timings_ms": {"total": 10, "first_sentence": 5},
    }


REFUSAL: dict[str, Any] = {
    "status": "not_found",
    "answer": "The documents do not say.",
    "sentences": [],
    "citations": [],
    "reason": "nothing fits",
    "passages": [],
    "timings_ms": {"total": 8},
}


class Engine:
    """Answers every case with its gold quote, refuses what cannot be answered, and counts what it is asked."""

    name = "right"

    def __init__(self, suite: Suite) -> None:
        self.gold: dict[str, Case] = {case.question: case for case in suite.cases}
        self.asked: list[str] = []

    def describe(self) -> dict[str, Any]:
        """Return its name: what a planted fault is told by."""
        return {"target": self.name, "model": "fake"}

    def ask(self, question: str, history: Sequence[tuple[str, str]]) -> dict[str, Any]:
        """Return the answer, after noting the question."""
        self.asked.append(question)
        case = self.gold.get(question)
        if case is None:  # an earlier turn of a conversation
            return answer(LIBRARY, [citation("halls.txt", LIBRARY)])
        return self.reply(case)

    def reply(self, case: Case) -> dict[str, Any]:
        """Return the right answer."""
        if case.should_refuse:
            return REFUSAL
        gold = case.gold_evidence[0]
        return answer(gold.quote, [citation(gold.doc, gold.quote)])


class AlwaysAnswers(Engine):
    """Answers what cannot be answered too, less sure of itself."""

    name = "always answers"

    def reply(self, case: Case) -> dict[str, Any]:
        """Return a bridge's price where there is nothing to say."""
        quote = BRIDGES["Arden"]
        wrong = answer(quote, [citation("bridges.txt", quote)], support=0.3)
        return wrong if case.should_refuse else super().reply(case)


class CitesAtRandom(Engine):
    """Says the right thing and cites any sentence, with its exact characters."""

    name = "cites at random"

    def reply(self, case: Case) -> dict[str, Any]:
        """Return the right text behind a quote that is drawn."""
        if case.should_refuse:
            return REFUSAL
        drawn = random.Random(case.id).choice([quote for quote in BRIDGES.values()])
        return answer(case.gold_evidence[0].quote, [citation("bridges.txt", drawn)])


class ChangesDigit(Engine):
    """Raises every price by one million, behind the right quote."""

    name = "changes a digit"

    def reply(self, case: Case) -> dict[str, Any]:
        """Return the right answer with its number raised."""
        found = super().reply(case)
        if case.kind == "number":
            words = found["sentences"][0]["text"].split()
            text = " ".join(str(int(word) + 1) if word.isdigit() else word for word in words)
            return answer(text, found["citations"])
        return found


class DropsNegation(Engine):
    """Leaves out every "not", behind the right quote."""

    name = "drops a negation"

    def reply(self, case: Case) -> dict[str, Any]:
        """Return the right answer without its negation."""
        found = super().reply(case)
        if case.should_refuse:
            return found
        return answer(found["sentences"][0]["text"].replace(" not ", " "), found["citations"])


class RefusesAll(Engine):
    """Never answers."""

    name = "refuses everything"

    def reply(self, case: Case) -> dict[str, Any]:
        """Return a refusal, whatever is asked."""
        return REFUSAL


class ChangesQuote(Engine):
    """Quotes with one digit changed: the fault that fuzzy matching of quotes lets through."""

    name = "changes a quote"

    def reply(self, case: Case) -> dict[str, Any]:
        """Return the right answer behind a quote that stands nowhere."""
        found = super().reply(case)
        for one in found["citations"]:
            one["quote"] = one["quote"].replace("1", "4").replace("not", "now")
        return found


class TimesOut(Engine):
    """Gives no answer to what cannot be answered."""

    name = "times out"

    def reply(self, case: Case) -> dict[str, Any]:
        """Return the right answer, or none in time."""
        if case.should_refuse:
            raise AskFailed("timed out after 60 s")
        return super().reply(case)
