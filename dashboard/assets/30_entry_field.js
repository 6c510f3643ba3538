/* One field of an entry form: its input or its choices, its unit, its reason for having no value. */
(function () {
  "use strict";
  const { clock } = window.infusion;
  const NUMBER = /^-?\d+(\.\d+)?$/;
  // Characters of a problem that stand beside the number, with a pad and without; longer ones go under it.
  const FITS_BESIDE = { pad: 44, narrow: 24 };
  const ZERO_IS_NO_VALUE = ["heart_rate_per_min", "systolic_mmhg", "diastolic_mmhg", "spo2_percent", "respiratory_rate_per_min"];

  function make(tag, className, text, attributes) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    Object.entries(attributes || {}).forEach(([name, value]) => node.setAttribute(name, value));
    return node;
  }

  function button(text, className, onTap, attributes) {
    const node = make("button", className, text, Object.assign({ type: "button" }, attributes));
    node.addEventListener("click", onTap);
    return node;
  }

  /** Typed text as the server reads it: a comma is a decimal point, blanks around it do not count. */
  function normalised(text) { return text.trim().replace(",", "."); }

  /** A JSON number where that keeps every digit, else the text as typed: the server names what is wrong with it. */
  function numberOrText(text) {
    const plain = normalised(text);
    return NUMBER.test(plain) && plain.replace(/\D/g, "").length <= 15 ? Number(plain) : plain;
  }

  function hintFor(data, text) {
    const value = Number(normalised(text));
    if (text.trim() === "") return "";
    if (!NUMBER.test(normalised(text))) return "not a number";
    if (value === 0 && ZERO_IS_NO_VALUE.includes(data.field)) return "zero is not charted: tap \u201ccould not\u201d";
    if (data.absoluteLow === undefined) return "";
    const unit = data.unit || "";
    if (value < Number(data.absoluteLow) || value > Number(data.absoluteHigh)) {
      return `can be ${data.absoluteLow} to ${data.absoluteHigh} ${unit}`.trim();
    }
    if (value < Number(data.recommendedLow) || value > Number(data.recommendedHigh)) {
      return `${unit} unusual, please check`.trim();
    }
    return unit;
  }

  /** The instant of "HH:MM" in the clinic's zone, the last one before now; null when it is no time. */
  function pastInstant(text) {
    const match = text.trim().match(/^(\d{1,2})[:.]?(\d{2})$/);
    if (!match || Number(match[1]) > 23 || Number(match[2]) > 59) return null;
    const [hour, minute] = window.infusion.clinicTime(clock.now()).split(":").map(Number);
    const back = ((hour * 60 + minute) - (Number(match[1]) * 60 + Number(match[2])) + 1440) % 1440;
    return Math.floor(clock.now() / 60000) * 60000 - back * 60000;
  }

  /** What was typed into a time field, as RFC 3339; the text itself where it is no time: the server says so. */
  function timeOrText(data, text) {
    const ms = data.past ? pastInstant(text) : window.infusion.clinicWall.instantOfWall(text);
    return ms === null ? text : new Date(ms).toISOString();
  }

  function timeText(data, instant) {
    return data.past ? window.infusion.clinicTime(Date.parse(instant)) : window.infusion.clinicWall.wallText(Date.parse(instant));
  }

  function offeredButton([id, words, small, isLacking]) {
    const one = make("button", "choice", words, { type: "button", "data-choice": id });
    if (small) one.append(make("small", "choice__detail", small));
    one.classList.toggle("choice--lacking", Boolean(isLacking));
    return one;
  }

  let described = 0;

  function makeInput(element, form) {
    const data = element.dataset;
    const isLong = element.classList.contains("field--long");
    const isNumber = data.type === "number" || data.type === "integer";
    const input = make(isLong ? "textarea" : "input", "field__native number", undefined, {
      name: data.field, autocomplete: "off", "aria-label": `${data.label} ${data.unit || ""}`.trim(),
      enterkeyhint: "next", spellcheck: "false",
    });
    const note = element.querySelector('[data-role="note"]');
    note.id = note.id || `entry-form--note-${described++}`;
    input.setAttribute("aria-describedby", note.id);
    if (!isLong) input.type = data.type === "time" && !data.past ? "datetime-local" : "text";
    if (data.past) { input.inputMode = "numeric"; input.placeholder = "HH:MM"; }
    if (isLong) input.rows = 3;
    // With the pad on the screen, the system's keyboard would only cover it.
    if (isNumber) input.inputMode = form.hasPad ? "none" : "decimal";
    if (!isNumber && data.type !== "time") input.maxLength = Number(data.maxLength) + 1;
    return input;
  }

  /** One field: {name, element, read(), write(value), clear(), isEmpty(), isShown(), focus(), reason(), ...}. */
  function attachField(element, form) {
    const data = element.dataset;
    const name = data.field;
    const note = element.querySelector('[data-role="note"]');
    const slot = element.querySelector('[data-role="input"]');
    // The entries that a field may name are on the record, not in the page: these choices come and go.
    const choices = () => Array.from(element.querySelectorAll("[data-choice]"));
    const takesSeveral = data.type === "choices";
    const group = element.querySelector('[data-role="choices"]');
    const couldNot = element.querySelector('[data-role="could-not"]');
    const reasons = data.reasons ? JSON.parse(data.reasons) : {};
    const unit = note.textContent;
    let chosen = null; // text, or with several choices a list
    let reason = null;
    let input = null;

    const isChosen = (code) => (takesSeveral ? (chosen || []).includes(code) : chosen === code);

    function showChosen() {
      choices().forEach((one) => one.setAttribute("aria-pressed", String(isChosen(one.dataset.choice))));
    }

    function choose(code) {
      if (takesSeveral) {
        const left = (chosen || []).filter((one) => one !== code);
        chosen = isChosen(code) ? left : left.concat(code);
        if (!chosen.length) chosen = null;
      } else {
        chosen = isChosen(code) ? null : code;
      }
      showChosen();
      touched();
    }

    function settle() {
      note.replaceChildren();
      element.classList.remove("field--problem", "field--question", "field--tall");
      const hint = field.isNumber() ? hintFor(data, input.value) : "";
      note.textContent = reason ? `not measured: ${reasons[reason] || reason}` : hint || unit;
      element.classList.toggle("field--unusual", Boolean(input) && hint !== "" && hint !== unit);
      element.classList.toggle("field--not-measured", reason !== null);
      if (!couldNot) return;
      couldNot.setAttribute("aria-pressed", String(reason !== null));
      couldNot.textContent = reason === null ? "could not" : "clear";
    }

    function touched() {
      form.confirmed.delete(name);
      settle();
      form.changed(field);
    }

    const field = {
      name, element, data, reasons,
      isShown: () => !element.closest(".hidden"),
      // In a part of the form that is not in front: still said, but nothing to move on to.
      isInFront: () => field.isShown() && !element.closest(".form-part--away"),
      /** This field, or the one beside it that holds the value in another unit where that is shown. */
      inUnit: () => { const other = data.otherUnit && form.field(data.otherUnit); return other && other.isShown() ? other : field; },
      isEmpty: () => (input ? input.value.trim() === "" : chosen === null) && reason === null,
      isNumber: () => Boolean(input) && (data.type === "number" || data.type === "integer"),
      reason: () => reason,
      text: () => (input ? input.value : chosen || ""),
      // A group of choices takes the focus as a whole: a further Enter must not choose what nobody said (S4).
      focus() { (input || group).focus(); },
      read() {
        if (field.isEmpty() || reason !== null) return undefined;
        if (input && data.type === "time") return timeOrText(data, input.value);
        if (input) return field.isNumber() ? numberOrText(input.value) : input.value.trim();
        if (takesSeveral) return chosen.slice();
        if (data.type === "boolean") return chosen === "true";
        return data.type === "integer" ? Number(chosen) : chosen;
      },
      write(value) {
        reason = null;
        if (input) input.value = data.type === "time" ? timeText(data, value) : String(value);
        else { chosen = takesSeveral ? Array.from(value) : String(value); showChosen(); }
        touched();
      },
      clear() {
        reason = null;
        chosen = null;
        if (input) input.value = ""; else showChosen();
        form.confirmed.delete(name);
        settle();
      },
      setReason(code) {
        reason = code;
        if (input) input.value = "";
        touched();
      },
      showProblem(problem, question) {
        settle();
        element.classList.add(question ? "field--question" : "field--problem");
        const room = form.hasPad ? FITS_BESIDE.pad : question ? 0 : FITS_BESIDE.narrow;
        const isTall = wordsOf(problem).length > room || (question && question.querySelector("input"));
        element.classList.toggle("field--tall", Boolean(isTall));
        note.replaceChildren(make("span", "field__reason", wordsOf(problem)));
        if (question) note.append(question);
      },
      settle,
      /** What may be named now: [[id, words, small words, whether something is lacking]]; one that is chosen and gone is
          chosen no more. */
      offer(items, noneWords) {
        const row = group.querySelector(".choices__row");
        const key = JSON.stringify(items);
        if (row.dataset.key === key) return;
        row.dataset.key = key;
        row.replaceChildren(...(items.length ? items.map(offeredButton) : [make("span", "quiet choices__none", noneWords || "Nothing on record")]));
        if (chosen !== null && !items.some(([id]) => id === chosen)) chosen = null;
        showChosen();
      },
    };

    if (slot) {
      input = slot.querySelector("input, textarea") || makeInput(element, form);
      slot.replaceChildren(input);
      input.addEventListener("focus", () => form.use(field));
      input.addEventListener("input", () => {
        if (field.isNumber() && input.value.includes(",")) input.value = input.value.replace(",", ".");
        if (input.value !== "") reason = null;
        touched();
      });
      input.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" || event.shiftKey) return;
        event.preventDefault();
        form.next(field, true);
      });
      element.addEventListener("click", (event) => { if (!event.target.closest("button, input, textarea")) input.focus(); });
    }
    field.input = input;
    if (group) group.tabIndex = -1;
    element.addEventListener("click", (event) => {
      const one = event.target.closest("[data-choice]");
      if (one) choose(one.dataset.choice);
    });
    element.querySelectorAll('[data-role="more-choices"]').forEach((one) => one.addEventListener("click", () => {
      one.nextElementSibling.classList.remove("hidden");
      one.classList.add("hidden");
      one.nextElementSibling.scrollIntoView({ block: "nearest" });
    }));
    const unitSwitch = element.querySelector('[data-role="unit-switch"]');
    if (unitSwitch) unitSwitch.addEventListener("click", () => form.changeUnit(field));
    element.querySelectorAll("[data-suggestion]").forEach((one) => one.addEventListener("click", () => {
      field.write(one.dataset.suggestion);
      form.use(field);
    }));
    if (couldNot) couldNot.addEventListener("click", () => {
      if (reason === null) form.askReason(field); else { field.clear(); form.changed(field); field.focus(); }
    });
    return field;
  }

  /** A problem in the words of the screen: the unit as it is written there, its button instead of the name of a field. */
  function wordsOf(problem) {
    const limit = problem.limit ? ` (${problem.limit.replace(/ Cel$/, " °C")})` : "";
    return `${problem.reason.replace(/give it as [a-z]+_fahrenheit$/, "tap \u201cin °F\u201d and type it there")}${limit}`;
  }

  window.infusion.entryField = { make, button, normalised, wordsOf, attachField, pastInstant };
})();
