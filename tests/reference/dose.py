"""What the pump's rate, a bolus, a contradiction and the pump's own volume say."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from session_store.domain.alert import Level
from session_store.domain.entries import Entry
from tests.reference.bedside import Bedside
from tests.reference.patient import is_monitored, is_outside_rule_set, weight_kg
from tests.reference.pump import bag_mg_per_ml, infused_mg, is_delivering, rate_mg_per_h, routes_mg_per_h

# What can change the rate, the weight, the setting or the limits.
RATE_KINDS = (
    "infusion_started", "rate_changed", "infusion_paused", "infusion_resumed", "infusion_ended", "weight",
    "setting_attested", "supervision_handover", "bag_changed", "discharged", "transferred", "left_against_advice",
    "session_aborted", "patient_limit",
)  # fmt: skip
_PUMP_HALF_STEP_ML_PER_H = Fraction(5, 100)


def level_per_kg(bedside: Bedside, condition: str, amount_mg: Fraction) -> Level | None:
    """The worst row whose limit per kg an amount exceeds; exactly the limit does not exceed it."""
    weight = weight_kg(bedside.read)
    if weight is None or is_outside_rule_set(bedside.read):
        return None
    rows = bedside.rules.by_condition.get(condition, ())
    return max((row.level for row in rows if row.limit is not None and amount_mg / weight > row.limit), default=None)


def is_rate_unknown(read: list[Entry]) -> bool:
    """Something runs and nobody knows the weight: nothing opens by that, and nothing is over."""
    return weight_kg(read) is None and is_delivering(read)


def read_rate(bedside: Bedside, entry: Entry, _now: datetime) -> None:
    if is_rate_unknown(bedside.read):
        return
    rate = rate_mg_per_h(bedside.read)
    setting = None if is_monitored(bedside.read) else level_per_kg(bedside, "rate.setting", rate)
    bedside.bring("rate.setting", setting, entry.entry_id)
    bedside.bring("rate.range", level_per_kg(bedside, "rate.range", rate), entry.entry_id)


def read_bolus(bedside: Bedside, entry: Entry, _now: datetime) -> None:
    """A bolus over its limit, and one by a role that the clinic does not permit."""
    content: Any = entry.content
    level = level_per_kg(bedside, "bolus.dose", Fraction(content.dose_mg))
    bedside.bring(f"bolus.dose:{entry.entry_id}", level, entry.entry_id)
    row = bedside.rules.by_id.get("bolus.role.warning")
    is_foreign = row is not None and content.given_by_role is not None and content.given_by_role not in row.choices
    bedside.bring(f"bolus.role:{entry.entry_id}", row.level if row and is_foreign else None, entry.entry_id)


def read_contradiction(bedside: Bedside, entry: Entry, _now: datetime) -> None:
    """One route of the rate stands alone against every other: by more than 2 % and half a step of the display."""
    content: Any = entry.content
    row = bedside.rules.by_id.get("rate.contradiction.warning")
    if row is None or row.limit is None:
        return
    bag, weight = bag_mg_per_ml(bedside.read), weight_kg(bedside.read)
    concentration = bag if content.concentration_mg_per_ml is None else Fraction(content.concentration_mg_per_ml)
    half_step = _PUMP_HALF_STEP_ML_PER_H * (concentration or 0)
    routes = routes_mg_per_h(content, bag, weight)
    share = Fraction(row.limit) / 100

    def differ(one: Fraction, other: Fraction) -> bool:
        return abs(one - other) > max(share * max(one, other), half_step)

    stands_alone = any(
        len(routes) > 1 and all(differ(one, other) for number, other in enumerate(routes) if number != at)
        for at, one in enumerate(routes)
    )
    bedside.bring("rate.contradiction", row.level if stands_alone else None, entry.entry_id)


def read_pump_volume(bedside: Bedside, entry: Entry, _now: datetime) -> None:
    """The pump's volume against what was infused by the record: beyond 2 % and 1 mg they disagree."""
    content: Any = entry.content
    row, concentration = bedside.rules.by_id.get("pump.volume.warning"), _concentration_in_use(bedside.read)
    if row is None or row.limit is None or concentration is None:
        return
    told = Fraction(content.volume_infused_ml) * concentration
    computed = infused_mg(bedside.read, entry.effective_at)
    differs = abs(told - computed) > max(Fraction(row.limit) * max(told, computed) / 100, Fraction(1))
    bedside.bring("pump.volume", row.level if differs else None, entry.entry_id)


def _concentration_in_use(read: list[Entry]) -> Fraction | None:
    """The concentration with which the pump was set last; a change of the bag changes it."""
    used: Fraction | None = None
    pump_is_known, bag = False, None
    for content in _pump_contents(read):
        if content.kind in ("bag_dispensed", "bag_changed"):
            bag = Fraction(content.concentration_mg_per_ml)
            if content.kind == "bag_changed" and pump_is_known and used is not None:
                used = bag
        else:
            typed = content.concentration_mg_per_ml
            used, pump_is_known = bag if typed is None else Fraction(typed), content.pump_rate_ml_per_h is not None
    return used


def _pump_contents(read: list[Entry]) -> list[Any]:
    kinds = ("bag_dispensed", "bag_changed", "infusion_started", "rate_changed")
    ordered = sorted(read, key=lambda entry: (entry.effective_at, entry.seq))
    return [entry.content for entry in ordered if entry.content.kind in kinds]
