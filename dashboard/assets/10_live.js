/* The live stream of changes, and the proof that the path to the server is open.

   infusion.live.open({after, onChange, onPath, reload}) -> close()
     after     the change number the page was read at
     onChange  called with each newer change, in order, each once
     onPath    called with (isLost, sinceMs) when the path is lost and when it is back
     reload    optional; async; reads the whole page anew and answers its change number, or null when that failed.
               Used when too much was missed to replay, or when the record behind the server is another one.

   EventSource tries again by itself after a broken connection but never after a non-200 answer (a proxy's 502), and it
   notices neither a half-open connection nor a machine that slept. So this client reopens by itself, forever.
   It also writes the path's state into the frame of the page: body.path-lost, #shell--lost, #shell--path (S2). */
(function () {
  "use strict";
  const LOST_AFTER_MS = 6000;      // three missed heartbeats
  const RELOAD_AFTER_MS = 180000;  // beyond this the page is read anew instead of replayed
  const BACKOFF_MS = [250, 500, 1000, 2000, 3500, 5000];
  const TICK_MS = 500;

  function open(options) {
    let source = null;
    let last = options.after === undefined ? null : options.after;
    let heardAt = Date.now();
    let askedAt = 0;
    let isLost = false;
    let isClosed = false;
    let isReloading = false;
    let isSignedOut = false;
    let attempts = 0;
    let retry = null;
    let lowerBeats = 0;

    // ---------------------------------------------------------------- hearing
    function heard() {
      heardAt = Date.now();
      attempts = 0;
      isSignedOut = false;
      if (isLost) { isLost = false; tellPath(); }
    }

    function take(event) {
      heard();
      const change = JSON.parse(event.data);
      if (last !== null && change.change_number <= last) return;
      last = change.change_number;
      try {
        options.onChange(change);
      } catch (error) {
        console.error("change " + change.change_number + " could not be shown", error);
        reload();
      }
    }

    function beat(event) {
      heard();
      const heartbeat = JSON.parse(event.data);
      window.infusion.clock.learn(heartbeat.server_time);
      // How the clinic's notifier fares; null where there is none.
      window.infusion.notifier = heartbeat.notifier || null;
      const number = heartbeat.change_number;
      if (number === null || last === null) return;
      // The server told of more than arrived here: ask again for what is missing.
      if (number > last) { reopen(0); return; }
      // A record that counts lower is another record (restored, made anew): nothing shown here belongs to it.
      lowerBeats = number < last ? lowerBeats + 1 : 0;
      if (lowerBeats >= 3) { lowerBeats = 0; reload(); }
    }

    // ---------------------------------------------------------------- opening
    function connect() {
      clearTimeout(retry);
      if (isClosed) return;
      if (source) source.close();
      askedAt = Date.now();
      const opened = new EventSource("/api/v1/changes/stream" + (last === null ? "" : "?after=" + last));
      source = opened;
      const ifCurrent = (take) => (event) => { if (source === opened && !isClosed) take(event); };
      opened.addEventListener("change", ifCurrent(take));
      opened.addEventListener("heartbeat", ifCurrent(beat));
      opened.addEventListener("cut_off", ifCurrent(() => reopen(backoff())));
      opened.onerror = ifCurrent(() => { askIfSignedOut(); reopen(backoff()); });
    }

    function backoff() {
      const pause = BACKOFF_MS[Math.min(attempts, BACKOFF_MS.length - 1)];
      attempts += 1;
      return pause * (0.8 + 0.2 * Math.random());  // panels of one clinic do not all come back in the same moment
    }

    function reopen(pauseMs) {
      if (source) { source.close(); source = null; }
      clearTimeout(retry);
      askedAt = Date.now();
      if (!isClosed) retry = setTimeout(connect, pauseMs);
    }

    async function reload() {
      if (isReloading || isClosed || !options.reload) return;
      isReloading = true;
      askedAt = Date.now();
      if (source) { source.close(); source = null; }
      clearTimeout(retry);
      const after = await options.reload();
      isReloading = false;
      if (isClosed) return;
      if (after !== null) { last = after; reopen(0); } else { retry = setTimeout(reload, backoff()); }
    }

    // EventSource hides the status; only a plain request tells a lost path from a lost sign-in.
    async function askIfSignedOut() {
      const answer = await window.infusion.call("GET", "/api/v1/me");
      isSignedOut = answer.status === 401;
      if (isLost) showPath();
    }

    // ---------------------------------------------------------------- the path
    function tick() {
      const silent = Date.now() - heardAt;
      if (silent > LOST_AFTER_MS) {
        if (!isLost) { isLost = true; tellPath(); }
        const isPatienceOver = Date.now() - askedAt > LOST_AFTER_MS;
        if (isPatienceOver && silent > RELOAD_AFTER_MS && options.reload) reload();
        else if (isPatienceOver && source) reopen(0);  // half open: it looks alive and is not
      }
      showPath();
    }

    // After sleep, a hidden tab or a network change: do not wait for the next attempt.
    function wake() {
      if (isClosed || document.visibilityState === "hidden") return;
      tick();
      if (isLost && !isReloading) { attempts = 0; reopen(0); }
    }

    function tellPath() {
      document.body.classList.toggle("path-lost", isLost);
      showPath();
      if (options.onPath) options.onPath(isLost, heardAt);
    }

    function showPath() {
      const state = document.querySelector("#shell--path");
      const lost = document.querySelector("#shell--lost");
      const seconds = Math.max(0, Math.round((Date.now() - heardAt) / 1000));
      put(stateBox(state), isLost ? "no connection" : "live, heartbeat " + seconds + " s");
      if (isLost) put(lost, lostText());
    }

    // A box of fixed size within the header: its text moves every second and must not lay out the page anew (live.css).
    function stateBox(parent) {
      if (!parent) return null;
      let box = parent.querySelector(".live__state");
      if (!box) { box = document.createElement("span"); box.className = "live__state"; parent.replaceChildren(box); }
      return box;
    }

    function lostText() {
      const since = window.infusion.clinicTime(heardAt + window.infusion.clock.offset, true);
      const what = "Not current since " + since + ": no connection to the server. Watch the bedside monitors.";
      return isSignedOut ? "You are signed out. Reload this page to sign in. " + what : what;
    }

    function put(node, text) { if (node && node.textContent !== text) node.textContent = text; }

    const timer = setInterval(tick, TICK_MS);
    const wakers = [[document, "visibilitychange"], [window, "online"], [window, "pageshow"], [window, "focus"]];
    wakers.forEach(([target, name]) => target.addEventListener(name, wake));
    connect();

    return function close() {
      isClosed = true;
      clearInterval(timer);
      clearTimeout(retry);
      wakers.forEach(([target, name]) => target.removeEventListener(name, wake));
      if (source) source.close();
      document.body.classList.remove("path-lost");
    };
  }

  window.infusion.live = { open };
})();
