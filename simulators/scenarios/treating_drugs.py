"""Which drugs treat the trouble of a scenario, by what a nurse writes: classes (`drug_classes`) or names.

A name counts where all its words stand in what was written, upper or lower case, with or without accents. The lists
are ours and not complete: generic names with German spellings, some brands. They serve drills alone, no rule.
"""

import re
import unicodedata
from collections.abc import Sequence

from session_store.domain.drug_classes import DrugClass, drug_classes

ADRENALINE = ("adrenaline", "adrenalin", "epinephrine", "epinephrin", "suprarenin", "epipen", "anapen", "fastjekt")
REVERSAL_DRUGS = (DrugClass.REVERSAL.value,)
ANTIEMETICS = (
    "ondansetron", "zofran", "granisetron", "palonosetron", "tropisetron", "dexamethasone", "dexamethason",
    "metoclopramide", "metoclopramid", "paspertin", "droperidol", "haloperidol", "dimenhydrinate", "dimenhydrinat",
    "vomex", "promethazine", "promethazin", "prochlorperazine", "cyclizine", "domperidone", "domperidon",
    "aprepitant", "fosaprepitant", "amisulpride",
)  # fmt: skip
# Against a slow heart with a low pressure; fluid is what the scenario's own team gives.
AGAINST_FAINTING = (
    "atropine", "atropin", "ephedrine", "ephedrin", "glycopyrrolate", "glycopyrronium", "robinul", "akrinor",
    "cafedrine", "etilefrine", "sodium chloride", "nacl", "saline", "ringer", "ringers", "sterofundin",
)  # fmt: skip
AGAINST_HIGH_PRESSURE = (
    "labetalol", "trandate", "esmolol", "brevibloc", "metoprolol", "hydralazine", "hydralazin", "nicardipine",
    "nicardipin", "clevidipine", "urapidil", "ebrantil", "clonidine", "clonidin", "catapresan", "nitroglycerin",
    "nitroglycerine", "glyceryl trinitrate",
)  # fmt: skip
# Letters alone: "adrenalin1mg" is adrenalin, "noradrenalin" is not.
_WORD = re.compile(r"[a-z]+")


def is_treating(drug_name: str, treating_drugs: Sequence[str]) -> bool:
    """Whether this drug is one of `treating_drugs`, classes or names; any drug is where none are named."""
    plain = unicodedata.normalize("NFKD", drug_name).encode("ascii", "ignore").decode().lower()
    words, classes = frozenset(_WORD.findall(plain)), drug_classes(plain)
    return not treating_drugs or any(one in classes or words.issuperset(one.split()) for one in treating_drugs)
