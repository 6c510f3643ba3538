"""Bedside-monitor recordings, one row a minute: read a real one, write a small synthetic one with the same traps.

The form is that of a numerics export: `t_min` and one column a channel; a drop-out is 0, a cuff column is empty except
on the minute of measurement, an arterial line that is not connected reads 0. Lines that begin with # are remarks.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from numpy.random import SeedSequence, default_rng

from simulators.monitor import CHANNELS, NOT_MEASURED, NOTHING_DUE, BedsideMonitor
from simulators.virtual_patient import VirtualPatient, draw_persona

TIME_COLUMN = "t_min"
MIN_MINUTES, MAX_MINUTES = 30, 100_000
SYNTHETIC_REMARK = "# SYNTHETIC recording made by a simulator; no patient"


class RecordingUnreadable(Exception):
    """The file is not a recording in this form; the message says where."""


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """One row: its number from 0, its minute, its channels exactly as written."""

    number: int
    minute: float
    channels: dict[str, str]


def read_recording(path: Path) -> list[RecordingRow]:
    """All rows of a recording. Raises `RecordingUnreadable`."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            lines = [(number, line) for number, line in enumerate(file, start=1) if not line.startswith("#")]
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingUnreadable(f"{path}: {error}") from error
    if not lines:
        raise RecordingUnreadable(f"{path}: the file is empty")
    header = next(csv.reader([lines[0][1]]))
    if TIME_COLUMN not in header or len(header) < 2:
        raise RecordingUnreadable(f"{path}: the header has no column {TIME_COLUMN}")
    return [
        _row(path, line_number, number, header, line)
        for number, (line_number, line) in enumerate(line for line in lines[1:] if line[1].strip())
    ]


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


def write_recording(path: Path, rows: Iterable[RecordingRow]) -> None:
    """Writes a synthetic recording. Raises `OSError`."""
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write(SYNTHETIC_REMARK + "\n")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((TIME_COLUMN, *CHANNELS))
        for row in rows:
            writer.writerow((f"{row.minute:g}", *(row.channels[name] for name in CHANNELS)))


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
        channels = monitor.sample(float(number), patient.vitals())
        yield RecordingRow(number, float(number), {**channels, **traps.get(number, {})})


def _traps(minutes: int) -> dict[int, dict[str, str]]:
    """What the real recording has, at fixed places: nothing connected yet, lone extreme values amid drop-outs."""
    off = {**dict.fromkeys(CHANNELS, NOT_MEASURED), **dict.fromkeys(("NBPSys", "NBPDias", "NBPMean"), NOTHING_DUE)}
    lone_breaths, lone_heart_rate = minutes // 3, 2 * minutes // 3
    return {
        0: {**off, "RESP": "23"},
        lone_breaths - 1: {"PULSE": NOT_MEASURED, "SpO2": NOT_MEASURED},
        lone_breaths: {**off, "HR": "53", "RESP": "2"},
        lone_heart_rate - 1: off,
        lone_heart_rate: {**off, "HR": "11.5"},
        lone_heart_rate + 1: off,
    }
