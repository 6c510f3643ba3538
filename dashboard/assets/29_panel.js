/* The panel page: reads the open sessions once, then follows the changes.
   A change writes its numbers at once and marks its tile; the plots are drawn in the next frame, each tile once (S2). */
(function () {
  "use strict";
  const MINUTES = 60;
  const TICK_MS = 125;             // one eighth of the tiles each time: ages move every second, no long task
  const PHASES = 8;
  const SCROLL_MS = 8000;          // the plots move on by a pixel or so, each at its own moment
  const HAND_REST_MS = 1000;       // nothing changes places so soon after a hand or mouse moved over it
  const CHOOSING_REST_MS = 20000;
  const MEANT_MS = 700;
  const RATE_KINDS = ["infusion_started", "rate_changed", "bag_changed", "infusion_paused", "infusion_resumed", "infusion_ended"];
  // After these the past itself reads differently: the plots are read anew.
  const REWRITING_KINDS = ["entered_in_error", "amendment", "weight"];

  function start(root) {
    const { panelTile, panelWords, panelAlerts, panelSound, panelOrder, panelPlot, panelDetail, live, call, clock } = window.infusion;
    const find = (name) => root.querySelector("#panel--" + name);
    const grid = find("tiles");
    const empty = find("empty");
    const tiles = new Map();
    const closed = new Map();      // session -> change number at which it left: an older answer must not bring it back
    const dirty = new Set();
    const alerts = panelAlerts.create(find("alerts"), find("no-alert"));
    const sound = panelSound.create(showSound);
    const pause = window.infusion.panelPause.create();
    const gates = window.infusion.heldActs.create(takeGate);
    const detail = panelDetail.create(find("detail"), gates);
    const panelIsSimulated = find("frame").dataset.simulated === "true";
    let closeLive = null;
    let isStopped = false;
    let isLost = false;
    let lostAt = 0;
    let frame = null;
    let phase = 0;
    const scrolled = new WeakMap();
    let sides = 0;                 // 0: nothing to settle; else the order waits for the hands to rest
    let isHandDown = false;
    let handAt = 0;
    let soundMode = "";
    let soundModeAt = 0;
    let rereading = null;
    let retry = null;

    // ---------------------------------------------------------------- tiles
    function addTile(tile, now) {
      const made = panelTile.create(tile, panelIsSimulated, openDetail);
      made.show(tile, now);
      made.plot.pin(pinsOf(tile));
      tiles.set(tile.session_id, made);
      grid.appendChild(made.root);
      sizes.observe(made.plot.host);
      sides = 1;
      return made;
    }

    function removeTile(id) {
      const gone = tiles.get(id);
      if (!gone) return;
      sizes.unobserve(gone.plot.host);
      dirty.delete(gone);
      gone.root.remove();
      closed.set(id, gone.tile.change_number);
      tiles.delete(id);
      if (detail.shownId() === id) detail.close();
      sides = 1;
    }

    // ---------------------------------------------------------------- detail of one session, and what holds its next act
    function openDetail(id) {
      const shown = tiles.get(id);
      if (shown) detail.open(shown.tile, shown.gate, clock.now());
    }

    function showDetail(now) {
      const shown = tiles.get(detail.shownId());
      if (shown) detail.take(shown.tile, shown.gate, now);
    }

    function takeGate(id, gate) {
      const shown = tiles.get(id);
      if (!shown) return;
      shown.takeGate(gate, clock.now());
      if (detail.shownId() === id) showDetail(clock.now());
    }

    const sizes = new ResizeObserver((changes) => changes.forEach((change) => {
      const tile = Array.from(tiles.values()).find((one) => one.plot.host === change.target);
      if (!tile) return;
      tile.plot.resize(Math.floor(change.contentRect.width), Math.floor(change.contentRect.height));
      dirty.add(tile);
      askFrame();
    }));

    function pinsOf(tile) {
      return (tile.alerts || []).map((alert) => ({ ms: Date.parse(alert.raised_at), level: alert.level }));
    }

    // ---------------------------------------------------------------- changes
    function onChange(change) {
      const tile = change.tile;
      if (!tile) return;
      const now = clock.now();
      let shown = tiles.get(tile.session_id);
      if (!shown) {
        if (!panelWords.isShown(tile)) return;
        shown = addTile(tile, now);
        rereadSoon();
      } else if (tile.change_number >= shown.tile.change_number) {
        const before = shown.tile;
        shown.show(tile, now);
        if (JSON.stringify(before.alerts) !== JSON.stringify(tile.alerts)) {
          shown.plot.pin(pinsOf(tile));
          sides = 1;
        }
        if (!panelWords.isShown(tile)) removeTile(tile.session_id);
      }
      if (detail.shownId() === tile.session_id) showDetail(now);
      if (change.entry && change.entry.source === "hand") gates.soon(tile.session_id, performance.now());
      addPoints(shown, change);
      dirty.add(shown);
      if (sides) settle(now);
      askFrame();
    }

    function addPoints(shown, change) {
      const entry = change.entry;
      if (!entry) return;
      const ms = Date.parse(entry.effective_at);
      if (entry.kind === "vital_signs") {
        panelPlot.SERIES.forEach((name) => {
          const value = entry[name];
          if (value !== undefined && value !== null) shown.add(name, ms, Number(value), change.change_number);
        });
      } else if (RATE_KINDS.includes(entry.kind) && !entry.is_late) {
        const rate = change.tile.infusion.rate_mg_per_kg_per_h;
        if (rate !== null) shown.add("rate_mg_per_kg_per_h", ms, Number(rate), change.change_number);
      }
      if (REWRITING_KINDS.includes(entry.kind) || (RATE_KINDS.includes(entry.kind) && entry.is_late)) rereadSoon();
    }

    function rereadSoon() {
      if (rereading) return;
      rereading = setTimeout(async () => {
        rereading = null;
        const answer = await call("GET", "/api/v1/panel?minutes=" + MINUTES);
        if (answer.ok && !isStopped) take(answer.body, false);
      }, 400);
    }

    // ---------------------------------------------------------------- reading the whole panel
    /** `isWhole`: what the answer does not name is no longer open. */
    function take(panel, isWhole) {
      clock.learn(panel.server_time);
      const now = clock.now();
      const named = new Set();
      panel.tiles.filter(panelWords.isShown).forEach((tile) => {
        named.add(tile.session_id);
        if (!isWhole && closed.get(tile.session_id) >= tile.change_number) return;
        let shown = tiles.get(tile.session_id);
        if (!shown) shown = addTile(tile, now);
        else if (isWhole || tile.change_number >= shown.tile.change_number) { shown.show(tile, now); shown.plot.pin(pinsOf(tile)); }
        shown.plot.load(tile.trend || {}, isWhole ? Infinity : panel.change_number);
        dirty.add(shown);
      });
      if (isWhole) Array.from(tiles.keys()).forEach((id) => { if (!named.has(id)) removeTile(id); });
      sides = 1;
      settle(now);
      askFrame();
    }

    async function readAll() {
      const answer = await call("GET", "/api/v1/panel?minutes=" + MINUTES);
      if (isStopped) return null;
      if (!answer.ok) { showNothing(answer.status); return null; }
      take(answer.body, true);
      return answer.body.change_number;
    }

    async function begin(attempt) {
      const after = await readAll();
      if (isStopped) return;
      if (after === null) { retry = setTimeout(() => begin(attempt + 1), Math.min(5000, 500 * 2 ** attempt)); return; }
      closeLive = live.open({ after, onChange, onPath, reload: readAll });
    }

    function onPath(lost, sinceMs) { isLost = lost; lostAt = sinceMs + clock.offset; }

    // ---------------------------------------------------------------- frames and ticks
    function askFrame() { if (frame === null) frame = requestAnimationFrame(draw); }

    function draw() {
      frame = null;
      const now = provenNow();
      dirty.forEach((tile) => tile.plot.drawNews(now));
      dirty.clear();
    }

    /** The last moment of which the page knows: nothing that is computed goes on beyond it. */
    function provenNow() { return isLost ? lostAt : clock.now(); }

    function tick() {
      const now = clock.now();
      let at = 0;
      tiles.forEach((tile) => {
        if (at++ % PHASES !== phase) return;
        tile.tick(now, provenNow());
        scroll(tile, now);
      });
      phase = (phase + 1) % PHASES;
      if (phase !== 0) return;
      alerts.tick(now);
      if (!isLost) gates.tick(Array.from(tiles.values(), (one) => one.tile), performance.now());
      showDetail(now);
      showCounts(now);
      showSounding(now);
      if (sides || isOrderOld(now)) settle(now);
    }

    /** Moves the plot on although nothing came; not while the path is lost: then time stands still in it. */
    function scroll(tile, now) {
      if (isLost || now - (scrolled.get(tile) || 0) < SCROLL_MS) return;
      scrolled.set(tile, now);
      tile.plot.draw(now);
    }

    // ---------------------------------------------------------------- order, counts, sound
    function settle(now) {
      const list = Array.from(tiles.values(), (one) => one.tile);
      alerts.update(list, now);
      showCounts(now);
      showSounding(now);
      showDensity();
      if (!mayMove()) return;
      sides = 0;
      alerts.sort(now);
      panelOrder(grid, sorted().map((tile) => tile.root));
    }

    function mayMove() {
      const rest = alerts.isBusy() || detail.isBusy() ? CHOOSING_REST_MS : HAND_REST_MS;
      return !isHandDown && performance.now() - handAt > rest;
    }

    function sorted() {
      const chair = (one) => String(one.tile.chair_label || "");
      return Array.from(tiles.values()).sort((a, b) =>
        b.worst - a.worst || chair(a).localeCompare(chair(b), undefined, { numeric: true }) || (a.id < b.id ? -1 : 1));
    }

    /** A promise that ran out changes the order without any message. */
    function isOrderOld() {
      const wanted = sorted();
      return wanted.some((tile, at) => grid.children[at] !== tile.root);
    }

    function showCounts(now) {
      const counted = {};
      let open = 0;
      let needing = 0;
      let unseen = 0;
      let leftAlone = 0;
      tiles.forEach(({ tile }) => {
        if (panelWords.OPEN.includes(tile.status)) { open += 1; counted[tile.status] = (counted[tile.status] || 0) + 1; }
        const list = tile.alerts || [];
        if (list.some((alert) => panelWords.RANK[alert.level] > 1 && panelWords.isUnanswered(alert, now))) needing += 1;
        if (list.some((alert) => alert.unanswered_at && panelWords.isUnanswered(alert, now))) leftAlone += 1;
        unseen += list.filter((alert) => panelWords.isOver(alert)).length;
      });
      put("open", String(open));
      put("needing", needing + (needing === 1 ? " needs somebody" : " need somebody") + (leftAlone ? ", " + leftAlone + " for over 60 s" : ""));
      put("states", panelWords.OPEN.filter((one) => counted[one]).map((one) => counted[one] + " " + one).join(", "));
      put("unseen", unseen ? unseen + " over, not seen" : "");
      put("notifier", notifierWords());
      find("needing").dataset.some = needing ? "true" : "false";
      empty.hidden = tiles.size > 0;
      if (tiles.size === 0) showNothing(200);
    }

    /** The clinic's notifier speaks for itself here only while it fails. */
    function notifierWords() {
      const notifier = window.infusion.notifier;
      if (!notifier || !notifier.failed_at) return "";
      return "The notifier " + notifier.failure + ", " + window.infusion.clinicTime(notifier.failed_at);
    }

    function soundingNow(now) {
      return Array.from(tiles.values()).flatMap(({ tile }) => (tile.alerts || []).filter((alert) => panelWords.isSounding(alert, now)));
    }

    function showSounding(now) {
      const sounding = soundingNow(now);
      // The pause runs on a clock that no server can set back.
      const level = pause.heard(sounding, performance.now());
      sound.set(level);
      if (root.dataset.sounding !== (level || "")) root.dataset.sounding = level || "";
      showSoundButton(sounding.length > 0);
    }

    function showSound(isOn) {
      root.dataset.sound = isOn ? "on" : "off";
      showSounding(clock.now());
    }

    /** One button in one place: switches the sound on, pauses what sounds, ends the pause. */
    function showSoundButton(isSounding) {
      const paused = pause.state(performance.now());
      const mode = root.dataset.sound !== "on" ? "off" : paused ? "paused" : isSounding ? "sounding" : "on";
      if (mode !== soundMode) { soundMode = mode; soundModeAt = performance.now(); }
      const left = paused ? panelWords.countdown(paused.leftMs) : "";
      put("sound", { off: "Sound off \u2013 tap to switch on", paused: "Paused " + left + " \u2013 end", sounding: "Pause sound 2 min", on: "Sound on" }[mode]);
      put("paused", paused ? "Sound paused " + left + " by " + paused.by : "");
      if (root.dataset.soundMode !== mode) root.dataset.soundMode = mode;
    }

    function tapSound() {
      // A tap that was meant for what the button said a moment ago must not silence an alert.
      const isMeant = performance.now() - soundModeAt > MEANT_MS;
      if (soundMode === "paused") pause.end();
      else if (soundMode === "sounding" && isMeant) pause.begin(soundingNow(clock.now()), performance.now(), (window.infusion.me || {}).display_name || "somebody");
      else if (soundMode !== "sounding") sound.unlock();
      showSounding(clock.now());
    }

    function showDensity() {
      const count = tiles.size;
      const density = count <= 4 ? "few" : count <= 6 ? "two-rows" : count <= 9 ? "three-rows" : "many";
      if (grid.dataset.density !== density) grid.dataset.density = density;
    }

    function showNothing(status) {
      const said = status === 200 ? "No session is open." : status === 403 ? "Your role may not open the panel."
        : status === 401 ? "You are signed out." : "The server was not reached. Trying again.";
      put("empty-text", said);
      find("empty-help").hidden = status !== 200;
    }

    function put(name, text) {
      const node = find(name);
      if (node && node.textContent !== text) node.textContent = text;
    }

    // ---------------------------------------------------------------- hands
    const down = () => { isHandDown = true; handAt = performance.now(); };
    const up = () => { isHandDown = false; handAt = performance.now(); };
    const move = () => { handAt = performance.now(); };
    root.addEventListener("pointerdown", down);
    find("frame").addEventListener("pointermove", move, { passive: true });
    window.addEventListener("pointerup", up);
    window.addEventListener("pointercancel", up);
    find("sound").addEventListener("click", tapSound);

    panelPlot.defineHatch(find("frame"));
    showSound(false);
    handAt = -Infinity;
    begin(0);
    const timer = setInterval(tick, TICK_MS);

    return () => {
      isStopped = true;
      clearInterval(timer);
      clearTimeout(rereading);
      clearTimeout(retry);
      if (frame !== null) cancelAnimationFrame(frame);
      if (closeLive) closeLive();
      sizes.disconnect();
      sound.stop();
      alerts.stop();
      gates.stop();
      window.removeEventListener("pointerup", up);
      window.removeEventListener("pointercancel", up);
    };
  }

  window.infusion.onPage("panel", start);
})();
