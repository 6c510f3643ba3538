"""What a disk may hold after the power was cut at some point of a recorded run (`record_writes.c`).

Kept for certain is only what was synced: a file's bytes and length by its own fsync; that a name was made, taken away
or given to another file by an fsync of the folder (the strict model: file systems may be kinder). Of everything else,
each operation is by chance kept, dropped, done in part, or torn into sectors of 512 bytes. A name that is made again is
a new file: it never finds the bytes of the one before.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

SECTOR = 512
ACKNOWLEDGED = "acknowledged"
REBUILT = ("-shm",)


@dataclass(frozen=True, slots=True)
class Operation:
    """One line of the journal; for `R` the data are the old and the new name."""

    letter: str
    file: int
    a: int
    b: int
    data: bytes


def read_journal(path: Path) -> Iterator[Operation]:
    """The operations in the order in which they happened."""
    with path.open("rb") as journal:
        while line := journal.readline():
            letter, file, a, b, length = line.split()
            yield Operation(letter.decode(), int(file), int(a), int(b), journal.read(int(length)))


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one file that is not synced yet: bytes at an offset, or (None) a new length."""

    offset: int
    data: bytes | None

    def do(self, content: bytearray) -> None:
        if self.data is None:
            if self.offset <= len(content):
                del content[self.offset :]
            else:
                content.extend(bytes(self.offset - len(content)))
            return
        if self.offset > len(content):
            content.extend(bytes(self.offset - len(content)))
        content[self.offset : self.offset + len(self.data)] = self.data


@dataclass(eq=False, slots=True)
class DiskFile:
    """One file: what is safe, and what was done since."""

    safe: bytearray = field(default_factory=bytearray)
    pending: list[Change] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.pending:
            change.do(self.safe)
        self.pending.clear()


@dataclass(frozen=True, slots=True)
class Renaming:
    """A name that now stands for another file, or for none."""

    name: str
    file: DiskFile | None


class Disk:
    """The folder as the replay has reached it."""

    def __init__(self) -> None:
        self._names: dict[str, DiskFile] = {}
        self._safe_names: dict[str, DiskFile] = {}
        self._pending_names: list[Renaming] = []
        self._open: dict[int, DiskFile | None] = {}
        self.told = bytearray()

    def do(self, operation: Operation) -> None:
        """One more operation happened."""
        _DOERS[operation.letter](self, operation)

    def _opened(self, operation: Operation) -> None:
        name = operation.data.decode()
        if name == ".":
            self._open[operation.file] = None
            return
        if not operation.a:
            self._rename(name, DiskFile())
        file = self._open[operation.file] = self._names[name]
        if operation.b:
            file.pending.append(Change(0, None))

    def _rename(self, name: str, file: DiskFile | None) -> None:
        self._pending_names.append(Renaming(name, file))
        _give_name(self._names, name, file)

    def _written(self, operation: Operation) -> None:
        file = self._open[operation.file]
        assert file is not None
        if file is self._names.get(ACKNOWLEDGED):
            self.told += operation.data
        else:
            file.pending.append(Change(operation.a, operation.data))

    def _sized(self, operation: Operation) -> None:
        file = self._open[operation.file]
        assert file is not None
        file.pending.append(Change(operation.a, None))

    def _synced(self, operation: Operation) -> None:
        file = self._open[operation.file]
        if file is not None:
            file.sync()
            return
        for one in self._pending_names:
            _give_name(self._safe_names, one.name, one.file)
        self._pending_names.clear()

    def _closed(self, operation: Operation) -> None:
        self._open.pop(operation.file, None)

    def _unlinked(self, operation: Operation) -> None:
        self._rename(operation.data.decode(), None)

    def _renamed(self, operation: Operation) -> None:
        old, new = operation.data.decode().split("\0")
        self._rename(new, self._names[old])
        self._rename(old, None)

    def after_power_loss(self, rng: random.Random) -> dict[str, bytes]:
        """One of the states in which the disk may be found, by file name."""
        keep = rng.choice((0.0, 0.2, 0.5, 0.8, 1.0))
        names = dict(self._safe_names)
        for one in self._pending_names:
            if rng.random() < keep:
                _give_name(names, one.name, one.file)
        return {
            name: _survived(file, rng, keep)
            for name, file in names.items()
            if name != ACKNOWLEDGED and not name.endswith(REBUILT)
        }


def _give_name(names: dict[str, DiskFile], name: str, file: DiskFile | None) -> None:
    names.pop(name, None)
    if file is not None:
        names[name] = file


_DOERS = {
    "O": Disk._opened,
    "W": Disk._written,
    "T": Disk._sized,
    "S": Disk._synced,
    "X": Disk._closed,
    "U": Disk._unlinked,
    "R": Disk._renamed,
}


def _survived(file: DiskFile, rng: random.Random, keep: float) -> bytes:
    content = bytearray(file.safe)
    for change in file.pending:
        chance = rng.random()
        if chance < keep:
            change.do(content)
        elif chance < keep + (1 - keep) / 2 and change.data is not None:
            for part in _parts(change.offset, change.data, rng):
                part.do(content)
    return bytes(content)


def _parts(offset: int, data: bytes, rng: random.Random) -> list[Change]:
    """A write that was under way: its beginning, or some of its sectors."""
    if rng.random() < 0.5:
        return [Change(offset, data[: rng.randrange(len(data) + 1)])]
    edges = [0, *range(SECTOR - offset % SECTOR, len(data), SECTOR), len(data)]
    pieces = [Change(offset + start, data[start:end]) for start, end in pairwise(edges)]
    return [piece for piece in pieces if rng.random() < 0.5]
