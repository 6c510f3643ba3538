"""The sound of the panel: on a server of its own, where nothing else begins to sound while the test looks."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.api.small_record import chart
from tests.browser.journeys import WAIT_MS, started
from tests.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
expect.set_options(timeout=WAIT_MS)


def test_a_new_alert_ends_the_pause_of_the_sound_and_a_reload_forgets_it(
    physician: Page, server: ServerProcess
) -> None:
    first, second = started(server, patient_label="TP-103"), started(server, patient_label="TP-104")
    panel, button = physician.locator('[data-page="panel"]'), physician.locator("#panel--sound")
    button.click()
    expect(button).to_have_text("Sound on")
    with server.client("nurse") as nurse:
        chart(nurse, first, "serious_event")
        expect(panel).to_have_attribute("data-sounding", "critical")
        expect(button).to_have_text("Pause sound 2 min")
        physician.wait_for_timeout(1000)  # a tap sooner than that was meant for what the button said before
        button.click()
        expect(button).to_have_text(re.compile(r"Paused [12]:\d\d"))
        expect(panel).to_have_attribute("data-sounding", "")
        expect(physician.locator("#panel--paused")).to_have_text(
            re.compile(r"Sound paused \d:\d\d by Test Physician 1")
        )
        chart(nurse, second, "serious_event")
        expect(panel).to_have_attribute("data-sounding", "critical")
        expect(physician.locator("#panel--paused")).to_have_text("")
    physician.wait_for_timeout(1000)
    button.click()
    expect(panel).to_have_attribute("data-sounding", "")
    physician.reload()
    expect(panel).to_have_attribute("data-sounding", "critical")
