/* The tablet's list of sessions, and the page of a new session. A new session is one request, all or nothing; its ids
   are made once, so that a second tap or a retry after a lost answer can never make a second session. */
(function () {
  "use strict";
  const { onPage, call, clock, uuid7 } = window.infusion;
  const { attach, make, wordsOf } = window.infusion.entryForm;
  const PLAN_WAIT_MS = 5000;
  const POLL_MS = 10000;
  const DUE_POLL_MS = 60000;
  const DUE_SHOWN = 3;
  const SETTLED = ["recorded", "duplicate"];
  const LISTED = ["planned", "ready", "running", "paused", "recovery"];
  const FOR_READY = { weight: "weight", setting_attested: "setting", vital_signs: "baseline vital signs", pain_score: "baseline pain" };
  // Baseline before readiness, in the order in which they are true.
  const ORDER = ["session_planned", "weight", "setting_attested", "vital_signs", "pain_score"];

  const time = (instant) => window.infusion.clinicTime(instant);
  const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };

  // ------------------------------------------------------------------------------------------------- the list

  /** What still needs a second person, with a link to each session; nothing is shown while nothing is due. */
  async function paintDue(place) {
    const answer = await call("GET", "/api/v1/clinic/due");
    if (!answer.ok) return;
    const { wastes } = answer.body;
    place.classList.toggle("hidden", wastes.length === 0);
    const words = wastes.length === 1 ? "1 waste needs a witness:" : `${wastes.length} wastes need a witness:`;
    const links = wastes.slice(0, DUE_SHOWN).map((one) => make("a", "bedside-due__link",
      `chair ${one.chair_label}, ${one.patient_label}, ${one.amount_mg} mg${one.is_overdue ? ", over 24 h" : ""}`,
      { href: `/bedside/${one.session_id}` }));
    const more = wastes.length > DUE_SHOWN ? [make("span", "quiet", `and ${wastes.length - DUE_SHOWN} more`)] : [];
    place.replaceChildren(make("span", "", words), ...links, ...more);
  }

  function startList(page) {
    const tiles = new Map();
    const due = page.querySelector("#bedside--due");
    const cards = page.querySelector("#bedside--sessions");
    const unanswered = page.querySelector("#bedside--unanswered");
    const said = page.querySelector("#bedside--list-said");
    let close = null;
    let isEnded = false;

    async function load() {
      // The panel's answer names the change number it was read at; what is planned is read after it.
      const open = await call("GET", "/api/v1/panel?minutes=1");
      const planned = await call("GET", "/api/v1/sessions?status=planned");
      if (isEnded || !open.ok || !planned.ok) { if (!isEnded) put(said, "The list could not be read; trying again."); return null; }
      tiles.clear();
      planned.body.sessions.concat(open.body.tiles).forEach((tile) => tiles.set(tile.session_id, tile));
      paint();
      return open.body.change_number;
    }

    function onChange(change) {
      const known = tiles.get(change.session_id);
      if (!change.tile || (known && known.change_number > change.tile.change_number)) return;
      tiles.set(change.session_id, change.tile);
      paint();
    }

    function paint() {
      const sorted = Array.from(tiles.values()).filter((tile) => LISTED.includes(tile.status))
        .sort((a, b) => String(a.chair_label).localeCompare(String(b.chair_label), undefined, { numeric: true }));
      put(said, sorted.length ? "" : "No session is planned or open.");
      window.infusion.unanswered.paintList(unanswered, sorted, atTheChair);
      const wanted = new Set(sorted.map((tile) => tile.session_id));
      Array.from(cards.children).filter((card) => !wanted.has(card.dataset.sessionCard)).forEach((card) => card.remove());
      sorted.forEach((tile, at) => {
        const card = cards.querySelector(`[data-session-card="${tile.session_id}"]`) || newCard(tile.session_id);
        if (cards.children[at] !== card) cards.insertBefore(card, cards.children[at] || null);
        fill(card, tile);
      });
    }

    /** Said from the list; kept on the tablet until the server has it, like every entry. */
    async function atTheChair(tile, alert, tapped) {
      const { outbox } = window.infusion;
      const entry = { entry_id: uuid7(), kind: "at_the_chair", effective_at: new Date(clock.now()).toISOString(), source: "hand", alert_id: alert.alert_id };
      tapped.disabled = true;
      await outbox.send(outbox.entryItem(tile.session_id, entry, `${tile.patient_label}: At the chair`), PLAN_WAIT_MS);
      tapped.disabled = false;
    }

    async function follow() {
      const after = await load();
      if (isEnded) return;
      if (after === null) { setTimeout(follow, 2000); return; }
      if (window.infusion.live) { close = window.infusion.live.open({ after, onChange, reload: load }); return; }
      const polling = setInterval(load, POLL_MS);
      close = () => clearInterval(polling);
    }

    const ticking = setInterval(paint, 15000);
    const duePolling = setInterval(() => paintDue(due), DUE_POLL_MS);
    follow();
    paintDue(due);
    return () => { isEnded = true; clearInterval(ticking); clearInterval(duePolling); if (close) close(); };
  }

  function newCard(sessionId) {
    const card = make("a", "session-card card", undefined, { href: `/bedside/${sessionId}`, "data-session-card": sessionId });
    card.append(make("span", "session-card__chair"), make("span", "session-card__label"), make("span", "session-card__status"),
      make("span", "session-card__detail quiet"), make("span", "session-card__alert"));
    return card;
  }

  function fill(card, tile) {
    const { sessionWords } = window.infusion;
    const cell = (name) => card.querySelector(`.session-card__${name}`);
    const since = tile.status === "running" ? tile.started_at || tile.status_since : tile.status_since;
    put(cell("chair"), `Chair ${tile.chair_label}`);
    put(cell("label"), tile.patient_label);
    const status = tile.status.charAt(0).toUpperCase() + tile.status.slice(1);
    put(cell("status"), since ? `${status} ${sessionWords.hoursMinutes(clock.now() - Date.parse(since))} h` : status);
    put(cell("detail"), `${tile.second_identifier}, ${tile.age_years} y${since ? `, since ${time(since)}` : ""}`);
    const order = ["critical", "warning", "advisory"];
    const worst = tile.alerts.filter((one) => !one.withdrawn_at && !one.cleared_at)
      .sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level))[0];
    put(cell("alert"), worst ? `${sessionWords.levelMark(worst.level)} ${worst.level}: ${worst.text}` : "");
    card.dataset.level = worst ? worst.level : "";
  }

  // ------------------------------------------------------------------------------------------------- the plan

  function startPlan(page) {
    const outbox = window.infusion.outbox;
    const box = page.querySelector("#bedside--plan-form");
    const saveButton = page.querySelector("#bedside--plan");
    const said = page.querySelector("#bedside--plan-said");
    const forms = {};
    let sessionId = uuid7();
    let readyId = uuid7();
    let tappedAt = null;
    let isBusy = false;
    let staff = null;

    const filled = () => ORDER.filter((kind) => kind === "session_planned" || !forms[kind].isEmpty());
    const missing = () => Object.keys(FOR_READY).filter((kind) => !isComplete(forms[kind])).map((kind) => FOR_READY[kind]);

    /** Every field that is needed has an answer; of the vital signs each scheduled one has a value or a reason. */
    function isComplete(form) {
      if (form.kind === "pain_score") return ["instrument", "circumstance", "recall"].every((name) => !form.field(name).isEmpty())
        && ["score_points", "score_mm", "no_score"].some((name) => !form.field(name).isEmpty());
      const needed = form.kind === "vital_signs"
        ? ["heart_rate_per_min", "systolic_mmhg", "spo2_percent", "respiratory_rate_per_min"]
        : form.fields.filter((field) => field.data.required === "true").map((field) => field.name);
      // A weight may stand in the field of the other unit.
      return needed.every((name) => { const field = form.field(name).inUnit(); return !field.isEmpty(); });
    }

    function sayWhatFollows() {
      if (isBusy) return;
      const lacking = missing();
      put(saveButton, lacking.length ? "Plan session" : "Plan, mark ready");
      put(said, lacking.length ? `Planned, not yet ready: ${lacking.join(", ")} can follow.`
        : "The session will be ready. Consent and the check list follow on its page.");
    }

    function entries() {
      tappedAt = tappedAt || clock.now();
      const at = new Date(tappedAt).toISOString();
      const made = filled().map((kind) => Object.assign(forms[kind].entry(), { effective_at: at }));
      if (!missing().length) made.push({ entry_id: readyId, kind: "session_ready", effective_at: at, source: "hand" });
      return made;
    }

    async function save() {
      if (isBusy) return;
      if (ORDER.every((kind) => forms[kind].isEmpty())) { put(said, "Nothing typed yet."); return; }
      setBusy(true);
      put(said, "Saving");
      const sent = entries();
      const label = `${forms.session_planned.field("patient_label").text() || "New session"}: plan`;
      const answer = await outbox.send(
        { id: sessionId, session_id: sessionId, label, path: "/api/v1/sessions", body: { session_id: sessionId, entries: sent } }, PLAN_WAIT_MS);
      if (answer.outcome === "kept") { put(said, "Not yet sent: kept on this tablet, sent as soon as the server answers."); return; }
      take(answer);
    }

    /** The server's answer, also one that comes long after the tap. */
    function take(answer) {
      setBusy(false);
      if (SETTLED.includes(answer.outcome)) { location.href = `/bedside/${sessionId}`; return; }
      showProblems(answer);
    }

    function showProblems(answer) {
      const asks = answer.outcome === "confirmation_needed";
      const kindOf = new Map(answer.item.body.entries.map((entry) => [entry.entry_id, entry.kind]));
      ORDER.forEach((kind) => {
        const own = answer.problems.filter((one) => (kindOf.get(one.entry_id) || "session_planned") === kind);
        if (own.length) forms[kind].showProblems(own, asks); else forms[kind].showProblems([], false);
      });
      const loose = answer.problems.filter((one) => kindOf.get(one.entry_id) === "session_ready").map(wordsOf);
      put(said, loose.length ? loose.join("; ") : asks ? "Please check what is asked. Nothing is recorded yet." : "Not recorded: see the fields.");
      const first = box.querySelector(".field--question, .field--problem, .problem");
      if (first) first.scrollIntoView({ block: "center" });
    }

    function setBusy(busy) {
      isBusy = busy;
      box.querySelector(".bedside-plan__sections").inert = busy;
      saveButton.disabled = busy;
    }

    /** All questions of all sections are answered when no field still asks. */
    function saveWhenConfirmed() { if (!box.querySelector(".field__question button:not([disabled])")) save(); }

    function open(isOpen) {
      page.querySelector('[data-view="list"]').classList.toggle("hidden", isOpen);
      box.classList.toggle("hidden", !isOpen);
      window.scrollTo(0, 0);
      if (isOpen && forms.session_planned.isEmpty()) forms.session_planned.focusFirst();
    }

    /** A plan that came back while nobody looked is opened again with what was typed. */
    function load(item) {
      sessionId = item.session_id;
      item.body.entries.forEach((entry) => { if (forms[entry.kind]) forms[entry.kind].load(entry); else readyId = entry.entry_id; });
      showProblems({ outcome: item.outcome, problems: item.problems, item });
    }

    function onOutbox(event) {
      if (event.detail.item && event.detail.item.id === sessionId && isBusy) take(event.detail);
      const badge = outbox.words();
      put(page.querySelector("#bedside--unsent"), badge.isCalm ? "" : [badge.count, badge.detail].filter(Boolean).join(", "));
    }

    box.querySelectorAll("[data-entry-form]").forEach((element) => {
      const form = attach(element, { onSave: saveWhenConfirmed, onChange: (one, field) => { tappedAt = null; sayWhatFollows(); if (staff) staff.changed(one, field); } });
      forms[form.kind] = form;
    });
    staff = window.infusion.staff.create(forms);
    ORDER.slice(0, -1).forEach((kind, at) => { forms[kind].afterLast = () => forms[ORDER[at + 1]].focusFirst(); });
    saveButton.addEventListener("click", save);
    page.querySelector("#bedside--new").addEventListener("click", () => open(true));
    page.querySelector("#bedside--plan-back").addEventListener("click", () => open(false));
    document.addEventListener("infusion:outbox", onOutbox);
    sayWhatFollows();
    onOutbox({ detail: {} });
    const returned = () => outbox.standing().returned.find((item) => item.path === "/api/v1/sessions");
    const reopen = () => { if (location.hash === "#plan" && returned()) { open(true); load(returned()); } };
    if (window.infusion.me) reopen(); else document.addEventListener("infusion:me", reopen, { once: true });
    return () => { staff.stop(); document.removeEventListener("infusion:outbox", onOutbox); document.removeEventListener("infusion:me", reopen); };
  }

  onPage("bedside", (root) => {
    const page = root.querySelector('[data-bedside="list"]');
    if (!page) return undefined;
    const stops = [startList(page), startPlan(page)];
    return () => stops.forEach((stop) => stop());
  });
})();
