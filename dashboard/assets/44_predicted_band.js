/* The predicted plasma ketamine under the one-session figure: a band of published models, asked of the server.

   A model, never a measurement: dotted, with broken edges, in a row of its own that shares nothing with the measured
   rows but the window of time ("session:window" of 41_session_figure.js). It is asked anew when what it rests on has
   changed and once a minute, and is never drawn beyond the time up to which the server has told it. */
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const MINUTE = 60000;
  const SOON_MS = 300;
  const LOOK_MS = 5000;
  const AGAIN_MS = MINUTE;
  const OLD_MS = MINUTE * 2.5;
  const STEPS = [2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000];
  const MOST_STEPS = 3;
  const SWITCH_KEY = "session-model";
  const DASH = "\u2013";
  const MOVING = new Set(["session_planned", "weight", "bag_dispensed", "bag_changed", "infusion_started", "rate_changed", "infusion_paused",
    "infusion_resumed", "infusion_ended", "bolus", "amendment", "entered_in_error", "transferred", "left_against_advice", "session_aborted",
    "session_cancelled", "discharged"]);
  const time = (instant) => window.infusion.clinicTime(instant);

  // ------------------------------------------------------------------ the answer as times and values; pure
  /** {from, until, t, low, high, names} of an answer that has a band. */
  function bandOf(answer) {
    const from = Date.parse(answer.first_drug_at);
    return {
      from, until: Date.parse(answer.until_at), t: answer.minutes.map((one) => from + one * MINUTE),
      low: answer.low_ng_per_ml, high: answer.high_ng_per_ml, names: answer.models.map((one) => one.words.split(/[,:]/)[0]),
    };
  }

  /** The axis from 0: {top, step} with at most three steps. */
  function axisOf(high) {
    const most = Math.max(...high);
    const step = STEPS.find((one) => most <= one * MOST_STEPS) || STEPS[STEPS.length - 1];
    return { top: Math.max(step, Math.ceil(most / step) * step), step };
  }

  const rounded = (value) => (value < 9.95 ? value.toFixed(1) : String(Math.round(value)));

  /** Two edges and the area between them as path data; `place` maps (ms, value) to pixels. */
  function pathsOf(band, place) {
    const high = band.t.map((ms, at) => place(ms, band.high[at]));
    const low = band.t.map((ms, at) => place(ms, band.low[at]));
    const line = (points) => "M" + points.join("L");
    return { high: line(high), low: line(low), area: line(high.concat(low.slice().reverse())) + "Z" };
  }

  // ------------------------------------------------------------------ drawing
  function make(name, attributes, children) {
    const node = document.createElementNS(SVG, name);
    Object.keys(attributes).forEach((one) => node.setAttribute(one, attributes[one]));
    node.append(...(children || []));
    return node;
  }

  function dots() {
    const dot = (x, y) => make("circle", { class: "model__dot", cx: x, cy: y, r: 0.9 });
    return make("defs", {}, [make("pattern", { id: "session--model-dots", width: 6, height: 6, patternUnits: "userSpaceOnUse" },
      [make("rect", { class: "model__ground", width: 6, height: 6 }), dot(1.5, 1.5), dot(4.5, 4.5)])]);
  }

  const valuesOf = (axis) => Array.from({ length: Math.round(axis.top / axis.step) }, (_, at) => (at + 1) * axis.step);

  function tickWords(value, y) {
    const words = make("text", { class: "model__tick", x: 4, y: y + 10 });
    words.textContent = String(value);
    return words;
  }

  /** The drawing of one window of time, in pixels. */
  function drawing(band, window_, width, height) {
    const axis = axisOf(band.high);
    const toY = (value) => Math.round((height - 1 - (value / axis.top) * (height - 2)) * 10) / 10;
    const toX = (ms) => Math.round(((ms - window_[0]) / (window_[1] - window_[0])) * width * 10) / 10;
    const paths = pathsOf(band, (ms, value) => [toX(ms), toY(value)]);
    return make("svg", { width, height, role: "img", "aria-label": "Predicted ketamine, a band of models" }, [
      dots(),
      ...valuesOf(axis).map((value) => make("line", { class: "model__grid", x1: 0, x2: width, y1: toY(value), y2: toY(value) })),
      make("path", { class: "model__band", fill: "url(#session--model-dots)", d: paths.area }),
      make("path", { class: "model__edge", d: paths.high }),
      make("path", { class: "model__edge", d: paths.low }),
      ...valuesOf(axis).map((value) => tickWords(value, toY(value))),
    ]);
  }

  // ------------------------------------------------------------------ the row
  function isSwitchedOff() { try { return localStorage.getItem(SWITCH_KEY) === "off"; } catch (_) { return false; } }
  function remember(isOff) { try { localStorage.setItem(SWITCH_KEY, isOff ? "off" : "on"); } catch (_) { /* private mode: it holds for this page */ } }

  /** Owns the row of one session's page. */
  function create(page, sessionId) {
    const row = page.querySelector("#session--model");
    const plot = page.querySelector("#session--model-plot");
    const strip = page.querySelector("#session--strip");
    const button = page.querySelector('[data-role="model-switch"]');
    const nodes = {};
    ["words", "range", "age"].forEach((name) => { nodes[name] = page.querySelector("#session--model-" + name); });
    let band = null;
    let record = null;
    let window_ = null;
    let askedAt = -Infinity;
    let readAt = -Infinity;
    let readTime = "";
    let asking = 0;           // number of the newest question; the answer to an older one is dropped
    let soon = null;
    let isLost = false;
    let isOff = isSwitchedOff();

    function put(node, text) { if (node.textContent !== text) node.textContent = text; }

    function draw() {
      const [width, height] = [plot.clientWidth, plot.clientHeight];
      if (!band || !window_ || isOff || width === 0) { plot.replaceChildren(); return; }
      plot.replaceChildren(drawing(band, window_, width, height));
    }

    function say(words, look) {
      put(nodes.words, words);
      if (look) row.dataset.look = look; else delete row.dataset.look;
    }

    function showBand(words) {
      const last = band.t.length - 1;
      row.title = words;
      say("Lowest to highest of " + band.names.join(", ") + ", as a venous sample");
      put(nodes.range, rounded(band.low[last]) + DASH + rounded(band.high[last]));
      put(nodes.age, "model, at " + time(band.until));
      draw();
    }

    function showNone(words) {
      band = null;
      row.removeAttribute("title");
      say(words, "missing");
      put(nodes.range, DASH);
      put(nodes.age, "no model");
      draw();
    }

    /** What was read stands, marked as old: it is of the time that it names. */
    function showOld() {
      if (band) say("Not read again since " + readTime, "stale"); else showNone("No prediction: the server did not answer.");
    }

    function take(answer) {
      readAt = performance.now();
      readTime = time(window.infusion.clock.now());
      if (answer.unavailable) { showNone("No prediction: " + answer.unavailable.reason + "."); return; }
      band = bandOf(answer);
      showBand(answer.words);
    }

    async function ask() {
      clearTimeout(soon);
      soon = null;
      if (isOff || isLost) return;
      askedAt = performance.now();
      const number = ++asking;
      const answer = await window.infusion.call("GET", "/api/v1/sessions/" + encodeURIComponent(sessionId) + "/predicted-concentration");
      if (number !== asking || isOff) return;
      if (answer.ok) take(answer.body); else if (!band || performance.now() - readAt > OLD_MS) showOld();
    }

    function askSoon() { if (soon === null) soon = setTimeout(ask, SOON_MS); }

    /** The band ends at its own time; an open session is asked about again each minute while somebody can see it. */
    function look() {
      if (isOff || isLost || !record || !record.isOpen || document.hidden) return;
      const now = performance.now();
      if (now - askedAt >= AGAIN_MS) ask();
      if (band && now - readAt > OLD_MS) showOld();
    }

    function showSwitch() {
      row.hidden = isOff;
      row.parentNode.dataset.model = isOff ? "off" : "on";
      button.setAttribute("aria-pressed", String(!isOff));
    }

    function turn() {
      isOff = !isOff;
      remember(isOff);
      showSwitch();
      if (!isOff) ask();
    }

    function follow(event) {
      const [from, to] = event.detail;
      if (window_ && window_[0] === from && window_[1] === to) return;
      window_ = [from, to];
      draw();
    }

    strip.addEventListener("session:window", follow);
    button.addEventListener("click", turn);
    const watcher = new ResizeObserver(draw);
    watcher.observe(plot);
    const timer = setInterval(look, LOOK_MS);
    showSwitch();
    say("The prediction is being read.", "missing");

    return {
      /** The record as it was read, for the first time or anew. */
      setRecord(next) { record = next; ask(); },
      /** One change of the record, which the page has taken already. */
      take(next, change) { record = next; if (change.entry && MOVING.has(change.entry.kind)) askSoon(); },
      path(isPathLost) { isLost = isPathLost; if (!isLost && record) askSoon(); },
      close() {
        isOff = true;
        clearTimeout(soon);
        clearInterval(timer);
        watcher.disconnect();
        strip.removeEventListener("session:window", follow);
        button.removeEventListener("click", turn);
      },
    };
  }

  window.infusion.predictedBand = { create, bandOf, axisOf, pathsOf };
})();
