"""A tablet in a real browser says that it is there, and that it leaves: closed, turned to the list, signed out."""

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from session_store.storage.engine import Engines, open_engines
from session_store.storage.schema import tablet_presence
from tests.api.small_record import plan
from tests.browser.journeys import chromium, new_page, sign_in
from tests.server_process import ServerProcess

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]
Presence = Callable[[str], list[dict[str, Any]]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    process = ServerProcess(tmp_path_factory.mktemp("tablets"))
    process.add_accounts("nurse")
    yield process.start()
    process.stop()


@pytest.fixture
def presence(server: ServerProcess) -> Iterator[Presence]:
    """What the server keeps of the tablets of one session."""
    engines: Engines = open_engines(server.database_url)

    def rows(session_id: str) -> list[dict[str, Any]]:
        query = select(tablet_presence).where(tablet_presence.c.session_id == UUID(session_id))
        with engines.reader.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    yield rows
    engines.dispose()


@pytest.fixture
def tablet(server: ServerProcess) -> Iterator[Page]:
    """Signed in as the nurse."""
    with chromium() as browser:
        _, page = new_page(browser)
        sign_in(page, server.url, "nurse")
        yield page


def planned(server: ServerProcess) -> str:
    with server.client("nurse") as nurse:
        return plan(nurse)


def until(presence: Presence, session_id: str, *, has_left: bool) -> dict[str, Any]:
    """The one tablet of the session, once it is there or has left."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        rows = presence(session_id)
        if rows and (rows[0]["left_at"] is not None) is has_left:
            (row,) = rows
            return row
        time.sleep(0.1)
    raise AssertionError(f"{presence(session_id)}")


def test_a_tablet_is_there_while_it_shows_the_session(server: ServerProcess, tablet: Page, presence: Presence) -> None:
    first, second = planned(server), planned(server)
    tablet.goto(f"{server.url}/bedside/{first}")
    here = until(presence, first, has_left=False)
    assert here["account_name"] == "Test Nurse 1"
    tablet.goto(f"{server.url}/bedside/{second}")
    assert until(presence, second, has_left=False)["tablet_id"] == here["tablet_id"]
    until(presence, first, has_left=True)
    tablet.go_back()
    until(presence, first, has_left=False)
    until(presence, second, has_left=True)
    tablet.goto(f"{server.url}/bedside")
    until(presence, first, has_left=True)


def test_a_tablet_that_signs_out_or_is_closed_is_not_missed(
    server: ServerProcess, tablet: Page, presence: Presence
) -> None:
    session_id = planned(server)
    tablet.goto(f"{server.url}/bedside/{session_id}")
    until(presence, session_id, has_left=False)
    tablet.close(run_before_unload=True)
    until(presence, session_id, has_left=True)
    again = tablet.context.new_page()
    again.goto(f"{server.url}/bedside/{session_id}")
    until(presence, session_id, has_left=False)
    again.click("#shell--sign-out")
    again.wait_for_url("**/login")
    until(presence, session_id, has_left=True)


def test_a_tablet_speaks_every_20_s_and_when_it_is_looked_at_again(server: ServerProcess, tablet: Page) -> None:
    session_id = planned(server)
    tablet.clock.install()
    with tablet.expect_response("**/tablets"):
        tablet.goto(f"{server.url}/bedside/{session_id}")
    for _ in range(3):
        with tablet.expect_response("**/tablets") as said:
            tablet.clock.run_for(20_000)
        assert said.value.request.post_data_json["is_leaving"] is False and said.value.status == 200
    with tablet.expect_response("**/tablets"):
        tablet.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
