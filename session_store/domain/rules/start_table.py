"""What a start through the app is held for, and what is only cautioned (clinical.md 1.1, 2.4, 6; clinical-decisions 7).

A row at warning level holds the start until a physician overrides it; a row at advisory level is shown and holds
nothing. A start that has happened is recorded and what was missing becomes one alert, `start.missing`.
"""

from decimal import Decimal
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.entry_choices import ReadinessItem
from session_store.domain.readiness import READINESS_RULES
from session_store.domain.rules.model import PROPOSAL, SIGN_WORDS, AlertRule, Clearing, Comparison, RuleKind

_HELD, _CAUTION = Level.WARNING, Level.ADVISORY
_SETTING = "Cohen 2018, recommendation on setting"
_CLINICIANS = "Cohen 2018, recommendations 17 and 18 on clinicians"
# Caution and monitoring, or care about misuse: the guideline does not say "avoid" (recommendations 8 and 10).
_CAUTIONED = frozenset({ReadinessItem.MODERATE_LIVER_DISEASE, ReadinessItem.ACTIVE_SUBSTANCE_ABUSE})


def _gate(rule_id: str, words: str, citation: str = PROPOSAL, level: Level = _HELD, **more: Any) -> AlertRule:
    return AlertRule(
        rule_id=rule_id, kind=RuleKind.START_GATE, level=level, words=words, citation=citation,
        clearing=Clearing.NOT_RAISED, **more,
    )  # fmt: skip


def _beyond(
    rule_id: str, sign: str, comparison: Comparison, limit: str, citation: str, level: Level = _HELD
) -> AlertRule:
    name, unit = SIGN_WORDS[sign].name, SIGN_WORDS[sign].unit
    return _gate(
        rule_id, f"{name} {comparison} {{limit}} {unit} before the start", citation, level,
        sign=sign, comparison=comparison, limit=Decimal(limit), unit=unit,
    )  # fmt: skip


def _readiness_rows() -> tuple[AlertRule, ...]:
    rows = []
    for item, rule in READINESS_RULES.items():
        level = _CAUTION if item in _CAUTIONED else _HELD
        rows.append(_gate(f"start.{item}.held", rule.words, rule.citation, level, choices=(item,)))
    return tuple(rows)


_BASELINE = (
    ("heart_rate_per_min", "heart_rate"),
    ("systolic_mmhg", "systolic"),
    ("spo2_percent", "spo2"),
    ("respiratory_rate_per_min", "breaths"),
)
_SCIRP = "SCIRP, NCT05803551"
_OVER, _UNDER = Comparison.ABOVE, Comparison.BELOW

START_TABLE: tuple[AlertRule, ...] = (
    _gate("start.age.held", "under {limit} years: outside this rule set", limit=Decimal(18), unit="years"),
    _gate("start.esketamine.held", "esketamine: outside this rule set"),
    _gate("start.weight_missing.held", "weight"),
    _gate("start.weight_old.held", "weight of today (older than {limit} h)", limit=Decimal(24), unit="h"),
    _gate("start.setting.held", "setting attested (monitored or not)", _SETTING, grade="A", certainty="low"),
    _gate("start.personnel.held", "supervising and administering clinician", _CLINICIANS, grade="A", certainty="low"),
    _gate("start.credentials.held", "valid credentials", _CLINICIANS, grade="A", certainty="low"),
    _gate("start.consent.held", "consent"),
    *_readiness_rows(),
    *(_gate(f"start.baseline_{name}.held", f"baseline {SIGN_WORDS[sign].name}", sign=sign) for sign, name in _BASELINE),
    _gate("start.pain.held", "baseline pain score"),
    _beyond("start.systolic_high.held", "systolic_mmhg", _OVER, "180", _SCIRP),
    _beyond("start.systolic_low.held", "systolic_mmhg", _UNDER, "90", _SCIRP),
    _beyond("start.heart_rate_high.held", "heart_rate_per_min", _OVER, "120", "NCT05803551"),
    _beyond("start.heart_rate_low.held", "heart_rate_per_min", _UNDER, "50", _SCIRP),
    _beyond("start.breaths_high.held", "respiratory_rate_per_min", _OVER, "30", _SCIRP),
    _beyond("start.breaths_low.held", "respiratory_rate_per_min", _UNDER, "10", _SCIRP),
    _beyond("start.spo2_low.held", "spo2_percent", _UNDER, "95", "NCT05803551"),
    _beyond("start.systolic_caution.advisory", "systolic_mmhg", _OVER, "140", "esketamine US label", _CAUTION),
    _beyond("start.diastolic_caution.advisory", "diastolic_mmhg", _OVER, "90", "esketamine US label", _CAUTION),
)  # fmt: skip
