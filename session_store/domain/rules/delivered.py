"""The rules as delivered with the program, and the version of this table.

A change of any row is a new `TABLE_VERSION`: alerts on record name the version by which they were raised. The version
of a clinic's own set is `1000 x table + number of the clinic's changes`, so that 2003 is table 2 with three changes.
"""

from session_store.domain.rules.consciousness_table import CONSCIOUSNESS_TABLE
from session_store.domain.rules.discharge_table import DISCHARGE_TABLE
from session_store.domain.rules.dose_table import DOSE_TABLE
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.rules.situation_table import SITUATION_TABLE
from session_store.domain.rules.start_table import START_TABLE
from session_store.domain.rules.vital_sign_table import VITAL_SIGN_TABLE

TABLE_VERSION = 2
VERSIONS_A_TABLE = 1000

DELIVERED = RuleSet(
    TABLE_VERSION * VERSIONS_A_TABLE,
    (
        *VITAL_SIGN_TABLE,
        *CONSCIOUSNESS_TABLE,
        *DOSE_TABLE,
        *SITUATION_TABLE,
        *START_TABLE,
        *DISCHARGE_TABLE,
    ),
)


SIGN_OF_CONDITION: dict[str, str] = {
    condition: sign for sign, conditions in DELIVERED.by_sign.items() for condition in conditions
}
# What is measured at the patient: two of these at warning or worse are not one bad probe. That a sign is overdue or
# without a signal is none of them.
VITAL_SIGN_CONDITIONS: frozenset[str] = frozenset(
    {*SIGN_OF_CONDITION, *(rule.condition for rule in CONSCIOUSNESS_TABLE), "etco2.waveform", "sign.absent"}
)


def clinic_changes(version: int) -> int:
    """How many changes of the clinic are in a version: 3 of 2003."""
    return version % VERSIONS_A_TABLE


def version_words(version: int) -> str:
    """The version as people read it: 2003 is "2.3"; 1 is the first table, which had no changes."""
    return f"{version // VERSIONS_A_TABLE}.{version % VERSIONS_A_TABLE}" if version >= VERSIONS_A_TABLE else "1.0"
