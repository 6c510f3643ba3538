"""A session without storage and without late entries, judged by any set of rules; and random sets of rules that make
sense."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import uuid_utils.compat
from hypothesis import strategies as st

from session_store.domain.alert import Level
from session_store.domain.alert_evaluation import Judgement, judge_entry, judge_time
from session_store.domain.entries import FIELD_SPECS, Entry, read_content
from session_store.domain.entry_choices import Source
from session_store.domain.rules.delivered import DELIVERED
from session_store.domain.rules.rule_edits import refuse_limit
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session_summary import SessionSummary

BEGINS = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SESSION_ID = UUID(int=1)
RATE: dict[str, Any] = {"pump_rate_ml_per_h": 20, "concentration_mg_per_ml": 1}


class Bedside:
    """Entries are folded and judged one after the other, a minute apart."""

    def __init__(self, rules: RuleSet = DELIVERED, **plan: str) -> None:
        self.rules = rules
        known = {"age_years": "50", "drug": "racemic_ketamine"}
        self.summary = SessionSummary(SESSION_ID, SESSION_ID, False, known | plan)
        self.now = BEGINS

    def happens(self, kind: str, **content: Any) -> None:
        """One entry by hand, or from the `source` among the fields."""
        self.now += timedelta(minutes=1)
        source = content.pop("source", Source.HAND)
        read, problems = read_content(kind, content)
        assert read is not None, problems
        entry = Entry(
            session_id=SESSION_ID, entry_id=uuid_utils.compat.uuid7(), seq=self.summary.next_seq,
            effective_at=self.now, recorded_at=self.now, source=source, author_id=SESSION_ID,
            author_name="Test Nurse 1", is_simulated=False, content=read,
        )  # fmt: skip
        self.summary.apply(entry)
        judge_entry(self.summary, entry, self._judgement())

    def clock_acts(self, after: timedelta = timedelta(0)) -> None:
        self.now += after
        judge_time(self.summary, self._judgement())

    def level(self, condition: str) -> Level | None:
        alert = self.summary.open_alert(condition)
        return None if alert is None else alert.level

    def levels(self) -> dict[str, Level]:
        """What is open, by condition; an instance of a condition by its condition alone."""
        found: dict[str, Level] = {}
        for alert in self.summary.alerts:
            if not alert.is_over:
                name = alert.condition.split(":")[0]
                found[name] = max(alert.level, found.get(name, alert.level))
        return found

    def _judgement(self) -> Judgement:
        return Judgement(self.now, uuid_utils.compat.uuid7, self.rules)


def values_of(sign: str) -> st.SearchStrategy[Decimal]:
    """Any value of a sign that can be recorded."""
    limits = FIELD_SPECS["vital_signs"][sign].limits
    assert limits is not None
    return st.decimals(limits.absolute_low, limits.absolute_high, places=1)


_WITH_LIMIT = [rule.rule_id for rule in DELIVERED.rules if rule.limit is not None]


@st.composite
def limits_beside(draw: st.DrawFn, rule_id: str) -> Decimal:
    """A limit between half and one and a half times the delivered one."""
    return (DELIVERED.limit(rule_id) * draw(st.integers(50, 150)) / 100).quantize(Decimal("0.01"))


@st.composite
def rule_sets(draw: st.DrawFn) -> RuleSet:
    """The delivered set with other limits, each as a clinic may set it among the others."""
    rules = DELIVERED
    for rule_id in draw(st.lists(st.sampled_from(_WITH_LIMIT), max_size=10, unique=True)):
        limit = draw(limits_beside(rule_id))
        if not list(refuse_limit(rules, rule_id, limit)):
            rules = rules.with_limits({rule_id: limit})
    return rules
