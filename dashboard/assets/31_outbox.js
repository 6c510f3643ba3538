/* The tablet's outbox: every entry is kept in localStorage, one key each, before it is sent, and leaves only when the
   server has answered for it. It is sent only while the person who typed it is the one signed in: credit stays where
   it belongs. Retries carry the same id, so a repeat is answered as a duplicate and never written twice (S1).

   An item: {id, account_id, account_name, session_id, label, tapped_at, order, path, body, state, outcome, problems}.
   state "waiting": still to send; "returned": the server asks or refuses, a person has to look.
   Events on document: "infusion:outbox" (something changed), detail {item, outcome, result} after an answer. */
(function () {
  "use strict";
  const { clock, uuid7, onPage } = window.infusion;
  const PREFIX = "infusion.outbox.";
  const UNKNOWN = "unknown";
  const PAGE = uuid7();
  const RETRY_AFTER_MS = [1000, 2000, 4000, 8000, 15000, 30000];
  const GIVE_UP_WAITING_MS = 8000;
  const SETTLED = ["recorded", "duplicate"];
  const RETURNED = ["refused", "confirmation_needed"];
  // Acts that a gate may hold, with the beginning of the fields that it names.
  const GATED = { infusion_started: "start.", discharged: "discharge." };
  const inMemory = new Map();
  const awaited = new Set(); // ids of items whose answer somebody waits for at the form
  let failures = 0;
  let timer = null;
  let isSending = false;
  let isAskedAgain = false;
  let trouble = null; // null, "offline", "signed_out", "other_person"
  let signedIn = null;
  let lastOrder = 0;

  // ------------------------------------------------------------------------------------------------- storage

  const keyOf = (item) => `${PREFIX}${item.account_id || UNKNOWN}.${item.id}`;

  /** Writes an item; when the browser's storage refuses it stays in this page's memory, and the badge says so. */
  function store(item) {
    try {
      localStorage.setItem(keyOf(item), JSON.stringify(item));
      inMemory.delete(keyOf(item));
    } catch (_) {
      inMemory.set(keyOf(item), item);
    }
  }

  function drop(item) {
    inMemory.delete(keyOf(item));
    try { localStorage.removeItem(keyOf(item)); } catch (_) { /* it was in memory only */ }
  }

  function parsed(text) { try { return JSON.parse(text); } catch (_) { return null; } }

  function stored() {
    try {
      return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => parsed(localStorage.getItem(key)));
    } catch (_) { return []; }
  }

  /** Every kept item, oldest first. */
  function all() {
    return stored().concat(Array.from(inMemory.values())).filter((item) => item && item.id).sort((a, b) => a.order - b.order);
  }

  const accountId = () => (window.infusion.me ? window.infusion.me.account_id : null);
  const isMine = (item) => (item.account_id ? item.account_id === accountId() : item.page === PAGE);
  const mine = () => all().filter(isMine);
  const find = (id) => all().find((item) => item.id === id);

  // ------------------------------------------------------------------------------------------------- sending

  /** One request that cannot hang: bad Wi-Fi must not stop the queue. Status 0 when there was no answer, or one that is
      not the server's: a gateway's page must not look like a refusal. */
  async function request(method, path, body) {
    const answer = await window.infusion.call(method, path, body || undefined, GIVE_UP_WAITING_MS);
    return answer.body.is_unreadable ? { ok: false, status: 0, body: {} } : answer;
  }

  function emit(detail) { document.dispatchEvent(new CustomEvent("infusion:outbox", { detail: detail || {} })); }

  function retryLater(kind) {
    trouble = kind;
    const delay = RETRY_AFTER_MS[Math.min(failures, RETRY_AFTER_MS.length - 1)];
    failures += 1;
    clearTimeout(timer);
    timer = setTimeout(flush, delay);
  }

  /** Sends what waits, in the order of the taps. One run at a time; a call meanwhile makes it look again. */
  async function flush() {
    if (isSending) { isAskedAgain = true; return; }
    isSending = true;
    clearTimeout(timer);
    try {
      do { isAskedAgain = false; await sendAll(); } while (isAskedAgain);
    } finally {
      isSending = false;
      emit();
    }
  }

  async function sendAll() {
    const waiting = mine().filter((item) => item.state === "waiting");
    if (!waiting.length || !(await isStillTheSamePerson())) return;
    for (const item of waiting) {
      if (!(await sendOne(find(item.id)))) return;
    }
    trouble = null;
    failures = 0;
  }

  /** Asks the server who is signed in now: another tab may have changed it since this page was opened. */
  async function isStillTheSamePerson() {
    const answer = await request("GET", "/api/v1/me");
    if (answer.status === 401) { retryLater("signed_out"); return false; }
    if (answer.status !== 200 || !answer.body || !answer.body.account_id) { retryLater("offline"); return false; }
    learnPerson(answer.body);
    if (answer.body.account_id !== accountId()) { retryLater("other_person"); return false; }
    return true;
  }

  function isAboutAccount(answer) {
    return answer.status === 409 && (answer.body.problems || []).some((one) => one.field === "account");
  }

  function learnPerson(me) {
    signedIn = me;
    if (me.server_time) clock.learn(me.server_time);
    if (window.infusion.me) { adopt(); return; }
    window.infusion.me = me;
    document.dispatchEvent(new CustomEvent("infusion:me", { detail: me }));
  }

  /** Taps made on this page before the answer to "who am I" belong to the person who opened it. */
  function adopt() {
    all().filter((item) => !item.account_id && item.page === PAGE).forEach((item) => claim(item.id));
  }

  function claim(id) {
    const item = find(id), me = window.infusion.me;
    if (!item || item.account_id || !me) return;
    drop(item);
    store(Object.assign(item, { account_id: me.account_id, account_name: me.display_name }));
  }

  /** True when the queue may go on. */
  async function sendOne(item) {
    if (!item || item.state !== "waiting") return true;
    const body = Object.assign({ sent_at: new Date(clock.now()).toISOString() }, item.body);
    const answer = await request("POST", item.path, body);
    if (answer.status === 401) { retryLater("signed_out"); return false; }
    // Somebody has signed in elsewhere since the question above: nothing is recorded under another name.
    if (isAboutAccount(answer)) { retryLater("other_person"); return false; }
    const results = answer.status === 200 && answer.body && answer.body.results;
    if (Array.isArray(results)) return settle(item, results);
    if (answer.status >= 400 && answer.status < 500 && ![408, 425, 429].includes(answer.status) && answer.body && answer.body.problems) {
      giveBack(item, "refused", answer.body.problems, []);
      return true;
    }
    retryLater("offline");
    return false;
  }

  /** Reads the server's answer for one item, which may hold several entries (a plan is all or nothing). */
  function settle(item, results) {
    const ids = item.body.entries.map((entry) => entry.entry_id);
    const own = results.filter((result) => ids.includes(result.entry_id));
    const outcomes = own.map((result) => result.outcome);
    if (RETURNED.some((one) => outcomes.includes(one))) {
      const problems = own.flatMap((result) => (result.problems || []).map((one) => Object.assign({ entry_id: result.entry_id }, one)));
      if (isHeldAfterwards(item, problems)) {
        item.body.entries[0].has_happened = true;
        store(item);
        return sendOne(find(item.id));
      }
      giveBack(item, outcomes.includes("refused") ? "refused" : "confirmation_needed", problems, own);
      return true;
    }
    if (own.length !== ids.length || !outcomes.every((one) => SETTLED.includes(one))) { retryLater("offline"); return false; }
    drop(item);
    emit({ item, outcome: outcomes[0], result: own[0], results: own });
    return true;
  }

  /** Refused by a gate alone, after the person was told that it is kept: it has happened by now, and is never held.
      A refused entry occupies no id, so that the same one may say so. */
  function isHeldAfterwards(item, problems) {
    const [entry, ...others] = item.body.entries;
    const gate = GATED[entry.kind];
    return Boolean(gate) && !others.length && !entry.has_happened && !awaited.has(item.id) && problems.every((one) => one.field.startsWith(gate));
  }

  function giveBack(item, outcome, problems, results) {
    Object.assign(item, { state: "returned", outcome, problems });
    store(item);
    emit({ item, outcome, result: results[0], results, problems });
  }

  // ------------------------------------------------------------------------------------------------- the door

  /** Keeps an item and sends it. `what`: {id, session_id, label, path, body}; the same id replaces what was kept. */
  function put(what) {
    lastOrder = Math.max(Date.now(), lastOrder + 1);
    const me = window.infusion.me;
    const before = find(what.id);
    const item = Object.assign({
      account_id: me ? me.account_id : null, account_name: me ? me.display_name : "", page: PAGE,
      tapped_at: clock.now(), order: before ? before.order : lastOrder,
    }, what, { state: "waiting", outcome: null, problems: [] });
    if (before) drop(before);
    store(item);
    emit();
    flush();
    return item;
  }

  /** Like put; answers {outcome, result, problems} or, when the server has not answered in time, {outcome: "kept"}. */
  function send(what, waitMs) {
    return new Promise((resolve) => {
      const done = (answer) => { awaited.delete(what.id); clearTimeout(waiting); document.removeEventListener("infusion:outbox", look); resolve(answer); };
      const look = (event) => { if (event.detail.item && event.detail.item.id === what.id) done(event.detail); };
      const waiting = setTimeout(() => done({ outcome: "kept" }), waitMs);
      document.addEventListener("infusion:outbox", look);
      awaited.add(what.id);
      put(what);
    });
  }

  /** One entry of a session, as an item. */
  function entryItem(sessionId, entry, label) {
    return {
      id: entry.entry_id, session_id: sessionId, label, tapped_at: Date.parse(entry.effective_at),
      path: `/api/v1/sessions/${sessionId}/entries`, body: { entries: [entry] },
    };
  }

  function discard(id) {
    const item = find(id);
    if (item) drop(item);
    emit();
  }

  /** What is kept, for the badge: own items, those of others, why nothing moves. */
  function standing() {
    const own = mine();
    return {
      waiting: own.filter((item) => item.state === "waiting"),
      returned: own.filter((item) => item.state === "returned"),
      others: all().filter((item) => !isMine(item)),
      trouble, signedIn, isInMemoryOnly: inMemory.size > 0,
    };
  }

  /** The badge in words: {count, detail, isCalm}. */
  function words() {
    const now = standing();
    const time = window.infusion.clinicTime;
    const parts = [];
    if (now.returned.length) parts.push(`${now.returned.length} to answer`);
    if (now.waiting.length) parts.push(`${now.waiting.length} unsent`);
    const details = [];
    if (now.waiting.length) details.push(`since ${time(now.waiting[0].tapped_at)}`);
    if (now.trouble === "signed_out" && now.waiting.length) details.push("signed out: sign in to send");
    if (now.trouble === "other_person" && now.signedIn) details.push(`${now.signedIn.display_name} is signed in now`);
    if (now.isInMemoryOnly) details.push("storage is full: do not close this page");
    const alone = parts.length === 0;
    names(now.others).forEach(([name, count]) =>
      details.push(alone ? `${count} unsent of ${name}: sign in as ${name} to send` : `${count} unsent of ${name}`));
    // Alone, the entries of another person are the headline; beside own ones they follow.
    const count = parts.join(", ") || (details.length ? "" : "0 unsent");
    return { count, detail: details.join(" · "), isCalm: !parts.length && !details.length };
  }

  function names(items) {
    const counts = new Map();
    items.forEach((item) => {
      const name = item.account_name || "somebody not known";
      counts.set(name, (counts.get(name) || 0) + 1);
    });
    return Array.from(counts);
  }

  function flushSoon() { failures = 0; flush(); }

  window.infusion.outbox = { put, send, entryItem, discard, claim, standing, words, request, flush: flushSoon };
  document.addEventListener("infusion:me", () => { adopt(); flushSoon(); });
  window.addEventListener("online", flushSoon);
  window.addEventListener("storage", (event) => { if (!event.key || event.key.startsWith(PREFIX)) emit(); });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) flushSoon(); });
  onPage("*", (root) => {
    if (root.dataset.page === "login") return undefined;
    // The frame asks once who is signed in; where that answer was lost, ask until it comes.
    const asking = setInterval(() => { if (!window.infusion.me) isStillTheSamePerson(); }, 5000);
    return () => clearInterval(asking);
  });
})();
