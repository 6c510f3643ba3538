"""How a routine session of the live clinic is charted: a little late now and then, with a rare slip, once in a while on
a tablet that loses its Wi-Fi; in some sessions the nurse asks how far away the patient feels. All shares are our
calibration.
"""

from dataclasses import replace

from numpy.random import Generator

from simulators.scenarios.plan import START_MIN, ChairPlan, ChartingHabits, PlannedAct

_USUAL = ChartingHabits(late_share=0.03, mistyped_share=0.01)
_WIFI_LOSS_CHANCE = 0.05
_EARLIEST_LOSS_MIN = START_MIN + 5
_LOSS_LASTS_MIN = (2.0, 12.0)
_DISSOCIATION_CHANCE = 0.4
# Near the end of the infusion, where it is deepest, and when most of it should be over.
_ASKED_BEFORE_END_MIN, _ASKED_AFTER_END_MIN = 5.0, 35.0


def with_habits(plan: ChairPlan, generator: Generator) -> ChairPlan:
    """The plan as people of flesh and blood chart it."""
    is_lost = generator.random() < _WIFI_LOSS_CHANCE
    lost_min = float(generator.uniform(_EARLIEST_LOSS_MIN, START_MIN + plan.duration_min))
    back_min = lost_min + float(generator.uniform(*_LOSS_LASTS_MIN))
    acts = sorted((*plan.acts, *_dissociation(plan, generator)), key=lambda act: act.minute)
    return replace(
        plan, charting=_USUAL, acts=tuple(acts), tablet_offline_min=((lost_min, back_min),) if is_lost else ()
    )


def _dissociation(plan: ChairPlan, generator: Generator) -> tuple[PlannedAct, ...]:
    if generator.random() >= _DISSOCIATION_CHANCE:
        return ()
    end_min = START_MIN + plan.duration_min
    return tuple(
        PlannedAct(minute, "dissociation")
        for minute in (end_min - _ASKED_BEFORE_END_MIN, end_min + _ASKED_AFTER_END_MIN)
    )
