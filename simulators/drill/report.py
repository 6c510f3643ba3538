"""A drill's report in Markdown, short and readable as plain text. Times, not marks: it grades nobody."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from simulators.drill.timing import AlertTimes, Answer, has_come
from simulators.scenarios.scenario import Scenario

NOTES = (
    "Times are of the record, by the server's clock, in seconds after the alert was raised or, where it stood before, "
    "became worse.",
    'Seen: the first sign in the record that somebody looked: "at the chair", an acknowledgement, any entry by hand; '
    "nobody is watched reading a screen, so it may have been seen earlier.",
    "Acknowledged: the first acknowledgement. Acted: the first entry of a kind that answers this scenario ({kinds}); a "
    "rate only where it was lowered, a drug only where it treats this trouble.",
    "What was true before the alert and came into the record after it is neither.",
    "What treats also makes the patient well again, within minutes: that is ours, so that a drill has an end.",
    "Times, not marks: a drill shows where minutes go, and says nothing about how well anybody works.",
)
_HEAD = ("alert", "level", "raised at", "seen", "acknowledged", "by, with", "acted", "by, what", "at the end")
_NONE = "-"


@dataclass(frozen=True, slots=True)
class DrillReport:
    """What a drill has shown; `standing_before` alerts stood when the trouble began and did not become worse."""

    scenario: Scenario
    seed: int
    zone: ZoneInfo
    trouble_at: datetime
    ended_at: datetime
    ended_by: str
    alerts: Sequence[AlertTimes]
    refusals: Sequence[str] = ()

    def as_markdown(self) -> str:
        """The report; it ends with a line feed."""
        return "\n".join(self._lines()) + "\n"

    def _lines(self) -> Iterator[str]:
        yield f"# DRILL {self.scenario.name}, {self.trouble_at.astimezone(self.zone):%Y-%m-%d %H:%M} ({self.zone.key})"
        yield ""
        yield f"SIMULATED patient, seed {self.seed}. {self.scenario.story[:1].upper()}{self.scenario.story[1:]}."
        yield ""
        yield f"{self._span()} {self._summary()}"
        yield ""
        if self.alerts:
            yield from _table(_HEAD, [self._row(alert) for alert in self.alerts])
            yield ""
        if remarks := list(self._remarks()):
            yield from (f"- {line}" for line in remarks)
            yield ""
        kinds = ", ".join(kind.replace("_", " ") for kind in self.scenario.answering_kinds)
        yield from (f"- {note.format(kinds=kinds)}" for note in NOTES)

    def _span(self) -> str:
        ended = f"ended at {self._clock(self.ended_at)} by {self.ended_by}"
        if self._lasted_min < 0:
            return f"It {ended}, before the trouble."
        return f"Trouble at {self._clock(self.trouble_at)}, {ended} ({self._lasted_min:.1f} min)."

    def _summary(self) -> str:
        alerts = self.alerts
        if not alerts:
            return "No alert was raised."
        return (
            f"{len(alerts)} {'alert' if len(alerts) == 1 else 'alerts'}: {_spread(alerts, 'seen')}; "
            f"{_spread(alerts, 'acknowledged')}; {_spread(alerts, 'acted')}; "
            f"open at the end: {sum(one.over_after_s is None for one in alerts)}."
        )

    def _row(self, alert: AlertTimes) -> tuple[str, ...]:
        return (
            alert.text,
            alert.level,
            self._clock(alert.raised_at),
            _seconds(alert.seen),
            _seconds(alert.acknowledged),
            _who(alert.acknowledged),
            _seconds(alert.acted),
            _who(alert.acted),
            _end(alert),
        )

    def _remarks(self) -> Iterator[str]:
        for alert in self.alerts:
            yield from (f"{alert.text}: {remark}." for remark in alert.remarks)
            before = alert.acted_before
            if before is not None:
                yield f"{alert.text}: {before.by} had acted {-before.after_s:.0f} s before ({before.what})."
        yield from self._not_come()
        yield from (f"Not taken by the server: {refusal}." for refusal in self.refusals)

    def _not_come(self) -> Iterator[str]:
        """The team's answers can keep an alert away, and a drill can end before it is due."""
        missing = [
            (expected.rule, expected.to_min - self.scenario.trouble_min <= self._lasted_min)
            for expected in self.scenario.must_raise
            if expected.to_min > self.scenario.trouble_min and not has_come(self.alerts, expected.rule)
        ]
        due = ", ".join(rule for rule, is_due in missing if is_due)
        not_due = ", ".join(rule for rule, is_due in missing if not is_due)
        if due:
            yield f"Did not come, planned but answered before or not measured: {due}."
        if not_due:
            yield f"Not yet due at the end: {not_due}."

    @property
    def _lasted_min(self) -> float:
        return (self.ended_at - self.trouble_at).total_seconds() / 60

    def _clock(self, at: datetime) -> str:
        return f"{at.astimezone(self.zone):%H:%M:%S}"


def _spread(alerts: Sequence[AlertTimes], what: str) -> str:
    answers: list[Answer | None] = [getattr(alert, what) for alert in alerts]
    times = sorted(answer.after_s for answer in answers if answer is not None)
    if not times:
        return f"{what} 0"
    span = f"{times[0]:.0f} s" if len(times) == 1 else f"{times[0]:.0f} to {times[-1]:.0f} s"
    return f"{what} {len(times)} ({span})"


def _seconds(answer: Answer | None) -> str:
    return _NONE if answer is None else f"{answer.after_s:.0f} s"


def _who(answer: Answer | None) -> str:
    return _NONE if answer is None else f"{answer.by}, {answer.what}"


def _end(alert: AlertTimes) -> str:
    standing = "OPEN" if alert.over_after_s is None else f"over after {alert.over_after_s:.0f} s"
    return f"{standing}, not answered" if alert.is_unanswered else standing


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    cells = [head, *([one.replace("|", "/") for one in row] for row in rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(head))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in cells
    ]
    yield lines[0]
    yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    yield from lines[1:]
