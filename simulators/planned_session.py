"""What the nurse charts first: whom the session is planned for, with which dose, and where it takes place."""

from typing import Any

from simulators.paperwork import planned_total_mg
from simulators.scenarios.plan import ChairPlan
from simulators.staff import PHYSICIAN, Staff
from simulators.virtual_patient import Persona


def session_plan(persona: Persona, plan: ChairPlan, chair_label: str) -> dict[str, Any]:
    """The content of `session_planned`; the total follows from the weight of `persona`, as charted."""
    return {
        "patient_label": persona.patient_label,
        "second_identifier": persona.second_identifier,
        "age_years": persona.age_years,
        "chair_label": chair_label,
        "drug": "racemic_ketamine",
        "condition": persona.condition,
        "supervising_physician": PHYSICIAN,
        "planned_total_mg": round(planned_total_mg(persona, plan), 1),
        "planned_duration_min": plan.duration_min,
    }


def setting(plan: ChairPlan, staff: Staff) -> dict[str, Any]:
    """The content of `setting_attested`: monitored or not, and who is responsible."""
    return {
        "is_monitored": plan.is_monitored,
        "attested_by": PHYSICIAN,
        "has_resuscitation_equipment": True,
        "has_rescue_drugs": True,
        "has_emergency_personnel": True,
        "supervising_account_id": str(staff.physician_id),
        "administering_account_id": str(staff.nurse_id),
    }
