/* Dose and drug ledger of one session: the server's sums (`dose` of the timeline) put into the frame of
   components/dose_table.py. Nothing is reckoned here. */
(function () {
  "use strict";
  const DASH = "\u2013";

  const isKnown = (value) => value !== null && value !== undefined;
  const amount = (value, unit) => (isKnown(value) ? window.infusion.entryLanguage.number(Number(value.toFixed(2))) + unit : DASH);
  const perKg = (value) => (isKnown(value) ? value.toFixed(2) + " mg/kg" : DASH);

  /** What the ledger still lacks, in words. */
  function ledgerWords(ledger, record) {
    const isEmpty = !ledger.drawn_mg && !ledger.wasted_mg && !ledger.returned_mg;
    if (isEmpty) return "Nothing drawn is on record.";
    const open = ledger.unwitnessed.map((id) => record.byId.get(id)).filter(Boolean);
    const { title, value, time } = window.infusion.entryLanguage;
    const seen = open.map((entry) => title(entry.kind).toLowerCase() + " " + value(entry.kind, "amount_mg", entry.amount_mg) + " of " + time(entry.effective_at));
    const balance = Math.abs(ledger.difference_mg) < 0.005 ? "Balanced: drawn is given, wasted and returned."
      : ledger.difference_mg > 0 ? (record.isOpen ? "Left: not yet given, wasted or returned." : "Left: drawn, but not given, wasted or returned.") : "More given, wasted and returned than was drawn.";
    return balance + (seen.length ? " Not witnessed yet: " + seen.join(", ") + "." : "");
  }

  function show(root, record) {
    const { dose } = record;
    const place = root.querySelector("#session--dose");
    place.classList.toggle("hidden", !dose);
    if (!dose) return;
    const put = (name, text) => { const node = place.querySelector(`[data-dose="${name}"]`); if (node && node.textContent !== text) node.textContent = text; };
    ["delivered_mg", "last_hour_mg"].forEach((name) => put(name, amount(dose[name], " mg")));
    ["delivered_mg_per_kg", "last_hour_mg_per_kg"].forEach((name) => put(name, perKg(dose[name])));
    const percent = dose.delivered_of_plan_percent;
    put("planned_total_mg", dose.planned_total_mg === null ? "no total planned"
      : (percent === null ? "" : Math.round(percent) + " % of ") + amount(dose.planned_total_mg, " mg"));
    const isEmpty = !dose.ledger.drawn_mg && !dose.ledger.wasted_mg && !dose.ledger.returned_mg;
    ["drawn_mg", "infused_mg", "bolus_mg", "wasted_mg", "returned_mg", "difference_mg"].forEach((name) =>
      put(name, isEmpty && name === "difference_mg" ? DASH : amount(dose.ledger[name], " mg")));
    put("as_of", "as of " + window.infusion.entryLanguage.time(dose.as_of));
    put("ledger_words", ledgerWords(dose.ledger, record));
  }

  window.infusion.doseTable = { show };
})();
