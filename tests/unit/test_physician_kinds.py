"""What a physician alone decides for one patient and session."""

import pytest

from dashboard.access.permissions import recordable_kinds
from session_store.accounts import Role


@pytest.mark.parametrize("kind", ["start_override", "discharge_override", "patient_limit", "oxygen_target"])
def test_only_a_physician_overrides_gates_and_sets_limits_of_one_patient(kind: str) -> None:
    assert [role for role in Role if kind in recordable_kinds(role)] == [Role.PHYSICIAN]
