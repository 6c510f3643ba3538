/* mg/h, mg/kg/h and mg/kg while typing, in exact decimals: 1.000 is not above 1, and 0.1 + 0.2 is 0.3.
   These are shown, never sent: the server computes its own from the same numbers. */
(function () {
  "use strict";
  const POWER = (digits) => 10n ** BigInt(digits);

  /** "12.50" as {digits: 1250n, decimals: 2}; null when it is not a plain positive decimal. */
  function decimal(text) {
    const plain = String(text === null || text === undefined ? "" : text).trim().replace(",", ".");
    if (!/^\d+(\.\d+)?$/.test(plain)) return null;
    const [whole, fraction = ""] = plain.split(".");
    return { digits: BigInt(whole + fraction), decimals: fraction.length };
  }

  function times(a, b) { return { digits: a.digits * b.digits, decimals: a.decimals + b.decimals }; }

  /** Whether a is above b, exactly. */
  function isAbove(a, b) { return a.digits * POWER(b.decimals) > b.digits * POWER(a.decimals); }

  /** a divided by b as text with so many decimals, half rounded up; null when b is zero. */
  function dividedText(a, b, places) {
    if (b.digits === 0n) return null;
    const over = a.digits * POWER(b.decimals + places), under = b.digits * POWER(a.decimals);
    return withPoint((over * 2n + under) / (under * 2n), places);
  }

  function withPoint(digits, places) {
    const text = digits.toString().padStart(places + 1, "0");
    return places ? `${text.slice(0, -places)}.${text.slice(-places)}` : text;
  }

  /** The exact decimal as text, without zeros at the end. */
  function exactText(a) {
    const text = withPoint(a.digits, a.decimals);
    return a.decimals ? text.replace(/\.?0+$/, "") : text;
  }

  function show(place, name, text) {
    const node = place.querySelector(`[data-show="${name}"]`);
    if (node && node.textContent !== text) node.textContent = text;
  }

  function weightWords(tile) {
    if (!tile || !tile.weight_kg) return "Weight not recorded: nothing per kg can be shown";
    return `by ${tile.weight_kg} kg ${tile.weight_basis || ""}`.trim();
  }

  /** The words under a rate, by the limits that the page carries (`data-*` of the preview). */
  function rateWords(mgPerHour, weight, limits, tile) {
    const above = (limit) => isAbove(mgPerHour, times(decimal(limit), weight));
    const isAttested = tile.setting && tile.setting.is_monitored;
    const setting = isAttested ? `monitored setting attested by ${tile.setting.attested_by}` : "monitored setting needed, not attested";
    if (above(limits.critical)) return `Above ${limits.critical} mg/kg/h: to be typed twice. ${setting}.`;
    if (above(limits.usualHigh)) return `Above ${limits.usualHigh} mg/kg/h, over the guideline's range: ${setting}.`;
    if (above(limits.monitoredAbove)) return `Above ${limits.monitoredAbove} mg/kg/h: ${setting}.`;
    return "";
  }

  const typed = (form, name) => { const field = form.field(name); return field ? decimal(field.text()) : null; };
  const weightOf = (tile) => (tile && tile.weight_kg ? decimal(tile.weight_kg) : null);

  /** The bag's concentration: as typed, else of the bag on record. */
  function bagOf(form, tile) {
    return typed(form, "concentration_mg_per_ml") || decimal(tile && tile.care ? tile.care.bag_concentration_mg_per_ml : null);
  }

  /** mg/h by the first route that is complete (pump and bag, mg/h, mg/kg/h and weight), and the field that it rests on. */
  function typedRate(form, tile) {
    const pump = typed(form, "pump_rate_ml_per_h"), bag = bagOf(form, tile);
    if (pump && bag) return { name: "pump_rate_ml_per_h", mgPerHour: times(pump, bag) };
    const perHour = typed(form, "rate_mg_per_h");
    if (perHour) return { name: "rate_mg_per_h", mgPerHour: perHour };
    const perKg = typed(form, "rate_mg_per_kg_per_h"), weight = weightOf(tile);
    return perKg && weight ? { name: "rate_mg_per_kg_per_h", mgPerHour: times(perKg, weight) } : { name: null, mgPerHour: null };
  }

  function showRate(form, tile) {
    const place = form.element.querySelector('[data-role="rate-preview"]');
    const { mgPerHour } = typedRate(form, tile);
    const weight = weightOf(tile);
    show(place, "mg-per-h", mgPerHour ? exactText(mgPerHour) : "-");
    show(place, "per-kg", mgPerHour && weight ? dividedText(mgPerHour, weight, 3) : "-");
    show(place, "preview-weight", weightWords(tile));
    show(place, "preview-words", mgPerHour && weight ? rateWords(mgPerHour, weight, place.dataset, tile) : "");
  }

  function showBolus(form, tile) {
    const place = form.element.querySelector('[data-role="bolus-preview"]');
    const dose = decimal(form.field("dose_mg").text());
    const weight = tile && tile.weight_kg ? decimal(tile.weight_kg) : null;
    show(place, "per-kg", dose && weight ? dividedText(dose, weight, 3) : "-");
    show(place, "preview-weight", weightWords(tile));
    const above = (limit) => dose && weight && isAbove(dose, times(decimal(limit), weight));
    let words = "";
    if (above(place.dataset.critical)) words = `Above ${place.dataset.critical} mg/kg: to be typed twice.`;
    else if (above(place.dataset.usualHigh)) words = `Above the guideline's ${place.dataset.usualHigh} mg/kg.`;
    show(place, "preview-words", words);
  }

  /** The field that has to be typed twice because it is above the critical line; null where none is. */
  function typedTwice(form, tile) {
    const weight = tile && tile.weight_kg ? decimal(tile.weight_kg) : null;
    if (!weight) return null;
    const place = form.element.querySelector("[data-critical]");
    if (!place) return null;
    const found = form.field("dose_mg") ? { name: "dose_mg", mgPerHour: typed(form, "dose_mg") } : typedRate(form, tile);
    if (!found.mgPerHour || !isAbove(found.mgPerHour, times(decimal(place.dataset.critical), weight))) return null;
    // The server asks at the first of these that was given.
    return ["dose_mg", "pump_rate_ml_per_h", "rate_mg_per_h", "rate_mg_per_kg_per_h"].find((name) => typed(form, name)) || null;
  }

  window.infusion.dose = { showRate, showBolus, typedTwice, decimal, times, isAbove, dividedText, exactText };
})();
