"""A chair's plan: regimen, what happens when, and how the patient and the probes misbehave. Pure data.

Minutes count from the opening of the session (patient sits down); the infusion starts at `START_MIN`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

READY_MIN = 5.5
START_MIN = 6.0


@dataclass(frozen=True, slots=True)
class PlannedAct:
    """At `minute` the nurse does `kind`.

    A `rate_changed` names `rate_mg_per_kg_per_h`, a `bolus` `dose_mg_per_kg`; at the time `vital_signs` are measured,
    `dissociation` is asked about, a `pump_volume` is read. `tablet` is the one on which it is charted.
    """

    minute: float
    kind: str
    content: Mapping[str, Any] = field(default_factory=dict)
    tablet: int = 1


@dataclass(frozen=True, slots=True)
class Episode:
    """From `from_min` to `to_min` a sign of the patient is off by `change`, rising and falling over `ramp_min`."""

    sign: str
    from_min: float
    to_min: float
    change: float
    ramp_min: float = 0.5

    def at(self, minute: float) -> float:
        """The change at one minute."""
        inside = min(minute - self.from_min, self.to_min - minute)
        return self.change * min(max(inside / self.ramp_min, 0.0), 1.0)


class PumpTrouble(StrEnum):
    """What can go wrong with a pump (simulators.md 4.3)."""

    OCCLUSION = "occlusion"
    AIR_IN_LINE = "air_in_line"
    SYRINGE_CHANGE = "syringe_change"
    # Programmed ten times what was meant and charted.
    TENFOLD_RATE = "tenfold_rate"


@dataclass(frozen=True, slots=True)
class PumpFault:
    """From `from_min` to `to_min` the pump has this trouble."""

    trouble: PumpTrouble
    from_min: float
    to_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorQuirks:
    """What one monitor does to its numbers on the way out (simulators.md 4.2). As made: none of it."""

    # What it writes where there was no signal: "0", "", "--", "-1" or "-32768".
    drop_out_code: str = "0"
    # The last cuff values stand on every row until the next cycle.
    repeats_cuff: bool = False
    # How far its clock is ahead of the true time; negative: behind.
    clock_ahead_s: float = 0.0
    # At this minute its clock is put on by `clock_jump_s`: an hour for summer time, -3600 back from it.
    clock_jump_min: float | None = None
    clock_jump_s: float = 3600.0
    duplicate_share: float = 0.0
    out_of_order_share: float = 0.0
    has_decimal_comma: bool = False
    is_etco2_in_kpa: bool = False
    # Windows (from, to) in which it sends nothing at all.
    silent_min: tuple[tuple[float, float], ...] = ()

    def clock_ahead_at(self, minute: float) -> float:
        """Seconds by which its clock is ahead at a minute of the session."""
        is_after_jump = self.clock_jump_min is not None and minute >= self.clock_jump_min
        return self.clock_ahead_s + (self.clock_jump_s if is_after_jump else 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartingHabits:
    """How a nurse charts. As made: at once and without a slip; shares are of hand-charted sets."""

    # She writes this share down later, with the time at which she measured.
    late_share: float = 0.0
    late_by_min: float = 8.0
    # A typing slip that she sees a while later and amends, with a reason.
    mistyped_share: float = 0.0
    amended_after_min: float = 4.0
    # How long after an alert at her chair was raised she answers it; None: the desk does.
    acknowledges_after_min: float | None = None


@dataclass(frozen=True, slots=True)
class StartOverride:
    """What is not clear before a start, by readiness item, and why the physician lets the start through."""

    reason: str
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChairPlan:
    """One session as planned."""

    name: str
    story: str
    rate_mg_per_kg_per_h: float
    duration_min: int
    concentration_mg_per_ml: float = 2.0
    is_monitored: bool = True
    # How much of the session lies in the past when a demonstration begins.
    seed_min: float = 40.0
    # Between two hand-charted sets of vital signs, once they are not due more often.
    round_min: float = 5.0
    recovery_round_min: float = 10.0
    pain_round_min: float = 12.0
    recovery_min: float = 64.0
    acts: tuple[PlannedAct, ...] = ()
    episodes: tuple[Episode, ...] = ()
    # Fields of the persona that the story needs; all others are drawn.
    persona: Mapping[str, Any] = field(default_factory=dict)
    # What is charted as the weight, and dosed by, where it is not the true one.
    charted_weight_kg: float | None = None
    # CTCAE grade with which nausea is charted when the patient gets it; None: nausea only as `acts` have it.
    nausea_grade: int | None = None
    # 1 is an awake outpatient; it scales drop-outs, failed cuffs and motion.
    restlessness: float = 0.5
    # Windows (from, to) in which the finger probe is off.
    probe_off_min: tuple[tuple[float, float], ...] = ()
    has_pain_before: bool = True
    has_pain_after: bool = True
    start_override: StartOverride | None = None
    sedation_scale: str = "rass"
    pump_faults: tuple[PumpFault, ...] = ()
    # People at the screens end the infusion and let the patient go (a drill); the simulated nurse does neither.
    is_ended_by_people: bool = False
    # What the pump can give before it is empty; None: enough.
    pump_bag_ml: float | None = None
    # How often the pump sends the volume that it shows; None: it has no interface.
    pump_reports_every_min: float | None = None
    has_capnograph: bool = False
    # The oximeter loses its signal while the cuff is inflated.
    is_cuff_on_probe_arm: bool = False
    monitor_quirks: MonitorQuirks = MonitorQuirks()
    charting: ChartingHabits = ChartingHabits()
    # Windows (from, to) in which the first tablet has no Wi-Fi; what is charted then is sent when it is back.
    tablet_offline_min: tuple[tuple[float, float], ...] = ()
