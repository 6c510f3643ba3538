"""A small record over HTTP: a session that is ready, one that runs with an alert, a correction and a course."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import uuid_utils.compat

from session_store.domain.entry_choices import Credential, ReadinessAnswer
from session_store.domain.readiness import READINESS_RULES
from tests.record_building import BASELINE, PAIN, PLAN, sent
from tests.server_process import PASSWORD, ServerProcess


def plan(client: httpx.Client, *more: dict[str, Any], at: datetime | None = None, **fields: Any) -> str:
    """A session that is ready, prepared at `at` (now); its id. `fields` go into its plan."""
    when = {} if at is None else {"effective_at": at.isoformat()}
    session_id = str(uuid_utils.compat.uuid7())
    entries = [
        sent("session_planned", **(PLAN | {"patient_label": f"TP-{session_id[-6:]}"} | fields)),
        sent("weight", weight_kg=70, basis="measured"),
        sent("setting_attested", is_monitored=False, attested_by="Test Physician 1"),
        sent("vital_signs", **BASELINE),
        sent("pain_score", **PAIN),
        sent("session_ready"),
        *more,
    ]
    body = {"session_id": session_id, "entries": [one | when for one in entries]}
    answer = client.post("/api/v1/sessions", json=body)
    assert answer.status_code == 200, answer.text
    assert {one["outcome"] for one in answer.json()["results"]} == {"recorded"}, answer.text
    return session_id


def record(client: httpx.Client, session_id: str, *entries: dict[str, Any]) -> list[dict[str, Any]]:
    """Post entries; the results."""
    answer = client.post(f"/api/v1/sessions/{session_id}/entries", json={"entries": list(entries)})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]  # type: ignore[no-any-return]


def chart(client: httpx.Client, session_id: str, kind: str, **fields: Any) -> dict[str, Any]:
    """One entry, every question confirmed; it is recorded. The entry as sent."""
    raw = sent(kind, **fields)
    (result,) = record(client, session_id, raw)
    if result["outcome"] == "confirmation_needed":
        raw["confirmed"] = [one["field"] for one in result["problems"]]
        (result,) = record(client, session_id, raw)
    assert result["outcome"] == "recorded", result
    return raw


def start(client: httpx.Client, session_id: str, **fields: Any) -> dict[str, Any]:
    """The infusion runs already, whatever is missing: most tests are about something else. The entry as sent."""
    rate = {"pump_rate_ml_per_h": 20, "concentration_mg_per_ml": 1} if not fields else {}
    return chart(client, session_id, "infusion_started", has_happened=True, **rate, **fields)


def account_id(client: httpx.Client) -> str:
    """Whose client it is."""
    return str(client.get("/api/v1/me").json()["account_id"])


def add_second_physician(server: ServerProcess) -> str:
    """Another physician, "Test Physician 2", who has set the password by the link; the user name."""
    body = {"username": "physician2", "display_name": "Test Physician 2", "role": "physician"}
    with server.client("administrator") as administrator:
        link = administrator.post("/api/v1/accounts", json=body).raise_for_status().json()["link"]
    welcome = {"link": link.partition("link=")[2], "password": PASSWORD}
    with httpx.Client(base_url=server.url) as client:
        client.post("/api/v1/welcome", json=welcome).raise_for_status()
    return body["username"]


def credential_everybody(administrator: httpx.Client, *account_ids: str) -> None:
    """Every credential for these people, valid for long."""
    entries = [
        sent("staff_credential", account_id=one, credential=credential, valid_until="2100-01-31")
        for one in account_ids
        for credential in Credential
    ]
    assert {one["outcome"] for one in record_of_clinic(administrator, *entries)} == {"recorded"}


def clear_items() -> list[dict[str, Any]]:
    """An answer that clears it to every item of the readiness list."""
    wanted = [
        (item, ReadinessAnswer.NO if ReadinessAnswer.NO in rule.clear_answers else ReadinessAnswer.YES)
        for item, rule in READINESS_RULES.items()
    ]
    return [sent("readiness_item", item=item, answer=answer) for item, answer in wanted]


def complete_start(client: httpx.Client, session_id: str, supervising: str, administering: str) -> None:
    """Setting with both clinicians, consent and every readiness item: with `plan`, all that a start needs."""
    setting = sent(
        "setting_attested", is_monitored=True, attested_by="Test Physician 1",
        supervising_account_id=supervising, administering_account_id=administering,
    )  # fmt: skip
    consent = sent("consent", is_given=True, scope="session", taken_by="Test Physician 1")
    results = record(client, session_id, setting, consent, *clear_items())
    assert {one["outcome"] for one in results} == {"recorded"}, results


def record_of_clinic(client: httpx.Client, *entries: dict[str, Any]) -> list[dict[str, Any]]:
    """Post entries of the clinic; the results."""
    answer = client.post("/api/v1/clinic/entries", json={"entries": list(entries)})
    assert answer.status_code == 200, answer.text
    return answer.json()["results"]  # type: ignore[no-any-return]


@dataclass(frozen=True)
class Ids:
    """What can be asked for by its id."""

    session_id: str
    course_id: str
    alert_id: str

    def of_path(self, path: str) -> dict[str, str] | None:
        """The path parameters that lead to something."""
        known = {name: value for name, value in vars(self).items() if f"{{{name}}}" in path}
        return known or None


def record_a_little(nurse: httpx.Client, pharmacist: httpx.Client) -> Ids:
    """A ready session, a running one of a course with an alert and an amended entry, some vials."""
    plan(nurse)
    course_id = str(uuid_utils.compat.uuid7())
    session_id = plan(nurse, course_id=course_id, course_session_number=1, course_session_count=6)
    start(nurse, session_id)
    seen = chart(nurse, session_id, "vital_signs", systolic_mmhg=190, diastolic_mmhg=95)
    chart(nurse, session_id, "serious_event")
    chart(
        nurse,
        session_id,
        "amendment",
        amended_entry_id=seen["entry_id"],
        reason="misread",
        changes={"systolic_mmhg": 188},
    )
    record_of_clinic(pharmacist, sent("vial_stock", movement="received", vial_content_mg=500, vials=10))
    alerts = nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["alerts"]
    return Ids(session_id, course_id, alerts[0]["alert_id"])
