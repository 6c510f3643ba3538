"""The five simulated sessions of the golden replays: plans of the simulators, and what happens to their entries on the
way to the server. The same code makes the same entries.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from numpy.random import SeedSequence

from simulators.chair import ChairSession, Door, JsonEntry
from simulators.identifiers import named_uuid7
from simulators.scenarios.plan import ChairPlan, Episode, PlannedAct
from simulators.staff import SIMULATED_STAFF, credential_entries

OPENED_AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
MONITOR_STEP_S = 60.0
LONGEST_SESSION = timedelta(hours=4)
TRAVEL = timedelta(seconds=1)
ORDERED_BY = {"ordered_by": "Demo Physician 1"}
# Who sends a line of a golden file.
ADMINISTRATOR, NURSE, PHYSICIAN, MONITOR = "administrator", "nurse", "physician", "monitor"
_SENDERS = {Door.NURSE: NURSE, Door.PHYSICIAN: PHYSICIAN, Door.DEVICE: MONITOR}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it reached the server: who sent it, when the server had it."""

    by: str
    recorded_at: datetime
    entry: JsonEntry

    def as_json(self) -> dict[str, Any]:
        return {"by": self.by, "recorded_at": self.recorded_at.isoformat(), "entry": self.entry}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "Line":
        return cls(plain["by"], datetime.fromisoformat(plain["recorded_at"]), plain["entry"])


# How the drugs act on a patient of average response: nothing comes up but what the story says.
AVERAGE = {
    "heart_rate_gain": 0.8, "clearance_scale": 1.0, "volume_scale": 1.0, "sedation_threshold_scale": 1.2,
    "depressant_sensitivity": 1.0, "has_beta_blocker": False,
}  # fmt: skip


Journey = Callable[[list[Line]], list[Line]]


def _at_once(lines: list[Line]) -> list[Line]:
    return lines


@dataclass(frozen=True, slots=True)
class GoldenSession:
    """One scenario: how the session was planned, and how its entries travelled."""

    name: str
    plan: ChairPlan
    seed: int
    journey: Journey = field(default=_at_once)

    def lines(self) -> list[Line]:
        """Every entry in the order in which the server had it, the credentials first."""
        credentials = credential_entries(SIMULATED_STAFF, OPENED_AT - timedelta(days=1), OPENED_AT)
        before = [Line(ADMINISTRATOR, _time_of(entry) + TRAVEL, entry) for entry in credentials]
        return [*before, *sorted(self.journey(list(self._sent())), key=lambda line: line.recorded_at)]

    def _sent(self) -> Iterator[Line]:
        session = ChairSession(self.plan, "1", OPENED_AT, SeedSequence(self.seed), step_s=MONITOR_STEP_S)
        for entry in session.opening:
            yield Line(NURSE, _time_of(entry) + TRAVEL, entry)
        for outgoing in session.entries_until(OPENED_AT + LONGEST_SESSION):
            yield Line(_SENDERS[outgoing.door], _time_of(outgoing.entry) + TRAVEL, outgoing.entry)


def _time_of(entry: JsonEntry) -> datetime:
    return datetime.fromisoformat(entry["effective_at"])


def _minute(line: Line) -> float:
    return (_time_of(line.entry) - OPENED_AT).total_seconds() / 60


QUIET = GoldenSession(
    "quiet",
    ChairPlan(
        name="quiet",
        story="half a mg/kg/h, nothing happens",
        rate_mg_per_kg_per_h=0.5,
        duration_min=30,
        persona={
            "age_years": 46, "weight_kg": 70.0, "condition": "CRPS", "systolic_mmhg": 116.0, "diastolic_mmhg": 68.0,
            "heart_rate_per_min": 70.0, "spo2_percent": 98.0, "respiratory_rate_per_min": 15.0, "pressure_gain": 0.8,
        } | AVERAGE,
        restlessness=0.1,
    ),
    seed=11,
)  # fmt: skip

HYPERTENSIVE_SURGE = GoldenSession(
    "hypertensive_surge",
    ChairPlan(
        name="hypertensive surge",
        story="pressure surges; the nurse takes it again, pauses, and resumes at a lower rate",
        rate_mg_per_kg_per_h=0.75,
        duration_min=45,
        acts=(
            PlannedAct(19.0, "vital_signs"),
            PlannedAct(21.0, "vital_signs"),
            PlannedAct(22.0, "infusion_paused"),
            PlannedAct(30.0, "vital_signs"),
            PlannedAct(34.0, "rate_changed", {"rate_mg_per_kg_per_h": 0.4}),
            PlannedAct(35.0, "infusion_resumed"),
        ),
        episodes=(
            Episode("systolic_mmhg", 16.0, 27.0, 50.0, ramp_min=2.0),
            Episode("diastolic_mmhg", 16.0, 27.0, 22.0, ramp_min=2.0),
        ),
        persona={
            "age_years": 58, "weight_kg": 82.0, "condition": "Low back pain", "systolic_mmhg": 136.0,
            "diastolic_mmhg": 78.0, "heart_rate_per_min": 74.0, "spo2_percent": 97.5, "pressure_gain": 1.0,
        } | AVERAGE,
        restlessness=0.1,
    ),
    seed=12,
)  # fmt: skip

OVERSEDATION = GoldenSession(
    "oversedation",
    ChairPlan(
        name="oversedation",
        story="too much midazolam against anxiety; breaths and saturation fall, apnoea, infusion stopped, to hospital",
        rate_mg_per_kg_per_h=0.5,
        duration_min=60,
        acts=(
            PlannedAct(15.0, "adverse_effect", {"term": "anxiety", "ctcae_grade": 2}),
            PlannedAct(
                16.0, "medication_given",
                {"drug_name": "midazolam", "dose": 5, "dose_unit": "mg", "route": "IV"} | ORDERED_BY,
            ),
            PlannedAct(19.0, "vital_signs"),
            PlannedAct(22.0, "vital_signs"),
            PlannedAct(23.0, "adverse_effect", {"term": "apnoea", "ctcae_grade": 4}),
            PlannedAct(23.0, "infusion_ended", {"reason": "adverse_effect"}),
            PlannedAct(
                23.0, "medication_given",
                {"drug_name": "oxygen", "dose": 10, "dose_unit": "L/min", "route": "mask"} | ORDERED_BY,
            ),
            PlannedAct(
                25.0, "medication_given",
                {"drug_name": "flumazenil", "dose": 0.2, "dose_unit": "mg", "route": "IV"} | ORDERED_BY,
            ),
            PlannedAct(27.0, "vital_signs"),
            PlannedAct(45.0, "transferred", {"destination": "hospital"}),
        ),
        # All that happens comes from the load of midazolam, to which this patient is sensitive.
        persona={
            "age_years": 72, "weight_kg": 58.0, "condition": "Neuropathic pain", "systolic_mmhg": 120.0,
            "diastolic_mmhg": 72.0, "heart_rate_per_min": 70.0, "spo2_percent": 97.5, "respiratory_rate_per_min": 15.0,
        } | AVERAGE | {"depressant_sensitivity": 2.0},
        restlessness=0.1,
    ),
    seed=13,
)  # fmt: skip

UNMONITORED_RATE = GoldenSession(
    "unmonitored_rate",
    ChairPlan(
        name="unmonitored rate",
        story="attested as not monitored; raised above 1 and then above 2 mg/kg/h, then the setting is attested",
        rate_mg_per_kg_per_h=0.8,
        duration_min=60,
        is_monitored=False,
        acts=(
            PlannedAct(14.0, "rate_changed", {"rate_mg_per_kg_per_h": 1.2}),
            PlannedAct(20.0, "rate_changed", {"rate_mg_per_kg_per_h": 2.1}),
            PlannedAct(23.0, "rate_changed", {"rate_mg_per_kg_per_h": 0.9}),
            PlannedAct(
                36.0, "setting_attested",
                {
                    "is_monitored": True, "attested_by": "Demo Physician 1",
                    "supervising_account_id": str(SIMULATED_STAFF.physician_id),
                    "administering_account_id": str(SIMULATED_STAFF.nurse_id),
                },
            ),
            PlannedAct(37.0, "rate_changed", {"rate_mg_per_kg_per_h": 1.1}),
        ),
        persona={
            "age_years": 39, "weight_kg": 60.0, "condition": "Fibromyalgia", "systolic_mmhg": 112.0,
            "diastolic_mmhg": 66.0, "heart_rate_per_min": 70.0, "spo2_percent": 98.0, "pressure_gain": 0.6,
        } | AVERAGE,
        restlessness=0.1,
    ),
    seed=14,
)  # fmt: skip

MONITOR_SILENT_MIN = (14.5, 20.5)
TABLET_OFFLINE_MIN = (11.5, 23.0)
CORRECTED_WEIGHT_KG, CORRECTED_AT_MIN = 64.0, 30.0


def _drop_outs_and_correction(lines: list[Line]) -> list[Line]:
    """The monitor sends nothing for six minutes; the tablet keeps what was charted and hands it in when it is back;
    later the weight is corrected."""
    travelled = []
    for line in lines:
        minute = _minute(line)
        if line.by == MONITOR and MONITOR_SILENT_MIN[0] <= minute < MONITOR_SILENT_MIN[1]:
            continue
        if line.by == NURSE and TABLET_OFFLINE_MIN[0] <= minute < TABLET_OFFLINE_MIN[1]:
            line = Line(NURSE, OPENED_AT + timedelta(minutes=TABLET_OFFLINE_MIN[1]), line.entry)
        travelled.append(line)
    at = OPENED_AT + timedelta(minutes=CORRECTED_AT_MIN)
    weight = {
        "entry_id": str(named_uuid7("corrected weight", at)), "kind": "weight", "effective_at": at.isoformat(),
        "source": "hand", "is_simulated": True, "weight_kg": CORRECTED_WEIGHT_KG, "basis": "measured",
    }  # fmt: skip
    return [*travelled, Line(NURSE, at + TRAVEL, weight)]


MONITOR_DROP_OUT = GoldenSession(
    "monitor_drop_out",
    ChairPlan(
        name="monitor drop-out",
        story="not monitored by attestation; monitor silent, tablet offline at the same time, weight corrected later",
        rate_mg_per_kg_per_h=0.85,
        duration_min=40,
        is_monitored=False,
        acts=(PlannedAct(15.0, "vital_signs"),),
        episodes=(Episode("systolic_mmhg", 13.0, 17.5, 45.0, ramp_min=0.5),),
        persona={
            "age_years": 44, "weight_kg": 80.0, "condition": "CRPS", "systolic_mmhg": 122.0, "diastolic_mmhg": 70.0,
            "heart_rate_per_min": 70.0, "spo2_percent": 98.0, "pressure_gain": 0.8,
        } | AVERAGE,
        restlessness=0.1,
        probe_off_min=((26.0, 29.0),),
    ),
    seed=15,
    journey=_drop_outs_and_correction,
)  # fmt: skip

GOLDEN_SESSIONS = (QUIET, HYPERTENSIVE_SURGE, OVERSEDATION, UNMONITORED_RATE, MONITOR_DROP_OUT)
