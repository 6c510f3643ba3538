"""Routine sessions drawn at random: what follows at a chair after its first session, and what fills a clinic's history.

Protocol mix: half 0.5 mg/kg over 40 min, half 0.2 to 0.6 mg/kg/h over one to two hours (longer ones do not fit a
demonstration). Effect rates are our calibration of a checklist-asking clinic, as dissociation 25 %; nausea comes when
the patient gets it (`session_store.pharmacology.nausea`). So is the share of starts that a physician lets through: one
in forty.
"""

from numpy.random import Generator

from simulators.scenarios.plan import START_MIN, ChairPlan, PlannedAct, StartOverride

_SHORT_RATE_MG_PER_KG_PER_H, _SHORT_DURATION_MIN = 0.75, 40
_LONG_RATES_MG_PER_KG_PER_H = (0.2, 0.3, 0.4, 0.5, 0.6)
_LONG_DURATIONS_MIN = (60, 90, 120)

# term, chance in one session, CTCAE grades to draw from
_EFFECTS: tuple[tuple[str, float, tuple[int, ...]], ...] = (
    ("dissociation", 0.25, (1, 1, 2)),
    ("dizziness", 0.15, (1, 1, 2)),
    ("drowsiness", 0.12, (1,)),
    ("headache", 0.06, (1, 2)),
    ("visual_disturbance", 0.05, (1,)),
    ("anxiety", 0.04, (1, 2)),
    ("vomiting", 0.03, (1, 2)),
)
_NAUSEA_GRADES = (1, 2, 2)

_OVERRIDE_CHANCE = 1 / 40
_OVERRIDES: tuple[StartOverride, ...] = (
    StartOverride(
        "ECG of three months ago on paper was normal, no symptoms since; a new one is ordered",
        {"ecg_indicated": "yes", "ecg_done": "no"},
    ),
    StartOverride("Light breakfast five hours ago, low risk of aspiration", {"fasting_kept": "no"}),
    StartOverride(
        "Liver tests of last month are with the family doctor, normal by telephone",
        {"liver_tests_indicated": "yes", "liver_tests_done": "unknown"},
    ),
)
_SCALES, _SCALE_SHARES = ("rass", "poss", "moaas"), (0.88, 0.08, 0.04)


def routine_plan(generator: Generator, round_min: float = 5.0) -> ChairPlan:
    """One routine session."""
    is_short = generator.random() < 0.5
    duration_min = _SHORT_DURATION_MIN if is_short else int(generator.choice(_LONG_DURATIONS_MIN))
    rate = _SHORT_RATE_MG_PER_KG_PER_H if is_short else float(generator.choice(_LONG_RATES_MG_PER_KG_PER_H))
    return ChairPlan(
        name="routine",
        story="an ordinary session",
        rate_mg_per_kg_per_h=rate,
        duration_min=duration_min,
        round_min=round_min,
        acts=effects(generator, duration_min),
        nausea_grade=int(generator.choice(_NAUSEA_GRADES)),
        restlessness=float(generator.choice([0.3, 0.5, 1.0])),
        recovery_min=62.0 + float(generator.integers(0, 15)),
        start_override=_override(generator),
        sedation_scale=str(generator.choice(_SCALES, p=_SCALE_SHARES)),
    )


def _override(generator: Generator) -> StartOverride | None:
    is_overridden = generator.random() < _OVERRIDE_CHANCE
    chosen = _OVERRIDES[int(generator.integers(len(_OVERRIDES)))]
    return chosen if is_overridden else None


def effects(generator: Generator, duration_min: int) -> tuple[PlannedAct, ...]:
    """The adverse effects of one session but nausea, and what is given against vomiting, in time order."""
    acts = []
    for term, chance, grades in _EFFECTS:
        if generator.random() >= chance:
            continue
        minute = START_MIN + float(generator.uniform(0.3, 1.0)) * duration_min
        grade = int(generator.choice(grades))
        acts.append(PlannedAct(minute, "adverse_effect", {"term": term, "ctcae_grade": grade}))
        if term == "vomiting" and grade >= 2:
            acts.append(ondansetron(minute + 2))
    return tuple(sorted(acts, key=lambda act: act.minute))


def ondansetron(minute: float) -> PlannedAct:
    """The usual rescue drug against nausea."""
    content = {
        "drug_name": "ondansetron",
        "dose": 4,
        "dose_unit": "mg",
        "route": "IV",
        "reason": "nausea",
        "ordered_by": "Demo Physician 1",
    }
    return PlannedAct(minute, "medication_given", content)
