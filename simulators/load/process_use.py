"""CPU and memory of a process: from `/proc` by its id, or of the server from `/metrics` where that tells them."""

import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

_CPU_METRIC, _MEMORY_METRIC = "process_cpu_seconds_total", "process_resident_memory_bytes"
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Use:
    """CPU seconds since the process began, and resident bytes now."""

    cpu_s: float
    resident_bytes: float


Read = Callable[[], Use | None]


def of_process(pid: int) -> Use | None:
    """What Linux says of a process; None where there is no such process or no `/proc`."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError, ValueError):
        return None
    # The name, in brackets, may hold anything; user and system time are the 12th and 13th fields after it.
    after_name = stat.rpartition(")")[2].split()
    ticks = int(after_name[11]) + int(after_name[12])
    return Use(ticks / os.sysconf("SC_CLK_TCK"), pages * os.sysconf("SC_PAGE_SIZE"))


def of_metrics(url: str) -> Use | None:
    """What the server's `/metrics` says of its process, by the usual names; None where it does not."""
    try:
        with httpx.Client(transport=httpx.HTTPTransport(), timeout=5) as client:
            text = client.get(f"{url.rstrip('/')}/metrics").text
    except httpx.TransportError:
        return None
    cpu_s, resident = _metric(text, _CPU_METRIC), _metric(text, _MEMORY_METRIC)
    return None if cpu_s is None or resident is None else Use(cpu_s, resident)


def _metric(text: str, name: str) -> float | None:
    found = re.search(rf"^{name} (\S+)$", text, re.MULTILINE)
    return float(found.group(1)) if found else None


class UseWatch:
    """The use over a time: `sample` it again and again. CPU is in percent of one core, memory its highest sample."""

    def __init__(self, read: Read, clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._first: tuple[float, Use] | None = None
        self._last: tuple[float, Use] | None = None
        self._highest_bytes = 0.0

    def sample(self) -> None:
        """Looks once."""
        use = self._read()
        if use is None:
            return
        self._last = (self._clock(), use)
        self._first = self._first or self._last
        self._highest_bytes = max(self._highest_bytes, use.resident_bytes)

    @property
    def cpu_percent(self) -> float | None:
        """CPU between the first and the last sample; None with fewer than two."""
        if self._first is None or self._last is None or self._last[0] <= self._first[0]:
            return None
        return 100 * (self._last[1].cpu_s - self._first[1].cpu_s) / (self._last[0] - self._first[0])

    @property
    def highest_mib(self) -> float | None:
        """The highest resident memory of all samples."""
        return self._highest_bytes / _MIB if self._first is not None else None
