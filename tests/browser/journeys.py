"""What browser tests share: Chromium of the system, signed-in contexts, and the bedside's forms by their selectors."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.api.small_record import chart, plan, start
from tests.server_process import PASSWORD, ServerProcess

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-gpu",
    "--autoplay-policy=no-user-gesture-required",
]
TABLET = {"width": 1024, "height": 768}
DESKTOP = {"width": 1920, "height": 1080}
WAIT_MS = 20_000


@contextmanager
def chromium() -> Iterator[Browser]:
    """The system's Chromium, headless."""
    path = next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
    )
    assert path, "Chromium is missing. Install it: sudo apt-get install -y chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


def new_page(browser: Browser, *, size: dict[str, int] = TABLET, scheme: str = "light") -> tuple[BrowserContext, Page]:
    """A page of a context of its own (a device of its own), failing on script errors."""
    context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.on("pageerror", lambda error: (_ for _ in ()).throw(AssertionError(f"script error: {error}")))
    return context, page


def sign_in(page: Page, url: str, username: str, password: str = PASSWORD) -> None:
    """By the form, as a person does."""
    page.goto(f"{url}/login")
    page.fill("#login--username", username)
    page.fill("#login--password", password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "/login" not in address, wait_until="commit")


def press_digits(page: Page, form: str, field: str, text: str) -> None:
    """Type a value into a field of an entry form."""
    page.fill(f'[data-entry-form="{form}"] [name="{field}"]', text)


def choose(page: Page, form: str, field: str, choice: str) -> None:
    """Tap a choice of a field."""
    page.click(f'[data-entry-form="{form}"] [data-field="{field}"] [data-choice="{choice}"]')


def open_form(page: Page, form: str) -> None:
    """Bring an entry form to the front."""
    page.click(f'[data-open-form="{form}"]')
    expect(page.locator(f'[data-entry-form="{form}"]').first).to_be_visible()


def open_more(page: Page, form: str) -> None:
    """Bring a form to the front that stands behind "More"."""
    page.click('.bedside-rail [data-open-form="more"]')
    page.click(f'.bedside-more [data-open-form="{form}"]')


def save(page: Page, form: str) -> None:
    """Tap save."""
    page.click(f'[data-entry-form="{form}"] [data-role="save"]')


def choose_person(page: Page, form: str, field: str, name: str) -> None:
    """Tap a person of the staff."""
    page.locator(f'[data-entry-form="{form}"] [data-field="{field}"] .choice').filter(has_text=name).click()


def answer_check_list(page: Page) -> None:
    """Every item of the readiness list with the answer that clears it."""
    open_more(page, "readiness")
    items = page.locator("#bedside--readiness [data-item]")
    for at in range(items.count()):
        clear = (items.nth(at).get_attribute("data-clear") or "").split()
        items.nth(at).locator(f'[data-answer="{"no" if "no" in clear else "yes"}"]').click()
    expect(page.locator("#bedside--readiness")).to_contain_text("Every item is answered")


def override_start(server: ServerProcess, session_id: str) -> None:
    """A physician lets the start through at the desk: most journeys are about something else."""
    with server.client("physician") as physician:
        chart(physician, session_id, "start_override", reason="a journey of something else")


def started(server: ServerProcess, minutes_ago: int = 0, **plan_fields: Any) -> str:
    """A session that runs since so many minutes, started without what a start needs; that alert is answered."""
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    with server.client("nurse") as nurse:
        session_id = plan(nurse, at=at - timedelta(minutes=5), **plan_fields)
        late = {} if not minutes_ago else {"effective_at": at.isoformat()}
        start(nurse, session_id, pump_rate_ml_per_h=20, concentration_mg_per_ml=1, **late)
        (alert,) = nurse.get(f"/api/v1/sessions/{session_id}/timeline").json()["session"]["alerts"]
        chart(nurse, session_id, "acknowledgement", alert_id=alert["alert_id"], action="other", remark="a journey")
    return session_id
