"""Overrides at the chair: a physician's name and password on somebody else's tablet, and the list of staff."""

from typing import Any

import httpx
import pytest
import uuid_utils.compat

from tests.api.conftest import ROLES
from tests.api.small_record import account_id, chart, credential_everybody, plan, record, record_of_clinic, start
from tests.record_building import sent
from tests.server_process import PASSWORD, ServerProcess

RATE = {"pump_rate_ml_per_h": 20, "concentration_mg_per_ml": 1}
BEDSIDE = {"nurse", "physician_assistant", "physician"}


def override(client: httpx.Client, session_id: str, **fields: Any) -> httpx.Response:
    body = {
        "entry_id": str(uuid_utils.compat.uuid7()), "kind": "start_override", "reason": "seen at the chair",
        "username": "physician", "password": PASSWORD,
    } | fields  # fmt: skip
    return client.post(f"/api/v1/sessions/{session_id}/overrides", json=body)


def test_a_physician_overrides_on_the_nurses_tablet_without_signing_the_nurse_out(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        begun = sent("infusion_started", **RATE)
        assert record(nurse, session_id, begun)[0]["outcome"] == "refused"
        entry_id = str(uuid_utils.compat.uuid7())
        answer = override(nurse, session_id, entry_id=entry_id)
        assert answer.status_code == 200 and "set-cookie" not in answer.headers
        assert answer.json()["outcome"] == "recorded" and answer.json()["author_name"] == "Test Physician 1"
        assert override(nurse, session_id, entry_id=entry_id).json()["outcome"] == "duplicate"
        assert nurse.get("/api/v1/me").json()["role"] == "nurse"
        assert record(nurse, session_id, begun)[0]["outcome"] == "recorded"
        entries = nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["entries"]
        (entry,) = [one for one in entries if one["kind"] == "start_override"]
        assert entry["author_name"] == "Test Physician 1" and "start.consent.held" in entry["overridden"]
        (started,) = [one for one in entries if one["kind"] == "infusion_started"]
        assert started["author_name"] == "Test Nurse 1"


def test_a_discharge_is_overridden_the_same_way(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        start(nurse, session_id)
        chart(nurse, session_id, "infusion_ended")
        home = sent("discharged", escort="Test Escort 1")
        refused = record(nurse, session_id, home)[0]
        assert refused["outcome"] == "refused"
        held = {one["field"] for one in refused["problems"]}
        assert "discharge.observed.held" in held and "discharge.escort.held" not in held
        assert override(nurse, session_id, kind="discharge_override").json()["outcome"] == "recorded"
        assert record(nurse, session_id, home)[0]["outcome"] == "recorded"


def test_a_wrong_password_and_an_unknown_name_are_told_alike(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        wrong = [{"password": "not the password"}, {"username": "nobody-at-all"}, {"username": ""}]
        answers = [override(nurse, session_id, **one) for one in wrong]
        assert {one.status_code for one in answers} == {401}
        assert len({one.text for one in answers}) == 1
        assert nurse.get("/api/v1/me").status_code == 200
        assert nurse.get(f"/api/v1/sessions/{session_id}/gates").json()["start_override_by"] is None
    assert "not the password" not in server.output and PASSWORD not in server.output


@pytest.mark.parametrize("username", ["nurse", "physician_assistant", "administrator"])
def test_nobody_but_a_physician_overrides(server: ServerProcess, username: str) -> None:
    with server.client("nurse") as nurse:
        answer = override(nurse, plan(nurse), username=username)
    assert answer.status_code == 403 and username in answer.json()["problems"][0]["reason"]


def test_what_cannot_be_read_is_refused(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        assert override(nurse, session_id, kind="note").status_code == 422
        assert override(nurse, session_id, password=None).status_code == 422
        assert override(nurse, str(uuid_utils.compat.uuid7())).status_code == 404
        refused = override(nurse, session_id, reason=" ").json()
        assert refused["outcome"] == "refused" and refused["problems"][0]["field"] == "reason"
        assert override(nurse, session_id, entry_id="x").json()["outcome"] == "refused"


@pytest.mark.parametrize("role", [*ROLES, "device"])
def test_only_a_bedside_may_ask_for_an_override_and_for_the_staff(server: ServerProcess, role: str) -> None:
    with server.client(role) as client:
        assert client.get("/api/v1/staff").status_code == (200 if role in BEDSIDE else 403)
        answer = override(client, str(uuid_utils.compat.uuid7()))
    assert answer.status_code == (404 if role in BEDSIDE else 403)


def test_the_staff_list_names_clinical_people_with_their_credentials(server: ServerProcess) -> None:
    with server.client("administrator") as administrator, server.client("nurse") as nurse:
        person = account_id(nurse)
        credential_everybody(administrator, person)
        old = sent("staff_credential", account_id=person, credential="acls", valid_until="2020-01-31")
        gone = sent(
            "staff_credential", account_id=person, credential="ketamine_experience", valid_until="2100-01-31",
            is_revoked=True,
        )  # fmt: skip
        assert [one["outcome"] for one in record_of_clinic(administrator, old, gone)] == ["recorded"] * 2
        staff = nurse.get("/api/v1/staff").json()["staff"]
    assert {one["role"] for one in staff} == BEDSIDE
    assert [one["display_name"] for one in staff] == sorted(one["display_name"] for one in staff)
    (own,) = [one for one in staff if one["account_id"] == person]
    assert own["credentials"] == [
        {"credential": "acls", "valid_until": "2020-01-31", "is_valid": False},
        {"credential": "moderate_sedation", "valid_until": "2100-01-31", "is_valid": True},
    ]
