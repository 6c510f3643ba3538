/* Alert rules: the page's state (what is typed, searched, chosen) and what draws which part of it. */
(function () {
  "use strict";
  const { onPage, call, clock } = window.infusion;
  const { element, drawList, markList, drawSections, drawChange, markLapse, drawWaiting, drawHistory, typedLimit, isSameLimit } = window.infusion.rules;
  const EDITORS = ["physician", "administrator"];
  const READ_EVERY_MS = 15000;
  // Two readings missed: what stands here may not be in force any more (S2).
  const CURRENT_FOR_MS = 35000;
  const RETRY_MS = 3000;
  const CHANGED = "The rules were changed meanwhile: other ones are in force. Look again, then save.";

  function me() {
    if (window.infusion.me) return Promise.resolve(window.infusion.me);
    return new Promise((known) => document.addEventListener("infusion:me", (event) => known(event.detail), { once: true }));
  }

  onPage("rules", (root) => {
    const place = (name) => root.querySelector("#rules--" + name);
    const state = { book: null, me: null, mayEdit: false, search: "", section: "", limits: {}, choices: {}, unreadable: new Set(), reason: "", entryId: null, said: "", notice: "", isSaving: false, reasonTyped() {} };
    let trouble = null;      // the last answer, while that was no reading
    let readAt = 0;          // when the shown reading was asked for, by this machine's clock
    let askedLast = 0;
    let asOf = null;         // the same by the server's clock
    let drawn = "";
    let isStopped = false;

    state.rule = (id) => state.book.rules.find((one) => one.rule_id === id);
    state.nameOf = (id) => { const rule = state.rule(id); return rule ? rule.name : id.replaceAll("_", " "); };
    state.nameOfCondition = (condition) => { const rule = state.book.rules.find((one) => one.condition === condition); return (rule && rule.title) || condition; };
    state.changedRules = () => state.book.rules.filter((one) => one.rule_id in state.limits || one.rule_id in state.choices || state.unreadable.has(one.rule_id));

    state.setLimit = (rule, text) => {
      const limit = typedLimit(text);
      state.unreadable.delete(rule.rule_id);
      delete state.limits[rule.rule_id];
      if (limit === null) state.unreadable.add(rule.rule_id);
      if (limit === null) state.limits[rule.rule_id] = text;
      else if (!isSameLimit(limit, rule.limit)) state.limits[rule.rule_id] = limit;
      edited();
    };
    state.toggle = (rule, option) => {
      const now = state.choices[rule.rule_id] || rule.choice.chosen;
      let next = now.includes(option) ? now.filter((one) => one !== option) : [...now, option];
      if (rule.choice.most === 1) next = [option];
      next = Object.keys(rule.choice.options).filter((one) => next.includes(one));
      if (!next.length) return;
      if (next.join() === rule.choice.chosen.join()) delete state.choices[rule.rule_id];
      else state.choices[rule.rule_id] = next;
      drawList(place("list"), state);
      edited();
    };
    state.undo = (rule) => {
      forget(rule.rule_id);
      drawList(place("list"), state);
      edited();
    };
    state.discard = () => {
      Object.assign(state, { limits: {}, choices: {}, unreadable: new Set(), reason: "", entryId: null, said: "", notice: "" });
      drawAll();
    };
    state.saved = async (said) => {
      Object.assign(state, { limits: {}, choices: {}, unreadable: new Set(), reason: "", entryId: null, notice: "" });
      await state.recorded(said);
    };
    /** Something else than the change that is being made: that stays. */
    state.recorded = async (said) => {
      state.said = said;
      await read(true);
      drawChange(place("change"), state);
    };
    /** The server says that other rules are in force by now. */
    state.lookAgain = async () => {
      await read(true);
      state.notice = state.notice || CHANGED;
      drawChange(place("change"), state);
    };
    state.isCurrent = () => state.book !== null && !trouble && Date.now() - readAt < CURRENT_FOR_MS;

    function forget(id) {
      delete state.limits[id];
      delete state.choices[id];
      state.unreadable.delete(id);
    }

    function edited() {
      // Another change than the one that was sent is another entry.
      state.entryId = null;
      state.said = state.notice = "";
      markList(place("list"), state);
      drawChange(place("change"), state);
    }

    function drawRules() {
      drawSections(place("sections"), state, (name) => { state.section = name; drawRules(); });
      drawList(place("list"), state);
    }

    function drawAll() {
      drawRules();
      drawChange(place("change"), state);
      drawAround();
      place("version").textContent = "Version " + state.book.version_words + " in force, " + state.book.rules.length + " rules";
    }

    function drawAround() {
      drawWaiting(place("waiting"), state);
      drawHistory(place("history"), state);
      markLapse(place("change"), state);
    }

    // ---------------------------------------------------------------- following
    /** Reads the rules anew. While a change is saved only its own reading counts, and an older answer never. */
    async function read(isOwn) {
      const askedAt = askedLast = Date.now();
      const ofMs = clock.now();
      const answer = await call("GET", "/api/v1/rules");
      if (isStopped || askedAt < readAt || (state.isSaving && !isOwn)) return;
      trouble = answer.ok ? null : answer;
      if (answer.ok) { readAt = askedAt; asOf = ofMs; take(answer.body); }
      showCurrency();
    }

    function take(book) {
      const text = JSON.stringify(book);
      if (text === drawn) return;
      const before = state.book;
      drawn = text;
      state.book = book;
      if (before && before.version === book.version) { drawAround(); return; }
      if (before) othersFirst();
      keepingFocus(drawAll);
    }

    /** Other rules are in force: what is typed stays, unless it is in force now. */
    function othersFirst() {
      state.book.rules.filter((one) => isSameLimit(state.limits[one.rule_id], one.limit)).forEach((one) => forget(one.rule_id));
      if (!state.changedRules().length) return;
      state.entryId = null;
      state.notice = CHANGED;
    }

    function keepingFocus(draw) {
      const before = document.activeElement;
      const { name, id, selectionStart, selectionEnd } = before;
      draw();
      const again = name ? root.querySelector(`[name="${name}"]`) : id ? document.getElementById(id) : null;
      if (!again || again === document.activeElement) return;
      again.focus({ preventScroll: true });
      if (again.setSelectionRange) again.setSelectionRange(selectionStart, selectionEnd);
    }

    /** Says of when the page is, and greys what may not be in force any more; a card that waits is then out of reach. */
    function showCurrency() {
      const isLost = !state.isCurrent() && (state.book !== null || trouble !== null);
      document.body.classList.toggle("path-lost", isLost);
      place("waiting").inert = isLost;
      const time = asOf === null ? "" : window.infusion.clinicTime(asOf, true);
      put(place("as-of"), asOf === null ? "" : "as of " + time);
      put(document.querySelector("#shell--lost"), isLost ? lostWords(time) : "");
    }

    function lostWords(time) {
      const since = time ? "Not current since " + time + ": " : "";
      if (trouble && trouble.status === 401) return since + "you are signed out. Reload this page to sign in.";
      const why = trouble && trouble.status ? "the server answered " + trouble.status : "no connection to the server";
      return since + why + ". Other rules may be in force. Trying again.";
    }

    function put(node, text) { if (node && node.textContent !== text) node.textContent = text; }

    function tick() {
      if (!state.me) return;
      showCurrency();
      if (Date.now() - askedLast > (state.isCurrent() ? READ_EVERY_MS : RETRY_MS)) read(false);
    }

    // After sleep or a hidden tab: nothing of before is taken for current.
    function wake() { if (state.me && document.visibilityState !== "hidden") { showCurrency(); read(false); } }

    function searchField() {
      const input = element("input", null, "", { id: "rules--search", type: "search", placeholder: "Search rules: SpO2, overdue, Cohen", "aria-label": "Search rules", autocomplete: "off" });
      input.addEventListener("input", () => { state.search = input.value; if (state.book) drawList(place("list"), state); });
      root.querySelector("[data-place=search]").replaceChildren(input);
    }

    searchField();
    me().then((known) => {
      state.me = known;
      state.mayEdit = EDITORS.includes(known.role);
      read(false);
    });
    const timer = setInterval(tick, 1000);
    const wakers = [[document, "visibilitychange"], [window, "online"], [window, "pageshow"]];
    wakers.forEach(([target, name]) => target.addEventListener(name, wake));
    return () => {
      isStopped = true;
      clearInterval(timer);
      wakers.forEach(([target, name]) => target.removeEventListener(name, wake));
      document.body.classList.remove("path-lost");
    };
  });
})();
