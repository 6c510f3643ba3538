"""Synthetic recordings as other monitors write them, and how they are read back."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from session_store.domain.device_profiles import decode
from simulators.command_line import main
from simulators.recording import RecordingRow, RecordingUnreadable, read_recording
from simulators.replay import replay_entries

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def recorded(path: Path, *options: str) -> list[RecordingRow]:
    assert main(["recording", str(path), "--minutes", "60", "--seed", "3", *options]) == 0
    return read_recording(path)


def fields(rows: list[RecordingRow]) -> list[dict[str, object]]:
    found = [decode(row.device_profile, row.channels) for row in rows]
    assert not any(problems for _, problems in found)
    return [values for values, _ in found]


@pytest.mark.parametrize("code", ["dashes", "-1", "-32768"])
def test_the_code_of_a_drop_out_changes_the_text_and_not_the_meaning(tmp_path: Path, code: str) -> None:
    plain, coded = recorded(tmp_path / "a"), recorded(tmp_path / "b", "--drop-out-code", code)
    assert "0" not in {text for row in coded for text in row.channels.values()}
    assert fields(coded) == fields(plain)


def test_an_empty_drop_out_leaves_its_cell_empty(tmp_path: Path) -> None:
    plain, coded = recorded(tmp_path / "a"), recorded(tmp_path / "b", "--drop-out-code", "empty")
    assert [row.channels["HR"] == "" for row in coded] == [row.channels["HR"] == "0" for row in plain]


def test_a_decimal_comma_names_its_profile_and_is_replayed_under_it(tmp_path: Path) -> None:
    plain, comma = recorded(tmp_path / "a"), recorded(tmp_path / "b", "--decimal-comma")
    assert any("," in row.channels["HR"] for row in comma)
    assert {row.device_profile for row in plain} == {"bedside_numerics"}
    assert {row.device_profile for row in comma} == {"bedside_numerics_comma"}
    assert fields(comma) == fields(plain)
    entries = replay_entries(UUID("019b0000-0000-7000-8000-000000000001"), comma, NOON)
    assert {entry["device_profile"] for entry in entries} == {"bedside_numerics_comma"}
    assert entries[5]["channels"] == comma[5].channels


def test_a_recording_of_an_unknown_device_is_refused_naming_the_known_ones(tmp_path: Path) -> None:
    file = tmp_path / "toaster.csv"
    file.write_text("# device_profile: toaster\nt_min,HR\n0,60\n")
    with pytest.raises(RecordingUnreadable, match=r"'toaster', known: bedside_numerics,"):
        read_recording(file)


def test_a_drop_out_code_that_no_monitor_writes_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["recording", str(tmp_path / "a"), "--drop-out-code", "9999"])
    assert ended.value.code == 2
    assert "--drop-out-code" in capsys.readouterr().err
