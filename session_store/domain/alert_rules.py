"""Alert rules as data: one row a cell of the clinical tables, each with its source or "our proposal".

`RULE_SET_VERSION` is stored with every alert. Nothing here judges: the modules behind `alert_evaluation` do.
Sources: Cohen 2018 = Reg Anesth Pain Med 2018;43:521-546; NEWS2 = RCP 2017; CTCAE = NCI CTCAE v5; SCIRP = published
low-dose ketamine emergency-department protocol (no start beyond SBP 90/180, HR 50/150, RR 10/30).
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from session_store.domain.alert import Level

RULE_SET_VERSION = 1
PROPOSAL = "our proposal, needs the medical director"


class Comparison(StrEnum):
    """On which side of the limit a value alerts."""

    BELOW = "below"
    AT_OR_BELOW = "at or below"
    ABOVE = "over"
    AT_OR_ABOVE = "at or over"


LOW_SIDE = frozenset({Comparison.BELOW, Comparison.AT_OR_BELOW})


class Against(StrEnum):
    """What the limit is measured from."""

    ABSOLUTE = "absolute"
    PERCENT_OVER_BASELINE = "percent over baseline"
    PERCENT_UNDER_BASELINE = "percent under baseline"
    POINTS_UNDER_BASELINE = "points under baseline"


@dataclass(frozen=True, slots=True)
class VitalRule:
    """One limit of one vital sign at one level.

    `only_from` keeps a relative line silent below an absolute value; `percent_under_baseline_too` makes an absolute
    line count only when the value is also that far under the patient's baseline; `with_symptoms` and
    `with_sedation` need that company in the last 15 min.
    """

    rule_id: str
    condition: str
    sign: str
    level: Level
    comparison: Comparison
    limit: Decimal
    citation: str
    against: Against = Against.ABSOLUTE
    only_from: Decimal | None = None
    percent_under_baseline_too: Decimal | None = None
    with_symptoms: bool = False
    with_sedation: bool = False

    @property
    def needs_baseline(self) -> bool:
        """Whether the rule cannot be judged without this patient's baseline."""
        return self.against is not Against.ABSOLUTE or self.percent_under_baseline_too is not None


@dataclass(frozen=True, slots=True)
class SituationRule:
    """A rule about dose, effects or silence; the condition is computed, the row carries words and source."""

    rule_id: str
    condition: str
    level: Level
    text: str
    citation: str
    limit: Decimal | None = None
    clears_on_acknowledgement: bool = False


_A, _W, _C = Level.ADVISORY, Level.WARNING, Level.CRITICAL
_UNDER, _AT_UNDER, _OVER, _AT_OVER = (
    Comparison.BELOW,
    Comparison.AT_OR_BELOW,
    Comparison.ABOVE,
    Comparison.AT_OR_ABOVE,
)
_SBP, _DBP = "systolic_mmhg", "diastolic_mmhg"
_HR, _RR, _SPO2 = "heart_rate_per_min", "respiratory_rate_per_min", "spo2_percent"


def _row(
    rule_id: str, sign: str, level: Level, comparison: Comparison, limit: str, citation: str, **more: object
) -> VitalRule:
    condition = ".".join(rule_id.split(".")[:2])
    return VitalRule(rule_id, condition, sign, level, comparison, Decimal(limit), citation, **more)  # type: ignore[arg-type]


VITAL_RULES: tuple[VitalRule, ...] = (
    _row("spo2.low.advisory", _SPO2, _A, _UNDER, "95", f"Mayo protocol NCT05803551 entry limit; {PROPOSAL}"),
    _row("spo2.low.warning", _SPO2, _W, _UNDER, "92", f"modified Aldrete, NEWS2; {PROPOSAL}"),
    _row("spo2.low.warning.baseline", _SPO2, _W, _UNDER, "4", PROPOSAL, against=Against.POINTS_UNDER_BASELINE),
    _row("spo2.low.critical", _SPO2, _C, _UNDER, "90", f"modified Aldrete, NEWS2; {PROPOSAL}"),
    _row("spo2.low.critical.sedated", _SPO2, _C, _AT_UNDER, "91", f"NEWS2; {PROPOSAL}", with_sedation=True),
    _row("rr.low.advisory", _RR, _A, _AT_UNDER, "11", f"NEWS2 score 1; {PROPOSAL}"),
    _row("rr.low.warning", _RR, _W, _UNDER, "10", f"SCIRP; {PROPOSAL}"),
    _row("rr.low.critical", _RR, _C, _AT_UNDER, "8", f"NEWS2 score 3; {PROPOSAL}"),
    _row("rr.high.advisory", _RR, _A, _AT_OVER, "21", f"NEWS2 score 2; {PROPOSAL}"),
    _row("rr.high.warning", _RR, _W, _AT_OVER, "25", f"NEWS2 score 3; {PROPOSAL}"),
    _row("rr.high.critical", _RR, _C, _OVER, "30", f"SCIRP; {PROPOSAL}"),
    _row("hr.high.advisory", _HR, _A, _OVER, "110", f"NEWS2; {PROPOSAL}"),
    _row("hr.high.warning", _HR, _W, _OVER, "120", f"NCT05803551; {PROPOSAL}"),
    _row("hr.high.critical", _HR, _C, _AT_OVER, "131", f"NEWS2 score 3; {PROPOSAL}"),
    _row("hr.low.advisory", _HR, _A, _UNDER, "60", PROPOSAL, percent_under_baseline_too=Decimal(20)),
    _row("hr.low.warning", _HR, _W, _UNDER, "50", f"SCIRP; {PROPOSAL}"),
    _row("hr.low.critical", _HR, _C, _AT_UNDER, "40", f"NEWS2 score 3; {PROPOSAL}"),
    _row(
        "sbp.high.advisory.baseline",
        _SBP,
        _A,
        _OVER,
        "20",
        f"modified PADSS band; {PROPOSAL}",
        against=Against.PERCENT_OVER_BASELINE,
        only_from=Decimal(130),
    ),
    _row("sbp.high.warning", _SBP, _W, _AT_OVER, "160", f"CTCAE grade 3; {PROPOSAL}"),
    _row(
        "sbp.high.warning.baseline",
        _SBP,
        _W,
        _OVER,
        "30",
        PROPOSAL,
        against=Against.PERCENT_OVER_BASELINE,
        only_from=Decimal(140),
    ),
    _row("sbp.high.critical", _SBP, _C, _OVER, "180", f"SCIRP, NCT05803551; {PROPOSAL}"),
    _row("sbp.high.critical.symptoms", _SBP, _C, _AT_OVER, "160", f"CTCAE grade 3; {PROPOSAL}", with_symptoms=True),
    _row("sbp.low.advisory", _SBP, _A, _AT_UNDER, "100", f"NEWS2; {PROPOSAL}"),
    _row("sbp.low.warning", _SBP, _W, _UNDER, "90", f"SCIRP, NCT05803551; {PROPOSAL}"),
    _row("sbp.low.warning.baseline", _SBP, _W, _UNDER, "30", PROPOSAL, against=Against.PERCENT_UNDER_BASELINE),
    _row("sbp.low.critical", _SBP, _C, _AT_UNDER, "80", PROPOSAL),
    _row("sbp.low.critical.symptoms", _SBP, _C, _UNDER, "90", PROPOSAL, with_symptoms=True),
    _row("dbp.high.advisory", _DBP, _A, _AT_OVER, "90", f"CTCAE grade 2; {PROPOSAL}"),
    _row("dbp.high.warning", _DBP, _W, _AT_OVER, "100", f"CTCAE grade 3; {PROPOSAL}"),
    _row("dbp.high.critical", _DBP, _C, _AT_OVER, "110", PROPOSAL),
)

# The same rows as the judges read them: by sign, then by condition.
RULES_BY_SIGN: dict[str, dict[str, tuple[VitalRule, ...]]] = {
    sign: {
        condition: tuple(rule for rule in VITAL_RULES if rule.condition == condition)
        for condition in dict.fromkeys(rule.condition for rule in VITAL_RULES if rule.sign == sign)
    }
    for sign in dict.fromkeys(rule.sign for rule in VITAL_RULES)
}
SIGN_OF_CONDITION: dict[str, str] = {rule.condition: rule.sign for rule in VITAL_RULES}

# A level is left only this far inside its limit, or after two in-range hand values (clinical.md 7.2 gives SBP 10 and
# SpO2 2; the others are our proposal).
HYSTERESIS: dict[str, Decimal] = {
    _SPO2: Decimal(2),
    _RR: Decimal(1),
    _HR: Decimal(5),
    _SBP: Decimal(10),
    _DBP: Decimal(5),
}

_SETTING = (
    "Cohen 2018 rec. on setting (grade A, low certainty): above 1 mg/kg/h a monitored setting with resuscitation "
    "equipment and personnel"
)
_RANGE = "Cohen 2018 rec. on infusion dose (grade C, low certainty): 0.5 to 2 mg/kg/h, up to 7 in intensive care"

RATE_RULES: tuple[SituationRule, ...] = (
    SituationRule(
        "rate.setting.warning", "rate.setting", _W, "setting not attested as monitored", _SETTING, Decimal(1)
    ),
    SituationRule(
        "rate.setting.critical",
        "rate.setting",
        _C,
        "setting not attested as monitored",
        f"{_SETTING}; the step at 2 is {PROPOSAL}",
        Decimal(2),
    ),
    SituationRule("rate.range.advisory", "rate.range", _A, "over the guideline's 2 mg/kg/h", _RANGE, Decimal(2)),
    SituationRule("rate.range.critical", "rate.range", _C, "over 7 mg/kg/h", _RANGE, Decimal(7)),
)

_BOLUS = "Cohen 2018 rec. on bolus (grade C, low certainty): up to 0.35 mg/kg"

SITUATION_RULES: dict[str, SituationRule] = {
    rule.rule_id: rule
    for rule in (
        SituationRule(
            "bolus.dose.warning",
            "bolus.dose",
            _W,
            "over the guideline's 0.35 mg/kg",
            _BOLUS,
            Decimal("0.35"),
            clears_on_acknowledgement=True,
        ),
        SituationRule(
            "bolus.dose.critical",
            "bolus.dose",
            _C,
            "over 4.5 mg/kg",
            f"top of the label's anaesthetic range; {PROPOSAL}",
            Decimal("4.5"),
            clears_on_acknowledgement=True,
        ),
        SituationRule(
            "effect.emergency.critical", "effect.emergency", _C, "emergency", PROPOSAL, clears_on_acknowledgement=True
        ),
        SituationRule(
            "effect.grade.warning",
            "effect.grade",
            _W,
            "grade 3",
            f"CTCAE general scale; {PROPOSAL}",
            clears_on_acknowledgement=True,
        ),
        SituationRule(
            "effect.grade.critical",
            "effect.grade",
            _C,
            "grade 4 or 5",
            f"CTCAE general scale; {PROPOSAL}",
            clears_on_acknowledgement=True,
        ),
        SituationRule(
            "event.serious.critical", "event.serious", _C, "Serious event", PROPOSAL, clears_on_acknowledgement=True
        ),
        SituationRule("sign.absent.critical", "sign.absent", _C, "not found at the patient", PROPOSAL),
        SituationRule("sign.verify.advisory", "sign.verify", _A, "one monitor value, verify at the patient", PROPOSAL),
        SituationRule("overdue.advisory", "overdue", _A, "overdue", f"schedule after published protocols; {PROPOSAL}"),
        SituationRule("overdue.warning", "overdue", _W, "overdue", f"schedule after published protocols; {PROPOSAL}"),
        SituationRule("monitor.silent.warning", "monitor.silent", _W, "No signal from the monitor", PROPOSAL),
        SituationRule(
            "start.missing.warning",
            "start.missing",
            _W,
            "Started without",
            f"Cohen 2018 on baseline and setting; {PROPOSAL}",
            clears_on_acknowledgement=True,
        ),
        SituationRule(
            "rule.failed.warning",
            "rule.failed",
            _W,
            "A rule could not be judged",
            PROPOSAL,
            clears_on_acknowledgement=True,
        ),
    )
}

ALL_RULES: tuple[VitalRule | SituationRule, ...] = (*VITAL_RULES, *RATE_RULES, *SITUATION_RULES.values())

# Times in seconds. The window of 2-5 min and the 60 s are from clinical-decisions 5; 3 min within it is our proposal.
REMEASURE_WINDOW_SECONDS = 180
UNANSWERED_AFTER_SECONDS = 60
MONITOR_WARNING_SECONDS = 60
MONITOR_SILENT_SECONDS = 120
SYMPTOM_SECONDS = 15 * 60

SIGN_WORDS: dict[str, tuple[str, str]] = {
    _HR: ("Heart rate", "/min"),
    _SBP: ("Systolic", "mmHg"),
    _DBP: ("Diastolic", "mmHg"),
    _SPO2: ("SpO2", "%"),
    _RR: ("Breaths", "/min"),
    "mean_arterial_mmhg": ("Mean pressure", "mmHg"),
    "end_tidal_co2_mmhg": ("EtCO2", "mmHg"),
    "temperature_celsius": ("Temperature", "Cel"),
}

# Sedation levels that count as "warning level or worse" with a low SpO2 (clinical.md 2.4, clinical-decisions 4), and
# those at which a patient is awake enough to give a pain score (RASS >= -1 or equivalent).
SEDATION_WARNING: dict[str, frozenset[int]] = {
    "rass": frozenset({-2, -3, -4, -5}),
    "poss": frozenset({3, 4}),
    "moaas": frozenset({0, 1, 2, 3}),
    "ramsay": frozenset({4, 5, 6}),
}
BENZODIAZEPINES_AND_OPIOIDS = frozenset(
    {"midazolam", "lorazepam", "diazepam", "morphine", "fentanyl", "hydromorphone", "oxycodone", "remifentanil"}
)
