/* Staff and devices: add an account, show its one-time link, list accounts. */
(function () {
  "use strict";
  const { onPage, call } = window.infusion;

  function element(tag, words, className) {
    const made = document.createElement(tag);
    if (words) made.textContent = words;
    if (className) made.className = className;
    return made;
  }

  function showLink(place, words, text, isToken) {
    const link = element("code", isToken ? text : location.origin + text, "administration__link");
    link.dataset.role = isToken ? "token" : "link";
    place.replaceChildren(element("p", words), link);
  }

  onPage("administration", (root) => {
    const form = root.querySelector("#administration--form");
    const answerPlace = root.querySelector("#administration--answer");
    const problemPlace = root.querySelector("#administration--problem");
    root.querySelectorAll("[data-input]").forEach((place) => {
      const input = element("input");
      input.name = place.dataset.input;
      if (place.dataset.type) input.type = place.dataset.type;
      input.autocomplete = "off";
      input.autocapitalize = "none";
      place.replaceChildren(input);
    });
    const role = root.querySelector("[data-name=role]");
    role.name = "role";

    async function list() {
      const answer = await call("GET", "/api/v1/accounts");
      const table = element("table");
      const head = element("tr");
      ["Name", "User name", "Role", ""].forEach((words) => head.append(element("th", words)));
      table.append(head);
      (answer.body.accounts || []).forEach((account) => {
        const row = element("tr");
        row.append(element("td", account.display_name), element("td", account.username), element("td", account.role.replace("_", " ")));
        const last = element("td");
        if (account.role !== "device") {
          const renew = element("button", account.has_password ? "New link" : "Link again");
          renew.addEventListener("click", async () => {
            const made = await call("POST", "/api/v1/accounts/" + account.account_id + "/links", {});
            if (made.ok) showLink(answerPlace, "One-time link for " + account.display_name + ":", made.body.link, false);
          });
          last.append(renew);
        }
        row.append(last);
        table.append(row);
      });
      root.querySelector("#administration--accounts").replaceChildren(table);
      document.dispatchEvent(new CustomEvent("infusion:accounts", { detail: answer.body.accounts || [] }));
    }

    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      problemPlace.classList.add("hidden");
      const sent = { username: form.elements.username.value.trim(), display_name: form.elements.display_name.value.trim(), role: role.value };
      const answer = await call("POST", "/api/v1/accounts", sent);
      if (!answer.ok) {
        const words = (answer.body.problems || []).map((one) => one.field.replace("_", " ") + " " + one.reason + (one.limit ? " (" + one.limit + ")" : ""));
        problemPlace.textContent = words.join("; ");
        problemPlace.classList.remove("hidden");
        return;
      }
      if (answer.body.link) showLink(answerPlace, "Give this one-time link to " + sent.display_name + ". It works once, within a week:", answer.body.link, false);
      else showLink(answerPlace, "Token of the device, shown only now:", answer.body.device_token, true);
      form.reset();
      list();
    });
    list();
  });
})();
