"""Sessions in which the incremental evaluator was once wrong, as the comparison with the reference showed: each says
what must be open in the end, and is compared with the reference moment by moment."""

from dataclasses import replace
from typing import Any

import pytest

from session_store.domain.alert import Level
from tests.record_building import BASELINE, MONITOR, PAIN, PHYSICIAN, SETTING
from tests.reference.comparing import Watched, assert_same
from tests.reference.played import FoldedSession
from tests.reference.steps import CLOCK, Beginning, Step

READY = Beginning({}, 70, True, BASELINE, False, False)
RUNNING = replace(READY, is_running=True)
LEVELS = {None: None, "advisory": Level.ADVISORY, "warning": Level.WARNING, "critical": Level.CRITICAL}


def charted(kind: str, content: dict[str, Any] | None = None, after_s: int = 60, **more: Any) -> Step:
    return Step(after_s, kind, content or {}, **more)


def signs(after_s: int = 60, **values: Any) -> Step:
    late_s, author = values.pop("late_s", 0), values.pop("author", None)
    step = Step(after_s, "vital_signs", values, late_s=late_s)
    return step if author is None else replace(step, author=author)


def not_found(late_s: int = 0, reason: str = "not_found") -> Step:
    return Step(60, "vital_signs", {"not_measured": {"spo2_percent": reason}}, late_s=late_s)


def no_waveform(after_s: int = 60, **values: Any) -> Step:
    return Step(after_s, "vital_signs", {**values, "not_measured": {"end_tidal_co2_mmhg": "no_waveform"}})


def clock(after_s: int) -> Step:
    return Step(after_s, CLOCK)


def prescribed(target: str, late_s: int = 0) -> Step:
    return Step(60, "oxygen_target", {"target": target, "reason": "test"}, PHYSICIAN, late_s)


NOTE = charted("note", {"text": "for another patient"})
WITHDRAWN = charted("entered_in_error", {"reason": "test"}, which=-1)
ANSWERED = charted("acknowledgement", {"action": "physician_at_chair"}, which=-1)
PUMP = {"concentration_mg_per_ml": "1", "has_happened": True}
RATE_OF_CONCERN = charted("rate_changed", {"pump_rate_ml_per_h": "150", "concentration_mg_per_ml": "1"})
ATTESTED = charted("setting_attested", SETTING)
BAG = {"volume_ml": 100, "prepared_by": "Test Pharmacist 1", "checked_by": "Test Nurse 2"}
BOTH_SENT = signs(spo2_percent=98, heart_rate_per_min=70, author=MONITOR)
ONE_SENT = signs(100, heart_rate_per_min=70, author=MONITOR)
EFFECT = charted("adverse_effect", {"term": "nausea", "ctcae_grade": 4})
MILDER = charted("amendment", {"changes": {"ctcae_grade": 2}}, which=-1)
EFFECT_OF_GRADE_3 = charted("adverse_effect", {"term": "nausea", "ctcae_grade": 3})
TO_GRADE_4 = charted("amendment", {"changes": {"ctcae_grade": 4}})
WITHDRAWN_CORRECTION = charted("entered_in_error", {"reason": "test"}, which=-2)

CASES: dict[str, tuple[Beginning, list[Step], str, str | None]] = {
    "a superseded value does not ring with the next correction": (
        RUNNING, [signs(600, heart_rate_per_min=118), signs(heart_rate_per_min=131, late_s=300), NOTE, WITHDRAWN],
        "hr.high", "advisory",
    ),
    "a sign that was not found before it was measured is past": (
        RUNNING, [signs(600, spo2_percent=98), not_found(late_s=300)], "sign.absent:spo2_percent", None,
    ),
    "a late value from before does not find the sign again": (
        RUNNING, [signs(spo2_percent=98), not_found(), signs(spo2_percent=97, late_s=90)],
        "sign.absent:spo2_percent", "critical",
    ),
    "a late EtCO2 does not bring back a waveform that is gone since": (
        RUNNING,
        [
            signs(end_tidal_co2_mmhg=38),
            no_waveform(respiratory_rate_per_min=14),
            signs(end_tidal_co2_mmhg=38, late_s=90),
        ],
        "etco2.waveform", "warning",
    ),
    "SpO2 falls from the value before in time, whenever that was charted": (
        RUNNING,
        [signs(spo2_percent=98), signs(1000, spo2_percent=92), signs(spo2_percent=94, late_s=300),
         no_waveform(respiratory_rate_per_min=14)],
        "etco2.waveform", "warning",
    ),
    "SpO2 that falls in small steps falls": (
        RUNNING,
        [signs(spo2_percent=97), signs(300, spo2_percent=95), signs(300, spo2_percent=93),
         no_waveform(respiratory_rate_per_min=14)],
        "etco2.waveform", "critical",
    ),
    "a blank respiratory rate is not the one of long ago": (
        RUNNING,
        [signs(respiratory_rate_per_min=14, spo2_percent=98, end_tidal_co2_mmhg=38), no_waveform(780, spo2_percent=97)],
        "etco2.waveform", "critical",
    ),
    "a late respiratory rate of before does not make breaths present": (
        RUNNING,
        [no_waveform(600, spo2_percent=98), signs(respiratory_rate_per_min=14, late_s=400),
         signs(heart_rate_per_min=70, late_s=350)],
        "etco2.waveform", "critical",
    ),
    "an oxygen target charted late does not replace a newer one": (
        RUNNING,
        [signs(spo2_percent=89), prescribed("target_88_92"), prescribed("usual", late_s=600)], "spo2.low", "warning",
    ),
    "an attestation from before the handover does not revive": (
        RUNNING,
        [RATE_OF_CONCERN, charted("supervision_handover", {"taken_over_by": "Test Physician 2"}, 300),
         replace(ATTESTED, late_s=200)],
        "rate.setting", "critical",
    ),
    "a value after the first drug is no baseline": (
        replace(READY, baseline={}),
        [signs(600, systolic_mmhg=120), charted("infusion_started", PUMP | {"pump_rate_ml_per_h": "20"}, late_s=300),
         signs(systolic_mmhg=157)],
        "sbp.high", None,
    ),
    "a lone extreme of a monitor is no baseline, which would switch lines off": (
        replace(READY, baseline={"spo2_percent": 98}),
        [signs(spo2_percent=40, author=MONITOR), charted("infusion_started", PUMP | {"pump_rate_ml_per_h": "20"}),
         signs(spo2_percent=93)],
        "spo2.low", "warning",
    ),
    "a late rate runs from the bag of its time": (
        RUNNING,
        [charted("bag_dispensed", BAG | {"concentration_mg_per_ml": "1"}),
         charted("bag_dispensed", BAG | {"concentration_mg_per_ml": "10"}, 600),
         charted("rate_changed", {"pump_rate_ml_per_h": "100"}, late_s=300)],
        "rate.range", None,
    ),
    "a pump volume charted late is compared with what had been given then": (
        RUNNING,
        [charted("rate_changed", {"pump_rate_ml_per_h": "120", "concentration_mg_per_ml": "1"}, 0),
         charted("rate_changed", {"pump_rate_ml_per_h": "20", "concentration_mg_per_ml": "1"}, 1800),
         charted("pump_volume", {"volume_infused_ml": "30"}, 300, late_s=1200)],
        "pump.volume", None,
    ),
    "a value charted after the closing is not open for ever": (
        RUNNING, [charted("transferred", after_s=600), signs(spo2_percent=85, late_s=200)], "spo2.low", None,
    ),
    "what the clock found ends with a session that closes late": (
        RUNNING, [charted("infusion_paused", after_s=300), clock(900), charted("transferred", late_s=1000)],
        "overdue.sign:spo2_percent", None,
    ),
    "a sedation level charted late ends that it was overdue": (
        RUNNING,
        [charted("pain_score", PAIN, 600), clock(600), charted("sedation", {"scale": "rass", "level": 0}, late_s=900)],
        "overdue.sedation:sedation", None,
    ),
    "a monitor's late row that becomes the baseline ends its silence": (
        replace(RUNNING, baseline={}),
        [signs(spo2_percent=98, author=MONITOR), clock(300),
         signs(10, heart_rate_per_min=70, author=MONITOR, late_s=420)],
        "monitor.silent", None,
    ),
    "a weight entered in error does not clear the rate": (
        replace(READY, is_monitored=False),
        [charted("infusion_started", PUMP | {"pump_rate_ml_per_h": "20"}), RATE_OF_CONCERN,
         charted("entered_in_error", {"reason": "test"}, which=3)],
        "rate.setting", "critical",
    ),
    "a stronger bag is a rate rise, after which signs are due sooner": (
        RUNNING,
        [signs(1000, **BASELINE), charted("bag_changed", BAG | {"concentration_mg_per_ml": "2"}), clock(440)],
        "overdue.sign:spo2_percent", "advisory",
    ),
    "an effect corrected to a milder grade and back is open again": (
        RUNNING, [EFFECT, MILDER, WITHDRAWN], "effect.grade", "critical",
    ),
    "an effect that was answered stays answered": (RUNNING, [EFFECT, ANSWERED, NOTE, WITHDRAWN], "effect.grade", None),
    "an effect answered at a milder grade is raised anew when it was worse": (
        RUNNING, [EFFECT_OF_GRADE_3, ANSWERED, replace(TO_GRADE_4, which=-2)], "effect.grade", "critical",
    ),
    "an effect answered at both grades stays answered": (
        RUNNING,
        [EFFECT_OF_GRADE_3, ANSWERED, replace(TO_GRADE_4, which=-2), ANSWERED, WITHDRAWN_CORRECTION, NOTE, WITHDRAWN],
        "effect.grade", None,
    ),
    "the update of an effect entered in error raises nothing": (
        RUNNING,
        [EFFECT, charted("adverse_effect_update", {"ctcae_grade": 5}),
         charted("entered_in_error", {"reason": "test"}, which=-2)],
        "effect.grade", None,
    ),
    "a second start charted late is not a second alert once the first was answered": (
        RUNNING,
        [ANSWERED, charted("infusion_ended"), charted("infusion_started", PUMP | {"pump_rate_ml_per_h": 0}, late_s=90)],
        "start.missing", None,
    ),
    "what a hand did not find no monitor finds": (
        RUNNING, [not_found(), signs(spo2_percent=55, author=MONITOR), signs(spo2_percent=97, author=MONITOR),
                  signs(10, spo2_percent=97, author=MONITOR)],
        "sign.absent:spo2_percent", "critical",
    ),
    "a hand finds a sign again though a monitor is newer by then": (
        RUNNING, [not_found(), signs(spo2_percent=97, author=MONITOR), signs(10, spo2_percent=97, late_s=30)],
        "sign.absent:spo2_percent", None,
    ),
    "a monitor's newer value does not make past what a hand did not find": (
        RUNNING, [signs(spo2_percent=97, author=MONITOR), not_found(late_s=70), NOTE, WITHDRAWN],
        "sign.absent:spo2_percent", "critical",
    ),
    "a lone extreme does not end that a sign is overdue": (
        RUNNING, [clock(900), signs(10, spo2_percent=55, author=MONITOR)], "overdue.sign:spo2_percent", "warning",
    ),
    "a second critical value on the same side confirms an extreme": (
        RUNNING, [signs(heart_rate_per_min=28, author=MONITOR), signs(10, heart_rate_per_min=35, author=MONITOR)],
        "hr.low", "critical",
    ),
    "an extreme is the second critical value on its side": (
        RUNNING, [signs(heart_rate_per_min=35, author=MONITOR), signs(10, heart_rate_per_min=28, author=MONITOR)],
        "hr.low", "critical",
    ),
    "a symptom counts at its time, however late it and the pressure are charted": (
        RUNNING,
        [charted("adverse_effect", {"term": "severe_headache"}, 1800, late_s=1200),
         signs(systolic_mmhg=165, late_s=960)],
        "sbp.high", "critical",
    ),
    "a pressure longer before a symptom than a quarter of an hour is not with it": (
        RUNNING, [signs(systolic_mmhg=165), charted("adverse_effect", {"term": "severe_headache"}, 1800, late_s=600)],
        "sbp.high", "warning",
    ),
    "a sign whose channel is gone from the rows is without a signal": (
        RUNNING,
        [BOTH_SENT, ONE_SENT,
         clock(30)],
        "sign.no_signal:spo2_percent", "warning",
    ),
    "a hand takes over a sign that the monitor has lost": (
        RUNNING,
        [BOTH_SENT, ONE_SENT,
         clock(30), signs(10, spo2_percent=97), signs(60, heart_rate_per_min=70, author=MONITOR),
         ONE_SENT, clock(30)],
        "sign.no_signal", None,
    ),
    "what a monitor has lost stays lost after a correction": (
        RUNNING,
        [BOTH_SENT, ONE_SENT,
         clock(30), NOTE, WITHDRAWN],
        "sign.no_signal:spo2_percent", "warning",
    ),
    "a sender that catches up is still waited for after a correction": (
        RUNNING, [charted("note", {"text": "late"}, 900, late_s=600), replace(WITHDRAWN, after_s=2), clock(2)],
        "overdue.sign:spo2_percent", None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_was_once_wrong(case: str) -> None:
    beginning, steps, condition, level = CASES[case]
    watched = Watched(FoldedSession(beginning.plan)).play(beginning, steps)
    assert len(watched.open) == 1 + len(beginning.steps()) + len(steps), "a step was refused"
    assert_same(watched)
    standing = [levels[0] for name, levels in watched.open[-1].items() if name.startswith(condition)]
    assert standing == ([] if level is None else [LEVELS[level]])
