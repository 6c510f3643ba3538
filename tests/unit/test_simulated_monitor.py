"""The simulated bedside monitor: how often it shows what is not the patient's, and what it does to its rows."""

from collections import Counter
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import pytest
from numpy.random import default_rng
from scipy.stats import binom

from session_store.domain.device_profiles import decode
from session_store.domain.entries import read_content
from session_store.domain.observation_contents import VitalSigns
from simulators.monitor import CUFF_CHANNELS, NOT_MEASURED, NOTHING_DUE, BedsideMonitor
from simulators.monitor_artefacts import ArtefactSource
from simulators.monitor_output import MonitorOutput, SentRow
from simulators.scenarios.plan import MonitorQuirks
from simulators.virtual_patient import Vitals

CALM = Vitals(70.0, 120.0, 75.0, 15.0, 97.5, 36.7, 38.0)
MINUTES = 10_000
ROWS_PER_MIN = 6
Row = dict[str, str]


@dataclass
class LongRun:
    """What a restless patient's monitor showed: artefact minutes a channel, rows with an artefact, all cuffs."""

    minutes: dict[str, set[int]] = field(default_factory=dict)
    rows: dict[str, list[tuple[int, Row]]] = field(default_factory=dict)
    cuffs: list[Row] = field(default_factory=list)
    plain: list[Row] = field(default_factory=list)


@pytest.fixture(scope="module")
def long_run() -> LongRun:
    """Ten thousand minutes at restlessness 1, read every 10 s, a cuff cycle every minute."""
    monitor = BedsideMonitor(default_rng(3), 1.0, cuff_interval_min=1.0, has_capnograph=True)
    run = LongRun()
    for number in range(MINUTES * ROWS_PER_MIN):
        row = monitor.sample(number / ROWS_PER_MIN, CALM)
        for channel in monitor.artefact_channels:
            run.minutes.setdefault(channel, set()).add(number // ROWS_PER_MIN)
            run.rows.setdefault(channel, []).append((number, row))
        if row["NBPSys"] != NOTHING_DUE:
            run.cuffs.append(row)
        if not monitor.artefact_channels and NOT_MEASURED not in (row["HR"], row["PULSE"]):
            run.plain.append(row)
    return run


def is_within_95_percent(found: int, of: int, share: float) -> bool:
    low, high = binom.interval(0.95, of, share)
    return bool(low <= found <= high)


@pytest.mark.parametrize(
    ("channel", "share"), [("HR", 0.005), ("SpO2", 0.013), ("EtCO2", 0.075), ("RESP", 0.03)], ids=str
)
def test_artefact_minutes_are_as_frequent_as_published(long_run: LongRun, channel: str, share: float) -> None:
    """simulators.md 4.1, children's records; the breaths are our own calibration (4.2)."""
    assert is_within_95_percent(len(long_run.minutes[channel]), MINUTES, share)


def test_five_of_a_hundred_cuff_measurements_are_artefacts(long_run: LongRun) -> None:
    assert len(long_run.cuffs) > MINUTES * 0.98
    assert is_within_95_percent(len(long_run.rows["NBPSys"]), len(long_run.cuffs), 0.05)
    wrong = [int(row["NBPSys"]) for _, row in long_run.rows["NBPSys"] if row["NBPSys"] != NOT_MEASURED]
    assert is_within_95_percent(len(wrong), len(long_run.cuffs), 0.01)
    assert min(abs(systolic - 120) for systolic in wrong) > 15
    assert min(wrong) < 90 < 150 < max(wrong)


@pytest.mark.parametrize("restlessness", [0.0, 0.5])
def test_a_calmer_patient_makes_fewer_artefacts(restlessness: float) -> None:
    source = ArtefactSource(default_rng(5), 0.05 * restlessness, 30, 60)
    minutes = {number // 6 for number in range(6 * MINUTES) if source.at(number / 6)}
    assert is_within_95_percent(len(minutes), MINUTES, 0.05 * restlessness)


def test_an_artefact_lies_inside_its_minute_however_often_one_looks() -> None:
    often, seldom = (ArtefactSource(default_rng(6), 0.3, 10, 60) for _ in range(2))
    seen = [one for number in range(600 * 60) if (one := often.at(number / 60))]
    assert all(one.from_min // 1 == (one.to_min - 1e-9) // 1 for one in seen)
    seen_seldom = {one for number in range(600 * 6) if (one := seldom.at(number / 6))}
    assert seen_seldom == set(seen)


def test_a_motion_dips_by_five_to_fifteen_points_and_is_over_within_a_minute(long_run: LongRun) -> None:
    dips = long_run.rows["SpO2"]
    # The probe may be off meanwhile: then nothing is shown, and nothing is an artefact.
    values = [int(row["SpO2"]) for _, row in dips]
    assert 80 <= min(values) < 88
    assert {row["Perf"] for _, row in dips} == {"0.3"}
    rows_a_dip = Counter(number // ROWS_PER_MIN for number, _ in dips).values()
    assert 3 <= np.median(list(rows_a_dip)) <= 6 and max(rows_a_dip) <= 6
    first = [int(row["SpO2"]) for number, row in dips if (number - 1) not in {other for other, _ in dips}]
    last = [int(row["SpO2"]) for number, row in dips if (number + 1) not in {other for other, _ in dips}]
    assert np.mean(last) > 96.5 > 93 > np.mean(first)


def test_talking_is_counted_once_and_then_reads_zero(long_run: LongRun) -> None:
    rows = dict(long_run.rows["RESP"])
    assert all(row["RESP"] == NOT_MEASURED or int(row["RESP"]) >= 40 for row in rows.values())
    counted = {number for number, row in rows.items() if row["RESP"] != NOT_MEASURED}
    assert len(counted) > 200
    assert not any(number + 1 in counted for number in counted)


def test_two_probes_and_a_measured_mean_do_not_agree(long_run: LongRun) -> None:
    differences = [int(row["HR"]) - int(row["PULSE"]) for row in long_run.plain]
    assert 1.0 < np.std(differences) < 2.0
    cuffs = [[int(row[name]) for name in CUFF_CHANNELS] for row in long_run.cuffs if row["NBPSys"] != NOT_MEASURED]
    off = [abs(mean - (systolic + 2 * diastolic) / 3) > 1 for systolic, diastolic, mean in cuffs]
    assert 0.3 < np.mean(off) < 0.9
    wrong = [abs(int(row["HR"]) - 70) for _, row in long_run.rows["HR"]]
    assert min(wrong) > 10 and max(wrong) > 60


def test_mouth_breathing_lowers_the_carbon_dioxide_or_hides_it(long_run: LongRun) -> None:
    shown = [row["EtCO2"] for _, row in long_run.rows["EtCO2"]]
    assert 0.2 < np.mean([text == NOT_MEASURED for text in shown]) < 0.5
    assert all(8 < int(text) < 30 for text in shown if text != NOT_MEASURED)


def test_without_restlessness_everything_is_measured() -> None:
    monitor = BedsideMonitor(default_rng(1), 0.0, has_capnograph=True)
    for number in range(600):
        row = monitor.sample(number / ROWS_PER_MIN, CALM)
        assert not monitor.artefact_channels
        assert {name for name, text in row.items() if text == NOT_MEASURED} == {"ABPSys", "ABPDias", "ABPMean"}


def test_a_failed_cuff_is_tried_again_once_and_then_waits() -> None:
    monitor = BedsideMonitor(default_rng(2), 50.0)
    ends = [
        (number / 60, row["NBPSys"] == NOT_MEASURED)
        for number in range(60 * 200)
        if (row := monitor.sample(number / 60, CALM))["NBPSys"] != NOTHING_DUE
    ]
    waits: dict[bool, set[str]] = {True: set(), False: set()}
    was_retry = False
    for (minute, has_failed), (following, _) in pairwise(ends):
        is_first_failure = has_failed and not was_retry
        waits[is_first_failure].add("soon" if 0.49 <= following - minute <= 1.02 else f"{following - minute:.1f}")
        was_retry = is_first_failure
    assert waits == {True: {"soon"}, False: {"5.0"}}


def test_a_cuff_on_the_arm_of_the_probe_stops_the_oximeter() -> None:
    monitor = BedsideMonitor(default_rng(2), 0.0, first_cuff_min=5.0, is_cuff_on_probe_arm=True)
    rows = [monitor.sample(number / 60, CALM) for number in range(60 * 60)]
    gone = [number for number, row in enumerate(rows) if row["SpO2"] == NOT_MEASURED]
    cycles = [number for number, row in enumerate(rows) if row["NBPSys"] != NOTHING_DUE]
    assert len(cycles) == 11
    for end in cycles:
        squeezed = [number for number in gone if end - 60 <= number < end]
        assert 29 <= len(squeezed) <= 46 and squeezed[-1] == end - 1
    assert all(rows[number]["HR"] != NOT_MEASURED for number in gone)


def test_apnoea_reads_zero_and_is_no_artefact() -> None:
    still = replace(CALM, respiratory_rate_per_min=0.0, end_tidal_co2_mmhg=None)
    monitor = BedsideMonitor(default_rng(4), 0.0, has_capnograph=True)
    rows = [monitor.sample(number / 6, still) for number in range(60)]
    assert {row["EtCO2"] for row in rows} == {NOT_MEASURED}
    assert {row["RESP"] for row in rows} == {NOT_MEASURED}
    assert not monitor.artefact_channels


def sent_rows(
    quirks: MonitorQuirks, minutes: int = 60, *, has_capnograph: bool = False
) -> list[tuple[Row, list[SentRow]]]:
    """True rows with what was sent of each."""
    monitor = BedsideMonitor(default_rng(7), 1.0, first_cuff_min=2.0, decimals=1, has_capnograph=has_capnograph)
    output = MonitorOutput(default_rng(8), quirks)
    true = [(number / ROWS_PER_MIN, monitor.sample(number / ROWS_PER_MIN, CALM)) for number in range(6 * minutes)]
    return [(row, output.rows(minute, row)) for minute, row in true]


def decoded(row: SentRow) -> dict[str, object]:
    values, problems = decode(row.device_profile, row.channels)
    assert problems == []
    return values


def test_a_monitor_without_quirks_sends_the_true_row() -> None:
    for number, (true, sent) in enumerate(sent_rows(MonitorQuirks())):
        assert sent == [SentRow(number / ROWS_PER_MIN, true, "bedside_numerics")]


@pytest.mark.parametrize("code", ["--", "-1", "-32768"])
def test_every_drop_out_code_means_not_measured(code: str) -> None:
    found = False
    for true, [row] in sent_rows(MonitorQuirks(drop_out_code=code)):
        assert NOT_MEASURED not in row.channels.values() and code in row.channels.values()
        assert decoded(row) == decode("bedside_numerics", true)[0]
        found |= "not_measured" in decoded(row)
    assert found


def test_an_empty_drop_out_hides_only_that_a_cuff_failed() -> None:
    for true, [row] in sent_rows(MonitorQuirks(drop_out_code="")):
        meant, _ = decode("bedside_numerics", true)
        if true["NBPSys"] != NOT_MEASURED:
            assert decoded(row) == meant


def test_a_decimal_comma_is_read_as_one() -> None:
    for true, [row] in sent_rows(MonitorQuirks(has_decimal_comma=True)):
        assert "." not in "".join(row.channels.values())
        assert decoded(row) == decode("bedside_numerics", true)[0]


@pytest.mark.parametrize("has_decimal_comma", [False, True])
def test_kilopascals_become_millimetres_and_are_kept(has_decimal_comma: bool) -> None:
    quirks = MonitorQuirks(is_etco2_in_kpa=True, has_decimal_comma=has_decimal_comma)
    measured = 0
    for true, [row] in sent_rows(quirks, has_capnograph=True):
        content, problems = read_content("vital_signs", {**decoded(row), "channels": dict(row.channels)})
        assert problems == [] and isinstance(content, VitalSigns)
        assert content.channels["EtCO2"] == row.channels["EtCO2"]
        if true["EtCO2"] == NOT_MEASURED:
            assert "end_tidal_co2_mmhg" in content.not_measured
        else:
            measured += 1
            assert float(content.end_tidal_co2_mmhg or 0) == pytest.approx(float(true["EtCO2"]), abs=0.5)
            assert content.end_tidal_co2_kpa is not None
    assert measured > 300


def test_a_repeated_cuff_stands_on_every_row_and_counts_once() -> None:
    """Old is never shown as new: only the row on which the cuff ended has a pressure."""
    rows = sent_rows(MonitorQuirks(repeats_cuff=True, clock_ahead_s=86_400 - 900))
    assert all(row.channels["NBPSys"] != NOTHING_DUE for _, [row] in rows[13:])
    for true, [row] in rows:
        meant, _ = decode("bedside_numerics", true)
        assert decoded(row) == meant
    assert sum("systolic_mmhg" in decoded(row) for _, [row] in rows) >= 10


def test_a_silent_monitor_sends_nothing_and_its_old_cuff_is_not_new_afterwards() -> None:
    rows = sent_rows(MonitorQuirks(repeats_cuff=True, silent_min=((6.0, 9.0),)))
    sent = [row for _, sent in rows for row in sent]
    assert not any(6.0 <= row.minute < 9.0 for row in sent)
    assert len(sent) == len(rows) - 18
    after = next(row for row in sent if row.minute >= 9.0)
    assert after.channels["NBPSys"] == rows[42][0]["NBPSys"] != NOTHING_DUE
    assert "systolic_mmhg" not in decoded(after)


def test_some_rows_are_sent_twice_unchanged() -> None:
    sent = [sent for _, sent in sent_rows(MonitorQuirks(duplicate_share=0.2), 100)]
    doubled = [rows for rows in sent if len(rows) == 2]
    assert is_within_95_percent(len(doubled), len(sent), 0.2)
    assert all(replace(second, is_duplicate=False) == first for first, second in doubled)
    assert not any(first.is_duplicate for first, *_ in sent)


def test_a_row_held_back_comes_after_the_next_and_none_is_lost() -> None:
    sent = [row.minute for _, sent in sent_rows(MonitorQuirks(out_of_order_share=0.3), 100) for row in sent]
    assert len(sent) >= 599 and len(set(sent)) == len(sent)
    back = [before - after for before, after in pairwise(sent) if after < before]
    assert len(back) > 80
    assert back == pytest.approx([1 / ROWS_PER_MIN] * len(back))


def test_a_wrong_clock_moves_the_time_and_nothing_else() -> None:
    ahead = sent_rows(MonitorQuirks(clock_ahead_s=-90.0, repeats_cuff=True))
    right = sent_rows(MonitorQuirks(repeats_cuff=True))
    for (_, [late]), (_, [row]) in zip(ahead, right, strict=True):
        assert late.minute == pytest.approx(row.minute - 1.5)
        assert decoded(late) == decoded(row)
    assert ahead[0][1][0].channels["Time"] == "23:58:30"


def test_the_same_seed_sends_the_same_rows() -> None:
    quirks = MonitorQuirks(duplicate_share=0.1, out_of_order_share=0.1)
    assert sent_rows(quirks, has_capnograph=True) == sent_rows(quirks, has_capnograph=True)
