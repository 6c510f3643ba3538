"""A session in which nothing happens."""

from simulators.scenarios.personas import person
from simulators.scenarios.plan import ChairPlan, MonitorQuirks
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
        # A monitor that does all that monitors do to their numbers; nobody may be called for it.
        monitor_quirks=MonitorQuirks(
            drop_out_code="-32768",
            repeats_cuff=True,
            clock_ahead_s=40.0,
            duplicate_share=0.05,
            out_of_order_share=0.05,
            has_decimal_comma=True,
            is_etco2_in_kpa=True,
        ),
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
