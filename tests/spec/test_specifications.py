"""Runs every specification of this folder through the real recorder on a real file."""

from pathlib import Path

import pytest

from session_store.domain.rules.delivered import DELIVERED
from session_store.reader import Reader
from tests.record_building import START, TestRecord
from tests.spec.playing import Performance, break_judging, prepared, typed
from tests.spec.specification import FILES, Row, Table, read_entry, read_specification


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_specification(file: Path, record: TestRecord, reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell says what happens, and every rule of the head was really raised (of a gate: held, and once not)."""
    specification = read_specification(file)
    raised: set[str] = set()
    gates: list[set[str]] = []
    for table in specification.tables:
        record.clock.time = START
        with monkeypatch.context() as patches:
            performance = _prepared(table, record, reader, patches)
            gates += [_play_row(file.name, row, performance) for row in table.rows]
        raised |= performance.raised_rules()
    shown = raised | (gates[0].union(*gates) - gates[0].intersection(*gates))
    assert set(specification.rules) - shown == set(), f"{file.name}: named in the head and not shown"


def _prepared(table: Table, record: TestRecord, reader: Reader, patches: pytest.MonkeyPatch) -> Performance:
    session_id = prepared(record, dict(table.settings))
    if "failing" in table.settings:
        break_judging(patches, table.settings["failing"])
    return Performance(record, reader, session_id, record.clock.forward(minutes=1))


def _play_row(name: str, row: Row, performance: Performance) -> set[str]:
    """Plays one row and compares its cells; the rules that its gates and notes show."""
    performance.play(row)
    expected = row.expected()
    for column, said in expected.items():
        assert performance.said(column) == said, f"{name}:{row.line} {column}: {row.entry}"
    return {rule for column in expected for rule in performance.shown_rules(column)}


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_specification_reads_as_documentation(file: Path) -> None:
    """A title, a chapter, the rules that it is about, words, and at least one table."""
    specification = read_specification(file)
    assert specification.title and specification.chapter and specification.tables
    assert all(table.rows for table in specification.tables)
    assert sum(len(block) for block in specification.blocks if isinstance(block, str)) >= 80
    assert any(line.startswith("rules: ") for line in file.read_text().splitlines())


def test_titles_are_told_apart() -> None:
    titles = [read_specification(file).title for file in FILES]
    assert len(set(titles)) == len(titles)


def test_every_condition_in_a_table_is_one_of_the_rules() -> None:
    conditions = set(DELIVERED.by_condition)
    for file in FILES:
        for table in read_specification(file).tables:
            for row in table.rows:
                for alert in row.expected().get("alerts after", ()):
                    assert alert.split()[0].split(":")[0] in conditions, f"{file.name}:{row.line}"


def test_a_cell_that_cannot_be_read_is_told() -> None:
    with pytest.raises(ValueError, match="length 1; 2 is required"):
        read_entry("vital_signs spo2_percent")
    with pytest.raises(ValueError, match="invalid literal"):
        read_entry("vital_signs spo2_percent=98 true at noon")
    with pytest.raises(ValueError, match="vital_signs has no field spo2"):
        typed(read_entry("vital_signs spo2=98"))


def test_a_head_line_that_is_no_setting_is_told(tmp_path: Path) -> None:
    (tmp_path / "wrong.txt").write_text("# Wrong\nchapter: Elsewhere\n")
    with pytest.raises(ValueError, match="no such setting, chapter: Elsewhere"):
        read_specification(tmp_path / "wrong.txt")


def test_a_row_that_lacks_a_cell_is_told(tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("minutes | entry | alerts after\n0 | the clock\n")
    with pytest.raises(ValueError, match="zip"):
        read_specification(tmp_path / "short.txt")
