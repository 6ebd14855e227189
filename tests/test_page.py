"""The chat page in a real browser: by mouse, by keyboard, on a phone, and without script."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes_web import BRIDGE, COST, LENGTH, RIVAL_COST, Switch, Web, make_document, serving

REASON = "needs Debian package chromium and pip package playwright"
CHROMIUM = shutil.which("chromium")
api: Any = pytest.importorskip("playwright.sync_api", reason=REASON)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=REASON)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WAIT = 5000  # milliseconds; nothing here takes one second on an idle machine
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 800}

# The contrast of every text against what lies behind it, as WCAG 2 defines it.
FAINT = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (color) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const found = rgb(getComputedStyle(e).backgroundColor);
      if (found[3] === 255) return found;
    }
    return rgb(getComputedStyle(document.body).backgroundColor);
  };
  const faint = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility()) continue;
    const [a, b] = [light(rgb(getComputedStyle(element).color)), light(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) faint.push(`${element.className || element.tagName} ${ratio.toFixed(2)}`);
  }
  return faint;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        running.close()


class Watched:
    """A page with everything it should not do written down."""

    def __init__(self, browser: Any, web: Web, **options: Any) -> None:
        self.context = browser.new_context(base_url=web.url, viewport=DESK, **options)
        self.context.set_default_timeout(WAIT)
        self.page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))
        self.page.on("console", self._console)
        self.context.on("request", lambda request: self._request(request.url, web.url))

    def _console(self, message: Any) -> None:
        # The browser itself notes each 4xx and 5xx; the page tells the reader about those.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.wrong.append(f"console: {message.text}")

    def _request(self, url: str, home: str) -> None:
        if not url.startswith(home):
            self.wrong.append(f"request: {url}")


@pytest.fixture
def watched(browser: Any, web: Web) -> Iterator[Watched]:
    running = Watched(browser, web)
    yield running
    running.context.close()
    assert running.wrong == []


@pytest.fixture
def page(watched: Watched) -> Any:
    watched.page.goto("/")
    return watched.page


def ask(page: Any, question: str, state: str = "supported") -> Any:
    """Ask by typing, and return the finished turn."""
    before = page.locator("article.turn[data-number]").count()
    page.fill("#question", question)
    page.keyboard.press("Enter")
    turn = page.locator("article.turn[data-number]").nth(before)
    turn.locator(f".state.{state}").wait_for()
    return turn


def test_a_citation_shows_its_quote_and_opens_the_document_at_it(page: Any) -> None:
    turn = ask(page, "How much?")
    cite = turn.locator("button.cite").first
    cite.hover()
    peek = page.locator(".peek")
    peek.wait_for()
    assert peek.locator("blockquote").inner_text() == COST
    assert peek.locator(".from").inner_text() == "The bridge"
    assert peek.locator(".support").inner_text() == "The source states this."
    assert cite.get_attribute("aria-describedby") == peek.get_attribute("id")
    page.mouse.move(5, 5)
    peek.wait_for(state="hidden")
    cite.click()
    mark = page.locator(".side-sheet mark")
    mark.wait_for()
    assert mark.evaluate("mark => mark.textContent") == COST
    assert page.locator(".side-sheet .text").evaluate("text => text.textContent") == BRIDGE
    turn.locator("button.cite").nth(1).click()
    page.wait_for_function("wanted => document.querySelector('.side-sheet mark').textContent === wanted", arg=LENGTH)


def test_the_quote_is_scrolled_into_view(browser: Any, server: tuple[Switch, int]) -> None:
    text = "A line of no interest.\n" * 400 + COST + " " + LENGTH + "\nMore of that.\n" * 400
    with serving(server, documents=[make_document("bridge.txt", "Long", text)]) as web:
        watched = Watched(browser, web)
        page = watched.page
        page.goto("/")
        ask(page, "How much?").locator("button.cite").first.click()
        page.locator(".side-sheet mark").wait_for()
        box = page.locator(".side-sheet mark").bounding_box()
        assert 56 < box["y"] < DESK["height"] - 100
        watched.context.close()
        assert watched.wrong == []


def test_the_conversation_survives_a_reload(page: Any, web: Web) -> None:
    ask(page, "How much?")
    drawn = page.locator("article.turn").inner_text()
    assert page.url == f"{web.url}/chat/c1"
    page.reload()
    assert page.locator("article.turn").inner_text() == drawn
    ask(page, "And how long?")
    assert page.locator(".understood q").inner_text() == "And how long? (about How much?)"
    assert len(web.engine.library.store.turns("c1")) == 2


def test_everything_can_be_done_by_keyboard(page: Any) -> None:
    keyboard = page.keyboard
    assert page.evaluate("document.activeElement.id") == "question"
    keyboard.type("How much?")
    keyboard.press("Enter")
    page.locator(".state.supported").wait_for()
    assert page.evaluate("document.activeElement.id") == "question"
    for _ in range(20):
        keyboard.press("Shift+Tab")
        if page.evaluate("document.activeElement.matches('button.cite')"):
            break
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Source 2: The bridge"
    peek = page.locator(".peek")
    peek.wait_for()
    assert peek.locator("blockquote").inner_text() == LENGTH
    assert peek.locator(".support").inner_text() == "Quoted word for word."
    keyboard.press("Escape")
    peek.wait_for(state="hidden")
    keyboard.press("Enter")
    page.locator(".side-sheet mark").wait_for()
    assert page.evaluate("document.activeElement.textContent") == LENGTH
    assert page.locator("button.cite[aria-expanded=true]").inner_text() == "2"
    keyboard.press("Escape")
    page.locator(".side-sheet").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Source 2: The bridge"


def test_sentences_appear_one_by_one_while_the_page_says_what_happens(page: Any, web: Web) -> None:
    web.engine.step_seconds = 0.25
    page.evaluate("""() => {
      window.seen = [];
      new MutationObserver(() => {
        const stage = document.querySelector('.turn:not([data-number]) .stage')?.textContent;
        const count = document.querySelectorAll('.sentence.new').length;
        const now = `${stage}/${count}`;
        if (stage && window.seen.at(-1) !== now) window.seen.push(now);
      }).observe(document.body, { subtree: true, childList: true, characterData: true });
    }""")
    ask(page, "How much?")
    assert page.evaluate("window.seen") == [
        "Searching your documents/0",
        "Reading 2 passages/0",
        "Writing, and checking each sentence/0",
        "Writing, and checking each sentence/1",
        "Writing, and checking each sentence/2",
    ]
    assert page.locator("#status").inner_text() == "Supported by your documents, 2 quotes."


def test_four_states_can_be_seen(page: Any) -> None:
    sides = ask(page, "What do the sources say?", "conflicting").locator(".side")
    assert sides.count() == 2
    left, right = sides.nth(0).bounding_box(), sides.nth(1).bounding_box()
    assert left["y"] == right["y"]
    assert left["x"] + left["width"] < right["x"]
    sides.nth(1).locator("button.cite").hover()
    page.locator(".peek").wait_for()
    assert page.locator(".peek blockquote").inner_text() == RIVAL_COST
    assert "angry is not" in ask(page, "Is anyone angry?", "partial").locator(".reason").inner_text()
    missing = ask(page, "What is the population?", "not_found")
    missing.locator(".near a").nth(1).click()
    page.locator(".side-sheet mark").wait_for()
    assert page.locator(".side-sheet h1").inner_text() == "Orchards"


def test_a_question_can_be_stopped_and_asked_again(page: Any, web: Web) -> None:
    page.fill("#question", "Tell me forever")
    page.keyboard.press("Enter")
    page.get_by_text("Writing, and checking").first.wait_for()
    page.click("#stop")
    page.get_by_text("Stopped. The answer was not finished").first.wait_for()
    assert web.engine.place.acquire(timeout=1)
    web.engine.place.release()
    assert not web.engine.library.store.turns("c1")
    page.click("text=Edit question")
    assert page.input_value("#question") == "Tell me forever"
    ask(page, "How much?")
    page.click("article[data-number='1'] >> text=Ask again")
    page.locator("article.turn[data-number='2']").wait_for()
    assert web.engine.asked[-1].history == ()


def test_a_failure_is_told_and_can_be_tried_again(page: Any, web: Web) -> None:
    web.engine.place.acquire()
    page.fill("#question", "How much?")
    page.keyboard.press("Enter")
    page.get_by_text("8 questions wait already").first.wait_for()
    web.engine.place.release()
    page.click("text=Ask again")
    page.locator(".state.supported").wait_for()
    assert page.locator("article.turn").count() == 1


def test_copy_takes_the_sources_along(page: Any, watched: Watched) -> None:
    watched.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, "How much?").locator("text=Copy with sources").click()
    page.locator("text=Copied").first.wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "The bridge costs $100 million. [1]" in copied
    assert f"> {COST}" in copied


def test_documents_are_added_refused_and_deleted(page: Any, web: Web) -> None:
    page.click("nav >> text=Documents")
    page.locator(".side-sheet .library").wait_for()
    files = [
        {"name": "pears.txt", "mimeType": "text/plain", "buffer": b"Pears grow here."},
        {"name": "bad.txt", "mimeType": "text/plain", "buffer": b"\xff\xfe"},
    ]
    page.set_input_files("#files", files)
    page.get_by_text("4 documents indexed").wait_for()
    outcomes = page.locator("#outcomes li")
    assert outcomes.all_inner_texts() == ["pears.txt Added, 2 passages", "bad.txt Not added: bad.txt is not text"]
    page.locator("summary[aria-label='Delete pears']").click()
    assert "pears.txt" in web.engine.library.kept
    page.locator(".delete[open] button").click()
    page.get_by_text("3 documents indexed").wait_for()
    assert "pears.txt" not in web.engine.library.kept


@pytest.mark.parametrize("way", ["drop", "paste"])
def test_files_can_be_dropped_and_texts_pasted(page: Any, web: Web, way: str) -> None:
    if way == "drop":
        page.evaluate("""() => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File(["Plums grow there."], "plums.txt"));
          document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
        }""")
    else:
        page.click("nav >> text=Documents")
        page.locator(".library").wait_for()
        page.evaluate("""() => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text/plain", "Plums grow there.");
          document.body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }""")
    page.get_by_text("4 documents indexed").wait_for()
    (added,) = set(web.engine.library.kept) - {"bridge.txt", "news/rival 1.txt", "orchard.txt"}
    assert web.engine.library.kept[added].text == "Plums grow there."
    assert added == "plums.txt" if way == "drop" else added.startswith("Pasted ")


def test_earlier_conversations_are_opened_and_forgotten(page: Any, web: Web) -> None:
    ask(page, "How much?")
    page.click("nav >> text=New")
    page.wait_for_url(f"{web.url}/")
    ask(page, "Is anyone angry?", "partial")
    page.click("nav >> text=History")
    page.locator(".side-sheet .rows").wait_for()
    assert page.locator(".side-sheet .rows a").all_inner_texts() == ["Is anyone angry?", "How much?"]
    page.locator("summary[aria-label='Delete How much?']").click()
    page.locator(".delete[open] button").click()
    page.locator(".side-sheet .rows li").nth(1).wait_for(state="detached")
    assert list(web.engine.library.store.chats) == ["c2"]


def test_an_example_is_asked_with_one_click(page: Any) -> None:
    page.click("text=How much does the bridge cost?")
    page.locator(".state.supported").wait_for()
    assert page.locator(".question").inner_text() == "How much does the bridge cost?"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_cut_off_and_everything_is_legible(browser: Any, web: Web, scheme: str) -> None:
    watched = Watched(browser, web, color_scheme=scheme, reduced_motion="reduce")
    page = watched.page
    page.set_viewport_size(PHONE)

    def check(where: str) -> None:
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], where
        assert page.evaluate(FAINT) == [], where

    page.goto("/")
    check("empty")
    ask(page, "How much does a bridge cost whose name isLongerThanAnyLineOnAnyPhoneThatWasEverMadeByAnyone?")
    check("supported")
    ask(page, "What do the sources say?", "conflicting")
    ask(page, "Is anyone angry?", "partial")
    ask(page, "What is the population?", "not_found")
    check("four states")
    page.locator("button.cite").first.click()
    page.locator(".side-sheet mark").wait_for()
    sheet = page.locator(".side-sheet").bounding_box()
    assert sheet["width"] == PHONE["width"]
    assert sheet["y"] > 50
    assert round(sheet["y"] + sheet["height"]) == PHONE["height"]
    check("document")
    page.keyboard.press("Escape")
    for where in ("Documents", "History"):
        page.click(f"nav >> text={where}")
        page.locator(".side-sheet h1", has_text=where).wait_for()
        assert page.evaluate("document.querySelector('.side-sheet').scrollWidth") == PHONE["width"]
        check(where)
        page.keyboard.press("Escape")
    for path in ("/documents", "/history", "/docs", "/documents/bridge.txt?start=0&end=9"):
        page.goto(path)
        check(path)
    watched.context.close()
    assert watched.wrong == []


def test_the_theme_can_be_switched_and_stays(page: Any) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    before = page.evaluate(paper)
    page.click("#theme")
    after = page.evaluate(paper)
    assert after != before
    page.reload()
    assert page.evaluate(paper) == after


def test_controls_are_named_and_large_enough(page: Any) -> None:
    ask(page, "How much?")
    small = page.evaluate("""() => [...document.querySelectorAll("button, select, textarea, nav a, summary")]
      .filter((e) => e.checkVisibility()).map((e) => [e, e.getBoundingClientRect()])
      .filter(([, box]) => box.width < 24 || box.height < 24).map(([e]) => e.outerHTML)""")
    assert small == []
    nameless = page.evaluate("""() => [...document.querySelectorAll("button, a, select, textarea, input")]
      .filter((e) => e.type !== "hidden" && e.checkVisibility())
      .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || e.labels?.length))
      .map((e) => e.outerHTML)""")
    assert nameless == []
    assert page.locator("[role=log]").count() == 1
    assert page.locator("[role=status]").count() == 1


@pytest.mark.parametrize(
    "payload",
    [
        "<img src=x onerror=alert(1)>",
        "<script>alert(1)</script>",
        "</textarea></template><svg onload=alert(1)>",
        "\"><iframe src='javascript:alert(1)'>",
    ],
)
def test_hostile_text_never_comes_alive(browser: Any, server: tuple[Switch, int], payload: str) -> None:
    text = f"{payload} {COST} {LENGTH}\n"
    with serving(server, documents=[make_document("bridge.txt", payload, text)]) as web:
        watched = Watched(browser, web)
        page = watched.page
        page.goto("/")
        turn = ask(page, payload)
        assert turn.locator(".question").inner_text() == payload
        turn.locator("button.cite").first.hover()
        page.locator(".peek").wait_for()
        assert page.locator(".peek .from").inner_text() == payload
        turn.locator("button.cite").first.click()
        page.locator(".side-sheet mark").wait_for()
        assert page.locator(".side-sheet .text").evaluate("text => text.textContent") == text
        page.click("nav >> text=Documents")
        page.locator(".library").wait_for()
        name = payload.replace("/", "_")
        page.set_input_files("#files", [{"name": name, "mimeType": "text/plain", "buffer": b"\xff"}])
        page.locator("#outcomes .refused").wait_for()
        page.reload()
        assert page.locator("script, iframe, img").count() == 1
        watched.context.close()
        assert watched.wrong == []


def test_it_works_without_script(browser: Any, web: Web) -> None:
    watched = Watched(browser, web, java_script_enabled=False)
    page = watched.page
    page.goto("/")
    page.fill("#question", "How much?")
    page.click("#send")
    page.locator(".state.supported").wait_for()
    assert page.url == f"{web.url}/chat/c1#turn-1"
    page.locator("a.cite").first.click()
    page.locator("mark#quote").wait_for()
    assert page.locator("mark#quote").inner_text() == COST
    page.go_back()
    page.fill("#question", "What is the population?")
    page.click("#send")
    page.locator(".state.not_found").wait_for()
    page.click("nav >> text=Documents")
    page.set_input_files("#files", [{"name": "pears.txt", "mimeType": "text/plain", "buffer": b"Pears."}])
    page.click("text=Add >> nth=-1")
    page.get_by_text("4 documents indexed").wait_for()
    page.click("nav >> text=History")
    page.get_by_text("How much?").click()
    assert page.locator("article.turn").count() == 2
    watched.context.close()
    assert watched.wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_answer_is_voted_on_by_keyboard_on_a_phone(
    browser: Any, server: tuple[Switch, int], tmp_path: Path, scheme: str
) -> None:
    with serving(server, home=tmp_path) as web:
        watched = Watched(browser, web, color_scheme=scheme)
        page = watched.page
        page.set_viewport_size(PHONE)
        page.goto("/")
        turn = ask(page, "How much is the bridge?")
        turn.locator("summary", has_text="Not right").focus()
        page.keyboard.press("Enter")
        turn.locator("[name=reason]").select_option("incomplete")
        turn.locator("[name=note]").focus()
        page.keyboard.type("Who pays is missing.")
        assert page.evaluate(FAINT) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.keyboard.press("Enter")
        turn.get_by_text("Kept as not right.").wait_for()
        assert page.locator("#status").inner_text() == "Kept as not right."
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
        turn.get_by_role("button", name="Right", exact=True).click()
        turn.get_by_text("Kept as right.").wait_for()
        page.reload()
        assert page.locator(".vote button[aria-pressed=true]").count() == 1
        lines = (tmp_path / "feedback.jsonl").read_text(encoding="utf-8").splitlines()
        assert [json.loads(line)["verdict"] for line in lines] == ["down", "up"]
        assert json.loads(lines[0])["note"] == "Who pays is missing."
        watched.context.close()
        assert watched.wrong == []
