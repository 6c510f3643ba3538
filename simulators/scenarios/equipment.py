"""Scenarios of monitor and pump: a drop-out, an occlusion, a ten-fold rate."""

from simulators.scenarios.personas import person
from simulators.scenarios.plan import ChairPlan, MonitorQuirks, PumpFault, PumpTrouble
from simulators.scenarios.planned_acts import AT_THE_CHAIR, act, corrected, note, rate
from simulators.scenarios.scenario import CALM_SIGNS, ExpectedAlert, Scenario

MONITOR_DROP_OUT = Scenario(
    name="monitor-drop-out",
    story="The finger probe comes off, later the whole monitor falls silent. Chart by hand, find the cable",
    plan=ChairPlan(
        name="monitor drop-out",
        story="restless; the finger probe comes off, later the whole monitor says nothing for six minutes",
        rate_mg_per_kg_per_h=0.35,
        duration_min=50,
        acts=(
            act(44.0, "vital_signs"),
            note(44.5, "Monitor is silent, network cable found loose. Signs by hand until it is back."),
        ),
        persona=person(condition="Neuropathic pain"),
        restlessness=0.3,
        probe_off_min=((18.0, 22.0), (28.5, 29.2)),
        monitor_quirks=MonitorQuirks(drop_out_code="-32768", silent_min=((41.0, 47.0),)),
    ),
    seed=18,
    must_raise=(
        ExpectedAlert("sign.no_signal.warning", 20.0, 21.0),
        ExpectedAlert("monitor.silent.warning", 43.0, 44.0),
    ),
    # What was not measured is never a low value, whatever number the monitor writes for it.
    must_not_raise=(*CALM_SIGNS, "sign.absent.*", "tablet.*", "effect.*", "rate.*", "dose.*"),
    trouble_min=41.0,
    answering_kinds=("vital_signs", "note"),
)

PUMP_OCCLUSION = Scenario(
    name="pump-occlusion",
    story="The line is kinked: the pump shows its rate and gives nothing; its volume tells. Pause, clear, resume",
    plan=ChairPlan(
        name="pump occlusion",
        story="the line is kinked for ten minutes; the volume that the pump sends does not agree; cleared, resumed",
        rate_mg_per_kg_per_h=0.75,
        duration_min=40,
        acts=(
            act(29.0, "infusion_paused"),
            note(29.5, "Line was kinked under the arm; freed, flushes well."),
            act(31.0, "infusion_resumed"),
        ),
        persona=person(weight_kg=80.0),
        restlessness=0.3,
        charting=AT_THE_CHAIR,
        pump_faults=(PumpFault(PumpTrouble.OCCLUSION, 20.0, 30.9),),
        pump_reports_every_min=2.0,
    ),
    seed=19,
    must_raise=(ExpectedAlert("pump.volume.warning", 21.0, 28.5),),
    must_not_raise=(*CALM_SIGNS, "rate.*", "dose.*", "effect.*", "monitor.*", "tablet.*"),
    trouble_min=20.0,
    answering_kinds=("infusion_paused", "rate_changed", "infusion_ended"),
)

TENFOLD_RATE = Scenario(
    name="tenfold-rate",
    story="The pump was set to ten times the ordered rate; its volume tells. Stop, end for today, watch for an hour",
    plan=ChairPlan(
        name="ten-fold rate",
        story="the pump runs at ten times the charted rate for nine minutes; stopped, watched, sent home",
        rate_mg_per_kg_per_h=0.2,
        duration_min=120,
        acts=(
            rate(12.2, 0.2),
            act(21.0, "pump_volume"),
            act(21.3, "infusion_paused"),
            note(
                21.8,
                "Pump set to ten times the ordered rate at the last change. Physician told, pump kept for checking.",
            ),
            act(22.0, "vital_signs"),
            corrected(23.5, "rate_changed", {"pump_rate_ml_per_h": 66.0}, "pump ran at 66 mL/h, read from its history"),
            act(24.5, "pump_volume"),
            act(25.0, "infusion_ended", {"reason": "other"}),
        ),
        persona=person(weight_kg=66.0, age_years=52),
        restlessness=0.3,
        charting=AT_THE_CHAIR,
        pump_faults=(PumpFault(PumpTrouble.TENFOLD_RATE, 12.0, 120.0),),
    ),
    seed=20,
    must_raise=(ExpectedAlert("pump.volume.warning", 20.9, 22.0),),
    # Until it is corrected the record knows the ordered rate alone.
    must_not_raise=("rate.*", "dose.*", "spo2.low.critical*", "effect.*", "monitor.*", "tablet.*"),
    trouble_min=12.2,
    answering_kinds=("infusion_paused", "infusion_ended"),
)
