"""Scenarios of pressure and heart rate: a surge, a vasovagal faint, anaphylaxis."""

from simulators.scenarios.personas import person
from simulators.scenarios.plan import ChairPlan, Episode
from simulators.scenarios.planned_acts import AT_THE_CHAIR, act, drug, effect, note, rate
from simulators.scenarios.scenario import ExpectedAlert, Scenario
from simulators.scenarios.treating_drugs import ADRENALINE, AGAINST_FAINTING, AGAINST_HIGH_PRESSURE

HYPERTENSIVE_SURGE = Scenario(
    name="hypertensive-surge",
    story="Known hypertension; the pressure surges above 180. Pause, take it again, resume at a lower rate",
    plan=ChairPlan(
        name="hypertensive surge",
        story="known hypertension; pressure surges as the live part begins, the nurse pauses and resumes lower",
        rate_mg_per_kg_per_h=0.75,
        duration_min=60,
        acts=(
            act(41.2, "vital_signs"),
            note(42.0, "Patient feels flushed, no headache. Pressure is taken again."),
            act(43.5, "vital_signs"),
            act(44.0, "infusion_paused"),
            act(49.0, "vital_signs"),
            rate(52.0, 0.4),
            act(52.5, "infusion_resumed"),
        ),
        episodes=(
            Episode("systolic_mmhg", 40.2, 48.0, 46.0),
            Episode("diastolic_mmhg", 40.2, 48.0, 20.0),
            Episode("heart_rate_per_min", 40.2, 48.0, 12.0),
        ),
        persona=person(
            condition="Low back pain",
            age_years=58,
            systolic_mmhg=138.0,
            diastolic_mmhg=80.0,
            pressure_gain=1.0,
            heart_rate_per_min=76.0,
        ),
        restlessness=0.3,
    ),
    seed=12,
    must_raise=(ExpectedAlert("sbp.high.critical", 40.2, 43.6), ExpectedAlert("dbp.high.warning", 40.2, 45.0)),
    must_not_raise=(
        "sbp.high.critical.symptoms", "dbp.high.critical", "sbp.low.*", "map.low.*", "hr.high.*", "hr.low.*",
        "spo2.low.*", "rr.low.*", "sedation.*.warning.*", "sedation.*.critical.*", "effect.*", "rate.*", "monitor.*",
    ),
    trouble_min=40.2,
    answering_kinds=("infusion_paused", "rate_changed", "infusion_ended", "medication_given"),
    treating_drugs=AGAINST_HIGH_PRESSURE,
)  # fmt: skip

VASOVAGAL_BRADYCARDIA = Scenario(
    name="vasovagal-bradycardia",
    story="Pale and sweating as the line is touched: heart rate 38, pressure 75. Pause, legs up, fluid, resume lower",
    plan=ChairPlan(
        name="vasovagal bradycardia",
        story="heart rate and pressure fall together; pause, legs up, fluid, back within minutes",
        rate_mg_per_kg_per_h=0.5,
        duration_min=40,
        acts=(
            act(24.6, "vital_signs"),
            effect(24.8, "near_syncope", 2, description="pale, sweating, nauseous; answers"),
            act(25.0, "infusion_paused"),
            note(25.2, "Chair flat, legs up."),
            drug(25.8, "sodium chloride 0.9 %", 250, "mL", "pressure"),
            act(27.0, "vital_signs"),
            act(31.5, "vital_signs"),
            act(34.5, "vital_signs"),
            rate(35.0, 0.3),
            act(35.2, "infusion_resumed"),
        ),
        episodes=(
            Episode("heart_rate_per_min", 24.0, 30.0, -40.0, ramp_min=0.4),
            Episode("systolic_mmhg", 24.0, 31.0, -52.0, ramp_min=0.5),
            Episode("diastolic_mmhg", 24.0, 31.0, -30.0, ramp_min=0.5),
        ),
        persona=person(age_years=29, condition="Neuropathic pain"),
        restlessness=0.3,
        charting=AT_THE_CHAIR,
    ),
    seed=13,
    must_raise=(
        ExpectedAlert("hr.low.critical", 24.2, 25.5),
        ExpectedAlert("sbp.low.critical", 24.3, 27.5),
        ExpectedAlert("map.low.*", 24.3, 33.0),
    ),
    must_not_raise=(
        "sbp.high.*", "dbp.high.*", "hr.high.*", "spo2.low.warning*", "spo2.low.critical*", "rr.*.warning",
        "rr.*.critical", "sedation.*.warning.*", "sedation.*.critical.*", "effect.*", "rate.*", "monitor.*",
    ),
    trouble_min=24.0,
    answering_kinds=("infusion_paused", "infusion_ended", "rate_changed", "medication_given"),
    treating_drugs=AGAINST_FAINTING,
)  # fmt: skip

ANAPHYLAXIS = Scenario(
    name="anaphylaxis",
    story="Hives, then pressure and saturation fall and the heart races. Stop, adrenaline, oxygen, to hospital",
    plan=ChairPlan(
        name="anaphylaxis",
        story="anaphylaxis ten minutes into the infusion; stopped, adrenaline twice, moved to hospital",
        rate_mg_per_kg_per_h=0.5,
        duration_min=60,
        acts=(
            effect(16.0, "itch_or_rash", 2, description="hives on chest and arms, flushed"),
            act(16.6, "vital_signs"),
            effect(16.8, "anaphylaxis", 4, action_taken="infusion_stopped"),
            act(17.0, "infusion_ended", {"reason": "adverse_effect"}),
            act(17.1, "serious_event"),
            drug(17.5, "adrenaline", 0.5, "mg", "anaphylaxis", route="IM"),
            note(17.8, "Chair flat, emergency service called."),
            drug(18.0, "oxygen", 10, "L/min", "anaphylaxis", route="mask"),
            act(19.5, "vital_signs"),
            drug(22.5, "adrenaline", 0.5, "mg", "anaphylaxis", route="IM"),
            drug(23.0, "sodium chloride 0.9 %", 1000, "mL", "anaphylaxis"),
            act(25.0, "vital_signs"),
            act(38.0, "transferred", {"destination": "hospital"}),
        ),
        episodes=(
            Episode("systolic_mmhg", 15.5, 28.0, -50.0, ramp_min=1.5),
            Episode("diastolic_mmhg", 15.5, 28.0, -28.0, ramp_min=1.5),
            Episode("heart_rate_per_min", 15.5, 30.0, 66.0, ramp_min=1.0),
            Episode("spo2_percent", 15.8, 27.0, -11.0, ramp_min=1.5),
            Episode("respiratory_rate_per_min", 15.5, 28.0, 13.0, ramp_min=1.5),
        ),
        persona=person(age_years=41, condition="Fibromyalgia"),
        restlessness=0.3,
        charting=AT_THE_CHAIR,
    ),
    seed=14,
    must_raise=(
        ExpectedAlert("effect.emergency.critical", 16.7, 18.0),
        ExpectedAlert("event.serious.critical", 16.9, 18.2),
        ExpectedAlert("hr.high.critical", 16.0, 18.0),
        ExpectedAlert("sbp.low.critical", 16.0, 20.5),
        ExpectedAlert("spo2.low.critical*", 16.5, 19.0),
        ExpectedAlert("rr.high.*", 16.0, 19.0),
    ),
    must_not_raise=(
        "sbp.high.*", "dbp.high.*", "hr.low.*", "rr.low.*", "sedation.*.critical.*", "acvpu.*", "rate.*", "dose.*",
        "monitor.*",
    ),
    trouble_min=15.5,
    answering_kinds=("infusion_ended", "infusion_paused", "medication_given", "serious_event"),
    treating_drugs=ADRENALINE,
)  # fmt: skip
