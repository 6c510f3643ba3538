"""The numbers of a load run: delays, sums of tallies, CPU and memory, the table."""

import json
import os
import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from simulators.load import process_use
from simulators.load.delay_histogram import DelayHistogram, merged
from simulators.load.process_use import Use, UseWatch
from simulators.load.report import as_json, as_markdown
from simulators.load.running import Measured
from simulators.load.tallies import SendTally, ViewTally
from tests.unit.test_load_sending import load_plan


def histogram(*delays_ms: float) -> DelayHistogram:
    made = DelayHistogram()
    for delay in delays_ms:
        made.add(delay)
    return made


def test_percentiles_are_those_of_the_sorted_delays_to_a_percent() -> None:
    chance = random.Random(3)
    delays = [chance.lognormvariate(2, 1.5) for _ in range(5000)]
    made = merged([histogram(*delays[:3000]), histogram(*delays[3000:])])
    for percent in (50, 95, 99, 100):
        exact = sorted(delays)[int(len(delays) * percent / 100) - 1]
        found = made.percentile_ms(percent)
        assert found is not None and exact <= found * 1.000001 <= exact * 1.0101
    assert made.total == 5000 and made.longest_ms == max(delays)


def test_no_delay_and_a_delay_under_zero() -> None:
    assert histogram().percentile_ms(50) is None
    assert histogram(-3.0).percentile_ms(50) == 0.0
    assert histogram(-3.0, 5.0).percentile_ms(100) == pytest.approx(5.0, rel=0.011)


def test_tallies_add_up() -> None:
    one = SendTally(sent=3, refused=Counter(a=1), reading_delays=histogram(1.0))
    two = SendTally(sent=4, refused=Counter(a=2, b=1), reading_delays=histogram(2.0, 3.0))
    total = SendTally.sum_of([one, two])
    assert total.sent == 7 and total.refused == Counter(a=3, b=1) and total.reading_delays.total == 3
    views = ViewTally.sum_of([ViewTally(longest_silence_s=2.0, missed=1), ViewTally(longest_silence_s=5.0, missed=2)])
    assert views.longest_silence_s == 5.0 and views.missed == 3
    assert SendTally.sum_of([]) == SendTally() and ViewTally.sum_of([]) == ViewTally()


def test_cpu_is_the_share_of_the_time_and_memory_the_highest_sample() -> None:
    uses = iter([Use(10.0, 100.0), None, Use(11.0, 3 * 1024**2), Use(12.5, 200.0)])
    times = iter([0.0, 2.0, 5.0])
    watch = UseWatch(lambda: next(uses), lambda: next(times))
    assert watch.cpu_percent is None and watch.highest_mib is None
    for _ in range(4):
        watch.sample()
    assert watch.cpu_percent == 50.0 and watch.highest_mib == 3.0


def test_this_process_has_used_something_and_nobody_nothing() -> None:
    use = process_use.of_process(os.getpid())
    assert use is not None and use.cpu_s > 0 and use.resident_bytes > 1024**2
    assert process_use.of_process(2**22 + 1) is None


def measured(sends: SendTally | None = None, views: ViewTally | None = None) -> Measured:
    usual = SendTally(sent=10, acknowledged=9, acknowledged_in_time=6, reading_delays=histogram(1.0, 2.0))
    return Measured(
        plan=load_plan(), url="http://127.0.0.1:1", started_at=datetime(2026, 3, 2, tzinfo=UTC), measured_s=60.0,
        was_interrupted=False, is_end_known=True, sends=sends or usual, views=views or ViewTally(viewers=2),
        server_cpu_percent=12.3, server_highest_mib=None, own_cpu_percent=3.0,
    )  # fmt: skip


def test_the_table_tells_the_counts_and_what_is_not_known() -> None:
    refused = SendTally(sent=2, refused=Counter({"note refused: a | b": 2}))
    text = as_markdown(measured(refused))
    assert "Nothing lost" in text and "| note refused: a / b | " in text
    rows = {line.split("|")[1].strip(): line.split("|")[2].strip() for line in text.splitlines() if line[:1] == "|"}
    assert rows["entries sent"] == "2" and rows["server memory (highest RSS), MiB"] == "not known"
    assert rows["a reading: sent -> answered"] == "-"


def test_json_holds_every_number() -> None:
    content = json.loads(as_json(measured()))
    assert content["counts"]["entries acknowledged"] == 9 and content["is_sound"] is True
    assert content["delays_ms"]["a reading: sent -> answered"]["n"] == 2
    assert content["parameters"]["sessions"] == 4 and content["server_cpu_percent"] == 12.3


@pytest.mark.parametrize(
    "fault",
    [
        measured(SendTally(lost=1)),
        measured(SendTally(recorded_twice=1)),
        measured(SendTally(resent_not_duplicate=1)),
        measured(SendTally(sessions_not_read_back=1)),
        measured(views=ViewTally(missed=1)),
        measured(views=ViewTally(not_arrived=1)),
        replace(measured(), is_end_known=False),
    ],
)
def test_whatever_is_lost_missed_or_not_known_is_not_sound(fault: Measured) -> None:
    assert not fault.is_sound and "NOT SOUND" in as_markdown(fault)
    assert measured(SendTally(refused=Counter(a=3), unanswered=2)).is_sound
