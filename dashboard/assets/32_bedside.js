/* The tablet's screen of one session: header, alerts, forms, the bar of one-tap acts, the last entries.
   What the record says comes from the timeline and the live stream; what waits on this tablet comes from the outbox and
   is always shown as not yet sent (S1, S2). */
(function () {
  "use strict";
  const { onPage, call, clock, uuid7 } = window.infusion;
  const { attach, make, button, wordsOf } = window.infusion.entryForm;
  const OPEN_WAIT_MS = 2500;
  const POLL_MS = 5000;
  const REREAD_MS = 300;
  const SETTLED = ["recorded", "duplicate"];
  const STATUS_AFTER = {
    session_ready: "ready", infusion_started: "running", infusion_paused: "paused", infusion_resumed: "running",
    infusion_ended: "recovery", discharged: "discharged", transferred: "transferred",
    left_against_advice: "left_against_advice", session_aborted: "aborted", session_cancelled: "cancelled",
  };
  const CLOSED = ["discharged", "transferred", "left_against_advice", "aborted", "cancelled"];
  const BEFORE_START = ["planned", "ready"];
  const DUE_WORDS = {
    heart_rate_per_min: "heart rate", systolic_mmhg: "BP", spo2_percent: "SpO2", respiratory_rate_per_min: "breaths",
  };
  const LEVEL_ORDER = { critical: 0, warning: 1, advisory: 2 };
  // A correction touches other entries: the server reads the record anew.
  const CORRECTING = ["amendment", "entered_in_error"];

  const time = (instant, seconds) => window.infusion.clinicTime(instant, seconds);
  const words = () => window.infusion.sessionWords;
  const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const statusWords = (status) => capital(status.replace(/_/g, " "));

  /** "13 min", under two minutes "95 s": never in the form of a clock time, which stands beside it. */
  function waitWords(ms) {
    const seconds = Math.max(0, Math.round(ms / 1000));
    return seconds < 120 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`;
  }

  function start(screen) {
    const sessionId = screen.dataset.sessionId;
    const outbox = window.infusion.outbox;
    const state = { tile: null, entries: new Map(), view: "overview", problem: "", isEnded: false, since: null, alertsKey: null, unsentKey: null };
    const forms = {};
    let rereading = null;
    const find = (selector) => screen.querySelector(selector);
    const shown = (name) => find(`#bedside--head [data-show="${name}"]`);
    let close = null;

    // ----------------------------------------------------------------------------------------- reading

    async function load() {
      const answer = await call("GET", `/api/v1/sessions/${sessionId}/timeline`);
      if (state.isEnded) return null;
      if (answer.status === 404 || answer.status === 422) { state.problem = "This session is not known."; paint(); return null; }
      if (!answer.ok) return null;
      state.problem = "";
      state.tile = answer.body.session;
      state.entries = new Map(answer.body.entries.map((entry) => [entry.entry_id, entry]));
      paint();
      return answer.body.change_number;
    }

    function onChange(change) {
      if (change.session_id !== sessionId) return;
      if (state.since) state.since.push(change);
      if (change.tile && (!state.tile || change.tile.change_number >= state.tile.change_number)) state.tile = change.tile;
      if (change.entry) takeEntry(change.entry);
      paint();
    }

    function takeEntry(entry) {
      // What is known may have been corrected since: the record as it was read is the newer one.
      if (!state.entries.has(entry.entry_id)) state.entries.set(entry.entry_id, entry);
      if (!CORRECTING.includes(entry.kind)) return;
      const withdrawn = state.entries.get(entry.withdrawn_entry_id);
      if (withdrawn) withdrawn.withdrawn = { reason: entry.reason, author_name: entry.author_name, recorded_at: entry.recorded_at };
      clearTimeout(rereading);
      rereading = setTimeout(reread, REREAD_MS);
    }

    /** Reads the record anew; what came while the answer was on its way stays. */
    async function reread() {
      state.since = [];
      const number = await load();
      const missed = state.since.filter((change) => number !== null && change.change_number > number);
      state.since = null;
      missed.forEach(onChange);
      if (number === null && !state.isEnded && !state.problem) rereading = setTimeout(reread, REREAD_MS * 10);
    }

    async function follow() {
      const after = await load();
      if (state.isEnded) return;
      if (after === null && !state.problem) { setTimeout(follow, 2000); return; }
      if (after === null) return;
      if (window.infusion.live) {
        const onPath = (isLost) => { if (!isLost) outbox.flush(); };
        close = window.infusion.live.open({ after, onChange, onPath, reload: load });
      } else {
        const polling = setInterval(load, POLL_MS);
        close = () => clearInterval(polling);
      }
    }

    // ----------------------------------------------------------------------------------------- status

    function unsentHere() { return outbox.standing().waiting.filter((item) => item.session_id === sessionId && item.body.entries); }

    /** The status after what still waits here: what the nurse has done, though the server does not know it yet. */
    function localStatus() {
      const moved = unsentHere().map((item) => STATUS_AFTER[item.body.entries[0].kind]).filter(Boolean);
      return { status: moved.length ? moved[moved.length - 1] : state.tile.status, isUnsent: moved.length > 0 };
    }

    // ----------------------------------------------------------------------------------------- painting

    function paint() {
      if (state.problem) { put(shown("patient_label"), state.problem); return; }
      paintUnsent();
      if (!state.tile) return;
      paintWho();
      paintStatus();
      paintDue();
      paintAlerts();
      paintSigns();
      paintButtons();
      list.paint();
      readiness.paint();
      gates.paint();
      Object.values(forms).forEach((form) => { paintDose(form); paintTotal(form); offerEntries(form); });
    }

    function paintWho() {
      const tile = state.tile;
      put(shown("chair"), `Chair ${tile.chair_label}`);
      put(shown("patient_label"), tile.patient_label);
      put(shown("identity"), `${tile.second_identifier}, ${tile.age_years} y`);
      put(shown("weight"), tile.weight_kg ? `${tile.weight_kg} kg ${tile.weight_basis || ""}` : "no weight");
    }

    function paintStatus() {
      const { tile } = state, { status, isUnsent } = localStatus();
      const isRunning = status === "running";
      const since = isRunning ? tile.started_at || tile.status_since : tile.status_since;
      put(shown("status"), statusWords(status));
      const elapsed = since ? `${words().hoursMinutes(clock.now() - Date.parse(since))} h since ${time(since)}` : "";
      put(shown("status_detail"), isUnsent ? "not yet sent" : elapsed);
      const rate = tile.infusion.rate_mg_per_kg_per_h;
      const stands = isUnsent && !isRunning;
      put(shown("rate"), stands ? "0.00" : rate === null ? "-" : rate.toFixed(2));
      put(shown("given"), givenWords(tile.infusion));
    }

    /** Milligrams given by now: the fold as of a time, carried on at the rate while it delivers. */
    function givenWords(infusion) {
      let given = infusion.delivered_mg;
      if (infusion.is_delivering && infusion.delivered_as_of) {
        given += infusion.rate_mg_per_h * Math.max(0, clock.now() - Date.parse(infusion.delivered_as_of)) / 3600000;
      }
      const total = infusion.planned_total_mg ? ` of ${infusion.planned_total_mg}` : "";
      return `${given.toFixed(given < 10 ? 1 : 0)}${total} mg given`;
    }

    function paintDue() {
      const due = Object.keys(DUE_WORDS).map((name) => [name, (state.tile.signs[name] || {}).due_at]).filter(([, at]) => at)
        .sort((a, b) => Date.parse(a[1]) - Date.parse(b[1]))[0];
      const isClosed = CLOSED.includes(localStatus().status);
      if (!due || isClosed) { put(shown("due"), "-"); put(shown("due_detail"), "no vitals due"); return; }
      const left = Date.parse(due[1]) - clock.now();
      put(shown("due"), waitWords(Math.abs(left)));
      put(shown("due_detail"), left >= 0 ? `until ${DUE_WORDS[due[0]]} is due` : `${DUE_WORDS[due[0]]} overdue`);
      shown("due").classList.toggle("bedside-head__overdue", left < 0);
    }

    function paintUnsent() {
      const badge = outbox.words();
      put(shown("unsent"), badge.count);
      put(shown("unsent_detail"), badge.detail || (badge.isCalm ? "all at the server" : "tap to see"));
      find("#bedside--unsent").classList.toggle("bedside-head__unsent--waiting", !badge.isCalm);
      if (state.view === "unsent") paintUnsentList();
    }

    function paintSigns() {
      screen.querySelectorAll("[data-sign]").forEach((card) => {
        const [value, age, level, isStale] = signWords(card.dataset.sign);
        put(card.querySelector('[data-show="value"]'), value);
        put(card.querySelector('[data-show="age"]'), age);
        card.classList.toggle("now-sign--stale", isStale);
        card.classList.toggle("now-sign--missing", value === "-");
        if (card.dataset.level !== (level || "")) card.dataset.level = level || "";
      });
    }

    function signWords(name) {
      const signs = state.tile.signs;
      if (name === "pain") return painWords();
      if (name !== "pressure") return oneSign(signs[name], (sign) => String(sign.value));
      const low = signs.diastolic_mmhg;
      const found = oneSign(signs.systolic_mmhg, (sign) => `${sign.value}/${low && low.value !== null ? low.value : "-"}`);
      const worst = [signs.systolic_mmhg, low].map((sign) => sign && sign.level).filter(Boolean)
        .sort((a, b) => LEVEL_ORDER[a] - LEVEL_ORDER[b])[0];
      return [found[0], found[1], worst, found[3]];
    }

    function oneSign(sign, valueWords) {
      if (!sign) return ["-", "not measured yet", null, false];
      const missing = sign.not_measured;
      const isNewer = missing && (!sign.effective_at || Date.parse(missing.effective_at) >= Date.parse(sign.effective_at));
      const reason = isNewer ? `${words().plain(missing.reason)} ${time(missing.effective_at)}` : "";
      if (sign.value === null) return ["-", reason || "not measured yet", sign.level, false];
      const isStale = Boolean(sign.stale_at) && Date.parse(sign.stale_at) < clock.now();
      const age = `${words().age(clock.now() - Date.parse(sign.effective_at))} ago`;
      return [valueWords(sign), isNewer ? `${age}; then ${reason}` : isStale ? `old, ${age}` : age, sign.level, isStale || Boolean(isNewer)];
    }

    function painWords() {
      const pain = state.tile.pain;
      if (!pain) return ["-", "not asked yet", null, false];
      const value = pain.no_score ? capital(pain.no_score) : pain.instrument === "vas" ? `${pain.score} mm` : String(pain.score);
      const kind = `${pain.instrument.toUpperCase()} ${pain.circumstance === "rest" ? "at rest" : "on movement"}`;
      return [value, `${kind}, ${words().age(clock.now() - Date.parse(pain.effective_at))} ago`, null, false];
    }

    function paintButtons() {
      const { status } = localStatus();
      const isBefore = BEFORE_START.includes(status);
      const isDelivering = status === "running";
      const toggle = (selector, isHidden) => { const node = find(selector); if (node) node.classList.toggle("hidden", isHidden); };
      toggle('.bedside-rail [data-open-form="infusion_started"]', !isBefore);
      toggle('.bedside-rail [data-open-form="rate_changed"]', isBefore);
      toggle("#bedside--resume", status !== "paused");
      // Quiet where nothing runs, never locked: another tablet may know more than this one.
      find("#bedside--pause").classList.toggle("bedside-bar__button--idle", !isDelivering);
      find("#bedside--stop").classList.toggle("bedside-bar__button--idle", !isDelivering && status !== "paused");
      toggle('.bedside-more [data-open-form="session_cancelled"]', !isBefore);
      toggle('.bedside-more [data-open-form="session_aborted"]', isBefore);
    }

    // ----------------------------------------------------------------------------------------- alerts

    function paintAlerts() {
      window.infusion.unanswered.paintSession(find("#bedside--unanswered"), state.tile, atTheChair);
      const alerts = state.tile.alerts.filter((one) => !one.withdrawn_at).sort((a, b) =>
        Number(Boolean(a.cleared_at)) - Number(Boolean(b.cleared_at)) || LEVEL_ORDER[a.level] - LEVEL_ORDER[b.level]
        || Date.parse(b.raised_at) - Date.parse(a.raised_at));
      const list = find("#bedside--alerts");
      const key = JSON.stringify(alerts);
      if (state.alertsKey !== key) {
        state.alertsKey = key;
        list.replaceChildren(...(alerts.length ? alerts.map(alertRow) : [make("div", "bedside-alerts__none quiet", "No open alert")]));
      }
      const more = find("#bedside--more-alerts");
      more.classList.toggle("hidden", alerts.length < 2);
      put(more, find(".bedside-alerts").classList.contains("bedside-alerts--open") ? "Fewer" : `All ${alerts.length}`);
    }

    function alertRow(alert) {
      const row = make("div", "bedside-alert", undefined, { role: "listitem", "data-alert": alert.alert_id, "data-level": alert.level });
      row.classList.toggle("bedside-alert--over", Boolean(alert.cleared_at));
      row.append(make("strong", "bedside-alert__level", `${words().levelMark(alert.level)} ${alert.level}`));
      const text = make("div", "bedside-alert__text");
      text.append(make("span", "bedside-alert__words", alert.text), make("small", "bedside-alert__state", alertState(alert)));
      row.append(text);
      if (!alert.at_the_chair) {
        row.append(button("At the chair", "bedside-alert__chair", (event) => atTheChair(alert, event.currentTarget), { "data-role": "at-the-chair" }));
      }
      return row;
    }

    function atTheChair(alert, tapped) { act("at_the_chair", "At the chair", { alert_id: alert.alert_id }, tapped); }

    function alertState(alert) {
      const parts = [alert.cleared_at ? `over since ${time(alert.cleared_at)}` : `since ${time(alert.raised_at)}`];
      if (alert.cleared_at && !alert.acknowledged) parts.push("not seen");
      if (alert.acknowledged) parts.push(`${alert.acknowledged.by}: ${words().plain(alert.acknowledged.action)}`);
      if (alert.at_the_chair) parts.push(`at the chair: ${alert.at_the_chair.by} ${time(alert.at_the_chair.at)}`);
      return parts.join(" · ");
    }

    // ----------------------------------------------------------------------------------------- saving

    function say(text) { put(find("#bedside--said"), text); }

    function item(entry, label) {
      const who = state.tile ? `${state.tile.patient_label}: ` : "";
      return outbox.entryItem(sessionId, entry, who + label);
    }

    function send(kind, label, content) {
      const entry = { entry_id: uuid7(), kind, effective_at: new Date(clock.now()).toISOString(), source: "hand" };
      return outbox.send(item(Object.assign(entry, content), label), OPEN_WAIT_MS);
    }

    /** One tap, no fields: the time is that of the tap, whenever it arrives. */
    async function act(kind, label, content, tapped) {
      if (tapped.disabled) return;
      const waiting = unsentHere().filter((one) => STATUS_AFTER[one.body.entries[0].kind]).pop();
      if (STATUS_AFTER[kind] && waiting && waiting.body.entries[0].kind === kind) {
        say(`${label} ${time(waiting.tapped_at, true)} is kept already, not yet sent.`);
        return;
      }
      tapped.disabled = true;
      const at = time(clock.now(), true);
      say(`${label} ${at}: sending`);
      const answer = await send(kind, label, content);
      tapped.disabled = false;
      if (SETTLED.includes(answer.outcome)) say(`${label} ${at}: saved.`);
      else if (answer.outcome === "kept") say(`${label} ${at}: kept on this tablet, not yet sent.`);
      else say(`${label} ${at} is not recorded: ${answer.problems.map(wordsOf).join("; ")}`);
    }

    async function saveForm(form) {
      const entry = Object.assign(form.entry(), gates.addition(form));
      const title = words().entryTitle(entry, state.entries);
      form.setBusy(true);
      form.say("Saving");
      const answer = await outbox.send(item(entry, title), OPEN_WAIT_MS);
      form.setBusy(false);
      if (SETTLED.includes(answer.outcome)) { finished(form, entry, "Saved"); return; }
      if (answer.outcome === "kept") { finished(form, entry, "Kept on this tablet, not yet sent"); return; }
      if (state.view !== form.kind) openView(form.kind);
      giveBack(form, answer, Date.parse(entry.effective_at));
    }

    function finished(form, entry, word) {
      // Who has gone on to another form meanwhile stays there.
      const isInFront = state.view === form.kind;
      form.clear();
      const what = words().entryWords(entry, state.tile && state.tile.weight_kg, state.entries) || words().entryTitle(entry, state.entries);
      form.say(`${word} ${time(entry.effective_at)}: ${what}`);
      if (form.hasPad && isInFront) form.focusFirst();
      if (STATUS_AFTER[entry.kind]) {
        const whatIsMissing = gates.isNeverHeld(entry, word !== "Saved") ? " As it happened: what is missing is an alert at the panel." : "";
        say(`${words().entryTitle(entry)} ${time(entry.effective_at)}: ${word.toLowerCase()}.${whatIsMissing}`);
        if (isInFront) openView("overview");
      }
    }

    /** `at`: the time that was refused or is asked about, epoch ms. */
    function giveBack(form, answer, at) {
      const asks = answer.outcome === "confirmation_needed";
      if (asks) gates.takeQuestion(form); else form.forgetTap();
      form.say(asks ? "Please check. Nothing is recorded yet." : "Not recorded.");
      form.showProblems(asks ? answer.problems : gates.takeRefusal(form, answer, at), asks);
    }

    // ----------------------------------------------------------------------------------------- views and forms

    function openView(name) {
      state.view = name;
      screen.querySelectorAll("[data-view]").forEach((one) => one.classList.toggle("hidden", one.dataset.view !== name));
      screen.querySelectorAll(".bedside-rail [data-open-form]").forEach((one) =>
        one.setAttribute("aria-pressed", String(one.dataset.openForm === name)));
      find(".bedside-alerts").classList.remove("bedside-alerts--open");
      if (name === "unsent") paintUnsentList();
      if (name === "readiness") readiness.look();
      const form = forms[name];
      if (form && form.fields.some((one) => one.data.staff)) staff.refresh();
      if (form && form.hasPad) form.focusFirst();
      paint();
    }

    /** The entries on record that a field of this form may name. */
    function offerEntries(form) {
      form.fields.filter((one) => one.data.names).forEach((field) => {
        const named = Array.from(state.entries.values()).filter((one) => one.kind === field.data.names && !one.withdrawn
          && (one.kind !== "drug_wasted" || !words().witnessOf(one, state.entries)));
        field.offer(named.map((one) => [one.entry_id, `${time(one.effective_at)} ${words().entryWords(one, null)}, ${one.author_name}`]));
      });
    }

    function paintTotal(form) {
      const place = form.element.querySelector('[data-show="discharge-total"]');
      if (!place) return;
      const items = form.fields.filter((one) => one.isShown() && one.name.startsWith(`${form.field("score").read()}_`));
      const open = items.filter((one) => one.isEmpty()).length;
      const sum = items.reduce((total, one) => total + Number(one.read() || 0), 0);
      put(place, !items.length ? "" : open ? `Total open: ${open} of ${items.length} items to answer` : `Total ${sum} of 10`);
      paintLacking(form, items.length > 0 && !open ? sum : null);
    }

    /** What this assessment still lacks for going home, by the clinic's own score. `sum`: null while it is open. */
    function paintLacking(form, sum) {
      const place = form.element.querySelector('[data-show="discharge-lacking"]');
      const wanted = gates.homeScore();
      const isEnough = wanted && wanted.scores.includes(form.field("score").read()) && sum !== null && sum >= wanted.atLeast;
      const lacking = isEnough ? [] : [wanted ? `${wanted.scores.join(" or ").toUpperCase()} of at least ${wanted.atLeast}` : "the score"];
      ["is_oriented", "walks_safely", "understands_instructions"].map((name) => form.field(name)).filter((one) => one.read() !== true)
        .forEach((one) => lacking.push(one.data.label.toLowerCase() + (one.read() === false ? " (answered no)" : "")));
      put(place, lacking.length ? `For going home still missing: ${lacking.join(", ")}` : "Enough for going home, while it is fresh.");
    }

    function paintDose(form) {
      if (form.field("pump_rate_ml_per_h") && form.element.querySelector('[data-role="rate-preview"]')) { window.infusion.dose.showRate(form, state.tile); paintSameBag(form); }
      if (form.field("dose_mg")) window.infusion.dose.showBolus(form, state.tile);
    }

    function paintSameBag(form) {
      const { tile } = state;
      const known = tile && (tile.infusion.concentration_mg_per_ml || (tile.care && tile.care.bag_concentration_mg_per_ml));
      const same = form.element.querySelector('[data-role="same-bag"]');
      same.classList.toggle("hidden", !known);
      if (known) { put(same, `Same bag: ${known} mg/mL`); same.dataset.value = known; }
    }

    function markDraft(form) {
      const opener = find(`.bedside-rail [data-open-form="${form.kind}"]`);
      if (opener) opener.classList.toggle("bedside-rail__button--draft", !form.isEmpty());
    }

    function attachForms() {
      screen.querySelectorAll("[data-entry-form]").forEach((element) => {
        const form = attach(element, {
          onSave: (one) => (gates.isOverride(one.kind) ? gates.override(one) : saveForm(one)),
          onChange: (one, field) => { markDraft(one); paintDose(one); paintTotal(one); staff.changed(one, field); gates.edited(one); },
          needsAgain: (problem, one) => {
            const name = window.infusion.dose.typedTwice(one, state.tile);
            return name === problem.field ? name : null;
          },
        });
        forms[form.kind] = form;
        const same = element.querySelector('[data-role="same-bag"]');
        if (same) same.addEventListener("click", () => { form.field("concentration_mg_per_ml").write(same.dataset.value); });
      });
    }

    // ----------------------------------------------------------------------------------------- outbox view

    function paintUnsentList() {
      const now = outbox.standing();
      const rows = now.returned.concat(now.waiting).map(ownRow).concat(now.others.map(otherRow));
      const list = find("#bedside--unsent-list");
      const key = JSON.stringify([now.returned, now.waiting, now.others]);
      if (state.unsentKey === key) return;
      state.unsentKey = key;
      list.replaceChildren(...(rows.length ? rows : [make("li", "bedside-entry quiet", "Everything is at the server.")]));
    }

    function unsentRow(one, stateWords) {
      const row = make("li", "bedside-entry", undefined, { "data-unsent": one.id });
      const text = make("div", "bedside-entry__text");
      const entry = one.body.entries[0];
      text.append(make("strong", "", one.label), make("span", "", ` ${words().entryWords(entry, null, state.entries)}`));
      text.append(make("small", "bedside-entry__by", stateWords));
      row.append(make("span", "bedside-entry__time number", time(one.tapped_at)), text);
      return row;
    }

    function ownRow(one) {
      if (one.state === "waiting") return unsentRow(one, "waits to be sent");
      const asks = one.outcome === "confirmation_needed";
      const entry = one.body.entries[0];
      const row = unsentRow(one, `${asks ? "asks" : "not recorded"}: ${gates.shortWords(entry.kind, one.problems) || one.problems.map(wordsOf).join("; ")}`);
      if (one.session_id !== sessionId) row.append(linkTo(one));
      else if (forms[entry.kind]) row.append(button("Open", "", () => openReturned(one), { "data-role": "open" }));
      else if (asks) row.append(button("Yes, it is right", "", () => confirmReturned(one), { "data-role": "confirm" }));
      row.append(discardButton(one));
      return row;
    }

    function linkTo(one) {
      return make("a", "button", "Open", { href: one.path.endsWith("/entries") ? `/bedside/${one.session_id}#unsent` : "/bedside#plan" });
    }

    function otherRow(one) {
      const me = window.infusion.me;
      if (one.account_id) return unsentRow(one, `of ${one.account_name}: sign in as ${one.account_name} to send`);
      const row = unsentRow(one, "typed before it was known who is signed in");
      if (me) row.append(button(`Send as ${me.display_name}`, "", () => { outbox.claim(one.id); outbox.flush(); }));
      return row;
    }

    function openReturned(one) {
      const entry = one.body.entries[0], form = forms[entry.kind];
      if (form.entryId() !== one.id) {
        if (!form.isEmpty()) { openView(form.kind); form.say("Save or empty this first: another entry waits for an answer."); return; }
        form.load(entry);
        gates.loaded(entry);
      }
      openView(form.kind);
      giveBack(form, one, Date.parse(entry.effective_at));
    }

    function confirmReturned(one) {
      const entry = Object.assign({}, one.body.entries[0], { confirmed: one.problems.map((problem) => problem.field) });
      outbox.put(Object.assign({}, one, { body: { entries: [entry] } }));
    }

    /** Two taps: what was not recorded is thrown away for good. */
    function discardButton(one) {
      const node = button("Discard", "", () => {
        if (node.textContent === "Discard") { node.textContent = "Really discard"; return; }
        outbox.discard(one.id);
        Object.values(forms).filter((form) => form.entryId() === one.id).forEach((form) => { form.clear(); form.say("Discarded."); });
      }, { "data-role": "discard" });
      return node;
    }

    // ----------------------------------------------------------------------------------------- wiring

    function wire() {
      const tap = (id, kind, label, content) => {
        const node = find(id);
        node.addEventListener("click", () => act(kind, label, content || {}, node));
      };
      tap("#bedside--pause", "infusion_paused", "Pause");
      tap("#bedside--stop", "infusion_ended", "Stop");
      tap("#bedside--resume", "infusion_resumed", "Resume");
      tap("#bedside--ready", "session_ready", "Ready");
      tap("#bedside--transfer-ward", "transferred", "Transfer to ward", { destination: "ward" });
      tap("#bedside--transfer-hospital", "transferred", "Transfer to hospital", { destination: "hospital" });
      tap("#bedside--left", "left_against_advice", "Left against advice");
      const serious = find("#bedside--serious");
      serious.addEventListener("click", () => {
        const at = time(clock.now(), true);
        act("serious_event", "Serious event", {}, serious);
        openView("adverse_effect");
        forms.adverse_effect.say(`Serious event stamped ${at}. What was it?`);
      });
      screen.querySelectorAll("[data-open-form]").forEach((one) => one.addEventListener("click", () => openView(one.dataset.openForm)));
      find("#bedside--more-alerts").addEventListener("click", () => {
        find(".bedside-alerts").classList.toggle("bedside-alerts--open");
        paintAlerts();
      });
      find('[data-role="chart-link"]').href = `/sessions/${sessionId}`;
    }

    /** An answer that came after the form had moved on still has to be seen. */
    function onOutbox(event) {
      const { item: one, outcome } = event.detail;
      if (one && one.session_id === sessionId && SETTLED.includes(outcome) && find("#bedside--said").textContent.includes("not yet sent")) {
        say(`${one.label.split(": ").pop()} ${time(one.tapped_at, true)}: sent.`);
      }
      paint();
    }

    const list = window.infusion.bedsideEntries.create(screen, { state, send, say, openView, forms });
    const readiness = window.infusion.readiness.create(screen, { state, send, say, unsentHere });
    const gates = window.infusion.gates.create(screen, { state, forms, status: () => localStatus().status, say, openView });
    attachForms();
    const staff = window.infusion.staff.create(forms);
    wire();
    openView(location.hash === "#unsent" ? "unsent" : "overview");
    const ticking = setInterval(() => { if (state.tile) { paintStatus(); paintDue(); paintSigns(); gates.tick(); } }, 1000);
    document.addEventListener("infusion:outbox", onOutbox);
    document.addEventListener("infusion:me", paint);
    follow();
    return () => {
      state.isEnded = true;
      clearInterval(ticking);
      clearTimeout(rereading);
      gates.stop();
      staff.stop();
      document.removeEventListener("infusion:outbox", onOutbox);
      document.removeEventListener("infusion:me", paint);
      if (close) close();
    };
  }

  onPage("bedside", (root) => {
    const screen = root.querySelector('[data-bedside="session"]');
    return screen ? start(screen) : undefined;
  });
})();
