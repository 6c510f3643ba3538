"""Journeys of real users in a real browser on the real server, without any simulator."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from uuid_utils.compat import uuid7

from tests.browser.clocked_server import ClockedServer
from tests.browser.journeys import (
    DESKTOP,
    WAIT_MS,
    answer_check_list,
    choose,
    choose_person,
    new_page,
    open_form,
    open_more,
    override_start,
    press_digits,
    save,
    sign_in,
)
from tests.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
expect.set_options(timeout=WAIT_MS)
ADVISORY = "Advisory. Bedside monitor alarms stay on."


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    process = ServerProcess(tmp_path)
    yield process
    process.stop()


def set_password(browser: Browser, link: str, password: str) -> Page:
    """A person opens the one-time link and chooses a password."""
    _, page = new_page(browser)
    page.goto(link)
    page.fill("#welcome--password", password)
    page.fill("#welcome--again", password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "/welcome" not in address)
    return page


def add_person(page: Page, username: str, name: str, role: str) -> str:
    page.fill("#administration--form [name=username]", username)
    page.fill("#administration--form [name=display_name]", name)
    page.select_option("#administration--form [name=role]", role)
    page.click("#administration--add")
    expect(page.locator("#administration--answer")).to_contain_text(name)
    return page.locator("#administration--answer [data-role=link]").inner_text()


def add_credential(page: Page, person: str, credential: str) -> None:
    page.select_option("#administration--credential-form [name=account_id]", label=person)
    page.select_option("#administration--credential-form [name=credential]", label=credential)
    page.fill("#administration--credential-form [name=valid_until]", "2100-01-31")
    page.click("#administration--credential-add")
    expect(page.locator("#administration--credential-said")).to_contain_text(f"{credential} of {person} is recorded")


def plan_session(
    page: Page, url: str, *, label: str = "TP-001", monitored: bool = True, clinicians: tuple[str, ...] = ()
) -> str:
    """The nurse prepares a session: plan, weight, setting, baseline; its id."""
    page.goto(f"{url}/bedside")
    page.click("#bedside--new")
    for field, text in {
        "patient_label": label, "second_identifier": "1971-05-04", "age_years": "52", "chair_label": "4",
        "condition": "CRPS", "supervising_physician": "Test Physician 1", "planned_total_mg": "40",
    }.items():  # fmt: skip
        press_digits(page, "session_planned", field, text)
    choose(page, "session_planned", "drug", "racemic_ketamine")
    press_digits(page, "weight", "weight_kg", "68,0")
    choose(page, "weight", "basis", "measured")
    choose(page, "setting_attested", "is_monitored", "true" if monitored else "false")
    press_digits(page, "setting_attested", "attested_by", "Test Physician 1")
    if clinicians:
        choose_person(page, "setting_attested", "supervising_account_id", clinicians[0])
        choose_person(page, "setting_attested", "administering_account_id", clinicians[1])
    enter_vitals(page, hr="72", sbp="126", dbp="78", spo2="98", rr="14")
    choose(page, "pain_score", "instrument", "nrs")
    page.click('[data-entry-form="pain_score"] [data-field="score_points"] [data-choice="7"]')
    choose(page, "pain_score", "circumstance", "rest")
    now = page.locator('[data-entry-form="pain_score"] [data-field="recall"] [data-choice="now"]')
    if now.count() and now.is_visible():
        now.click()
    page.click("#bedside--plan")
    expect(page).to_have_url(re.compile(r"/bedside/[0-9a-f-]{36}"))
    return page.url.rsplit("/", 1)[1]


def enter_vitals(page: Page, *, hr: str, sbp: str, dbp: str, spo2: str, rr: str) -> None:
    values = {
        "heart_rate_per_min": hr, "systolic_mmhg": sbp, "diastolic_mmhg": dbp, "spo2_percent": spo2,
        "respiratory_rate_per_min": rr,
    }  # fmt: skip
    for field, text in values.items():
        press_digits(page, "vital_signs", field, text)


def start_infusion(page: Page, *, rate: str = "17", concentration: str = "2") -> None:
    open_form(page, "infusion_started")
    press_digits(page, "infusion_started", "pump_rate_ml_per_h", rate)
    press_digits(page, "infusion_started", "concentration_mg_per_ml", concentration)
    expect(page.locator('[data-entry-form="infusion_started"] [data-show="per-kg"]')).to_contain_text("0.5")
    save(page, "infusion_started")
    expect(page.locator("#bedside--pause")).to_be_enabled()


def score_pain(page: Page, points: int) -> None:
    open_form(page, "pain_score")
    choose(page, "pain_score", "instrument", "nrs")
    page.click(f'[data-entry-form="pain_score"] [data-field="score_points"] [data-choice="{points}"]')
    choose(page, "pain_score", "circumstance", "rest")
    now = page.locator('[data-entry-form="pain_score"] [data-field="recall"] [data-choice="now"]')
    if now.count() and now.is_visible():
        now.click()
    save(page, "pain_score")
    expect(page.locator("#bedside--entries")).to_contain_text(f"{points} of 10")


def tile(page: Page, session_id: str, sign: str) -> Locator:
    return page.locator(f'[data-session="{session_id}"] [data-sign="{sign}"]')


def test_a_clinic_from_its_first_start_to_the_review(browser: Browser, tmp_path: Path) -> None:
    """Administrator, nurse and physician run one whole session on the database of `make run`: every item of both gates
    is answered, nothing is overridden."""
    server = ClockedServer(tmp_path, is_started_anew=True)
    try:
        server.start()
        _a_whole_clinic(browser, server)
    finally:
        server.stop()


def _a_whole_clinic(browser: Browser, server: ClockedServer) -> None:
    administrator = set_password(browser, server.one_time_link(), "administrator-password")
    administrator.goto(f"{server.url}/administration")
    nurse_link = add_person(administrator, "nurse", "Test Nurse 1", "nurse")
    physician_link = add_person(administrator, "physician", "Test Physician 1", "physician")
    add_credential(administrator, "Test Nurse 1", "Moderate sedation")
    for credential in ("Ketamine experience", "ACLS", "Moderate sedation"):
        add_credential(administrator, "Test Physician 1", credential)

    nurse = set_password(browser, nurse_link, "nurse-password")
    expect(nurse.locator("body")).to_contain_text(ADVISORY)
    session_id = plan_session(nurse, server.url, clinicians=("Test Physician 1", "Test Nurse 1"))
    expect(nurse.locator("#bedside--start-gate")).to_contain_text("hold the start")
    nurse.locator("#bedside--start-gate .gate__item").filter(has_text="Consent").click()
    choose(nurse, "consent", "is_given", "true")
    choose(nurse, "consent", "scope", "session")
    nurse.locator('[data-entry-form="consent"] [data-suggestion="Test Physician 1"]').click()
    save(nurse, "consent")
    answer_check_list(nurse)
    nurse.click('.bedside-rail [data-open-form="overview"]')
    expect(nurse.locator("#bedside--start-gate")).to_contain_text("Nothing holds the start")
    start_infusion(nurse)

    physician = set_password(browser, physician_link, "physician-password")
    physician.goto(f"{server.url}/panel")
    physician.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    expect(physician.locator(f'[data-session="{session_id}"]')).to_contain_text("TP-001")
    expect(physician.locator(f'[data-session="{session_id}"]')).to_contain_text("running")
    expect(physician.locator("body")).to_contain_text(ADVISORY)
    expect(physician.locator("body")).not_to_contain_text("SIMULATED")

    chart_vitals(nurse, hr="88", sbp="171", dbp="92", spo2="97", rr="15")
    expect(tile(physician, session_id, "heart_rate_per_min")).to_have_text("88")
    alert = physician.locator("[data-alert-id]").filter(has_text="171")
    expect(alert).to_contain_text("Systolic 171")
    alert.get_by_role("button", name="Acknowledge").click()
    alert.get_by_role("button", name="Rate lowered").click()
    expect(alert).to_contain_text("Test Physician 1")

    nurse.click("#bedside--pause")
    expect(physician.locator(f'[data-session="{session_id}"]')).to_contain_text("paused")
    nurse.click("#bedside--resume")
    expect(physician.locator(f'[data-session="{session_id}"]')).to_contain_text("running")
    nurse.click("#bedside--stop")
    expect(physician.locator(f'[data-session="{session_id}"]')).to_contain_text("recovery")
    score_pain(nurse, 4)
    recover(nurse, server)
    go_home(nurse)

    physician.goto(f"{server.url}/review")
    expect(physician.locator("body")).to_contain_text("1 of 1 patient")
    expect(physician.locator("body")).to_contain_text("not the guideline's positive response")
    physician.goto(f"{server.url}/sessions/{session_id}")
    expect(physician.locator("body")).to_contain_text("TP-001")
    expect(physician.locator("body")).to_contain_text(re.compile("acknowledged", re.I))
    record = physician.request.get(f"{server.url}/api/v1/sessions/{session_id}/timeline").json()
    assert not {one["kind"] for one in record["entries"]} & {"start_override", "discharge_override"}
    assert not {one["condition"] for one in record["alerts"]} & {"start.missing", "discharge.unmet"}
    assert not any(one.get("has_happened") for one in record["entries"])


def chart_vitals(page: Page, *, hr: str, sbp: str, dbp: str, spo2: str, rr: str) -> None:
    open_form(page, "vital_signs")
    enter_vitals(page, hr=hr, sbp=sbp, dbp=dbp, spo2=spo2, rr=rr)
    save(page, "vital_signs")
    expect(page.locator('[data-entry-form="vital_signs"] [data-role="status"]')).to_contain_text(f"HR {hr}")


def recover(nurse: Page, server: ClockedServer) -> None:
    """An hour of observation, a set every quarter, and the score at its end."""
    held = nurse.locator("#bedside--discharge-gate")
    for minutes in (15, 15, 15, 16):
        nurse.click('.bedside-rail [data-open-form="overview"]')
        expect(held.locator('[data-rule="discharge.observed.held"]')).to_contain_text("left, until")
        server.move_on(minutes=minutes)
        chart_vitals(nurse, hr="74", sbp="124", dbp="76", spo2="98", rr="14")
    open_more(nurse, "discharge_assessment")
    choose(nurse, "discharge_assessment", "score", "padss")
    lacking = nurse.locator('[data-show="discharge-lacking"]')
    expect(lacking).to_contain_text("PADSS of at least 9")
    for item in ("vital_signs", "ambulation", "nausea", "pain", "iv_site"):
        choose(nurse, "discharge_assessment", f"padss_{item}", "2")
    expect(lacking).to_contain_text("walks safely")
    for question in ("is_oriented", "walks_safely", "understands_instructions"):
        choose(nurse, "discharge_assessment", question, "true")
    expect(lacking).to_contain_text("Enough for going home")
    save(nurse, "discharge_assessment")
    nurse.click('.bedside-rail [data-open-form="overview"]')
    expect(held).to_contain_text("Nothing holds the discharge home")


def go_home(nurse: Page) -> None:
    nurse.click('#bedside--discharge-gate [data-open-form="discharged"]')
    press_digits(nurse, "discharged", "escort", "Test Escort 1")
    save(nurse, "discharged")
    expect(nurse.locator('#bedside--head [data-show="status"]')).to_have_text("Discharged")


def test_two_browsers_nurse_saves_panel_shows_physician_acknowledges(browser: Browser, server: ServerProcess) -> None:
    server.add_accounts("nurse", "physician")
    server.start()
    _, nurse = new_page(browser)
    _, physician = new_page(browser, size=DESKTOP, scheme="dark")
    sign_in(nurse, server.url, "nurse")
    sign_in(physician, server.url, "physician")
    session_id = plan_session(nurse, server.url, label="TP-002")
    override_start(server, session_id)
    start_infusion(nurse)
    physician.goto(f"{server.url}/panel")
    expect(physician.locator("#panel--sound")).to_contain_text(re.compile("sound off", re.I))
    physician.click("#panel--sound")

    open_form(nurse, "vital_signs")
    enter_vitals(nurse, hr="96", sbp="128", dbp="77", spo2="86", rr="14")
    save(nurse, "vital_signs")
    confirm = nurse.locator('[data-entry-form="vital_signs"] [data-field="spo2_percent"] [data-role="confirm"]')
    expect(confirm).to_be_visible()
    assert nurse.input_value('[data-entry-form="vital_signs"] [name="spo2_percent"]') == "86"
    confirm.click()
    expect(tile(physician, session_id, "spo2_percent")).to_contain_text("86")
    critical = physician.locator("[data-alert-id]").filter(has_text="SpO2 86")
    expect(critical).to_have_attribute("data-level", "critical")
    expect(physician.locator('[data-page="panel"]')).to_have_attribute("data-sounding", "critical")

    nurse.locator("#bedside--alerts").get_by_role("button", name="At the chair").first.click()
    expect(critical).to_contain_text("At the chair: Test Nurse 1")
    expect(physician.locator('[data-page="panel"]')).to_have_attribute("data-sounding", "critical")
    critical.get_by_role("button", name="Acknowledge").click()
    expect(critical.get_by_role("button", name=re.compile("expected", re.I))).to_have_count(0)
    critical.get_by_role("button", name=re.compile("infusion paused", re.I)).click()
    expect(critical).to_contain_text("Test Physician 1")
    expect(physician.locator('[data-page="panel"]')).not_to_have_attribute("data-sounding", "critical")


def test_bad_input_keeps_what_was_typed_and_says_which_limit(browser: Browser, server: ServerProcess) -> None:
    server.add_accounts("nurse")
    server.start()
    _, nurse = new_page(browser)
    sign_in(nurse, server.url, "nurse")
    plan_session(nurse, server.url, label="TP-003")
    open_form(nurse, "vital_signs")
    form = nurse.locator('[data-entry-form="vital_signs"]')
    assert all(form.locator("input").nth(at).input_value() == "" for at in range(form.locator("input").count()))
    press_digits(nurse, "vital_signs", "spo2_percent", "198")
    press_digits(nurse, "vital_signs", "heart_rate_per_min", "80")
    save(nurse, "vital_signs")
    expect(form.locator('[data-field="spo2_percent"]')).to_contain_text("30 to 100")
    assert nurse.input_value('[data-entry-form="vital_signs"] [name="heart_rate_per_min"]') == "80"
    press_digits(nurse, "vital_signs", "spo2_percent", "98")
    save(nurse, "vital_signs")
    expect(nurse.locator("#bedside--entries")).to_contain_text("HR 80")


def test_a_server_that_is_gone_greys_the_panel_and_keeps_the_nurses_entry(
    browser: Browser, server: ServerProcess
) -> None:
    server.add_accounts("nurse", "physician")
    server.start()
    _, nurse = new_page(browser)
    _, physician = new_page(browser, size=DESKTOP)
    sign_in(nurse, server.url, "nurse")
    sign_in(physician, server.url, "physician")
    session_id = plan_session(nurse, server.url, label="TP-004")
    override_start(server, session_id)
    start_infusion(nurse)
    physician.goto(f"{server.url}/panel")
    expect(physician.locator(f'[data-session="{session_id}"]')).to_contain_text("running")
    server.kill()
    expect(physician.locator("body")).to_have_class(re.compile("path-lost"))
    expect(physician.locator("#shell--lost")).to_contain_text(re.compile(r"\d\d:\d\d"))
    nurse.click("#bedside--pause")
    expect(nurse.locator("#bedside--unsent")).to_contain_text("1 unsent")
    server.start()
    expect(physician.locator("body")).not_to_have_class(re.compile("path-lost"))
    expect(nurse.locator("#bedside--unsent")).to_contain_text("0 unsent")
    expect(physician.locator(f'[data-session="{session_id}"]')).to_contain_text("paused")


def test_the_session_page_follows_live_keeps_its_zoom_and_withdraws_entries(
    browser: Browser, server: ServerProcess
) -> None:
    server.add_accounts("nurse", "physician")
    server.start()
    _, nurse = new_page(browser)
    _, physician = new_page(browser, size=DESKTOP)
    sign_in(nurse, server.url, "nurse")
    sign_in(physician, server.url, "physician")
    session_id = plan_session(nurse, server.url, label="TP-005")
    override_start(server, session_id)
    start_infusion(nurse)
    physician.goto(f"{server.url}/sessions/{session_id}")
    value = physician.locator('[data-session-value="systolic_mmhg"]')
    expect(value).to_contain_text("126")
    graph = physician.locator(".js-plotly-plot").first
    expect(graph).to_be_visible()
    ranges = """(node) => Object.entries(node._fullLayout).filter(([name, axis]) => /^xaxis[0-9]*$/.test(name)
        && +new Date(axis.range[0]) > 1e12).map(([name, axis]) => [name, ...axis.range.map(String)])"""
    zoomed = graph.evaluate(
        f"""async (node) => {{
            const update = {{}};
            ({ranges})(node).forEach(([name, from, to]) => {{
                const [a, b] = [from, to].map((one) => +new Date(Number(one) || one));
                update[name + ".range"] = [a + (b - a) / 4, b - (b - a) / 4];
            }});
            await window.Plotly.relayout(node, update);
            return ({ranges})(node);
        }}"""
    )
    assert zoomed
    open_form(nurse, "vital_signs")
    enter_vitals(nurse, hr="90", sbp="185", dbp="95", spo2="97", rr="15")
    save(nurse, "vital_signs")
    expect(value).to_contain_text("185")
    assert graph.evaluate(ranges) == zoomed
    entry = physician.locator("[data-entry]").filter(has_text="185").first
    entry.locator('[data-role="in-error"]').click()
    entry.locator('[name="reason"]').fill("cuff on the wrong arm")
    entry.locator('[data-role="in-error-save"]').click()
    expect(physician.locator("body")).to_contain_text("cuff on the wrong arm")
    expect(value).to_contain_text("126")
    expect(physician.locator("body")).to_contain_text(re.compile("entry withdrawn", re.I))


def test_a_mistyped_pressure_is_corrected_and_its_first_version_stays_readable(
    browser: Browser, server: ServerProcess
) -> None:
    server.add_accounts("nurse", "physician")
    server.start()
    context, nurse = new_page(browser, size=DESKTOP)
    sign_in(nurse, server.url, "nurse")
    override_start(server, plan_session(nurse, server.url, label="TP-006"))
    start_infusion(nurse)
    open_form(nurse, "vital_signs")
    enter_vitals(nurse, hr="88", sbp="171", dbp="92", spo2="97", rr="15")
    save(nurse, "vital_signs")
    typed = nurse.locator("#bedside--entries [data-entry]").filter(has_text="171/92")
    nurse.click('.bedside-rail [data-open-form="overview"]')
    expect(typed).to_be_visible()

    chart = context.new_page()
    chart.goto(f"{server.url}{typed.locator('[data-role=correct]').get_attribute('href')}")
    value = chart.locator('[data-session-value="systolic_mmhg"]')
    expect(value).to_have_text("171")
    form = chart.locator("form.correct")
    expect(form.locator('[name="systolic_mmhg"]')).to_have_value("171")
    expect(form.locator('[data-correct="systolic_mmhg"]')).to_contain_text("on record: 171 mmHg")
    form.locator('[name="systolic_mmhg"]').fill("11")
    form.locator('[name="reason"]').fill("digits swapped")
    form.locator('[data-role="correct-save"]').click()
    expect(form.locator('[data-correct="systolic_mmhg"] [data-role="note"]')).to_contain_text("30 to 300")
    form.locator('[name="systolic_mmhg"]').fill("117")
    form.locator('[data-role="correct-save"]').click()

    expect(value).to_have_text("117")
    row = chart.locator('#session--entries [data-kind="vital_signs"]').filter(has_text="BP 117/92")
    expect(row.locator(".versions")).to_contain_text("corrected")
    expect(row.locator(".versions__was")).to_be_hidden()
    row.locator(".versions__head").click()
    expect(row.locator(".versions__was")).to_contain_text("BP 171/92")
    expect(row.locator(".versions")).to_contain_text("Test Nurse 1 corrected it")
    expect(row.locator(".versions")).to_contain_text("digits swapped")
    expect(chart.locator('#session--entries [data-kind="amendment"]')).to_contain_text("Correction of Vital signs")
    expect(chart.locator('#session--entries [data-kind="amendment"]')).to_contain_text(
        "systolic 117 mmHg (was 171 mmHg)"
    )
    drawn = "(node) => node.data.flatMap((trace) => Array.from(trace.y || []))"
    graph = chart.locator(".js-plotly-plot").first
    chart.wait_for_function(
        "(node) => Array.from(node.data).some((one) => (one.y || []).includes(117))", arg=graph.element_handle()
    )
    assert 171 not in graph.evaluate(drawn)
    expect(nurse.locator("#bedside--entries")).to_contain_text("BP 117/92")
    expect(nurse.locator('[data-sign="pressure"]')).to_contain_text("117/92")


def test_waste_is_witnessed_by_a_second_person_readiness_and_discharge_are_answered(
    browser: Browser, server: ServerProcess
) -> None:
    server.add_accounts("nurse", "physician")
    server.start()
    _, nurse = new_page(browser)
    _, physician = new_page(browser)
    sign_in(nurse, server.url, "nurse")
    sign_in(physician, server.url, "physician")
    session_id = plan_session(nurse, server.url, label="TP-007")
    answer_check_list(nurse)
    expect(nurse.locator("#bedside--readiness .readiness__item--unclear")).to_have_count(0)

    for form, amount in (("drug_drawn", "200"), ("drug_wasted", "12")):
        open_more(nurse, form)
        press_digits(nurse, form, "amount_mg", amount)
        save(nurse, form)
        expect(nurse.locator(f'[data-entry-form="{form}"] [data-role="status"]')).to_contain_text(f"{amount} mg")
    expect(nurse.locator("#bedside--entries")).to_contain_text("Wasted 12 mg – not witnessed yet")
    physician.goto(f"{server.url}/bedside/{session_id}")
    physician.locator('#bedside--entries [data-role="witness"]').click()
    chosen = physician.locator('[data-entry-form="ledger_witnessed"] [data-choice][aria-pressed="true"]')
    expect(chosen).to_contain_text("12 mg")
    save(physician, "ledger_witnessed")
    expect(nurse.locator("#bedside--entries")).to_contain_text("Wasted 12 mg – witnessed by Test Physician 1")

    open_more(nurse, "discharge_assessment")
    choose(nurse, "discharge_assessment", "score", "padss")
    for item in ("vital_signs", "ambulation", "nausea", "pain", "iv_site"):
        choose(nurse, "discharge_assessment", f"padss_{item}", "1" if item == "pain" else "2")
    expect(nurse.locator('[data-show="discharge-total"]')).to_have_text("Total 9 of 10")
    save(nurse, "discharge_assessment")
    expect(nurse.locator("#bedside--entries")).to_contain_text("PADSS 9 of 10")
    physician.goto(f"{server.url}/sessions/{session_id}")
    expect(physician.locator('[data-dose="drawn_mg"]')).to_have_text("200 mg")
    expect(physician.locator('[data-dose="wasted_mg"]')).to_have_text("12 mg")
    expect(physician.locator("#session--entries")).to_contain_text("PADSS 9 of 10")


def planned_by_http(client: httpx.Client, *more: dict[str, Any]) -> str:
    """A session of the same patient, planned by a tablet's requests; its id."""
    session_id = str(uuid7())
    plan = {
        "kind": "session_planned", "patient_label": "TP-008", "second_identifier": "1971-05-04", "age_years": 52,
        "chair_label": "4", "drug": "racemic_ketamine", "condition": "CRPS",
        "supervising_physician": "Test Physician 1",
    }  # fmt: skip
    entries = [{"entry_id": str(uuid7()), "source": "hand"} | one for one in (plan, *more)]
    answer = client.post("/api/v1/sessions", json={"session_id": session_id, "entries": entries}).json()
    assert {one["outcome"] for one in answer["results"]} == {"recorded"}, answer
    return session_id


def test_an_answer_of_the_session_before_is_confirmed_unchanged_in_one_tap(
    browser: Browser, server: ServerProcess
) -> None:
    server.add_accounts("nurse")
    server.start()
    start = {"kind": "infusion_started", "pump_rate_ml_per_h": 10, "concentration_mg_per_ml": 2}
    with server.client("nurse") as client:
        planned_by_http(
            client,
            {"kind": "weight", "weight_kg": 68, "basis": "measured"},
            {"kind": "readiness_item", "item": "severe_liver_disease", "answer": "no"},
            start | {"has_happened": True},
            {"kind": "session_aborted", "reason": "test"},
        )
        session_id = planned_by_http(client)
    _, nurse = new_page(browser)
    sign_in(nurse, server.url, "nurse")
    nurse.goto(f"{server.url}/bedside/{session_id}")
    open_more(nurse, "readiness")
    item = nurse.locator('[data-item="severe_liver_disease"]')
    expect(item).to_contain_text("same again: unchanged")
    expect(item.locator('[aria-pressed="true"]')).to_have_count(0)
    item.locator('[data-answer="no"]').click()
    expect(item).to_contain_text("no, unchanged")
    expect(nurse.locator("#bedside--entries")).to_contain_text("severe liver disease – no (unchanged)")
