"""Folds one more entry into a session and judges it; decides when the whole session is folded again.

The recorder and the rebuilding of projections go through `fold_in` alone: the same entries in the same order, at the
same times, give the same summary and the same alert facts.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from session_store.domain.alert import AlertFact
from session_store.domain.alert_evaluation import Judgement, judge_entry
from session_store.domain.alert_history import AlertsTold
from session_store.domain.entries import VITAL_SIGN_FIELDS, Entry
from session_store.domain.refolding import fold_again, reconcile
from session_store.domain.rules.delivered import clinic_changes
from session_store.domain.rules.rule_set import RuleSet
from session_store.domain.session import TRANSITION_KINDS
from session_store.domain.session_summary import BASELINE_WINDOW, SessionSummary

_FOLD_AGAIN_WHEN_EARLIER = (TRANSITION_KINDS - {"session_ready"}) | {
    "bolus",
    "medication_given",
    "bag_dispensed",
    "bag_changed",
}
_CORRECTIONS = frozenset({"entered_in_error", "amendment"})
_FIRST_DRUGS = frozenset({"infusion_started", "bolus", "medication_given"})
_RATES = frozenset({"infusion_started", "rate_changed"})


@dataclass(frozen=True, slots=True)
class History:
    """What folding again needs of the session's record before this entry; read only when it is needed.

    `raised`: every alert ever raised in the session, and at which level people were told of it; `rules_at` gives the
    rules in force at a time of recording, where they have not been the same throughout.
    """

    entries: Callable[[], list[Entry]]
    raised: Callable[[], AlertsTold]
    rules_at: Callable[[datetime], RuleSet] | None = None


def fold_in(
    summary: SessionSummary, entry: Entry, judgement: Judgement, history: History
) -> tuple[SessionSummary, list[AlertFact]]:
    """The summary with one more entry (the same object, or a fresh one where all was folded again), and the facts."""
    summary.next_seq = entry.seq + 1
    if entry.seq == 1:
        summary.limit_changes_judged = clinic_changes(judgement.rules.version)
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
        handover = summary.care.supervision_taken_over_by
        return _is_earlier(at, summary.last_infusion_event_at, handover.at if handover else None)
    if kind in _FOLD_AGAIN_WHEN_EARLIER:
        known = (summary.last_infusion_event_at, summary.status_since, summary.first_drug_at)
        return _is_earlier(at, *known, *_known_beside_the_dose(summary, kind))
    if kind == "pump_volume":
        # Compared with what had been given at its own time.
        return at < entry.recorded_at
    if kind in ("pain_score", "sedation"):
        return bool(summary.pain_scores) and at < summary.pain_scores[-1].effective_at
    return kind == "vital_signs" and _is_newer_baseline(summary, entry)


def _known_beside_the_dose(summary: SessionSummary, kind: str) -> Iterator[datetime | None]:
    """What a late first drug or a late rate must not be judged after: values that are no baseline then, another bag."""
    if kind in _FIRST_DRUGS and summary.first_drug_at is None:
        yield from (sign.effective_at for sign in summary.signs.values())
    if kind in _RATES and summary.care.bag is not None:
        yield summary.care.bag.at


def _is_earlier(at: datetime, *known: datetime | None) -> bool:
    return any(one is not None and at < one for one in known)


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
    after, found = fold_again(fresh, everything, judgement, history.rules_at)
    before.note_catching_up(entry)
    after = replace(
        after,
        catching_up_since=before.catching_up_since,
        catching_up_until=before.catching_up_until,
        next_seq=before.next_seq,
        next_fact_seq=before.next_fact_seq,
        change_number=before.change_number,
        limit_changes_judged=before.limit_changes_judged,
        planned_at=before.planned_at,
        status_since=after.status_since or before.status_since,
    )
    facts = list(reconcile(before, after, found, history.raised(), everything, judgement))
    return after, facts
