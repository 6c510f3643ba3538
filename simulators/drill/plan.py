"""What a drill plays of a scenario: the trouble, and none of the answers, which are the team's to give. Pure.

Up to the trouble the scenario runs as it is. From then on nobody of the simulated staff charts, pauses, gives or
acknowledges anything; the monitor goes on, the pump follows what people record, and what the patient says or shows is
told by cues.
"""

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from simulators.scenarios.plan import ChairPlan, ChartingHabits, PlannedAct
from simulators.scenarios.scenario import Scenario

PATIENT_LABEL = "DRILL-1"
CHAIR_LABEL = "D"
# Our choice: time to find the tile and look at the trend before anything happens.
LEAD_MIN = 2.0
# What a nurse charts of what she sees; notes tell what was done, and so would tell the answer.
_SHOWN_KINDS = frozenset({"adverse_effect", "sedation", "dissociation", "pain_score"})
_UNSHOWN = frozenset({"action_taken"})
_FIELD_WORDS = {"ctcae_grade": "grade ", "level": "level ", "score": "score "}


@dataclass(frozen=True, slots=True)
class Cue:
    """At `minute` the team is told what the patient says or shows."""

    minute: float
    words: str


def is_drillable(scenario: Scenario) -> bool:
    """Whether there is something to answer, and not by a simulated tablet: those of a drill are the team's own."""
    is_of_tablet = any(expected.rule.startswith("tablet.") for expected in scenario.must_raise)
    return bool(scenario.answering_kinds) and not is_of_tablet


def drill_plan(scenario: Scenario) -> ChairPlan:
    """The scenario's plan without what its nurse does after the trouble begins; clocks right, tablet online, and
    nothing charted late, so that the past is whole when the team takes over.

    What goes wrong lasts until somebody treats: an anaphylaxis that ends by itself would teach to wait.
    """
    plan, trouble_min = scenario.plan, scenario.trouble_min
    return replace(
        plan,
        acts=tuple(act for act in plan.acts if act.minute <= trouble_min),
        episodes=tuple(replace(one, to_min=math.inf) if one.to_min > trouble_min else one for one in plan.episodes),
        pump_faults=tuple(
            replace(one, to_min=math.inf) if one.to_min > trouble_min else one for one in plan.pump_faults
        ),
        is_ended_by_people=True,
        persona={**plan.persona, "patient_label": PATIENT_LABEL},
        charting=ChartingHabits(),
        tablet_offline_min=(),
        monitor_quirks=replace(plan.monitor_quirks, clock_ahead_s=0.0),
    )


def cues(scenario: Scenario) -> tuple[Cue, ...]:
    """What the scenario's nurse would have charted of the patient after the trouble begins, in words, in time order."""
    later = [
        act
        for act in scenario.plan.acts
        if act.minute > scenario.trouble_min and act.kind in _SHOWN_KINDS and act.content
    ]
    return tuple(Cue(act.minute, _words(act)) for act in sorted(later, key=lambda act: act.minute))


def _words(act: PlannedAct) -> str:
    """As "near syncope, grade 2" or "sedation rass, level 2"."""
    shown = (f"{_FIELD_WORDS.get(name, '')}{value}" for name, value in act.content.items() if name not in _UNSHOWN)
    kind = "" if act.kind == "adverse_effect" else f"{act.kind} "
    return f"{kind}{', '.join(shown)}".replace("_", " ")


@dataclass(frozen=True, slots=True)
class DrillTimes:
    """When the session was opened, when the trouble begins, when the drill ends."""

    opened_at: datetime
    trouble_at: datetime
    ends_at: datetime


def past_min(scenario: Scenario) -> float:
    """How many minutes of the session lie in the past when people begin to watch."""
    return max(scenario.trouble_min - LEAD_MIN, 0.0)


def behind_at_start(scenario: Scenario, speed: float | None) -> timedelta:
    """How far in the past the session begins, so that a past played at `speed` has caught up exactly when the live
    part begins; at speed 1 nothing lies in the past."""
    if speed is None:
        return timedelta(minutes=past_min(scenario))
    return timedelta(minutes=past_min(scenario) * (speed - 1) / speed)


def drill_times(scenario: Scenario, opened_at: datetime, minutes: float) -> DrillTimes:
    """The times of a drill that lasts `minutes` from the trouble on."""
    trouble_at = opened_at + timedelta(minutes=scenario.trouble_min)
    return DrillTimes(opened_at, trouble_at, trouble_at + timedelta(minutes=minutes))
