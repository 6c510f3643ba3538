"""Random steps of a session, as hypothesis draws them: what people, devices and the clock do, early and late."""

from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from session_store.commands import Author
from tests.record_building import BASELINE, CLEAR_ANSWERS, MONITOR, NURSE, PAIN, PHYSICIAN, SETTING

CLOCK = "the clock"
_PHARMACIST = Author(NURSE.account_id, "Test Pharmacist 1", "pharmacist")
Contents = st.SearchStrategy[dict[str, Any]]


@dataclass(frozen=True)
class Step:
    """One thing that happens: after how many seconds, what, by whom, and how late it is charted. `which` chooses the
    entry or the alert that it speaks about."""

    after_s: int
    kind: str
    content: dict[str, Any] = field(default_factory=dict)
    author: Author = NURSE
    late_s: int = 0
    which: int = 0


# Values at, beside and beyond the limits of the table, and now and then any other.
_NEAR_LIMITS: dict[str, list[int]] = {
    "heart_rate_per_min": [25, 38, 40, 42, 49, 55, 62, 70, 108, 112, 121, 127, 131, 140, 205],
    "spo2_percent": [55, 84, 86, 88, 89, 90, 91, 92, 93, 94, 96, 98],
    "respiratory_rate_per_min": [4, 7, 8, 9, 10, 11, 14, 21, 24, 26, 31, 52],
    "systolic_mmhg": [78, 82, 88, 92, 99, 104, 120, 131, 145, 155, 161, 172, 181, 190, 255],
    "diastolic_mmhg": [40, 60, 70],
    "mean_arterial_mmhg": [45, 54, 60, 64, 68, 75],
    "end_tidal_co2_mmhg": [25, 29, 32, 38, 48, 51, 58, 61],
}
SIGN_VALUES: dict[str, st.SearchStrategy[Any]] = {
    name: st.sampled_from(values) for name, values in _NEAR_LIMITS.items()
} | {"temperature_celsius": st.sampled_from(["34.9", "35.5", "36.0", "36.8", "38.0", "38.2", "39.3"])}
_DELAYS = st.sampled_from([5, 16, 60, 125, 300, 900])
_LATE = st.sampled_from([0, 0, 0, 0, 30, 200, 1000, 4000])
_REASONS = st.dictionaries(
    st.sampled_from([*SIGN_VALUES]), st.sampled_from(["movement", "not_found", "no_breathing"]), max_size=2
)


def _set(content: dict[str, Any], reasons: dict[str, str], is_waveform_absent: bool) -> dict[str, Any]:
    reasons = {sign: reason for sign, reason in reasons.items() if sign not in content}
    if is_waveform_absent and "end_tidal_co2_mmhg" not in content:
        reasons["end_tidal_co2_mmhg"] = "no_waveform"
    return {**content, "not_measured": reasons} if reasons else content


_ONE_SIGN = st.sampled_from([*SIGN_VALUES]).flatmap(lambda sign: st.fixed_dictionaries({sign: SIGN_VALUES[sign]}))
_ANSWERS: dict[str, st.SearchStrategy[Any]] = {
    "acvpu": st.sampled_from(["alert", "new_confusion", "voice", "pain"]),
    "is_capnography_in_use": st.booleans(),
}
_SETS: Contents = st.one_of(
    _ONE_SIGN,
    _ONE_SIGN,
    st.builds(_set, st.fixed_dictionaries({}, optional=SIGN_VALUES | _ANSWERS), _REASONS, st.booleans()).filter(bool),
)
_PUMP_RATES = st.sampled_from(["0", "12.5", "20", "70", "70.1", "150", "600"])
_CONCENTRATIONS = st.sampled_from(["1", "2"])
_MG_PER_H = st.sampled_from(["0", "25", "70", "140", "300"])
_RATES: Contents = st.one_of(
    st.fixed_dictionaries({"pump_rate_ml_per_h": _PUMP_RATES, "concentration_mg_per_ml": _CONCENTRATIONS}),
    st.fixed_dictionaries({"pump_rate_ml_per_h": _PUMP_RATES}),
    st.fixed_dictionaries({"pump_rate_ml_per_h": _PUMP_RATES, "rate_mg_per_h": _MG_PER_H}),
    st.fixed_dictionaries({"rate_mg_per_h": _MG_PER_H, "rate_mg_per_kg_per_h": st.sampled_from(["0.4", "2.5", "7.2"])}),
)
_BAGS: Contents = st.fixed_dictionaries(
    {
        "concentration_mg_per_ml": _CONCENTRATIONS, "volume_ml": st.just(100),
        "prepared_by": st.just("Test Pharmacist 1"), "checked_by": st.just("Test Nurse 2"),
    }
)  # fmt: skip
_SCALES = st.one_of(
    st.fixed_dictionaries({"scale": st.just("rass"), "level": st.integers(-4, 3)}),
    st.fixed_dictionaries({"scale": st.just("ramsay"), "level": st.integers(1, 6)}),
)
_EFFECTS: Contents = st.fixed_dictionaries(
    {"term": st.sampled_from(["nausea", "severe_headache", "seizure", "chest_pain", "dissociation", "low_oxygen"])},
    optional={"ctcae_grade": st.integers(2, 5)},
)
_SYMPTOMS: Contents = st.just({"term": "chest_pain"})
_DRUGS: Contents = st.fixed_dictionaries(
    {
        "drug_name": st.sampled_from(["midazolam", "fentanyl", "ondansetron"]), "dose": st.just(2),
        "dose_unit": st.just("mg"), "route": st.just("iv"),
    }
)  # fmt: skip
_LIMITS: Contents = st.sampled_from(
    [
        ("spo2.low.warning", "94"), ("spo2.low.critical", "88"), ("sbp.high.warning", "170"),
        ("hr.high.warning", "125"), ("rate.setting.warning", "0.5"), ("bolus.dose.warning", "0.2"),
    ]
).map(lambda pair: {"rule_id": pair[0], "limit": pair[1], "reason": "test"})  # fmt: skip
_TARGETS: Contents = st.fixed_dictionaries(
    {"target": st.sampled_from(["usual", "target_88_92"]), "reason": st.just("test")}
)
_CHANGES: Contents = st.fixed_dictionaries(
    {"amount": st.integers(50, 130), "moved_s": st.sampled_from([0, 0, 90, 900])}
)
NOTHING: Contents = st.just({})


def _steps(
    kind: str, content: Contents = NOTHING, author: Author = NURSE, late: st.SearchStrategy[int] = _LATE
) -> st.SearchStrategy[Step]:
    return st.builds(Step, _DELAYS, st.just(kind), content, st.just(author), late, st.integers(0, 30))


_NOW = st.just(0)
_VALUES = st.one_of(
    _steps("vital_signs", _SETS),
    _steps("vital_signs", _SETS),
    _steps("vital_signs", _SETS, MONITOR),
    _steps("vital_signs", _SETS, MONITOR),
)
_DOSE = st.one_of(
    _steps("rate_changed", _RATES),
    _steps("infusion_paused"),
    _steps("infusion_resumed"),
    _steps("infusion_started", _RATES.map(lambda rate: {**rate, "has_happened": True})),
    _steps("bolus", st.fixed_dictionaries({"dose_mg": st.sampled_from(["7.5", "30", "60", "400"])})),
    _steps("bolus", st.just({"dose_mg": "7.5"}), _PHARMACIST),
    _steps("bag_dispensed", _BAGS),
    _steps("bag_changed", _BAGS),
    _steps("pump_volume", st.fixed_dictionaries({"volume_infused_ml": st.sampled_from(["0", "5", "20", "60"])})),
    _steps("medication_given", _DRUGS),
)
_PATIENT = st.one_of(
    _steps("weight", st.fixed_dictionaries({"weight_kg": st.integers(45, 140), "basis": st.just("measured")})),
    _steps(
        "setting_attested",
        st.fixed_dictionaries({"is_monitored": st.booleans(), "attested_by": st.just("Test Physician 1")}),
    ),
    _steps("supervision_handover", st.just({"taken_over_by": "Test Physician 2"})),
    _steps("sedation", _SCALES),
    _steps("dissociation", st.fixed_dictionaries({"scale": st.just("rating_0_10"), "score": st.integers(0, 4)})),
    _steps("pain_score", st.just(PAIN)),
    _steps("patient_history", st.fixed_dictionaries({"has_respiratory_disease": st.booleans()}), late=_NOW),
    _steps("patient_limit", _LIMITS, PHYSICIAN),
    _steps("oxygen_target", _TARGETS, PHYSICIAN),
)
_EVENTS = st.one_of(
    _steps("adverse_effect", _EFFECTS),
    _steps("adverse_effect_update", st.fixed_dictionaries({"ctcae_grade": st.integers(2, 5)})),
    _steps("serious_event", st.just({"description": "test"})),
    _steps("acknowledgement", st.just({"action": "physician_at_chair"}), late=_NOW),
    _steps("acknowledgement", st.just({"action": "physician_at_chair"}), late=_NOW),
)
_CORRECTIONS = st.one_of(
    _steps("amendment", _CHANGES, late=_NOW), _steps("entered_in_error", st.just({"reason": "test"}), late=_NOW)
)
_ENDS = st.one_of(
    _steps("infusion_ended"),
    _steps("discharged", st.just({"has_happened": True})),
    _steps("transferred"),
    _steps("left_against_advice"),
    _steps("session_aborted"),
)
_TICKS = st.builds(Step, st.sampled_from([1, 30, 125, 450, 1500]), st.just(CLOCK))


def _weighted(*parts: tuple[int, st.SearchStrategy[Step]]) -> st.SearchStrategy[Step]:
    """Steps of these parts, each as often as its number says."""
    return st.sampled_from([part for times, part in parts for _ in range(times)]).flatmap(lambda part: part)


# Everything that can happen, with few sessions that end early.
STEPS = _weighted((6, _VALUES), (5, _DOSE), (4, _PATIENT), (3, _EVENTS), (2, _CORRECTIONS), (5, _TICKS), (1, _ENDS))


def _steps_about(sign: str) -> st.SearchStrategy[Step]:
    """Mostly values of one sign, close together, by hand and from a monitor; with what gives them another weight."""
    values: Contents = st.fixed_dictionaries({sign: SIGN_VALUES[sign]})
    missing: Contents = st.sampled_from(["movement", "not_found"]).map(lambda why: {"not_measured": {sign: why}})
    often = st.sampled_from([1, 5, 10, 20, 45, 61])
    by_hand, sent = (
        st.builds(Step, often, st.just("vital_signs"), values, st.just(author), _LATE) for author in (NURSE, MONITOR)
    )
    not_sent = st.builds(Step, often, st.just("vital_signs"), missing, st.just(MONITOR))
    company = st.one_of(_steps("adverse_effect", _SYMPTOMS), _steps("sedation", _SCALES))
    limits = st.one_of(_steps("patient_limit", _LIMITS, PHYSICIAN), _steps("oxygen_target", _TARGETS, PHYSICIAN))
    return _weighted(
        (6, by_hand), (6, sent), (1, _steps("vital_signs", missing)), (2, not_sent), (2, company), (1, limits),
        (1, _CORRECTIONS), (1, _TICKS), (1, _steps("medication_given", _DRUGS)),
    )  # fmt: skip


STEPS_ABOUT_ONE_SIGN = st.sampled_from([*SIGN_VALUES]).flatmap(
    lambda sign: st.lists(_steps_about(sign), min_size=4, max_size=16)
)


@dataclass(frozen=True)
class Beginning:
    """What a session is before its random steps."""

    plan: dict[str, Any]
    weight_kg: int | None
    is_monitored: bool | None
    baseline: dict[str, Any]
    is_complete: bool
    is_running: bool

    def steps(self) -> list[Step]:
        """The preparation as steps, one second apart."""
        found = [Step(1, "session_ready"), Step(1, "pain_score", PAIN)]
        if self.weight_kg is not None:
            found.append(Step(1, "weight", {"weight_kg": self.weight_kg, "basis": "measured"}))
        if self.is_monitored is not None:
            found.append(Step(1, "setting_attested", SETTING | {"is_monitored": self.is_monitored}))
        if self.baseline:
            found.append(Step(1, "vital_signs", self.baseline))
        if self.is_complete:
            found += self._answers()
        if self.is_running:
            rate = {"pump_rate_ml_per_h": 20, "concentration_mg_per_ml": 1, "has_happened": True}
            found.append(Step(60, "infusion_started", rate))
        return found

    @staticmethod
    def _answers() -> list[Step]:
        consent = {"is_given": True, "scope": "session", "taken_by": "Test Physician 1"}
        answers = [Step(1, "readiness_item", {"item": item, "answer": said}) for item, said in CLEAR_ANSWERS.items()]
        return [Step(1, "consent", consent), *answers]


_BASELINES = st.sampled_from(
    [BASELINE, BASELINE, {}, BASELINE | {"systolic_mmhg": 165, "spo2_percent": 91}, {"heart_rate_per_min": 110}]
)
BEGINNINGS = st.builds(
    Beginning,
    st.fixed_dictionaries(
        {},
        optional={
            "planned_total_mg": st.just(10), "planned_duration_min": st.just(10),
            "observation_protocol": st.just("inpatient_multi_day"),
            "drug": st.sampled_from(["racemic_ketamine", "racemic_ketamine", "esketamine"]),
        },
    ),
    st.sampled_from([70, 70, 70, 50, None]),
    st.sampled_from([True, False, False, None]),
    _BASELINES,
    st.booleans(),
    st.sampled_from([True, True, True, False]),
)  # fmt: skip
