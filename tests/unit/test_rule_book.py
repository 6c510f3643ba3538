"""The clinic's rules in force are the delivered table with its changes, in the order of recording."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import uuid_utils.compat

from session_store.commands import Author
from session_store.domain.clinic_contents import (
    AlertLimitsChanged,
    AlertLimitsSigned,
    ClinicEnteredInError,
    ShiftCount,
)
from session_store.domain.entries import ClinicEntry
from session_store.domain.entry_choices import Source
from session_store.domain.rules.delivered import DELIVERED, clinic_changes, version_words
from session_store.rule_book import ChangeStanding, RuleBook, RuleHistory
from session_store.rule_changing import (
    notes_on,
    plain_limit,
    read_change,
    refuse_change,
    refuse_signature,
    with_what_it_replaces,
)
from tests.record_building import NURSE, PHYSICIAN, START

ADMINISTRATOR = Author(uuid_utils.compat.uuid7(), "Test Administrator 1", "administrator")
TIGHTER = {"sbp.high.warning": "155"}
LOOSER = {"spo2.low.critical": "88"}


def entry(seq: int, content: Any, author: Author = PHYSICIAN) -> ClinicEntry:
    at = START + timedelta(minutes=seq)
    return ClinicEntry(
        entry_id=uuid_utils.compat.uuid7(), seq=seq, effective_at=at, recorded_at=at, source=Source.HAND,
        author_id=author.account_id, author_name=author.display_name, is_simulated=False, content=content,
    )  # fmt: skip


def change(book: RuleBook, limits: dict[str, Any], choices: dict[str, Any] | None = None) -> AlertLimitsChanged:
    """A change as the recorder keeps it; nothing speaks against it."""
    sent = AlertLimitsChanged(
        based_on_version=Decimal(book.rules.version), limits=limits, choices=choices or {}, reason="tried here"
    )
    assert list(refuse_change(book, sent, PHYSICIAN)) == []
    return with_what_it_replaces(book, sent)


def changed(book: RuleBook, limits: dict[str, Any], choices: dict[str, Any] | None = None) -> RuleBook:
    return book.with_entry(entry(book.next_seq, change(book, limits, choices)))


def signed(book: RuleBook, entry_id: UUID) -> RuleBook:
    return book.with_entry(entry(book.next_seq, AlertLimitsSigned(signed_entry_id=entry_id), ADMINISTRATOR))


def standings(book: RuleBook) -> list[ChangeStanding]:
    return [book.standing(one) for one in book.changes]


def reasons(book: RuleBook, limits: dict[str, Any], choices: dict[str, Any] | None = None) -> dict[str, str]:
    return {one.field: one.reason for one in read_change(book.rules, limits, choices or {}).problems}


def test_without_changes_the_delivered_rules_are_in_force() -> None:
    assert RuleBook().rules is DELIVERED and RuleBook().waiting() == ()


def test_a_change_takes_effect_at_once_and_is_counted_in_the_version() -> None:
    book = changed(RuleBook(), TIGHTER)
    assert book.rules.limit("sbp.high.warning") == 155
    assert book.rules.version == DELIVERED.version + 1 and version_words(book.rules.version).endswith(".1")
    kept = book.changes[0].content
    assert (kept.old_limits, kept.needs_second_person) == ({"sbp.high.warning": "160"}, False)
    assert DELIVERED.limit("sbp.high.warning") == 160 and notes_on(kept) == ()


def test_a_loosened_critical_limit_waits_for_the_second_person() -> None:
    book = changed(RuleBook(), LOOSER)
    waiting = book.changes[0]
    assert book.rules is DELIVERED and standings(book) == [ChangeStanding.WAITS]
    assert notes_on(waiting.content)[0].field == "needs_second_person"
    book = signed(book, waiting.entry.entry_id)
    (change_now,) = book.changes
    assert book.rules.limit("spo2.low.critical") == 88 and book.rules.version == DELIVERED.version + 1
    assert change_now.signed is not None and change_now.signed.author_name == "Test Administrator 1"
    assert change_now.held_from == change_now.signed.recorded_at and book.waiting() == ()


@pytest.mark.parametrize(
    ("rule_id", "limit", "waits"),
    [
        ("spo2.low.critical", "91", False),
        ("sbp.high.critical", "190", True),
        ("sbp.high.warning", "170", False),
        ("rate.range.critical", "8", True),
        ("alert.unanswered.critical", "120", True),
    ],
)
def test_only_loosening_a_critical_limit_needs_two(rule_id: str, limit: str, waits: bool) -> None:
    assert bool(read_change(DELIVERED, {rule_id: limit}, {}).loosened()) is waits


def test_what_waits_lapses_when_another_change_takes_effect() -> None:
    book = changed(RuleBook(), LOOSER)
    waiting = book.changes[0].entry.entry_id
    book = changed(book, TIGHTER)
    assert standings(book) == [ChangeStanding.LAPSED, ChangeStanding.IN_FORCE]
    (refusal,) = refuse_signature(book, AlertLimitsSigned(signed_entry_id=waiting), ADMINISTRATOR)
    assert "changed meanwhile" in refusal.reason


def test_nobody_signs_alone_twice_or_what_does_not_wait() -> None:
    book = changed(RuleBook(), LOOSER)
    waiting = AlertLimitsSigned(signed_entry_id=book.changes[0].entry.entry_id)
    unknown = AlertLimitsSigned(signed_entry_id=uuid_utils.compat.uuid7())
    assert list(refuse_signature(book, waiting, ADMINISTRATOR)) == []
    assert [one.limit for one in refuse_signature(book, waiting, PHYSICIAN)] == ["a second person"]
    assert [one.field for one in refuse_signature(book, waiting, NURSE)] == ["kind"]
    assert len(list(refuse_signature(book, unknown, ADMINISTRATOR))) == 1
    after = signed(book, waiting.signed_entry_id)
    assert len(list(refuse_signature(after, waiting, ADMINISTRATOR))) == 1


def test_a_change_is_based_on_the_rules_in_force_and_made_by_who_may() -> None:
    book = changed(RuleBook(), TIGHTER)
    old = AlertLimitsChanged(based_on_version=Decimal(DELIVERED.version), limits={"hr.high.warning": "118"}, reason="x")
    assert [one.field for one in refuse_change(book, old, PHYSICIAN)] == ["based_on_version"]
    nobody = AlertLimitsChanged(based_on_version=Decimal(book.rules.version), limits=LOOSER, reason="x")
    assert [one.field for one in refuse_change(book, nobody, NURSE)] == ["kind"]


SENSELESS: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({}, {}, "nothing was changed"),
    ({"sbp.high.warning": "160.0"}, {}, "nothing was changed"),
    ({"no.such.rule": "5"}, {}, "no such rule"),
    ({"sedation.deep.warning.rass": "5"}, {}, "no such rule with a limit"),
    ({"sbp.high.warning": "high"}, {}, "not a number"),
    ({"sbp.high.warning": None}, {}, "is missing"),
    ({"sbp.high.warning": True}, {}, "not a number"),
    ({"sbp.high.warning": ["170"]}, {}, "not a number"),
    ({"sbp.high.warning": "190"}, {}, "looser than"),
    ({"sbp.high.critical": "155"}, {}, "looser than"),
    ({"sbp.low.warning": "165", "sbp.low.advisory": "170"}, {}, "not under the high limit"),
    ({"spo2.low.advisory": "101"}, {}, "outside what can be recorded"),
    ({"sbp.low.warning.baseline": "100"}, {}, "no share of a baseline"),
    ({"monitor.silent.warning": "5"}, {}, "outside the bounds"),
    ({"discharge.stable_sets.held": "2.5"}, {}, "not a whole number"),
    ({"start.systolic_low.held": "185"}, {}, "not under the high limit"),
    ({}, {"discharge.score.held": ["padss", "aldrete"]}, "not what can be chosen"),
    ({}, {"discharge.score.held": "padss"}, "nothing was changed"),
    ({}, {"bolus.role.warning": []}, "not what can be chosen"),
    ({}, {"bolus.role.warning": "nurse, reviewer"}, "not what can be chosen"),
    ({}, {"bolus.role.warning": {"nurse": 1}}, "not what can be chosen"),
    ({}, {"spo2.low.critical": "padss"}, "no such rule with a choice"),
]


@pytest.mark.parametrize(("limits", "choices", "reason"), SENSELESS)
def test_what_makes_no_sense_is_refused_in_words(limits: dict[str, Any], choices: dict[str, Any], reason: str) -> None:
    found = reasons(RuleBook(), limits, choices)
    assert any(reason in one for one in found.values()), found


def test_limits_that_only_make_sense_together_are_changed_together() -> None:
    assert reasons(RuleBook(), {"hr.high.warning": "135"})
    assert not reasons(RuleBook(), {"hr.high.warning": "135", "hr.high.critical": "140"})


def test_the_clinic_chooses_its_score_and_who_gives_a_bolus() -> None:
    book = changed(RuleBook(), {}, {"discharge.score.held": "aldrete", "bolus.role.warning": "nurse, physician"})
    assert book.rules.rule("discharge.score.held").choices == ("aldrete",)
    assert book.rules.rule("bolus.role.warning").choices == ("physician", "nurse")
    assert book.changes[0].content.old_choices["discharge.score.held"] == ["padss"]


def test_what_was_withdrawn_while_it_waited_is_not_signed_any_more() -> None:
    book = changed(RuleBook(), LOOSER)
    waiting = book.changes[0].entry.entry_id
    book = book.with_entry(entry(book.next_seq, ClinicEnteredInError(withdrawn_entry_id=waiting, reason="mistyped")))
    assert standings(book) == [ChangeStanding.WITHDRAWN]
    assert len(list(refuse_signature(book, AlertLimitsSigned(signed_entry_id=waiting), ADMINISTRATOR))) == 1


def test_each_change_of_the_record_is_judged_by_the_rules_of_its_number() -> None:
    first = changed(RuleBook(), TIGHTER)
    second = changed(first, {"sbp.high.warning": "150"})
    history = RuleHistory([(10, first.changes[0].entry), (20, second.changes[1].entry)])
    limits = [history.at(number).rules.limit("sbp.high.warning") for number in (1, 9, 11, 19, 21, 900)]
    assert limits == [160, 160, 155, 155, 150, 150]
    assert RuleHistory().at(5).rules is DELIVERED


def test_the_rules_of_a_time_are_those_that_took_effect_before_it() -> None:
    book = changed(changed(RuleBook(), TIGHTER), {"sbp.high.warning": "150"})
    first, second = (one.held_from for one in book.changes)
    assert isinstance(first, datetime) and isinstance(second, datetime)
    assert book.rules_at(first - timedelta(seconds=1)) is DELIVERED
    assert book.rules_at(first).limit("sbp.high.warning") == 155
    assert book.rules_at(second + timedelta(days=1)) is book.rules


def test_other_entries_of_the_clinic_change_no_rule() -> None:
    book = changed(RuleBook(), TIGHTER)
    counted = book.with_entry(entry(book.next_seq, ShiftCount(vial_content_mg=Decimal(500), vials=Decimal(3))))
    assert counted.rules is book.rules and counted.next_seq == book.next_seq + 1


def test_no_more_changes_are_recorded_than_a_version_can_count() -> None:
    full = RuleBook(rules=DELIVERED.with_limits({"sbp.high.warning": Decimal(155)}, DELIVERED.version + 999))
    sent = AlertLimitsChanged(
        based_on_version=Decimal(full.rules.version), limits={"sbp.high.warning": "150"}, reason="x"
    )
    assert clinic_changes(full.rules.version) == 999
    assert [one.field for one in refuse_change(full, sent, PHYSICIAN)] == ["limits"]


@pytest.mark.parametrize(("limit", "text"), [("92.0", "92"), ("36.50", "36.5"), ("100", "100"), ("0.35", "0.35")])
def test_a_limit_reads_without_empty_zeros(limit: str, text: str) -> None:
    assert plain_limit(Decimal(limit)) == text
