"""Questions of the titles that were kept from training, over passages of their article as a search would bring up.

What serving is calibrated on. Knows no model; everything follows from the seed.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from rag.records import Passage, Span
from rag.train.data import Builder, Paragraph, Question, held_out, load_squad
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


def askings(builder: Builder, count: int, seed: int) -> Iterator[tuple[Paragraph, Question, list[Passage]]]:
    """Yield questions with up to 8 passages of their article; the one that answers is number 0, no other holds it."""
    everything = [(paragraph, question) for paragraph in builder.paragraphs for question in paragraph.questions]
    for paragraph, question in random.Random(seed).sample(everything, min(count, len(everything))):
        words = content_words(question.text)
        others = [
            other
            for other in builder.paragraphs
            if other.title == paragraph.title
            and other is not paragraph
            and not any(answer.lower() in other.text.lower() for answer in question.answers)
        ]
        others = sorted(others, key=lambda other: -builder.weight(words, other.words))[: _PASSAGES - 1]
        yield paragraph, question, _passages([paragraph, *others])


def _passages(paragraphs: Sequence[Paragraph]) -> list[Passage]:
    return [
        Passage(
            number, one.title, "", one.title, 0, len(one.text), one.text, tuple(Span(a, b) for a, b in one.sentences)
        )
        for number, one in enumerate(paragraphs)
    ]
