"""What a viewer of the load generator counts, against streams made here."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from simulators.load.event_stream import EventReader
from simulators.load.orders import Order, Orders
from simulators.load.record_reader import RecordReader
from simulators.load.viewing import Viewer
from simulators.server_client import SignIn

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def change(number: int, source: str = "monitor") -> bytes:
    entry = {"entry_id": "e", "source": source, "effective_at": (NOON - timedelta(seconds=1)).isoformat()}
    data = {"v": 1, "change_number": number, "recorded_at": NOON.isoformat(), "entry": entry, "tile": {"text": "x"}}
    return f"id: {number}\nevent: change\ndata: {json.dumps(data)}\n\n".encode()


def heartbeat(number: int | None) -> bytes:
    data = {"server_time": NOON.isoformat(), "change_number": number}
    return f"event: heartbeat\ndata: {json.dumps(data)}\n\n".encode()


CUT_OFF = b'event: cut_off\ndata: {"reason": "this viewer was too slow"}\n\n'


class Streams:
    """Answers each opening of the stream with the next of its contents; panel at number 4."""

    def __init__(self, *contents: bytes) -> None:
        self.contents = list(contents)
        self.asked: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/api/v1/panel":
            return httpx.Response(200, json={"change_number": 4, "tiles": []})
        if request.url.path != "/api/v1/changes/stream":
            return httpx.Response(200, json={})
        self.asked.append(request.url.params["after"])
        return httpx.Response(200, content=iter([self.contents.pop(0)]))


def watched(streams: Streams, last_number: int, monkeypatch: pytest.MonkeyPatch) -> Viewer:
    """A viewer who has read until the last number of the run, all of it arriving 50 ms after it was recorded."""
    monkeypatch.setattr("simulators.load.viewing.time.sleep", lambda _seconds: None)
    orders = Orders(measured_from=0.0)
    orders.obey(Order.LAST_NUMBER, last_number)
    arrives = (NOON + timedelta(milliseconds=50)).timestamp()
    reader = RecordReader("http://127.0.0.1:1", SignIn("physician", "x"), httpx.MockTransport(streams))
    viewer = Viewer(reader, orders, lambda: arrives)
    viewer.open()
    viewer.watch()
    return viewer


def test_every_change_in_order_is_seen_and_none_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    streams = Streams(b"retry: 1000\n\n" + heartbeat(None) + change(5) + change(6, "hand") + change(7))
    tally = watched(streams, 7, monkeypatch).tally
    assert streams.asked == ["4"]
    assert (tally.changes, tally.missed, tally.repeated, tally.reopened) == (3, 0, 0, 0)
    assert tally.recorded_delays.total == 3 and tally.recorded_delays.percentile_ms(50) == pytest.approx(50, rel=0.02)
    # A monitor's reading alone is timed from its own moment.
    assert tally.reading_delays.total == 2 and tally.reading_delays.longest_ms == pytest.approx(1050)


def test_a_skipped_number_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    tally = watched(Streams(change(5) + change(8)), 8, monkeypatch).tally
    assert (tally.changes, tally.missed) == (2, 2)


def test_a_broken_stream_is_opened_again_after_the_last_number(monkeypatch: pytest.MonkeyPatch) -> None:
    streams = Streams(change(5), change(5) + change(6))
    tally = watched(streams, 6, monkeypatch).tally
    assert streams.asked == ["4", "5"]
    assert (tally.changes, tally.missed, tally.repeated, tally.reopened) == (2, 0, 1, 1)


def test_a_cut_off_viewer_reads_what_it_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    tally = watched(Streams(change(5) + CUT_OFF + change(9), change(6) + change(7)), 7, monkeypatch).tally
    assert (tally.changes, tally.missed, tally.cut_off, tally.reopened) == (3, 0, 1, 1)


def test_a_heartbeat_that_knows_more_opens_the_stream_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    streams = Streams(change(5) + heartbeat(6) + change(7), change(6) + heartbeat(6))
    tally = watched(streams, 6, monkeypatch).tally
    assert streams.asked == ["4", "5"] and (tally.changes, tally.missed) == (2, 0)


def test_what_has_not_come_when_the_time_is_over_is_missed() -> None:
    orders = Orders()
    orders.obey(Order.LAST_NUMBER, 9)
    orders.drain_until = 0.0
    reader = RecordReader("http://127.0.0.1:1", SignIn("physician", "x"), httpx.MockTransport(Streams()))
    viewer = Viewer(reader, orders)
    viewer.open()
    viewer.watch()
    assert (viewer.tally.missed, viewer.tally.not_arrived) == (0, 5)


def test_events_are_put_together_out_of_chunks_that_end_anywhere() -> None:
    whole = b"retry: 1000\n\n" + heartbeat(3) + change(4) + CUT_OFF
    for size in (1, 7, 64, len(whole)):
        reader = EventReader()
        events = [event for at in range(0, len(whole), size) for event in reader.feed(whole[at : at + size])]
        assert [event.name for event in events] == ["heartbeat", "change", "cut_off"]
        assert json.loads(events[1].data)["change_number"] == 4


def test_changes_outside_the_measured_time_are_seen_but_not_timed() -> None:
    orders = Orders(measured_from=NOON.timestamp() + 1)
    reader = RecordReader("http://127.0.0.1:1", SignIn("physician", "x"), httpx.MockTransport(Streams()))
    viewer = Viewer(reader, orders)
    viewer.open()
    for event in EventReader().feed(change(5)):
        assert viewer.take(event, NOON.timestamp())
    assert viewer.tally.changes == 1 and viewer.tally.recorded_delays.total == 0
