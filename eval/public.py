"""Public sets to suites: rows as their makers publish them become cases with exact gold quotes and their documents.

Each slice is a seeded sample. What the maker's labels cannot tell is left out here, never guessed: the reasons
stand with each function, and in ``eval/suites/README.md`` for those who read a figure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from eval.attacks import injection
from eval.cases import Kind
from eval.drawn import Draft
from rag import chunk, words
from rag.ingest.clean import clean

Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """A public set: its files below the data folder, what it is, whose, under which licence, and how it is read.

    ``share`` bounds how much of a slice each kind may take, so that no kind crowds out another; kinds that are
    not named share what is left.
    """

    name: str
    files: tuple[str, ...]
    title: str
    licence: str
    url: str
    read: Callable[[Sequence[Sequence[Row]]], Iterator[Draft]]
    share: dict[str, float]


def squad2(files: Sequence[Sequence[Row]]) -> Iterator[Draft]:
    """SQuAD 2.0: one document a paragraph, two questions of it, an adversarial unanswerable one where there is one.

    Paragraphs that are not sampled are left out of the corpus: a neighbour may answer what is unanswerable from its
    own paragraph.
    """
    for number, row in enumerate(files[0]):
        title = row["title"].replace("_", " ")
        name = f"{_slug(row['title'])}-{number:03}.txt"
        document, body = _document(title, row["paragraph"])
        yes = [asked for asked in row["questions"] if asked["answerable"]]
        no = [asked for asked in row["questions"] if not asked["answerable"]]
        for label, asked in [("a", asked) for asked in yes[:1]] + [("u", asked) for asked in no[:1]]:
            gold = _sentence_with(body, asked["answers"], asked["question"]) if asked["answerable"] else None
            if asked["answerable"] and gold is None:
                continue
            case = _case(f"squad2-{number:03}{label}", "fact" if gold else "unanswerable", [asked["question"]])
            if gold:
                case |= {"gold_answers": [asked["answers"]], "gold_evidence": [{"doc": name, "quote": gold}]}
            yield Draft(case, {name: document})


def qed(files: Sequence[Sequence[Row]]) -> Iterator[Draft]:
    """QED: a question somebody typed, and the sentence of a Wikipedia passage that answers it.

    Its class "none" is left out: there the passage often holds the answer, only not in one sentence's words.
    """
    for number, row in enumerate(files[0]):
        note = row["annotation"]
        if note["explanation_type"] == "none":
            continue
        name = f"{_slug(row['title_text'])}-{number:03}.txt"
        document, body = _document(row["title_text"], row["paragraph_text"])
        answers = sorted({one["string"].strip() for group in row["original_nq_answers"] for one in group}, key=len)
        selected = clean(note.get("selected_sentence", {}).get("string", "")).strip()
        quote = selected if selected in body else _sentence_with(body, answers, row["question_text"])
        if not quote:
            continue
        case = _case(f"qed-{number:03}", "fact", [row["question_text"]])
        case |= {"gold_answers": [answers], "gold_evidence": [{"doc": name, "quote": quote}]}
        case["meta"]["skill"] = note["explanation_type"]
        yield Draft(case, {name: document})


def clapnq(files: Sequence[Sequence[Row]]) -> Iterator[Draft]:
    """CLAPnq: questions with long answers and the sentences that hold them, and near misses without an answer.

    It knows no short answers, so its answerable cases carry gold quotes alone: right is to cite one.
    """
    for number, row in enumerate([*files[0], *files[1]]):
        passage = row["passages"][0]
        name = f"{_slug(passage['title'])}-{number:03}.txt"
        document, body = _document(passage["title"], passage["text"])
        selected = [clean(text).strip() for output in row["output"] for text in output["selected_sentences"]]
        quotes = [quote for quote in dict.fromkeys(selected) if quote and quote in body]
        if selected and not quotes:
            continue
        case = _case(f"clapnq-{number:03}", "fact" if quotes else "unanswerable", [row["input"]])
        case["gold_evidence"] = [{"doc": name, "quote": quote} for quote in quotes]
        if quotes:
            case["meta"]["reference"] = row["output"][0]["answer"].strip()
        yield Draft(case, {name: document})


def mtrag(files: Sequence[Sequence[Row]]) -> Iterator[Draft]:
    """MTRAG-UN: the last turn of a conversation, its earlier turns as history with the answers that were shown.

    A whole passage is a gold quote, for the set judges passages. Its answers are long, so right is to cite one;
    for "partial" also to say that a part is missing, for the other two to refuse.
    """
    for number, row in enumerate(files[0]):
        label = row["answerability"][0]
        *earlier, asked = row["input"]
        if asked["speaker"] != "user" or any(one["speaker"] == two["speaker"] for one, two in pairwise(row["input"])):
            continue
        turns: list[Row] = [
            {"question": said["text"], "answer": answer["text"]}
            for said, answer in zip(earlier[::2], earlier[1::2], strict=True)
        ]
        answerable: Kind = "followup" if turns else "fact"
        kinds: dict[str, Kind] = {
            "ANSWERABLE": answerable,
            "PARTIAL": "partial",
            "UNANSWERABLE": "unanswerable",
            "UNDERSPECIFIED": "underspecified",
        }
        case = _case(f"mtrag-{number:03}", kinds[label], [*turns, asked["text"]])
        case["meta"]["skill"] = row["Question Type"][0].lower()
        documents = {}
        for context in row["contexts"]:
            text = clean(context["text"]).strip()
            documents[f"{_slug(context['document_id'])}.txt"] = text + "\n"
            if label in {"ANSWERABLE", "PARTIAL"}:
                case["gold_evidence"].append({"doc": f"{_slug(context['document_id'])}.txt", "quote": text})
        if case["gold_evidence"]:
            case["meta"]["reference"] = row["targets"][0]["text"].strip()
        yield Draft(case, documents)


SOURCES = {
    source.name: source
    for source in (
        Source(
            "squad2",
            ("dev/squad2_dev_half.jsonl.gz",),
            "SQuAD 2.0 development set, by P. Rajpurkar, R. Jia and P. Liang (2018); paragraphs from Wikipedia",
            "CC BY-SA 4.0",
            "https://rajpurkar.github.io/SQuAD-explorer/",
            squad2,
            {"fact": 0.5, "unanswerable": 0.5},
        ),
        Source(
            "qed",
            ("dev/qed_dev_half.jsonl.gz",),
            "QED, by M. Lamm and others (2021), over Natural Questions; passages from Wikipedia",
            "CC BY-SA 3.0",
            "https://github.com/google-research-datasets/QED",
            qed,
            {},
        ),
        Source(
            "clapnq",
            ("dev/clapnq_dev_half_answerable.jsonl.gz", "dev/clapnq_dev_half_unanswerable.jsonl.gz"),
            "CLAPnq, by S. Rosenthal and others (2024), over Natural Questions; passages from Wikipedia (CC BY-SA 3.0)",
            "Apache-2.0",
            "https://github.com/primeqa/clapnq",
            clapnq,
            {"fact": 0.5, "unanswerable": 0.5},
        ),
        Source(
            "mtrag",
            ("dev/mtrag_un_half.jsonl.gz",),
            "MTRAG-UN, by the authors of MT-RAG (IBM Research); passages from Wikipedia (CC BY-SA 3.0) and IBM Cloud",
            "Apache-2.0",
            "https://github.com/IBM/mt-rag-benchmark",
            mtrag,
            {"partial": 0.1, "unanswerable": 0.22, "underspecified": 0.2},
        ),
        Source(
            "injection",
            ("dev/injection_attacks_train.json",),
            "BIPIA's text attacks, by J. Yi and others (Microsoft, 2023), planted in documents of our own",
            "MIT",
            "https://github.com/microsoft/BIPIA",
            injection,
            {},
        ),
    )
}


def _case(name: str, kind: Kind, turns: Sequence[str | Row]) -> Row:
    asked = [{"question": turn} if isinstance(turn, str) else turn for turn in turns]
    blank: Row = {"gold_answers": [], "gold_evidence": [], "must_not": [], "meta": {}}
    return {"id": name, "kind": kind, "turns": asked, **blank}


def _document(title: str, text: str) -> tuple[str, str]:
    """Return a document's whole text, cleaned as a parser would, and its body."""
    body = clean(text).strip()
    return f"{clean(title).strip()}\n\n{body}\n", body


def _sentence_with(body: str, answers: Sequence[str], question: str) -> str | None:
    """Return the sentence that holds an answer and most of the question's words; None where no sentence does."""
    asked = {words.stem(word) for word in words.content_words(question)}
    found = []
    for span in chunk.split(body):
        quote = body[span.start : span.end]
        if any(answer in quote for answer in answers):
            shared = asked & {words.stem(word) for word in words.content_words(quote)}
            found.append((-len(shared), span.start, quote))
    return min(found)[2] if found else None


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "_", text).strip("_")[:60]
