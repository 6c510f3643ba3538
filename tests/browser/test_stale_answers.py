"""An answer that is tried again until it arrives still says what the person saw: it mutes no level reached since."""

import pytest
from playwright.sync_api import Page, expect

from tests.api.small_record import chart, plan, start
from tests.browser.journeys import WAIT_MS
from tests.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
expect.set_options(timeout=WAIT_MS)


@pytest.mark.parametrize("was_lost_before_it_rose", [True, False])
def test_an_answer_to_the_warning_does_not_mute_the_critical(
    physician: Page, server: ServerProcess, was_lost_before_it_rose: bool
) -> None:
    with server.client("nurse") as nurse:
        session_id = plan(nurse, patient_label="TP-201")
        start(nurse, session_id, pump_rate_ml_per_h=20, concentration_mg_per_ml=1)
        chart(nurse, session_id, "vital_signs", spo2_percent=91)
        card = physician.locator(".alert").filter(has_text="SpO2")
        card.get_by_role("button", name="Acknowledge").click()
        if was_lost_before_it_rose:
            physician.route("**/acknowledgements", lambda route: route.abort())
            card.get_by_role("button", name="Rate lowered").click()
            expect(card).to_contain_text("Not recorded yet")
            chart(nurse, session_id, "vital_signs", spo2_percent=85)
            expect(card).to_have_attribute("data-level", "critical")
            physician.unroute_all()
        else:
            chart(nurse, session_id, "vital_signs", spo2_percent=85)
            expect(card).to_have_attribute("data-level", "critical")
            card.get_by_role("button", name="Rate lowered").click()
        expect(card).to_contain_text(
            "Not recorded: the alert has become critical since: look at it and answer again (at "
        )
        expect(card).to_have_attribute("data-state", "open")
        card.get_by_role("button", name="Acknowledge").click()
        card.get_by_role("button", name="Rate lowered").click()
        expect(card).to_contain_text("Test Physician 1")
        expect(card.locator(".alert__problem")).to_have_text("")
        alerts = nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["session"]["alerts"]
        (answered,) = [one["acknowledged"]["action"] for one in alerts if one["condition"] == "spo2.low"]
        assert answered == "rate_lowered"
        chart(nurse, session_id, "session_aborted")
