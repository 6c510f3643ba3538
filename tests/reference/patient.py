"""What is known of the patient and the team, from the entries read so far: plain loops over the record."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.entries import Entry
from session_store.domain.rules.rule_set import RuleSet
from tests.reference.record import FIRST_DRUG_KINDS, baseline_entry, by_time, value_of


def contents_of(read: list[Entry], *kinds: str) -> list[Any]:
    """The contents of these kinds in the order in which they were true."""
    return [entry.content for entry in by_time(read) if entry.content.kind in kinds]


def plan_of(read: list[Entry]) -> Any:
    """The plan of the session."""
    return contents_of(read, "session_planned")[-1]


def is_outside_rule_set(read: list[Entry]) -> bool:
    """Under 18, or esketamine: the adult racemic limits are not judged (clinical-decisions 7)."""
    plan = plan_of(read)
    return bool(plan.age_years < 18 or plan.drug == "esketamine")


def weight_of(read: list[Entry]) -> Entry | None:
    """The weight recorded last holds, whenever it was measured."""
    weights = [entry for entry in read if entry.content.kind == "weight"]
    return max(weights, key=lambda entry: entry.seq, default=None)


def weight_kg(read: list[Entry]) -> Fraction | None:
    entry = weight_of(read)
    content: Any = None if entry is None else entry.content
    return None if content is None else Fraction(content.weight_kg)


def attestation_of(read: list[Entry]) -> Any:
    """What was attested of the setting; it lapses when the supervision is handed over."""
    attested = None
    for content in contents_of(read, "setting_attested", "supervision_handover"):
        attested = content if content.kind == "setting_attested" else None
    return attested


def is_monitored(read: list[Entry]) -> bool:
    attested = attestation_of(read)
    return attested is not None and attested.is_monitored


def first_drug_at(read: list[Entry]) -> datetime | None:
    """When the first drug of the session was given, premedication included."""
    times = [entry.effective_at for entry in read if entry.content.kind in FIRST_DRUG_KINDS]
    return min(times, default=None)


def baseline_of(read: list[Entry], sign: str) -> Decimal | None:
    """The last value before the first drug, at most 30 min before it (clinical-decisions 3)."""
    entry = baseline_entry(read, sign)
    return None if entry is None else value_of(entry, sign)


def newest_value(read: list[Entry], sign: str) -> Entry | None:
    """The entry with the newest value of a sign."""
    with_value = [entry for entry in by_time(read) if value_of(entry, sign) is not None]
    return with_value[-1] if with_value else None


def newest_statement(read: list[Entry], sign: str) -> Entry | None:
    """The entry with the newest word about a sign: a value, or why there is none."""
    told = [entry for entry in by_time(read) if value_of(entry, sign) is not None or is_missing_in(entry, sign)]
    return told[-1] if told else None


def is_missing_in(entry: Entry, sign: str) -> bool:
    """Whether an entry says why there is no value of the sign."""
    content: Any = entry.content
    return content.kind == "vital_signs" and sign in content.not_measured


def newest_answer(read: list[Entry], kind: str, name: str) -> Entry | None:
    """The entry of a kind with the newest answer to one question."""
    answers = [one for one in by_time(read) if one.content.kind == kind and getattr(one.content, name) is not None]
    return answers[-1] if answers else None


def is_sedated(read: list[Entry], rules: RuleSet) -> bool:
    """Whether the last sedation level is at warning level or worse."""
    entry = newest_answer(read, "sedation", "level")
    level = None if entry is None else scale_level(entry.content, "sedation.deep", rules)
    return level is not None and level >= Level.WARNING


def scale_level(content: Any, condition: str, rules: RuleSet) -> Level | None:
    """The level of a charted sedation level by the rows of its own scale."""
    rows = rules.by_condition.get(condition, ())
    found = [row.level for row in rows if row.scale == content.scale and str(int(content.level)) in row.levels]
    return max(found, default=None)


def limits_of_patient(read: list[Entry]) -> dict[str, Decimal]:
    """The limits that a physician has set for this patient: by rule, the newest."""
    return {content.rule_id: content.limit for content in contents_of(read, "patient_limit")}


def oxygen_target_of(read: list[Entry]) -> str:
    """The prescribed saturation."""
    prescribed = contents_of(read, "oxygen_target")
    return prescribed[-1].target if prescribed else "usual"


def has_risk(read: list[Entry]) -> bool:
    """Respiratory disease, sleep apnoea risk, opioids or benzodiazepines at home."""
    names = ("takes_home_opioids", "takes_home_benzodiazepines", "has_respiratory_disease", "has_sleep_apnoea_risk")
    risks: dict[str, bool] = {}
    for content in contents_of(read, "patient_history"):
        risks |= {name: getattr(content, name) for name in names if getattr(content, name) is not None}
    return any(risks.values())
