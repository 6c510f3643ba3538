/* Entry forms: puts native inputs into the frames that components/entry_form.py wrote, reads them, shows problems at
   the field. Nothing is ever filled in by itself (S4); what was typed stays until the server has it or it is cleared.
   One field: 30_entry_field.js. */
(function () {
  "use strict";
  const { clock, uuid7 } = window.infusion;
  const { make, button, normalised, wordsOf, attachField, pastInstant } = window.infusion.entryField;
  // Forms whose one tap says enough.
  const MAY_BE_EMPTY = ["discharged"];

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
      earlier: () => (input && input.value.trim() !== "" ? pastInstant(input.value) : kept),
      isReadable: () => !input || input.value.trim() === "" || pastInstant(input.value) !== null,
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
      mayBeEmpty: MAY_BE_EMPTY.includes(element.dataset.entryForm),
      entryId: () => entryId,
      inUse: () => (used && used.isInFront() ? used : null),
      field: (name) => form.fields.find((one) => one.name === name),
      firstEmptyNumber: () => form.fields.find((one) => one.isInFront() && one.isNumber() && one.isEmpty()),
      isEmpty: () => form.fields.every((one) => one.isEmpty()),
      use(field) {
        used = field;
        // Only with a pad does the field in use matter after the focus has gone to a key.
        form.fields.forEach((one) => one.element.classList.toggle("field--active", form.hasPad && one === field));
      },
      /** Moves on to the next input; after the last one Enter saves, Next goes to the save button. */
      next(field, saves) {
        const shown = form.fields.filter((one) => one.isInFront());
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
        form.showTypedParts();
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
        if (form.isEmpty() && form.fields.length && !form.mayBeEmpty) { form.say("Nothing typed yet."); return; }
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
        const first = form.fields.find((one) => one.isInFront() && one.input && one.isEmpty());
        if (first) first.focus();
      },
      /** Changes a field over to its other unit. What was typed is emptied: it is never converted by itself. */
      changeUnit(field) {
        const other = form.field(field.data.otherUnit);
        field.clear();
        field.element.classList.add("hidden");
        other.element.classList.remove("hidden");
        form.changed(null);
        other.focus();
      },
      /** Brings a part of the form to the front; what is typed in the others stays and is sent with it. */
      openPart(name) {
        element.querySelectorAll("[data-part]").forEach((one) => one.classList.toggle("form-part--away", one.dataset.part !== name));
        element.querySelectorAll("[data-open-part]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.openPart === name)));
        element.querySelector(".entry-form__fields").scrollTop = 0;
      },
      showTypedParts() {
        element.querySelectorAll("[data-open-part]").forEach((one) => {
          const part = element.querySelector(`[data-part="${one.dataset.openPart}"]`);
          const isTyped = form.fields.some((field) => part.contains(field.element) && field.isShown() && !field.isEmpty());
          one.classList.toggle("form-parts__button--typed", isTyped);
        });
      },
      openFirstPart() { const first = element.querySelector("[data-open-part]"); if (first) form.openPart(first.dataset.openPart); },
      /** What was refused has to be done again, at the time of the next tap. */
      forgetTap() { tappedAt = null; },
      /** The next save speaks of this time. */
      tapAt(instant) { tappedAt = instant; },
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
        element.querySelectorAll('[data-role="more-choices"]').forEach((one) => {
          one.classList.remove("hidden");
          one.nextElementSibling.classList.add("hidden");
        });
        form.showConditional();
        form.openFirstPart();
        form.showTypedParts();
        if (options.onChange) options.onChange(form, null);
      },
      /** Puts an entry that came back into the form, under its own id. */
      load(entry) {
        form.clear();
        entryId = entry.entry_id;
        form.fields.filter((one) => entry[one.name] !== undefined && one.data.otherUnit && !one.isShown())
          .forEach((one) => form.changeUnit(form.field(one.data.otherUnit)));
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
        if (!first) return;
        const part = first.element.closest("[data-part]");
        if (part) form.openPart(part.dataset.part);
        first.focus();
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
    element.querySelectorAll("[data-open-part]").forEach((one) => one.addEventListener("click", () => {
      form.openPart(one.dataset.openPart);
      if (form.hasPad) form.focusFirst();
    }));
    form.openFirstPart();
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
