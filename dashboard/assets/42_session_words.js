/* Pins, alerts, sources and lengths of time of one session in words; entries themselves: 42_entry_sentences.js.
   Pure: record in, text out; nothing here touches the page. */
(function () {
  "use strict";
  const MARKS = { critical: "***", warning: "**", advisory: "*" };
  const { plain, number, choice } = window.infusion.entryLanguage;
  const { entryTitle, entryWords, rateText, rateWords, witnessOf } = window.infusion.entrySentences;

  // Awake and calm: in the record, but no event.
  const CALM = { rass: 0, poss: 1, moaas: 5, ramsay: 2 };
  const SOURCES = { hand: "by hand", monitor: "monitor", pump: "pump", import: "imported" };

  const PINS = {
    infusion_started: (entry, weight) => "start " + rateWords(entry, weight).replace(" mg/kg/h", ""),
    rate_changed: (entry, weight) => "rate " + rateWords(entry, weight).replace(" mg/kg/h", ""),
    infusion_paused: () => "pause",
    infusion_resumed: () => "resume",
    infusion_ended: (entry) => "end" + (entry.reason && entry.reason !== "completed" ? ", " + plain(entry.reason) : ""),
    bolus: (entry) => "bolus " + number(entry.dose_mg) + " mg",
    bag_changed: (entry) => "bag " + number(entry.concentration_mg_per_ml) + " mg/mL",
    dissociation: (entry) => "dissociation " + number(entry.score) + (entry.scale === "rating_0_10" ? " of 10" : " " + choice("scale", entry.scale)),
    discharge_assessment: (entry) => choice("score", entry.score) + " " + (entry.total === undefined || entry.total === null ? "open" : number(entry.total)),
    chair_handover: (entry) => "chair to " + entry.taken_over_by,
    supervision_handover: (entry) => "supervision to " + entry.taken_over_by,
    medication_given: (entry) => entry.drug_name + " " + number(entry.dose) + " " + entry.dose_unit,
    adverse_effect: (entry) => choice("term", entry.term) + (entry.ctcae_grade ? ", grade " + entry.ctcae_grade : ""),
    serious_event: () => "serious event",
    setting_attested: (entry) => (entry.is_monitored ? "monitored setting" : "setting not monitored"),
    start_override: () => "start override",
    discharge_override: () => "discharge override",
    patient_limit: () => "own limit",
    oxygen_target: (entry) => "oxygen target " + choice("target", entry.target),
    sedation: (entry) => (entry.level === CALM[entry.scale] ? null : choice("scale", entry.scale) + " " + number(entry.level)),
    discharged: () => "discharged",
    transferred: () => "transferred",
    left_against_advice: () => "left against advice",
    session_aborted: () => "aborted",
    session_cancelled: () => "cancelled",
  };

  /** The few words that stand on the rail over the figure; null for entries that are not pinned there. */
  const pinWords = (entry, weightKg) => (PINS[entry.kind] ? PINS[entry.kind](entry, weightKg) : null);

  /** The symbol of an alert level; always beside its colour and its words. */
  const levelMark = (level) => MARKS[level] || "";

  /** The life of an alert as [instant, words] facts in order. */
  function alertFacts(alert) {
    const seen = alert.acknowledged;
    const facts = [
      [alert.raised_at, "raised" + (alert.is_past ? " for a past time" : "")],
      [alert.sounded_at, "sounded"],
      [alert.unanswered_at, (alert.unanswered_times > 1 ? "still " : "") + "not answered by anybody"],
      [alert.at_the_chair && alert.at_the_chair.at, alert.at_the_chair && alert.at_the_chair.by + " at the chair"],
      [seen && seen.at, seen && "acknowledged by " + seen.by + ": " + plain(seen.action) + (seen.remark ? ", " + seen.remark : "")],
      [alert.cleared_at, "cleared"],
      [alert.withdrawn_at, "entry withdrawn"],
    ];
    return facts.filter(([at]) => at).sort((one, other) => Date.parse(one[0]) - Date.parse(other[0]));
  }

  /** How an alert stands, in words. */
  function alertStanding(alert) {
    if (alert.withdrawn_at) return "entry withdrawn";
    if (!alert.cleared_at) return alert.acknowledged ? "open, acknowledged" : "open";
    if (!alert.acknowledged && alert.peak_level !== "advisory") return "over, not seen";
    return "over";
  }

  /** A length of time: "0:52", "12:05" in hours and minutes. */
  function hoursMinutes(ms) {
    const minutes = Math.max(0, Math.floor(ms / 60000));
    return Math.floor(minutes / 60) + ":" + String(minutes % 60).padStart(2, "0");
  }

  /** An age: "4 s", "9 min", "2:10 h". */
  function age(ms) {
    if (ms < 60000) return Math.max(0, Math.floor(ms / 1000)) + " s";
    return ms < 3600000 ? Math.floor(ms / 60000) + " min" : hoursMinutes(ms) + " h";
  }

  window.infusion.sessionWords = {
    plain, number, rateText, entryTitle, entryWords, pinWords, witnessOf, levelMark, alertFacts, alertStanding, hoursMinutes, age, SOURCES, choice,
  };
})();
