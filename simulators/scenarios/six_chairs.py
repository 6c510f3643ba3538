"""The six chairs of the demonstration. Live running begins at minute 40 of most of them (`seed_min`)."""

from simulators.scenarios.plan import ChairPlan, Episode, PlannedAct

QUIET = ChairPlan(
    name="quiet",
    story="CRPS, half a mg/kg/h over three hours, nothing happens",
    rate_mg_per_kg_per_h=0.5,
    duration_min=180,
    persona={
        "condition": "CRPS",
        "systolic_mmhg": 118.0,
        "diastolic_mmhg": 70.0,
        "heart_rate_per_min": 70.0,
        "is_responder": True,
        "pain_points": 7.0,
    },
    restlessness=0.3,
)

UNMONITORED_RATE = ChairPlan(
    name="unmonitored rate",
    story="the setting is attested as not monitored; a minute into the live part the rate is raised above 1 mg/kg/h",
    rate_mg_per_kg_per_h=0.8,
    duration_min=100,
    is_monitored=False,
    acts=(
        PlannedAct(18.0, "bolus", {"dose_mg_per_kg": 0.1}),
        PlannedAct(30.0, "adverse_effect", {"term": "dissociation", "ctcae_grade": 1}),
        PlannedAct(41.0, "rate_changed", {"rate_mg_per_kg_per_h": 1.2, "ordered_by": "Demo Physician 1"}),
        PlannedAct(54.0, "rate_changed", {"rate_mg_per_kg_per_h": 0.9, "ordered_by": "Demo Physician 1"}),
    ),
    persona={"condition": "Neuropathic pain", "systolic_mmhg": 120.0, "diastolic_mmhg": 72.0, "pressure_gain": 0.8},
)

HYPERTENSIVE_SURGE = ChairPlan(
    name="hypertensive surge",
    story="known hypertension; pressure surges as the live part begins, the nurse pauses and resumes lower",
    rate_mg_per_kg_per_h=0.75,
    duration_min=90,
    acts=(
        PlannedAct(41.2, "vital_signs"),
        PlannedAct(42.0, "note", {"text": "Patient feels flushed, no headache. Pressure is taken again."}),
        PlannedAct(43.5, "vital_signs"),
        PlannedAct(44.0, "infusion_paused"),
        PlannedAct(49.0, "vital_signs"),
        PlannedAct(52.0, "rate_changed", {"rate_mg_per_kg_per_h": 0.4, "ordered_by": "Demo Physician 1"}),
        PlannedAct(52.5, "infusion_resumed"),
    ),
    episodes=(
        Episode("systolic_mmhg", 40.2, 48.0, 46.0),
        Episode("diastolic_mmhg", 40.2, 48.0, 20.0),
        Episode("heart_rate_per_min", 40.2, 48.0, 18.0),
    ),
    persona={
        "condition": "Low back pain",
        "systolic_mmhg": 138.0,
        "diastolic_mmhg": 82.0,
        "pressure_gain": 1.0,
        "heart_rate_per_min": 76.0,
    },
)

DESATURATION = ChairPlan(
    name="desaturation with drop-outs",
    story="restless, the finger probe comes off again and again; after midazolam the saturation falls for minutes",
    rate_mg_per_kg_per_h=0.35,
    duration_min=210,
    acts=(
        PlannedAct(26.0, "adverse_effect", {"term": "anxiety", "ctcae_grade": 2}),
        PlannedAct(
            27.0,
            "medication_given",
            {"drug_name": "midazolam", "dose": 1, "dose_unit": "mg", "route": "IV", "ordered_by": "Demo Physician 1"},
        ),
        PlannedAct(46.0, "vital_signs"),
    ),
    episodes=(Episode("spo2_percent", 44.0, 51.0, -7.5, ramp_min=1.5),),
    persona={"condition": "Neuropathic pain", "spo2_percent": 97.0, "systolic_mmhg": 116.0, "diastolic_mmhg": 68.0},
    restlessness=2.5,
    probe_off_min=((18.0, 21.0), (42.5, 43.2), (58.0, 61.5)),
)

NAUSEA_PAUSED = ChairPlan(
    name="nausea, paused",
    story="nausea after half an hour, ondansetron, the infusion is paused and resumed at a lower rate",
    rate_mg_per_kg_per_h=0.6,
    duration_min=120,
    acts=(
        PlannedAct(31.0, "adverse_effect", {"term": "nausea", "ctcae_grade": 2}),
        PlannedAct(
            32.5,
            "medication_given",
            {
                "drug_name": "ondansetron",
                "dose": 4,
                "dose_unit": "mg",
                "route": "IV",
                "reason": "nausea",
                "ordered_by": "Demo Physician 1",
            },
        ),
        PlannedAct(36.0, "infusion_paused"),
        PlannedAct(46.0, "rate_changed", {"rate_mg_per_kg_per_h": 0.4, "ordered_by": "Demo Physician 1"}),
        PlannedAct(46.5, "infusion_resumed"),
        PlannedAct(60.0, "adverse_effect", {"term": "nausea", "ctcae_grade": 1, "description": "better"}),
    ),
    persona={"condition": "Fibromyalgia", "systolic_mmhg": 112.0, "diastolic_mmhg": 68.0, "is_responder": False},
)

RECOVERY = ChairPlan(
    name="recovery",
    story="a short infusion is over; the patient goes home some minutes into the live part and the next one comes",
    rate_mg_per_kg_per_h=0.75,
    duration_min=25,
    seed_min=92.0,
    persona={
        "condition": "CRPS",
        "systolic_mmhg": 122.0,
        "diastolic_mmhg": 74.0,
        "is_responder": True,
        "pain_points": 8.0,
    },
    restlessness=0.3,
)

SIX_CHAIRS = (QUIET, UNMONITORED_RATE, HYPERTENSIVE_SURGE, DESATURATION, NAUSEA_PAUSED, RECOVERY)
