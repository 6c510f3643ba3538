"""Every kind of entry and every choice reads in words, and the browser gets the same table."""

import json

import pytest

from dashboard.components.entry_words import CHOICE_WORDS, KIND_TITLES, button_words, choice_words, language_json
from session_store.domain.amendment import IDENTITY_FIELDS, NOT_AMENDABLE
from session_store.domain.entries import FIELD_SPECS, SESSION_KINDS


def test_every_kind_of_a_session_has_a_title_of_its_own() -> None:
    assert set(KIND_TITLES) == set(SESSION_KINDS)
    assert len(set(KIND_TITLES.values())) == len(KIND_TITLES)


@pytest.mark.parametrize("field", sorted(CHOICE_WORDS))
def test_choice_words_speak_of_choices_that_exist(field: str) -> None:
    known = {
        str(choice) for kind in SESSION_KINDS for name, spec in FIELD_SPECS[kind].items() if name == field
        for choice in spec.choices
    }  # fmt: skip

    assert set(CHOICE_WORDS[field]) <= known


def test_a_choice_without_words_is_read_from_its_code() -> None:
    assert choice_words("ecg_rhythm", "atrial_fibrillation") == "atrial fibrillation"
    assert button_words("reached", "not_reached") == {"not_reached": "Not reached"}


def test_the_table_for_the_browser_has_every_field_with_its_unit() -> None:
    kinds = json.loads(language_json())["kinds"]

    assert set(kinds) == set(SESSION_KINDS)
    for kind, words in kinds.items():
        assert set(words["fields"]) == set(FIELD_SPECS[kind])
        assert bool(words["amendable"]) is (kind not in NOT_AMENDABLE)
    assert kinds["bag_changed"]["fields"]["volume_ml"] == {"label": "Volume", "type": "number", "unit": "mL"}
    assert all(kinds["session_planned"]["fields"][name]["fixed"] for name in IDENTITY_FIELDS)
