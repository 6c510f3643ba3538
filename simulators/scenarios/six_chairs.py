"""The six chairs of the demonstration, taken from the scenarios. Live running begins at minute 40 of most of them
(`seed_min`), shortly before their trouble.
"""

from dataclasses import replace

from simulators.scenarios import charting, circulation, equipment, mind_and_breathing, quiet
from simulators.scenarios.plan import Episode, MonitorQuirks, PlannedAct
from simulators.scenarios.planned_acts import drug, effect

_PLAIN_MONITOR = MonitorQuirks()

# Long enough that somebody who watches for a while still finds the chair as it was.
QUIET = replace(
    quiet.QUIET_SESSION.plan,
    story="half a mg/kg/h over three hours, nothing happens",
    rate_mg_per_kg_per_h=0.5,
    duration_min=180,
    monitor_quirks=_PLAIN_MONITOR,
)

UNMONITORED_RATE = charting.UNMONITORED_RATE.plan

HYPERTENSIVE_SURGE = circulation.HYPERTENSIVE_SURGE.plan

DESATURATION = replace(
    equipment.MONITOR_DROP_OUT.plan,
    name="drop-outs, then desaturation",
    story="restless, the finger probe comes off, the monitor falls silent; once it is back the saturation really falls",
    duration_min=150,
    acts=(
        effect(26.0, "anxiety", 2),
        drug(27.0, "midazolam", 1, "mg", "anxiety"),
        *equipment.MONITOR_DROP_OUT.plan.acts,
        PlannedAct(51.5, "vital_signs"),
    ),
    episodes=(Episode("spo2_percent", 49.0, 56.0, -8.0, ramp_min=1.5),),
    restlessness=2.0,
)

# Milder, so that nothing waits for an answer when people begin to watch.
NAUSEA_PAUSED = replace(
    mind_and_breathing.VOMITING.plan,
    acts=tuple(
        effect(act.minute, "vomiting", 2) if act.content.get("term") == "vomiting" else act
        for act in mind_and_breathing.VOMITING.plan.acts
    ),
)

RECOVERY = replace(
    quiet.QUIET_SESSION.plan,
    name="recovery",
    story="a short infusion is over; the patient goes home some minutes into the live part and the next one comes",
    duration_min=25,
    seed_min=92.0,
    monitor_quirks=_PLAIN_MONITOR,
)

SIX_CHAIRS = (QUIET, UNMONITORED_RATE, HYPERTENSIVE_SURGE, DESATURATION, NAUSEA_PAUSED, RECOVERY)
