"""The comparison with the reference can fail: for each fault that the reference is given, a small session in which the
two then differ. Without the fault they agree in the same session."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from types import ModuleType
from typing import Any

import pytest

from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.rule_set import RuleSet
from tests.record_building import BASELINE, MONITOR
from tests.reference import (
    clock_findings,
    consciousness,
    dose,
    evaluator,
    events,
    record,
    schedule,
    values,
    vital_signs,
)
from tests.reference.comparing import Watched, assert_same
from tests.reference.played import FoldedSession
from tests.reference.steps import CLOCK, Beginning, Step

RUNNING = Beginning({}, 70, False, BASELINE, False, True)
WITH_PLAN = replace(RUNNING, plan={"planned_total_mg": 10, "planned_duration_min": 10})
MONITORED = replace(RUNNING, is_monitored=True)


def measured(sign: str, value: float | str, after_s: int = 5, **more: Any) -> Step:
    return Step(after_s, "vital_signs", {sign: value}, **more)


def spo2(value: int, **more: Any) -> Step:
    return measured("spo2_percent", value, **more)


def clock(after_s: int) -> Step:
    return Step(after_s, CLOCK)


def bolus(dose_mg: str) -> Step:
    return Step(5, "bolus", {"dose_mg": dose_mg})


def rate(pump_rate_ml_per_h: str, **more: Any) -> Step:
    return Step(5, "rate_changed", {"pump_rate_ml_per_h": pump_rate_ml_per_h, "concentration_mg_per_ml": "1"}, **more)


PAIN_IN_CHEST = Step(5, "adverse_effect", {"term": "chest_pain"})
CURRENT_SET = Step(1000, "vital_signs", BASELINE)
NO_WAVEFORM = Step(5, "vital_signs", {"not_measured": {"end_tidal_co2_mmhg": "no_waveform"}})


def played(beginning: Beginning, *steps: Step) -> Watched:
    return Watched(FoldedSession(beginning.plan)).play(beginning, steps)


TWO_ROUTES = {"rate_mg_per_h": 70, "rate_mg_per_kg_per_h": "1.05"}
LIMITS = {
    "spo2.low.critical": ("91", [spo2(90)]),
    "hr.high.warning": ("123", [measured("heart_rate_per_min", 121)]),
    "sbp.low.warning.baseline": ("20", [measured("systolic_mmhg", 92)]),
    "temperature.high.advisory": ("38.3", [measured("temperature_celsius", "38.2")]),
    "rate.setting.warning": ("1.01", [rate("70.1")]),
    "rate.range.advisory": ("1.5", [rate("120")]),
    "bolus.dose.warning": ("0.9", [bolus("60")]),
    "dose.hour.warning": ("0.7", [bolus("60"), clock(1)]),
    "dose.plan.warning": ("50", [bolus("13"), clock(1)]),
    "dose.duration.warning": ("50", [clock(1000)]),
    "pump.volume.warning": ("80", [Step(300, "pump_volume", {"volume_infused_ml": "5"})]),
    "rate.contradiction.warning": ("9", [Step(5, "rate_changed", TWO_ROUTES)]),
    "overdue.sign.advisory": ("4", [clock(425)]),
    "overdue.sign.warning": ("3", [clock(455)]),
    "overdue.sedation.advisory": ("9", [clock(1025)]),
    "sign.no_signal.warning": (
        "600",
        [Step(5, "vital_signs", {"heart_rate_per_min": 70, "spo2_percent": 98}, MONITOR), spo2(98, author=MONITOR,
         after_s=100), clock(25)],
    ),
    "monitor.silent.warning": ("600", [measured("heart_rate_per_min", 70, author=MONITOR), clock(125)]),
}  # fmt: skip


@pytest.mark.parametrize("rule_id", LIMITS)
def test_another_limit_is_noticed(rule_id: str) -> None:
    limit, steps = LIMITS[rule_id]
    watched = played(WITH_PLAN, *steps)
    assert not watched.differs()
    assert watched.differs(DELIVERED.with_limits({rule_id: Decimal(limit)}))


def test_lines_without_a_margin_are_noticed() -> None:
    rows = tuple(replace(rule, hysteresis=Decimal(0)) for rule in DELIVERED.rules)
    watched = played(RUNNING, measured("heart_rate_per_min", 121), measured("heart_rate_per_min", 118))
    assert not watched.differs()
    assert watched.differs(RuleSet(DELIVERED.version, rows))


@dataclass(frozen=True)
class Fault:
    """A part of the reference that is replaced, and a session in which that matters."""

    module: ModuleType
    name: str
    replacement: Any
    beginning: Beginning
    steps: tuple[Step, ...]


def fault(module: ModuleType, name: str, replacement: Any, *steps: Step, begins: Beginning = RUNNING) -> Fault:
    return Fault(module, name, replacement, begins, steps)


def _always(answer: Any) -> Callable[..., Any]:
    return lambda *_: answer


ABORTED = Step(5, "session_aborted")
HANDED_OVER = Step(5, "supervision_handover", {"taken_over_by": "Test Physician 2"})
AT_ONCE = dict.fromkeys(vital_signs.CONFIRMED_AFTER, timedelta(0))
FAULTS = {
    "a monitor is believed at once": fault(
        vital_signs, "CONFIRMED_AFTER", AT_ONCE, measured("heart_rate_per_min", 121, author=MONITOR)
    ),
    "an extreme is believed at once": fault(
        values, "is_extreme", _always(False), measured("heart_rate_per_min", 205, author=MONITOR)
    ),
    "one milder value is enough": fault(values, "are_milder_long_enough", _always(True), spo2(89), spo2(91)),
    "milder values are never enough": fault(
        values, "are_milder_long_enough", _always(False), spo2(89), spo2(91), spo2(91)
    ),
    "no baseline is known": fault(vital_signs, "baseline_of", _always(None), measured("systolic_mmhg", 157)),
    "no line is switched off by the baseline": fault(
        vital_signs, "is_off", _always(False), spo2(91), begins=replace(RUNNING, baseline={"spo2_percent": 91})
    ),
    "symptoms do not count": fault(
        vital_signs, "has_symptoms", _always(False), measured("systolic_mmhg", 161), PAIN_IN_CHEST
    ),
    "sedation does not count": fault(
        vital_signs, "is_sedated", _always(False), spo2(91), Step(5, "sedation", {"scale": "rass", "level": -2})
    ),
    "a superseded value is current": fault(
        values, "is_superseded", _always(False), measured("heart_rate_per_min", 70, 300),
        measured("heart_rate_per_min", 140, late_s=200),
    ),
    "nothing is read anew": fault(
        evaluator, "needs_new_reading", _always(False), bolus("30"),
        Step(5, "weight", {"weight_kg": 140, "basis": "measured"}),
    ),
    "what was withdrawn counts": fault(
        record, "withdrawn_ids", _always(set()), spo2(85), Step(5, "entered_in_error", {"reason": "test"}, which=-1)
    ),
    "a bolus tightens nothing": fault(schedule, "tightened_at", _always(None), CURRENT_SET, bolus("7.5"), clock(450)),
    "an opioid tightens nothing": fault(
        schedule, "depressant_at", _always(None), CURRENT_SET,
        Step(5, "medication_given", {"drug_name": "fentanyl", "dose": 1, "dose_unit": "ug", "route": "iv"}), clock(450),
    ),
    "late entries excuse nothing": fault(
        clock_findings, "is_catching_up", _always(False), Step(900, "note", {"text": "late"}, late_s=600), clock(1)
    ),
    "an attestation never lapses": fault(
        dose, "is_monitored", _always(True), rate("150"), HANDED_OVER, begins=MONITORED
    ),
    "a bolus is no part of the hour": fault(
        clock_findings, "boluses_mg", _always(0), bolus("60"), bolus("60"), clock(1)
    ),
    "alerts outlive the session": fault(evaluator, "end_with_session", _always(None), spo2(85), ABORTED),
    "an answer ends nothing": fault(
        evaluator, "is_event", _always(False), PAIN_IN_CHEST,
        *(Step(5, "acknowledgement", {"action": "physician_at_chair"}, which=which) for which in range(2)),
    ),
    "a start lacks nothing": fault(events, "missing_at_start", _always([])),
    "dissociation explains no confusion": fault(
        consciousness, "_is_dissociated", _always(False), Step(5, "adverse_effect", {"term": "dissociation"}),
        Step(5, "vital_signs", {"acvpu": "new_confusion"}),
    ),
    "breaths counted long ago count": fault(
        consciousness, "BREATHS_COUNT_FOR", timedelta(days=1),
        measured("spo2_percent", 98, 600, author=MONITOR), NO_WAVEFORM,
    ),
    "SpO2 never falls in small steps": fault(
        consciousness, "FALL_WINDOW", timedelta(0), spo2(97), spo2(95), spo2(93),
        Step(5, "vital_signs", {"respiratory_rate_per_min": 14}), NO_WAVEFORM,
    ),
    "breathing is never in doubt": fault(
        consciousness, "_is_breathing_in_doubt", _always(False), spo2(98), spo2(94), NO_WAVEFORM,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_of_the_reference_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    given = FAULTS[name]
    watched = played(given.beginning, *given.steps)
    assert not watched.differs()
    monkeypatch.setattr(given.module, given.name, given.replacement)
    assert watched.differs()


def test_a_difference_is_told_with_the_session_that_shows_it() -> None:
    watched = played(RUNNING, spo2(85))
    watched.open[-1] = {}
    with pytest.raises(AssertionError, match="spo2_percent=Decimal"):
        assert_same(watched)
