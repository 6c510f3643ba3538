"""Which drugs are recognised in what a nurse writes."""

import pytest

from session_store.domain.drug_classes import DrugClass, drug_classes


@pytest.mark.parametrize(
    ("written", "classes"),
    [
        ("midazolam", {DrugClass.BENZODIAZEPINE}),
        ("Midazolam 2 mg", {DrugClass.BENZODIAZEPINE}),
        ("DORMICUM", {DrugClass.BENZODIAZEPINE}),
        ("clonazepam", {DrugClass.BENZODIAZEPINE}),
        ("fentanyl-citrate", {DrugClass.OPIOID}),
        ("tramadol", {DrugClass.OPIOID}),
        ("midazolam + fentanyl", {DrugClass.BENZODIAZEPINE, DrugClass.OPIOID}),
        ("Naloxone HCl", {DrugClass.REVERSAL}),
        ("Narcan", {DrugClass.REVERSAL}),
        ("flumazenil", {DrugClass.REVERSAL}),
        ("ondansetron", set()),
        ("clonidine", set()),
        ("", set()),
    ],
)
def test_by_any_word_of_the_name(written: str, classes: set[DrugClass]) -> None:
    assert drug_classes(written) == classes
