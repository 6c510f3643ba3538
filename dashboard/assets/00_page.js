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

  // A half-open connection never answers. Reading may take longer: a whole record is more than an entry.
  const GIVE_UP_MS = { GET: 20000, POST: 8000 };

  /** What is sent with a body. The account that this page shows goes along: another tab may have signed somebody else in,
      and then the server refuses instead of recording under that name. */
  function headersOf(body) {
    const headers = body === undefined ? {} : { "Content-Type": "application/json" };
    if (window.infusion.me) headers["X-Infusion-Account"] = window.infusion.me.account_id;
    return headers;
  }

  function parsedOf(text) {
    try { return text ? JSON.parse(text) : {}; } catch (_) { return { is_unreadable: true, problems: [{ field: "", reason: "unreadable answer" }] }; }
  }

  /** Tells the page (shell.js) that somebody else is signed in by now. */
  function tellOtherPerson(status, body) {
    const problem = status === 409 && (body.problems || []).find((one) => one.field === "account");
    if (problem) document.dispatchEvent(new CustomEvent("infusion:other_person", { detail: problem.reason }));
  }

  /** Calls the server; answers {ok, status, body}; status 0 when the server was not reached or has not answered within
      `giveUpMs`: whether it has taken the request is then not known. */
  async function call(method, path, body, giveUpMs) {
    const ending = new AbortController();
    const giveUp = setTimeout(() => ending.abort(), giveUpMs || GIVE_UP_MS[method]);
    try {
      const answer = await fetch(path, {
        method, credentials: "same-origin", signal: ending.signal, headers: headersOf(body),
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const parsed = parsedOf(await answer.text());
      tellOtherPerson(answer.status, parsed);
      return { ok: answer.ok, status: answer.status, body: parsed };
    } catch (_) {
      return { ok: false, status: 0, body: { problems: [{ field: "", reason: "the server was not reached" }] } };
    } finally {
      clearTimeout(giveUp);
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
