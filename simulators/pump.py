"""An infusion pump: set in steps of 0.1 mL/h, a little inaccurate, slow to start, and at times in trouble.

Two truths. What its display counts (programmed rate times time) is reported; what comes out of the line goes into the
patient. The nurse charts the rate by hand; what the pump reports by itself is its volume (`report`).

After simulators.md 4.3: a lasting error of the device, a ripple, a slack of the syringe drive that delays the start by
up to 5 min at 2 mL/h, longer below and shorter above, a dead space of the line of 1 to 2 mL. Ours: the line is primed
with drug, so that the dead space delays nothing, also not after a syringe change, which leaves it full; a new syringe
has slack of its own; the sizes of all draws.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from itertools import pairwise

from numpy.random import Generator

from simulators.scenarios.plan import PumpFault, PumpTrouble
from simulators.slow_drift import SlowDrift

_RATE_STEPS_PER_ML_PER_H = 10
# Syringe pumps stay within 2 %: standard deviation of one device's lasting error.
_DEVICE_ERROR_SD = 0.01
_RIPPLE_SD = (0.01, 0.03)
# Over a session it averages out.
_RIPPLE_RHO_PER_MIN = 0.3
# 5 min at 2 mL/h.
_MOST_SLACK_ML = 1 / 6
_DEAD_SPACE_ML = (1.0, 2.0)
# The line gives way by this much before the pump feels the pressure, within these times; it comes out as one bolus.
_COMPLIANCE_ML = (0.2, 1.0)
_SHORTEST_TO_ALARM_MIN, _LONGEST_TO_ALARM_MIN = 1.0, 20.0
_NEAR_END_MIN = 3.0
_TENFOLD = 10.0
_MIN_PER_H = 60
_STANDING = frozenset({PumpTrouble.AIR_IN_LINE, PumpTrouble.SYRINGE_CHANGE})


class PumpAlarm(StrEnum):
    """What the pump sounds for; with all but the nearly empty bag it stands still."""

    OCCLUSION = "occlusion"
    AIR_IN_LINE = "air in line"
    NEARLY_EMPTY = "nearly empty"
    EMPTY = "empty"


class Pump:
    """One pump with one bag; off when made. Minutes are those of the session.

    Faults are windows of time. Occlusion: nothing comes out while the display counts on, until the alarm stops it; at
    the end what the line has stored comes out at once. Air in the line: stands still with an alarm. Syringe change:
    stands still, then has a full syringe. Tenfold rate: what is programmed within the window runs ten times as fast,
    until it is programmed again or the window ends. After a fault the pump runs on by itself: somebody put it right.
    `delivered_mg` is all that reached the patient. A bag of None is never empty.
    """

    def __init__(
        self,
        generator: Generator,
        concentration_mg_per_ml: float,
        faults: Sequence[PumpFault] = (),
        bag_ml: float | None = None,
        *,
        is_line_primed: bool = True,
    ) -> None:
        self._generator, fault_generator = generator.spawn(2)
        self.concentration_mg_per_ml = concentration_mg_per_ml
        self.is_running = False
        self.reported_mg = self.delivered_mg = 0.0
        self.alarm: PumpAlarm | None = None
        self._faults = tuple(sorted(faults, key=lambda fault: fault.from_min))
        self._bag_ml = math.inf if bag_ml is None else bag_ml
        self._left_ml = self._bag_ml
        self._programmed_ml_per_h = 0.0
        self._slip: PumpFault | None = None
        self._minute = 0.0
        self._gain = 1 + float(self._generator.normal(0.0, _DEVICE_ERROR_SD))
        self._ripple = SlowDrift(self._generator, float(self._generator.uniform(*_RIPPLE_SD)), _RIPPLE_RHO_PER_MIN)
        self._slack_generator = fault_generator
        self._slack_ml = self._new_slack_ml()
        self._compliance_ml = float(fault_generator.uniform(*_COMPLIANCE_ML))
        self._trapped_ml = 0.0
        self._undrugged_ml = 0.0 if is_line_primed else float(fault_generator.uniform(*_DEAD_SPACE_ML))

    @property
    def programmed_ml_per_h(self) -> float:
        """The rate as meant, and as the nurse charts it."""
        return self._programmed_ml_per_h

    @programmed_ml_per_h.setter
    def programmed_ml_per_h(self, rate_ml_per_h: float) -> None:
        """Another rate is another programming, this time as meant."""
        if rate_ml_per_h != self._programmed_ml_per_h:
            self._programmed_ml_per_h, self._slip = rate_ml_per_h, None

    @property
    def display_ml_per_h(self) -> float:
        """The rate that it runs at and shows."""
        return self._rate_ml_per_h(self._minute)

    @property
    def volume_ml(self) -> float:
        """The volume infused as its display shows it, in steps of 0.1 mL."""
        return round(self.reported_mg / self.concentration_mg_per_ml, 1)

    def report(self) -> dict[str, float]:
        """What it sends of itself: the content of a `pump_volume` entry with source pump."""
        return {"volume_infused_ml": self.volume_ml}

    def put_right(self, minute: float) -> None:
        """Somebody has found the trouble: a fault that runs at `minute` ends, a later one does not come."""
        begun = [fault for fault in self._faults if fault.from_min < minute]
        self._faults = tuple(replace(fault, to_min=min(fault.to_min, minute)) for fault in begun)
        self._slip = None

    def program(self, rate_mg_per_h: float) -> float:
        """Sets the nearest rate that the pump can run, in mL/h, and returns it as the nurse believes she set it."""
        steps = rate_mg_per_h / self.concentration_mg_per_ml * _RATE_STEPS_PER_ML_PER_H
        self._programmed_ml_per_h = round(steps) / _RATE_STEPS_PER_ML_PER_H
        self._slip = self._fault(PumpTrouble.TENFOLD_RATE, self._minute)
        return self._programmed_ml_per_h

    def advance(self, minutes: float, at_minute: float) -> float:
        """Runs for `minutes` up to `at_minute`; returns the mean rate that reached the patient in mg/min."""
        self._minute = at_minute
        if minutes <= 0:
            return 0.0
        self._ripple.advance(minutes)
        start_min = at_minute - minutes
        changes = {edge for fault in self._faults for edge in (fault.from_min, fault.to_min)}
        inside = sorted(edge for edge in changes if start_min < edge < at_minute)
        reached_ml = sum(self._run(*piece) for piece in pairwise([start_min, *inside, at_minute]))
        self.delivered_mg += reached_ml * self.concentration_mg_per_ml
        return reached_ml * self.concentration_mg_per_ml / minutes

    def _run(self, from_min: float, to_min: float) -> float:
        """Runs through a time in which no fault begins or ends; returns the mL that reached the patient with drug."""
        rate = self._rate_ml_per_h(from_min)
        is_occluded = self._fault(PumpTrouble.OCCLUSION, from_min) is not None
        if self._fault(PumpTrouble.SYRINGE_CHANGE, from_min) is not None:
            self._left_ml, self._slack_ml = self._bag_ml, self._new_slack_ml()
        is_standing = not self.is_running or any(self._fault(trouble, from_min) for trouble in _STANDING)
        room_ml = self._room_ml(rate) if is_occluded else math.inf
        pushed_ml = 0.0 if is_standing else min(rate * (to_min - from_min) / _MIN_PER_H, room_ml, self._left_ml)
        self._left_ml -= pushed_ml
        self.reported_mg += pushed_ml * self.concentration_mg_per_ml
        out_ml = self._trap(pushed_ml) if is_occluded else self._push_out(pushed_ml)
        self.alarm = self._sound(from_min, rate, is_occluded=is_occluded)
        return out_ml

    def _rate_ml_per_h(self, minute: float) -> float:
        is_tenfold = self._slip is not None and minute < self._slip.to_min
        return self._programmed_ml_per_h * (_TENFOLD if is_tenfold else 1.0)

    def _fault(self, trouble: PumpTrouble, minute: float) -> PumpFault | None:
        return next(
            (one for one in self._faults if one.trouble is trouble and one.from_min <= minute < one.to_min), None
        )

    def _room_ml(self, rate_ml_per_h: float) -> float:
        """How much more it presses into a closed line before its alarm: sooner at a high rate."""
        at_least_ml = rate_ml_per_h * _SHORTEST_TO_ALARM_MIN / _MIN_PER_H
        at_most_ml = rate_ml_per_h * _LONGEST_TO_ALARM_MIN / _MIN_PER_H
        return max(min(max(self._compliance_ml, at_least_ml), at_most_ml) - self._trapped_ml, 0.0)

    def _trap(self, pushed_ml: float) -> float:
        self._trapped_ml += pushed_ml
        return 0.0

    def _push_out(self, pushed_ml: float) -> float:
        """What leaves an open line: what an occlusion had stored, and what is pushed now less slack and dead space."""
        slack_ml = min(self._slack_ml, pushed_ml)
        self._slack_ml -= slack_ml
        out_ml = (pushed_ml - slack_ml) * self._gain * (1 + self._ripple.value)
        out_ml += min(self._trapped_ml, _COMPLIANCE_ML[1])
        self._trapped_ml = 0.0
        undrugged_ml = min(self._undrugged_ml, out_ml)
        self._undrugged_ml -= undrugged_ml
        return out_ml - undrugged_ml

    def _sound(self, minute: float, rate_ml_per_h: float, *, is_occluded: bool) -> PumpAlarm | None:
        if not self.is_running or rate_ml_per_h <= 0:
            return None
        if self._fault(PumpTrouble.AIR_IN_LINE, minute) is not None:
            return PumpAlarm.AIR_IN_LINE
        if is_occluded and self._room_ml(rate_ml_per_h) <= 0:
            return PumpAlarm.OCCLUSION
        if self._left_ml <= 0:
            return PumpAlarm.EMPTY
        is_near_end = self._left_ml <= rate_ml_per_h * _NEAR_END_MIN / _MIN_PER_H
        return PumpAlarm.NEARLY_EMPTY if is_near_end else None

    def _new_slack_ml(self) -> float:
        return float(self._slack_generator.uniform(0.0, _MOST_SLACK_ML))
