"""What is true of readiness, team, bag, ledger and assessments of a session now: the part of its summary beside the
infusion, the vital signs and the alerts. Folded entry by entry; a late entry never replaces a newer one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from session_store.domain.discharge import total_points
from session_store.domain.entries import Entry

RISKS = ("takes_home_opioids", "takes_home_benzodiazepines", "has_respiratory_disease", "has_sleep_apnoea_risk")
# Answers of a vital-sign set that are no numbers with limits.
_SET_ANSWERS = ("acvpu", "ecg_rhythm", "is_capnography_in_use", "supplemental_oxygen", "oxygen_flow_l_per_min")


@dataclass(slots=True)
class Answer:
    """The newest answer to one question, with the entry that gave it."""

    value: str
    at: datetime
    entry_id: UUID


@dataclass(slots=True)
class BagStanding:
    """The bag on the pump."""

    concentration_mg_per_ml: Decimal
    volume_ml: Decimal
    lot: str | None
    use_by: datetime | None
    at: datetime


@dataclass(slots=True)
class Waste:
    """Drug that was discarded, which a second person is to witness."""

    entry_id: UUID
    at: datetime
    amount_mg: Decimal


@dataclass(slots=True)
class LedgerStanding:
    """Sums of the ledger in mg; infused and bolus are computed from the infusion. Whatever the order in which waste
    and witness are folded, `unwitnessed` is what still needs a second person."""

    drawn_mg: Decimal = Decimal(0)
    wasted_mg: Decimal = Decimal(0)
    returned_mg: Decimal = Decimal(0)
    wastes: list[Waste] = field(default_factory=list)
    witnessed: list[UUID] = field(default_factory=list)

    @property
    def unwitnessed(self) -> list[Waste]:
        """The wastes that nobody else has witnessed."""
        return [one for one in self.wastes if one.entry_id not in self.witnessed]

    def difference_mg(self, delivered_mg: Decimal) -> Decimal:
        """drawn - (infused + bolus + wasted + returned); zero when the ledger balances."""
        return self.drawn_mg - delivered_mg - self.wasted_mg - self.returned_mg


@dataclass(slots=True)
class EffectStanding:
    """One adverse effect as it stands after its updates."""

    term: str
    ctcae_grade: int | None
    outcome: str | None


@dataclass(slots=True)
class AssessmentStanding:
    """The newest discharge assessment; `total` is None while an item is not answered."""

    score: str
    total: int | None
    at: datetime
    is_oriented: bool | None = None
    walks_safely: bool | None = None
    understands_instructions: bool | None = None


@dataclass(slots=True)
class CareStanding:
    """See the module."""

    readiness: dict[str, Answer] = field(default_factory=dict)
    consent: Answer | None = None
    risks: list[str] = field(default_factory=list)
    bag: BagStanding | None = None
    ledger: LedgerStanding = field(default_factory=LedgerStanding)
    answers: dict[str, Answer] = field(default_factory=dict)
    effects: dict[str, EffectStanding] = field(default_factory=dict)
    assessment: AssessmentStanding | None = None
    follow_ups: dict[str, Answer] = field(default_factory=dict)
    course_decision: Answer | None = None
    chair_taken_over_by: Answer | None = None
    supervision_taken_over_by: Answer | None = None

    def apply(self, entry: Entry) -> None:
        """Fold one entry in."""
        folder = _FOLDERS.get(entry.content.kind)
        if folder is not None:
            folder(self, entry, entry.content)

    def _history(self, entry: Entry, content: Any) -> None:
        for name in RISKS:
            said = getattr(content, name)
            if said is True and name not in self.risks:
                self.risks.append(name)
            elif said is False and name in self.risks:
                self.risks.remove(name)

    def _readiness(self, entry: Entry, content: Any) -> None:
        self.readiness[content.item] = _newer(self.readiness.get(content.item), content.answer, entry)

    def _consent(self, entry: Entry, content: Any) -> None:
        words = f"{'given' if content.is_given else 'refused'} for {content.scope}"
        self.consent = _newer(self.consent, words, entry)

    def _bag(self, entry: Entry, content: Any) -> None:
        if self.bag is None or entry.effective_at >= self.bag.at:
            self.bag = BagStanding(
                content.concentration_mg_per_ml, content.volume_ml, content.lot, content.use_by, entry.effective_at
            )

    def _drawn(self, entry: Entry, content: Any) -> None:
        self.ledger.drawn_mg += content.amount_mg

    def _wasted(self, entry: Entry, content: Any) -> None:
        self.ledger.wasted_mg += content.amount_mg
        self.ledger.wastes.append(Waste(entry.entry_id, entry.effective_at, content.amount_mg))

    def _returned(self, entry: Entry, content: Any) -> None:
        self.ledger.returned_mg += content.amount_mg

    def _witnessed(self, entry: Entry, content: Any) -> None:
        self.ledger.witnessed.append(content.witnessed_entry_id)

    def _set(self, entry: Entry, content: Any) -> None:
        for name in _SET_ANSWERS:
            value = getattr(content, name)
            if value is not None:
                self.answers[name] = _newer(self.answers.get(name), str(value), entry)

    def _dissociation(self, entry: Entry, content: Any) -> None:
        known = self.answers.get("dissociation")
        self.answers["dissociation"] = _newer(known, f"{content.scale}:{content.score}", entry)

    def _effect(self, entry: Entry, content: Any) -> None:
        # An update may lie before the effect in time, when one of them was charted late.
        update = self.effects.get(str(entry.entry_id), EffectStanding("", None, None))
        grade = None if content.ctcae_grade is None else int(content.ctcae_grade)
        self.effects[str(entry.entry_id)] = EffectStanding(
            content.term, update.ctcae_grade or grade, update.outcome or content.outcome
        )

    def _effect_update(self, entry: Entry, content: Any) -> None:
        effect = self.effects.setdefault(str(content.effect_entry_id), EffectStanding("", None, None))
        effect.outcome = content.outcome or effect.outcome
        if content.ctcae_grade is not None:
            effect.ctcae_grade = int(content.ctcae_grade)

    def _assessment(self, entry: Entry, content: Any) -> None:
        if self.assessment is None or entry.effective_at >= self.assessment.at:
            self.assessment = AssessmentStanding(
                content.score, total_points(content), entry.effective_at,
                content.is_oriented, content.walks_safely, content.understands_instructions,
            )  # fmt: skip

    def _follow_up(self, entry: Entry, content: Any) -> None:
        self.follow_ups[content.point] = _newer(self.follow_ups.get(content.point), content.reached, entry)

    def _course(self, entry: Entry, content: Any) -> None:
        self.course_decision = _newer(self.course_decision, content.decision, entry)

    def _chair(self, entry: Entry, content: Any) -> None:
        self.chair_taken_over_by = _newer(self.chair_taken_over_by, content.taken_over_by, entry)

    def _supervision(self, entry: Entry, content: Any) -> None:
        self.supervision_taken_over_by = _newer(self.supervision_taken_over_by, content.taken_over_by, entry)


def _newer(known: Answer | None, value: str, entry: Entry) -> Answer:
    if known is not None and entry.effective_at < known.at:
        return known
    return Answer(value, entry.effective_at, entry.entry_id)


_FOLDERS: dict[str, Callable[[CareStanding, Entry, Any], None]] = {
    "patient_history": CareStanding._history,
    "readiness_item": CareStanding._readiness,
    "consent": CareStanding._consent,
    "bag_dispensed": CareStanding._bag,
    "bag_changed": CareStanding._bag,
    "drug_drawn": CareStanding._drawn,
    "drug_wasted": CareStanding._wasted,
    "drug_returned": CareStanding._returned,
    "ledger_witnessed": CareStanding._witnessed,
    "vital_signs": CareStanding._set,
    "dissociation": CareStanding._dissociation,
    "adverse_effect": CareStanding._effect,
    "adverse_effect_update": CareStanding._effect_update,
    "discharge_assessment": CareStanding._assessment,
    "follow_up": CareStanding._follow_up,
    "course_decision": CareStanding._course,
    "chair_handover": CareStanding._chair,
    "supervision_handover": CareStanding._supervision,
}
