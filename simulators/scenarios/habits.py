"""How a routine session of the live clinic is charted: a little late now and then, with a rare slip, once in a while on
a tablet that loses its Wi-Fi; in some sessions the nurse asks how far away the patient feels. Every chair has a monitor
with the habits of some maker. All shares are our calibration.
"""

from dataclasses import replace

from numpy.random import Generator

from simulators.scenarios.plan import START_MIN, ChairPlan, ChartingHabits, MonitorQuirks, PlannedAct

_USUAL = ChartingHabits(late_share=0.03, mistyped_share=0.01)
_WIFI_LOSS_CHANCE = 0.05
_EARLIEST_LOSS_MIN = START_MIN + 5
_LOSS_LASTS_MIN = (2.0, 12.0)
_DISSOCIATION_CHANCE = 0.4
# Near the end of the infusion, where it is deepest, and when most of it should be over.
_ASKED_BEFORE_END_MIN, _ASKED_AFTER_END_MIN = 5.0, 35.0
_WRONG_CLOCK_CHANCE, _LARGEST_CLOCK_ERROR_S = 0.3, 90.0
_BAD_NETWORK_CHANCE, _BAD_NETWORK_SHARE = 0.15, 0.02
_REPEATED_CUFF_CHANCE, _DECIMAL_COMMA_CHANCE, _CAPNOGRAPH_IN_KPA_CHANCE = 0.15, 0.1, 0.05
_DROP_OUT_CODES, _DROP_OUT_SHARES = ("0", "", "--", "-1", "-32768"), (0.4, 0.15, 0.2, 0.1, 0.15)


def with_habits(plan: ChairPlan, generator: Generator) -> ChairPlan:
    """The plan as people of flesh and blood chart it."""
    is_lost = generator.random() < _WIFI_LOSS_CHANCE
    lost_min = float(generator.uniform(_EARLIEST_LOSS_MIN, START_MIN + plan.duration_min))
    back_min = lost_min + float(generator.uniform(*_LOSS_LASTS_MIN))
    acts = sorted((*plan.acts, *_dissociation(plan, generator)), key=lambda act: act.minute)
    return replace(
        plan,
        charting=_USUAL,
        acts=tuple(acts),
        tablet_offline_min=((lost_min, back_min),) if is_lost else (),
        monitor_quirks=_monitor(generator),
    )


def _monitor(generator: Generator) -> MonitorQuirks:
    """The monitor of a chair: its drop-out code, a clock that is off, rows twice or overtaken, its notation."""
    clock_error_s = float(generator.uniform(-_LARGEST_CLOCK_ERROR_S, _LARGEST_CLOCK_ERROR_S))
    unreliable = _BAD_NETWORK_SHARE if generator.random() < _BAD_NETWORK_CHANCE else 0.0
    return MonitorQuirks(
        drop_out_code=str(generator.choice(_DROP_OUT_CODES, p=_DROP_OUT_SHARES)),
        clock_ahead_s=round(clock_error_s) if generator.random() < _WRONG_CLOCK_CHANCE else 0.0,
        duplicate_share=unreliable,
        out_of_order_share=unreliable,
        repeats_cuff=bool(generator.random() < _REPEATED_CUFF_CHANCE),
        has_decimal_comma=bool(generator.random() < _DECIMAL_COMMA_CHANCE),
        is_etco2_in_kpa=bool(generator.random() < _CAPNOGRAPH_IN_KPA_CHANCE),
    )


def _dissociation(plan: ChairPlan, generator: Generator) -> tuple[PlannedAct, ...]:
    if generator.random() >= _DISSOCIATION_CHANCE:
        return ()
    end_min = START_MIN + plan.duration_min
    return tuple(
        PlannedAct(minute, "dissociation")
        for minute in (end_min - _ASKED_BEFORE_END_MIN, end_min + _ASKED_AFTER_END_MIN)
    )
