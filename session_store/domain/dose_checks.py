"""Checks of rate, bolus, bag and weight: contradictions ask and name the number to read again.

What really ran can always be recorded: nothing here is refused but what leaves the rate unknown.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from session_store.domain import limits
from session_store.domain.checking import Check
from session_store.domain.entry_choices import OrderForm
from session_store.domain.entry_fields import Problem
from session_store.domain.infusion import contradicting_routes, exceeds_per_kg, rate_routes

TOLERANCE = Decimal("0.02")
_READ_AGAIN = {
    "pump_rate_ml_per_h": "pump and bag",
    "rate_mg_per_h": "mg/h",
    "rate_mg_per_kg_per_h": "mg/kg/h and weight",
}
# Ratios that give a slip away: pounds for kilograms, a shifted decimal point.
_SLIPS = ((Decimal("2.2046"), "kg or lb?"), (Decimal(10), "ten-fold: decimal point?"))


def refuse_rate(check: Check) -> Iterator[Problem]:
    """At least two routes, or the pump with the bag: one number alone contradicts nothing and proves nothing."""
    content: Any = check.content
    concentration = _concentration(check)
    if not rate_routes(content, concentration, check.summary.weight_kg):
        name = "pump_rate_ml_per_h" if content.pump_rate_ml_per_h is None else "concentration_mg_per_ml"
        yield Problem(name, "is missing", "pump rate and concentration, or two of mL/h, mg/h, mg/kg/h")
    elif _routes_given(content) < 2 and concentration is None:
        yield Problem("pump_rate_ml_per_h", "is missing: one number alone", "two of mL/h, mg/h, mg/kg/h")


def _routes_given(content: Any) -> int:
    return sum(getattr(content, name) is not None for name in _READ_AGAIN)


def _concentration(check: Check) -> Decimal | None:
    content: Any = check.content
    bag = check.summary.care.bag
    return content.concentration_mg_per_ml or (bag.concentration_mg_per_ml if bag else None)


def question_rate(check: Check) -> Iterator[Problem]:
    """Contradictions between routes, bag and entry; a rate above what the setting or the guideline covers."""
    content: Any = check.content
    yield from _question_bag_in_use(check)
    yield from _question_routes(check)
    yield from _question_order(content)
    weight = check.summary.weight_kg
    if weight is not None:
        rate = next(iter(rate_routes(content, _concentration(check), weight).values()))
        yield from _question_level(check, rate, weight)


def _question_bag_in_use(check: Check) -> Iterator[Problem]:
    content: Any = check.content
    bag, typed = check.summary.care.bag, content.concentration_mg_per_ml
    if bag is None:
        return
    if typed is not None and typed != bag.concentration_mg_per_ml:
        words = f"the bag on record has {bag.concentration_mg_per_ml} mg/mL: read the bag again"
        yield Problem("concentration_mg_per_ml", words, None)
    elif bag.use_by is not None and bag.use_by < check.effective_at:
        yield Problem("concentration_mg_per_ml", "the bag on record is past its use-by time", bag.use_by.isoformat())


def _question_routes(check: Check) -> Iterator[Problem]:
    """Name the route that stands alone against two others, else the one that contradicts the pump."""
    content: Any = check.content
    weight = check.summary.weight_kg
    concentration = _concentration(check)
    routes = rate_routes(content, concentration, weight)
    for name in contradicting_routes(routes, concentration, TOLERANCE):
        against = next(other for other in routes if other != name)
        slip = _slip(routes[name], routes[against])
        told = _route_words(name, check, routes[name])
        other = _route_words(against, check, routes[against])
        yield Problem(name, f"{told} contradicts {other}: read {_READ_AGAIN[name]} again{slip}", "2 %")


def _route_words(name: str, check: Check, mg_per_h: Decimal) -> str:
    content: Any = check.content
    if name == "pump_rate_ml_per_h":
        return f"{content.pump_rate_ml_per_h} mL/h x {_concentration(check)} mg/mL = {mg_per_h:f} mg/h"
    if name == "rate_mg_per_h":
        return f"{mg_per_h:f} mg/h"
    return f"{content.rate_mg_per_kg_per_h} mg/kg/h x {check.summary.weight_kg} kg = {mg_per_h:f} mg/h"


def _slip(one: Decimal, other: Decimal) -> str:
    low, high = min(one, other), max(one, other)
    if low <= 0:
        return ""
    return next((f" ({words})" for ratio, words in _SLIPS if abs(high / low / ratio - 1) <= TOLERANCE), "")


def _question_order(content: Any) -> Iterator[Problem]:
    if content.order_form == OrderForm.VERBAL and content.is_read_back is not True:
        yield Problem("is_read_back", "a verbal order that was not read back", None)


def _question_level(check: Check, rate: Decimal, weight: Decimal) -> Iterator[Problem]:
    content: Any = check.content
    name = next(one for one in _READ_AGAIN if getattr(content, one) is not None)
    words = f"{rate / weight:.2f} mg/kg/h"
    monitored = check.summary.setting is not None and check.summary.setting.is_monitored
    before = check.summary.infusion.programmed_rate_mg_per_h()
    if exceeds_per_kg(rate, limits.RATE_CRITICAL_MG_PER_KG_PER_H, weight):
        yield Problem(name, f"{words} is over 7: type it again if it is what runs", "7 mg/kg/h")
    elif exceeds_per_kg(rate, limits.RATE_USUAL_HIGH_MG_PER_KG_PER_H, weight):
        yield Problem(name, f"{words} is over the guideline's range", "2 mg/kg/h")
    elif exceeds_per_kg(rate, Decimal(1), weight) and not monitored:
        yield Problem(name, f"{words} needs a monitored setting, which is not attested", "1 mg/kg/h")
    elif before > 0 and rate >= 5 * before:
        yield Problem(name, f"{words} is {rate / before:.0f} times the rate before: ten-fold slip?", "5 times")


def question_bolus(check: Check) -> Iterator[Problem]:
    """A bolus over the guideline's dose per kg; a verbal order without read-back."""
    content: Any = check.content
    yield from _question_order(content)
    weight = check.summary.weight_kg
    if weight is None:
        return
    words = f"{content.dose_mg / weight:.2f} mg/kg"
    if exceeds_per_kg(content.dose_mg, limits.BOLUS_CRITICAL_MG_PER_KG, weight):
        yield Problem("dose_mg", f"{words} is over 4.5: type it again if it was given", "4.5 mg/kg")
    elif exceeds_per_kg(content.dose_mg, limits.BOLUS_USUAL_HIGH_MG_PER_KG, weight):
        yield Problem("dose_mg", f"{words} is over the guideline's 0.35", "0.35 mg/kg")


def question_medication(check: Check) -> Iterator[Problem]:
    """A verbal order without read-back."""
    yield from _question_order(check.content)


def question_bag(check: Check) -> Iterator[Problem]:
    """Prepared and checked by one person, past its time, or another concentration while the pump keeps its mL/h."""
    content: Any = check.content
    if content.prepared_by.casefold() == content.checked_by.casefold():
        yield Problem("checked_by", "is the person who prepared the bag", "a second person")
    if content.use_by is not None and content.use_by < check.effective_at:
        yield Problem("use_by", "lies before the time of this entry", None)
    before, pump = check.summary.care.bag, check.summary.infusion.pump_rate_ml_per_h
    after = content.concentration_mg_per_ml
    if before is not None and after != before.concentration_mg_per_ml:
        words = f"{after} mg/mL after {before.concentration_mg_per_ml} mg/mL"
        runs = "" if pump is None else f": {pump} mL/h is now {pump * after:f} mg/h"
        yield Problem("concentration_mg_per_ml", words + runs, None)


def question_pump_volume(check: Check) -> Iterator[Problem]:
    """What the pump says it infused against what the record computes; tolerance 2 % or 1 mg (clinical.md 6)."""
    content: Any = check.content
    infusion = check.summary.infusion
    concentration = infusion.concentration_mg_per_ml
    if concentration is None:
        return
    told = content.volume_infused_ml * concentration
    computed = infusion.delivered_mg(check.effective_at) - infusion.bolus_mg
    if abs(told - computed) > max(TOLERANCE * max(told, computed), Decimal(1)):
        words = (
            f"{content.volume_infused_ml} mL x {concentration} mg/mL = {told:.1f} mg, the record has {computed:.1f} mg"
        )
        yield Problem("volume_infused_ml", f"{words}: read the pump again, or correct the rates", "2 % or 1 mg")


def question_weight(check: Check) -> Iterator[Problem]:
    """More than 10 % away from the weight before, in this session or at the patient's last one."""
    content: Any = check.content
    before = check.summary.weight_kg or check.surroundings.last_weight_kg()
    if before is None or abs(content.weight_kg - before) * 10 <= before:
        return
    slip = _slip(content.weight_kg, before)
    yield Problem("weight_kg", f"{content.weight_kg} kg after {before} kg: read again{slip or ' (kg or lb?)'}", "10 %")
