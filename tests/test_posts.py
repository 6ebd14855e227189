"""Who holds a post is told by the post, beside the name or elsewhere of the same name."""

import pytest

from rag import posts
from rag.records import Evidence, Passage, Span

EXPORTS = "Russia resumed exports of pork last year, said Agroexport, a center under the ministry."


def piece(text: str, quote: str, answer: str) -> Evidence:
    at, start = text.index(quote), text.index(answer)
    spans, cut = [], 0
    for part in text.split("|"):
        spans.append(Span(cut, cut + len(part)))
        cut += len(part) + 1
    passage = Passage(1, "a.txt", "r", "t", 0, len(text), text, tuple(spans))
    return Evidence(passage, Span(at, at + len(quote)), 0.9, Span(start, start + len(answer)))


@pytest.mark.parametrize(
    ("question", "text", "answer", "near", "holds"),
    [
        ("Who is the head of Agroexport?", EXPORTS, "Agroexport", "", False),
        ("Who is the head of Agroexport?", "Agroexport is led by Anna Orlova.", "Anna Orlova", "", True),
        ("Who is the head of Agroexport?", "Anna Orlova said so.", "Anna Orlova", "The chief is Anna Orlova.", True),
        ("Who is the head of Agroexport?", "She has run it since May.", "She", "", True),
        ("What is the name of the helmsman who fell asleep?", "A passenger was flown to Northfirth General.",
         "Northfirth General", "The helmsman had fallen asleep.", False),
        ("Who was the captain of the ship?", "The captain came.|Alistair Munro spoke.", "Alistair Munro", "", True),
        ("Who is the author of the play?", "The play was written by Ada Holm.", "Ada Holm", "", True),
        ("Who was the author of General Theory?", "Keynes wrote it.", "Keynes", "", True),
        ("Who is the wife of the president?", "Anna Orlova spoke.", "Anna Orlova", "", True),
        ("Who was the captain of the ship?", "Capt. Munro spoke.", "Munro", "", True),
        ("Who is the editor of the Gazette?", "The Gazette is edited by Ann Lee.", "Ann Lee", "", True),
        ("Who is the director of the agency?", "Anna Orlova found the papers directly.", "Anna Orlova", "", False),
        ("What is the name of the helmsman?", "It went to The Northfirth Hospital.", "The Northfirth Hospital",
         "The helmsman had fallen asleep.", False),
        ("Who is the woman who broke her wrist?", "Alasdair Munro was suspended.", "Alasdair Munro", "", False),
        ("Who is the woman who was rescued?", "Maria Lopez, 34, was rescued.", "Maria Lopez", "", True),
        ("Who was the first man on the moon?", "Neil Armstrong walked on it.", "Neil Armstrong", "", True),
        ("Who was on the ship?", "Ada Holm was on it.", "Ada Holm", "", True),
    ],
)  # fmt: skip
def test_a_post_is_told_of_its_holder(question: str, text: str, answer: str, near: str, holds: bool) -> None:
    quote = next(part for part in text.split("|") if answer in part)
    assert bool(posts.another(question, piece(text, quote, answer), near)) is not holds
