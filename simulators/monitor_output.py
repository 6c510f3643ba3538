"""What a monitor makes of its rows on their way out: its clock, its codes, its columns, rows twice, late or not at all.

A plain monitor sends the columns of `bedside_numerics`. One that repeats its cuff, has a capnograph or gives kPa sends
the columns of `capnography_numerics`: its own clock and the time of the last cuff measurement, the pulse rate as PR.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from numpy.random import Generator

from simulators.monitor import CUFF_CHANNELS, DEVICE_PROFILE, NOT_MEASURED, NOTHING_DUE
from simulators.scenarios.plan import MonitorQuirks

CAPNOGRAPHY_PROFILE = "capnography_numerics"
_SECONDS_PER_MIN, _SECONDS_PER_DAY = 60, 86_400
_MMHG_PER_KPA = 7.50062


@dataclass(frozen=True, slots=True)
class SentRow:
    """One row as sent.

    `minute` is the time of the sample as the monitor's clock says it, in minutes since the true opening of the session.
    A duplicate is the same row once more.
    """

    minute: float
    channels: Mapping[str, str]
    device_profile: str
    is_duplicate: bool = False


class MonitorOutput:
    """The output of one monitor; rows are handed in in time order."""

    def __init__(self, generator: Generator, quirks: MonitorQuirks) -> None:
        self._generator = generator
        self._quirks = quirks
        self._held: list[SentRow] = []
        self._last_cuff = dict.fromkeys(CUFF_CHANNELS, NOTHING_DUE)
        self._last_cuff_time = NOTHING_DUE

    def rows(self, minute: float, channels: Mapping[str, str]) -> list[SentRow]:
        """What is sent at `minute` of a true row, in the order of sending; nothing while it is silent or holds it back.

        A row held back comes after the next one that is sent. One that is still held at the end is lost.
        """
        # All three are drawn for each row, so that one quirk does not move the others.
        is_held, is_doubled = (float(draw) for draw in self._generator.random(2))
        profile = device_profile(self._quirks, has_capnograph="EtCO2" in channels)
        row = SentRow(self._clock_min(minute), self._written(minute, channels), profile)
        if any(start <= minute < end for start, end in self._quirks.silent_min):
            return []
        if is_held < self._quirks.out_of_order_share and not self._held:
            self._held = [row]
            return []
        late, self._held = self._held, []
        copies = [replace(row, is_duplicate=True)] if is_doubled < self._quirks.duplicate_share else []
        return [row, *copies, *late]

    def _clock_min(self, minute: float) -> float:
        return minute + self._quirks.clock_ahead_at(minute) / _SECONDS_PER_MIN

    def _written(self, minute: float, channels: Mapping[str, str]) -> dict[str, str]:
        """The row in the device's own columns and notation."""
        columns = dict(channels)
        if self._quirks.is_etco2_in_kpa and columns.get("EtCO2", NOT_MEASURED) != NOT_MEASURED:
            columns["EtCO2"] = f"{float(columns['EtCO2']) / _MMHG_PER_KPA:.1f}"
        clock = self._clock_text(minute)
        if columns["NBPSys"] != NOTHING_DUE:
            self._last_cuff, self._last_cuff_time = {name: columns[name] for name in CUFF_CHANNELS}, clock
        elif self._quirks.repeats_cuff:
            columns |= self._last_cuff
        written = {name: write_number(text, self._quirks) for name, text in columns.items()}
        if _has_more_columns(self._quirks, has_capnograph="EtCO2" in channels):
            written["PR"] = written.pop("PULSE")
            written |= {"Time": clock, "NBPTime": self._last_cuff_time}
        return written

    def _clock_text(self, minute: float) -> str:
        """The monitor's clock, which stood at 00:00:00 when the session was opened, were it right."""
        second = round(self._clock_min(minute) * _SECONDS_PER_MIN) % _SECONDS_PER_DAY
        return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def device_profile(quirks: MonitorQuirks, *, has_capnograph: bool = False) -> str:
    """The profile by which the rows of such a monitor are read."""
    has_more_columns = _has_more_columns(quirks, has_capnograph=has_capnograph)
    unit = "_kpa" if quirks.is_etco2_in_kpa else ""
    mark = "_comma" if quirks.has_decimal_comma else ""
    return (CAPNOGRAPHY_PROFILE if has_more_columns else DEVICE_PROFILE) + unit + mark


def _has_more_columns(quirks: MonitorQuirks, *, has_capnograph: bool) -> bool:
    return quirks.repeats_cuff or quirks.is_etco2_in_kpa or has_capnograph


def write_number(text: str, quirks: MonitorQuirks) -> str:
    """A cell as this monitor writes it: its code where nothing was measured, its decimal mark."""
    if text == NOT_MEASURED:
        return quirks.drop_out_code
    return text.replace(".", ",") if quirks.has_decimal_comma else text
