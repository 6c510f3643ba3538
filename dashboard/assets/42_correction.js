/* Correcting one entry: its fields with what is on record in them, a reason, perhaps another time. Only what was changed
   is sent; the first version stays readable. Problems stand at their field, questions wait for "Yes, it is right". */
(function () {
  "use strict";
  const language = () => window.infusion.entryLanguage;
  const wall = () => window.infusion.clinicWall;
  const UNREAD = "corrected_effective_at";
  let numbered = 0;

  function el(tag, className, text, attributes) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text) node.textContent = text;
    Object.entries(attributes || {}).forEach(([name, value]) => node.setAttribute(name, value));
    return node;
  }

  function selectOf(options) {
    const node = el("select");
    node.append(...[["", "\u2013"], ...options].map(([value, words]) => el("option", "", words, { value })));
    return node;
  }

  function controlOf(name, field, onRecord) {
    if (field.type === "boolean") return selectOf([["true", "yes"], ["false", "no"]]);
    if (field.type === "choice") return selectOf(field.choices.map((code) => [code, language().choice(name, code)]));
    if (field.type === "choices") {
      const node = selectOf(field.choices.map((code) => [code, language().choice(name, code)]));
      node.multiple = true;
      node.firstChild.remove();
      return node;
    }
    if (field.type === "time") return el("input", "", "", { type: "datetime-local" });
    if (field.long > 200 || String(onRecord || "").length > 60) return el("textarea", "", "", { rows: 2 });
    return el("input", "number", "", { type: "text", inputmode: field.type === "text" ? "text" : "decimal" });
  }

  const textOf = (field, raw) => {
    if (!language().isSaid(raw)) return "";
    if (field.type === "time") return wall().wallText(Date.parse(raw));
    return String(raw);
  };

  function readControl(control, field) {
    if (field.type === "choices") return Array.from(control.selectedOptions, (one) => one.value);
    const text = control.value.trim();
    if (text === "") return null;
    if (field.type === "boolean") return text === "true";
    if (field.type === "time") return new Date(wall().instantOfWall(text)).toISOString();
    if (field.type !== "number" && field.type !== "integer") return text;
    const plain = text.replace(",", ".");
    return /^-?\d+(\.\d+)?$/.test(plain) && plain.length <= 15 ? Number(plain) : plain;
  }

  /** One row: {name, node, changed(), value(), say(text, question)}. */
  function fieldRow(entry, name, field) {
    const missing = (entry.not_measured || {})[name];
    const onRecord = entry[name];
    const isOn = language().isSaid(onRecord);
    const row = el("div", "correct__field", "", { "data-correct": name });
    const control = controlOf(name, field, onRecord);
    control.name = name;
    control.id = "correct--" + numbered++;
    control.autocomplete = "off";
    if (field.type === "choices") Array.from(control.options).forEach((one) => { one.selected = (onRecord || []).includes(one.value); });
    else control.value = textOf(field, onRecord);
    const first = field.type === "choices" ? JSON.stringify(readControl(control, field)) : control.value;
    const label = el("label", "correct__label", field.label, { for: control.id });
    const words = isOn ? "on record: " + language().value(entry.kind, name, onRecord) : missing ? "on record: not measured, " + language().plain(missing) : field.unit ? "nothing on record, " + field.unit : "nothing on record";
    const said = el("div", "correct__said", "", { "data-role": "note", role: "alert" });
    row.append(label, control, el("small", "quiet correct__record", words), said);
    return {
      name, row, control,
      changed: () => (field.type === "choices" ? JSON.stringify(readControl(control, field)) : control.value) !== first,
      value: () => readControl(control, field),
      say(text, question) { said.replaceChildren(text || ""); if (question) said.append(question); row.classList.toggle("correct__field--said", Boolean(text)); },
    };
  }

  function timeRow(entry) {
    const at = Date.parse(entry.effective_at);
    const first = wall().wallText(at);
    const row = el("div", "correct__field", "", { "data-correct": UNREAD });
    const control = el("input", "number", "", { type: "datetime-local", name: UNREAD, id: "correct--" + numbered++ });
    control.value = first;
    const said = el("div", "correct__said", "", { "data-role": "note", role: "alert" });
    row.append(el("label", "correct__label", "Time", { for: control.id }), control, el("small", "quiet correct__record", "on record: " + language().time(entry.effective_at)), said);
    return {
      name: UNREAD, row, control, changed: () => control.value !== first,
      value: () => { const ms = wall().instantOfWall(control.value); return ms === null ? null : new Date(ms).toISOString(); },
      say(text, question) { said.replaceChildren(text || ""); if (question) said.append(question); row.classList.toggle("correct__field--said", Boolean(text)); },
    };
  }

  /** The form for one entry. `options`: send(entry) -> {outcome, problems, said}, done(). */
  function correctionForm(entry, options) {
    const form = el("form", "reason correct", "", { "data-correction": entry.entry_id, "aria-label": "Correct this entry" });
    const fields = language().fieldsOf(entry.kind);
    const rows = Object.keys(fields).filter((name) => !fields[name].fixed).map((name) => fieldRow(entry, name, fields[name]));
    const isOnRecord = (row) => language().isSaid(entry[row.name]) || (entry.not_measured || {})[row.name] !== undefined;
    const time = timeRow(entry);
    const shown = el("div", "correct__fields");
    shown.append(...rows.filter(isOnRecord).map((one) => one.row), time.row);
    const rest = rows.filter((row) => !isOnRecord(row));
    const more = el("details", "correct__more");
    more.append(el("summary", "", rest.length === 1 ? "One field says nothing so far" : rest.length + " fields say nothing so far"));
    const moreFields = el("div", "correct__fields");
    moreFields.append(...rest.map((one) => one.row));
    more.append(moreFields);
    const reason = el("textarea", "", "", { name: "reason", rows: 2, maxlength: 400 });
    const reasonLabel = el("label", "reason__label", "Why is it corrected? The first version stays readable, with your name and this reason.");
    reasonLabel.append(reason);
    const save = el("button", "primary", "Save correction", { type: "submit", "data-role": "correct-save" });
    const cancel = el("button", "", "Cancel", { type: "button", "data-role": "cancel" });
    const said = el("p", "reason__said", "", { "data-role": "problems", role: "alert" });
    const actions = el("div", "reason__actions");
    actions.append(save, cancel);
    form.append(el("p", "correct__head", "Change only what is wrong. Everything else stays as it is on record."), shown, ...(rest.length ? [more] : []), reasonLabel, actions, said);

    const every = [...rows, time];
    const confirmed = new Set();
    let sent = { content: null, id: null };

    const clear = () => { every.forEach((one) => one.say("")); said.textContent = ""; said.className = "reason__said"; };
    const sayBelow = (text) => { said.textContent = text; said.className = "reason__said problem"; };

    function contentOf() {
      const changes = {};
      rows.filter((one) => one.changed()).forEach((one) => { changes[one.name] = one.value(); });
      const content = { kind: "amendment", amended_entry_id: entry.entry_id, reason: reason.value.trim(), changes };
      if (time.changed()) content.corrected_effective_at = time.value();
      return content;
    }

    function question(problem, open) {
      const yes = el("button", "correct__yes", "Yes, it is right", { type: "button", "data-role": "confirm" });
      yes.addEventListener("click", () => { yes.disabled = true; confirmed.add(problem.field); open.delete(problem.field); if (!open.size) submit(); });
      return yes;
    }

    function showProblems(answer) {
      const asks = answer.outcome === "confirmation_needed";
      const open = new Set(answer.problems.map((one) => one.field));
      const loose = [];
      answer.problems.forEach((problem) => {
        const name = problem.field.replace(/^changes\./, "");
        const row = every.find((one) => one.name === name);
        const text = problem.reason + (problem.limit ? " (" + problem.limit + ")" : "");
        if (!row) { loose.push([problem, text]); return; }
        row.say(text, asks ? question(problem, open) : null);
        if (more.contains(row.row)) more.open = true;
      });
      const head = asks ? "Please check. Nothing is recorded yet." : answer.said || "Not recorded: see the fields.";
      sayBelow(loose.length && !asks ? loose.map(([problem, text]) => (problem.field === "reason" ? "The reason " : "") + text).join("; ") : head);
      if (asks) loose.forEach(([problem, text]) => said.append(" " + text + " ", question(problem, open)));
      const first = every.find((one) => one.row.classList.contains("correct__field--said"));
      if (first) first.control.focus();
    }

    async function submit() {
      clear();
      const content = contentOf();
      if (!Object.keys(content.changes).length && !time.changed()) { sayBelow("Nothing is changed so far."); return; }
      if (time.changed() && content.corrected_effective_at === null) { time.say("not a time"); return; }
      if (!content.reason) { sayBelow("Write why. The reason stays in the record."); reason.focus(); return; }
      // The same content again is the same entry, however often it is sent.
      const text = JSON.stringify(content);
      if (sent.content !== text) { sent = { content: text, id: window.infusion.uuid7() }; }
      save.disabled = true;
      const answer = await options.send(Object.assign({ entry_id: sent.id, confirmed: Array.from(confirmed) }, content));
      save.disabled = false;
      if (answer.outcome === "recorded" || answer.outcome === "duplicate") options.done(); else showProblems(answer);
    }

    // A changed field is asked about anew.
    every.forEach((one) => one.control.addEventListener("input", () => { confirmed.delete("changes." + one.name); confirmed.delete(one.name); }));
    form.addEventListener("submit", (event) => { event.preventDefault(); submit(); });
    cancel.addEventListener("click", options.done);
    form.focusFirst = () => every[0].control.focus();
    return form;
  }

  window.infusion.correction = { correctionForm };
})();
