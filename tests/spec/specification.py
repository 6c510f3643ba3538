"""Reads the ASCII tables of this folder: words, then settings as `name: value`, then rows between bars."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

LATE = " true at "


@dataclass(frozen=True)
class Row:
    """One line of a table; `sounding` is None where the table has no such column."""

    line: int
    minutes: str
    entry: str
    alerts: tuple[str, ...]
    sounding: tuple[str, ...] | None

    @property
    def at(self) -> timedelta:
        return since_ready(self.minutes)


@dataclass(frozen=True)
class SentEntry:
    """The middle cell: kind, fields, whether by the monitor, and the minutes at which a late one was true."""

    kind: str
    fields: dict[str, str]
    is_monitor: bool
    true_at: timedelta | None


@dataclass
class Specification:
    """One file."""

    settings: dict[str, str] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)


def read_specification(file: Path) -> Specification:
    found = Specification()
    columns: list[str] = []
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) > 1 and not columns:
            columns = cells
        elif len(cells) > 1:
            found.rows.append(_row(number, dict(zip(columns, cells, strict=True))))
        elif not columns and ": " in line and not line.startswith("#"):
            name, value = line.split(": ", 1)
            found.settings[name.strip()] = value.strip()
    return found


def read_entry(cell: str) -> SentEntry:
    words, _, late = cell.partition(LATE)
    is_monitor = words.startswith("monitor: ")
    kind, *pairs = words.removeprefix("monitor: ").split()
    fields = dict(pair.split("=", 1) for pair in pairs)
    return SentEntry(kind, fields, is_monitor, since_ready(late) if late else None)


def since_ready(text: str) -> timedelta:
    minutes, _, seconds = text.partition(":")
    return timedelta(minutes=int(minutes), seconds=int(seconds or 0))


def _row(number: int, cells: dict[str, str]) -> Row:
    sounding = cells.get("sounding")
    listed = None if sounding is None else _listed(sounding)
    return Row(number, cells["minutes"], cells["entry"], _listed(cells["alerts after"]), listed)


def _listed(cell: str) -> tuple[str, ...]:
    return () if cell == "-" else tuple(sorted(part.strip() for part in cell.split(",")))
