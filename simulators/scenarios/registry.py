"""All scenarios by name, in the order in which they are told."""

from collections.abc import Mapping
from types import MappingProxyType

from simulators.scenarios.charting import TABLET_OFFLINE, TWO_TABLETS, UNMONITORED_RATE, WRONG_WEIGHT
from simulators.scenarios.circulation import ANAPHYLAXIS, HYPERTENSIVE_SURGE, VASOVAGAL_BRADYCARDIA
from simulators.scenarios.equipment import MONITOR_DROP_OUT, PUMP_OCCLUSION, TENFOLD_RATE
from simulators.scenarios.mind_and_breathing import DISSOCIATION_WITH_DISTRESS, OVERSEDATION, VOMITING
from simulators.scenarios.quiet import QUIET_SESSION
from simulators.scenarios.scenario import Scenario

SCENARIOS: Mapping[str, Scenario] = MappingProxyType(
    {
        scenario.name: scenario
        for scenario in (
            QUIET_SESSION,
            HYPERTENSIVE_SURGE,
            OVERSEDATION,
            VASOVAGAL_BRADYCARDIA,
            DISSOCIATION_WITH_DISTRESS,
            VOMITING,
            MONITOR_DROP_OUT,
            PUMP_OCCLUSION,
            TENFOLD_RATE,
            WRONG_WEIGHT,
            UNMONITORED_RATE,
            TABLET_OFFLINE,
            TWO_TABLETS,
            ANAPHYLAXIS,
        )
    }
)
