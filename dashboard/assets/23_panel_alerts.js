/* The side list "Open alerts": every alert with its story, and its answer in the card itself; what is overdue in one
   session stands on one card. An answer keeps its entry id until the server has taken it, so that trying again never
   answers twice. */
(function () {
  "use strict";
  const { el, cell } = window.infusion.panelTile;
  const { words, actionWords, chairName, age, countdown, MARK, isUnanswered, isPromiseBroken, byUrgency, grouped, groupText, stateOf } = window.infusion.panelWords;
  const CHOICES = [
    { label: "Re-measure 2 min", action: "remeasure", deadline_min: 2 },
    { label: "Re-measure 5 min", action: "remeasure", deadline_min: 5 },
    { label: "Rate lowered", action: "rate_lowered" },
    { label: "Infusion paused", action: "infusion_paused" },
    { label: "Infusion stopped", action: "infusion_stopped" },
    { label: "Drug given", action: "drug_given" },
    { label: "Physician at chair", action: "physician_at_chair" },
    { label: "Expected effect", action: "expected_effect" },  // refused for a critical: not offered there
  ];
  const ANSWERING_ROLES = ["physician", "physician_assistant", "nurse"];
  const CHAIR_ROLES = ["nurse", "physician_assistant"];
  const RETRY_MS = [1000, 2000, 4000, 5000];

  function time(instant) { return window.infusion.clinicTime(instant); }

  /** The level that was seen is not a field anybody filled in; its limit is when the alert became worse. */
  function problemWords(one) {
    if (one.field === "seen_level" && one.limit) return one.reason + " (at " + time(one.limit) + ")";
    return [words(one.field || ""), one.reason, one.limit].filter(Boolean).join(" ");
  }

  /** What the server's answer says, in words for the card; "" when it was recorded. */
  function refusal(answer) {
    const result = answer.body.results ? answer.body.results[0] : answer.body;
    if (answer.ok && result && (result.outcome === "recorded" || result.outcome === "duplicate")) return "";
    const problems = (result && result.problems) || answer.body.problems || [];
    const said = problems.map(problemWords).join("; ");
    if (answer.status === 409) return "Not recorded: " + problems.map((one) => one.reason).join("; ");
    if (answer.status === 401) return "Not recorded: you are signed out. Sign in again.";
    if (answer.status === 403) return "Not recorded: your role may not do this.";
    return "Not recorded: " + (said || "the server answered " + answer.status);
  }

  // ------------------------------------------------------------------ one card
  /** The card of one group of alerts (`grouped`); the most urgent of them speaks for it. */
  function createCard() {
    const root = el("article", "alert");
    const head = el("div", "alert__head", root);
    const mark = cell("strong", "alert__mark", head);
    const where = cell("a", "alert__where", head, {});
    const since = cell("span", "alert__since", head);
    const text = cell("p", "alert__text", root);
    const lines = ["life", "promise", "chair", "source"].map((name) => cell("p", "alert__line alert__line--" + name, root));
    const problem = cell("p", "problem alert__problem", root, { role: "alert" });
    const actions = el("div", "alert__actions", root);
    let members = [];
    let shown = null;
    let tile = null;
    let mode = "closed";     // closed, choosing, other, sending, waiting
    let drawn = "";
    let remark = "";         // what is being written under "Other", until it is recorded or taken back
    let asked = null;        // the alerts that were shown when somebody began to answer, with the worst level of each
    let pending = null;      // requests that are still to be taken: [{path, body}]
    let retry = null;
    let attempts = 0;

    function update(newMembers, newTile, now) {
      members = newMembers;
      tile = newTile;
      tick(now);
      drawActions();
    }

    function tick(now) {
      members.sort(byUrgency(now));
      shown = members[0];
      const state = stateOf(shown, now);
      if (root.dataset.alertId !== shown.alert_id) root.dataset.alertId = shown.alert_id;
      if (where.node.getAttribute("href") !== "/sessions/" + shown.session_id) where.node.href = "/sessions/" + shown.session_id;
      if (root.dataset.state !== state) root.dataset.state = state;
      if (root.dataset.level !== shown.level) root.dataset.level = shown.level;
      mark.put(MARK[shown.level]);
      where.put([chairName(tile), tile.patient_label].filter(Boolean).join(" \u00b7 "));
      since.put(age(now - Date.parse(shown.raised_at)));
      text.put(groupText(members, now));
      [life(now), promise(now), chair(), shown.citation || ""].forEach((line, at) => lines[at].put(line));
    }

    function life(now) {
      if (shown.withdrawn_at) return "Entry withdrawn at " + time(shown.withdrawn_at) + ", not seen";
      if (shown.cleared_at) return "Over since " + time(shown.cleared_at) + ", not seen";
      if (shown.is_past) return "Recorded late, for " + time(shown.raised_at);
      if (shown.unanswered_at && isUnanswered(shown, now)) {
        return "Nobody has answered for " + age(now - Date.parse(shown.sounded_at || shown.recorded_at)) + passedOn();
      }
      const left = shown.sounds_at && !shown.sounded_at && shown.level !== "critical" ? Date.parse(shown.sounds_at) - now : 0;
      if (left > 0 && isUnanswered(shown, now)) return "Silent: re-measure within " + countdown(left) + ", then it sounds";
      return "";
    }

    /** Only a run of the notifier's command that has ended says whether the alert was passed on. */
    function passedOn() {
      const run = window.infusion.notifier && window.infusion.notifier.alerts[shown.alert_id];
      if (!run || Date.parse(run.at) < Date.parse(shown.unanswered_at)) return "";
      return run.failure ? ". NOT passed on: the notifier " + run.failure : ". Passed on at " + time(run.at);
    }

    function promise(now) {
      const state = stateOf(shown, now);
      if (!shown.acknowledged) return shown.broken_promise && state === "open" ? "Promise not kept. " + promiseWords(shown.broken_promise) : "";
      return promiseWords(shown.acknowledged) + (isPromiseBroken(shown, now) && state !== "over" ? ". Not done." : "");
    }

    function promiseWords(given) {
      const deadline = given.deadline_at ? " by " + time(given.deadline_at) : "";
      const remark = given.remark ? " (" + given.remark + ")" : "";
      return given.by + ", " + time(given.at) + ": " + actionWords(given.action) + deadline + remark;
    }

    function chair() {
      return shown.at_the_chair ? "At the chair: " + shown.at_the_chair.by + ", " + time(shown.at_the_chair.at) : "";
    }

    // ---------------------------------------------------------------- answering
    function button(label, onTap, name) {
      const made = el("button", name || "", actions, { type: "button" });
      made.textContent = label;
      made.addEventListener("click", onTap);
      return made;
    }

    /** What the buttons depend on: while somebody chooses or writes, nothing that comes meanwhile changes them. */
    function offered(role) {
      if (mode === "closed") return [mode, root.dataset.state, shown.level, isSomebodyThere(), role].join(" ");
      return mode === "choosing" ? mode + " " + (shown.level === "critical") : mode;
    }

    /** Rebuilds the buttons only when what they offer changes, so that none moves under a finger. */
    function drawActions() {
      const me = window.infusion.me || {};
      const wanted = offered(me.role);
      if (wanted === drawn) return;
      drawn = wanted;
      actions.replaceChildren();
      actions.dataset.mode = mode;
      if (mode === "choosing") drawChoices();
      else if (mode === "other") drawOther();
      else if (mode === "sending") button("Sending", () => undefined).disabled = true;
      else if (mode === "waiting") { button("Try again", send, "primary"); button("Back", back); }
      else drawFirst(me.role);
    }

    function isSomebodyThere() { return meant().every((alert) => alert.at_the_chair); }

    function drawFirst(role) {
      const state = root.dataset.state;
      const mayAnswer = ANSWERING_ROLES.includes(role);
      if (mayAnswer && state === "over") button("Seen", () => answer({ action: "other", remark: "seen after it was over" }));
      // Who stands at the chair says so first: it tells the physician and silences nothing.
      if (CHAIR_ROLES.includes(role) && state !== "over" && !isSomebodyThere()) button("At the chair", atTheChair);
      if (mayAnswer && state === "open") button("Acknowledge", choose, "alert__acknowledge");
    }

    function drawChoices() {
      CHOICES.filter((one) => shown.level !== "critical" || one.action !== "expected_effect").forEach((one) => {
        button(one.label, () => answer({ action: one.action, deadline_min: one.deadline_min }));
      });
      button("Other", () => go("other"));
      button("Back", back, "alert__back");
    }

    function drawOther() {
      const field = el("input", "", actions, { type: "text", maxlength: "400", "aria-label": "What was done" });
      const save = button("Acknowledge", () => answer({ action: "other", remark: field.value.trim() }), "primary");
      field.value = remark;
      save.disabled = !remark.trim();
      field.addEventListener("input", () => { remark = field.value; save.disabled = !remark.trim(); });
      field.addEventListener("keydown", (event) => { if (event.key === "Enter" && !save.disabled) save.click(); });
      button("Back", back);
      field.focus();
    }

    function go(newMode) { mode = newMode; problem.put(""); drawActions(); }

    function back() { if (mode === "other") remark = ""; clearTimeout(retry); pending = asked = null; go("closed"); }

    /** The alerts that an answer is for: those that stand as the card says, or stood so when somebody began to answer.
        What joined the card since then was not read by anybody. */
    function meant() {
      if (asked) return members.filter((alert) => asked.has(alert.alert_id));
      const now = window.infusion.clock.now();
      return members.filter((alert) => stateOf(alert, now) === root.dataset.state);
    }

    function choose() {
      asked = new Map(meant().map((alert) => [alert.alert_id, alert.peak_level]));
      go("choosing");
    }

    /** What was seen goes with the answer, however often it is tried: a level reached since is not answered by it. */
    function answer(content) {
      pending = meant().map((alert) => {
        const body = { entry_id: window.infusion.uuid7(), seen_level: asked ? asked.get(alert.alert_id) : alert.peak_level };
        for (const key in content) if (content[key] !== undefined) body[key] = content[key];
        return { path: "/api/v1/alerts/" + alert.alert_id + "/acknowledgements", body };
      });
      problem.put("");
      send();
    }

    function atTheChair() {
      const entries = meant().filter((alert) => !alert.at_the_chair)
        .map((alert) => ({ entry_id: window.infusion.uuid7(), kind: "at_the_chair", source: "hand", alert_id: alert.alert_id }));
      pending = [{ path: "/api/v1/sessions/" + shown.session_id + "/entries", body: { entries } }];
      problem.put("");
      send();
    }

    async function send() {
      clearTimeout(retry);
      const sent = pending;
      if (!sent) return;
      if (mode !== "waiting") { mode = "sending"; drawActions(); }
      while (sent.length) {
        const answer = await window.infusion.call("POST", sent[0].path, sent[0].body);
        if (pending !== sent) return;
        if (answer.status === 0 || answer.status >= 500) { wait(answer.status); return; }
        sent.shift();
        const said = refusal(answer);
        if (said) problem.put(said);
        else { remark = ""; if (mode === "waiting") problem.put(""); }
      }
      pending = asked = null;
      attempts = 0;
      mode = "closed";
      drawActions();
    }

    function wait(status) {
      mode = "waiting";
      drawActions();
      problem.put("Not recorded yet: " + (status ? "the server answered " + status : "the server was not reached") + ". Trying again.");
      retry = setTimeout(send, RETRY_MS[Math.min(attempts, RETRY_MS.length - 1)]);
      attempts += 1;
    }

    return {
      root, update, tick, drawActions,
      isBusy: () => mode !== "closed",
      alert: () => shown,
      stop() { clearTimeout(retry); pending = null; },
    };
  }

  // ------------------------------------------------------------------ the list
  function create(host, emptyNote) {
    const cards = new Map();

    /** Adds, updates and removes cards; the order is settled by `sort`, when no hand is near. True if one came or went. */
    function update(tiles, now) {
      const seen = new Set();
      let isChanged = false;
      tiles.forEach((tile) => grouped(tile.alerts || [], now).forEach((members, key) => {
        seen.add(key);
        let card = cards.get(key);
        if (!card) {
          card = createCard();
          cards.set(key, card);
          host.appendChild(card.root);
          isChanged = true;
        }
        card.update(members, tile, now);
      }));
      cards.forEach((card, id) => {
        // A card with an answer on its way stays until the server has said what became of it.
        if (seen.has(id) || card.isBusy()) return;
        card.stop();
        card.root.remove();
        cards.delete(id);
        isChanged = true;
      });
      emptyNote.hidden = cards.size > 0;
      return isChanged;
    }

    function sort(now) {
      const order = Array.from(cards.values()).sort((a, b) => byUrgency(now)(a.alert(), b.alert()));
      window.infusion.panelOrder(host, order.map((card) => card.root));
    }

    return {
      update, sort,
      tick(now) { cards.forEach((card) => { card.tick(now); card.drawActions(); }); },
      isBusy() { return Array.from(cards.values()).some((card) => card.isBusy()); },
      stop() { cards.forEach((card) => card.stop()); },
    };
  }

  /** Puts the children into this order with as few moves as there are, and keeps the focus where it is. */
  window.infusion.panelOrder = function (host, wanted) {
    const focused = document.activeElement;
    wanted.forEach((child, at) => { if (host.children[at] !== child) host.insertBefore(child, host.children[at] || null); });
    if (focused && focused !== document.activeElement && host.contains(focused)) focused.focus({ preventScroll: true });
  };

  window.infusion.panelAlerts = { create };
})();
