"""The commands that predict concentrations: `predict` (a typical person), `population` (many), `models` (the tables).

CSV on standard output, remarks on standard error. None of it is fit for dosing anybody.
"""

import argparse
import csv
import math
import sys
from collections.abc import Iterable, Sequence

from session_store.domain.entry_choices import Drug
from session_store.pharmacology.compartments import MAX_WEIGHT_KG, MIN_WEIGHT_KG, REFERENCE_WEIGHT_KG
from session_store.pharmacology.concentration_model import Site
from session_store.pharmacology.display_models import DISPLAY_MODELS, DisplayModel, ModelRefused
from session_store.pharmacology.linear_model import FloatArray
from session_store.pharmacology.population_prediction import (
    MAX_NORKETAMINE_PATIENTS,
    PERCENTILES,
    Percentiles,
    Population,
    PopulationPlan,
)
from session_store.pharmacology.prediction import InfusionNeverEnds, Schedule, areas, predict
from session_store.pharmacology.variability import Comedication, Variability
from simulators import dose_schedule
from simulators.model_table import model_tables
from simulators.option_values import number, whole
from simulators.progress import progress_bar

MAX_PATIENTS = 100_000
_MAX_ROWS = 100_000
_DRUGS = {"racemic": Drug.RACEMIC_KETAMINE, "esketamine": Drug.ESKETAMINE}
_AREA_ROW = "auc_to_infinity_ng_min_per_ml"
# A sample at the end stands for one a hair before it.
_SAME_MINUTE = 1e-9


class PredictionRefused(Exception):
    """What was asked for cannot be predicted; the text says why, in one line."""


def add_predict(parser: argparse.ArgumentParser) -> None:
    """The options of `predict`."""
    _add_what_is_given(parser)
    parser.set_defaults(run=_run_predict)


def add_population(parser: argparse.ArgumentParser) -> None:
    """The options of `population`."""
    _add_what_is_given(parser)
    parser.add_argument("--patients", type=whole(1, MAX_PATIENTS), default=1000, help="how many people (default 1000)")
    parser.add_argument("--seed", type=whole(0, 2**63 - 1), default=1, help="same seed, same people (default 1)")
    parser.add_argument(
        "--variability",
        choices=[str(one) for one in Variability],
        default=str(Variability.PUBLISHED),
        help="spread of the model's study, or of a clinic: clearance wider (default published)",
    )
    parser.add_argument("--inducer", action="store_true", help="everybody takes an inducer: clearance x 1.3")
    parser.add_argument("--inhibitor", action="store_true", help="everybody takes an inhibitor: clearance x 0.7")
    parser.add_argument("--liver-disease", action="store_true", help="severe liver disease: clearance x 0.5")
    parser.set_defaults(run=_run_population)


def add_models(parser: argparse.ArgumentParser) -> None:
    """`models` has no options."""
    parser.set_defaults(run=_run_models)


def _add_what_is_given(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", choices=list(DISPLAY_MODELS), default="truth", help="which model (default truth)")
    parser.add_argument("--drug", choices=list(_DRUGS), default="racemic", help="default racemic")
    parser.add_argument(
        "--weight-kg",
        type=number(MIN_WEIGHT_KG, MAX_WEIGHT_KG),
        default=REFERENCE_WEIGHT_KG,
        help=f"body weight, {MIN_WEIGHT_KG:g} to {MAX_WEIGHT_KG:g} kg (default {REFERENCE_WEIGHT_KG:g})",
    )
    parser.add_argument(
        "--infusion",
        type=dose_schedule.infusion,
        help='rates and when they begin, "0min:60mg/h, 20min:0"; mg/h, mg/kg/h, mg/min, ug/kg/min; times in min or h',
    )
    parser.add_argument("--bolus", type=dose_schedule.boluses, help='doses, "0min:10mg, 1h:0.1mg/kg"; mg or mg/kg')
    parser.add_argument("--minutes", type=number(0, dose_schedule.MAX_TIME_MIN), default=240.0, help="default 240")
    parser.add_argument("--every", type=number(0.01, 1440), default=1.0, help="minutes between rows (default 1)")
    parser.add_argument("--site", choices=[str(one) for one in Site], help="blood sample (default: the model's own)")
    parser.add_argument("--auc", action="store_true", help="a last row with the areas from 0 to infinity")


def _run_predict(options: argparse.Namespace) -> int:
    model, site, minutes, schedule = _asked(options)
    try:
        person = model.build(options.weight_kg, _DRUGS[options.drug])
        whole_areas = areas(person, site, schedule) if options.auc else None
    except (ModelRefused, InfusionNeverEnds) as error:
        raise PredictionRefused(error) from error
    _remark_on_site(model, site)
    predicted = predict(person, site, minutes, schedule)
    ketamine = predicted.ketamine_ng_per_ml.tolist()
    norketamine = predicted.norketamine_ng_per_ml
    of_metabolite = [None] * len(minutes) if norketamine is None else norketamine.tolist()
    rows = [_row(_plain(at), drawn) for at, *drawn in zip(minutes, ketamine, of_metabolite, strict=True)]
    if whole_areas is not None:
        rows.append(_row(_AREA_ROW, (whole_areas.ketamine_ng_min_per_ml, whole_areas.norketamine_ng_min_per_ml)))
    _write(["minute", "ketamine_ng_per_ml", "norketamine_ng_per_ml"], rows)
    return 0


def _run_population(options: argparse.Namespace) -> int:
    model, site, minutes, schedule = _asked(options)
    plan = PopulationPlan(
        model,
        options.weight_kg,
        _DRUGS[options.drug],
        site,
        options.patients,
        options.seed,
        Variability(options.variability),
        Comedication(options.inducer, options.inhibitor, options.liver_disease),
    )
    try:
        if options.auc:
            schedule.total_mg()
        population = Population(plan)
    except (ModelRefused, InfusionNeverEnds) as error:
        raise PredictionRefused(error) from error
    _remark_on_site(model, site)
    _remark_on_population(plan)
    header = [f"{name}_p{part}_ng_per_ml" for name in ("ketamine", "norketamine") for part in PERCENTILES]
    _write(["minute", *header], _population_rows(population, minutes, schedule, options.auc))
    return 0


def _population_rows(
    population: Population, minutes: Sequence[float], schedule: Schedule, with_areas: bool
) -> Iterable[list[str]]:
    # For who waits at a screen on which the rows themselves do not appear.
    is_waited_for = sys.stderr.isatty() and not sys.stdout.isatty()
    with progress_bar(len(minutes), "samples", "population", is_shown=is_waited_for) as bar:
        for minute, percentiles in population.over_time(minutes, schedule):
            bar.update()
            yield _row(_plain(minute), _both(percentiles))
    if with_areas:
        yield _row(_AREA_ROW, _both(population.areas(schedule)))


def _both(percentiles: Percentiles) -> list[float | None]:
    return [*percentiles.ketamine.tolist(), *_or_empty(percentiles.norketamine)]


def _or_empty(values: FloatArray | None) -> list[float | None]:
    return [None] * len(PERCENTILES) if values is None else list(values.tolist())


def _run_models(_options: argparse.Namespace) -> int:
    print(model_tables(), end="")
    return 0


def _asked(options: argparse.Namespace) -> tuple[DisplayModel, Site, list[float], Schedule]:
    """The model, the site, the sample times and the schedule. Raises `PredictionRefused`."""
    if options.infusion is None and options.bolus is None:
        raise PredictionRefused("nothing is given: --infusion or --bolus is needed")
    model = DISPLAY_MODELS[options.model]
    site = Site(options.site) if options.site else model.own_site
    schedule = dose_schedule.schedule(options.infusion, options.bolus, options.weight_kg)
    return model, site, _sample_times(options.minutes, options.every), schedule


def _sample_times(until: float, every: float) -> list[float]:
    """0, every, 2 every, ... and the last minute itself."""
    steps = math.floor(until / every + _SAME_MINUTE)
    if steps >= _MAX_ROWS:
        raise PredictionRefused(f"--every {every:g} over {until:g} min makes more than {_MAX_ROWS} rows")
    times = [round(step * every, 9) for step in range(steps + 1)]
    if until - times[-1] > _SAME_MINUTE:
        return [*times, until]
    return [*times[:-1], until]


def _remark_on_site(model: DisplayModel, site: Site) -> None:
    if not model.has_both_sites and site is not model.own_site:
        _remark(f"model {model.name} was {model.sampling}; its values are printed as they are")


def _remark_on_population(plan: PopulationPlan) -> None:
    if plan.model.spread.is_borrowed:
        _remark(f"model {plan.model.name} prints no variances: {plan.model.spread.source}")
    if plan.model.has_norketamine and not plan.has_norketamine:
        _remark(f"norketamine is followed for up to {MAX_NORKETAMINE_PATIENTS} patients: left empty")


def _remark(text: str) -> None:
    print(f"simulators: {text}", file=sys.stderr)


def _row(first: str, values: Iterable[float | None]) -> list[str]:
    return [first, *("" if value is None else _plain(value) for value in values)]


def _plain(value: float) -> str:
    return f"{value:.9g}"


def _write(header: Sequence[str], rows: Iterable[list[str]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
