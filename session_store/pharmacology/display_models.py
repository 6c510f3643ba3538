"""The models that can be shown, by name: what each is, whom it describes, what it covers, and how to build it.

Published models disagree by +/- 30 % at the end of a short infusion and by a factor of 2 an hour later: show several
(`predicted_band`), never one as the truth. `truth` is what simulated patients obey. None is fit for dosing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from session_store.domain.entry_choices import Drug
from session_store.pharmacology import (
    clements1981,
    domino1982,
    fanta2015,
    hijazi2003,
    otto2021,
    racemic_ketamine,
    simons2022,
)
from session_store.pharmacology.compartments import Disposition
from session_store.pharmacology.concentration_model import (
    ConcentrationModel,
    Part,
    Site,
    from_ground_truth,
    from_parts,
)
from session_store.pharmacology.individual import TYPICAL, IndividualScale, LogSpread

# (weight in kg, person) -> the dose's parts of a racemic dose, S first where the model tells them apart.
_Parts = Callable[[float, IndividualScale], tuple[Part, ...]]


class ModelRefused(ValueError):
    """A model was asked for what it does not describe."""


@dataclass(frozen=True, slots=True)
class DisplayModel:
    """One model of the registry; `sampling` says what is known of the site its samples came from."""

    name: str
    title: str
    population: str
    sampling: str
    own_site: Site
    has_both_sites: bool
    tells_enantiomers: bool
    spread: LogSpread
    racemic_parts: _Parts

    @property
    def drugs(self) -> tuple[Drug, ...]:
        """The drugs it covers."""
        return tuple(Drug) if self.tells_enantiomers else (Drug.RACEMIC_KETAMINE,)

    @property
    def has_norketamine(self) -> bool:
        """Whether it predicts the metabolite."""
        return all(part.norketamine is not None for part in self.racemic_parts(70.0, TYPICAL))

    def parts(self, weight_kg: float, drug: Drug, individual: IndividualScale = TYPICAL) -> tuple[Part, ...]:
        """Where a dose of this drug goes. Raises `ModelRefused`, and `ValueError` for a weight outside the limits."""
        if drug not in self.drugs:
            raise ModelRefused(f"model {self.name} was fitted to the racemate: it says nothing about {drug.value}")
        parts = self.racemic_parts(weight_kg, individual)
        if drug is Drug.ESKETAMINE:
            return (Part(1.0, parts[0].ketamine, parts[0].norketamine),)
        return parts

    def build(self, weight_kg: float, drug: Drug, individual: IndividualScale = TYPICAL) -> ConcentrationModel:
        """The system and readings of one person. Raises as `parts`."""
        parts = self.parts(weight_kg, drug, individual)
        if not self.has_both_sites:
            return from_parts(parts)
        truth = racemic_ketamine.ketamine_model(weight_kg, individual, parts[0].dose_share, with_norketamine=True)
        return from_ground_truth(truth)


def _enantiomers(weight_kg: float, individual: IndividualScale) -> tuple[Part, ...]:
    chain = simons2022.norketamine(weight_kg, individual)
    share = racemic_ketamine.RACEMIC_S_SHARE
    return (
        Part(share, simons2022.s_ketamine(weight_kg, individual), chain),
        Part(1 - share, simons2022.r_ketamine(weight_kg, individual), chain),
    )


def _venous_enantiomers(weight_kg: float, individual: IndividualScale) -> tuple[Part, ...]:
    chain = otto2021.norketamine(weight_kg, individual)
    share = racemic_ketamine.RACEMIC_S_SHARE
    return (
        Part(share, fanta2015.s_ketamine(weight_kg, individual), chain),
        Part(1 - share, fanta2015.r_ketamine(weight_kg, individual), chain),
    )


def _racemate(disposition: Callable[[float, IndividualScale], Disposition]) -> _Parts:
    return lambda weight_kg, individual: (Part(1.0, disposition(weight_kg, individual)),)


# Domino and Clements print no variances in what we read: volunteers' are borrowed.
_BORROWED = LogSpread(
    "borrowed from Simons 2022", v1=simons2022.LOG_VARIANCE_V1, cl=simons2022.LOG_VARIANCE_CL, is_borrowed=True
)

_ALL = (
    DisplayModel(
        name="truth",
        title="Simons 2022, S and R, with norketamine and venous layer",
        population="20 healthy volunteers",
        sampling="fitted to arterial samples; venous through our venous layer",
        own_site=Site.ARTERIAL,
        has_both_sites=True,
        tells_enantiomers=True,
        spread=simons2022.LOG_SPREAD,
        racemic_parts=_enantiomers,
    ),
    DisplayModel(
        name="domino",
        title="Domino 1982/84, racemate",
        population="surgical patients and volunteers",
        sampling="fitted to venous samples",
        own_site=Site.VENOUS,
        has_both_sites=False,
        tells_enantiomers=False,
        spread=_BORROWED,
        racemic_parts=_racemate(domino1982.disposition),
    ),
    DisplayModel(
        name="clements",
        title="Clements & Nimmo 1981, racemate, 0.25 mg/kg",
        population="healthy volunteers",
        sampling="fitted to samples of a site that our source does not state, taken as venous",
        own_site=Site.VENOUS,
        has_both_sites=False,
        tells_enantiomers=False,
        spread=_BORROWED,
        racemic_parts=_racemate(clements1981.disposition),
    ),
    DisplayModel(
        name="fanta",
        title="Fanta 2015, S and R, with norketamine of Otto 2021",
        population="11 healthy men, checked on 48 volunteers",
        sampling="fitted to venous samples",
        own_site=Site.VENOUS,
        has_both_sites=False,
        tells_enantiomers=True,
        spread=otto2021.LOG_SPREAD,
        racemic_parts=_venous_enantiomers,
    ),
    DisplayModel(
        name="hijazi",
        title="Hijazi 2003, racemate",
        population="12 intensive-care patients",
        sampling="fitted to samples of a site that our source does not state, taken as venous",
        own_site=Site.VENOUS,
        has_both_sites=False,
        tells_enantiomers=False,
        spread=hijazi2003.LOG_SPREAD,
        racemic_parts=_racemate(hijazi2003.disposition),
    ),
)

DISPLAY_MODELS: Mapping[str, DisplayModel] = {model.name: model for model in _ALL}


def display_model(name: str) -> DisplayModel:
    """The model of this name. Raises `ModelRefused` for an unknown one."""
    if name not in DISPLAY_MODELS:
        raise ModelRefused(f"no model {name!r}: {', '.join(DISPLAY_MODELS)}")
    return DISPLAY_MODELS[name]
