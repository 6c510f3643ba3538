/* The small plot of a tile: the last 60 minutes as SVG paths rewritten in place, in pixels of the screen.
   Lanes from the top: SpO2 (dashed), pressure as a band with heart rate as a line, rate as steps. Gaps are hatched. */
(function () {
  "use strict";
  const SPAN_MS = 3600000;
  const KEEP_MS = SPAN_MS + 20000;
  const GUTTER = 46;               // room for the direct labels, px
  const MOST_POINTS = 480;         // beyond this a line is thinned, keeping the extremes of each bucket
  const LEAST_GAP_MS = 45000;
  const SVG = "http://www.w3.org/2000/svg";
  const SERIES = ["heart_rate_per_min", "systolic_mmhg", "diastolic_mmhg", "spo2_percent", "rate_mg_per_kg_per_h"];
  const SPO2_RANGE = [80, 100];
  const PRESSURE_RANGE = [40, 200];
  const RATE_TOP_AT_LEAST = 1.25;  // so that the 1 mg/kg/h line is always in sight

  function node(name, attributes, parent) {
    const made = document.createElementNS(SVG, name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    parent.appendChild(made);
    return made;
  }

  /** Where two measurements lie too far apart to be joined: three and a half times their usual distance. */
  function gapOf(points) {
    const steps = [];
    for (let at = Math.max(1, points.length - 60); at < points.length; at++) steps.push(points[at][0] - points[at - 1][0]);
    if (!steps.length) return Infinity;
    steps.sort((a, b) => a - b);
    return Math.max(LEAST_GAP_MS, 3.5 * steps[steps.length >> 1]);
  }

  /** Lowest and highest point of each bucket, in order of time. */
  function thinned(points) {
    if (points.length <= MOST_POINTS) return points;
    const width = (2 * points.length) / MOST_POINTS;
    const kept = [];
    for (let from = 0; from < points.length; from += width) {
      let low = points[Math.floor(from)];
      let high = low;
      const end = Math.min(points.length, Math.floor(from + width));
      for (let at = Math.floor(from); at < end; at++) {
        if (points[at][1] < low[1]) low = points[at];
        if (points[at][1] > high[1]) high = points[at];
      }
      if (low[0] < high[0]) kept.push(low, high); else if (low[0] > high[0]) kept.push(high, low); else kept.push(low);
    }
    const newest = points[points.length - 1];
    if (kept[kept.length - 1] !== newest) kept.push(newest);
    return kept;
  }

  function tenth(value) { return Math.round(value * 10) / 10; }

  /** y of a value in a lane [top, height]; what lies outside the scale is drawn on its edge. */
  function scale(range, lane) {
    const perUnit = lane.height / (range[1] - range[0]);
    return (value) => tenth(lane.top + (range[1] - Math.min(range[1], Math.max(range[0], value))) * perUnit);
  }

  /** One point of a line; a point with no neighbour is drawn as a dot. */
  function step(point, before, x, y, gapMs) {
    const place = x(point[0]) + " " + y(point[1]);
    return before && point[0] - before[0] <= gapMs ? "L" + place : "M" + place + "h.1";
  }

  function line(points, x, y, gapMs) {
    let d = "";
    for (let at = 0; at < points.length; at++) d += step(points[at], points[at - 1], x, y, gapMs);
    return d;
  }

  function gaps(points, x, lane, gapMs, now) {
    let d = "";
    for (let at = 1; at <= points.length; at++) {
      const from = points[at - 1][0];
      const to = at < points.length ? points[at][0] : now;
      if (to - from > gapMs) d += "M" + x(from) + " " + lane.top + "H" + x(to) + "v" + lane.height + "H" + x(from) + "z";
    }
    return d;
  }

  function steps(points, x, y, now) {
    if (!points.length) return "";
    let d = "M" + x(points[0][0]) + " " + y(points[0][1]);
    for (let at = 1; at < points.length; at++) d += "H" + x(points[at][0]) + "V" + y(points[at][1]);
    return d + "H" + x(now);
  }

  /** The pattern of a gap, once for all plots of the page. */
  function defineHatch(parent) {
    const svg = node("svg", { width: 0, height: 0, "aria-hidden": "true", style: "position:absolute" }, parent);
    const attributes = { id: "panel-hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" };
    node("path", { d: "M1 0V6", "class": "panel__hatch-line" }, node("pattern", attributes, node("defs", {}, svg)));
  }

  function create(host) {
    const svg = node("svg", { "class": "plot", "aria-hidden": "true" }, host);
    const path = (name, attributes) => node("path", Object.assign({ "class": "plot__" + name }, attributes), svg);
    const frame = path("frame");
    const hatch = path("hatch", { fill: "url(#panel-hatch)" });
    const band = path("band");
    const lines = {
      systolic_mmhg: path("edge", { "data-plot": "systolic_mmhg" }),
      diastolic_mmhg: path("edge", { "data-plot": "diastolic_mmhg" }),
      rate_mg_per_kg_per_h: path("rate", { "data-plot": "rate_mg_per_kg_per_h" }),
      spo2_percent: path("spo2", { "data-plot": "spo2_percent" }),
      heart_rate_per_min: path("heart", { "data-plot": "heart_rate_per_min" }),
    };
    const limit = path("limit");
    const pins = { critical: path("pin plot__pin--critical"), warning: path("pin plot__pin--warning"), advisory: path("pin plot__pin--advisory") };
    const labels = {};
    [["spo2", "SpO2"], ["pressure", "BP"], ["heart", "HR"], ["rate", "Rate"]].forEach(([name, text]) => {
      labels[name] = node("text", { "class": "plot__label", x: 0 }, svg);
      labels[name].textContent = text;
    });
    const points = {};
    SERIES.forEach((name) => { points[name] = []; });
    const gapMs = {};
    let width = 0;
    let height = 0;
    let lanes = null;
    let raised = [];
    let x = null;                  // the time scale of the last whole drawing
    let isWhole = true;            // the next drawing has to be whole
    const ys = {};
    const drawn = {};
    const appended = [];

    function learnGaps() { SERIES.forEach((name) => { gapMs[name] = gapOf(points[name]); }); }

    /** Takes a trend as read at `changeNumber`; points that arrived after it stay. */
    function load(trend, changeNumber) {
      SERIES.forEach((name) => {
        const newer = points[name].filter((point) => point[2] > changeNumber);
        points[name] = (trend[name] || []).map((point) => [point[0], Number(point[1]), 0]).concat(newer);
        points[name].sort((a, b) => a[0] - b[0]);
      });
      learnGaps();
      isWhole = true;
    }

    function add(name, ms, value, changeNumber) {
      const list = points[name];
      if (!list) return;
      const before = list[list.length - 1];
      const point = [ms, value, changeNumber];
      if (before && before[0] > ms) {
        let at = list.length;
        while (at > 0 && list[at - 1][0] > ms) at -= 1;
        list.splice(at, 0, point);
        isWhole = true;
        return;
      }
      list.push(point);
      // A gap that has just ended is hatched anew, and so is a line with its first points.
      if (!before || ms - before[0] > gapMs[name] || list.length < 3) isWhole = true;
      appended.push([name, point, before]);
    }

    function prune(now) {
      SERIES.forEach((name) => {
        // A step that began before the window still holds in it.
        const spare = name === "rate_mg_per_kg_per_h" ? 1 : 0;
        let drop = 0;
        while (drop < points[name].length - spare && points[name][drop + spare][0] < now - KEEP_MS) drop += 1;
        if (drop) points[name].splice(0, drop);
      });
    }

    function resize(newWidth, newHeight) {
      width = newWidth;
      height = newHeight;
      const inner = height - 1;
      const spo2 = { top: 1, height: Math.round(inner * 0.19) };
      const rate = { height: Math.round(inner * 0.17) };
      rate.top = inner - rate.height;
      const pressure = { top: spo2.top + spo2.height + 4 };
      pressure.height = rate.top - 4 - pressure.top;
      lanes = { spo2, pressure, rate };
      svg.setAttribute("viewBox", "0 0 " + width + " " + height);
      placeLabel("spo2", spo2.top + spo2.height / 2 + 4);
      placeLabel("rate", rate.top + rate.height / 2 + 5);
      let d = "";
      [spo2, pressure, rate].forEach((lane) => { d += "M" + GUTTER + " " + (lane.top + lane.height + 0.5) + "H" + width; });
      [0, 0.25, 0.5, 0.75, 1].forEach((part) => {
        d += "M" + (Math.round(GUTTER + part * (width - GUTTER - 1)) + 0.5) + " 0V" + inner;
      });
      frame.setAttribute("d", d);
      isWhole = true;
    }

    function placeLabel(name, y) {
      const row = String(Math.round(y));
      if (labels[name].getAttribute("y") !== row) labels[name].setAttribute("y", row);
    }

    /** The names stand where their traces are; never on each other. */
    function placeLabels(y) {
      const lane = lanes.pressure;
      const first = (name) => (points[name].length ? y(points[name][0][1]) : null);
      const middle = points.systolic_mmhg.length && points.diastolic_mmhg.length
        ? (first("systolic_mmhg") + first("diastolic_mmhg")) / 2 + 4 : lane.top + 11;
      let heart = points.heart_rate_per_min.length ? first("heart_rate_per_min") + 4 : lane.top + lane.height - 3;
      if (Math.abs(heart - middle) < 12) heart = middle + (heart < middle ? -12 : 12);
      placeLabel("pressure", middle);
      placeLabel("heart", heart);
    }

    function mark(name) {
      const list = points[name];
      lines[name].setAttribute("data-points", list.length);
      lines[name].setAttribute("data-last-ms", list.length ? list[list.length - 1][0] : "");
    }

    function write(name, path) {
      drawn[name] = path;
      lines[name].setAttribute("d", path);
      mark(name);
    }

    /** The whole plot for this moment: all lines move on together. */
    function draw(now) {
      if (!width) return;
      prune(now);
      learnGaps();
      const from = now - SPAN_MS;
      const perMs = (width - GUTTER) / SPAN_MS;
      x = (ms) => tenth(GUTTER + Math.max(0, Math.min(SPAN_MS, ms - from)) * perMs);
      ys.heart_rate_per_min = ys.systolic_mmhg = ys.diastolic_mmhg = scale(PRESSURE_RANGE, lanes.pressure);
      ys.spo2_percent = scale(SPO2_RANGE, lanes.spo2);
      ["heart_rate_per_min", "spo2_percent"].forEach((name) => write(name, line(thinned(points[name]), x, ys[name], gapMs[name])));
      drawPressure();
      drawRate(now);
      hatch.setAttribute("d", gaps(points.heart_rate_per_min, x, lanes.pressure, gapMs.heart_rate_per_min, now)
        + gaps(points.spo2_percent, x, lanes.spo2, gapMs.spo2_percent, now));
      drawPins(from);
      placeLabels(ys.heart_rate_per_min);
      appended.length = 0;
      isWhole = false;
    }

    /** What came since the last drawing. In order of time it is only appended to its line; else all is drawn anew. */
    function drawNews(now) {
      if (!x || isWhole) { draw(now); return; }
      const touched = new Set();
      appended.forEach(([name, point, before]) => {
        if (name in ys && name !== "systolic_mmhg" && name !== "diastolic_mmhg") {
          drawn[name] += step(point, before, x, ys[name], gapMs[name]);
        }
        touched.add(name);
      });
      appended.length = 0;
      if (touched.has("systolic_mmhg") || touched.has("diastolic_mmhg")) drawPressure();
      if (touched.has("rate_mg_per_kg_per_h")) drawRate(now);
      ["heart_rate_per_min", "spo2_percent"].forEach((name) => { if (touched.has(name)) write(name, drawn[name]); });
    }

    function drawPressure() {
      const y = ys.systolic_mmhg;
      const top = thinned(points.systolic_mmhg);
      const bottom = thinned(points.diastolic_mmhg);
      const upper = line(top, x, y, Infinity);
      write("systolic_mmhg", upper);
      write("diastolic_mmhg", line(bottom, x, y, Infinity));
      const back = bottom.slice().reverse().map((point) => "L" + x(point[0]) + " " + y(point[1])).join("");
      band.setAttribute("d", top.length && bottom.length ? upper + back + "z" : "");
    }

    function drawRate(now) {
      const list = points.rate_mg_per_kg_per_h;
      const highest = list.reduce((most, point) => Math.max(most, point[1]), 0);
      const y = scale([0, Math.max(RATE_TOP_AT_LEAST, highest * 1.15)], lanes.rate);
      write("rate_mg_per_kg_per_h", steps(list, x, y, now));
      limit.setAttribute("d", "M" + GUTTER + " " + y(1) + "H" + width);
    }

    function drawPins(from) {
      const d = { critical: "", warning: "", advisory: "" };
      raised.forEach((alert) => {
        if (alert.ms >= from) d[alert.level] += "M" + x(alert.ms) + " " + (height - 1) + "V0l-3.5 0l3.5 6l3.5-6l-3.5 0";
      });
      for (const level in d) if (pins[level].getAttribute("d") !== d[level]) pins[level].setAttribute("d", d[level]);
    }

    learnGaps();
    return {
      host, load, add, resize, draw, drawNews,
      /** The alerts to pin: [{ms, level}]. */
      pin(alerts) { raised = alerts; isWhole = true; },
    };
  }

  window.infusion.panelPlot = { create, defineHatch, SERIES };
})();
