/* Sign-in and first password. */
(function () {
  "use strict";
  const { onPage, call } = window.infusion;

  function tell(place, answer) {
    place.textContent = answer.body.problems ? answer.body.problems.map((one) => one.reason + (one.limit ? " (" + one.limit + ")" : "")).join("; ") : "not possible";
    place.classList.remove("hidden");
  }

  onPage("login", () => {
    const form = document.getElementById("login--form");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const button = form.querySelector("button");
      button.disabled = true;
      const answer = await call("POST", "/api/v1/login", { username: form.username.value.trim(), password: form.password.value });
      button.disabled = false;
      if (!answer.ok) { tell(document.getElementById("login--problem"), answer); return; }
      const next = new URLSearchParams(location.search).get("next") || "/";
      location.href = next.startsWith("/") && !next.startsWith("//") ? next : "/";
    });
  });

  onPage("welcome", () => {
    const form = document.getElementById("welcome--form");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const place = document.getElementById("welcome--problem");
      const password = document.getElementById("welcome--password").value;
      if (password !== document.getElementById("welcome--again").value) {
        tell(place, { body: { problems: [{ reason: "the two passwords differ" }] } });
        return;
      }
      const token = location.hash.slice(1) || new URLSearchParams(location.search).get("link");
      const answer = await call("POST", "/api/v1/welcome", { link: token, password });
      if (!answer.ok) { tell(place, answer); return; }
      location.href = "/";
    });
  });
})();
