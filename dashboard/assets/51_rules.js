/* Alert rules: what the parts of the page share. `window.infusion.rules` holds elements, words and sums; no part of it
   keeps a state of its own. */
(function () {
  "use strict";
  const LEVEL_MARKS = { advisory: "*", warning: "**", critical: "***" };

  function element(tag, words, className, attributes) {
    const made = document.createElement(tag);
    if (words !== undefined && words !== null && words !== "") made.append(...[].concat(words));
    if (className) made.className = className;
    Object.entries(attributes || {}).forEach(([name, value]) => made.setAttribute(name, value));
    return made;
  }

  function button(words, className, press) {
    const made = element("button", words, className, { type: "button" });
    made.addEventListener("click", press);
    return made;
  }

  /** Symbol and word of a level; what raises no alert has a word alone. */
  function levelBadge(one) {
    const isAlert = one.level_words.toLowerCase() === one.level;
    const badge = element("span", null, "rule-level");
    if (isAlert) badge.dataset.level = one.level;
    badge.append(element("b", isAlert ? LEVEL_MARKS[one.level] : "", "rule-level__mark"), one.level_words);
    return badge;
  }

  /** The problems of an answer in one line each. */
  function problemLines(answer, nameOf) {
    return (answer.body.problems || []).map((one) => {
      const name = nameOf ? nameOf(one.field) : one.field;
      return [name, one.reason].filter(Boolean).join(": ") + (one.limit ? " (" + one.limit + ")" : "");
    });
  }

  function problemBox(lines) {
    return element("p", lines.join("; "), "problem rules__problem", { role: "alert" });
  }

  /** "20 Nov 2026, 14:26" in the clinic's zone. */
  function clinicDay(instant) {
    const zone = window.infusion.me && window.infusion.me.clinic_time_zone;
    const day = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short", year: "numeric", timeZone: zone });
    return day.format(new Date(instant)) + ", " + window.infusion.clinicTime(instant);
  }

  /** One line: what, and from old to new. */
  function replacedLine(one) {
    const line = element("li", null, "rules-replaced");
    const unit = one.unit ? " " + one.unit : "";
    line.append(
      element("span", one.name, "rules-replaced__title"),
      element("span", [element("s", one.old || "none"), " → ", element("b", one.new + unit)], "rules-replaced__values number"),
    );
    return line;
  }

  /** Whether a typed limit is a number that differs from the one in force; null while it is no number. */
  function typedLimit(text) {
    const plain = text.trim().replace(",", ".");
    return /^\d{1,6}(\.\d{1,4})?$/.test(plain) ? plain : null;
  }

  function isSameLimit(one, other) { return Number(one) === Number(other); }

  /** Whether another limit of this rule needs a second person. */
  function needsSecond(rule, limit) {
    if (!rule.second_person_when || limit === null) return false;
    return rule.second_person_when === "above" ? Number(limit) > Number(rule.limit) : Number(limit) < Number(rule.limit);
  }

  window.infusion.rules = {
    element, button, levelBadge, problemLines, problemBox, clinicDay, replacedLine, typedLimit, isSameLimit, needsSecond,
  };
})();
