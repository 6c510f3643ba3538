"""What the drugs given beside ketamine do to the virtual patient, by the name that the nurse writes.

| drug | does |
|---|---|
| midazolam, fentanyl | a load on breathing and wakefulness (`co_medication`) |
| flumazenil, naloxone | end the load of midazolam, of fentanyl: half of it is gone a minute later, for good (ours) |
| ondansetron | halves the hazard of nausea from then on (`nausea`) |
| esmolol, labetalol | the factor of a beta-blocker on the rise of the heart rate (`haemodynamics`), from then on |
| oxygen, in L/min | inspired oxygen, until it is set to 0 |
| all others | nothing: no course of effect of theirs is modelled |

Every dose counts as given into a vein. `drug_classes` knows classes; here it matters which drug it is.
"""

import re
from dataclasses import dataclass

from session_store.pharmacology.co_medication import (
    NO_DEPRESSANT,
    Depressant,
    DepressantDose,
    DepressantLoad,
    depressant_load,
)
from session_store.pharmacology.oxygen_store import inspired_mmhg

_DEPRESSANTS = {
    Depressant.MIDAZOLAM: frozenset({"midazolam", "dormicum", "versed", "hypnovel"}),
    Depressant.FENTANYL: frozenset({"fentanyl", "sublimaze"}),
}
_ENDED_BY = {
    Depressant.MIDAZOLAM: frozenset({"flumazenil", "anexate", "romazicon"}),
    Depressant.FENTANYL: frozenset({"naloxone", "naloxon", "narcan", "nyxoid", "nalmefene"}),
}
_ONDANSETRON = frozenset({"ondansetron", "zofran"})
_BETA_BLOCKERS = frozenset({"esmolol", "brevibloc", "labetalol", "trandate"})
_OXYGEN = frozenset({"oxygen", "o2"})
_MG_PER_UNIT = {"mg": 1.0, "ug": 1e-3, "µg": 1e-3, "mcg": 1e-3, "g": 1e3}
_WORD = re.compile(r"[a-z0-9]+")
# A rule of thumb for nasal prongs and simple masks: 4 % more oxygen for each L/min.
_OXYGEN_SHARE_PER_L_PER_MIN, _LARGEST_OXYGEN_SHARE = 0.04, 0.80
_ROOM_AIR_SHARE = 0.21
_ANTAGONISED_HALF_TIME_MIN = 1.0


@dataclass(slots=True)
class _Depressing:
    """A dose, and since when an antagonist ends it."""

    dose: DepressantDose
    ended_min: float | None = None

    def load(self, minute: float, weight_kg: float) -> DepressantLoad:
        full = depressant_load((self.dose,), minute, weight_kg)
        if self.ended_min is None:
            return full
        left = 0.5 ** (max(minute - self.ended_min, 0.0) / _ANTAGONISED_HALF_TIME_MIN)
        return DepressantLoad(full.midazolam * left, full.opioid * left)


class GivenDrugs:
    """What one patient was given so far, and what of it still works; times in minutes of the session."""

    def __init__(self, weight_kg: float, *, has_beta_blocker: bool = False) -> None:
        self._weight_kg = weight_kg
        self._depressing: list[_Depressing] = []
        self.has_ondansetron = False
        self.has_beta_blocker = has_beta_blocker
        self.oxygen_l_per_min = 0.0

    def give(self, drug_name: str, dose: float, dose_unit: str, minute: float) -> None:
        """One dose. Raises `ValueError` for a unit that does not fit a drug with a modelled dose."""
        words = set(_WORD.findall(drug_name.lower()))
        for depressant, names in _DEPRESSANTS.items():
            if words & names:
                given = DepressantDose(depressant, minute, _mg(drug_name, dose, dose_unit))
                self._depressing.append(_Depressing(given))
            if words & _ENDED_BY[depressant]:
                self._end(depressant, minute)
        if words & _OXYGEN:
            self.give_oxygen(_l_per_min(drug_name, dose, dose_unit))
        self.has_ondansetron |= bool(words & _ONDANSETRON)
        self.has_beta_blocker |= bool(words & _BETA_BLOCKERS)

    def _end(self, depressant: Depressant, minute: float) -> None:
        for one in self._depressing:
            if one.dose.drug is depressant and one.ended_min is None:
                one.ended_min = minute

    def give_oxygen(self, l_per_min: float) -> None:
        """Oxygen at a flow, 0 to take it off. Raises `ValueError` for a flow below 0."""
        if not l_per_min >= 0:
            raise ValueError(f"oxygen at {l_per_min} L/min is below 0")
        self.oxygen_l_per_min = l_per_min

    @property
    def inspired_oxygen_mmhg(self) -> float:
        """Pressure of oxygen in what the patient breathes in."""
        share = _ROOM_AIR_SHARE + _OXYGEN_SHARE_PER_L_PER_MIN * self.oxygen_l_per_min
        return inspired_mmhg(min(share, _LARGEST_OXYGEN_SHARE))

    def load(self, minute: float) -> DepressantLoad:
        """What weighs on breathing and wakefulness at a minute."""
        if not self._depressing:
            return NO_DEPRESSANT
        loads = [one.load(minute, self._weight_kg) for one in self._depressing]
        return DepressantLoad(sum(load.midazolam for load in loads), sum(load.opioid for load in loads))


def _mg(drug_name: str, dose: float, dose_unit: str) -> float:
    mg_per_unit = _MG_PER_UNIT.get(dose_unit.strip().lower())
    if mg_per_unit is None:
        raise ValueError(f"unit {dose_unit!r} of {drug_name} is not one of {', '.join(_MG_PER_UNIT)}")
    return float(dose) * mg_per_unit


def _l_per_min(drug_name: str, dose: float, dose_unit: str) -> float:
    if dose_unit.strip().lower() != "l/min":
        raise ValueError(f"unit {dose_unit!r} of {drug_name} is not L/min")
    return float(dose)
