/* One tile of the panel: built once, then only the texts and attributes that changed are written.
   Missing is a dash with the word; old is struck back in contrast and says how old (S2, S4). */
(function () {
  "use strict";
  const RANK = { critical: 3, warning: 2, advisory: 1 };
  const MARK = { critical: "***", warning: "**", advisory: "*" };
  const SIGNS = [
    { title: "HR", unit: "", fields: ["heart_rate_per_min"] },
    { title: "BP", unit: "", fields: ["systolic_mmhg", "diastolic_mmhg"] },
    { title: "SpO2", unit: "%", fields: ["spo2_percent"] },
    { title: "RR", unit: "", fields: ["respiratory_rate_per_min"] },
  ];
  const OPEN = ["ready", "running", "paused", "recovery"];
  const NO_VALUE = "\u2013";

  // ------------------------------------------------------------------ words
  function minutes(ms) { return Math.floor(Math.max(0, ms) / 60000); }

  /** "4 s", "9 min", "1:34 h", "3 days" */
  function age(ms) {
    if (ms < 60000) return Math.max(0, Math.floor(ms / 1000)) + " s";
    if (ms >= 172800000) return Math.floor(ms / 86400000) + " days";
    return ms < 3600000 ? minutes(ms) + " min" : elapsed(ms) + " h";
  }

  /** "1:34" in hours and minutes */
  function elapsed(ms) {
    const total = minutes(ms);
    return Math.floor(total / 60) + ":" + String(total % 60).padStart(2, "0");
  }

  /** "1:40" in minutes and seconds */
  function countdown(ms) {
    const total = Math.max(0, Math.ceil(ms / 1000));
    return Math.floor(total / 60) + ":" + String(total % 60).padStart(2, "0");
  }

  function words(code) { return String(code).replaceAll("_", " "); }

  function actionWords(action) { return action === "remeasure" ? "re-measure" : words(action); }

  function decimals(value, least, most) {
    const text = Number(value).toFixed(most);
    let end = text.length;
    while (end > text.length - (most - least) && text[end - 1] === "0") end -= 1;
    return text[end - 1] === "." ? text.slice(0, end - 1) : text.slice(0, end);
  }

  /** A third decimal where it matters: 1.004 mg/kg/h is above the 1 mg/kg/h rule and must not read 1.00. */
  function rateText(value) {
    if (value === 0) return "0";
    const text = Number(value).toFixed(2);
    return Number(text) === 1 && Number(value) !== 1 ? Number(value).toFixed(3) : text;
  }

  function amountText(mg) { return mg < 10 ? decimals(mg, 0, 1) : String(Math.round(mg)); }

  // ------------------------------------------------------------------ alerts
  function isPromiseBroken(alert, now) {
    const given = alert.acknowledged;
    return Boolean(given && given.deadline_at && Date.parse(given.deadline_at) < now);
  }

  function isOver(alert) { return Boolean(alert.cleared_at || alert.withdrawn_at); }

  /** Somebody has to act: open, and nobody has answered or the answer's deadline has passed. */
  function isUnanswered(alert, now) { return !isOver(alert) && (!alert.acknowledged || isPromiseBroken(alert, now)); }

  function isSounding(alert, now) {
    if (alert.is_past || RANK[alert.level] < 2 || !isUnanswered(alert, now)) return false;
    if (alert.level === "critical" || alert.sounded_at) return true;
    return Boolean(alert.sounds_at) && Date.parse(alert.sounds_at) <= now;
  }

  /** Most urgent first: unanswered, then answered, then over; within each by level, then the oldest. */
  function urgency(alert, now) {
    const group = isOver(alert) ? 0 : isUnanswered(alert, now) ? 20 : 10;
    return group + RANK[alert.level];
  }

  function byUrgency(now) {
    return (a, b) => urgency(b, now) - urgency(a, now) || Date.parse(a.raised_at) - Date.parse(b.raised_at);
  }

  /** Open sessions, and closed ones with an alert that nobody has answered. */
  function isShown(tile) {
    return OPEN.includes(tile.status) || (tile.alerts || []).some((alert) => !alert.acknowledged);
  }

  /** "Chair 3"; a place with a name of its own keeps it. */
  function chairName(tile) {
    const label = String(tile.chair_label || "");
    return /^\S{1,3}$/.test(label) ? "Chair " + label : label;
  }

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
      plotHost: el("div", "tile__plot", inner),
    };
    const state = el("span", "tile__quiet", parts.label.node.parentNode, { "data-value": "state" });
    parts.state = cell("span", "", state);
    parts.total = cell("span", "tile__total", state);
    buildAxis(inner, isMarked);
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

  /** The axis; a simulated session in a real record is marked here, on the tile itself. */
  function buildAxis(parent, isMarked) {
    const axis = el("div", "tile__axis", parent);
    el("span", "", axis).textContent = "-60 min";
    el("span", "", axis, isMarked ? { "data-simulated": "" } : {}).textContent = isMarked ? "SIMULATED" : "-30";
    el("span", "", axis).textContent = "now";
  }

  // ------------------------------------------------------------------ the tile
  function create(tile, panelIsSimulated) {
    const parts = build(tile.session_id, tile.is_simulated && !panelIsSimulated);
    const plot = window.infusion.panelPlot.create(parts.plotHost);
    const self = { id: tile.session_id, root: parts.root, plot, tile, show, tick, add, worst: 0 };

    /** Takes a newer tile: values are in the page when this returns. */
    function show(newer, now) {
      self.tile = newer;
      parts.signs.forEach((sign) => showSign(sign, now));
      showPain(now);
      showHead(now);
      showAlert(now);
    }

    /** What moves by itself: ages, elapsed time, amount given, countdown. */
    function tick(now, provenAt) {
      parts.signs.forEach((sign) => showSign(sign, now));
      showPain(now);
      showState(now);
      showGiven(provenAt);
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

    function showAlert(now) {
      const alerts = self.tile.alerts || [];
      const shown = alerts.length > 1 ? alerts.slice().sort(byUrgency(now))[0] : alerts[0];
      self.worst = shown && isUnanswered(shown, now) ? RANK[shown.level] : 0;
      const state = !shown ? null : isOver(shown) ? "over" : isUnanswered(shown, now) ? "open" : "answered";
      setAttribute(parts.root, "data-level", shown && state !== "over" ? shown.level : null);
      setAttribute(parts.root, "data-alert", state);
      parts.mark.put(shown ? MARK[shown.level] : "");
      parts.text.put(shown ? (state === "over" ? "Over, not seen: " : "") + shown.text : "");
      parts.note.put(shown ? stripNote(shown, state, alerts.length - 1, now) : "");
    }

    /** Pins and the plot's own points of one change; drawn in the next frame by the panel. */
    function add(name, ms, value, changeNumber) { plot.add(name, ms, value, changeNumber); }

    return self;
  }

  function stripNote(alert, state, others, now) {
    const more = others > 0 ? "+" + others : "";
    if (state === "answered") return [actionWords(alert.acknowledged.action), more].filter(Boolean).join(" ");
    if (state === "open" && !alert.sounded_at && alert.level !== "critical" && alert.sounds_at) {
      const left = Date.parse(alert.sounds_at) - now;
      if (left > 0) return ["sounds in " + countdown(left), more].filter(Boolean).join(" ");
    }
    return more;
  }

  /** What to show of one sign; of two that share a place the worse one gives the words under it. */
  function readSign(sign, now, isClosed) {
    const missing = sign && sign.not_measured;
    const measuredAt = sign && sign.effective_at ? Date.parse(sign.effective_at) : null;
    const hasValue = Boolean(sign) && sign.value !== null && sign.value !== undefined && measuredAt !== null;
    if (missing && (!hasValue || Date.parse(missing.effective_at) > measuredAt)) {
      const since = age(now - Date.parse(missing.effective_at));
      const last = hasValue ? ", last " + decimals(sign.value, 0, 1) + " " + age(now - measuredAt) + " ago" : "";
      return { text: NO_VALUE, age: words(missing.reason).replace(" measurement", ""), detail: words(missing.reason) + " " + since + " ago" + last, isMissing: true, level: null, isWorse: 2 };
    }
    if (!hasValue) return { text: NO_VALUE, age: "none yet", detail: null, isMissing: true, level: null, isWorse: 3 };
    // Nobody measures any more in a closed session: whatever stands there is old.
    const isStale = isClosed || (Boolean(sign.stale_at) && Date.parse(sign.stale_at) < now);
    const old = age(now - measuredAt);
    return { text: decimals(sign.value, 0, 1), age: old, detail: null, isStale, level: sign.level || null, isWorse: isStale ? 1 : 0 };
  }

  window.infusion.panelTile = {
    create, el, cell, words, actionWords, age, countdown, RANK, MARK, OPEN,
    isShown, chairName, isOver, isUnanswered, isSounding, isPromiseBroken, urgency, byUrgency,
  };
})();
