"""At which level one value lies by the rows of the table, how long it must last, and when a level is left."""

from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from session_store.domain.alert import Level
from session_store.domain.entries import CUFF_SIGNS, Entry
from session_store.domain.entry_choices import SYMPTOM_TERMS
from session_store.domain.rules.model import Against, AlertRule, Comparison
from session_store.domain.rules.rule_set import RuleSet
from tests.reference.moments import Seen
from tests.reference.patient import baseline_of, is_sedated, oxygen_target_of

CONFIRMED_AFTER = {Level.ADVISORY: timedelta(seconds=60), Level.WARNING: timedelta(seconds=60),
                   Level.CRITICAL: timedelta(seconds=15)}  # fmt: skip
SETTLED_AFTER = timedelta(seconds=60)
COMPANY = timedelta(minutes=15)


def shown_level(read: list[Entry], rules: RuleSet, rows: list[AlertRule], value: Decimal, at: datetime) -> Level | None:
    """The worst level whose line the value is beyond."""
    return max((row.level for row in rows if is_beyond(read, rules, row, value, at)), default=None)


def is_beyond(read: list[Entry], rules: RuleSet, row: AlertRule, value: Decimal, at: datetime) -> bool:
    """Whether a value that was true `at` a time lies beyond a row's line, with all that the row asks for besides."""
    limit = limit_of(read, row)
    if limit is None or is_off(read, row) or not compares(row, Fraction(value), limit):
        return False
    if row.only_from is not None and value < row.only_from:
        return False
    if row.percent_under_baseline_too is not None:
        baseline = baseline_of(read, row.sign or "")
        share = 1 - Fraction(row.percent_under_baseline_too) / 100
        if baseline is None or Fraction(value) > Fraction(baseline) * share:
            return False
    if row.with_symptoms and not has_symptoms(read, at):
        return False
    return not row.with_sedation or is_sedated(read, rules)


def has_symptoms(read: list[Entry], at: datetime) -> bool:
    """Whether chest pain, syncope, severe headache, visual loss or confusion was there 15 min before or after."""
    symptoms = [one for one in read if getattr(one.content, "term", None) in SYMPTOM_TERMS]
    return any(abs(one.effective_at - at) <= COMPANY for one in symptoms)


def limit_of(read: list[Entry], row: AlertRule) -> Fraction | None:
    """The line in the unit of the sign; None where there is no baseline to measure it from."""
    if row.limit is None:
        return None
    if row.against is Against.ABSOLUTE:
        return Fraction(row.limit)
    baseline = baseline_of(read, row.sign or "")
    if baseline is None:
        return None
    if row.against is Against.POINTS_UNDER_BASELINE:
        return Fraction(baseline) - Fraction(row.limit)
    share = Fraction(row.limit) / 100
    return Fraction(baseline) * (1 + share if row.against is Against.PERCENT_OVER_BASELINE else 1 - share)


def compares(row: AlertRule, value: Fraction, limit: Fraction) -> bool:
    """The value against a limit, on the side on which the row alerts."""
    if row.comparison is Comparison.BELOW:
        return value < limit
    if row.comparison is Comparison.AT_OR_BELOW:
        return value <= limit
    if row.comparison is Comparison.ABOVE:
        return value > limit
    return row.comparison is Comparison.AT_OR_ABOVE and value >= limit


def is_off(read: list[Entry], row: AlertRule) -> bool:
    """A row for another oxygen target; an absolute line short of critical that the baseline crosses already."""
    if row.oxygen_target is not None and row.oxygen_target != oxygen_target_of(read):
        return True
    if row.against is not Against.ABSOLUTE or row.level is Level.CRITICAL or row.limit is None:
        return False
    baseline = baseline_of(read, row.sign or "")
    return baseline is not None and compares(row, Fraction(baseline), Fraction(row.limit))


def established_level(seen: list[Seen], sign: str) -> Level | None:
    """The worst level that the last of these values proves: by hand at once; from a monitor a critical by two in a row
    or 15 s, a milder one by 60 s, or at once by a cuff (clinical-decisions 4)."""
    newest = seen[-1]
    proven = None
    for level in Level:
        run = _last_run(seen, [one.shown is not None and one.shown >= level for one in seen])
        if not run:
            continue
        has_lasted = newest.at - run[0].at >= CONFIRMED_AFTER[level]
        is_second = level is Level.CRITICAL and len(run) >= 2
        is_of_cuff = level is not Level.CRITICAL and sign in CUFF_SIGNS
        if not newest.is_of_monitor or has_lasted or is_second or is_of_cuff:
            proven = level
    return proven


def is_second_critical(seen: list[Seen], shown: Level | None) -> bool:
    """Whether the value seen last of a condition was critical and the next one is so too."""
    return shown is Level.CRITICAL and bool(seen) and seen[-1].shown is Level.CRITICAL


def are_milder_long_enough(seen: list[Seen]) -> bool:
    """Two milder values in a row, 60 s of them from a monitor, leave a level; they do not count a second time."""
    last_settled = max((at for at, one in enumerate(seen[:-1]) if one.has_settled), default=-1)
    recent = seen[last_settled + 1 :]
    run = _last_run(recent, [one.is_milder for one in recent])
    if not run:
        return False
    newest = run[-1]
    return newest.at - run[0].at >= SETTLED_AFTER if newest.is_of_monitor else len(run) >= 2


def _last_run(seen: list[Seen], belongs: list[bool]) -> list[Seen]:
    """Those at the end that belong, without a gap."""
    run: list[Seen] = []
    for one, is_part in zip(reversed(seen), reversed(belongs), strict=True):
        if not is_part:
            break
        run.insert(0, one)
    return run


def margin_level(read: list[Entry], rows: list[AlertRule], value: Decimal, standing: Level) -> Level | None:
    """The worst level, up to the one that stands, whose line the value has not left by its margin."""
    levels = []
    for row in rows:
        limit = limit_of(read, row)
        if limit is None or row.level > standing or row.with_symptoms or row.with_sedation or is_off(read, row):
            continue
        margin = Fraction(row.hysteresis)
        if Fraction(value) < limit + margin if row.is_low_side else Fraction(value) > limit - margin:
            levels.append(row.level)
    return max(levels, default=None)
