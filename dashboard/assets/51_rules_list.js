/* Alert rules: the list by section and condition, searched, with an input for each limit where the reader may edit. */
(function () {
  "use strict";
  const { element, button, levelBadge } = window.infusion.rules;
  const NOTES = {
    start: "The start through the app is held until each item is met, or a physician overrides it with a reason. A start that has happened is always recorded.",
    discharge: "A discharge home is held until each item is met, or a physician overrides it. Transfer and leaving against advice are never held.",
  };

  function limitInput(rule, state) {
    const input = element("input", null, "rule__input number", {
      name: rule.rule_id, inputmode: "decimal", autocomplete: "off", "aria-label": rule.words + ", limit",
    });
    input.value = rule.rule_id in state.limits ? state.limits[rule.rule_id] : rule.limit;
    input.addEventListener("input", () => state.setLimit(rule, input.value));
    return input;
  }

  function limitCell(rule, state) {
    const cell = element("div", null, "rule__limit");
    if (rule.limit === null) return cell;
    const value = state.mayEdit ? limitInput(rule, state) : element("span", rule.limit, "rule__value number");
    const line = element("div", [value, element("span", rule.unit, "rule__unit")], "rule__limit-line");
    cell.append(line);
    if (rule.limit !== rule.delivered_limit) {
      cell.append(element("span", "delivered " + rule.delivered_limit, "rule__delivered quiet small number"));
    }
    return cell;
  }

  function choiceRow(rule, state) {
    const row = element("div", null, "rule__choices", { role: "group", "aria-label": "Choice" });
    const chosen = state.choices[rule.rule_id] || rule.choice.chosen;
    Object.entries(rule.choice.options).forEach(([option, words]) => {
      const isOn = chosen.includes(option);
      if (!state.mayEdit) {
        if (isOn) row.append(element("span", words, "rule__chosen"));
        return;
      }
      const one = button((isOn ? "✓ " : "") + words, "rule__choice", () => state.toggle(rule, option));
      one.setAttribute("aria-pressed", String(isOn));
      one.dataset.choice = option;
      row.append(one);
    });
    const delivered = rule.choice.delivered.map((option) => rule.choice.options[option]).join(", ");
    if (rule.choice.delivered.join() !== rule.choice.chosen.join()) row.append(element("span", "delivered " + delivered, "rule__choices-delivered quiet small"));
    return row;
  }

  function ruleRow(rule, state) {
    const row = element("div", null, "rule", { "data-rule": rule.rule_id });
    const said = element("div", element("div", rule.words, "rule__words"), "rule__said");
    if (rule.choice) said.append(choiceRow(rule, state));
    if (rule.ending) said.append(element("div", rule.ending, "rule__ending quiet small"));
    said.append(element("div", rule.citation.charAt(0).toUpperCase() + rule.citation.slice(1), "rule__source quiet small"));
    row.append(levelBadge(rule), said, limitCell(rule, state));
    mark(row, rule, state);
    return row;
  }

  /** A row that is changed says so by a line at its side, by its bold limit, and in the panel beside the list. */
  function mark(row, rule, state) {
    row.classList.toggle("rule--changed", rule.rule_id in state.limits || rule.rule_id in state.choices);
    row.classList.toggle("rule--limit", rule.rule_id in state.limits);
    row.classList.toggle("rule--unreadable", state.unreadable.has(rule.rule_id));
  }

  function matches(rule, words) {
    const text = [rule.words, rule.title, rule.citation, rule.rule_id, rule.level_words, rule.unit].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  }

  function sectionCard(name, title, rules, state) {
    const card = element("section", element("h2", [title, element("span", String(rules.length), "rules__count quiet")]), "card rules__section", { "data-section": name });
    if (NOTES[name]) card.append(element("p", NOTES[name], "rules__note quiet small"));
    let condition = null;
    rules.forEach((rule) => {
      if (rule.title && rule.condition !== condition) card.append(element("h3", rule.title));
      condition = rule.condition;
      card.append(ruleRow(rule, state));
    });
    return card;
  }

  /** Draws the list anew; what is typed stands in the state, so that nothing is lost. */
  function drawList(place, state) {
    const words = state.search.toLowerCase().split(/\s+/).filter(Boolean);
    const cards = [];
    Object.entries(state.book.sections).forEach(([name, title]) => {
      if (state.section && state.section !== name) return;
      const rules = state.book.rules.filter((one) => one.section === name && matches(one, words));
      if (rules.length) cards.push(sectionCard(name, title, rules, state));
    });
    if (!cards.length) cards.push(element("p", "No rule says that. Search by sign, word, source or id.", "card quiet"));
    place.replaceChildren(...cards);
  }

  /** Marks the rows again without drawing them: an input keeps its cursor. */
  function markList(place, state) {
    place.querySelectorAll("[data-rule]").forEach((row) => mark(row, state.rule(row.dataset.rule), state));
  }

  function drawSections(place, state, choose) {
    const names = [["", "All"], ...Object.entries(state.book.sections)];
    place.replaceChildren(...names.map(([name, title]) => {
      const one = button(title, "rules__tab", () => choose(name));
      one.setAttribute("aria-pressed", String(state.section === name));
      return one;
    }));
  }

  Object.assign(window.infusion.rules, { drawList, markList, drawSections });
})();
