"""Overrides at the chair: a physician's name and password on somebody else's tablet, and the list of staff."""

from typing import Any

import httpx
import pytest
import uuid_utils.compat

from tests.api.conftest import ROLES
from tests.api.small_record import (
    account_id,
    add_second_physician,
    chart,
    credential_everybody,
    plan,
    record,
    record_of_clinic,
    start,
)
from tests.record_building import sent
from tests.server_process import PASSWORD, ServerProcess

RATE = {"pump_rate_ml_per_h": 20, "concentration_mg_per_ml": 1}
BEDSIDE = {"nurse", "physician_assistant", "physician"}


@pytest.fixture(scope="module")
def second_physician(server: ServerProcess) -> str:
    """User name of another physician; the password is everybody's."""
    return add_second_physician(server)


def read(client: httpx.Client, session_id: str, act: str = "start") -> list[str]:
    """The items that hold now, as a tablet shows them."""
    gates = client.get(f"/api/v1/sessions/{session_id}/gates")
    return list(gates.json()[f"{act}_held"]) if gates.status_code == 200 else []


def override(client: httpx.Client, session_id: str, **fields: Any) -> httpx.Response:
    kind = fields.get("kind", "start_override")
    body = {
        "entry_id": str(uuid_utils.compat.uuid7()), "kind": kind, "reason": "seen at the chair",
        "username": "physician", "password": PASSWORD,
    }  # fmt: skip
    if "overridden" not in fields:
        act = "discharge" if kind == "discharge_override" else "start"
        body["overridden"] = read(client, session_id, act) or [f"{act}.consent.held"]  # type: ignore[assignment]
    body |= fields
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


def test_what_came_to_hold_after_the_list_was_read_is_not_overridden(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        chart(nurse, session_id, "readiness_item", item="pregnancy", answer="no")
        seen = read(nurse, session_id)
        chart(nurse, session_id, "readiness_item", item="pregnancy", answer="yes")
        refused = override(nurse, session_id, overridden=seen).json()
        assert refused["outcome"] == "refused"
        first, *present = refused["problems"]
        assert first["field"] == "overridden" and "other items hold" in first["reason"]
        assert [one["field"] for one in present] == read(nurse, session_id)
        assert "start.pregnancy.held" in [one["field"] for one in present]
        assert override(nurse, session_id).json()["outcome"] == "recorded"
        assert read(nurse, session_id) == []


def test_an_override_covers_what_was_read_and_still_holds(server: ServerProcess) -> None:
    with server.client("nurse") as nurse, server.client("physician") as physician:
        session_id = plan(nurse)
        seen = read(nurse, session_id)
        chart(nurse, session_id, "consent", is_given=True, scope="session", taken_by="Test Nurse 1")
        left = read(nurse, session_id)
        assert override(nurse, session_id, overridden=seen).json()["outcome"] == "recorded"
        chart(nurse, session_id, "readiness_item", item="active_psychosis", answer="no")
        chart(nurse, session_id, "consent", is_given=False, scope="session", taken_by="Test Nurse 1")
        assert read(nurse, session_id) == ["start.consent.held"]
        again = sent("start_override", reason="refused on paper, agreed by word", overridden="start.consent.held")
        assert record(physician, session_id, again)[0]["outcome"] == "recorded"
        overrides = [one["overridden"].split() for one in entries_of(nurse, session_id, "start_override")]
        assert overrides == [left, ["start.consent.held"]]
        assert read(nurse, session_id) == []


def test_an_override_of_nothing_and_one_outside_its_status_are_refused(server: ServerProcess) -> None:
    with server.client("nurse") as nurse, server.client("physician") as physician:
        session_id = plan(nurse)
        early = override(nurse, session_id, kind="discharge_override").json()
        assert early["outcome"] == "refused" and early["problems"][0]["field"] == "kind"
        seen = read(nurse, session_id)
        assert override(nurse, session_id, overridden=seen).json()["outcome"] == "recorded"
        twice = override(nurse, session_id, overridden=seen).json()
        assert twice["outcome"] == "refused"
        assert twice["problems"][0]["reason"] == "nothing is held any more: Test Physician 1 has overridden"
        (bare,) = record(physician, session_id, sent("start_override", reason="once more"))
        assert bare["outcome"] == "refused" and bare["problems"][0]["field"] == "overridden"
        start(nurse, session_id)
        late = override(nurse, session_id, overridden=seen).json()
        assert late["outcome"] == "refused" and "the session is running" in late["problems"][0]["reason"]
        during = override(nurse, session_id, kind="discharge_override").json()
        assert during["outcome"] == "refused" and during["problems"][0]["field"] == "kind"
        assert len(entries_of(nurse, session_id, "start_override")) == 1


def test_an_escort_to_be_named_with_the_discharge_is_not_overridden_unread(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        start(nurse, session_id)
        chart(nurse, session_id, "infusion_ended")
        seen = [one for one in read(nurse, session_id, "discharge") if one != "discharge.escort.held"]
        assert override(nurse, session_id, kind="discharge_override", overridden=seen).json()["outcome"] == "recorded"
        (entry,) = entries_of(nurse, session_id, "discharge_override")
        assert entry["overridden"].split() == seen
        alone = record(nurse, session_id, sent("discharged"))[0]
        assert [one["field"] for one in alone["problems"]] == ["discharge.escort.held"]
        named = override(nurse, session_id, kind="discharge_override").json()
        assert named["outcome"] == "recorded" and read(nurse, session_id, "discharge") == []
        assert record(nurse, session_id, sent("discharged"))[0]["outcome"] == "recorded"


def test_the_answer_to_a_resend_names_who_is_on_record(server: ServerProcess, second_physician: str) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        same = {"entry_id": str(uuid_utils.compat.uuid7()), "overridden": read(nurse, session_id)}
        assert override(nurse, session_id, **same).json()["outcome"] == "recorded"
        again = override(nurse, session_id, **same).json()
        assert (again["outcome"], again["author_name"], again["problems"]) == ("duplicate", "Test Physician 1", [])
        other = override(nurse, session_id, **same, username=second_physician).json()
        assert (other["outcome"], other["author_name"]) == ("duplicate", "Test Physician 1")
        assert "Test Physician 1 has overridden this already" in other["problems"][0]["reason"]
        (entry,) = entries_of(nurse, session_id, "start_override")
        assert entry["author_name"] == "Test Physician 1"
        elsewhere = override(nurse, plan(nurse), **same).json()
        assert elsewhere["outcome"] == "refused" and elsewhere["problems"][0]["field"] == "entry_id"


def test_what_was_overridden_cannot_be_amended(server: ServerProcess) -> None:
    with server.client("nurse") as nurse, server.client("physician") as physician:
        session_id = plan(nurse)
        given = chart(physician, session_id, "start_override", reason="x", overridden=" ".join(read(nurse, session_id)))
        wider = {"overridden": "start.age.held", "reason": "wider"}
        amended = sent("amendment", amended_entry_id=given["entry_id"], reason="x", changes=wider)
        (result,) = record(physician, session_id, amended)
        assert result["outcome"] == "refused" and result["problems"][0]["field"] == "changes.overridden"


def entries_of(client: httpx.Client, session_id: str, kind: str) -> list[dict[str, Any]]:
    entries = client.get(f"/api/v1/sessions/{session_id}/timeline").json()["entries"]
    return [one for one in entries if one["kind"] == kind]


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
        for unread in (None, [], "start.consent.held", ["not a rule"], ["start.consent.held"] * 61):
            assert override(nurse, session_id, overridden=unread).status_code == 422
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
