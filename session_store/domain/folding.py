"""Folds one more entry into a session and judges it; decides when the whole session is folded again.

The recorder and the rebuilding of projections go through `fold_in` alone: the same entries in the same order, at the
same times, give the same summary and the same alert facts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from session_store.domain.alert import AlertFact
from session_store.domain.alert_evaluation import Judgement, judge_entry
from session_store.domain.amendment import withdrawn_entry_ids
from session_store.domain.entries import VITAL_SIGN_FIELDS, Entry
from session_store.domain.refolding import fold_again, reconcile
from session_store.domain.session import TRANSITION_KINDS
from session_store.domain.session_summary import BASELINE_WINDOW, SessionSummary

_FOLD_AGAIN_WHEN_EARLIER = (TRANSITION_KINDS - {"session_ready"}) | {
    "bolus",
    "medication_given",
    "bag_dispensed",
    "bag_changed",
}
_CORRECTIONS = frozenset({"entered_in_error", "amendment"})


@dataclass(frozen=True, slots=True)
class History:
    """What folding again needs of the session's record before this entry; read only when it is needed.

    `raised` maps (condition, evidence entry) of every alert ever raised in the session to the alert's id.
    """

    entries: Callable[[], list[Entry]]
    raised: Callable[[], Mapping[tuple[str, UUID | None], UUID]]


def fold_in(
    summary: SessionSummary, entry: Entry, judgement: Judgement, history: History
) -> tuple[SessionSummary, list[AlertFact]]:
    """The summary with one more entry (the same object, or a fresh one where all was folded again), and the facts."""
    summary.next_seq = entry.seq + 1
    if needs_folding_again(summary, entry):
        return _fold_again(summary, entry, judgement, history)
    summary.apply(entry)
    return summary, judge_entry(summary, entry, judgement)


def needs_folding_again(summary: SessionSummary, entry: Entry) -> bool:
    """Whether an entry changes what is already folded: it corrects, or belongs before what is known."""
    kind, at = entry.content.kind, entry.effective_at
    if kind in _CORRECTIONS:
        return True
    if kind == "weight":
        return summary.first_drug_at is not None
    if kind in ("setting_attested", "supervision_handover"):
        return summary.last_infusion_event_at is not None and at < summary.last_infusion_event_at
    if kind in _FOLD_AGAIN_WHEN_EARLIER:
        known = (summary.last_infusion_event_at, summary.status_since, summary.first_drug_at)
        return any(one is not None and at < one for one in known)
    if kind in ("pain_score", "sedation"):
        return bool(summary.pain_scores) and at < summary.pain_scores[-1].effective_at
    return kind == "vital_signs" and _is_newer_baseline(summary, entry)


def _is_newer_baseline(summary: SessionSummary, entry: Entry) -> bool:
    """A late set from the half hour before the first drug, newer than what stands as the baseline."""
    first, at = summary.first_drug_at, entry.effective_at
    if first is None or not timedelta(0) < first - at <= BASELINE_WINDOW:
        return False
    given = [name for name in VITAL_SIGN_FIELDS if getattr(entry.content, name) is not None]
    return any(name not in summary.baseline or summary.baseline[name].effective_at < at for name in given)


def _fold_again(
    before: SessionSummary, entry: Entry, judgement: Judgement, history: History
) -> tuple[SessionSummary, list[AlertFact]]:
    everything = [*history.entries(), entry]
    fresh = SessionSummary(before.session_id, before.patient_id, before.is_simulated, before.plan)
    after, found = fold_again(fresh, everything, judgement)
    after = replace(
        after,
        next_seq=before.next_seq,
        next_fact_seq=before.next_fact_seq,
        change_number=before.change_number,
        planned_at=before.planned_at,
        status_since=after.status_since or before.status_since,
    )
    withdrawn = withdrawn_entry_ids(everything)
    facts = list(reconcile(before, after, found, history.raised(), withdrawn, entry, judgement))
    return after, facts
