"""Limits of what can be typed: absolute bounds refuse, recommended bounds ask.

A value outside the absolute bounds cannot be a fact and is refused. A value outside the recommended bounds is
unusual: a person confirms it, a device's is recorded with a warning. Neither pair says that a value is *normal*;
alert levels are a different table (`rules`).
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Zone(StrEnum):
    """Where a value lies."""

    USUAL = "usual"
    UNUSUAL = "unusual"
    IMPOSSIBLE = "impossible"


@dataclass(frozen=True, slots=True)
class Limits:
    """Absolute bounds around recommended bounds, all inclusive, in one unit."""

    absolute_low: Decimal
    absolute_high: Decimal
    recommended_low: Decimal
    recommended_high: Decimal
    unit: str

    def __post_init__(self) -> None:
        bounds = (self.absolute_low, self.recommended_low, self.recommended_high, self.absolute_high)
        if list(bounds) != sorted(bounds):
            raise ValueError(f"limits out of order: {bounds}")

    def zone(self, value: Decimal) -> Zone:
        """The zone of one value in this unit."""
        if not self.absolute_low <= value <= self.absolute_high:
            return Zone.IMPOSSIBLE
        if not self.recommended_low <= value <= self.recommended_high:
            return Zone.UNUSUAL
        return Zone.USUAL

    def absolute_text(self) -> str:
        """The absolute bounds in words, for a refusal."""
        return f"{self.absolute_low} to {self.absolute_high} {self.unit}".strip()

    def recommended_text(self) -> str:
        """The recommended bounds in words, for a question."""
        return f"{self.recommended_low} to {self.recommended_high} {self.unit}".strip()


def _limits(absolute_low: str, absolute_high: str, recommended_low: str, recommended_high: str, unit: str) -> Limits:
    return Limits(
        Decimal(absolute_low), Decimal(absolute_high), Decimal(recommended_low), Decimal(recommended_high), unit
    )


# Bounds are our proposal (adult clinic tablet) after the MIMIC-Extract variable range table and the protocols
# collected for the soft bounds; the medical director confirms them.
HEART_RATE = _limits("10", "300", "40", "150", "/min")
SYSTOLIC = _limits("30", "300", "80", "200", "mmHg")
DIASTOLIC = _limits("10", "200", "40", "120", "mmHg")
MEAN_ARTERIAL = _limits("14", "250", "50", "150", "mmHg")
SPO2 = _limits("30", "100", "88", "100", "%")
RESPIRATORY_RATE = _limits("1", "80", "8", "30", "/min")
END_TIDAL_CO2 = _limits("1", "150", "20", "60", "mmHg")
TEMPERATURE = _limits("26", "45", "35.0", "39.0", "Cel")
WEIGHT = _limits("20", "350", "40", "180", "kg")
WEIGHT_LB = _limits("44.1", "771.6", "88.2", "396.8", "[lb_av]")
FAHRENHEIT = _limits("78.8", "113", "95.0", "102.2", "[degF]")
END_TIDAL_CO2_KPA = _limits("0.14", "20", "2.7", "8.0", "kPa")
OXYGEN_FLOW = _limits("0", "60", "0", "15", "L/min")
SEDATION_LEVEL = _limits("-5", "6", "-5", "6", "")
DISSOCIATION = _limits("0", "92", "0", "92", "points")
DISCHARGE_ITEM = _limits("0", "2", "0", "2", "points")
BAG_VOLUME = _limits("1", "5000", "10", "1000", "mL")
INFUSED_VOLUME = _limits("0", "5000", "0", "1000", "mL")
LEDGER_AMOUNT = _limits("0.01", "20000", "0.1", "2000", "mg")
VIAL_CONTENT = _limits("1", "5000", "50", "1000", "mg")
VIALS = _limits("0", "10000", "0", "500", "")
OPIOID_USE = _limits("0", "5000", "0", "300", "mg/d")
FUNCTION_SCORE = _limits("-1000", "1000", "-1000", "1000", "")
COURSE_SESSIONS = _limits("1", "200", "1", "20", "")
COURSE_INTERVAL = _limits("0", "365", "0", "90", "d")
AGE = _limits("0", "120", "18", "100", "years")
PUMP_RATE = _limits("0", "1200", "0", "500", "mL/h")
CONCENTRATION = _limits("0.01", "100", "0.1", "10", "mg/mL")
INFUSION_RATE = _limits("0", "20000", "0", "1000", "mg/h")
INFUSION_RATE_PER_KG = _limits("0", "200", "0", "7", "mg/kg/h")
BOLUS_DOSE = _limits("0.01", "1600", "0.1", "70", "mg")
DRUG_DOSE = _limits("0.0001", "100000", "0.0001", "100000", "")
PLANNED_TOTAL = _limits("1", "5000", "10", "1000", "mg")
PLANNED_DURATION = _limits("1", "14400", "10", "600", "min")
NRS = _limits("0", "10", "0", "10", "points")
VAS = _limits("0", "100", "0", "100", "mm")
CTCAE_GRADE = _limits("1", "5", "1", "5", "")
RULE_LIMIT = _limits("0.01", "10000", "0.01", "10000", "")
RULES_VERSION = _limits("1", "1000000", "1", "1000000", "")
PROMISE = _limits("1", "60", "1", "30", "min")

# A rate above the guideline's usual range (Cohen 2018, 0.5 to 2 mg/kg/h) is asked about; above the range used in
# intensive care (7 mg/kg/h) it is typed twice, recorded and critical. It is never refused: it may be what runs.
RATE_USUAL_HIGH_MG_PER_KG_PER_H = Decimal(2)
RATE_CRITICAL_MG_PER_KG_PER_H = Decimal(7)
# Bolus up to 0.35 mg/kg (Cohen 2018, grade C, low); 4.5 mg/kg is the top of the label's anaesthetic range.
BOLUS_USUAL_HIGH_MG_PER_KG = Decimal("0.35")
BOLUS_CRITICAL_MG_PER_KG = Decimal("4.5")

# Monitor values so far out that a lone one asks to be verified instead of being believed. Our proposal.
EXTREME_MONITOR_VALUES: dict[str, tuple[Decimal, Decimal]] = {
    "heart_rate_per_min": (Decimal(30), Decimal(200)),
    "respiratory_rate_per_min": (Decimal(5), Decimal(50)),
    "spo2_percent": (Decimal(60), Decimal(100)),
    "systolic_mmhg": (Decimal(50), Decimal(250)),
    "diastolic_mmhg": (Decimal(25), Decimal(150)),
}


def is_extreme(sign: str, value: Decimal) -> bool:
    """Whether a value would be verified before it is believed, if a monitor had sent it."""
    usual = EXTREME_MONITOR_VALUES.get(sign)
    return usual is not None and not usual[0] <= value <= usual[1]
