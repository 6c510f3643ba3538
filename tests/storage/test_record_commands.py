"""`python -m session_store`: what it says, where, and with which exit code."""

import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch

import pytest

from session_store.command_line import main
from session_store.storage.engine import Engines
from tests.postgresql import ON_BOTH_ENGINES
from tests.record_building import TestRecord
from tests.server_process import ROOT
from tests.storage.tampering import tamper


def run(url: str, *words: str) -> tuple[int, str, str]:
    """In this process, which saves a start of a second each."""
    said, complaint = StringIO(), StringIO()
    with patch.dict(os.environ, INFUSION_DATABASE_URL=url), redirect_stdout(said), redirect_stderr(complaint):
        try:
            code = main(words)
        except SystemExit as ended:
            code = int(ended.code or 0)
    return code, said.getvalue(), complaint.getvalue()


def run_as_typed(url: str, *words: str) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, "-m", "session_store", *words], cwd=ROOT, env=os.environ | {"INFUSION_DATABASE_URL": url},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    return done.returncode, done.stdout, done.stderr


@ON_BOTH_ENGINES
def test_verify_rebuild_backup_and_restore(
    record: TestRecord, engines: Engines, database_url: str, tmp_path: Path
) -> None:
    record.running()
    code, said, _ = run(database_url, "verify")
    assert code == 0 and "clinic 1: 8 changes" in said and said.endswith("intact\n")
    code, said, _ = run(database_url, "rebuild", "--clinic", "1")
    assert (code, said) == (0, "rebuilt: 1 sessions, 0 outcomes\n")
    file = tmp_path / "backup.sqlite"
    code, said, _ = run(database_url, "backup", str(file))
    assert code == 0 and file.exists() and f"backed up and verified: {file}" in said
    code, said, _ = run(f"sqlite:///{tmp_path / 'restored.sqlite'}", "restore", str(file))
    assert code == 0 and "restored and verified" in said
    assert run(f"sqlite:///{tmp_path / 'restored.sqlite'}", "verify")[0] == 0


def test_a_kept_chain_head_shows_what_the_record_itself_cannot(record: TestRecord, database_url: str) -> None:
    record.running()
    _, said, _ = run(database_url, "verify")
    head = said.partition("chain head ")[2].split()[0]
    assert head.startswith("8:") and run(database_url, "verify", "--head", head)[0] == 0
    record.running(chair_label="2")
    assert run(database_url, "verify", "--head", head)[0] == 0
    code, said, _ = run(database_url, "verify", "--head", f"8:{'00' * 32}")
    assert code == 1 and "change 8, table change: has another hash than the chain head that was kept" in said
    assert run(database_url, "verify", "--head", f"99:{'00' * 32}")[0] == 1
    assert run(database_url, "verify", "--head", "seven")[0] == 2


def test_what_is_broken_is_named_with_exit_code_1(record: TestRecord, database_url: str, tmp_path: Path) -> None:
    record.running()
    file = tmp_path / "backup.sqlite"
    assert run(database_url, "backup", str(file))[0] == 0
    for url in (database_url, f"sqlite:///{file}"):
        tamper(url, ["UPDATE entry SET author_name = 'No One' WHERE seq = 3"])
    code, said, _ = run(database_url, "verify", "--without-projections")
    assert code == 1 and "BROKEN, first: clinic 1, change 3, table entry" in said
    assert run(database_url, "backup", str(tmp_path / "another.sqlite"))[0] == 1
    code, _, complaint = run(f"sqlite:///{tmp_path / 'restored.sqlite'}", "restore", str(file))
    assert code == 1 and complaint.count("\n") == 1 and "change 3, table entry" in complaint


@pytest.mark.parametrize(
    ("url", "words", "why"),
    [
        ("sqlite:///{folder}/none.sqlite", ["verify"], "there is no record at"),
        ("sqlite:///{folder}/none.sqlite", ["rebuild"], "there is no record at"),
        ("sqlite:///{folder}/none.sqlite", ["backup", "{folder}/copy.sqlite"], "there is no record at"),
        ("sqlite:///{folder}/none.sqlite", ["restore", "{folder}/copy.sqlite"], "no such file"),
        ("oracle://somewhere/else", ["verify"], "is not supported"),
        ("postgresql:///nobody?host={folder}", ["verify"], ""),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_code_2(tmp_path: Path, url: str, words: list[str], why: str) -> None:
    code, said, complaint = run(url.format(folder=tmp_path), *(word.format(folder=tmp_path) for word in words))
    assert (code, said) == (2, "") and complaint.count("\n") == 1 and why in complaint, complaint
    assert list(tmp_path.iterdir()) == []


def test_a_word_that_is_no_command_is_a_line_of_usage(tmp_path: Path) -> None:
    code, _, complaint = run(f"sqlite:///{tmp_path / 'none.sqlite'}", "erase")
    assert code == 2 and "usage: python -m session_store" in complaint


def test_as_typed(record: TestRecord, database_url: str, tmp_path: Path) -> None:
    record.running()
    code, said, complaint = run_as_typed(database_url, "verify")
    assert code == 0 and said.endswith("intact\n") and complaint == ""
    assert run_as_typed(f"sqlite:///{tmp_path / 'none.sqlite'}", "verify")[0] == 2
