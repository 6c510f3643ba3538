"""Properties of random sets of rules: a milder level never hides a more severe one, inverted limits are refused, what
is missing is never normal, and what needs no second person lets no critical pass."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from session_store.domain.alert import Level
from session_store.domain.discharge_gate import discharge_gate
from session_store.domain.entries import SCHEDULED_SIGNS
from session_store.domain.entry_choices import Source
from session_store.domain.readiness import READINESS_RULES
from session_store.domain.rules.delivered import DELIVERED, SIGN_OF_CONDITION
from session_store.domain.rules.model import Against, AlertRule, Comparison, RuleKind
from session_store.domain.rules.rule_edits import refuse_limit
from session_store.domain.rules.rule_set import RuleSet, is_looser, needs_second_person, problems_of
from session_store.domain.session_summary import BaselineValue, SessionSummary
from session_store.domain.start_gate import start_gate
from session_store.domain.vital_sign_limits import matches
from tests.properties.plain_bedside import BEGINS, RATE, SESSION_ID, Bedside, limits_beside, rule_sets, values_of

QUICK = settings(deadline=None, derandomize=True)
CONDITIONS = sorted(SIGN_OF_CONDITION)
SIGN_ROWS = [rule for rule in DELIVERED.rules if rule.condition in SIGN_OF_CONDITION and rule.limit is not None]
SEDATION_ROWS = DELIVERED.by_condition["sedation.deep"]
GATES = (RuleKind.START_GATE, RuleKind.DISCHARGE_GATE, RuleKind.INFORMATION)


def by_id(rules: list[AlertRule]) -> st.SearchStrategy[AlertRule]:
    return st.sampled_from([rule.rule_id for rule in rules]).map(DELIVERED.rule)


# ------------------------------------------------------------------ (a) a milder level never hides a more severe one


def bedside_with_value(
    rules: RuleSet, sign: str, value: Decimal, baseline: Decimal | None, company: tuple[bool, bool]
) -> Bedside:
    """One value by hand, after a baseline, in company of sedation or symptoms or none."""
    bedside = Bedside(rules)
    if baseline is not None:
        bedside.happens("vital_signs", **{sign: baseline})
    bedside.happens("infusion_started", **RATE)
    is_sedated, has_symptoms = company
    if is_sedated:
        bedside.happens("sedation", scale="rass", level=-3)
    if has_symptoms:
        bedside.happens("adverse_effect", term="severe_headache")
    bedside.happens("vital_signs", **{sign: value})
    return bedside


@QUICK
@given(rule_sets(), st.sampled_from(CONDITIONS), st.data())
def test_a_milder_row_never_hides_a_more_severe_one(rules: RuleSet, condition: str, data: st.DataObject) -> None:
    """The set finds at least the level that each of its rows finds alone."""
    sign = SIGN_OF_CONDITION[condition]
    value, baseline = data.draw(values_of(sign)), data.draw(st.none() | values_of(sign))
    company = data.draw(st.tuples(st.booleans(), st.booleans()))
    found = bedside_with_value(rules, sign, value, baseline, company).level(condition) or 0
    for row in rules.by_condition[condition]:
        alone = RuleSet(rules.version, (row, *SEDATION_ROWS))
        assert found >= (bedside_with_value(alone, sign, value, baseline, company).level(condition) or 0), row.rule_id


# Two amounts in mg per kg, beside the limits and far from them; the same again would say nothing.
_PER_KG = "0.1 0.34 0.36 0.7 0.99 1.01 1.4 1.9 2.1 3 4.4 4.6 6.9 7.1 9 12"
AMOUNTS = st.lists(st.sampled_from(_PER_KG.split()).map(Decimal), min_size=2, max_size=2, unique=True).map(sorted)
DOSE_CONDITIONS = ("rate.setting", "rate.range", "bolus.dose", "dose.hour", "dose.plan")


def dosed(rules: RuleSet, amount_mg: Decimal, weight_kg: int, is_monitored: bool) -> dict[str, Level]:
    """What is open where the amount is the rate in mg/h, and then a bolus in mg."""
    bedside = Bedside(rules, planned_total_mg="80")
    bedside.happens("weight", weight_kg=weight_kg, basis="measured")
    bedside.happens("setting_attested", is_monitored=is_monitored, attested_by="Test Physician 1")
    bedside.happens("infusion_started", pump_rate_ml_per_h=amount_mg, concentration_mg_per_ml=1)
    levels = bedside.levels()
    bedside.happens("bolus", dose_mg=amount_mg)
    bedside.clock_acts()
    return levels | {name: level for name, level in bedside.levels().items() if name in DOSE_CONDITIONS}


@QUICK
@given(rule_sets(), AMOUNTS, st.sampled_from([45, 70, 100]), st.booleans())
def test_more_drug_never_gives_a_milder_level(
    rules: RuleSet, amounts_per_kg: list[Decimal], weight_kg: int, is_monitored: bool
) -> None:
    less, more = (dosed(rules, amount * weight_kg, weight_kg, is_monitored) for amount in amounts_per_kg)
    for condition in DOSE_CONDITIONS:
        assert less.get(condition, 0) <= more.get(condition, 0), condition
        alone = RuleSet(rules.version, rules.by_condition[condition][-1:])
        found_alone = dosed(alone, amounts_per_kg[1] * weight_kg, weight_kg, is_monitored)
        assert found_alone.get(condition, 0) <= more.get(condition, 0), condition


TIME_CONDITIONS = ("overdue.sign", "overdue.sedation", "monitor.silent", "dose.duration")


def waited(rules: RuleSet, minutes: int) -> dict[str, Level]:
    """What is open after so long without any entry."""
    bedside = Bedside(rules, planned_duration_min="30")
    bedside.happens("infusion_started", **RATE)
    bedside.happens("vital_signs", source=Source.MONITOR, heart_rate_per_min=70)
    bedside.clock_acts(timedelta(minutes=minutes))
    return bedside.levels()


@QUICK
@given(rule_sets(), st.lists(st.integers(0, 90), min_size=2, max_size=2, unique=True).map(sorted))
def test_a_longer_wait_never_gives_a_milder_level(rules: RuleSet, minutes: list[int]) -> None:
    shorter, longer = (waited(rules, one) for one in minutes)
    assert all(shorter.get(name, 0) <= longer.get(name, 0) for name in TIME_CONDITIONS)


# --------------------------------------------------------------------------------------- (b) limits cannot be inverted


@QUICK
@given(rule_sets())
def test_a_set_changed_limit_by_limit_makes_sense(rules: RuleSet) -> None:
    assert problems_of(rules) == []


def is_milder_of_one_kind(milder: AlertRule, worse: AlertRule) -> bool:
    """Two rows of one condition that differ in level and limit alone."""
    names = ("condition", "kind", "against", "oxygen_target", "with_symptoms", "with_sedation")
    is_same = all(getattr(milder, name) == getattr(worse, name) for name in names)
    return is_same and milder.level < worse.level and None not in (milder.limit, worse.limit, milder.comparison)


PAIRS = [
    (milder.rule_id, worse.rule_id)
    for milder in DELIVERED.rules
    for worse in DELIVERED.by_condition[milder.condition]
    if is_milder_of_one_kind(milder, worse)
]


@QUICK
@given(rule_sets(), st.sampled_from(PAIRS), st.decimals(Decimal("0.01"), 20, places=2))
def test_a_severer_limit_looser_than_a_milder_one_is_refused(
    rules: RuleSet, pair: tuple[str, str], beyond: Decimal
) -> None:
    milder, worse = rules.rule(pair[0]), rules.rule(pair[1])
    assert milder.limit is not None
    is_falling = worse.comparison in (Comparison.BELOW, Comparison.AT_OR_BELOW) and worse.against is Against.ABSOLUTE
    limit = milder.limit + beyond if is_falling else milder.limit - beyond
    inverted = rules.with_limits({worse.rule_id: limit})
    assert worse.rule_id in {problem.rule_id for problem in problems_of(inverted)}
    assert list(refuse_limit(rules, worse.rule_id, limit))


def test_every_sign_with_both_sides_has_pairs_that_can_be_inverted() -> None:
    assert {rule_id.split(".")[0] for pair in PAIRS for rule_id in pair} >= {"spo2", "rr", "hr", "sbp", "rate", "bolus"}


LOW_AND_HIGH = [
    (low.rule_id, high.rule_id)
    for low in SIGN_ROWS
    for high in SIGN_ROWS
    if low.sign == high.sign and low.is_low_side and not high.is_low_side
    and low.against is high.against is Against.ABSOLUTE
]  # fmt: skip


@QUICK
@given(st.sampled_from(LOW_AND_HIGH), st.decimals(0, 30, places=1))
def test_a_low_limit_that_reaches_a_high_one_is_refused(pair: tuple[str, str], beyond: Decimal) -> None:
    low, high = pair
    assert problems_of(DELIVERED.with_limits({low: DELIVERED.limit(high) + beyond}))
    assert problems_of(DELIVERED.with_limits({high: DELIVERED.limit(low) - beyond}))


@pytest.mark.parametrize("limit", ["0", "-1", "NaN", "Infinity"])
def test_a_limit_that_is_no_number_above_zero_is_refused(limit: str) -> None:
    assert problems_of(DELIVERED.with_limits({"spo2.low.critical": Decimal(limit)}))


# ------------------------------------------------------------------------------------- (c) what is missing is no value

REASONS = st.dictionaries(
    st.sampled_from(["heart_rate_per_min", "systolic_mmhg", "spo2_percent", "respiratory_rate_per_min",
                     "end_tidal_co2_mmhg", "temperature_celsius"]),
    st.sampled_from(["movement", "refused", "no_waveform", "not_found"]), min_size=1,
)  # fmt: skip
OPEN_VALUES = st.fixed_dictionaries(
    {}, optional={sign: values_of(sign) for sign in ("heart_rate_per_min", "spo2_percent", "respiratory_rate_per_min",
                                                     "end_tidal_co2_mmhg", "temperature_celsius")},
).filter(bool)  # fmt: skip


@QUICK
@given(
    rule_sets(), OPEN_VALUES, st.lists(REASONS, min_size=1, max_size=4), st.sampled_from([Source.HAND, Source.MONITOR])
)
def test_missing_values_clear_nothing_and_lower_nothing(
    rules: RuleSet, values: dict[str, Decimal], missing: list[dict[str, str]], source: Source
) -> None:
    bedside = Bedside(rules)
    bedside.happens("infusion_started", pump_rate_ml_per_h=400, concentration_mg_per_ml=1)
    bedside.happens("vital_signs", **values)
    bedside.clock_acts(timedelta(minutes=20))
    for reasons in missing:
        before = bedside.levels()
        bedside.happens("vital_signs", source=source, not_measured=reasons)
        after = bedside.levels()
        ended = {"monitor.silent"} if source is Source.MONITOR else set()
        assert all(after.get(name, 0) >= level for name, level in before.items() if name not in ended)


@QUICK
@given(rule_sets())
def test_a_start_about_which_nothing_is_known_is_held_for_all_of_it(rules: RuleSet) -> None:
    nothing = SessionSummary(SESSION_ID, SESSION_ID, False, {"age_years": "50", "drug": "racemic_ketamine"})
    held = {item.rule_id for item in start_gate(nothing, rules, BEGINS) if item.is_held}
    asked = {"weight_missing", "setting", "consent", "pain"}
    unanswered = {item.value for item in READINESS_RULES if item not in ("ecg_done", "liver_tests_done")}
    cautions = {"moderate_liver_disease", "active_substance_abuse"}
    baselines = {rule.rule_id for rule in rules.of_kind(RuleKind.START_GATE)
                 if rule.sign in SCHEDULED_SIGNS and rule.limit is None}  # fmt: skip
    assert held == {f"start.{name}.held" for name in asked | unanswered - cautions} | baselines
    assert len(baselines) == len(SCHEDULED_SIGNS)


@QUICK
@given(rule_sets())
def test_a_discharge_about_which_nothing_is_known_is_held_for_all_but_a_reversal(rules: RuleSet) -> None:
    nothing = SessionSummary(SESSION_ID, SESSION_ID, False)
    held = {item.rule_id for item in discharge_gate(nothing, rules, BEGINS)}
    every = {rule.rule_id for rule in rules.of_kind(RuleKind.DISCHARGE_GATE)}
    assert held == every - {"discharge.reversed.held"}


# ------------------------------------------------------------------- (d) what is looser, and what needs a second person


def patient_with(sign: str, baseline: Decimal | None) -> SessionSummary:
    summary = SessionSummary(
        SESSION_ID, SESSION_ID, False, sedation_scale="rass", sedation_level=-3, symptoms_at=[BEGINS]
    )
    if baseline is not None:
        summary.baseline[sign] = BaselineValue(baseline, BEGINS)
    return summary


def is_matched(rule: AlertRule, value: Decimal, baseline: Decimal | None) -> bool:
    """By a patient who is sedated and has symptoms, at the oxygen target of the row."""
    summary = patient_with(rule.sign or "", baseline)
    summary.oxygen_target = rule.oxygen_target
    return matches(summary, DELIVERED, rule, value, BEGINS)


@QUICK
@given(by_id(SIGN_ROWS), st.data())
def test_a_limit_that_is_not_looser_lets_no_value_pass(rule: AlertRule, data: st.DataObject) -> None:
    """But for a patient whose baseline lies beyond the new line, for whom it is off (clinical-decisions 3)."""
    limit, sign = data.draw(limits_beside(rule.rule_id)), rule.sign or ""
    changed = replace(rule, limit=limit)
    if is_looser(rule, limit):
        rule, changed = changed, rule
    baseline = data.draw(st.none() | values_of(sign))
    is_off = baseline is not None and is_matched(replace(changed, level=Level.CRITICAL), baseline, baseline)
    for value in data.draw(st.lists(values_of(sign), min_size=20, max_size=20)):
        is_lost = is_matched(rule, value, baseline) and not is_matched(changed, value, baseline)
        assert not is_lost or (is_off and rule.level is not Level.CRITICAL)


@QUICK
@given(by_id([rule for rule in SIGN_ROWS if rule.against is Against.ABSOLUTE and rule.only_from is None]), st.data())
def test_a_looser_limit_lets_something_pass(rule: AlertRule, data: st.DataObject) -> None:
    limit = data.draw(limits_beside(rule.rule_id))
    assume(is_looser(rule, limit) and rule.limit is not None)
    assert rule.limit is not None
    between = (rule.limit + limit) / 2
    baseline = None if rule.percent_under_baseline_too is None else between * 2
    assert is_matched(rule, between, baseline) and not is_matched(replace(rule, limit=limit), between, baseline)


ALL_SIGNS = st.fixed_dictionaries({}, optional={sign: values_of(sign) for sign in DELIVERED.by_sign})
CRITICAL_ROWS = [rule.rule_id for rule in DELIVERED.rules if rule.level is Level.CRITICAL and rule.limit is not None]


@QUICK
@given(st.lists(st.tuples(st.sampled_from(CRITICAL_ROWS), st.integers(50, 150)), max_size=6), ALL_SIGNS, ALL_SIGNS)
def test_without_a_second_person_no_critical_is_lost(
    changes: list[tuple[str, int]], baseline: dict[str, Decimal], values: dict[str, Decimal]
) -> None:
    limits = {rule_id: DELIVERED.limit(rule_id) * percent / 100 for rule_id, percent in changes}
    alone = {name: limit for name, limit in limits.items() if not needs_second_person(DELIVERED.rule(name), limit)}
    before, after = (_levels_of_patient(rules, baseline, values) for rules in (DELIVERED, DELIVERED.with_limits(alone)))
    assert all(after.get(name) is Level.CRITICAL for name, level in before.items() if level is Level.CRITICAL)


def _levels_of_patient(rules: RuleSet, baseline: dict[str, Decimal], values: dict[str, Decimal]) -> dict[str, Level]:
    bedside = Bedside(rules)
    bedside.happens("weight", weight_kg=70, basis="measured")
    bedside.happens("vital_signs", **baseline)
    bedside.happens("infusion_started", pump_rate_ml_per_h=150, concentration_mg_per_ml=1)
    bedside.happens("sedation", scale="rass", level=-2)
    bedside.happens("adverse_effect", term="chest_pain")
    bedside.happens("vital_signs", **values)
    bedside.happens("bolus", dose_mg=400)
    bedside.happens("vital_signs", not_measured={"end_tidal_co2_mmhg": "no_waveform"})
    bedside.clock_acts()
    return bedside.levels()


def test_a_second_person_is_asked_for_looser_critical_limits_alone() -> None:
    for rule in DELIVERED.rules:
        if rule.limit is not None and rule.kind not in GATES:
            looser = next(one for one in (rule.limit * 2, rule.limit / 2) if is_looser(rule, one))
            stricter = next(one for one in (rule.limit * 2, rule.limit / 2) if not is_looser(rule, one))
            assert needs_second_person(rule, looser) == (rule.level is Level.CRITICAL), rule.rule_id
            assert not needs_second_person(rule, stricter), rule.rule_id
