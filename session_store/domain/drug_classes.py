"""Which drugs sedate, depress breathing or reverse that, recognised in what a nurse writes.

Generic names with the German and French spellings and common brands: "Naloxone HCl", "Narcan" and "midazolam 2 mg" are
all recognised, word by word. The list is ours and not complete: a drug that it does not name has no class.
"""

import re
from enum import StrEnum


class DrugClass(StrEnum):
    """What a drug does to the watch: benzodiazepines and opioids tighten it (clinical-decisions 4), benzodiazepines and
    reversal drugs lengthen the observation before discharge (clinical-decisions 6)."""

    BENZODIAZEPINE = "benzodiazepine"
    OPIOID = "opioid"
    REVERSAL = "reversal"


_NAMES: dict[DrugClass, str] = {
    DrugClass.BENZODIAZEPINE: """
        midazolam dormicum versed hypnovel buccolam lorazepam ativan tavor temesta diazepam valium clonazepam rivotril
        klonopin alprazolam xanax tafil oxazepam serax temazepam restoril bromazepam lexotan lexotanil chlordiazepoxide
        librium flunitrazepam rohypnol remimazolam byfavo clobazam triazolam nitrazepam lormetazepam clorazepate
    """,
    DrugClass.OPIOID: """
        morphine morphin mscontin fentanyl sublimaze duragesic remifentanil ultiva sufentanil sufenta alfentanil rapifen
        hydromorphone hydromorphon dilaudid palladon oxycodone oxycodon oxycontin oxygesic percocet hydrocodone vicodin
        methadone methadon polamidon levomethadone buprenorphine buprenorphin subutex temgesic tramadol tramal ultram
        tapentadol palexia nucynta codeine codein meperidine pethidine pethidin demerol dolantin piritramide piritramid
        dipidolor nalbuphine butorphanol oxymorphone levorphanol tilidine tilidin dihydrocodeine pentazocine oliceridine
    """,
    DrugClass.REVERSAL: "naloxone naloxon narcan nyxoid flumazenil anexate romazicon nalmefene",
}
_CLASS_OF = {name: drug_class for drug_class, names in _NAMES.items() for name in names.split()}
_WORD = re.compile(r"[a-z]+")


def drug_classes(drug_name: str) -> frozenset[DrugClass]:
    """The classes named by any word of `drug_name`, upper or lower case; empty where none is recognised."""
    return frozenset(_CLASS_OF[word] for word in _WORD.findall(drug_name.lower()) if word in _CLASS_OF)
