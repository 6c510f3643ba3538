"""Reads the files of this folder: a title, settings as `name: value`, words, and tables of rows between bars."""

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

FILES = sorted(Path(__file__).parent.glob("*.txt"))
CHAPTERS = (
    "Before the start", "Dose", "Vital signs", "Consciousness", "Events", "What did not come", "Life of an alert",
    "Discharge",
)  # fmt: skip
# What the session is before the first row; `failing` names an entry kind whose judging breaks.
SETTINGS = ("plan", "weight_kg", "is_monitored", "baseline", "without", "failing")
PEOPLE = ("nurse", "physician", "physician assistant", "pharmacist")
SENDERS = {"monitor": "monitor", "pump": "pump"} | {f"by {role}": role for role in PEOPLE}
_LATE = " true at "
_REFUSED = "refused: "
_SETTING = re.compile(r"([a-z_]+): (.*)")


@dataclass(frozen=True)
class Row:
    """One line of a table: the cells by the name of their column."""

    line: int
    cells: Mapping[str, str]

    @property
    def at(self) -> timedelta:
        return since_ready(self.cells["minutes"])

    @property
    def entry(self) -> str:
        return self.cells["entry"]

    def expected(self) -> dict[str, tuple[str, ...]]:
        """What the other columns say, in order."""
        return {name: listed(cell) for name, cell in self.cells.items() if name not in ("minutes", "entry")}


@dataclass(frozen=True)
class Table:
    """Rows of one session, and what the session is before the first of them."""

    settings: Mapping[str, str]
    columns: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)


@dataclass
class Specification:
    """One file. `blocks` are its paragraphs, settings and tables in their order."""

    name: str
    title: str = ""
    chapter: str = ""
    rules: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    blocks: list[str | Table] = field(default_factory=list)

    @property
    def tables(self) -> list[Table]:
        return [block for block in self.blocks if isinstance(block, Table)]

    def take_setting(self, name: str, value: str) -> None:
        if name == "chapter" and value in CHAPTERS:
            self.chapter = value
        elif name == "rules":
            self.rules += [rule.strip() for rule in value.split(",") if rule.strip() != "none"]
        elif name in SETTINGS:
            self.settings[name] = value
            self.blocks.append(f"{name}: {value}")
        else:
            raise ValueError(f"{self.name}: no such setting, {name}: {value}")

    def take_words(self, line: str, *, continues: bool) -> None:
        if continues and self.blocks and isinstance(self.blocks[-1], str):
            self.blocks[-1] += f" {line}"
        else:
            self.blocks.append(line)


@dataclass(frozen=True)
class SentEntry:
    """The middle cell: who sends which kind with which fields, whether it is refused, when a late one was true."""

    kind: str
    fields: dict[str, str]
    sender: str
    is_refused: bool
    true_at: timedelta | None


def read_specification(file: Path) -> Specification:
    found, before = Specification(file.stem), ""
    for number, line in enumerate(file.read_text().splitlines(), start=1):
        if "|" in line:
            _take_row(found, number, [cell.strip() for cell in line.split("|")], is_first="|" not in before)
        elif line.startswith("# "):
            found.title = line.removeprefix("# ")
        elif setting := _SETTING.fullmatch(line):
            found.take_setting(*setting.groups())
        elif line:
            found.take_words(line, continues=bool(before) and not _SETTING.fullmatch(before))
        before = line
    return found


def _take_row(found: Specification, number: int, cells: list[str], *, is_first: bool) -> None:
    if is_first:
        found.blocks.append(Table(dict(found.settings), tuple(cells)))
    else:
        table = found.tables[-1]
        table.rows.append(Row(number, dict(zip(table.columns, cells, strict=True))))


def read_entry(cell: str) -> SentEntry:
    words, _, late = cell.removeprefix(_REFUSED).partition(_LATE)
    sender, _, rest = words.partition(": ")
    if sender not in SENDERS:
        sender, rest = "by nurse", words
    kind, *pairs = shlex.split(rest)
    fields = dict(pair.split("=", 1) for pair in pairs)
    true_at = since_ready(late) if late else None
    return SentEntry(kind, fields, SENDERS[sender], cell.startswith(_REFUSED), true_at)


def since_ready(text: str) -> timedelta:
    minutes, _, seconds = text.partition(":")
    return timedelta(minutes=int(minutes), seconds=int(seconds or 0))


def listed(cell: str) -> tuple[str, ...]:
    return () if cell == "-" else tuple(sorted(part.strip() for part in cell.split(",")))
