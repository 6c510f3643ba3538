"""A session in which nothing happens."""

from simulators.scenarios.personas import person
from simulators.scenarios.plan import ChairPlan
from simulators.scenarios.scenario import ALL_WARNINGS, Scenario

QUIET_SESSION = Scenario(
    name="quiet-session",
    story="Half a mg/kg over 40 min for CRPS; nothing happens, the patient goes home. Nobody is called",
    plan=ChairPlan(
        name="quiet",
        story="half a mg/kg over 40 min, nothing happens",
        rate_mg_per_kg_per_h=0.75,
        duration_min=40,
        persona=person(is_responder=True, pain_points=7.0),
        restlessness=0.3,
    ),
    seed=11,
    must_raise=(),
    must_not_raise=(
        *ALL_WARNINGS,
        "spo2.*",
        "sbp.low.*",
        "hr.low.*",
        "rr.low.*",
        "temperature.*",
        "sedation.agitated.*",
    ),
    trouble_min=20.0,
    answering_kinds=(),
)
