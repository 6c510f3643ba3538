"""The predicted band under the one-session figure: its words, a band that follows the record and the window of time."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.api.small_record import chart, plan
from tests.browser.journeys import WAIT_MS
from tests.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
expect.set_options(timeout=WAIT_MS)
BAND = "#session--model path.model__band"
# "80 to 120" with a dash: the second number, within two bounds; time goes on, so that it is never quite the same.
HIGHEST = "Number(document.querySelector('#session--model-range').textContent.split('\u2013')[1])"
HIGHEST_IS = f"([low, high]) => {HIGHEST} >= low && {HIGHEST} <= high"


def highest(page: Page) -> float:
    return float(page.evaluate(HIGHEST))


def test_the_band_says_that_it_is_a_model_and_follows_the_record(physician: Page, server: ServerProcess) -> None:
    began = datetime.now(UTC) - timedelta(minutes=40)
    with server.client("nurse") as nurse:
        session_id = plan(nurse, at=began - timedelta(minutes=5))
        physician.goto(f"{server.url}/sessions/{session_id}")
        row = physician.locator("#session--model")
        expect(row).to_contain_text("No prediction: no ketamine given yet.")
        expect(physician.locator(BAND)).to_have_count(0)
        height = row.evaluate("(node) => node.offsetHeight")

        rate = {"pump_rate_ml_per_h": 35, "concentration_mg_per_ml": 1, "has_happened": True}
        chart(nurse, session_id, "infusion_started", effective_at=began.isoformat(), **rate)
        expect(physician.locator(BAND)).to_have_attribute("d", re.compile(r"^M[-0-9.,L]+Z$"))
        expect(row).to_contain_text("MODEL")
        expect(row).to_contain_text("Model, not measured. Not for dosing.")
        expect(row).to_contain_text("Simons 2022, Domino 1982/84, Clements & Nimmo 1981, Fanta 2015")
        assert row.evaluate("(node) => node.offsetHeight") == height
        before = highest(physician)

        bolus_at = datetime.now(UTC) - timedelta(minutes=5)
        bolus = chart(nurse, session_id, "bolus", dose_mg=30, effective_at=bolus_at.isoformat())
        physician.wait_for_function(HIGHEST_IS, arg=[before + 50, 10_000])
        chart(nurse, session_id, "entered_in_error", withdrawn_entry_id=bolus["entry_id"], reason="not given")
        physician.wait_for_function(HIGHEST_IS, arg=[before - 5, before + 5])

        drawn = physician.locator(BAND).get_attribute("d")
        physician.click('[data-range="15"]')
        expect(physician.locator(BAND)).not_to_have_attribute("d", drawn or "")

        physician.click('[data-role="model-switch"]')
        expect(row).to_be_hidden()
        physician.reload()
        expect(physician.locator("#session--plot .main-svg").first).to_be_visible()
        expect(row).to_be_hidden()
        physician.click('[data-role="model-switch"]')
        expect(physician.locator(BAND)).to_have_count(1)
        chart(nurse, session_id, "session_aborted")
