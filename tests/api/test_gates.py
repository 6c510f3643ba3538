"""The two gates over HTTP: what holds a start and a discharge home, item by item, and how it is lifted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import uuid_utils.compat

from session_store.domain.entry_choices import ReadinessItem
from tests.api.conftest import ROLES
from tests.api.small_record import account_id, chart, complete_start, credential_everybody, plan, record, start
from tests.record_building import BASELINE, sent
from tests.server_process import ServerProcess

RATE = {"pump_rate_ml_per_h": 20, "concentration_mg_per_ml": 1}
READERS = {"nurse", "physician", "physician_assistant", "pharmacist", "reviewer"}


def gates(client: httpx.Client, session_id: str) -> dict[str, Any]:
    return client.get(f"/api/v1/sessions/{session_id}/gates").raise_for_status().json()  # type: ignore[no-any-return]


def details(items: list[dict[str, Any]]) -> dict[str, str | None]:
    return {one["rule_id"]: one["detail"] for one in items}


def ago(**duration: float) -> str:
    return (datetime.now(UTC) - timedelta(**duration)).isoformat()


def test_what_holds_a_start_is_told_item_by_item(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        found = gates(nurse, session_id)
        assert found["start_held"] == [one["rule_id"] for one in found["start"] if one["is_held"]]
        assert found["discharge"] == found["discharge_held"] == []
        assert (found["act"], found["status"]) == ("start", "ready")
        told = details(found["start"])
        assert told["start.personnel.held"] == "not both named" and told["start.consent.held"] == "not recorded"
        assert told["start.pregnancy.held"] == "not answered"
        assert not {"start.weight_missing.held", "start.pain.held", "start.setting.held"} & told.keys()
        chart(nurse, session_id, "readiness_item", item="pregnancy", answer="yes")
        chart(nurse, session_id, "consent", is_given=False, scope="session", taken_by="Test Nurse 1")
        chart(nurse, session_id, "vital_signs", **BASELINE | {"systolic_mmhg": 150})
        told = details(gates(nurse, session_id)["start"])
        assert told["start.pregnancy.held"] == "answered: yes" and told["start.consent.held"] == "refused for session"
        assert "start.systolic_caution.advisory" in told
        assert "start.systolic_caution.advisory" not in gates(nurse, session_id)["start_held"]


def test_a_baseline_that_is_too_old_says_so(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse, at=datetime.now(UTC) - timedelta(minutes=40))
        told = details(gates(nurse, session_id)["start"])
        assert told["start.baseline_spo2.held"] == "older than 30 min"


def test_a_complete_start_is_held_by_nothing_and_starts(server: ServerProcess) -> None:
    with (
        server.client("administrator") as administrator,
        server.client("physician") as physician,
        server.client("nurse") as nurse,
    ):
        session_id = plan(nurse)
        people = account_id(physician), account_id(nurse)
        lacking = sent(
            "setting_attested", is_monitored=True, attested_by="Test Physician 1",
            supervising_account_id=people[0], administering_account_id=people[1],
            confirmed=["supervising_account_id", "administering_account_id"],
        )  # fmt: skip
        assert record(nurse, session_id, lacking)[0]["outcome"] == "recorded"
        words = details(gates(nurse, session_id)["start"])["start.credentials.held"]
        assert words is not None and words.startswith(
            "missing or expired: supervising physician: ketamine experience, ACLS"
        )
        credential_everybody(administrator, *people)
        complete_start(nurse, session_id, *people)
        assert gates(nurse, session_id)["start_held"] == []
        assert record(nurse, session_id, sent("infusion_started", **RATE))[0]["outcome"] == "recorded"
        found = gates(nurse, session_id)
        assert found["start"] == found["discharge"] == []
        # Nothing was asked: no empty list is to be read as a gate that is met.
        assert (found["act"], found["status"]) == (None, "running")
        alerts = nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["alerts"]
        assert not [one for one in alerts if one["condition"] == "start.missing"]


def test_a_refused_start_names_what_holds_it_and_one_that_has_happened_is_recorded(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse)
        begun = sent("infusion_started", **RATE)
        (result,) = record(nurse, session_id, begun)
        assert result["outcome"] == "refused"
        assert [one["field"] for one in result["problems"]] == gates(nurse, session_id)["start_held"]
        # The refused one occupies nothing: the same entry may say that it has happened.
        (result,) = record(nurse, session_id, begun | {"has_happened": True})
        assert result["outcome"] == "recorded"
        assert "start.missing" in {one["condition"] for one in result["alerts"]}


def test_recovery_shows_what_holds_the_discharge_and_counts_the_time(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse, at=datetime.now(UTC) - timedelta(hours=2))
        start(nurse, session_id, **RATE, effective_at=ago(hours=2))
        chart(nurse, session_id, "infusion_ended", effective_at=ago(minutes=20))
        found = gates(nurse, session_id)
        assert found["start"] == [] and "discharge.ended.held" not in found["discharge_held"]
        assert (found["act"], found["status"]) == ("discharge", "recovery")
        items = {one["rule_id"]: one for one in found["discharge"]}
        until = datetime.fromisoformat(items["discharge.observed.held"]["not_before"])
        assert timedelta(minutes=39) < until - datetime.now(UTC) < timedelta(minutes=41)
        assert items["discharge.score.held"]["detail"] == "PADSS, not assessed since the end"
        assert items["discharge.stable_sets.held"]["detail"] == "no complete set since the end"
        chart(nurse, session_id, "vital_signs", **BASELINE)
        chart(
            nurse, session_id, "discharge_assessment", score="padss", padss_vital_signs=2, padss_ambulation=1,
            padss_nausea=2, padss_pain=1, padss_iv_site=2, is_oriented=True, walks_safely=False,
        )  # fmt: skip
        items = {one["rule_id"]: one for one in gates(nurse, session_id)["discharge"]}
        assert items["discharge.score.held"]["detail"] == "PADSS; last PADSS: 8 of 10"
        assert items["discharge.walks.held"]["detail"] == "answered: no"
        assert items["discharge.instructions.held"]["detail"] == "not answered"
        assert items["discharge.stable_sets.held"]["detail"] == "one stable set"
        assert items["discharge.sets_apart.held"]["not_before"] and "discharge.oriented.held" not in items


@pytest.mark.parametrize("role", [*ROLES, "device"])
def test_readers_of_a_session_may_see_its_gates(server: ServerProcess, role: str) -> None:
    with server.client(role) as client:
        answer = client.get(f"/api/v1/sessions/{uuid_utils.compat.uuid7()}/gates")
    assert answer.status_code == (404 if role in READERS else 403) and answer.json()["problems"]


def test_every_item_of_the_check_list_has_a_row_of_the_gate(server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        held = set(gates(nurse, plan(nurse))["start_held"])
    cautioned = {ReadinessItem.MODERATE_LIVER_DISEASE, ReadinessItem.ACTIVE_SUBSTANCE_ABUSE}
    only_if_indicated = {ReadinessItem.ECG_DONE, ReadinessItem.LIVER_TESTS_DONE}
    expected = {f"start.{one}.held" for one in set(ReadinessItem) - cautioned - only_if_indicated}
    assert expected <= held
