"""A set of rules as text that a person reads and edits (JSON), and back.

Written are all fields of all rules. Read are the fields that a clinic may change, on top of a base set, so that a file
may hold the changed rules alone; whatever else it says of a rule must be as the base has it. Nothing is guessed: a file
with any problem gives no set, only the list of its problems.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from session_store.domain.entry_choices import DischargeScore
from session_store.domain.entry_fields import FieldRefused, FieldSpec, FieldType, read_value
from session_store.domain.limits import RULE_LIMIT, Limits
from session_store.domain.rules.delivered import DELIVERED, VERSIONS_A_TABLE
from session_store.domain.rules.model import AlertRule, RuleKind
from session_store.domain.rules.rule_edits import new_problems, refuse_value
from session_store.domain.rules.rule_set import RuleSet

CHANGEABLE_FIELDS = ("limit", "window_seconds", "hysteresis", "choices")
IS_OFF = "is_off"
NOTE = (
    "A clinic may change limit, window_seconds, hysteresis and choices where a rule has them, and leave a rule out "
    "(is_off: true) where it says is_off. A file may hold the changed rules alone, each with its rule_id."
)
_TOP_FIELDS = ("version", "note", "rules")
_RULE_FIELDS = tuple(one.name for one in fields(AlertRule))
# A warning may be measured again for 5 min at most (clinical-decisions 5); 0 sounds at once.
_WINDOW = Limits(Decimal(0), Decimal(300), Decimal(0), Decimal(300), "s")
_HYSTERESIS = Limits(Decimal(0), Decimal(50), Decimal(0), Decimal(50), "")
_SPECS = {
    "limit": FieldSpec(FieldType.NUMBER, limits=RULE_LIMIT),
    "window_seconds": FieldSpec(FieldType.INTEGER, limits=_WINDOW),
    "hysteresis": FieldSpec(FieldType.NUMBER, limits=_HYSTERESIS),
}
# What may be chosen, by rule, and how many at most: of the roles only those that the delivered rule permits.
_CHOICES: dict[str, tuple[str, ...]] = {
    "bolus.role.warning": DELIVERED.rule("bolus.role.warning").choices,
    "discharge.score.held": tuple(DischargeScore),
}
_MOST_CHOICES = {"bolus.role.warning": 3, "discharge.score.held": 1}
# Of these the judges ask for whatever rows there are; every other rule they ask for by its id.
_FOUND_BY_KIND = frozenset(
    {RuleKind.THRESHOLD, RuleKind.RELATIVE_TO_BASELINE, RuleKind.SCALE_LEVEL, RuleKind.START_GATE}
)
_FOUND_BY_CONDITION = frozenset({"rate.setting", "rate.range", "dose.hour", "bolus.dose"})


@dataclass(frozen=True, slots=True)
class RuleFileProblem:
    """What is wrong with a file of rules: at which rule and field ("" for the file itself), why, and the limit."""

    rule_id: str
    field: str
    reason: str
    limit: str | None = None

    def text(self) -> str:
        """In one line, whatever the file says."""
        place = ", ".join(one for one in (self.rule_id, self.field) if one)
        said = f"{place}: {self.reason}" if place else self.reason
        line = said if self.limit is None else f"{said} ({self.limit})"
        return "".join(letter if letter.isprintable() else "?" for letter in line)

    def as_json(self) -> dict[str, str | None]:
        """Plain form for the HTTP interface."""
        return {"rule_id": self.rule_id, "field": self.field, "reason": self.reason, "limit": self.limit}


class _NotReadable(ValueError):
    """The text is no JSON that can be trusted; the message says why."""


def changeable_fields(rule: AlertRule) -> tuple[str, ...]:
    """The fields of a rule that a clinic may change: those that the delivered rule uses."""
    used = {
        "limit": rule.limit is not None,
        "window_seconds": _delivered(rule).window_seconds > 0,
        "hysteresis": _delivered(rule).hysteresis > 0,
        "choices": rule.rule_id in _CHOICES,
    }
    return tuple(name for name in CHANGEABLE_FIELDS if used[name])


def _delivered(rule: AlertRule) -> AlertRule:
    return DELIVERED.by_id.get(rule.rule_id, rule)


def may_be_left_out(rule: AlertRule) -> bool:
    """Whether the other rules can be judged without this one. What has happened, what is overdue and the limits of the
    discharge gate are always judged; there a wide limit comes nearest."""
    if rule.kind is RuleKind.DISCHARGE_GATE:
        return rule.limit is None
    return rule.kind in _FOUND_BY_KIND or rule.condition in _FOUND_BY_CONDITION


def differences_in_words(base: RuleSet, rules: RuleSet) -> list[str]:
    """What differs between two sets, one line a rule: "spo2.low.warning: limit 92 to 94"."""
    return [line for rule in base.rules if (line := _difference(rule, rules.by_id.get(rule.rule_id)))]


def _difference(rule: AlertRule, other: AlertRule | None) -> str:
    if other is None:
        return f"{rule.rule_id}: left out"
    pairs = [(name, getattr(rule, name), getattr(other, name)) for name in CHANGEABLE_FIELDS]
    told = [f"{name} {_in_words(one)} to {_in_words(changed)}" for name, one, changed in pairs if one != changed]
    return f"{rule.rule_id}: {', '.join(told)}" if told else ""


def _in_words(value: Any) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


# ------------------------------------------------------------------------------------------------------------ writing


def rule_file_text(rules: RuleSet, base: RuleSet = DELIVERED) -> str:
    """The set as JSON text; rules that `base` has and the set has not are written as left out."""
    left_out = [rule for rule in base.rules if rule.rule_id not in rules.by_id]
    written = [*(_written(rule) for rule in rules.rules), *(_written(rule) | {IS_OFF: True} for rule in left_out)]
    text = json.dumps({"version": rules.version, "note": NOTE, "rules": written}, ensure_ascii=False, indent=2)
    return f"{text}\n"


def _written(rule: AlertRule) -> dict[str, Any]:
    """What the rule says, without what it leaves open; the fields that may be changed always."""
    changeable = changeable_fields(rule)
    plain = {name: _plain(getattr(rule, name)) for name in _RULE_FIELDS}
    said = {name: value for name, value in plain.items() if name in changeable or value not in (None, "", [], 0, False)}
    return said | ({IS_OFF: False} if may_be_left_out(rule) else {})


def _plain(value: Any) -> Any:
    """Whole numbers without a point, others as the shortest decimal that is equal; levels by their word."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, tuple):
        return [str(one) for one in value]
    if isinstance(value, StrEnum):
        return str(value)
    return getattr(value, "word", value)


# ------------------------------------------------------------------------------------------------------------ reading


def read_rule_file(text: str, base: RuleSet = DELIVERED) -> tuple[RuleSet | None, list[RuleFileProblem]]:
    """The base set with the changes of a file, or None with every problem found. Never raises for what is in the text.

    The set keeps the version of `base`: it is no rule book, it is what somebody would like to try.
    """
    try:
        raw = _read_json(text)
    except _NotReadable as unreadable:
        return None, [RuleFileProblem("", "", str(unreadable))]
    problems = list(_refuse_top(raw, base))
    if problems:
        return None, problems
    changed, problems = _read_rules(raw["rules"], base)
    if problems:
        return None, problems
    rules = RuleSet(base.version, tuple(one for rule in base.rules if (one := changed.get(rule.rule_id, rule))))
    # What was so in the base before is not the file's doing.
    problems = [RuleFileProblem(one.rule_id, "limit", one.reason, one.limit) for one in new_problems(base, rules)]
    return (None, problems) if problems else (rules, [])


def _read_json(text: str) -> Any:
    try:
        return json.loads(
            text, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_object
        )
    except json.JSONDecodeError as fault:
        raise _NotReadable(f"not JSON: line {fault.lineno}, column {fault.colno}: {fault.msg}") from None
    except RecursionError:
        raise _NotReadable("not a file of rules: nested too deep") from None


def _refuse_constant(name: str) -> None:
    raise _NotReadable(f"not JSON: {name} is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _NotReadable(f"{found.get('rule_id', 'the file')}: {twice!r} is given twice")
    return found


def _refuse_top(raw: Any, base: RuleSet) -> Iterator[RuleFileProblem]:
    if not isinstance(raw, dict):
        yield RuleFileProblem("", "", 'not an object: {"rules": [...]}')
        return
    for name in raw.keys() - set(_TOP_FIELDS):
        yield RuleFileProblem("", name, "unknown field", ", ".join(_TOP_FIELDS))
    if not isinstance(raw.get("rules"), list):
        yield RuleFileProblem("", "rules", "not a list of rules")
    yield from _refuse_version(raw.get("version"), base)


def _refuse_version(version: Any, base: RuleSet) -> Iterator[RuleFileProblem]:
    """A file of another table of rules says of each row what no longer holds; without a version nothing is said."""
    if version is None:
        return
    if not isinstance(version, Decimal) or not 0 <= version < 10**9 or version != version.to_integral_value():
        yield RuleFileProblem("", "version", "not the version of a set of rules")
        return
    table, ours = int(version) // VERSIONS_A_TABLE, base.version // VERSIONS_A_TABLE
    if table != ours:
        yield RuleFileProblem("", "version", f"written from table {table} of the rules; this is table {ours}")


def _read_rules(raw: list[Any], base: RuleSet) -> tuple[dict[str, AlertRule | None], list[RuleFileProblem]]:
    """The rules that the file names as it wants them, None for one that is left out; and what is wrong with them."""
    changed: dict[str, AlertRule | None] = {}
    problems: list[RuleFileProblem] = []
    for number, one in enumerate(raw, start=1):
        rule = base.by_id.get(one["rule_id"]) if _names_a_rule(one) else None
        if rule is None:
            problems.append(_no_rule(one, number))
        elif rule.rule_id in changed:
            problems.append(RuleFileProblem(rule.rule_id, "rule_id", "is in the file twice"))
        else:
            changed[rule.rule_id], found = _read_rule(one, rule)
            problems += found
    return changed, problems


def _names_a_rule(raw: Any) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("rule_id"), str)


def _no_rule(raw: Any, number: int) -> RuleFileProblem:
    if _names_a_rule(raw):
        return RuleFileProblem(raw["rule_id"][:60], "rule_id", "there is no such rule")
    return RuleFileProblem(f"rule {number} of the file", "rule_id", "is missing")


def _read_rule(raw: Mapping[str, Any], rule: AlertRule) -> tuple[AlertRule | None, list[RuleFileProblem]]:
    values: dict[str, Any] = {}
    problems: list[RuleFileProblem] = []
    for name, value in raw.items():
        try:
            values |= _reader_of(name)(rule, name, value)
        except FieldRefused as refused:
            problems.append(RuleFileProblem(rule.rule_id, name, refused.reason, refused.limit))
    if values.pop(IS_OFF, False):
        return None, problems
    limit = values.get("limit")
    if limit is not None and limit != rule.limit:
        problems += [RuleFileProblem(rule.rule_id, "limit", one.reason, one.limit) for one in refuse_value(rule, limit)]
    return replace(rule, **values), problems


_Reader = Callable[[AlertRule, str, Any], dict[str, Any]]


def _reader_of(name: str) -> _Reader:
    if name == IS_OFF:
        return _read_is_off
    return _read_changeable if name in CHANGEABLE_FIELDS else _insist_on_base


def _read_is_off(rule: AlertRule, name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, bool):
        raise FieldRefused("neither true nor false")
    if value and not may_be_left_out(rule):
        raise FieldRefused("this rule cannot be left out: the program always judges it")
    return {name: value}


def _read_changeable(rule: AlertRule, name: str, value: Any) -> dict[str, Any]:
    if name not in changeable_fields(rule):
        if _is_as_written(rule, name, value):
            return {}
        raise FieldRefused(f"this rule has no {name} to change")
    read: Any = _read_choices(rule, value) if name == "choices" else read_value(_SPECS[name], value)
    if read is None:
        raise FieldRefused("is missing")
    read = int(read) if name == "window_seconds" else read
    # A value that is equal keeps the digits of the table (36.0), which is how the words show it.
    return {} if read == getattr(rule, name) else {name: read}


def _read_choices(rule: AlertRule, value: Any) -> tuple[str, ...]:
    possible = _CHOICES[rule.rule_id]
    if not isinstance(value, list) or not all(isinstance(one, str) and one in possible for one in value):
        raise FieldRefused("not a list of choices", ", ".join(possible))
    if not 1 <= len(set(value)) <= _MOST_CHOICES[rule.rule_id]:
        most = "one of" if _MOST_CHOICES[rule.rule_id] == 1 else "at least one of"
        raise FieldRefused("too few or too many choices", f"{most} {', '.join(possible)}")
    return tuple(one for one in possible if one in value)


def _insist_on_base(rule: AlertRule, name: str, value: Any) -> dict[str, Any]:
    """What a file says of a rule beside the changeable fields must be so; the program's table alone changes it."""
    if name not in _RULE_FIELDS:
        raise FieldRefused("unknown field", ", ".join((*CHANGEABLE_FIELDS, IS_OFF)))
    if not _is_as_written(rule, name, value):
        raise FieldRefused("not a clinic's to change", ", ".join((*CHANGEABLE_FIELDS, IS_OFF)))
    return {}


def _is_as_written(rule: AlertRule, name: str, value: Any) -> bool:
    plain = _plain(getattr(rule, name))
    if isinstance(value, Decimal) and not isinstance(plain, bool):
        return isinstance(plain, int | float) and value == Decimal(str(plain))
    return type(value) is type(plain) and bool(value == plain)
