/* The page of one session: reads the timeline, follows the changes, keeps header, values, figure and record current.
   A value is painted first; the figure follows in the next frame (41_session_figure.js). */
(function () {
  "use strict";
  // The act that comes next, which a physician may let through.
  const NEXT_ACT = { planned: "start", ready: "start", recovery: "discharge" };
  const OVERRIDES = {
    start: { kind: "start_override", open: "Start override", save: "Override the start gate", question: "Why may this infusion start? The reason stands in the record under your name." },
    discharge: { kind: "discharge_override", open: "Discharge override", save: "Override the discharge gate", question: "Why may this patient go home? The reason stands in the record under your name." },
  };
  const RANK = { critical: 3, warning: 2, advisory: 1 };
  const HOUR = 3600000;
  const LIST_PAUSE = 1000;
  const REREAD_PAUSE = 300;
  // What the server sums up (dose, ledger) is asked anew so often while the pump runs.
  const DOSE_PAUSE = 300000;
  const DASH = "\u2013";
  const words = () => window.infusion.sessionWords;
  const time = (instant) => window.infusion.clinicTime(instant);

  // ------------------------------------------------------------------ header and values
  function put(node, text) { if (node && node.textContent !== text) node.textContent = text; }

  function mark(node, name, value) {
    if (!node || node.dataset[name] === value) return;
    if (value === undefined || value === null) delete node.dataset[name]; else node.dataset[name] = value;
  }

  /** mg given by `now`: what the server summed up, and what ran since at the current rate. */
  function givenMg(infusion, now) {
    const hours = infusion.delivered_as_of ? Math.max(0, now - Date.parse(infusion.delivered_as_of)) / HOUR : 0;
    return infusion.delivered_mg + (infusion.is_delivering ? infusion.rate_mg_per_h * hours : 0);
  }

  function headWords(tile) {
    const label = String(tile.chair_label || "");
    const weight = tile.weight_kg ? words().number(Number(tile.weight_kg)) + " kg " + tile.weight_basis : "weight not recorded";
    return {
      chair_label: /^\d/.test(label) ? "Chair " + label : label,
      patient_label: tile.patient_label || "",
      // The frame says it for a simulated database; a simulated session in a real one says it here.
      simulated: tile.is_simulated && !window.infusion.me.is_simulated ? "SIMULATED" : "",
      identity: [tile.second_identifier, tile.age_years + " years", tile.condition].filter(Boolean).join(", "),
      plan: [words().choice("drug", tile.drug), weight, courseWords(tile), teamWords(tile)].filter(Boolean).join(", "),
      setting: !tile.setting ? "Setting not attested" : tile.setting.is_monitored ? "Monitored setting" : "Not a monitored setting",
      setting_detail: tile.setting ? "attested by " + tile.setting.attested_by + ", " + time(tile.setting.attested_at) : "up to 1 mg/kg/h without attestation",
    };
  }

  function courseWords(tile) {
    if (!tile.course_session_number) return "";
    return "session " + tile.course_session_number + (tile.course_session_count ? " of " + tile.course_session_count : "");
  }

  /** Who has supervision and chair now; after a handover also from whom. */
  function teamWords(tile) {
    const care = tile.care || {};
    const supervision = care.supervision_taken_over_by
      ? "supervised by " + care.supervision_taken_over_by + " (handed over by " + tile.supervising_physician + ")"
      : "supervised by " + tile.supervising_physician;
    return care.chair_taken_over_by ? supervision + ", chair with " + care.chair_taken_over_by : supervision;
  }

  function movingWords(tile, now) {
    const started = tile.started_at ? Date.parse(tile.started_at) : null;
    const ended = tile.ended_at ? Date.parse(tile.ended_at) : null;
    const isRunning = tile.status === "running" || tile.status === "paused";
    const status = words().plain(tile.status);
    const mg = givenMg(tile.infusion, now);
    const planned = tile.infusion.planned_total_mg ? "of " + words().number(tile.infusion.planned_total_mg) + " mg planned" : "no total planned";
    return {
      status: isRunning && started !== null ? status + " " + words().hoursMinutes(now - started) : status,
      status_detail: statusDetail(tile, started, ended),
      given: mg.toFixed(1) + " mg given",
      given_detail: planned + (tile.weight_kg ? ", " + (mg / tile.weight_kg).toFixed(2) + " mg/kg" : ""),
    };
  }

  function statusDetail(tile, started, ended) {
    const since = tile.status_since ? "since " + time(tile.status_since) : "";
    if (started === null) return since;
    if (ended === null) return "started " + time(started) + (tile.status === "paused" ? ", paused " + since : "");
    return "infusion " + time(started) + " to " + time(ended) + ", " + words().hoursMinutes(ended - started);
  }

  /** One sign as text, age and look; missing is a dash with the word, old is faded and says how old (S2, S4). */
  function signWords(sign, now, isClosed) {
    if (isClosed && sign && sign.value !== null) return { text: words().number(sign.value), age: "last, at " + time(sign.effective_at), look: "" };
    if (!sign) return { text: DASH, age: "no value", look: "missing" };
    if (sign.not_measured) {
      const last = sign.value === null ? "" : ", last " + sign.value + " " + words().age(now - Date.parse(sign.effective_at)) + " ago";
      return { text: DASH, age: words().plain(sign.not_measured.reason) + last, look: "missing" };
    }
    if (sign.value === null || sign.value === undefined) return { text: DASH, age: "no value", look: "missing" };
    const isStale = sign.stale_at !== null && Date.parse(sign.stale_at) < now;
    return { text: words().number(sign.value), age: words().age(now - Date.parse(sign.effective_at)), look: isStale ? "stale" : "" };
  }

  function painWords(pain, now, isClosed) {
    if (!pain) return { text: DASH, age: "no score", look: "missing" };
    const ago = isClosed ? "at " + time(pain.effective_at) : words().age(now - Date.parse(pain.effective_at));
    const how = (pain.circumstance === "movement" ? "moving" : "at rest") + ", " + ago;
    if (pain.no_score) return { text: DASH, age: words().plain(pain.no_score) + ", " + ago, look: "missing" };
    return { text: words().number(pain.score) + (pain.instrument === "vas" ? " mm" : ""), age: (pain.instrument === "vas" ? "VAS " : "NRS ") + how, look: "" };
  }

  /** The pump's own figure; where the record holds none, mg/h. */
  function pumpAge(infusion) {
    if (infusion.pump_rate_ml_per_h !== null) return words().number(infusion.pump_rate_ml_per_h) + " mL/h";
    return words().number(Number(infusion.rate_mg_per_h.toFixed(2))) + " mg/h";
  }

  function rateWords(tile) {
    const infusion = tile.infusion;
    if (!tile.started_at) return { text: DASH, age: "not started", look: "missing" };
    if (!infusion.is_delivering) return { text: "0", age: words().plain(tile.status === "paused" ? "paused" : "ended"), look: "" };
    const rate = infusion.rate_mg_per_kg_per_h === null ? infusion.rate_mg_per_h : infusion.rate_mg_per_kg_per_h;
    return { text: words().rateText(rate), age: pumpAge(infusion), look: "" };
  }

  // ------------------------------------------------------------------ the page
  function start(root) {
    const page = root.querySelector("[data-session-page]");
    const state = root.querySelector("#session--state");
    const body = root.querySelector("#session--body");
    const sessionId = page.dataset.sessionId;
    const rows = JSON.parse(page.dataset.rows);
    const nodes = {};
    let record = null;
    let figure = null;
    let list = null;
    let limits = null;
    let band = null;
    let gate = null;
    const gates = window.infusion.heldActs.create((_, news) => { gate = news; showOverride(); });
    let closeLive = null;
    let timer = null;
    let listTimer = null;
    let isPathLost = false;
    let isStopped = false;
    let isRereading = false;
    let rereadTimer = null;
    const sinceReread = [];

    page.querySelectorAll("[data-show]").forEach((node) => { nodes[node.dataset.show] = node; });
    const numbers = collect("data-session-value");
    const ages = collect("data-session-age");

    function collect(attribute) {
      const found = {};
      page.querySelectorAll("[" + attribute + "]").forEach((node) => { found[node.getAttribute(attribute)] = node; });
      return found;
    }

    // ------------------------------------------------ values: painted first
    function showValue(name, shown, level) {
      put(numbers[name], shown.text);
      mark(numbers[name], "look", shown.look || undefined);
      mark(numbers[name], "level", level || undefined);
    }

    function showValues(now) {
      const tile = record.tile;
      rows.forEach((row) => {
        const all = row.fields.map((name) => (name === "pain" ? painWords(tile.pain, now, !record.isOpen)
          : name === "rate_mg_per_kg_per_h" ? rateWords(tile) : signWords(tile.signs[name], now, !record.isOpen)));
        const levelOf = (name) => record.isOpen && tile.signs[name] && tile.signs[name].level;
        row.fields.forEach((name, at) => showValue(name, all[at], levelOf(name)));
        const levels = row.fields.map(levelOf).filter(Boolean);
        const worst = levels.sort((one, other) => RANK[other] - RANK[one])[0];
        put(ages[row.fields[0]], (worst ? words().levelMark(worst) + " " + worst + ", " : "") + all[0].age);
        mark(ages[row.fields[0]], "look", all[0].look || undefined);
      });
    }

    function showMoving(now) {
      const shown = movingWords(record.tile, now);
      Object.keys(shown).forEach((name) => put(nodes[name], shown[name]));
      showAges(now);
    }

    function showAges(now) {
      showValues(now);
      window.infusion.sessionMore.show(page, record, now);
    }

    function showHead() {
      const shown = headWords(record.tile);
      Object.keys(shown).forEach((name) => put(nodes[name], shown[name]));
      nodes.simulated.classList.toggle("shell__simulated", shown.simulated !== "");
      nodes.setting.parentNode.parentNode.classList.toggle("session-head__block--open", !record.tile.setting);
      page.querySelectorAll('[data-row-unit="rate"]').forEach((node) => put(node, record.weightKg ? "mg/kg/h" : "mg/h, no weight"));
      put(page.querySelector('[data-row-unit="pain"]'), painUnit());
      put(page.querySelector("#session--zone"), window.infusion.me.clinic_time_zone);
      document.title = [record.tile.chair_label, record.tile.patient_label].filter(Boolean).join(" ");
    }

    function painUnit() {
      const used = new Set(record.others.filter((entry) => entry.kind === "pain_score").map((entry) => entry.instrument));
      return [used.has("nrs") ? "NRS 0 to 10" : "", used.has("vas") ? "VAS 0 to 100 mm" : ""].filter(Boolean).join(", ");
    }

    // ------------------------------------------------ open alerts and what is not judged: one line that is always there
    function showNotes() {
      const host = page.querySelector("#session--notes");
      const open = record.alerts.filter((alert) => words().alertStanding(alert).startsWith("o") && words().alertStanding(alert) !== "over")
        .sort((one, other) => RANK[other.level] - RANK[one.level] || Date.parse(other.raised_at) - Date.parse(one.raised_at));
      const notes = open.map(alertNote);
      if (!open.length) notes.push(note("No open alerts", "none"));
      record.tile.not_judged.forEach((text) => notes.push(note(text, "not-judged")));
      record.notesAtEnd.forEach((text) => notes.push(note(text, "not-judged")));
      host.replaceChildren(...notes);
    }

    function alertNote(alert) {
      const made = note("", "alert");
      made.dataset.level = alert.level;
      if (alert.cleared_at) made.dataset.over = "";
      const strong = document.createElement("strong");
      strong.textContent = words().levelMark(alert.level) + " " + alert.text;
      const more = document.createElement("span");
      const answer = alert.acknowledged ? ", " + alert.acknowledged.by + ": " + words().plain(alert.acknowledged.action) : "";
      more.textContent = (alert.cleared_at ? "over, not seen" : "since " + time(alert.raised_at)) + answer;
      made.append(strong, more);
      return made;
    }

    function note(text, kind) {
      const made = document.createElement("div");
      made.className = "note note--" + kind;
      made.textContent = text;
      return made;
    }

    // ------------------------------------------------ what holds the next act, and the physician's override
    function showOverride() {
      const host = page.querySelector("#session--override");
      const act = NEXT_ACT[record.tile.status];
      host.classList.toggle("hidden", !act);
      if (!act) { host.replaceChildren(); return; }
      if (host.querySelector("form")) return;
      const may = window.infusion.me.role === "physician" && (!gate || gate.held.length > 0);
      const wanted = JSON.stringify([act, may, gate, record.tile[act + "_override_by"]]);
      if (host.dataset.shown === wanted && host.firstChild) return;
      const wasOpen = host.querySelector("details[open]");
      host.dataset.shown = wanted;
      host.replaceChildren(heldWords(act));
      if (wasOpen) host.firstChild.open = true;
      if (may) host.append(overrideButton(host, act));
    }

    /** One line of fixed height; the items open under it by a tap. */
    function heldWords(act) {
      const title = act === "start" ? "Start" : "Discharge";
      const by = record.tile[act + "_override_by"];
      const overridden = by ? ", overridden by " + by + " (" + record.tile[act + "_override_reason"] + ")" : "";
      const details = document.createElement("details");
      details.className = "held";
      const summary = document.createElement("summary");
      summary.textContent = (!gate ? title + ": what holds it is being read" : gate.held.length
        ? title + " held: " + gate.held.length + (gate.held.length === 1 ? " item" : " items") : title + " not held") + overridden;
      const items = document.createElement("ul");
      (gate ? gate.held.concat(gate.cautions) : []).forEach((item) => items.append(itemRow(item)));
      details.append(summary, items);
      return details;
    }

    function itemRow(item) {
      const row = document.createElement("li");
      const until = item.not_before ? "from " + time(item.not_before) : "";
      row.textContent = [item.words, item.detail, until, item.is_held ? "" : "caution, holds nothing"].filter(Boolean).join(", ");
      return row;
    }

    function overrideButton(host, act) {
      const open = document.createElement("button");
      open.type = "button";
      open.dataset.role = "override";
      open.textContent = OVERRIDES[act].open;
      open.addEventListener("click", () => openOverride(host, act));
      return open;
    }

    function openOverride(host, act) {
      const { kind, question, save } = OVERRIDES[act];
      const form = window.infusion.sessionEntries.reasonForm({
        question, save, saveRole: "override-save",
        send: (id, reason) => gates.override(sessionId, gate, { entry_id: id, kind, reason }),
        done: () => { form.remove(); showOverride(); gates.now(sessionId, performance.now()); },
      });
      const held = host.querySelector("details");
      if (held) held.open = true;
      host.querySelectorAll("button").forEach((one) => one.remove());
      host.append(form);
      host.dataset.shown = "";
      form.focusFirst();
    }

    // ------------------------------------------------ following
    function showAll() {
      showMoving(window.infusion.clock.now());
      showHead();
      showNotes();
      showOverride();
      window.infusion.doseTable.show(page, record);
      limits.show(record);
      list.show(record);
      band.setRecord(record);
    }

    /** The list follows hand entries at once, monitor rows once a second: it is read, not watched. */
    function showListSoon(atOnce) {
      if (atOnce) { clearTimeout(listTimer); listTimer = null; list.show(record); return; }
      if (listTimer === null) listTimer = setTimeout(() => { listTimer = null; list.show(record); }, LIST_PAUSE);
    }

    function onChange(change) {
      if (change.session_id !== sessionId || isStopped) return;
      if (isRereading) sinceReread.push(change);
      const meaning = window.infusion.sessionRecord.takeChange(record, change);
      if (window.infusion.sessionRecord.asksToRead(change)) rereadSoon();
      showMoving(window.infusion.clock.now());
      if (meaning === "anew") figure.setRecord(record); else if (meaning === "more") figure.extend(record, change.entry);
      const isRow = change.entry && change.entry.kind === "vital_signs" && !change.alert_facts.length;
      if (!isRow) { showHead(); showNotes(); showOverride(); limits.show(record); }
      band.take(record, change);
      if (change.entry && change.entry.source === "hand") gates.soon(sessionId, performance.now());
      showListSoon(!isRow);
    }

    // Without a path the ages go on growing (S2), but nothing is reckoned forward.
    function tick() {
      const now = window.infusion.clock.now();
      if (isPathLost) { showAges(now); return; }
      showMoving(now);
      gates.tick([record.tile], performance.now());
    }

    // The trailing hatch and the window grow with time also when nothing arrives.
    function slowTick() { if (record && record.isOpen && !isPathLost) figure.refresh(); }

    // ------------------------------------------------ reading
    function sayState(title, text) {
      body.classList.add("hidden");
      state.classList.remove("hidden");
      state.replaceChildren();
      const head = document.createElement("h2");
      head.textContent = title;
      const more = document.createElement("p");
      more.textContent = text;
      const back = document.createElement("a");
      back.className = "button";
      back.href = "/panel";
      back.textContent = "To the panel";
      state.append(head, more, back);
    }

    function sayWhyNot(answer) {
      if (answer.status === 401) return;  // the frame leads to the sign-in
      if (answer.status === 403) sayState("Not for your role", "Your account may not read this session.");
      else if (answer.status === 0 || answer.status >= 500) sayState("Session not read", "The server did not answer. Reload this page to try again.");
      else sayState("No such session", "The record of this clinic holds no session " + sessionId + ". Check the address, or choose it on the panel or in the review.");
    }

    async function read() {
      const answer = await window.infusion.call("GET", "/api/v1/sessions/" + encodeURIComponent(sessionId) + "/timeline");
      if (isStopped) return null;
      if (!answer.ok) { if (!record) sayWhyNot(answer); return null; }
      record = window.infusion.sessionRecord.recordOf(answer.body);
      if (figure) { figure.setRecord(record); showAll(); }
      return answer.body.change_number;
    }

    // What came while the answer was on its way is taken again, on the record as it was read.
    async function reread() {
      if (isRereading || isStopped) return;
      isRereading = true;
      const number = await read();
      isRereading = false;
      const missed = sinceReread.splice(0);
      if (number === null && !isStopped) rereadTimer = setTimeout(reread, REREAD_PAUSE * 10);
      if (number !== null && !isStopped) missed.filter((change) => change.change_number > number).forEach(onChange);
    }

    function rereadSoon() {
      clearTimeout(rereadTimer);
      rereadTimer = setTimeout(() => { if (isRereading) rereadSoon(); else reread(); }, REREAD_PAUSE);
    }

    function doseTick() { if (record && record.tile.infusion.is_delivering && !isPathLost && !document.hidden) reread(); }

    async function begin() {
      const number = await read();
      if (number === null || isStopped) return;
      state.classList.add("hidden");
      body.classList.remove("hidden");
      band = window.infusion.predictedBand.create(page, sessionId);
      figure = window.infusion.sessionFigure.create(page, rows, page.dataset.plotly);
      list = window.infusion.sessionEntries.create(page, sessionId);
      limits = window.infusion.sessionLimits.create(page, sessionId);
      figure.setRecord(record);
      showAll();
      const asked = location.hash.match(/^#correct-([0-9a-f-]{36})$/);
      if (asked) list.openCorrection(asked[1]);
      page.addEventListener("session:pin", (event) => list.reveal(event.detail));
      closeLive = window.infusion.live.open({ after: number, onChange, onPath: (isLost) => { isPathLost = isLost; band.path(isLost); }, reload: read });
      timer = [setInterval(tick, 1000), setInterval(slowTick, 10000), setInterval(doseTick, DOSE_PAUSE)];
    }

    function whenKnown() {
      if (window.infusion.me) begin(); else document.addEventListener("infusion:me", begin, { once: true });
    }
    whenKnown();

    return function stop() {
      isStopped = true;
      document.removeEventListener("infusion:me", begin);
      (timer || []).forEach(clearInterval);
      clearTimeout(listTimer);
      clearTimeout(rereadTimer);
      if (closeLive) closeLive();
      gates.stop();
      if (figure) figure.close();
      if (band) band.close();
    };
  }

  window.infusion.onPage("session", start);
})();
