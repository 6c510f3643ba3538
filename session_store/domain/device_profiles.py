"""How rows of bedside devices are read: one profile a device, as data; decoding is done here, on the server.

A drop-out is not a measurement: it becomes "could not measure" with a reason. An empty cuff column means that nothing
was due and becomes no field at all. What was sent is kept beside what was read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from session_store.domain.entries import FIELD_SPECS
from session_store.domain.entry_fields import Problem
from session_store.domain.limits import Zone

NO_SIGNAL = "no signal"
CUFF_FAILED = "cuff measurement failed"
DROP_OUT_CODES = frozenset({"--", "-1", "-32768"})


@dataclass(frozen=True, slots=True)
class Channel:
    """One column of a device: the field it fills, and whether it is due on every row or by a cuff's schedule."""

    field: str
    is_intermittent: bool = False


@dataclass(frozen=True, slots=True)
class DeviceProfile:
    """The columns of one device. `fallbacks` serve where the named field was not filled and are silent where zero."""

    name: str
    channels: Mapping[str, Channel]
    fallbacks: Mapping[str, Channel]
    known: frozenset[str]


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

DEVICE_PROFILES = {profile.name: profile for profile in (BEDSIDE_NUMERICS,)}


def decode(profile_name: str, sent: Mapping[str, str]) -> tuple[dict[str, object], list[Problem]]:
    """The vital-sign fields of one sent row. Problems name a profile or channel that is not known, or no number."""
    profile = DEVICE_PROFILES.get(profile_name)
    if profile is None:
        return {}, [Problem("device_profile", "unknown device profile", ", ".join(DEVICE_PROFILES))]
    known = {*profile.channels, *profile.fallbacks, *profile.known}
    problems = [
        Problem(f"channels.{name}", "unknown channel", ", ".join(sorted(known))) for name in sent.keys() - known
    ]
    values: dict[str, object] = {}
    not_measured: dict[str, str] = {}
    for name, channel in profile.channels.items():
        if name in sent:
            problems += _decode_channel(name, channel, sent[name], values, not_measured)
    for name, channel in profile.fallbacks.items():
        raw = sent.get(name, "").strip()
        if channel.field not in values and _is_positive(raw):
            problems += _decode_channel(name, channel, raw, values, not_measured)
    if not_measured:
        values["not_measured"] = not_measured
    return values, problems


def _decode_channel(
    name: str, channel: Channel, raw: str, values: dict[str, object], not_measured: dict[str, str]
) -> list[Problem]:
    sent = raw.strip()
    if sent == "" and channel.is_intermittent:
        return []
    if sent == "" or sent in DROP_OUT_CODES or _is_zero(sent):
        not_measured[channel.field] = CUFF_FAILED if channel.is_intermittent else NO_SIGNAL
        return []
    try:
        value = Decimal(sent)
    except InvalidOperation:
        return [Problem(f"channels.{name}", f"{sent[:20]!r} is not a number", None)]
    limits = FIELD_SPECS["vital_signs"][channel.field].limits
    if not value.is_finite() or limits is None or limits.zone(value) is Zone.IMPOSSIBLE:
        not_measured[channel.field] = f"artefact: sent {sent[:20]}"
        return []
    values[channel.field] = sent
    not_measured.pop(channel.field, None)
    return []


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
