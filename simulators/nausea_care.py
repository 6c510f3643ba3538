"""What the nurse does when the patient becomes nauseous: she charts it, and gives ondansetron from grade 2 on."""

from simulators.charting import Act
from simulators.scenarios.routine import ondansetron
from simulators.virtual_patient import VirtualPatient

RESCUED_FROM_CTCAE_GRADE = 2
_RESCUED_AFTER_MIN = 2.0


class NauseaCare:
    """At one chair; `ctcae_grade` is how bad it gets, None where only the plan says when there is nausea."""

    def __init__(self, ctcae_grade: int | None) -> None:
        self._ctcae_grade = ctcae_grade
        self._rescue_min: float | None = None

    def acts(self, minute: float, patient: VirtualPatient) -> list[Act]:
        """What she does up to `minute`; the patient has the drug at once."""
        return [*self._complaint(minute, patient), *self._rescue(minute, patient)]

    def skip_what_is_over(self, patient: VirtualPatient) -> None:
        """Forgets a nausea that an earlier run of the program has charted."""
        if patient.has_nausea_since_min is not None:
            self._ctcae_grade = None

    def _complaint(self, minute: float, patient: VirtualPatient) -> list[Act]:
        grade = self._ctcae_grade
        if grade is None or patient.has_nausea_since_min is None:
            return []
        self._ctcae_grade = None
        if grade >= RESCUED_FROM_CTCAE_GRADE:
            self._rescue_min = minute + _RESCUED_AFTER_MIN
        return [Act(minute, "adverse_effect", {"term": "nausea", "ctcae_grade": grade})]

    def _rescue(self, minute: float, patient: VirtualPatient) -> list[Act]:
        if self._rescue_min is None or minute < self._rescue_min:
            return []
        self._rescue_min = None
        drug = ondansetron(minute).content
        patient.give_medication(drug["drug_name"], drug["dose"], drug["dose_unit"], minute)
        return [Act(minute, "medication_given", drug)]
