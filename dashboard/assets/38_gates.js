/* The two gates on the tablet: what holds the start and the discharge home, item by item, each leading to the form that
   answers it; and after a refusal the two ways on: a physician overrides here, or it has happened already.
   The frames and the table of places come from components/gate_screen.py, the items from the server (.../gates). */
(function () {
  "use strict";
  const { call, clock } = window.infusion;
  const { make, button } = window.infusion.entryField;
  const READ_EVERY_MS = 20000;
  const READ_SOON_MS = 200;
  const OLD_AFTER_MS = 60000;
  const SHOWN_OF_A_GROUP = 4;
  const NAMED_IN_A_LINE = 2;
  const BEFORE_START = ["planned", "ready"];
  // Met by one more set, not by the time alone.
  const ESCORT = "discharge.escort.held";
  const NEEDS_A_SET = "discharge.sets_apart.held";
  const time = (instant) => window.infusion.clinicTime(instant);
  const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const minutesSeconds = (ms) => `${Math.floor(ms / 60000)}:${String(Math.floor(ms / 1000) % 60).padStart(2, "0")}`;

  /** One gate, as its frame describes it. */
  function described(element) {
    const data = element.dataset;
    return {
      name: data.gate, kind: data.kind, override: data.override, holds: data.holds, happened: data.happened,
      atWords: data.atWords, nowWords: data.nowWords,
      prefix: `${data.gate}.`, view: `${data.gate}_held`, groups: JSON.parse(data.groups), places: JSON.parse(data.places),
    };
  }

  /** `door`: {state, forms, status(), say(text), openView(name), saveForm(form)}. */
  function create(screen, { state, forms, status, say, openView, saveForm }) {
    const sessionId = screen.dataset.sessionId;
    const gates = Array.from(screen.querySelectorAll(".gate[data-gate]"), described);
    const known = { answer: null, change: null, at: null };
    const refusedAt = {}; // by gate: the time of the tap that was refused
    const happened = new Set(); // ids of entries that a person has called happened
    let soon = null;
    let isReading = false;

    const gateOfKind = (kind) => gates.find((one) => one.kind === kind);
    const gateOfOverride = (kind) => gates.find((one) => one.override === kind);
    const framesOf = (gate) => Array.from(screen.querySelectorAll(`[data-gate="${gate.name}"]`));
    const formOf = (gate) => forms[gate.kind];

    // ----------------------------------------------------------------------------------------- reading

    /** The gate that can hold something now. */
    function current() {
      if (!state.tile) return null;
      const now = status();
      const name = BEFORE_START.includes(now) ? "start" : now === "recovery" ? "discharge" : null;
      return gates.find((one) => one.name === name) || null;
    }

    async function read() {
      if (isReading || state.isEnded || !current()) return;
      isReading = true;
      const change = state.tile.change_number;
      const answer = await call("GET", `/api/v1/sessions/${sessionId}/gates`);
      isReading = false;
      if (state.isEnded || !answer.ok) return;
      Object.assign(known, { answer: answer.body, change, at: clock.now() });
      paint();
    }

    function readSoon() {
      clearTimeout(soon);
      if (known.answer) soon = setTimeout(read, READ_SOON_MS); else read();
    }

    /** An escort typed with the discharge itself is named with it. */
    const isTyped = (gate, item) => item.rule_id === ESCORT && !formOf(gate).field("escort").isEmpty();
    const all = (gate) => (known.answer ? known.answer[gate.name] : []);
    const held = (gate) => all(gate).filter((one) => known.answer[`${gate.name}_held`].includes(one.rule_id) && !isTyped(gate, one));
    const overridden = (gate) => all(gate).filter((one) => one.is_held && !known.answer[`${gate.name}_held`].includes(one.rule_id));
    const cautions = (gate) => all(gate).filter((one) => !one.is_held);

    // ----------------------------------------------------------------------------------------- painting

    function paint() {
      if (!state.tile) return;
      const shown = current();
      gates.forEach((gate) => {
        framesOf(gate).forEach((frame) => paintFrame(gate, frame));
        screen.querySelectorAll(`[data-gate-line="${gate.name}"]`).forEach((line) => paintLine(gate, line, gate === shown));
        screen.querySelector(`#bedside--${gate.name}-gate`).classList.toggle("hidden", gate !== shown);
        paintHappened(gate);
      });
      screen.querySelector("#bedside--ready").classList.toggle("hidden", status() !== "planned");
      paintPerson();
      if (shown && known.change !== state.tile.change_number) readSoon();
    }

    function titleOf(gate) {
      if (!known.answer) return `What holds ${gate.holds} is not read yet`;
      const count = held(gate).length;
      if (!count) return `Nothing holds ${gate.holds}`;
      return count === 1 ? `1 item holds ${gate.holds}` : `${count} items hold ${gate.holds}`;
    }

    function asOfWords(gate) {
      const parts = [];
      const by = known.answer && known.answer[`${gate.name}_override_by`];
      if (by && overridden(gate).length) parts.push(`${overridden(gate).length} overridden by ${by}`);
      if (known.at !== null && clock.now() - known.at > OLD_AFTER_MS) parts.push(`as of ${time(known.at)}, not read since`);
      return parts.join(" · ");
    }

    function paintFrame(gate, frame) {
      put(frame.querySelector('[data-show="gate-title"]'), titleOf(gate));
      put(frame.querySelector('[data-show="gate-as-of"]'), asOfWords(gate));
      const ways = frame.querySelector('[data-role="gate-ways"]');
      if (ways) ways.classList.toggle("hidden", !held(gate).length);
      const list = frame.querySelector('[data-role="gate-groups"]');
      const key = JSON.stringify([held(gate), cautions(gate)]);
      if (list.dataset.key === key) return;
      list.dataset.key = key;
      list.replaceChildren(...gate.groups.map((group) => groupNode(gate, group, Boolean(list.dataset.short))).filter(Boolean));
      paintCautions(gate, frame.querySelector('[data-role="gate-cautions"]'));
      tick();
    }

    function paintCautions(gate, place) {
      const found = cautions(gate);
      put(place, found.length ? `Cautions, nothing is held: ${found.map((one) => [one.words, one.detail].filter(Boolean).join(", ")).join("; ")}` : "");
    }

    function groupNode(gate, group, isShort) {
      const items = held(gate).filter((one) => (gate.places[one.rule_id] || [group])[0] === group);
      if (!items.length) return null;
      const room = items.length === held(gate).length ? SHOWN_OF_A_GROUP * 2 : SHOWN_OF_A_GROUP;
      const shown = isShort && items.length > room ? items.slice(0, room - 1) : items;
      const node = make("div", `gate__group${items.length > SHOWN_OF_A_GROUP + 1 ? " gate__group--wide" : ""}`);
      const row = make("div", "gate__items");
      row.append(...shown.map((one) => itemNode(gate, group, one)));
      node.append(make("h3", "gate__group-title", group), row);
      const more = items.length - shown.length;
      if (more) row.append(button(`and ${more} more`, "gate__item gate__more", () => openView(viewOf(gate, items[0]))));
      return node;
    }

    const viewOf = (gate, item) => (gate.places[item.rule_id] || [])[1] || "";

    /** Under the heading "Baseline" the word baseline says nothing. */
    function wordsIn(group, text) {
      const start = `${group.toLowerCase()} `;
      return capital(text.startsWith(start) ? text.slice(start.length) : text);
    }

    function itemNode(gate, group, item) {
      const view = viewOf(gate, item);
      const node = view ? button("", "gate__item", () => openView(view), { "data-rule": item.rule_id }) : make("div", "gate__item gate__item--waits", "", { "data-rule": item.rule_id });
      node.title = item.citation || "";
      node.append(make("strong", "gate__words", wordsIn(group, item.words)));
      const detail = make("small", "gate__detail", item.detail || "");
      if (item.not_before) Object.assign(detail.dataset, { until: item.not_before, metBy: item.rule_id });
      node.append(detail);
      return node;
    }

    /** Counts down what time meets; when it is over, the server is asked again. */
    function tick() {
      let isOver = false;
      screen.querySelectorAll(".gate__detail[data-until]").forEach((node) => {
        const left = Date.parse(node.dataset.until) - clock.now();
        const needsSet = node.dataset.metBy === NEEDS_A_SET;
        if (left > 0 && needsSet) put(node, `next set in ${minutesSeconds(left)}, from ${time(node.dataset.until)} on`);
        else if (left > 0) put(node, `${minutesSeconds(left)} left, until ${time(node.dataset.until)}`);
        else put(node, needsSet ? "one more stable set" : "over, asking");
        isOver = isOver || (left <= 0 && !needsSet);
      });
      if (isOver && clock.now() - (known.at || 0) > READ_EVERY_MS / 10) read();
      gates.forEach((gate) => framesOf(gate).forEach((frame) => put(frame.querySelector('[data-show="gate-as-of"]'), asOfWords(gate))));
    }

    function paintLine(gate, line, isCurrent) {
      const isTold = happened.has(formOf(gate).entryId());
      line.classList.toggle("gate-line--told", isTold);
      line.classList.toggle("gate-line--held", isCurrent && held(gate).length > 0 && !isTold);
      const words = held(gate).map((one) => one.words);
      const named = words.slice(0, NAMED_IN_A_LINE).join(", ") + (words.length > NAMED_IN_A_LINE ? ` and ${words.length - NAMED_IN_A_LINE} more` : "");
      if (isTold) put(line, `${gate.happened}: what is missing raises an alert at the panel`);
      else if (!isCurrent) put(line, `The session is ${state.tile.status}`);
      else put(line, words.length ? `${titleOf(gate)}: ${named}` : titleOf(gate));
    }

    // ----------------------------------------------------------------------------------------- it has happened

    /** The time of the refused tap, or the earlier one that was typed in the form. */
    function thenOf(gate) {
      const form = formOf(gate);
      return form.time.earlier() || refusedAt[gate.name] || null;
    }

    function paintHappened(gate) {
      const view = screen.querySelector(`[data-view="${gate.view}"]`), then = thenOf(gate);
      const form = formOf(gate), isEmpty = form.isEmpty() && !form.mayBeEmpty;
      const since = view.querySelector('[data-role="happened-then"]'), now = view.querySelector('[data-role="happened-now"]');
      since.classList.toggle("hidden", then === null || isEmpty);
      if (then !== null) put(since, `${gate.atWords} ${time(then)}`);
      put(now, isEmpty ? "Type what the pump shows" : gate.nowWords);
      put(view.querySelector('[data-show="happened-said"]'), isEmpty ? "The form is empty. Fill it in, then save: it counts as happened." : "");
    }

    function tell(gate, at) {
      const form = formOf(gate);
      happened.add(form.entryId());
      // In front before it is read: what is hidden says nothing.
      openView(gate.kind);
      if (form.isEmpty() && !form.mayBeEmpty) { form.say("Type it and save: it is recorded as happened."); return; }
      form.time.reset();
      form.tapAt(at);
      form.save();
    }

    /** What is added to an entry that no gate may hold: told so, or typed where no server can be asked. */
    function addition(form) {
      if (!gateOfKind(form.kind)) return {};
      if (window.infusion.outbox.isOffline()) happened.add(form.entryId());
      return happened.has(form.entryId()) ? { has_happened: true } : {};
    }

    /** Whether no gate holds this entry: told so, or kept here, where it is recorded as happened once it arrives. */
    function isNeverHeld(entry, isKept) { return Boolean(entry.has_happened) || (isKept && Boolean(gateOfKind(entry.kind))); }

    /** An entry that came back keeps what was said of it. */
    function loaded(entry) { if (entry.has_happened) happened.add(entry.entry_id); }

    // ----------------------------------------------------------------------------------------- a refusal

    /** Takes the problems of a gate out of a refusal, shows what holds, and answers the problems that are left. */
    function takeRefusal(form, answer, at) {
      const gate = gateOfKind(form.kind);
      const own = gate ? answer.problems.filter((one) => one.field.startsWith(gate.prefix)) : [];
      if (!own.length) return answer.problems;
      refusedAt[gate.name] = at;
      learn(gate, own);
      const left = answer.problems.filter((one) => !own.includes(one));
      form.say(left.length ? "Not recorded." : `Not recorded: ${titleOf(gate)}.`);
      if (!left.length) openView(gate.view); else paint();
      read();
      return left;
    }

    /** What the refusal names holds now, whatever was read before. */
    function learn(gate, problems) {
      const before = new Map(all(gate).map((one) => [one.rule_id, one]));
      const items = problems.map((one) => before.get(one.field)
        || { rule_id: one.field, words: one.reason.replace(/^held: /, ""), is_held: true, citation: "", detail: null, not_before: null });
      known.answer = Object.assign({ start: [], discharge: [], start_held: [], discharge_held: [] }, known.answer, {
        [gate.name]: items.concat(cautions(gate)), [`${gate.name}_held`]: items.map((one) => one.rule_id),
      });
    }

    /** "held by 12 items" instead of the list, for a row of the outbox. */
    function shortWords(kind, problems) {
      const gate = gateOfKind(kind);
      const own = gate ? problems.filter((one) => one.field.startsWith(gate.prefix)) : [];
      return own.length === problems.length && own.length ? `held: ${own.length === 1 ? "1 item" : `${own.length} items`}` : null;
    }

    // ----------------------------------------------------------------------------------------- a physician overrides

    const isPhysician = () => Boolean(window.infusion.me) && window.infusion.me.role === "physician";
    const viewOfGate = (gate) => screen.querySelector(`[data-view="${gate.view}"]`);

    function paintPerson() {
      gates.forEach((gate) => viewOfGate(gate).querySelector('[data-role="person"]').classList.toggle("hidden", isPhysician()));
    }

    function makePerson(gate) {
      viewOfGate(gate).querySelectorAll("[data-input]").forEach((place) => {
        const name = place.dataset.input;
        place.replaceChildren(make("input", "", undefined, {
          name, type: name === "password" ? "password" : "text", placeholder: place.dataset.label, "aria-label": `${place.dataset.label} of the physician`,
          autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: "200",
        }));
      });
    }

    const personInput = (gate, name) => viewOfGate(gate).querySelector(`[data-input="${name}"] input`);

    function sayPerson(gate, text) {
      const place = viewOfGate(gate).querySelector('[data-show="person-problem"]');
      put(place, text);
      place.classList.toggle("hidden", !text);
    }

    async function override(form) {
      const gate = gateOfOverride(form.kind);
      sayPerson(gate, "");
      if (isPhysician()) { await saveForm(form); return; }
      const username = personInput(gate, "username"), password = personInput(gate, "password");
      if (!username.value.trim() || !password.value) { sayPerson(gate, "Name and password of the physician are missing."); (username.value.trim() ? password : username).focus(); return; }
      form.setBusy(true);
      form.say("Asking");
      const body = { entry_id: form.entryId(), kind: form.kind, reason: form.content().reason, username: username.value.trim(), password: password.value };
      const answer = await call("POST", `/api/v1/sessions/${sessionId}/overrides`, body);
      form.setBusy(false);
      form.say("");
      takeAnswer(gate, form, answer);
    }

    function takeAnswer(gate, form, answer) {
      const problems = answer.body.problems || [];
      if (answer.ok && ["recorded", "duplicate"].includes(answer.body.outcome)) { overrideSaved(form, answer.body.author_name, "saved"); return; }
      if (answer.ok) { form.say("Not recorded."); form.showProblems(problems, false); return; }
      if (answer.status === 0) { sayPerson(gate, "The server is not reached: an override needs it. What runs already can be recorded."); return; }
      personInput(gate, "password").value = "";
      sayPerson(gate, problems.map((one) => capital(one.reason)).join("; ") || "Not recorded.");
      personInput(gate, answer.status === 403 ? "username" : "password").focus();
    }

    /** The override is on record; the act itself is one more tap, when it happens. */
    function overrideSaved(form, name, word) {
      const gate = gateOfOverride(form.kind);
      personInput(gate, "password").value = "";
      personInput(gate, "username").value = "";
      form.clear();
      delete refusedAt[gate.name];
      openView(gate.kind);
      formOf(gate).say(`Overridden by ${name}. ${gate.name === "start" ? "Tap Start when the pump starts." : "Tap Discharge when the patient goes."}`);
      say(`Override by ${name}: ${word}.`);
      read();
    }

    // ----------------------------------------------------------------------------------------- wiring

    gates.forEach((gate) => {
      makePerson(gate);
      const view = viewOfGate(gate);
      view.querySelector('[data-role="happened-then"]').addEventListener("click", () => tell(gate, thenOf(gate)));
      view.querySelector('[data-role="happened-now"]').addEventListener("click", () => tell(gate, clock.now()));
    });
    const reading = setInterval(() => { if (!document.hidden) read(); }, READ_EVERY_MS);
    function stop() { clearInterval(reading); clearTimeout(soon); }

    /** The clinic's own score for going home: {scores, atLeast}; null until it is read. */
    function homeScore() {
      const { answer } = known;
      return answer && answer.home_scores ? { scores: answer.home_scores, atLeast: answer.home_score_at_least } : null;
    }

    return { homeScore, paint, tick, read, stop, addition, isNeverHeld, loaded, takeRefusal, shortWords, override, overrideSaved, isOverride: (kind) => Boolean(gateOfOverride(kind)) };
  }

  window.infusion.gates = { create };
})();
