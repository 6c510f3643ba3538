"""The outcome detail: about 20 sets of vital signs a session with all that outcomes, gates and ledger rest on.

A block of sessions is drawn at once from one stream (`physiology`), then charted session by session. The nurse of this
detail charts on time and without a slip, and a patient goes home settled.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.random import Generator, default_rng

from session_store.bulk_preparing import HistorySession
from session_store.bulk_reading import HistoryEntry
from session_store.commands import Author
from session_store.domain.identifiers import uuid7_of
from simulators.history.calendar import Visit, course_fields
from simulators.history.course_of_session import START_MIN, Happening, draw_fate, effects, ending
from simulators.history.follow_ups import follow_ups
from simulators.history.pain import lasting_share, said_score, true_points
from simulators.history.physiology import SIGNS, SignsOverTime, concentrations, signs
from simulators.history.plan import ClinicPlan
from simulators.history.workforce import Workforce
from simulators.identifiers import seeded_uuid7
from simulators.paperwork import bag_volume_ml, discharge_assessment, readiness_answers

SETS_UNDER_WAY, HOME_SETS = 18, 2
_TIGHT_MIN, _TIGHT_SETS = 5.0, 3
_HOME_APART_MIN = 8.0
_RECOVERY_MIN = 64.0
_SEDATION_EVERY, _PAIN_EVERY = 2, 5
_ROUND_TAKES_MIN = 0.2
_BASELINE_MISSING, _AFTER_MISSING, _LIGHT_BREAKFAST = 0.02, 0.08, 0.02
_SIGN_MISSING = 0.02
_STAY_PROTOCOL = "inpatient_multi_day"
_CONCENTRATION_MG_PER_ML = 2.0
_ID_BYTES = 10


@dataclass(frozen=True, slots=True)
class _Drawn:
    """One visit with its part of what was drawn for the block."""

    visit: Visit
    fate: str
    infused_min: float
    minutes: list[float]
    signs: SignsOverTime
    row: int
    effect_site: list[float]
    happenings: list[Happening]


def chart_block(
    plan: ClinicPlan, workforce: Workforce, block: int, visits: Sequence[Visit]
) -> Iterator[HistorySession]:
    """The sessions of a block with their follow-ups."""
    if not visits:
        return
    generator = default_rng(plan.stream(1, block))
    for drawn in _drawn(plan, visits, generator):
        chart = _Chart(plan, workforce, drawn, generator)
        yield chart.session()


def _drawn(plan: ClinicPlan, visits: Sequence[Visit], generator: Generator) -> list[_Drawn]:
    fates = [draw_fate(visit, generator) for visit in visits]
    infused = np.array([minutes for _, minutes in fates])
    times = np.stack([_set_minutes(minutes, generator) for _, minutes in fates])
    found = concentrations(visits, times - START_MIN, infused)
    taken = signs(visits, found.effect_site_s, HOME_SETS, generator)
    areas = np.trapezoid(np.maximum(found.effect_site_s, 0), times, axis=1)
    peaks = found.venous.max(axis=1)
    drawn = []
    for row, (visit, (fate, minutes)) in enumerate(zip(visits, fates, strict=True)):
        happenings = effects(visit, minutes, float(areas[row]), float(peaks[row]), plan.ascertainment, generator)
        sites = found.effect_site_s[row].tolist()
        drawn.append(_Drawn(visit, fate, minutes, times[row].tolist(), taken, row, sites, happenings))
    return drawn


def _set_minutes(infused_min: float, generator: Generator) -> Any:
    """Every 5 min after the start, then evenly up to the sets before going home; a little early or late."""
    first = START_MIN + _TIGHT_MIN * np.arange(1, _TIGHT_SETS + 1)
    last = START_MIN + infused_min + _RECOVERY_MIN - _HOME_APART_MIN - 4
    later = np.linspace(first[-1], last, SETS_UNDER_WAY - _TIGHT_SETS + 1)[1:]
    return np.concatenate([first, later]) + generator.uniform(-0.9, 0.9, SETS_UNDER_WAY)


# Minute, order of charting, kind, content, who.
_Act = tuple[float, int, str, dict[str, Any], Author]


def _by_time(act: _Act) -> tuple[float, int]:
    return act[:2]


class _Chart:
    """Charts one visit."""

    def __init__(self, plan: ClinicPlan, workforce: Workforce, drawn: _Drawn, generator: Generator) -> None:
        self._plan = plan
        self._drawn = drawn
        self._visit = visit = drawn.visit
        self._generator = generator
        day = visit.opened_at.date()
        self._physician = workforce.physician(visit.chair, day)
        self._nurse = workforce.nurse(visit.chair, day)
        self._colleague = workforce.nurse(visit.chair, day, shift=1)
        self._session_id = seeded_uuid7(generator, visit.opened_at)
        self._acts: list[_Act] = []
        regimen, persona = visit.regimen, visit.persona
        self._planned_mg = regimen.rate_mg_per_kg_per_h * persona.weight_kg * regimen.duration_min / 60
        self._pump_ml_per_h = round(regimen.rate_mg_per_kg_per_h * persona.weight_kg / _CONCENTRATION_MG_PER_ML, 1)
        self._bag_ml = bag_volume_ml(self._planned_mg, _CONCENTRATION_MG_PER_ML)

    def session(self) -> HistorySession:
        """The session with its entries in time order."""
        chances = self._generator.random(4).tolist()
        lasting = lasting_share(self._visit, 0.0, with_this_dose=False)
        has_pain_before, is_breakfast = chances[0] >= _BASELINE_MISSING, chances[1] < _LIGHT_BREAKFAST
        self._prepare(lasting, has_pain_before=has_pain_before, is_breakfast=is_breakfast)
        if self._visit.is_cancelled:
            self._act(START_MIN, "session_cancelled", {"reason": "Ate this morning"})
        else:
            if not has_pain_before or is_breakfast:
                reason = "Light breakfast five hours ago" if is_breakfast else "Cannot give a pain score today"
                self._act(START_MIN - 0.2, "start_override", {"reason": reason}, self._physician)
            self._infuse(lasting, has_pain_after=chances[2] >= _AFTER_MISSING)
        entries = [*self._entries()]
        if not self._visit.is_cancelled and self._drawn.fate in ("completed", "adverse_effect", "patient_wish"):
            entries += follow_ups(self._plan, self._visit, self._nurse, self._physician, self._generator)
        visit = self._visit
        return HistorySession(self._session_id, visit.patient_id, visit.is_patient_new, entries, self._physician)

    # -------------------------------------------------------------------------------------------------------- charting

    def _act(self, minute: float, kind: str, content: dict[str, Any], author: Author | None = None) -> None:
        self._acts.append((minute, len(self._acts), kind, content, author or self._nurse))

    def _entries(self) -> Iterator[HistoryEntry]:
        wasted: str | None = None
        chances = self._generator.bytes(_ID_BYTES * len(self._acts))
        for number, act in enumerate(sorted(self._acts, key=_by_time)):
            minute, _, kind, content, author = act
            at = self._visit.opened_at + timedelta(milliseconds=round(minute * 60_000))
            chance = chances[number * _ID_BYTES : (number + 1) * _ID_BYTES]
            entry_id = uuid7_of(int.from_bytes(chance, "big"), at)
            if kind == "drug_wasted":
                wasted = str(entry_id)
            elif kind == "ledger_witnessed":
                content = {"witnessed_entry_id": wasted}
            yield HistoryEntry(author, entry_id, kind, at, content)

    def _prepare(self, lasting: float, *, has_pain_before: bool, is_breakfast: bool) -> None:
        me = self._visit.persona
        self._act(0.0, "session_planned", self._plan_of_session())
        self._act(0.5, "patient_history", {"takes_home_opioids": me.is_opioid_user})
        self._act(1.0, "weight", {"weight_kg": me.weight_kg, "basis": me.weight_basis})
        self._act(2.0, "setting_attested", self._setting())
        temperature = {"temperature_celsius": round(me.temperature_celsius, 1), "acvpu": "alert"}
        self._act(3.0, "vital_signs", self._set(self._drawn.signs.baseline, 0) | temperature)
        self._act(3.1, "sedation", {"scale": "rass", "level": 0})
        if has_pain_before:
            self._act(3.5, "pain_score", self._pain(true_points(self._visit, 0.0, lasting, is_treated=False)))
        consent = {"is_given": True, "scope": "session", "taken_by": self._physician.display_name}
        self._act(4.0, "consent", consent)
        left_open = {"fasting_kept": "no"} if is_breakfast else {}
        answers = readiness_answers(me.age_years, self._planned_mg, left_open)
        for at, (item, answer) in enumerate(answers.items()):
            self._act(4.1 + at * 0.03, "readiness_item", {"item": item, "answer": answer})
        bag = {"concentration_mg_per_ml": _CONCENTRATION_MG_PER_ML, "volume_ml": self._bag_ml,
               "lot": f"SIM-{self._visit.opened_at:%y%m%d}", "prepared_by": "Demo Pharmacist 1",
               "checked_by": self._colleague.display_name}  # fmt: skip
        self._act(5.0, "bag_dispensed", bag)
        self._act(5.1, "drug_drawn", {"amount_mg": round(self._bag_ml * _CONCENTRATION_MG_PER_ML, 2)})
        self._act(5.5, "session_ready", {})

    def _plan_of_session(self) -> dict[str, Any]:
        me, regimen, visit = self._visit.persona, self._visit.regimen, self._visit
        return {
            "patient_label": me.patient_label, "second_identifier": me.second_identifier, "age_years": me.age_years,
            "chair_label": visit.place, "drug": "racemic_ketamine", "condition": me.condition,
            "supervising_physician": self._physician.display_name, "planned_total_mg": round(self._planned_mg, 1),
            "planned_duration_min": regimen.duration_min, "protocol_name": _PROTOCOLS[regimen.name],
            **course_fields(visit),
        } | ({"observation_protocol": _STAY_PROTOCOL} if regimen.is_inpatient else {})  # fmt: skip

    def _setting(self) -> dict[str, Any]:
        return {
            "is_monitored": True, "attested_by": self._physician.display_name, "has_resuscitation_equipment": True,
            "has_rescue_drugs": True, "has_emergency_personnel": True,
            "supervising_account_id": str(self._physician.account_id),
            "administering_account_id": str(self._nurse.account_id),
        }  # fmt: skip

    def _infuse(self, lasting: float, *, has_pain_after: bool) -> None:
        rate = {"pump_rate_ml_per_h": self._pump_ml_per_h, "concentration_mg_per_ml": _CONCENTRATION_MG_PER_ML,
                "ordered_by": self._physician.display_name}  # fmt: skip
        self._act(START_MIN, "infusion_started", rate)
        end_min = START_MIN + self._drawn.infused_min
        happenings = [*self._drawn.happenings, *ending(self._drawn.fate, end_min)]
        closing = {"aborted": end_min, "left": end_min, "transferred": end_min + 12}.get(self._drawn.fate)
        for minute, kind, content in happenings:
            if closing is None or minute <= closing:
                ordered = {"ordered_by": self._physician.display_name} if kind == "medication_given" else {}
                self._act(minute, kind, content | ordered)
        self._rounds(lasting, closing, has_pain_after=has_pain_after)
        self._waste(end_min)
        if closing is None:
            self._go_home(lasting, end_min, has_pain_after=has_pain_after)

    def _rounds(self, lasting: float, closing: float | None, *, has_pain_after: bool) -> None:
        end_min = START_MIN + self._drawn.infused_min
        for at, minute in enumerate(self._drawn.minutes):
            if closing is not None and minute + _ROUND_TAKES_MIN >= closing:
                break
            self._act(minute, "vital_signs", self._set(self._drawn.signs.taken, at))
            if at % _SEDATION_EVERY == 1:
                self._act(minute + 0.05, "sedation", {"scale": "rass", "level": self._level(at)})
            if at % _PAIN_EVERY == 3 and (minute < end_min or has_pain_after):
                points = true_points(self._visit, 0.0, lasting, self._drawn.effect_site[at])
                self._act(minute + 0.1, "pain_score", self._pain(points))

    def _level(self, at: int) -> int:
        return -1 if self._drawn.effect_site[at] > _DROWSY_FROM_NG_PER_ML else 0

    def _set(self, taken: dict[str, Any], at: int) -> dict[str, Any]:
        values = {name: int(taken[name][self._drawn.row, at]) for name in SIGNS}
        if taken is self._drawn.signs.taken and self._generator.random() < _SIGN_MISSING:
            del values["spo2_percent"]
            return values | {"not_measured": {"spo2_percent": "movement"}}
        return values

    def _pain(self, points: float) -> dict[str, Any]:
        instrument = self._visit.persona.pain_instrument
        score = said_score(instrument, points, self._generator)
        return {"instrument": instrument, **score, "recall": "now", "circumstance": "rest"}

    def _waste(self, end_min: float) -> None:
        """The rest of the bag, which a colleague witnesses."""
        given_mg = self._pump_ml_per_h * _CONCENTRATION_MG_PER_ML * self._drawn.infused_min / 60
        rest_mg = round(self._bag_ml * _CONCENTRATION_MG_PER_ML - given_mg, 1)
        if rest_mg > 0:
            self._act(end_min + 0.5, "drug_wasted", {"amount_mg": rest_mg})
            self._act(end_min + 1.0, "ledger_witnessed", {}, self._colleague)

    def _go_home(self, lasting: float, end_min: float, *, has_pain_after: bool) -> None:
        home_min = end_min + _RECOVERY_MIN
        for at in range(HOME_SETS):
            minute = home_min - (HOME_SETS - 1 - at) * _HOME_APART_MIN
            self._act(minute - 1, "vital_signs", self._set(self._drawn.signs.settled, at))
            self._act(minute - 0.9, "sedation", {"scale": "rass", "level": 0})
        if has_pain_after:
            points = true_points(self._visit, 0.0, lasting, self._drawn.effect_site[-1])
            self._act(home_min - 0.6, "pain_score", self._pain(points))
        self._act(home_min - 0.4, "discharge_assessment", discharge_assessment(nausea=False))
        home = {"escort": "Demo Escort", "has_written_instructions": True, "has_driving_advice": True}
        self._act(home_min, "discharged", home)


_PROTOCOLS = {
    "short": "0.5 mg/kg over 40 min",
    "long": "0.2 to 0.6 mg/kg/h over 2 to 4 h",
    "inpatient": "Inpatient stay",
}
# Effect-site S-ketamine beyond which a patient is drowsy (ours).
_DROWSY_FROM_NG_PER_ML = 130.0
