/* The record of one session as its page holds it: entries, alerts and tile, from the timeline and from each change. */
(function () {
  "use strict";
  const CLOSED = new Set(["discharged", "transferred", "left_against_advice", "aborted", "cancelled"]);
  const RANK = { critical: 3, warning: 2, advisory: 1 };
  // Preparation may lie days before; of it only the last hour before the start stands on the time axis.
  const SHOWN_BEFORE_START = 3600000;
  const CHARTED = new Set(["vital_signs", "pain_score", "infusion_started", "setting_attested"]);
  // What a correction touches reads differently all over the record: the server reads it anew.
  const CORRECTING = new Set(["amendment", "entered_in_error"]);
  // What moves the limits in force, which the server knows: the first drug also fixes the baseline.
  const LIMITING = new Set(["patient_limit", "oxygen_target", "medication_given"]);
  // What moves the dose and the ledger, which the server sums up.
  const DOSING = new Set(["infusion_started", "rate_changed", "infusion_paused", "infusion_resumed", "infusion_ended", "bolus", "bag_changed",
    "drug_drawn", "drug_wasted", "drug_returned", "ledger_witnessed", "weight"]);

  function placeOf(list, ms) {
    let at = list.length;
    while (at > 0 && list[at - 1].ms > ms) at--;
    return at;
  }

  function emptyRecord() {
    return { entries: [], others: [], byId: new Map(), alertsById: new Map(), alerts: [], tile: null, hasNewAlerts: false };
  }

  function takeEntry(record, entry) {
    if (record.byId.has(entry.entry_id)) return false;
    entry.ms = Date.parse(entry.effective_at);
    record.byId.set(entry.entry_id, entry);
    record.entries.splice(placeOf(record.entries, entry.ms), 0, entry);
    if (entry.kind !== "vital_signs") record.others.splice(placeOf(record.others, entry.ms), 0, entry);
    return true;
  }

  /** Marks what the entry withdraws; answers whether something did change. */
  function takeWithdrawal(record, entry) {
    const named = record.byId.get(entry.withdrawn_entry_id);
    if (!named || named.withdrawn) return false;
    named.withdrawn = { reason: entry.reason, author_name: entry.author_name, recorded_at: entry.recorded_at };
    return true;
  }

  const FACT_FIELDS = { cleared: "cleared_at", withdrawn: "withdrawn_at", sounded: "sounded_at", unanswered: "unanswered_at" };

  function takeFact(record, fact) {
    let alert = record.alertsById.get(fact.alert_id);
    if (!alert) {
      alert = { alert_id: fact.alert_id, rule_id: fact.rule_id, condition: fact.condition, level: fact.level, peak_level: fact.level,
        text: fact.text, raised_text: fact.text, citation: fact.citation || "", raised_at: fact.at, is_past: Boolean(fact.is_past), acknowledged: null, at_the_chair: null };
    }
    alert = Object.assign({}, alert);
    if (FACT_FIELDS[fact.fact]) alert[FACT_FIELDS[fact.fact]] = fact.at;
    if (fact.fact === "escalated" || fact.fact === "lowered") alert.level = fact.level;
    if (RANK[fact.level] > RANK[alert.peak_level]) alert.peak_level = fact.level;
    record.alertsById.set(fact.alert_id, alert);
  }

  function takeAnswer(record, entry) {
    const alert = record.alertsById.get(entry.alert_id);
    if (!alert) return;
    const answer = entry.kind === "acknowledgement"
      ? { acknowledged: { by: entry.author_name, at: entry.recorded_at, action: entry.action, remark: entry.remark || null } }
      : { at_the_chair: { by: entry.author_name, at: entry.recorded_at } };
    record.alertsById.set(entry.alert_id, Object.assign({}, alert, answer));
  }

  function takeTile(record, tile) {
    if (record.tile && tile.change_number < record.tile.change_number) return;
    record.tile = tile;
    tile.alerts.forEach((alert) => record.alertsById.set(alert.alert_id, alert));
  }

  /** What the figure and the list read off the record. */
  function settle(record) {
    const tile = record.tile;
    const started = tile.started_at ? Date.parse(tile.started_at) : null;
    const charted = record.entries.find((entry) => !entry.withdrawn && CHARTED.has(entry.kind)
      && (started === null || entry.ms >= started - SHOWN_BEFORE_START));
    const first = charted ? charted.ms : null;
    record.firstMs = first;
    record.isOpen = !CLOSED.has(tile.status);
    const newest = record.entries.length ? record.entries[record.entries.length - 1].ms : null;
    record.lastMs = tile.closed_at ? Date.parse(tile.closed_at) : newest;
    record.weightKg = tile.weight_kg ? Number(tile.weight_kg) : null;
    record.isJudged = Number(tile.age_years) >= 18 && tile.drug !== "esketamine";
    record.alerts = [...record.alertsById.values()];
  }

  function recordOf(timeline) {
    const record = emptyRecord();
    record.dose = timeline.dose;
    record.limits = timeline.limits || [];
    record.bands = timeline.bands || {};
    record.notesAtEnd = timeline.notes_at_end || [];
    timeline.entries.forEach((entry) => takeEntry(record, entry));
    timeline.alerts.forEach((alert) => record.alertsById.set(alert.alert_id, alert));
    takeTile(record, timeline.session);
    settle(record);
    return record;
  }

  /** Takes one change; answers what it means for the figure: "nothing", "more" or "anew". */
  function takeChange(record, change) {
    const entry = change.entry;
    const isNew = entry ? takeEntry(record, entry) : false;
    change.alert_facts.forEach((fact) => takeFact(record, fact));
    if (isNew && (entry.kind === "acknowledgement" || entry.kind === "at_the_chair")) takeAnswer(record, entry);
    takeTile(record, change.tile);
    const isWithdrawal = isNew && entry.kind === "entered_in_error" && takeWithdrawal(record, entry);
    settle(record);
    record.hasNewAlerts = change.alert_facts.length > 0;
    return isWithdrawal || (isNew && entry.kind === "weight") ? "anew" : isNew || record.hasNewAlerts ? "more" : "nothing";
  }

  /** Whether the timeline is to be read anew after this change: corrections, doses, rates that belong before others. */
  function asksToRead(change) {
    return Boolean(change.entry) && [CORRECTING, LIMITING, DOSING].some((kinds) => kinds.has(change.entry.kind));
  }

  window.infusion.sessionRecord = { recordOf, takeChange, asksToRead };
})();
