"""One session of a load run: an ordinary session of the simulated clinic, at the rates of the run.

The paperwork, the patient, the monitor and the nurse are those of the clinic. The monitors read on grids that are
spread evenly over all sessions. The nurse makes a round as often as the run's rate of hand entries asks; the infusions
have run for different times, up to a round, when the run begins, so that the rounds are spread as well.
"""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from numpy.random import SeedSequence

from simulators.chair import ChairSession, Door, JsonEntry, Outgoing
from simulators.identifiers import named_uuid7
from simulators.load.plan import LoadPlan
from simulators.scenarios.plan import START_MIN, ChairPlan
from simulators.staff import Staff

# Vital signs and the sedation level; a pain score comes with some rounds besides.
ENTRIES_A_ROUND = 2
# The infusion does not end by itself within the run.
_SPARE_MIN = 120
# A round follows a start within 5 min; a little less, so that hardly any lies in the past.
_FIRST_ROUND_MIN, _OF_A_ROUND = 5.0, 0.9
# Steps of the golden ratio spread the ages evenly and apart from the grids of the monitors.
_GOLDEN = 0.6180339887498949


class LoadSession:
    """The session numbered `number` of a run; `spread_from` is the moment that all grids of the run count from.

    Its infusion began before `now`. Of the time between, the nurse's entries are sent late, the monitor's are not.
    """

    def __init__(self, number: int, plan: LoadPlan, staff: Staff, spread_from: datetime, now: datetime) -> None:
        self._interval = timedelta(seconds=plan.reading_interval_s)
        age = timedelta(minutes=_first_round_min(plan) * (number * _GOLDEN % 1))
        start = _last_on_grid(spread_from + self._interval * (number / plan.sessions), self._interval, now - age)
        seed = SeedSequence(plan.seed, spawn_key=(number,))
        self._chair = ChairSession(
            _chair_plan(number, plan), f"L{number + 1}", start - timedelta(minutes=START_MIN), seed,
            step_s=plan.reading_interval_s, staff=staff,
        )  # fmt: skip
        self._start = start
        self._now = now
        self._steps_taken = 0
        self.has_started = False

    @property
    def session_id(self) -> UUID:
        """Made from the seed, the number and the time of the opening."""
        return self._chair.session_id

    @property
    def opening(self) -> Sequence[JsonEntry]:
        """The plan and all that is charted before a start."""
        return self._chair.opening

    @property
    def next_due(self) -> datetime:
        """When the next step is due; the first is the start of the infusion."""
        return self._start + self._interval * self._steps_taken

    @property
    def is_behind(self) -> bool:
        """Whether the next step lies before the moment at which this session was made."""
        return self.next_due <= self._now

    def take_step(self) -> list[list[Outgoing]]:
        """What is sent at the next step: one request each for what the nurse charted and for the monitor's reading."""
        # A millisecond more: the chair rounds its times to whole ones.
        outgoing = list(self._chair.entries_until(self.next_due + timedelta(milliseconds=1)))
        if self.next_due <= self._now - self._interval:
            outgoing = [one for one in outgoing if one.door is not Door.DEVICE]
        self._steps_taken += 1
        return [list(run) for _, run in groupby(outgoing, key=lambda one: one.door)]

    def closing(self, at: datetime) -> list[JsonEntry]:
        """What ends the session at a moment: broken off, or cancelled where the infusion never started."""
        if not self.has_started:
            return [self._closing_entry("session_cancelled", at)]
        return [self._closing_entry("infusion_ended", at), self._closing_entry("session_aborted", at)]

    def _closing_entry(self, kind: str, at: datetime) -> dict[str, Any]:
        return {
            "entry_id": str(named_uuid7(f"{self.session_id} {kind}", at)),
            "kind": kind,
            "effective_at": at.isoformat(),
            "source": "hand",
            "is_simulated": True,
            "reason": "other" if kind == "infusion_ended" else "end of a load run",
        }


def _chair_plan(number: int, plan: LoadPlan) -> ChairPlan:
    return ChairPlan(
        name="load",
        story="one of many equal sessions",
        rate_mg_per_kg_per_h=0.4,
        duration_min=math.ceil(plan.minutes) + _SPARE_MIN,
        round_min=_round_min(plan),
        persona={
            "patient_label": f"LOAD-{plan.run_label}-{number + 1:04d}",
            "second_identifier": f"SIM-{plan.run_label}-{number + 1:04d}",
        },
    )


def _round_min(plan: LoadPlan) -> float:
    return ENTRIES_A_ROUND / plan.hand_entries_per_min


def _first_round_min(plan: LoadPlan) -> float:
    return min(_round_min(plan), _FIRST_ROUND_MIN) * _OF_A_ROUND


def _last_on_grid(first: datetime, interval: timedelta, now: datetime) -> datetime:
    """The last moment up to `now` of the grid that has `first` on it."""
    return first + interval * math.floor((now - first) / interval)
