"""When the passing of time alone may find something in a session: so that a replay need not ask at every second.

Each function here says for one judge of `judge_time` from when on it may raise, lower or end an alert, given that no
entry comes in between. Too early costs a look for nothing; too late would lose an alert, so that in doubt it is "now".
Judges that only repeat an alert (unanswered) have no moment: no rule is raised by them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from session_store.domain.alert import OpenAlert
from session_store.domain.observation_schedule import SEDATION, TIGHT, due_at, overdue_at
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session import SessionStatus
from session_store.domain.session_summary import LONGEST_CATCH_UP, SessionSummary, scheduled_signs
from session_store.domain.signal_judging import MONITOR_SILENT, NO_SIGNAL

_RUNNING = frozenset({SessionStatus.RUNNING, SessionStatus.PAUSED})
_SECOND = timedelta(seconds=1)
# What must be exceeded is not yet so at the moment itself.
_JUST_AFTER = timedelta(microseconds=1)
_SECONDS_PER_HOUR = 3600
# Beyond every session: a slow pump may take longer than a date can say.
_FAR_HOURS = Decimal(1000)
# A bound in binary numbers is trusted only this far from the limit; nearer, the exact one is computed.
_ALMOST = 0.999


@dataclass(frozen=True, slots=True)
class _Watch:
    """A session from `now` on, until its next entry; `open_alerts` by condition."""

    summary: SessionSummary
    rules: RuleSet
    now: datetime
    until: datetime
    open_alerts: Mapping[str, OpenAlert]


def next_look(
    summary: SessionSummary, rules: RuleSet, now: datetime, until: datetime, again_after: timedelta
) -> datetime | None:
    """When to ask next, after `now` and before `until`, whether the passing of time finds something; None for not.

    What should have been found by `now` and was not yet is asked for again after `again_after`. On whole seconds, as a
    server asks.
    """
    soonest = now.replace(microsecond=0) + _SECOND
    if soonest >= until or summary.is_closed or _is_nothing_yet(summary):
        return None
    open_alerts = {alert.condition: alert for alert in summary.alerts if alert.cleared_at is None and not alert.is_over}
    watch = _Watch(summary, rules, now, until, open_alerts)
    moments = [at for judge in _MOMENTS for at in judge(watch) if at < until]
    looks = [_whole_second_from(at) for at in moments if at > now]
    if len(looks) < len(moments):
        looks.append(max(soonest, soonest - _SECOND + again_after))
    return min((at for at in looks if at < until), default=None)


def _whole_second_from(at: datetime) -> datetime:
    return at if at.microsecond == 0 else at.replace(microsecond=0) + _SECOND


def _is_nothing_yet(summary: SessionSummary) -> bool:
    """Before the first drug, with no monitor and no alert, there is nothing that could run out."""
    return summary.first_drug_at is None and summary.monitor_last_recorded_at is None and not summary.alerts


def _caught_up(watch: _Watch) -> Iterator[datetime]:
    """When a sender that hands in late entries is waited for no longer: until then little is found by the clock."""
    since, until = watch.summary.catching_up_since, watch.summary.catching_up_until
    if since is not None and until is not None and watch.summary.is_catching_up(watch.now):
        yield min(until, since + LONGEST_CATCH_UP) + _JUST_AFTER


def _overdue(watch: _Watch) -> Iterator[datetime]:
    """Each sign's flag, then its warning."""
    flag_after = timedelta(minutes=float(watch.rules.limit("overdue.sign.advisory")))
    # No schedule asks for a set sooner than this.
    settled_since = watch.until - TIGHT - flag_after
    waiting = [
        (sign, last)
        for sign in scheduled_signs(watch.summary)
        if (last := watch.summary.set_counts_from(sign)) is not None and last < settled_since
    ]
    yield from _signs_overdue(watch, waiting, flag_after)
    yield from _sedation_overdue(watch)


def _signs_overdue(watch: _Watch, waiting: list[tuple[str, datetime]], flag_after: timedelta) -> Iterator[datetime]:
    if not waiting:
        return
    context, factor = watch.summary.schedule_context(), float(watch.rules.limit("overdue.sign.warning"))
    for sign, last in waiting:
        known = watch.open_alerts.get(f"overdue.sign:{sign}")
        if known is None or known.rule_id != "overdue.sign.warning":
            flag, warning = overdue_at(last, context, sign, flag_after, factor)
            yield flag if known is None else warning


def _sedation_overdue(watch: _Watch) -> Iterator[datetime]:
    summary = watch.summary
    last = summary.sedation_counts_from()
    if last is None or f"overdue.sedation:{SEDATION}" in watch.open_alerts or not scheduled_signs(summary):
        return
    flag_after = timedelta(minutes=float(watch.rules.limit("overdue.sedation.advisory")))
    if last + TIGHT + flag_after < watch.until:
        yield due_at(last, summary.schedule_context(), SEDATION) + flag_after


def _monitor_silent(watch: _Watch) -> Iterator[datetime]:
    last = watch.summary.monitor_last_recorded_at
    if last is not None and watch.summary.is_open and MONITOR_SILENT not in watch.open_alerts:
        yield last + timedelta(seconds=float(watch.rules.limit("monitor.silent.warning"))) + _JUST_AFTER


def _lost_signals(watch: _Watch) -> Iterator[datetime]:
    """Nothing is lost by itself while the monitor as a whole is silent: its next row is looked at anyway."""
    if MONITOR_SILENT in watch.open_alerts or not scheduled_signs(watch.summary):
        return
    limit = timedelta(seconds=float(watch.rules.limit("sign.no_signal.warning"))) + _JUST_AFTER
    for sign, last in watch.summary.monitor_signals.items():
        if f"{NO_SIGNAL}:{sign}" not in watch.open_alerts:
            yield last + limit


def _dose_of_an_hour(watch: _Watch) -> Iterator[datetime]:
    """What runs now adds at most its rate to the rolling hour; an open alert is looked at again and again."""
    summary = watch.summary
    if "dose.hour" in watch.open_alerts:
        yield watch.now
        return
    is_monitored = summary.setting is not None and summary.setting.is_monitored
    weight = summary.weight_kg
    limits = [one.limit for one in watch.rules.by_condition.get("dose.hour", ()) if one.limit is not None]
    if is_monitored or weight is None or not limits:
        return
    most_mg = min(limits) * weight
    if summary.peak_rate_mg_per_h + summary.infusion.bolus_mg > most_mg:
        yield from _reached_at(watch, most_mg - summary.infusion.last_hour_mg(watch.now))


def _planned_total(watch: _Watch) -> Iterator[datetime]:
    summary, rule = watch.summary, watch.rules.rule("dose.plan.warning")
    planned = summary.plan.get("planned_total_mg")
    if rule.condition in watch.open_alerts:
        if summary.status not in _RUNNING:
            yield watch.now
    elif planned is not None and rule.limit is not None and summary.status in _RUNNING:
        most_mg = Decimal(planned) * (100 + rule.limit) / 100
        if _most_delivered_mg(watch) > float(most_mg) * _ALMOST:
            yield from _reached_at(watch, most_mg - summary.infusion.delivered_mg(watch.now))


def _most_delivered_mg(watch: _Watch) -> float:
    """More than this cannot have been delivered by `until`: the highest rate, ever since the first drug."""
    first = watch.summary.first_drug_at
    if first is None:
        return 0.0
    seconds = max((watch.until - first).total_seconds(), 0.0)
    return float(watch.summary.peak_rate_mg_per_h) * seconds / _SECONDS_PER_HOUR + float(
        watch.summary.infusion.bolus_mg
    )


def _reached_at(watch: _Watch, left_mg: Decimal) -> Iterator[datetime]:
    """When an amount that is still left has run at the rate of now."""
    rate_mg_per_h = watch.summary.infusion.rate_mg_per_h()
    if left_mg <= 0:
        yield watch.now
    elif rate_mg_per_h > 0:
        hours = min(left_mg / rate_mg_per_h, _FAR_HOURS)
        yield watch.now + timedelta(seconds=float(hours) * _SECONDS_PER_HOUR) + _JUST_AFTER


def _planned_end(watch: _Watch) -> Iterator[datetime]:
    summary, rule = watch.summary, watch.rules.rule("dose.duration.warning")
    planned, is_delivering = summary.plan.get("planned_duration_min"), summary.infusion.is_delivering
    if rule.condition in watch.open_alerts:
        if not is_delivering:
            yield watch.now
    elif planned is not None and rule.limit is not None and summary.started_at is not None and is_delivering:
        yield summary.started_at + timedelta(minutes=float(planned) + float(rule.limit)) + _JUST_AFTER


def _sounds_and_promises(watch: _Watch) -> Iterator[datetime]:
    """A re-measure window that ends without an answer; a deadline still to come (one that has passed was looked at)."""
    for alert in watch.open_alerts.values():
        promise = alert.acknowledged
        if promise is None:
            if alert.sounds_at is not None and alert.sounded_at is None:
                yield alert.sounds_at
        elif promise.deadline_at is not None and promise.deadline_at > watch.now:
            yield promise.deadline_at


_MOMENTS = (
    _caught_up, _overdue, _monitor_silent, _lost_signals, _dose_of_an_hour, _planned_total, _planned_end,
    _sounds_and_promises,
)  # fmt: skip
