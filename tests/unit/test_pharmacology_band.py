"""The predicted band: which models are in it, and that it is their lowest and highest and nothing else."""

import numpy as np
import pytest

from session_store.domain.entry_choices import Drug
from session_store.pharmacology.concentration_model import Site
from session_store.pharmacology.display_models import ModelRefused, display_model
from session_store.pharmacology.linear_model import BolusDose, RateStep
from session_store.pharmacology.predicted_band import predicted_band
from session_store.pharmacology.prediction import Schedule, predict

RATES = (RateStep(0.0, 0.5), RateStep(17.3, 1.0), RateStep(50.0, 0.0), RateStep(60.0, 0.5), RateStep(90.0, 0.0))
BOLUSES = (BolusDose(25.0, 10.0),)
TIMES = [float(minute) for minute in range(0, 181, 3)]


def test_the_band_is_the_lowest_and_the_highest_of_the_default_models_at_a_venous_site() -> None:
    band = predicted_band(RATES, BOLUSES, 80.0, Drug.RACEMIC_KETAMINE, TIMES)
    assert list(band.lines_ng_per_ml) == ["truth", "domino", "clements", "fanta"]
    for name, line in band.lines_ng_per_ml.items():
        person = display_model(name).build(80.0, Drug.RACEMIC_KETAMINE)
        alone = predict(person, Site.VENOUS, TIMES, Schedule(RATES, BOLUSES)).ketamine_ng_per_ml
        assert line == pytest.approx(alone, rel=1e-12)
    lines = np.array(list(band.lines_ng_per_ml.values()))
    assert (band.low_ng_per_ml == lines.min(axis=0)).all()
    assert (band.high_ng_per_ml == lines.max(axis=0)).all()
    assert band.minutes.tolist() == TIMES
    assert (band.high_ng_per_ml[1:] > band.low_ng_per_ml[1:]).all()


def test_esketamine_is_predicted_by_the_models_that_know_it() -> None:
    band = predicted_band(RATES, BOLUSES, 80.0, Drug.ESKETAMINE, TIMES)
    assert list(band.lines_ng_per_ml) == ["truth", "fanta"]


def test_the_intensive_care_model_is_drawn_only_when_named() -> None:
    band = predicted_band(RATES, (), 80.0, Drug.RACEMIC_KETAMINE, TIMES, models=("hijazi",))
    assert (band.low_ng_per_ml == band.lines_ng_per_ml["hijazi"]).all()


def test_nothing_given_is_a_band_of_zero_and_no_sample_an_empty_one() -> None:
    nothing = predicted_band((), (), 70.0, Drug.RACEMIC_KETAMINE, [0.0, 10.0])
    assert nothing.high_ng_per_ml.tolist() == [0.0, 0.0]
    assert predicted_band(RATES, (), 70.0, Drug.RACEMIC_KETAMINE, []).low_ng_per_ml.tolist() == []


def test_what_cannot_be_predicted_is_refused_in_words() -> None:
    racemic = Drug.RACEMIC_KETAMINE
    with pytest.raises(ValueError, match="outside 20 to 350 kg"):
        predicted_band(RATES, (), 12.0, racemic, TIMES)
    with pytest.raises(ModelRefused, match="fitted to the racemate"):
        predicted_band(RATES, (), 70.0, Drug.ESKETAMINE, TIMES, models=("domino",))
    with pytest.raises(ModelRefused, match="at least one"):
        predicted_band(RATES, (), 70.0, racemic, TIMES, models=())
    with pytest.raises(ValueError, match="below 0"):
        predicted_band((RateStep(0.0, -1.0),), (), 70.0, racemic, TIMES)
    with pytest.raises(ValueError, match="ascend"):
        predicted_band(RATES, (), 70.0, racemic, [5.0, 1.0])
