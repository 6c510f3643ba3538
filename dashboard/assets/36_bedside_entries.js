/* The last entries on the tablet: each in words, corrected ones with what they said before, each markable as entered in
   error; corrections themselves are typed on the session's chart, one tap away. */
(function () {
  "use strict";
  const { clock, uuid7 } = window.infusion;
  const { make, button, wordsOf } = window.infusion.entryField;
  const SHOWN_ENTRIES = 14;
  const NOT_WITHDRAWABLE = ["session_planned", "entered_in_error", "acknowledgement", "at_the_chair",
    "tablet_silent", "tablet_heard_again"];
  const time = (instant) => window.infusion.clinicTime(instant);
  const words = () => window.infusion.sessionWords;
  const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };

  /** `door`: {state, send(kind, label, content), say(text), openView(name), forms}. */
  function create(screen, { state, send, say, openView, forms }) {
    const list = screen.querySelector("#bedside--entries");
    const sessionId = screen.dataset.sessionId;
    let shownKey = "";

    function shown() {
      return Array.from(state.entries.values()).filter((one) => one.source !== "monitor" && one.kind !== "entered_in_error")
        .sort((a, b) => Date.parse(b.effective_at) - Date.parse(a.effective_at) || b.seq - a.seq).slice(0, SHOWN_ENTRIES);
    }

    const titleOf = (entry) => words().entryTitle(entry, state.entries);
    const textOf = (entry) => words().entryWords(entry, state.tile.weight_kg, state.entries);

    function paint() {
      const entries = shown();
      const key = JSON.stringify(entries.map((one) => [one.entry_id, one.withdrawn, one.amendments, one.effective_at, textOf(one)]));
      // A reason being typed, or an older version being read, stays: the list waits until it is left.
      if (key === shownKey || list.querySelector(".bedside-entry__error")) return;
      shownKey = key;
      const open = new Set(Array.from(list.querySelectorAll("details[open]"), (one) => one.closest("[data-entry]").dataset.entry));
      list.replaceChildren(...entries.map(row));
      list.querySelectorAll("details").forEach((one) => { one.open = open.has(one.closest("[data-entry]").dataset.entry); });
    }

    function row(entry) {
      const node = make("li", "bedside-entry", undefined, { "data-entry": entry.entry_id, "data-kind": entry.kind });
      const text = make("div", "bedside-entry__text");
      text.append(make("strong", "", titleOf(entry)), make("span", "", ` ${textOf(entry)}`));
      const by = [entry.author_name, entry.is_late ? "late" : "", entry.source === "hand" ? "" : entry.source].filter(Boolean).join(", ");
      text.append(make("small", "quiet bedside-entry__by", by));
      const before = window.infusion.entryVersions.versions(entry, state.tile.weight_kg, state.entries);
      if (before) text.append(before);
      node.append(make("span", "bedside-entry__time number", time(entry.effective_at)), text);
      if (entry.withdrawn) {
        node.classList.add("bedside-entry--withdrawn");
        text.append(make("small", "bedside-entry__withdrawn", `entered in error: ${entry.withdrawn.reason} (${entry.withdrawn.author_name})`));
        return node;
      }
      node.append(...actsOf(entry, node));
      return node;
    }

    function actsOf(entry, node) {
      const acts = [];
      const said = `${titleOf(entry)} ${time(entry.effective_at)}`;
      if (entry.kind === "adverse_effect") {
        acts.push(button("Update", "bedside-entry__mark", () => updateEffect(entry), { "data-role": "update-effect", "aria-label": `Update: ${said}` }));
      }
      if (entry.kind === "drug_wasted" && !entry.single_handed_reason && !words().witnessOf(entry, state.entries)) {
        acts.push(button("Witness", "bedside-entry__mark", () => openWith("ledger_witnessed", "witnessed_entry_id", entry), { "data-role": "witness", "aria-label": `Witness: ${said}` }));
      }
      if (window.infusion.entryLanguage.isAmendable(entry.kind)) {
        acts.push(make("a", "button bedside-entry__mark", "Correct", {
          href: `/sessions/${sessionId}#correct-${entry.entry_id}`, "data-role": "correct", "aria-label": `Correct: ${said}`,
        }));
      }
      if (!NOT_WITHDRAWABLE.includes(entry.kind)) {
        acts.push(button("In error", "bedside-entry__mark", () => askErrorReason(node, entry), { "data-role": "in-error", "aria-label": `Entered in error: ${said}` }));
      }
      return acts;
    }

    /** Opens a form that names this entry; what somebody typed there about another one stays. */
    function openWith(kind, field, entry) {
      const form = forms[kind];
      if (form.isEmpty() || form.field(field).read() === undefined) form.field(field).write(entry.entry_id);
      openView(kind);
    }

    const updateEffect = (entry) => openWith("adverse_effect_update", "effect_entry_id", entry);

    function askErrorReason(node, entry) {
      list.querySelectorAll(".bedside-entry__error").forEach((one) => one.remove());
      const box = make("div", "bedside-entry__error");
      const input = make("input", "", undefined, {
        type: "text", name: "reason", placeholder: "Entered in error, because", autocomplete: "off", maxlength: "400",
        "aria-label": "Reason why it was entered in error",
      });
      const said = make("small", "bedside-entry__said", "", { role: "status" });
      const entryId = uuid7();
      const leave = () => { box.remove(); shownKey = ""; paint(); };
      const save = button("Mark as error", "", async () => {
        if (!input.value.trim()) { put(said, "The reason is missing."); input.focus(); return; }
        save.disabled = true;
        const content = { entry_id: entryId, withdrawn_entry_id: entry.entry_id, reason: input.value.trim() };
        const answer = await send("entered_in_error", "Entered in error", content);
        save.disabled = false;
        if (answer.problems && answer.problems.length) { put(said, answer.problems.map(wordsOf).join("; ")); return; }
        leave();
        say(`Marked as entered in error ${time(clock.now())}${answer.outcome === "kept" ? ", not yet sent" : ""}.`);
      }, { "data-role": "in-error-save" });
      input.addEventListener("keydown", (event) => { if (event.key === "Enter") save.click(); });
      box.append(input, save, button("Leave it", "", leave), said);
      node.append(box);
      input.focus();
    }

    return { paint };
  }

  window.infusion.bedsideEntries = { create };
})();
