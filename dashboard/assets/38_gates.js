/* The two gates on the tablet: what holds the start and the discharge home, item by item; and after a refusal the two
   ways on: a physician overrides here (38_gates_override.js), or it has happened already. The list: 38_gates_list.js.
   The frames and the table of places come from components/gate_screen.py, the items from the server (.../gates). */
(function () {
  "use strict";
  const { clock } = window.infusion;
  const READ_EVERY_MS = 20000;
  const READ_SOON_MS = 200;
  const OLD_AFTER_MS = 60000;
  const BEFORE_START = ["planned", "ready"];
  const ESCORT = "discharge.escort.held";
  const time = (instant) => window.infusion.clinicTime(instant);
  const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };

  /** One gate, as its frame describes it. */
  function described(element) {
    const data = element.dataset;
    return {
      name: data.gate, kind: data.kind, override: data.override, holds: data.holds, happened: data.happened,
      atWords: data.atWords, nowWords: data.nowWords,
      prefix: `${data.gate}.`, view: `${data.gate}_held`, groups: JSON.parse(data.groups), places: JSON.parse(data.places),
    };
  }

  /** `door`: {state, forms, status(), say(text), openView(name)}. */
  function create(screen, { state, forms, status, say, openView }) {
    const { gateList, gateOverride, outbox } = window.infusion;
    const sessionId = screen.dataset.sessionId;
    // Each gate once: its frames say the same.
    const gates = Array.from(screen.querySelectorAll(".gate[data-gate]"), described);
    const known = { answer: null, change: null, at: null };
    const refusedAt = {}; // by gate: the time of the tap that was refused
    const happened = new Set(); // ids of entries that a person has called happened
    const asked = new Set(); // ids of entries about which the server has a question
    let soon = null;
    let isReading = false;

    const gateOfKind = (kind) => gates.find((one) => one.kind === kind);
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
      const { status: code, body } = await outbox.request("GET", `/api/v1/sessions/${sessionId}/gates`);
      isReading = false;
      if (state.isEnded || code !== 200 || !body) return;
      Object.assign(known, { answer: body, change, at: clock.now() });
      paint();
    }

    function readSoon() {
      clearTimeout(soon);
      if (known.answer) soon = setTimeout(read, READ_SOON_MS); else read();
    }

    /** An escort typed with the discharge itself is named with it. */
    const isTyped = (gate, item) => item.rule_id === ESCORT && !formOf(gate).field("escort").isEmpty();

    /** What the server said of this gate; null where it was asked while another act was to come, or not at all. */
    function standingOf(gate) {
      const { answer, at } = known;
      if (!answer || answer.act !== gate.name) return null;
      const items = answer[gate.name], ids = answer[`${gate.name}_held`];
      return {
        held: items.filter((one) => ids.includes(one.rule_id) && !isTyped(gate, one)),
        overridden: items.filter((one) => one.is_held && !ids.includes(one.rule_id)),
        cautions: items.filter((one) => !one.is_held),
        by: answer[`${gate.name}_override_by`], at, isOld: clock.now() - at > OLD_AFTER_MS,
      };
    }

    /** The items that a physician reads; null while they are not read. */
    function heldIds(gate) {
      const standing = standingOf(gate);
      return standing && standing.held.map((one) => one.rule_id);
    }

    // ----------------------------------------------------------------------------------------- painting

    function paint() {
      overrides.follow();
      if (!state.tile) return;
      const shown = current();
      gates.forEach((gate) => {
        const standing = standingOf(gate);
        const isNew = framesOf(gate).map((frame) => gateList.paintFrame(gate, frame, standing, known, openView)).some(Boolean);
        if (isNew) gateList.countDown(screen);
        paintLines(gate, standing, gate === shown);
        screen.querySelector(`#bedside--${gate.name}-gate`).classList.toggle("hidden", gate !== shown);
        paintHappened(gate);
      });
      screen.querySelector("#bedside--ready").classList.toggle("hidden", status() !== "planned");
      if (shown && known.change !== state.tile.change_number) readSoon();
    }

    function paintLines(gate, standing, isCurrent) {
      const isTold = happened.has(formOf(gate).entryId());
      const words = isTold ? `${gate.happened}: what is missing raises an alert at the panel`
        : isCurrent ? gateList.lineWords(gate, standing) : `The session is ${state.tile.status}`;
      screen.querySelectorAll(`[data-gate-line="${gate.name}"]`).forEach((line) => {
        line.classList.toggle("gate-line--told", isTold);
        line.classList.toggle("gate-line--held", isCurrent && !isTold && Boolean(standing) && standing.held.length > 0);
        put(line, words);
      });
    }

    /** Counts down, lets what is shown grow old, and asks anew where time has met something. */
    function tick() {
      const isOver = gateList.countDown(screen);
      if (isOver && clock.now() - (known.at || 0) > READ_EVERY_MS / 10) read();
      const shown = current();
      gates.forEach((gate) => {
        const standing = standingOf(gate);
        framesOf(gate).forEach((frame) => gateList.paintHead(gate, frame, standing, known));
        paintLines(gate, standing, gate === shown);
      });
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

    /** What is added to an entry that a person has called happened. Nothing is added because the tablet takes itself for
        offline: what the server does answer passes its gate, and what was kept says so by itself (31_outbox.js). */
    function addition(form) {
      return gateOfKind(form.kind) && happened.has(form.entryId()) ? { has_happened: true } : {};
    }

    /** Whether no gate holds this entry: told so, or kept here, where it is recorded as happened once it arrives. */
    function isNeverHeld(entry, isKept) { return Boolean(entry.has_happened) || (isKept && Boolean(gateOfKind(entry.kind))); }

    /** An entry that came back keeps what was said of it. */
    function loaded(entry) { if (entry.has_happened) happened.add(entry.entry_id); }

    /** The server asks: "yes" is the same tap, and what was said of it stays; whatever is typed anew is another one. */
    function takeQuestion(form) { if (gateOfKind(form.kind)) { asked.add(form.entryId()); read(); } }

    function edited(form) { if (asked.has(form.entryId())) takeBack(form); }

    function takeBack(form) {
      asked.delete(form.entryId());
      if (happened.delete(form.entryId())) paint();
    }

    // ----------------------------------------------------------------------------------------- a refusal

    /** Takes the problems of a gate out of a refusal, shows what holds, and answers the problems that are left. */
    function takeRefusal(form, answer, at) {
      const gate = gateOfKind(form.kind);
      if (!gate) return answer.problems;
      takeBack(form);
      read();
      const own = answer.problems.filter((one) => one.field.startsWith(gate.prefix));
      if (!own.length) return answer.problems;
      refusedAt[gate.name] = at;
      learn(gate, own);
      const left = answer.problems.filter((one) => !own.includes(one));
      form.say(left.length ? "Not recorded." : `Not recorded: ${gateList.titleOf(gate, standingOf(gate))}.`);
      if (!left.length) openView(gate.view); else paint();
      return left;
    }

    /** What the refusal names holds now, whatever was read before. */
    function learn(gate, problems) {
      const before = known.answer && known.answer.act === gate.name ? known.answer : { [gate.name]: [] };
      const details = new Map(before[gate.name].map((one) => [one.rule_id, one]));
      const items = problems.map((one) => details.get(one.field)
        || { rule_id: one.field, words: one.reason.replace(/^held: /, ""), is_held: true, citation: "", detail: null, not_before: null });
      const cautions = before[gate.name].filter((one) => !one.is_held);
      known.answer = Object.assign({}, known.answer, {
        act: gate.name, status: status(), [gate.name]: items.concat(cautions), [`${gate.name}_held`]: items.map((one) => one.rule_id),
      });
      known.at = clock.now();
      paint();
    }

    /** "held by 12 items" instead of the list, for a row of the outbox. */
    function shortWords(kind, problems) {
      const gate = gateOfKind(kind);
      const own = gate ? problems.filter((one) => one.field.startsWith(gate.prefix)) : [];
      return own.length === problems.length && own.length ? `held: ${own.length === 1 ? "1 item" : `${own.length} items`}` : null;
    }

    // ----------------------------------------------------------------------------------------- a physician overrides

    function overridden(gate, formWords, words) {
      delete refusedAt[gate.name];
      if (state.view === gate.view) openView(gate.kind);
      formOf(gate).say(formWords);
      say(words);
      read();
    }

    const overrides = gateOverride.create({ screen, sessionId, state, gates, heldIds, learn, read, done: overridden });

    // ----------------------------------------------------------------------------------------- wiring

    gates.forEach((gate) => {
      const view = screen.querySelector(`[data-view="${gate.view}"]`);
      view.querySelector('[data-role="happened-then"]').addEventListener("click", () => tell(gate, thenOf(gate)));
      view.querySelector('[data-role="happened-now"]').addEventListener("click", () => tell(gate, clock.now()));
    });
    const reading = setInterval(() => { if (!document.hidden) read(); }, READ_EVERY_MS);
    function stop() { clearInterval(reading); clearTimeout(soon); overrides.stop(); }

    /** The clinic's own score for going home: {scores, atLeast}; null until it is read. */
    function homeScore() {
      const { answer } = known;
      return answer && answer.home_scores ? { scores: answer.home_scores, atLeast: answer.home_score_at_least } : null;
    }

    const { override, isOverride } = overrides;
    return { homeScore, paint, tick, read, stop, addition, isNeverHeld, loaded, takeQuestion, edited, takeRefusal, shortWords, override, isOverride };
  }

  window.infusion.gates = { create };
})();
