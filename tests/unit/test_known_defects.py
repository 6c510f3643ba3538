"""Defects that were read in similar systems: one test each, named by what went wrong there.

What only a browser can show is shown by the journeys in `tests/browser` too; here stands what the server says.
"""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from session_store.commands import RecordEntries
from session_store.domain import observation_schedule
from session_store.domain.alert import Level
from session_store.domain.discharge_gate import discharge_gate
from session_store.domain.entries import FIELD_SPECS, SCHEDULED_SIGNS, SERVER_KINDS, VITAL_SIGN_FIELDS
from session_store.domain.entry_choices import OxygenTarget
from session_store.domain.news2 import score_news2
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.model import AlertRule, RuleKind
from session_store.domain.session_summary import SessionSummary
from session_store.domain.vital_sign_limits import matches
from session_store.opening import open_record
from session_store.reader import Reader
from session_store.recorder import Recorder
from session_store.settings import Settings
from tests.record_building import MONITOR, NURSE, PAIN, START, SetClock, TestRecord, sent
from tests.server_process import ROOT
from tests.unit.test_entry_form import attribute, every_form, parts_of

FULL_SET = {"heart_rate_per_min": 72, "systolic_mmhg": 120, "spo2_percent": 98, "respiratory_rate_per_min": 14}
PADSS_ITEMS = ("padss_vital_signs", "padss_ambulation", "padss_nausea", "padss_pain", "padss_iv_site")
SCRIPTS = sorted((ROOT / "dashboard" / "assets").glob("*.js"))


def standing(reader: Reader, session_id: UUID) -> list[tuple[str, str]]:
    alerts = reader.timeline(session_id)["session"]["alerts"]
    return sorted((one["condition"], one["level"]) for one in alerts if not one["cleared_at"])


# 1: the milder band was asked first, and missing was "normal"


def worst_level(sign: str, value: Decimal) -> int:
    """The worst level of the sign's rows that this value is beyond, for a patient without a baseline; 0 for none."""
    summary = SessionSummary(UUID(int=1), UUID(int=2), False, {})
    rows = [rule for rows in DELIVERED.by_sign[sign].values() for rule in rows]
    return max((int(rule.level) for rule in rows if matches(summary, DELIVERED, rule, value, START)), default=0)


@pytest.mark.parametrize("sign", sorted(DELIVERED.by_sign))
def test_a_worse_value_never_has_a_milder_level_and_every_level_is_reached(sign: str) -> None:
    limits = FIELD_SPECS["vital_signs"][sign].limits
    assert limits is not None
    tenths = range(int(limits.absolute_low * 10), int(limits.absolute_high * 10) + 1)
    levels = [worst_level(sign, Decimal(one) / 10) for one in tenths]
    quiet = levels.index(0)
    assert levels[:quiet] == sorted(levels[:quiet], reverse=True) and levels[quiet:] == sorted(levels[quiet:])
    plain = {int(rule.level) for rows in DELIVERED.by_sign[sign].values() for rule in rows if is_plain(rule)}
    assert set(levels) == plain | {0}


def is_plain(rule: AlertRule) -> bool:
    """A row that asks for nothing but the value."""
    is_for_all = rule.oxygen_target in (None, OxygenTarget.USUAL)
    return is_for_all and not (rule.needs_baseline or rule.with_symptoms or rule.with_sedation)


def test_a_missing_value_is_not_measured_and_never_normal(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", spo2_percent=88)
    record.chart(session_id, "vital_signs", not_measured={"spo2_percent": "movement"})
    tile = reader.timeline(session_id)["session"]
    assert tile["signs"]["spo2_percent"]["not_measured"]["reason"] == "movement"
    assert standing(reader, session_id) == [("spo2.low", "critical")]
    score = score_news2(Decimal(14), None, 1, False, Decimal(120), Decimal(72), "alert", Decimal(37))
    assert score.is_partial and "spo2_percent" not in {name for name, points in score.points.items() if points == 0}


# 2: critical was "10 under, 20 over" whatever the unit

STEP = {sign: Decimal("0.1") if sign == "temperature_celsius" else Decimal(1) for sign in VITAL_SIGN_FIELDS}
OWN_BOUNDS = [
    rule
    for rule in DELIVERED.of_kind(RuleKind.THRESHOLD)
    if is_plain(rule) and rule.rule_id.endswith((".critical", "temperature.high.warning", "temperature.low.warning"))
]


@pytest.mark.parametrize("rule", OWN_BOUNDS, ids=lambda rule: rule.rule_id)
def test_each_sign_has_a_bound_of_its_own_for_its_worst_level(
    rule: AlertRule, record: TestRecord, reader: Reader
) -> None:
    """One step beyond the row's own limit reaches its level, one step before it does not; in the sign's own unit."""
    assert rule.limit is not None and rule.comparison is not None and rule.sign is not None
    outwards = -STEP[rule.sign] if rule.is_low_side else STEP[rule.sign]
    first = rule.limit if rule.comparison.value.startswith("at or") else rule.limit + outwards
    levels = []
    for value in (first - outwards, first):
        session_id = record.running()
        fields: dict[str, Any] = {rule.sign: str(value)}
        record.chart(session_id, "vital_signs", **fields)
        levels.append(dict(standing(reader, session_id)).get(rule.condition))
    assert levels[1] == rule.level.word and levels[0] != rule.level.word


def test_every_sign_with_limits_is_among_them() -> None:
    assert {rule.sign for rule in OWN_BOUNDS} == set(VITAL_SIGN_FIELDS)
    assert {rule.sign for rule in OWN_BOUNDS if rule.level is not Level.CRITICAL} == {"temperature_celsius"}


# 3: unknown criteria of the discharge counted as met, and a clean session could never be met

Step = tuple[float, str, dict[str, Any]]
ASSESSED = dict.fromkeys(PADSS_ITEMS, 2)
ANSWERED = {"is_oriented": True, "walks_safely": True, "understands_instructions": True}
CLEAN: dict[str, Step] = {
    "the infusion's end": (40, "infusion_ended", {}),
    "the first set": (88, "vital_signs", FULL_SET),
    "the second set": (95, "vital_signs", FULL_SET),
    "the score": (97, "discharge_assessment", {"score": "padss", **ASSESSED, **ANSWERED}),
}


def played_to_discharge(record: TestRecord, steps: dict[str, Step], until_min: float = 101) -> UUID:
    session_id = record.complete()
    record.chart(session_id, "infusion_started", pump_rate_ml_per_h=20, concentration_mg_per_ml=1)
    began = record.clock.now()
    for minute, kind, fields in steps.values():
        record.clock.time = began + timedelta(minutes=minute)
        assert record.chart(session_id, kind, **fields).outcome.value == "recorded"
    record.clock.time = began + timedelta(minutes=until_min)
    return session_id


def held(record: TestRecord, reader: Reader, session_id: UUID) -> set[str]:
    items = discharge_gate(reader.summary(session_id), DELIVERED, record.clock.now())
    return {item.rule_id.split(".")[1] for item in items}


def test_a_clean_session_goes_home_without_one_override(record: TestRecord, reader: Reader) -> None:
    session_id = played_to_discharge(record, CLEAN | {"pain as before": (96, "pain_score", PAIN)})
    assert held(record, reader, session_id) == set()
    assert record.chart(session_id, "discharged").outcome.value == "recorded"
    tile = reader.timeline(session_id)["session"]
    assert tile["status"] == "discharged" and tile["alerts"] == []


def _changed(name: str, **fields: Any) -> dict[str, Step]:
    minute, kind, before = CLEAN[name]
    after = {field: value for field, value in (before | fields).items() if value is not None}
    return CLEAN | {name: (minute, kind, after)}


UNKNOWN: dict[str, tuple[dict[str, Step], set[str]]] = {
    **{
        f"without {name}": ({one: step for one, step in CLEAN.items() if one != name}, items)
        for name, items in {
            "the first set": {"stable_sets", "sets_apart"},
            "the second set": {"stable_sets", "sets_apart"},
            "the score": {"score", "score_fresh", "oriented", "walks", "instructions"},
        }.items()
    },
    **{f"{item} not answered": (_changed("the score", **{item: None}), {"score"}) for item in PADSS_ITEMS},
    "oriented not answered": (_changed("the score", is_oriented=None), {"oriented"}),
    "walking not answered": (_changed("the score", walks_safely=None), {"walks"}),
    "instructions not answered": (_changed("the score", understands_instructions=None), {"instructions"}),
    **{
        f"{sign} missing in the second set": (_changed("the second set", **{sign: None}), {"stable_sets", "sets_apart"})
        for sign in SCHEDULED_SIGNS
    },
    "escort not known": (
        {"escort": (1, "readiness_item", {"item": "escort_named", "answer": "unknown"}), **CLEAN}, {"escort"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_input_holds_the_discharge(name: str, record: TestRecord, reader: Reader) -> None:
    steps, items = UNKNOWN[name]
    session_id = played_to_discharge(record, steps)
    assert held(record, reader, session_id) == items
    assert record.chart(session_id, "discharged").outcome.value == "refused"


@pytest.mark.parametrize(
    ("until_min", "items"), [(99.9, {"observed"}), (115.1, {"set_fresh"}), (127.1, {"set_fresh", "score_fresh"})]
)
def test_a_stale_input_holds_the_discharge(
    until_min: float, items: set[str], record: TestRecord, reader: Reader
) -> None:
    session_id = played_to_discharge(record, CLEAN, until_min)
    assert held(record, reader, session_id) == items


def test_a_discharge_before_the_end_is_held(record: TestRecord, reader: Reader) -> None:
    session_id = played_to_discharge(record, {name: CLEAN[name] for name in CLEAN if name != "the infusion's end"})
    assert {"ended", "observed", "score", "stable_sets"} <= held(record, reader, session_id)


# 4: only the latest reading was judged, in the open page, and one sign rang twice at once


def test_a_batch_of_late_rows_is_judged_row_by_row_once_with_no_page_open(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.clock.forward(minutes=12)
    now = record.clock.now()
    rows = [
        sent("vital_signs", heart_rate_per_min=135, effective_at=(now - timedelta(minutes=9)).isoformat()),
        sent("vital_signs", heart_rate_per_min=72, effective_at=(now - timedelta(minutes=6)).isoformat()),
        sent("vital_signs", spo2_percent=88, effective_at=(now - timedelta(minutes=3)).isoformat()),
    ]
    record.record(session_id, *rows)
    assert standing(reader, session_id) == [("spo2.low", "critical")]
    assert record.facts == ["raised:hr.high.critical", "cleared:hr.high.critical", "raised:spo2.low.critical"]
    again = record.record(session_id, *rows)
    assert [one.outcome.value for one in again] == ["duplicate"] * 3 and len(record.facts) == 3


def test_one_condition_is_one_alert_however_many_rows_show_it(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", spo2_percent=88)
    alert_id = reader.timeline(session_id)["session"]["alerts"][0]["alert_id"]
    record.chart(session_id, "acknowledgement", alert_id=alert_id, action="physician_at_chair")
    record.clock.forward(minutes=1)
    record.chart(session_id, "vital_signs", spo2_percent=87)
    (alert,) = reader.timeline(session_id)["alerts"]
    assert alert["alert_id"] == alert_id and alert["acknowledged"] is not None


# 5: three files held the interval of the observations beside the protocol's own

SCHEDULED_MINUTES = sorted(
    {
        int(one.total_seconds() // 60)
        for one in (observation_schedule.TIGHT, observation_schedule.FAST_RATE, observation_schedule.USUAL)
    }
)
_MINUTES = "|".join(str(one) for one in SCHEDULED_MINUTES)
_SECONDS = "|".join(f"{one * 60}" for one in SCHEDULED_MINUTES)
AN_INTERVAL = re.compile(
    rf"timedelta\((minutes=({_MINUTES})|seconds=({_SECONDS}))\)"
    rf"|\b({_MINUTES}) \* (60\b|60_?000\b|MINUTE\b)"
    rf"|(?i:interval|due|every|round)\w*\s*[:=]\s*(({_MINUTES}) ?\*|({_SECONDS})(_?000)?\b)"
)
# The same numbers for something else: a change of pain is asked about, symptoms count beside a pressure, SpO2 has
# fallen, what a replayed rule caught, the ticks of a time axis, and how wide a hole in a drawn line is.
NO_INTERVALS = {
    "session_store/domain/observation_checks.py", "session_store/domain/vital_sign_limits.py",
    "session_store/domain/recent_highs.py", "session_store/replaying_report.py",
    "dashboard/assets/41_session_figure.js", "dashboard/assets/42_session_series.js",
}  # fmt: skip


def sources() -> Iterator[Path]:
    for package in ("session_store", "dashboard"):
        yield from (ROOT / package).rglob("*.py")
    yield from SCRIPTS


def test_no_other_file_holds_an_interval_of_the_observation_schedule() -> None:
    holding = {
        path.relative_to(ROOT).as_posix() for path in sources() if AN_INTERVAL.search(path.read_text(encoding="utf-8"))
    }
    assert holding - {"session_store/domain/observation_schedule.py"} == NO_INTERVALS


@pytest.mark.parametrize(
    "line",
    ["X = timedelta(minutes=15)", "DUE_MS = 900000", "const EVERY = 5 * MINUTE;", "due: 300,", "interval_s = 10 * 60"],
)
def test_an_interval_would_be_found(line: str) -> None:
    assert AN_INTERVAL.search(line)


# 6: pain 5 was chosen beforehand, and one tap stored it


@pytest.mark.parametrize("kind", ["pain_score", "sedation", "dissociation", "vital_signs", "discharge_assessment"])
def test_a_form_starts_empty_and_saved_untouched_stores_nothing(kind: str, record: TestRecord, reader: Reader) -> None:
    forms = [form for form in every_form() if getattr(form, "data-entry-form") == kind]
    assert forms
    for part in (part for form in forms for part in parts_of(form)):
        assert attribute(part, "value") is None and attribute(part, "aria-pressed") in (None, "false")
    session_id = record.running()
    before = len(reader.timeline(session_id)["entries"])
    assert record.chart(session_id, kind).outcome.value == "refused"
    assert len(reader.timeline(session_id)["entries"]) == before


def test_what_was_not_asked_is_not_answered(record: TestRecord, reader: Reader) -> None:
    session_id = record.running()
    record.chart(session_id, "vital_signs", heart_rate_per_min=71)
    entry = reader.timeline(session_id)["entries"][-1]
    assert {name for name in VITAL_SIGN_FIELDS if name in entry} == {"heart_rate_per_min"}


# 7: a button wrote plausible normal vital signs

MEASUREMENTS = (*VITAL_SIGN_FIELDS, "score_points", "score_mm", "level", "ctcae_grade")
A_MEASUREMENT = re.compile(rf"[\"']?\b({'|'.join(MEASUREMENTS)})\b[\"']?\s*[:=]\s*[\"']?-?\d")
MADE_BY_THE_PROGRAM = re.compile(r"\b(VitalSigns|PainScore|Sedation|Dissociation|AdverseEffect)\(")


def test_no_feature_writes_a_measurement_that_nobody_made() -> None:
    """No literal value of a measured field in the program, none of its contents made by it, and what the server writes
    into a session by itself measures nothing."""
    found = {
        path.relative_to(ROOT).as_posix(): match.group(0)
        for path in sources()
        for pattern in (A_MEASUREMENT, MADE_BY_THE_PROGRAM)
        if (match := pattern.search(path.read_text(encoding="utf-8"))) and not is_a_definition(path)
    }
    assert found == {}
    assert {name for kind in SERVER_KINDS for name in FIELD_SPECS[kind]} == {"last_heard_at", "account_name"}


@pytest.mark.parametrize("line", ["heart_rate_per_min: 72", '"score_points": "5"', "level=-1", "VitalSigns()"])
def test_a_written_measurement_would_be_found(line: str) -> None:
    assert A_MEASUREMENT.search(line) or MADE_BY_THE_PROGRAM.search(line)


def is_a_definition(path: Path) -> bool:
    return path.name in ("observation_contents.py", "care_contents.py")


# 8: one slot for what was typed offline; a retry could write it twice


def test_sets_typed_offline_are_rows_once_each_after_any_retries_and_crashes(
    record: TestRecord, reader: Reader, clock: SetClock, database_url: str
) -> None:
    session_id = record.running()
    clock.forward(minutes=30)
    minutes = range(1, 25)
    times = {minute: (START + timedelta(minutes=minute)).isoformat() for minute in minutes}
    kept = [sent("vital_signs", heart_rate_per_min=60 + minute, effective_at=times[minute]) for minute in minutes]
    chance = Random(7)
    for _ in range(6):
        for tries in range(4):
            some = chance.sample(kept, k=chance.randint(1, len(kept)))
            record.record(session_id, *some, *some[:tries])
        # A server that ends without a word, and one that begins: the tablet sends again whatever it still keeps.
        engines = open_record(Settings(database_url=database_url))
        another = Recorder(engines.writer, 1, clock)
        another.submit(RecordEntries(session_id, NURSE, tuple(chance.sample(kept, k=5)))).result()
        another.close()
        engines.dispose()
    record.record(session_id, *kept)
    rows = [one for one in reader.timeline(session_id)["entries"] if one["kind"] == "vital_signs"]
    rates = sorted(one["heart_rate_per_min"] for one in rows if one["entry_id"] in {raw["entry_id"] for raw in kept})
    assert rates == [60 + minute for minute in minutes]


# 9: an event of the page had no session, and any open session took it


def test_every_message_names_its_session_and_its_tile_is_of_the_same(record: TestRecord, reader: Reader) -> None:
    sessions = [record.running(), record.running(patient_label="TP-002", second_identifier="1971-02-02")]
    after = reader.change_number()
    for heart_rate in range(60, 66):
        record.chart(sessions[heart_rate % 2], "vital_signs", heart_rate_per_min=heart_rate)
    changes = reader.changes_after(after)
    assert [one["session_id"] for one in changes] == [str(sessions[rate % 2]) for rate in range(60, 66)]
    assert [one["tile"]["session_id"] for one in changes] == [one["session_id"] for one in changes]


def test_every_script_that_hears_the_stream_asks_whose_change_it_is() -> None:
    """It drops the changes of other sessions, or keeps what it shows by session."""
    hearing = [path for path in SCRIPTS if re.search(r"live\.open\(\{", path.read_text()) and path.name != "10_live.js"]
    assert len(hearing) >= 4
    asks = re.compile(r"change\.session_id !== sessionId|tiles\.get\((change|tile)\.session_id\)")
    assert [path.name for path in hearing if not asks.search(path.read_text())] == []


# 10: a dropped stream kept its last values; presence asked for waveforms that a simple monitor lacks


def test_each_sign_of_a_monitor_grows_stale_by_itself_and_a_simple_one_is_present(
    record: TestRecord, reader: Reader
) -> None:
    """The screens grey a value at its `stale_at`, whether or not another word comes."""
    session_id = record.running()
    record.clock.forward(minutes=1)
    row = {"source": "monitor", "spo2_percent": 97}
    record.chart(session_id, "vital_signs", author=MONITOR, **row, systolic_mmhg=121, diastolic_mmhg=70)
    record.clock.forward(seconds=10)
    record.chart(session_id, "vital_signs", author=MONITOR, **row)
    record.tick()
    assert standing(reader, session_id) == []
    signs = reader.timeline(session_id)["session"]["signs"]
    now = record.clock.now()
    assert signs["spo2_percent"]["stale_at"] == (now + timedelta(seconds=30)).isoformat()
    assert signs["systolic_mmhg"]["stale_at"] > (now + timedelta(minutes=4)).isoformat()
    assert signs["systolic_mmhg"]["effective_at"] == (now - timedelta(seconds=10)).isoformat()
    assert signs["heart_rate_per_min"]["source"] == "hand"
    record.clock.forward(minutes=2, seconds=1)
    record.tick()
    assert standing(reader, session_id) == [("monitor.silent", "warning")]


# 11: alarm state in memory alone: a restart forgot what had been acknowledged


def test_alerts_answers_and_timers_survive_kill_9(database_url: str, clock: SetClock) -> None:
    """The process is killed; another one finds the answer, lets the warning sound when its silence is over, and the
    promise return when its time is over."""
    command = [sys.executable, "-m", "tests.unit.killed_recorder", database_url]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ.copy(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        session_id, other_id = (UUID(one) for one in process.stdout.readline().split())
        process.send_signal(signal.SIGKILL)
    engines = open_record(Settings(database_url=database_url))
    reader = Reader(engines.reader, 1)
    clock.forward(minutes=2)
    record = TestRecord(Recorder(engines.writer, 1, clock), clock)
    try:
        assert told(reader, session_id) == {"sbp.high": (True, False)}
        assert told(reader, other_id) == {"hr.high": (False, False)}
        clock.forward(minutes=1)
        record.tick()
        assert told(reader, session_id)["sbp.high"] == (False, True)
        clock.forward(minutes=2)
        record.tick()
        assert told(reader, other_id)["hr.high"] == (False, True)
    finally:
        record.recorder.close()
        engines.dispose()


def told(reader: Reader, session_id: UUID) -> dict[str, tuple[bool, bool]]:
    """Of each alert of a vital sign: whether it is answered, and whether it sounds."""
    alerts = reader.timeline(session_id)["session"]["alerts"]
    kept = [one for one in alerts if one["condition"] in ("sbp.high", "hr.high")]
    return {one["condition"]: (bool(one["acknowledged"]), bool(one["sounded_at"])) for one in kept}
