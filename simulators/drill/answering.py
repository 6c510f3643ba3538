"""Which of the team's entries answer a scenario's trouble, and which of those treat. Pure."""

from dataclasses import dataclass

from simulators.drill.record import HandEntry
from simulators.scenarios.scenario import Scenario
from simulators.scenarios.treating_drugs import is_treating

# Answers that treat; measuring, charting and acknowledging answer too, and change nothing in a patient.
TREATING_KINDS = frozenset(
    {"infusion_paused", "infusion_ended", "rate_changed", "medication_given", "transferred", "session_aborted"}
)


@dataclass(frozen=True, slots=True)
class Answering:
    """What answers: entries of these kinds, a rate where it is lower than before, a drug where it is one of `drugs`
    (classes or names; empty: any drug)."""

    kinds: tuple[str, ...]
    drugs: tuple[str, ...] = ()

    @classmethod
    def of(cls, scenario: Scenario) -> "Answering":
        """What answers this scenario."""
        return cls(scenario.answering_kinds, scenario.treating_drugs)

    def is_answered_by(self, entry: HandEntry) -> bool:
        """Whether the entry is an answer."""
        if entry.kind == "rate_changed":
            return entry.kind in self.kinds and entry.lowers_rate
        if entry.kind == "medication_given":
            return entry.kind in self.kinds and is_treating(str(entry.content.get("drug_name", "")), self.drugs)
        return entry.kind in self.kinds

    def is_treated_by(self, entry: HandEntry) -> bool:
        """Whether the entry is an answer that makes the patient well again."""
        return entry.kind in TREATING_KINDS and self.is_answered_by(entry)
