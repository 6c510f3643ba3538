"""Rules of the house that import-linter does not know."""

import ast
import graphlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from session_store.settings import Settings
from tests.server_process import ROOT

PACKAGES = ("session_store", "dashboard", "simulators")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
DOMAIN = sorted((ROOT / "session_store" / "domain").glob("*.py"))


def imports(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


@pytest.mark.parametrize("path", DOMAIN, ids=lambda path: path.name)
def test_the_domain_knows_the_standard_library_and_itself(path: Path) -> None:
    roots = {name.split(".")[0] for name in imports(ast.parse(path.read_text()))}
    assert roots - {"session_store"} <= sys.stdlib_module_names
    ours = [name for name in imports(ast.parse(path.read_text())) if name.startswith("session_store")]
    assert all(name.startswith("session_store.domain") for name in ours)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_import_inside_a_function_no_vague_name_no_endless_file(path: Path) -> None:
    tree = ast.parse(path.read_text())
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            assert imports(function) == [], f"{path.name}: {function.name}"
    assert path.stem not in {"utils", "helpers", "common", "manager"}
    assert len(path.read_text().splitlines()) <= 600


def test_no_module_imports_itself_round_a_corner() -> None:
    """A cycle raises `CycleError`, which names it; `from package import module` counts as the module."""
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in SOURCES}
    graph = {name: (set(modules(path)) & names.keys()) - {name} for name, path in names.items()}
    assert list(graphlib.TopologicalSorter(graph).static_order())


def modules(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    yield from imports(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_only_the_recorders_way_appends() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        if "session_store.write_transaction" in imports(ast.parse(path.read_text()))
    }
    assert users == {
        "session_store/amending.py",
        "session_store/bulk_import.py",
        "session_store/change_feed.py",
        "session_store/clinic_recording.py",
        "session_store/planning.py",
        "session_store/recorder.py",
        "session_store/recording.py",
        "session_store/surroundings.py",
        "session_store/tablet_watching.py",
    }


def test_importing_everything_opens_nothing_and_starts_nothing(tmp_path: Path) -> None:
    names = [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in SOURCES]
    names = [name for name in names if not name.endswith(("__main__", "env")) and ".versions." not in name]
    program = f"import threading\n{chr(10).join(f'import {name}' for name in names)}\nprint(threading.active_count())"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert run.stdout.strip() == "1" and list(tmp_path.iterdir()) == []


def test_every_setting_stands_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text()
    assert [name for name in sorted(setting_names()) if name not in text] == []


def setting_names() -> set[str]:
    """The fields of `Settings`, and the names that texts of the program mention: tokens, passwords, addresses."""
    texts = [
        node.value
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    mentioned = {name for text in texts for name in re.findall(r"\bINFUSION_[A-Z][A-Z_]*[A-Z]\b", text)}
    return mentioned | {f"INFUSION_{name.upper()}" for name in Settings.model_fields}


def test_no_index_url_or_machine_path_in_any_file() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    forbidden = ("--index-" + "url", "--find-" + "links", "/" + "work/")
    for name in tracked:
        if name.endswith((".png",)):
            continue
        text = (ROOT / name).read_text()
        assert not any(words in text for words in forbidden), name
