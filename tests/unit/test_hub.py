"""The live path without a browser: nothing lost, nothing twice, nobody waits for a slow viewer (S1, S2)."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from dashboard.push import endpoint
from dashboard.push.endpoint import change_stream_router, changes_then_live
from dashboard.push.hub import QUEUE_LIMIT, Hub, Viewer
from dashboard.push.messages import change_event, heartbeat_event

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
NEVER_S = 3600.0


def change(number: int, **more: Any) -> dict[str, Any]:
    return {"v": 1, "change_number": number, **more}


class RecordedChanges:
    """A record of changes that remembers what it was asked for."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = list(numbers)
        self.asked: list[int] = []
        self.on_read: Callable[[], None] = lambda: None

    def changes_after(self, after: int, limit: int) -> list[dict[str, Any]]:
        self.asked.append(after)
        page = [change(number) for number in self.numbers if number > after][:limit]
        self.on_read()
        return page


def events(payload: bytes) -> list[tuple[str, dict[str, Any]]]:
    """The events in the bytes of a stream as (name, data); comments and retry lines are left out."""
    found = []
    for block in payload.decode().split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
        if "event" in lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def numbers(payload: bytes) -> list[int]:
    return [data["change_number"] for name, data in events(payload) if name == "change"]


def publish_all(hub: Hub, new: Iterable[int]) -> None:
    for number in new:
        hub.publish(change(number))


def run(scenario: Callable[[Hub], Coroutine[Any, Any, None]], heartbeat_s: float = NEVER_S) -> None:
    """Runs a scenario with a started hub; a stream that hangs fails after some seconds."""

    async def whole() -> None:
        hub = Hub(lambda: NOON, heartbeat_s=heartbeat_s)
        hub.start(10)
        try:
            async with asyncio.timeout(10):
                await scenario(hub)
        finally:
            hub.close()

    asyncio.run(whole())


async def rest_of(stream: AsyncIterator[bytes]) -> bytes:
    return b"".join([payload async for payload in stream])


async def taken(viewer: Viewer) -> bytes:
    return b"".join(message.payload for message in await viewer.take())


def test_every_viewer_gets_the_same_bytes_encoded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = []

    def counting(one: dict[str, Any]) -> bytes:
        encoded.append(one)
        return change_event(one)

    monkeypatch.setattr("dashboard.push.hub.change_event", counting)

    async def scenario(hub: Hub) -> None:
        viewers = [hub.subscribe() for _ in range(3)]
        hub.publish(change(11))
        messages = [(await viewer.take())[0] for viewer in viewers]
        assert len(encoded) == 1
        assert all(message.payload is messages[0].payload for message in messages)

    run(scenario)


def test_changes_published_by_the_writers_thread_arrive_in_order() -> None:
    async def scenario(hub: Hub) -> None:
        viewer = hub.subscribe()
        writer = threading.Thread(target=publish_all, args=(hub, range(11, 61)))
        writer.start()
        seen: list[int] = []
        while len(seen) < 50:
            seen += numbers(await taken(viewer))
        writer.join()
        assert seen == list(range(11, 61))

    run(scenario)


def test_a_slow_viewer_is_cut_off_and_told_while_the_other_goes_on() -> None:
    async def scenario(hub: Hub) -> None:
        slow, quick = hub.subscribe(), hub.subscribe()
        seen: list[int] = []
        for number in range(11, 11 + QUEUE_LIMIT + 1):
            hub.publish(change(number))
            seen += numbers(await taken(quick))
        assert seen == list(range(11, 11 + QUEUE_LIMIT + 1))
        last_words = await slow.take()
        assert [message.is_last for message in last_words] == [True]
        assert events(last_words[0].payload) == [("cut_off", {"reason": "this viewer was too slow"})]
        assert hub.viewer_count == 1

    run(scenario)


def test_a_change_without_json_form_ends_the_streams_instead_of_being_skipped(caplog: pytest.LogCaptureFixture) -> None:
    async def scenario(hub: Hub) -> None:
        viewer = hub.subscribe()
        hub.publish(change(11, value=object()))
        assert events(await taken(viewer))[0][0] == "cut_off"

    run(scenario)
    assert "change 11 cannot be put on the wire" in caplog.text


def test_heartbeats_name_the_newest_change() -> None:
    async def scenario(hub: Hub) -> None:
        viewer = hub.subscribe()
        hub.publish(change(11))
        beats: list[dict[str, Any]] = []
        while not beats or beats[-1]["change_number"] == 10:
            beats += [data for name, data in events(await taken(viewer)) if name == "heartbeat"]
        assert beats[-1] == {"server_time": "2026-03-01T12:00:00+00:00", "change_number": 11}

    run(scenario, heartbeat_s=0.01)


def test_publishing_before_the_start_and_after_the_end_disturbs_nobody() -> None:
    hub = Hub(lambda: NOON)
    hub.publish(change(1))

    async def starts_and_stops() -> None:
        hub.start()
        hub.close()

    asyncio.run(starts_and_stops())
    hub.publish(change(2))


def test_an_event_is_one_line_of_json_with_its_number() -> None:
    text = change_event(change(7, text="two\nlines, µg")).decode()
    assert text == 'id: 7\nevent: change\ndata: {"v":1,"change_number":7,"text":"two\\nlines, µg"}\n\n'
    assert heartbeat_event(NOON, None).endswith(b'"change_number":null}\n\n')


def test_what_was_missed_comes_before_what_is_live_and_nothing_comes_twice() -> None:
    async def scenario(hub: Hub) -> None:
        record = RecordedChanges(4, 5, 6, 7)
        # While the record is read, change 7 is published too, and 8 is committed after the page was read.
        record.on_read = lambda: publish_all(hub, (7, 8))
        stream = changes_then_live(hub, record, after=4)
        opening = await anext(stream)
        assert [name for name, _ in events(opening)] == ["heartbeat"]
        seen: list[int] = []
        while 8 not in seen:
            seen += numbers(await anext(stream))
        hub.publish(change(9))
        hub.close()
        await rest_of(stream)
        assert seen == [5, 6, 7, 8]
        assert record.asked == [4]

    run(scenario)


def test_a_long_absence_is_read_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "PAGE_SIZE", 3)

    async def scenario(hub: Hub) -> None:
        record = RecordedChanges(*range(1, 9))
        stream = changes_then_live(hub, record, after=0)
        await anext(stream)
        assert [numbers(await anext(stream)) for _ in range(8)] == [[number] for number in range(1, 9)]
        hub.close()
        await rest_of(stream)
        assert record.asked == [0, 3, 6]

    run(scenario)


def test_a_burst_is_written_at_once() -> None:
    async def scenario(hub: Hub) -> None:
        stream = changes_then_live(hub, RecordedChanges(), after=None)
        await anext(stream)
        publish_all(hub, range(11, 16))
        await asyncio.sleep(0.01)
        assert numbers(await anext(stream)) == [11, 12, 13, 14, 15]
        await stream.aclose()  # type: ignore[attr-defined]
        assert hub.viewer_count == 0

    run(scenario)


def test_the_stop_of_the_server_ends_every_stream_with_a_word() -> None:
    async def scenario(hub: Hub) -> None:
        stream = changes_then_live(hub, RecordedChanges(), after=None)
        await anext(stream)
        waiting = asyncio.create_task(rest_of(stream))
        await asyncio.sleep(0)
        hub.close()
        assert events(await waiting) == [("cut_off", {"reason": "the server stops"})]
        late = changes_then_live(hub, RecordedChanges(1), after=0)
        assert events(await rest_of(late))[-1][0] == "cut_off"

    run(scenario)


@pytest.mark.parametrize(
    ("query", "headers", "expected"),
    [
        ({"after": "2"}, {}, [3, 4]),
        ({"after": "2"}, {"Last-Event-ID": "3"}, [4]),
        ({}, {"Last-Event-ID": "3"}, [4]),
        ({}, {}, []),
    ],
)
def test_the_route_honours_after_and_last_event_id(
    query: dict[str, str], headers: dict[str, str], expected: list[int]
) -> None:
    async def scenario(hub: Hub) -> None:
        answer = await _answer(hub, query, headers)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-accel-buffering"] == "no"
        assert numbers(answer.content) == expected

    run(scenario)


@pytest.mark.parametrize(
    ("query", "headers"), [({"after": "-1"}, {}), ({"after": "x"}, {}), ({}, {"Last-Event-ID": "x"})]
)
def test_an_unreadable_number_is_refused(query: dict[str, str], headers: dict[str, str]) -> None:
    async def scenario(hub: Hub) -> None:
        assert (await _answer(hub, query, headers)).status_code == 422

    run(scenario)


async def _answer(hub: Hub, query: dict[str, str], headers: dict[str, str]) -> httpx.Response:
    """The whole stream up to the server's stop, a moment after it was opened."""
    api = FastAPI()
    api.include_router(change_stream_router(hub, RecordedChanges(1, 2, 3, 4)))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=api), base_url="http://test") as client:
        asking = asyncio.create_task(client.get("/api/v1/changes/stream", params=query, headers=headers))
        while not asking.done() and hub.viewer_count == 0:
            await asyncio.sleep(0.005)
        await asyncio.sleep(0.1)
        hub.close()
        return await asking
