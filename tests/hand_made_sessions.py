"""Sessions without any storage: entries made by hand, as the record would have them, for those who fold and judge."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import uuid_utils.compat

from session_store.domain.entries import Entry, read_content
from session_store.domain.entry_choices import Source
from session_store.rule_replay import RecordedSession

BEGINS = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
CALM: dict[str, Any] = {
    "heart_rate_per_min": 70, "systolic_mmhg": 120, "diastolic_mmhg": 70, "spo2_percent": 98,
    "respiratory_rate_per_min": 14,
}  # fmt: skip
PLAN: dict[str, Any] = {
    "patient_label": "TP-001", "second_identifier": "1970-01-01", "age_years": 50, "chair_label": "1",
    "drug": "racemic_ketamine", "condition": "CRPS", "supervising_physician": "Test Physician 1",
}  # fmt: skip
RATE: dict[str, Any] = {"pump_rate_ml_per_h": 20, "concentration_mg_per_ml": 1}


class HandMadeSession:
    """A session in the making: each entry is recorded when it is true, or `late_min` after."""

    def __init__(self, begins: datetime = BEGINS) -> None:
        self.session_id = uuid_utils.compat.uuid7()
        self.now = begins
        self.entries: list[Entry] = []
        self.conditions: dict[UUID, str] = {}

    def happens(
        self,
        kind: str,
        *,
        after_min: float = 0,
        after_s: float = 0,
        late_min: float = 0,
        source: Source = Source.HAND,
        **content: Any,
    ) -> Entry:
        """One more entry, so long after the one before."""
        self.now += timedelta(minutes=after_min, seconds=after_s)
        read, problems = read_content(kind, content)
        assert read is not None, problems
        entry = Entry(
            session_id=self.session_id, entry_id=uuid_utils.compat.uuid7(), seq=len(self.entries) + 1,
            effective_at=self.now - timedelta(minutes=late_min), recorded_at=self.now, source=source,
            author_id=self.session_id, author_name="Test Nurse 1", is_simulated=False, is_late=late_min > 2,
            content=read,
        )  # fmt: skip
        self.entries.append(entry)
        return entry

    def running(self, *, is_monitored: bool = True, **plan: Any) -> "HandMadeSession":
        """Planned, weighed, a baseline, then the pump runs: 20 mg/h at 70 kg."""
        self.happens("session_planned", **(PLAN | plan))
        self.happens("weight", weight_kg=70, basis="measured")
        self.happens("setting_attested", is_monitored=is_monitored, attested_by="Test Physician 1")
        self.happens("vital_signs", **CALM)
        self.happens("session_ready")
        self.happens("infusion_started", after_min=1, has_happened=True, **RATE)
        return self

    def chart(self, after_min: float = 4, **changed: Any) -> Entry:
        """A whole set of vital signs and the sedation level, in time for every schedule."""
        self.happens("sedation", after_min=after_min, scale="rass", level=0)
        return self.happens("vital_signs", **(CALM | changed))

    def closed(self) -> "HandMadeSession":
        """The infusion ends and the patient leaves, at once."""
        self.happens("infusion_ended", after_min=1, reason="completed")
        self.happens("left_against_advice", after_min=1)
        return self

    def recorded(self) -> RecordedSession:
        """As the record would hand it out."""
        return RecordedSession(self.session_id, tuple(self.entries), False, self.conditions)
