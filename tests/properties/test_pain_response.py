"""Properties of the pain-response arithmetic, against exact fractions."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from session_store.domain.pain_response import is_responder, is_substantial_responder, percent_reduction_tenths

# Every score there can be: NRS 0 to 10 and VAS 0 to 100 mm, both in tenths.
BASELINES = st.integers(min_value=1, max_value=1000)
FOLLOW_UPS = st.integers(min_value=0, max_value=1000)


@given(BASELINES, FOLLOW_UPS)
def test_thresholds_agree_with_exact_fractions(before: int, after: int) -> None:
    reduction = Fraction(before - after, before)
    assert is_responder(before, after) == (reduction >= Fraction(3, 10))
    assert is_substantial_responder(before, after) == (reduction >= Fraction(1, 2))


@given(BASELINES, FOLLOW_UPS)
def test_what_reads_at_least_thirty_is_a_responder_and_nothing_else(before: int, after: int) -> None:
    tenths = percent_reduction_tenths(before, after)
    assert (tenths >= 300) == is_responder(before, after)
    assert (tenths >= 500) == is_substantial_responder(before, after)


@given(BASELINES, FOLLOW_UPS)
def test_the_percentage_is_exact_to_less_than_a_tenth_and_keeps_its_sign(before: int, after: int) -> None:
    tenths = percent_reduction_tenths(before, after)
    exact = Fraction(1000 * (before - after), before)
    assert abs(tenths - exact) < 1
    assert (tenths > 0, tenths < 0) == (after < before, after > before)


@given(BASELINES, FOLLOW_UPS, FOLLOW_UPS)
def test_more_pain_after_never_reads_as_more_reduction(before: int, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert percent_reduction_tenths(before, low) >= percent_reduction_tenths(before, high)
    assert is_responder(before, low) or not is_responder(before, high)


@given(BASELINES, FOLLOW_UPS, st.integers(min_value=1, max_value=10))
def test_the_unit_of_the_instrument_does_not_matter(before: int, after: int, factor: int) -> None:
    assert percent_reduction_tenths(before * factor, after * factor) == percent_reduction_tenths(before, after)
