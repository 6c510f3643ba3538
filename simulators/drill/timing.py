"""How long the team took, from what stands in the record. Pure.

All times are `recorded_at`, the server's clock, so that no tablet's clock matters. For each alert, from when it was
raised (or, if it stood before the trouble, became worse):

- seen: the first sign in the record that somebody looked: "at the chair", an acknowledgement, or any entry by hand of a
  person in this session. The record does not know who read a screen; seen is at the latest then.
- acknowledged: the first acknowledgement of this alert.
- acted: the first entry by a person that answers the scenario (`Answering`); one that was withdrawn counts not.

An entry that was true before the alert (charted late, or kept by a tablet without Wi-Fi) is no sign of having seen it,
and no answer. One that was true after it and charted late counts, at the time of charting, with a remark. What never
happened has no time.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from simulators.drill.answering import Answering
from simulators.drill.record import HandEntry, WatchedRecord
from simulators.scenarios.scenario import is_named

LEVELS = ("advisory", "warning", "critical")
_BEGINS = frozenset({"raised", "escalated"})
_OVER = frozenset({"cleared", "withdrawn"})
# After these an answer that was given before answers no longer.
_ASKS_AGAIN = frozenset({"raised", "escalated", "promise_broken"})
_ABOUT_ALERTS = frozenset({"acknowledgement", "at_the_chair"})
# Our choice: an entry takes this long to type; what was true earlier is said to be charted late.
_LATE_AFTER_S = 60.0


@dataclass(frozen=True, slots=True)
class Answer:
    """Something that a person did, how many seconds after the alert."""

    after_s: float
    by: str
    what: str


@dataclass(frozen=True, slots=True)
class AlertTimes:
    """One alert with the team's answers; None where there was none."""

    text: str
    rule_ids: frozenset[str]
    # The worst that it reached.
    level: str
    raised_at: datetime
    seen: Answer | None
    acknowledged: Answer | None
    acted: Answer | None
    # The last answer from the trouble on that was given before the alert, by when it was true.
    acted_before: Answer | None
    over_after_s: float | None
    # Nobody has answered for it since it was raised, became worse or a promise was broken.
    is_unanswered: bool
    remarks: tuple[str, ...]


def times_of(record: WatchedRecord, since: datetime, answering: Answering) -> list[AlertTimes]:
    """One for each alert that was raised or became worse from `since` (the trouble) on, in the order of raising."""
    begun = dict.fromkeys(step.alert_id for step in record.steps if step.fact in _BEGINS and step.recorded_at >= since)
    return [_AlertTiming(record, alert_id, since, answering).times() for alert_id in begun]


def has_come(times: Iterable[AlertTimes], rule: str) -> bool:
    """Whether an alert of this rule was among them; `*` in `rule` stands for any part of its id."""
    return any(is_named(rule_id, (rule,)) for one in times for rule_id in one.rule_ids)


class _AlertTiming:
    """One alert."""

    def __init__(self, record: WatchedRecord, alert_id: str, since: datetime, answering: Answering) -> None:
        own = [step for step in record.steps if step.alert_id == alert_id]
        self._begin = next(step for step in own if step.fact in _BEGINS and step.recorded_at >= since)
        self._steps = [step for step in own if step.number >= self._begin.number]
        withdrawn = {entry.about for entry in record.entries if entry.kind == "entered_in_error"}
        self._entries = [entry for entry in record.entries if entry.entry_id not in withdrawn]
        self._alert_id = alert_id
        self._since = since
        self._answering = answering

    def times(self) -> AlertTimes:
        over = self._steps[-1] if self._steps[-1].fact in _OVER else None
        return AlertTimes(
            text=self._begin.text,
            rule_ids=frozenset(step.rule_id for step in self._steps),
            level=max((step.level for step in self._steps), key=LEVELS.index),
            raised_at=self._begin.recorded_at,
            seen=self._answer(self._first(self._shows_that_seen)),
            acknowledged=self._answer(self._first(self._acknowledges)),
            acted=self._answer(self._first(self._answers)),
            acted_before=self._before(),
            over_after_s=None if over is None else self._after_s(over.recorded_at),
            is_unanswered=self._is_unanswered(),
            remarks=tuple(self._remarks()),
        )

    def _acknowledges(self, entry: HandEntry) -> bool:
        return entry.kind == "acknowledgement" and entry.about == self._alert_id

    def _shows_that_seen(self, entry: HandEntry) -> bool:
        return entry.kind not in _ABOUT_ALERTS or entry.about == self._alert_id

    def _answers(self, entry: HandEntry) -> bool:
        return self._answering.is_answered_by(entry) and self._shows_that_seen(entry)

    def _is_after(self, entry: HandEntry) -> bool:
        """Whether it was done after the alert; what names the alert was, whatever the tablet's clock said."""
        is_true_after = entry.effective_at >= self._begin.recorded_at or entry.about == self._alert_id
        return entry.number > self._begin.number and is_true_after

    def _first(self, fits: Callable[[HandEntry], bool]) -> HandEntry | None:
        return next((one for one in self._entries if self._is_after(one) and fits(one)), None)

    def _before(self) -> Answer | None:
        before = [
            one
            for one in self._entries
            if self._since <= one.effective_at < self._begin.recorded_at and self._answers(one)
        ]
        last = max(before, key=lambda one: one.effective_at, default=None)
        return None if last is None else Answer(self._after_s(last.effective_at), last.by, _words(last))

    def _answer(self, entry: HandEntry | None) -> Answer | None:
        return None if entry is None else Answer(self._after_s(entry.recorded_at), entry.by, _words(entry))

    def _after_s(self, at: datetime) -> float:
        return (at - self._begin.recorded_at).total_seconds()

    def _is_unanswered(self) -> bool:
        asked = max(step.number for step in self._steps if step.fact in _ASKS_AGAIN)
        return not any(one.number > asked and self._acknowledges(one) for one in self._entries)

    def _remarks(self) -> Iterator[str]:
        level = self._begin.level
        for step in self._steps[1:]:
            after = f"after {self._after_s(step.recorded_at):.0f} s"
            if step.fact == "escalated" and LEVELS.index(step.level) > LEVELS.index(level):
                yield f"{step.level} {after}"
            elif step.fact == "unanswered":
                yield f"nobody had answered {after}: shown on every tablet"
            elif step.fact == "promise_broken":
                yield f"promise not kept {after}: {self._promise(step.number)}"
            level = step.level
        yield from self._late_remarks()

    def _late_remarks(self) -> Iterator[str]:
        counted = (self._first(fits) for fits in (self._shows_that_seen, self._acknowledges, self._answers))
        for entry in dict.fromkeys(one for one in counted if one is not None):
            late_s = (entry.recorded_at - entry.effective_at).total_seconds()
            if late_s > _LATE_AFTER_S:
                yield f"{entry.by}, {_words(entry)}, charted {late_s:.0f} s later"

    def _promise(self, before: int) -> str:
        promises: Sequence[HandEntry] = [
            one for one in self._entries if one.number <= before and self._acknowledges(one)
        ]
        return (
            f"{promises[-1].by}, {(promises[-1].action or '').replace('_', ' ')}" if promises else "not of this drill"
        )


def _words(entry: HandEntry) -> str:
    return (entry.action or entry.kind).replace("_", " ")
