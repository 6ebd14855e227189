"""The ``vouch`` command as a user runs it: a process of its own, its streams, its exit status."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BRIDGE = "Russia is constructing a $100 million road bridge across the Tumen River.\n"


@pytest.fixture
def home(tmp_path: Path, models: Path) -> Path:
    """Return an empty data folder that already holds the converted models."""
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "models").symlink_to(models)
    return folder


def vouch(home: Path, *words: str, stdin: str = "", **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from rag.cli import main; main()", *words]
    found = {**os.environ, "VOUCH_HOME": str(home), "COLUMNS": "100", **environ}
    return subprocess.run(command, env=found, input=stdin, capture_output=True, text=True, check=False, timeout=120)


def clear_line(done: subprocess.CompletedProcess[str], *words: str) -> None:
    """Assert that a run failed with one line on stderr that holds the words, and nothing on stdout."""
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith("vouch: ")
    assert all(word in done.stderr for word in words), done.stderr


@pytest.fixture
def indexed(home: Path) -> Path:
    folder = home.parent / "documents"
    folder.mkdir()
    (folder / "bridge.txt").write_text(BRIDGE)
    done = vouch(home, "index", str(folder))
    assert (done.returncode, done.stdout) == (0, "")
    assert "1 added" in done.stderr
    return home


def test_ask_prints_the_answer_and_its_quote(indexed: Path) -> None:
    done = vouch(indexed, "ask", "How much does the bridge cost?")
    assert done.returncode == 0
    assert done.stderr == ""
    first, *rest = done.stdout.splitlines()
    assert "$100 million" in first
    assert first.endswith("[1]")
    assert "[1] bridge.txt" in rest
    assert BRIDGE.strip() in " ".join(" ".join(rest).split())


def test_json_is_the_ask_object(indexed: Path) -> None:
    done = vouch(indexed, "ask", "--json", "--no-llm", "How much does the bridge cost?")
    answer = json.loads(done.stdout)
    [citation] = answer["citations"]
    assert BRIDGE[citation["start"] : citation["end"]] == citation["quote"]
    assert answer["model"] == "none"
    assert set(answer) >= {"id", "question", "search_question", "status", "answer", "sentences", "reason", "passages"}
    assert set(answer["timings_ms"]) == {"retrieve", "rerank", "first_sentence", "total"}


def test_what_the_documents_do_not_say_exits_with_3(indexed: Path) -> None:
    done = vouch(indexed, "ask", "Which opera did Verdi write for Cairo?")
    assert done.returncode == 3
    assert done.stdout.startswith("The documents do not say.")


def test_chat_understands_a_follow_up(indexed: Path) -> None:
    done = vouch(indexed, "chat", stdin="How much does the bridge cost?\nWhich river does it cross?\n\n")
    assert done.returncode == 0
    assert "understood as: Which river does the bridge cross?" in done.stdout
    assert "Tumen" in done.stdout


def test_documents_are_listed_shown_and_removed(indexed: Path) -> None:
    assert "bridge.txt" in vouch(indexed, "docs", "list").stdout
    assert vouch(indexed, "docs", "show", "bridge.txt").stdout.strip() == BRIDGE.strip()
    receipt = json.loads(vouch(indexed, "docs", "remove", "bridge.txt").stdout)
    assert (receipt["document"], receipt["passages"], receipt["vectors"]) == ("bridge.txt", 1, 1)
    assert json.loads(vouch(indexed, "docs", "receipts").stdout) == receipt
    assert "bridge.txt" not in vouch(indexed, "docs", "list").stdout
    clear_line(vouch(indexed, "docs", "show", "bridge.txt"), "bridge.txt")


def test_a_bad_file_is_named_and_the_others_are_indexed(indexed: Path) -> None:
    folder = indexed.parent / "documents"
    (folder / "broken.txt").write_bytes(b"\x00\x01\x02 not text")
    (folder / "apples.txt").write_text("Apples cost 169 rubles.\n")
    done = vouch(indexed, "index", str(folder))
    assert done.returncode == 0
    assert "broken.txt" in done.stderr
    assert "1 added" in done.stderr
    assert "1 refused" in done.stderr
    listed = vouch(indexed, "docs", "list").stdout
    assert "apples.txt" in listed
    assert "bridge.txt" in listed


def test_without_an_index_the_command_is_named(home: Path) -> None:
    clear_line(vouch(home, "ask", "Anything?"), "vouch index")


@pytest.mark.parametrize(("question", "words"), [(" ", "empty"), ("x" * 3000, "limit is 2000")])
def test_a_bad_question_is_one_line(indexed: Path, question: str, words: str) -> None:
    clear_line(vouch(indexed, "ask", question), words)


def test_a_missing_file_is_one_line(home: Path) -> None:
    done = vouch(home, "index", str(home / "nowhere.txt"))
    assert done.returncode == 1
    assert "nowhere.txt" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_bad_model_file_is_one_line(indexed: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.gguf"
    bad.write_bytes(b"not a model")
    clear_line(vouch(indexed, "ask", "--model", str(bad), "What?"), "bad.gguf", "not a GGUF")


def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "a.txt").write_text("Text.")
    clear_line(vouch(tmp_path / "file" / "home", "index", str(tmp_path / "a.txt")), "file")


def test_a_bad_setting_is_one_line(home: Path) -> None:
    clear_line(vouch(home, "docs", "list", VOUCH_PORT="many"), "'port' from environment is 'many'")


def test_a_question_that_is_no_utf_8_is_one_line(indexed: Path) -> None:
    clear_line(vouch(indexed, "ask", os.fsdecode(b"caf\xe9 rent?")), "UTF-8")


def test_an_unwritable_home_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    clear_line(vouch(tmp_path / "file" / "home", "models", "use", "none"), "cannot write")


def test_wrong_usage_exits_with_2(home: Path) -> None:
    assert vouch(home, "index", "").returncode == 2
    assert vouch(home, "ask").returncode == 2
    assert vouch(home, "ask", "--wrong", "x").returncode == 2


def test_doctor_tells_what_is_and_where_it_came_from(indexed: Path) -> None:
    done = vouch(indexed, "doctor", VOUCH_QUEUE="3")
    assert done.returncode == 0, done.stdout
    assert "setting queue: 3 (from environment)" in done.stdout
    assert "index: 1 documents, 1 passages" in done.stdout


def test_no_color_is_honoured(indexed: Path) -> None:
    assert "\x1b[" not in vouch(indexed, "docs", "list", NO_COLOR="1", FORCE_COLOR="1").stdout
