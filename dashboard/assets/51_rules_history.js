/* Alert rules: changes that wait for a second person, and every change there was. */
(function () {
  "use strict";
  const { element, button, problemLines, problemBox, replacedLine, clinicDay, showBurden } = window.infusion.rules;
  const { call, clock, uuid7 } = window.infusion;

  // The same act keeps its id: pressed again after an answer was lost, it is recorded once.
  const ids = new Map();
  function idOf(entry) {
    const key = JSON.stringify(entry);
    if (!ids.has(key)) ids.set(key, uuid7());
    return ids.get(key);
  }

  async function record(card, state, entry, said) {
    const sent = { entry_id: idOf(entry), ...entry };
    const answer = await call("POST", "/api/v1/clinic/entries", { entries: [sent], sent_at: new Date(clock.now()).toISOString() });
    const result = answer.ok ? answer.body.results[0] : null;
    if (result && (result.outcome === "recorded" || result.outcome === "duplicate")) { await state.recorded(said); return; }
    card.querySelector("[data-role=said]").replaceChildren(problemBox(problemLines(result ? { body: result } : answer)));
  }

  function waitingButtons(card, one, state) {
    const burden = card.querySelector("[data-role=burden]");
    if (one.author_id === state.me.account_id) {
      const withdraw = () => record(card, state, { kind: "clinic_entered_in_error", withdrawn_entry_id: one.entry_id, reason: "withdrawn by its author before it was signed" }, "Withdrawn. It never took effect.");
      return [element("p", "Another physician or administrator signs it.", "quiet small"), button("Withdraw", "", withdraw)];
    }
    const sign = button("Sign as second person", "primary", async () => {
      // What is signed is what stands here now, not what stood here when the page was last heard of.
      if (!state.isCurrent()) return;
      sign.disabled = true;
      await record(card, state, { kind: "alert_limits_signed", signed_entry_id: one.entry_id }, "Signed. It is in force.");
      sign.disabled = false;
    });
    sign.dataset.role = "sign";
    sign.disabled = true;
    const show = button("Show what it would have done", "", async () => {
      show.disabled = true;
      sign.disabled = !(await showBurden(burden, { limits: one.limits, choices: one.choices }, state));
      show.disabled = false;
    });
    return [show, sign];
  }

  function waitingCard(one, state) {
    const card = element("article", null, "rules-waiting__one", { "data-change": one.entry_id });
    card.append(
      element("p", [element("b", one.author_name), ", " + clinicDay(one.recorded_at)]),
      element("ul", one.replaced.map(replacedLine)),
      element("p", "“" + one.reason + "”", "rules-history__reason"),
      element("div", null, "rules-burden", { "data-role": "burden" }),
      element("div", null, "rules-change__said", { "data-role": "said" }),
    );
    if (state.mayEdit) card.append(element("div", waitingButtons(card, one, state), "rules-change__buttons rules-change__buttons--last"));
    return card;
  }

  /** A card stays as long as nothing of it has changed, with what was replayed in it: a replay is of the rules in force. */
  function drawWaiting(place, state) {
    place.classList.toggle("hidden", !state.book.waiting.length);
    const kept = new Map(Array.from(place.querySelectorAll("[data-change]"), (card) => [card.dataset.drawn, card]));
    const cards = state.book.waiting.map((one) => {
      const drawn = JSON.stringify([state.book.version, state.mayEdit, one]);
      const card = kept.get(drawn) || waitingCard(one, state);
      card.dataset.drawn = drawn;
      return card;
    });
    place.replaceChildren(element("h2", "Waits for a second person"), ...cards);
  }

  function standingLine(one) {
    if (one.standing === "in_force") return "Version " + one.version_words + (one.signed_by ? ", signed by " + one.signed_by + ", " + clinicDay(one.signed_at) : "");
    if (one.standing === "withdrawn") return "Withdrawn by " + one.withdrawn_by + " before it took effect";
    return one.standing_words.charAt(0).toUpperCase() + one.standing_words.slice(1);
  }

  function historyItem(one) {
    return element("li", [
      element("p", [element("b", one.author_name), ", " + clinicDay(one.recorded_at)]),
      element("ul", one.replaced.map(replacedLine)),
      element("p", "“" + one.reason + "”", "rules-history__reason"),
      element("p", standingLine(one), "quiet small"),
    ], "rules-history__one", { "data-change": one.entry_id });
  }

  function drawHistory(place, state) {
    const settled = state.book.changes.filter((one) => one.standing !== "waits");
    const none = element("p", "No limit has been changed. The rules are those delivered with the program, version " + state.book.delivered_version_words + ".", "quiet");
    place.replaceChildren(element("h2", "Changes"), settled.length ? element("ol", settled.map(historyItem)) : none);
  }

  Object.assign(window.infusion.rules, { drawWaiting, drawHistory });
})();
