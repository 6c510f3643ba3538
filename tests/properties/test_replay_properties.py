"""Properties of the rule replay: it misses nothing that a server finds which looks every second, and the sessions that
it does not replay a second time would have shown nothing else."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from session_store.domain.alert import AlertFact, Fact, Level
from session_store.domain.alert_evaluation import Judgement, judge_time
from session_store.domain.alert_history import raised_by
from session_store.domain.entry_choices import Source
from session_store.domain.folding import History, fold_in
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.model import Against, RuleKind
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session_summary import SessionSummary
from session_store.replaying_reach import RuleReach
from session_store.rule_replay import WATCHED_AFTER_LAST_ENTRY, RecordedSession, replay_session
from tests.hand_made_sessions import HandMadeSession

SECOND = timedelta(seconds=1)
VALUES: dict[str, tuple[int, int]] = {
    "heart_rate_per_min": (45, 130), "systolic_mmhg": (85, 185), "diastolic_mmhg": (60, 105),
    "spo2_percent": (89, 100), "respiratory_rate_per_min": (7, 26), "mean_arterial_mmhg": (52, 110),
}  # fmt: skip
HAND, MONITOR = Source.HAND, Source.MONITOR


def within(name: str, share: float) -> int:
    low, high = VALUES[name]
    return round(low + share * (high - low))


SETS = st.dictionaries(st.sampled_from(sorted(VALUES)), st.floats(0, 1), min_size=1).map(
    lambda shares: {name: within(name, share) for name, share in shares.items()}
)


def one_of(kind: str, source: Source = HAND, **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """An entry of a kind with these fields: kind, content, source."""
    return st.tuples(st.just(kind), st.fixed_dictionaries(fields), st.just(source))


MIDAZOLAM = {"drug_name": "midazolam", "dose": 1, "dose_unit": "mg", "route": "iv"}
CHANGED_LIMITS = [("dose.hour.warning", 0.5), ("overdue.sign.advisory", 3), ("spo2.low.warning", 93)]
# What may happen in a running session, most of it often.
HAPPENINGS = st.one_of(
    st.tuples(st.just("vital_signs"), SETS, st.sampled_from([HAND, HAND, MONITOR])),
    one_of("sedation", scale=st.just("rass"), level=st.integers(-3, 1)),
    one_of("bolus", dose_mg=st.integers(1, 60)),
    one_of("supervision_handover", taken_over_by=st.just("Test Physician 2")),
    one_of("rate_changed", pump_rate_ml_per_h=st.integers(0, 160), concentration_mg_per_ml=st.just(1)),
    one_of("infusion_paused"),
    one_of("infusion_resumed"),
    one_of("medication_given", **{name: st.just(value) for name, value in MIDAZOLAM.items()}),
    one_of("setting_attested", is_monitored=st.booleans(), attested_by=st.just("Test Physician 1")),
    one_of("weight", weight_kg=st.integers(45, 90), basis=st.just("stated")),
    one_of("adverse_effect", term=st.just("chest_pain")),
    one_of("acknowledgement", action=st.sampled_from(["remeasure", "other"]), deadline_min=st.integers(1, 4)),
    st.sampled_from(CHANGED_LIMITS).map(
        lambda one: ("patient_limit", {"rule_id": one[0], "limit": one[1], "reason": "test"}, HAND)
    ),
    one_of("infusion_ended"),
    one_of("transferred"),
)
PLANS = {"planned_total_mg": st.integers(5, 60), "planned_duration_min": st.integers(10, 40)}
CONDITIONS = ("spo2.low", "hr.high", "sbp.high", "dose.hour", "overdue.sign:spo2_percent")


@st.composite
def sessions(draw: st.DrawFn, longest_step_s: int = 600) -> RecordedSession:
    """A running session in which up to a dozen things happen."""
    plan = draw(st.fixed_dictionaries({}, optional=PLANS))
    session = HandMadeSession().running(is_monitored=draw(st.booleans()), **plan)
    for kind, content, source in draw(st.lists(HAPPENINGS, max_size=12)):
        after_s, late_min = draw(st.integers(0, longest_step_s)), draw(st.sampled_from([0, 0, 0, 0, 4]))
        if kind == "acknowledgement":
            alert_id = UUID(int=len(session.entries))
            session.conditions[alert_id] = draw(st.sampled_from(CONDITIONS))
            content["alert_id"] = str(alert_id)
        session.happens(kind, after_s=after_s, late_min=late_min, source=source, **content)
    if draw(st.integers(0, 4)):
        session.happens("transferred", after_s=draw(st.integers(0, longest_step_s)))
    return session.recorded()


class EverySecond:
    """The same session as a server goes through it that looks every second: slow, and nothing to be thought about."""

    def __init__(self, session: RecordedSession, rules: RuleSet) -> None:
        self.session, self.rules, self.numbers = session, rules, count(1)
        self.summary = SessionSummary(session.session_id, session.session_id, False)
        self.facts: list[AlertFact] = []
        self.times: dict[UUID, datetime] = {}
        for entry, later in zip(session.entries, [*session.entries[1:], None], strict=True):
            self.take(entry)
            until = entry.recorded_at + WATCHED_AFTER_LAST_ENTRY if later is None else later.recorded_at
            self.look(entry.recorded_at + SECOND, until)

    def take(self, entry: Any) -> None:
        before = list(self.session.entries[: entry.seq - 1])
        history = History(lambda: before, lambda: raised_by(self.facts))
        at = entry.recorded_at
        self.summary, facts = fold_in(self.summary, self.answering(entry), self.judgement(at), history)
        self.keep(facts, at)

    def answering(self, entry: Any) -> Any:
        """An answer names an alert of the replay, where one stands."""
        if entry.content.kind != "acknowledgement":
            return entry
        condition = self.session.conditions[entry.content.alert_id]
        standing = [one for one in self.summary.alerts if one.condition == condition]
        named = [one for one in standing if not one.is_over] or standing[-1:]
        return replace(entry, content=replace(entry.content, alert_id=named[0].alert_id)) if named else entry

    def look(self, at: datetime, until: datetime) -> None:
        while at < until and not self.summary.is_closed:
            self.keep(judge_time(self.summary, self.judgement(at)), at)
            at += SECOND

    def judgement(self, at: datetime) -> Judgement:
        return Judgement(at, lambda: UUID(int=next(self.numbers)), self.rules)

    def keep(self, facts: list[AlertFact], at: datetime) -> None:
        self.facts += facts
        for fact in facts:
            if fact.fact is Fact.RAISED:
                self.times[fact.alert_id] = at

    def alerts(self) -> Counter[tuple[str, str]]:
        levels: dict[tuple[str, UUID], Level] = {}
        for fact in self.facts:
            if fact.fact in (Fact.RAISED, Fact.ESCALATED):
                key = (fact.condition, fact.alert_id)
                levels[key] = max(levels.get(key, Level.ADVISORY), fact.level)
        return Counter((condition, level.word) for (condition, _), level in levels.items())


@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(sessions())
def test_looking_only_when_something_may_be_found_finds_what_looking_every_second_finds(
    session: RecordedSession,
) -> None:
    slow, replayed = EverySecond(session, DELIVERED), replay_session(session, DELIVERED)
    assert Counter((one.condition, one.level.word) for one in replayed.alerts) == slow.alerts()
    times = sorted(slow.times.values())
    for one, expected in zip(sorted(one.raised_at for one in replayed.alerts), times, strict=True):
        assert abs(one - expected) <= SECOND


LIMITED = [
    rule for rule in DELIVERED.rules
    if rule.kind is RuleKind.THRESHOLD and rule.against is Against.ABSOLUTE and rule.sign in VALUES
]  # fmt: skip


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(sessions(), st.sampled_from(LIMITED), st.integers(-6, 6))
def test_a_session_that_a_changed_limit_does_not_reach_has_the_same_alerts(
    session: RecordedSession, rule: Any, moved: int
) -> None:
    rules = DELIVERED.with_limits({rule.rule_id: rule.limit + Decimal(moved)})
    if not RuleReach(DELIVERED, rules).touches(session.entries):
        assert replay_session(session, rules) == replay_session(session, DELIVERED)
