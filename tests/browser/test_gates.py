"""The two gates on a real tablet: what holds is told, a physician overrides at the chair, and what has happened is
recorded whatever is missing, also where the server cannot be asked; a critical alert that nobody answers is large."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.api.small_record import account_id, add_second_physician, chart, credential_everybody, plan, start
from tests.browser.clocked_server import ClockedServer
from tests.browser.journeys import (
    WAIT_MS,
    choose_person,
    new_page,
    open_form,
    open_more,
    override_start,
    press_digits,
    save,
    sign_in,
)
from tests.server_process import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
expect.set_options(timeout=WAIT_MS)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClockedServer]:
    folder: Path = tmp_path_factory.mktemp("gates")
    process = ClockedServer(folder)
    process.add_accounts("nurse", "physician", "administrator")
    process.start()
    yield process
    process.stop()


@pytest.fixture(scope="module")
def second_physician(server: ClockedServer) -> str:
    """User name of another physician; the password is everybody's."""
    return add_second_physician(server)


@pytest.fixture(scope="module")
def tablet(browser: Browser, server: ClockedServer) -> Page:
    """Signed in as the nurse."""
    _, page = new_page(browser)
    sign_in(page, server.url, "nurse")
    return page


@pytest.fixture(autouse=True)
def nothing_is_left_over(tablet: Page) -> Iterator[None]:
    """The tablet of all tests reaches the server again, whatever one of them has cut off, and keeps nothing of it."""
    yield
    tablet.unroute_all()
    tablet.evaluate("localStorage.clear()")


def planned(server: ClockedServer) -> str:
    with server.client("nurse") as nurse:
        return plan(nurse)


def record_of(server: ClockedServer, session_id: str) -> dict[str, Any]:
    with server.client("nurse") as nurse:
        return nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()  # type: ignore[no-any-return]


def entry_of(server: ClockedServer, session_id: str, kind: str) -> dict[str, Any]:
    (found,) = [one for one in record_of(server, session_id)["entries"] if one["kind"] == kind]
    return found  # type: ignore[no-any-return]


def type_start(page: Page) -> None:
    open_form(page, "infusion_started")
    press_digits(page, "infusion_started", "pump_rate_ml_per_h", "17")
    press_digits(page, "infusion_started", "concentration_mg_per_ml", "2")


def override(page: Page, password: str, *, username: str = "physician") -> None:
    held = page.locator('[data-view="start_held"]')
    held.locator("input[name=username]").fill(username)
    held.locator("input[name=password]").fill(password)
    held.locator("[data-role=save]").click()


def held_view(page: Page, server: ClockedServer, session_id: str, act: str = "start") -> Locator:
    """The list with the two ways on, in front."""
    page.goto(f"{server.url}/bedside/{session_id}")
    page.locator(f'#bedside--{act}-gate [data-role="gate-ways"]').click()
    return page.locator(f'[data-view="{act}_held"]')


def person(held: Locator) -> list[str]:
    return [held.locator(f"input[name={name}]").input_value() for name in ("username", "password")]


def no_gates(route: Route) -> None:
    route.abort()


def test_a_held_start_says_what_holds_it_and_a_physician_overrides_at_the_chair(
    server: ClockedServer, tablet: Page
) -> None:
    session_id = planned(server)
    tablet.goto(f"{server.url}/bedside/{session_id}")
    card = tablet.locator("#bedside--start-gate")
    expect(card).to_contain_text("15 items hold the start")
    card.locator(".gate__item").filter(has_text="Supervising and administering").click()
    expect(tablet.locator('[data-entry-form="setting_attested"]')).to_be_visible()
    type_start(tablet)
    expect(tablet.locator('[data-gate-line="start"]')).to_contain_text("15 items hold the start")
    save(tablet, "infusion_started")
    held = tablet.locator('[data-view="start_held"]')
    expect(held).to_contain_text("Supervising and administering clinician")
    expect(held).to_contain_text(re.compile("Pregnant.*not answered"))
    held.locator("[name=reason]").fill("seen and known to me")
    override(tablet, "not the password")
    expect(held).to_contain_text("User name and password do not fit")
    assert person(held) == ["", ""]
    expect(held.locator("[name=reason]")).to_have_value("seen and known to me")
    override(tablet, PASSWORD)
    expect(tablet.locator('[data-entry-form="infusion_started"]')).to_contain_text("Overridden by Test Physician 1")
    expect(tablet.locator('[name="pump_rate_ml_per_h"]').first).to_have_value("17")
    save(tablet, "infusion_started")
    expect(tablet.locator('#bedside--head [data-show="status"]')).to_have_text("Running")
    expect(tablet.locator("#shell--who")).to_have_text("Test Nurse 1")
    assert entry_of(server, session_id, "start_override")["author_name"] == "Test Physician 1"
    assert entry_of(server, session_id, "infusion_started")["author_name"] == "Test Nurse 1"


def test_what_runs_already_is_recorded_and_alerts(server: ClockedServer, tablet: Page) -> None:
    session_id = planned(server)
    tablet.goto(f"{server.url}/bedside/{session_id}")
    type_start(tablet)
    save(tablet, "infusion_started")
    tapped = tablet.locator('[data-view="start_held"] [data-role="happened-then"]')
    expect(tapped).to_contain_text("Running since")
    tapped.click()
    expect(tablet.locator('#bedside--head [data-show="status"]')).to_have_text("Running")
    expect(tablet.locator("#bedside--said")).to_contain_text("what is missing is an alert at the panel")
    expect(tablet.locator("#bedside--alerts")).to_contain_text("Started without")
    expect(tablet.locator("#bedside--unsent")).to_contain_text("0 unsent")
    begun = entry_of(server, session_id, "infusion_started")
    assert begun["has_happened"] is True and begun["pump_rate_ml_per_h"] == 17


def test_a_start_without_a_server_is_never_held_afterwards(server: ClockedServer, tablet: Page) -> None:
    session_id = planned(server)
    tablet.goto(f"{server.url}/bedside/{session_id}")
    expect(tablet.locator("#bedside--start-gate")).to_contain_text("15 items hold the start")
    type_start(tablet)
    server.kill()
    save(tablet, "infusion_started")
    expect(tablet.locator("#bedside--unsent")).to_contain_text("1 unsent")
    # So long the gate may still answer; from then on the nurse has been told that it counts.
    expect(tablet.locator("#bedside--said")).to_contain_text("kept on this tablet")
    server.start()
    expect(tablet.locator("#bedside--unsent")).to_contain_text("0 unsent")
    expect(tablet.locator("#bedside--alerts")).to_contain_text("Started without")
    assert entry_of(server, session_id, "infusion_started")["has_happened"] is True


def test_a_discharge_counts_its_time_down_and_one_who_has_left_is_recorded(server: ClockedServer, tablet: Page) -> None:
    session_id = planned(server)
    with server.client("nurse") as nurse:
        start(nurse, session_id)
        chart(nurse, session_id, "infusion_ended")
    tablet.goto(f"{server.url}/bedside/{session_id}")
    waits = tablet.locator('#bedside--discharge-gate [data-rule="discharge.observed.held"]')
    expect(waits).to_contain_text(re.compile(r"5\d:\d\d left, until"))
    open_more(tablet, "discharged")
    expect(tablet.locator('[data-gate-line="discharge"]')).to_contain_text("hold the discharge home")
    press_digits(tablet, "discharged", "escort", "Test Escort 1")
    save(tablet, "discharged")
    held = tablet.locator('[data-view="discharge_held"]')
    expect(held.locator('[data-rule="discharge.walks.held"]')).to_contain_text("not answered")
    expect(held.locator('[data-rule="discharge.escort.held"]')).to_have_count(0)
    held.locator('[data-role="happened-now"]').click()
    expect(tablet.locator('#bedside--head [data-show="status"]')).to_have_text("Discharged")
    assert entry_of(server, session_id, "discharged")["escort"] == "Test Escort 1"
    assert "discharge.unmet" in {one["condition"] for one in record_of(server, session_id)["alerts"]}


def test_a_gate_that_was_not_asked_about_is_never_shown_as_met(server: ClockedServer, tablet: Page) -> None:
    session_id = planned(server)
    tablet.goto(f"{server.url}/bedside/{session_id}")
    expect(tablet.locator("#bedside--start-gate")).to_contain_text("15 items hold the start")
    tablet.route("**/gates", no_gates)
    with server.client("nurse") as nurse:
        start(nurse, session_id)
        chart(nurse, session_id, "infusion_ended")
    card, line = tablet.locator("#bedside--discharge-gate"), tablet.locator('[data-gate-line="discharge"]')
    expect(card).to_contain_text("What holds the discharge home is not read yet")
    expect(card).to_contain_text(re.compile(r"last asked at \d\d:\d\d, while ready"))
    assert "Nothing holds" not in f"{card.inner_text()} {line.text_content()}"
    tablet.unroute("**/gates", no_gates)
    expect(card).to_contain_text("items hold the discharge home", timeout=2 * WAIT_MS)
    tablet.route("**/gates", no_gates)
    server.move_on(seconds=61)
    expect(card).to_contain_text(re.compile(r"items held the discharge home at \d\d:\d\d, not read since"))
    expect(line).to_contain_text("not read since")


def test_what_comes_to_hold_while_a_physician_types_is_read_before_it_is_overridden(
    server: ClockedServer, tablet: Page
) -> None:
    session_id = planned(server)
    with server.client("nurse") as nurse:
        for item in ("pregnancy", "active_psychosis"):
            chart(nurse, session_id, "readiness_item", item=item, answer="no")
        held = held_view(tablet, server, session_id)
        expect(held).to_contain_text("13 items hold the start")
        held.locator("[name=reason]").fill("seen and known to me")
        chart(nurse, session_id, "readiness_item", item="pregnancy", answer="yes")
        expect(held).to_contain_text("14 items hold the start")
        override(tablet, PASSWORD)
        expect(held).to_contain_text("the list has changed since it was opened")
        # Unseen by this tablet: the server has to say it.
        tablet.route("**/gates", no_gates)
        chart(nurse, session_id, "readiness_item", item="active_psychosis", answer="yes")
    override(tablet, PASSWORD)
    expect(held).to_contain_text("Other items hold than were read")
    expect(held).to_contain_text("15 items hold the start")
    assert person(held) == ["", ""]
    override(tablet, PASSWORD)
    expect(tablet.locator('[data-entry-form="infusion_started"]')).to_contain_text("Overridden by Test Physician 1")
    assert len(entry_of(server, session_id, "start_override")["overridden"].split()) == 15


def test_name_and_password_do_not_stay_on_the_tablet(server: ClockedServer, browser: Browser) -> None:
    context, page = new_page(browser)
    page.clock.install()
    sign_in(page, server.url, "nurse")
    held = held_view(page, server, planned(server))
    held.locator("[name=reason]").fill("seen and known to me")
    page.route("**/overrides", lambda route: route.abort())
    override(page, PASSWORD)
    expect(held).to_contain_text("Not recorded: the server was not reached")
    assert person(held) == ["", ""]
    held.locator("input[name=username]").fill("physician")
    held.locator("input[name=password]").fill(PASSWORD)
    page.click('.bedside-rail [data-open-form="vital_signs"]')
    assert person(held) == ["", ""]
    page.click('.bedside-rail [data-open-form="infusion_started"]')
    page.click('[data-gate-line="start"]')
    held.locator("input[name=username]").fill("physician")
    held.locator("input[name=password]").fill(PASSWORD)
    page.clock.fast_forward(59_000)
    assert person(held) == ["physician", PASSWORD]
    page.clock.fast_forward(2_000)
    expect(held.locator("input[name=password]")).to_have_value("")
    assert person(held) == ["", ""]
    context.close()


def test_after_a_lost_answer_the_tablet_says_who_has_overridden(
    server: ClockedServer, tablet: Page, second_physician: str
) -> None:
    session_id = planned(server)
    held = held_view(tablet, server, session_id)
    held.locator("[name=reason]").fill("seen and known to me")

    def lose_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    tablet.route("**/overrides", lose_answer)
    override(tablet, PASSWORD)
    expect(held).to_contain_text("Not recorded: the server was not reached")
    tablet.unroute("**/overrides", lose_answer)
    override(tablet, PASSWORD, username=second_physician)
    form = tablet.locator('[data-entry-form="infusion_started"]')
    expect(form).to_contain_text("Test Physician 1 has overridden this already")
    expect(form).not_to_contain_text("Overridden by Test Physician 2")
    assert entry_of(server, session_id, "start_override")["author_name"] == "Test Physician 1"


def test_an_override_is_never_kept_for_later(server: ClockedServer, browser: Browser) -> None:
    context, page = new_page(browser)
    sign_in(page, server.url, "physician")
    session_id = planned(server)
    held = held_view(page, server, session_id)
    expect(held.locator("input[name=password]")).to_be_hidden()
    held.locator("[name=reason]").fill("seen and known to me")
    page.route("**/entries", lambda route: route.abort())
    held.locator("[data-role=save]").click()
    expect(held).to_contain_text("Not recorded: the server was not reached")
    expect(page.locator("#bedside--unsent")).to_contain_text("0 unsent")
    page.unroute_all()
    held.locator("[data-role=save]").click()
    expect(page.locator('[data-entry-form="infusion_started"]')).to_contain_text("Overridden by Test Physician 1")
    assert len(entry_of(server, session_id, "start_override")["overridden"].split()) == 15
    context.close()


def test_the_answer_to_a_start_leaves_the_nurse_in_the_form_that_she_went_on_to(
    server: ClockedServer, tablet: Page
) -> None:
    session_id = planned(server)
    override_start(server, session_id)
    tablet.goto(f"{server.url}/bedside/{session_id}")
    under_way: list[Route] = []
    tablet.route("**/entries", lambda route: under_way.append(route))
    type_start(tablet)
    save(tablet, "infusion_started")
    open_form(tablet, "vital_signs")
    press_digits(tablet, "vital_signs", "heart_rate_per_min", "7")
    under_way.pop().continue_()
    expect(tablet.locator("#bedside--said")).to_contain_text(re.compile(r"Infusion started \d\d:\d\d: saved"))
    tablet.keyboard.type("2")
    expect(tablet.locator('[data-entry-form="vital_signs"] [name="heart_rate_per_min"]')).to_have_value("72")
    expect(tablet.locator('[data-entry-form="infusion_started"]')).to_be_hidden()
    tablet.unroute_all()


def test_a_start_that_reaches_the_server_passes_the_gate_whatever_the_tablet_thinks(
    server: ClockedServer, browser: Browser
) -> None:
    """A tablet that takes itself for offline, as after a lost heartbeat, while its requests arrive."""
    context, page = new_page(browser)
    page.add_init_script("Object.defineProperty(navigator, 'onLine', {get: () => false})")
    sign_in(page, server.url, "nurse")
    session_id = planned(server)
    page.goto(f"{server.url}/bedside/{session_id}")
    type_start(page)
    save(page, "infusion_started")
    expect(page.locator('[data-view="start_held"]')).to_contain_text("15 items hold the start")
    expect(page.locator('[data-gate-line="start"]')).not_to_contain_text("running already")
    assert "infusion_started" not in {one["kind"] for one in record_of(server, session_id)["entries"]}
    context.close()


def test_what_was_said_to_have_happened_is_taken_back_with_a_refusal(server: ClockedServer, tablet: Page) -> None:
    session_id = planned(server)
    tablet.goto(f"{server.url}/bedside/{session_id}")
    type_start(tablet)
    press_digits(tablet, "infusion_started", "pump_rate_ml_per_h", "99999")
    tablet.click('[data-gate-line="start"]')
    tablet.locator('[data-view="start_held"] [data-role="happened-now"]').click()
    form, line = tablet.locator('[data-entry-form="infusion_started"]'), tablet.locator('[data-gate-line="start"]')
    expect(form.locator('[data-role="status"]')).to_have_text("Not recorded.")
    expect(line).to_contain_text("15 items hold the start")
    press_digits(tablet, "infusion_started", "pump_rate_ml_per_h", "17")
    save(tablet, "infusion_started")
    expect(tablet.locator('[data-view="start_held"]')).to_contain_text("15 items hold the start")
    assert "infusion_started" not in {one["kind"] for one in record_of(server, session_id)["entries"]}


def test_a_critical_alert_that_nobody_answers_is_large_at_the_chair(server: ClockedServer, tablet: Page) -> None:
    session_id = planned(server)
    with server.client("nurse") as nurse:
        start(nurse, session_id)
        chart(nurse, session_id, "vital_signs", spo2_percent=82)
    tablet.goto(f"{server.url}/bedside")
    expect(tablet.locator(f'[data-session-card="{session_id}"]')).to_contain_text("SpO2 82")
    expect(tablet.locator("#bedside--unanswered a")).to_have_count(0)
    server.move_on(seconds=61)
    expect(tablet.locator("#bedside--unanswered")).to_contain_text("SpO2 82")
    tablet.click("#bedside--unanswered a")
    large = tablet.locator("#bedside--unanswered")
    expect(large).to_contain_text("nobody has answered since")
    large.get_by_role("button", name="At the chair").click()
    expect(large).to_be_hidden()
    expect(tablet.locator("#bedside--alerts")).to_contain_text("at the chair: Test Nurse 1")


def test_people_are_offered_with_their_credentials_and_nobody_is_chosen(
    browser: Browser, server: ClockedServer, tablet: Page
) -> None:
    session_id = planned(server)
    with server.client("administrator") as administrator, server.client("nurse") as nurse:
        credential_everybody(administrator, account_id(nurse))
    tablet.goto(f"{server.url}/bedside/{session_id}")
    open_more(tablet, "setting_attested")
    giving = tablet.locator('[data-entry-form="setting_attested"] [data-field="administering_account_id"] .choice')
    expect(giving.first).to_contain_text("Test Nurse 1")
    expect(giving.first).to_contain_text("sedation valid")
    expect(giving.nth(1)).to_contain_text("sedation missing")
    expect(tablet.locator('[data-entry-form="setting_attested"] [aria-pressed="true"]')).to_have_count(0)
    open_more(tablet, "chair_handover")
    choose_person(tablet, "chair_handover", "taken_over_by_account_id", "Test Nurse 1")
    expect(tablet.locator('[data-entry-form="chair_handover"] [name="taken_over_by"]')).to_have_value("Test Nurse 1")

    context, administration = new_page(browser)
    sign_in(administration, server.url, "administrator")
    person = administration.locator("[data-person]").filter(has_text="Test Nurse 1")
    held = person.locator('[data-credential="moderate_sedation"]')
    expect(held).to_contain_text("until 2100-01-31")
    held.locator('[data-role="withdraw"]').click()
    held.locator('[data-role="withdraw"]').click()
    expect(held).to_contain_text("missing")
    context.close()
    open_more(tablet, "setting_attested")
    expect(giving.filter(has_text="Test Nurse 1")).to_contain_text("sedation missing")
