"""Scenarios of charting: a wrong weight, a setting that is not monitored, a tablet without Wi-Fi, two tablets."""

from simulators.scenarios.personas import person
from simulators.scenarios.plan import ChairPlan, Episode
from simulators.scenarios.planned_acts import AT_THE_CHAIR, act, corrected, effect, note, rate
from simulators.scenarios.scenario import CALM_SIGNS, ExpectedAlert, Scenario

WRONG_WEIGHT = Scenario(
    name="wrong-weight-corrected",
    story="Pounds charted as kilograms, setting not monitored: by the true weight too fast. Correct, lower the rate",
    plan=ChairPlan(
        name="wrong weight, corrected later",
        story="132 lb charted as 132 kg; corrected after half an hour, past rates are judged again, rate lowered",
        rate_mg_per_kg_per_h=0.5,
        duration_min=40,
        is_monitored=False,
        charted_weight_kg=132.0,
        acts=(
            rate(14.0, 0.65),
            rate(22.0, 0.5),
            act(30.0, "weight", {"weight_kg": 60.0, "basis": "measured"}),
            note(30.3, "Weight was pounds charted as kilograms; weighed again, 60 kg."),
            rate(31.0, 0.45),
        ),
        persona=person(weight_kg=60.0),
        restlessness=0.3,
        charting=AT_THE_CHAIR,
    ),
    seed=21,
    must_raise=(ExpectedAlert("rate.setting.warning", 29.9, 31.0),),
    must_not_raise=(
        *CALM_SIGNS, "rate.setting.critical", "rate.range.*", "dose.hour.*", "rate.contradiction.*", "pump.*",
        "monitor.*", "tablet.*",
    ),
    trouble_min=30.0,
    answering_kinds=("rate_changed", "infusion_paused", "infusion_ended", "setting_attested"),
)  # fmt: skip

UNMONITORED_RATE = Scenario(
    name="unmonitored-rate",
    story="Setting attested as not monitored, rate raised above 1 mg/kg/h. Lower it, or move to a monitored setting",
    plan=ChairPlan(
        name="unmonitored rate",
        story="attested as not monitored; a minute into the live part the rate is raised above 1 mg/kg/h",
        rate_mg_per_kg_per_h=0.8,
        duration_min=60,
        is_monitored=False,
        acts=(
            act(18.0, "bolus", {"dose_mg_per_kg": 0.1}),
            effect(30.0, "dissociation", 1),
            rate(41.0, 1.2),
            rate(47.0, 0.4),
        ),
        persona=person(condition="Neuropathic pain"),
        restlessness=0.5,
    ),
    seed=22,
    must_raise=(ExpectedAlert("rate.setting.warning", 40.8, 42.0),),
    must_not_raise=(
        *CALM_SIGNS, "rate.setting.critical", "rate.range.*", "rate.contradiction.*", "bolus.*", "dose.*", "effect.*",
        "monitor.*", "tablet.*",
    ),
    trouble_min=41.0,
    answering_kinds=("rate_changed", "infusion_paused", "infusion_ended", "setting_attested"),
)  # fmt: skip

TABLET_OFFLINE = Scenario(
    name="tablet-offline",
    story="No Wi-Fi at the tablet for 20 min; an effect charted meanwhile is not seen. Call the chair, bring it back",
    plan=ChairPlan(
        name="tablet offline",
        story="the tablet has no Wi-Fi for 20 min; what was charted arrives late, nothing is lost",
        rate_mg_per_kg_per_h=0.5,
        duration_min=45,
        acts=(effect(27.0, "headache", 3), rate(29.0, 0.35)),
        persona=person(condition="Headache"),
        restlessness=0.3,
        charting=AT_THE_CHAIR,
        tablet_offline_min=((20.0, 40.0),),
    ),
    seed=23,
    must_raise=(
        ExpectedAlert("tablet.silent.warning", 20.5, 22.5),
        # The sedation level comes by hand alone: it is missed while the tablet is away.
        ExpectedAlert("overdue.sedation.advisory", 30.0, 40.0),
        ExpectedAlert("effect.grade.warning", 40.0, 41.0),
    ),
    must_not_raise=(
        *CALM_SIGNS, "overdue.sign.warning", "monitor.*", "sign.no_signal.*", "rate.*", "dose.*", "effect.emergency.*"
    ),
    trouble_min=20.0,
    answering_kinds=("message", "note", "vital_signs", "rate_changed"),
)  # fmt: skip

TWO_TABLETS = Scenario(
    name="two-tablets",
    story="Two tablets chart one session, one without Wi-Fi for a while. The newer pressure holds, not the later one",
    plan=ChairPlan(
        name="two tablets",
        story="two nurses chart on two tablets, one of them offline for twelve minutes; a pressure rises meanwhile",
        rate_mg_per_kg_per_h=0.6,
        duration_min=40,
        acts=(
            act(15.0, "vital_signs", tablet=1),
            act(15.2, "vital_signs", tablet=2),
            act(24.0, "vital_signs", tablet=1),
            act(27.0, "vital_signs", tablet=2),
            note(27.5, "Pressure up, patient has talked on the telephone.", tablet=2),
            rate(28.0, 0.4, tablet=2),
            act(35.5, "vital_signs", tablet=1),
            act(35.6, "vital_signs", tablet=2),
            corrected(
                36.4, "vital_signs", {"respiratory_rate_per_min": 15}, "counted again together", amended_tablet=2
            ),
        ),
        episodes=(
            Episode("systolic_mmhg", 25.5, 33.0, 40.0, ramp_min=1.0),
            Episode("diastolic_mmhg", 25.5, 33.0, 12.0, ramp_min=1.0),
        ),
        persona=person(systolic_mmhg=126.0, diastolic_mmhg=74.0),
        restlessness=0.3,
        charting=AT_THE_CHAIR,
        tablet_offline_min=((22.0, 34.0),),
    ),
    seed=24,
    must_raise=(ExpectedAlert("sbp.high.warning", 25.5, 28.0),),
    # One tablet is heard all the time.
    must_not_raise=(
        "tablet.*", "overdue.*.warning", "sbp.high.critical*", "sbp.low.*", "dbp.high.critical", "spo2.*", "rr.low.*",
        "hr.low.*", "rate.*", "monitor.*",
    ),
    trouble_min=25.5,
    answering_kinds=("rate_changed", "infusion_paused", "medication_given"),
)  # fmt: skip
