/* What an entry says, in words and with units, for every list of entries (bedside, session page, unsent). Pure: record in,
   text out. `known` is the session's entries by id, for entries that name another one; it may be missing. */
(function () {
  "use strict";
  const { plain, number, isSaid, choice, title, value, label, time, fieldsOf, everything } = window.infusion.entryLanguage;
  const DASH = " \u2013 ";

  // Short names of the signs; units as they are spoken.
  const SIGNS = {
    heart_rate_per_min: ["HR", ""], systolic_mmhg: ["systolic", " mmHg"], diastolic_mmhg: ["diastolic", " mmHg"],
    mean_arterial_mmhg: ["mean pressure", " mmHg"], spo2_percent: ["SpO2", " %"], respiratory_rate_per_min: ["breaths", "/min"],
    end_tidal_co2_mmhg: ["EtCO2", " mmHg"], temperature_celsius: ["temperature", " °C"],
  };
  const RULE_SIGNS = { spo2: "SpO2", rr: "breaths", hr: "HR", sbp: "systolic", dbp: "diastolic", map: "mean pressure", etco2: "EtCO2" };
  const TYPED_AS = { temperature_celsius: ["temperature_fahrenheit", "°F"], end_tidal_co2_mmhg: ["end_tidal_co2_kpa", "kPa"] };

  const said = (...parts) => parts.filter(Boolean).join(", ");
  const of = (entry, name) => (isSaid(entry[name]) ? value(entry.kind, name, entry[name]) : "");
  const labelled = (entry, name) => (isSaid(entry[name]) ? label(entry.kind, name).toLowerCase() + " " + of(entry, name) : "");
  const yes = (entry, name, words, otherwise) => (entry[name] === true ? words : entry[name] === false ? otherwise || "" : "");
  const named = (known, id) => (known && known.get(id)) || null;
  const at = (entry) => window.infusion.clinicTime(Date.parse(entry.effective_at));

  // ------------------------------------------------------------------ signs
  function vitalWords(entry) {
    const words = [];
    const isPair = isSaid(entry.systolic_mmhg) && isSaid(entry.diastolic_mmhg);
    Object.keys(SIGNS).forEach((name) => {
      if (!isSaid(entry[name]) || (isPair && name === "diastolic_mmhg")) return;
      if (isPair && name === "systolic_mmhg") words.push("BP " + entry.systolic_mmhg + "/" + entry.diastolic_mmhg);
      else words.push(SIGNS[name][0] + " " + number(entry[name]) + SIGNS[name][1] + typedAs(entry, name));
    });
    if (isSaid(entry.supplemental_oxygen) && !isSaid(entry.oxygen_flow_l_per_min)) words.push(entry.supplemental_oxygen ? "with oxygen" : "room air");
    if (isSaid(entry.oxygen_flow_l_per_min)) words.push("oxygen " + of(entry, "oxygen_flow_l_per_min"));
    if (isSaid(entry.acvpu)) words.push(of(entry, "acvpu"));
    if (isSaid(entry.ecg_rhythm)) words.push("ECG " + of(entry, "ecg_rhythm"));
    if (isSaid(entry.is_capnography_in_use)) words.push("capnography " + (entry.is_capnography_in_use ? "in use" : "not in use"));
    return words.concat(missingWords(entry)).join(", ");
  }

  function typedAs(entry, name) {
    const [typed, unit] = TYPED_AS[name] || [];
    return typed && isSaid(entry[typed]) ? " (typed " + number(entry[typed]) + " " + unit + ")" : "";
  }

  function missingWords(entry) {
    const missing = {};
    Object.entries(entry.not_measured || {}).forEach(([name, why]) => {
      (missing[why] = missing[why] || []).push(SIGNS[name] ? SIGNS[name][0] : plain(name));
    });
    return Object.entries(missing).map(([why, names]) => names.join(", ") + " not measured: " + plain(why));
  }

  function scoreWords(entry) {
    if (entry.no_score) return plain(entry.no_score);
    if (isSaid(entry.score_mm)) return number(entry.score_mm) + " mm VAS";
    return isSaid(entry.score_points) ? number(entry.score_points) + " of 10 NRS" : "no score";
  }

  // ------------------------------------------------------------------ drug
  /** Two decimals, a third where it is not zero: 1.004 mg/kg/h is above the 1 mg/kg/h rule and must not read 1.00. */
  function rateText(rate) { return rate === 0 ? "0" : number(rate, 3).replace(/0$/, ""); }

  /** mg/h that a rate entry sets the pump to: the server's, else what the entry itself says (not yet sent); null unknown. */
  function programmedRate(entry) {
    if (isSaid(entry.programmed_rate_mg_per_h)) return Number(entry.programmed_rate_mg_per_h);
    if (isSaid(entry.pump_rate_ml_per_h) && isSaid(entry.concentration_mg_per_ml)) return entry.pump_rate_ml_per_h * entry.concentration_mg_per_ml;
    return isSaid(entry.rate_mg_per_h) ? Number(entry.rate_mg_per_h) : null;
  }

  /** mg/kg/h of a rate entry as text; mg/h where the weight is not known; as typed where nothing else is. */
  function rateWords(entry, weightKg) {
    const mgPerHour = programmedRate(entry);
    if (mgPerHour !== null) return rateText(mgPerHour / (weightKg || 1)) + (weightKg ? " mg/kg/h" : " mg/h");
    return isSaid(entry.rate_mg_per_kg_per_h) ? rateText(Number(entry.rate_mg_per_kg_per_h)) + " mg/kg/h" : "";
  }

  function pumpWords(entry) {
    const bag = isSaid(entry.concentration_mg_per_ml) ? number(entry.concentration_mg_per_ml) + " mg/mL" : "";
    const pump = isSaid(entry.pump_rate_ml_per_h) ? number(entry.pump_rate_ml_per_h) + " mL/h" : "";
    const typed = isSaid(entry.rate_mg_per_h) ? number(entry.rate_mg_per_h) + " mg/h on the pump" : "";
    return said([pump, bag].filter(Boolean).join(" of "), typed);
  }

  function orderWords(entry) {
    const how = { verbal: " verbally" + (entry.is_read_back ? ", read back" : ", not read back"), written: " in writing" }[entry.order_form] || "";
    if (entry.order_form === "standing") return "standing order" + (entry.ordered_by ? " of " + entry.ordered_by : "");
    return entry.ordered_by || how ? "ordered" + (entry.ordered_by ? " by " + entry.ordered_by : "") + how : "";
  }

  const rate = (entry, weight) => said(rateWords(entry, weight), pumpWords(entry), orderWords(entry));
  const bag = (entry, weight) => said(of(entry, "concentration_mg_per_ml"), of(entry, "volume_ml"), entry.lot ? "lot " + entry.lot : "",
    "prepared by " + entry.prepared_by, "checked by " + entry.checked_by, entry.use_by ? "use by " + time(entry.use_by) : "",
    isSaid(entry.programmed_rate_mg_per_h) && entry.programmed_rate_mg_per_h > 0 ? "the pump is now at " + rateWords(entry, weight) : "");

  // ------------------------------------------------------------------ ledger
  const LEDGER = new Set(["drug_drawn", "drug_wasted", "drug_returned"]);

  /** Who witnessed a ledger entry; null when nobody has yet. */
  function witnessOf(entry, known) {
    if (!known) return null;
    return Array.from(known.values()).find((one) => one.kind === "ledger_witnessed" && !one.withdrawn && one.witnessed_entry_id === entry.entry_id) || null;
  }

  function wasteWords(entry, known) {
    const witness = witnessOf(entry, known);
    const seen = witness ? "witnessed by " + witness.author_name
      : entry.single_handed_reason ? "no witness: " + entry.single_handed_reason : "not witnessed yet";
    return said(of(entry, "amount_mg"), entry.reason) + DASH + seen;
  }

  // ------------------------------------------------------------------ care
  function effectWords(entry) {
    return said(of(entry, "term"), entry.ctcae_grade ? "grade " + entry.ctcae_grade : "", yes(entry, "regulatory_serious", "serious (regulatory)"),
      entry.onset_at ? "began " + time(entry.onset_at) : "", of(entry, "action_taken"), of(entry, "outcome"), entry.description);
  }

  function effectUpdateWords(entry, weight, known) {
    const effect = named(known, entry.effect_entry_id);
    const what = effect ? "of " + choice("term", effect.term) + " " + at(effect) : "";
    return (what ? what + ": " : "") + said(of(entry, "outcome"), entry.resolved_at ? "ended " + time(entry.resolved_at) : "",
      entry.ctcae_grade ? "grade " + entry.ctcae_grade : "", yes(entry, "regulatory_serious", "serious (regulatory)"),
      of(entry, "action_taken"), entry.description);
  }

  function assessmentWords(entry) {
    const items = Object.keys(fieldsOf(entry.kind)).filter((name) => name.startsWith(entry.score + "_") && isSaid(entry[name]));
    const points = items.map((name) => label(entry.kind, name).toLowerCase() + " " + number(entry[name]));
    const total = isSaid(entry.total) ? number(entry.total) + " of 10" : "total open";
    return of(entry, "score") + " " + total + " (" + points.join(", ") + ")" + ["is_oriented", "walks_safely", "understands_instructions"]
      .filter((name) => isSaid(entry[name])).map((name) => ", " + label(entry.kind, name).toLowerCase() + ": " + of(entry, name)).join("");
  }

  function followUpWords(entry) {
    const parts = [];
    if (entry.reached !== "yes") parts.push(of(entry, "reached"));
    if (isSaid(entry.score_points)) parts.push("NRS " + number(entry.score_points));
    if (isSaid(entry.score_mm)) parts.push("VAS " + number(entry.score_mm) + " mm");
    parts.push(of(entry, "recall"), of(entry, "circumstance"), of(entry, "satisfaction"), of(entry, "global_change"));
    if (isSaid(entry.function_score)) {
      parts.push((entry.function_measure || "function") + " " + number(entry.function_score) + " (" + of(entry, "function_low") + " to " + of(entry, "function_high")
        + (entry.is_higher_better === true ? ", higher is better" : entry.is_higher_better === false ? ", lower is better" : "") + ")");
    }
    if (isSaid(entry.sleep_points)) parts.push("sleep " + number(entry.sleep_points) + " of 10");
    if (isSaid(entry.mood_points)) parts.push("mood " + number(entry.mood_points) + " of 10");
    if (isSaid(entry.opioid_mg_morphine_per_day)) parts.push("opioids " + number(entry.opioid_mg_morphine_per_day) + " mg oral morphine a day");
    parts.push(of(entry, "late_effects"), of(entry, "follow_on_drug"), entry.remark);
    return of(entry, "point") + ": " + (said(...parts) || "reached");
  }

  function historyWords(entry) {
    const words = Object.keys(fieldsOf(entry.kind)).filter((name) => isSaid(entry[name]) && name !== "remark")
      .map((name) => label(entry.kind, name).toLowerCase() + ": " + of(entry, name));
    return said(...words, entry.remark);
  }

  /** "SpO2 low, warning": a rule's id as words; what it says with its limit stands beside the limits in force. */
  function ruleWords(ruleId) {
    const [sign, side, ...rest] = String(ruleId).split(".").map(plain);
    return (RULE_SIGNS[sign] || sign) + " " + said([side, rest[0]].filter(Boolean).join(", "), ...rest.slice(1));
  }

  /** The reason, and what was held in that moment. */
  function overrideWords(entry) {
    const items = String(entry.overridden || "").split(" ").filter(Boolean).map((id) => plain(id.split(".")[1] || id));
    return entry.reason + (items.length ? DASH + "overridden: " + items.join(", ") : "");
  }

  const happened = (entry) => yes(entry, "has_happened", "had happened already");
  const signedInWords = (entry) => (entry.account_name ? entry.account_name + " signed in" : "");
  const handover = (entry) => said("to " + entry.taken_over_by, entry.remark);

  // ------------------------------------------------------------------ about other entries
  function changeWords(amendment, target) {
    const own = target && (target.amendments || []).find((one) => one.entry_id === amendment.entry_id);
    const before = own ? own.before : {};
    const kind = target ? target.kind : "";
    return Object.entries(amendment.changes || {}).map(([name, changed]) =>
      label(kind, name).toLowerCase() + " " + value(kind, name, changed) + (own ? " (was " + value(kind, name, before[name]) + ")" : ""));
  }

  function amendmentWords(entry, weight, known) {
    const target = named(known, entry.amended_entry_id);
    const moved = entry.corrected_effective_at ? "time " + time(entry.corrected_effective_at) : "";
    return said(...changeWords(entry, target), moved) + DASH + entry.reason;
  }

  function withdrawalWords(entry, weight, known) {
    const target = named(known, entry.withdrawn_entry_id);
    return (target ? "of " + title(target.kind) + " " + at(target) + DASH : "") + entry.reason;
  }

  const SENTENCES = {
    session_planned: (entry) => said(entry.condition, of(entry, "drug"), entry.chair_label ? "chair " + entry.chair_label : "",
      isSaid(entry.planned_total_mg) ? number(entry.planned_total_mg) + " mg planned" : "", isSaid(entry.planned_duration_min) ? "over " + of(entry, "planned_duration_min") : "",
      isSaid(entry.planned_rate_mg_per_kg_per_h) ? "at " + of(entry, "planned_rate_mg_per_kg_per_h") : "",
      isSaid(entry.course_session_number) ? "session " + number(entry.course_session_number) + (entry.course_session_count ? " of " + number(entry.course_session_count) : "") : "",
      entry.protocol_name ? "protocol " + entry.protocol_name : ""),
    patient_history: historyWords,
    readiness_item: (entry) => of(entry, "item").toLowerCase().replace("ecg", "ECG") + DASH + of(entry, "answer")
      + (entry.unchanged_from_entry_id ? " (unchanged)" : "") + (entry.detail ? ", " + entry.detail : ""),
    consent: (entry) => said((entry.is_given ? "given" : "refused") + " for the " + plain(entry.scope || "session") + (entry.unchanged_from_entry_id ? " (unchanged)" : ""),
      entry.form_version ? "form " + entry.form_version : "", entry.taken_by ? "taken by " + entry.taken_by : ""),
    weight: (entry) => said((isSaid(entry.weight_kg) ? number(entry.weight_kg) + " kg" : "")
      + (isSaid(entry.weight_lb) ? (isSaid(entry.weight_kg) ? " (typed " : "") + number(entry.weight_lb) + " lb" + (isSaid(entry.weight_kg) ? ")" : "") : ""), entry.basis),
    setting_attested: (entry) => said(entry.is_monitored ? "monitored" : "not monitored", "attested by " + entry.attested_by,
      entry.supervising_account_id && entry.administering_account_id ? "both clinicians named" : "",
      entry.lacking_credentials ? "credentials missing: " + entry.lacking_credentials.replace(/_account_id/g, "").replace(/_/g, " ") : "",
      yes(entry, "has_resuscitation_equipment", "resuscitation equipment", "no resuscitation equipment"),
      yes(entry, "has_rescue_drugs", "rescue drugs at hand", "no rescue drugs at hand"), yes(entry, "has_emergency_personnel", "emergency personnel", "no emergency personnel")),
    start_override: overrideWords,
    discharge_override: overrideWords,
    patient_limit: (entry) => said(ruleWords(entry.rule_id), number(entry.limit), entry.reason),
    oxygen_target: (entry) => said(of(entry, "target"), entry.reason),
    chair_handover: handover,
    supervision_handover: handover,
    course_decision: (entry) => said("to " + of(entry, "decision"), entry.reason),
    transferred: (entry) => (entry.destination ? "to the " + plain(entry.destination) : ""),
    left_against_advice: () => "",
    session_ready: () => "",
    session_cancelled: (entry) => entry.reason || "",
    session_aborted: (entry) => entry.reason || "",
    bag_dispensed: bag,
    bag_changed: bag,
    infusion_started: (entry, weight) => said(rate(entry, weight), happened(entry)),
    rate_changed: rate,
    infusion_paused: () => "",
    infusion_resumed: () => "",
    infusion_ended: (entry) => of(entry, "reason"),
    bolus: (entry) => said(of(entry, "dose_mg"), orderWords(entry)),
    pump_volume: (entry) => of(entry, "volume_infused_ml") + " infused, read off the pump",
    vital_signs: vitalWords,
    pain_score: (entry) => said(scoreWords(entry), of(entry, "recall"), of(entry, "circumstance")),
    sedation: (entry) => choice("scale", entry.scale) + " " + number(entry.level),
    dissociation: (entry) => (entry.scale === "rating_0_10" ? number(entry.score) + " of 10" : choice("scale", entry.scale) + " " + number(entry.score)),
    adverse_effect: effectWords,
    adverse_effect_update: effectUpdateWords,
    serious_event: () => "",
    medication_given: (entry) => said(entry.drug_name + " " + number(entry.dose) + " " + entry.dose_unit, entry.route, entry.reason, orderWords(entry)),
    discharge_assessment: assessmentWords,
    discharged: (entry) => said(entry.escort ? "with " + entry.escort : "", yes(entry, "has_written_instructions", "written instructions given", "no written instructions"),
      yes(entry, "has_driving_advice", "told not to drive until the next day", "not told about driving"), happened(entry)),
    follow_up: followUpWords,
    drug_drawn: (entry) => said(of(entry, "amount_mg"), entry.vial_lot ? "lot " + entry.vial_lot : "", of(entry, "vial_strength_mg_per_ml")),
    drug_wasted: (entry, weight, known) => wasteWords(entry, known),
    drug_returned: (entry) => said(of(entry, "amount_mg"), entry.returned_to ? "to " + entry.returned_to : ""),
    ledger_witnessed: (entry, weight, known) => {
      const seen = named(known, entry.witnessed_entry_id);
      return seen ? title(seen.kind).toLowerCase() + " " + of(seen, "amount_mg") + " of " + at(seen) + ", recorded by " + seen.author_name : "";
    },
    note: (entry) => entry.text,
    message: (entry) => of(entry, "to") + DASH + entry.text,
    amendment: amendmentWords,
    entered_in_error: withdrawalWords,
    acknowledgement: (entry) => said(plain(entry.action), entry.deadline_min ? "within " + entry.deadline_min + " min" : "", entry.remark),
    at_the_chair: () => "",
    tablet_silent: (entry) => said("last heard " + time(entry.last_heard_at), signedInWords(entry)),
    tablet_heard_again: signedInWords,
  };

  /** What kind of entry, in words; a correction names what it corrects. */
  function entryTitle(entry, known) {
    const target = entry.kind === "amendment" ? named(known, entry.amended_entry_id) : null;
    return target ? "Correction of " + title(target.kind) + " " + at(target) : title(entry.kind);
  }

  /** What the entry says; `weightKg` is the weight in force. A kind without a sentence says its fields one by one. */
  function entryWords(entry, weightKg, known) {
    const words = SENTENCES[entry.kind];
    return words ? words(entry, weightKg, known) : everything(entry);
  }

  window.infusion.entrySentences = { entryTitle, entryWords, rateText, rateWords, programmedRate, witnessOf, LEDGER, kinds: Object.keys(SENTENCES) };
})();
