"""Properties of the record under random sessions: nothing raises, nothing is lost, the fold is the fold.

The recorder is the real one on a real file; one file serves the module, each example is a session of its own. A slow,
obvious reference (fractions over a list of segments) stands beside the incremental dose.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from session_store.commands import Author, EntryOutcome, EntryResult
from session_store.domain.alert import Fact
from session_store.domain.entries import Entry
from session_store.domain.entry_choices import Source
from session_store.domain.refolding import standing_entries
from session_store.domain.session import CLOSED_STATUSES, OPEN_STATUSES, TRANSITION_KINDS, SessionStatus, next_status
from session_store.domain.session_summary import SessionSummary
from session_store.opening import open_record
from session_store.recorder import Recorder
from session_store.settings import Settings
from session_store.storage import entry_log, projections
from session_store.storage.engine import Engines
from tests.record_building import MONITOR, NURSE, PLAN, SetClock, TestRecord, sent

RANDOM_SESSIONS = settings(max_examples=25, deadline=None, derandomize=True)
# What judging and numbering write beside the fold of the entries.
NOT_FOLDED = {
    "alerts", "alerts_by_level", "conditions", "extremes", "next_seq", "next_fact_seq", "change_number", "planned_at",
    "status_since", "recovery_sets", "not_found", "monitor_signals",
}  # fmt: skip
# What a late entry reaches too, because the session is folded again.
OF_THE_INFUSION = (
    "status", "infusion", "started_at", "ended_at", "closed_at", "first_drug_at", "weight_kg", "peak_rate_mg_per_h",
)  # fmt: skip


CORRECTED_FIELDS = {
    "vital_signs": ("heart_rate_per_min",), "rate_changed": ("pump_rate_ml_per_h",),
    "infusion_started": ("pump_rate_ml_per_h",), "bolus": ("dose_mg",), "weight": ("weight_kg",),
    "bag_changed": ("concentration_mg_per_ml",),
}  # fmt: skip


@dataclass(frozen=True)
class Step:
    """One thing that happens: after how many seconds, what, by whom, and how late it is charted."""

    after_s: int
    kind: str
    content: dict[str, Any] = field(default_factory=dict)
    author: Author = NURSE
    late_s: int = 0


@dataclass
class Chair:
    """A session that steps happen to, with the record behind it."""

    record: TestRecord
    engines: Engines
    session_id: UUID
    recorded: list[tuple[str, str]] = field(default_factory=list)

    def take(self, step: Step) -> EntryResult:
        self.record.clock.forward(seconds=step.after_s)
        content = dict(step.content)
        if step.kind == "entered_in_error":
            content["withdrawn_entry_id"] = self._one_recorded(content.pop("which"))[0]
        if step.kind == "amendment":
            content = self._amendment(content["which"], content["amount"])
        if step.late_s:
            content["effective_at"] = (self.record.clock.now() - timedelta(seconds=step.late_s)).isoformat()
        result = self.record.chart(self.session_id, step.kind, author=step.author, **content)
        if result.outcome is EntryOutcome.RECORDED:
            self.recorded.append((str(result.entry_id), step.kind))
        return result

    def _one_recorded(self, which: int) -> tuple[str, str]:
        return self.recorded[which % len(self.recorded)] if self.recorded else (str(self.session_id), "none")

    def _amendment(self, which: int, amount: int) -> dict[str, Any]:
        """A correction of some earlier entry: a number of its kind, else its time."""
        entry_id, kind = self._one_recorded(which)
        changes = {name: str(amount) for name in CORRECTED_FIELDS.get(kind, ())}
        content = {"amended_entry_id": entry_id, "reason": "test", "changes": changes}
        if not changes or amount % 3 == 0:
            earlier = self.record.clock.now() - timedelta(seconds=20 * amount)
            content["corrected_effective_at"] = earlier.isoformat()
        return content

    def summary(self) -> SessionSummary:
        with self.engines.reader.connect() as connection:
            found = projections.load_summary(connection, 1, self.session_id)
        assert found is not None
        return found

    def entries(self) -> list[Entry]:
        with self.engines.reader.connect() as connection:
            return standing_entries(entry_log.session_entries(connection, 1, self.session_id))

    def change_numbers(self, after: int) -> list[int]:
        with self.engines.reader.connect() as connection:
            return [one.change_number for one in entry_log.changes_after(connection, 1, after, 1000)]


class Clinic:
    """One file for all examples of this module; one patient at a time, so that judging the time stays cheap."""

    def __init__(self, engines: Engines, recorder: Recorder, clock: SetClock) -> None:
        self.engines = engines
        self.record = TestRecord(recorder, clock)
        self._open: Chair | None = None

    def planned(self) -> Chair:
        self._next_day()
        session_id, results = self.record.plan(sent("session_planned", **PLAN))
        assert results[0].outcome is EntryOutcome.RECORDED
        return self._at(session_id)

    def ready(self, **more: Any) -> Chair:
        self._next_day()
        return self._at(self.record.ready(**more))

    def running(self, **more: Any) -> Chair:
        self._next_day()
        return self._at(self.record.running(**more))

    def _at(self, session_id: UUID) -> Chair:
        self._open = Chair(self.record, self.engines, session_id)
        return self._open

    def _next_day(self) -> None:
        if self._open is not None and not self._open.summary().is_closed:
            for kind in ("session_aborted", "session_cancelled"):
                self._open.take(Step(60, kind))
        self.record.clock.forward(hours=12)

    def last_number(self) -> int:
        with self.engines.reader.connect() as connection:
            return projections.change_number(connection, 1)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    engines = open_record(Settings(database_url=f"sqlite:///{tmp_path_factory.mktemp('clinic') / 'record.sqlite'}"))
    clock = SetClock()
    recorder = Recorder(engines.writer, 1, clock)
    yield Clinic(engines, recorder, clock)
    recorder.close()
    engines.dispose()


# ----------------------------------------------------------------------------------------------------- what happens

SIGN_VALUES = {
    "heart_rate_per_min": st.integers(20, 220),
    "spo2_percent": st.integers(50, 100),
    "respiratory_rate_per_min": st.integers(2, 60),
    "systolic_mmhg": st.integers(85, 220),
    "diastolic_mmhg": st.integers(30, 80),
}
DELAYS = st.sampled_from([5, 20, 60, 300, 900])
VITALS = st.fixed_dictionaries({}, optional=SIGN_VALUES).filter(bool)
PUMP_RATES = st.sampled_from(["0", "12.5", "20", "70.1", "150", "600"])
CONCENTRATIONS = st.sampled_from(["1", "2"])
MG_PER_H = st.sampled_from(["0", "25", "31.5", "300"])
# Two routes of the rate, whether they agree or not; the first that is known counts.
RATES = st.one_of(
    st.fixed_dictionaries({"pump_rate_ml_per_h": PUMP_RATES, "concentration_mg_per_ml": CONCENTRATIONS}),
    st.fixed_dictionaries({"pump_rate_ml_per_h": PUMP_RATES, "rate_mg_per_h": MG_PER_H}),
    st.fixed_dictionaries({"rate_mg_per_h": MG_PER_H, "rate_mg_per_kg_per_h": st.sampled_from(["0.4", "2.5"])}),
)
BAGS = st.fixed_dictionaries(
    {
        "concentration_mg_per_ml": CONCENTRATIONS, "volume_ml": st.just(100),
        "prepared_by": st.just("Test Pharmacist 1"), "checked_by": st.just("Test Nurse 2"),
    }
)  # fmt: skip


def _steps(kind: str, content: st.SearchStrategy[dict[str, Any]], author: Author = NURSE) -> st.SearchStrategy[Step]:
    return st.builds(Step, DELAYS, st.just(kind), content, st.just(author))


NOTHING_TO_SAY = st.just({})
STEPS = st.one_of(
    _steps("vital_signs", VITALS),
    _steps("vital_signs", VITALS.map(lambda values: {**values, "source": "monitor"}), MONITOR),
    _steps("rate_changed", RATES),
    _steps("infusion_paused", NOTHING_TO_SAY),
    _steps("infusion_resumed", NOTHING_TO_SAY),
    _steps("infusion_started", RATES.map(lambda rate: {**rate, "has_happened": True})),
    _steps("infusion_ended", NOTHING_TO_SAY),
    st.builds(Step, DELAYS, st.sampled_from(["transferred", "session_aborted", "session_cancelled"])),
    _steps("discharged", st.just({"has_happened": True})),
    _steps("bolus", st.fixed_dictionaries({"dose_mg": st.sampled_from(["0.1", "7.5", "30", "400"])})),
    _steps("weight", st.fixed_dictionaries({"weight_kg": st.integers(45, 140), "basis": st.just("measured")})),
    _steps(
        "adverse_effect",
        st.fixed_dictionaries(
            {"term": st.sampled_from(["nausea", "severe_headache", "seizure"])},
            optional={"ctcae_grade": st.integers(1, 5)},
        ),
    ),
    _steps("sedation", st.fixed_dictionaries({"scale": st.just("rass"), "level": st.integers(-5, 4)})),
    _steps(
        "setting_attested",
        st.fixed_dictionaries({"is_monitored": st.booleans(), "attested_by": st.just("Test Physician 1")}),
    ),
    _steps(
        "medication_given",
        st.fixed_dictionaries(
            {
                "drug_name": st.sampled_from(["midazolam", "ondansetron"]), "dose": st.just(2),
                "dose_unit": st.just("mg"), "route": st.just("iv"),
            }
        ),
    ),
    _steps(
        "pain_score",
        st.fixed_dictionaries(
            {
                "instrument": st.just("nrs"), "score_points": st.integers(0, 10), "recall": st.just("now"),
                "circumstance": st.just("rest"),
            }
        ),
    ),
    _steps("bag_dispensed", BAGS),
    _steps("bag_changed", BAGS),
    _steps("supervision_handover", st.just({"taken_over_by": "Test Physician 2"})),
    _steps("amendment", st.fixed_dictionaries({"which": st.integers(0, 30), "amount": st.integers(50, 130)})),
    _steps("entered_in_error", st.fixed_dictionaries({"which": st.integers(0, 30), "reason": st.just("test")})),
)  # fmt: skip
LATE_STEPS = st.builds(
    lambda step, late_s: Step(step.after_s, step.kind, step.content, step.author, late_s),
    STEPS,
    st.sampled_from([0, 0, 30, 200, 1000, 4000]),
)


# --------------------------------------------------------------------------------------------- the slow reference


def fresh_fold(chair: Chair) -> SessionSummary:
    """The standing entries folded from nothing, one after the other."""
    stored = chair.summary()
    fresh = SessionSummary(stored.session_id, stored.patient_id, False, stored.plan)
    for entry in chair.entries():
        fresh.apply(entry)
    return fresh


def delivered_by_segments(entries: Sequence[Entry], until: datetime) -> Fraction:
    """mg given up to `until`: each stretch of time at its rate, and the boluses, in exact fractions."""
    state, total = "before", Fraction(0)
    pump = PumpReference()
    ends = [*(entry.effective_at for entry in entries[1:]), until]
    for entry, end in zip(entries, ends, strict=True):
        content: Any = entry.content
        pump.take(content)
        if content.kind == "bolus":
            total += Fraction(content.dose_mg)
        state = _pump_state(state, content.kind)
        if state == "runs" and end > entry.effective_at:
            hours = Fraction((end - entry.effective_at) // timedelta(microseconds=1), 3_600_000_000)
            total += pump.rate * hours
    return total


@dataclass
class PumpReference:
    """mg/h by the words of the record: pump and bag first, then mg/h as typed, then mg/kg/h by weight."""

    rate: Fraction = Fraction(0)
    bag: Fraction | None = None
    weight: Fraction | None = None
    pump: Fraction | None = None
    is_by_bag: bool = False

    def take(self, content: Any) -> None:
        if content.kind == "weight":
            self.weight = Fraction(content.weight_kg)
        elif content.kind in ("bag_dispensed", "bag_changed"):
            self.bag = Fraction(content.concentration_mg_per_ml)
            if content.kind == "bag_changed" and self.is_by_bag and self.pump is not None:
                self.rate = self.pump * self.bag
        elif content.kind in ("infusion_started", "rate_changed"):
            self._set(content)

    def _set(self, content: Any) -> None:
        typed = content.concentration_mg_per_ml
        concentration = self.bag if typed is None else Fraction(typed)
        self.pump = None if content.pump_rate_ml_per_h is None else Fraction(content.pump_rate_ml_per_h)
        self.is_by_bag = concentration is not None
        if self.pump is not None and concentration is not None:
            self.rate = self.pump * concentration
        elif content.rate_mg_per_h is not None:
            self.rate = Fraction(content.rate_mg_per_h)
        else:
            assert content.rate_mg_per_kg_per_h is not None and self.weight is not None
            self.rate = Fraction(content.rate_mg_per_kg_per_h) * self.weight


def _pump_state(state: str, kind: str) -> str:
    if kind == "infusion_started" and state == "before":
        return "runs"
    if kind == "infusion_paused" and state == "runs":
        return "stands"
    if kind == "infusion_resumed" and state == "stands":
        return "runs"
    if kind in ("infusion_ended", "transferred", "session_aborted") and state in ("runs", "stands"):
        return "over"
    if kind == "session_cancelled" and state == "before":
        return "over"
    return state


def in_time_order(entries: Sequence[Entry]) -> list[Entry]:
    """The weight holds from the beginning and stands first in a fold; a segment starts where it was true."""
    return sorted(entries, key=lambda one: (one.effective_at, one.seq))


def assert_numbers_without_holes(chair: Chair, before: int, last: int) -> None:
    assert chair.change_numbers(before) == list(range(before + 1, last + 1))


# ------------------------------------------------------------------------------------------------ (a) random sessions


@RANDOM_SESSIONS
@given(steps=st.lists(STEPS, max_size=14))
def test_the_stored_summary_is_the_fold_of_the_standing_entries(clinic: Clinic, steps: list[Step]) -> None:
    before = clinic.last_number()
    chair = clinic.running()
    for step in steps:
        chair.take(step)
    assert_numbers_without_holes(chair, before, clinic.last_number())
    stored, fresh = chair.summary(), fresh_fold(chair)
    for name in {one.name for one in fields(SessionSummary)} - NOT_FOLDED:
        assert getattr(stored, name) == getattr(fresh, name), name
    now = clinic.record.clock.forward(minutes=1)
    expected = delivered_by_segments(in_time_order(chair.entries()), now)
    assert abs(Fraction(stored.infusion.delivered_mg(now)) - expected) < Fraction(1, 10**15)


@RANDOM_SESSIONS
@given(steps=st.lists(LATE_STEPS, max_size=14), is_started=st.booleans())
def test_late_entries_reach_the_dose_and_the_status(clinic: Clinic, steps: list[Step], is_started: bool) -> None:
    before = clinic.last_number()
    chair = clinic.running() if is_started else clinic.ready()
    for step in steps:
        chair.take(step)
    assert_numbers_without_holes(chair, before, clinic.last_number())
    stored, fresh = chair.summary(), fresh_fold(chair)
    for name in OF_THE_INFUSION:
        assert getattr(stored, name) == getattr(fresh, name), name
    for name, sign in fresh.signs.items():
        assert (stored.signs[name].value, stored.signs[name].effective_at) == (sign.value, sign.effective_at), name
    assert stored.infusion.is_delivering == (stored.status is SessionStatus.RUNNING)
    now = clinic.record.clock.now()
    expected = delivered_by_segments(in_time_order(chair.entries()), now)
    assert abs(Fraction(stored.infusion.delivered_mg(now)) - expected) < Fraction(1, 10**15)


@RANDOM_SESSIONS
@given(steps=st.lists(LATE_STEPS, max_size=14))
def test_alerts_have_a_life_in_order_and_are_counted(clinic: Clinic, steps: list[Step]) -> None:
    chair = clinic.running(is_monitored=False)
    for step in steps:
        chair.take(step)
    clinic.record.clock.forward(minutes=30)
    clinic.record.tick()
    with clinic.engines.reader.connect() as connection:
        facts = [fact for fact, _ in entry_log.session_facts(connection, 1, chair.session_id)]
    first = {fact.alert_id: fact for fact in reversed(facts)}
    assert all(fact.fact is Fact.RAISED for fact in first.values())
    assert all(fact.at >= first[fact.alert_id].at for fact in facts if fact.fact is Fact.CLEARED)
    summary = chair.summary()
    assert sum(summary.alerts_by_level.values()) == len(first)
    standing = [alert.condition for alert in summary.alerts if not alert.is_over]
    assert len(standing) == len(set(standing)), "one alert a condition"
    over = {fact.alert_id for fact in facts if fact.fact in (Fact.CLEARED, Fact.WITHDRAWN)}
    assert {alert.alert_id for alert in summary.alerts if not alert.is_over} == first.keys() - over


@RANDOM_SESSIONS
@given(steps=st.lists(STEPS.filter(lambda step: step.kind != "entered_in_error"), max_size=12), answered=st.booleans())
def test_folding_again_for_nothing_changes_no_alert(clinic: Clinic, steps: list[Step], answered: bool) -> None:
    """A note withdrawn touches nothing that was judged: what stands, stands; what was answered stays answered."""
    chair = clinic.running(is_monitored=False)
    for step in steps:
        chair.take(step)
    if answered:
        for alert in chair.summary().alerts:
            chair.take(Step(5, "acknowledgement", {"alert_id": str(alert.alert_id), "action": "physician_at_chair"}))
    note = chair.take(Step(5, "note", {"text": "for another patient"}))
    before = chair.summary().alerts
    result = chair.take(Step(5, "entered_in_error", {"which": -1, "reason": "test"}))
    assert (note.outcome, result.outcome, result.alert_facts) == (EntryOutcome.RECORDED, EntryOutcome.RECORDED, ())
    assert chair.summary().alerts == before


# --------------------------------------------------------------------------------------- (b) missing is never normal


@RANDOM_SESSIONS
@given(
    steps=st.lists(STEPS, max_size=10),
    missing=st.dictionaries(st.sampled_from(sorted(SIGN_VALUES)), st.sampled_from(["movement", "refused"]), min_size=1),
    is_sent=st.booleans(),
)
def test_a_missing_value_never_clears_or_lowers(
    clinic: Clinic, steps: list[Step], missing: dict[str, str], is_sent: bool
) -> None:
    chair = clinic.running()
    chair.take(Step(5, "vital_signs", {"spo2_percent": 85, "heart_rate_per_min": 125, "systolic_mmhg": 185}))
    for step in steps:
        chair.take(step)
    before = {alert.condition: alert.level for alert in chair.summary().alerts if not alert.is_over}
    sender = {"source": "monitor"} if is_sent else {}
    result = chair.take(Step(5, "vital_signs", {"not_measured": missing} | sender, MONITOR if is_sent else NURSE))
    assert (result.outcome is EntryOutcome.RECORDED) != chair.summary().is_closed
    after = {alert.condition: alert.level for alert in chair.summary().alerts if not alert.is_over}
    assert after == before
    assert not result.alert_facts


# ------------------------------------------------------------------------------------ (e) what may follow in a status

# How each status is reached from a session that is ready.
WAYS: dict[SessionStatus, tuple[str, ...]] = {
    SessionStatus.READY: (),
    SessionStatus.RUNNING: ("infusion_started",),
    SessionStatus.PAUSED: ("infusion_started", "infusion_paused"),
    SessionStatus.RECOVERY: ("infusion_started", "infusion_ended"),
    SessionStatus.DISCHARGED: ("infusion_started", "infusion_ended", "discharged"),
    SessionStatus.TRANSFERRED: ("infusion_started", "transferred"),
    SessionStatus.LEFT_AGAINST_ADVICE: ("infusion_started", "left_against_advice"),
    SessionStatus.ABORTED: ("infusion_started", "session_aborted"),
    SessionStatus.CANCELLED: ("session_cancelled",),
}
_RATE = {"pump_rate_ml_per_h": 20, "concentration_mg_per_ml": 1}
CONTENT: dict[str, dict[str, Any]] = {
    "infusion_started": {**_RATE, "has_happened": True}, "rate_changed": _RATE, "discharged": {"has_happened": True},
}  # fmt: skip
NOT_LISTED = [
    (status, kind) for status in SessionStatus for kind in sorted(TRANSITION_KINDS) if next_status(status, kind) is None
]


def brought_to(clinic: Clinic, status: SessionStatus) -> Chair:
    if status is SessionStatus.PLANNED:
        return clinic.planned()
    chair = clinic.ready()
    for kind in WAYS[status]:
        assert chair.take(Step(600, kind, CONTENT.get(kind, {}))).outcome is EntryOutcome.RECORDED
    assert chair.summary().status is status
    return chair


@pytest.mark.parametrize("status", list(SessionStatus))
def test_what_the_table_does_not_list_is_refused_now(clinic: Clinic, status: SessionStatus) -> None:
    chair = brought_to(clinic, status)
    before = clinic.last_number()
    for kind in [kind for one, kind in NOT_LISTED if one is status]:
        result = chair.take(Step(60, kind, CONTENT.get(kind, {})))
        assert (result.outcome, result.problems[0].field) == (EntryOutcome.REFUSED, "kind"), kind
    assert clinic.last_number() == before and chair.summary().status is status


@pytest.mark.parametrize(("status", "kind"), NOT_LISTED)
def test_what_the_table_does_not_list_is_recorded_only_as_having_been_before(
    clinic: Clinic, status: SessionStatus, kind: str
) -> None:
    chair = brought_to(clinic, status)
    since = chair.summary().status_since
    assert since is not None
    late_s = int((clinic.record.clock.now() - since).total_seconds()) + 300
    result = chair.take(Step(0, kind, CONTENT.get(kind, {}), late_s=late_s))
    summary = chair.summary()
    assert result.outcome in (EntryOutcome.RECORDED, EntryOutcome.REFUSED)
    assert summary.infusion.is_delivering == (summary.status is SessionStatus.RUNNING)
    assert summary.status is fresh_fold(chair).status
    if status in OPEN_STATUSES - {SessionStatus.READY}:
        assert summary.status not in CLOSED_STATUSES, "an open session is not taken off the panel by a late entry"


def test_a_pump_that_says_nothing_of_the_session_moves_nothing(clinic: Clinic) -> None:
    """Every source is judged by the same table: a pump's "resumed" after the end is refused as a person's is."""
    chair = brought_to(clinic, SessionStatus.RECOVERY)
    result = chair.take(Step(60, "infusion_resumed", {"source": Source.PUMP.value}, MONITOR))
    assert result.outcome is EntryOutcome.REFUSED
    assert chair.summary().infusion.rate_mg_per_h() == Decimal(0)
