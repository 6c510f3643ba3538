"""A comparison of two sets of rules as lines for a terminal."""

from collections.abc import Iterator, Sequence

from session_store.replaying_report import ReplayComparison, ReplayReport

MOST_SHOWN = 20
_NOTE = (
    "A replay is not what would have happened: people answered the alerts that they saw, and the entries are as they "
    "were."
)


def comparison_lines(comparison: ReplayComparison) -> Iterator[str]:
    """What the changed rules would have done, beside the rules in force; the longest lists cut short."""
    before, after = comparison.before, comparison.after
    simulated = before.simulated_sessions
    kind = "" if not simulated else ", all simulated" if simulated == before.sessions else f", {simulated} simulated"
    yield f"{before.sessions} finished sessions{kind}, {before.session_hours:.1f} h from start to closing"
    yield ""
    yield _row("", "in force", "changed")
    yield from _alert_rows(before, after)
    yield from _effect_rows(before, after)
    yield from _condition_rows(before, after)
    yield from _listed("caught by the changed rules alone", [one.text() for one in comparison.newly_caught])
    yield from _listed("missed by the changed rules alone", [one.text() for one in comparison.newly_missed])
    words = "sessions with other alerts (+ gained, - lost, ~ at another level)"
    yield from _listed(words, [one.text() for one in comparison.differences])
    yield ""
    yield "no session has other alerts" if not comparison.differences else _NOTE


def _row(name: str, one: str, other: str) -> str:
    return f"{name:<44}{one:>20}{other:>20}".rstrip()


def _alert_rows(before: ReplayReport, after: ReplayReport) -> Iterator[str]:
    yield _row("alerts", _rate(before, before.alerts), _rate(after, after.alerts))
    for level in before.alerts_by_level:
        numbers = [_rate(one, one.alerts_by_level[level]) for one in (before, after)]
        yield _row(f"  {level}", *numbers)
    yield _row("  that sounded", str(before.sounded), str(after.sounded))
    yield _row("first alert after the start", "", "")
    yield _row("  median", _minutes(before.first_alert_median_min), _minutes(after.first_alert_median_min))
    yield _row("  nine of ten within", _minutes(before.first_alert_p90_min), _minutes(after.first_alert_p90_min))
    without = [str(one.sessions_without_alert_after_start) for one in (before, after)]
    yield _row("  sessions without any", *without)


def _rate(report: ReplayReport, number: int) -> str:
    if report.session_hours <= 0:
        return str(number)
    return f"{number} ({number / report.session_hours:.3f}/h)"


def _minutes(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f} min"


def _effect_rows(before: ReplayReport, after: ReplayReport) -> Iterator[str]:
    reports = (before, after)
    every, caught, missed = ([str(_effects(one)[place]) for one in reports] for place in range(3))
    yield _row("effects of grade 3 or worse, emergencies", *every)
    yield _row("  caught: a warning stood within 15 min before", *caught)
    yield _row("  missed", *missed)


def _effects(report: ReplayReport) -> tuple[int, int, int]:
    """How many in all, caught, missed."""
    caught, missed = len(report.caught), len(report.missed)
    return caught + missed, caught, missed


def _condition_rows(before: ReplayReport, after: ReplayReport) -> Iterator[str]:
    """Conditions whose number of alerts differs."""
    names = sorted(before.alerts_by_condition.keys() | after.alerts_by_condition.keys())
    rows = [(name, before.alerts_by_condition.get(name, 0), after.alerts_by_condition.get(name, 0)) for name in names]
    differing = [row for row in rows if row[1] != row[2]]
    if differing:
        yield ""
        yield "conditions with another number of alerts"
    for name, one, other in differing:
        yield _row(f"  {name}", str(one), f"{other} ({other - one:+})")


def _listed(heading: str, lines: Sequence[str]) -> Iterator[str]:
    if not lines:
        return
    yield ""
    yield f"{heading}: {len(lines)}"
    yield from (f"  {line}" for line in lines[:MOST_SHOWN])
    if len(lines) > MOST_SHOWN:
        yield f"  and {len(lines) - MOST_SHOWN} more"
