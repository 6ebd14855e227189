"""Documents over HTTP: what is listed, taken in, refused, shown with its mark, and deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest import formats
from tests.fakes_web import BRIDGE, COST, RIVAL, RIVAL_COST, VOICE, Switch, Web, make_document, serving
from web import documents, excerpt, render

PAGE = {"Accept": "text/html"}


def marked(html: str) -> str:
    """Return the text of the mark as a browser has it."""
    (found,) = re.findall(r'<mark id="quote" tabindex="-1">(.*?)</mark>', html, re.DOTALL)
    return unescape(found)


def shown(html: str) -> str:
    """Return the whole text of the document as a browser has it."""
    (found,) = re.findall(r'<div class="text">(.*?)</div>', html, re.DOTALL)
    return unescape(re.sub(r"</?mark[^>]*>", "", found))


def test_documents_are_listed(web: Web) -> None:
    listed = web.client.get("/documents").json()
    assert [each["id"] for each in listed] == ["bridge.txt", "news/rival 1.txt", "orchard.txt"]
    rival = listed[1]
    assert rival["title"] == "The other bank"
    assert rival["url"] == "/documents/news/rival%201.txt"
    assert rival["bytes"] == len(RIVAL)
    assert "text" not in rival
    assert "source" not in rival


def test_a_document_is_shown_with_its_text(web: Web) -> None:
    found = web.client.get("/documents/news/rival%201.txt").json()
    assert found["id"] == "news/rival 1.txt"
    assert found["text"] == RIVAL


@pytest.mark.parametrize(
    ("name", "quote"), [("bridge.txt", COST), ("bridge.txt", VOICE), ("news/rival%201.txt", RIVAL_COST)]
)
def test_the_quote_is_marked_to_the_character(web: Web, name: str, quote: str) -> None:
    text = BRIDGE if name == "bridge.txt" else RIVAL
    start = text.index(quote)
    url = f"/documents/{name}?start={start}&end={start + len(quote)}"
    page = web.client.get(url, headers=PAGE).text
    assert marked(page) == quote
    assert shown(page) == text


def test_a_carriage_return_stays_one(web: Web) -> None:
    page = web.client.get("/documents/news/rival%201.txt", headers=PAGE)
    assert "kind.&#13;\n" in page.text


def test_a_changed_document_says_so_instead_of_marking_other_words(web: Web) -> None:
    page = web.client.get("/documents/bridge.txt?start=1&end=9&revision=other", headers=PAGE).text
    assert "<mark" not in page
    assert "was changed after the answer" in page
    right = web.engine.library.kept["bridge.txt"].revision
    assert "<mark" in web.client.get(f"/documents/bridge.txt?start=1&end=9&revision={right}", headers=PAGE).text


def test_an_upload_under_a_known_name_keeps_what_was_there_readable(web: Web) -> None:
    before = web.client.get("/documents/bridge.txt").json()
    start = BRIDGE.index(COST)
    (told,) = web.client.post("/documents", files={"files": ("bridge.txt", b"Burnt down.")}).json()["files"]
    assert (told["state"], told["replaced"]) == ("updated", before["revision"])
    now = web.client.get("/documents/bridge.txt").json()
    assert (now["text"], now["earlier"], now["present"]) == ("Burnt down.", [before["revision"]], now["revision"])
    was = web.client.get(f"/documents/bridge.txt?revision={before['revision']}").json()
    assert (was["text"], was["present"]) == (BRIDGE, now["revision"])
    address = f"/documents/bridge.txt?start={start}&end={start + len(COST)}&revision={before['revision']}"
    page = web.client.get(address, headers=PAGE).text
    assert marked(page) == COST
    assert shown(page) == BRIDGE
    assert "This document has changed since" in page
    today = web.client.get("/documents/bridge.txt", headers=PAGE).text
    assert "has changed since" not in today
    assert f"?revision={before['revision']}" in today
    assert web.client.get("/documents/bridge.txt?revision=none").status_code == 404
    again = web.client.post("/documents", files={"files": ("bridge.txt", b"Built up.")}, headers=PAGE).text
    assert "what this name held before" in again


@pytest.mark.parametrize("span", ["start=5&end=2", "start=0&end=99999", "start=-1&end=4", "start=a&end=4", "end=99999"])
def test_impossible_offsets_are_a_problem(web: Web, span: str) -> None:
    response = web.client.get(f"/documents/bridge.txt?{span}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"


def test_an_unknown_document_is_a_problem_on_every_method(web: Web) -> None:
    for method in ("GET", "DELETE"):
        response = web.client.request(method, "/documents/no/such.txt")
        assert response.status_code == 404
        assert response.json()["kind"] == "unknown-document"
    page = web.client.get("/documents/no/such.txt", headers=PAGE)
    assert page.status_code == 404
    assert "no document has the id" in page.text


def test_a_huge_document_is_shown_around_its_quote(server: tuple[Switch, int]) -> None:
    text = "".join(f"Line {number}.\n" for number in range(60_000))
    with serving(server, documents=[make_document("long.txt", "Long", text)]) as web:
        start = text.index("Line 30000.")
        page = web.client.get(f"/documents/long.txt?start={start}&end={start + 11}", headers=PAGE).text
        assert marked(page) == "Line 30000."
        assert len(page) < 2 * excerpt.WINDOW
        assert shown(page) in text
        assert "Earlier in this document" in page
        assert "Further on in this document" in page


@given(st.text(max_size=400), st.data())
def test_an_excerpt_is_the_text_around_its_span(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    window, excerpt.WINDOW = excerpt.WINDOW, 40
    try:
        cut = excerpt.cut(text, excerpt.span_in(text, start, end))
    finally:
        excerpt.WINDOW = window
    assert cut.marked == text[start:end]
    assert cut.before + cut.marked + cut.after == text[cut.start : cut.end]
    assert cut.start <= start <= end <= cut.end
    assert (cut.earlier is None) == (cut.start == 0)
    assert (cut.later is None) == (cut.end == len(text))


@given(st.text())
def test_escaping_loses_nothing(text: str) -> None:
    assert unescape(str(render.exact(text))).replace("\r", "") == unescape(str(render.exact(text.replace("\r", ""))))
    assert "<" not in str(render.exact(text))


def test_each_file_has_its_own_outcome(web: Web) -> None:
    files = [
        ("files", ("new.txt", b"Pears grow here.")),
        ("files", ("orchard.txt", b"Nothing grows here.")),
        ("files", ("picture.txt", b"\xff\xd8\xff")),
        ("files", ("empty.txt", b"")),
    ]
    response = web.client.post("/documents", files=files)
    assert response.status_code == 200
    outcomes = response.json()["files"]
    assert [(each["name"], each["state"]) for each in outcomes] == [
        ("new.txt", "added"),
        ("orchard.txt", "updated"),
        ("picture.txt", "refused"),
        ("empty.txt", "refused"),
    ]
    assert outcomes[0] == {
        "name": "new.txt",
        "state": "added",
        "document": "new.txt",
        "url": "/documents/new.txt",
        "passages": 2,
        "reason": "",
        "replaced": "",
    }
    assert outcomes[2]["reason"] == "picture.txt is not text"
    assert outcomes[2]["document"] is None
    assert web.client.get("/documents/new.txt").json()["text"] == "Pears grow here."


def test_where_every_file_is_refused_the_answer_is_a_problem(web: Web) -> None:
    response = web.client.post("/documents", files=[("files", ("picture.txt", b"\xff\xd8\xff"))])
    assert response.status_code == 415
    assert response.headers["content-type"] == "application/problem+json"
    found = response.json()
    assert found["kind"] == "refused-document"
    assert found["detail"] == "picture.txt is not text"
    assert found["files"][0]["state"] == "refused"


def test_a_file_over_the_limit_is_refused_alone(server: tuple[Switch, int]) -> None:
    with serving(server, max_file_mb=1) as web:
        files = [("files", ("big.txt", b"a" * (1024 * 1024 + 1))), ("files", ("small.txt", b"a"))]
        outcomes = web.client.post("/documents", files=files).json()["files"]
        assert [each["state"] for each in outcomes] == ["refused", "added"]
        assert "at most 1 MiB" in outcomes[0]["reason"]
        alone = web.client.post("/documents", files=files[:1])
        assert alone.status_code == 413
        assert alone.json()["kind"] == "too-large"


def test_an_upload_over_the_limit_is_cut_off(server: tuple[Switch, int]) -> None:
    with serving(server, max_file_mb=1) as web:

        def endless() -> Iterator[bytes]:
            yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
            for _ in range(18 * 16 + 1):
                yield b"a" * 65536

        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        response = web.client.post("/documents", content=endless(), headers=headers)
        assert response.status_code == 413
        assert response.json()["detail"].startswith("The body is larger than the 17 MiB")
        assert "a.txt" not in web.engine.library.kept


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", "multipart/form-data; boundary=x"),
        (b"nonsense", "multipart/form-data; boundary=x"),
        (b"{}", "application/json"),
    ],
)
def test_an_upload_without_files_is_a_problem(web: Web, content: bytes, kind: str) -> None:
    response = web.client.post("/documents", content=content, headers={"Content-Type": kind})
    assert response.status_code in {400, 415, 422}
    assert response.headers["content-type"] == "application/problem+json"


def test_a_text_can_be_pasted(web: Web) -> None:
    response = web.client.post("/documents", data={"text": "Plums grow there.", "name": "Plums"}, files={})
    assert response.json()["files"][0]["document"] == "Plums.txt"
    assert web.client.get("/documents/Plums.txt").json()["text"] == "Plums grow there."


def test_a_deleted_document_is_gone(web: Web) -> None:
    revision = web.client.get("/documents/news/rival%201.txt").json()["revision"]
    gone = web.client.delete("/documents/news/rival%201.txt")
    assert gone.status_code == 200
    assert (gone.json()["document"], gone.json()["revisions"]) == ("news/rival 1.txt", [revision])
    assert web.client.get("/documents/news/rival%201.txt").status_code == 404
    assert len(web.client.get("/documents").json()) == 2


def test_the_page_uploads_and_deletes_without_script(web: Web) -> None:
    files = [("files", ("new.txt", b"Pears grow here.")), ("files", ("bad.txt", b"\xff"))]
    page = web.client.post("/documents", files=files, headers=PAGE).text
    assert "Added, 2 passages" in page
    assert "Not added: bad.txt is not text" in page
    assert '<a href="/documents/new.txt"' in page
    response = web.client.post("/remove-document", data={"document": "new.txt"}, headers=PAGE)
    assert response.status_code == 303
    assert response.headers["location"] == "/documents"
    assert "new.txt" not in web.client.get("/documents", headers=PAGE).text


@pytest.mark.parametrize("suffix", sorted({*documents.OFFERED, ".pdf", ".docx", ".csv", ".exe"}))
def test_the_page_offers_to_choose_what_is_read(suffix: str) -> None:
    assert formats.is_supported(f"a{suffix}") == (suffix in documents.OFFERED)


def test_before_anything_is_indexed_there_is_an_empty_list(server: tuple[Switch, int]) -> None:
    with serving(server, documents=[]) as web:
        assert web.client.get("/documents").json() == []
        assert "vouch index PATH" in web.client.get("/documents", headers=PAGE).text
        assert web.client.post("/documents", files={"files": ("a.txt", b"A.")}).status_code == 200
        assert [each["id"] for each in web.client.get("/documents").json()] == ["a.txt"]
