"""What a physician does at the panel and on the session page: override a held start, set limits of one patient,
answer what is overdue in one tap. The nurse's part goes over HTTP."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.api.small_record import chart, plan, record
from tests.browser.journeys import WAIT_MS, started
from tests.record_building import BASELINE, sent
from tests.server_process import PASSWORD, ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
expect.set_options(timeout=WAIT_MS)


def test_a_held_start_is_overridden_from_the_panel_with_a_reason(physician: Page, server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse, patient_label="TP-101")
        tile = physician.locator(f'[data-session="{session_id}"]')
        expect(tile.locator(".tile__held")).to_have_text(re.compile(r"Start held: \d+ items"))
        rate = sent("infusion_started", pump_rate_ml_per_h=20, concentration_mg_per_ml=1)
        assert record(nurse, session_id, rate)[0]["outcome"] == "refused"

        target = tile.locator(".tile__care").bounding_box()
        assert target is not None and target["height"] >= 48
        tile.locator(".tile__care").click()
        detail = physician.locator("#panel--detail")
        expect(detail).to_contain_text("consent, not recorded")
        detail.locator('[data-role="override"]').click()
        detail.locator('[name="reason"]').fill("consent given on paper")
        detail.locator('[data-role="override-save"]').click()
        expect(tile.locator(".tile__held")).to_have_text("Start not held")
        expect(tile.locator(".tile__flags")).to_have_text("Start overridden (consent given on paper)")
        expect(detail).to_contain_text("overridden by Test Physician 1")
        assert record(nurse, session_id, rate)[0]["outcome"] == "recorded"
    expect(tile).to_contain_text("running")
    expect(tile.locator(".tile__held")).to_have_text("")


def test_an_override_whose_answer_was_lost_is_sent_again_as_it_was(physician: Page, server: ServerProcess) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse, patient_label="TP-106")
        seen = nurse.get(f"/api/v1/sessions/{session_id}/gates").json()["start_held"]
    tile = physician.locator(f'[data-session="{session_id}"]')
    tile.locator(".tile__care").click()
    detail = physician.locator("#panel--detail")
    expect(detail).to_contain_text("consent, not recorded")
    detail.locator('[data-role="override"]').click()
    detail.locator('[name="reason"]').fill("consent given on paper")

    def lose_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    physician.route("**/entries", lose_answer)
    detail.locator('[data-role="override-save"]').click()
    expect(detail.locator('[data-role="problems"]')).to_contain_text("the server was not reached")
    physician.unroute_all()
    expect(tile.locator(".tile__held")).to_have_text("Start not held")
    detail.locator('[data-role="override-save"]').click()
    expect(detail.locator("[name=reason]")).to_have_count(0)
    with server.client("nurse") as nurse:
        entries = nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["entries"]
    (given,) = [one for one in entries if one["kind"] == "start_override"]
    assert given["overridden"].split() == seen


def test_a_limit_and_an_oxygen_target_of_one_patient_stand_on_page_and_tile(
    physician: Page, server: ServerProcess
) -> None:
    session_id = started(server, patient_label="TP-102")
    physician.goto(f"{server.url}/sessions/{session_id}")
    limits = physician.locator("#session--limits")
    limits.locator('[data-role="set-limit"]').click()
    limits.locator('[name="rule_id"]').select_option("hr.high.warning")
    limits.locator('[name="limit"]').fill("135")
    limits.locator('[name="reason"]').fill("baseline tachycardia")
    limits.locator('[data-role="limit-save"]').click()
    expect(limits.locator('[data-role="problems"]')).to_contain_text("looser than")
    limits.locator('[name="limit"]').fill("125")
    limits.locator('[data-role="limit-save"]').click()
    expect(limits.locator("[data-own]")).to_contain_text("over 125 /min")
    expect(limits.locator("[data-own]")).to_contain_text("clinic 120 /min")
    limits.locator('[data-role="set-target"]').click()
    limits.locator('[name="target"]').select_option("target_88_92")
    limits.locator('[name="reason"]').fill("hypercapnia")
    limits.locator('[data-role="target-save"]').click()
    expect(limits.locator("#session--own-limits")).to_contain_text(
        "Oxygen target 88\N{EN DASH}92 % \N{EN DASH} hypercapnia"
    )
    with server.client("nurse") as nurse:
        values = BASELINE | {"heart_rate_per_min": 123, "spo2_percent": 90, "temperature_celsius": 36.9}
        chart(nurse, session_id, "vital_signs", **values, acvpu="alert", supplemental_oxygen=True)
        chart(nurse, session_id, "sedation", scale="ramsay", level=2)
    expect(physician.locator('[data-more="temperature_celsius"]')).to_have_text("36.9 \N{DEGREE SIGN}C")
    expect(physician.locator('[data-more="sedation"]')).to_have_text("Ramsay 2")
    expect(physician.locator('[data-news2-part="spo2_percent"]')).to_have_text("0")
    expect(physician.locator("#session--news2")).to_contain_text("does not see a pressure rise")
    expect(physician.locator("#session--notes")).not_to_contain_text("SpO2 90")
    physician.goto(f"{server.url}/panel")
    tile = physician.locator(f'[data-session="{session_id}"]')
    expect(tile.locator(".tile__flags")).to_contain_text("Own limit: Heart rate over 125 /min (baseline tachycardia)")
    expect(tile.locator(".tile__flags")).to_contain_text("Oxygen target 88\N{EN DASH}92 % (hypercapnia)")
    expect(tile.locator(".tile__news2")).to_contain_text(re.compile(r"NEWS2 \d+$"))


def test_all_that_is_overdue_in_one_session_is_answered_on_one_card(physician: Page, server: ServerProcess) -> None:
    session_id = started(server, minutes_ago=30, patient_label="TP-105")
    card = physician.locator(".alert").filter(has_text="TP-105")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("Overdue: HR, BP, SpO2, RR, sedation")
    card.get_by_role("button", name="Acknowledge").click()
    card.get_by_role("button", name="Re-measure 5 min").click()
    expect(card).to_contain_text("Test Physician 1")
    with server.client("physician") as client:
        alerts = client.get(f"/api/v1/sessions/{session_id}/timeline").json()["session"]["alerts"]
    assert len(alerts) == 5 and all(one["acknowledged"]["action"] == "remeasure" for one in alerts)


def test_what_is_written_in_an_answer_stays_whatever_comes_meanwhile(physician: Page, server: ServerProcess) -> None:
    session_id = started(server, patient_label="TP-106")
    with server.client("nurse") as nurse:
        chart(nurse, session_id, "serious_event")
        card = physician.locator(".alert").filter(has_text="TP-106")
        card.locator("text=Acknowledge").click()
        card.locator("text=Other").click()
        physician.keyboard.type("on the way")
        alerts = nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["session"]["alerts"]
        chart(nurse, session_id, "at_the_chair", alert_id=alerts[-1]["alert_id"])
    expect(card).to_contain_text("At the chair: Test Nurse 1")
    expect(card.locator("input")).to_be_focused()
    expect(card.locator("input")).to_have_value("on the way")
    physician.keyboard.press("Enter")
    expect(card).to_have_count(0)
    with server.client("nurse") as nurse:
        alerts = nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["alerts"]
    assert [one["acknowledged"]["remark"] for one in alerts if one["level"] == "critical"] == ["on the way"]


def test_a_panel_of_somebody_who_is_not_signed_in_any_more_records_nothing(
    physician: Page, server: ServerProcess
) -> None:
    session_id = started(server, patient_label="TP-107")
    with server.client("nurse") as nurse:
        chart(nurse, session_id, "serious_event")
        card = physician.locator(".alert").filter(has_text="TP-107")
        card.locator("text=Acknowledge").click()
        second_tab = physician.context.request
        answer = second_tab.post(f"{server.url}/api/v1/login", data={"username": "nurse", "password": PASSWORD})
        assert answer.ok
        card.locator("text=Physician at chair").click()
        bar = physician.locator(".shell__other-person")
        expect(bar).to_contain_text("Not recorded: Test Nurse 1 is signed in now")
        expect(card).to_contain_text("Not recorded")
        alerts = nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["session"]["alerts"]
        assert [one["acknowledged"] for one in alerts if one["level"] == "critical"] == [None]
        bar.locator("button").click()
        expect(physician.locator("#shell--who")).to_have_text("Test Nurse 1")
        expect(bar).to_have_count(0)
