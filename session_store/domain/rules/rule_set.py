"""A set of rules with a version: looked up by id, condition and sign; limits changed; checked for sense."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import lru_cache

from session_store.domain.alert import Level
from session_store.domain.rules.model import Against, AlertRule, RuleKind

_JUDGED_BY_SIGN = frozenset({RuleKind.THRESHOLD, RuleKind.RELATIVE_TO_BASELINE})


@dataclass(frozen=True, slots=True)
class CalmRange:
    """Between (not at) these limits a value is beyond no absolute rule of its sign, in whatever company; `relative`
    are the other rules, each to be asked. Most values are calm: this spares asking every rule."""

    low: Decimal
    high: Decimal
    relative: tuple[AlertRule, ...]


def _calm_range(conditions: Mapping[str, tuple[AlertRule, ...]]) -> CalmRange:
    rules = [rule for rows in conditions.values() for rule in rows]
    absolute = [rule for rule in rules if rule.against is Against.ABSOLUTE and rule.comparison is not None]
    low = [rule.limit for rule in absolute if rule.is_low_side and rule.limit is not None]
    high = [rule.limit for rule in absolute if not rule.is_low_side and rule.limit is not None]
    relative = tuple(rule for rule in rules if rule.against is not Against.ABSOLUTE)
    if not all(limit.is_finite() for limit in (*low, *high)):
        # A set that is about to be refused: nothing can be compared with what is no number, so nothing is calm.
        return CalmRange(Decimal("Infinity"), Decimal("-Infinity"), ())
    return CalmRange(max(low, default=Decimal("-Infinity")), min(high, default=Decimal("Infinity")), relative)


@dataclass(frozen=True, eq=False)
class RuleSet:
    """All rules of one version; `version` is stored with every alert. Compared and hashed by identity."""

    version: int
    rules: tuple[AlertRule, ...]
    by_id: Mapping[str, AlertRule] = field(init=False, repr=False)
    by_condition: Mapping[str, tuple[AlertRule, ...]] = field(init=False, repr=False)
    by_sign: Mapping[str, Mapping[str, tuple[AlertRule, ...]]] = field(init=False, repr=False)
    calm_by_sign: Mapping[str, "CalmRange"] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        by_condition: dict[str, list[AlertRule]] = {}
        for rule in self.rules:
            by_condition.setdefault(rule.condition, []).append(rule)
        conditions = {name: tuple(rows) for name, rows in by_condition.items()}
        by_sign: dict[str, dict[str, tuple[AlertRule, ...]]] = {}
        for rule in self.rules:
            if rule.kind in _JUDGED_BY_SIGN and rule.sign is not None:
                by_sign.setdefault(rule.sign, {})[rule.condition] = conditions[rule.condition]
        object.__setattr__(self, "by_id", {rule.rule_id: rule for rule in self.rules})
        object.__setattr__(self, "by_condition", conditions)
        object.__setattr__(self, "by_sign", by_sign)
        object.__setattr__(self, "calm_by_sign", {sign: _calm_range(rows) for sign, rows in by_sign.items()})

    def find(self, rule_id: str) -> AlertRule | None:
        """The rule of this id, or None: what a set does not have is not judged."""
        return self.by_id.get(rule_id)

    def find_limit(self, rule_id: str) -> Decimal | None:
        """The limit of a rule, or None where the set does not have it."""
        rule = self.by_id.get(rule_id)
        return None if rule is None else rule.limit

    def rule(self, rule_id: str) -> AlertRule:
        """The rule of this id. Raises `KeyError` where the set does not have it."""
        return self.by_id[rule_id]

    def limit(self, rule_id: str) -> Decimal:
        """The limit of a rule that has one."""
        limit = self.by_id[rule_id].limit
        if limit is None:
            raise KeyError(rule_id)
        return limit

    def of_kind(self, *kinds: RuleKind) -> tuple[AlertRule, ...]:
        """The rules of these kinds, in the order of the table."""
        return tuple(rule for rule in self.rules if rule.kind in kinds)

    def with_limits(self, limits: Mapping[str, Decimal], version: int | None = None) -> "RuleSet":
        """The same set with other limits for some rules; ids that the set does not have are passed over."""
        if not limits:
            return self
        return _with_limits(self, tuple(sorted(limits.items())), self.version if version is None else version)


@lru_cache(maxsize=256)
def _with_limits(rules: RuleSet, limits: tuple[tuple[str, Decimal], ...], version: int) -> RuleSet:
    changed = dict(limits)
    rows = (replace(one, limit=changed[one.rule_id]) if one.rule_id in changed else one for one in rules.rules)
    return RuleSet(version, tuple(rows))


def is_looser(rule: AlertRule, limit: Decimal) -> bool:
    """Whether another limit would let pass what alerts now."""
    if rule.limit is None:
        return False
    return limit < rule.limit if _alerts_below(rule) else limit > rule.limit


def _alerts_below(rule: AlertRule) -> bool:
    """Points or per cent under baseline grow as the value falls: there a larger limit is the looser one."""
    return rule.is_low_side and rule.against is Against.ABSOLUTE


def needs_second_person(rule: AlertRule, limit: Decimal) -> bool:
    """Loosening a critical limit for the whole clinic needs two persons (clinical-decisions 1)."""
    return rule.level is Level.CRITICAL and is_looser(rule, limit)


@dataclass(frozen=True, slots=True)
class RuleProblem:
    """What is wrong with a set of rules: which rule, and why in words."""

    rule_id: str
    reason: str
    limit: str | None = None


def problems_of(rules: RuleSet) -> list[RuleProblem]:
    """What makes no sense in a set: limits that are inverted between levels, or cross between low and high."""
    senseless = [*_not_positive(rules)]
    if any(rule.limit is not None and not rule.limit.is_finite() for rule in rules.rules):
        # Nothing can be compared with what is no number.
        return senseless
    return [*_inverted(rules), *_crossing(rules), *senseless]


def _inverted(rules: RuleSet) -> Iterator[RuleProblem]:
    """A severer level never has the looser limit; rows are compared where they stand in the same company."""
    for rows in rules.by_condition.values():
        limited = [rule for rule in rows if rule.limit is not None and rule.comparison is not None]
        for milder in limited:
            for worse in limited:
                if milder.level < worse.level and _same_company(milder, worse) and _is_inverted(milder, worse):
                    yield RuleProblem(
                        worse.rule_id,
                        f"{worse.limit} is looser than the {milder.level.word} limit",
                        f"{milder.limit} {milder.unit}".strip(),
                    )


def _same_company(one: AlertRule, other: AlertRule) -> bool:
    """`with_symptoms` and `with_sedation` make a severer line stricter, so they have no order with the plain ones."""
    return (
        one.kind is other.kind
        and one.against is other.against
        and one.oxygen_target == other.oxygen_target
        and (one.with_symptoms, one.with_sedation) == (other.with_symptoms, other.with_sedation)
    )


def _is_inverted(milder: AlertRule, worse: AlertRule) -> bool:
    if milder.limit is None or worse.limit is None:
        return False
    return worse.limit > milder.limit if _alerts_below(milder) else worse.limit < milder.limit


def _crossing(rules: RuleSet) -> Iterator[RuleProblem]:
    """A low limit is never at or over a high one of the same sign: every value would alert."""
    for rows in _absolute_limits_of_signs(rules):
        low = max((one for one in rows if one.is_low_side), key=_limit_of, default=None)
        high = min((one for one in rows if not one.is_low_side), key=_limit_of, default=None)
        if low is not None and high is not None and _limit_of(low) >= _limit_of(high):
            yield RuleProblem(low.rule_id, f"{low.limit} is not under the high limit", f"{high.limit} {high.unit}")


def _absolute_limits_of_signs(rules: RuleSet) -> Iterator[list[AlertRule]]:
    """The rows of each sign by which values are judged, and apart from them those that hold a start."""
    for conditions in rules.by_sign.values():
        yield [rule for group in conditions.values() for rule in group if rule.against is Against.ABSOLUTE]
    held = [rule for rule in rules.of_kind(RuleKind.START_GATE) if rule.limit is not None]
    for sign in sorted({rule.sign for rule in held if rule.sign is not None}):
        yield [rule for rule in held if rule.sign == sign]


def _limit_of(rule: AlertRule) -> Decimal:
    return rule.limit if rule.limit is not None else Decimal(0)


def _not_positive(rules: RuleSet) -> Iterator[RuleProblem]:
    for rule in rules.rules:
        if rule.limit is not None and (not rule.limit.is_finite() or rule.limit <= 0):
            yield RuleProblem(rule.rule_id, f"{rule.limit} is not above zero", "above zero")


def duplicate_ids(rules: Iterable[AlertRule]) -> list[str]:
    """Ids that more than one rule has."""
    seen: set[str] = set()
    return [one.rule_id for one in rules if one.rule_id in seen or seen.add(one.rule_id)]  # type: ignore[func-returns-value]
