"""How rows of bedside devices are read: one profile a device, as data; decoding is done here, on the server.

A drop-out is not a measurement: it becomes "could not measure" with a reason. An empty cuff column means that nothing
was due and becomes no field at all. What was sent is kept beside what was read.

Some devices repeat the last cuff values on every row until the next cycle. Old is never shown as new, and one row does
not tell old values from new ones that are equal: the profile of such a device names two columns with times by the
device's own clock, that of the row and that of the last measurement. The cuff counts in the one row within whose
interval it was measured; in all others it is no field. How far that clock is off does not matter. A cuff value without
a readable time of measurement is no field either, and the pressure becomes overdue.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from session_store.domain.entries import FIELD_SPECS
from session_store.domain.entry_fields import Problem
from session_store.domain.limits import Zone
from session_store.domain.typed_units import TYPED_UNITS

NO_SIGNAL = "no signal"
CUFF_FAILED = "cuff measurement failed"
DROP_OUT_CODES = frozenset({"--", "-1", "-32768"})
_CLOCK_FORMAT = "%H:%M:%S"
_CLOCK_WORDS = "HH:MM:SS"
_DAY = timedelta(days=1)
# A field typed in another unit stands for this sign.
_SIGN_OF = {unit.typed: unit.stored for unit in TYPED_UNITS}


@dataclass(frozen=True, slots=True)
class Channel:
    """One column of a device: the field it fills, and whether it is due on every row or by a cuff's schedule."""

    field: str
    is_intermittent: bool = False

    @property
    def sign(self) -> str:
        """The vital sign of the field, in whichever unit the device gives it."""
        return _SIGN_OF.get(self.field, self.field)


@dataclass(frozen=True, slots=True)
class RepeatedCuff:
    """Where a device that repeats its cuff says when a row was made and when its cuff measured, as HH:MM:SS.

    A device whose rows are further apart than `row_interval` needs a profile of its own: most of its measurements would
    lie before the row's interval.
    """

    row_time: str
    cuff_time: str
    row_interval: timedelta


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """The columns of one device. `fallbacks` serve where the named field was not filled and are silent where zero.

    `known` columns are kept as sent only. The `decimal_mark` is the one the device writes; the other is no number.
    """

    name: str
    channels: Mapping[str, Channel]
    fallbacks: Mapping[str, Channel]
    known: frozenset[str]
    decimal_mark: str = "."
    repeated_cuff: RepeatedCuff | None = None

    @property
    def columns(self) -> frozenset[str]:
        """Every column it may send."""
        times = (self.repeated_cuff.row_time, self.repeated_cuff.cuff_time) if self.repeated_cuff else ()
        return frozenset({*self.channels, *self.fallbacks, *self.known, *times})

    def with_decimal_point(self, sent: str) -> str:
        """A sent number with a point; empty where it has the mark that this device does not write."""
        if self.decimal_mark == ".":
            return sent
        return "" if "." in sent else sent.replace(self.decimal_mark, ".")


# One-minute numerics of a bedside monitor. PULSE repeats HR from the oximeter and is kept as sent only; the arterial
# line fills the pressures where it is connected and is ignored where it reads zero.
BEDSIDE_NUMERICS = DeviceProfile(
    name="bedside_numerics",
    channels={
        "HR": Channel("heart_rate_per_min"),
        "RESP": Channel("respiratory_rate_per_min"),
        "SpO2": Channel("spo2_percent"),
        "NBPSys": Channel("systolic_mmhg", is_intermittent=True),
        "NBPDias": Channel("diastolic_mmhg", is_intermittent=True),
        "NBPMean": Channel("mean_arterial_mmhg", is_intermittent=True),
    },
    fallbacks={
        "ABPSys": Channel("systolic_mmhg"),
        "ABPDias": Channel("diastolic_mmhg"),
        "ABPMean": Channel("mean_arterial_mmhg"),
    },
    known=frozenset({"PULSE"}),
)

# A monitor with a capnograph, a row every 10 s, cuff repeated. The oximeter's pulse is called PR here; the perfusion
# index is kept as sent.
CAPNOGRAPHY_NUMERICS = replace(
    BEDSIDE_NUMERICS,
    name="capnography_numerics",
    channels={**BEDSIDE_NUMERICS.channels, "EtCO2": Channel("end_tidal_co2_mmhg")},
    known=frozenset({"PR", "Perf"}),
    repeated_cuff=RepeatedCuff("Time", "NBPTime", timedelta(seconds=10)),
)
CAPNOGRAPHY_NUMERICS_KPA = replace(
    CAPNOGRAPHY_NUMERICS,
    name="capnography_numerics_kpa",
    channels={**BEDSIDE_NUMERICS.channels, "EtCO2": Channel("end_tidal_co2_kpa")},
)


def _with_comma(profile: DeviceProfile) -> DeviceProfile:
    """The same device set to a language that writes a decimal comma."""
    return replace(profile, name=f"{profile.name}_comma", decimal_mark=",")


_WITH_POINT = (BEDSIDE_NUMERICS, CAPNOGRAPHY_NUMERICS, CAPNOGRAPHY_NUMERICS_KPA)
DEVICE_PROFILES = {one.name: one for one in (*_WITH_POINT, *map(_with_comma, _WITH_POINT))}


def decode(profile_name: str, sent: Mapping[str, str]) -> tuple[dict[str, object], list[Problem]]:
    """The vital-sign fields of one sent row. Problems name a profile or channel that is not known, or no number."""
    profile = DEVICE_PROFILES.get(profile_name)
    if profile is None:
        return {}, [Problem("device_profile", "unknown device profile", ", ".join(DEVICE_PROFILES))]
    known = profile.columns
    problems = [
        Problem(f"channels.{name}", "unknown channel", ", ".join(sorted(known))) for name in sent.keys() - known
    ]
    problems += _missing_times(profile, sent)
    is_cuff_new = profile.repeated_cuff is None or _is_measured_now(profile.repeated_cuff, sent)
    row = _Row(profile)
    for name, channel in profile.channels.items():
        if name in sent and (is_cuff_new or not channel.is_intermittent):
            problems += row.decode(name, channel, sent[name])
    for name, channel in profile.fallbacks.items():
        raw = sent.get(name, "").strip()
        if channel.field not in row.values and _is_positive(profile.with_decimal_point(raw)):
            problems += row.decode(name, channel, raw)
    return row.fields(), problems


class _Row:
    """What is read of one row so far."""

    def __init__(self, profile: DeviceProfile) -> None:
        self._profile = profile
        self.values: dict[str, object] = {}
        self._not_measured: dict[str, str] = {}

    def fields(self) -> dict[str, object]:
        """The values, and what could not be measured with its reasons."""
        return {**self.values, "not_measured": self._not_measured} if self._not_measured else self.values

    def decode(self, name: str, channel: Channel, raw: str) -> list[Problem]:
        """One column, read into a value, a reason or nothing."""
        sent = raw.strip()
        if sent == "" and channel.is_intermittent:
            return []
        number = self._profile.with_decimal_point(sent)
        if sent == "" or sent in DROP_OUT_CODES or _is_zero(number):
            self._not_measured[channel.sign] = CUFF_FAILED if channel.is_intermittent else NO_SIGNAL
            return []
        try:
            value = Decimal(number)
        except InvalidOperation:
            return [Problem(f"channels.{name}", f"{sent[:20]!r} is not a number", self._notation())]
        limits = FIELD_SPECS["vital_signs"][channel.field].limits
        if not value.is_finite() or limits is None or limits.zone(value) is Zone.IMPOSSIBLE:
            self._not_measured[channel.sign] = f"artefact: sent {sent[:20]}"
            return []
        self.values[channel.field] = number
        self._not_measured.pop(channel.sign, None)
        return []

    def _notation(self) -> str | None:
        return None if self._profile.decimal_mark == "." else "a number with a decimal comma"


def _missing_times(profile: DeviceProfile, sent: Mapping[str, str]) -> Iterator[Problem]:
    """A device that repeats its cuff says when it measured: without those columns nobody can tell old from new."""
    cuff = profile.repeated_cuff
    has_cuff = any(name in sent for name, channel in profile.channels.items() if channel.is_intermittent)
    if cuff is None or not has_cuff:
        return
    for name in (cuff.row_time, cuff.cuff_time):
        text = sent.get(name)
        if text is None:
            yield Problem(f"channels.{name}", "missing: this device repeats its cuff", _CLOCK_WORDS)
        elif text.strip() not in ("", *DROP_OUT_CODES) and _clock(text) is None:
            yield Problem(f"channels.{name}", f"{text.strip()[:20]!r} is not a time", _CLOCK_WORDS)


def _is_measured_now(cuff: RepeatedCuff, sent: Mapping[str, str]) -> bool:
    """Whether the cuff measured within the interval of this row, also over midnight of the device's clock."""
    row, measured = _clock(sent.get(cuff.row_time, "")), _clock(sent.get(cuff.cuff_time, ""))
    return row is not None and measured is not None and (row - measured) % _DAY < cuff.row_interval


def _clock(text: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), _CLOCK_FORMAT)
    except ValueError:
        return None


def _is_zero(sent: str) -> bool:
    try:
        return Decimal(sent) == 0
    except InvalidOperation:
        return False


def _is_positive(sent: str) -> bool:
    try:
        return Decimal(sent) > 0
    except InvalidOperation:
        return False
