/* The one-session figure: the only owner of the plotly graph in #session--plot.

   One horizontal axis (epoch ms, ticks in clinic time), one vertical axis a row. Drawing is the cost, so that updates
   are gathered and drawn once, after the frame that shows the numbers; a live vital sign is laid over the plot at once
   (41_session_tail.js), and its full drawing follows. The window a person chose stays until changed. */
(function () {
  "use strict";
  const MINUTE = 60000;
  const DRAWN_POINTS = 240;
  const SPARSE_POINTS = 60;
  const RAIL_LANES = 3;
  // What stands over the plot already is drawn in full this much later, however many values come in between.
  const FOLLOW_MS = 2000;
  const VITAL_LINES = [
    { sign: "systolic_mmhg", name: "systolic", row: "pressure", width: 1.8 },
    { sign: "diastolic_mmhg", name: "diastolic", row: "pressure", width: 1.2 },
    { sign: "heart_rate_per_min", name: "heart rate", row: "heart-rate", width: 1.8 },
    { sign: "spo2_percent", name: "SpO2", row: "spo2", width: 1.8 },
    { sign: "respiratory_rate_per_min", name: "breaths", row: "breaths", width: 1.8 },
  ];
  const TICK_MINUTES = [1, 2, 5, 10, 15, 30, 60, 120, 240, 360, 720, 1440];
  const TOKENS = ["text", "text-quiet", "text-faint", "trace", "trace-quiet", "band", "limit-band", "hatch", "line", "card",
    "critical", "warning", "advisory"];
  const PIN_SHAPES = { alert: "triangle-up", effect: "square", drug: "diamond", pump: "circle", life: "circle-open" };
  const PIN_KINDS = {
    infusion_started: "pump", rate_changed: "pump", infusion_paused: "pump", infusion_resumed: "pump", infusion_ended: "pump",
    bolus: "drug", medication_given: "drug", adverse_effect: "effect", serious_event: "effect",
  };
  // Which words stay when the rail is crowded; the marks always stay.
  const PIN_WEIGHT = { critical: 0, serious_event: 0, warning: 1, effect: 2, pump: 3, drug: 3, advisory: 4, life: 5 };
  const PIN_LETTERS = 34;
  const words = () => window.infusion.sessionWords;
  const series = () => window.infusion.sessionSeries;

  // ------------------------------------------------------------------ plotly itself
  let loading = null;

  /** The plotly that Dash serves from the plotly package; asked for by this page alone. */
  function loadPlotly(url) {
    if (window.Plotly) return Promise.resolve(window.Plotly);
    loading = loading || new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = url;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => { loading = null; script.remove(); reject(new Error("plotly was not loaded")); };
      document.head.append(script);
    });
    return loading;
  }

  function readTokens() {
    const style = getComputedStyle(document.documentElement);
    const colours = {};
    TOKENS.forEach((name) => { colours[name] = style.getPropertyValue("--" + name).trim(); });
    colours.font = getComputedStyle(document.body).fontFamily;
    return colours;
  }

  // ------------------------------------------------------------------ the window of time
  /** The whole session with room on the right that grows in steps, so that the axis does not creep at each value. */
  function wholeWindow(record, now) {
    const from = record.firstMs === null ? now - 10 * MINUTE : record.firstMs;
    const until = record.isOpen ? now : Math.max(record.lastMs || from, from + MINUTE);
    const length = Math.max(until - from, 10 * MINUTE);
    const step = length > 240 * MINUTE ? 30 * MINUTE : length > 60 * MINUTE ? 10 * MINUTE : 5 * MINUTE;
    const room = record.isOpen ? Math.ceil((until + 0.2 * step) / step) * step : until + 0.02 * length;
    return [from - 0.02 * length, room];
  }

  function lastWindow(record, now, minutes) {
    const until = record.isOpen ? now : record.lastMs || now;
    return [until - minutes * MINUTE, until + 0.04 * minutes * MINUTE];
  }

  /** Ticks at round clinic times, 5 to 9 of them. */
  function ticks(window_, width) {
    const wanted = Math.max(3, Math.min(9, Math.floor(width / 130)));
    const minutes = TICK_MINUTES.find((one) => (window_[1] - window_[0]) / (one * MINUTE) <= wanted) || 1440;
    const values = [];
    // Round in clinic time: a zone's offset is a multiple of 15 minutes, so minutes of the hour are asked from the zone.
    let at = Math.ceil(window_[0] / MINUTE) * MINUTE;
    while (at < window_[1] && minuteOfDay(at) % minutes !== 0) at += MINUTE;
    for (; at < window_[1]; at += minutes * MINUTE) values.push(at);
    return { values, texts: values.map((ms) => window.infusion.clinicTime(ms)) };
  }

  function minuteOfDay(ms) {
    const [hours, minutes] = window.infusion.clinicTime(ms).split(":").map(Number);
    return (hours % 24) * 60 + minutes;
  }

  // ------------------------------------------------------------------ pins
  /** Everything that stands on the rail: {t, text, shape, level, weight, key}. */
  function pinsOf(record) {
    const pins = [];
    record.others.forEach((entry) => {
      if (entry.withdrawn) return;
      const text = words().pinWords(entry, record.weightKg);
      if (text === null) return;
      const kind = PIN_KINDS[entry.kind] || "life";
      const weight = PIN_WEIGHT[entry.kind] === undefined ? PIN_WEIGHT[kind] : PIN_WEIGHT[entry.kind];
      pins.push({ t: Date.parse(entry.effective_at), text, shape: PIN_SHAPES[kind], level: null, weight, key: entry.entry_id });
    });
    record.alerts.forEach((alert) => {
      if (alert.withdrawn_at) return;
      const level = alert.peak_level || alert.level;
      const text = words().levelMark(level) + " " + shortened(alert.raised_text);
      pins.push({ t: Date.parse(alert.raised_at), text, shape: PIN_SHAPES.alert, level, weight: PIN_WEIGHT[level], key: alert.alert_id });
    });
    return pins.sort((one, other) => one.t - other.t);
  }

  function shortened(text) {
    const first = String(text).split(/, (?:over|at or|below|under)|: | \(/)[0];
    return first.length > PIN_LETTERS ? first.slice(0, PIN_LETTERS - 1).trimEnd() + "…" : first;
  }

  const pen = document.createElement("canvas").getContext("2d");

  /** Gives each pin a lane for its words, the weightiest first; a pin without room keeps its mark alone. */
  function placeWords(pins, range, width, font) {
    pen.font = "12px " + font;
    const taken = Array.from({ length: RAIL_LANES }, () => []);
    const visible = pins.filter((pin) => pin.t >= range[0] && pin.t <= range[1]);
    visible.slice().sort((one, other) => one.weight - other.weight || one.t - other.t).forEach((pin) => {
      const half = pen.measureText(pin.text).width / 2 + 5;
      const x = ((pin.t - range[0]) / (range[1] - range[0])) * width;
      const align = x < half ? "right" : x > width - half ? "left" : "center";
      const from = align === "center" ? x - half : align === "right" ? x - 6 : x - 2 * half + 6;
      const to = from + 2 * half;
      pin.align = align;
      pin.lane = taken.findIndex((lane) => lane.every(([start, end]) => to <= start || from >= end));
      if (pin.lane >= 0) taken[pin.lane].push([from, to]);
    });
    return visible;
  }

  // ------------------------------------------------------------------ the figure
  /** Owns the graph inside `root`; `rows` come from the server (figures/session_rows.py). */
  function create(root, rows, plotlyUrl) {
    const strip = root.querySelector("#session--strip");
    const plot = root.querySelector("#session--plot");
    const readout = root.querySelector("#session--readout");
    const cursor = strip.querySelector(".strip__cursor");
    const tail = window.infusion.sessionTail.create(plot);
    let record = null;
    let signs = null;
    let held = 0;
    let colours = readTokens();
    let zoom = null;           // [from, to] chosen by a person
    let lastMinutes = null;    // or the last so many minutes
    let isDrawn = false;
    let isWaiting = false;
    let following = null;      // the timer of the full drawing that follows the tail
    let isClosed = false;
    let isOwnRelayout = false;
    let pins = [];

    // -------------------------------------------------- geometry: the CSS grid rules, the plot follows
    function geometry() {
      const height = plot.clientHeight;
      const of = (name) => {
        const cell = strip.querySelector('.strip__label[data-row="' + name + '"]');
        const top = cell.offsetTop - plot.offsetTop;
        return [1 - (top + cell.offsetHeight) / height, 1 - top / height];
      };
      const boxes = {};
      ["rail"].concat(rows.map((row) => row.row_id)).forEach((name) => { boxes[name] = of(name); });
      return { width: plot.clientWidth, height, boxes };
    }

    function range(now) {
      if (zoom) return zoom;
      return lastMinutes ? lastWindow(record, now, lastMinutes) : wholeWindow(record, now);
    }

    // -------------------------------------------------- traces
    function line(name, axis, width, more) {
      return Object.assign({
        name, type: "scatter", mode: "lines", xaxis: "x", yaxis: axis, connectgaps: false, hoverinfo: "skip",
        line: { color: colours.trace, width, simplify: false }, showlegend: false,
      }, more);
    }

    function drawn(sign, gap, window_) {
      const places = series().thin(sign, window_[0], window_[1], DRAWN_POINTS, gap.breaks);
      const x = [];
      const y = [];
      let before = -1;
      places.forEach((at) => {
        if (before >= 0) {
          for (let one = before + 1; one <= at; one++) if (gap.breaks.has(one)) { x.push(null); y.push(null); break; }
        }
        x.push(sign.t[at]); y.push(sign.v[at]);
        before = at;
      });
      return { x, y, points: places.length };
    }

    /** Few values stand as points on their line, many as a line alone; a lone value between gaps is always a point. */
    function lonePoints(shape) {
      return shape.x.map((_, at) => (shape.x[at] !== null && isEdge(shape.x, at - 1) && isEdge(shape.x, at + 1) ? 5 : 0));
    }
    const isEdge = (list, at) => at < 0 || at >= list.length || list[at] === null;

    function vitalTrace(name, axis, width, shape) {
      const isSparse = shape.points <= SPARSE_POINTS;
      const sizes = isSparse ? 5 : lonePoints(shape);
      const hasLone = isSparse || sizes.some((size) => size > 0);
      return line(name, axis, width, Object.assign({ x: shape.x, y: shape.y }, hasLone
        ? { mode: "lines+markers", marker: { size: sizes, color: colours.trace, line: { width: 0 } } } : {}));
    }

    /** The pressure band: one closed shape for each stretch without a gap. */
    function bandTrace(axis, high, low) {
      const x = [];
      const y = [];
      stretchesOf(high).forEach((top, number) => {
        const bottom = stretchesOf(low)[number];
        if (!bottom || top.length < 2) return;
        top.forEach(([ms, value]) => { x.push(ms); y.push(value); });
        bottom.slice().reverse().forEach(([ms, value]) => { x.push(ms); y.push(value); });
        x.push(null); y.push(null);
      });
      return line("pressure band", axis, 0, { x, y, fill: "toself", fillcolor: colours.band, line: { width: 0 } });
    }

    function stretchesOf(shape) {
      const stretches = [[]];
      shape.x.forEach((ms, at) => {
        if (ms === null) stretches.push([]); else stretches[stretches.length - 1].push([ms, shape.y[at]]);
      });
      return stretches.filter((one) => one.length > 0);
    }

    function rateTrace(axis, now) {
      const steps = series().rateSteps(record.others, record.weightKg);
      const x = steps.t.slice();
      const y = steps.v.slice();
      const until = record.isOpen ? now : record.lastMs;
      if (x.length && until > x[x.length - 1]) { x.push(until); y.push(y[y.length - 1]); }
      return { steps: { x, y }, trace: line("rate", axis, 2.5, { x, y, line: { color: colours.trace, width: 2.5, shape: "hv" } }) };
    }

    function painTrace(name, axis, answers, toText) {
      const x = [];
      const y = [];
      const text = [];
      const symbols = [];
      const sides = [];
      const keys = [...new Set(answers.map((one) => one.key))];
      keys.forEach((key) => {
        answers.filter((one) => one.key === key).forEach((one) => {
          x.push(one.t);
          y.push(one.score === null ? 0 : one.score);
          text.push(toText(one));
          symbols.push(painSymbol(one));
          sides.push(painSide(one));
        });
        x.push(null); y.push(null); text.push(""); symbols.push("circle"); sides.push("top center");
      });
      return line(name, axis, 1.5, {
        x, y, text, mode: "lines+markers+text", textposition: sides, cliponaxis: false,
        textfont: { color: colours.text, size: 13, family: colours.font },
        marker: { symbol: symbols, size: 10, color: colours.trace, line: { width: 1.5, color: colours.trace } },
        line: { color: colours["trace-quiet"], width: 1.5, dash: "dot" },
      });
    }

    /** NRS round, VAS square; on movement open, at rest filled; no score is a cross at the floor. */
    function painSymbol(one) {
      if (one.score === null) return "x-thin-open";
      return (one.instrument === "vas" ? "square" : "circle") + (one.circumstance === "movement" ? "-open" : "");
    }

    /** Words of movement stand over the point, of rest under it, so that a pair stays readable; turned at the ends. */
    function painSide(one) {
      const part = one.score === null ? 0 : one.instrument === "vas" ? one.score / 10 : one.score;
      const isOver = part < 2 || (one.circumstance === "movement" && part < 8.5);
      return isOver ? "top center" : "bottom center";
    }

    function painTraces(axis, vasAxis) {
      const answers = series().painAnswers(record.others);
      const usual = answers.filter((one) => one.score !== null).pop();
      const more = (one) => (usual && one.circumstance !== usual.circumstance ? (one.circumstance === "rest" ? " rest" : " moving") : "")
        + (usual && one.recall !== usual.recall ? " " + words().plain(one.recall) : "");
      const toText = (one) => (one.noScore ? words().plain(one.noScore) : one.score + (one.instrument === "vas" ? " mm" : "")) + more(one);
      return [
        painTrace("pain NRS", axis, answers.filter((one) => one.instrument !== "vas"), toText),
        painTrace("pain VAS", vasAxis, answers.filter((one) => one.instrument === "vas"), toText),
      ];
    }

    function hatchTrace(stretches, boxes) {
      const x = [];
      const y = [];
      stretches.forEach(([row, from, to]) => {
        const [bottom, top] = boxes[row];
        x.push(from, from, to, to, from, null);
        y.push(bottom, top, top, bottom, bottom, null);
      });
      return line("not measured", "y9", 0, {
        x, y, fill: "toself", fillcolor: "rgba(0,0,0,0)", line: { width: 0 },
        fillpattern: { shape: "/", fgcolor: colours.hatch, bgcolor: colours.card, size: 7, solidity: 0.2, fillmode: "replace" },
      });
    }

    function pinTraces(boxes, window_, width) {
      const [bottom, top] = boxes.rail;
      const dots = bottom + (top - bottom) * 0.12;
      const lane = (number) => bottom + (top - bottom) * (0.36 + 0.25 * number);
      const shown = placeWords(pins, window_, width, colours.font);
      const stems = { x: [], y: [] };
      const leaders = { x: [], y: [] };
      const floor = Math.min(...Object.values(boxes).map((box) => box[0]));
      shown.forEach((pin) => {
        stems.x.push(pin.t, pin.t, null);
        stems.y.push(floor, bottom, null);
        leaders.x.push(pin.t, pin.t, null);
        leaders.y.push(bottom, pin.lane > 0 ? lane(pin.lane) - 0.3 * (lane(1) - lane(0)) : dots, null);
      });
      const named = shown.filter((pin) => pin.lane >= 0);
      return [
        line("stems", "y", 1, { x: stems.x, y: stems.y, line: { color: colours.line, width: 1 } }),
        line("leaders", "y9", 1, { x: leaders.x, y: leaders.y, line: { color: colours.hatch, width: 1 } }),
        line("marks", "y9", 0, {
          x: shown.map((pin) => pin.t), y: shown.map(() => dots), mode: "markers", hoverinfo: "none",
          customdata: shown.map((pin) => pin.key), cliponaxis: false,
          marker: {
            symbol: shown.map((pin) => pin.shape), size: shown.map((pin) => (pin.level ? 13 : 9)), opacity: 1,
            color: shown.map((pin) => (pin.level ? colours[pin.level] : colours.trace)),
            line: { width: shown.map((pin) => (pin.level ? 1.5 : 0)), color: colours.text },
          },
        }),
        line("words", "y9", 0, {
          x: named.map((pin) => pin.t), y: named.map((pin) => lane(pin.lane)), mode: "text", hoverinfo: "none",
          text: named.map((pin) => escaped(pin.text)), customdata: named.map((pin) => pin.key), cliponaxis: false,
          textposition: named.map((pin) => "middle " + pin.align),
          textfont: { color: colours.text, size: 12, family: colours.font },
        }),
      ];
    }

    // Plotly reads a little HTML in texts; what a person typed is text.
    const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

    // -------------------------------------------------- layout
    function axes(boxes, highest) {
      const layout = {};
      rows.forEach((row, number) => {
        const [low, high] = highest[row.row_id] || [row.low, row.high];
        const shown = row.ticks.filter((one) => one >= low && one <= high);
        layout["yaxis" + (number + 2)] = {
          domain: boxes[row.row_id], anchor: "x", range: [low, high], fixedrange: true, showgrid: false, zeroline: false,
          tickmode: "array", tickvals: row.row_id === "pain" ? [] : shown, ticklabelposition: "inside", ticks: "",
          tickfont: { size: 10, color: colours["text-faint"] }, layer: "below traces",
        };
      });
      const pain = layout["yaxis" + (rows.length + 1)];
      layout["yaxis" + (rows.length + 2)] = { overlaying: "y" + (rows.length + 1), range: pain.range.map((one) => one * 10), fixedrange: true, visible: false };
      layout.yaxis9 = { domain: [0, 1], range: [0, 1], anchor: "x", fixedrange: true, visible: false };
      return layout;
    }

    /** The warning limits in force for this patient; the first field of a row speaks for it. */
    function bands() {
      return rows.map((row, number) => ({ limits: record.bands[row.fields[0]], axis: "y" + (number + 2) }))
        .filter(({ limits }) => record.isJudged && limits && limits.some((one) => one !== null))
        .map(({ limits: [low, high], axis }) => ({
          type: "rect", layer: "below", xref: "paper", yref: axis, x0: 0, x1: 1, line: { width: 0 }, fillcolor: colours["limit-band"],
          y0: low === null ? -1e4 : low, y1: high === null ? 1e4 : high,
        }));
    }

    function settingLine() {
      const rule = record.limits.find((one) => one.rule_id === "rate.setting.warning");
      if (!record.weightKg || !rule) return { shapes: [], annotations: [] };
      return {
        shapes: [{ type: "line", xref: "paper", yref: "y2", x0: 0, x1: 1, y0: rule.limit, y1: rule.limit, line: { color: colours["trace-quiet"], width: 1, dash: "dash" } }],
        annotations: [{
          xref: "paper", yref: "y2", x: 0, y: rule.limit, xanchor: "left", yanchor: "bottom", xshift: 6, yshift: -1, showarrow: false,
          text: rule.limit.toFixed(1) + " monitored setting above this line", font: { size: 11, color: colours["text-quiet"] },
        }],
      };
    }

    const margin = (row) => (row.high - row.low) * 0.06;

    /** A row's axis: as planned, wider when a value lies outside, in steps. */
    function reach(row, values) {
      const step = (row.high - row.low) / 4;
      let [low, high] = [row.low, row.high];
      values.forEach((value) => {
        if (value === null) return;
        if (value > high - margin(row)) high = row.low + Math.ceil((value + margin(row) - row.low) / step) * step;
        if (value < low + margin(row) && low > 0) low = Math.max(0, row.high - Math.ceil((row.high - value + margin(row)) / step) * step);
      });
      return [low, high];
    }

    function layoutOf(window_, size, highest) {
      const mark = ticks(window_, size.width);
      const setting = settingLine();
      return Object.assign({
        margin: { l: 0, r: 0, t: 0, b: 0 }, width: size.width, height: size.height, showlegend: false, autosize: false,
        paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", font: { family: colours.font, color: colours["text-quiet"], size: 12 },
        hovermode: "closest", dragmode: window.matchMedia("(pointer: fine)").matches ? "zoom" : false, uirevision: "session",
        xaxis: {
          range: window_, anchor: "free", position: Math.min(...Object.values(size.boxes).map((box) => box[0])), zeroline: false,
          tickmode: "array", tickvals: mark.values, ticktext: mark.texts, showgrid: false, ticks: "outside", ticklen: 4, tickcolor: colours.hatch,
          tickfont: { size: 13, color: colours["text-quiet"] }, automargin: false,
        },
        yaxis: { domain: [0, 1], range: [0, 1], fixedrange: true, visible: false, anchor: "x" },
        shapes: bands().concat(setting.shapes), annotations: setting.annotations,
      }, axes(size.boxes, highest));
    }

    // -------------------------------------------------- drawing
    const axisOf = (rowId) => "y" + (rows.findIndex((row) => row.row_id === rowId) + 2);

    function figure(now) {
      const size = geometry();
      const window_ = range(now);
      const until = record.isOpen ? now : record.lastMs;
      const found = {};
      const shapes = {};
      Object.keys(signs).forEach((name) => {
        found[name] = series().gaps(signs[name], until);
        shapes[name] = drawn(signs[name], found[name], window_);
      });
      const rate = rateTrace(axisOf("rate"), now);
      const highest = {};
      const hatched = [];
      rows.forEach((row) => {
        const drawnFields = row.fields.filter((name) => signs[name]);
        drawnFields.slice(0, 1).forEach((name) => found[name].stretches.forEach(([from, to]) => hatched.push([row.row_id, from, to])));
        const values = drawnFields.length ? drawnFields.flatMap((name) => shapes[name].y) : row.row_id === "rate" ? rate.steps.y : [];
        highest[row.row_id] = reach(row, values);
      });
      const [stems, leaders, marks, names] = pinTraces(size.boxes, window_, size.width);
      const traces = [
        stems,
        bandTrace(axisOf("pressure"), shapes.systolic_mmhg, shapes.diastolic_mmhg),
        ...VITAL_LINES.map((one) => vitalTrace(one.name, axisOf(one.row), one.width, shapes[one.sign])),
        rate.trace,
        hatchTrace(hatched, size.boxes),
        ...painTraces(axisOf("pain"), "y" + (rows.length + 2)),
        leaders,
        marks,
        names,
      ];
      const lines = {};
      VITAL_LINES.forEach((one) => { lines[one.sign] = drawnLine(one, shapes[one.sign], found[one.sign], highest[one.row]); });
      return { traces, layout: layoutOf(window_, size, highest), standing: { window: window_, colour: colours.trace, lines } };
    }

    /** What the tail has to know of a line to draw on from it. */
    function drawnLine(one, shape, gap, [low, high]) {
      const sign = signs[one.sign];
      const row = rows.find((other) => other.row_id === one.row);
      const last = shape.x.length - 1;
      const hasDots = shape.points <= SPARSE_POINTS;
      const hasBack = last > 0 && shape.x[last - 1] !== null;
      return {
        axis: axisOf(one.row).replace("y", "yaxis"), width: one.width, points: shape.points, hasDots, isLone: !hasDots && !hasBack,
        least: low > 0 ? low + margin(row) : low, most: high - margin(row), t: shape.x[last], v: shape.y[last],
        back: hasBack ? [shape.x[last - 1], shape.y[last - 1]] : null, isCut: gap.breaks.has(sign.t.length), interval: sign.interval,
      };
    }

    const CONFIG = { displayModeBar: false, doubleClick: false, scrollZoom: false, responsive: false, showTips: false };

    function draw() {
      isWaiting = false;
      if (isClosed || !record || !window.Plotly || !plot.isConnected || plot.clientWidth === 0) return;
      const now = window.infusion.clock.now();
      const made = figure(now);
      tail.clear();
      isOwnRelayout = true;
      window.Plotly.react(plot, made.traces, made.layout, CONFIG);
      isOwnRelayout = false;
      if (!isDrawn) { isDrawn = true; listen(); }
      tail.begin(made.standing);
      tell();
      tellWindow(made.standing.window);
    }

    function tell() {
      const newest = Math.max(...Object.values(signs).map((one) => (one.t.length ? one.t[one.t.length - 1] : 0)));
      plot.dataset.lastMs = String(newest);
      plot.dataset.points = String(held);
      plot.dataset.drawnPoints = String(tail.points());
    }

    /** For what stands on the same time axis outside the plot. */
    function tellWindow(window_) { strip.dispatchEvent(new CustomEvent("session:window", { detail: window_ })); }

    /** Draws once, after the frame that shows the numbers, however often it is asked in between. */
    function drawSoon() {
      clearTimeout(following);
      following = null;
      if (isWaiting) return;
      isWaiting = true;
      requestAnimationFrame(() => setTimeout(draw, 0));
    }

    /** For what the tail shows already, or what lies outside the chosen window. */
    function drawLater() {
      if (!isWaiting && following === null) following = setTimeout(drawSoon, FOLLOW_MS);
    }

    // -------------------------------------------------- the hand of the person
    function listen() {
      plot.on("plotly_relayout", (change) => {
        if (isOwnRelayout || !change) return;
        const from = change["xaxis.range[0]"] === undefined ? change["xaxis.range"] && change["xaxis.range"][0] : change["xaxis.range[0]"];
        const to = change["xaxis.range[1]"] === undefined ? change["xaxis.range"] && change["xaxis.range"][1] : change["xaxis.range[1]"];
        if (from === undefined || to === undefined) return;
        tail.redraw();
        setZoom([Number(from), Number(to)]);
      });
      plot.on("plotly_relayouting", () => { tail.clearIfMoved(); tellWindow(plot._fullLayout.xaxis.range.map(Number)); });
      plot.on("plotly_doubleclick", () => showAll());
      plot.on("plotly_click", (event) => {
        const point = event.points.find((one) => one.customdata);
        if (point) strip.dispatchEvent(new CustomEvent("session:pin", { detail: point.customdata, bubbles: true }));
      });
    }

    /** Under a mouse: a line at its time, and what stood there. Touch has no hover. */
    function readOff(event) {
      if (event.pointerType !== "mouse" || !record || !isDrawn) return;
      const window_ = range(window.infusion.clock.now());
      const x = event.clientX - plot.getBoundingClientRect().left;
      const ms = window_[0] + (x / plot.clientWidth) * (window_[1] - window_[0]);
      cursor.style.left = plot.offsetLeft + x + "px";
      cursor.hidden = false;
      readout.textContent = window.infusion.clinicTime(ms) + "  " + wordsAt(ms).join(", ");
    }

    function wordsAt(ms) {
      const steps = series().rateSteps(record.others, record.weightKg);
      const rate = steps.v[series().place(steps.t, ms) - 1];
      const said = rate === undefined ? [] : ["rate " + words().rateText(rate)];
      rows.forEach((row) => {
        const fields = row.fields.filter((name) => signs[name]);
        const found = fields.map((name) => series().valueAt(signs[name], ms)).filter((value) => value !== null);
        if (found.length) said.push(row.label.toLowerCase().replace("spo2", "SpO2") + " " + found.join("/"));
      });
      return said.length ? said : ["nothing measured"];
    }

    function readOffEnds() { cursor.hidden = true; readout.textContent = readout.dataset.legend; }

    function setZoom(window_) {
      zoom = window_;
      lastMinutes = null;
      tellRange();
      drawSoon();
    }

    function showAll() { zoom = null; lastMinutes = null; tellRange(); drawSoon(); }

    function showLast(minutes) { zoom = null; lastMinutes = minutes; tellRange(); drawSoon(); }

    function tellRange() {
      const pressed = zoom ? "" : lastMinutes ? String(lastMinutes) : "all";
      root.querySelectorAll("[data-range]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.range === pressed)));
    }

    // -------------------------------------------------- what the page calls
    /** The whole record anew: first reading, or after an entry was withdrawn. */
    function setRecord(next) {
      record = next;
      signs = series().vitalSeries(record.entries);
      held = Object.values(signs).reduce((sum, one) => sum + one.t.length, 0);
      pins = pinsOf(record);
      drawSoon();
    }

    /** One new entry (or none, when only alerts changed) of the same record, which the page has already updated. */
    function extend(next, entry) {
      record = next;
      const isVital = Boolean(entry) && entry.kind === "vital_signs";
      if (isVital) held += series().addVitals(signs, entry);
      if (isVital && !next.hasNewAlerts && record.isOpen) { follow(entry); return; }
      pins = pinsOf(record);
      drawSoon();
    }

    /** A value among many: at once over the plot if it can stand there, the full drawing later. */
    function follow(entry) {
      if (isWaiting) return;
      if (tail.take(signs, entry)) { tell(); drawLater(); return; }
      const isBeyondZoom = zoom && entry.ms > zoom[1] && !entry.is_late && !entry.withdrawn;
      if (isBeyondZoom) drawLater(); else drawSoon();
    }

    function restyle() { colours = readTokens(); drawSoon(); }

    plot.addEventListener("pointermove", readOff);
    plot.addEventListener("pointerleave", readOffEnds);
    const watcher = new ResizeObserver(drawSoon);
    watcher.observe(strip);
    root.querySelectorAll("[data-range]").forEach((button) => button.addEventListener("click", () => {
      if (button.dataset.range === "all") showAll(); else showLast(Number(button.dataset.range));
    }));
    document.addEventListener("infusion:theme", restyle);
    loadPlotly(plotlyUrl).then(drawSoon, () => { plot.textContent = "The figure could not be loaded. Reload the page; the record below is complete."; });

    function close() {
      isClosed = true;
      clearTimeout(following);
      watcher.disconnect();
      tail.close();
      document.removeEventListener("infusion:theme", restyle);
      if (window.Plotly && isDrawn) window.Plotly.purge(plot);
    }

    return { setRecord, extend, refresh: drawLater, close };
  }

  window.infusion.sessionFigure = { create, placeWords, wholeWindow };
})();
