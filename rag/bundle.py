"""A saved answer that can be checked again: the answer, the texts it quotes, and what it was made with.

A bundle is one JSON object. ``problems`` needs nothing but the bundle: no index, no model, no network. It proves
that the quotes stand in those texts, that each sentence is held by its quotes, and that nothing was changed since it
was saved; not that the texts are true, and not who saved it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from rag import proof
from rag.engine import Engine
from rag.errors import BadBundle, UnknownDocument
from rag.library import Library
from rag.records import Answer, Citation, Question

FORMAT = "vouch-bundle"
_VERSION = 1
_ANSWER = TypeAdapter(Answer)

State = Literal["unchanged", "moved", "vanished", "gone"]


_TOLD: Mapping[State, str] = {
    "unchanged": "the document is as it was",
    "moved": "the document has changed, the quote still stands in it",
    "vanished": "the document has changed, the quote does not stand in it any more",
    "gone": "the document was removed",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Standing:
    """What became of a quote: its document as it was, the quote elsewhere in it, not in it, or no document at all."""

    citation: Citation
    state: State


def make(engine: Engine, question: Question, answer: Answer) -> dict[str, Any]:
    """Return the bundle of an answer that was just given.

    Raises:
        UnknownDocument: a document that it quotes is gone meanwhile.
    """
    quoted = dict.fromkeys((citation.document, citation.revision) for citation in answer.citations)
    documents = []
    for name, revision in quoted:
        found = engine.library.document(name, revision)
        documents.append(
            {"id": name, "revision": revision, "title": found.title, "date": found.date, "text": found.text}
        )
    embedded = engine.library.store.embedded_by()
    bundle = {
        "format": FORMAT,
        "version": _VERSION,
        "saved": datetime.now(UTC).isoformat(timespec="seconds"),
        "asked": {
            "question": question.text,
            "history": [dataclasses.asdict(turn) for turn in question.history],
            "documents": list(question.documents or ()),
        },
        "answer": dataclasses.asdict(answer),
        "documents": documents,
        "made_with": {
            "vouch": version("vouch-rag"),
            "embedder": dataclasses.asdict(embedded) if embedded else None,
            "reader": engine.reader.name,
            "threshold": engine.reader.threshold,
            "writer": engine.models.fingerprint(question.model),
        },
    }
    return bundle | {"sha256": _digest(bundle)}


def problems(bundle: Mapping[str, Any]) -> list[str]:
    """Say, one line each, what does not hold in a bundle; empty where everything does.

    Raises:
        BadBundle: it is not a bundle of this version.
    """
    answer, texts = _read(bundle)
    found = []
    if bundle.get("sha256") != _digest({key: value for key, value in bundle.items() if key != "sha256"}):
        found.append("it was changed after it was saved")
    for (name, revision), text in texts.items():
        if hashlib.sha256(text.encode()).hexdigest() != revision:
            found.append(f"the text of {name} is not that of revision {revision[:12]}")
    for citation in answer.citations:
        whole = texts.get((citation.document, citation.revision))
        if whole is None:
            found.append(f"[{citation.id}] quotes {citation.document}, whose text is not in the bundle")
        elif whole[citation.start : citation.end] != citation.quote:
            found.append(f"[{citation.id}] does not stand at {citation.start} to {citation.end} in {citation.document}")
    return found + proof.problems(answer)


def write(path: Path, bundle: Mapping[str, Any]) -> None:
    """Write a bundle to a file, or raise BadBundle."""
    try:
        path.write_text(json.dumps(bundle, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as error:
        raise BadBundle(f"{path} cannot be written: {error.strerror or error}") from None


def read(path: Path) -> dict[str, Any]:
    """Read a bundle from a file, or raise BadBundle."""
    try:
        return loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadBundle(f"{path} cannot be read: {error.strerror or error}") from None
    except (UnicodeDecodeError, BadBundle) as error:
        raise BadBundle(f"{path} cannot be checked: {error}") from None


def loads(text: str) -> dict[str, Any]:
    """Read a bundle from JSON, or raise BadBundle."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise BadBundle(f"it is not JSON ({error})") from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise BadBundle("it is not a bundle; make one with: vouch ask QUESTION --save FILE")
    return found


def kept(library: Library) -> list[tuple[str, State]]:
    """Return each quote of the kept conversations in one line, with what became of it."""
    found = []
    for conversation in library.store.conversations():
        for turn in library.store.turns(conversation.id):
            try:
                answer = _ANSWER.validate_json(turn.answer)
            except ValidationError:
                continue  # redacted: its quotes were taken out when their document was removed
            found += [
                (f"“{turn.question}” [{each.citation.id}] {each.citation.document}: {_TOLD[each.state]}", each.state)
                for each in standing(library, answer.citations)
            ]
    return found


def standing(library: Library, citations: Iterable[Citation]) -> list[Standing]:
    """Tell for each citation whether its quote still stands in the document as it is indexed now."""
    found = []
    for citation in citations:
        try:
            now = library.document(citation.document)
        except UnknownDocument:
            found.append(Standing(citation, "gone"))
            continue
        state: State = "vanished"
        if now.revision == citation.revision:
            state = "unchanged"
        elif citation.quote in now.text:
            state = "moved"
        found.append(Standing(citation, state))
    return found


def _read(bundle: Mapping[str, Any]) -> tuple[Answer, dict[tuple[str, str], str]]:
    if bundle.get("version") != _VERSION:
        raise BadBundle(f"it has version {bundle.get('version')!r}; this Vouch reads {_VERSION}")
    try:
        answer = _ANSWER.validate_python(bundle["answer"])
        texts = {(str(each["id"]), str(each["revision"])): str(each["text"]) for each in bundle["documents"]}
    except (ValidationError, KeyError, TypeError) as error:
        raise BadBundle(f"a part is missing or of the wrong form ({' '.join(str(error).split())[:200]})") from None
    return answer, texts


def _digest(bundle: Mapping[str, Any]) -> str:
    """Return the sha256 of a bundle's JSON with sorted keys and no spaces."""
    # Through JSON once: tuples become lists, as they are when it is read again.
    plain = json.dumps(json.loads(json.dumps(bundle)), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(plain.encode()).hexdigest()
