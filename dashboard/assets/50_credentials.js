/* Credentials of staff: record one, withdraw one, and the list of who may supervise and who may give ketamine. */
(function () {
  "use strict";
  const { onPage, call, clock, uuid7 } = window.infusion;
  const { make, button } = window.infusion.entryField;

  onPage("administration", (root) => {
    const form = root.querySelector("#administration--credential-form");
    const place = root.querySelector("#administration--credentials");
    const problemPlace = root.querySelector("#administration--credential-problem");
    const said = root.querySelector("#administration--credential-said");
    const add = root.querySelector("#administration--credential-add");
    const words = JSON.parse(place.dataset.credentials);
    const roles = place.dataset.roles.split(" ");
    let people = [];
    let held = {};
    let sent = { text: null, id: null };

    root.querySelectorAll("#administration--credential-form [data-name]").forEach((one) => { one.name = one.dataset.name; });

    function offerPeople() {
      const choice = form.elements.account_id, chosen = choice.value;
      choice.replaceChildren(choice.options[0], ...people.map((person) => make("option", "", person.display_name, { value: person.account_id })));
      choice.value = chosen;
    }

    async function list() {
      const answer = await call("GET", "/api/v1/clinic");
      if (!answer.ok) { say("The credentials could not be read."); return; }
      held = answer.body.credentials;
      const head = make("tr");
      ["Name", ...Object.values(words)].forEach((one) => head.append(make("th", "", one)));
      const table = make("table");
      table.append(head, ...people.map(row));
      place.replaceChildren(table);
    }

    function row(person) {
      const node = make("tr", "", undefined, { "data-person": person.account_id });
      const name = make("td", "", person.display_name);
      name.append(make("div", "quiet small", person.role.replace("_", " ")));
      node.append(name, ...Object.keys(words).map((credential) => cell(person, credential)));
      return node;
    }

    function cell(person, credential) {
      const until = (held[person.account_id] || {})[credential];
      const node = make("td", "", undefined, { "data-credential": credential });
      const box = make("div", "administration__credential");
      const isValid = until !== undefined && until >= new Date(clock.now()).toISOString().slice(0, 10);
      box.classList.toggle("administration__credential--lacking", !isValid);
      box.append(make("span", "", until === undefined ? "missing" : isValid ? `until ${until}` : `expired ${until}`));
      if (until !== undefined) box.append(withdrawButton(person, credential, until));
      node.append(box);
      return node;
    }

    /** Two taps. Withdrawn is an entry like every other: nothing is taken out of the record. */
    function withdrawButton(person, credential, until) {
      const node = button("Withdraw", "small", async () => {
        if (node.textContent === "Withdraw") { node.textContent = "Really withdraw"; return; }
        node.disabled = true;
        const content = { account_id: person.account_id, credential, valid_until: until, is_revoked: true };
        if (await record(content)) say(`${words[credential]} of ${person.display_name} is withdrawn.`);
        node.disabled = false;
      }, { "data-role": "withdraw", "aria-label": `Withdraw ${words[credential]} of ${person.display_name}` });
      return node;
    }

    function say(text) { said.textContent = text; }

    function showProblems(problems) {
      problemPlace.textContent = problems.map((one) => `${one.field.replace(/_/g, " ")} ${one.reason}${one.limit ? ` (${one.limit})` : ""}`.trim()).join("; ");
      problemPlace.classList.toggle("hidden", !problems.length);
    }

    /** The same content keeps its id until it is on record: pressed again after a lost answer, it is recorded once. */
    function idOf(content) {
      const text = JSON.stringify(content);
      if (sent.text !== text) sent = { text, id: uuid7() };
      return sent.id;
    }

    /** True when it is on record. */
    async function record(content) {
      showProblems([]);
      const entry = Object.assign({ entry_id: idOf(content), kind: "staff_credential" }, content);
      const answer = await call("POST", "/api/v1/clinic/entries", { entries: [entry] });
      const result = answer.ok ? answer.body.results[0] : answer.body;
      if (answer.ok && (result.outcome === "recorded" || result.outcome === "duplicate")) {
        sent = { text: null, id: null };
        await list();
        return true;
      }
      say("Not recorded.");
      showProblems(result.problems || []);
      return false;
    }

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const content = {};
      ["account_id", "credential", "valid_until", "document_reference"].forEach((name) => {
        const value = form.elements[name].value.trim();
        if (value) content[name] = value;
      });
      const person = people.find((one) => one.account_id === content.account_id);
      add.disabled = true;
      const isRecorded = await record(content);
      add.disabled = false;
      if (!isRecorded) return;
      form.reset();
      say(`${words[content.credential]} of ${person.display_name} is recorded, valid until ${content.valid_until}.`);
    });

    const onAccounts = (event) => {
      people = event.detail.filter((one) => one.is_active && roles.includes(one.role)).sort((a, b) => a.display_name.localeCompare(b.display_name));
      offerPeople();
      list();
    };
    document.addEventListener("infusion:accounts", onAccounts);
    return () => document.removeEventListener("infusion:accounts", onAccounts);
  });
})();
