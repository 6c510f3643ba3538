"""The choices of entry fields: closed lists, stored by their code. Words for the screen are the dashboard's."""

from enum import StrEnum


class Source(StrEnum):
    """Where an entry came from."""

    HAND = "hand"
    MONITOR = "monitor"
    PUMP = "pump"
    IMPORT = "import"
    SERVER = "server"


class Drug(StrEnum):
    """The infused drug."""

    RACEMIC_KETAMINE = "racemic_ketamine"
    ESKETAMINE = "esketamine"


class WeightBasis(StrEnum):
    """How the weight is known."""

    MEASURED = "measured"
    STATED = "stated"


class PainInstrument(StrEnum):
    """Pain scale; never converted into another."""

    NRS = "nrs"
    VAS = "vas"


class PainRecall(StrEnum):
    """Which time the pain score speaks of."""

    NOW = "now"
    AVERAGE_24H = "average_24h"
    WORST_24H = "worst_24h"


class PainCircumstance(StrEnum):
    """At rest or on movement."""

    REST = "rest"
    MOVEMENT = "movement"


class NoPainScore(StrEnum):
    """Why there is no pain score; "asleep" is a valid answer."""

    ASLEEP = "asleep"
    DECLINED = "declined"
    UNABLE = "unable"


class SedationScale(StrEnum):
    """Sedation scale; levels of different scales are never compared."""

    RASS = "rass"
    POSS = "poss"
    MOAAS = "moaas"
    RAMSAY = "ramsay"


class EndReason(StrEnum):
    """Why the infusion ended."""

    COMPLETED = "completed"
    ADVERSE_EFFECT = "adverse_effect"
    PATIENT_WISH = "patient_wish"
    OTHER = "other"


class TransferDestination(StrEnum):
    """Where a patient was transferred to."""

    WARD = "ward"
    HOSPITAL = "hospital"


class SeenLevel(StrEnum):
    """How severe an alert was shown to a person who answers it."""

    ADVISORY = "advisory"
    WARNING = "warning"
    CRITICAL = "critical"


class AcknowledgementAction(StrEnum):
    """What the acknowledging person does about an alert."""

    REMEASURE = "remeasure"
    RATE_LOWERED = "rate_lowered"
    INFUSION_PAUSED = "infusion_paused"
    INFUSION_STOPPED = "infusion_stopped"
    DRUG_GIVEN = "drug_given"
    PHYSICIAN_AT_CHAIR = "physician_at_chair"
    EXPECTED_EFFECT = "expected_effect"
    OTHER = "other"


class AdverseEffectTerm(StrEnum):
    """Pick-list of adverse effects; their codes stand in `adverse_effect_codes`."""

    NAUSEA = "nausea"
    VOMITING = "vomiting"
    DIZZINESS = "dizziness"
    HEADACHE = "headache"
    SEVERE_HEADACHE = "severe_headache"
    DROWSINESS = "drowsiness"
    HALLUCINATION = "hallucination"
    DISSOCIATION = "dissociation"
    ANXIETY = "anxiety"
    AGITATION = "agitation"
    CONFUSION = "confusion"
    VISUAL_DISTURBANCE = "visual_disturbance"
    VISUAL_LOSS = "visual_loss"
    SALIVATION = "salivation"
    PALPITATIONS = "palpitations"
    ITCH_OR_RASH = "itch_or_rash"
    IV_SITE_PAIN = "iv_site_pain"
    FATIGUE = "fatigue"
    EUPHORIA = "euphoria"
    NIGHTMARE = "nightmare"
    VERTIGO = "vertigo"
    NUMBNESS = "numbness"
    ELEVATED_BLOOD_PRESSURE = "elevated_blood_pressure"
    LOW_BLOOD_PRESSURE = "low_blood_pressure"
    FAST_HEART_RATE = "fast_heart_rate"
    SLOW_HEART_RATE = "slow_heart_rate"
    LOW_OXYGEN = "low_oxygen"
    SLOW_BREATHING = "slow_breathing"
    PSYCHOSIS = "psychosis"
    SUICIDAL_THOUGHTS = "suicidal_thoughts"
    URINARY_SYMPTOMS = "urinary_symptoms"
    NEAR_SYNCOPE = "near_syncope"
    CHEST_PAIN = "chest_pain"
    SYNCOPE = "syncope"
    APNOEA = "apnoea"
    LARYNGOSPASM = "laryngospasm"
    UNRESPONSIVE = "unresponsive"
    SEIZURE = "seizure"
    ANAPHYLAXIS = "anaphylaxis"
    OTHER = "other"


class OrderForm(StrEnum):
    """How a dose was ordered; a verbal order is read back."""

    WRITTEN = "written"
    VERBAL = "verbal"
    STANDING = "standing"


class Acvpu(StrEnum):
    """Level of consciousness: alert, new confusion, answers to voice, answers to pain, unresponsive."""

    ALERT = "alert"
    NEW_CONFUSION = "new_confusion"
    VOICE = "voice"
    PAIN = "pain"
    UNRESPONSIVE = "unresponsive"


class EcgRhythm(StrEnum):
    """What the ECG shows; "not monitored" is an answer."""

    SINUS_RHYTHM = "sinus_rhythm"
    SINUS_TACHYCARDIA = "sinus_tachycardia"
    SINUS_BRADYCARDIA = "sinus_bradycardia"
    ATRIAL_FIBRILLATION = "atrial_fibrillation"
    SUPRAVENTRICULAR_TACHYCARDIA = "supraventricular_tachycardia"
    VENTRICULAR_ECTOPY = "ventricular_ectopy"
    VENTRICULAR_TACHYCARDIA = "ventricular_tachycardia"
    HEART_BLOCK = "heart_block"
    PACED = "paced"
    OTHER = "other"
    NOT_MONITORED = "not_monitored"


class DissociationScale(StrEnum):
    """How dissociation was rated: the CADSS total, its six-item form, or one 0 to 10 rating."""

    CADSS = "cadss"
    CADSS_6 = "cadss_6"
    RATING_0_10 = "rating_0_10"


class EffectAction(StrEnum):
    """What was done about an adverse effect."""

    NONE = "none"
    RATE_LOWERED = "rate_lowered"
    INFUSION_PAUSED = "infusion_paused"
    INFUSION_STOPPED = "infusion_stopped"
    DRUG_GIVEN = "drug_given"
    EMERGENCY_CALLED = "emergency_called"
    OTHER = "other"


class EffectOutcome(StrEnum):
    """How an adverse effect went on."""

    ONGOING = "ongoing"
    RESOLVING = "resolving"
    RESOLVED = "resolved"
    RESOLVED_WITH_SEQUELAE = "resolved_with_sequelae"
    FATAL = "fatal"
    UNKNOWN = "unknown"


class DischargeScore(StrEnum):
    """Discharge score; the clinic chooses one (default PADSS)."""

    PADSS = "padss"
    ALDRETE = "aldrete"


class ConsentScope(StrEnum):
    """What a consent covers."""

    SESSION = "session"
    COURSE = "course"


class CourseDecision(StrEnum):
    """Whether the series of sessions goes on."""

    CONTINUE = "continue"
    CHANGE = "change"
    STOP = "stop"


class MessageTo(StrEnum):
    """Whom a message is for."""

    DESK = "desk"
    BEDSIDE = "bedside"


class FollowUpPoint(StrEnum):
    """When the patient is asked again (clinical.md 4.4)."""

    AFTER_24_HOURS = "24_hours"
    AFTER_1_WEEK = "1_week"
    AFTER_4_WEEKS = "4_weeks"
    AFTER_12_WEEKS = "12_weeks"


class Reached(StrEnum):
    """Whether the patient could be asked; "not reached" is recorded and never guessed over."""

    YES = "yes"
    NOT_REACHED = "not_reached"
    DECLINED = "declined"


class Satisfaction(StrEnum):
    """How satisfied the patient is with the treatment."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    NEITHER = "neither"
    DISSATISFIED = "dissatisfied"
    VERY_DISSATISFIED = "very_dissatisfied"


class GlobalChange(StrEnum):
    """Patient's global impression of change, by its label: forms number it in both directions."""

    VERY_MUCH_IMPROVED = "very_much_improved"
    MUCH_IMPROVED = "much_improved"
    MINIMALLY_IMPROVED = "minimally_improved"
    NO_CHANGE = "no_change"
    MINIMALLY_WORSE = "minimally_worse"
    MUCH_WORSE = "much_worse"
    VERY_MUCH_WORSE = "very_much_worse"


class LateEffect(StrEnum):
    """Late effects that are asked for at a follow-up; "none" is an answer, nothing is not."""

    NONE = "none"
    BLADDER = "bladder"
    COGNITION = "cognition"
    MOOD = "mood"
    SLEEP = "sleep"
    CRAVING = "craving"
    OTHER = "other"


class FollowOnDrug(StrEnum):
    """What is taken after a session instead of, or between, further ones (Cohen 2018, 11 and 12)."""

    NONE = "none"
    ORAL_KETAMINE = "oral_ketamine"
    INTRANASAL_KETAMINE = "intranasal_ketamine"
    DEXTROMETHORPHAN = "dextromethorphan"
    OTHER = "other"


class ReadinessItem(StrEnum):
    """What is asked before a start; each is answered, never assumed. What each means: `readiness`."""

    IDENTITY_CHECKED = "identity_checked"
    ESCORT_NAMED = "escort_named"
    FASTING_KEPT = "fasting_kept"
    ALLERGIES_CHECKED = "allergies_checked"
    PREGNANCY = "pregnancy"
    KETAMINE_HYPERSENSITIVITY = "ketamine_hypersensitivity"
    UNCONTROLLED_CARDIOVASCULAR_DISEASE = "uncontrolled_cardiovascular"
    ACTIVE_PSYCHOSIS = "active_psychosis"
    SEVERE_LIVER_DISEASE = "severe_liver_disease"
    MODERATE_LIVER_DISEASE = "moderate_liver_disease"
    RAISED_INTRACRANIAL_PRESSURE = "raised_intracranial_pressure"
    RAISED_INTRAOCULAR_PRESSURE = "raised_intraocular_pressure"
    ACTIVE_SUBSTANCE_ABUSE = "active_substance_abuse"
    ECG_INDICATED = "ecg_indicated"
    ECG_DONE = "ecg_done"
    LIVER_TESTS_INDICATED = "liver_tests_indicated"
    LIVER_TESTS_DONE = "liver_tests_done"


class ReadinessAnswer(StrEnum):
    """The answer to a readiness item."""

    YES = "yes"
    NO = "no"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class Credential(StrEnum):
    """What a person must hold to supervise or to administer (Cohen 2018, 17 and 18)."""

    KETAMINE_EXPERIENCE = "ketamine_experience"
    ACLS = "acls"
    MODERATE_SEDATION = "moderate_sedation"


class OxygenTarget(StrEnum):
    """The saturation that a physician has prescribed for the patient; 88-92 % for confirmed hypercapnic failure."""

    USUAL = "usual"
    TARGET_88_92 = "target_88_92"


class StockMovement(StrEnum):
    """How vials came or went."""

    RECEIVED = "received"
    ISSUED = "issued"
    RETURNED = "returned"
    EXPIRED = "expired"
    BROKEN = "broken"
    LOST = "lost"


# `emergency_now` terms raise a critical alert at once (clinical-decisions 4); symptoms count for the "with
# symptoms" pressure rules of the last 15 min.
EMERGENCY_TERMS = frozenset(
    {
        AdverseEffectTerm.APNOEA,
        AdverseEffectTerm.CHEST_PAIN,
        AdverseEffectTerm.SEIZURE,
        AdverseEffectTerm.ANAPHYLAXIS,
        AdverseEffectTerm.UNRESPONSIVE,
        AdverseEffectTerm.LARYNGOSPASM,
        AdverseEffectTerm.SYNCOPE,
    }
)
# Effects that mirror a vital sign are judged by the vital-sign rules only (clinical-decisions 4).
MIRRORED_TERMS = frozenset(
    {
        AdverseEffectTerm.ELEVATED_BLOOD_PRESSURE,
        AdverseEffectTerm.LOW_BLOOD_PRESSURE,
        AdverseEffectTerm.FAST_HEART_RATE,
        AdverseEffectTerm.SLOW_HEART_RATE,
        AdverseEffectTerm.LOW_OXYGEN,
        AdverseEffectTerm.SLOW_BREATHING,
    }
)
SYMPTOM_TERMS = frozenset(
    {
        AdverseEffectTerm.CHEST_PAIN,
        AdverseEffectTerm.SYNCOPE,
        AdverseEffectTerm.SEVERE_HEADACHE,
        AdverseEffectTerm.VISUAL_LOSS,
        AdverseEffectTerm.CONFUSION,
    }
)
