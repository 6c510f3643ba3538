"""The recorder gives exactly the stored alerts of each golden session; `golden/<name>.md` says why they are right."""

from pathlib import Path

import pytest

from tests.replay import golden
from tests.replay.golden import FOLDER, make, read_lines, replay
from tests.replay.golden_sessions import GOLDEN_SESSIONS, OVERSEDATION, QUIET, GoldenSession, Line

NAMES = [session.name for session in GOLDEN_SESSIONS]


def lines_of(name: str) -> list[Line]:
    return [Line.from_json(plain) for plain in read_lines(FOLDER / f"{name}.jsonl")]


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_session_raises_exactly_the_stored_alerts(name: str, tmp_path: Path) -> None:
    assert replay(lines_of(name), tmp_path) == read_lines(FOLDER / f"{name}.alerts.jsonl")


@pytest.mark.parametrize("name", NAMES)
def test_the_reason_names_every_rule_that_is_expected(name: str) -> None:
    reason = (FOLDER / f"{name}.md").read_text()
    rules = {fact["rule_id"] for fact in read_lines(FOLDER / f"{name}.alerts.jsonl")}
    assert [rule_id for rule_id in sorted(rules) if f"`{rule_id}`" not in reason] == []


def test_every_file_belongs_to_a_session() -> None:
    expected = {f"{name}{ending}" for name in NAMES for ending in (".jsonl", ".alerts.jsonl", ".md")}
    assert {path.name for path in FOLDER.iterdir()} == expected


def test_a_value_that_is_changed_changes_the_alerts(tmp_path: Path) -> None:
    """The stored alerts are no matter of course: a quiet session with one low saturation by hand is not quiet."""
    lines = lines_of("quiet")
    at, changed = next(
        (at, line)
        for at, line in enumerate(lines)
        if line.by == "nurse" and "spo2_percent" in line.entry and line.recorded_at.minute > 20
    )
    lines[at] = Line(changed.by, changed.recorded_at, {**changed.entry, "spo2_percent": 89})
    facts = replay(lines, tmp_path)
    assert facts[0]["rule_id"] == "spo2.low.critical" and facts[0]["fact"] == "raised"
    assert facts[-1]["fact"] == "cleared"


def test_the_sessions_can_be_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(golden, "GOLDEN_SESSIONS", (OVERSEDATION,))
    make(tmp_path)
    made = [Line.from_json(plain) for plain in read_lines(tmp_path / "oversedation.jsonl")]
    assert made == OVERSEDATION.lines()
    assert made[-1].entry["kind"] == "transferred"
    levels = {fact["level"] for fact in read_lines(tmp_path / "oversedation.alerts.jsonl")}
    assert "critical" in levels


@pytest.mark.parametrize("session", [QUIET, GOLDEN_SESSIONS[-1]], ids=lambda one: one.name)
def test_entries_reach_the_server_in_the_order_of_its_clock(session: GoldenSession) -> None:
    times = [line.recorded_at for line in session.lines()]
    assert times == sorted(times)
