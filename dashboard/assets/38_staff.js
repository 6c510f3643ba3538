/* Where a form names a person: the clinic's people are offered, the one who is signed in first, with the state of the
   credentials that the part asks for. One tap chooses; nobody is chosen beforehand. */
(function () {
  "use strict";
  const { call } = window.infusion;
  const { button } = window.infusion.entryField;
  const AGAIN_MS = 10000;
  const NAMES_SHOWN = 3;
  const CREDENTIALS = { ketamine_experience: "ketamine", acls: "ACLS", moderate_sedation: "sedation" };

  const rolesOf = (field) => field.data.staff.split(" ");
  const needsOf = (field) => (field.data.needs ? field.data.needs.split(" ") : []);

  /** What a person lacks of what the field asks for: [] when nothing. */
  function lacks(person, needs) {
    return needs.filter((name) => !person.credentials.some((one) => one.credential === name && one.is_valid));
  }

  function stateWords(person, needs) {
    if (!needs.length) return person.role.replace("_", " ");
    const missing = lacks(person, needs).map((name) => {
      const old = person.credentials.find((one) => one.credential === name);
      return `${CREDENTIALS[name] || name} ${old ? `expired ${old.valid_until}` : "missing"}`;
    });
    return missing.length ? missing.join(", ") : `${needs.map((name) => CREDENTIALS[name] || name).join(", ")} valid`;
  }

  /** The people of a field: whoever is signed in first, then those who lack nothing (for a name: physicians), then by
      name. */
  function offered(staff, field) {
    const me = window.infusion.me ? window.infusion.me.account_id : null;
    const needs = needsOf(field);
    const isSecond = (person) => (needs.length ? !lacks(person, needs).length : person.role === "physician");
    const rank = (person) => (person.account_id === me ? 0 : isSecond(person) ? 1 : 2);
    return staff.filter((person) => rolesOf(field).includes(person.role))
      .sort((a, b) => rank(a) - rank(b) || a.display_name.localeCompare(b.display_name));
  }

  /** Offers the staff in every form of `forms` (by kind); answers {changed(form, field), refresh(), stop()}. */
  function create(forms) {
    let staff = null;
    let isAsking = false;
    const fields = () => Object.values(forms).flatMap((form) => form.fields.filter((one) => one.data.staff).map((field) => ({ form, field })));

    async function refresh() {
      if (isAsking || !fields().length) return;
      isAsking = true;
      const answer = await call("GET", "/api/v1/staff");
      isAsking = false;
      if (answer.ok) { staff = answer.body.staff; show(); }
    }

    function show() {
      if (staff) fields().forEach(({ form, field }) => (field.input ? showNames(form, field) : showAccounts(field)));
    }

    function showAccounts(field) {
      field.offer(offered(staff, field).map((person) => {
        const needs = needsOf(field);
        return [person.account_id, person.display_name, stateWords(person, needs), lacks(person, needs).length > 0];
      }), "Nobody with this role has an account");
    }

    function showNames(form, field) {
      const place = field.element.querySelector('[data-role="staff-names"]');
      if (!place) return;
      const names = offered(staff, field).slice(0, NAMES_SHOWN).map((person) => person.display_name);
      if (place.dataset.key === JSON.stringify(names)) return;
      place.dataset.key = JSON.stringify(names);
      place.replaceChildren(...names.map((name) => button(name, "suggestion", () => { field.write(name); form.use(field); }, { "data-suggestion": name })));
    }

    /** A chosen account writes its name into the field beside it, as long as nobody has typed another one there. */
    function changed(form, field) {
      if (!staff || !field || !field.data.nameInto || field.read() === undefined) return;
      const into = form.field(field.data.nameInto);
      const names = staff.map((person) => person.display_name);
      const chosen = staff.find((person) => person.account_id === field.read());
      if (chosen && (into.isEmpty() || names.includes(into.text()))) into.write(chosen.display_name);
    }

    const asking = setInterval(() => { if (!staff) refresh(); }, AGAIN_MS);
    refresh();
    document.addEventListener("infusion:me", show);
    return { changed, refresh, stop() { clearInterval(asking); document.removeEventListener("infusion:me", show); } };
  }

  window.infusion.staff = { create };
})();
