"""Judges one entry, or the passing of time, against the rules; incremental, pure, the same on every worker.

`judge_entry` is called after the entry was folded into the summary. It changes the summary's standing of alerts and
returns the facts to append. Hand values are judged at once; monitor values by their own persistence: critical needs
two consecutive samples, a milder level 60 s; a cuff value is judged at once up to warning (our proposal), because the
next one may be minutes away. A missing value never clears.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from session_store.domain.alert import AcknowledgedBy, AlertFact, ChairVisit, Fact, Level, OpenAlert
from session_store.domain.alert_rules import (
    HYSTERESIS,
    LOW_SIDE,
    MONITOR_SILENT_SECONDS,
    MONITOR_WARNING_SECONDS,
    PROPOSAL,
    RATE_RULES,
    REMEASURE_WINDOW_SECONDS,
    RULE_SET_VERSION,
    SIGN_WORDS,
    SITUATION_RULES,
    SYMPTOM_SECONDS,
    UNANSWERED_AFTER_SECONDS,
    VITAL_RULES,
    Against,
    Comparison,
    SituationRule,
    VitalRule,
)
from session_store.domain.entries import EMERGENCY_TERMS, VITAL_SIGN_FIELDS, Drug, Entry, Source
from session_store.domain.infusion import exceeds_per_kg
from session_store.domain.limits import EXTREME_MONITOR_VALUES
from session_store.domain.observation_schedule import due_at, overdue_at
from session_store.domain.session_summary import ConditionStanding, SessionSummary, scheduled_signs

CUFF_SIGNS = frozenset({"systolic_mmhg", "diastolic_mmhg", "mean_arterial_mmhg"})
ADULT_AGE_YEARS = 18
_RULES_BY_SIGN: dict[str, dict[str, list[VitalRule]]] = {}
for _rule in VITAL_RULES:
    _RULES_BY_SIGN.setdefault(_rule.sign, {}).setdefault(_rule.condition, []).append(_rule)

# What a reason of "could not measure" says when the sign itself is absent at the patient: an emergency, not a gap.
ABSENT_REASONS = frozenset({"not_found", "no_breathing"})


@dataclass(frozen=True, slots=True)
class Judgement:
    """The tools of one judging: the server's now, and where new alert ids come from."""

    now: datetime
    new_alert_id: Callable[[], UUID]


def judge_entry(summary: SessionSummary, entry: Entry, judgement: Judgement) -> list[AlertFact]:
    """The alert facts that one entry brings about. A rule that fails raises an alert of its own."""
    judge = _JUDGES.get(entry.content.kind)
    facts: list[AlertFact] = []
    if judge is not None:
        _guarded(summary, judgement, facts, lambda: judge(summary, entry, judgement), entry.content.kind)
    if entry.content.kind in _RATE_KINDS:
        _guarded(summary, judgement, facts, lambda: _judge_rate(summary, entry, judgement), "rate")
    _count(summary, facts)
    drop_settled(summary)
    return facts


def judge_time(summary: SessionSummary, judgement: Judgement) -> list[AlertFact]:
    """The alert facts that the passing of time brings about: overdue, silent, sounding, unanswered, broken promise."""
    facts: list[AlertFact] = []
    if not summary.is_closed:
        for judge in (_judge_overdue, _judge_monitor_silent):
            _guarded(summary, judgement, facts, lambda j=judge: j(summary, judgement), judge.__name__)  # type: ignore[misc]
    for judge in (_judge_promises, _judge_sounds, _judge_unanswered):
        _guarded(summary, judgement, facts, lambda j=judge: j(summary, judgement), judge.__name__)  # type: ignore[misc]
    _count(summary, facts)
    drop_settled(summary)
    return facts


def drop_settled(summary: SessionSummary) -> None:
    """What is over and seen leaves the standing list; its facts stay in the record."""
    summary.alerts = [alert for alert in summary.alerts if not alert.is_settled]


def outside_rule_set(summary: SessionSummary) -> str | None:
    """Why the adult racemic limits are not judged for this session, or None (clinical-decisions 7)."""
    if Decimal(summary.plan.get("age_years", "0")) < ADULT_AGE_YEARS:
        return "not judged: outside this rule set (under 18)"
    if summary.plan.get("drug") == Drug.ESKETAMINE:
        return "not judged: outside this rule set (esketamine)"
    return None


def not_judged(summary: SessionSummary) -> list[str]:
    """What the rules cannot judge in this session, in words."""
    outside = outside_rule_set(summary)
    notes = [f"dose and vital-sign limits {outside}"] if outside else []
    if summary.first_drug_at is not None:
        missing = [SIGN_WORDS[sign][0] for sign in _RULES_BY_SIGN if sign not in summary.baseline]
        if missing:
            notes.append(f"limits against baseline not judged: no baseline ({', '.join(missing)})")
    if summary.infusion.is_delivering and summary.weight_kg is None:
        notes.append("rate per kg not judged: no weight")
    return notes


def _guarded(
    summary: SessionSummary,
    judgement: Judgement,
    facts: list[AlertFact],
    judge: Callable[[], Iterator[AlertFact]],
    name: str,
) -> None:
    """A failing rule must lose neither the entry nor the failure."""
    try:
        facts.extend(judge())
    except Exception as failure:
        rule = SITUATION_RULES["rule.failed.warning"]
        if summary.open_alert(f"rule.failed:{name}") is None:
            text = f"{rule.text} ({name}: {type(failure).__name__}). Watch this session by hand."
            facts.append(_raise(summary, judgement, _as_found(rule, f"rule.failed:{name}", text), judgement.now, None))


# ---------------------------------------------------------------------------------------------- raising and clearing


@dataclass(frozen=True, slots=True)
class Finding:
    """A condition found at a level: what to raise or to escalate to."""

    rule_id: str
    condition: str
    level: Level
    text: str
    citation: str
    clears_on_acknowledgement: bool = False
    window_seconds: int = 0


def _as_found(rule: SituationRule, condition: str, text: str) -> Finding:
    return Finding(rule.rule_id, condition, rule.level, text, rule.citation, rule.clears_on_acknowledgement)


def _raise(
    summary: SessionSummary, judgement: Judgement, found: Finding, at: datetime, evidence: UUID | None
) -> AlertFact:
    alert = OpenAlert(
        alert_id=judgement.new_alert_id(),
        rule_id=found.rule_id,
        rule_version=RULE_SET_VERSION,
        condition=found.condition,
        level=found.level,
        peak_level=found.level,
        text=found.text,
        citation=found.citation,
        raised_at=at,
        recorded_at=judgement.now,
        evidence_entry_id=evidence,
        clears_on_acknowledgement=found.clears_on_acknowledgement,
    )
    summary.alerts.append(alert)
    _plan_sound(summary, alert, judgement.now, found.window_seconds)
    return _fact(Fact.RAISED, alert, at, evidence)


def _plan_sound(summary: SessionSummary, alert: OpenAlert, now: datetime, window_seconds: int) -> None:
    """Critical sounds at once; a lone warning after its re-measure window; a second warning ends both windows."""
    if alert.level is Level.ADVISORY:
        alert.sounds_at = None
    elif alert.level is Level.CRITICAL or window_seconds == 0:
        alert.sounds_at = now
    else:
        waiting = [
            other
            for other in summary.alerts
            if other is not alert
            and not other.is_over
            and other.acknowledged is None
            and other.level is Level.WARNING
            and other.sounded_at is None
            and other.sounds_at is not None
        ]
        alert.sounds_at = now if waiting else now + timedelta(seconds=window_seconds)
        for other in waiting:
            other.sounds_at = min(other.sounds_at or now, now)
    if alert.sounds_at == now:
        alert.sounded_at = now


def _update(
    summary: SessionSummary, judgement: Judgement, found: Finding | None, condition: str, at: datetime, evidence: UUID
) -> Iterator[AlertFact]:
    """Bring the alert of one condition to what was found: raise, escalate, lower, clear, or nothing."""
    alert = summary.open_alert(condition)
    if alert is None:
        if found is not None:
            yield _raise(summary, judgement, found, at, evidence)
    elif found is None:
        yield _clear(alert, at, evidence)
    elif found.level > alert.level:
        yield _escalate(summary, judgement, alert, found, at, evidence)
    elif found.level < alert.level:
        alert.level, alert.rule_id, alert.citation = found.level, found.rule_id, found.citation
        alert.text = found.text
        yield _fact(Fact.LOWERED, alert, at, evidence)
    else:
        alert.text = found.text


def _escalate(
    summary: SessionSummary, judgement: Judgement, alert: OpenAlert, found: Finding, at: datetime, evidence: UUID
) -> AlertFact:
    """A higher level is never muted by an earlier acknowledgement."""
    alert.level, alert.peak_level = found.level, max(found.level, alert.peak_level)
    alert.rule_id, alert.citation, alert.text = found.rule_id, found.citation, found.text
    alert.evidence_entry_id = evidence
    alert.acknowledged = None
    alert.sounded_at = alert.unanswered_at = None
    alert.unanswered_times = 0
    _plan_sound(summary, alert, judgement.now, found.window_seconds)
    return _fact(Fact.ESCALATED, alert, at, evidence)


def _clear(alert: OpenAlert, at: datetime, evidence: UUID | None) -> AlertFact:
    alert.cleared_at = at
    return _fact(Fact.CLEARED, alert, at, evidence)


def withdraw(alert: OpenAlert, at: datetime, entry_id: UUID) -> AlertFact:
    """The entry that showed the condition was entered in error: the alert closes and stays in the record."""
    alert.withdrawn_at = at
    alert.text = f"{alert.text} (entry withdrawn)"
    return _fact(Fact.WITHDRAWN, alert, at, entry_id)


def _fact(fact: Fact, alert: OpenAlert, at: datetime, evidence: UUID | None) -> AlertFact:
    return AlertFact(
        fact,
        alert.alert_id,
        alert.rule_id,
        alert.rule_version,
        alert.condition,
        alert.level,
        at,
        alert.text,
        alert.citation,
        evidence,
        alert.is_past,
    )


def _count(summary: SessionSummary, facts: list[AlertFact]) -> None:
    for fact in facts:
        if fact.fact is Fact.RAISED:
            summary.alerts_by_level[fact.level.word] = summary.alerts_by_level.get(fact.level.word, 0) + 1


# ---------------------------------------------------------------------------------------------------- vital signs


def _judge_vitals(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    content: Any = entry.content
    if entry.source is Source.MONITOR:
        silent = summary.open_alert("monitor.silent")
        if silent is not None and not _is_silent(summary, judgement.now):
            yield _clear(silent, entry.effective_at, entry.entry_id)
    for sign, reason in content.not_measured.items():
        if reason in ABSENT_REASONS and entry.source is Source.HAND:
            yield from _judge_absent(summary, sign, entry, judgement)
    is_judged = outside_rule_set(summary) is None
    for sign in VITAL_SIGN_FIELDS:
        value = getattr(content, sign)
        if value is None:
            continue
        newest = summary.signs[sign]
        if newest.entry_id != entry.entry_id:
            yield from _judge_past(summary, sign, value, entry, judgement)
            continue
        yield from _clear_by_value(summary, sign, entry)
        if is_judged:
            yield from _judge_current(summary, sign, value, entry, judgement)


def _judge_absent(summary: SessionSummary, sign: str, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    rule = SITUATION_RULES["sign.absent.critical"]
    condition = f"sign.absent:{sign}"
    if summary.open_alert(condition) is None:
        text = f"{SIGN_WORDS[sign][0]} {rule.text}"
        yield _raise(summary, judgement, _as_found(rule, condition, text), entry.effective_at, entry.entry_id)


def _clear_by_value(summary: SessionSummary, sign: str, entry: Entry) -> Iterator[AlertFact]:
    """A measured value ends "overdue" and "not found" of its sign; nothing else does."""
    for condition in (f"overdue:{sign}", f"sign.absent:{sign}"):
        alert = summary.open_alert(condition)
        if alert is not None:
            yield _clear(alert, entry.effective_at, entry.entry_id)


def _judge_current(
    summary: SessionSummary, sign: str, value: Decimal, entry: Entry, judgement: Judgement
) -> Iterator[AlertFact]:
    verify = f"sign.verify:{sign}"
    is_believed = False
    if entry.source is Source.MONITOR and _is_extreme(sign, value):
        before = summary.extremes.get(sign)
        summary.extremes[sign] = value
        if before is None:
            rule = SITUATION_RULES["sign.verify.advisory"]
            if summary.open_alert(verify) is None:
                text = f"{_value_words(sign, value)}: {rule.text}"
                yield _raise(summary, judgement, _as_found(rule, verify, text), entry.effective_at, entry.entry_id)
            return
        is_believed = True
    else:
        summary.extremes.pop(sign, None)
    asked = summary.open_alert(verify)
    if asked is not None:
        yield _clear(asked, entry.effective_at, entry.entry_id)
    for condition, rules in _RULES_BY_SIGN.get(sign, {}).items():
        found = _found_level(summary, condition, rules, value, entry, judgement, is_believed)
        yield from _update(summary, judgement, found, condition, entry.effective_at, entry.entry_id)


def _judge_past(
    summary: SessionSummary, sign: str, value: Decimal, entry: Entry, judgement: Judgement
) -> Iterator[AlertFact]:
    """A value already superseded by a newer one of its sign is recorded as past: listed, never sounding."""
    if entry.source is Source.MONITOR or outside_rule_set(summary) is not None:
        return
    for condition, rules in _RULES_BY_SIGN.get(sign, {}).items():
        matching = [rule for rule in rules if _matches(summary, rule, value, entry.effective_at)]
        worst = max(matching, key=lambda rule: rule.level, default=None)
        if worst is None or worst.level is Level.ADVISORY:
            continue
        text = f"{_value_words(sign, value)}, {_limit_words(summary, worst)} (charted late)"
        found = Finding(worst.rule_id, f"{condition}:past", worst.level, text, worst.citation)
        raised = _raise(summary, judgement, found, entry.effective_at, entry.entry_id)
        alert = summary.alerts[-1]
        alert.is_past, alert.sounds_at, alert.sounded_at = True, None, None
        yield raised
        yield _clear(alert, entry.effective_at, entry.entry_id)


def _is_extreme(sign: str, value: Decimal) -> bool:
    low, high = EXTREME_MONITOR_VALUES.get(sign, (None, None))
    return low is not None and high is not None and not low <= value <= high


def _found_level(
    summary: SessionSummary,
    condition: str,
    rules: list[VitalRule],
    value: Decimal,
    entry: Entry,
    judgement: Judgement,
    is_believed: bool,
) -> Finding | None:
    """What one value shows for one condition; `is_believed` when a second extreme has confirmed the first."""
    sign = rules[0].sign
    matching = [rule for rule in rules if _matches(summary, rule, value, judgement.now)]
    if not matching and summary.open_alert(condition) is None:
        # Nothing shows and nothing is open: there is nothing to remember either, which keeps the summary small.
        summary.conditions.pop(condition, None)
        return None
    standing = summary.conditions.setdefault(condition, ConditionStanding())
    confirmed = _confirmed_level(standing, matching, sign, entry)
    if is_believed:
        confirmed = max((rule.level for rule in matching), default=None)
    alert = summary.open_alert(condition)
    held = _held_level(summary, standing, rules, matching, sign, value, entry, alert.level if alert else None)
    levels = [level for level in (confirmed, held) if level is not None]
    if not levels:
        return None
    level = max(levels)
    candidates = [rule for rule in matching if rule.level <= level] or [rule for rule in rules if rule.level == level]
    rule = max(candidates, key=lambda one: one.level)
    matched = rule in matching
    text = f"{_value_words(sign, value)}, " + (_limit_words(summary, rule) if matched else "not yet settled")
    window = REMEASURE_WINDOW_SECONDS if level is Level.WARNING else 0
    return Finding(rule.rule_id, condition, level, text, rule.citation, window_seconds=window)


def _confirmed_level(standing: ConditionStanding, matching: list[VitalRule], sign: str, entry: Entry) -> Level | None:
    """The worst level that this value establishes by the persistence rule of its source."""
    worst = max((rule.level for rule in matching), default=None)
    confirmed: Level | None = None
    for level in Level:
        key = int(level)
        if worst is None or worst < level:
            standing.pending_since.pop(key, None)
            standing.pending_count.pop(key, None)
            continue
        since = standing.pending_since.setdefault(key, entry.effective_at)
        standing.pending_count[key] = standing.pending_count.get(key, 0) + 1
        if _persists(level, sign, entry, since, standing.pending_count[key]):
            confirmed = level
    return confirmed


def _persists(level: Level, sign: str, entry: Entry, since: datetime, count: int) -> bool:
    if entry.source is not Source.MONITOR:
        return True
    if level is Level.CRITICAL:
        return count >= 2
    return sign in CUFF_SIGNS or (entry.effective_at - since).total_seconds() >= MONITOR_WARNING_SECONDS


def _held_level(
    summary: SessionSummary,
    standing: ConditionStanding,
    rules: list[VitalRule],
    matching: list[VitalRule],
    sign: str,
    value: Decimal,
    entry: Entry,
    open_level: Level | None,
) -> Level | None:
    """The level at which an open alert stays: until the value is well inside, or calm long enough."""
    if open_level is None:
        standing.calm_since, standing.calm_count = None, 0
        return None
    worst = max((rule.level for rule in matching), default=None)
    if worst is not None and worst >= open_level:
        standing.calm_since, standing.calm_count = None, 0
        return open_level
    standing.calm_since = standing.calm_since or entry.effective_at
    standing.calm_count += 1
    if _is_calm(standing, entry):
        standing.calm_since, standing.calm_count = None, 0
        return worst
    held = [rule.level for rule in rules if rule.level <= open_level and _is_held(summary, rule, sign, value)]
    return max([*held, *([worst] if worst else [])], default=None)


def _is_calm(standing: ConditionStanding, entry: Entry) -> bool:
    """Two in-range hand values in a row, or 60 s of in-range monitor values (the 60 s are our proposal)."""
    if standing.calm_since is None:
        return False
    if entry.source is Source.MONITOR:
        return (entry.effective_at - standing.calm_since).total_seconds() >= MONITOR_WARNING_SECONDS
    return standing.calm_count >= 2


def _is_held(summary: SessionSummary, rule: VitalRule, sign: str, value: Decimal) -> bool:
    limit = _limit(summary, rule)
    if limit is None or rule.with_symptoms or rule.with_sedation or _is_switched_off(summary, rule):
        return False
    margin = HYSTERESIS[sign]
    return value < limit + margin if rule.comparison in LOW_SIDE else value > limit - margin


def _matches(summary: SessionSummary, rule: VitalRule, value: Decimal, at: datetime) -> bool:
    limit = _limit(summary, rule)
    if limit is None or not _beyond(rule.comparison, value, limit) or _is_switched_off(summary, rule):
        return False
    if rule.only_from is not None and value < rule.only_from:
        return False
    if rule.percent_under_baseline_too is not None:
        baseline = summary.baseline.get(rule.sign)
        if baseline is None or value * 100 > baseline.value * (100 - rule.percent_under_baseline_too):
            return False
    if rule.with_symptoms and not _has_symptoms(summary, at):
        return False
    return not rule.with_sedation or summary.is_sedated()


def _is_switched_off(summary: SessionSummary, rule: VitalRule) -> bool:
    """A line that the baseline already crosses is off for the session; critical lines never (clinical-decisions 3)."""
    if rule.against is not Against.ABSOLUTE or rule.level is Level.CRITICAL:
        return False
    baseline = summary.baseline.get(rule.sign)
    return baseline is not None and _beyond(rule.comparison, baseline.value, rule.limit)


def _has_symptoms(summary: SessionSummary, at: datetime) -> bool:
    return summary.symptom_at is not None and (at - summary.symptom_at).total_seconds() <= SYMPTOM_SECONDS


def _limit(summary: SessionSummary, rule: VitalRule) -> Decimal | None:
    """The limit in the sign's unit; None when it cannot be judged for want of a baseline."""
    if rule.against is Against.ABSOLUTE:
        return rule.limit
    baseline = summary.baseline.get(rule.sign)
    if baseline is None:
        return None
    if rule.against is Against.PERCENT_OVER_BASELINE:
        return baseline.value * (100 + rule.limit) / 100
    if rule.against is Against.PERCENT_UNDER_BASELINE:
        return baseline.value * (100 - rule.limit) / 100
    return baseline.value - rule.limit


def _beyond(comparison: Comparison, value: Decimal, limit: Decimal) -> bool:
    if comparison is Comparison.BELOW:
        return value < limit
    if comparison is Comparison.AT_OR_BELOW:
        return value <= limit
    if comparison is Comparison.ABOVE:
        return value > limit
    return value >= limit


def _value_words(sign: str, value: Decimal) -> str:
    name, unit = SIGN_WORDS[sign]
    return f"{name} {value} {unit}"


def _limit_words(summary: SessionSummary, rule: VitalRule) -> str:
    if rule.against is Against.ABSOLUTE:
        company = " with symptoms" if rule.with_symptoms else " while sedated" if rule.with_sedation else ""
        return f"{rule.comparison} {rule.limit}{company}"
    baseline = summary.baseline[rule.sign].value
    if rule.against is Against.POINTS_UNDER_BASELINE:
        return f"over {rule.limit} points under baseline {baseline}"
    side = "over" if rule.against is Against.PERCENT_OVER_BASELINE else "under"
    return f"over {rule.limit} % {side} baseline {baseline}"


# ----------------------------------------------------------------------------------------------- dose and effects


_RATE_KINDS = frozenset(
    {
        "infusion_started", "rate_changed", "infusion_paused", "infusion_resumed", "infusion_ended", "weight",
        "setting_attested", "discharged", "transferred", "left_against_advice", "session_aborted",
    }
)  # fmt: skip


def _judge_rate(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    for condition in ("rate.setting", "rate.range"):
        found = _rate_finding(summary, condition)
        unknown_weight = summary.weight_kg is None and summary.infusion.is_delivering
        if found is None and unknown_weight:
            continue
        yield from _update(summary, judgement, found, condition, entry.effective_at, entry.entry_id)


def _rate_finding(summary: SessionSummary, condition: str) -> Finding | None:
    rate, weight = summary.infusion.rate_mg_per_h(), summary.weight_kg
    if weight is None or outside_rule_set(summary) is not None:
        return None
    if condition == "rate.setting" and summary.setting is not None and summary.setting.is_monitored:
        return None
    exceeded = [
        rule
        for rule in RATE_RULES
        if rule.condition == condition and rule.limit is not None and exceeds_per_kg(rate, rule.limit, weight)
    ]
    if not exceeded:
        return None
    rule = max(exceeded, key=lambda one: one.level)
    text = f"{rate / weight:.2f} mg/kg/h, {rule.text}"
    return Finding(rule.rule_id, condition, rule.level, text, rule.citation)


def _judge_bolus(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    content: Any = entry.content
    if summary.weight_kg is None or outside_rule_set(summary) is not None:
        return
    for rule_id in ("bolus.dose.critical", "bolus.dose.warning"):
        rule = SITUATION_RULES[rule_id]
        if rule.limit is not None and exceeds_per_kg(content.dose_mg, rule.limit, summary.weight_kg):
            text = f"Bolus {content.dose_mg / summary.weight_kg:.2f} mg/kg, {rule.text}"
            found = _as_found(rule, f"bolus.dose:{entry.entry_id}", text)
            yield _raise(summary, judgement, found, entry.effective_at, entry.entry_id)
            return


def _judge_effect(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    content: Any = entry.content
    words = content.description if content.term == "other" else content.term.replace("_", " ")
    rule = None
    if content.term in EMERGENCY_TERMS:
        rule = SITUATION_RULES["effect.emergency.critical"]
    elif content.ctcae_grade is not None and content.ctcae_grade >= 3:
        rule = SITUATION_RULES["effect.grade.critical" if content.ctcae_grade >= 4 else "effect.grade.warning"]
    if rule is not None:
        found = _as_found(rule, f"{rule.condition}:{entry.entry_id}", f"{words.capitalize()}: {rule.text}")
        yield _raise(summary, judgement, found, entry.effective_at, entry.entry_id)
    yield from _judge_pressure_again(summary, entry, judgement)


def _judge_pressure_again(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """Symptoms entered now make the last pressure of 15 min count as "with symptoms"."""
    sign = summary.signs.get("systolic_mmhg")
    if summary.symptom_at != entry.effective_at or sign is None or sign.value is None or sign.effective_at is None:
        return
    if (entry.effective_at - sign.effective_at).total_seconds() > SYMPTOM_SECONDS or outside_rule_set(summary):
        return
    for condition, rules in _RULES_BY_SIGN["systolic_mmhg"].items():
        symptomatic = [one for one in rules if one.with_symptoms and _matches(summary, one, sign.value, judgement.now)]
        alert = summary.open_alert(condition)
        if symptomatic and (alert is None or alert.level < Level.CRITICAL):
            rule = symptomatic[0]
            text = f"{_value_words('systolic_mmhg', sign.value)}, {_limit_words(summary, rule)}"
            found = Finding(rule.rule_id, condition, rule.level, text, rule.citation)
            yield from _update(summary, judgement, found, condition, entry.effective_at, entry.entry_id)


def _judge_sedation(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """Sedation now makes a standing SpO2 of 91 or less critical; sedation limits of their own come with all rules."""
    sign = summary.signs.get("spo2_percent")
    if sign is None or sign.value is None or outside_rule_set(summary) is not None:
        return
    rules = [rule for rule in _RULES_BY_SIGN["spo2_percent"]["spo2.low"] if rule.with_sedation]
    matching = [rule for rule in rules if _matches(summary, rule, sign.value, judgement.now)]
    alert = summary.open_alert("spo2.low")
    if matching and (alert is None or alert.level < Level.CRITICAL):
        text = f"{_value_words('spo2_percent', sign.value)}, {_limit_words(summary, matching[0])}"
        found = Finding(matching[0].rule_id, "spo2.low", Level.CRITICAL, text, matching[0].citation)
        yield from _update(summary, judgement, found, "spo2.low", entry.effective_at, entry.entry_id)


def _judge_serious(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    rule = SITUATION_RULES["event.serious.critical"]
    text = f"{rule.text} at chair {summary.plan.get('chair_label', '?')}"
    found = _as_found(rule, f"event.serious:{entry.entry_id}", text)
    yield _raise(summary, judgement, found, entry.effective_at, entry.entry_id)


def _judge_start(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    """What was missing at a start that has happened is an open alert (clinical-decisions 1)."""
    missing = start_missing(summary)
    if missing:
        rule = SITUATION_RULES["start.missing.warning"]
        found = _as_found(rule, "start.missing", f"{rule.text} {', '.join(missing)}")
        yield _raise(summary, judgement, found, entry.effective_at, entry.entry_id)


def start_missing(summary: SessionSummary) -> list[str]:
    """What a start needs and this session does not have, in words."""
    missing = [] if summary.weight_kg is not None else ["weight"]
    if summary.setting is None:
        missing.append("setting attested (monitored or not)")
    signs = ("heart_rate_per_min", "systolic_mmhg", "spo2_percent", "respiratory_rate_per_min")
    absent = [SIGN_WORDS[sign][0] for sign in signs if sign not in summary.signs or summary.signs[sign].value is None]
    if absent:
        missing.append(f"baseline {', '.join(absent)}")
    if not any(score.score_tenths is not None for score in summary.pain_scores):
        missing.append("baseline pain score")
    return missing


# -------------------------------------------------------------------------------------- acknowledgement and time


def _judge_acknowledgement(summary: SessionSummary, entry: Entry, judgement: Judgement) -> Iterator[AlertFact]:
    content: Any = entry.content
    for alert in summary.alerts:
        if alert.alert_id != content.alert_id:
            continue
        minutes = content.deadline_min
        deadline = None if minutes is None else entry.effective_at + timedelta(minutes=int(minutes))
        alert.acknowledged = AcknowledgedBy(
            entry.author_name, entry.effective_at, content.action, content.remark, deadline
        )
        if alert.clears_on_acknowledgement and not alert.is_over:
            yield _clear(alert, entry.effective_at, entry.entry_id)


def _judge_chair_visit(summary: SessionSummary, entry: Entry, _judgement: Judgement) -> Iterator[AlertFact]:
    content: Any = entry.content
    for alert in summary.alerts:
        if alert.alert_id == content.alert_id and alert.at_the_chair is None:
            alert.at_the_chair = ChairVisit(entry.author_name, entry.effective_at)
    yield from ()


def _judge_overdue(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    if summary.is_catching_up(judgement.now):
        return
    context = summary.schedule_context()
    for sign in scheduled_signs(summary):
        last = summary.set_counts_from(sign)
        if last is None:
            continue
        due = due_at(last, context)
        flag, warning = overdue_at(last, due)
        if judgement.now < flag:
            continue
        rule = SITUATION_RULES["overdue.warning" if judgement.now >= warning else "overdue.advisory"]
        condition = f"overdue:{sign}"
        alert = summary.open_alert(condition)
        if alert is None or alert.level < rule.level:
            found = _as_found(rule, condition, f"{SIGN_WORDS[sign][0]} {rule.text}")
            if alert is None:
                yield _raise(summary, judgement, found, judgement.now, None)
            else:
                yield from _escalate_by_time(summary, judgement, alert, found)


def _escalate_by_time(
    summary: SessionSummary, judgement: Judgement, alert: OpenAlert, found: Finding
) -> Iterator[AlertFact]:
    alert.level, alert.peak_level = found.level, max(found.level, alert.peak_level)
    alert.rule_id, alert.citation, alert.text = found.rule_id, found.citation, found.text
    alert.acknowledged = None
    _plan_sound(summary, alert, judgement.now, found.window_seconds)
    yield _fact(Fact.ESCALATED, alert, judgement.now, alert.evidence_entry_id)


def _is_silent(summary: SessionSummary, now: datetime) -> bool:
    """No row came for two minutes; rows that come late do come, and their values show their own age."""
    last = summary.monitor_last_recorded_at
    return last is not None and (now - last).total_seconds() > MONITOR_SILENT_SECONDS


def _judge_monitor_silent(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    if not summary.is_open or not _is_silent(summary, judgement.now):
        return
    if summary.open_alert("monitor.silent") is None:
        rule = SITUATION_RULES["monitor.silent.warning"]
        yield _raise(summary, judgement, _as_found(rule, "monitor.silent", rule.text), judgement.now, None)


def _judge_sounds(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """The re-measure window is over, or another warning joined: the alert sounds from now on."""
    for alert in summary.alerts:
        waits = alert.sounds_at is not None and alert.sounded_at is None and alert.acknowledged is None
        if waits and not alert.is_over and alert.sounds_at is not None and judgement.now >= alert.sounds_at:
            alert.sounded_at = judgement.now
            yield _fact(Fact.SOUNDED, alert, judgement.now, alert.evidence_entry_id)


def _judge_unanswered(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """A critical nobody acknowledged for 60 s goes beyond the panel, and again after another 60 s."""
    for alert in summary.alerts:
        if alert.is_over or alert.acknowledged is not None or alert.level is not Level.CRITICAL:
            continue
        since = alert.unanswered_at or alert.sounded_at or alert.recorded_at
        if alert.unanswered_times < 2 and (judgement.now - since).total_seconds() >= UNANSWERED_AFTER_SECONDS:
            alert.unanswered_at = judgement.now
            alert.unanswered_times += 1
            yield _fact(Fact.UNANSWERED, alert, judgement.now, alert.evidence_entry_id)


def _judge_promises(summary: SessionSummary, judgement: Judgement) -> Iterator[AlertFact]:
    """A promise with a deadline that was not kept returns the alert to everybody, naming the promiser."""
    for alert in summary.alerts:
        promise = alert.acknowledged
        if alert.is_over or promise is None or promise.deadline_at is None or judgement.now < promise.deadline_at:
            continue
        if _was_measured_since(summary, alert, promise.at):
            promise.deadline_at = None
            continue
        alert.acknowledged = None
        alert.text = f"{alert.text} (promise of {promise.by} not kept: {promise.action.replace('_', ' ')})"
        alert.sounds_at = alert.sounded_at = None if alert.level is Level.ADVISORY else judgement.now
        alert.unanswered_at, alert.unanswered_times = None, 0
        yield _fact(Fact.PROMISE_BROKEN, alert, judgement.now, alert.evidence_entry_id)


def _was_measured_since(summary: SessionSummary, alert: OpenAlert, since: datetime) -> bool:
    sign = next((rule.sign for rule in VITAL_RULES if rule.condition == alert.condition), None)
    if sign is None:
        return False
    newest = summary.signs.get(sign)
    return newest is not None and newest.effective_at is not None and newest.effective_at > since


_JUDGES: dict[str, Callable[[SessionSummary, Entry, Judgement], Iterator[AlertFact]]] = {
    "vital_signs": _judge_vitals,
    "bolus": _judge_bolus,
    "adverse_effect": _judge_effect,
    "sedation": _judge_sedation,
    "serious_event": _judge_serious,
    "infusion_started": _judge_start,
    "acknowledgement": _judge_acknowledgement,
    "at_the_chair": _judge_chair_visit,
}

__all__ = ["PROPOSAL", "Judgement", "judge_entry", "judge_time", "not_judged", "start_missing", "withdraw"]
