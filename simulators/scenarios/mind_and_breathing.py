"""Scenarios of consciousness, breathing and the stomach: oversedation, dissociation with distress, vomiting."""

from simulators.scenarios.personas import person
from simulators.scenarios.plan import ChairPlan, Episode
from simulators.scenarios.planned_acts import AT_THE_CHAIR, act, drug, effect, note, rate
from simulators.scenarios.scenario import ExpectedAlert, Scenario
from simulators.scenarios.treating_drugs import ANTIEMETICS, REVERSAL_DRUGS

OVERSEDATION = Scenario(
    name="oversedation-with-apnoea",
    story="Too much midazolam: sedation deepens, breathing stops. Stop, airway, oxygen, flumazenil, to hospital",
    plan=ChairPlan(
        name="oversedation",
        story="too much midazolam against anxiety; breaths and saturation fall, apnoea, infusion stopped, to hospital",
        rate_mg_per_kg_per_h=0.5,
        duration_min=60,
        acts=(
            effect(20.0, "anxiety", 2),
            drug(21.0, "midazolam", 5, "mg", "anxiety"),
            act(24.0, "vital_signs"),
            act(26.0, "vital_signs"),
            effect(26.5, "apnoea", 4, action_taken="infusion_stopped"),
            act(26.6, "infusion_ended", {"reason": "adverse_effect"}),
            drug(27.0, "oxygen", 10, "L/min", "apnoea", route="mask"),
            note(27.2, "Airway opened, bag and mask."),
            drug(28.0, "flumazenil", 0.2, "mg", "oversedation"),
            act(30.0, "vital_signs"),
            act(35.0, "vital_signs"),
            act(50.0, "transferred", {"destination": "hospital"}),
        ),
        # Breathing and saturation come from the load of midazolam, to which this patient is sensitive; carbon dioxide
        # deepens the sedation.
        episodes=(Episode("sedation_depth", 23.5, 33.0, 2.0, ramp_min=1.5),),
        persona=person(
            age_years=72, weight_kg=58.0, condition="Neuropathic pain", spo2_percent=97.5, depressant_sensitivity=2.0
        ),
        restlessness=0.3,
        charting=AT_THE_CHAIR,
        has_capnograph=True,
    ),
    seed=15,
    must_raise=(
        ExpectedAlert("sedation.deep.critical.rass", 23.0, 27.5),
        ExpectedAlert("rr.low.critical", 23.0, 28.0),
        ExpectedAlert("etco2.high.critical", 22.5, 25.0),
        ExpectedAlert("spo2.low.critical*", 24.0, 29.0),
        ExpectedAlert("effect.emergency.critical", 26.4, 27.5),
    ),
    must_not_raise=(
        "sbp.high.*", "dbp.high.*", "hr.high.*", "rr.high.*", "sedation.agitated.*", "rate.*", "dose.*",
        "monitor.*",
    ),
    trouble_min=21.0,
    answering_kinds=("infusion_ended", "infusion_paused", "medication_given", "serious_event"),
    treating_drugs=REVERSAL_DRUGS,
)  # fmt: skip

DISSOCIATION_WITH_DISTRESS = Scenario(
    name="dissociation-with-distress",
    story="Far away, frightened, pulls at the line (RASS +2). Lower the rate, calm, midazolam 1 mg, watch breathing",
    plan=ChairPlan(
        name="dissociation with distress",
        story="dissociation with distress; rate lowered, midazolam 1 mg, watched",
        rate_mg_per_kg_per_h=0.9,
        duration_min=40,
        acts=(
            act(24.0, "dissociation"),
            act(28.0, "vital_signs"),
            act(28.3, "sedation", {"scale": "rass", "level": 2}),
            effect(28.5, "dissociation", 3, description="frightened, knows nobody", action_taken="drug_given"),
            act(28.7, "dissociation"),
            rate(29.2, 0.5),
            drug(30.0, "midazolam", 1, "mg", "distress"),
            note(31.0, "Quiet voice, light down, hand held. Calmer."),
            act(38.0, "dissociation"),
        ),
        episodes=(
            Episode("heart_rate_per_min", 27.0, 33.0, 14.0, ramp_min=1.5),
            Episode("systolic_mmhg", 27.0, 33.0, 9.0, ramp_min=1.5),
        ),
        persona=person(age_years=35, condition="Fibromyalgia", is_responder=True),
        restlessness=0.8,
        charting=AT_THE_CHAIR,
    ),
    seed=16,
    must_raise=(
        ExpectedAlert("sedation.agitated.warning.rass", 28.1, 29.0),
        ExpectedAlert("effect.grade.warning", 28.3, 29.3),
    ),
    must_not_raise=(
        "acvpu.*", "effect.emergency.*", "effect.grade.critical", "sedation.deep.critical.*", "sbp.high.critical*",
        "hr.high.warning", "hr.high.critical", "rr.low.critical", "spo2.low.critical*", "rate.*", "dose.*", "monitor.*",
    ),
    trouble_min=27.0,
    answering_kinds=("rate_changed", "infusion_paused", "medication_given"),
)  # fmt: skip

VOMITING = Scenario(
    name="vomiting",
    story="Nausea in spite of ondansetron, then vomiting again and again. Pause, on the side, second drug, go on lower",
    plan=ChairPlan(
        name="vomiting",
        story="nausea, ondansetron, then vomiting; the infusion is paused and resumed at a lower rate",
        rate_mg_per_kg_per_h=0.6,
        duration_min=50,
        acts=(
            effect(29.0, "nausea", 2),
            drug(30.5, "ondansetron", 4, "mg", "nausea"),
            effect(34.0, "vomiting", 3, description="five times in ten minutes", action_taken="infusion_paused"),
            act(34.3, "infusion_paused"),
            note(34.5, "On the side, suction at hand, airway free."),
            drug(36.0, "dexamethasone", 4, "mg", "vomiting"),
            drug(36.5, "sodium chloride 0.9 %", 500, "mL", "vomiting"),
            rate(46.0, 0.4),
            act(46.5, "infusion_resumed"),
            effect(55.0, "nausea", 1, description="better"),
        ),
        episodes=(Episode("heart_rate_per_min", 32.5, 38.0, 16.0, ramp_min=1.0),),
        persona=person(condition="Fibromyalgia", systolic_mmhg=114.0, diastolic_mmhg=67.0, is_responder=False),
        restlessness=0.8,
        # Retching shakes the probe off, for less than what counts as a lost signal.
        probe_off_min=((33.5, 34.8),),
    ),
    seed=17,
    must_raise=(ExpectedAlert("effect.grade.warning", 33.9, 35.0),),
    must_not_raise=(
        "effect.emergency.*", "effect.grade.critical", "spo2.low.warning*", "spo2.low.critical*", "hr.high.warning",
        "hr.high.critical", "sbp.*.warning*", "sbp.*.critical*", "sedation.*.warning.*", "sedation.*.critical.*",
        "rate.*", "dose.*", "monitor.*",
    ),
    trouble_min=29.0,
    answering_kinds=("infusion_paused", "rate_changed", "medication_given", "infusion_ended"),
    treating_drugs=ANTIEMETICS,
)  # fmt: skip
