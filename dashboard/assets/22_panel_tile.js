/* One tile of the panel: built once, then only the texts and attributes that changed are written.
   Missing is a dash with the word; old is struck back in contrast and says how old (S2, S4). */
(function () {
  "use strict";
  const {
    RANK, MARK, OPEN, NO_VALUE, age, elapsed, words, decimals, rateText, amountText, byUrgency, isOver, isUnanswered, grouped, groupText,
    stateOf, chairName, readSign, news2Words, sedationWords, gateWords, flagWords, stripWords, stripNote,
  } = window.infusion.panelWords;
  const SIGNS = [
    { title: "HR", unit: "", fields: ["heart_rate_per_min"] },
    { title: "BP", unit: "", fields: ["systolic_mmhg", "diastolic_mmhg"] },
    { title: "SpO2", unit: "%", fields: ["spo2_percent"] },
    { title: "RR", unit: "", fields: ["respiratory_rate_per_min"] },
  ];

  // ------------------------------------------------------------------ building
  function el(tag, name, parent, attributes) {
    const made = document.createElement(tag);
    if (name) made.className = name;
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    if (parent) parent.appendChild(made);
    return made;
  }

  /** A piece of text that is written only when it changes; no read of the layout, no new nodes. */
  function cell(tag, name, parent, attributes) {
    const made = el(tag, name, parent, attributes);
    const text = made.appendChild(document.createTextNode(""));
    return { node: made, put(value) { if (text.data !== value) text.data = value; } };
  }

  function setAttribute(node, name, value) {
    if (node.getAttribute(name) === value) return;
    if (value === null) node.removeAttribute(name); else node.setAttribute(name, value);
  }

  function build(sessionId, isMarked) {
    const root = el("article", "tile", null, { "data-session": sessionId });
    const inner = el("div", "tile__inner", root);
    const strip = el("div", "tile__strip", inner);
    const head = el("div", "tile__head", inner);
    const who = el("a", "tile__who", head, { href: "/sessions/" + sessionId });
    const rate = el("div", "tile__rate", head);
    const rateLine = el("div", "tile__rate-line", rate);
    const signs = el("div", "tile__signs", inner);
    const care = el("button", "tile__care", el("div", "tile__care-place", inner), { type: "button" });
    const parts = {
      root, strip,
      mark: cell("strong", "tile__mark", strip), text: cell("span", "tile__text", strip),
      note: cell("span", "tile__note", strip),
      chair: cell("span", "tile__chair", who),
      label: cell("strong", "tile__label", el("span", "tile__names", who)),
      rate: cell("span", "tile__number", rateLine, { "data-value": "rate_mg_per_kg_per_h" }),
      rateUnit: cell("span", "tile__unit", rateLine),
      given: cell("div", "tile__quiet", rate, { "data-value": "delivered_mg" }),
      signs: SIGNS.map((sign) => buildSign(sign, signs)),
      pain: buildSign({ title: "Pain", unit: "", fields: ["pain"] }, signs),
      care,
      held: cell("strong", "tile__held", care), news2: cell("span", "tile__news2", care, { "data-value": "news2" }),
      sedation: cell("span", "tile__sedation", care, { "data-value": "sedation" }),
      plotHost: el("div", "tile__plot", inner),
    };
    const state = el("span", "tile__quiet", parts.label.node.parentNode, { "data-value": "state" });
    parts.state = cell("span", "", state);
    parts.total = cell("span", "tile__total", state);
    el("span", "tile__more", care).textContent = "Details";
    parts.flags = buildAxis(inner, isMarked);
    return parts;
  }

  function buildSign(sign, parent) {
    const box = el("div", "sign sign--" + sign.title.toLowerCase(), parent);
    const head = el("div", "sign__title", box);
    const title = cell("span", "", head);
    title.put(sign.title);
    const mark = cell("strong", "sign__mark", head);
    const line = el("div", "sign__value", box);
    const values = sign.fields.map((field, at) => {
      if (at) el("span", "sign__slash", line).textContent = "/";
      return cell("span", "", line, { "data-sign": field });
    });
    const unit = cell("span", "sign__unit", line);
    unit.put(sign.unit);
    const foot = el("div", "sign__age", box);
    return { box, title, mark, values, unit, fields: sign.fields, foot, age: cell("span", "", foot), old: cell("span", "sign__old", foot) };
  }

  /** The axis; between its ends stands what a physician has set for this patient. A simulated session in a real record
      is marked here, on the tile itself. */
  function buildAxis(parent, isMarked) {
    const axis = el("div", "tile__axis", parent);
    el("span", "", axis).textContent = "-60 min";
    const middle = el("span", "tile__middle", axis);
    if (isMarked) el("strong", "", middle, { "data-simulated": "" }).textContent = "SIMULATED ";
    const flags = cell("span", "tile__flags", middle);
    el("span", "", axis).textContent = "now";
    return flags;
  }

  // ------------------------------------------------------------------ the tile
  function create(tile, panelIsSimulated, onDetail) {
    const parts = build(tile.session_id, tile.is_simulated && !panelIsSimulated);
    const plot = window.infusion.panelPlot.create(parts.plotHost);
    const self = { id: tile.session_id, root: parts.root, plot, tile, gate: null, show, tick, add, takeGate, worst: 0 };
    [parts.care, parts.plotHost].forEach((node) => node.addEventListener("click", () => onDetail(self.id)));

    /** Takes a newer tile: values are in the page when this returns. */
    function show(newer, now) {
      self.tile = newer;
      parts.signs.forEach((sign) => showSign(sign, now));
      showPain(now);
      showHead(now);
      showCare(now);
      showAlert(now);
    }

    /** What holds the start or the discharge, as the server said last; null while that is not known. */
    function takeGate(gate, now) { self.gate = gate; showCare(now); }

    /** What moves by itself: ages, elapsed time, amount given, countdown. */
    function tick(now, provenAt) {
      parts.signs.forEach((sign) => showSign(sign, now));
      showPain(now);
      showState(now);
      showGiven(provenAt);
      showCare(now);
      showAlert(now);
    }

    function showSign(sign, now) {
      const isClosed = !OPEN.includes(self.tile.status);
      const states = sign.fields.map((field) => readSign(self.tile.signs[field], now, isClosed));
      states.forEach((state, at) => {
        sign.values[at].put(state.text);
        setAttribute(sign.values[at].node, "data-level", state.level);
        setAttribute(sign.values[at].node, "data-stale", state.isMissing ? "missing" : state.isStale ? "old" : null);
      });
      const shown = states.reduce((a, b) => (b.isWorse > a.isWorse ? b : a));
      sign.age.put(shown.age);
      sign.old.put(shown.isStale ? " old" : "");
      setAttribute(sign.box, "data-stale", shown.isStale || shown.detail ? "" : null);
      setAttribute(sign.foot, "title", shown.detail);
      const level = states.map((state) => state.level).sort((a, b) => (RANK[b] || 0) - (RANK[a] || 0))[0];
      sign.mark.put(level ? MARK[level] : "");
      setAttribute(sign.box, "data-level", level || null);
    }

    function showPain(now) {
      const pain = self.tile.pain;
      const box = parts.pain;
      const isMissing = !pain || pain.no_score || pain.score === null || pain.score === undefined;
      setAttribute(box.values[0].node, "data-stale", isMissing ? "missing" : null);
      if (!pain) { box.values[0].put(NO_VALUE); box.age.put("none yet"); return; }
      const since = age(now - Date.parse(pain.effective_at));
      box.title.put("Pain " + pain.instrument.toUpperCase());
      box.unit.put(pain.instrument === "vas" && !isMissing ? "mm" : "");
      if (isMissing) {
        box.values[0].put(NO_VALUE);
        box.age.put((pain.no_score ? words(pain.no_score) : "no score") + " " + since);
      } else {
        box.values[0].put(decimals(pain.score, 0, 1));
        box.age.put(since);
      }
    }

    function showHead(now) {
      const label = String(self.tile.chair_label || NO_VALUE);
      // Only the word that every place shares is dropped: "Bay 2" must not look like chair 2.
      const short = label.replace(/^chair\s+(?=\S{1,3}$)/i, "");
      parts.chair.put(short);
      setAttribute(parts.chair.node, "data-long", short.length > 3 ? "" : null);
      setAttribute(parts.chair.node, "title", label);
      parts.label.put(self.tile.patient_label);
      showState(now);
      showRate();
      showGiven(now);
    }

    function showState(now) {
      const of = self.tile;
      const total = of.started_at ? elapsed(now - Date.parse(of.started_at)) + " h" : null;
      const inState = of.status_since ? age(now - Date.parse(of.status_since)) : "";
      const isRunning = of.status === "running" && total;
      const outside = (of.not_judged || []).some((note) => note.includes("outside this rule set"));
      parts.state.put(words(of.status) + " " + (isRunning ? total : inState) + (outside ? ", limits not judged" : ""));
      parts.total.put(total && !isRunning ? ", total " + total : "");
      setAttribute(parts.root, "data-status", of.status);
    }

    function showRate() {
      const infusion = self.tile.infusion || {};
      const perKg = infusion.rate_mg_per_kg_per_h;
      if (self.tile.started_at && perKg !== null && perKg !== undefined) {
        parts.rate.put(rateText(perKg));
        parts.rateUnit.put("mg/kg/h");
      } else if (self.tile.started_at && infusion.rate_mg_per_h !== null && infusion.rate_mg_per_h !== undefined) {
        parts.rate.put(decimals(infusion.rate_mg_per_h, 0, 1));
        parts.rateUnit.put("mg/h, weight missing");
      } else {
        parts.rate.put(NO_VALUE);
        parts.rateUnit.put(self.tile.started_at ? "rate not known" : "not started");
      }
    }

    /** `provenAt` is the last moment at which the pump's state was known: nothing is counted on beyond it. */
    function showGiven(provenAt) {
      const infusion = self.tile.infusion || {};
      const planned = infusion.planned_total_mg;
      if (!self.tile.started_at) { parts.given.put(planned ? amountText(Number(planned)) + " mg planned" : ""); return; }
      if (infusion.delivered_mg === null || infusion.delivered_mg === undefined) { parts.given.put("amount not known"); return; }
      let mg = Number(infusion.delivered_mg);
      if (infusion.is_delivering && infusion.delivered_as_of) {
        mg += Number(infusion.rate_mg_per_h) * Math.max(0, provenAt - Date.parse(infusion.delivered_as_of)) / 3600000;
      }
      parts.given.put(amountText(mg) + (planned ? " of " + amountText(Number(planned)) : "") + " mg given");
    }

    function showCare(now) {
      const news2 = news2Words(self.tile.news2, now);
      const sedation = sedationWords(self.tile.sedation, now);
      const held = gateWords(self.gate);
      parts.held.put(held);
      parts.news2.put((held && news2.text ? " \u00b7 " : "") + news2.text);
      setAttribute(parts.news2.node, "data-stale", news2.isOld ? "old" : null);
      parts.sedation.put(((held || news2.text) && sedation.text ? " \u00b7 " : "") + sedation.text);
      setAttribute(parts.sedation.node, "data-stale", sedation.isOld ? "old" : null);
      setAttribute(parts.care, "aria-label", "Details of " + chairName(self.tile));
      const flags = flagWords(self.tile).join(" \u00b7 ");
      parts.flags.put(flags);
      setAttribute(parts.root, "data-flags", flags ? "" : null);
    }

    function showAlert(now) {
      const groups = Array.from(grouped(self.tile.alerts || [], now).values()).sort((a, b) => byUrgency(now)(a[0], b[0]));
      const members = groups[0];
      const shown = members && members[0];
      self.worst = shown && isUnanswered(shown, now) ? RANK[shown.level] : 0;
      const state = shown ? stateOf(shown, now) : null;
      setAttribute(parts.root, "data-level", shown && state !== "over" ? shown.level : null);
      setAttribute(parts.root, "data-alert", state);
      parts.mark.put(shown ? MARK[shown.level] : "");
      parts.text.put(shown ? stripWords(shown, state) + groupText(members, now) : "");
      parts.note.put(shown ? stripNote(shown, state, groups.length - 1, now) : "");
    }

    /** Pins and the plot's own points of one change; drawn in the next frame by the panel. */
    function add(name, ms, value, changeNumber) { plot.add(name, ms, value, changeNumber); }

    return self;
  }

  window.infusion.panelTile = { create, el, cell };
})();
