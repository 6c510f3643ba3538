"""What the record can do, over HTTP: corrections, witnesses, the clinic's own record, rates by two routes, pages."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import uuid_utils.compat

from dashboard.access.permissions import CLINIC_ENTRY_KINDS, ENTRY_KINDS, recordable_kinds
from session_store.domain.entries import CLINIC_KINDS, SERVER_KINDS, SESSION_KINDS
from tests.api.small_record import chart, plan, record, record_of_clinic, start
from tests.record_building import sent
from tests.server_process import ServerProcess


def timeline(client: httpx.Client, session_id: str) -> dict[str, Any]:
    return client.get(f"/api/v1/sessions/{session_id}/timeline").raise_for_status().json()  # type: ignore[no-any-return]


def entry_of(view: dict[str, Any], raw: dict[str, Any]) -> dict[str, Any]:
    return next(one for one in view["entries"] if one["entry_id"] == raw["entry_id"])


def one_problem(client: httpx.Client, session_id: str, raw: dict[str, Any], outcome: str = "refused") -> dict[str, Any]:
    (result,) = record(client, session_id, raw)
    assert result["outcome"] == outcome, result
    return result["problems"][0]  # type: ignore[no-any-return]


def test_a_corrected_pressure_is_shown_with_what_it_was_and_ends_its_alert(server: ServerProcess) -> None:
    with server.client("nurse") as nurse, server.client("reviewer") as reviewer:
        session_id = plan(nurse)
        typed = chart(nurse, session_id, "vital_signs", systolic_mmhg=190, diastolic_mmhg=80)
        (alert,) = timeline(nurse, session_id)["alerts"]
        assert alert["evidence_entry_id"] == typed["entry_id"] and alert["withdrawn_at"] is None
        chart(
            nurse, session_id, "amendment", amended_entry_id=typed["entry_id"], reason="read 190 for 130",
            changes={"systolic_mmhg": 130},
        )  # fmt: skip
        view = timeline(nurse, session_id)
        shown = entry_of(view, typed)
        (amendment,) = shown["amendments"]
        assert shown["systolic_mmhg"] == 130 and shown["author_name"] == "Test Nurse 1"
        assert amendment["before"]["systolic_mmhg"] == 190 and amendment["author_name"] == "Test Nurse 1"
        assert amendment["reason"] == "read 190 for 130"
        # It is over; as a critical one it stays on the panel until somebody has seen it.
        assert all(one["cleared_at"] or one["withdrawn_at"] for one in view["alerts"])
        assert view["session"]["signs"]["systolic_mmhg"]["level"] is None
        assert view["session"]["signs"]["systolic_mmhg"]["value"] == 130
        audit = reviewer.get(f"/api/v1/sessions/{session_id}/audit").json()
        first = entry_of(audit, typed)
        assert first["systolic_mmhg"] == 190 and first["amendments"][0]["changes"] == {"systolic_mmhg": 130}
        assert [one["seq"] for one in audit["entries"]] == list(range(1, len(audit["entries"]) + 1))


def test_nobody_corrects_what_they_may_not_record(server: ServerProcess) -> None:
    with server.client("nurse") as nurse, server.client("physician") as physician:
        session_id = plan(nurse)
        override = chart(physician, session_id, "start_override", reason="known to me")
        amend = {"amended_entry_id": override["entry_id"], "reason": "x"}
        smuggled = sent("amendment", **amend, changes={"reason": "anything goes"})
        assert one_problem(nurse, session_id, smuggled)["field"] == "amended_entry_id"
        withdraw = {"withdrawn_entry_id": override["entry_id"], "reason": "x"}
        assert one_problem(nurse, session_id, sent("entered_in_error", **withdraw))["field"] == "withdrawn_entry_id"
        correction = chart(physician, session_id, "amendment", **amend, changes={"reason": "known to me for years"})
        withdraw = {"withdrawn_entry_id": correction["entry_id"], "reason": "x"}
        assert one_problem(nurse, session_id, sent("entered_in_error", **withdraw))["field"] == "withdrawn_entry_id"
        shown = entry_of(timeline(nurse, session_id), override)
        assert shown["reason"] == "known to me for years" and shown["withdrawn"] is None
        body = {
            "session_id": str(uuid_utils.compat.uuid7()),
            "entries": [sent("session_planned", patient_label="x"), sent("start_override", reason="in the plan")],
        }
        results = nurse.post("/api/v1/sessions", json=body).json()["results"]
        assert [one["outcome"] for one in results] == ["refused", "refused"]


def test_a_plan_cannot_carry_what_its_author_may_not_record(server: ServerProcess) -> None:
    with server.client("nurse") as nurse, server.client("physician") as physician:
        known = timeline(nurse, plan(nurse))["entries"][0]
        planned = sent("session_planned", **{name: known[name] for name in (
            "patient_label", "second_identifier", "age_years", "chair_label", "drug", "condition",
            "supervising_physician")})  # fmt: skip
        override = sent("start_override", reason="in the plan")
        body = {"session_id": str(uuid_utils.compat.uuid7()), "entries": [planned, override]}
        results = nurse.post("/api/v1/sessions", json=body).json()["results"]
        assert results[1]["outcome"] == "refused" and results[1]["problems"][0]["field"] == "kind"
        assert nurse.get(f"/api/v1/sessions/{body['session_id']}/timeline").status_code == 404
        results = physician.post("/api/v1/sessions", json=body).json()["results"]
        assert [one["outcome"] for one in results] == ["recorded", "recorded"]


def test_the_witness_is_another_person(server: ServerProcess) -> None:
    with server.client("nurse") as nurse, server.client("pharmacist") as pharmacist:
        session_id = plan(nurse)
        chart(nurse, session_id, "drug_drawn", amount_mg=200)
        wasted = chart(nurse, session_id, "drug_wasted", amount_mg=20)
        named = {"witnessed_entry_id": wasted["entry_id"]}
        refusal = one_problem(nurse, session_id, sent("ledger_witnessed", **named))
        assert refusal["field"] == "witnessed_entry_id" and refusal["limit"] == "a second person"
        assert timeline(nurse, session_id)["dose"]["ledger"]["unwitnessed"] == [wasted["entry_id"]]
        due = nurse.get("/api/v1/clinic/due").json()["wastes"]
        assert (wasted["entry_id"], session_id) in [(one["entry_id"], one["session_id"]) for one in due]
        chart(pharmacist, session_id, "ledger_witnessed", **named)
        assert timeline(nurse, session_id)["dose"]["ledger"]["unwitnessed"] == []


def test_credentials_and_vials_are_the_clinics_own_record(server: ServerProcess) -> None:
    with (
        server.client("administrator") as administrator,
        server.client("pharmacist") as pharmacist,
        server.client("nurse") as nurse,
    ):
        person = nurse.get("/api/v1/me").json()["account_id"]
        held = sent("staff_credential", account_id=person, credential="moderate_sedation", valid_until="2100-01-31")
        (result,) = record_of_clinic(administrator, held)
        assert result["outcome"] == "recorded" and result["alerts"] == []
        assert record_of_clinic(administrator, held)[0]["outcome"] == "duplicate"
        assert record_of_clinic(nurse, held | {"entry_id": str(uuid_utils.compat.uuid7())})[0]["outcome"] == "refused"
        received = sent("vial_stock", movement="received", vial_content_mg=200, vials=12)
        counted = sent("shift_count", vial_content_mg=200, vials=11)
        assert [one["outcome"] for one in record_of_clinic(pharmacist, received, counted)] == ["recorded"] * 2
        seen = sent("stock_witnessed", witnessed_entry_id=counted["entry_id"])
        (refused,) = record_of_clinic(pharmacist, seen)
        assert refused["outcome"] == "refused" and refused["problems"][0]["field"] == "witnessed_entry_id"
        assert record_of_clinic(nurse, seen)[0]["outcome"] == "recorded"
        view = administrator.get("/api/v1/clinic").json()
        assert view["credentials"][person] == {"moderate_sedation": "2100-01-31"}
        line = view["vial_stock_by_content_mg"]["200"]
        assert (line["vials"], line["counted"], line["difference"]) == (12, 11, -1)
        assert received["entry_id"] in view["unwitnessed"] and counted["entry_id"] not in view["unwitnessed"]
        wrong = sent("clinic_entered_in_error", withdrawn_entry_id=received["entry_id"], reason="miscounted")
        (refused,) = record_of_clinic(administrator, wrong)
        assert "your role may not correct this" in refused["problems"][0]["reason"]
        assert record_of_clinic(pharmacist, wrong)[0]["outcome"] == "recorded"
        number = result["change_number"]
        (change, *_) = nurse.get(f"/api/v1/changes?after={number - 1}").json()["changes"]
        assert change["session_id"] is None and change["entry"]["entry_id"] == held["entry_id"]


def test_kinds_of_the_clinic_and_of_sessions_do_not_mix(server: ServerProcess) -> None:
    with server.client("nurse") as nurse, server.client("administrator") as administrator:
        session_id = plan(nurse)
        vials = sent("vial_stock", movement="received", vial_content_mg=500, vials=1)
        assert one_problem(nurse, session_id, vials)["field"] == "kind"
        (result,) = record_of_clinic(nurse, sent("note", text="not of a session"))
        assert result["outcome"] == "refused" and result["problems"][0]["field"] == "kind"
        assert [one["outcome"] for one in record_of_clinic(administrator, vials)] == ["refused"]


def test_a_follow_up_after_discharge(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        start(nurse, session_id)
        chart(nurse, session_id, "infusion_ended", reason="completed")
        chart(nurse, session_id, "discharged", has_happened=True, escort="a friend")
        told = chart(
            nurse, session_id, "follow_up", point="24_hours", reached="yes", instrument="nrs", score_points=3,
            recall="average_24h", circumstance="rest", satisfaction="satisfied", sleep_points=2, mood_points=3,
            opioid_mg_morphine_per_day=20, late_effects=["none"], follow_on_drug="none",
        )  # fmt: skip
        view = timeline(nurse, session_id)
        assert view["session"]["status"] == "discharged"
        assert entry_of(view, told)["late_effects"] == ["none"]
        late = one_problem(nurse, session_id, sent("vital_signs", heart_rate_per_min=70))
        assert late["field"] == "kind"


def test_two_routes_without_the_pumps_number_make_a_rate(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        start(nurse, session_id, rate_mg_per_h=35, rate_mg_per_kg_per_h=0.5)
        infusion = timeline(nurse, session_id)["session"]["infusion"]
        assert infusion["rate_mg_per_h"] == 35 and infusion["rate_mg_per_kg_per_h"] == 0.5
        alone = one_problem(nurse, session_id, sent("rate_changed", rate_mg_per_h=40))
        assert alone["field"] == "pump_rate_ml_per_h"


def test_a_contradiction_names_the_number_to_read_again(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        odd = sent(
            "infusion_started", pump_rate_ml_per_h=35, concentration_mg_per_ml=1, rate_mg_per_h=35,
            rate_mg_per_kg_per_h=0.05, has_happened=True,
        )  # fmt: skip
        (result,) = record(nurse, session_id, odd)
        assert result["outcome"] == "confirmation_needed"
        asked = next(one for one in result["problems"] if one["field"] == "rate_mg_per_kg_per_h")
        assert "read mg/kg/h and weight again" in asked["reason"] and "ten-fold" in asked["reason"]
        assert not any(one["field"] in ("pump_rate_ml_per_h", "rate_mg_per_h") for one in result["problems"])


def test_fahrenheit_as_typed_is_kept_beside_celsius(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        typed = chart(nurse, session_id, "vital_signs", temperature_fahrenheit=98.6)
        shown = entry_of(timeline(nurse, session_id), typed)
        assert shown["temperature_fahrenheit"] == 98.6 and shown["temperature_celsius"] == 37
        slip = one_problem(nurse, session_id, sent("vital_signs", temperature_celsius=98.6))
        assert slip["field"] == "temperature_celsius" and "Fahrenheit" in slip["reason"]


def test_a_readiness_item_is_unchanged_by_naming_the_answer_that_still_holds(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        before = plan(nurse, patient_label="TP-same")
        answered = chart(nurse, before, "readiness_item", item="active_psychosis", answer="no")
        now = plan(nurse, patient_label="TP-same")
        same = {"item": "active_psychosis", "answer": "no", "unchanged_from_entry_id": answered["entry_id"]}
        chart(nurse, now, "readiness_item", **same)
        assert "active_psychosis" not in timeline(nurse, now)["session"]["care"]["readiness_unclear"]
        other = one_problem(nurse, now, sent("readiness_item", **same | {"answer": "yes"}))
        assert other["field"] == "unchanged_from_entry_id"
        foreign = one_problem(nurse, plan(nurse), sent("readiness_item", **same))
        assert foreign["field"] == "unchanged_from_entry_id"


def test_a_course_adds_its_sessions_up(server: ServerProcess) -> None:
    with server.client("nurse") as nurse, server.client("reviewer") as reviewer:
        course_id = str(uuid_utils.compat.uuid7())
        assert reviewer.get(f"/api/v1/courses/{course_id}").status_code == 404
        sessions = [
            plan(nurse, patient_label="TP-course", course_id=course_id, course_session_number=number)
            for number in (1, 2)
        ]
        start(nurse, sessions[0])
        chart(nurse, sessions[0], "bolus", dose_mg=5)
        chart(nurse, sessions[0], "course_decision", decision="continue", reason="helps")
        course = reviewer.get(f"/api/v1/courses/{course_id}").json()
        assert [one["session_id"] for one in course["sessions"]] == sessions
        assert course["cumulative_mg"] >= 5 and course["last_decision"] == "continue"


@pytest.mark.parametrize("path", ["sessions/{}/audit", "sessions/{}/timeline", "courses/{}"])
def test_unknown_ids_are_404_in_the_form_of_problems(server: ServerProcess, path: str) -> None:
    with server.client("physician") as client:
        answer = client.get(f"/api/v1/{path.format(uuid_utils.compat.uuid7())}")
        assert answer.status_code == 404 and answer.json()["problems"][0]["field"] in ("session_id", "course_id")


def test_a_cut_list_says_where_it_goes_on(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        at = datetime.now(UTC) - timedelta(hours=3)
        for number in range(5):
            session_id = plan(nurse, at=at)
            if number % 2:
                begun = {"effective_at": at.isoformat(), "pump_rate_ml_per_h": 20, "concentration_mg_per_ml": 1}
                chart(nurse, session_id, "infusion_started", **begun)
        whole = nurse.get("/api/v1/sessions?limit=1000").json()
        assert whole["next"] is None and len(whole["sessions"]) >= 5
        found: list[dict[str, Any]] = []
        after: dict[str, str] = {}
        while True:
            page = nurse.get("/api/v1/sessions", params={"limit": 2, **after}).json()
            found += page["sessions"]
            assert len(page["sessions"]) <= 2
            if page["next"] is None:
                break
            after = {"after": page["next"]}
        assert [one["session_id"] for one in found] == [one["session_id"] for one in whole["sessions"]]
        starts = [one["started_at"] for one in found]
        begun_at = [one for one in starts if one is not None]
        assert begun_at == sorted(begun_at, reverse=True) and starts[: len(begun_at)] == begun_at


REFUSALS = [
    ("POST", "/api/v1/sessions", {"session_id": "x", "entries": [{}]}, 422),
    ("POST", "/api/v1/sessions/{unknown}/entries", {"entries": [{}]}, 404),
    ("POST", "/api/v1/sessions/x/entries", {"entries": [{}]}, 422),
    ("POST", "/api/v1/clinic/entries", {"entries": []}, 422),
    ("POST", "/api/v1/alerts/{unknown}/acknowledgements", {"entry_id": "x", "action": "other"}, 404),
    ("POST", "/api/v1/accounts", {}, 403),
    ("POST", "/api/v1/login", {"username": "a\u0000b", "password": "x"}, 422),
    ("GET", "/api/v1/sessions?status=all", None, 422),
    ("GET", "/api/v1/sessions?after=bm8", None, 422),
    ("GET", "/api/v1/courses/x", None, 422),
    ("GET", "/api/v1/panel?minutes=0", None, 422),
    ("PUT", "/api/v1/clinic", None, 405),
    ("GET", "/api/v1/clinic/entries", None, 405),
]


@pytest.mark.parametrize(("method", "path", "body", "status"), REFUSALS)
def test_every_refusal_has_field_reason_and_limit(
    server: ServerProcess, method: str, path: str, body: dict[str, Any] | None, status: int
) -> None:
    with server.client("nurse") as client:
        answer = client.request(method, path.replace("{unknown}", str(uuid_utils.compat.uuid7())), json=body)
        assert answer.status_code == status, answer.text
        for one in answer.json()["problems"]:
            assert one.keys() == {"field", "reason", "limit"} and one["reason"]


READERS_AND_ADMINISTRATOR = {"administrator", "nurse", "physician", "physician_assistant", "pharmacist", "reviewer"}
CLINIC_DOORS = [
    ("GET", "/api/v1/clinic/due", READERS_AND_ADMINISTRATOR),
    ("GET", "/api/v1/clinic", READERS_AND_ADMINISTRATOR),
    ("POST", "/api/v1/clinic/entries", {"administrator", "nurse", "physician", "physician_assistant", "pharmacist"}),
    ("GET", "/api/v1/sessions/{}/audit", {"nurse", "physician", "physician_assistant", "pharmacist", "reviewer"}),
    ("GET", "/api/v1/courses/{}", {"nurse", "physician", "physician_assistant", "pharmacist", "reviewer"}),
]


@pytest.mark.parametrize(("method", "path", "permitted"), CLINIC_DOORS)
def test_doors_of_the_record_by_role(server: ServerProcess, method: str, path: str, permitted: set[str]) -> None:
    path = path.format(uuid_utils.compat.uuid7())
    body = {"entries": [{}]} if method == "POST" else None
    roles = ("administrator", "nurse", "physician_assistant", "physician", "pharmacist", "reviewer", "device")
    for role in roles:
        with server.client(role) as client:
            assert (client.request(method, path, json=body).status_code in (200, 404)) is (role in permitted), role
    with server.client() as nobody:
        assert nobody.request(method, path, json=body).status_code == 401


def test_every_kind_but_the_servers_own_can_be_recorded_by_somebody_and_reviewers_only_read() -> None:
    assert frozenset().union(*ENTRY_KINDS.values()) == SESSION_KINDS.keys() - SERVER_KINDS
    assert frozenset().union(*CLINIC_ENTRY_KINDS.values()) == CLINIC_KINDS.keys()
    assert recordable_kinds("reviewer") == recordable_kinds("nobody") == frozenset()
    assert not recordable_kinds("pharmacist") & {"amendment", "entered_in_error", "start_override", "vital_signs"}
    assert "start_override" not in recordable_kinds("nurse") | recordable_kinds("physician_assistant")
    assert recordable_kinds("administrator") <= CLINIC_KINDS.keys() and "pump_volume" in recordable_kinds("device")
