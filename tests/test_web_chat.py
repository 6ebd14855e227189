"""The pages as a browser without script sees them, and the conversations behind them."""

from __future__ import annotations

import dataclasses
import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import httpx
import pytest

from rag.records import AnswerSentence, Citation
from tests import fakes_web
from tests.fakes_web import COST, RIVAL_COST, Switch, Web, make_document, serving
from web import chat, export, render

PAGE = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAYLOADS = [
    "<script>alert(1)</script>",
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</textarea><svg onload=alert(1)>",
    "</template><iframe src=javascript:alert(1)>",
    "{{ 7*7 }}{% raw %}${7*7}",
    "javascript:alert(1)//.txt",
    "\u202e<b>txt.exe",
]
TAGS = {
    "a", "article", "b", "blockquote", "body", "button", "circle", "details", "div", "form", "h1", "h2", "h3", "head",
    "header", "html", "input", "kbd", "label", "li", "link", "main", "mark", "meta", "nav", "ol", "option", "p", "path",
    "q", "script", "section", "select", "span", "summary", "svg", "template", "textarea", "time", "title", "ul",
}  # fmt: skip


class Tags(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def ask(web: Web, question: str, path: str = "/chat", **more: str) -> str:
    """Ask by form as a browser does, and return the page that it leads to."""
    response = web.client.post(path, data={"question": question, **more}, headers=PAGE)
    assert response.status_code == 303, response.text
    return web.client.get(response.headers["location"], headers=PAGE).text


def test_the_form_asks_and_the_answer_is_a_page(web: Web) -> None:
    response = web.client.post("/chat", data={"question": "How much?"}, headers=PAGE)
    assert response.headers["location"] == "/chat/c1#turn-1"
    page = Tags(web.client.get("/chat/c1", headers=PAGE).text)
    assert "How much?" in page.text
    assert "Supported by your documents" in page.text
    cites = [attributes for tag, attributes in page.tags if attributes.get("class") == "cite"]
    assert [each["aria-label"] for each in cites] == ["Source 1: The bridge", "Source 2: The bridge"]
    followed = web.client.get(str(cites[0]["href"]), headers=PAGE).text
    assert f'<mark id="quote" tabindex="-1">{COST}</mark>' in followed
    assert str(cites[0]["href"]).endswith("#quote")


def test_the_next_question_brings_the_conversation(web: Web) -> None:
    ask(web, "How much?")
    page = unescape(ask(web, "And how long?", "/chat/c1"))
    assert [turn.question for turn in web.engine.asked[-1].history] == ["How much?"]
    assert "Understood as: <q>And how long? (about How much?)</q>" in page
    assert page.index("How much?") < page.index('id="turn-2"')
    ask(web, "And how wide?", "/chat/c1", after="1")
    assert [turn.question for turn in web.engine.asked[-1].history] == ["How much?"]
    assert '<p class="understood">' not in ask(web, "How much?")


def test_four_states_are_told_apart(web: Web) -> None:
    supported = Tags(ask(web, "How much?")).text
    assert "Supported by your documents" in supported
    partly = Tags(ask(web, "Is anyone angry?")).text
    assert "Partly supported" in partly
    assert "whether anyone is angry is not" in partly
    conflict = ask(web, "What do the sources say?")
    assert "Sources disagree" in conflict
    assert conflict.count('<section class="side">') == 2
    assert "Two documents name different sums." in conflict
    missing = ask(web, "What is the population?")
    assert "Not in your documents" in missing
    assert "The bridge is described; a population is not." in missing
    assert "The nearest passages" in missing
    assert '<a href="/documents/orchard.txt?start=0&amp;end=200&amp;revision=' in missing
    for page in (supported, partly, conflict, missing):
        assert not re.search(r"\d\s*%", page)


def test_passages_of_documents_that_changed_since_are_left_out(web: Web) -> None:
    path = web.client.post("/chat", data={"question": "What is the population?"}, headers=PAGE).headers["location"]
    assert "Apples were grown" in web.client.get(path, headers=PAGE).text
    kept = web.engine.library.kept
    kept["orchard.txt"] = make_document("orchard.txt", "Orchards", "Pears. " + kept["orchard.txt"].text)
    page = web.client.get(path, headers=PAGE).text
    assert "Orchards" not in page
    assert "Pears" not in page
    assert "/documents/bridge.txt?start=0" in page


def test_quoted_sources_are_told_from_passages_that_were_only_read(web: Web) -> None:
    page = ask(web, "How much?")
    quoted, read = page.split("Sources quoted")[1].split("Also read, but not quoted: 1 passage")
    assert "The bridge" in quoted
    assert "Orchards" not in quoted
    assert "Orchards" in read.split("</details>")[0]


def test_support_is_told_in_words() -> None:
    with_library = fakes_web.FakeEngine(fakes_web.Settings())
    answer = fakes_web.script(with_library, fakes_web.Question("How much?"))
    words = [chat.support(answer, sentence) for sentence in answer.sentences]
    assert words == ["The source states this.", "Quoted word for word."]
    for value, told in ((0.7, "The source supports this."), (0.3, "The source supports this in part.")):
        assert chat.support(answer, AnswerSentence("Otherwise.", (1,), value)) == told


def test_a_passage_of_a_deleted_document_is_left_out(web: Web) -> None:
    ask(web, "What is the population?")
    web.client.delete("/documents/orchard.txt")
    page = web.client.get("/chat/c1", headers=PAGE)
    assert page.status_code == 200
    assert "Orchards" not in page.text


def test_an_error_keeps_the_question_in_its_field(web: Web) -> None:
    response = web.client.post("/chat", data={"question": "x" * 2001}, headers=PAGE)
    assert response.status_code == 422
    page = Tags(response.text)
    assert "the limit is 2000" in page.text
    assert "x" * 2001 in page.text
    web.engine.place.acquire()
    busy = web.client.post("/chat", data={"question": "How much?"}, headers=PAGE)
    assert busy.status_code == 503
    assert busy.headers["retry-after"] == "3"
    assert web.client.get("/conversations").json() == []


def test_an_empty_page_offers_questions_that_are_asked_as_they_stand(web: Web) -> None:
    page = Tags(web.client.get("/", headers=PAGE).text)
    offered = [
        attributes["value"] for tag, attributes in page.tags if attributes.get("name") == "question" and tag == "button"
    ]
    assert offered == web.engine.suggestions()
    assert "one of your 3 documents" in page.text


def test_without_an_index_the_page_says_how_to_make_one(server: tuple[Switch, int]) -> None:
    with serving(server, documents=[]) as web:
        page = Tags(web.client.get("/", headers=PAGE).text)
        assert "There is nothing to read yet" in page.text
        assert "vouch index PATH" in page.text
        assert ("a", "/documents") in [(tag, attributes.get("href")) for tag, attributes in page.tags]
        assert web.client.get("/history", headers=PAGE).status_code == 200
        response = web.client.post("/chat", data={"question": "How much?"}, headers=PAGE)
        assert response.status_code == 409
        assert "nothing has been indexed yet" in response.text


def test_one_document_can_be_asked_alone(web: Web) -> None:
    assert "Only in: <b>The other bank</b>" in web.client.get("/?document=news/rival 1.txt", headers=PAGE).text
    ask(web, "How much?", document="news/rival 1.txt")
    assert web.engine.asked[-1].documents == ("news/rival 1.txt",)
    assert web.client.get("/?document=no.txt", headers=PAGE).status_code == 404


def test_a_question_can_be_edited(web: Web) -> None:
    ask(web, "How much?")
    page = web.client.get("/chat/c1?edit=1", headers=PAGE).text
    assert ">How much?</textarea>" in page
    assert '<input type="hidden" name="after" value="0">' in page


def test_the_theme_is_the_readers(web: Web) -> None:
    assert '<html lang="en">' in web.client.get("/", headers=PAGE).text
    dark = web.client.get("/", headers={**PAGE, "Cookie": "theme=dark"}).text
    assert '<html lang="en" data-theme="dark">' in dark
    wild = web.client.get("/", headers={**PAGE, "Cookie": "theme=<script>"}).text
    assert '<html lang="en">' in wild


def test_conversations_are_listed_shown_and_deleted(web: Web) -> None:
    assert web.client.get("/conversations").json() == []
    made = web.client.post("/conversations")
    assert made.status_code == 201
    name = made.json()["id"]
    assert web.client.get("/conversations").json() == []
    answer = web.client.post(f"/conversations/{name}/ask", json={"question": "How much?"}).json()
    follow = web.client.post(f"/conversations/{name}/ask", json={"question": "And how long?"}).json()
    assert follow["search_question"] == "And how long? (about How much?)"
    (listed,) = web.client.get("/conversations").json()
    assert listed == {
        "id": name,
        "title": "How much?",
        "started": "2026-01-02T03:04:05Z",
        "turns": 2,
        "url": f"/chat/{name}",
    }
    assert web.client.get(f"/conversations/{name}").json() == {"id": name, "turns": [answer, follow]}
    assert "How much?" in web.client.get("/history", headers=PAGE).text
    assert web.client.delete(f"/conversations/{name}").status_code == 204
    for path in (f"/conversations/{name}", f"/chat/{name}", f"/conversations/{name}/export.md"):
        gone = web.client.get(path)
        assert gone.status_code == 404
        assert gone.json()["kind"] == "unknown-conversation"


def test_the_answer_is_kept_before_the_client_hears_that_it_is_done(web: Web) -> None:
    name = web.client.post("/conversations").json()["id"]
    events = {"Accept": "text/event-stream"}
    with web.client.stream(
        "POST", f"/conversations/{name}/ask", json={"question": "How much?"}, headers=events
    ) as response:
        for line in response.iter_lines():
            if line == "event: done":
                assert len(web.engine.library.store.turns(name)) == 1
                break
        else:
            pytest.fail("the answer never came")


def test_an_unfinished_answer_is_not_kept(web: Web) -> None:
    name = web.client.post("/conversations").json()["id"]
    body = {"question": "forever"}
    with httpx.Client(timeout=0.2) as client, pytest.raises(httpx.ReadTimeout):
        client.post(f"{web.url}/conversations/{name}/ask", json=body)
    assert web.engine.place.acquire(timeout=1)
    assert not web.engine.library.store.turns(name)


def test_a_conversation_can_be_taken_away(web: Web) -> None:
    ask(web, "How much?")
    ask(web, "What is the population?", "/chat/c1")
    markdown = web.client.get("/conversations/c1/export.md")
    assert markdown.headers["content-type"].startswith("text/markdown")
    assert markdown.headers["content-disposition"] == 'attachment; filename="vouch-conversation.md"'
    text = markdown.text
    assert "## How much?" in text
    assert "The bridge costs $100 million. [1]" in text
    assert f"[1] The bridge (bridge.txt, characters 29–{29 + len(COST)}):\n> {COST}" in text
    assert "*Not in your documents.* The bridge is described; a population is not." in text
    exported = web.client.get("/conversations/c1/export.json")
    assert exported.headers["content-type"] == "application/json"
    assert json.loads(exported.text) == web.client.get("/conversations/c1").json()
    assert web.client.get("/conversations/c1/export.exe").status_code == 422


def test_copied_text_is_the_exported_one(web: Web) -> None:
    page = ask(web, "What do the sources say?")
    (copied,) = re.findall(r'<template class="copy">(.*?)</template>', page, re.DOTALL)
    assert unescape(copied) in web.client.get("/conversations/c1/export.md").text
    assert RIVAL_COST in copied


def test_markdown_does_not_come_alive() -> None:
    wild = "# <b>[a](javascript:x)</b> *b* `c`\n> d"
    assert export.plain(wild) == r"\# \<b\>\[a\](javascript:x)\</b\> \*b\* \`c\` \> d"


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_text_stays_text_everywhere(server: tuple[Switch, int], payload: str) -> None:
    text = f"It says: {payload} It is 850 metres long and opens in 2026. {COST}\n"
    names = ["bridge.txt", payload.replace("/", "_")]
    with serving(server, documents=[make_document(name, payload, text) for name in names]) as web:
        web.client.post("/documents", files=[("files", (payload, b"\xff"))])
        pages = {
            "answer": ask(web, f"{payload} population"),
            "cited": ask(web, payload),
            "history": web.client.get("/history", headers=PAGE).text,
            "documents": web.client.get("/documents", headers=PAGE).text,
            "document": web.client.get("/documents/bridge.txt?start=9&end=29", headers=PAGE).text,
            "upload": web.client.post("/documents", files=[("files", (payload, b"\xff"))], headers=PAGE).text,
            "error": web.client.post("/chat", data={"question": payload * 400}, headers=PAGE).text,
            "unknown": web.client.get("/documents/" + fakes_web.quote_path(payload) + "x", headers=PAGE).text,
        }
        for name, html in pages.items():
            page = Tags(html)
            assert {tag for tag, _ in page.tags} <= TAGS, name
            assert [attributes for tag, attributes in page.tags if tag == "script"] == [
                {"type": "module", "src": "/static/vouch.js"}
            ], name
            for tag, attributes in page.tags:
                assert not [each for each in attributes if each.startswith("on")], (name, tag)
                assert str(attributes.get("href", "/")).startswith(("/", "#")), (name, tag)
        assert payload in Tags(pages["cited"]).text
        assert payload in Tags(pages["document"]).text


def test_events_carry_hostile_text_as_json(web: Web) -> None:
    response = web.client.get(
        "/ask", params={"q": "a\n\nevent: done\ndata: {}"}, headers={"Accept": "text/event-stream"}
    )
    (done,) = [block for block in response.text.split("\n\n") if block.startswith("event: done")]
    assert json.loads(done.split("\ndata: ")[1].split("\nid: ")[0])["question"] == "a\n\nevent: done\ndata: {}"


def test_a_stored_answer_reads_as_it_was_given(web: Web) -> None:
    ask(web, "How much?")
    (kept,) = web.engine.library.store.turns("c1")
    given = fakes_web.script(web.engine, web.engine.asked[-1])
    assert json.loads(kept.answer) == web.client.get("/conversations/c1").json()["turns"][0]
    assert replace(given, id="a1").answer == json.loads(kept.answer)["answer"]


def test_the_words_that_answer_are_bold_in_the_quote_and_stay_text() -> None:
    quote = "It costs <b>$5</b> & more.\rReally."
    start = quote.index("$5")
    bold = Citation(1, "a", "t", "r", 40, 40 + len(quote), quote, "", answer_start=40 + start, answer_end=42 + start)
    assert render.quoted(bold) == "It costs &lt;b&gt;<b>$5</b>&lt;/b&gt; &amp; more.&#13;Really."
    for first, last in ((40, 40 + len(quote)), (0, 0), (44, 41), (10, 50)):
        odd = dataclasses.replace(bold, answer_start=first, answer_end=last)
        assert "<b>" not in render.quoted(odd)


def test_what_is_known_of_a_quotes_place_stands_beside_its_title() -> None:
    bare = Citation(1, "a", "t", "r", 0, 1, "x", "")
    assert render.place(bare) == ""
    full = dataclasses.replace(bare, date="2019-06-03", page=4, also=("b.txt", "c.txt"))
    assert render.place(full) == "2019-06-03 · page 4 · also b.txt, c.txt"
