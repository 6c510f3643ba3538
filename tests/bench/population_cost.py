"""Rows (e): what stepping a population costs. 100,000 people of `modal_form` against the bare update of its arrays."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from session_store.domain.entry_choices import Drug
from session_store.pharmacology.concentration_model import Site
from session_store.pharmacology.display_models import display_model
from session_store.pharmacology.linear_model import FloatArray
from session_store.pharmacology.modal_form import ModalPopulation
from session_store.pharmacology.variability import People, draw_people
from tests.bench.measuring import Report, Spread, at_most, ratio_row

ROUNDS, STEPS_A_TURN, PATIENTS = 5, 30, 100_000
STEP_MIN = 1 / 60
SEED = 1


@dataclass(slots=True)
class BareModes:
    """What nobody can do without: one array a mode, one multiplication, and one addition of what came in."""

    decays: list[FloatArray]
    gains: list[FloatArray]
    modes: list[FloatArray]

    @classmethod
    def of(cls, population: ModalPopulation) -> "BareModes":
        rates = population.rates_per_min
        return cls(
            [np.exp(rate * STEP_MIN) for rate in rates],
            [np.expm1(rate * STEP_MIN) / rate for rate in rates],
            [np.zeros(rates.shape[1]) for _ in rates],
        )

    def step(self, rate_mg_per_min: FloatArray) -> None:
        for mode, decay, gain in zip(self.modes, self.decays, self.gains, strict=True):
            mode *= decay
            mode += gain * rate_mg_per_min


@dataclass(slots=True)
class _Row:
    """The times of one kind of step and of the bare update beside it, and the ratio of each round's medians."""

    name: str
    step: Callable[[], object]
    ours_ms: list[float] = field(default_factory=list)
    bare_ms: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    def add(self, ours_ms: list[float], bare_ms: list[float]) -> None:
        self.ours_ms += ours_ms
        self.bare_ms += bare_ms
        self.ratios.append(Spread.of(ours_ms).p50 / Spread.of(bare_ms).p50)


def run(report: Report) -> None:
    """Measure both kinds of steps against the bare update of the six modes of a racemate, and add their rows."""
    rates = np.full(PATIENTS, 0.5)
    people = draw_people(display_model("truth").spread, SEED, 0, PATIENTS)
    plain, venous = _population(people, has_venous_layer=False), _population(people, has_venous_layer=True)
    bare = BareModes.of(plain)

    def step_and_read() -> None:
        venous.step(STEP_MIN, rates)
        venous.ketamine_ng_per_ml(Site.VENOUS)

    rows = (
        _Row("stepping 100,000 people", lambda: plain.step(STEP_MIN, rates)),
        _Row("the same with venous delay, and reading all concentrations", step_and_read),
    )
    for turn in range(ROUNDS + 1):
        for row in rows:
            _take_turn(turn, row, lambda: bare.step(rates))
    for row in rows:
        ours, baseline = str(Spread.of(row.ours_ms)), str(Spread.of(row.bare_ms))
        report.rows.append(ratio_row(f"{row.name} against bare modes", ours, baseline, row.ratios, at_most(3)))
    report.notes.append(f"Population: {_apart(plain, bare):.1e} between the states of both at the end, relative.")


def _population(people: People, *, has_venous_layer: bool) -> ModalPopulation:
    parts = display_model("truth").parts(70.0, Drug.RACEMIC_KETAMINE)
    return ModalPopulation.of(parts, people, has_venous_layer)


def _take_turn(turn: int, row: _Row, bare: Callable[[], object]) -> None:
    """Step by step, each first in every second pair. The first turn is not counted."""
    ours_ms: list[float] = []
    bare_ms: list[float] = []
    for number in range(STEPS_A_TURN):
        pair = ((row.step, ours_ms), (bare, bare_ms))
        for step, times_ms in pair if number % 2 else reversed(pair):
            before = time.perf_counter()
            step()
            times_ms.append((time.perf_counter() - before) * 1000)
    if turn > 0:
        row.add(ours_ms, bare_ms)


def _apart(population: ModalPopulation, bare: BareModes) -> float:
    """That both did the same: the bare one was stepped beside both rows, so twice as often."""
    population.step(STEP_MIN * STEPS_A_TURN * (ROUNDS + 1), np.full(PATIENTS, 0.5))
    return float(np.abs(population.state / np.array(bare.modes) - 1).max())
