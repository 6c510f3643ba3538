/* Alert rules: the change that is being made. Old and new limits, whether a second person signs, what it would have done
   to past sessions, the reason; only then it is saved. */
(function () {
  "use strict";
  const { element, button, problemLines, problemBox, replacedLine, needsSecond, showBurden } = window.infusion.rules;
  const { call, clock, uuid7 } = window.infusion;

  function line(rule, state) {
    const isChoice = rule.rule_id in state.choices;
    const words = (options) => options.map((one) => rule.choice.options[one]).join(", ");
    const one = replacedLine({
      name: rule.name,
      old: isChoice ? words(rule.choice.chosen) : rule.limit,
      new: isChoice ? words(state.choices[rule.rule_id]) : state.limits[rule.rule_id],
      unit: isChoice ? "" : rule.unit,
    });
    if (!isChoice && needsSecond(rule, state.limits[rule.rule_id])) {
      one.append(element("span", "loosens a critical limit", "rules-replaced__second"));
    }
    one.append(button("Undo", "rules-replaced__undo small", () => state.undo(rule)));
    return one;
  }

  /** What the server is asked to record, and to replay before. */
  function changeOf(state) { return { limits: { ...state.limits }, choices: { ...state.choices } }; }

  function head(state, changed) {
    const count = changed.length + (changed.length === 1 ? " limit changed" : " limits changed");
    return element("h2", changed.length ? count : "Your change");
  }

  function secondNote() {
    return element("p", [
      element("b", "Needs a second person. "),
      "It loosens a critical limit for everybody, so it takes effect only when another physician or administrator has signed it.",
    ], "rules-change__second");
  }

  function lapseNote(state) {
    const note = element("p", "Another change waits for its signature. It lapses when this one takes effect.", "rules-change__second", { "data-role": "lapse" });
    note.hidden = !state.book.waiting.length;
    return note;
  }

  /** What else waits came or went: the panel stays as it is, with its replay. */
  function markLapse(place, state) {
    place.querySelectorAll("[data-role=lapse]").forEach((note) => { note.hidden = !state.book.waiting.length; });
  }

  function reasonField(state) {
    const input = element("textarea", null, "rules-change__reason", { id: "rules--reason", rows: "2", maxlength: "400", autocomplete: "off" });
    input.value = state.reason;
    input.addEventListener("input", () => { state.reason = input.value; state.entryId = null; state.reasonTyped(); });
    return element("label", [element("span", "Reason (required, stays on record)"), input], "rules-change__label");
  }

  /** While it is on its way nothing that is read meanwhile changes what it was made from. */
  async function save(place, state) {
    state.isSaving = true;
    await send(place, state);
    state.isSaving = false;
  }

  async function send(place, state) {
    const entry = { entry_id: state.entryId || (state.entryId = uuid7()), kind: "alert_limits_changed", based_on_version: state.book.version, reason: state.reason.trim(), ...changeOf(state) };
    const answer = await call("POST", "/api/v1/clinic/entries", { entries: [entry], sent_at: new Date(clock.now()).toISOString() });
    const result = answer.ok ? answer.body.results[0] : null;
    if (result && (result.outcome === "recorded" || result.outcome === "duplicate")) {
      const waits = result.problems.some((one) => one.field === "needs_second_person");
      await state.saved(waits ? "Saved. It waits for a second person." : "Saved. It is in force.");
      return;
    }
    const refused = result ? { body: result } : answer;
    if ((refused.body.problems || []).some((one) => one.field === "based_on_version")) {
      await state.lookAgain();
      return;
    }
    place.querySelector("[data-role=said]").replaceChildren(problemBox(problemLines(refused, state.nameOf)));
  }

  /** Draws the panel; called when another limit is typed. A replay that was shown is of the change as it was: it goes. */
  function drawChange(place, state) {
    place.classList.toggle("hidden", !state.mayEdit);
    const changed = state.changedRules();
    state.isReplayed = false;
    if (!changed.length) {
      place.replaceChildren(head(state, changed), element("p", state.said || "Type another limit in the list. Nothing is saved until you have seen what it would have done and given a reason.", "quiet", { role: "status" }));
      return;
    }
    const unreadable = [...state.unreadable].map((id) => state.nameOf(id));
    const burden = element("div", null, "rules-burden", { "data-role": "burden" });
    const waits = changed.some((rule) => needsSecond(rule, state.limits[rule.rule_id] || null));
    const replay = button("Show what it would have done", "primary", async () => {
      replay.disabled = true;
      const key = JSON.stringify(changeOf(state));
      const isSound = await showBurden(burden, changeOf(state), state);
      // Of another change, or of rules that are not in force any more.
      if (key !== JSON.stringify(changeOf(state)) || !burden.isConnected) return;
      replay.disabled = false;
      replay.classList.toggle("primary", !isSound);
      state.isReplayed = isSound;
      state.reasonTyped();
    });
    replay.id = "rules--replay";
    replay.disabled = unreadable.length > 0;
    const keep = button(waits ? "Save, to be signed" : "Save for the clinic", "primary", () => { keep.disabled = true; save(place, state).finally(() => state.reasonTyped()); });
    keep.id = "rules--save";
    state.reasonTyped = () => { keep.disabled = !(state.isReplayed && state.reason.trim()); };
    place.replaceChildren(
      head(state, changed),
      element("ul", changed.map((rule) => line(rule, state)), "rules-change__list"),
      ...(unreadable.length ? [problemBox(["Not a number: " + unreadable.join(", ")])] : []),
      ...(state.notice ? [problemBox([state.notice])] : []),
      ...(waits ? [secondNote()] : []),
      lapseNote(state),
      reasonField(state), replay, burden,
      element("div", null, "rules-change__said", { "data-role": "said" }),
      element("div", [keep, button("Discard", "", () => state.discard())], "rules-change__buttons rules-change__buttons--last"),
    );
    state.reasonTyped();
  }

  Object.assign(window.infusion.rules, { drawChange, markLapse });
})();
