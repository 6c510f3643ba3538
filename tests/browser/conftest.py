"""What most journeys begin with: a browser and a server for a file, and a physician at the panel."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.journeys import DESKTOP, chromium, new_page, sign_in
from tests.server_process import ServerProcess


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium."""
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """Running, with a nurse and a physician; files that need another one bring their own."""
    process = ServerProcess(tmp_path_factory.mktemp("panel"))
    process.add_accounts("nurse", "physician")
    process.start()
    yield process
    process.stop()


@pytest.fixture(autouse=True)
def contexts_end_with_their_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Pages that a test leaves open would go on drawing and asking a server that is gone, beside the tests after it."""
    if "browser" not in request.fixturenames:
        yield
        return
    browser: Browser = request.getfixturevalue("browser")
    before = list(browser.contexts)
    yield
    for context in browser.contexts:
        if context not in before:
            context.close()


@pytest.fixture
def physician(browser: Browser, server: ServerProcess) -> Iterator[Page]:
    """Signed in, at the panel, on a device of their own."""
    context, page = new_page(browser, size=DESKTOP)
    sign_in(page, server.url, "physician")
    page.wait_for_url("**/panel")
    yield page
    context.close()
