"""Limits of the vital signs: one row a cell of clinical-decisions 4 and clinical.md 2.4."""

from decimal import Decimal
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.entry_choices import OxygenTarget
from session_store.domain.rules.model import PROPOSAL, SIGN_WORDS, Against, AlertRule, Clearing, Comparison, RuleKind

_A, _W, _C = Level.ADVISORY, Level.WARNING, Level.CRITICAL
_UNDER, _AT_UNDER, _OVER, _AT_OVER = (
    Comparison.BELOW,
    Comparison.AT_OR_BELOW,
    Comparison.ABOVE,
    Comparison.AT_OR_ABOVE,
)
_HR, _SBP, _DBP = "heart_rate_per_min", "systolic_mmhg", "diastolic_mmhg"
_MAP, _RR, _SPO2 = "mean_arterial_mmhg", "respiratory_rate_per_min", "spo2_percent"
_CO2, _TEMPERATURE = "end_tidal_co2_mmhg", "temperature_celsius"
# 2-5 min by clinical-decisions 5; 3 min within it is our proposal.
REMEASURE_WINDOW_SECONDS = 180
# A level is left only this far inside its limit (clinical.md 7.2 gives SBP 10 and SpO2 2; the others are ours).
_HYSTERESIS = {
    _HR: "5",
    _SBP: "10",
    _DBP: "5",
    _MAP: "5",
    _SPO2: "2",
    _RR: "1",
    _CO2: "3",
    _TEMPERATURE: "0.3",
}
_USUAL, _LOW_TARGET = OxygenTarget.USUAL, OxygenTarget.TARGET_88_92


def _limit(
    rule_id: str, sign: str, level: Level, comparison: Comparison, limit: str, citation: str, **more: Any
) -> AlertRule:
    company = " with symptoms" if more.get("with_symptoms") else " while sedated" if more.get("with_sedation") else ""
    target = f" with a prescribed target of {_TARGET_WORDS}" if more.get("oxygen_target") == _LOW_TARGET else ""
    name, unit = SIGN_WORDS[sign].name, SIGN_WORDS[sign].unit
    words = f"{name} {comparison} {{limit}} {unit}{company}{target}"
    more.setdefault("kind", RuleKind.THRESHOLD)
    return _row(rule_id, sign, level, comparison, limit, citation, words=words, unit=unit, **more)


def _relative(
    rule_id: str, sign: str, level: Level, comparison: Comparison, limit: str, citation: str, **more: Any
) -> AlertRule:
    against = more["against"]
    unit = "points" if against is Against.POINTS_UNDER_BASELINE else "%"
    side = "over" if against is Against.PERCENT_OVER_BASELINE else "under"
    words = f"{SIGN_WORDS[sign].name} more than {{limit}} {unit} {side} baseline"
    return _row(
        rule_id, sign, level, comparison, limit, citation,
        words=words, unit=unit, kind=RuleKind.RELATIVE_TO_BASELINE, **more,
    )  # fmt: skip


def _row(
    rule_id: str, sign: str, level: Level, comparison: Comparison, limit: str, citation: str, **more: Any
) -> AlertRule:
    return AlertRule(
        rule_id=rule_id, sign=sign, level=level, comparison=comparison, limit=Decimal(limit), citation=citation,
        clearing=Clearing.WELL_INSIDE, hysteresis=Decimal(_HYSTERESIS[sign]),
        window_seconds=REMEASURE_WINDOW_SECONDS if level is Level.WARNING else 0, **more,
    )  # fmt: skip


_TARGET_WORDS = "88-92 %"
_OVER_BASELINE = {"against": Against.PERCENT_OVER_BASELINE}
_UNDER_BASELINE = {"against": Against.PERCENT_UNDER_BASELINE}
_POINTS = {"against": Against.POINTS_UNDER_BASELINE}
_NO_TARGET = {"oxygen_target": _USUAL}
_TARGET = {"oxygen_target": _LOW_TARGET}

VITAL_SIGN_TABLE: tuple[AlertRule, ...] = (
    _limit("spo2.low.advisory", _SPO2, _A, _UNDER, "95", "Mayo protocol NCT05803551 entry limit", **_NO_TARGET),
    _limit("spo2.low.warning", _SPO2, _W, _UNDER, "92", "modified Aldrete, NEWS2", **_NO_TARGET),
    _relative("spo2.low.warning.baseline", _SPO2, _W, _UNDER, "4", PROPOSAL, **_POINTS, **_NO_TARGET),
    _limit("spo2.low.critical", _SPO2, _C, _UNDER, "90", "modified Aldrete, NEWS2", **_NO_TARGET),
    _limit("spo2.low.critical.sedated", _SPO2, _C, _AT_UNDER, "91", "NEWS2", with_sedation=True, **_NO_TARGET),
    _limit("spo2.low.warning.target", _SPO2, _W, _UNDER, "88", "NEWS2 scale 2", **_TARGET),
    _limit("spo2.low.critical.target", _SPO2, _C, _UNDER, "85", "NEWS2 scale 2", **_TARGET),
    _limit("rr.low.advisory", _RR, _A, _AT_UNDER, "11", "NEWS2 score 1"),
    _limit("rr.low.warning", _RR, _W, _UNDER, "10", "SCIRP"),
    _limit("rr.low.critical", _RR, _C, _AT_UNDER, "8", "NEWS2 score 3"),
    _limit("rr.high.advisory", _RR, _A, _AT_OVER, "21", "NEWS2 score 2"),
    _limit("rr.high.warning", _RR, _W, _AT_OVER, "25", "NEWS2 score 3"),
    _limit("rr.high.critical", _RR, _C, _OVER, "30", "SCIRP"),
    _limit("hr.high.advisory", _HR, _A, _OVER, "110", "NEWS2"),
    _limit("hr.high.warning", _HR, _W, _OVER, "120", "NCT05803551"),
    _limit("hr.high.critical", _HR, _C, _AT_OVER, "131", "NEWS2 score 3"),
    _limit("hr.low.advisory", _HR, _A, _UNDER, "60", PROPOSAL, percent_under_baseline_too=Decimal(20)),
    _limit("hr.low.warning", _HR, _W, _UNDER, "50", "SCIRP"),
    _limit("hr.low.critical", _HR, _C, _AT_UNDER, "40", "NEWS2 score 3"),
    _relative(
        "sbp.high.advisory.baseline", _SBP, _A, _OVER, "20", "modified PADSS band", only_from=Decimal(130),
        **_OVER_BASELINE,
    ),
    _limit("sbp.high.warning", _SBP, _W, _AT_OVER, "160", "CTCAE grade 3"),
    _relative("sbp.high.warning.baseline", _SBP, _W, _OVER, "30", PROPOSAL, only_from=Decimal(140), **_OVER_BASELINE),
    _limit("sbp.high.critical", _SBP, _C, _OVER, "180", "SCIRP, NCT05803551"),
    _limit("sbp.high.critical.symptoms", _SBP, _C, _AT_OVER, "160", "CTCAE grade 3", with_symptoms=True),
    _limit("sbp.low.advisory", _SBP, _A, _AT_UNDER, "100", "NEWS2"),
    _limit("sbp.low.warning", _SBP, _W, _UNDER, "90", "SCIRP, NCT05803551"),
    _relative("sbp.low.warning.baseline", _SBP, _W, _UNDER, "30", PROPOSAL, **_UNDER_BASELINE),
    _limit("sbp.low.critical", _SBP, _C, _AT_UNDER, "80", PROPOSAL),
    _limit("sbp.low.critical.symptoms", _SBP, _C, _UNDER, "90", PROPOSAL, with_symptoms=True),
    _limit("dbp.high.advisory", _DBP, _A, _AT_OVER, "90", "CTCAE grade 2"),
    _limit("dbp.high.warning", _DBP, _W, _AT_OVER, "100", "CTCAE grade 3"),
    _limit("dbp.high.critical", _DBP, _C, _AT_OVER, "110", PROPOSAL),
    _limit("map.low.warning", _MAP, _W, _UNDER, "65", PROPOSAL),
    _limit("map.low.critical", _MAP, _C, _UNDER, "55", PROPOSAL),
    _limit("etco2.high.warning", _CO2, _W, _OVER, "50", "JBI review: hypoventilation"),
    _limit("etco2.high.critical", _CO2, _C, _AT_OVER, "60", PROPOSAL),
    _limit("etco2.low.warning", _CO2, _W, _UNDER, "30", PROPOSAL),
    _limit("temperature.high.advisory", _TEMPERATURE, _A, _AT_OVER, "38.1", "NEWS2 score 1"),
    _limit("temperature.high.warning", _TEMPERATURE, _W, _AT_OVER, "39.1", "NEWS2 score 2"),
    _limit("temperature.low.advisory", _TEMPERATURE, _A, _AT_UNDER, "36.0", "NEWS2 score 1"),
    _limit("temperature.low.warning", _TEMPERATURE, _W, _AT_UNDER, "35.0", "NEWS2 score 3"),
)  # fmt: skip
