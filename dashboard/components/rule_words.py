"""The alert rules in the words of their page: in which section a rule stands, what its condition is called, what it
says with its limit, and how it ends."""

from session_store.domain.entry_choices import OxygenTarget
from session_store.domain.rules.model import SIGN_WORDS, Against, AlertRule, Clearing, RuleKind

SECTION_TITLES: dict[str, str] = {
    "vital_signs": "Vital signs",
    "consciousness": "Consciousness",
    "dose": "Dose",
    "situations": "Situations",
    "start": "Before the start",
    "discharge": "Discharge home",
}
_SECTION_OF_KIND: dict[RuleKind, str] = {
    RuleKind.THRESHOLD: "vital_signs",
    RuleKind.RELATIVE_TO_BASELINE: "vital_signs",
    RuleKind.SCALE_LEVEL: "consciousness",
    RuleKind.DOSE: "dose",
    RuleKind.CONTRADICTION: "dose",
    RuleKind.INFORMATION: "dose",
    RuleKind.START_GATE: "start",
    RuleKind.DISCHARGE_GATE: "discharge",
}

CONDITION_TITLES: dict[str, str] = {
    "spo2.low": "SpO2 low",
    "rr.low": "Breaths low",
    "rr.high": "Breaths high",
    "hr.high": "Heart rate high",
    "hr.low": "Heart rate low",
    "sbp.high": "Systolic high",
    "sbp.low": "Systolic low",
    "dbp.high": "Diastolic high",
    "map.low": "Mean pressure low",
    "etco2.high": "EtCO2 high",
    "etco2.low": "EtCO2 low",
    "temperature.high": "Temperature high",
    "temperature.low": "Temperature low",
    "sedation.deep": "Sedation",
    "sedation.agitated": "Agitation",
    "acvpu.reduced": "ACVPU",
    "rate.setting": "Rate outside a monitored setting",
    "rate.range": "Rate against the guideline's range",
    "dose.hour": "Delivered in the rolling 60 min",
    "bolus.dose": "Bolus",
    "bolus.role": "Who may give a bolus",
    "dose.plan": "Planned total",
    "dose.duration": "Planned end",
    "rate.contradiction": "Rate against pump, bag and weight",
    "pump.volume": "Volume on the pump",
    "end.total": "Total, after the end",
    "end.duration": "Duration, after the end",
    "effect.emergency": "Adverse effect, emergency",
    "effect.grade": "Adverse effect, by grade",
    "event.serious": "Serious event",
    "sign.absent": "Sign not found",
    "sign.verify": "Lone extreme of a monitor",
    "etco2.waveform": "EtCO2 waveform",
    "overdue.sign": "Vital sign overdue",
    "overdue.sedation": "Sedation level overdue",
    "monitor.silent": "Monitor silent",
    "sign.no_signal": "Sign without a signal",
    "tablet.silent": "Tablet silent",
    "alert.unanswered": "Alert not answered",
    "start.missing": "Started without",
    "discharge.unmet": "Discharged without",
    "rule.failed": "Rule that failed",
}

# Items of a gate that have a limit or a choice, named where they are changed.
_GATE_NAMES: dict[str, str] = {
    "start.age.held": "Age at the start",
    "start.weight_old.held": "Age of the weight",
    "start.systolic_high.held": "Systolic before the start, high",
    "start.systolic_low.held": "Systolic before the start, low",
    "start.heart_rate_high.held": "Heart rate before the start, high",
    "start.heart_rate_low.held": "Heart rate before the start, low",
    "start.breaths_high.held": "Breaths before the start, high",
    "start.breaths_low.held": "Breaths before the start, low",
    "start.spo2_low.held": "SpO2 before the start, low",
    "start.systolic_caution.advisory": "Systolic before the start, caution",
    "start.diastolic_caution.advisory": "Diastolic before the start, caution",
    "discharge.score.held": "Discharge score",
    "discharge.score_fresh.held": "Age of the discharge score",
    "discharge.stable_sets.held": "Stable sets in a row",
    "discharge.sets_apart.held": "Time between stable sets",
    "discharge.set_fresh.held": "Age of the newest set",
    "discharge.observed.held": "Time since ketamine or a sedative",
    "discharge.reversed.held": "Time since naloxone or flumazenil",
}

# Rules whose own words stand beside a value in an alert, and would say too little alone.
_PAGE_WORDS: dict[str, str] = {
    "rate.setting.warning": "Over {limit} mg/kg/h, setting not attested as monitored",
    "rate.setting.critical": "Over {limit} mg/kg/h, setting not attested as monitored",
    "dose.hour.warning": "Over {limit} mg/kg in 60 min, setting not attested as monitored",
    "dose.hour.critical": "Over {limit} mg/kg in 60 min, setting not attested as monitored",
    "rate.contradiction.warning": "Rate recorded differs by more than {limit} % from pump, bag or weight",
    "pump.volume.warning": "Pump and record differ by more than {limit} %",
    "effect.emergency.critical": "An effect that is an emergency",
    "effect.grade.warning": "An effect of grade 3",
    "effect.grade.critical": "An effect of grade 4 or 5",
    "sign.absent.critical": "A sign was not found at the patient",
    "sign.verify.advisory": "One extreme monitor value: verify at the patient",
    "etco2.waveform.critical": "Waveform absent, and breaths missing or SpO2 fallen by {limit} points",
    "overdue.sign.advisory": "{limit} min past due",
    "overdue.sign.warning": "{limit} times its interval since the last value",
    "overdue.sedation.advisory": "{limit} min past due",
    "monitor.silent.warning": "No signal from the monitor for {limit} s",
    "sign.no_signal.warning": "No signal of one sign from the monitor for {limit} s",
    "tablet.silent.warning": "Tablet not heard for {limit} s",
    "alert.unanswered.critical": "Nobody has answered a critical alert for {limit} s",
    "start.missing.warning": "The infusion was started without what the start needs",
    "discharge.unmet.warning": "The patient went home without what a discharge needs",
    "start.baseline_heart_rate.held": "Baseline heart rate",
    "start.baseline_systolic.held": "Baseline systolic pressure",
    "start.baseline_breaths.held": "Baseline breaths",
    "discharge.score.held": "Score of at least {limit}, by the score that the clinic has chosen",
}
_SCALE_NAMES = {"rass": "RASS", "poss": "POSS", "moaas": "MOAA/S", "ramsay": "Ramsay"}
_UNIT_NAMES = {"Cel": "°C"}

_ENDS = {
    Clearing.CONDITION_OVER: "Ends when the condition is over",
    Clearing.MEASURED: "Ends with a measured value",
    Clearing.ACKNOWLEDGED: "Ends when somebody has acknowledged it",
}


def section_of(rule: AlertRule) -> str:
    """The section of the page in which a rule stands, a key of `SECTION_TITLES`."""
    return _SECTION_OF_KIND.get(rule.kind, "situations")


def condition_title(rule: AlertRule) -> str:
    """What the condition is called; empty for items of a gate, which stand for themselves."""
    return CONDITION_TITLES.get(rule.condition, "")


def rule_name(rule: AlertRule) -> str:
    """What tells a rule from the others where its limit is not said: condition, level, and in which company."""
    title = condition_title(rule)
    if not title:
        return _GATE_NAMES.get(rule.rule_id) or rule_words(rule)
    said = (
        (rule.clearing is not Clearing.NOT_RAISED, rule.level.word),
        (rule.with_sedation, "while sedated"),
        (rule.with_symptoms, "with symptoms"),
        (rule.oxygen_target == OxygenTarget.TARGET_88_92, "target 88-92 %"),
        (rule.against is not Against.ABSOLUTE, "against baseline"),
    )
    return ", ".join([title, *(words for is_so, words in said if is_so)])


def unit_words(rule: AlertRule) -> str:
    """The unit of the limit as people read it."""
    return _UNIT_NAMES.get(rule.unit, rule.unit)


def rule_words(rule: AlertRule) -> str:
    """What the rule says, with its limit, as a line of its own."""
    limit = "" if rule.limit is None else f"{rule.limit:f}"
    said = _PAGE_WORDS.get(rule.rule_id, rule.words).format(limit=limit).replace(" Cel", " °C")
    if rule.scale in _SCALE_NAMES:
        said = f"{_SCALE_NAMES[rule.scale]} {', '.join(rule.levels)}: {said}"
    return f"{said[:1].upper()}{said[1:]}{_company(rule)}"


def _company(rule: AlertRule) -> str:
    """What a value needs beside being beyond the limit, where the rule's own words do not say it."""
    if rule.percent_under_baseline_too is not None:
        return f", and at least {rule.percent_under_baseline_too:f} % under baseline"
    return "" if rule.only_from is None else f", from {rule.only_from:f} {_sign_unit(rule)} on"


def _sign_unit(rule: AlertRule) -> str:
    unit = SIGN_WORDS[rule.sign].unit if rule.sign in SIGN_WORDS else rule.unit
    return _UNIT_NAMES.get(unit, unit)


def level_words(rule: AlertRule) -> str:
    """The level of an alert; what a gate does with an item, where no alert is raised."""
    if rule.clearing is not Clearing.NOT_RAISED:
        return rule.level.word.capitalize()
    if rule.kind is RuleKind.INFORMATION:
        return "Information"
    return "Caution" if rule.level.word == "advisory" else "Holds"


def ending_words(rule: AlertRule) -> str:
    """How an alert of the rule ends, and how long a lone warning is silent; empty where none is raised."""
    if rule.clearing is Clearing.NOT_RAISED:
        return ""
    ends = _ENDS.get(rule.clearing) or _well_inside(rule)
    silent = f"silent {rule.window_seconds // 60} min for a second value" if rule.window_seconds else ""
    return "; ".join(one for one in (ends, silent) if one)


def _well_inside(rule: AlertRule) -> str:
    unit = _sign_unit(rule).replace("%", "points")
    return f"Ends {rule.hysteresis:f} {unit} inside the limit, or with two milder values (monitor: 60 s)"
