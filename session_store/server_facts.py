"""What the server itself says in an entry, from what it knows while recording: whatever was sent is replaced.

Written into the entry, because what the record says must not depend on accounts and credentials of another day.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from session_store.commands import Author
from session_store.domain.checking import Check
from session_store.domain.entries import Content, Entry
from session_store.domain.override_checks import covered_items
from session_store.domain.session_checks import NEEDED_CREDENTIALS, lacking_credentials


def with_server_facts(check: Check, author: Author) -> Content:
    """The content of the entry, with the fields that are the server's to say."""
    fact = _FACTS.get(check.content.kind)
    return check.content if fact is None else fact(check, author)


def _setting(check: Check, _author: Author) -> Content:
    return _lacking(check)


def _lacking(check: Check) -> Content:
    content: Any = check.content
    words = "; ".join(f"{name}: {', '.join(lacking)}" for name, lacking in lacking_credentials(check).items())
    return replace(content, lacking_credentials=words or None)  # type: ignore[no-any-return]


def _bolus(check: Check, author: Author) -> Content:
    content: Any = check.content
    return replace(content, given_by_role=None if author.is_device else author.role)  # type: ignore[no-any-return]


def _at_the_chair(check: Check, author: Author) -> Content:
    content: Any = check.content
    return replace(content, role=author.role)  # type: ignore[no-any-return]


def _overridden(check: Check, _author: Author) -> Content:
    """Exactly what is let through: of the items that were read, those that hold."""
    content: Any = check.content
    covered = " ".join(item.rule_id for item in covered_items(check))
    return replace(content, overridden=covered or None)  # type: ignore[no-any-return]


_FACTS: dict[str, Callable[[Check, Author], Content]] = {
    "setting_attested": _setting,
    "bolus": _bolus,
    "at_the_chair": _at_the_chair,
    "start_override": _overridden,
    "discharge_override": _overridden,
}
# The field that each of them fills; nobody else sets it, nor amends it.
SERVER_FIELDS: dict[str, str] = {
    "setting_attested": "lacking_credentials",
    "bolus": "given_by_role",
    "at_the_chair": "role",
    "start_override": "overridden",
    "discharge_override": "overridden",
}


def with_amended_facts(check: Check, before: Entry) -> Content:
    """The corrected content, with what the server says found anew where that follows from what was corrected: the
    credentials, for other persons or another day. Who gave a bolus, or overrode what, is not changed by a correction.
    """
    content: Any = check.content
    if content.kind != "setting_attested" or _persons_and_day(content, check.effective_at) == _persons_and_day(
        before.content, before.effective_at
    ):
        return content  # type: ignore[no-any-return]
    return _lacking(check)


def _persons_and_day(content: Any, at: datetime) -> tuple[object, ...]:
    return (at.date(), *(getattr(content, name) for name in NEEDED_CREDENTIALS))
