/* The frame of every page: who is signed in, clinic clock, theme, sign out. */
(function () {
  "use strict";
  const { onPage, call, clock, sayLastWords } = window.infusion;
  const themes = ["light", "dark", "dim"];

  function showTheme(theme) { document.documentElement.dataset.theme = theme; }
  function storedTheme() { try { return localStorage.getItem("theme"); } catch (_) { return null; } }
  const system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  showTheme(storedTheme() || system);

  function nextTheme() {
    const next = themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length];
    showTheme(next);
    try { localStorage.setItem("theme", next); } catch (_) { /* private mode: the theme holds for this page */ }
    document.dispatchEvent(new CustomEvent("infusion:theme", { detail: next }));
  }

  // The page goes on showing the person who opened it, so nothing more is recorded from it: it says so until it is read anew.
  document.addEventListener("infusion:other_person", (event) => {
    const bar = document.querySelector(".shell__other-person") || document.body.appendChild(document.createElement("div"));
    bar.className = "shell__other-person";
    bar.setAttribute("role", "alert");
    const words = document.createElement("span");
    words.textContent = "Not recorded: " + event.detail + ".";
    const reload = document.createElement("button");
    reload.type = "button";
    reload.textContent = "Reload";
    reload.addEventListener("click", () => location.reload());
    bar.replaceChildren(words, reload);
  });

  onPage("*", (root) => {
    if (!root.querySelector("#shell--theme")) return undefined;  // sign-in and messages have no frame
    let zone;
    let shown;
    const time = root.querySelector("#shell--clock");
    const tick = () => {
      if (!time || !zone) return;
      const text = formatter(zone).format(clock.now());
      if (text === shown) return;
      shown = text;
      time.replaceChildren(text);
      const small = document.createElement("small");
      small.textContent = zone;
      time.append(small);
    };
    call("GET", "/api/v1/me").then((answer) => {
      if (answer.status === 401) { location.href = "/login?next=" + encodeURIComponent(location.pathname); return; }
      if (!answer.ok) return;
      window.infusion.me = answer.body;
      clock.learn(answer.body.server_time);
      zone = answer.body.clinic_time_zone;
      root.querySelector("#shell--who").textContent = answer.body.display_name;
      root.querySelectorAll("[data-nav]").forEach((link) => {
        link.classList.toggle("hidden", !answer.body.pages.includes(link.dataset.nav));
      });
      tick();
      document.dispatchEvent(new CustomEvent("infusion:me", { detail: answer.body }));
    });
    root.querySelector("#shell--theme").addEventListener("click", nextTheme);
    root.querySelector("#shell--sign-out").addEventListener("click", async () => {
      await sayLastWords();
      await call("POST", "/api/v1/logout", {});
      location.href = "/login";
    });
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  });

  // Building a formatter costs a hundred times what using it does.
  const formatters = {};
  function formatter(zone, seconds) {
    const key = zone + (seconds ? " s" : "");
    const form = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: zone };
    if (seconds) form.second = "2-digit";
    return (formatters[key] = formatters[key] || new Intl.DateTimeFormat([], form));
  }

  /** Clock time of an epoch-ms or RFC 3339 instant in the clinic's zone, "14:26". */
  window.infusion.clinicTime = function (instant, seconds) {
    return formatter(window.infusion.me && window.infusion.me.clinic_time_zone, seconds).format(new Date(instant));
  };
})();
