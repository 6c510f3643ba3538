"""What the server itself says in an entry, from what it knows while recording: whatever was sent is replaced.

Written into the entry, because what the record says must not depend on accounts and credentials of another day.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from session_store.commands import Author
from session_store.domain.checking import Check
from session_store.domain.discharge_gate import discharge_gate
from session_store.domain.entries import Content
from session_store.domain.session_checks import lacking_credentials
from session_store.domain.start_gate import GateItem, start_gate


def with_server_facts(check: Check, author: Author) -> Content:
    """The content of the entry, with the fields that are the server's to say."""
    fact = _FACTS.get(check.content.kind)
    return check.content if fact is None else fact(check, author)


def _setting(check: Check, _author: Author) -> Content:
    content: Any = check.content
    words = "; ".join(f"{name}: {', '.join(lacking)}" for name, lacking in lacking_credentials(check).items())
    return replace(content, lacking_credentials=words or None)  # type: ignore[no-any-return]


def _bolus(check: Check, author: Author) -> Content:
    content: Any = check.content
    return replace(content, given_by_role=None if author.is_device else author.role)  # type: ignore[no-any-return]


def _start_override(check: Check, _author: Author) -> Content:
    return _overridden(check, start_gate(check.summary, check.rules, check.effective_at))


def _discharge_override(check: Check, _author: Author) -> Content:
    return _overridden(check, discharge_gate(check.summary, check.rules, check.effective_at))


def _overridden(check: Check, items: list[GateItem]) -> Content:
    content: Any = check.content
    held = " ".join(item.rule_id for item in items if item.is_held)
    return replace(content, overridden=held or None)  # type: ignore[no-any-return]


_FACTS: dict[str, Callable[[Check, Author], Content]] = {
    "setting_attested": _setting,
    "bolus": _bolus,
    "start_override": _start_override,
    "discharge_override": _discharge_override,
}
