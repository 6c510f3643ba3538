"""The alert rules in a real browser: a limit is changed once its burden was seen, with a reason; another signs it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.api.small_record import chart, plan, start
from tests.browser.journeys import WAIT_MS, new_page, sign_in
from tests.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
expect.set_options(timeout=WAIT_MS)
BURDEN = ".rules-burden__table"
RULES = "**/api/v1/rules"
ENTRIES = "**/api/v1/clinic/entries"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    process = ServerProcess(tmp_path_factory.mktemp("rules"))
    process.add_accounts("nurse", "physician", "administrator", "reviewer")
    process.start()
    with process.client("nurse") as nurse:
        session_id = plan(nurse)
        start(nurse, session_id)
        chart(nurse, session_id, "vital_signs", systolic_mmhg=152, diastolic_mmhg=70)
        chart(nurse, session_id, "session_aborted", reason="test")
    yield process
    process.stop()


def rules_page(browser: Browser, server: ServerProcess, role: str) -> Page:
    _, page = new_page(browser)
    sign_in(page, server.url, role)
    page.click('.shell__nav [data-nav="rules"]')
    expect(page.locator('[data-rule="spo2.low.critical"]')).to_be_visible()
    return page


def change(page: Page, rule_id: str, limit: str, reason: str) -> None:
    """Type a limit, look at what it would have done, say why; it can be saved only then."""
    save = page.locator("#rules--save")
    page.fill(f'[name="{rule_id}"]', limit)
    page.fill("#rules--reason", reason)
    expect(save).to_be_disabled()
    page.click("#rules--replay")
    expect(page.locator(BURDEN)).to_be_visible()
    page.fill("#rules--reason", "")
    expect(save).to_be_disabled()
    page.fill("#rules--reason", reason)
    expect(save).to_be_enabled()


def test_a_limit_is_changed_with_a_reason_after_its_burden_was_seen(browser: Browser, server: ServerProcess) -> None:
    page = rules_page(browser, server, "physician")
    change(page, "sbp.high.warning", "151", "agreed in the clinic")
    expect(page.locator("#rules--change")).to_contain_text("160 → 151 mmHg")
    expect(page.locator(BURDEN)).to_contain_text("** Warning")
    # Another limit is another change: what was shown is not of this one any more.
    page.fill('[name="sbp.high.warning"]', "150")
    expect(page.locator(BURDEN)).to_have_count(0)
    change(page, "sbp.high.warning", "150", "agreed in the clinic")
    page.click("#rules--save")
    history = page.locator("#rules--history")
    expect(history).to_contain_text("agreed in the clinic")
    expect(history).to_contain_text("Test Physician 1")
    expect(page.locator('[data-rule="sbp.high.warning"]')).to_contain_text("delivered 160")
    expect(page.locator('[data-rule="sbp.high.warning"]')).to_contain_text("Systolic at or over 150 mmHg")


def test_a_loosened_critical_limit_is_signed_by_another_person(browser: Browser, server: ServerProcess) -> None:
    author = rules_page(browser, server, "physician")
    change(author, "spo2.low.critical", "88", "stable at 89 % at home")
    expect(author.locator("#rules--change")).to_contain_text("loosens a critical limit")
    author.click("#rules--save")
    waiting = author.locator("#rules--waiting")
    expect(waiting).to_contain_text("stable at 89 % at home")
    expect(waiting.locator("[data-role=sign]")).to_have_count(0)
    second = rules_page(browser, server, "administrator")
    sign = second.locator("[data-role=sign]")
    expect(sign).to_be_disabled()
    cut_off(second)
    expect(second.locator("#rules--waiting")).to_have_attribute("inert", "")
    second.unroute(RULES)
    look_now(second)
    expect(second.locator("#rules--waiting")).not_to_have_attribute("inert", "")
    second.click("#rules--waiting >> text=Show what it would have done")
    expect(second.locator(BURDEN)).to_be_visible()
    sign.click()
    expect(second.locator("#rules--history")).to_contain_text("signed by Test Administrator 1")
    expect(second.locator('[name="spo2.low.critical"]')).to_have_value("88")
    look_now(author)
    expect(author.locator("#rules--history")).to_contain_text("signed by Test Administrator 1")
    expect(waiting).to_be_hidden()


def test_what_makes_no_sense_is_said_in_words_and_cannot_be_saved(browser: Browser, server: ServerProcess) -> None:
    page = rules_page(browser, server, "physician")
    page.fill('[name="hr.high.warning"]', "many")
    expect(page.locator("#rules--change [role=alert]")).to_contain_text("Not a number")
    expect(page.locator("#rules--replay")).to_be_disabled()
    page.fill('[name="hr.high.warning"]', "150")
    page.fill("#rules--reason", "try")
    page.click("#rules--replay")
    expect(page.locator("#rules--change [role=alert]")).to_contain_text("looser than the warning limit")
    expect(page.locator("#rules--save")).to_be_disabled()
    page.click("#rules--change >> text=Undo")
    expect(page.locator('[name="hr.high.warning"]')).to_have_value("120")


def cut_off(page: Page) -> None:
    """From now on no reading of the rules comes back."""
    page.route(RULES, lambda route: route.abort())
    look_now(page)


def look_now(page: Page) -> None:
    """Read again now and not within 15 s."""
    page.evaluate("window.dispatchEvent(new Event('online'))")


def test_a_change_by_somebody_else_is_looked_at_before_saving(browser: Browser, server: ServerProcess) -> None:
    page = rules_page(browser, server, "physician")
    change(page, "map.low.warning", "66", "try")
    expect(page.locator("#rules--as-of")).to_have_text(re.compile(r"as of \d\d:\d\d:\d\d"))
    cut_off(page)
    expect(page.locator("#shell--lost")).to_contain_text("Not current since")
    other = rules_page(browser, server, "administrator")
    change(other, "rr.high.warning", "24", "came first")
    other.click("#rules--save")
    expect(other.locator("#rules--history")).to_contain_text("came first")
    page.click("#rules--save")
    expect(page.locator("#rules--change [role=alert]")).to_contain_text("changed meanwhile")
    page.unroute(RULES)
    look_now(page)
    expect(page.locator("#rules--history")).to_contain_text("came first")
    expect(page.locator("#shell--lost")).to_be_hidden()
    expect(page.locator('[name="map.low.warning"]')).to_have_value("66")
    expect(page.locator("#rules--save")).to_be_disabled()


def test_the_page_follows_and_what_is_typed_stays_where_it_is(browser: Browser, server: ServerProcess) -> None:
    page, other = rules_page(browser, server, "physician"), rules_page(browser, server, "administrator")
    change(page, "map.low.warning", "64", "try")
    page.locator('[name="map.low.warning"]').focus()
    change(other, "rr.high.warning", "23", "while somebody types")
    other.click("#rules--save")
    expect(other.locator("#rules--history")).to_contain_text("while somebody types")
    look_now(page)
    expect(page.locator("#rules--history")).to_contain_text("while somebody types")
    expect(page.locator("#rules--change [role=alert]")).to_contain_text("changed meanwhile")
    expect(page.locator('[name="rr.high.warning"]')).to_have_value("23")
    expect(page.locator('[name="map.low.warning"]')).to_have_value("64")
    expect(page.locator('[name="map.low.warning"]')).to_be_focused()
    expect(page.locator("#rules--reason")).to_have_value("try")
    expect(page.locator("#rules--save")).to_be_disabled()


def test_a_credential_whose_answer_was_lost_is_recorded_once(browser: Browser, server: ServerProcess) -> None:
    """And whether it still holds is judged by the server's clock, not by the tablet's."""
    page = rules_page(browser, server, "administrator")
    page.goto(f"{server.url}/administration")
    page.wait_for_function("window.infusion.me")
    page.evaluate("window.infusion.clock.offset = Date.parse('2101-01-01') - Date.now()")
    form = page.locator("#administration--credential-form")
    form.locator('[name="account_id"]').select_option(label="Test Physician 1")
    form.locator('[name="credential"]').select_option(index=1)
    form.locator('[name="valid_until"]').fill("2100-01-31")
    page.route(ENTRIES, lambda route: (route.fetch(), route.abort()), times=1)
    page.click("#administration--credential-add")
    expect(page.locator("#administration--credential-said")).to_contain_text("Not recorded")
    page.click("#administration--credential-add")
    expect(page.locator("#administration--credential-said")).to_contain_text("is recorded")
    expect(page.locator("#administration--credentials")).to_contain_text("expired 2100-01-31")
    with server.client("administrator") as client:
        found = client.get("/api/v1/clinic").json()["entries"]
    assert [one["kind"] for one in found].count("staff_credential") == 1


def test_a_reviewer_reads_searches_and_changes_nothing(browser: Browser, server: ServerProcess) -> None:
    page = rules_page(browser, server, "reviewer")
    expect(page.locator("#rules--list input")).to_have_count(0)
    expect(page.locator("#rules--change")).to_be_hidden()
    page.fill("#rules--search", "cohen bolus")
    expect(page.locator("#rules--list [data-rule]")).to_have_count(1)
    expect(page.locator("#rules--list")).to_contain_text("grade C, low certainty")
    page.fill("#rules--search", "no rule says this")
    expect(page.locator("#rules--list")).to_contain_text("No rule says that")
