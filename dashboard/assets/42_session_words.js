/* Entries, alerts and signs of one session in words. Pure: record in, text out; nothing here touches the page. */
(function () {
  "use strict";
  const MINUS = "\u2212";
  const MARKS = { critical: "***", warning: "**", advisory: "*" };

  const plain = (code) => String(code).replaceAll("_", " ");
  const number = (value, decimals) => (decimals === undefined ? String(value) : value.toFixed(decimals)).replace("-", MINUS);

  const SIGNS = {
    heart_rate_per_min: ["HR", ""], systolic_mmhg: ["systolic", " mmHg"], diastolic_mmhg: ["diastolic", " mmHg"],
    mean_arterial_mmhg: ["mean pressure", " mmHg"], spo2_percent: ["SpO2", " %"], respiratory_rate_per_min: ["breaths", "/min"],
    end_tidal_co2_mmhg: ["EtCO2", " mmHg"], temperature_celsius: ["temperature", " °C"],
  };
  const RECALL = { now: "now", average_24h: "24 h average", worst_24h: "24 h worst" };
  const CIRCUMSTANCE = { rest: "at rest", movement: "on movement" };
  const SCALES = { rass: "RASS", poss: "POSS", moaas: "MOAA/S", ramsay: "Ramsay" };
  // Awake and calm: in the record, but no event.
  const CALM = { rass: 0, poss: 1, moaas: 5, ramsay: 2 };
  const DRUGS = { racemic_ketamine: "racemic ketamine", esketamine: "esketamine" };
  const SOURCES = { hand: "by hand", monitor: "monitor", pump: "pump", import: "imported" };

  const TITLES = {
    session_planned: "Session planned", weight: "Weight", setting_attested: "Setting", session_ready: "Ready",
    start_override: "Start override", infusion_started: "Infusion started", rate_changed: "Rate changed",
    infusion_paused: "Paused", infusion_resumed: "Resumed", infusion_ended: "Infusion ended", bolus: "Bolus",
    vital_signs: "Vital signs", pain_score: "Pain", sedation: "Sedation", adverse_effect: "Adverse effect",
    serious_event: "Serious event", medication_given: "Medication", note: "Note", discharged: "Discharged",
    transferred: "Transferred", left_against_advice: "Left against advice", session_cancelled: "Cancelled",
    session_aborted: "Aborted", entered_in_error: "Entered in error", acknowledgement: "Acknowledged", at_the_chair: "At the chair",
  };

  function vitalWords(entry) {
    const words = [];
    const has = (name) => entry[name] !== undefined && entry[name] !== null;
    const isPair = has("systolic_mmhg") && has("diastolic_mmhg");
    Object.keys(SIGNS).forEach((name) => {
      if (!has(name) || (isPair && name === "diastolic_mmhg")) return;
      if (isPair && name === "systolic_mmhg") words.push("BP " + entry.systolic_mmhg + "/" + entry.diastolic_mmhg);
      else words.push(SIGNS[name][0] + " " + number(entry[name]) + SIGNS[name][1]);
    });
    if (has("supplemental_oxygen")) words.push(entry.supplemental_oxygen ? "with oxygen" : "room air");
    const missing = {};
    Object.entries(entry.not_measured || {}).forEach(([name, why]) => {
      (missing[why] = missing[why] || []).push(SIGNS[name] ? SIGNS[name][0] : plain(name));
    });
    Object.entries(missing).forEach(([why, names]) => words.push(names.join(", ") + " not measured: " + plain(why)));
    return words.join(", ");
  }

  /** Two decimals, a third where it is not zero: 1.004 mg/kg/h is above the 1 mg/kg/h rule and must not read 1.00. */
  function rateText(rate) { return rate === 0 ? "0" : number(rate, 3).replace(/0$/, ""); }

  /** mg/kg/h of an infusion entry as text; mg/h where the weight is not known. */
  function rateWords(entry, weightKg) {
    const mgPerHour = entry.pump_rate_ml_per_h * entry.concentration_mg_per_ml;
    return rateText(mgPerHour / (weightKg || 1)) + (weightKg ? " mg/kg/h" : " mg/h");
  }

  function scoreWords(entry) {
    if (entry.no_score) return plain(entry.no_score);
    return entry.instrument === "vas" ? number(entry.score_mm) + " mm VAS" : number(entry.score_points) + " of 10 NRS";
  }

  const ordered = (entry) => (entry.ordered_by ? ", ordered by " + entry.ordered_by : "");
  const pump = (entry) => number(entry.pump_rate_ml_per_h) + " mL/h of " + number(entry.concentration_mg_per_ml) + " mg/mL";

  const VALUES = {
    session_planned: (entry) => [entry.condition, DRUGS[entry.drug] || plain(entry.drug), "chair " + entry.chair_label,
      entry.planned_total_mg ? number(entry.planned_total_mg) + " mg planned" : null].filter(Boolean).join(", "),
    weight: (entry) => number(entry.weight_kg) + " kg, " + entry.basis,
    setting_attested: (entry) => (entry.is_monitored ? "monitored" : "not monitored") + ", attested by " + entry.attested_by,
    start_override: (entry) => entry.reason,
    infusion_started: (entry, weight) => rateWords(entry, weight) + ", " + pump(entry) + ordered(entry),
    rate_changed: (entry, weight) => rateWords(entry, weight) + ", " + pump(entry) + ordered(entry),
    infusion_ended: (entry) => (entry.reason ? plain(entry.reason) : ""),
    bolus: (entry) => number(entry.dose_mg) + " mg" + ordered(entry),
    vital_signs: vitalWords,
    pain_score: (entry) => [scoreWords(entry), RECALL[entry.recall], CIRCUMSTANCE[entry.circumstance]].filter(Boolean).join(", "),
    sedation: (entry) => (SCALES[entry.scale] || entry.scale) + " " + number(entry.level),
    adverse_effect: (entry) => [plain(entry.term), entry.ctcae_grade ? "grade " + entry.ctcae_grade : null,
      entry.regulatory_serious ? "serious (regulatory)" : null, entry.description].filter(Boolean).join(", "),
    medication_given: (entry) => [entry.drug_name + " " + number(entry.dose) + " " + entry.dose_unit, entry.route, entry.reason]
      .filter(Boolean).join(", ") + ordered(entry),
    note: (entry) => entry.text,
    discharged: (entry) => (entry.escort ? "with " + entry.escort : ""),
    transferred: (entry) => (entry.destination ? "to the " + plain(entry.destination) : ""),
    session_cancelled: (entry) => entry.reason || "",
    session_aborted: (entry) => entry.reason || "",
    acknowledgement: (entry) => [plain(entry.action), entry.deadline_min ? "within " + entry.deadline_min + " min" : null, entry.remark]
      .filter(Boolean).join(", "),
  };

  /** What kind of entry, in words. */
  const entryTitle = (entry) => TITLES[entry.kind] || plain(entry.kind);

  /** What the entry says, in words; `weightKg` is the weight in force. */
  function entryWords(entry, weightKg) {
    const words = VALUES[entry.kind];
    return words ? words(entry, weightKg) : "";
  }

  const PINS = {
    infusion_started: (entry, weight) => "start " + rateWords(entry, weight).replace(" mg/kg/h", ""),
    rate_changed: (entry, weight) => "rate " + rateWords(entry, weight).replace(" mg/kg/h", ""),
    infusion_paused: () => "pause",
    infusion_resumed: () => "resume",
    infusion_ended: (entry) => "end" + (entry.reason && entry.reason !== "completed" ? ", " + plain(entry.reason) : ""),
    bolus: (entry) => "bolus " + number(entry.dose_mg) + " mg",
    medication_given: (entry) => entry.drug_name + " " + number(entry.dose) + " " + entry.dose_unit,
    adverse_effect: (entry) => plain(entry.term) + (entry.ctcae_grade ? ", grade " + entry.ctcae_grade : ""),
    serious_event: () => "serious event",
    setting_attested: (entry) => (entry.is_monitored ? "monitored setting" : "setting not monitored"),
    start_override: () => "start override",
    sedation: (entry) => (entry.level === CALM[entry.scale] ? null : (SCALES[entry.scale] || entry.scale) + " " + number(entry.level)),
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
      [alert.unanswered_at, "unanswered, passed on"],
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
    plain, number, rateText, entryTitle, entryWords, pinWords, levelMark, alertFacts, alertStanding, hoursMinutes, age, SOURCES, DRUGS,
  };
})();
