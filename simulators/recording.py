"""Bedside-monitor recordings, one row a minute: read a real one, write a small synthetic one with the same traps.

The form is that of a numerics export: `t_min` and one column a channel; a drop-out is 0, a cuff column is empty except
on the minute of measurement, an arterial line that is not connected reads 0. Lines that begin with # are remarks; one
of them may name the device profile by which the rows are read, else it is `bedside_numerics`.
"""

import argparse
import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from numpy.random import SeedSequence, default_rng

from session_store.domain.device_profiles import DEVICE_PROFILES
from simulators.monitor import CHANNELS, CUFF_CHANNELS, DEVICE_PROFILE, NOT_MEASURED, NOTHING_DUE, BedsideMonitor
from simulators.monitor_output import device_profile, write_number
from simulators.scenarios.plan import MonitorQuirks
from simulators.virtual_patient import VirtualPatient, draw_persona

TIME_COLUMN = "t_min"
MIN_MINUTES, MAX_MINUTES = 30, 100_000
SYNTHETIC_REMARK = "# SYNTHETIC recording made by a simulator; no patient"
PROFILE_REMARK = "# device_profile: "
# A command line can hardly take an empty word, and not two dashes.
_DROP_OUT_WORDS = {"0": "0", "empty": "", "dashes": "--", "-1": "-1", "-32768": "-32768"}
_NO_QUIRKS = MonitorQuirks()
# A row is what the monitor shows in the middle of its minute.
_READ_AT_MIN = 0.5


class RecordingUnreadable(Exception):
    """The file is not a recording in this form; the message says where."""


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """One row: its number from 0, its minute, its channels exactly as written, the profile by which they are read."""

    number: int
    minute: float
    channels: dict[str, str]
    device_profile: str = DEVICE_PROFILE


def read_recording(path: Path) -> list[RecordingRow]:
    """All rows of a recording. Raises `RecordingUnreadable`."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            numbered = list(enumerate(file, start=1))
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingUnreadable(f"{path}: {error}") from error
    lines = [(number, line) for number, line in numbered if not line.startswith("#")]
    if not lines:
        raise RecordingUnreadable(f"{path}: the file is empty")
    header = next(csv.reader([lines[0][1]]))
    if TIME_COLUMN not in header or len(header) < 2:
        raise RecordingUnreadable(f"{path}: the header has no column {TIME_COLUMN}")
    profile = _profile(path, (line for _, line in numbered))
    return [
        replace(_row(path, line_number, number, header, line), device_profile=profile)
        for number, (line_number, line) in enumerate(line for line in lines[1:] if line[1].strip())
    ]


def _profile(path: Path, lines: Iterable[str]) -> str:
    named = [line.removeprefix(PROFILE_REMARK).strip() for line in lines if line.startswith(PROFILE_REMARK)]
    profile = named[-1] if named else DEVICE_PROFILE
    if profile not in DEVICE_PROFILES:
        raise RecordingUnreadable(f"{path}: unknown device profile {profile!r}, known: {', '.join(DEVICE_PROFILES)}")
    return profile


def _row(path: Path, line_number: int, number: int, header: list[str], line: str) -> RecordingRow:
    cells = next(csv.reader([line]))
    if len(cells) != len(header):
        raise RecordingUnreadable(f"{path} line {line_number}: {len(cells)} cells under {len(header)} columns")
    channels = dict(zip(header, cells, strict=True))
    try:
        minute = float(channels.pop(TIME_COLUMN))
    except ValueError:
        raise RecordingUnreadable(f"{path} line {line_number}: {TIME_COLUMN} is not a number") from None
    if not abs(minute) < 1e8:
        raise RecordingUnreadable(f"{path} line {line_number}: {TIME_COLUMN} is not a usable number")
    return RecordingRow(number, minute, channels)


def write_recording(path: Path, rows: Iterable[RecordingRow], quirks: MonitorQuirks = _NO_QUIRKS) -> None:
    """Writes a synthetic recording with the drop-out code and the decimal mark of `quirks`. Raises `OSError`."""
    profile = device_profile(quirks)
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(SYNTHETIC_REMARK + "\n")
        if profile != DEVICE_PROFILE:
            file.write(PROFILE_REMARK + profile + "\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((TIME_COLUMN, *CHANNELS))
        for row in rows:
            writer.writerow((f"{row.minute:g}", *(write_number(row.channels[name], quirks) for name in CHANNELS)))


def add_quirks(parser: argparse.ArgumentParser) -> None:
    """The options of how a recording is written."""
    parser.add_argument(
        "--drop-out-code",
        choices=_DROP_OUT_WORDS,
        default="0",
        help="what is written where nothing was measured (default 0)",
    )
    parser.add_argument("--decimal-comma", action="store_true", help="write 62,8 instead of 62.8")


def chosen_quirks(options: argparse.Namespace) -> MonitorQuirks:
    """How the recording is to be written."""
    code = _DROP_OUT_WORDS[options.drop_out_code]
    return MonitorQuirks(drop_out_code=code, has_decimal_comma=options.decimal_comma)


def synthetic_rows(minutes: int, seed: int) -> Iterator[RecordingRow]:
    """A resting patient without drug for `minutes`, traps included. Raises `ValueError` for too short or too long."""
    if not MIN_MINUTES <= minutes <= MAX_MINUTES:
        raise ValueError(f"{minutes} minutes is outside {MIN_MINUTES} to {MAX_MINUTES}")
    persona_seed, patient_seed, monitor_seed = SeedSequence(seed).spawn(3)
    persona = draw_persona(default_rng(persona_seed), {"heart_rate_per_min": 64.0, "respiratory_rate_per_min": 14.0})
    patient = VirtualPatient(persona, default_rng(patient_seed))
    monitor = BedsideMonitor(default_rng(monitor_seed), first_cuff_min=14.0, decimals=1)
    traps = _traps(minutes)
    for number in range(minutes):
        patient.advance(float(number), 0.0)
        channels = monitor.sample(number + _READ_AT_MIN, patient.vitals())
        yield RecordingRow(number, float(number), {**channels, **traps.get(number, {})})


def _traps(minutes: int) -> dict[int, dict[str, str]]:
    """What the real recording has, at fixed places: nothing connected yet, lone extreme values amid drop-outs."""
    off = {**dict.fromkeys(CHANNELS, NOT_MEASURED), **dict.fromkeys(CUFF_CHANNELS, NOTHING_DUE)}
    lone_breaths, lone_heart_rate = minutes // 3, 2 * minutes // 3
    return {
        0: {**off, "RESP": "23"},
        lone_breaths - 1: {"PULSE": NOT_MEASURED, "SpO2": NOT_MEASURED},
        lone_breaths: {**off, "HR": "53", "RESP": "2"},
        lone_heart_rate - 1: off,
        lone_heart_rate: {**off, "HR": "11.5"},
        lone_heart_rate + 1: off,
    }
