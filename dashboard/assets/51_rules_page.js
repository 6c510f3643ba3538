/* Alert rules: the page's state (what is typed, searched, chosen) and what draws which part of it. */
(function () {
  "use strict";
  const { onPage, call } = window.infusion;
  const { element, drawList, markList, drawSections, drawChange, drawWaiting, drawHistory, problemLines, problemBox, typedLimit, isSameLimit } = window.infusion.rules;
  const EDITORS = ["physician", "administrator"];

  function me() {
    if (window.infusion.me) return Promise.resolve(window.infusion.me);
    return new Promise((known) => document.addEventListener("infusion:me", (event) => known(event.detail), { once: true }));
  }

  onPage("rules", (root) => {
    const place = (name) => root.querySelector("#rules--" + name);
    const state = { book: null, me: null, mayEdit: false, search: "", section: "", limits: {}, choices: {}, unreadable: new Set(), reason: "", entryId: null, said: "", notice: "", reasonTyped() {} };

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
      Object.assign(state, { limits: {}, choices: {}, unreadable: new Set(), reason: "", entryId: null, said, notice: "" });
      await load();
    };

    /** Somebody else has changed the rules: what is typed stays, unless it is in force now. */
    state.lookAgain = async (notice) => {
      state.entryId = null;
      await load();
      state.book.rules.filter((one) => isSameLimit(state.limits[one.rule_id], one.limit)).forEach((one) => forget(one.rule_id));
      state.notice = notice;
      drawAll();
    };

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
      drawWaiting(place("waiting"), state);
      drawHistory(place("history"), state);
      place("version").textContent = "Version " + state.book.version_words + " in force, " + state.book.rules.length + " rules";
    }

    async function load() {
      const answer = await call("GET", "/api/v1/rules");
      if (!answer.ok) { place("list").replaceChildren(problemBox(problemLines(answer))); return; }
      state.book = answer.body;
      drawAll();
    }

    function searchField() {
      const input = element("input", null, "", { id: "rules--search", type: "search", placeholder: "Search rules: SpO2, overdue, Cohen", "aria-label": "Search rules", autocomplete: "off" });
      input.addEventListener("input", () => { state.search = input.value; if (state.book) drawList(place("list"), state); });
      root.querySelector("[data-place=search]").replaceChildren(input);
    }

    searchField();
    me().then((known) => {
      state.me = known;
      state.mayEdit = EDITORS.includes(known.role);
      load();
    });
  });
})();
