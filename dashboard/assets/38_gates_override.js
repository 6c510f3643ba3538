/* A physician overrides at the chair. The override names the items that were read; it needs the server and is never
   kept: no answer is "not recorded" (decision 0021). Name and password leave the screen with the tap that sends them,
   with the view, with signing out, and after a minute untouched. */
(function () {
  "use strict";
  const { uuid7, beforeSignOut } = window.infusion;
  const { make } = window.infusion.entryField;
  const UNTOUCHED_MS = 60000; // our proposal
  const RECORDED = ["recorded", "duplicate"];
  const NEXT_STEP = { start: "Tap Start when the pump starts.", discharge: "Tap Discharge when the patient goes." };
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const isPhysician = () => Boolean(window.infusion.me) && window.infusion.me.role === "physician";
  const sentence = (problems) => problems.map((one) => capital(one.reason)).join("; ");

  /** `door`: {screen, sessionId, state, gates, heldIds(gate) -> ids or null while not read, learn(gate, problems), read(),
      done(gate, form, words)}. */
  function create({ screen, sessionId, state, gates, heldIds, learn, read, done }) {
    const seen = {}; // by gate: the items that were shown when the view was opened or the change was told
    const unanswered = {}; // by gate: an override whose answer was lost; the same reason again is the same override
    let untouched = null;

    const gateOf = (kind) => gates.find((one) => one.override === kind);
    const viewOf = (gate) => screen.querySelector(`[data-view="${gate.view}"]`);
    const input = (gate, name) => viewOf(gate).querySelector(`[data-input="${name}"] input`);

    // ----------------------------------------------------------------------------------------- name and password

    function makePerson(gate) {
      viewOf(gate).querySelectorAll("[data-input]").forEach((place) => {
        const name = place.dataset.input;
        const made = make("input", "", undefined, {
          name, type: name === "password" ? "password" : "text", placeholder: place.dataset.label, "aria-label": `${place.dataset.label} of the physician`,
          autocomplete: "off", autocapitalize: "none", spellcheck: "false", maxlength: "200",
        });
        made.addEventListener("input", touched);
        place.replaceChildren(made);
      });
    }

    function touched() {
      clearTimeout(untouched);
      untouched = setTimeout(() => {
        gates.filter(forget).forEach((gate) => say(gate, null, "Name and password are emptied: untouched for a minute."));
      }, UNTOUCHED_MS);
    }

    /** Empties name and password; true when there was something. */
    function forget(gate) {
      const inputs = [input(gate, "username"), input(gate, "password")];
      const wasTyped = inputs.some((one) => one.value !== "");
      inputs.forEach((one) => { one.value = ""; });
      return wasTyped;
    }

    function forgetAll() { gates.forEach(forget); }

    /** Beside the password; a physician who is signed in has none to type and reads it above the reason. */
    function say(gate, form, text) {
      const place = viewOf(gate).querySelector('[data-show="person-problem"]');
      const isHere = !isPhysician();
      place.textContent = isHere ? text : "";
      place.classList.toggle("hidden", !place.textContent);
      if (form) form.say(isHere ? "" : text);
    }

    // ----------------------------------------------------------------------------------------- what was read

    /** Follows which view is open: what it shows first is what was read; leaving it empties name and password. */
    function follow() {
      gates.forEach((gate) => {
        viewOf(gate).querySelector('[data-role="person"]').classList.toggle("hidden", isPhysician());
        if (state.view !== gate.view) { delete seen[gate.name]; forget(gate); return; }
        if (!seen[gate.name]) seen[gate.name] = heldIds(gate);
      });
    }

    /** Why it cannot be sent as the list stands; "" when it can. */
    function hindrance(gate) {
      const ids = heldIds(gate);
      if (!ids) { read(); return "What holds it is not read yet. Wait for the list, then press once more."; }
      if (!ids.length) return `Nothing holds ${gate.holds}: there is nothing to override.`;
      const known = seen[gate.name] || [];
      if (ids.every((one) => known.includes(one))) return "";
      seen[gate.name] = ids;
      return "Not sent: the list has changed since it was opened. Read it and press once more.";
    }

    // ----------------------------------------------------------------------------------------- sending

    async function override(form) {
      const gate = gateOf(form.kind), { reason } = form.content();
      say(gate, form, "");
      const lost = unanswered[gate.name];
      const isAgain = Boolean(lost) && lost.reason === reason;
      const hindered = isAgain ? "" : hindrance(gate);
      if (hindered) { say(gate, form, hindered); return; }
      const person = isPhysician() ? null : typedPerson(gate);
      if (!isPhysician() && !person) return;
      const entry = isAgain ? lost : { entry_id: uuid7(), kind: form.kind, reason, overridden: heldIds(gate) };
      forget(gate);
      form.setBusy(true);
      form.say("Asking");
      const answer = await send(entry, person);
      form.setBusy(false);
      form.say("");
      if (!state.isEnded) take(gate, form, entry, answer);
    }

    function typedPerson(gate) {
      const username = input(gate, "username"), password = input(gate, "password");
      if (username.value.trim() && password.value) return { username: username.value.trim(), password: password.value };
      say(gate, null, "Name and password of the physician are missing.");
      (username.value.trim() ? password : username).focus();
      return null;
    }

    /** The answer as {status, result}: the outcome of the entry, or null where the server gave none. */
    async function send(entry, person) {
      const { request } = window.infusion.outbox;
      if (person) {
        const { status, body } = await request("POST", `/api/v1/sessions/${sessionId}/overrides`, Object.assign({}, entry, person));
        return { status, result: body };
      }
      const own = Object.assign({}, entry, { overridden: entry.overridden.join(" ") });
      const { status, body } = await request("POST", `/api/v1/sessions/${sessionId}/entries`, { entries: [own] });
      const first = body && body.results ? Object.assign({ author_name: window.infusion.me.display_name }, body.results[0]) : body;
      return { status, result: first };
    }

    function take(gate, form, entry, { status, result }) {
      if (!result || status === 0 || status >= 500) {
        unanswered[gate.name] = entry;
        say(gate, form, "Not recorded: the server was not reached, and an override needs it. Press again; what runs already can be recorded.");
        return;
      }
      delete unanswered[gate.name];
      const problems = result.problems || [];
      if (RECORDED.includes(result.outcome)) { recorded(gate, form, result.author_name, problems); return; }
      refused(gate, form, status, problems);
    }

    /** On record; the act itself is one more tap, when it happens. */
    function recorded(gate, form, name, problems) {
      form.clear();
      done(gate, [problems.length ? sentence(problems) : `Overridden by ${name}`, NEXT_STEP[gate.name]].join(". "), `Override by ${name}: on record.`);
    }

    function refused(gate, form, status, problems) {
      const own = problems.filter((one) => one.field.startsWith(gate.prefix));
      if (own.length) {
        learn(gate, own);
        seen[gate.name] = heldIds(gate);
      }
      const others = problems.filter((one) => !own.includes(one));
      const fields = others.filter((one) => form.field(one.field) && one.field !== "overridden");
      if (fields.length) form.showProblems(fields, false);
      say(gate, form, `${status === 200 ? "Not recorded. " : ""}${sentence(others)}${own.length ? ". Read the list and press once more." : ""}`);
      read();
      if (!isPhysician()) input(gate, "username").focus();
    }

    // ----------------------------------------------------------------------------------------- wiring

    gates.forEach(makePerson);
    const stayQuiet = beforeSignOut(() => forgetAll());
    window.addEventListener("pagehide", forgetAll);
    function stop() {
      clearTimeout(untouched);
      stayQuiet();
      forgetAll();
      window.removeEventListener("pagehide", forgetAll);
    }

    return { follow, override, stop, isOverride: (kind) => Boolean(gateOf(kind)) };
  }

  window.infusion.gateOverride = { create };
})();
