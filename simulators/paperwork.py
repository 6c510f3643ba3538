"""What the simulated nurse charts beside the patient: consent, check list, bag and ledger, discharge assessment."""

import math
from collections.abc import Mapping
from typing import Any

from simulators.pump import Pump
from simulators.scenarios.plan import ChairPlan
from simulators.staff import PHYSICIAN
from simulators.virtual_patient import Persona

PHARMACIST = "Demo Pharmacist 1"
SECOND_NURSE = "Demo Nurse 2"
_ANSWERS: dict[str, str] = {
    "identity_checked": "yes",
    "escort_named": "yes",
    "fasting_kept": "yes",
    "allergies_checked": "yes",
    "pregnancy": "not_applicable",
    "ketamine_hypersensitivity": "no",
    "uncontrolled_cardiovascular": "no",
    "active_psychosis": "no",
    "severe_liver_disease": "no",
    "moderate_liver_disease": "no",
    "raised_intracranial_pressure": "no",
    "raised_intraocular_pressure": "no",
    "active_substance_abuse": "no",
}
# Who gets a test before the start; our calibration, so that both answers occur.
_ECG_FROM_YEARS = 60
_LIVER_TESTS_FROM_MG = 150
_SPARE_ML = 10


def preparation_papers(
    persona: Persona, plan: ChairPlan, concentration_mg_per_ml: float
) -> list[tuple[str, dict[str, Any]]]:
    """Kind and content of what is charted before a start, in order."""
    planned_mg = planned_total_mg(persona, plan)
    volume_ml = bag_volume_ml(planned_mg, concentration_mg_per_ml)
    left_open = plan.start_override.answers if plan.start_override is not None else {}
    answers = readiness_answers(persona.age_years, planned_mg, left_open)
    consent = {"is_given": True, "scope": "session", "taken_by": PHYSICIAN}
    bag = {
        "concentration_mg_per_ml": concentration_mg_per_ml,
        "volume_ml": volume_ml,
        "lot": f"SIM-{persona.patient_label[-3:]}",
        "prepared_by": PHARMACIST,
        "checked_by": SECOND_NURSE,
    }
    return [
        ("consent", consent),
        *(("readiness_item", {"item": item, "answer": answer}) for item, answer in answers.items()),
        ("bag_dispensed", bag),
        ("drug_drawn", {"amount_mg": round(volume_ml * concentration_mg_per_ml, 2)}),
    ]


def readiness_answers(age_years: int, planned_mg: float, left_open: Mapping[str, str]) -> dict[str, str]:
    """Every item of the check list; a test is answered for only where it is needed. What is `left_open` wins."""
    is_ecg_needed = age_years >= _ECG_FROM_YEARS
    are_liver_tests_needed = planned_mg >= _LIVER_TESTS_FROM_MG
    answers = dict(_ANSWERS)
    answers["ecg_indicated"] = "yes" if is_ecg_needed else "no"
    answers["liver_tests_indicated"] = "yes" if are_liver_tests_needed else "no"
    if is_ecg_needed:
        answers["ecg_done"] = "yes"
    if are_liver_tests_needed:
        answers["liver_tests_done"] = "yes"
    return answers | dict(left_open)


def planned_total_mg(persona: Persona, plan: ChairPlan) -> float:
    """The whole dose as planned."""
    return plan.rate_mg_per_kg_per_h * persona.weight_kg * plan.duration_min / 60


def bag_volume_ml(planned_mg: float, concentration_mg_per_ml: float) -> int:
    """The planned total with a little to spare, in steps of 10 mL."""
    return int(math.ceil((planned_mg / concentration_mg_per_ml + _SPARE_ML) / 10) * 10)


def rest_of_bag_mg(persona: Persona, plan: ChairPlan, pump: Pump) -> float:
    """What is left in the bag, to a tenth of a milligram; the nurse reads it off the pump."""
    volume_ml = bag_volume_ml(planned_total_mg(persona, plan), pump.concentration_mg_per_ml)
    return round(volume_ml * pump.concentration_mg_per_ml - pump.reported_mg, 1)


def discharge_assessment(*, nausea: bool) -> dict[str, Any]:
    """PADSS of a patient who may go home."""
    return {
        "score": "padss",
        "padss_vital_signs": 2,
        "padss_ambulation": 2,
        "padss_nausea": 1 if nausea else 2,
        "padss_pain": 2,
        "padss_iv_site": 2,
        "is_oriented": True,
        "walks_safely": True,
        "understands_instructions": True,
    }
