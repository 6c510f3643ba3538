/* Start point of every page's script: waits until Dash has rendered the page, ends it when the page goes away. */
(function () {
  "use strict";
  const starters = {};
  let current = null;
  let stops = [];

  function look() {
    const root = document.querySelector("[data-page]");
    if (root === current) return;
    stops.forEach((stop) => stop());
    stops = [];
    current = root;
    if (root) (starters["*"] || []).concat(starters[root.dataset.page] || []).forEach(run);
  }

  function run(start) {
    const stop = start(current);
    if (typeof stop === "function") stops.push(stop);
  }

  /** Calls start(rootElement) when the page with this name is shown; start may return a function that ends it. */
  function onPage(name, start) {
    (starters[name] = starters[name] || []).push(start);
    if (current && (name === "*" || current.dataset.page === name)) run(start);
    else look();
  }

  /** A UUID version 7; works on a tablet on plain http, which has no crypto.randomUUID. */
  function uuid7() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    let ms = Date.now();
    for (let at = 5; at >= 0; at--) { bytes[at] = ms % 256; ms = Math.floor(ms / 256); }
    bytes[6] = (bytes[6] & 0x0f) | 0x70;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (one) => one.toString(16).padStart(2, "0")).join("");
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  }

  /** Calls the server; answers {ok, status, body}; status 0 when the server was not reached. */
  async function call(method, path, body) {
    try {
      const answer = await fetch(path, {
        method, credentials: "same-origin",
        headers: body === undefined ? {} : { "Content-Type": "application/json" },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await answer.text();
      let parsed = {};
      try { parsed = text ? JSON.parse(text) : {}; } catch (_) { parsed = { problems: [{ field: "", reason: "unreadable answer" }] }; }
      return { ok: answer.ok, status: answer.status, body: parsed };
    } catch (_) {
      return { ok: false, status: 0, body: { problems: [{ field: "", reason: "the server was not reached" }] } };
    }
  }

  /** The server's now in epoch ms, by the offset measured with each heartbeat. */
  const clock = { offset: 0, now() { return Date.now() + this.offset; }, learn(serverTime) { this.offset = Date.parse(serverTime) - Date.now(); } };

  /** Calls `say` when somebody signs out, before the server is told so; answers how to take it back. */
  const lastWords = new Set();
  function beforeSignOut(say) { lastWords.add(say); return () => lastWords.delete(say); }

  /** All that is to be said before signing out; bad Wi-Fi holds nobody for longer than this. */
  const LAST_WORDS_MS = 2000;
  function sayLastWords() {
    const said = Promise.all(Array.from(lastWords, (say) => say()));
    return Promise.race([said, new Promise((go) => setTimeout(go, LAST_WORDS_MS))]);
  }

  window.infusion = Object.assign(window.infusion || {}, { onPage, uuid7, call, clock, beforeSignOut, sayLastWords });
  new MutationObserver(look).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", look);
})();
