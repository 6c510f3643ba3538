/* A tablet that has a session open says so every 20 s, and once when it leaves. While the patient is treated the server
   raises an alert when no tablet of the session was heard for 90 s and none has said that it leaves (S3). */
(function () {
  "use strict";
  const { onPage, uuid7, beforeSignOut } = window.infusion;
  const EVERY_MS = 20000;
  const GIVE_UP_WAITING_MS = 10000;
  const KEY = "infusion.tablet";
  const AN_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  let known = "";

  /** This tablet's id, made once; where the browser keeps nothing, it holds as long as this page. */
  function tabletId() {
    try { known = known || localStorage.getItem(KEY) || ""; } catch (_) { /* private mode */ }
    if (AN_ID.test(known)) return known;
    known = uuid7();
    try { localStorage.setItem(KEY, known); } catch (_) { /* private mode */ }
    return known;
  }

  /** Nothing is done about an answer: who is not heard is missed by the server. */
  async function say(sessionId, isLeaving) {
    const ending = new AbortController();
    const giveUp = setTimeout(() => ending.abort(), GIVE_UP_WAITING_MS);
    try {
      await fetch(`/api/v1/sessions/${sessionId}/tablets`, {
        // Kept alive: the last word is sent although the page is going away.
        method: "POST", credentials: "same-origin", cache: "no-store", keepalive: isLeaving, signal: ending.signal,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ tablet_id: tabletId(), is_leaving: isLeaving }),
      });
    } catch (_) {
      /* not reached: the next one follows */
    } finally {
      clearTimeout(giveUp);
    }
  }

  function start(sessionId) {
    const here = () => { if (!document.hidden) say(sessionId, false); };
    const leave = () => say(sessionId, true);
    const back = (event) => { if (event.persisted) here(); };
    const beating = setInterval(() => say(sessionId, false), EVERY_MS);
    window.addEventListener("pagehide", leave);
    window.addEventListener("pageshow", back);
    window.addEventListener("online", here);
    document.addEventListener("visibilitychange", here);
    const takeBack = beforeSignOut(leave);
    say(sessionId, false);
    return () => {
      clearInterval(beating);
      window.removeEventListener("pagehide", leave);
      window.removeEventListener("pageshow", back);
      window.removeEventListener("online", here);
      document.removeEventListener("visibilitychange", here);
      takeBack();
      leave();
    };
  }

  onPage("bedside", (root) => {
    const screen = root.querySelector('[data-bedside="session"]');
    return screen ? start(screen.dataset.sessionId) : undefined;
  });
})();
