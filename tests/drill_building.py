"""Builds what a drill reads: a small scenario, steps of an alert, entries of the team; times from the trouble on."""

from datetime import UTC, datetime, timedelta

from simulators.drill.record import AlertStep, HandEntry
from simulators.scenarios.plan import ChairPlan, ChartingHabits, Episode, PlannedAct, PumpFault, PumpTrouble
from simulators.scenarios.scenario import ExpectedAlert, Scenario

TROUBLE = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
NURSE, PHYSICIAN = "Demo Nurse 1", "Demo Physician 1"
SCENARIO = Scenario(
    name="surge",
    story="pressure up",
    plan=ChairPlan(
        name="surge",
        story="pressure up",
        rate_mg_per_kg_per_h=0.5,
        duration_min=60,
        acts=(
            PlannedAct(20.0, "rate_changed", {"rate_mg_per_kg_per_h": 0.8}),
            PlannedAct(
                21.0, "adverse_effect", {"term": "near_syncope", "ctcae_grade": 2, "action_taken": "drug_given"}
            ),
            PlannedAct(21.5, "note", {"text": "Legs up."}),
            PlannedAct(22.0, "infusion_paused"),
        ),
        episodes=(Episode("systolic_mmhg", 20.0, 40.0, 60.0, ramp_min=1.0), Episode("spo2_percent", 35.0, 40.0, -9.0)),
        pump_faults=(PumpFault(PumpTrouble.AIR_IN_LINE, 20.0, 40.0),),
        charting=ChartingHabits(acknowledges_after_min=1.0, late_share=0.5),
        tablet_offline_min=((10.0, 30.0),),
    ),
    seed=3,
    must_raise=(ExpectedAlert("sbp.high.*", 20.0, 24.0), ExpectedAlert("map.low.warning", 20.0, 30.0)),
    must_not_raise=(),
    trouble_min=20.0,
    answering_kinds=("infusion_paused", "medication_given"),
)


def at(seconds: float) -> datetime:
    return TROUBLE + timedelta(seconds=seconds)


def step(number: int, seconds: float, fact: str, level: str = "warning", alert: str = "a", rule: str = "") -> AlertStep:
    return AlertStep(number, at(seconds), fact, alert, rule or f"sbp.high.{level}", level, "Systolic 186")


def entry(
    number: int,
    seconds: float,
    kind: str,
    by: str = NURSE,
    about: str | None = None,
    action: str | None = None,
    *,
    true_at: float | None = None,
    lowers_rate: bool = False,
    **content: object,
) -> HandEntry:
    effective_at = at(seconds if true_at is None else true_at)
    return HandEntry(number, at(seconds), effective_at, f"e{number}", kind, by, about, action, lowers_rate, content)
