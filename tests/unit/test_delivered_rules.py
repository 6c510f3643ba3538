"""The delivered table cannot change unnoticed: alerts on record name the version by which they were raised."""

import json
from dataclasses import asdict
from hashlib import sha256

from session_store.domain.rules.delivered import DELIVERED, TABLE_VERSION, VERSIONS_A_TABLE
from session_store.domain.rules.rule_edits import refuse_limit
from session_store.domain.rules.rule_set import duplicate_ids, problems_of
from session_store.rule_changing import CHOICES_OF_RULES

# A row that is edited, added or taken out makes another table: raise TABLE_VERSION and add its digest here; the
# digest of a table that was released never changes.
DIGESTS = {2: "9b6e7f941fc0153bd2e0cd0283dd118d2814d8d23a1ba228da9c139742d7d221"}


def digest_of_table() -> str:
    rows = [asdict(rule) for rule in DELIVERED.rules]
    return sha256(json.dumps(rows, default=str, sort_keys=True).encode()).hexdigest()


def test_the_table_is_the_one_of_its_version() -> None:
    assert digest_of_table() == DIGESTS[TABLE_VERSION], "rows were edited: see the note at DIGESTS"
    assert DELIVERED.version == TABLE_VERSION * VERSIONS_A_TABLE


def test_the_delivered_set_makes_sense_and_could_be_typed_again() -> None:
    assert problems_of(DELIVERED) == [] and duplicate_ids(DELIVERED.rules) == []
    limits = {rule.rule_id: rule.limit for rule in DELIVERED.rules if rule.limit is not None}
    assert [list(refuse_limit(DELIVERED, rule_id, limit)) for rule_id, limit in limits.items()] == [[]] * len(limits)


def test_what_the_clinic_chooses_from_is_what_its_rules_have_chosen() -> None:
    for rule_id, offered in CHOICES_OF_RULES.items():
        chosen = DELIVERED.rule(rule_id).choices
        assert set(chosen) <= set(offered.options) and 1 <= len(chosen) <= offered.most
