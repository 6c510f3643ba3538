"""Levels of sedation, agitation and consciousness that alert (clinical.md 2.4, 2.6; clinical-decisions 4).

Levels of different scales are never compared: each scale has rows of its own.
"""

from session_store.domain.alert import Level
from session_store.domain.rules.model import PROPOSAL, AlertRule, Clearing, RuleKind
from session_store.domain.rules.vital_sign_table import REMEASURE_WINDOW_SECONDS

_A, _W, _C = Level.ADVISORY, Level.WARNING, Level.CRITICAL
_SESSLER = "levels after Sessler 2002 (RASS)"
_PASERO = "levels after Pasero 1994 (POSS)"


def _levels(rule_id: str, level: Level, scale: str, levels: str, words: str, citation: str) -> AlertRule:
    return AlertRule(
        rule_id=rule_id, kind=RuleKind.SCALE_LEVEL, level=level, words=words, citation=citation,
        clearing=Clearing.CONDITION_OVER, scale=scale, levels=tuple(levels.split()),
        window_seconds=REMEASURE_WINDOW_SECONDS if level is Level.WARNING else 0,
    )  # fmt: skip


CONSCIOUSNESS_TABLE: tuple[AlertRule, ...] = (
    _levels("sedation.deep.advisory.rass", _A, "rass", "-1", "drowsy", _SESSLER),
    _levels("sedation.deep.warning.rass", _W, "rass", "-2", "light sedation", _SESSLER),
    _levels("sedation.deep.critical.rass", _C, "rass", "-3 -4 -5", "moderate sedation or deeper", _SESSLER),
    _levels("sedation.deep.advisory.poss", _A, "poss", "2", "slightly drowsy", _PASERO),
    _levels("sedation.deep.warning.poss", _W, "poss", "3", "drifts off", _PASERO),
    _levels("sedation.deep.critical.poss", _C, "poss", "4", "somnolent", _PASERO),
    _levels("sedation.deep.advisory.moaas", _A, "moaas", "4", "lethargic answer", PROPOSAL),
    _levels("sedation.deep.warning.moaas", _W, "moaas", "3", "answers only when called loudly", PROPOSAL),
    _levels("sedation.deep.critical.moaas", _C, "moaas", "2 1 0", "answers to prodding at most", PROPOSAL),
    _levels("sedation.deep.advisory.ramsay", _A, "ramsay", "3", "drowsy, responds to commands", PROPOSAL),
    _levels("sedation.deep.warning.ramsay", _W, "ramsay", "4", "asleep, brisk response", PROPOSAL),
    _levels("sedation.deep.critical.ramsay", _C, "ramsay", "5 6", "asleep, sluggish response or none", PROPOSAL),
    _levels("sedation.agitated.advisory.rass", _A, "rass", "1", "restless", _SESSLER),
    _levels("sedation.agitated.warning.rass", _W, "rass", "2", "agitated", _SESSLER),
    _levels("sedation.agitated.critical.rass", _C, "rass", "3 4", "very agitated or combative", _SESSLER),
    _levels("sedation.agitated.advisory.ramsay", _A, "ramsay", "1", "anxious or agitated", PROPOSAL),
    _levels("acvpu.reduced.warning.voice", _W, "acvpu", "voice", "answers to voice only", "NEWS2"),
    _levels(
        "acvpu.reduced.warning.confusion", _W, "acvpu", "new_confusion",
        "new confusion, not charted as dissociation", "NEWS2",
    ),
    _levels("acvpu.reduced.critical", _C, "acvpu", "pain unresponsive", "answers to pain only, or not at all", "NEWS2"),
)  # fmt: skip
