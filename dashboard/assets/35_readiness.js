/* The readiness check list on the tablet: shows what is on record, sends one entry a tap, and takes over answers of the
   patient's session before as "unchanged" where they still hold and the same answer is tapped again. */
(function () {
  "use strict";
  const { call, clock } = window.infusion;
  const LOOKED_THROUGH = 40;
  const DAY_MS = 86400000;
  const ANSWERS = { yes: "yes", no: "no", not_applicable: "n/a", unknown: "not known" };
  const put = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };
  const time = (at) => window.infusion.entryLanguage.time(at);

  /** `door`: {state, send(kind, label, content), say(text), unsentHere()}. */
  function create(screen, { state, send, say, unsentHere }) {
    const root = screen.querySelector("#bedside--readiness");
    const items = Array.from(root.querySelectorAll("[data-item]"));
    const said = root.querySelector('[data-show="readiness-said"]');
    const earlier = new Map(); // item -> the answer at the patient's session before
    let isLooked = false;

    /** Once: the patient's last finished session and what was answered there. */
    async function look() {
      const { tile } = state;
      if (isLooked || !tile) return;
      isLooked = true;
      const before = await sessionBefore(tile);
      const answer = before ? await call("GET", `/api/v1/sessions/${before}/timeline`) : null;
      if (!answer || !answer.ok) return;
      answer.body.entries.filter((one) => one.kind === "readiness_item" && !one.withdrawn)
        .sort((a, b) => Date.parse(a.effective_at) - Date.parse(b.effective_at)).forEach((one) => earlier.set(one.item, one));
      paint();
    }

    async function sessionBefore(tile) {
      const path = tile.course_id ? `/api/v1/courses/${tile.course_id}` : `/api/v1/sessions?status=finished&limit=${LOOKED_THROUGH}`;
      const answer = await call("GET", path);
      if (!answer.ok) { isLooked = false; return null; }
      const isPatients = (one) => Boolean(tile.course_id) || (one.patient_label === tile.patient_label && one.second_identifier === tile.second_identifier);
      const found = answer.body.sessions.filter((one) => one.session_id !== tile.session_id && one.started_at && isPatients(one))
        .sort((a, b) => Date.parse(b.started_at) - Date.parse(a.started_at))[0];
      return found ? found.session_id : null;
    }

    /** The earlier answer of an item while it holds; what holds one day is asked anew each time and may be unchanged. */
    function standingBefore(item) {
      const found = earlier.get(item.dataset.item);
      const days = Number(item.dataset.lastsDays || Infinity);
      return found && clock.now() - Date.parse(found.effective_at) <= days * DAY_MS ? found : null;
    }

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
        const before = found ? null : standingBefore(item);
        item.querySelectorAll("[data-answer]").forEach((one) => one.classList.toggle("readiness__earlier", Boolean(before) && before.answer === one.dataset.answer));
        item.classList.toggle("readiness__item--before", Boolean(before));
        put(item.querySelector('[data-show="on-record"]'), found ? recordWords(found) : before ? `${ANSWERS[before.answer]} on ${time(before.effective_at)}; same again: unchanged` : "");
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
      const before = known ? null : standingBefore(item);
      const same = before && before.answer === value ? { unchanged_from_entry_id: before.entry_id } : {};
      const outcome = await send("readiness_item", "Readiness", Object.assign({ item: item.dataset.item, answer: value }, same));
      button.disabled = false;
      const kept = outcome.outcome === "kept" ? ", not yet sent" : "";
      if (outcome.problems && outcome.problems.length) say(`${words} is not recorded: ${outcome.problems.map((one) => one.reason).join("; ")}`);
      else say(`${words}: ${ANSWERS[value]}${same.unchanged_from_entry_id ? ", unchanged" : ""}${kept}.`);
      paint();
    }

    root.addEventListener("click", (event) => {
      const button = event.target.closest("[data-answer]");
      if (button) answer(button.closest("[data-item]"), button);
    });
    return { paint, look };
  }

  window.infusion.readiness = { create };
})();
