/* The values of one session without a row in the figure, and NEWS2 with its parts: from the tile into the frames of
   components/session_limits.py. Missing is a dash with the word, old is faded and says how old (S2, S4). */
(function () {
  "use strict";
  const SIGNS = { mean_arterial_mmhg: " mmHg", end_tidal_co2_mmhg: " mmHg", temperature_celsius: " \u00b0C" };
  const DASH = "\u2013";
  const tools = () => window.infusion.panelWords;
  const choice = (field, code) => window.infusion.entryLanguage.choice(field, code);

  function put(node, text) { if (node && node.textContent !== text) node.textContent = text; }

  function look(node, value) {
    if (!node || node.dataset.look === (value || undefined)) return;
    if (value) node.dataset.look = value; else delete node.dataset.look;
  }

  // ------------------------------------------------------------------ each value as {text, age, look}
  function sign(tile, name, now, isOpen) {
    const state = tools().readSign(tile.signs[name], now, !isOpen);
    if (state.isMissing) return { text: DASH, age: state.age, look: "missing" };
    return { text: state.text + SIGNS[name], age: state.age + (state.isStale ? " old" : ""), look: state.isStale ? "stale" : "" };
  }

  function sedation(tile, now) {
    const said = tile.sedation;
    if (!said) return { text: DASH, age: "none yet", look: "missing" };
    const isOld = tools().sedationWords(said, now).isOld;
    const level = tools().SCALES[said.scale] + " " + String(said.level).replace("-", "\u2212");
    return { text: level, age: tools().age(now - Date.parse(said.at)) + (isOld ? " old" : ""), look: isOld ? "stale" : "" };
  }

  function acvpu(tile, now) {
    if (!tile.acvpu) return { text: DASH, age: "none yet", look: "missing" };
    return { text: choice("acvpu", tile.acvpu.value), age: tools().age(now - Date.parse(tile.acvpu.at)), look: "" };
  }

  function oxygen(tile) {
    const answers = (tile.care || {}).answers || {};
    const target = tile.oxygen_target && tile.oxygen_target.target !== "usual" ? "target 88\u201392 %" : "";
    if (answers.supplemental_oxygen === undefined) return { text: DASH, age: target || "not said", look: "missing" };
    if (answers.supplemental_oxygen !== "True") return { text: "room air", age: target, look: "" };
    return { text: "with oxygen", age: [answers.oxygen_flow_l_per_min ? answers.oxygen_flow_l_per_min + " L/min" : "", target].filter(Boolean).join(", "), look: "" };
  }

  function news2(tile, now) {
    const said = tools().news2Words(tile.news2, now);
    if (!tile.news2) return { text: DASH, age: "no value yet", look: "missing" };
    const risk = tile.news2.risk ? tile.news2.risk.replace("_", "-") + " risk" : "";
    return { text: said.text.replace("NEWS2 ", "").replace(" old", ""), age: said.isOld ? "old" : risk, look: said.isOld ? "stale" : "" };
  }

  function showValues(root, record, now) {
    const { tile } = record;
    const shown = {
      sedation: sedation(tile, now), acvpu: acvpu(tile, now), oxygen: oxygen(tile), news2: news2(tile, now),
    };
    Object.keys(SIGNS).forEach((name) => { shown[name] = sign(tile, name, now, record.isOpen); });
    Object.keys(shown).forEach((name) => {
      const node = root.querySelector(`[data-more="${name}"]`);
      put(node, shown[name].text);
      look(node, shown[name].look);
      put(root.querySelector(`[data-more-age="${name}"]`), shown[name].age);
    });
  }

  // ------------------------------------------------------------------ NEWS2
  function showNews2(root, record, now) {
    const card = root.querySelector("#session--news2");
    const said = record.tile.news2;
    const { isOld } = tools().news2Words(said, now);
    const at = said ? ", as of " + window.infusion.clinicTime(said.as_of) + (isOld ? ": old, a value in it no longer counts" : "") : "";
    put(card.querySelector('[data-show="news2_words"]'), said ? said.words.replace(/^NEWS2 /, "") + at : "no value yet");
    const without = card.querySelector('[data-show="news2_without"]');
    put(without, said && said.is_partial ? without.dataset.note : "");
    card.querySelectorAll("[data-news2-part]").forEach((node, place) => {
      const points = said ? said.points[place] : null;
      put(node, points === null || points === undefined ? "not scored" : String(points));
      look(node, points === null || points === undefined ? "missing" : isOld ? "stale" : "");
    });
  }

  function show(root, record, now) {
    showValues(root, record, now);
    showNews2(root, record, now);
  }

  window.infusion.sessionMore = { show };
})();
