/* The record under the figure: entries and alerts, newest first; an entry can be corrected or marked as entered in error.

   Rows are kept and only changed rows are built anew, so that a form somebody types into never goes away. */
(function () {
  "use strict";
  const FIRST_SHOWN = 60;
  const MORE_SHOWN = 200;
  const LEAST_IN_RUN = 3;
  // As the recorder holds it: a plan, a withdrawal, what somebody said about an alert and what the server found stay as
  // they are.
  const NOT_WITHDRAWABLE = new Set(["session_planned", "entered_in_error", "acknowledgement", "at_the_chair",
    "tablet_silent", "tablet_heard_again"]);
  const READING_ROLES = new Set(["reviewer", "administrator", "pharmacist", "device"]);
  const RANGED = [["heart_rate_per_min", "HR"], ["spo2_percent", "SpO2"], ["respiratory_rate_per_min", "breaths"], ["systolic_mmhg", "systolic"]];
  const words = () => window.infusion.sessionWords;

  function el(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined && text !== "") node.textContent = text;
    return node;
  }

  function button(text, role, className) {
    const node = el("button", className || "", text);
    node.type = "button";
    node.dataset.role = role;
    return node;
  }

  /** An inline question for a reason, with its own save button; the typed text stays when the server refuses. */
  function reasonForm(options) {
    const form = el("form", "reason");
    const label = el("label", "reason__label", options.question);
    const input = el("textarea");
    input.name = "reason"; input.rows = 2; input.maxLength = 400; input.required = true;
    label.append(input);
    const save = button(options.save, options.saveRole, "primary");
    save.type = "submit";
    const cancel = button("Cancel", "cancel");
    const said = el("p", "reason__said");
    said.dataset.role = "problems";
    said.setAttribute("role", "alert");
    const actions = el("div", "reason__actions");
    actions.append(save, cancel);
    form.append(label, actions, said);
    const content = options.content || (() => "");
    let sent = { text: null, id: null };
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const reason = input.value.trim();
      if (!reason) { say(said, "Write why. The reason stays in the record."); input.focus(); return; }
      // The same words again are the same entry, however often they are sent; other words are another entry.
      const text = reason + content();
      if (sent.text !== text) sent = { text, id: window.infusion.uuid7() };
      save.disabled = true;
      const problem = await options.send(sent.id, reason);
      save.disabled = false;
      if (problem) say(said, problem); else options.done();
    });
    cancel.addEventListener("click", options.done);
    form.focusFirst = () => input.focus();
    return form;
  }

  function say(node, text) { node.textContent = text; node.className = "reason__said problem"; }

  /** Sends one hand entry; answers {outcome, problems, said}: `said` is why it is not in the record, in words. */
  async function postEntry(sessionId, entry) {
    const path = "/api/v1/sessions/" + encodeURIComponent(sessionId) + "/entries";
    const answer = await window.infusion.call("POST", path, { entries: [Object.assign({ source: "hand" }, entry)] });
    const result = answer.ok && answer.body.results ? answer.body.results[0] : null;
    const problems = (result ? result.problems : answer.body.problems) || [];
    if (result) return { outcome: result.outcome, problems, said: "" };
    const said = answer.status === 409 ? "Not recorded: " + problems.map((one) => one.reason).join("; ")
      : answer.status === 401 ? "Not recorded: you are signed out. Sign in and press again."
      : answer.status === 403 ? "Not recorded: your role may not do this." : answer.status === 0 ? "Not recorded: the server was not reached. Press again." : "";
    return { outcome: "refused", problems: said ? [] : problems, said };
  }

  /** The same; answers "" when it is in the record, else why not. */
  async function sendEntry(sessionId, entry) {
    const answer = await postEntry(sessionId, entry);
    if (answer.outcome === "recorded" || answer.outcome === "duplicate") return "";
    const said = answer.problems.map((one) => [one.field ? words().plain(one.field) : "", one.reason, one.limit ? "(" + one.limit + ")" : ""]
      .filter(Boolean).join(" ")).join("; ");
    return answer.said || "Not recorded: " + said;
  }

  // ------------------------------------------------------------------ items: entries, runs of monitor rows, alerts
  const isMonitorRow = (entry) => entry.kind === "vital_signs" && entry.source === "monitor";

  const FILTERS = {
    all: () => true,
    alerts: (item) => item.type === "alert",
    hand: (item) => item.type === "entry" && item.entry.source === "hand",
    monitor: (item) => item.type === "entry" && item.entry.source !== "hand",
  };

  /** What the list shows, newest first. `entries` are in order of `ms`, oldest first. */
  function itemsOf(record, filter, opened) {
    const items = [];
    let run = [];
    const endRun = () => {
      if (run.length >= LEAST_IN_RUN) items.push({ type: "run", key: "run-" + run[run.length - 1].entry_id, ms: run[0].ms, entries: run });
      const isShown = run.length < LEAST_IN_RUN || opened.has("run-" + run[run.length - 1].entry_id);
      if (run.length && isShown) run.forEach((entry) => items.push({ type: "entry", key: entry.entry_id, ms: entry.ms, entry }));
      run = [];
    };
    const alerts = record.alerts.map((alert) => ({ type: "alert", key: alert.alert_id, ms: Date.parse(alert.raised_at), alert }))
      .sort((one, other) => other.ms - one.ms);
    let at = 0;
    for (let place = record.entries.length - 1; place >= 0; place--) {
      const entry = record.entries[place];
      while (at < alerts.length && alerts[at].ms >= entry.ms) { endRun(); items.push(alerts[at++]); }
      if (filter === "all" && isMonitorRow(entry) && !entry.withdrawn) { run.push(entry); continue; }
      endRun();
      items.push({ type: "entry", key: entry.entry_id, ms: entry.ms, entry });
    }
    endRun();
    items.push(...alerts.slice(at));
    return items.filter(FILTERS[filter]);
  }

  // ------------------------------------------------------------------ rows
  function timeCell(ms, newestDay) {
    const cell = el("div", "entry__time number", window.infusion.clinicTime(ms));
    const day = dayOf(ms);
    if (day !== newestDay) cell.append(el("small", "entry__day", day));
    return cell;
  }

  function dayOf(ms) {
    const zone = window.infusion.me && window.infusion.me.clinic_time_zone;
    return new Date(ms).toLocaleDateString([], { day: "numeric", month: "short", timeZone: zone });
  }

  function markOf(text, kind) { return el("span", "entry__mark" + (kind ? " entry__mark--" + kind : ""), text); }

  function entryMarks(entry, record) {
    const marks = [];
    if (entry.is_late) marks.push(markOf("late, recorded " + window.infusion.clinicTime(entry.recorded_at)));
    if (entry.confirmed && entry.confirmed.length) marks.push(markOf("unusual, confirmed: " + entry.confirmed.map(words().plain).join(", ")));
    return marks;
  }

  const sourceWords = (entry) => (words().SOURCES[entry.source] || entry.source) + (entry.is_simulated ? ", simulated" : "");

  function entryRow(item, record, newestDay, list) {
    const entry = item.entry;
    const row = el("li", "entry");
    row.dataset.entry = entry.entry_id;
    row.dataset.kind = entry.kind;
    if (entry.withdrawn) row.dataset.withdrawn = "";
    const body = el("div", "entry__body");
    const said = el("div", "entry__words");
    said.append(el("strong", "", words().entryTitle(entry, record.byId)));
    const text = words().entryWords(entry, record.weightKg, record.byId);
    if (text) said.append(" ", el("span", "entry__value", text));
    body.append(said);
    const before = window.infusion.entryVersions.versions(entry, record.weightKg, record.byId);
    if (before) body.append(before);
    const marks = entryMarks(entry, record);
    if (marks.length) { const line = el("div", "entry__marks"); line.append(...marks); body.append(line); }
    if (entry.withdrawn) body.append(withdrawal(entry.withdrawn));
    const by = el("div", "entry__by quiet small");
    by.append(el("span", "", entry.author_name), el("span", "", sourceWords(entry)));
    const act = el("div", "entry__act");
    if (list.maySign && !entry.withdrawn) {
      if (window.infusion.entryLanguage.isAmendable(entry.kind)) act.append(list.opener(row, entry, "correct"));
      if (!NOT_WITHDRAWABLE.has(entry.kind)) act.append(list.opener(row, entry, "in-error"));
    }
    row.append(timeCell(item.ms, newestDay), body, by, act);
    return row;
  }

  function withdrawal(withdrawn) {
    const line = el("div", "entry__withdrawn");
    line.append(el("strong", "", "Entered in error"), ", " + withdrawn.author_name + " at "
      + window.infusion.clinicTime(withdrawn.recorded_at) + ": " + withdrawn.reason);
    return line;
  }

  function runRow(item, record, newestDay, list) {
    const row = el("li", "entry entry--run");
    row.dataset.run = item.key;
    const body = el("div", "entry__body");
    const said = el("div", "entry__words");
    said.append(el("strong", "", "Monitor, " + item.entries.length + " rows"), " ", el("span", "entry__value", runWords(item.entries)));
    body.append(said);
    const oldest = item.entries[item.entries.length - 1];
    const by = el("div", "entry__by quiet small");
    by.append(el("span", "", "since " + window.infusion.clinicTime(oldest.ms)), el("span", "", sourceWords(oldest)));
    const act = el("div", "entry__act");
    const isOpen = list.opened.has(item.key);
    const open = button(isOpen ? "Hide rows" : "Show rows", "rows", "entry__button");
    open.setAttribute("aria-expanded", String(isOpen));
    open.addEventListener("click", () => list.toggleRun(item.key));
    act.append(open);
    row.append(timeCell(item.ms, newestDay), body, by, act);
    return row;
  }

  function runWords(entries) {
    const said = [];
    RANGED.forEach(([name, label]) => {
      let low = Infinity;
      let high = -Infinity;
      entries.forEach((entry) => { const value = entry[name]; if (value !== undefined && value !== null) { low = Math.min(low, value); high = Math.max(high, value); } });
      if (low <= high) said.push(label + " " + (low === high ? low : low + " to " + high));
    });
    const missing = entries.filter((entry) => entry.not_measured && Object.keys(entry.not_measured).length).length;
    if (missing) said.push(missing + " with a sign not measured");
    return said.join(", ");
  }

  function alertRow(item, record, newestDay) {
    const alert = item.alert;
    const level = alert.withdrawn_at || alert.cleared_at ? alert.peak_level || alert.level : alert.level;
    const row = el("li", "entry entry--alert");
    row.dataset.alert = alert.alert_id;
    row.dataset.level = level;
    const standing = words().alertStanding(alert);
    row.dataset.standing = standing.startsWith("open") ? "open" : standing === "over, not seen" ? "unseen" : "over";
    const body = el("div", "entry__body");
    const said = el("div", "entry__words");
    said.append(el("strong", "entry__level", words().levelMark(level) + " " + level), " ", el("strong", "", alert.text));
    const facts = el("div", "entry__facts");
    words().alertFacts(alert).forEach(([at, text]) => facts.append(el("span", "", window.infusion.clinicTime(at) + " " + text)));
    body.append(said, facts, el("div", "entry__source quiet small", alert.citation));
    const by = el("div", "entry__by quiet small");
    by.append(el("span", "entry__standing", standing), el("span", "", "alert"));
    row.append(timeCell(item.ms, newestDay), body, by, el("div", "entry__act"));
    return row;
  }

  const BUILDERS = { entry: entryRow, run: runRow, alert: alertRow };

  function signature(item, list, day) {
    if (item.type === "alert") return JSON.stringify([item.alert, day]);
    if (item.type === "run") return [item.entries.length, list.opened.has(item.key), day].join();
    const { entry } = item;
    return JSON.stringify([entry.withdrawn, entry.amendments, entry.effective_at, list.maySign, day, list.record.weightKg,
      words().entryTitle(entry, list.record.byId), words().entryWords(entry, list.record.weightKg, list.record.byId)]);
  }

  // ------------------------------------------------------------------ the list
  function create(root, sessionId) {
    const host = root.querySelector("#session--entries");
    const older = root.querySelector("#session--older");
    const count = root.querySelector("#session--entry-count");
    const rows = new Map();
    const list = { opened: new Set(), maySign: false, record: null, opener, toggleRun };
    let record = null;
    let filter = "all";
    let limit = FIRST_SHOWN;

    function toggleRun(key) {
      if (list.opened.has(key)) list.opened.delete(key); else list.opened.add(key);
      show(record);
    }

    const ACTS = {
      correct: { words: "Correct", form: (entry, done) => window.infusion.correction.correctionForm(entry, { send: (sent) => postEntry(sessionId, sent), done }) },
      "in-error": {
        words: "Entered in error",
        form: (entry, done) => reasonForm({
          question: "Why is this entry wrong? It stays readable, struck out, with your name and this reason.",
          save: "Mark as entered in error", saveRole: "in-error-save",
          send: (id, reason) => sendEntry(sessionId, { entry_id: id, kind: "entered_in_error", withdrawn_entry_id: entry.entry_id, reason }),
          done,
        }),
      },
    };

    /** The button that opens one of the two forms under its row; the other one closes. */
    function opener(row, entry, role) {
      const open = button(ACTS[role].words, role, "entry__button");
      open.setAttribute("aria-expanded", "false");
      open.addEventListener("click", () => {
        const there = row.querySelector("form");
        const wasOpen = there && there.dataset.act === role;
        if (there) { there.remove(); row.querySelectorAll(".entry__act [aria-expanded]").forEach((one) => one.setAttribute("aria-expanded", "false")); }
        if (wasOpen) return;
        const form = ACTS[role].form(entry, () => {
          const at = form.closest("li");
          const shown = at && at.querySelector(`.entry__act [data-role="${role}"]`);
          form.remove();
          if (shown) { shown.setAttribute("aria-expanded", "false"); shown.focus(); }
        });
        form.dataset.act = role;
        row.append(form);
        open.setAttribute("aria-expanded", "true");
        form.focusFirst();
      });
      return open;
    }

    function rowOf(item, day) {
      const known = rows.get(item.key);
      const sign = signature(item, list, day);
      if (known && known.sign === sign) return known.node;
      const node = BUILDERS[item.type](item, record, day, list);
      const form = known && known.node.querySelector("form");
      const stillOpen = form && node.querySelector(`.entry__act [data-role="${form.dataset.act}"]`);
      if (stillOpen) { node.append(form); stillOpen.setAttribute("aria-expanded", "true"); }
      const wasRead = known && known.node.querySelector("details.versions[open]");
      if (wasRead && node.querySelector("details.versions")) node.querySelector("details.versions").open = true;
      if (known) known.node.replaceWith(node);
      rows.set(item.key, { node, sign });
      return node;
    }

    function show(next) {
      record = next;
      list.record = record;
      list.maySign = Boolean(window.infusion.me) && !READING_ROLES.has(window.infusion.me.role);
      const items = itemsOf(record, filter, list.opened);
      const shown = items.slice(0, limit);
      const day = shown.length ? dayOf(shown[0].ms) : "";
      const keys = new Set(shown.map((item) => item.key));
      rows.forEach((kept, key) => { if (!keys.has(key)) { kept.node.remove(); rows.delete(key); } });
      let next_ = host.firstChild;
      shown.forEach((item) => {
        const node = rowOf(item, day);
        if (node === next_) next_ = next_.nextSibling; else host.insertBefore(node, next_ && next_.parentNode === host ? next_ : null);
        next_ = node.nextSibling;
      });
      older.classList.toggle("hidden", items.length <= limit);
      count.textContent = record.entries.length + " entries, " + record.alerts.length + (record.alerts.length === 1 ? " alert" : " alerts");
    }

    /** Brings one entry or alert into view and marks it for a moment. */
    function reveal(key) {
      if (!rows.has(key)) { setFilter("all"); limit = Infinity; show(record); }
      const found = rows.get(key);
      if (!found) return;
      found.node.scrollIntoView({ block: "center" });
      host.querySelectorAll("[data-found]").forEach((node) => delete node.dataset.found);
      found.node.dataset.found = "";
    }

    /** The form that corrects one entry, opened under it. */
    function openCorrection(entryId) {
      reveal(entryId);
      const open = rows.has(entryId) && rows.get(entryId).node.querySelector('[data-role="correct"]');
      if (open) open.click();
    }

    function setFilter(name) {
      filter = name;
      limit = FIRST_SHOWN;
      root.querySelectorAll("[data-entry-filter]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.entryFilter === name)));
    }

    root.querySelectorAll("[data-entry-filter]").forEach((one) => one.addEventListener("click", () => { setFilter(one.dataset.entryFilter); show(record); }));
    older.addEventListener("click", () => { limit += MORE_SHOWN; show(record); });
    return { show, reveal, openCorrection };
  }

  window.infusion.sessionEntries = { create, reasonForm, sendEntry, postEntry };
})();
