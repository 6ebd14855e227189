"""Questions kept from training, of SQuAD titles and of our own documents, over passages as a search would bring up.

What serving is calibrated on. Knows no model; everything follows from the seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from rag.records import Evidence, Passage, Span
from rag.train import written
from rag.train.data import Builder, Paragraph, Question, held_out, holds, load_squad
from rag.train.model import packaged_model
from rag.train.nearmiss import Relations, content_words

_PASSAGES = 8


def relations(questions: Iterable[str]) -> Relations:
    """Return the words that questions use in each other's place, told apart by the packaged model's word vectors."""
    model = packaged_model()
    vectors = load_file(model / "model.safetensors")["embeddings.word_embeddings.weight"].astype(np.float32)
    vectors -= vectors.mean(0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return Relations(questions, Tokenizer.from_file(str(model / "tokenizer.json")).get_vocab(), vectors)


def held_out_builder(data: Path) -> Builder:
    """Return what makes examples of the titles kept from training; its words to swap in come from all questions."""
    squad = load_squad(data)
    related = relations(q.text for p in squad for q in p.questions)
    return Builder([p for p in squad if held_out(p.title)], related)


def kept_builders(data: Path) -> tuple[Builder, Builder]:
    """Return what makes examples of the titles, and of our own documents, that were kept from training."""
    own = written.load(held_out=True)
    return held_out_builder(data), Builder(own, relations(q.text for p in own for q in p.questions))


def askings(builder: Builder, count: int, seed: int) -> Iterator[tuple[Paragraph, Question, list[Passage]]]:
    """Yield questions with up to 8 passages, of their article first; the one they belong to is number 0.

    No other passage holds an answer. Nothing answers where the question ``tempts``.
    """
    everything = [(paragraph, question) for paragraph in builder.paragraphs for question in paragraph.questions]
    for paragraph, question in random.Random(seed).sample(everything, min(count, len(everything))):
        words = content_words(question.text)
        others = [other for other in builder.paragraphs if other is not paragraph and not holds(other.text, question)]
        others = [other for other in others if other.title == paragraph.title or not other.tells(paragraph)]
        others.sort(key=lambda other: (other.title != paragraph.title, -builder.weight(words, other.words)))
        yield paragraph, question, _passages([paragraph, *others[: _PASSAGES - 1]])


def answers(piece: Evidence, paragraph: Paragraph, question: Question) -> bool:
    """Tell whether a sentence of an asking gives the answer: the known one, or one that has its words."""
    if question.sentence is not None:
        return piece.passage.number == 0 and piece.span == Span(*paragraph.sentences[question.sentence])
    return holds(piece.quote, question)


def _passages(paragraphs: Sequence[Paragraph]) -> list[Passage]:
    return [
        Passage(
            number, one.title, "", one.title, 0, len(one.text), one.text, tuple(Span(a, b) for a, b in one.sentences)
        )
        for number, one in enumerate(paragraphs)
    ]
