/* Entry forms: puts native inputs into the frames that components/entry_form.py wrote, reads them, shows problems at
   the field. Nothing is ever filled in by itself (S4); what was typed stays until the server has it or it is cleared. */
(function () {
  "use strict";
  const { clock, uuid7 } = window.infusion;
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

  // ------------------------------------------------------------------------------------------------- one field

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
    if (!isLong) input.type = "text";
    if (isLong) input.rows = 3;
    // With the pad on the screen, the system's keyboard would only cover it.
    if (isNumber) input.inputMode = form.hasPad ? "none" : "decimal";
    if (!isNumber) input.maxLength = Number(data.maxLength) + 1;
    return input;
  }

  /** One field: {name, element, read(), write(value), clear(), isEmpty(), isShown(), focus(), reason(), ...}. */
  function attachField(element, form) {
    const data = element.dataset;
    const name = data.field;
    const note = element.querySelector('[data-role="note"]');
    const slot = element.querySelector('[data-role="input"]');
    const choices = Array.from(element.querySelectorAll("[data-choice]"));
    const group = element.querySelector('[data-role="choices"]');
    const couldNot = element.querySelector('[data-role="could-not"]');
    const reasons = data.reasons ? JSON.parse(data.reasons) : {};
    const unit = note.textContent;
    let chosen = null;
    let reason = null;
    let input = null;

    function showChosen() {
      choices.forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.choice === chosen)));
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
      isEmpty: () => (input ? input.value.trim() === "" : chosen === null) && reason === null,
      isNumber: () => Boolean(input) && (data.type === "number" || data.type === "integer"),
      reason: () => reason,
      text: () => (input ? input.value : chosen || ""),
      // A group of choices takes the focus as a whole: a further Enter must not choose what nobody said (S4).
      focus() { (input || group).focus(); },
      read() {
        if (field.isEmpty() || reason !== null) return undefined;
        if (input) return field.isNumber() ? numberOrText(input.value) : input.value.trim();
        if (data.type === "boolean") return chosen === "true";
        return data.type === "integer" ? Number(chosen) : chosen;
      },
      write(value) {
        reason = null;
        if (input) input.value = String(value); else { chosen = String(value); showChosen(); }
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
    choices.forEach((one) => one.addEventListener("click", () => {
      chosen = chosen === one.dataset.choice ? null : one.dataset.choice;
      showChosen();
      touched();
    }));
    element.querySelectorAll("[data-suggestion]").forEach((one) => one.addEventListener("click", () => {
      field.write(one.dataset.suggestion);
      form.use(field);
    }));
    if (couldNot) couldNot.addEventListener("click", () => {
      if (reason === null) form.askReason(field); else { field.clear(); form.changed(field); field.focus(); }
    });
    return field;
  }

  function wordsOf(problem) {
    const limit = problem.limit ? ` (${problem.limit})` : "";
    return `${problem.reason}${limit}`;
  }

  // ------------------------------------------------------------------------------------------------- number pad

  function typeKey(input, key) {
    const start = input.selectionStart, end = input.selectionEnd;
    const text = input.value;
    if (key === "delete") {
      const from = start === end ? Math.max(0, start - 1) : start;
      input.value = text.slice(0, from) + text.slice(end);
      input.setSelectionRange(from, from);
    } else {
      if (key === "." && text.slice(0, start).concat(text.slice(end)).includes(".")) return;
      input.value = text.slice(0, start) + key + text.slice(end);
      input.setSelectionRange(start + 1, start + 1);
    }
    input.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function attachPad(form, pad) {
    pad.querySelectorAll("[data-key]").forEach((one) => {
      // Keeps the caret where it is: the key must not take the focus.
      one.addEventListener("pointerdown", (event) => event.preventDefault());
      one.addEventListener("click", () => {
        const field = form.inUse() || form.firstEmptyNumber();
        if (!field) return;
        if (one.dataset.key === "next") { form.next(field, false); return; }
        if (!field.isNumber()) return;
        if (document.activeElement !== field.input) field.focus();
        typeKey(field.input, one.dataset.key);
      });
    });
  }

  function reasonButtons(field, close) {
    const heading = make("div", "pad__heading", `${field.data.label}: could not measure, because`);
    const rows = Object.entries(field.reasons).map(([code, words]) =>
      button(words, "pad__reason", () => { close(); field.setReason(code); }, { "data-reason": code }));
    return [heading, ...rows, button("Back to the number", "pad__back", () => { close(); field.focus(); })];
  }

  /** Shows the reasons in the pad's place, or under the field where there is no pad. */
  function showReasons(form, field, pad) {
    if (pad) {
      const keys = pad.querySelector(".pad__keys"), panel = pad.querySelector('[data-role="reasons"]');
      const close = () => { panel.classList.add("hidden"); keys.classList.remove("hidden"); };
      panel.replaceChildren(...reasonButtons(field, () => { close(); form.next(field, false); }));
      panel.querySelector(".pad__back").addEventListener("click", () => field.focus());
      keys.classList.add("hidden");
      panel.classList.remove("hidden");
      return;
    }
    form.element.querySelectorAll(".field__reasons").forEach((one) => one.remove());
    const panel = make("div", "field__reasons");
    panel.append(...reasonButtons(field, () => panel.remove()));
    field.element.after(panel);
  }

  // ------------------------------------------------------------------------------------------------- the time

  /** The instant of "HH:MM" in the clinic's zone, the last one before now; null when it is no time. */
  function instantOf(text) {
    const match = text.trim().match(/^(\d{1,2})[:.]?(\d{2})$/);
    if (!match || Number(match[1]) > 23 || Number(match[2]) > 59) return null;
    const [hour, minute] = window.infusion.clinicTime(clock.now()).split(":").map(Number);
    const back = ((hour * 60 + minute) - (Number(match[1]) * 60 + Number(match[2])) + 1440) % 1440;
    return Math.floor(clock.now() / 60000) * 60000 - back * 60000;
  }

  /** "Time: now" and, after a tap, an input for an earlier time. */
  function attachTime(form, place) {
    const toNow = place.querySelector('[data-role="time"]');
    let input = null;
    let kept = null; // the time of an entry that came back; it stays its time
    const rest = () => {
      if (input) { input.remove(); input = null; }
      toNow.textContent = `Time: ${kept === null ? "now" : window.infusion.clinicTime(kept)}`;
    };
    toNow.addEventListener("click", () => {
      if (input) { rest(); form.changed(null); return; }
      input = make("input", "entry-form__earlier number", undefined, {
        type: "text", inputmode: "numeric", placeholder: "HH:MM", "aria-label": "Time when it was measured or given, HH:MM",
        name: "measured_at", autocomplete: "off",
      });
      toNow.textContent = kept === null ? "Back to now" : "Back";
      place.prepend(input);
      input.focus();
    });
    return {
      reset() { kept = null; rest(); },
      /** Epoch ms of the earlier time; null while the entry is of now. */
      earlier: () => (input && input.value.trim() !== "" ? instantOf(input.value) : kept),
      isReadable: () => !input || input.value.trim() === "" || instantOf(input.value) !== null,
      focus: () => input && input.focus(),
      load(instant) { kept = instant; rest(); },
    };
  }

  // ------------------------------------------------------------------------------------------------- the form

  /** `field=value`; `field=*` is any answer, `field=` none yet. */
  function conditionHolds(condition, valueOf) {
    const [name, wanted] = condition.split("=");
    const value = valueOf(name);
    if (wanted === "") return value === undefined;
    return value !== undefined && (wanted === "*" || String(value) === wanted);
  }

  /** Attaches one form. `options`: onSave(form), onChange(form, field), needsAgain(problem, form) -> field name or null,
      confirmWords(problem) -> words of the button that confirms. */
  function attach(element, options) {
    const pad = element.querySelector('[data-role="pad"]');
    const status = element.querySelector('[data-role="status"]');
    const problemList = element.querySelector('[data-role="problems"]');
    const saveButton = element.querySelector('[data-role="save"]');
    const place = element.querySelector('[data-role="when"]');
    let used = null;
    let open = new Set();
    let entryId = uuid7();
    let tappedAt = null; // the tap on save counts, not the later tap that confirms

    const form = {
      element, kind: element.dataset.entryForm, hasPad: Boolean(pad), confirmed: new Set(), fields: [], isBusy: false,
      entryId: () => entryId,
      inUse: () => (used && used.isShown() ? used : null),
      field: (name) => form.fields.find((one) => one.name === name),
      firstEmptyNumber: () => form.fields.find((one) => one.isShown() && one.isNumber() && one.isEmpty()),
      isEmpty: () => form.fields.every((one) => one.isEmpty()),
      use(field) {
        used = field;
        // Only with a pad does the field in use matter after the focus has gone to a key.
        form.fields.forEach((one) => one.element.classList.toggle("field--active", form.hasPad && one === field));
      },
      /** Moves on to the next input; after the last one Enter saves, Next goes to the save button. */
      next(field, saves) {
        const shown = form.fields.filter((one) => one.isShown());
        const after = shown.slice(shown.indexOf(field) + 1).find((one) => one.input);
        if (after) { after.focus(); form.use(after); return; }
        if (form.afterLast) form.afterLast();
        else if (saves) form.save();
        else if (saveButton) saveButton.focus();
      },
      changed(field) {
        tappedAt = null;
        if (field && !field.isEmpty()) form.emptyExcluded(field);
        form.showConditional();
        open.delete(field && field.name);
        if (problemList) problemList.replaceChildren();
        if (options.onChange) options.onChange(form, field);
      },
      emptyExcluded(field) {
        form.fields.forEach((one) => {
          if (one !== field && (field.data.excludes === one.name || one.data.excludes === field.name) && !one.isEmpty()) one.clear();
        });
      },
      showConditional() {
        const valueOf = (name) => { const field = form.field(name); return field ? field.read() : undefined; };
        element.querySelectorAll("[data-shown-if]").forEach((one) => {
          one.classList.toggle("hidden", !conditionHolds(one.dataset.shownIf, valueOf));
        });
      },
      askReason(field) { form.use(field); showReasons(form, field, pad); },
      /** Content of the entry as typed; fields that are hidden or empty say nothing. */
      content() {
        const content = {}, reasons = {};
        form.fields.filter((one) => one.isShown()).forEach((one) => {
          if (one.reason() !== null) reasons[one.name] = one.reason();
          const value = one.read();
          if (value !== undefined) content[one.name] = value;
        });
        if (Object.keys(reasons).length) content.not_measured = reasons;
        return content;
      },
      /** The entry to send, at the time of the tap or the earlier time that was typed. */
      entry() {
        tappedAt = tappedAt || clock.now();
        const at = (form.time && form.time.earlier()) || tappedAt;
        const entry = { entry_id: entryId, kind: form.kind, effective_at: new Date(at).toISOString(), source: "hand" };
        if (form.confirmed.size) entry.confirmed = Array.from(form.confirmed);
        return Object.assign(entry, form.content());
      },
      save() {
        if (form.isBusy) return;
        if (form.isEmpty() && form.fields.length) { form.say("Nothing typed yet."); return; }
        if (form.time && !form.time.isReadable()) { form.say("The time is not readable: HH:MM."); form.time.focus(); return; }
        if (options.onSave) options.onSave(form);
      },
      /** While an answer is awaited nothing can be typed: what was sent is what was read. */
      setBusy(isBusy) {
        form.isBusy = isBusy;
        element.inert = isBusy;
        if (saveButton) saveButton.disabled = isBusy;
      },
      focusFirst() {
        const first = form.fields.find((one) => one.isShown() && one.input && one.isEmpty());
        if (first) first.focus();
      },
      /** What was refused has to be done again, at the time of the next tap. */
      forgetTap() { tappedAt = null; },
      say(text) { if (status) status.textContent = text; },
      clear() {
        form.fields.forEach((one) => one.clear());
        form.confirmed.clear();
        open = new Set();
        entryId = uuid7();
        tappedAt = null;
        if (form.time) form.time.reset();
        if (problemList) problemList.replaceChildren();
        form.use(null);
        form.showConditional();
        if (options.onChange) options.onChange(form, null);
      },
      /** Puts an entry that came back into the form, under its own id. */
      load(entry) {
        form.clear();
        entryId = entry.entry_id;
        form.fields.forEach((one) => { if (entry[one.name] !== undefined) one.write(entry[one.name]); });
        form.fields.forEach((one) => { if ((entry.not_measured || {})[one.name]) one.setReason(entry.not_measured[one.name]); });
        if (form.time) form.time.load(Date.parse(entry.effective_at));
      },
      /** Shows the server's problems at their fields; with `asks` each gets "Yes, it is right". */
      showProblems(problems, asks) {
        form.fields.forEach((one) => one.settle());
        if (problemList) problemList.replaceChildren();
        open = new Set(asks ? problems.map((one) => one.field) : []);
        problems.forEach((problem) => showOne(problem, asks));
        const first = problems.map((one) => form.field(one.field)).find((one) => one && one.isShown());
        if (first) first.focus();
      },
    };

    function showOne(problem, asks) {
      const field = form.field(problem.field);
      const question = asks ? makeQuestion(problem, field) : null;
      if (field && field.isShown()) { field.showProblem(problem, question); return; }
      if (!problemList) return;
      const line = make("div", "problem", wordsOf(problem));
      if (question) line.append(question);
      problemList.append(line);
    }

    function confirm(name) {
      form.confirmed.add(name);
      open.delete(name);
      if (open.size === 0) form.save();
    }

    function makeQuestion(problem, field) {
      const againFor = options.needsAgain ? options.needsAgain(problem, form) : null;
      const yesWords = options.confirmWords ? options.confirmWords(problem) : "Yes, it is right";
      const box = make("span", "field__question");
      const yes = button(yesWords, "field__yes", () => { yes.disabled = true; confirm(problem.field); }, { "data-role": "confirm" });
      if (againFor) box.append(makeAgain(againFor, yes));
      box.append(yes);
      return box;
    }

    /** Far outside: the number is typed a second time before "yes" can be tapped. */
    function makeAgain(name, yes) {
      const again = make("input", "field__again number", undefined, {
        type: "text", inputmode: "decimal", autocomplete: "off", "data-role": "again", placeholder: "again",
        "aria-label": "Type the number again",
      });
      yes.disabled = true;
      again.addEventListener("input", () => {
        yes.disabled = Number(normalised(again.value)) !== Number(normalised(form.field(name).text())) || again.value.trim() === "";
      });
      return again;
    }

    form.fields = Array.from(element.querySelectorAll("[data-field]")).map((one) => attachField(one, form));
    if (pad) attachPad(form, pad);
    if (place) form.time = attachTime(form, place);
    if (saveButton) saveButton.addEventListener("click", () => form.save());
    form.fields.filter((one) => one.data.also).forEach((one) => shareReason(form, one));
    form.showConditional();
    return form;
  }

  /** One cuff gives both pressures: a reason for one is the reason of the other while that is empty. */
  function shareReason(form, field) {
    const setReason = field.setReason;
    field.setReason = (code) => {
      setReason(code);
      const other = form.field(field.data.also);
      if (other && other.isEmpty()) other.setReason(code);
    };
  }

  window.infusion.entryForm = { attach, make, button, wordsOf };
})();
