"""The house: imports flow one way, packages stay apart, and importing ``rag`` is cheap."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Lower rooms first. A room may import rooms of lower floors only.
FLOORS = [
    {"ahead", "checksums", "places", "redact", "voices"},
    {"records", "errors", "threads", "words", "openvino", "fulltext", "decode", "clause"},
    {"gate"},
    {
        "settings",
        "weights",
        "bylines",
        "called",
        "forenames",
        "ingest",
        "chunk",
        "queueing",
        "topics",
        "prompt",
        "verify",
        "sheet",
        "missing",
        "nearest",
        "schema",
        "looks",
        "fronted",
        "mark",
        "entries",
        "revisions",
        "posts",
        "roles",
        "scope",
        "tabular",
        "walk",
    },
    {"ellipsis", "parts", "premise", "compares", "versions", "lock"},
    {"talk"},
    {"pronouns", "yesno"},
    {"understand"},
    {"database", "contents", "reading", "indexfile"},
    {"chats", "embedded", "sources"},
    {"embed", "store", "generate", "naming", "expect", "speakers"},
    {"index", "models", "rerank", "intake", "compose"},
    {"doubts", "proof"},
    {"asked"},
    {"vectorize"},
    {"library"},
    {"retrieve", "watch"},
    {"suggest"},
    {"engine"},
    {"bundle"},
    {"answer", "doctor"},
    {"terminal"},
    {"cli", "train"},
    {"convert"},  # a program of its own, started by rag.weights
]
FLOOR = {room: height for height, rooms in enumerate(FLOORS) for room in rooms}


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def room(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if parts[0] == "rag" and len(parts) > 1 and parts[1] in FLOOR else None


def rag_files() -> list[Path]:
    return sorted((ROOT / "rag").rglob("*.py"))


def test_every_room_has_a_floor() -> None:
    rooms = {path.relative_to(ROOT / "rag").parts[0].removesuffix(".py") for path in rag_files()} - {"__init__"}
    assert rooms == set(FLOOR)


@pytest.mark.parametrize("path", rag_files(), ids=lambda path: str(path.relative_to(ROOT)))
def test_rag_imports_flow_downwards(path: Path) -> None:
    own = path.relative_to(ROOT / "rag").parts[0].removesuffix(".py")
    for module in imports(path):
        target = room(module)
        if target and target != own and own != "__init__":
            assert FLOOR[target] < FLOOR[own], f"{own} imports {module}"


@pytest.mark.parametrize(("package", "banned"), [("rag", {"web", "eval"}), ("web", {"eval"}), ("eval", {"web"})])
def test_packages_stay_apart(package: str, banned: set[str]) -> None:
    for path in sorted((ROOT / package).rglob("*.py")):
        if path == ROOT / "rag" / "cli.py":
            banned = banned - {"web"}  # `vouch serve` opens the door that lies above
        met = {module.split(".")[0] for module in imports(path)} & banned
        assert not met, f"{path} imports {met}"


def test_nothing_unpickles_or_trusts_remote_code() -> None:
    for package in ("rag", "web", "eval"):
        for path in sorted((ROOT / package).rglob("*.py")):
            met = {module.split(".")[0] for module in imports(path)} & {
                "pickle",
                "diskcache",
                "shelve",
                "joblib",
                "dill",
            }
            assert not met, f"{path} imports {met}"
            assert "trust_remote_code=True" not in path.read_text(encoding="utf-8")


def test_importing_the_answer_engine_loads_no_model_library() -> None:
    code = (
        "import sys, rag.answer, rag.cli\n"
        "heavy = {'torch', 'faiss', 'llama_cpp', 'openvino', 'transformers', 'sentence_transformers'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_openvino_is_imported_in_one_place_alone() -> None:
    for package in ("rag", "web", "eval", "tests"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if path != ROOT / "rag" / "openvino.py":
                assert not any(module.split(".")[0] == "openvino" for module in imports(path)), path


def test_openvino_reports_to_nobody() -> None:
    code = (
        "import sys\n"
        "from rag.openvino import openvino\n"
        "print(any(name.startswith('openvino_telemetry.') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
