"""`make screenshots`: pictures of every screen, taken from a demo of its own in a scratch folder.

The full set goes to `tests/browser/screenshots/` (not kept by git), the few that README.md shows to
`dashboard/screenshots/`, scaled to `README_WIDTH`. The demo has its own port and database and is ended afterwards.
"""

import base64
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Page

from tests.browser.journeys import DESKTOP, TABLET, chromium, new_page, open_form, press_digits, sign_in
from tests.server_process import ROOT, free_port

FULL_SET = ROOT / "tests" / "browser" / "screenshots"
README_SET = ROOT / "dashboard" / "screenshots"
README_WIDTH = 1056
README_PICTURES = ("panel", "session", "bedside-session", "bedside-vital-signs", "review")
PASSWORD = "screenshot-demo"
PORTRAIT = {"width": 768, "height": 1024}
CHAIRS = 6
SECONDS_TO_START = 120
SECONDS_TO_ALERT = 240
SECONDS_TO_END = 40
DRAWN_MS = 2500


@dataclass(frozen=True, slots=True)
class Demo:
    """The running demo and a way to ask it."""

    url: str

    def open_tiles(self) -> list[dict[str, Any]]:
        with httpx.Client(base_url=self.url, timeout=15) as client:
            client.post("/api/v1/login", json={"username": "physician", "password": PASSWORD}).raise_for_status()
            answer = client.get("/api/v1/sessions?status=open").raise_for_status()
        tiles: list[dict[str, Any]] = answer.json()["sessions"]
        return tiles


@contextmanager
def running_demo() -> Iterator[Demo]:
    """`python -m dashboard.demo` in a scratch folder, so that no other database is touched."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INFUSION_")}
    environment |= {"INFUSION_PORT": str(port), "INFUSION_DEMO_PASSWORD": PASSWORD, "PYTHONPATH": str(ROOT)}
    with tempfile.TemporaryDirectory(prefix="infusion-screenshots-") as folder:
        demo = subprocess.Popen(
            [sys.executable, "-m", "dashboard.demo"], cwd=folder, env=environment, start_new_session=True
        )
        try:
            wait_for(lambda: answers(f"http://127.0.0.1:{port}/healthz"), SECONDS_TO_START, "the demo does not answer")
            yield Demo(f"http://127.0.0.1:{port}")
        finally:
            end(demo)


def end(demo: "subprocess.Popen[bytes]") -> None:
    """Ctrl-C ends the demo and what it started; what is left of its process group is killed."""
    demo.send_signal(signal.SIGINT)
    try:
        demo.wait(SECONDS_TO_END)
    except subprocess.TimeoutExpired:
        os.killpg(demo.pid, signal.SIGKILL)
        demo.wait()


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def wait_for(condition: Callable[[], bool], seconds: float, otherwise: str) -> None:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            raise SystemExit(f"screenshots: {otherwise} within {seconds:g} s")
        time.sleep(1)


def is_worth_a_picture(tiles: list[dict[str, Any]]) -> bool:
    """Every chair has its past, and an alert is critical."""
    has_history = [tile["signs"].get("heart_rate_per_min", {}).get("value") is not None for tile in tiles]
    return len(tiles) >= CHAIRS and all(has_history) and critical_tile(tiles) is not None


def critical_tile(tiles: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((tile for tile in tiles if any(one["level"] == "critical" for one in tile["alerts"])), None)


class Camera:
    """Signed-in pages of one browser, and where their pictures go."""

    def __init__(self, browser: Browser, demo: Demo) -> None:
        self._browser = browser
        self._demo = demo

    @contextmanager
    def page(self, account: str, path: str, size: dict[str, int], theme: str) -> Iterator[Page]:
        context, page = new_page(self._browser, size=size)
        page.add_init_script(f"localStorage.setItem('theme', '{theme}')")
        sign_in(page, self._demo.url, account, PASSWORD)
        page.wait_for_load_state()
        page.goto(self._demo.url + path)
        page.wait_for_timeout(DRAWN_MS)
        yield page
        context.close()

    def take(self, name: str, account: str, path: str, size: dict[str, int], theme: str) -> None:
        with self.page(account, path, size, theme) as page:
            keep(page, name)


def keep(page: Page, name: str) -> None:
    """The picture as it is for the full set, and scaled down where the README shows it."""
    page.screenshot(path=FULL_SET / f"{name}.png")
    if name in README_PICTURES:
        (README_SET / f"{name}.png").write_bytes(scaled_picture(page))
    print(f"screenshots: {name}", flush=True)


def scaled_picture(page: Page) -> bytes:
    """Chromium draws the page once more at the wanted scale; no picture is resampled."""
    size = page.viewport_size or DESKTOP
    clip = {"x": 0, "y": 0, **size, "scale": min(1, README_WIDTH / size["width"])}
    session = page.context.new_cdp_session(page)
    answer = session.send("Page.captureScreenshot", {"format": "png", "clip": clip})
    return base64.b64decode(answer["data"])


def type_some_vital_signs(page: Page) -> None:
    """A set half typed and not saved: two numbers and one reason."""
    open_form(page, "vital_signs")
    press_digits(page, "vital_signs", "heart_rate_per_min", "84")
    field = '[data-entry-form="vital_signs"] [data-field="spo2_percent"]'
    page.click(f'{field} [data-role="could-not"]')
    page.click('[data-entry-form="vital_signs"] [data-reason="movement"]')
    press_digits(page, "vital_signs", "systolic_mmhg", "132")


def take_all(camera: Camera, session_id: str) -> None:
    bedside = f"/bedside/{session_id}"
    camera.take("panel", "physician", "/panel", DESKTOP, "dark")
    camera.take("panel-tablet", "physician", "/panel", TABLET, "light")
    for theme, suffix in (("light", ""), ("dim", "-dim")):
        camera.take(f"bedside-session{suffix}", "nurse", bedside, TABLET, theme)
        with camera.page("nurse", bedside, TABLET, theme) as page:
            type_some_vital_signs(page)
            keep(page, f"bedside-vital-signs{suffix}")
        with camera.page("nurse", "/bedside", TABLET, theme) as page:
            keep(page, f"bedside-list{suffix}")
            page.click("#bedside--new")
            keep(page, f"bedside-new-session{suffix}")
    camera.take("bedside-portrait", "nurse", bedside, PORTRAIT, "light")
    camera.take("session", "physician", f"/sessions/{session_id}", DESKTOP, "light")
    camera.take("review", "reviewer", "/review", DESKTOP, "light")
    camera.take("rules", "physician", "/rules", DESKTOP, "light")
    camera.take("administration", "administrator", "/administration", TABLET, "light")


def main() -> int:
    for folder in (FULL_SET, README_SET):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    with running_demo() as demo, chromium() as browser:
        wait_for(lambda: is_worth_a_picture(demo.open_tiles()), SECONDS_TO_ALERT, "no critical alert")
        tile = critical_tile(demo.open_tiles()) or demo.open_tiles()[0]
        take_all(Camera(browser, demo), str(tile["session_id"]))
    sizes = {path.name: path.stat().st_size // 1000 for path in sorted(Path(README_SET).glob("*.png"))}
    print("screenshots: README set in kB: " + ", ".join(f"{name} {kb}" for name, kb in sizes.items()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
