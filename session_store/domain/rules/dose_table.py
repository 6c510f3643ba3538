"""Rate, bolus and delivered dose (clinical.md 1.1, 1.4; clinical-decisions 4, 8)."""

from decimal import Decimal
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.rules.model import PROPOSAL, AlertRule, Clearing, Comparison, RuleKind

_A, _W, _C = Level.ADVISORY, Level.WARNING, Level.CRITICAL
_SETTING = "Cohen 2018, recommendation on setting: above 1 mg/kg/h a monitored setting"
_RANGE = "Cohen 2018, recommendation on infusion dose: 0.5 to 2 mg/kg/h, up to 7 in intensive care"
_BOLUS = "Cohen 2018, recommendation on bolus: up to 0.35 mg/kg"
_TOTAL = "Cohen 2018, recommendation on total dose: at least 80 mg over more than 2 h"
_HIGH = {"grade": "A", "certainty": "low"}
_LOW = {"grade": "C", "certainty": "low"}


def _dose(rule_id: str, level: Level, limit: str, unit: str, words: str, citation: str, **more: Any) -> AlertRule:
    more.setdefault("clearing", Clearing.CONDITION_OVER)
    more.setdefault("kind", RuleKind.DOSE)
    return AlertRule(
        rule_id=rule_id, level=level, words=words, citation=citation, limit=Decimal(limit), unit=unit,
        comparison=Comparison.ABOVE, **more,
    )  # fmt: skip


_SEEN = {"clearing": Clearing.ACKNOWLEDGED}
_PRINTED = {"is_proposal": False}
_NOTE = {"kind": RuleKind.INFORMATION, "clearing": Clearing.NOT_RAISED}

DOSE_TABLE: tuple[AlertRule, ...] = (
    _dose(
        "rate.setting.warning", _W, "1", "mg/kg/h", "setting not attested as monitored", _SETTING, **_HIGH, **_PRINTED
    ),
    _dose("rate.setting.critical", _C, "2", "mg/kg/h", "setting not attested as monitored", _SETTING, **_HIGH),
    _dose(
        "rate.range.advisory", _A, "2", "mg/kg/h", "over {limit} mg/kg/h", _RANGE, **_LOW, **_PRINTED
    ),
    _dose("rate.range.critical", _C, "7", "mg/kg/h", "over {limit} mg/kg/h", _RANGE, **_LOW, **_PRINTED),
    _dose("dose.hour.warning", _W, "1", "mg/kg", "in 60 min, setting not attested as monitored", _SETTING, **_HIGH),
    _dose("dose.hour.critical", _C, "2", "mg/kg", "in 60 min, setting not attested as monitored", _SETTING, **_HIGH),
    _dose(
        "bolus.dose.warning", _W, "0.35", "mg/kg", "over {limit} mg/kg", _BOLUS,
        **_LOW, **_PRINTED, **_SEEN,
    ),
    _dose(
        "bolus.dose.critical", _C, "4.5", "mg/kg", "over {limit} mg/kg", "top of the label's anaesthetic range", **_SEEN
    ),
    AlertRule(
        rule_id="bolus.role.warning", kind=RuleKind.DOSE, level=_W, words="Bolus by a role the clinic does not permit",
        citation="state rules, as the Arizona board of nursing's opinion of 2015", clearing=Clearing.ACKNOWLEDGED,
        choices=("physician", "physician_assistant", "nurse"),
    ),
    _dose("dose.plan.warning", _W, "5", "%", "Delivered more than {limit} % over the planned total", PROPOSAL),
    _dose("dose.duration.warning", _W, "5", "min", "Runs {limit} min past the planned end", PROPOSAL),
    AlertRule(
        rule_id="rate.contradiction.warning", kind=RuleKind.CONTRADICTION, level=_W,
        words="rate recorded against pump, bag or weight", citation=PROPOSAL, clearing=Clearing.CONDITION_OVER,
        limit=Decimal(2), unit="%", comparison=Comparison.ABOVE,
    ),
    AlertRule(
        rule_id="pump.volume.warning", kind=RuleKind.CONTRADICTION, level=_W,
        words="pump and record disagree", citation=PROPOSAL, clearing=Clearing.CONDITION_OVER,
        limit=Decimal(2), unit="%", comparison=Comparison.ABOVE,
    ),
    _dose("end.total.information", _A, "80", "mg", "Total under {limit} mg", _TOTAL, **_LOW, **_NOTE),
    _dose(
        "end.duration.information", _A, "120", "min", "Not over {limit} min", _TOTAL, **_LOW, **_NOTE
    ),
)  # fmt: skip
