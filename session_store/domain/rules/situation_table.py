"""What is missing, overdue, silent or has happened (clinical-decisions 2, 4, 5; clinical.md 2.4, 3.1)."""

from decimal import Decimal
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.rules.model import PROPOSAL, AlertRule, Clearing, RuleKind

_A, _W, _C = Level.ADVISORY, Level.WARNING, Level.CRITICAL
_SCHEDULE = "schedule after published protocols"
_CTCAE = "CTCAE general scale"
_E, _M, _O = RuleKind.EVENT, RuleKind.MISSING, RuleKind.OVERDUE


def _rule(
    rule_id: str, kind: RuleKind, level: Level, words: str, clearing: Clearing, citation: str = PROPOSAL, **more: Any
) -> AlertRule:
    return AlertRule(rule_id=rule_id, kind=kind, level=level, words=words, citation=citation, clearing=clearing, **more)


_SEEN, _OVER, _MEASURED = Clearing.ACKNOWLEDGED, Clearing.CONDITION_OVER, Clearing.MEASURED

SITUATION_TABLE: tuple[AlertRule, ...] = (
    _rule("effect.emergency.critical", _E, _C, "emergency", _SEEN),
    _rule("effect.grade.warning", _E, _W, "grade 3", _SEEN, _CTCAE),
    _rule("effect.grade.critical", _E, _C, "grade 4 or 5", _SEEN, _CTCAE),
    _rule("event.serious.critical", _E, _C, "Serious event", _SEEN),
    _rule("sign.absent.critical", _E, _C, "not found at the patient", _MEASURED),
    _rule("sign.verify.advisory", _M, _A, "one monitor value, verify at the patient", _MEASURED),
    _rule("etco2.waveform.warning", _M, _W, "EtCO2 waveform absent", _MEASURED),
    _rule(
        "etco2.waveform.critical", _M, _C, "EtCO2 waveform absent, breaths missing or SpO2 falling", _MEASURED,
        limit=Decimal(3), unit="points",
    ),
    _rule("overdue.sign.advisory", _O, _A, "overdue", _MEASURED, _SCHEDULE, limit=Decimal(2), unit="min"),
    _rule("overdue.sign.warning", _O, _W, "overdue", _MEASURED, _SCHEDULE, limit=Decimal("1.5"), unit="intervals"),
    _rule("overdue.sedation.advisory", _O, _A, "overdue", _MEASURED, _SCHEDULE, limit=Decimal(2), unit="min"),
    _rule("monitor.silent.warning", _M, _W, "No signal from the monitor", _OVER, limit=Decimal(120), unit="s"),
    _rule(
        "sign.no_signal.warning", _M, _W, "without a signal from the monitor", _MEASURED, limit=Decimal(120), unit="s"
    ),
    _rule("tablet.silent.warning", _M, _W, "Tablet not heard", _OVER, limit=Decimal(90), unit="s"),
    _rule("alert.unanswered.critical", _M, _C, "Nobody has answered", _SEEN, limit=Decimal(60), unit="s"),
    _rule("start.missing.warning", _M, _W, "Started without", _SEEN, "Cohen 2018 on baseline, setting and staff"),
    _rule("discharge.unmet.warning", _M, _W, "Discharged without", _SEEN),
    _rule("rule.failed.warning", _M, _W, "A rule could not be judged", _SEEN),
)  # fmt: skip
