"""What one alert rule says: a row of data with an id, words, limit, clearing rule, citation and grade.

Nothing here judges: the modules `*_judging` do. Sources in the tables: Cohen 2018 = Reg Anesth Pain Med 2018;
43:521-546; NEWS2 = RCP 2017; CTCAE = NCI CTCAE v5; SCIRP = published low-dose ketamine emergency-department protocol
(no start beyond SBP 90/180, HR 50/150, RR 10/30).
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from session_store.domain.alert import Level

PROPOSAL = "our proposal, needs the medical director"


class RuleKind(StrEnum):
    """What a rule looks at."""

    THRESHOLD = "threshold"
    RELATIVE_TO_BASELINE = "relative to baseline"
    SCALE_LEVEL = "level of a scale"
    DOSE = "dose"
    OVERDUE = "overdue"
    MISSING = "missing"
    CONTRADICTION = "contradiction"
    EVENT = "event"
    START_GATE = "start gate"
    DISCHARGE_GATE = "discharge gate"
    INFORMATION = "information"


class Clearing(StrEnum):
    """How an alert of the rule ends. A missing value never ends one."""

    WELL_INSIDE = "a value well inside the limit, or two milder values (60 s of them from a monitor)"
    CONDITION_OVER = "the condition is over"
    MEASURED = "a measured value"
    ACKNOWLEDGED = "somebody has acknowledged it"
    NOT_RAISED = "not raised as an alert"


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
class AlertRule:
    """One rule at one level; rules of one `condition` share one alert, which stands at the worst of them.

    `words` is what the alert says beside the value, `{limit}` standing for the limit. `grade` and `certainty` are those
    of the guideline; `is_proposal` where no source prints the figure. `only_from` keeps a relative line silent below
    an absolute value; `percent_under_baseline_too` makes an absolute line count only when the value is also that far
    under the patient's baseline; `with_symptoms` and `with_sedation` need that company in the last 15 min;
    `oxygen_target` makes a row count only for patients with (or without) the prescribed target; `scale` and `levels`
    name the levels of a scale; `choices` are what a clinic has chosen from. `hysteresis` is how far inside its limit
    a value must be to end the alert; `window_seconds` the silence in which a lone warning may be measured again.
    """

    rule_id: str
    kind: RuleKind
    level: Level
    words: str
    citation: str
    clearing: Clearing
    is_proposal: bool = True
    grade: str | None = None
    certainty: str | None = None
    limit: Decimal | None = None
    unit: str = ""
    sign: str | None = None
    comparison: Comparison | None = None
    against: Against = Against.ABSOLUTE
    only_from: Decimal | None = None
    percent_under_baseline_too: Decimal | None = None
    with_symptoms: bool = False
    with_sedation: bool = False
    oxygen_target: str | None = None
    scale: str | None = None
    levels: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    hysteresis: Decimal = Decimal(0)
    window_seconds: int = 0

    @property
    def condition(self) -> str:
        """What the rule is about, without its level: `spo2.low` of `spo2.low.warning`."""
        return ".".join(self.rule_id.split(".")[:2])

    @property
    def needs_baseline(self) -> bool:
        """Whether the rule cannot be judged without this patient's baseline."""
        return self.against is not Against.ABSOLUTE or self.percent_under_baseline_too is not None

    @property
    def is_low_side(self) -> bool:
        """Whether values under the limit alert."""
        return self.comparison in LOW_SIDE

    @property
    def clears_on_acknowledgement(self) -> bool:
        """Whether the alert is over once somebody has seen it: what has happened cannot un-happen."""
        return self.clearing is Clearing.ACKNOWLEDGED

    def plain_words(self) -> str:
        """What the rule says, with its limit."""
        return self.words.format(limit="" if self.limit is None else f"{self.limit:f}")

    def source(self) -> str:
        """The citation with grade and certainty as the guideline prints them, or that the figure is ours."""
        graded = f" (grade {self.grade}, {self.certainty} certainty)" if self.grade else ""
        return f"{self.citation}{graded}" + (f"; {PROPOSAL}" if self.is_proposal and self.citation != PROPOSAL else "")


@dataclass(frozen=True, slots=True)
class SignWords:
    """Name and unit of a sign on the screens."""

    name: str
    unit: str


SIGN_WORDS: dict[str, SignWords] = {
    "heart_rate_per_min": SignWords("Heart rate", "/min"),
    "systolic_mmhg": SignWords("Systolic", "mmHg"),
    "diastolic_mmhg": SignWords("Diastolic", "mmHg"),
    "spo2_percent": SignWords("SpO2", "%"),
    "respiratory_rate_per_min": SignWords("Breaths", "/min"),
    "mean_arterial_mmhg": SignWords("Mean pressure", "mmHg"),
    "end_tidal_co2_mmhg": SignWords("EtCO2", "mmHg"),
    "temperature_celsius": SignWords("Temperature", "°C"),
    "sedation": SignWords("Sedation", ""),
}
