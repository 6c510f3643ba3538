"""What the models are and what each predicts, as Markdown: the tables of the README come from here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from session_store.domain.entry_choices import Drug
from session_store.pharmacology.compartments import (
    REFERENCE_WEIGHT_KG,
    steady_state_volume_l,
    terminal_half_life_min,
)
from session_store.pharmacology.concentration_model import Site
from session_store.pharmacology.display_models import DISPLAY_MODELS, DisplayModel
from session_store.pharmacology.linear_model import RateStep
from session_store.pharmacology.predicted_band import band_models
from session_store.pharmacology.prediction import Schedule, predict

_LATER_MIN = 60.0
_IDENTITY_HEAD = (
    "model", "is", "people", "samples", "drugs", "CL, L/h", "Vss, L", "terminal half-life, min", "norketamine", "band"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Regimen:
    """An infusion at one rate, for a person of 70 kg."""

    words: str
    rate_mg_per_h: float
    minutes: float


REGIMENS = (
    Regimen("0.5 mg/kg over 40 min", 52.5, 40),
    Regimen("0.25 mg/kg/h, 4 h", 17.5, 240),
    Regimen("0.5 mg/kg/h, 4 h", 35, 240),
    Regimen("1 mg/kg/h, 2 h", 70, 120),
    Regimen("1 mg/kg/h, 4 h", 70, 240),
    Regimen("2 mg/kg/h, 1 h", 140, 60),
    Regimen("10 mg/h, 4 h", 10, 240),
    Regimen("25 mg/h, 4 h", 25, 240),
    Regimen("80 mg over 2 h", 40, 120),
)


def model_tables() -> str:
    """Both tables."""
    return f"{_identities()}\n{_predictions()}"


def _identities() -> str:
    return _table(_IDENTITY_HEAD, [_identity(model) for model in DISPLAY_MODELS.values()])


def _identity(model: DisplayModel) -> list[str]:
    parts = [part.ketamine for part in model.parts(REFERENCE_WEIGHT_KG, Drug.RACEMIC_KETAMINE)]
    return [
        f"`{model.name}`",
        model.title,
        model.population,
        model.sampling,
        ", ".join(drug.value.removesuffix("_ketamine") for drug in model.drugs),
        _each(60 * part.cl_l_per_min for part in parts),
        _each(steady_state_volume_l(part) for part in parts[:1]),
        _each(terminal_half_life_min(part) for part in parts),
        "yes" if model.has_norketamine else "-",
        "yes" if model.name in band_models(Drug.RACEMIC_KETAMINE) else "-",
    ]


def _predictions() -> str:
    columns = [(model, site) for model in DISPLAY_MODELS.values() for site in _sites(model)]
    head = ["end / 60 min later, ng/mL", *(_column(model, site) for model, site in columns)]
    return _table(
        head, [[regimen.words, *(_cell(regimen, model, site) for model, site in columns)] for regimen in REGIMENS]
    )


def _sites(model: DisplayModel) -> tuple[Site, ...]:
    return tuple(Site) if model.has_both_sites else (model.own_site,)


def _column(model: DisplayModel, site: Site) -> str:
    return f"`{model.name}` {site}" if model.has_both_sites else f"`{model.name}`"


def _cell(regimen: Regimen, model: DisplayModel, site: Site) -> str:
    infusion = (RateStep(0.0, regimen.rate_mg_per_h / 60), RateStep(regimen.minutes, 0.0))
    person = model.build(REFERENCE_WEIGHT_KG, Drug.RACEMIC_KETAMINE)
    samples = (regimen.minutes, regimen.minutes + _LATER_MIN)
    return _each(predict(person, site, samples, Schedule(infusion)).ketamine_ng_per_ml)


def _each(numbers: Iterable[float]) -> str:
    return " / ".join(f"{one:.0f}" for one in numbers)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(line)} |" for line in [head, *rows]]
    return "\n".join([lines[0], "|" + "---|" * len(head), *lines[1:]]) + "\n"
