/* The readiness check list on the tablet: shows what is on record, sends one entry a tap, and takes over answers of the
   patient's session before as "unchanged" where they still hold. */
(function () {
  "use strict";
  const { call, clock, uuid7 } = window.infusion;
  const ANSWERS = { yes: "yes", no: "no", not_applicable: "n/a", unknown: "not known" };
  const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };
  const time = (at) => window.infusion.entryLanguage.time(at);

  /** `door`: {state, send(kind, label, content), say(text), unsentHere()}. */
  function create(screen, { state, send, say, unsentHere }) {
    const root = screen.querySelector("#bedside--readiness");
    const items = Array.from(root.querySelectorAll("[data-item]"));
    const said = root.querySelector('[data-show="readiness-said"]');

    /** The newest answer to each item: on record, or kept on this tablet and not yet sent. */
    function answers() {
      const newest = new Map();
      const take = (entry, isUnsent) => {
        if (entry.kind !== "readiness_item" || entry.withdrawn) return;
        const known = newest.get(entry.item);
        if (!known || Date.parse(entry.effective_at) >= Date.parse(known.entry.effective_at)) newest.set(entry.item, { entry, isUnsent });
      };
      state.entries.forEach((entry) => take(entry, false));
      unsentHere().forEach((one) => one.body.entries.forEach((entry) => { if (!state.entries.has(entry.entry_id)) take(entry, true); }));
      return newest;
    }

    function paint() {
      const newest = answers();
      let open = 0;
      items.forEach((item) => {
        const found = newest.get(item.dataset.item);
        const answer = found ? found.entry.answer : null;
        if (!found) open += 1;
        item.classList.toggle("readiness__item--open", !found);
        item.classList.toggle("readiness__item--unclear", Boolean(found) && !item.dataset.clear.split(" ").includes(answer));
        item.querySelectorAll("[data-answer]").forEach((one) => one.setAttribute("aria-pressed", String(one.dataset.answer === answer)));
        put(item.querySelector('[data-show="on-record"]'), found ? recordWords(found) : "");
      });
      put(said, open ? `${items.length - open} of ${items.length} answered` : "Every item is answered");
    }

    function recordWords({ entry, isUnsent }) {
      const unchanged = entry.unchanged_from_entry_id ? ", unchanged" : "";
      return isUnsent ? `${ANSWERS[entry.answer]}${unchanged}, not yet sent` : `${ANSWERS[entry.answer]}${unchanged}, ${entry.author_name} ${time(entry.effective_at)}`;
    }

    async function answer(item, button) {
      const words = item.querySelector(".readiness__words").textContent;
      const value = button.dataset.answer;
      const known = answers().get(item.dataset.item);
      if (known && known.entry.answer === value) { say(`${words}: ${ANSWERS[value]} stands already.`); return; }
      if (button.disabled) return;
      button.disabled = true;
      const outcome = await send("readiness_item", "Readiness", { item: item.dataset.item, answer: value });
      button.disabled = false;
      const kept = outcome.outcome === "kept" ? ", not yet sent" : "";
      if (outcome.problems && outcome.problems.length) say(`${words} is not recorded: ${outcome.problems.map((one) => one.reason).join("; ")}`);
      else say(`${words}: ${ANSWERS[value]}${kept}.`);
      paint();
    }

    root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-answer]");
      if (button) answer(button.closest("[data-item]"), button);
    });
    return { paint };
  }

  window.infusion.readiness = { create };
})();
