"""Builds small records for tests: entries in the form of the HTTP interface, a session that is ready, one that runs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import uuid_utils.compat

from session_store.commands import Author, EntryResult, JudgeTime, PlanSession, RecordClinicEntries, RecordEntries
from session_store.domain.entry_choices import Credential, ReadinessAnswer
from session_store.domain.readiness import READINESS_RULES
from session_store.recorder import Recorder

NURSE = Author(uuid_utils.compat.uuid7(), "Test Nurse 1", "nurse")
PHYSICIAN = Author(uuid_utils.compat.uuid7(), "Test Physician 1", "physician")
MONITOR = Author(uuid_utils.compat.uuid7(), "Test Monitor 1", "device")
START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

PLAN: dict[str, Any] = {
    "patient_label": "TP-001", "second_identifier": "1970-01-01", "age_years": 50, "chair_label": "1",
    "drug": "racemic_ketamine", "condition": "CRPS", "supervising_physician": "Test Physician 1",
}  # fmt: skip
BASELINE: dict[str, Any] = {
    "heart_rate_per_min": 70, "systolic_mmhg": 120, "diastolic_mmhg": 70, "spo2_percent": 98,
    "respiratory_rate_per_min": 14,
}  # fmt: skip
PAIN: dict[str, Any] = {"instrument": "nrs", "score_points": 7, "recall": "now", "circumstance": "rest"}

SETTING: dict[str, Any] = {
    "is_monitored": True, "attested_by": PHYSICIAN.display_name,
    "supervising_account_id": str(PHYSICIAN.account_id), "administering_account_id": str(NURSE.account_id),
}  # fmt: skip
# Every readiness item answered so that it holds nothing: no contraindication, no test needed, all else done.
CLEAR_ANSWERS: dict[str, str] = {
    item.value: ("no" if ReadinessAnswer.NO in rule.clear_answers else "yes") for item, rule in READINESS_RULES.items()
}


class SetClock:
    """A clock that stands until it is moved."""

    def __init__(self, now: datetime = START) -> None:
        self.time = now

    def now(self) -> datetime:
        return self.time

    def forward(self, **duration: float) -> datetime:
        self.time += timedelta(**duration)
        return self.time


def sent(kind: str, **fields: Any) -> dict[str, Any]:
    """One entry as a tablet sends it."""
    return {"entry_id": str(uuid_utils.compat.uuid7()), "kind": kind, **fields}


@dataclass
class TestRecord:
    """A recorder on a real file with a clock that the test moves."""

    __test__ = False
    recorder: Recorder
    clock: SetClock
    facts: list[str] = field(default_factory=list)

    def plan(self, *entries: Mapping[str, Any], author: Author = NURSE) -> tuple[UUID, list[EntryResult]]:
        session_id = uuid_utils.compat.uuid7()
        results = self.recorder.submit(PlanSession(session_id, author, tuple(entries))).result()
        return session_id, results

    def record(
        self, session_id: UUID, *entries: Mapping[str, Any], author: Author = NURSE, sent_at: datetime | None = None
    ) -> list[EntryResult]:
        results = self.recorder.submit(RecordEntries(session_id, author, tuple(entries), sent_at)).result()
        for result in results:
            self.facts += [f"{one.fact}:{one.rule_id}" for one in result.alert_facts]
        return results

    def chart(self, session_id: UUID, kind: str, author: Author = NURSE, **fields: Any) -> EntryResult:
        """One entry of now, every question confirmed."""
        raw = sent(kind, **fields)
        result = self.record(session_id, raw, author=author)[0]
        if result.outcome.value == "confirmation_needed":
            raw["confirmed"] = [one.field for one in result.problems]
            result = self.record(session_id, raw, author=author)[0]
        return result

    def tick(self) -> None:
        """Time-driven findings of now."""
        self.recorder.submit(JudgeTime()).result()

    def ready(self, *, is_monitored: bool = True, weight_kg: float = 70, **plan: Any) -> UUID:
        """A session with everything a start needs."""
        session_id, results = self.plan(
            sent("session_planned", **(PLAN | plan)),
            sent("weight", weight_kg=weight_kg, basis="measured", confirmed=["weight_kg"]),
            sent("setting_attested", is_monitored=is_monitored, attested_by="Test Physician 1"),
            sent("vital_signs", **BASELINE),
            sent("pain_score", **PAIN),
            sent("session_ready"),
        )
        assert [one.outcome.value for one in results] == ["recorded"] * 6, results
        return session_id

    def complete(
        self,
        *,
        without: Collection[str] = (),
        is_monitored: bool = True,
        weight_kg: float = 70,
        baseline: Mapping[str, Any] = BASELINE,
        **plan: Any,
    ) -> UUID:
        """A ready session that the start gate lets through; `without` leaves out credentials or steps by their kind."""
        if "credentials" not in without:
            self.record_credentials()
        session_id, _ = self.plan(sent("session_planned", **(PLAN | plan), confirmed=list(plan)))
        steps: list[tuple[str, Mapping[str, Any]]] = [
            ("weight", {"weight_kg": weight_kg, "basis": "measured"}),
            ("setting_attested", SETTING | {"is_monitored": is_monitored}),
            ("consent", {"is_given": True, "scope": "session", "taken_by": NURSE.display_name}),
            *(("readiness_item", {"item": item, "answer": answer}) for item, answer in CLEAR_ANSWERS.items()),
            ("vital_signs", baseline),
            ("pain_score", PAIN),
            ("session_ready", {}),
        ]
        entries = [sent(kind, **fields, confirmed=list(fields)) for kind, fields in steps if kind not in without]
        results = self.record(session_id, *entries)
        assert {one.outcome.value for one in results} == {"recorded"}, results
        return session_id

    def record_credentials(self) -> None:
        """All credentials of the nurse and the physician who are named in `SETTING`, valid for a year."""
        valid_until = (self.clock.now() + timedelta(days=365)).date().isoformat()
        entries = [
            sent("staff_credential", account_id=str(one.account_id), credential=credential, valid_until=valid_until)
            for one in (NURSE, PHYSICIAN)
            for credential in Credential
        ]
        self.recorder.submit(RecordClinicEntries(PHYSICIAN, tuple(entries))).result()

    def override_start(self, session_id: UUID) -> None:
        """A physician lets the start through: readiness, consent and credentials are not what most tests are about."""
        result = self.chart(session_id, "start_override", author=PHYSICIAN, reason="a test of something else")
        assert result.outcome.value == "recorded", result

    def running(self, *, pump_rate_ml_per_h: float = 20, **ready: Any) -> UUID:
        """A session that runs: 20 mL/h of 1 mg/mL at 70 kg is 0.29 mg/kg/h."""
        session_id = self.ready(**ready)
        self.override_start(session_id)
        self.clock.forward(minutes=1)
        started = self.chart(
            session_id, "infusion_started", pump_rate_ml_per_h=pump_rate_ml_per_h, concentration_mg_per_ml=1
        )
        assert started.outcome.value == "recorded", started
        return session_id
