"""Which entries of a record count, what they say, and in which order they are read.

Entries are read as they come. One that changes what has been judged already makes everything be read anew, in the
order in which it was true.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from session_store.domain.amendment import content_from_plain
from session_store.domain.entries import VITAL_SIGN_FIELDS, Entry
from session_store.domain.limits import EXTREME_MONITOR_VALUES
from session_store.domain.session import TRANSITION_KINDS, TRANSITIONS, SessionStatus

HALF_AN_HOUR = timedelta(minutes=30)
FIRST_DRUG_KINDS = ("infusion_started", "bolus", "medication_given")
_BAGS = ("bag_dispensed", "bag_changed")
_DOSE_KINDS = (*sorted(TRANSITION_KINDS - {"session_ready"}), "bolus", "medication_given", *_BAGS)
_MOVES_THE_PUMP = ("infusion_started", "rate_changed", "infusion_paused", "infusion_ended", "bolus", "bag_changed")
_RATES = ("infusion_started", "rate_changed")


def withdrawn_ids(recorded: list[Entry]) -> set[UUID]:
    """The entries that a later one withdraws."""
    contents: list[Any] = [entry.content for entry in recorded]
    return {content.withdrawn_entry_id for content in contents if content.kind == "entered_in_error"}


def standing_entries(recorded: list[Entry]) -> list[Entry]:
    """What counts, as amended last, in the order of recording."""
    withdrawn = withdrawn_ids(recorded)
    counting = [entry for entry in recorded if entry.entry_id not in withdrawn]
    standing = []
    for entry in counting:
        amendments = [one for one in counting if getattr(one.content, "amended_entry_id", None) == entry.entry_id]
        standing.append(_as_amended(entry, amendments[-1]) if amendments else entry)
    return standing


def _as_amended(entry: Entry, amendment: Entry) -> Entry:
    said: Any = amendment.content
    content = content_from_plain(entry.content.kind, said.corrected)
    return replace(entry, content=content, effective_at=said.corrected_effective_at or entry.effective_at)


def by_time(entries: list[Entry]) -> list[Entry]:
    """In the order in which it was true; of one time, in the order of recording."""
    return sorted(entries, key=lambda entry: (entry.effective_at, entry.seq))


def read_anew(standing: list[Entry]) -> list[Entry]:
    """The order of a whole new reading: the plan, the weight recorded last, which holds from the beginning, then all
    else as it was true."""
    plans = [entry for entry in standing if entry.content.kind == "session_planned"]
    weights = [entry for entry in standing if entry.content.kind == "weight"]
    others = [entry for entry in standing if entry.content.kind not in ("session_planned", "weight")]
    return [*plans, *weights[-1:], *by_time(others)]


def is_superseded(entry: Entry, sign: str, standing: list[Entry]) -> bool:
    """Whether a newer value of the sign was on record already when this entry came (clinical-decisions 2)."""
    return any(
        other.seq < entry.seq and other.effective_at > entry.effective_at and value_of(other, sign) is not None
        for other in standing
    )


def value_of(entry: Entry, sign: str) -> Any:
    """The value of a sign in an entry, or None."""
    return getattr(entry.content, sign) if entry.content.kind == "vital_signs" else None


def needs_new_reading(read: list[Entry], entry: Entry, planned_at: datetime) -> bool:
    """Whether an entry changes what has been judged before it came: it corrects, or it was true before something that
    is judged together with it."""
    kind, at = entry.content.kind, entry.effective_at
    drugs = [one.effective_at for one in read if one.content.kind in FIRST_DRUG_KINDS]
    if kind in ("amendment", "entered_in_error"):
        return True
    if kind == "weight":
        return bool(drugs)
    if kind in ("setting_attested", "supervision_handover"):
        return _is_before(at, [*_pump_moved(read), *_times_of(read, "supervision_handover")])
    if kind in _DOSE_KINDS:
        return _is_before(at, [*_known_before_dose(read, kind), *_status_moved(read, planned_at)[-1:], *drugs[:1]])
    if kind == "pump_volume":
        return at < entry.recorded_at
    if kind in ("pain_score", "sedation"):
        return _is_before(at, _times_of(read, "pain_score"))
    return kind == "vital_signs" and bool(drugs) and _is_newer_baseline(read, entry, min(drugs))


def _known_before_dose(read: list[Entry], kind: str) -> list[datetime]:
    times = _pump_moved(read)
    if kind in _RATES:
        times += _times_of(read, *_BAGS)
    if kind in FIRST_DRUG_KINDS and not _times_of(read, *FIRST_DRUG_KINDS):
        times += [one.effective_at for one in read if any(value_of(one, sign) for sign in VITAL_SIGN_FIELDS)]
    return times


def _is_before(at: datetime, times: list[datetime]) -> bool:
    return any(at < one for one in times)


def _times_of(read: list[Entry], *kinds: str) -> list[datetime]:
    return [one.effective_at for one in read if one.content.kind in kinds]


def _status_moved(read: list[Entry], planned_at: datetime) -> list[datetime]:
    """When the session was planned, and when its status changed."""
    status, times = SessionStatus.PLANNED, [planned_at]
    for entry in by_time(read):
        after = TRANSITIONS.get((status, entry.content.kind), status)
        if after is not status:
            status = after
            times.append(entry.effective_at)
    return times


def _pump_moved(read: list[Entry]) -> list[datetime]:
    """When something changed what the pump gives; "resumed" does where the session runs."""
    status, times = SessionStatus.PLANNED, []
    for entry in by_time(read):
        kind = entry.content.kind
        status = TRANSITIONS.get((status, kind), status)
        is_running_on = kind == "infusion_resumed" and status is SessionStatus.RUNNING
        if kind in _MOVES_THE_PUMP or is_running_on:
            times.append(entry.effective_at)
    return times


def _is_newer_baseline(read: list[Entry], entry: Entry, first_drug_at: datetime) -> bool:
    """A late set from the half hour before the first drug, with a value that is newer than the baseline of its sign."""
    if not timedelta(0) < first_drug_at - entry.effective_at <= HALF_AN_HOUR:
        return False
    for sign in VITAL_SIGN_FIELDS:
        baseline = baseline_entry(read, sign)
        is_newer = baseline is None or baseline.effective_at < entry.effective_at
        if value_of(entry, sign) is not None and is_newer:
            return True
    return False


def baseline_entry(read: list[Entry], sign: str) -> Entry | None:
    """The entry with the last value before the first drug, at most 30 min before it (clinical-decisions 3). What a
    monitor sent as an extreme is none: the value before it is, unless that is as far out."""
    before: list[Entry] = []
    for entry in by_time(read):
        if entry.content.kind in FIRST_DRUG_KINDS:
            last = _believable(before, sign)
            is_recent = last is not None and entry.effective_at - last.effective_at <= HALF_AN_HOUR
            return last if is_recent else None
        if value_of(entry, sign) is not None:
            before.append(entry)
    return None


def _believable(before: list[Entry], sign: str) -> Entry | None:
    if not before or before[-1].source != "monitor" or not is_extreme(sign, value_of(before[-1], sign)):
        return before[-1] if before else None
    is_before_extreme = len(before) < 2 or is_extreme(sign, value_of(before[-2], sign))
    return None if is_before_extreme else before[-2]


def is_extreme(sign: str, value: Decimal) -> bool:
    """Whether a lone monitor value is so far out that it is verified before it is believed."""
    usual = EXTREME_MONITOR_VALUES.get(sign)
    return usual is not None and not usual[0] <= value <= usual[1]
